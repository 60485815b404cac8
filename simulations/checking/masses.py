"""Limits of functions of the masses from counts of independent draws.

Two kinds of statements are made, and of two limits that hold together the better one is reported.

The box. Clopper-Pearson limits of all p_i at once. The p that it refutes may be refuted at levels
that depend on p itself: with p_i as hypothesised, and one class of the largest mass, p_i has limits
wrong with probability at most

    a(p_i) = (delta/2) (1/(2 K) + p_i/4), and delta/8 more for the one of the largest mass,

on either side, of sum delta/2 whatever p is: a class refutes p_i where P[N >= n_i] <= a(p_i), or
P[N <= n_i] <= a(p_i), and its limits are the ends of what it does not. Classes with much mass have
limits nearly as if there were no others, and those with little pay log 2 at most for that.
Over the p of sum 1 within the limits, the sum of a convex F is least at the most even p, as it
majorises least, and at most the sum of the chords of F from limit to limit, which is largest where
the steepest chords are filled first. K enters through log K only, so the box is good where a few
classes have most of the mass.

Collisions between the halves of the draws, for s = ||p||^2 (`simulations.checking.collisions`). The
box limits the variance of p_X that they need: it is at most E (p_X - a)^2 for any a.

Both. A class of half the mass or more has most of the variance of p_X, and the box is the better.
So p with max p >= 1/2 spend on the limits of their largest mass what the others spend on
collisions, and collisions are limits for max p < 1/2 only: where the box leaves max p >= 1/2
possible, from below the lesser of theirs and of 1/4 <= (max p)^2 <= s, and none from above.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bounds import FLOAT64, estimate_collision_probability, integrated_tail
from simulations.arrays import FloatArray, IntArray
from simulations.checking.betting import bounded_low
from simulations.checking.collisions import Products
from simulations.checking.estimation import ETA_GRID
from simulations.checking.intervals import OUTWARD, Interval, binomial_high, binomial_low, down, up

LABELS = 2**63
"""Classes that labels can tell apart."""

IN_PROPORTION, EQUALLY, TO_LARGEST = 0.25, 0.5, 0.25
"""Shares of the box's error probability: in proportion to the masses, equally, and for max p."""

ROUNDS = 3
"""How often limits at levels that depend on the mass are drawn closer; each of them holds."""

LARGEST_CHOICE = 0.999
"""Cap of the masses a_i at which tangents are drawn: slopes grow without bound near 1."""


