"""Why Jensen's inequality applies: gamma is concave everywhere and g up to p*, with proved boxes.

Left, h(u) = w(u) (u - 3/2) + 1/2, whose sign is that of -gamma'': positive for every u = log 1/x,
least at the dot. w increases, and its signs at the two rings, u = 0.58 and 3/2, prove h >= 1/2 on
either side; the box proves h > 0 between. Right, the sign of -g'' over t = -Phi^-1(p), and the
boxes of interval arithmetic: each rectangle's height is a certain lower bound on its box, and none
is as high as the curve. Between the boxes lies t*, where g'' changes sign.
"""

from __future__ import annotations

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import bounds
from bounds import FLOAT64
from bounds.formulas.constants import concavity_margin_at
from bounds.formulas.radius import curvature_sign_at
from bounds.proof.ledger import prove, step_named
from figures._definition import Claim, Definition, Results, least
from figures._style import (
    HOLES,
    MEASURED,
    PAGE,
    QUIET,
    SHARP,
    TALK,
    label,
    panel_letters,
    panels,
)

SPLITS = (0.5, 1.5)
"""Where the proof asks for the sign of w."""


def compute(points: int) -> Results:
    """Both curves, and the boxes that the proofs leave."""
    constants = bounds.constants()
    u = np.linspace(0.02, 4.0, points)
    t = np.linspace(0.0, 8.0, points)
    boxes = {
        check.conjunct: np.array([[float(b.low), float(b.high), b.margin] for b in check.boxes])
        for result in prove([step_named("gamma_concave"), step_named("sharp_theorem")])
        for check in result.checks
        if check.boxes
    }
    return {
        "u": u,
        "h": concavity_margin_at(u, FLOAT64),
        "splits": np.array(SPLITS),
        "at_splits": concavity_margin_at(np.array(SPLITS), FLOAT64),
        "argmin": np.array(constants.concavity_argmin),
        "minimum": np.array(constants.concavity_minimum),
        "t": t,
        "curvature": curvature_sign_at(t, FLOAT64),
        "t_star": np.asarray(-FLOAT64.quantile(constants.concavity_threshold)),
        "gamma_boxes": boxes["gamma_concave.margin_between"],
        "convex_boxes": boxes["sharp_theorem.convex_boxes"],
        "concave_boxes": boxes["sharp_theorem.concave_boxes"],
    }


def draw(results: Results) -> Figure:
    """Draw h with its minimum, and -P with the proved boxes."""
    figure, (gamma, g) = panels(1, 2, width=PAGE, height=2.5)
    gamma.plot(results["u"], results["h"], color=TALK)
    gamma.axhline(0, color=QUIET, linewidth=0.5)
    argmin, minimum = float(results["argmin"]), float(results["minimum"])
    gamma.plot(argmin, minimum, "o", color=TALK)
    gamma.plot(results["splits"], results["at_splits"], "o", color=TALK, markerfacecolor="white")
    text = f"min $h$ = {minimum:.6f} at $u$ = {argmin:.6f}"
    leader = {"arrowstyle": "-", "color": TALK, "linewidth": 0.5, "shrinkB": 3}
    label(gamma, argmin, minimum, text, TALK, xytext=(-26, 72), arrowprops=leader)
    (left, right), (first, second) = results["splits"], results["at_splits"]
    label(gamma, left, first, "$w < 0$", TALK, ha="right", xytext=(-2, -9))
    label(gamma, right, second, "$w > 0$", TALK, xytext=(4, -6))
    for low, high, margin in results["gamma_boxes"]:
        gamma.add_patch(
            Rectangle((low, 0), high - low, margin, color=HOLES, alpha=0.5, linewidth=0)
        )
        label(gamma, high, margin, "proved box", HOLES, xytext=(3, 4))
    gamma.set(xlim=(0, 4), ylim=(-0.1, 2.5), xlabel=r"$u = \log 1/x$", ylabel="$h(u)$")
    gamma.set_title(r"$\gamma'' < 0$: $h > 0$ on $(0, \infty)$")

    t, sign = results["t"], -results["curvature"]
    g.plot(t, np.abs(sign), color=SHARP, zorder=3)
    for name, colour in (("convex_boxes", QUIET), ("concave_boxes", HOLES)):
        patches = [Rectangle((a, 1e-9), b - a, m - 1e-9) for a, b, m in results[name]]
        g.add_collection(
            PatchCollection(patches, facecolor=colour, edgecolor="white", linewidth=0.1, alpha=0.6)
        )
    t_star = float(results["t_star"])
    g.axvline(t_star, color=MEASURED, linewidth=0.5)
    label(g, t_star, 4e-5, f"$t^*$ = {t_star:.6f}", xytext=(4, 0), bbox={"fc": "w", "ec": "none"})
    label(g, 0.3, 1.3, "$g''>0$", QUIET, ha="center", xytext=(0, 0), rotation=90)
    label(g, 4.5, 0.45, "$g''<0$: concave", SHARP, ha="center", xytext=(0, 6))
    g.set(xlim=(0, 8), ylim=(1e-5, 4), yscale="log", xlabel=r"$t = -\Phi^{-1}(p)$")
    g.set(ylabel=r"$|{-(\lambda+t)} + 2\lambda^2(\lambda-t)|$")
    count = len(results["convex_boxes"]) + len(results["concave_boxes"])
    g.set_title(f"$g''$ changes sign once: {count} proved boxes")
    panel_letters([gamma, g])
    return figure


def claims(results: Results) -> list[Claim]:
    """Boxes have positive margins, cover both sides of t*, and lie below the curve."""
    convex, concave = results["convex_boxes"], results["concave_boxes"]
    t_star = float(results["t_star"])
    t, sign = results["t"], results["curvature"]
    inside = t >= concave[0, 0]
    index = np.clip(np.searchsorted(concave[:, 0], t[inside], side="right") - 1, 0, None)
    return [
        Claim("h > 0", least(results["h"]), "computed"),
        Claim(
            "h is at least its minimum",
            least(results["h"] - results["minimum"] + 1e-15),
            "computed",
        ),
        Claim("h >= 1/2 at the rings", least(results["at_splits"] - 0.5), "computed"),
        Claim(
            "the rings lie in the box",
            least(
                [
                    results["splits"][0] - results["gamma_boxes"][0, 0],
                    results["gamma_boxes"][-1, 1] - results["splits"][1],
                ]
            ),
            "computed",
        ),
        Claim("h > 0 on its box", least(results["gamma_boxes"][:, 2]), "proved"),
        Claim("g'' > 0 on its boxes", least(convex[:, 2]), "proved"),
        Claim("g'' < 0 on its boxes", least(concave[:, 2]), "proved"),
        Claim(
            "t* between the boxes",
            least([t_star - convex[-1, 1], concave[0, 0] - t_star]),
            "computed",
        ),
        Claim("boxes below the curve", least(-sign[inside] - concave[index, 2]), "computed"),
    ]


FIGURE = Definition("concavity", compute, draw, claims, {"points": 801}, {"points": 81})
