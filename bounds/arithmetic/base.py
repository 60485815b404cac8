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
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, Self, TypeVarTuple, cast

from typing_extensions import TypeVar

from bounds.support.errors import InvalidTypeError, shown


class Real(Protocol):
    """What a formula asks of a number, or of an array of them."""

    def __neg__(self) -> Self: ...
    def __add__(self, other: Self | int, /) -> Self: ...
    def __radd__(self, other: Self | int, /) -> Self: ...
    def __sub__(self, other: Self | int, /) -> Self: ...
    def __rsub__(self, other: Self | int, /) -> Self: ...
    def __mul__(self, other: Self | int, /) -> Self: ...
    def __rmul__(self, other: Self | int, /) -> Self: ...
    def __truediv__(self, other: Self | int, /) -> Self: ...
    def __rtruediv__(self, other: Self | int, /) -> Self: ...


class Ordered(Real, Protocol):
    """What an arithmetic asks of its number: in SymPy a comparison is an expression."""

    def __lt__(self, other: Self | float, /) -> Any: ...
    def __le__(self, other: Self | float, /) -> Any: ...
    def __gt__(self, other: Self | float, /) -> Any: ...
    def __ge__(self, other: Self | float, /) -> Any: ...
    def __float__(self) -> float: ...


Value = TypeVar("Value", bound=Real)
"""The number or array that a formula is given; its result is of that kind."""

Number = TypeVar("Number", bound=Ordered, default=float)
"""A number of the arithmetic that a public function computes in, a float where none is named."""

_Number = TypeVar("_Number", bound=Ordered, default=Any)
_Arguments = TypeVarTuple("_Arguments")
_Function = TypeVar("_Function", bound=Callable[..., Any])


