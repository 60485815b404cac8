"""mpmath's floating-point numbers: what is computed to many digits."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from bounds.arithmetic.base import Arithmetic, LongNumbers
from bounds.arithmetic.float64 import FLOAT64
from bounds.support.narrowing import is_one_of
from bounds.support.validation import count

_MOST_DIGITS = 100_000


class Multiprecision(LongNumbers[Any]):
    """mpmath's floating-point numbers, with guard digits that no formula here uses up."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.name = f"mpmath, {digits} digits"
        # Complementing p near 1 and lambda(t) - t at t = 1e6 cost up to 20 and 12 digits.
        self.context: Any = mpmath.MPContext()
        self.context.dps = digits + 40
        self.tail_terms = digits + 40

    def __reduce__(self) -> tuple[Any, ...]:
        return (multiprecision, (self.digits,))

    @property
    def pi(self) -> Any:
        return +self.context.pi

    def number(self, value: Any) -> Any:
        if is_one_of(value, np.number, Decimal):
            value = Fraction(value) if isinstance(value, Decimal) else value.item()
        if isinstance(value, Fraction):
            return self.context.mpf(value.numerator) / value.denominator
        return self.context.mpf(value)

    def log(self, x: Any) -> Any:
        return self.context.log(x)

    def log1p(self, x: Any) -> Any:
        return self.context.log1p(x)

    def exp(self, x: Any) -> Any:
        return self.context.exp(x)

    def expm1(self, x: Any) -> Any:
        return self.context.expm1(x)

    def sqrt(self, x: Any) -> Any:
        return self.context.sqrt(x)

    def _complementary_error(self, x: Any) -> Any:
        return self.context.erfc(x)

    def quantile(self, p: Any) -> Any:
        p = self.number(p)
        if p > 0.5:
            return -self.quantile(1 - p)
        return self._lower_quantile(-self.context.log(p))

    def quantile_of_entropy(self, h: Any) -> Any:
        h = self.number(h)
        return self._lower_quantile(h) if h > 0.7 else -self._lower_quantile_of_complement(h)

    def _lower_quantile_of_complement(self, h: Any) -> Any:
        return self._lower_quantile(-self.context.log(-self.context.expm1(-h)))

    def _lower_quantile(self, h: Any) -> Any:
        """Newton on -log Q(t) = h for t = -quantile(exp(-h)) from a float64 start."""
        start = h < 1e300  # beyond, float64 has no quantile and sqrt(2 h) is one to 300 digits
        t = (
            self.number(float(-FLOAT64.quantile_of_entropy(float(h))))
            if start
            else self.sqrt(2 * h)
        )
        scale = max(1, abs(t))
        for _ in range(60):
            step = (-self.log_survival(t) - h) / self.hazard(t)
            t -= step
            if abs(step) < scale * self.context.mpf(10) ** (-(self.digits + 20)):
                break
        return -t

    def total(self, values: Iterable[Any]) -> Any:
        return self.context.fsum(values)

    def lambert_lower(self, x: Any) -> Any:
        return self.context.lambertw(x, -1).real

    def root(self, function: Callable[[Any], Any], low: Any, high: Any) -> Any:
        return self.context.findroot(
            function, (self.number(low), self.number(high)), solver="anderson", verify=False
        )


_multiprecision = functools.cache(Multiprecision)


def multiprecision(digits: int = 50) -> Arithmetic[Any]:
    """Return mpmath's arithmetic with results good to `digits` decimal digits.

    Parameters
    ----------
    digits : int
        Decimal digits wanted, from 1 to 100,000.

    Returns
    -------
    Arithmetic

    Examples
    --------
    >>> import bounds, mpmath
    >>> mpmath.nstr(bounds.gamma("0.1", arithmetic=bounds.multiprecision(30)), 25)
    '1.568084793045798939595061'
    """
    return _multiprecision(count(digits, "digits", 1, _MOST_DIGITS))
