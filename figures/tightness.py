"""How tight the sharp bound is: E r / g(||p||^2) against the number of classes, for every family.

Lines are exact values of families with equal masses; marks with bars are random partitions,
measured, with intervals of E r over those of the bound. The largest coordinate of R^K stays
highest of those shown and falls to 1/sqrt 2. Where a family's masses are too uneven, the bound is
the least concave majorant of g.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from scipy.special import ndtri
from scipy.stats import chi

import bounds
from figures._definition import Claim, Definition, Results, least
from figures._style import (
    CLASSES,
    MEASURED,
    PAGE,
    QUIET,
    SHARP,
    label,
    panels,
)
from simulations.arrays import FloatArray
from simulations.checking.check import check
from simulations.partitions.argmax import argmax_expected_radius
from simulations.partitions.arrangements import Arrangement
from simulations.partitions.grids import Grid
from simulations.partitions.nearest_neighbour import NearestNeighbour
from simulations.partitions.orthants import Orthants
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.voronoi import Voronoi
from simulations.partitions.wedges import Wedges


def _equal_cuts(classes: int) -> np.ndarray:
    return ndtri(np.arange(1, classes) / classes)


def _exact(family: str, exponent: int) -> tuple[int, float]:
    """K and the exact E r of a family with 2**exponent equal classes."""
    classes = 2**exponent
    if family == "argmax":
        return classes, argmax_expected_radius(classes)
    if family == "orthants":
        return classes, Orthants(exponent).expected_radius()
    if family == "wedges":
        return classes, Wedges.equal(classes).expected_radius()
    if family == "slabs":
        return classes, Slabs(_equal_cuts(classes)).expected_radius()
    if family == "shells":
        levels: FloatArray = np.arange(1, classes, dtype=np.int64) / classes
        cuts: FloatArray = chi.ppf(levels, 2)
        return classes, Shells(cuts, dim=2).expected_radius()
    side = _equal_cuts(2 ** (exponent // 2))
    return 4 ** (exponent // 2), Grid([side, side]).expected_radius()


def _random(family: str, classes: int, seed: int) -> Partition:
    if family == "nearest neighbour":
        return NearestNeighbour.random(4 * classes, classes, 2, seed)
    if family == "hyperplanes":
        return Arrangement.random(round(np.log2(classes)), round(np.log2(classes)), seed)
    if family == "power cells":
        return PowerCells.random(10, classes, seed)
    return Voronoi.random(int(family.split()[-1]), classes, seed)


EXACT = ("argmax", "orthants", "wedges", "slabs", "shells", "grid")
RANDOM = (
    "Voronoi 2",
    "Voronoi 10",
    "Voronoi 50",
    "power cells",
    "nearest neighbour",
    "hyperplanes",
)


def compute(
    exact_exponents: list[int], random_exponents: list[int], samples: int, seed: int
) -> Results:
    """Ratios of the exact families, and limits of those of the random ones."""
    exact = np.full((len(EXACT), len(exact_exponents), 2), np.nan)
    for row, family in enumerate(EXACT):
        for column, exponent in enumerate(exact_exponents):
            small = exponent <= (40 if family == "argmax" else 12)
            if not small or (family == "grid" and exponent % 2):
                continue
            classes, radius = _exact(family, exponent)
            bound = (
                bounds.sharp_bound(np.full(classes, 1 / classes))
                if classes <= 4096
                else bounds.halfspace_radius(1 / classes)
            )
            exact[row, column] = classes, radius / bound
    measured = np.full((len(RANDOM), len(random_exponents), 4), np.nan)
    for row, family in enumerate(RANDOM):
        for column, exponent in enumerate(random_exponents):
            if family == "hyperplanes" and exponent > 8:
                continue
            report = check(_random(family, 2**exponent, seed), samples=samples, rng=seed)
            radius, sharp = report.expected_radius, report.bounds["sharp"]
            measured[row, column] = (
                2**exponent,
                radius.low / sharp.high,
                radius.estimate / sharp.value,
                radius.high / sharp.low,
            )
    return {"exact": exact, "measured": measured}


def draw(results: Results) -> Figure:
    """Draw lines for exact families and dots with bars for measured ones."""
    figure, (axes,) = panels(width=PAGE * 0.72, height=3.2)
    axes.axhline(1, color=SHARP, linewidth=0.8)
    axes.axhline(np.sqrt(0.5), color=QUIET, linewidth=0.6, linestyle=(0, (4, 2)))
    label(axes, 2.2, 1.0, r"the sharp bound $g(\|p\|^2)$", SHARP, xytext=(20, 5))
    end = 2.0**20
    label(axes, end, np.sqrt(0.5), r"$1/\sqrt{2}$", QUIET, xytext=(3, -6))
    # Three curves run too close together for labels of their own.
    corner = {"wedges": 0.2, "slabs": 0.13, "shells": 0.06}
    # Of no bound: blue is the line at 1.
    colours = (MEASURED, *(CLASSES[index] for index in (4, 1, 2, 5, 7)))
    names = ("largest coordinate", "orthants", "wedges", "slabs", "shells", "grid")
    for (classes, ratio), name, colour in zip(
        np.moveaxis(results["exact"], -1, 1), names, colours, strict=True
    ):
        shown = np.isfinite(classes) & (classes <= end)
        axes.plot(classes[shown], ratio[shown], color=colour)
        if name in corner:
            label(axes, 2.1, corner[name], name, colour)
        else:
            label(axes, classes[shown][-1], ratio[shown][-1], name, colour, xytext=(3, 3))
    titles = {f"Voronoi {dim}": f"Voronoi, $d = {dim}$" for dim in (2, 10, 50)}
    marks = dict(zip(RANDOM, "o^sDv*", strict=True))
    for row, family in enumerate(RANDOM):
        classes, low, middle, high = results["measured"][row].T
        axes.errorbar(
            classes,
            middle,
            yerr=[middle - low, high - middle],
            fmt=marks[family],
            color=QUIET,
            markersize=3,
            markerfacecolor="white",
            markeredgewidth=0.7,
            elinewidth=0.7,
            label=titles.get(family, family),
        )
    axes.legend(
        loc="lower right",
        title="random, measured",
        title_fontsize=7.5,
        alignment="left",
        bbox_to_anchor=(1.0, 0.03),
    )
    axes.set(
        xscale="log", xlabel="number of classes $K$", ylabel=r"$\mathbf{E}\,r\,/\,$sharp bound"
    )
    axes.set(xlim=(2, end), ylim=(0, 1.05))
    return figure


def claims(results: Results) -> list[Claim]:
    """No ratio exceeds 1; argmax decreases to no less than 1/sqrt 2 and stays highest."""
    ratios = results["exact"][..., 1]
    argmax, others = ratios[0], ratios[1:]
    high = results["measured"][..., 3]
    gap = argmax - np.where(np.isfinite(others), others, -1.0)
    classes = results["exact"][0, :, 0]
    return [
        Claim("exact ratios <= 1", least(1 + 1e-14 - ratios[np.isfinite(ratios)]), "computed"),
        Claim("measured ratios <= 1", least(1 - high[np.isfinite(high)]), "estimated"),
        Claim("argmax decreases with K", least(-np.diff(argmax)), "computed"),
        Claim("argmax >= 1/sqrt 2", least(argmax - np.sqrt(0.5)), "computed"),
        Claim(
            "argmax highest of the exact families, K >= 4", least(gap[:, classes >= 4]), "computed"
        ),
    ]


FIGURE = Definition(
    "tightness",
    compute,
    draw,
    claims,
    {
        "exact_exponents": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20],
        "random_exponents": [2, 4, 6, 8, 10],
        "samples": 500_000,
        "seed": 0,
    },
    {"exact_exponents": [1, 2, 4], "random_exponents": [2, 3], "samples": 50_000},
)
