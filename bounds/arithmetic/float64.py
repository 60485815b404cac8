"""NumPy's float64: what is plotted and what is compared with samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import scipy.special

from bounds.arithmetic.base import Arithmetic

# Which of their overloads applies can't be told for what is a number or an array.
_numpy: Any = np
_special: Any = scipy.special
_Values = TypeVar("_Values", float, npt.NDArray[np.float64])
choose: Callable[[Any, Any, Any], Any] = np.where
"""`numpy.where` for numbers of any kind."""

_FAR = 5.0
_NOUGHT = 64.0
"""Where the density is below every number."""

_TAIL_START = 3.0
_TAIL_TERMS = 120


class Float64(Arithmetic[float]):
    """NumPy's float64, scalars and arrays, accurate to a few units in the last place."""

    name = "float64"

    def __reduce__(self) -> str:
        return "FLOAT64"

    @property
    def pi(self) -> float:
        return float(np.pi)

    def number(self, value: Any) -> float:
        return float(value)

    def log(self, x: _Values) -> _Values:
        return _numpy.log(x)

    def log1p(self, x: _Values) -> _Values:
        return _numpy.log1p(x)

    def exp(self, x: _Values) -> _Values:
        return _numpy.exp(x)

    def expm1(self, x: _Values) -> _Values:
        return _numpy.expm1(x)

    def sqrt(self, x: _Values) -> _Values:
        return _numpy.sqrt(x)

    def density(self, t: _Values) -> _Values:
        t = _numpy.asarray(t, dtype=np.float64)
        # t^2/2 is some hundreds far out, and its rounding the exponential's relative error; the
        # square of a number of few digits has none.
        near = np.round(64 * np.clip(t, -_NOUGHT, _NOUGHT)) / 64
        with np.errstate(over="ignore"):
            rest = (t - near) * (t + near)
        return np.exp(-near * near / 2) * np.exp(-rest / 2) / np.sqrt(2 * np.pi)

    def survival(self, t: _Values) -> _Values:
        t = _numpy.asarray(t, dtype=np.float64)
        # ndtr is 0 from 37.7 on, where Q(t) is still a number.
        far = np.maximum(t, _FAR)
        return choose(t > _FAR, self.density(far) / self.hazard(far), _special.ndtr(-t))

    def log_survival(self, t: _Values) -> _Values:
        t = _numpy.asarray(t, dtype=np.float64)
        # Q = phi / lambda; log_ndtr loses digits where its argument is of order 1e6.
        tail = _numpy.maximum(t, 1.0)
        with np.errstate(over="ignore"):
            far = self.log_density(tail) - np.log(tail + _excess_tail(tail))
        near = choose(
            t < -_FAR, np.log1p(-self.survival(np.maximum(-t, _FAR))), _special.log_ndtr(-t)
        )
        return choose(t > _FAR, far, near)

    def hazard(self, t: _Values) -> _Values:
        t = _numpy.asarray(t, dtype=np.float64)
        with np.errstate(over="ignore", divide="ignore"):
            near = np.sqrt(2 / np.pi) / _special.erfcx(np.maximum(t, -_FAR) / np.sqrt(2))
        # erfcx exceeds every number below -26, and loses digits before.
        return choose(t < -_FAR, self.density(t) / _special.ndtr(np.maximum(-t, _FAR)), near)

    def hazard_excess(self, t: _Values) -> _Values:
        t = _numpy.asarray(t, dtype=np.float64)
        # lambda - t cancels in the upper tail, where the continued fraction has no subtraction.
        near = self.hazard(np.minimum(t, _TAIL_START)) - t
        return choose(t > _TAIL_START, _excess_tail(np.maximum(t, _TAIL_START)), near)

    def quantile(self, p: _Values) -> _Values:
        return _special.ndtri(p)

    def quantile_of_entropy(self, h: _Values) -> _Values:
        h = _numpy.asarray(h, dtype=np.float64)
        far = np.maximum(h, 1.0)
        t = np.sqrt(2 * far)
        for _ in range(8):
            # Newton on -log Q(t) = h, whose derivative is lambda(t).
            t = np.maximum(t - (-self.log_survival(t) - far) / self.hazard(t), 0.1)
        near = _special.ndtri(-np.expm1(-np.minimum(h, 1.0)))
        # Below h = 1, 1 - p = -expm1(-h) keeps its digits where p is next to 1.
        return choose(h > 1.0, -t, -near)

    def total(self, values: Iterable[float]) -> float:
        return math.fsum(values)

    def lambert_lower(self, x: _Values, fall: Any = None) -> _Values:
        """Lower real branch of Lambert's W, next to its end by how far e x is above -1.

        Parameters
        ----------
        x
            Argument, in [-1/e, 0).
        fall
            1 + e x, where more of its digits are known than x has.
        """
        branch = _numpy.real(_special.lambertw(x, k=-1))
        if fall is None:
            return branch
        # W = -1 - u, u - log(1 + u) = -log(1 - fall): what cancels there is small next to u.
        depth = -np.log1p(-np.minimum(fall, 0.5))
        root = np.sqrt(2 * depth)
        excess = root + depth * 2 / 3
        for _ in range(4):
            excess -= (excess - np.log1p(excess) - depth) * (1 + excess) / excess
        return choose(fall < 0.5, -1 - excess, branch)

    def root(self, function: Callable[[float], float], low: float, high: float) -> float:
        # SciPy loads its optimisers here, at their first use.
        return scipy.optimize.brentq(
            lambda x: float(function(x)), float(low), float(high), xtol=1e-300, rtol=1e-15
        )

    def inside(self, x: float | npt.NDArray[np.float64], low: float, high: float) -> bool:
        return bool(np.all((x > low) & (x < high)))


def _excess_tail(t: Any) -> Any:
    """Compute lambda(t) - t = 1/(t + 2/(t + 3/(t + ...))), from Laplace's continued fraction.

    All terms are positive, so nothing cancels; 120 terms suffice from t = 3 on (at t = 3 the
    truncation error is below 1e-16 relative, and it falls with t).
    """
    value = np.zeros_like(t)
    for k in range(_TAIL_TERMS, 1, -1):
        value = k / (t + value)
    return 1 / (t + value)


FLOAT64 = Float64()
"""float64 on NumPy scalars and arrays."""
