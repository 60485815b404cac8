"""Coverage of the latent space over the threshold tau, for every run of the experiment.

A latent is covered at tau if some class has probability at least tau there. Thin lines are runs,
each with a band that holds for all tau together at level 0.99; thick lines are means over seeds.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from figures._definition import Claim, Definition, Results, least
from figures._experiment import EXPERIMENT, OBJECTIVES, TITLES, runs
from figures._style import COLUMN, MODIFIED, VANILLA, label, panels


def compute(latent_dimension: int) -> Results:
    """Thresholds, curves (objective, seed, tau), and the half-width of the bands."""
    found = runs(latent_dimension)
    curves = [[run["check"]["coverage_curve"] for run in found[name]] for name in OBJECTIVES]
    return {
        "threshold": np.array(curves[0][0]["thresholds"]),
        "coverage": np.array([[one["coverage"] for one in row] for row in curves]),
        "half_width": np.array([[one["half_width"] for one in row] for row in curves]),
    }


def draw(results: Results) -> Figure:
    """Draw all curves with their bands."""
    figure, (axes,) = panels(width=COLUMN, height=2.4)
    threshold, coverage = results["threshold"], results["coverage"]
    for row, (title, colour) in enumerate(zip(TITLES, (VANILLA, MODIFIED), strict=True)):
        for curve, half in zip(coverage[row], results["half_width"][row], strict=True):
            axes.fill_between(
                threshold, curve - half, curve + half, color=colour, alpha=0.12, linewidth=0
            )
            axes.plot(threshold, curve, color=colour, linewidth=0.5)
        axes.plot(threshold, coverage[row].mean(axis=0), color=colour, linewidth=2)
        label(axes, 0.12, 0.35 - 0.1 * row, title, colour)
    axes.set(xlabel=r"threshold $\tau$ on the classifier's probability", ylabel="coverage")
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    return figure


def claims(results: Results) -> list[Claim]:
    """Coverage falls from 1 as tau grows."""
    coverage = results["coverage"]
    return [
        Claim(
            "coverage does not increase with tau", least(-np.diff(coverage, axis=-1)), "estimated"
        ),
        Claim("everything is covered at tau = 0", least(coverage[..., 0] - 1), "estimated"),
    ]


FIGURE = Definition(
    "coverage_curve", compute, draw, claims, {"latent_dimension": 2}, inputs=(EXPERIMENT,)
)
