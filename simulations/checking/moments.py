"""Count, mean and variance of numbers, mergeable."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.validation import real_array, shown
from simulations.arrays import FloatArray
from simulations.compiled import compiled


@dataclass(frozen=True, slots=True)
class Moments:
    """Count, mean and centred sum of squares of numbers, mergeable without cancellation.

    Examples
    --------
    >>> whole = Moments.of(np.array([1.0, 2.0, 6.0]))
    >>> parts = Moments.of(np.array([1.0])).merge(Moments.of(np.array([2.0, 6.0])))
    >>> whole.mean, whole.variance, parts.mean == whole.mean
    (3.0, 7.0, True)
    """

    count: int = 0
    mean: float = 0.0
    centred: float = 0.0

    @staticmethod
    def of(values: FloatArray) -> Moments:
        """Moments of finite numbers, shape (n,).

        Raises
        ------
        TypeError, ValueError
            If `values` is no such array.
        """
        values = real_array(values, "values", "fiu")
        numbers = np.ascontiguousarray(values, dtype=np.float64).reshape(-1)
        total = _sums(numbers, 0.0)[0]
        # A sum is infinite or NaN if a number is.
        if values.ndim != 1 or not (math.isfinite(total) or np.isfinite(numbers).all()):
            raise InvalidValueError(f"values={shown(values)}: expected finite numbers, (n,)")
        if values.size == 0:
            return Moments()
        mean = total / values.size
        # What is left of the deviations is the rounding of the mean.
        rest, squares = _sums(numbers, mean)
        centred = squares - rest**2 / values.size
        return Moments(values.size, mean + rest / values.size, max(centred, 0.0))

    def merge(self, other: Moments) -> Moments:
        """Moments of both sets of numbers (Chan, Golub and LeVeque 1979)."""
        if self.count == 0 or other.count == 0:
            return self if other.count == 0 else other
        total = self.count + other.count
        difference = other.mean - self.mean
        return Moments(
            total,
            self.mean + difference * (other.count / total),
            self.centred + other.centred + difference**2 * (self.count * other.count / total),
        )

    @property
    def variance(self) -> float:
        """Unbiased variance; 0 for fewer than two numbers."""
        return self.centred / (self.count - 1) if self.count > 1 else 0.0


@compiled
def _sums(values: FloatArray, origin: float) -> tuple[float, float]:  # pragma: no cover
    """Sums of deviations from the origin and of their squares, in one order on every machine."""
    # Four sums at a time don't wait for one another.
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    q0, q1, q2, q3 = 0.0, 0.0, 0.0, 0.0
    whole = values.size - values.size % 4
    for k in range(0, whole, 4):
        d0, d1 = values[k] - origin, values[k + 1] - origin
        d2, d3 = values[k + 2] - origin, values[k + 3] - origin
        s0, s1, s2, s3 = s0 + d0, s1 + d1, s2 + d2, s3 + d3
        q0, q1, q2, q3 = q0 + d0 * d0, q1 + d1 * d1, q2 + d2 * d2, q3 + d3 * d3
    for k in range(whole, values.size):
        difference = values[k] - origin
        s0, q0 = s0 + difference, q0 + difference * difference
    return (s0 + s1) + (s2 + s3), (q0 + q1) + (q2 + q3)
