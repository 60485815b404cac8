"""Error of the estimate of E r against the number of points, and its intervals.

The argmax partition of R^5, whose E r is known. Dots: root mean square error over repeats with
different seeds, for independent points, antithetic pairs and scrambled nets. Lines: median
half-width of the interval of E r at level 0.99, which is valid at finite n for the first two and
asymptotic, over replicates, for the nets.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from figures._definition import Claim, Definition, Results, least
from figures._style import COLUMN, ISOPERIMETRIC, MEASURED, SHARP, label, panels
from simulations.checking.check import check
from simulations.partitions.argmax import CoordinateArgmax

SAMPLINGS = ("independent", "antithetic", "quasi")


def compute(classes: int, exponents: list[int], repeats: int, confidence: float) -> Results:
    """Errors, half-widths and containments, shape (3 samplings, numbers of points, repeats)."""
    partition = CoordinateArgmax(classes)
    exact = partition.expected_radius()
    shape = (len(SAMPLINGS), len(exponents), repeats)
    error, half_width = np.empty(shape), np.empty(shape)
    contained = np.empty(shape, dtype=bool)
    for row, sampling in enumerate(SAMPLINGS):
        for column, exponent in enumerate(exponents):
            for seed in range(repeats):
                found = check(
                    partition, 2**exponent, confidence, rng=seed, sampling=sampling
                ).expected_radius
                error[row, column, seed] = found.estimate - exact
                half_width[row, column, seed] = 0.5 * (found.high - found.low)
                contained[row, column, seed] = found.low <= exact <= found.high
    return {
        "points": 2.0 ** np.array(exponents),
        "error": error,
        "half_width": half_width,
        "contained": contained,
    }


def draw(results: Results) -> Figure:
    """Draw errors and half-widths over n."""
    figure, (axes,) = panels(width=COLUMN, height=2.6)
    points = results["points"]
    for row, (name, colour) in enumerate(
        (("independent", MEASURED), ("antithetic", ISOPERIMETRIC), ("quasi-Monte Carlo", SHARP))
    ):
        rms = np.sqrt((results["error"][row] ** 2).mean(axis=1))
        width = np.median(results["half_width"][row], axis=1)
        shown = np.isfinite(width)
        axes.plot(points, rms, "o", color=colour)
        axes.plot(points[shown], width[shown], color=colour)
        label(axes, float(points[-1]), float(rms[-1]), name, colour, xytext=(4, (6, -3, 0)[row]))
    shown = np.median(results["half_width"][1, -2]), np.sqrt((results["error"][1, -2] ** 2).mean())
    place = float(points[-2])
    label(axes, place, float(shown[0]), "half-widths (lines)", ha="center", xytext=(0, 26))
    label(axes, place, float(shown[1]), "errors (dots)", ha="center", xytext=(-2, 12))
    axes.set(xscale="log", yscale="log", xlabel="number of points $n$")
    axes.set(ylabel=r"error of $\mathbf{E}\,r$")
    axes.set_xscale("log", base=2)
    axes.set_ylim(bottom=3e-5)
    return figure


def claims(results: Results) -> list[Claim]:
    """E r lies in every interval of finite n, and nets beat independent points in the end."""
    contained = results["contained"]
    rms = np.sqrt((results["error"] ** 2).mean(axis=2))
    width = np.median(results["half_width"], axis=2)
    return [
        Claim("E r in all intervals of finite n", float(contained[:2].mean() - 1), "estimated"),
        Claim("errors under the half-widths", least(np.log(width[:2] / rms[:2])), "estimated"),
        Claim(
            "nets beat independent points at the largest n",
            float(np.log(rms[0, -1] / rms[2, -1])),
            "estimated",
        ),
    ]


FIGURE = Definition(
    "convergence",
    compute,
    draw,
    claims,
    {"classes": 5, "exponents": [14, 15, 16, 17, 18, 19, 20], "repeats": 12, "confidence": 0.99},
    {"exponents": [14, 16], "repeats": 3},
)
