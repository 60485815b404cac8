"""The derivative formulas of gamma and g, as identities."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC
from bounds.formulas.constants import concavity_margin_at
from bounds.formulas.radius import curvature_sign_at, gamma_at_entropy, halfspace_radius_slope_at
from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, T
from bounds.proof.symbolic import gaussian, identity

U = sympy.Symbol("u", positive=True)
"""u = log(1/x)."""

THREE_HALVES = sympy.Rational(3, 2)


def statement() -> Any:
    """Gamma'' = -h(u) / (x^2 u^2 sqrt(2u)) as an equation in u, x = exp(-u)."""
    slope = -sympy.diff(gamma_at_entropy(U, SYMBOLIC), U) * sympy.exp(U)
    curvature = -sympy.diff(slope, U) * sympy.exp(U)
    right = -concavity_margin_at(U, SYMBOLIC) * sympy.exp(2 * U) / (U**2 * sympy.sqrt(2 * U))
    return sympy.Eq(curvature, right, evaluate=False)


def prove(three_halves: Any = THREE_HALVES) -> tuple[Check, ...]:
    """Decide the step; another `three_halves` damages h(u) = w (u - 3/2) + 1/2."""
    x = sympy.exp(-U)
    w = sympy.log(4 * sympy.pi * U) / 2 - 1
    h = w * (U - three_halves) + sympy.Rational(1, 2)
    # With x = exp(-u), d/dx = -(1/x) d/du.
    slope = -sympy.diff(gamma_at_entropy(U, SYMBOLIC), U) / x
    curvature = -sympy.diff(slope, U) / x
    survival, density = gaussian(T)
    hazard = density / survival
    excess = hazard - T
    variance = 1 - hazard * excess
    at = {U: Fraction(1)}
    return (
        identity("gamma'(x) = w/(x u sqrt(2u))", slope, w / (x * U * sympy.sqrt(2 * U)), at),
        identity(
            "gamma''(x) = -h(u)/(x^2 u^2 sqrt(2u)), h = w (u - 3/2) + 1/2",
            curvature,
            -h / (x**2 * U**2 * sympy.sqrt(2 * U)),
            at,
        ),
        identity(
            "Gamma'(u) = (2 - log(4 pi u))/(2 u sqrt(2u))",
            sympy.diff(gamma_at_entropy(U, SYMBOLIC), U),
            (2 - sympy.log(4 * sympy.pi * U)) / (2 * U * sympy.sqrt(2 * U)),
            at,
        ),
        identity("lambda' = lambda (lambda - t)", sympy.diff(hazard, T), hazard * excess, AT_ONE),
        identity(
            "dg/dp = V/phi, V = 1 - lambda (lambda - t)",
            sympy.diff(excess, T) / sympy.diff(survival, T),
            halfspace_radius_slope_at(T, SYMBOLIC),
            AT_ONE,
        ),
        identity(
            "d^2 g/dp^2 = (-(lambda + t) + 2 lambda^2 (lambda - t))/phi^2",
            sympy.diff(variance / density, T) / sympy.diff(survival, T),
            curvature_sign_at(T, SYMBOLIC) / density**2,
            AT_ONE,
        ),
    )


STEP = Step(
    name="derivatives",
    statement="gamma' = w/(x u sqrt(2u)), gamma'' = -h(u)/(x^2 u^2 sqrt(2u)); dg/dp = V/phi, "
    "g'' = (-(lambda+t) + 2 lambda^2 (lambda-t))/phi^2",
    expression=statement,
    hypotheses=(),
    domain="x in (0, 1), t real",
    source="our derivation",
    by_hand=(),
    prove=prove,
)
