"""The bounds of the chain against what was measured: holds, violated or inconclusive.

A quantity known to lie in [a, b] obeys a bound known to lie in [u, v] for certain if b <= u
(`holds`), breaks it for certain if a > v (`violated`), and otherwise the sample does not decide
(`inconclusive`). A verdict is a statement about numbers; whether the bound was promised is told
apart from it, by `applies`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

import bounds
from bounds import FLOAT64
from bounds.formulas.holes import holes_sum
from simulations.arrays import FloatArray, IntArray
from simulations.checking.estimation import ETA_GRID, ClassCounts, Tally
from simulations.checking.intervals import (
    FROM_ABOVE,
    Budget,
    Interval,
    binomial_high,
    binomial_low,
    down,
    up,
)
from simulations.checking.knowledge import Knowledge
from simulations.checking.masses import MassLimits, Tangents

Verdict: TypeAlias = Literal["holds", "violated", "inconclusive"]

TAIL_RANGE = (0.01, 0.75)
"""Frequencies of r >= eta between which the tail bound's verdict is asked for.

For eta near 0 both sides approach 1 and no sample decides; for large eta both vanish. A violation
counts at any eta.
"""

LARGEST_RADIUS = 7.5
"""Expected radius above which the bound on H_2 is taken at this value, about 3e-14 nats."""


@dataclass(frozen=True, slots=True)
class BoundCheck:
    """One bound, its confidence limits, and the verdict on the quantity that it bounds.

    Attributes
    ----------
    value : float
        The bound at the exact or estimated masses; NaN if nothing is known.
    low, high : float
        Its limits, rounded outward; next to the value where the masses are exact.
    applies : bool
        Whether its hypothesis holds (established at the confidence asked for).
    reason : str
        Why it applies or does not.
    verdict : {"holds", "violated", "inconclusive"}
        Of the quantity against the bound.
    quantity : Interval
        What is bounded: E r, H_2, or a tail probability.
    known : Knowledge
        How the bound's limits are known.
    eta : float, optional
        For the tail bound, the distance at which the slack is least.
    """

    value: float
    low: float
    high: float
    applies: bool
    reason: str
    verdict: Verdict
    quantity: Interval
    known: Knowledge
    eta: float | None = None

    @property
    def verdict_known(self) -> Knowledge:
        """How the verdict is known: as the weaker of the bound and the quantity."""
        return (self.known | self.quantity.known).certainty


def verdict(quantity: Interval, low: float, high: float) -> Verdict:
    """Compare a quantity with a bound that lies in [low, high].

    Examples
    --------
    >>> measured = Interval(0.5, 0.4, 0.6, "")
    >>> verdict(measured, 0.7, 0.8), verdict(measured, 0.2, 0.3)
    ('holds', 'violated')
    """
    if quantity.high <= low and quantity.high < math.inf:
        return "holds"
    if quantity.low > high:
        return "violated"
    return "inconclusive"


@dataclass(frozen=True, slots=True)
class _Limits:
    """A bound's value with its limits, before the verdict."""

    value: float
    low: float
    high: float
    applies: bool
    reason: str
    known: Knowledge = Knowledge.FINITE_SAMPLE

    def check(self, quantity: Interval, refutable: bool = True) -> BoundCheck:
        """Compare; what is only known from above refutes nothing, not even a negative bound.

        The limits are rounded outward first, but for those that are none: 0 and infinity.
        """
        low = down(self.low, 1 + abs(self.low)) if self.low else self.low
        high = up(self.high, 1 + abs(self.high)) if math.isfinite(self.high) else self.high
        decided = verdict(quantity, low, high)
        if decided == "violated" and not refutable:
            decided = "inconclusive"
        return BoundCheck(
            self.value,
            low,
            high,
            self.applies,
            self.reason,
            decided,
            quantity,
            self.known,
        )