@dataclass(frozen=True, slots=True)
class Box:
    """Limits of all p_i at once. Classes with equal counts have equal limits and go together.

    Attributes
    ----------
    low, high : float64 arrays of shape (m,)
    classes : int64 array of shape (m,)
        How many classes have them.
    most_even : float64 array of shape (m,)
        The p within them that majorises least: low, high, or a level common to all. Its sum is 1,
        or less by rounding.
    largest_low : float
        Lower limit of max p, of which `high` has the upper one.
    """

    low: FloatArray
    high: FloatArray
    classes: IntArray
    most_even: FloatArray
    largest_low: float

    @staticmethod
    def of(counts: IntArray, delta: float, spared: float = 0.0) -> Box:
        """Clopper-Pearson at levels that depend on p, narrowed by what the others leave.

        The most frequent class has at least as many draws as the class of the largest mass, one
        given class: the upper limit for its count is one of max p. From below that class may be any
        whose upper limit is at least all lower limits; where only one is left, it is the one.

        Parameters
        ----------
        counts : array of shape (K,)
        delta : float
        spared : float
            Error probability that masses with max p >= 1/2 spend on nothing else.
        """
        distinct, classes = np.unique(counts, return_counts=True)
        total = int(counts.sum())

        def each(p: FloatArray) -> FloatArray:
            return 0.5 * delta * (EQUALLY / counts.size + IN_PROPORTION * p)

        def of_largest(p: FloatArray) -> FloatArray:
            return each(p) + 0.5 * (delta * TO_LARGEST + np.where(p >= 0.5, spared, 0.0))

        low = _lowest(distinct, total, each)
        high = np.minimum(
            _highest(distinct, total, each), _highest(distinct[-1:], total, of_largest)
        )
        may_be_largest = high >= low[-1]
        largest_low = _lowest(distinct[may_be_largest][:1], total, of_largest)[0]
        if classes[may_be_largest].sum() == 1:
            low[-1] = max(low[-1], largest_low)
        rest_low, rest_high = float(low @ classes) - low, float(high @ classes) - high
        low = np.maximum(low, down(1 - up(rest_high, 1 + rest_high), 1.0))
        high = np.minimum(high, up(1 - down(rest_low, 1.0), 1.0))
        largest_low = max(float(largest_low), float(low[-1]), down(1 / counts.size))
        even = _most_even(low, high, classes)
        return Box(low, high, classes.astype(np.int64), even, largest_low)

    def largest(self, estimate: float, exact: float | None = None) -> Interval:
        """The interval of max p."""
        high = max(float(self.high[-1]), self.largest_low)
        return Interval(estimate, self.largest_low, high, "clopper-pearson", exact)

    def convex_low(self, function: Callable[[FloatArray], FloatArray]) -> float:
        """Lower limit of the sum of F(p_i), F convex and increasing."""
        return down(float(function(self.most_even) @ self.classes))

    def convex_high(self, function: Callable[[FloatArray], FloatArray]) -> float:
        """Upper limit of the sum of F(p_i), F convex."""
        return up(self._chords(function, descending=True))

    def concave_low(self, function: Callable[[FloatArray], FloatArray]) -> float:
        """Lower limit of the sum of F(p_i), F concave."""
        return down(self._chords(function, descending=False))

    def spread(self, centre: float) -> float:
        """Upper limit of sum p_i (p_i - centre)^2, and so of the variance of p_X.

        At most sum p_i g_i, g_i the largest square over the limits of p_i; largest where the
        largest g_i are filled first.
        """
        squares = np.maximum((self.high - centre) ** 2, (self.low - centre) ** 2)
        order = np.argsort(-squares, kind="stable")
        filled = self._filled(order)
        return up(float(squares * self.classes @ self.low + squares[order] @ filled))

    def _filled(self, order: IntArray) -> FloatArray:
        """What is left of the sum 1 above the lower limits, given to the classes in an order."""
        room = ((self.high - self.low) * self.classes)[order]
        left = 1 - float(self.low @ self.classes)
        return np.clip(left - (np.cumsum(room) - room), 0.0, room)

    def _chords(self, function: Callable[[FloatArray], FloatArray], descending: bool) -> float:
        """The extreme sum of the chords of F over the p of sum 1: a fractional knapsack."""
        at_low, at_high = function(self.low), function(self.high)
        if not np.isfinite(at_high).all():
            return math.inf
        width = self.high - self.low
        slope = np.where(width > 0, (at_high - at_low) / np.where(width > 0, width, 1), 0.0)
        order = np.argsort(-slope if descending else slope, kind="stable")
        return float(at_low @ self.classes + slope[order] @ self._filled(order))


def _most_even(low: FloatArray, high: FloatArray, classes: IntArray) -> FloatArray:
    below, above = 0.0, 1.0
    for _ in range(60):
        level = 0.5 * (below + above)
        if float(np.clip(level, low, high) @ classes) <= 1:
            below = level
        else:
            above = level
    return np.clip(below, low, high)


Level: TypeAlias = Callable[[FloatArray], FloatArray]
"""Error probability of a limit of p_i as a function of p_i, increasing."""


def _lowest(counts: IntArray, total: int, level: Level) -> FloatArray:
    """Lower bounds of the p with P[N >= n] > level(p), nearly the least ones.

    The p with P[N >= n] = level(q) increases in q: it is below the least such p if q is.
    """
    low = np.zeros(counts.size)
    for _ in range(ROUNDS):
        low = binomial_low(counts, total, level(low))
    return low


def _highest(counts: IntArray, total: int, level: Level) -> FloatArray:
    """Upper bounds of the p with P[N <= n] > level(p), nearly the largest ones.

    The p with P[N <= n] = level(q) decreases in q: it is above the largest such p if q is below,
    and below if q is above.
    """
    high = binomial_high(counts, total, level(np.zeros(counts.size)))
    for _ in range(ROUNDS - 1):
        low = binomial_high(counts, total, level(high))
        high = binomial_high(counts, total, level(low))
    return high


def minus_log(probability: Interval) -> Interval:
    """The interval of log 1/s for that of s."""

    def value(p: float) -> float:
        return -math.log(p) + 0.0 if p > 0 else (math.nan if math.isnan(p) else math.inf)

    low, high = value(probability.high), value(probability.low)
    return Interval(
        value(probability.estimate),
        max(down(low, 1.0), 0.0),
        up(high, 1.0 + high) if math.isfinite(high) else high,
        probability.method,
        None if probability.exact is None else value(probability.exact),
        probability.known.reversed,
    )