class Arithmetic(Generic[_Number]):
    """Numbers of one kind, with the functions that the formulas need.

    `Arithmetic[N]` has numbers of the type N: `FLOAT64` is an `Arithmetic[float]`.

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
    def pi(self) -> _Number:
        """The number pi."""
        raise NotImplementedError

    def number(self, value: Any) -> _Number:
        """Convert a value to this arithmetic's number."""
        raise NotImplementedError

    def log(self, x: _Number) -> _Number:
        """Natural logarithm."""
        raise NotImplementedError

    def log1p(self, x: _Number) -> _Number:
        """Natural logarithm of 1 + x, accurate where x is next to 0."""
        raise NotImplementedError

    def exp(self, x: _Number) -> _Number:
        """Exponential."""
        raise NotImplementedError

    def expm1(self, x: _Number) -> _Number:
        """Exponential less 1, accurate where x is next to 0."""
        raise NotImplementedError

    def sqrt(self, x: _Number) -> _Number:
        """Square root."""
        raise NotImplementedError

    def survival(self, t: _Number) -> _Number:
        """Survival function Q(t) = P[Z > t] of the standard normal law."""
        raise NotImplementedError

    def quantile(self, p: _Number) -> _Number:
        """Quantile function: the t with P[Z <= t] = p, for p in (0, 1)."""
        raise NotImplementedError

    def lambert_lower(self, x: _Number) -> _Number:
        """Lower real branch of Lambert's W: the w <= -1 with w exp(w) = x, x in [-1/e, 0)."""
        raise NotImplementedError

    def root(self, function: Callable[[_Number], _Number], low: _Number, high: _Number) -> _Number:
        """Return the root of a continuous function that changes sign on [low, high]."""
        raise NotImplementedError

    def working_precision(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which the numbers' own operators have this precision."""
        return contextlib.nullcontext()

    def inside(self, x: _Number, low: float, high: float) -> bool:
        """Tell whether low < x < high (for balls: certainly)."""
        return bool(x > low) and bool(x < high)

    def at_most(self, x: _Number | float, y: _Number | float) -> bool:
        """Tell whether x <= y (for balls: certainly)."""
        return bool(x <= y)

    def nonnegative(self, x: _Number) -> _Number:
        """Return the part of x that is at least 0, for a quantity that can't be negative."""
        return x

    def middle(self, x: _Number) -> _Number:
        """Return an exact number next to x or inside it."""
        return x

    def radius(self, x: _Number) -> float:
        """Return how far the true value may be from the number."""
        return 0.0

    def total(self, values: Iterable[_Number]) -> _Number:
        """Return the sum of some numbers, rounded once where the arithmetic can."""
        return sum(values, start=self.number(0))

    def maximum(self, values: Sequence[_Number]) -> _Number:
        """Return the largest of some numbers (for balls: a ball that contains it)."""
        return max(values)

    def hull(self, x: _Number, y: _Number) -> _Number:
        """Return a set that contains both numbers, where a decision between them is not certain."""
        raise ArithmeticError(f"{self.name} decides between {x} and {y}")

    def monotone(
        self, function: Callable[[*_Arguments], _Number], *arguments: *_Arguments
    ) -> _Number:
        """Apply a function that increases in all its arguments, or decreases in all of them.

        A formula in which an argument occurs twice widens a ball; the values at the ends do not.
        """
        return function(*arguments)

    def density(self, t: _Number) -> _Number:
        """Density phi(t) = exp(-t^2/2) / sqrt(2 pi)."""
        return self.exp(-t * t / 2) / self.sqrt(2 * self.pi)

    def log_density(self, t: _Number) -> _Number:
        """Logarithm of the density, -t^2/2 - log(2 pi)/2."""
        return -t * t / 2 - self.log(2 * self.pi) / 2

    def log_survival(self, t: _Number) -> _Number:
        """Logarithm of the survival function."""
        return self.log(self.survival(t))

    def hazard(self, t: _Number) -> _Number:
        """Hazard rate lambda(t) = phi(t) / Q(t), the inverse of Mills' ratio."""
        return self.density(t) / self.survival(t)

    def hazard_excess(self, t: _Number) -> _Number:
        """Excess lambda(t) - t = E[Z - t | Z > t]."""
        return self.hazard(t) - t

    def quantile_of_entropy(self, h: _Number) -> _Number:
        """Quantile of the mass p = exp(-h), h > 0."""
        return self.quantile(self.exp(-h))


class LongNumbers(Arithmetic[_Number]):
    """What mpmath's numbers and balls share: tails of any length at any precision.

    Far out erfc underflows or is slow and lambda(t) - t cancels. With n terms the truncation error
    of Laplace's continued fraction is below (n/t^2)^n, which is 10^-n from t = sqrt(10 n) on.
    """

    tail_terms: int

    def _is_far(self, t: _Number) -> bool:
        return bool(t > 0) and bool(t * t > 10 * self.tail_terms)

    def _excess_far(self, t: _Number) -> _Number:
        # The rest of the fraction is positive and below its first term without its own rest.
        value = self._rest((self.tail_terms + 1) / t)
        for k in range(self.tail_terms, 0, -1):
            value = k / (t + value)
        return value

    def _rest(self, largest: _Number) -> _Number:
        return largest

    def hazard_excess(self, t: _Number) -> _Number:
        t = self.number(t)
        return self._excess_far(t) if self._is_far(t) else super().hazard_excess(t)

    def hazard(self, t: _Number) -> _Number:
        t = self.number(t)
        return t + self._excess_far(t) if self._is_far(t) else super().hazard(t)

    def log_survival(self, t: _Number) -> _Number:
        t = self.number(t)
        if self._is_far(t):
            return self.log_density(t) - self.log(self.hazard(t))
        if t < 0:
            return self.log1p(-self.survival(-t))
        return super().log_survival(t)

    def survival(self, t: _Number) -> _Number:
        t = self.number(t)
        if self._is_far(t):
            return self.exp(self.log_survival(t))
        return self._complementary_error(t / self.sqrt(self.number(2))) / 2

    def _complementary_error(self, x: _Number) -> _Number:
        raise NotImplementedError


def at_working_precision(function: _Function) -> _Function:
    """Make a function of a keyword `arithmetic` run at that arithmetic's precision.

    Raises
    ------
    TypeError
        By the function made, if `arithmetic` is none.
    """

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if "arithmetic" not in kwargs:  # float64's, which has one precision
            return function(*args, **kwargs)
        arithmetic = kwargs["arithmetic"]
        if not isinstance(arithmetic, Arithmetic):
            raise InvalidTypeError(
                f"arithmetic={shown(arithmetic)}: "
                "expected FLOAT64, SYMBOLIC, multiprecision(digits) or balls(bits)"
            )
        with arithmetic.working_precision():
            return function(*args, **kwargs)

    return cast(_Function, wrapped)
