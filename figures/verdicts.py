"""Verdicts over the number of classes K and the dimension d, for random Voronoi cells.

Each square is one check with its own sample; its colour and number are E r over the sharp bound.
Unmarked, the sharp bound holds at level 0.99; "?" marks the one square, of two classes, where E r
is so close to it that the sample does not decide. There one mass is so large that E r exceeds the
talk's gamma, whose hypothesis fails ("*"); elsewhere the talk's bound holds.
"""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from figures._definition import Claim, Definition, Results
from figures._style import PAGE, SHARP, panels
from simulations.checking.check import check
from simulations.partitions.voronoi import Voronoi

BOUNDS = ("isoperimetric", "sharp", "talk")

_CODES = {"violated": -1, "inconclusive": 0, "holds": 1}


def compute(dimensions: list[int], classes: list[int], samples: int, seed: int) -> Results:
    """Ratios E r / g and verdicts (1 holds, 0 undecided, -1 violated) over (d, K)."""
    ratio = np.empty((len(dimensions), len(classes)))
    verdicts = np.empty((len(BOUNDS), *ratio.shape), dtype=np.int8)
    applies = np.empty(verdicts.shape, dtype=bool)
    for row, dim in enumerate(dimensions):
        for column, number in enumerate(classes):
            report = check(Voronoi.random(dim, number, seed), samples=samples, rng=seed)
            ratio[row, column] = report.expected_radius.estimate / report.bounds["sharp"].value
            for index, name in enumerate(BOUNDS):
                one = report.bounds[name]
                verdicts[index, row, column] = _CODES[one.verdict]
                applies[index, row, column] = one.applies
    return {
        "dimensions": np.array(dimensions),
        "classes": np.array(classes),
        "ratio": ratio,
        "verdicts": verdicts,
        "applies": applies,
    }


def draw(results: Results) -> Figure:
    """Draw the map with its numbers."""
    figure, (axes,) = panels(width=PAGE * 0.75, height=2.7)
    ratio, verdicts = results["ratio"], results["verdicts"]
    colours = LinearSegmentedColormap.from_list("sharp", ["white", SHARP])
    axes.imshow(ratio, cmap=colours, vmin=0, vmax=1.1, origin="lower", aspect="auto")
    for (row, column), value in np.ndenumerate(ratio):
        mark = {1: "", 0: "?", -1: "!"}[int(verdicts[1, row, column])]
        if verdicts[2, row, column] < 0:
            mark += "*"
        dark = value > 0.9
        axes.text(
            column,
            row,
            f"{value:.2f}{mark}",
            ha="center",
            va="center",
            fontsize=6.5,
            color="white" if dark else "black",
        )
    axes.set_xticks(range(ratio.shape[1]), [f"{k:,}" for k in results["classes"]])
    axes.set_yticks(range(ratio.shape[0]), [str(d) for d in results["dimensions"]])
    axes.set(xlabel="number of classes $K$", ylabel="dimension $d$")
    axes.set_title(
        r"$\mathbf{E}\,r\,/\,$sharp bound, random Voronoi cells; ? undecided; * above $\gamma$"
    )
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    return figure


def claims(results: Results) -> list[Claim]:
    """No bound that applies is violated, and the talk's holds wherever it applies."""
    verdicts, applies = results["verdicts"], results["applies"]
    undecided = verdicts[1] == 0
    return [
        Claim("no bound that applies is violated", float(verdicts[applies].min()), "estimated"),
        Claim(
            "the talk's bound holds where it applies",
            float(verdicts[2][applies[2]].min() - 1),
            "estimated",
        ),
        Claim(
            "at most one square undecided, and of two classes",
            float(1 - undecided.sum() - undecided[:, results["classes"] > 2].sum()),
            "estimated",
        ),
        Claim("the sharp bound applies everywhere", float(applies[1].min() - 1.0), "estimated"),
    ]


FIGURE = Definition(
    "verdicts",
    compute,
    draw,
    claims,
    {
        "dimensions": [1, 2, 4, 8, 16, 32, 64],
        "classes": [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048],
        "samples": 200_000,
        "seed": 0,
    },
    {"dimensions": [1, 3], "classes": [4, 16], "samples": 20_000},
)
