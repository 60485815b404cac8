"""Coverage against class radius for every objective: the talk's open question in one picture.

8 x 8 digits. A mark is the mean over seeds with Student's 95 % intervals: E r of the argmax
classes under N(0, I), and the latent mass covered at tau. Discs: the convolutional judge; rings:
the dense one; no training saw either, nor their images. Lines join the weights of one objective,
the larger the mark, the larger they are. A triangle at the edge is beyond it: few classes are left
there, far from each other. A better generator lies up and left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import t as student

from bounds.support.records import read
from figures._definition import Claim, Definition, Results, least
from figures._experiment import RESULTS
from figures._style import CLASSES, MEASURED, PAGE, panels

NAME = "objectives-digits"
LEFT, RIGHT = 0.2, 0.5
"""What is shown of E r."""


def compute(record: str) -> Results:
    """Means and half-widths over seeds, (dimension, objective, judge, (E r, coverage))."""
    arrays, manifest = read(record, RESULTS)
    parameters = manifest["parameters"]
    places = [
        [parameters["quantities"].index(f"{judge}: {one}") for one in ("E r", "coverage")]
        for judge in manifest["judges"]
    ]
    values = arrays["values"][..., places]  # dimension, objective, seed, judge, quantity
    seeds = values.shape[2]
    half = student.ppf(0.975, seeds - 1) * values.std(axis=2, ddof=1) / np.sqrt(seeds)
    return {
        "mean": values.mean(axis=2),
        "half": half,
        "objectives": np.array(parameters["plan"]["objectives"]),
        "judges": np.array([f"{judge} judge" for judge in manifest["judges"]]),
        "dimensions": np.array(parameters["plan"]["latent_dimensions"]),
    }


def draw(results: Results) -> Figure:
    """Draw a panel for each latent dimension."""
    dimensions = results["dimensions"]
    figure, axes = panels(1, len(dimensions), width=PAGE, height=3.2)
    families = by_weight([str(name) for name in results["objectives"]])
    colours = dict(zip(families, CLASSES, strict=False))
    for place, panel in enumerate(axes):
        mean, half = results["mean"][place], results["half"][place]
        for name, weights in families.items():
            rows = list(weights.values())
            for judge, face in enumerate((colours[name], "white")):
                (x, y), (dx, dy) = mean[rows, judge].T, half[rows, judge].T
                panel.plot(x, y, color=colours[name], linewidth=0.6, linestyle=":")
                for factor, *point, across, up in zip(weights, x, y, dx, dy, strict=True):
                    look: dict[str, Any] = {
                        "color": colours[name],
                        "mfc": face,
                        "ms": 4 * factor**0.35,
                    }
                    if point[0] <= RIGHT:
                        panel.errorbar(
                            *point, xerr=across, yerr=up, fmt="o", elinewidth=0.6, **look
                        )
                    elif point[0] > RIGHT:
                        panel.plot(RIGHT, point[1], ">", clip_on=False, zorder=3, **look)
        panel.set_xlim(LEFT, RIGHT)
        panel.set(xlabel=r"$\mathbf{E}\,r$", ylabel="coverage", title=f"$d={dimensions[place]}$")
        panel.set_ylim(-0.03, 1)
    marks = [
        *(Line2D([], [], color=one, marker="o", linewidth=0.6) for one in colours.values()),
        *(
            Line2D([], [], color=MEASURED, marker="o", mfc=face, linewidth=0)
            for face in (MEASURED, "white")
        ),
    ]
    figure.legend(
        marks,
        [*families, *map(str, results["judges"])],
        loc="outside upper center",
        ncols=min(len(marks), 6),
        columnspacing=1.2,
    )
    return figure


def by_weight(objectives: list[str]) -> dict[str, dict[float, int]]:
    """Rows of each name of an objective by the factor of its weights, in order.

    Examples
    --------
    >>> by_weight(["vanilla", "critic", "critic=0.5"])
    {'vanilla': {1.0: 0}, 'critic': {0.5: 2, 1.0: 1}}
    """
    found: dict[str, dict[float, int]] = {}
    for row, objective in enumerate(objectives):
        name, _, factor = objective.partition("=")
        found.setdefault(name, {})[float(factor or 1)] = row
    return {name: dict(sorted(weights.items())) for name, weights in found.items()}


def claims(results: Results) -> list[Claim]:
    """Coverages are probabilities and radii positive."""
    radius, coverage = np.moveaxis(results["mean"], -1, 0)
    finite = radius[np.isfinite(radius)]
    return [
        Claim("0 <= coverage <= 1", least([coverage, 1 - coverage]), "estimated"),
        Claim("E r > 0", least(finite), "estimated"),
    ]


FIGURE = Definition(
    "objectives",
    compute,
    draw,
    claims,
    {"record": NAME},
    inputs=(RESULTS / f"{NAME}.json", RESULTS / f"{NAME}.npz"),
)
