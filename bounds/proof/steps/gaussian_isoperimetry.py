"""The symbolic core of the Gaussian isoperimetric inequality; Coq proves the whole of it.

The chain of `bounds/coq/README.md`: the interpolation between f and E f decreases
E sqrt(I(f)^2 + f'^2) because a bracket is a perfect square; a family that grows at least by the
Lorentz distance keeps doing so under expectation; and N u + sqrt(1 + N^2) s is such a family.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC
from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, T
from bounds.proof.symbolic import identity

I_VALUE, I_SLOPE, B, B_X, A = sympy.symbols("I I' B B_x A", real=True)
THETA, X, Y = sympy.symbols("theta x y", real=True)
C, N, K, RHO = sympy.symbols("c N k rho", real=True)


def statement() -> Any:
    """P[u > tau] <= Phi(Phi^-1(P[u > 0]) - tau) for 1-Lipschitz u, as a comparison of numbers."""
    q, tau, p = sympy.symbols("q tau p", real=True)
    return sympy.Le(q, SYMBOLIC.survival(tau - SYMBOLIC.quantile(p)))


def bracket(profile_curvature: Any) -> Any:
    """Psi_uu B^2 + 2 Psi_uv B B_x + Psi_vv B_x^2 + Psi_v B of Psi(u, v) = sqrt(I(u)^2 + v^2).

    Parameters
    ----------
    profile_curvature : sympy.Expr
        I'' in terms of I; -1/I for I = phi o Phi^-1.
    """
    u, v = sympy.symbols("u v", real=True)
    profile = sympy.Function("I")(u)
    psi = sympy.sqrt(profile**2 + v**2)
    expression = (
        sympy.diff(psi, u, 2) * B**2
        + 2 * sympy.diff(psi, u, v) * B * B_X
        + sympy.diff(psi, v, 2) * B_X**2
        + sympy.diff(psi, v) * B
    )
    return (
        expression.subs(sympy.diff(profile, u, 2), profile_curvature)
        .subs(sympy.diff(profile, u), I_SLOPE)
        .subs(profile, I_VALUE)
        .subs(v, B)
    )


def prove() -> tuple[Check, ...]:
    """Decide the identities of the step."""
    density = SYMBOLIC.density(T)
    values = {
        I_VALUE: Fraction(1, 3),
        I_SLOPE: Fraction(2, 5),
        B: Fraction(3, 7),
        B_X: Fraction(5, 11),
    }
    angle = {THETA: Fraction(1, 2), X: Fraction(3, 2), Y: Fraction(-2, 3)}
    lorentz = {N: Fraction(3, 2), K: Fraction(5), RHO: Fraction(2)}
    point = X * sympy.cos(THETA) + Y * sympy.sin(THETA)
    # A wave stands for f: both sides are linear in f, and waves span.
    wave = sympy.exp(A * point)
    slope = A * wave
    return (
        identity(
            "I'(p) = (d/dt phi)/(d/dt Phi) = -t at t = Phi^-1(p)",
            sympy.diff(density, T) / density,
            -T,
            AT_ONE,
        ),
        identity("I'' = -1/I", sympy.diff(-T, T) / density, -1 / density, AT_ONE),
        identity(
            "Psi_uu B^2 + 2 Psi_uv B B_x + Psi_vv B_x^2 + Psi_v B = (I' B^2 - I B_x)^2 / Psi^3",
            bracket(-1 / sympy.Function("I")(sympy.Symbol("u", real=True))),
            (I_SLOPE * B**2 - I_VALUE * B_X) ** 2 / sympy.sqrt(I_VALUE**2 + B**2) ** 3,
            values,
        ),
        identity(
            "d/dtheta f(x cos + y sin) = (-x sin + y cos) f'",
            sympy.diff(wave, THETA),
            (-X * sympy.sin(THETA) + Y * sympy.cos(THETA)) * slope,
            {**angle, A: Fraction(1, 2)},
        ),
        identity(
            "d/dy f'(x cos + y sin) = sin f'', the integrand of the part by parts",
            sympy.diff(slope, Y),
            sympy.sin(THETA) * A * slope,
            {**angle, A: Fraction(1, 2)},
        ),
        identity(
            "d/dp Phi(Phi^-1(p) - c) = exp(c t - c^2/2), increasing in t = Phi^-1(p): Jensen",
            SYMBOLIC.density(T - C) / density,
            sympy.exp(C * T - C**2 / 2),
            {T: Fraction(1), C: Fraction(1, 2)},
        ),
        identity(
            "(k sqrt(1 + N^2) - N rho)^2 - (k^2 - rho^2) = (N k - sqrt(1 + N^2) rho)^2",
            (K * sympy.sqrt(1 + N**2) - N * RHO) ** 2 - (K**2 - RHO**2),
            (N * K - sympy.sqrt(1 + N**2) * RHO) ** 2,
            lorentz,
        ),
    )


STEP = Step(
    name="gaussian_isoperimetry",
    statement="P[u > tau] <= Phi(Phi^-1(P[u > 0]) - tau) for every 1-Lipschitz u on R^d",
    expression=statement,
    hypotheses=("|u(z) - u(z')| <= ||z - z'||", "tau >= 0", "0 < P[u > 0] < 1"),
    domain="every dimension d",
    source="Sudakov and Tsirel'son 1974; Borell 1975; by Bobkov's inequality, our derivation",
    by_hand=("from these identities to the inequality: bounds/coq, machine-checked",),
    prove=prove,
)