def exact_checks(
    raw_masses: FloatArray,
    has_holes: bool,
    radius: Interval,
    radius_is_exact: bool,
    tally: Tally,
    budget: Budget,
) -> dict[str, BoundCheck]:
    """Check the bounds where the masses are known exactly.

    Parameters
    ----------
    raw_masses : array of shape (K,)
        P[z in K_i].
    has_holes : bool
        Whether their sum may be below 1.
    radius : Interval
        For E[r | covered].
    radius_is_exact : bool
        Whether the tally's radii are r, not upper bounds of it.
    tally : Tally
        For the tail's frequencies.
    budget : Budget
        Error probabilities.

    Returns
    -------
    dict of str to BoundCheck
    """
    coverage = math.fsum(raw_masses)
    p = raw_masses / coverage
    chain = bounds.radius_bounds(p, coverage=min(coverage, 1.0) if has_holes else 1.0)
    checks: dict[str, BoundCheck] = {}
    tail = bounds.tail_bound(p, ETA_GRID)
    iso = chain.isoperimetric
    frequencies = _TailFrequencies.of(tally, radius_is_exact, budget)
    checks["tail"] = _tail_check(
        tail, down(tail), up(tail), iso.applies, iso.reason, frequencies, Knowledge.EXACT
    )
    for name in ("isoperimetric", "sharp", "talk", "holes"):
        bound: bounds.Bound = getattr(chain, name)
        value = float(bound.value)
        limits = _Limits(value, value, value, bound.applies, bound.reason, Knowledge.EXACT)
        checks[name] = limits.check(radius, radius_is_exact)
    return checks


def estimated_checks(
    tally: Tally,
    classes: ClassCounts,
    coverage: Interval,
    masses: MassLimits,
    radius: Interval,
    radius_is_exact: bool,
    budget: Budget,
) -> dict[str, BoundCheck]:
    """Check the bounds where the masses are estimated too.

    Lower ends: the better of the least sum over simultaneous limits of all p_i (`Box`) and of
    tangents at masses that the other half of the draws chose (`Tangents`), s at its lower limit
    (the sharp bound increases in s; gamma is concave, so that its least value over the limits of s
    is at one of them), and Clopper-Pearson limits of all q_i at once in the bound with holes, which
    increases in each q_i and decreases in c. Upper ends: the largest sum of chords over the limits
    of the p_i, or the upper limit of s.

    Parameters
    ----------
    tally : Tally
        For the tail's frequencies.
    classes : ClassCounts
        For the masses: the tally's draws and any others.
    coverage, radius : Interval
        Limits of c and E[r | covered], already paid for.
    masses : MassLimits
        Limits of all p_i, max p and s, already paid for.
    radius_is_exact : bool
        Whether the tally's radii are r, not upper bounds of it.
    budget : Budget
        Error probabilities.

    Returns
    -------
    dict of str to BoundCheck
    """
    box, largest, collision = masses.box, masses.largest, masses.collision
    counts = classes.counts.sum(axis=0)
    total = int(counts.sum())
    whole = coverage.low == 1
    names = ("isoperimetric", "sharp", "talk", "holes")
    if total < 4:
        nothing = _Limits(math.nan, 0.0, math.inf, False, "fewer than 4 covered draws")
        checks = {name: nothing.check(radius) for name in names}
        return {"tail": nothing.check(Interval(math.nan, 0.0, 1.0, "no sample")), **checks}
    tangents = Tangents.of(classes.counts)
    refusal = "" if whole else f"the classes leave holes: they cover {coverage.estimate:.6g}"

    # Classes with equal counts have equal limits.
    distinct, multiplicity = np.unique(counts, return_counts=True)

    sharp = _sharp_limits(collision, largest)
    isoperimetric = _Limits(
        _isoperimetric_sum(distinct[distinct > 0] / total, multiplicity[distinct > 0]),
        max(tangents.isoperimetric_low(budget.tenth), box.convex_low(_integrated_tail)),
        min(box.convex_high(_integrated_tail), sharp.high),
        whole,
        refusal or "holds for any partition",
    )
    sharp = _Limits(
        sharp.value, sharp.low, sharp.high, whole, refusal or "needs no assumption on the masses"
    )
    talk = _talk_limits(collision, largest, refusal)
    if whole:
        reason = "holds for any classes; here there are no holes"
        holes = replace(isoperimetric, applies=True, reason=reason)
    else:
        holes = _holes_limits(distinct, multiplicity, coverage, classes.total, budget)
    tail = _tail_check(
        _tail_sum(distinct / total, multiplicity),
        np.maximum(tangents.tail_low(budget.tenth), _each_eta(box.convex_low)),
        np.minimum(_each_eta(box.convex_high), 1.0),
        whole,
        isoperimetric.reason,
        _TailFrequencies.of(tally, radius_is_exact, budget),
    )
    limits = (isoperimetric, sharp, talk, holes)
    checks = {
        name: one.check(radius, radius_is_exact) for name, one in zip(names, limits, strict=True)
    }
    return {"tail": tail, **checks}


