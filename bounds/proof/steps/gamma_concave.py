"""gamma is strictly concave on (0, 1); its maximum, monotone range and sign."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC, Arithmetic
from bounds.formulas.constants import concavity_margin_at
from bounds.formulas.radius import gamma_at_entropy
from bounds.proof.checks import Check, Step
from bounds.proof.signs import positive
from bounds.proof.steps.derivatives import U
from bounds.proof.subdivision import Cover, subdivide
from bounds.proof.symbolic import identity

FOUR_PI = 4


def _w(u: Any, arithmetic: Arithmetic, factor: Fraction) -> Any:
    scale = arithmetic.number(factor.numerator) / arithmetic.number(factor.denominator)
    return arithmetic.log(scale * arithmetic.pi * u) / 2 - 1


def concavity_cover(factor: Fraction = Fraction(FOUR_PI)) -> Cover:
    """h(u) > 0 on [1/2, 3/2]: there u - 3/2 <= 0 and w increases."""

    def value(u: Any, a: Arithmetic) -> Any:
        return _w(u, a, factor) * (u - a.number(3) / 2) + a.number(1) / 2

    def lower_bounds(low: Any, high: Any, a: Arithmetic) -> Sequence[Any]:
        half = a.number(1) / 2
        return half, _w(high, a, factor) * (low - a.number(3) / 2) + half

    return Cover(
        "gamma_concave",
        "h(u) > 0 on [1/2, 3/2]",
        Fraction(1, 2),
        Fraction(3, 2),
        value,
        lower_bounds,
    )


def statement() -> Any:
    """h(u) > 0 for u > 0, which is gamma'' < 0."""
    return sympy.Gt(concavity_margin_at(U, SYMBOLIC), 0)


def prove(factor: Fraction = Fraction(FOUR_PI)) -> tuple[Check, ...]:
    """Decide the step; another `factor` of pi damages log(4 pi u)."""
    peak = sympy.exp(2) / (4 * sympy.pi)
    at = {U: Fraction(1)}
    w = sympy.log(4 * sympy.pi * U) / 2 - 1

    def at_point(u: str) -> Any:
        return lambda a: _w(a.number(u) if "/" not in u else a.number(3) / 2, a, factor)

    return (
        identity("w' = 1/(2u) > 0: w increases", sympy.diff(w, U), 1 / (2 * U), at),
        positive(
            "w(0.58) < 0: on (0, 0.58] both factors of w (u - 3/2) are negative, h > 1/2",
            lambda a: -_w(a.number(58) / 100, a, factor),
        ),
        positive(
            "w(3/2) > 0: on [3/2, oo) both factors are non-negative, h >= 1/2", at_point("3/2")
        ),
        positive(
            "on [0.58, 3/2] h >= 1/2 - w(3/2) (3/2 - 0.58) > 0",
            lambda a: a.number(1) / 2 - _w(a.number(3) / 2, a, factor) * (a.number(92) / 100),
        ),
        subdivide(concavity_cover(factor)),
        identity("gamma' = 0 at u = e^2/(4 pi): w = 0 there", w.subs(U, peak), 0, at),
        identity(
            "max gamma = gamma(x_0) = 2 sqrt(2 pi)/e",
            gamma_at_entropy(peak, SYMBOLIC),
            2 * sympy.sqrt(2 * sympy.pi) / sympy.E,
            at,
        ),
        identity(
            "gamma = 0 exactly at u = 1/(4 pi), where log(4 pi u), increasing, vanishes",
            sympy.log(4 * sympy.pi * U).subs(U, 1 / (4 * sympy.pi)),
            0,
            at,
        ),
    )


STEP = Step(
    name="gamma_concave",
    statement="gamma'' < 0 on (0, 1); gamma increases up to x_0 = exp(-e^2/(4 pi)), decreases "
    "after, max 2 sqrt(2 pi)/e; gamma >= 0 iff x <= exp(-1/(4 pi))",
    expression=statement,
    hypotheses=("derivatives",),
    domain="x in (0, 1), i.e. u in (0, oo)",
    source="the talk, slide Some Details (concavity claimed); our proof",
    by_hand=("the sign of gamma' is the sign of w",),
    prove=prove,
)
