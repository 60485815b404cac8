"""Samples of the vanilla and of the modified VAE, decoded from the same latents.

The first seed of each at latent dimension 2, at the grid of normal quantiles, the second coordinate
upwards. Over seeds, the classifier is as confident of both,
while precision, density and Frechet distance are somewhat worse for the modified one.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from figures._definition import Claim, Definition, Results, least
from figures._experiment import EXPERIMENT, MAPS, OBJECTIVES, TITLES, latent_maps
from figures._style import PAGE, draw_sheet, panels


def compute() -> Results:
    """Images, (rows, columns, side, side), for both objectives."""
    stored = latent_maps()
    return {name: stored[f"{name}_samples"] for name in OBJECTIVES}


def draw(results: Results) -> Figure:
    """Draw two sheets of images."""
    figure, axes = panels(1, 2, width=PAGE, height=3.5)
    for one, name, title in zip(axes, OBJECTIVES, TITLES, strict=True):
        # Up is the second coordinate, as in the latent maps.
        draw_sheet(one, results[name][::-1])
        one.set_title(title)
        for spine in one.spines.values():
            spine.set_visible(False)
    return figure


def claims(results: Results) -> list[Claim]:
    """Both sheets are of the same shape and no image is blank."""
    ink = [results[name].max(axis=(2, 3)) for name in OBJECTIVES]
    same = results["vanilla"].shape == results["talk"].shape
    return [
        Claim("sheets of one shape", 0.0 if same else -1.0, "illustrated"),
        Claim("no image is blank", least(np.array(ink) - 64.0), "illustrated"),
    ]


FIGURE = Definition("sample_quality", compute, draw, claims, inputs=(EXPERIMENT, MAPS))
