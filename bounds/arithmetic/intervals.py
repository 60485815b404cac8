"""A second rigorous arithmetic: exact rationals in mpmath's intervals, with our own erfc.

mpmath's interval context has exp, log and sqrt with directed rounding but no error function. Its
survival function here comes from two series for x = t/sqrt(2) >= 0:

- erf(x) = (2/sqrt(pi)) exp(-x^2) sum_n 2^n x^(2n+1)/(1*3*...*(2n+1)): positive terms; where the
  ratio of terms 2x^2/(2n+3) is below 1/2 the rest is at most the last term;
- for large x, erfc(x) = exp(-x^2)/(x sqrt(pi)) (1 - 1/(2x^2) + 1*3/(2x^2)^2 - ...): the terms
  alternate and the rest is between 0 and the first one left out.

It shares no code with the balls, so an error in either is not repeated in the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath.ctx_iv import MPIntervalContext

from bounds.arithmetic.base import Arithmetic

_ASYMPTOTIC_START = 12
"""Threshold x from which the alternating series is used: its least term is below 2^-200."""


class Intervals(Arithmetic[Any]):
    """mpmath's interval arithmetic with the standard normal law."""

    def __init__(self, bits: int = 192) -> None:
        self.name = f"mpmath intervals, {bits} bits"
        self.context: Any = MPIntervalContext()
        self.context.prec = bits

    @property
    def pi(self) -> Any:
        return +self.context.pi

    def number(self, value: Any) -> Any:
        return self.context.mpf(value)

    def log(self, x: Any) -> Any:
        return self.context.log(x)

    def exp(self, x: Any) -> Any:
        return self.context.exp(x)

    def sqrt(self, x: Any) -> Any:
        return self.context.sqrt(x)

    def hull(self, x: Any, y: Any) -> Any:
        return self.context.mpf([min(x.a, y.a), max(x.b, y.b)])

    def monotone(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if all(x.a == x.b for x in arguments):
            return function(*arguments)
        low = function(*(self.number(x.a) for x in arguments))
        return self.hull(low, function(*(self.number(x.b) for x in arguments)))

    # Q and lambda(t) - t decrease and lambda increases (lambda' = lambda (lambda - t) > 0).

    def survival(self, t: Any) -> Any:
        return self.monotone(self._survival, self.number(t))

    def hazard(self, t: Any) -> Any:
        return self.monotone(super().hazard, self.number(t))

    def hazard_excess(self, t: Any) -> Any:
        return self.monotone(super().hazard_excess, self.number(t))

    def quantile(self, p: Any) -> Any:
        return self.monotone(self._quantile, self.number(p))

    def _quantile(self, p: Any) -> Any:
        """Guess without enclosures, then widen until the signs at both ends are certain."""
        # At the ambient precision the ends would be rounded far beyond the radius.
        with mpmath.workprec(self.context.prec + 20):
            guess = -mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * mpmath.mpf(p.mid))
            radius = mpmath.mpf(2) ** (20 - self.context.prec)
            for _ in range(self.context.prec):
                low, high = self.number(guess - radius), self.number(guess + radius)
                if (self.survival(-low) - p).b < 0 and (self.survival(-high) - p).a > 0:
                    return self.hull(low, high)
                radius *= 2
        raise ArithmeticError(f"quantile of {p} not found")

    def _survival(self, t: Any) -> Any:
        if t.a < 0:
            return 1 - self._survival(-t)
        # 1 - erf(x) loses the digits of erfc(x), about exp(-x^2), so that many more are carried.
        precision = self.context.prec
        self.context.prec = precision + int(0.75 * min(float(t.b), 17.0) ** 2) + 16
        try:
            x = t / self.sqrt(self.number(2))
            if x.a >= _ASYMPTOTIC_START:
                result = self._erfc_asymptotic(x) / 2
            else:
                result = (1 - self._erf_series(x)) / 2
        finally:
            self.context.prec = precision
        return +result

    def _erf_series(self, x: Any) -> Any:
        square = x * x
        term = total = x
        n = 0
        while True:
            n += 1
            term = term * 2 * square / (2 * n + 1)
            total = total + term
            ratio_small = bool((4 * square).b < 2 * n + 3)
            if ratio_small and bool(term.b <= total.a * mpmath.mpf(2) ** (-self.context.prec - 4)):
                break
        rest = self.context.mpf([0, term.b])
        return 2 / self.sqrt(self.pi) * self.exp(-square) * (total + rest)

    def _erfc_asymptotic(self, x: Any) -> Any:
        inverse = 1 / (2 * x * x)
        term = total = self.number(1)
        n = 0
        # Terms fall while (2n + 1)/(2 x^2) < 1; the least of them bounds the error.
        while bool(((2 * n + 1) * inverse).b < 1) and n < self.context.prec:
            n += 1
            term = -term * (2 * n - 1) * inverse
            total = total + term
        rest = self.context.mpf([min(-abs(term).b, 0), abs(term).b])
        return self.exp(-x * x) / (x * self.sqrt(self.pi)) * (total + rest)

    def lambert_lower(self, x: Any) -> Any:
        raise NotImplementedError("certificates are in the threshold t")

    def root(self, function: Callable[[Any], Any], low: Any, high: Any) -> Any:
        raise NotImplementedError("certificates have no roots")