def chosen_masses(counts: IntArray) -> FloatArray:
    """Masses estimated from the half A, shrunk toward 1/K: the point where tangents are drawn.

    a = (1 - w) n/N + w/K; w minimises the estimated squared error
    (1 - w)^2 (1 - s)/N + w^2 (s - 1/K), and is at least 1/N so that no mass vanishes.
    """
    total = int(counts.sum())
    classes = counts.size
    if total < 4:
        return np.full(classes, 1 / classes)
    frequency = counts / total
    collision = estimate_collision_probability(counts).estimate
    noise = max(1 - collision, 0.0) / total
    spread = max(collision - 1 / classes, 0.0)
    weight = min(max(noise / (noise + spread) if noise + spread > 0 else 0.0, 1 / total), 1.0)
    return (1 - weight) * frequency + weight / classes


@dataclass(frozen=True, slots=True)
class Tangents:
    """Where tangents to a convex F are drawn, and the draws that bound the sum of F.

    sum F(p_i) >= sum F(a_i) + F'(a_i) (p_i - a_i) for any a. The half A chooses a; the half B,
    independent of it, bounds the expectation of F'(a_X). The sample that chooses is not the sample
    that bounds. Classes with the same chosen mass are taken together.

    Attributes
    ----------
    points : float64 array of shape (m,)
        The distinct chosen masses, in (0, `LARGEST_CHOICE`].
    classes : int64 array of shape (m,)
        How many classes have each.
    counts : int64 array of shape (m,)
        Draws of the half B in those classes.
    """

    points: FloatArray
    classes: IntArray
    counts: IntArray

    @staticmethod
    def of(counts: IntArray) -> Tangents:
        """Choose from the half A, counts[0], and keep the half B, counts[1]."""
        points, group, classes = np.unique(
            np.minimum(chosen_masses(counts[0]), LARGEST_CHOICE),
            return_inverse=True,
            return_counts=True,
        )
        grouped = np.zeros(points.size, dtype=np.int64)
        np.add.at(grouped, group, counts[1])
        return Tangents(points, classes.astype(np.int64), grouped)

    def low(self, values: FloatArray, slopes: FloatArray, delta: float) -> FloatArray:
        """Lower limits of sums of F(p_i) given F and F' at the points, each at delta.

        Parameters
        ----------
        values, slopes : arrays of shape (..., m)
        delta : float

        Returns
        -------
        array of shape (...)
        """
        weights = self.points * self.classes
        least = slopes.min(axis=-1)
        above = slopes - least[..., None]
        mean = above @ weights
        deviation = np.sqrt((above - mean[..., None]) ** 2 @ weights)
        linear = least + bounded_low(above, self.counts, delta, mean, deviation)
        size = np.abs(values) @ self.classes + slopes @ weights + np.abs(linear)
        return linear + (values - slopes * self.points) @ self.classes - OUTWARD * size

    def isoperimetric_low(self, delta: float) -> float:
        """Lower limit of sum f(p_i); f'(p) = p / phi(Phi^-1(p)), the reciprocal hazard rate."""
        slopes = 1 / FLOAT64.hazard(-FLOAT64.quantile(self.points))
        return max(float(self.low(integrated_tail(self.points), slopes, delta)), 0.0)

    def tail_low(self, delta: float) -> FloatArray:
        """Lower limits, all at once, of sum Phi(Phi^-1(p_i) - eta) over the grid of eta.

        The slope at p is phi(t + eta)/phi(t) = exp(-eta t - eta^2/2), t = -Phi^-1(p).
        """
        t, eta = -FLOAT64.quantile(self.points), ETA_GRID[:, None]
        values, slopes = FLOAT64.survival(t + eta), np.exp(-eta * (t + eta / 2))
        return np.maximum(self.low(values, slopes, delta / ETA_GRID.size), 0.0)


