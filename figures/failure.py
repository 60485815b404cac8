"""Where the talk's bound breaks, and what holds instead.

Left, two halfspaces of masses p and 1 - p: exact E r exceeds gamma(||p||^2) for p > 0.9054, so
some assumption on the masses is needed; the least concave majorant of g, which needs none, stays
above. Right, two opposed halfspaces {x < -tau}, {x > tau} with a hole between them: exact E[r |
covered] grows with the hole, past gamma(1/2), while the bound with holes is attained.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import bounds
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
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces


def compute(points: int, largest_gap: float) -> Results:
    """Exact radii and bounds over p, and over the hole's half-width tau."""
    p = np.linspace(0.5, 0.985, points)
    tau = np.linspace(0.0, largest_gap, points)
    gaps = [OpposedHalfspaces(-x, x) if x else None for x in tau]
    return {
        "p": p,
        "radius": np.array([Halfspace(1 - x).expected_radius() for x in p]),
        "talk": np.array([bounds.talk_bound([x, 1 - x]) for x in p]),
        "sharp": np.array([bounds.sharp_bound([x, 1 - x]) for x in p]),
        "threshold": np.array(bounds.constants().halfspace_counterexample),
        "tau": tau,
        "gap_radius": np.array(
            [Halfspace(0.5).expected_radius() if g is None else g.expected_radius() for g in gaps]
        ),
        "gap_bound": np.array(
            [bounds.holes_bound([0.5, 0.5] if g is None else g.masses()) for g in gaps]
        ),
        "gap_talk": np.array(bounds.gamma(0.5)),
    }


def draw(results: Results) -> Figure:
    """Draw both counterexamples."""
    figure, (halves, holes) = panels(1, 2, width=PAGE, height=2.5)
    p, radius, talk = results["p"], results["radius"], results["talk"]
    threshold = float(results["threshold"])
    halves.fill_between(p, talk, radius, where=radius > talk, color=TALK, alpha=0.2, linewidth=0)
    halves.plot(p, results["sharp"], color=SHARP, linewidth=3.5, alpha=0.5)
    halves.plot(p, talk, color=TALK)
    halves.plot(p, radius, color=MEASURED)
    halves.axvline(threshold, color=QUIET, linewidth=0.5)
    label(halves, threshold, 0.15, f"$p = {threshold:.4f}$", QUIET, ha="right", xytext=(-3, 0))
    label(halves, 0.6, float(np.interp(0.6, p, talk)), r"$\gamma(\|p\|^2)$", TALK, xytext=(0, 8))
    label(halves, 0.7, float(np.interp(0.7, p, radius)), r"$\mathbf{E}\,r$, exact", xytext=(0, -8))
    label(
        halves,
        0.76,
        float(np.interp(0.76, p, results["sharp"])),
        "majorant of $g$",
        SHARP,
        xytext=(-4, 8),
        ha="right",
    )
    halves.set(xlabel="larger mass $p$", ylabel="expected radius", xlim=(0.5, 0.985), ylim=(0, 2.6))
    halves.set_title("two halfspaces")

    tau = results["tau"]
    holes.plot(tau, results["gap_bound"], color=HOLES, linewidth=3.5, alpha=0.6)
    holes.plot(tau, results["gap_radius"], color=MEASURED)
    holes.axhline(float(results["gap_talk"]), color=TALK)
    label(
        holes,
        float(tau[-1]),
        float(results["gap_talk"]),
        r"$\gamma(1/2)$",
        TALK,
        ha="right",
        xytext=(0, -7),
    )
    at = 0.55 * float(tau[-1])
    height = float(np.interp(at, tau, results["gap_radius"]))
    label(
        holes,
        at,
        height,
        r"$\mathbf{E}[r\,|\,\mathrm{covered}]$, exact",
        ha="right",
        xytext=(-6, 5),
    )
    label(holes, at, height, "bound with holes: attained", HOLES, xytext=(6, -6))
    holes.set(xlabel=r"half-width $\tau$ of the hole", ylim=(0, None), xlim=(0, tau[-1]))
    holes.set_title("two opposed halfspaces with a hole")
    panel_letters([halves, holes])
    return figure


def claims(results: Results) -> list[Claim]:
    """Signs on both sides of the threshold, and the equality with holes."""
    p, radius, talk = results["p"], results["radius"], results["talk"]
    below, above = p < results["threshold"], p > results["threshold"]
    wide = results["tau"] >= 1
    return [
        Claim("E r <= gamma below 0.9054", least((talk - radius)[below]), "computed"),
        Claim("E r > gamma above 0.9054", least((radius - talk)[above]), "computed"),
        Claim("E r <= majorant of g", least(results["sharp"] - radius + 1e-14), "computed"),
        Claim(
            "bound with holes attained to 1e-11",
            least(1e-11 - np.abs(results["gap_bound"] - results["gap_radius"])),
            "computed",
        ),
        Claim(
            "E[r | covered] > gamma(1/2) for tau >= 1",
            least((results["gap_radius"] - results["gap_talk"])[wide]),
            "computed",
        ),
    ]


FIGURE = Definition(
    "failure", compute, draw, claims, {"points": 195, "largest_gap": 2.0}, {"points": 21}
)
