"""Coverage against class radius for every objective: the talk's open question in one picture.

8 x 8 digits. A mark is the mean over seeds with Student's 95 % intervals: E r of the argmax
classes under N(0, I), and the latent mass covered at tau. Discs: the convolutional judge; rings:
the dense one; no training saw either, nor their images. A better generator lies up and left.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import t as student

from bounds.support.records import read
from figures._definition import Claim, Definition, Results, least
from figures._experiment import RESULTS
from figures._style import CLASSES, MEASURED, PAGE, panels

NAME = "objectives-digits"


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
    names = [str(name) for name in results["objectives"]]
    colours = [CLASSES[row % len(CLASSES)] for row in range(len(names))]
    for place, panel in enumerate(axes):
        mean, half = results["mean"][place], results["half"][place]
        for row, colour in enumerate(colours):
            for judge, face in enumerate((colour, "white")):
                (x, y), (dx, dy) = mean[row, judge], half[row, judge]
                panel.errorbar(
                    x, y, xerr=dx, yerr=dy, fmt="o", color=colour, mfc=face, elinewidth=0.6
                )
        panel.set(xlabel=r"$\mathbf{E}\,r$", ylabel="coverage", title=f"$d={dimensions[place]}$")
        panel.margins(0.15)
    marks = [
        *(Line2D([], [], color=colour, marker="o", linewidth=0.6) for colour in colours),
        *(
            Line2D([], [], color=MEASURED, marker="o", mfc=face, linewidth=0)
            for face in (MEASURED, "white")
        ),
    ]
    figure.legend(
        marks,
        [*names, *map(str, results["judges"])],
        loc="outside upper center",
        ncols=len(marks),
        columnspacing=1.2,
    )
    return figure


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
