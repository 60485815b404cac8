"""The three bounds as functions of one mass: gamma, gamma_2 and g, each drawn solid where proved.

gamma is concave with its maximum at x_0; f(p) <= p gamma(p) up to p_c, where the talk asks for
p <= 1/5. g is concave up to p*. In the entropy H = log 1/x, g falls like 1/sqrt(2 H), and gamma is
larger by a factor that grows like log(4 pi H). gamma_2 is real for p <= 0.234 only.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import bounds
from bounds import FLOAT64
from bounds.formulas.radius import refined_gamma_at
from figures._definition import Claim, Definition, Results, least
from figures._style import PAGE, QUIET, REFINED, SHARP, TALK, label, panel_letters, panels


def compute(points: int, largest_entropy: float) -> Results:
    """The three functions, on (0, 1) and over the entropy, and the thresholds."""
    constants = bounds.constants()
    p = np.linspace(0, 1, points + 2)[1:-1]
    entropy = np.geomspace(0.2, largest_entropy, points)
    refined = np.full((2, points), np.nan)
    for row, x in enumerate((p, np.exp(-entropy))):
        # The talk's hypothesis is where the refinement is proved.
        refined[row, x <= 0.2] = refined_gamma_at(x[x <= 0.2], FLOAT64)
    return {
        "p": p,
        "gamma": np.asarray(bounds.gamma(p)),
        "g": np.asarray(bounds.halfspace_radius(p)),
        "entropy": entropy,
        "gamma_of_entropy": np.asarray(bounds.gamma_of_entropy(entropy)),
        "g_of_entropy": np.asarray(bounds.halfspace_radius_of_entropy(entropy)),
        "refined": refined,
        "rewrite_threshold": np.array(constants.rewrite_threshold),
        "concavity_threshold": np.array(constants.concavity_threshold),
        "assumption_free_threshold": np.array(constants.assumption_free_threshold),
        "gamma_argmax": np.array(constants.gamma_argmax),
        "gamma_maximum": np.array(constants.gamma_maximum),
    }


def draw(results: Results) -> Figure:
    """Draw the functions over the mass, with thresholds, and over the entropy."""
    figure, (mass, entropy) = panels(1, 2, width=PAGE, height=2.6)
    p, p_c, p_star = results["p"], results["rewrite_threshold"], results["concavity_threshold"]
    for values, limit, colour in (
        (results["gamma"], p_c, TALK),
        (results["g"], p_star, SHARP),
    ):
        mass.plot(p[p <= limit], values[p <= limit], color=colour)
        mass.plot(p[p >= limit], values[p >= limit], color=colour, linestyle=(0, (1, 1.5)))
    mass.plot(p, results["refined"][0], color=REFINED)
    label(mass, 0.42, 1.8, r"$\gamma$, the talk", TALK, ha="center", xytext=(0, 7))
    label(mass, 0.05, 0.98, r"$\gamma_2$", REFINED, xytext=(6, -4))
    label(mass, 0.5, 0.8, r"$g$, sharp", SHARP, xytext=(5, -6))
    for position, text, side in (
        (float(results["assumption_free_threshold"]), r"$\hat s$, $1/5$", "right"),
        (float(p_star), r"$p^*$", "left"),
        (float(results["gamma_argmax"]), r"$x_0$", "left"),
        (float(p_c), r"$p_c$", "left"),
    ):
        mass.axvline(position, color=QUIET, linewidth=0.5, zorder=0)
        label(mass, position, 2.1, text, QUIET, ha=side, xytext=(2 if side == "left" else -2, 0))
    mass.set(xlim=(0, 1), ylim=(0, 2.2), xlabel="mass or collision probability $x$")
    mass.set(ylabel="bound on the expected radius", title="thresholds on the masses")

    h = results["entropy"]
    entropy.plot(h, results["gamma_of_entropy"], color=TALK)
    entropy.plot(h, results["refined"][1], color=REFINED)
    entropy.plot(h, results["g_of_entropy"], color=SHARP)
    for name, text, colour in (
        ("gamma_of_entropy", r"$\gamma$", TALK),
        ("g_of_entropy", r"$g$", SHARP),
    ):
        label(entropy, float(h[-1]), float(results[name][-1]), text, colour)
    label(entropy, float(h[-1]), float(results["refined"][1][-1]), r"$\gamma_2$", REFINED)
    entropy.set(xscale="log", yscale="log", xlabel=r"entropy $H = \log 1/x$, nats")
    entropy.set(title="the same, over the entropy", xlim=(h[0], h[-1]), ylim=(0.02, 3))
    panel_letters([mass, entropy])
    return figure


def claims(results: Results) -> list[Claim]:
    """Order of the three where each is proved, and where the thresholds lie."""
    p, gamma, g = results["p"], results["gamma"], results["g"]
    refined = results["refined"][0]
    inside, small = p <= results["rewrite_threshold"], p <= 0.2
    beyond = p > results["rewrite_threshold"]
    return [
        Claim("g <= gamma up to p_c", least((gamma - g)[inside]), "computed"),
        Claim("g > gamma beyond p_c", least((g - gamma)[beyond]), "computed"),
        Claim("g <= gamma_2 up to 1/5", least((refined - g)[small]), "computed"),
        Claim("gamma_2 <= gamma up to 1/5", least((gamma - refined)[small]), "computed"),
        Claim("gamma at most its maximum", least(results["gamma_maximum"] - gamma), "computed"),
    ]


FIGURE = Definition(
    "radius_bounds",
    compute,
    draw,
    claims,
    {"points": 600, "largest_entropy": 600.0},
    {"points": 60},
)
