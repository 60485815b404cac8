"""Exact equality of expressions of logarithms, exponentials and the normal law."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.balls import balls
from bounds.proof.enclosures import PRECISION_BITS, certain_sign, exact
from bounds.proof.expressions import evaluate


def vanishes(difference: Any) -> bool:
    """Tell whether an expression is identically 0, by rewriting it to exactly 0.

    exp and erfc are algebraically independent of the rest, so that symbols may stand for them; so
    does -log Q(t), which is positive. Logarithms are joined as those of positive numbers, which
    they are wherever the expression is real. Before all that the expression is enclosed at a
    point: a rewriting that errs would have to err there too.
    """
    difference = sympy.sympify(difference)
    if difference == 0:
        return True
    if _certainly_not_zero(difference):
        return False
    for one in (difference, difference.subs(_entropies(difference))):
        if tidied(one) == 0:
            return True
    return tidied(_logarithms_apart(difference)) == 0 or sympy.simplify(difference) == 0


def _certainly_not_zero(difference: Any) -> bool:
    arithmetic = balls(PRECISION_BITS)
    symbols = sorted(difference.free_symbols, key=str)
    with arithmetic.working_precision():
        values = {
            symbol: exact(Fraction(5 + 2 * k, 7 + k), arithmetic)
            for k, symbol in enumerate(symbols)
        }
        try:
            return certain_sign(evaluate(difference, values, arithmetic)) != 0
        except (ArithmeticError, TypeError, ValueError):
            return False


def _entropies(expression: Any) -> dict[Any, Any]:
    """Return positive symbols for -log Q(t), by the logarithm that it is."""
    return {
        one: -sympy.Dummy(positive=True)
        for one in expression.atoms(sympy.log)
        if isinstance(2 * one.args[0], sympy.erfc)
    }


def tidied(expression: Any) -> Any:
    """Return an expression as one fraction in its functions, common factors cancelled."""
    functions = sorted(
        expression.atoms(sympy.exp, sympy.log, sympy.erfc), key=sympy.default_sort_key
    )
    names = {f: sympy.Dummy() for f in reversed(functions)}
    back = {name: f for f, name in names.items()}
    return sympy.cancel(sympy.together(expression.subs(names))).subs(back)


def _logarithm_of_factors(x: Any) -> Any:
    return sympy.log(sympy.factor(sympy.cancel(x)))


def _logarithms_apart(expression: Any) -> Any:
    """Split logarithms of products, the logarithms inside them first, those of Q named."""
    names = _entropies(expression)
    plain = {sympy.log(2 * one.args[0]): sympy.log(2) + name for one, name in names.items()}
    found = expression.subs(names)
    for _ in range(2):
        found = found.replace(sympy.log, _logarithm_of_factors)
        found = sympy.expand_log(found, force=True).subs(plain)
    return found
