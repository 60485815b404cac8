"""Three bounds over the collision probability s: gamma, gamma_2 and g, each solid where proved.

Solid: E r is at most the curve at s for every partition: g and gamma_2 up to s^ = 0.1989, gamma up
to p_c^2 = 0.7131. Dashed: if besides no mass exceeds p* (g) or p_c (gamma), where g <= gamma ends.
Dotted: no bound; two halfspaces of masses 0.6 and 0.4 have E r = 0.8234 > 0.8164 = g(0.52). gamma
is largest at x_0. In the entropy H = log 1/s, g falls like 1/sqrt(2 H), and gamma is larger by a
factor that grows like log(4 pi H).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
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
        "gamma": bounds.gamma(p),
        "g": bounds.halfspace_radius(p),
        "entropy": entropy,
        "gamma_of_entropy": bounds.gamma_of_entropy(entropy),
        "g_of_entropy": bounds.halfspace_radius_of_entropy(entropy),
        "refined": refined,
        "rewrite_threshold": np.array(constants.rewrite_threshold),
        "concavity_threshold": np.array(constants.concavity_threshold),
        "assumption_free_threshold": np.array(constants.assumption_free_threshold),
        "gamma_argmax": np.array(constants.gamma_argmax),
        "gamma_maximum": np.array(constants.gamma_maximum),
    }


def _in_three_styles(
    axes: Axes,
    x: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    s: npt.NDArray[np.float64],
    limits: tuple[float, float],
    colour: str,
) -> None:
    """Solid where proved of every partition, dashed under a hypothesis on masses, then dotted."""
    every, hypothesis = limits
    for shown, style in (
        (s <= every, "solid"),
        ((s >= every) & (s <= hypothesis), (0, (4, 1.5))),
        (s >= hypothesis, (0, (1, 1.5))),
    ):
        axes.plot(x[shown], values[shown], color=colour, linestyle=style)


def draw(results: Results) -> Figure:
    """Draw the functions over the mass, with thresholds, and over the entropy."""
    figure, (mass, entropy) = panels(1, 2, width=PAGE, height=2.6)
    p, p_c, p_star = results["p"], results["rewrite_threshold"], results["concavity_threshold"]
    for axes, x, s, rows in (
        (mass, p, p, ("gamma", "g", 0)),
        (
            entropy,
            results["entropy"],
            np.exp(-results["entropy"]),
            ("gamma_of_entropy", "g_of_entropy", 1),
        ),
    ):
        gamma, g, refined = results[rows[0]], results[rows[1]], results["refined"][rows[2]]
        free = float(results["assumption_free_threshold"])
        _in_three_styles(axes, x, gamma, s, (float(p_c) ** 2, float(p_c)), TALK)
        _in_three_styles(axes, x, g, s, (free, float(p_star)), SHARP)
        axes.plot(x[s <= free], refined[s <= free], color=REFINED)
    label(mass, 0.42, 1.8, r"$\gamma$, the talk", TALK, ha="center", xytext=(0, 7))
    label(mass, 0.05, 0.98, r"$\gamma_2$", REFINED, xytext=(6, -4))
    label(mass, 0.57, 0.8, r"$g$, sharp", SHARP, xytext=(0, -6))
    for position, text, side in (
        (float(results["assumption_free_threshold"]), r"$\hat s$, $1/5$", "right"),
        (float(p_star), r"$p^*$", "left"),
        (float(results["gamma_argmax"]), r"$x_0$", "left"),
        (float(p_c) ** 2, r"$p_c^2$", "left"),
        (float(p_c), r"$p_c$", "left"),
    ):
        mass.axvline(position, color=QUIET, linewidth=0.5, zorder=0)
        label(mass, position, 2.1, text, QUIET, ha=side, xytext=(2 if side == "left" else -2, 0))
    mass.set(xlim=(0, 1), ylim=(0, 2.2), xlabel="collision probability $s$")
    mass.set(ylabel="bound on the expected radius", title="solid: for every partition")

    h = results["entropy"]
    for name, text, colour in (
        ("gamma_of_entropy", r"$\gamma$", TALK),
        ("g_of_entropy", r"$g$", SHARP),
    ):
        label(entropy, float(h[-1]), float(results[name][-1]), text, colour)
    label(entropy, float(h[-1]), float(results["refined"][1][-1]), r"$\gamma_2$", REFINED)
    entropy.set(xscale="log", yscale="log", xlabel=r"entropy $H = \log 1/s$, nats")
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
