"""Latents of other laws: the scaled bounds and the constants of box and truncated normal."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC
from bounds.formulas import latents
from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, T
from bounds.proof.symbolic import identity, polynomial_sign

A, ETA, L, WIDTH = (
    sympy.Symbol("a", real=True),
    sympy.Symbol("eta", nonnegative=True),
    sympy.Symbol("L", positive=True),
    sympy.Symbol("w", positive=True),
)


def statement() -> Any:
    """Integral of Phi(a - eta/L) over eta >= 0 is L (a Phi(a) + phi(a))."""
    left = sympy.Integral(SYMBOLIC.survival(ETA / L - A), (ETA, 0, sympy.oo))
    return sympy.Eq(left, L * (A * SYMBOLIC.survival(-A) + SYMBOLIC.density(A)))


def prove(formulas: Any = latents) -> tuple[Check, ...]:
    """Decide the step for the constants of the library, `formulas`."""
    x = A - ETA / L
    primitive = -L * (x * SYMBOLIC.survival(-x) + SYMBOLIC.density(x))
    at = {A: Fraction(1, 2), ETA: Fraction(1), L: Fraction(3), WIDTH: Fraction(2), **AT_ONE}
    uniform = WIDTH * (SYMBOLIC.survival(-T) - sympy.Rational(1, 2))
    m = sympy.Symbol("m", positive=True)
    limit = sympy.Symbol("tau", positive=True)
    mapped: Any = sympy.Function("T")(T)
    logarithm = sympy.log(m) + SYMBOLIC.log_density(T) - SYMBOLIC.log_density(mapped)
    truncated = (1 - 2 * SYMBOLIC.survival(limit)) * SYMBOLIC.survival(-T)
    return (
        identity(
            "d/d eta [-L (x Phi(x) + phi(x))] = Phi(x), x = a - eta/L",
            sympy.diff(primitive, ETA),
            SYMBOLIC.survival(-x),
            at,
        ),
        identity(
            "box: T = w (Phi - 1/2) has T' = w phi",
            sympy.diff(uniform, T),
            WIDTH * SYMBOLIC.density(T),
            at,
        ),
        identity(
            "phi' = -x phi: T' is largest at 0",
            sympy.diff(SYMBOLIC.density(T), T),
            -T * SYMBOLIC.density(T),
            at,
        ),
        identity(
            "the library's constant of the box is T'(0)",
            formulas.box(WIDTH, arithmetic=SYMBOLIC),
            sympy.diff(uniform, T).subs(T, 0),
            at,
        ),
        identity(
            "truncated normal: T' = m phi(x)/phi(T) has (log T')' = -x + T T'",
            sympy.diff(logarithm, T),
            -T + mapped * sympy.diff(mapped, T),
            AT_ONE,
        ),
        polynomial_sign(
            "T' <= m on [0, x] gives T T' <= m^2 x < x, so T' falls from m: 1 - m^2 > 0",
            1 - m**2,
            m,
            1,
            0,
            1,
        ),
        identity(
            "the library's constant of the truncated normal is m = T'(0), where T = 0",
            formulas.truncated_normal(limit, arithmetic=SYMBOLIC),
            (sympy.diff(truncated, T) / SYMBOLIC.density(T)).subs(T, 0),
            {limit: Fraction(1)},
        ),
        *(
            identity(
                f"the ball in R^{d} is the projection of the sphere in R^{d + 2}, L = R/sqrt({d})",
                formulas.ball(d, WIDTH, arithmetic=SYMBOLIC),
                formulas.sphere(d + 2, WIDTH, arithmetic=SYMBOLIC),
                at,
            )
            for d in (1, 2, 3)
        ),
        identity(
            "the library's constant of the sphere is R/sqrt(Ric R^2), Ric = (d - 2)/R^2, d = 6",
            formulas.sphere(6, WIDTH, arithmetic=SYMBOLIC),
            WIDTH / 2,
            at,
        ),
    )


STEP = Step(
    name="latents",
    statement="for latents whose isoperimetric constant is L every bound holds with E r / L and "
    "eta / L; L = w phi(0) for a box of side w, 1 - 2 Q(tau) for N(0, I) cut at tau, R/sqrt(d - 2) "
    "for a sphere, R/sqrt(d) for a ball, sqrt(largest eigenvalue) for N(m, Sigma)",
    expression=statement,
    hypotheses=(
        "the Gaussian isoperimetric inequality (cited)",
        "Levy-Gromov on the sphere, Ric = (d - 2)/R^2 (cited)",
    ),
    domain="w, tau, R > 0; d >= 3 for the sphere, d >= 1 for the ball",
    source="our derivation",
    by_hand=(
        "the image of N(0, I) under an L-Lipschitz T: preimages have the same mass, and "
        "r(T(x)) <= L r of the preimages at x",
        "T acts coordinate by coordinate, so its Lipschitz constant is the largest slope",
        "T' <= m is kept: T' = m at 0 and falls as long as it was kept",
        "chords are no longer than arcs; projections are 1-Lipschitz",
    ),
    prove=prove,
)
