"""Jensen for gamma, the theorem with its true hypothesis, and what happens without it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC, Arithmetic
from bounds.formulas.constants import constants, two_halfspaces_excess_at
from bounds.formulas.radius import gamma_at
from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, T, positive
from bounds.proof.symbolic import gaussian, identity
from bounds.proof.symbolic import limit as limit_at_zero


def statement() -> Any:
    """Sum p_i gamma(p_i) <= gamma(sum p_i^2) for a vector p of masses."""
    i, k = sympy.symbols("i K", integer=True, positive=True)
    p: Any = sympy.IndexedBase("p")
    left = sympy.Sum(p[i] * gamma_at(p[i], SYMBOLIC), (i, 1, k))
    return sympy.Le(left, gamma_at(sympy.Sum(p[i] ** 2, (i, 1, k)), SYMBOLIC))


Excess = Callable[[Any, Arithmetic], Any]


def prove(excess: Excess = two_halfspaces_excess_at) -> tuple[Check, ...]:
    """Decide the step; `excess` is E r - gamma(||p||^2) of two halfspaces by the larger mass."""
    x, m, slope, height = sympy.symbols("x m k c", real=True)
    survival, density = gaussian(T)

    def limit(a: Arithmetic, offset: int) -> Any:
        found = constants(arithmetic=a).halfspace_counterexample
        return found.mid() + a.number(offset) / 2**100

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
            "for two halfspaces E r < gamma(||p||^2) at p = P - 2^-100",
            lambda a: -excess(limit(a, -1), a),
        ),
        positive(
            "and E r > gamma(||p||^2) at p = P + 2^-100: the hypothesis is exact",
            lambda a: excess(limit(a, 1), a),
        ),
        positive(
            "p_c^2 > x_0: where the rewrite ends, ||p||^2 >= m^2 is where gamma decreases",
            lambda a: (
                constants(arithmetic=a).rewrite_threshold ** 2
                - constants(arithmetic=a).gamma_argmax
            ),
        ),
        positive(
            "p_c > 0.69, from where two halfspaces cross once",
            lambda a: constants(arithmetic=a).rewrite_threshold - a.number(69) / 100,
        ),
        limit_at_zero(
            "f(0) = 0, so the convex f has sum f(p_i) <= f(sum p_i)",
            -T * survival + density,
            T,
            sympy.oo,
            0,
        ),
        identity(
            "m^2 + (1 - m)^2 - ||p||^2 = 2 p_2 p_3 >= 0 for p = (m, p_2, p_3)",
            sympy.expand(m**2 + (1 - m) ** 2 - m**2 - x**2 - (1 - m - x) ** 2),
            sympy.expand(2 * x * (1 - m - x)),
            {x: Fraction(1, 20), m: Fraction(9, 10)},
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
    )


STEP = Step(
    name="talk_theorem",
    statement="E r <= gamma(||p||^2) if max p <= P = 0.90540..., in particular if ||p||^2 <= P^2 "
    "= 0.81974... or all p_i <= 1/5; false for two halfspaces with p > P",
    expression=statement,
    hypotheses=(
        "tail_to_expectation",
        "derivatives",
        "gamma_concave",
        "rewrite",
        "a partition of R^d",
    ),
    domain="max p in (0, P]",
    source="the talk, slide Class Radius to Diversity (p_i <= 1/5); our hypothesis",
    by_hand=(
        "Jensen: the sum of K weighted tangents is linear",
        "max p <= sqrt(||p||^2)",
        "f(p) + f(1-p) increases for p > 1/2 (f is convex) and gamma(s) decreases for p >= 0.69, "
        "so they cross once there, at P",
        "for m = max p in (p_c, P]: sum f(p_i) <= f(m) + f(1 - m) <= gamma(m^2 + (1 - m)^2) <= "
        "gamma(||p||^2)",
    ),
    prove=prove,
)
