"""Jensen for gamma, the theorem with its true hypothesis, and what happens without it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC, Arithmetic
from bounds.formulas.constants import constants, two_halfspaces_excess_at
from bounds.formulas.radius import gamma_at
from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, T, positive
from bounds.proof.symbolic import gaussian, identity


def statement() -> Any:
    """Sum p_i gamma(p_i) <= gamma(sum p_i^2) for a vector p of masses."""
    i, k = sympy.symbols("i K", integer=True, positive=True)
    p: Any = sympy.IndexedBase("p")
    left = sympy.Sum(p[i] * gamma_at(p[i], SYMBOLIC), (i, 1, k))
    return sympy.Le(left, gamma_at(sympy.Sum(p[i] ** 2, (i, 1, k)), SYMBOLIC))


def prove(largest: Fraction | None = None) -> tuple[Check, ...]:
    """Decide the step; `largest` claims the theorem for two halfspaces up to this mass."""
    x, m, slope, height = sympy.symbols("x m k c", real=True)
    survival, density = gaussian(T)

    def excess(p: Any, a: Arithmetic) -> Any:
        return two_halfspaces_excess_at(p, a)

    claimed = (
        ()
        if largest is None
        else (
            positive(
                f"E r < gamma(||p||^2) for two halfspaces at p = {largest}",
                lambda a: -excess(a.number(largest.numerator) / largest.denominator, a),
            ),
        )
    )
    return (
        identity(
            "weighted tangents: sum p_i (c + k (p_i - m)) = c for sum p_i = 1, sum p_i^2 = m "
            "(two atoms x, 1 - x)",
            sympy.expand(x * (height + slope * (x - m)) + (1 - x) * (height + slope * (1 - x - m))),
            sympy.expand(height + slope * (x**2 + (1 - x) ** 2 - m)),
            {x: Fraction(1, 3), m: Fraction(1, 5), slope: Fraction(2), height: Fraction(3)},
        ),
        identity(
            "the halfspace {x > t} has E[r; x > t] = int_t^oo (x - t) phi = phi - t Q",
            sympy.diff(density - T * survival, T),
            -survival,
            AT_ONE,
        ),
        positive(
            "for two halfspaces E r < gamma(||p||^2) at p = 0.905",
            lambda a: -excess(a.number(905) / 1000, a),
        ),
        positive(
            "and E r > gamma(||p||^2) at p = 0.906: the hypothesis is needed",
            lambda a: excess(a.number(906) / 1000, a),
        ),
        identity(
            "ds/dp = 2 (2p - 1) > 0 for p > 1/2, s = p^2 + (1-p)^2",
            sympy.diff(x**2 + (1 - x) ** 2, x),
            sympy.expand(2 * (2 * x - 1)),
            {x: Fraction(3, 4)},
        ),
        positive(
            "s = 0.69^2 + 0.31^2 > x_0: gamma(s) decreases for p >= 0.69",
            lambda a: a.number(5722) / 10000 - constants(arithmetic=a).gamma_argmax,
        ),
        positive(
            "and E r <= gamma(s) still at p = 0.69",
            lambda a: -excess(a.number(69) / 100, a),
        ),
        *claimed,
    )


STEP = Step(
    name="talk_theorem",
    statement="E r <= gamma(||p||^2) if max p <= p_c, in particular if ||p||^2 <= p_c^2 or all "
    "p_i <= 1/5; false for two halfspaces with p > 0.90540...",
    expression=statement,
    hypotheses=("tail_to_expectation", "gamma_concave", "rewrite", "a partition of R^d"),
    domain="max p in (0, p_c]",
    source="the talk, slide Class Radius to Diversity (p_i <= 1/5); our hypothesis",
    by_hand=(
        "Jensen: the sum of K weighted tangents is linear",
        "max p <= sqrt(||p||^2)",
        "f(p) + f(1-p) increases for p > 1/2 (f is convex) and gamma(s) decreases for p >= 0.69, "
        "so they cross once there",
    ),
    prove=prove,
)
