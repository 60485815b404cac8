"""SymPy expressions evaluated in any arithmetic, so that a symbolic result can be enclosed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from bounds.arithmetic.base import Arithmetic
from bounds.support.errors import InvalidTypeError


def evaluate(expression: Any, values: Mapping[Any, Any], arithmetic: Arithmetic) -> Any:
    """Evaluate an expression of log, exp, erf, erfc, powers and rationals.

    Parameters
    ----------
    expression : sympy.Expr
        The expression.
    values : mapping
        Numbers of the arithmetic by symbol.
    arithmetic : Arithmetic
        Where to compute.

    Returns
    -------
    number of the arithmetic

    Raises
    ------
    TypeError
        If the expression has a part that is not one of these.
    """
    a = arithmetic
    if expression in values:
        return values[expression]
    if isinstance(expression, sympy.Rational):
        return a.number(int(expression.p)) / a.number(int(expression.q))
    if expression is sympy.pi:
        return a.pi
    if expression is sympy.E:
        return a.exp(a.number(1))
    parts = [evaluate(part, values, a) for part in expression.args]
    if isinstance(expression, sympy.Add):
        return sum(parts[1:], parts[0])
    if isinstance(expression, sympy.Mul):
        product = parts[0]
        for part in parts[1:]:
            product = product * part
        return product
    if isinstance(expression, sympy.Pow):
        return _power(expression, parts, a)
    if isinstance(expression, sympy.exp):
        return a.exp(parts[0])
    if isinstance(expression, sympy.log):
        return a.log(parts[0])
    if isinstance(expression, sympy.erfc):
        return 2 * a.survival(parts[0] * a.sqrt(a.number(2)))
    if isinstance(expression, sympy.erfinv):
        return a.quantile((1 + parts[0]) / 2) / a.sqrt(a.number(2))
    if isinstance(expression, (sympy.sin, sympy.cos)):
        raise ArithmeticError(f"{expression}: no trigonometric functions in {a.name}")
    if isinstance(expression, sympy.erf):
        return 1 - 2 * a.survival(parts[0] * a.sqrt(a.number(2)))
    raise InvalidTypeError(f"expression={expression}: can't evaluate {type(expression).__name__}")


def _power(expression: Any, parts: list[Any], a: Arithmetic) -> Any:
    base, exponent = parts
    power = expression.exp
    if not (power.is_Rational and power.q in {1, 2}):
        return a.exp(exponent * a.log(base))
    factor = base if power.is_Integer else a.sqrt(base)
    product = factor
    for _ in range(abs(int(power.p)) - 1):
        product = product * factor
    return 1 / product if power.is_negative else product
