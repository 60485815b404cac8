"""The bound for classes that leave holes, and its case of equality."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC
from bounds.formulas.radius import gamma_at
from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, T, positive
from bounds.proof.symbolic import gaussian, identity

A, B = sympy.symbols("a b", real=True)
"""a = Phi^-1(q_i) and b = Phi^-1(1 - c + q_i) >= a."""


def statement() -> Any:
    """Integral of min(q, Phi(b - eta)) over eta >= 0 is q b + phi(a), q = Phi(a)."""
    eta = sympy.Symbol("eta", nonnegative=True)
    q = SYMBOLIC.survival(-A)
    left = sympy.Integral(sympy.Min(q, SYMBOLIC.survival(eta - B)), (eta, 0, sympy.oo))
    return sympy.Eq(left, q * B + SYMBOLIC.density(A))


def prove(sign: int = 1) -> tuple[Check, ...]:
    """Decide the step; `sign` = -1 flips the violation of gamma at the end."""
    q, density = SYMBOLIC.survival(-A), SYMBOLIC.density(A)
    at = {A: Fraction(1, 2), B: Fraction(2)}
    survival, density_t = gaussian(T)
    bound = (survival * T + density_t) / survival
    return (
        identity(
            "int_0^oo min(q, Phi(b - eta)) = q (b - a) + [a Phi(a) + phi(a)] = q b + phi(a)",
            q * (B - A) + A * q + density,
            q * B + density,
            at,
        ),
        identity(
            "without holes b = a and the term is f(q)",
            (q * B + density).subs(B, A),
            A * q + density,
            at,
        ),
        identity(
            "opposed halfspaces {x < -t}, {x > t}: 1 - c + q = 1 - Q(t), b = t, so the bound is "
            "lambda(t) + t = E[x - (-t) | x > t], an equality",
            bound,
            density_t / survival + T,
            AT_ONE,
        ),
        positive(
            "gamma(1/2) is violated there at t = 1: lambda(1) + 1 > gamma(1/2)",
            lambda a: sign * (a.hazard(a.number(1)) + 1 - gamma_at(a.number(1) / 2, a)),
        ),
    )


STEP = Step(
    name="holes_theorem",
    statement="E[r | covered] <= (1/c) sum [q_i Phi^-1(1 - c + q_i) + phi(Phi^-1(q_i))]; equality "
    "for two opposed halfspaces, where gamma(||p||^2) fails",
    expression=statement,
    hypotheses=("the Gaussian isoperimetric inequality (cited)", "disjoint classes"),
    domain="q_i > 0, c = sum q_i <= 1",
    source="our derivation",
    by_hand=(
        "{z in K_i: r >= eta} is inside the erosion by eta of the complement of the other classes",
        "min(q, Phi(b - eta)) = q for eta <= b - a",
    ),
    prove=prove,
)
