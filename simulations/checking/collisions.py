"""Limits of the collision probability s = ||p||^2 by collisions between two halves of the draws.

With w_i the frequencies of the n draws of the first half, and n' draws in the second,

    m = sum w_i p_i  is the mean of p_X over the first half: of values in [0, max p], with mean s
                     and a variance v of at most min(s (max p - s), max p (s - 1/K));
    m                is the mean of the known w_X over the second half, given the first.

For any l > 0, and any share b < 1 that the first half chooses, each of the two factors

    exp(l n (m - s) - n v phi),  phi = (exp(l c) - 1 - l c)/c^2,  c >= max p - s    (Bennett)
    prod (1 - b + b w_X/m)  over the second half                                   (a bet on w_X)

has an expectation of at most 1, the second one given the first half. So has their product, which
with probability 1 - delta is below 1/delta at the true m, and then so is its least value over all
m. It is convex in log, and s is refuted where

    l n s + n v phi  <=  min_m (l n m + sum log(1 - b + b w_X/m)) - log 1/delta.

The deviations of the halves add as those of independent draws do, where limits of m and then of s
would add them up. From above, s - m and max w - w_X take the places of m - s and w_X; c >= s. The
variance is no more than max p (s - 1/K) as Var p_X <= E (p_X - 1/K)^2 <= max p sum (p_i - 1/K)^2:
for even masses collisions deviate by 1/n only, and so do the limits.

l must not depend on the first half, but may depend on the s that is tested, of which it is a step
function. It is about the best one if v is 0, s^1.5/2 (half of what it can be, as sum p^3 <= max p s
<= s^1.5), s^1.5/16, s^1.5/128, ..., which share delta. What refutes a large s is draws of a
smaller one: there l is that of 0.7 s. The b that goes with l has its least product at the m that is
expected.

All n n' pairs are used; n/2 disjoint ones would need n of the order of 1/s to see anything, these
1/sqrt(s).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.optimize

from simulations.arrays import FloatArray, IntArray
from simulations.checking.betting import LARGEST_SHARE, ROUNDING, bounded_low
from simulations.checking.intervals import down, up

EVEN_SHARE, UNEVEN_SHARE = 0.5, 0.25
"""Shares of delta for v = 0 and for v = s^1.5/2; the variances between them share the rest."""

STEP = 2**0.25
"""Of s, in which the l are the same."""

HALVINGS = 50
"""Of the bracket of the m at which the product is least."""


@dataclass(frozen=True, slots=True)
class Products:
    """What the second half of the draws says of the frequencies of the first.

    Attributes
    ----------
    values : float64 array of shape (m,)
        The w_i that there may be, in increasing order.
    seen : int64 array of shape (m,)
        Draws of the second half in classes of each.
    draws, others : int
        n and n'.
    mean, deviation : float
        About the mean and the standard deviation of w_X, from the first half.
    """

    values: FloatArray
    seen: IntArray
    draws: int
    others: int
    mean: float
    deviation: float

    @staticmethod
    def of(counts: IntArray) -> Products:
        """Frequencies by counts[0], and draws by counts[1]."""
        first = counts[0].astype(np.int64)
        n, others = int(first.sum()), int(counts[1].sum())
        values = np.arange(int(first.max(initial=0)) + 1) / max(n, 1)
        seen = np.bincount(first, weights=counts[1]).astype(np.int64)
        k = first.astype(np.float64)
        pairs = float(k @ (k - 1)) / max(n * (n - 1.0), 1.0)
        triples = float((k * (k - 1)) @ (k - 2)) / max(n * (n - 1.0) * (n - 2.0), 1.0)
        mean = max(pairs, 1 / max(n, 1) ** 2)
        variance = max(triples + mean / max(n, 1) - mean**2, mean / (2 * max(n, 1)))
        return Products(values, seen, n, others, mean, math.sqrt(variance))

    def mean_limits(self, delta: float) -> tuple[float, float]:
        """Limits of m, each wrong with probability at most delta."""
        if not self.draws or not self.others:
            return 0.0, 1.0
        top = float(self.values[-1])
        low = float(bounded_low(self.values, self.seen, delta, self.mean, self.deviation))
        rest = float(
            bounded_low(top - self.values, self.seen, delta, top - self.mean, self.deviation)
        )
        return low, up(top - rest, 1.0)

    def limits(
        self, classes: int, largest: float, delta: float, spread: float = math.inf
    ) -> tuple[float, float]:
        """Limits of s, each wrong with probability at most delta.

        Parameters
        ----------
        classes : int
            K.
        largest : float
            Upper limit of max p, which holds besides.
        delta : float
        spread : float
            Upper limit of the variance of p_X, which holds besides.
        """
        even = down(1 / classes)
        if self.draws < 2 or not self.others:
            return even, largest
        steps = list(self._steps(even, largest))

        def variance(s: float) -> float:
            return max(min(s * (largest - s), largest * (s - even), spread), 0.0)

        low, high = largest, even
        for begin, end in steps:
            stop = min(end, largest)
            most = self._most(begin, stop, even, largest, spread)
            # (max p)^2 <= s.
            reach = min(largest - begin, math.sqrt(end))
            weights, least = self._tests(end, delta, reach)
            low = max(
                _first_open(begin, stop, variance, most, *test)
                for test in zip(weights, least, strict=True)
            )
            if low < stop:
                break
        for begin, end in reversed(steps):
            stop = min(end, largest)
            most = self._most(begin, stop, even, largest, spread)
            weights, least = self._tests(end, delta, stop, complement=True)
            high = -max(
                _first_open(-stop, -begin, lambda t: variance(-t), most, *test)
                for test in zip(weights, least, strict=True)
            )
            if high > begin:
                break
        return max(down(low, 1.0), even), max(min(up(high, 1.0), largest), even)

    def _steps(self, even: float, largest: float) -> Iterator[tuple[float, float]]:
        """From 1/K up; the first one reaches to where the pairs of the halves see something."""
        begin, end = even, STEP * max(even, 1 / (self.draws * self.others))
        while begin < largest:
            yield begin, end
            begin, end = end, STEP * end

    @staticmethod
    def _most(begin: float, end: float, even: float, largest: float, spread: float) -> float:
        """Upper limit of the variance over a step."""
        middle = min(max(largest / 2, begin), end)
        return max(min(middle * (largest - middle), largest * (end - even), spread), 0.0)

    def _tests(
        self, end: float, delta: float, reach: float, complement: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Numbers a, b of tests that refute every s with s + a v < b, or -s + a v < b.

        Parameters
        ----------
        end : float
            Of the step.
        delta : float
        reach : float
            c.
        complement : bool
            Whether large s are refuted, not small ones.
        """
        n, others, s = self.draws, self.others, 0.7 * end if complement else end
        variances = [0.0, s**1.5 / 2]
        while variances[-1] / 8 * (n + others) > s:
            variances.append(variances[-1] / 8)
        between = len(variances) - 2
        rest = 1 - EVEN_SHARE - UNEVEN_SHARE
        shares = np.full(len(variances), rest / max(between, 1))
        shares[:2] = EVEN_SHARE, UNEVEN_SHARE if between else UNEVEN_SHARE + rest
        of_mean = np.array(variances) / n + (np.array(variances) + s / n) / others
        slope = np.sqrt(2 * (1 - math.log(delta)) / of_mean) / n
        phi = np.expm1(slope * reach) - slope * reach
        top = float(self.values[-1]) if complement else 0.0
        values, mean = (
            (top - self.values, top - self.mean) if complement else (self.values, self.mean)
        )
        least = self._least(values, max(mean, 1 / n**2), slope * n) + np.log(delta * shares)
        return phi / (slope * reach**2), least / (slope * n) - top

    def _least(self, values: FloatArray, mean: float, slope: FloatArray) -> FloatArray:
        """Lower bounds of the least slope m + sum log(1 - b + b x/m) over all m.

        By the tangent, at a point left of the minimum, up to one right of it.
        """
        x, count = values[self.seen > 0], self.seen[self.seen > 0].astype(np.float64)
        share = np.minimum(slope * mean / self.others, LARGEST_SHARE)[:, None]
        if not x.any():
            return self.others * np.log1p(-share[:, 0])

        def derivative(m: FloatArray) -> FloatArray:
            m = m[:, None]
            return slope - share * x / (m * ((1 - share) * m + share * x)) @ count

        left, right = (np.full(slope.size, mean) for _ in range(2))
        while (over := derivative(left) > 0).any():
            left[over] /= 2
        while (under := derivative(right) < 0).any():
            right[under] *= 2
        for _ in range(HALVINGS):
            middle = 0.5 * (left + right)
            rising = derivative(middle) > 0
            left, right = np.where(rising, left, middle), np.where(rising, middle, right)
        at_left = slope * left + np.log1p(share * (x / left[:, None] - 1)) @ count
        tangent = np.minimum(derivative(left), 0.0) * (right - left)
        return at_left + tangent - self.others * ROUNDING


def _first_open(
    start: float,
    stop: float,
    variance: Callable[[float], float],
    most: float,
    weight: float,
    least: float,
) -> float:
    """The first t from start with t + weight variance(t) >= least, or stop; not above it.

    The variance is concave, and at most `most`. So is the left side: where it is below at the start
    and not at the stop it crosses once.
    """

    def excess(t: float) -> float:
        return t + weight * variance(t) - least

    if excess(start) >= 0:
        return start
    if excess(stop) >= 0:
        return float(scipy.optimize.brentq(excess, start, stop, xtol=1e-15))
    return min(max(start, least - weight * most), stop)
