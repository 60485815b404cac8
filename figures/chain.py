"""The chain of inequalities for three kinds of masses, from E r to the talk's bound.

E r <= sum f(p_i) <= g(||p||^2), and sum f(p_i) <= sum p_i gamma(p_i) <= gamma(||p||^2), for equal
masses, masses p_i ~ 1/i, and one draw from the flat Dirichlet law. E r is exact, of the argmax
partition of R^K with biases that give these masses. Jensen's step costs little; the rewrite from f
to p gamma(p) costs most, and more the more classes there are. g is drawn where max p <= p*.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import bounds
from figures._definition import Claim, Definition, Results, least
from figures._style import (
    ISOPERIMETRIC,
    MEASURED,
    PAGE,
    REFINED,
    SHARP,
    TALK,
    label,
    panel_letters,
    panels,
)
from simulations.partitions.prescribed_masses import argmax_with_masses

_LINKS = ("radius", "isoperimetric", "sharp", "rewritten", "talk")


def compute(classes: list[int], seed: int) -> Results:
    """The chain's links, shape (3 kinds of masses, numbers of classes, 5 links)."""
    rng = np.random.default_rng(seed)
    links = np.empty((3, len(classes), len(_LINKS)))
    largest = np.empty((3, len(classes)))
    for column, number in enumerate(classes):
        ranks = 1.0 / np.arange(1, number + 1)
        kinds = (np.full(number, 1 / number), ranks / ranks.sum(), rng.dirichlet(np.ones(number)))
        for row, p in enumerate(kinds):
            links[row, column] = (
                argmax_with_masses(p).expected_radius,
                bounds.isoperimetric_bound(p),
                bounds.sharp_bound(p),
                float(p @ bounds.gamma(p)),
                bounds.talk_bound(p),
            )
            largest[row, column] = p.max()
    threshold = np.array(bounds.constants().concavity_threshold)
    return {
        "classes": np.array(classes),
        "links": links,
        "largest": largest,
        "concavity_threshold": threshold,
    }


def draw(results: Results) -> Figure:
    """Draw the links over K, one panel for each kind of masses."""
    figure, axes = panels(1, 3, width=PAGE, height=2.4, sharey=True)
    classes, links = results["classes"], results["links"]
    styles = (
        (r"$\mathbf{E}\,r$", MEASURED, "-"),
        (r"$\sum f(p_i)$", ISOPERIMETRIC, "-"),
        (r"$g(\|p\|^2)$", SHARP, (0, (3, 1.5))),
        (r"$\sum p_i\gamma(p_i)$", REFINED, "-"),
        (r"$\gamma(\|p\|^2)$", TALK, (0, (3, 1.5))),
    )
    titles = ("equal masses", r"$p_i \propto 1/i$", "Dirichlet(1, …, 1)")
    for row, (one, title) in enumerate(zip(axes, titles, strict=True)):
        for link, (_, colour, line) in enumerate(styles):
            values = links[row, :, link].copy()
            if link == 2:
                values[results["largest"][row] > results["concavity_threshold"]] = np.nan
            one.plot(classes, values, color=colour, linestyle=line)
        one.set(xscale="log", xlabel="number of classes $K$", title=title, ylim=(0, 2))
        one.set_xlim(classes[0], classes[-1])
    axes[0].set_ylabel("expected radius and its bounds")
    last = links[-1, -1]
    for link, shift in ((0, -5), (1, -1), (2, 7), (3, -5), (4, 4)):
        label(
            axes[-1],
            float(classes[-1]),
            last[link],
            styles[link][0],
            styles[link][1],
            xytext=(3, shift),
        )
    panel_letters(axes)
    return figure


def claims(results: Results) -> list[Claim]:
    """Each link is at most the next."""
    radius, isoperimetric, sharp, rewritten, talk = np.moveaxis(results["links"], -1, 0)
    # For equal masses Jensen's inequality is an equality, where both sides round.
    rounding = 1e-13
    return [
        Claim("E r <= sum f(p_i)", least(isoperimetric - radius), "computed"),
        Claim("sum f(p_i) <= g(s)", least(sharp - isoperimetric + rounding), "computed"),
        Claim("sum f(p_i) <= sum p_i gamma(p_i)", least(rewritten - isoperimetric), "computed"),
        Claim("sum p_i gamma(p_i) <= gamma(s)", least(talk - rewritten + rounding), "computed"),
    ]


FIGURE = Definition(
    "chain",
    compute,
    draw,
    claims,
    {"classes": [5, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256], "seed": 0},
    {"classes": [5, 12, 32]},
)