def collision_checks(radius: Interval, collision: Interval) -> dict[str, BoundCheck]:
    """Check the bounds by the collision probability alone: s <= max p <= sqrt(s)."""
    ends = collision.low, math.sqrt(collision.high)
    largest = Interval(math.nan, *ends, collision.method, known=collision.known)
    sharp = _sharp_limits(collision, largest)
    limits = {
        "sharp": replace(sharp, reason="needs no assumption on the masses"),
        "talk": _talk_limits(collision, largest, ""),
    }
    return {name: one.check(radius) for name, one in limits.items()}


def entropy_checks(
    radius: Interval, entropy: Interval, whole: bool, reason: str
) -> dict[str, BoundCheck]:
    """Check the upper bounds on the collision entropy that E r gives.

    Both decrease in E r: the value is at its estimate, the limits at its limits; `high`, from the
    lower limit of E r, is the diversity bound that holds at the confidence asked for. Where E r is
    only known from above there is none, nor a value: the estimate is one of a larger number.
    """
    checks: dict[str, BoundCheck] = {}
    if not whole:
        nothing = _Limits(math.nan, 0.0, math.inf, False, reason).check(entropy)
        return {"sharp": nothing, "talk": nothing}
    known = radius.known.reversed
    estimate = math.nan if Knowledge.UPPER_BOUND in radius.known else radius.estimate
    at = [_entropy_bound(x) for x in (estimate, radius.high, radius.low)]
    for index, name in enumerate(("sharp", "talk")):
        value, low, high = (pair[index] for pair in at)
        limits = _Limits(value, low, high, True, "holds for any partition", known)
        checks[name] = limits.check(entropy)
    return checks


def _entropy_bound(radius: float) -> tuple[float, float]:
    if math.isnan(radius):
        return math.nan, math.nan
    if math.isinf(radius):
        return 0.0, 0.0
    # The bound decreases: at a smaller radius it is only weaker, by less than 1e-13.
    result = bounds.entropy_bound(min(radius, LARGEST_RADIUS))
    return float(result.sharp), float(result.talk)


def _sharp(collision: float, largest: float) -> float:
    """g(s) where every mass is known to lie in its concave part, else the assumption-free bound."""
    if math.isnan(collision) or collision >= 1:
        return math.nan if math.isnan(collision) else math.inf
    if collision <= 0:
        return 0.0
    if largest <= bounds.constants().concavity_threshold:
        return bounds.halfspace_radius(collision)
    return bounds.sharp_bound_of_collision_probability(collision)


def _sharp_limits(collision: Interval, largest: Interval) -> _Limits:
    value, low, high = (
        _sharp(s, largest.high) for s in (collision.estimate, collision.low, collision.high)
    )
    return _Limits(value, low, high, True, "")


def _gamma(collision: float) -> float:
    if math.isnan(collision):
        return math.nan
    if collision >= 1:
        return -math.inf
    return bounds.gamma(collision) if collision > 0 else 0.0


def _talk_limits(collision: Interval, largest: Interval, refusal: str) -> _Limits:
    known = bounds.constants()
    ends = (_gamma(collision.low), _gamma(collision.high))
    peak = collision.low <= known.gamma_argmax <= collision.high
    high = float(known.gamma_maximum) if peak else max(ends)
    threshold = float(known.halfspace_counterexample)
    if refusal:
        applies, reason = False, refusal
    elif largest.high <= threshold:
        applies, reason = True, f"max p <= {largest.high:.6g} <= P = {threshold:.6g}"
    elif collision.high <= threshold**2:
        applies = True
        reason = f"||p||^2 <= {collision.high:.6g} <= P^2 = {threshold**2:.6g}"
    else:
        applies = False
        fails = largest.low > threshold and collision.low > threshold**2
        state = "fails" if fails else "is not established"
        limits = f"[{largest.low:.6g}, {largest.high:.6g}]"
        reason = f"max p <= P = {threshold:.6g} {state}: max p is in {limits}"
    return _Limits(_gamma(collision.estimate), min(ends), high, applies, reason)


