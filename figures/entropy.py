"""What E r and the entropies say of each other.

Left, the sandwich G(H_1) <= sum f(p_i) <= G(H_2) <= G(H_inf), G(h) = g(exp(-h)), for geometric
masses from nearly equal to uneven, over the entropy H_2. Right, upper bounds on H_2 from the exact
E r of the argmax partition: the inverse of g is off by a factor below 2, the inverse of the talk's
gamma by hundreds.
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
    QUIET,
    SHARP,
    TALK,
    label,
    panel_letters,
    panels,
)
from simulations.partitions.argmax import argmax_expected_radius


def compute(classes: int, ratios: list[float], points: int, exponents: list[int]) -> Results:
    """The sandwich for masses p_i ~ ratio**i, and the inversion at K = 2**exponent."""
    decays = np.linspace(ratios[0], ratios[1], points)
    rows: list[list[float]] = []
    for decay in decays:
        p = decay ** np.arange(classes)
        p /= p.sum()
        entropies = [bounds.renyi_entropy(p, order) for order in (1, 2, np.inf)]
        radii = [bounds.halfspace_radius_of_entropy(h) for h in entropies]
        rows.append([entropies[1], radii[0], bounds.isoperimetric_bound(p), radii[1], radii[2]])
    found = [bounds.entropy_bound(argmax_expected_radius(2**e)) for e in exponents]
    return {
        "sandwich": np.array(rows),
        "true": np.array(exponents) * np.log(2),
        "by_sharp": np.array([one.sharp for one in found]),
        "by_talk": np.array([one.talk for one in found]),
    }


def draw(results: Results) -> Figure:
    """Draw the sandwich and the inversion."""
    figure, (sandwich, inverse) = panels(1, 2, width=PAGE, height=2.5)
    entropy, shannon, isoperimetric, collision, least_entropy = results["sandwich"].T
    sandwich.fill_between(entropy, shannon, collision, color=ISOPERIMETRIC, alpha=0.15, linewidth=0)
    for values, text, colour, shift in (
        (shannon, "$G(H_1)$", QUIET, -2),
        (isoperimetric, r"$\sum f(p_i)$", ISOPERIMETRIC, -2),
        (collision, "$G(H_2)$", SHARP, 4),
        (least_entropy, r"$G(H_\infty)$", MEASURED, 0),
    ):
        sandwich.plot(entropy, values, color=colour)
        first = int(entropy.argmin())
        start = (entropy[first], values[first])
        label(sandwich, *start, text, colour, xytext=(-4, shift), ha="right")
    sandwich.set_xlim(left=float(entropy.min()) - 0.35)
    sandwich.set(xlabel="collision entropy $H_2$, nats", ylabel="expected radius")
    sandwich.set_title("the entropies sandwich the bound")

    true = results["true"]
    inverse.plot(true, results["by_talk"], "o-", color=TALK)
    inverse.plot(true, results["by_sharp"], "o-", color=SHARP)
    inverse.plot(true, true, color=MEASURED)
    at = len(true) // 2
    label(
        inverse,
        true[at],
        results["by_talk"][at],
        r"from $\mathbf{E}\,r$ by $\gamma^{-1}$",
        TALK,
        xytext=(0, -9),
    )
    label(
        inverse,
        true[at],
        results["by_sharp"][at],
        r"from $\mathbf{E}\,r$ by $g^{-1}$",
        SHARP,
        ha="right",
        xytext=(-4, 8),
    )
    label(inverse, true[at], true[at], "true", xytext=(4, -8))
    inverse.set(
        yscale="log",
        xscale="log",
        xlabel="true $H_2 = \\log K$, nats",
        ylabel="upper bound on $H_2$",
    )
    inverse.set_xticks([2, 4, 8, 14], ["2", "4", "8", "14"])
    inverse.minorticks_off()
    inverse.set_title("the entropy from the radius")
    panel_letters([sandwich, inverse])
    return figure


def claims(results: Results) -> list[Claim]:
    """The sandwich's order, and that the inverses bound the truth."""
    _, shannon, isoperimetric, collision, least_entropy = results["sandwich"].T
    true, sharp, talk = results["true"], results["by_sharp"], results["by_talk"]
    return [
        Claim("G(H_1) <= sum f(p_i)", least(isoperimetric - shannon + 1e-13), "computed"),
        Claim("sum f(p_i) <= G(H_2)", least(collision - isoperimetric + 1e-13), "computed"),
        Claim("G(H_2) <= G(H_inf)", least(least_entropy - collision + 1e-13), "computed"),
        Claim("H_2 <= its bound by g", least(sharp - true), "computed"),
        Claim("the bound by g is below that by gamma", least(talk - sharp), "computed"),
        Claim("the bound by g is under twice H_2", least(2 * true - sharp), "computed"),
    ]


FIGURE = Definition(
    "entropy",
    compute,
    draw,
    claims,
    {
        "classes": 32,
        "ratios": [0.999, 0.75],
        "points": 60,
        "exponents": [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20],
    },
    {"points": 8, "exponents": [2, 5, 10]},
)
