"""SymPy's expressions: what is differentiated, and what identities are proved of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from bounds.arithmetic.base import Arithmetic
from bounds.support.errors import InvalidValueError


class Symbolic(Arithmetic[sympy.Expr]):
    """SymPy expressions."""

    name = "SymPy"
    symbolic = True

    def __reduce__(self) -> str:
        return "SYMBOLIC"

    @property
    def pi(self) -> sympy.Expr:
        return sympy.pi

    def number(self, value: Any) -> sympy.Expr:
        result = sympy.sympify(value)
        if (
            not isinstance(result, sympy.Expr)
            or result is sympy.nan
            or result.is_extended_real is False
        ):
            raise TypeError("neither a real number nor a symbol")
        return result

    def log(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.log(x)

    def log1p(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.log(1 + x)

    def exp(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.exp(x)

    def sqrt(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.sqrt(x)

    def survival(self, t: sympy.Expr) -> sympy.Expr:
        return sympy.erfc(t / sympy.sqrt(2)) / 2

    def quantile(self, p: sympy.Expr) -> sympy.Expr:
        return without_quantiles(sympy.sqrt(2) * sympy.erfinv(2 * self.number(p) - 1))

    def lambert_lower(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.LambertW(x, -1)

    def root(
        self, function: Callable[[sympy.Expr], sympy.Expr], low: sympy.Expr, high: sympy.Expr
    ) -> sympy.Expr:
        raise InvalidValueError("arithmetic=SYMBOLIC: this quantity is a root with no closed form")

    def inside(self, x: sympy.Expr, low: float, high: float) -> bool:
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


SYMBOLIC = Symbolic()
"""SymPy expressions."""