def _isoperimetric_sum(masses: FloatArray, multiplicity: IntArray) -> float:
    if (masses >= 1).any():
        return math.inf
    return float(bounds.integrated_tail(masses) @ multiplicity)


def _integrated_tail(masses: FloatArray) -> FloatArray:
    """Values of f with its ends, 0 at 0 and inf at 1."""
    inner = (masses > 0) & (masses < 1)
    ends = np.where(masses >= 1, math.inf, 0.0)
    return np.where(inner, bounds.integrated_tail(np.where(inner, masses, 0.5)), ends)


def _tail_sum(masses: FloatArray, multiplicity: IntArray) -> FloatArray:
    sums = [_shifted(masses, eta) @ multiplicity for eta in ETA_GRID]
    return np.minimum(np.array(sums), 1.0)


def _each_eta(limit: Callable[[Callable[[FloatArray], FloatArray]], float]) -> FloatArray:
    """A limit of the sum of Phi(Phi^-1(p_i) - eta), convex in p_i, at every eta of the grid."""
    return np.array([limit(lambda p, eta=eta: _shifted(p, eta)) for eta in ETA_GRID])


def _shifted(masses: FloatArray, eta: float) -> FloatArray:
    """Phi(Phi^-1(p) - eta)."""
    return FLOAT64.survival(eta - FLOAT64.quantile(masses))


def _holes_limits(
    distinct: IntArray, multiplicity: IntArray, coverage: Interval, draws: int, budget: Budget
) -> _Limits:
    each = budget.tenth / (2 * int(multiplicity.sum()))
    value = holes_sum(distinct / draws, multiplicity, coverage.estimate)
    low = holes_sum(
        np.minimum(binomial_low(distinct, draws, each), coverage.high),
        multiplicity,
        coverage.high,
    )
    high_masses = binomial_high(distinct, draws, each)
    high = holes_sum(high_masses, multiplicity, coverage.low) if coverage.low > 0 else math.inf
    return _Limits(value, low, high, True, "holds for any classes, with holes or without")


@dataclass(frozen=True, slots=True)
class _TailFrequencies:
    """Frequencies of r >= eta over the grid of eta, with limits that hold together."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    known: Knowledge

    @staticmethod
    def of(tally: Tally, radius_is_exact: bool, budget: Budget) -> _TailFrequencies | None:
        """Clopper-Pearson; upper bounds of the radius give no lower limit. None without draws."""
        draws = tally.classes.total
        if draws == 0:
            return None
        each = budget.tail / (2 * ETA_GRID.size)
        low = binomial_low(tally.tail, draws, each)
        return _TailFrequencies(
            tally.tail / draws,
            low if radius_is_exact else np.zeros_like(low),
            binomial_high(tally.tail, draws, each),
            Knowledge.FINITE_SAMPLE if radius_is_exact else FROM_ABOVE,
        )


def _tail_check(
    value: FloatArray,
    low: FloatArray,
    high: FloatArray,
    applies: bool,
    reason: str,
    frequencies: _TailFrequencies | None,
    known: Knowledge = Knowledge.FINITE_SAMPLE,
) -> BoundCheck:
    """Compare the tail's frequencies with its bound at every eta of the grid at once."""
    if frequencies is None:
        nothing = Interval(math.nan, 0.0, 1.0, "no sample")
        return BoundCheck(math.nan, 0.0, 1.0, applies, reason, "inconclusive", nothing, known)
    estimate = frequencies.estimate
    asked = (estimate >= TAIL_RANGE[0]) & (estimate <= TAIL_RANGE[1])
    if not asked.any():
        asked = estimate > 0
    slack = np.where(asked, low - frequencies.high, math.inf)
    excess = frequencies.low - high
    if (excess > 0).any():
        index, decided = int(excess.argmax()), "violated"
    else:
        index = int(slack.argmin())
        decided = "holds" if asked.any() and (slack >= 0).all() else "inconclusive"
    quantity = Interval(
        float(estimate[index]),
        float(frequencies.low[index]),
        float(frequencies.high[index]),
        "clopper-pearson",
        known=frequencies.known,
    )
    return BoundCheck(
        float(value[index]),
        float(low[index]),
        float(high[index]),
        applies,
        reason,
        decided,
        quantity,
        known,
        float(ETA_GRID[index]),
    )
