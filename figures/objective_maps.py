"""Latent planes and samples of autoencoders trained for different objectives, side by side.

8 x 8 digits, d = 2, the first seed of each. Above, the digit that the convolutional judge sees
where its probability is at least tau; white are the holes. The judge saw neither the training nor
its images. Below, what is decoded at the same 64 latents for all, unselected: a grid of
normal quantiles, the second coordinate upwards.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bounds.support.records import read
from figures._definition import Claim, Definition, Results, least
from figures._experiment import RESULTS
from figures._style import CLASSES, PAGE, draw_sheet, panels
from figures.latent_map import draw_classes

NAME = "objectives-digits"
COLUMNS = 6


def compute(record: str) -> Results:
    """Digits, -1 in a hole, the judge's confidence and images, by objective at its own weights."""
    arrays, manifest = read(record, RESULTS)
    plan = manifest["parameters"]["plan"]
    names = [name for name in plan["objectives"] if "=" not in name]
    rows = [plan["objectives"].index(name) for name in names]
    confidence = arrays["confidence"][rows] / 255
    labels = arrays["labels"][rows].astype(np.int16)
    return {
        "objectives": np.array(names),
        "labels": np.where(confidence >= plan["threshold"], labels, -1),
        "confidence": confidence.astype(np.float32),
        "samples": arrays["samples"][rows],
        "threshold": np.array(plan["threshold"]),
    }


def draw(results: Results) -> Figure:
    """Draw a map and a sheet of images for each objective."""
    names = results["objectives"]
    bands = -(-len(names) // COLUMNS)
    columns = -(-len(names) // bands)
    height = (2 * PAGE / columns + 0.2) * bands + 0.3
    figure, axes = panels(2 * bands, columns, width=PAGE, height=height)
    for place, name in enumerate(names):
        band, column = divmod(place, columns)
        above = axes[2 * band * columns + column]
        draw_classes(
            above,
            {
                "labels": results["labels"][place],
                "confidence": results["confidence"][place],
                "threshold": results["threshold"],
            },
        )
        above.set(title=str(name), xticks=[], yticks=[])
        draw_sheet(axes[(2 * band + 1) * columns + column], results["samples"][place][::-1])
    for one in axes:
        if not one.images:
            one.remove()
    digits = [Patch(color=colour) for colour in CLASSES]
    figure.legend(
        digits,
        [str(digit) for digit in range(len(CLASSES))],
        loc="outside upper center",
        ncols=len(CLASSES),
        handlelength=1,
    )
    return figure


def claims(results: Results) -> list[Claim]:
    """No image is blank, and no hole is where the judge is sure."""
    covered = results["labels"] >= 0
    return [
        Claim(
            "no image is blank", least(results["samples"].max(axis=(-2, -1)) - 64.0), "illustrated"
        ),
        Claim(
            "no hole where the judge is sure",
            least(results["confidence"][covered] - results["threshold"] + 1e-6),
            "illustrated",
        ),
    ]


FIGURE = Definition(
    "objective_maps",
    compute,
    draw,
    claims,
    {"record": NAME},
    inputs=(RESULTS / f"{NAME}.json", RESULTS / f"{NAME}.npz"),
)
