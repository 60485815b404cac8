"""Arb's balls: what is proved by enclosure."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from bounds.arithmetic.base import Arithmetic, LongNumbers
from bounds.support.errors import InvalidValueError
from bounds.support.narrowing import is_integer, is_one_of
from bounds.support.validation import count

_MOST_BITS = 400_000
_FAR_ENTROPY = 1e4
_FLOATS: tuple[type[Any], ...] = (np.floating, np.ndarray)


class Balls(LongNumbers[flint.arb]):
    """Arb's balls: every result is an interval certain to contain the true value.

    A comparison of balls is true only where it is certain, so its negation proves nothing.
    """

    encloses = True

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.name = f"Arb balls, {bits} bits"
        self.tail_terms = 20 + bits // 3

    def __reduce__(self) -> tuple[Any, ...]:
        return (balls, (self.bits,))

    def working_precision(self) -> contextlib.AbstractContextManager[Any]:
        return flint.ctx.workprec(self.bits)

    @property
    def pi(self) -> flint.arb:
        return flint.arb.pi()

    def number(self, value: Any) -> flint.arb:
        if isinstance(value, flint.arb):
            return value
        plain: Any = float(value) if isinstance(value, _FLOATS) else value
        if is_one_of(plain, np.integer, Fraction, Decimal):
            fraction = Fraction(int(plain) if is_integer(plain) else plain)
            return flint.arb(flint.fmpq(fraction.numerator, fraction.denominator))
        return flint.arb(plain)

    def log(self, x: flint.arb) -> flint.arb:
        return self.number(x).log()

    def log1p(self, x: flint.arb) -> flint.arb:
        return self.number(x).log1p()

    def exp(self, x: flint.arb) -> flint.arb:
        return self.number(x).exp()

    def expm1(self, x: flint.arb) -> flint.arb:
        return self.number(x).expm1()

    def sqrt(self, x: flint.arb) -> flint.arb:
        return self.number(x).sqrt()

    def _complementary_error(self, x: flint.arb) -> flint.arb:
        return x.erfc()

    def _rest(self, largest: flint.arb) -> flint.arb:
        return flint.arb(0).union(largest)

    # Q and lambda(t) - t decrease and lambda increases (lambda' = lambda (lambda - t) > 0).

    def survival(self, t: flint.arb) -> flint.arb:
        return self.monotone(super().survival, self.number(t))

    def log_survival(self, t: flint.arb) -> flint.arb:
        return self.monotone(super().log_survival, self.number(t))

    def hazard(self, t: flint.arb) -> flint.arb:
        return self.monotone(super().hazard, self.number(t))

    def hazard_excess(self, t: flint.arb) -> flint.arb:
        return self.monotone(super().hazard_excess, self.number(t))

    def quantile(self, p: flint.arb) -> flint.arb:
        return self.monotone(self._quantile, self.number(p))

    def _quantile(self, p: flint.arb) -> flint.arb:
        return -flint.arb(2).sqrt() * (2 * p).erfcinv()

    def quantile_of_entropy(self, h: flint.arb) -> flint.arb:
        h = self.number(h)
        if self.at_most(h, _FAR_ENTROPY):
            return super().quantile_of_entropy(h)

        # exp(-h) underflows; the t with -log Q(t) = h is within a 1024th of sqrt(2 h).
        def threshold(x: flint.arb) -> flint.arb:
            near, margin = (2 * x).sqrt(), flint.arb(1) / 1024
            return self.root(
                lambda t: -self.log_survival(t) - x, near * (1 - margin), near * (1 + margin)
            )

        return -self.monotone(threshold, h)

    def nonnegative(self, x: flint.arb) -> flint.arb:
        return flint.arb(0).union(x.upper()) if x.lower() < 0 and x.upper() >= 0 else x

    def middle(self, x: flint.arb) -> flint.arb:
        return x.mid()

    def radius(self, x: flint.arb) -> float:
        return float(x.rad())

    def maximum(self, values: Sequence[flint.arb]) -> flint.arb:
        return functools.reduce(lambda x, y: x.max(y), values)

    def hull(self, x: flint.arb, y: flint.arb) -> flint.arb:
        return x.union(y)

    def monotone(self, function: Callable[..., flint.arb], *arguments: Any) -> flint.arb:
        if all(x.is_exact() for x in arguments):
            return function(*arguments)
        low = function(*(x.lower() for x in arguments))
        return low.union(function(*(x.upper() for x in arguments)))

    def lambert_lower(self, x: flint.arb) -> flint.arb:
        return self.number(x).lambertw(-1)

    def root(
        self, function: Callable[[flint.arb], flint.arb], low: flint.arb, high: flint.arb
    ) -> flint.arb:
        return _enclose_root(function, self.number(low), self.number(high))


def _certain_sign(value: flint.arb) -> int:
    """Return the sign of a ball, 0 where it is not certain."""
    if value > 0:
        return 1
    if value < 0:
        return -1
    return 0


def _enclose_root(
    function: Callable[[flint.arb], flint.arb], low: flint.arb, high: flint.arb
) -> flint.arb:
    """Shrink [low, high] about a sign change, each end's sign certain, as far as balls can tell.

    False position proposes a point (Illinois weights, so that both ends move) and bisection takes
    over where it stalls; a point is accepted as an end only for the certain sign of its value.
    """
    # An end's sign is certain for whatever the function's own balls contain, wherever it lies.
    low, high = low.lower().mid(), high.upper().mid()
    value_low, value_high = function(low), function(high)
    sign_low, sign_high = _certain_sign(value_low), _certain_sign(value_high)
    if sign_low * sign_high != -1:
        raise InvalidValueError(f"no certain change of sign on [{low}, {high}]")
    weight_low, weight_high = value_low.mid(), value_high.mid()
    last_side = 0
    for step in range(4 * flint.ctx.prec):
        width = high - low
        secant = ((low * weight_high - high * weight_low) / (weight_high - weight_low)).mid()
        use_secant = step % 3 != 2 and secant > low and secant < high
        point = secant if use_secant else ((low + high) / 2).mid()
        if point <= low or point >= high:  # points are exact, so that comparing them decides
            break
        value = function(point)
        sign = _certain_sign(value)
        if sign == 0:
            low, high = _pinch(function, point, low, high, sign_low)
            break
        if sign == sign_low:
            low, weight_low = point, value.mid()
            weight_high = weight_high / 2 if last_side == -1 else weight_high
            last_side = -1
        else:
            high, weight_high = point, value.mid()
            weight_low = weight_low / 2 if last_side == 1 else weight_low
            last_side = 1
        if (high - low).mid() >= width.mid():
            break
    return low.union(high)


def _pinch(
    function: Callable[[flint.arb], flint.arb],
    point: flint.arb,
    low: flint.arb,
    high: flint.arb,
    sign_low: int,
) -> tuple[flint.arb, flint.arb]:
    """Step out from a point of uncertain sign to the nearest ends whose signs are certain."""
    scale = flint.arb(2) ** (-flint.ctx.prec)
    for side in (-1, 1):
        radius = scale * (abs(point) + scale)
        while True:
            candidate = (point + side * radius).mid()
            if candidate <= low or candidate >= high:
                break
            if _certain_sign(function(candidate)) == -side * sign_low:
                if side == -1:
                    low = candidate
                else:
                    high = candidate
                break
            radius = radius * 2
    return low, high


_balls = functools.cache(Balls)


def balls(bits: int = 128) -> Arithmetic[flint.arb]:
    """Return Arb's ball arithmetic at a working precision.

    Parameters
    ----------
    bits : int
        Working precision in bits, from 2 to 400,000.

    Returns
    -------
    Arithmetic

    Examples
    --------
    >>> import bounds
    >>> bounds.gamma("0.1", arithmetic=bounds.balls(64)).str(12, radius=False)
    '1.56808479305'
    """
    return _balls(count(bits, "bits", 2, _MOST_BITS))
