"""Limits of a mean by betting: valid at every sample size, whenever one stops.

A wealth that starts at 1 is multiplied, with each draw X, by a factor that the hypothesis
"the mean is m" makes at most 1 in expectation. By Ville's inequality it ever reaches 1/delta with
probability at most delta. So at any n, chosen by whatever was seen, the m that it did not refute
hold the mean with probability 1 - delta (Waudby-Smith and Ramdas, J. R. Stat. Soc. B 86 (2024),
arXiv 2010.09686, Section 4). An average of such wealths with weights fixed in advance is one too.

Lower limits
    X >= 0, factor 1 - b + b X/m with 0 <= b < 1. It needs no upper bound on X. It decreases in m,
    so the refuted m are those below a limit.
Upper limits
    X <= width as the lower limit of width - X. Where X is unbounded and all that is known is
    E (X - m - T)+ <= excess, decreasing in m and T:

        1 + l (m - excess - min(X, m + T)),   l T = 0.9,

    whose expectation is at most 1 + l (m - excess - E X + E (X - m - T)+) <= 1 if E X >= m. X may
    be replaced by anything larger. With l = min(b/m, 0.9/T_0), for any constants b and T_0, it
    increases in m: l decreases, T, l m and -l excess increase; where X is cut it is
    0.1 - l excess.
Concentration
    Where X is a 1-Lipschitz function of z ~ N(0, I), E exp(l (X - m) - l^2/2) <= 1 for any real l.

What is bet. n draws with standard deviation sigma refute an m at a distance of
sigma sqrt(2 log(1/delta)/n), and do so by l = sqrt(2 log(1/delta)/n)/sigma. The n is that of the
plan; sigma/m is measured by the pilot, draws that come before those on which this bet is placed,
and on the pilot 0.9 is taken for it, about right for distances to the nearest of many walls, and
harmless if it is less. This bet has most of the weight; the rest is spread over all sizes of
b = l m by factors of 2, for sample sizes that were not planned and for pilots that mislead. So the
limits at the planned size cost next to nothing more than ones that hold at that size alone.

The draws are known by cells (`histogram`). log(factor) is concave in X below M, so over a cell its
sum is at least that of the chord at the mean; above M it is constant. Sums of logarithms are
rounded by less than `ROUNDING` a draw, which is taken off. Every number is on the safe side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import scipy.optimize

from simulations.arrays import FloatArray, IntArray
from simulations.checking.histogram import HIGHEST_OCTAVE, Histogram, Sample

Excess: TypeAlias = Callable[[float, Any], Any]
"""E (X - m - T)+ as a function of m and of an array of T."""

ROUNDING = 2.0**-43
"""More than the rounding of the logarithm of a factor: factors are at least 0.01 and their terms at
most 100, in units of 2^-53; the sum over at most 2^11 cells adds as much."""

LARGEST_SHARE = 0.95
"""Share of the wealth that a bet may lose at most."""

REACH = 0.9
"""l T: what a bet on the upper limit loses at most, without the excess."""

RELATIVE_DEVIATION = 0.9
"""sigma/m before anything is seen."""

WIDE: FloatArray = 2.0 ** np.arange(2.0, -24.0, -1.0)
"""The b of the bets for sample sizes that were not planned."""

PLANNED_WEIGHT = 0.9
"""Weight of the bets for planned sample sizes."""

CONCENTRATION_WEIGHT = 0.05
"""Weight of the bets by concentration, where they are valid, within those for planned sizes."""

PRECISION = 1e-10
"""Relative distance up to which a limit is sought."""

STEPS = 40
"""Halvings of the interval from 0 to the mean in which limits of many means are sought."""

BEYOND = 2.0**HIGHEST_OCTAVE
"""No limit above it is sought."""


@dataclass(frozen=True, slots=True)
class Stake:
    """One bet: on the pilot, and on the rest.

    Attributes
    ----------
    weight : float
    pilot, rest : float
        b = l m.
    pilot_reach, rest_reach : float
        T_0, for upper limits: the least T.
    """

    weight: float
    pilot: float
    rest: float
    pilot_reach: float
    rest_reach: float


def stakes(
    pilot: Sample,
    planned: tuple[int, ...],
    delta: float,
    excess: Excess | None = None,
) -> list[Stake]:
    """Choose the bets from the pilot and the planned sample sizes alone.

    Parameters
    ----------
    pilot : Sample
    planned : tuple of int
        Sample sizes at which the limit shall be tight.
    delta : float
    excess : callable, optional
        For upper limits: about E (X - m - T)+ as a function of m and T.
    """
    mean, deviation = pilot.mean, pilot.deviation
    known = pilot.total >= 16 and deviation > 0
    relative = deviation / mean if known else RELATIVE_DEVIATION
    size, share = PLANNED_WEIGHT / len(planned), math.log(len(planned) / PLANNED_WEIGHT)
    found: list[Stake] = []
    for n in planned:
        step = math.sqrt(2 * (math.log(1 / delta) + share) / n)
        reach = 3.5
        if excess is not None and known:
            # Beyond this reach the excess is a twentieth of the limit's distance.
            reach = _crossing(lambda t: excess(mean, t), step * deviation / 20)
        found.append(Stake(size, step / RELATIVE_DEVIATION, step / relative, 3.5, reach))
    weight = (1 - PLANNED_WEIGHT) / WIDE.size
    return found + [Stake(weight, float(b), float(b), 3.5, 3.5) for b in WIDE]


def _crossing(decreasing: Callable[[float], float], value: float) -> float:
    t = 0.5
    while decreasing(t) > value and t < 40:
        t += 0.25
    return t


def _chord(at: Callable[[FloatArray], FloatArray], sample: Sample, mean: FloatArray) -> FloatArray:
    """Sum over the draws of a function, concave over the cells, by its chords."""
    width = sample.right - sample.left
    usable = np.isfinite(width) & (width > 0)
    place = np.where(usable, (mean - sample.left) / np.where(usable, width, 1.0), 0.0)
    left, right = at(sample.left), at(np.where(usable, sample.right, sample.left))
    return (left + (right - left) * place) @ sample.count


def _wealth(weights: FloatArray, logarithms: FloatArray, draws: float) -> float:
    """Logarithm of the average of wealths, rounded down."""
    top = float(logarithms.max(initial=-math.inf))
    if top == -math.inf:
        return -math.inf
    return top + math.log(float(weights @ np.exp(logarithms - top))) - draws * ROUNDING


def _gains(sample: Sample, m: float, b: FloatArray) -> FloatArray:
    """Logarithms of the wealth of bets against a mean of at most m, one for each b."""
    share = np.minimum(b, LARGEST_SHARE)[:, None]
    return _chord(lambda x: np.log1p(share * (x / m - 1)), sample, sample.mean_low)


def _losses(
    sample: Sample,
    m: float,
    b: FloatArray,
    reach: FloatArray,
    excess: Excess,
) -> FloatArray:
    """Logarithms of the wealth of bets against a mean of at least m, one for each b."""
    size = np.minimum(b / m, REACH / reach)[:, None]
    cut = m + REACH / size
    drift = 1 + size * (m - excess(m, REACH / size))
    bottom = drift - size * cut

    def at(x: FloatArray) -> FloatArray:
        return np.log(np.maximum(drift - size * np.minimum(x, cut), 1e-2))

    width = sample.right - sample.left
    inside = sample.right <= cut
    usable = inside & (width > 0)
    place = np.where(usable, (sample.mean_high - sample.left) / np.where(width > 0, width, 1), 1.0)
    left, right = at(sample.left), at(sample.right)
    total = np.where(usable, left + (right - left) * place, right) @ sample.count
    return np.where(bottom[:, 0] >= 1e-2, total, -math.inf)


def _limit(excess_wealth: Callable[[float], float], inside: float, step: float) -> float | None:
    """A number that is known to be refuted, next to those that are not, on the side of step.

    The search steps away from `inside` in doubled steps and then finds where the wealth reaches
    the threshold; only a number at which it was computed to reach it is returned. None if there
    is none between 0 and `BEYOND`.
    """
    back = step
    while 0 < inside < BEYOND and excess_wealth(inside) >= 0:
        # The mean itself may be refuted: the pilot and the rest were bet on differently.
        inside, back = inside - back, 2 * back
    if not 0 < inside < BEYOND:
        return None
    outside = inside + step
    while 0 < outside < BEYOND and excess_wealth(outside) < 0:
        inside, step = outside, 2 * step
        outside = inside + step
    if outside <= 0:
        outside = inside * 2.0**-20
    if outside >= BEYOND or excess_wealth(outside) < 0:
        return None
    root = float(scipy.optimize.brentq(excess_wealth, inside, outside, rtol=PRECISION, xtol=1e-300))
    nudge = math.copysign(PRECISION * root, step)
    while excess_wealth(root) < 0:
        root, nudge = root + nudge, 2 * nudge
    return root


def lower_limit(
    radii: Histogram, planned: tuple[int, ...], delta: float, lipschitz: bool = False
) -> float:
    """Lower limit of the mean of non-negative draws, wrong at any n with probability <= delta.

    Parameters
    ----------
    radii : Histogram
    planned : tuple of int
        Sample sizes at which it shall be tight.
    delta : float
    lipschitz : bool
        Whether the draws are a 1-Lipschitz function of normal vectors.
    """
    pilot, rest = radii.sample(0), radii.sample(1)
    n = pilot.total + rest.total
    if n == 0:
        return 0.0
    bets = stakes(pilot, planned, delta)
    weights = np.array([bet.weight for bet in bets])
    first = np.array([bet.pilot for bet in bets])
    then = np.array([bet.rest for bet in bets])
    total = float(pilot.mean_low @ pilot.count + rest.mean_low @ rest.count)
    step, weights = _concentration(weights, planned, delta, lipschitz)

    def excess_wealth(m: float) -> float:
        logarithms = _gains(pilot, m, first) + _gains(rest, m, then)
        steady = step * (total - n * m) - n * step**2 / 2
        found = _wealth(weights, np.concatenate([logarithms, steady]), n)
        return found - math.log(1 / delta)

    mean = total / n
    found = _limit(excess_wealth, mean, -_first_step(radii, mean, n, delta)) if mean > 0 else None
    return 0.0 if found is None else found


def upper_limit(
    radii: Histogram,
    planned: tuple[int, ...],
    delta: float,
    excess: Excess,
    expected_excess: Excess,
    lipschitz: bool = False,
) -> float:
    """Upper limit of the mean of draws, or of what they bound, wrong with probability <= delta.

    Parameters
    ----------
    radii : Histogram
    planned : tuple of int
        Sample sizes at which it shall be tight.
    delta : float
    excess : callable
        Upper bound of E (X - m - T)+ as a function of m and T, decreasing in both.
    expected_excess : callable
        About the same, from the pilot alone.
    lipschitz : bool
        Whether the draws are, or bound, a 1-Lipschitz function of normal vectors.

    Returns
    -------
    float
        inf if nothing is refuted.
    """
    pilot, rest = radii.sample(0), radii.sample(1)
    n = pilot.total + rest.total
    if n == 0:
        return math.inf
    bets = stakes(pilot, planned, delta, expected_excess)
    weights = np.array([bet.weight for bet in bets])
    first = np.array([bet.pilot for bet in bets])
    then = np.array([bet.rest for bet in bets])
    near = np.array([bet.pilot_reach for bet in bets])
    far = np.array([bet.rest_reach for bet in bets])
    bounded = not any(np.isinf(part.right).any() for part in (pilot, rest))
    total = float(pilot.mean_high @ pilot.count + rest.mean_high @ rest.count)
    step, weights = _concentration(weights, planned, delta, lipschitz)

    def excess_wealth(m: float) -> float:
        logarithms = _losses(pilot, m, first, near, excess) + _losses(rest, m, then, far, excess)
        steady = step * (n * m - total) - n * step**2 / 2
        steady = steady if bounded else np.full_like(step, -math.inf)
        found = _wealth(weights, np.concatenate([logarithms, steady]), n)
        return found - math.log(1 / delta)

    mean = max(total / n, 2.0**-32)
    found = _limit(excess_wealth, mean, _first_step(radii, mean, n, delta))
    return math.inf if found is None else found


def bounded_low(
    values: FloatArray,
    counts: IntArray,
    delta: float,
    mean: FloatArray | float,
    deviation: FloatArray | float,
) -> FloatArray:
    """Lower limits of means of non-negative draws of known values, at one sample size.

    Parameters
    ----------
    values : array of shape (..., m)
        The values, chosen without these draws.
    counts : array of shape (m,)
        How many draws have each.
    delta : float
        Probability that a limit is wrong, each.
    mean, deviation : arrays of shape (...)
        About the means and the standard deviations, known without these draws.

    Returns
    -------
    array of shape (...)
    """
    seen = counts > 0
    values, count = values[..., seen], counts[seen].astype(np.float64)
    n = float(count.sum())
    top = np.asarray(values @ count) / max(n, 1.0)
    step = math.sqrt(2 * math.log(1 / delta) / max(n, 1.0))
    ratio = np.divide(mean, deviation, out=np.ones(top.shape), where=np.asarray(deviation) > 0)
    shares = np.clip(step * ratio[..., None] * np.array([0.5, 1.0, 2.0]), 0.0, LARGEST_SHARE)
    weights = np.array([0.1, 0.8, 0.1])
    threshold = math.log(1 / delta) + n * ROUNDING
    refuted, open_ = np.zeros(top.shape), top.copy()
    for _ in range(STEPS):
        middle = 0.5 * (refuted + open_)
        relative = values / np.where(middle > 0, middle, 1.0)[..., None] - 1
        wealth = np.log1p(shares[..., None] * relative[..., None, :]) @ count
        best = wealth.max(axis=-1)
        total = best + np.log(np.exp(wealth - best[..., None]) @ weights)
        wrong = (total >= threshold) & (middle > 0)
        refuted, open_ = np.where(wrong, middle, refuted), np.where(wrong, open_, middle)
    return refuted


def _first_step(radii: Histogram, mean: float, draws: float, delta: float) -> float:
    """About the distance from the mean at which a limit is expected."""
    deviation = radii.sample().deviation
    return max(deviation, mean / 100) * math.sqrt(2 * math.log(1 / delta) / draws)


def _concentration(
    weights: FloatArray, planned: tuple[int, ...], delta: float, lipschitz: bool
) -> tuple[FloatArray, FloatArray]:
    """Steps of the bets by concentration, and the weights of all bets."""
    if not lipschitz:
        return np.empty(0), weights
    share = math.log(len(planned) / CONCENTRATION_WEIGHT)
    step = np.sqrt([2 * (math.log(1 / delta) + share) / n for n in planned])
    own = np.full(len(planned), CONCENTRATION_WEIGHT / len(planned))
    return step, np.concatenate([(1 - CONCENTRATION_WEIGHT) * weights, own])
