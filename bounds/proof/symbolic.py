"""Checks that are exact: identities, signs of polynomials, limits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC, balls
from bounds.proof.checks import Check, Verdict
from bounds.proof.enclosures import PRECISION_BITS, certain_sign, exact
from bounds.proof.expressions import evaluate


def _vanishes(difference: Any) -> bool:
    """Tell whether an expression is identically 0, by rewriting it to exactly 0."""
    if difference == 0:
        return True
    # exp and erfc are algebraically independent of the rest, so symbols may stand for them.
    functions = sorted(
        difference.atoms(sympy.exp, sympy.log, sympy.erfc, sympy.erf), key=sympy.default_sort_key
    )
    names = {f: sympy.Dummy(positive=f.is_positive or None) for f in reversed(functions)}
    reduced = sympy.cancel(sympy.together(difference.subs(names)))
    if reduced == 0:
        return True
    return sympy.simplify(difference) == 0


def identity(claim: str, left: Any, right: Any, at: Mapping[Any, Fraction]) -> Check:
    """Check that two expressions are equal: their difference rewrites to exactly 0.

    Parameters
    ----------
    claim
        What is decided.
    left, right : sympy.Expr
        The two sides.
    at
        A rational point by symbol; the identity is refuted if the difference is certainly not 0
        there.
    """
    difference = sympy.sympify(left) - sympy.sympify(right)
    if _vanishes(difference):
        return Check(claim, "identity", Verdict.PROVED)
    arithmetic = balls(PRECISION_BITS)
    with arithmetic.working_precision():
        values = {symbol: exact(value, arithmetic) for symbol, value in at.items()}
        value = evaluate(difference, values, arithmetic)
    if certain_sign(value):
        point = ", ".join(f"{symbol} = {number}" for symbol, number in at.items())
        detail = f"the sides differ by {float(value.mid()):.6g} at {point}"
        return Check(claim, "identity", Verdict.REFUTED, detail)
    return Check(claim, "identity", Verdict.PARTIAL, "the difference was not simplified to 0")


def polynomial_sign(
    claim: str, expression: Any, symbol: Any, sign: int, low: Any, high: Any = sympy.oo
) -> Check:
    """Check that a rational function has one strict sign on the open interval (low, high).

    Sturm's theorem counts the real roots of numerator and denominator in the interval exactly.

    Parameters
    ----------
    claim
        What is decided.
    expression : sympy.Expr
        A rational function of `symbol` with rational coefficients.
    symbol : sympy.Symbol
        Its variable.
    sign : int
        1 or -1.
    low, high
        Rational ends or infinities.
    """
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(expression)))
    low, high = sympy.sympify(low), sympy.sympify(high)
    inner = _inner_point(low, high)
    value = sympy.sympify(expression).subs(symbol, inner)
    if value * sign < 0:
        detail = f"it is {value} at {inner}"
        return Check(claim, "polynomial sign", Verdict.REFUTED, detail)
    for part in (numerator, denominator):
        polynomial = sympy.Poly(part, symbol)
        if polynomial.degree() <= 0:
            continue
        roots = polynomial.count_roots(
            None if low == -sympy.oo else low, None if high == sympy.oo else high
        )
        roots -= sum(end.is_finite and polynomial.eval(end) == 0 for end in (low, high))
        if roots:
            detail = f"{part} has {roots} roots in ({low}, {high})"
            verdict = Verdict.REFUTED if part is numerator else Verdict.PARTIAL
            return Check(claim, "polynomial sign", verdict, detail)
    return Check(claim, "polynomial sign", Verdict.PROVED)


def _inner_point(low: Any, high: Any) -> Any:
    if low == -sympy.oo:
        return sympy.Integer(0) if high == sympy.oo else high - 1
    return low + 1 if high == sympy.oo else (low + high) / 2


def limit(claim: str, expression: Any, symbol: Any, point: Any, expected: Any) -> Check:
    """Check a limit of an elementary function (Gruntz' algorithm, exact)."""
    found = sympy.limit(expression, symbol, point)
    if found == expected or sympy.simplify(found - expected) == 0:
        return Check(claim, "limit", Verdict.PROVED)
    if isinstance(found, sympy.Limit):
        return Check(claim, "limit", Verdict.PARTIAL, "the limit was not found")
    return Check(claim, "limit", Verdict.REFUTED, f"the limit is {found}, not {expected}")


def gaussian(t: Any) -> tuple[Any, Any]:
    """Return Q(t) and phi(t) as SymPy expressions."""
    return SYMBOLIC.survival(t), SYMBOLIC.density(t)
