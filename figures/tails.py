"""The tail P[r >= eta] of the argmax partition against the bounds of Fawzi, Fawzi and Fawzi.

Dots: measured frequencies with simultaneous Clopper-Pearson intervals, mostly within the dots.
Lines: the isoperimetric tail sum Phi(Phi^-1(p_i) - eta), and the two closed forms that follow
from it, for masses at most 1/2 and for K >= 5 equal masses. Integrated over eta, the first gives
sum f(p_i).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

import bounds
from figures._definition import Claim, Definition, Results, least
from figures._style import (
    ISOPERIMETRIC,
    MEASURED,
    PAGE,
    QUIET,
    REFINED,
    label,
    panel_letters,
    panels,
)
from simulations.checking.estimation import ETA_GRID, Plan, Tally, accumulate, local_tallies
from simulations.checking.intervals import binomial_high, binomial_low
from simulations.partitions.argmax import CoordinateArgmax


def compute(classes: list[int], samples: int, seed: int, confidence: float) -> Results:
    """Frequencies with limits, and the three bounds, on the grid of distances."""
    eta = ETA_GRID[(ETA_GRID > 0) & (ETA_GRID <= 3.0)]
    chosen = np.isin(ETA_GRID, eta)
    shape = (len(classes), eta.size)
    results = {
        name: np.empty(shape) for name in ("low", "estimate", "high", "tail", "equal", "half")
    }
    # The measured distances are too far apart to draw a curve through.
    curve_eta = np.linspace(0, 3.0, 301)
    curves = np.empty((3, len(classes), curve_eta.size))
    limit = (1 - confidence) / (2 * len(classes) * eta.size)
    for row, number in enumerate(classes):
        partition = CoordinateArgmax(number)
        tally, _ = accumulate(local_tallies(partition, Plan.of(samples, seed)), Tally.empty(number))
        hits = tally.tail[chosen]
        results["estimate"][row] = hits / tally.classes.total
        results["low"][row] = binomial_low(hits, tally.classes.total, limit)
        results["high"][row] = binomial_high(hits, tally.classes.total, limit)
        results["tail"][row], results["equal"][row], results["half"][row] = _bounds(number, eta)
        curves[:, row] = _bounds(number, curve_eta)
    axes = {"classes": np.array(classes), "eta": eta, "curve_eta": curve_eta}
    return {**axes, "curves": curves, **results}


def _bounds(number: int, eta: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The isoperimetric tail, its form for equal masses, and that for masses at most 1/2."""
    return np.stack(
        [
            bounds.tail_bound(np.full(number, 1 / number), eta),
            bounds.equal_masses_tail_bound(number, eta),
            bounds.half_mass_tail_bound(eta),
        ]
    )


def draw(results: Results) -> Figure:
    """Draw one panel for each number of classes."""
    classes, eta = results["classes"], results["eta"]
    figure, axes = panels(1, len(classes), width=PAGE, height=2.4, sharey=True)
    thin = slice(None, None, max(1, eta.size // 24))
    for row, one in enumerate(axes):
        for curve, colour in zip(
            results["curves"][:, row], (ISOPERIMETRIC, REFINED, QUIET), strict=True
        ):
            one.plot(results["curve_eta"], curve, color=colour)
        estimate = results["estimate"][row]
        width = [estimate - results["low"][row], results["high"][row] - estimate]
        shown = [side[thin] for side in width]
        one.errorbar(eta[thin], estimate[thin], yerr=shown, fmt="o", color=MEASURED, markersize=2)
        one.set(yscale="log", ylim=(1e-5, 2), xlim=(0, 3), xlabel=r"distance $\eta$")
        one.set_title(f"$K = {classes[row]}$")
    axes[0].set_ylabel(r"$\mathbf{P}[r \geq \eta]$")
    key = (
        (r"$\sqrt{\pi/2}\,e^{-\eta^2/2}$, all $p_i \leq 1/2$", QUIET),
        (r"its form for $p_i = 1/K$", REFINED),
        (r"$\sum\Phi(\Phi^{-1}(p_i)-\eta)$", ISOPERIMETRIC),
        ("measured", MEASURED),
    )
    for line, (text, colour) in enumerate(key):
        label(axes[0], 0.06, 10 ** (-3.2 - 0.42 * line), text, colour)
    panel_letters(axes)
    return figure


def claims(results: Results) -> list[Claim]:
    """Upper limits of the frequencies below the bounds, and the bounds in their order."""
    tail, equal, half = results["tail"], results["equal"], results["half"]
    # Elsewhere both sides are near 1, or too near 0 for the sample to decide.
    shown = (results["estimate"] >= 0.01) & (results["estimate"] <= 0.75)
    return [
        Claim(
            "measured <= isoperimetric tail, at frequencies from 0.01 to 0.75",
            least((tail - results["high"])[shown]),
            "estimated",
        ),
        Claim("isoperimetric tail <= its form for equal masses", least(equal - tail), "computed"),
        Claim("form for equal masses <= form for halves", least(half - equal), "computed"),
    ]


FIGURE = Definition(
    "tails",
    compute,
    draw,
    claims,
    {"classes": [5, 10, 100], "samples": 1_000_000, "seed": 0, "confidence": 0.99},
    {"samples": 100_000},
)
