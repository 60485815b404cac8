"""The bound for classes that leave holes, by what each has once the holes are filled."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC, Arithmetic
from bounds.formulas.classes import class_term
from bounds.formulas.holes import filling_bound, holes_bound
from bounds.proof.checks import Check, Step
from bounds.proof.signs import positive
from bounds.proof.symbolic import identity

A, B = sympy.symbols("a b", real=True)
"""a = Phi^-1(q_i) and b = Phi^-1(v_i) >= a."""
ETA = sympy.Symbol("eta", nonnegative=True)

Term = Callable[[Any, Any, Any, Arithmetic], Any]


def statement() -> Any:
    """Integral of min(q, Phi(b - eta/2)) over eta >= 0 is 2 (q b + phi(a)), q = Phi(a)."""
    q = SYMBOLIC.survival(-A)
    left = sympy.Integral(sympy.Min(q, SYMBOLIC.survival(ETA / 2 - B)), (ETA, 0, sympy.oo))
    return sympy.Eq(left, 2 * (q * B + SYMBOLIC.density(A)))


def prove(term: Term = class_term) -> tuple[Check, ...]:
    """Decide the step, in which `term` is the library's q Phi^-1(v) + phi(Phi^-1(q))."""
    q, density = SYMBOLIC.survival(-A), SYMBOLIC.density(A)
    at = {A: Fraction(1, 2), B: Fraction(2), ETA: Fraction(1)}
    x = B - ETA / 2
    primitive = -2 * (x * SYMBOLIC.survival(-x) + SYMBOLIC.density(x))

    def difference(a: Arithmetic) -> Any:
        mass, filled = a.number(3) / 10, a.number(6) / 10
        near, far = a.quantile(mass), a.quantile(filled)
        return term(mass, 1 - filled, filled - mass, a) - (mass * far + a.density(near))

    return (
        identity(
            "d/d eta [-2 (x Phi(x) + phi(x))] = Phi(x), x = b - eta/2",
            sympy.diff(primitive, ETA),
            SYMBOLIC.survival(-x),
            at,
        ),
        identity(
            "int_0^oo min(q, Phi(b - eta/2)) = 2 q (b - a) + 2 [a Phi(a) + phi(a)]",
            2 * q * (B - A) - primitive.subs(ETA, 2 * (B - A)),
            2 * (q * B + density),
            at,
        ),
        identity(
            "d/da [Phi(a) b + phi(a)] = phi(a) (b - a) >= 0, so the term is at most f(v)",
            sympy.diff(q * B + density, A),
            density * (B - A),
            at,
        ),
        positive(
            "the library's term is q Phi^-1(v) + phi(Phi^-1(q)), to 1e-40 at q = 0.3, v = 0.6",
            lambda a: a.number(10) ** -40 - abs(difference(a)),
        ),
        positive(
            "it is below the holes bound for 100 equal classes that cover 9/10",
            lambda a: (
                holes_bound([a.number(9) / 1000] * 100, arithmetic=a)
                - filling_bound([a.number(9) / 1000] * 100, [a.number(1) / 100] * 100, arithmetic=a)
            ),
        ),
    )


STEP = Step(
    name="filling_theorem",
    statement="E[r | covered] <= (2/c) sum [q_i Phi^-1(v_i) + phi(Phi^-1(q_i))] <= (2/c) sum "
    "f(v_i), v_i the mass of the points whose nearest class is i",
    expression=statement,
    hypotheses=("the Gaussian isoperimetric inequality (cited)", "disjoint classes"),
    domain="0 < q_i <= v_i, sum v_i = 1, c = sum q_i",
    source="our derivation",
    by_hand=(
        "a boundary point of a filled class, at distance rho from z, is as near to another class "
        "as to z's own, so r(z) <= 2 rho",
        "{rho >= eta/2} in a filled class is inside its erosion by eta/2",
    ),
    prove=prove,
)
