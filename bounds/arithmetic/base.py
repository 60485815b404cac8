"""Four arithmetics over which every formula of the theory is written once.

An arithmetic supplies log, exp, sqrt, pi and the functions of the standard normal law: its density
phi(t) = exp(-t^2/2) / sqrt(2 pi), survival function Q(t) = P[Z > t], hazard rate
lambda(t) = phi(t) / Q(t), the excess lambda(t) - t of the hazard over t, and the quantile
function. What is plotted (`FLOAT64`), computed to many digits (`multiprecision`), differentiated
(`SYMBOLIC`) and proved (`balls`) is then one expression.
"""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, ParamSpec, TypeVar, TypeVarTuple

import flint
import mpmath
import numpy as np
import scipy.optimize
import scipy.special
import sympy

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_integer, is_one_of

_Arguments = TypeVarTuple("_Arguments")

# Which of their overloads applies can't be told for numbers whose type is not known.
_special: Any = scipy.special
choose: Callable[[Any, Any, Any], Any] = np.where
"""`numpy.where` for numbers of any kind."""


class Arithmetic:
    """Numbers of one kind, with the functions that the formulas need.

    Attributes
    ----------
    name : str
        What the numbers are.
    symbolic : bool
        Whether numbers are expressions, which can't be compared with a domain.
    encloses : bool
        Whether a number is a set that is certain to contain the true value.
    """

    name: str
    symbolic: bool = False
    encloses: bool = False

    @property
    def pi(self) -> Any:
        """The number pi."""
        raise NotImplementedError

    def number(self, value: Any) -> Any:
        """Convert a value to this arithmetic's number."""
        raise NotImplementedError

    def log(self, x: Any) -> Any:
        """Natural logarithm."""
        raise NotImplementedError

    def log1p(self, x: Any) -> Any:
        """Natural logarithm of 1 + x, accurate where x is next to 0."""
        raise NotImplementedError

    def exp(self, x: Any) -> Any:
        """Exponential."""
        raise NotImplementedError

    def sqrt(self, x: Any) -> Any:
        """Square root."""
        raise NotImplementedError

    def survival(self, t: Any) -> Any:
        """Survival function Q(t) = P[Z > t] of the standard normal law."""
        raise NotImplementedError

    def quantile(self, p: Any) -> Any:
        """Quantile function: the t with P[Z <= t] = p, for p in (0, 1)."""
        raise NotImplementedError

    def lambert_lower(self, x: Any) -> Any:
        """Lower real branch of Lambert's W: the w <= -1 with w exp(w) = x, x in [-1/e, 0)."""
        raise NotImplementedError

    def root(self, function: Callable[[Any], Any], low: Any, high: Any) -> Any:
        """Return the root of a continuous function that changes sign on [low, high]."""
        raise NotImplementedError

    def working_precision(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which the numbers' own operators have this precision."""
        return contextlib.nullcontext()

    def inside(self, x: Any, low: float, high: float) -> bool:
        """Tell whether low < x < high (for balls: certainly)."""
        return bool(x > low) and bool(x < high)

    def at_most(self, x: Any, y: Any) -> bool:
        """Tell whether x <= y (for balls: certainly)."""
        return bool(x <= y)

    def nonnegative(self, x: Any) -> Any:
        """Return the part of x that is at least 0, for a quantity that can't be negative."""
        return x

    def middle(self, x: Any) -> Any:
        """Return an exact number next to x or inside it."""
        return x

    def radius(self, x: Any) -> float:
        """Return how far the true value may be from the number."""
        return 0.0

    def total(self, values: Iterable[Any]) -> Any:
        """Return the sum of some numbers, rounded once where the arithmetic can."""
        return sum(values)

    def maximum(self, values: Sequence[Any]) -> Any:
        """Return the largest of some numbers (for balls: a ball that contains it)."""
        return max(values)

    def hull(self, x: Any, y: Any) -> Any:
        """Return a set that contains both numbers, where a decision between them is not certain."""
        raise ArithmeticError(f"{self.name} decides between {x} and {y}")

    def monotone(self, function: Callable[[*_Arguments], Any], *arguments: *_Arguments) -> Any:
        """Apply a function that increases in all its arguments, or decreases in all of them.

        A formula in which an argument occurs twice widens a ball; the values at the ends do not.
        """
        return function(*arguments)

    def density(self, t: Any) -> Any:
        """Density phi(t) = exp(-t^2/2) / sqrt(2 pi)."""
        return self.exp(-t * t / 2) / self.sqrt(2 * self.pi)

    def log_density(self, t: Any) -> Any:
        """Logarithm of the density, -t^2/2 - log(2 pi)/2."""
        return -t * t / 2 - self.log(2 * self.pi) / 2

    def log_survival(self, t: Any) -> Any:
        """Logarithm of the survival function."""
        return self.log(self.survival(t))

    def hazard(self, t: Any) -> Any:
        """Hazard rate lambda(t) = phi(t) / Q(t), the inverse of Mills' ratio."""
        return self.density(t) / self.survival(t)

    def hazard_excess(self, t: Any) -> Any:
        """Excess lambda(t) - t = E[Z - t | Z > t]."""
        return self.hazard(t) - t

    def quantile_of_entropy(self, h: Any) -> Any:
        """Quantile of the mass p = exp(-h), h > 0."""
        return self.quantile(self.exp(-h))


class _Float64(Arithmetic):
    """NumPy's float64, scalars and arrays, accurate to a few units in the last place."""

    name = "float64"

    @property
    def pi(self) -> float:
        return float(np.pi)

    def number(self, value: Any) -> Any:
        return np.asarray(value, dtype=np.float64)

    def log(self, x: Any) -> Any:
        return np.log(x)

    def log1p(self, x: Any) -> Any:
        return np.log1p(x)

    def exp(self, x: Any) -> Any:
        return np.exp(x)

    def sqrt(self, x: Any) -> Any:
        return np.sqrt(x)

    def survival(self, t: Any) -> Any:
        return _special.ndtr(-np.asarray(t))

    def log_survival(self, t: Any) -> Any:
        t = np.asarray(t, dtype=np.float64)
        # Q = phi / lambda; log_ndtr loses digits where its argument is of order 1e6.
        tail = np.maximum(t, 1.0)
        with np.errstate(over="ignore"):
            far = self.log_density(tail) - np.log(tail + _excess_tail(tail))
        return choose(t > 5.0, far, _special.log_ndtr(-t))

    def hazard(self, t: Any) -> Any:
        t = np.asarray(t, dtype=np.float64)
        with np.errstate(over="ignore"):
            return np.sqrt(2 / np.pi) / _special.erfcx(t / np.sqrt(2))

    def hazard_excess(self, t: Any) -> Any:
        t = np.asarray(t, dtype=np.float64)
        # lambda - t cancels in the upper tail, where the continued fraction has no subtraction.
        near = self.hazard(np.minimum(t, _TAIL_START)) - t
        return choose(t > _TAIL_START, _excess_tail(np.maximum(t, _TAIL_START)), near)

    def quantile(self, p: Any) -> Any:
        return _special.ndtri(p)

    def quantile_of_entropy(self, h: Any) -> Any:
        h = np.asarray(h, dtype=np.float64)
        far = np.maximum(h, 1.0)
        t = np.sqrt(2 * far)
        for _ in range(8):
            # Newton on -log Q(t) = h, whose derivative is lambda(t).
            t = np.maximum(t - (-self.log_survival(t) - far) / self.hazard(t), 0.1)
        near = _special.ndtri(-np.expm1(-np.minimum(h, 1.0)))
        # Below h = 1, 1 - p = -expm1(-h) keeps its digits where p is next to 1.
        return choose(h > 1.0, -t, -near)

    def total(self, values: Iterable[Any]) -> Any:
        return math.fsum(values)

    def lambert_lower(self, x: Any) -> Any:
        return np.real(_special.lambertw(x, k=-1))

    def root(self, function: Callable[[Any], Any], low: Any, high: Any) -> Any:
        return scipy.optimize.brentq(
            lambda x: float(function(x)), float(low), float(high), xtol=1e-300, rtol=1e-15
        )

    def inside(self, x: Any, low: float, high: float) -> bool:
        return bool(np.all((x > low) & (x < high)))


_FAR_ENTROPY = 1e4
_TAIL_START = 3.0
_TAIL_TERMS = 120


def _excess_tail(t: Any) -> Any:
    """Compute lambda(t) - t = 1/(t + 2/(t + 3/(t + ...))), from Laplace's continued fraction.

    All terms are positive, so nothing cancels; 120 terms suffice from t = 3 on (at t = 3 the
    truncation error is below 1e-16 relative, and it falls with t).
    """
    value = np.zeros_like(t)
    for k in range(_TAIL_TERMS, 1, -1):
        value = k / (t + value)
    return 1 / (t + value)


class _LongNumbers(Arithmetic):
    """What mpmath's numbers and balls share: tails of any length at any precision.

    Far out erfc underflows or is slow and lambda(t) - t cancels. With n terms the truncation error
    of Laplace's continued fraction is below (n/t^2)^n, which is 10^-n from t = sqrt(10 n) on.
    """

    tail_terms: int

    def _is_far(self, t: Any) -> bool:
        return bool(t > 0) and bool(t * t > 10 * self.tail_terms)

    def _excess_far(self, t: Any) -> Any:
        # The rest of the fraction is positive and below its first term without its own rest.
        value = self._rest((self.tail_terms + 1) / t)
        for k in range(self.tail_terms, 0, -1):
            value = k / (t + value)
        return value

    def _rest(self, largest: Any) -> Any:
        return largest

    def hazard_excess(self, t: Any) -> Any:
        t = self.number(t)
        return self._excess_far(t) if self._is_far(t) else super().hazard_excess(t)

    def hazard(self, t: Any) -> Any:
        t = self.number(t)
        return t + self._excess_far(t) if self._is_far(t) else super().hazard(t)

    def log_survival(self, t: Any) -> Any:
        t = self.number(t)
        if self._is_far(t):
            return self.log_density(t) - self.log(self.hazard(t))
        if t < 0:
            return self.log1p(-self.survival(-t))
        return super().log_survival(t)

    def survival(self, t: Any) -> Any:
        t = self.number(t)
        if self._is_far(t):
            return self.exp(self.log_survival(t))
        return self._complementary_error(t / self.sqrt(self.number(2))) / 2

    def _complementary_error(self, x: Any) -> Any:
        raise NotImplementedError


class _Multiprecision(_LongNumbers):
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


class _Symbolic(Arithmetic):
    """SymPy expressions."""

    name = "SymPy"
    symbolic = True

    @property
    def pi(self) -> Any:
        return sympy.pi

    def number(self, value: Any) -> Any:
        result = sympy.sympify(value)
        if (
            not isinstance(result, sympy.Expr)
            or result is sympy.nan
            or result.is_extended_real is False
        ):
            raise TypeError("neither a real number nor a symbol")
        return result

    def log(self, x: Any) -> Any:
        return sympy.log(x)

    def log1p(self, x: Any) -> Any:
        return sympy.log(1 + x)

    def exp(self, x: Any) -> Any:
        return sympy.exp(x)

    def sqrt(self, x: Any) -> Any:
        return sympy.sqrt(x)

    def survival(self, t: Any) -> Any:
        return sympy.erfc(t / sympy.sqrt(2)) / 2

    def quantile(self, p: Any) -> Any:
        return without_quantiles(sympy.sqrt(2) * sympy.erfinv(2 * self.number(p) - 1))

    def lambert_lower(self, x: Any) -> Any:
        return sympy.LambertW(x, -1)

    def root(self, function: Callable[[Any], Any], low: Any, high: Any) -> Any:
        raise InvalidValueError("arithmetic=SYMBOLIC: this quantity is a root with no closed form")

    def inside(self, x: Any, low: float, high: float) -> bool:
        if not x.is_number:
            return True
        return bool(x > low) and bool(x < high)


def without_quantiles(expression: Any) -> Any:
    """Replace quantiles of the normal law's own masses: erfinv(erf(x)) is x."""

    def complement(x: Any) -> Any:
        return 1 - sympy.erf(x)

    def inverse(centred: Any) -> Any:
        plain = sympy.expand(centred).replace(sympy.erfc, complement)
        plain = sympy.expand(plain)
        for sign in (1, -1):
            if isinstance(sign * plain, sympy.erf):
                return sign * (sign * plain).args[0]
        return sympy.erfinv(centred)

    return expression.replace(sympy.erfinv, inverse)


_FLOATS: tuple[type[Any], ...] = (np.floating, np.ndarray)


class _Balls(_LongNumbers):
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
    def pi(self) -> Any:
        return flint.arb.pi()

    def number(self, value: Any) -> Any:
        if isinstance(value, flint.arb):
            return value
        plain: Any = float(value) if isinstance(value, _FLOATS) else value
        if is_one_of(plain, np.integer, Fraction, Decimal):
            fraction = Fraction(int(plain) if is_integer(plain) else plain)
            return flint.arb(flint.fmpq(fraction.numerator, fraction.denominator))
        return flint.arb(plain)

    def log(self, x: Any) -> Any:
        return self.number(x).log()

    def log1p(self, x: Any) -> Any:
        return self.number(x).log1p()

    def exp(self, x: Any) -> Any:
        return self.number(x).exp()

    def sqrt(self, x: Any) -> Any:
        return self.number(x).sqrt()

    def _complementary_error(self, x: Any) -> Any:
        return x.erfc()

    def _rest(self, largest: Any) -> Any:
        return flint.arb(0).union(largest)

    # Q and lambda(t) - t decrease and lambda increases (lambda' = lambda (lambda - t) > 0).

    def survival(self, t: Any) -> Any:
        return self.monotone(super().survival, self.number(t))

    def log_survival(self, t: Any) -> Any:
        return self.monotone(super().log_survival, self.number(t))

    def hazard(self, t: Any) -> Any:
        return self.monotone(super().hazard, self.number(t))

    def hazard_excess(self, t: Any) -> Any:
        return self.monotone(super().hazard_excess, self.number(t))

    def quantile(self, p: Any) -> Any:
        return self.monotone(self._quantile, self.number(p))

    def _quantile(self, p: Any) -> Any:
        return -flint.arb(2).sqrt() * (2 * p).erfcinv()

    def quantile_of_entropy(self, h: Any) -> Any:
        h = self.number(h)
        if self.at_most(h, _FAR_ENTROPY):
            return super().quantile_of_entropy(h)

        # exp(-h) underflows; the t with -log Q(t) = h is within a 1024th of sqrt(2 h).
        def threshold(x: Any) -> Any:
            near, margin = (2 * x).sqrt(), flint.arb(1) / 1024
            return self.root(
                lambda t: -self.log_survival(t) - x, near * (1 - margin), near * (1 + margin)
            )

        return -self.monotone(threshold, h)

    def nonnegative(self, x: Any) -> Any:
        return flint.arb(0).union(x.upper()) if x.lower() < 0 and x.upper() >= 0 else x

    def middle(self, x: Any) -> Any:
        return x.mid()

    def radius(self, x: Any) -> float:
        return float(x.rad())

    def maximum(self, values: Sequence[Any]) -> Any:
        return functools.reduce(lambda x, y: x.max(y), values)

    def hull(self, x: Any, y: Any) -> Any:
        return x.union(y)

    def monotone(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if all(x.is_exact() for x in arguments):
            return function(*arguments)
        low = function(*(x.lower() for x in arguments))
        return low.union(function(*(x.upper() for x in arguments)))

    def lambert_lower(self, x: Any) -> Any:
        return self.number(x).lambertw(-1)

    def root(self, function: Callable[[Any], Any], low: Any, high: Any) -> Any:
        return _enclose_root(function, self.number(low), self.number(high))


def _certain_sign(value: Any) -> int:
    """Return the sign of a ball, 0 where it is not certain."""
    if value > 0:
        return 1
    if value < 0:
        return -1
    return 0


def _enclose_root(function: Callable[[Any], Any], low: Any, high: Any) -> Any:
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
    function: Callable[[Any], Any], point: Any, low: Any, high: Any, sign_low: int
) -> tuple[Any, Any]:
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


_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def at_working_precision(
    function: Callable[_Parameters, _Result],
) -> Callable[_Parameters, _Result]:
    """Make a function of a keyword `arithmetic` run at that arithmetic's precision.

    Raises
    ------
    TypeError
        By the function made, if `arithmetic` is none.
    """

    @functools.wraps(function)
    def wrapped(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        arithmetic = kwargs.get("arithmetic", FLOAT64)
        if not isinstance(arithmetic, Arithmetic):
            raise InvalidTypeError(
                f"arithmetic={arithmetic!r}: "
                "expected FLOAT64, SYMBOLIC, multiprecision(digits) or balls(bits)"
            )
        with arithmetic.working_precision():
            return function(*args, **kwargs)

    return wrapped


FLOAT64: Arithmetic = _Float64()
"""float64 on NumPy scalars and arrays."""

SYMBOLIC: Arithmetic = _Symbolic()
"""SymPy expressions."""


def _digits(value: Any, name: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not is_integer(value):
        raise InvalidTypeError(f"{name}={value!r}: expected an integer")
    if not least <= value <= most:
        raise InvalidValueError(f"{name}={value!r}: expected from {least} to {most}")
    return int(value)


_MOST_DIGITS = 100_000
_multiprecision = functools.cache(_Multiprecision)
_balls = functools.cache(_Balls)


def multiprecision(digits: int = 50) -> Arithmetic:
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
    return _multiprecision(_digits(digits, "digits", 1, _MOST_DIGITS))


def balls(bits: int = 128) -> Arithmetic:
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
    return _balls(_digits(bits, "bits", 2, 4 * _MOST_DIGITS))
