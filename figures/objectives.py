"""Coverage against class radius for every objective: the talk's open question in one picture.

8 x 8 digits above, MNIST below. A mark is the mean over seeds, at an objective's own weights with
Student's 95 % intervals: E r of the argmax classes under N(0, I), and the latent mass covered at
tau. Discs: the convolutional judge; rings: the dense one; no training saw either, nor their images.
Lines join the weights of one objective, the larger the mark, the larger they are. A triangle at the
edge is beyond it: few classes are left there, far from each other. A better generator lies up and
left.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import t as student

from bounds.support.records import read
from figures._definition import Claim, Definition, Results, least
from figures._experiment import RESULTS
from figures._style import CLASSES, MEASURED, PAGE, panels

RECORDS = {"objectives-digits": "8 × 8 digits", "objectives-mnist": "MNIST"}
"""What the images of each record are called."""

LEFT, RIGHT = 0.1, 0.5
"""What is shown of E r."""


def compute(records: list[str]) -> Results:
    """Of each record the objectives, and means and half-widths over seeds.

    Both are of shape (dimension, objective, judge, (E r, coverage)).
    """
    found: dict[str, np.ndarray[Any, Any]] = {"records": np.array(records)}
    for record in records:
        arrays, manifest = read(record, RESULTS)
        parameters = manifest["parameters"]
        places = [
            [parameters["quantities"].index(f"{judge}: {one}") for one in ("E r", "coverage")]
            for judge in manifest["judges"]
        ]
        values = arrays["values"][..., places]  # dimension, objective, seed, judge, quantity
        seeds = values.shape[2]
        scale = student.ppf(0.975, seeds - 1) / np.sqrt(seeds)
        found |= {
            f"{record}: mean": values.mean(axis=2),
            f"{record}: half": scale * values.std(axis=2, ddof=1),
            f"{record}: objectives": np.array(parameters["plan"]["objectives"]),
            f"{record}: dimensions": np.array(parameters["plan"]["latent_dimensions"]),
            "judges": np.array([f"{judge} judge" for judge in manifest["judges"]]),
        }
    return found


def draw(results: Results) -> Figure:
    """Draw a row of panels for each record, a panel for each latent dimension."""
    records = [str(name) for name in results["records"]]
    columns = len(results[f"{records[0]}: dimensions"])
    figure, axes = panels(len(records), columns, width=PAGE, height=0.5 + 2.6 * len(records))
    families = {
        record: by_weight([str(name) for name in results[f"{record}: objectives"]])
        for record in records
    }
    colours = dict(zip(dict.fromkeys(itertools.chain(*families.values())), CLASSES, strict=False))
    for (record, place), panel in zip(
        itertools.product(records, range(columns)), axes, strict=True
    ):
        mean, half = results[f"{record}: mean"][place], results[f"{record}: half"][place]
        for name, weights in families[record].items():
            _draw_family(panel, weights, mean, half, colours[name])
        dim = results[f"{record}: dimensions"][place]
        title = f"{RECORDS[record]}, $d={dim}$"
        panel.set(xlabel=r"$\mathbf{E}\,r$", ylabel="coverage", title=title)
        panel.set(xlim=(LEFT, RIGHT), ylim=(-0.03, 1))
    marks = [
        *(Line2D([], [], color=one, marker="o", linewidth=0.6) for one in colours.values()),
        *(
            Line2D([], [], color=MEASURED, marker="o", mfc=face, linewidth=0)
            for face in (MEASURED, "white")
        ),
    ]
    figure.legend(
        marks,
        [*colours, *map(str, results["judges"])],
        loc="outside upper center",
        ncols=min(len(marks), 6),
        columnspacing=1.2,
    )
    return figure


def _draw_family(
    panel: Axes,
    weights: dict[float, int],
    mean: np.ndarray[Any, Any],
    half: np.ndarray[Any, Any],
    colour: str,
) -> None:
    rows = list(weights.values())
    for judge, face in enumerate((colour, "white")):
        (x, y), (dx, dy) = mean[rows, judge].T, half[rows, judge].T
        panel.plot(x, y, color=colour, linewidth=0.6, linestyle=":")
        for factor, *point, across, up in zip(weights, x, y, dx, dy, strict=True):
            look: dict[str, Any] = {"color": colour, "mfc": face, "ms": 4 * factor**0.35}
            if point[0] <= RIGHT:
                spread = {"xerr": across, "yerr": up} if factor == 1 else {}
                panel.errorbar(*point, **spread, fmt="o", elinewidth=0.6, **look)
            elif point[0] > RIGHT:
                panel.plot(RIGHT, point[1], ">", clip_on=False, zorder=3, **look)


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
    means = [results[f"{record}: mean"].reshape(-1, 2) for record in results["records"]]
    radius, coverage = np.concatenate(means).T
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
    {"records": list(RECORDS)},
    inputs=tuple(
        RESULTS / f"{record}.{suffix}" for record in RECORDS for suffix in ("json", "npz")
    ),
)
