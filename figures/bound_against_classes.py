"""The theorem's bounds on E r against the number of classes K, for equal masses.

The talk's gamma(1/K), its refinement gamma_2(1/K), and the sharp g(1/K), over the partition of R^K
by the largest coordinate, whose E r is exact. All tend to 0; gamma/g grows like log(4 pi log K),
while g/E r tends to sqrt 2.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import bounds
from bounds import FLOAT64
from bounds.formulas.radius import refined_gamma_at
from figures._definition import Claim, Definition, Results, least
from figures._style import COLUMN, MEASURED, REFINED, SHARP, TALK, label, panels
from simulations.partitions.argmax import argmax_expected_radius


def compute(largest_exponent: int, points: int) -> Results:
    """Bounds and exact radii at K = 2, ..., 2**largest_exponent."""
    classes = np.unique(np.round(np.geomspace(2, 2.0**largest_exponent, points))).astype(np.int64)
    s = 1.0 / classes
    refined = np.full(s.shape, np.nan)
    refined[classes >= 5] = refined_gamma_at(s[classes >= 5], FLOAT64)
    return {
        "classes": classes,
        "gamma": bounds.gamma(s),
        "refined": refined,
        "g": bounds.halfspace_radius(s),
        "argmax": np.array([argmax_expected_radius(int(k)) for k in classes]),
    }


def draw(results: Results) -> Figure:
    """Draw the four curves over K."""
    figure, (axes,) = panels(width=COLUMN, height=2.4)
    classes = results["classes"]
    for name, text, colour in (
        ("gamma", r"$\gamma(1/K)$, the talk", TALK),
        ("refined", r"$\gamma_2(1/K)$", REFINED),
        ("g", r"$g(1/K)$, sharp", SHARP),
        ("argmax", r"$\mathbf{E}\,r$ of the largest coordinate", MEASURED),
    ):
        axes.plot(classes, results[name], color=colour)
        at = int(np.searchsorted(classes, float(classes[-1] ** 0.45)))
        below = name == "argmax"
        label(
            axes,
            float(classes[at]),
            float(results[name][at]),
            text,
            colour,
            xytext=(0, -8 if below else 7),
            ha="right" if below else "left",
        )
    axes.set(xscale="log", xlabel="number of classes $K$", ylabel="expected class radius")
    axes.set(yscale="log", ylim=(0.08, 2.2), xlim=(2, classes[-1]))
    axes.set_yticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
    axes.minorticks_off()
    return figure


def claims(results: Results) -> list[Claim]:
    """E r <= g <= gamma_2 <= gamma, and E r / g at least 1/sqrt 2."""
    many = results["classes"] >= 5
    g, refined, gamma = results["g"], results["refined"], results["gamma"]
    # Two classes are the equality case, where both sides round.
    rounding = 1e-15
    return [
        Claim("E r <= g(1/K)", least(g - results["argmax"] + rounding), "computed"),
        Claim("g <= gamma_2 for K >= 5", least((refined - g)[many]), "computed"),
        Claim("gamma_2 <= gamma for K >= 5", least((gamma - refined)[many]), "computed"),
        Claim("E r / g >= 1/sqrt 2", least(results["argmax"] / g - np.sqrt(0.5)), "computed"),
    ]


FIGURE = Definition(
    "bound_against_classes",
    compute,
    draw,
    claims,
    {"largest_exponent": 40, "points": 120},
    {"points": 20},
)
