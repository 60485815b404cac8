"""Sums over all classes, whatever their number.

A sum is known by its term alone, an expression in the mass p of one class. Two sums are equal for
every number of classes if their terms are; the terms p add up to 1, and the terms 1 to that number.
"""

from __future__ import annotations

from typing import Any

import sympy

from bounds.proof.symbolic import vanishes
from bounds.support.errors import InvalidValueError

MASS = sympy.Dummy("p", positive=True)
"""The mass of any class."""

OTHER = sympy.Dummy("q", positive=True)
"""The mass of any class but one; what they add up to is not known here."""

COUNT = sympy.Dummy("K", positive=True)
"""How many classes are summed over."""

_BOUND = (MASS, OTHER)


class Total(sympy.Function):
    """Formal sum over classes of an expression in a mass.

    It is linear, 1 of `MASS` itself, `COUNT` of 1, and differentiated term by term.
    """

    @classmethod
    def eval(cls, *args: Any) -> Any:
        """Take out what does not depend on the class."""
        (term,) = args
        if sympy.sympify(term).has(Total):
            raise InvalidValueError(f"total({term}): expected no sum inside")
        terms = sympy.Add.make_args(sympy.expand(term))
        parts = [one.as_independent(*_BOUND, as_Add=False) for one in terms]
        if len(parts) == 1 and parts[0][0] == 1:
            return {sympy.Integer(1): COUNT, MASS: sympy.Integer(1)}.get(parts[0][1])
        return sum(factor * cls(part) for factor, part in parts)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_real

    def _eval_derivative(self, s: Any) -> Any:
        if s in _BOUND:
            raise InvalidValueError(f"D({self}, {s}): expected no mass that is summed over")
        return Total(sympy.diff(self.args[0], s))


def same_totals(left: Any, right: Any) -> bool:
    """Tell whether two expressions with sums are equal, whatever the number of classes.

    Sums that are added are compared by their terms; inside other functions, one by one.
    """
    difference = sympy.sympify(left - right)
    if not difference.has(Total):
        return vanishes(difference)
    difference = sympy.expand(difference)
    term, rest = sympy.Integer(0), sympy.Integer(0)
    outside: set[Any] = set()
    for part in sympy.Add.make_args(difference):
        factor, one = part.as_independent(Total, as_Add=False)
        if isinstance(one, Total):
            term += factor * one.args[0]
            outside |= factor.free_symbols
        else:
            rest += part
    rest = rest.subs(_names(rest))
    if not (outside | rest.free_symbols).isdisjoint(_BOUND):
        raise InvalidValueError(f"{difference}: expected masses in sums only")
    return vanishes(term) and vanishes(rest)


def _names(expression: Any) -> dict[Any, Any]:
    """Return a symbol for each sum, the same one for equal sums."""
    names: dict[Any, Any] = {}
    for one in sorted(expression.atoms(Total), key=sympy.default_sort_key):
        equal = [known for known in names if vanishes(one.args[0] - known.args[0])]
        names[one] = names[equal[0]] if equal else sympy.Dummy("total", real=one.is_real)
    return names