@dataclass(frozen=True, slots=True)
class MassLimits:
    """Limits of the masses of one sample of labels that hold together.

    Attributes
    ----------
    box : Box
    largest, collision : Interval
        Of max p and s.
    """

    box: Box
    largest: Interval
    collision: Interval

    @staticmethod
    def of(counts: IntArray, delta: float, p: FloatArray | None = None) -> MassLimits:
        """Half of delta for the box, max p included, and half for collisions.

        The estimate of s is the U-statistic of all draws, moved into the limits.

        Parameters
        ----------
        counts : array of shape (2, K)
            Draws in each class, of the part that chooses and of the part that bounds.
        delta : float
        p : array of shape (K,), optional
            The masses, where they are known.
        """
        total = counts.sum(axis=0)
        draws = int(total.sum())
        box = Box.of(total, delta / 2, delta / 2)
        share = float(total.max()) / draws if draws else math.nan
        largest = box.largest(share, None if p is None else float(p.max()))
        low, high = box.convex_low(np.square), min(largest.high, box.convex_high(np.square))
        products = Products.of(counts)
        spread = box.spread(products.mean)
        least, most = products.limits(counts.shape[1], largest.high, delta / 4, spread)
        if largest.high < 0.5:
            low, high = max(low, least), min(high, most)
        else:
            low = max(low, min(least, 0.25))
        high = max(high, low)
        estimate = math.nan
        if draws > 3:
            # Unbiased estimates of nearly uniform masses fall below 1/K as often as above.
            estimate = min(max(estimate_collision_probability(total).estimate, low), high)
        exact = None if p is None else float(p @ p)
        collision = Interval(estimate, low, high, "collisions and box", exact)
        return MassLimits(box, largest, collision)

    @property
    def spread(self) -> float:
        """Upper limit of the variance of p_X."""
        low, high = self.collision.low, self.collision.high
        top = self.largest.high
        middle = min(max(top / 2, low), high)
        classes = int(self.box.classes.sum())
        found = (middle * (top - middle), top * (high - 1 / classes), self.box.spread(low))
        return max(up(min(found), 1.0), 0.0)


def collisions_alone(counts: IntArray, delta: float) -> Interval:
    """Interval for s where nothing is known of the number of classes.

    The limits from collisions need a K for s >= 1/K only, and labels can tell 2^63 classes apart.
    The upper limit of max p has an eighth of delta, the others the rest in equal parts.

    Parameters
    ----------
    counts : array of shape (2, m)
        Draws in each class that was seen, of the part that chooses and of the part that bounds.
    delta : float
    """
    total = counts.sum(axis=0)
    draws = int(total.sum())
    largest = float(binomial_high(int(total.max()), draws, delta / 8)) if draws else 1.0
    low, high = Products.of(counts).limits(LABELS, largest, 7 * delta / 16)
    estimate = math.nan
    if draws > 3:
        estimate = min(max(estimate_collision_probability(total).estimate, low), high)
    return Interval(estimate, low, high, "collisions")


def collision_difference(
    first: IntArray, second: IntArray, limits: tuple[MassLimits, MassLimits], delta: float
) -> tuple[float, float]:
    """Limits of s_A - s_B of two independent samples, together wrong with probability <= delta.

    With m the mass of the classes weighted by their frequencies in the first part,
    s_A - s_B = (m_A - m_B) + (s_A - m_A) - (s_B - m_B). The m have their limits,
    each at delta/8. The rest is a sum of independent terms (s - p_X)/n over both first parts, so
    by Bernstein's inequality, each side at delta/4 and with limits v of the variances of p_X,

        |..| <= sqrt(2 L (v_A/n_A + v_B/n_B)) + max(b_A/n_A, b_B/n_B) L/3,  L = log 4/delta,

    b the limits of max p. The variances add, where the two intervals of s would add deviations.

    Parameters
    ----------
    first, second : arrays of shape (2, K)
        Draws in each class of A and of B, of the part that chooses and of the part that bounds.
    limits : tuple of MassLimits
        Of A and B, which hold besides.
    delta : float
    """
    a, b = (Products.of(counts) for counts in (first, second))
    if not a.draws or not b.draws:
        return -1.0, 1.0
    (a_low, a_high), (b_low, b_high) = (one.mean_limits(delta / 8) for one in (a, b))
    x = math.log(4 / delta)
    variance = limits[0].spread / a.draws + limits[1].spread / b.draws
    largest = max(limits[0].largest.high / a.draws, limits[1].largest.high / b.draws)
    rest = math.sqrt(2 * x * variance) + largest * x / 3
    return down(a_low - b_high - rest, 1.0), up(a_high - b_low + rest, 1.0)
