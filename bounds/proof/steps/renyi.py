"""Renyi entropies: monotone in the order, at most log K, and the sandwich by G."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC
from bounds.formulas.radius import gamma_at_entropy
from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, ROOT_8, T, positive, square_gap
from bounds.proof.steps.derivatives import U
from bounds.proof.symbolic import gaussian, identity, limit


def statement() -> Any:
    """G(H_1) <= sum f(p_i) <= G(H_2), in the letters of the theory."""
    g = sympy.Function("G")
    first, second, middle = sympy.symbols("H_1 H_2 F", positive=True)
    return sympy.And(sympy.Le(g(first), middle), sympy.Le(middle, g(second)))


def _variance_identity(atoms: int) -> Check:
    """(log sum w_i)'' for w_i = p_i^alpha is sum_{i<j} w_i w_j (l_i - l_j)^2 / (sum w)^2."""
    alpha = sympy.Symbol("alpha", real=True)
    logs = sympy.symbols(f"l0:{atoms}", real=True)
    weights = [sympy.exp(alpha * log) for log in logs]
    curvature = sympy.diff(sympy.log(sum(weights)), alpha, 2)
    pairs = sum(
        weights[i] * weights[j] * (logs[i] - logs[j]) ** 2 for i in range(atoms) for j in range(i)
    )
    stand_ins = sympy.symbols(f"w0:{atoms}", positive=True)
    difference = (curvature - pairs / sum(weights) ** 2).subs(
        dict(zip(weights, stand_ins, strict=True))
    )
    at = {symbol: Fraction(k + 1, 3) for k, symbol in enumerate((*logs, *stand_ins))}
    claim = f"(log sum p_i^alpha)'' is a variance, sum over pairs (K = {atoms}): convex in alpha"
    return identity(claim, sympy.cancel(sympy.together(difference)), 0, at)


def prove(sign: int = 1) -> tuple[Check, ...]:
    """Decide the step; `sign` = -1 flips the convexity of G."""
    p, m, k = sympy.symbols("p m K", positive=True)
    survival, density = gaussian(T)
    hazard = density / survival
    excess = hazard - T
    entropy = -sympy.log(survival)
    slope = sympy.diff(excess, T) / sympy.diff(entropy, T)
    ratio = 4 / (3 * T + ROOT_8)
    bracket = 1 + sympy.diff(ratio, T) - T * ratio
    lower = (3 * T + ROOT_8) / 4
    return (
        *(_variance_identity(atoms) for atoms in (2, 3, 4)),
        identity(
            "sum (p_i - 1/K)^2 = ||p||^2 - 1/K for sum p_i = 1: H_2 <= log K, equality iff uniform "
            "(per term)",
            sympy.expand((p - 1 / k) ** 2),
            sympy.expand(p**2 - 2 * p / k + 1 / k**2),
            {p: Fraction(1, 3), k: Fraction(3)},
        ),
        identity(
            "p^2 <= m p for 0 <= p <= m = max p: m^2 <= ||p||^2 <= m, so H_inf <= H_2 <= 2 H_inf",
            sympy.expand(m * p - p**2),
            sympy.expand(p * (m - p)),
            {p: Fraction(1, 3), m: Fraction(1, 2)},
        ),
        identity(
            "dG/dh = -V/lambda < 0: G decreases",
            slope,
            -(1 - hazard * excess) / hazard,
            AT_ONE,
        ),
        identity(
            "d^2 G/dh^2 = (lambda^2 (lambda - t) - t)/lambda^2",
            sympy.diff(slope, T) / sympy.diff(entropy, T),
            (hazard**2 * excess - T) / hazard**2,
            AT_ONE,
        ),
        # Sampford: lambda > (3t + r)/4, r = sqrt(t^2 + 8), for t >= 0.
        identity(
            "d/dt [4 phi/(3t + r) - Q] = phi (2 t^3 + 12 t - 2 r (t^2 + 2))/(r (3t + r)^2), "
            "r = sqrt(t^2 + 8)",
            sympy.radsimp(sympy.together(bracket)),
            sympy.radsimp(
                (2 * T**3 + 12 * T - 2 * ROOT_8 * (T**2 + 2)) / (ROOT_8 * (3 * T + ROOT_8) ** 2)
            ),
            AT_ONE,
        ),
        square_gap(
            "t^3 + 6t < r (t^2 + 2): the squares differ by 32",
            T**3 + 6 * T,
            ROOT_8 * (T**2 + 2),
        ),
        limit(
            "4 phi/(3t + r) - Q -> 0 at infinity (Sampford's bound)",
            density * ratio - survival,
            T,
            sympy.oo,
            0,
        ),
        identity(
            "with lambda >= (3t + r)/4: 16 (lambda^2 (lambda - t) - t) >= "
            "(4 (t^2 + 4) - 4 r t)/(r + t)",
            sympy.radsimp(16 * (lower**2 * (lower - T) - T)),
            sympy.radsimp((4 * (T**2 + 4) - 4 * ROOT_8 * T) / (ROOT_8 + T)),
            AT_ONE,
        ),
        square_gap(
            "r t < t^2 + 4: the squares differ by 16, so G is convex for t >= 0 (and for t < 0 "
            "every term is positive)",
            *((ROOT_8 * T, T**2 + 4)[::sign]),
        ),
        identity(
            "Gamma(e^2/(4 pi)) is stationary and Gamma' has the sign of 2 - log(4 pi u) beyond: "
            "Gamma decreases",
            sympy.diff(gamma_at_entropy(U, SYMBOLIC), U) * 2 * U * sympy.sqrt(2 * U),
            2 - sympy.log(4 * sympy.pi * U),
            {U: Fraction(1)},
        ),
        limit("Gamma(log K) -> 0 as K -> infinity", gamma_at_entropy(U, SYMBOLIC), U, sympy.oo, 0),
        positive(
            "log 2 > e^2/(4 pi): for K >= 2 uniform masses give the smallest bound",
            lambda a: a.log(a.number(2)) - a.exp(a.number(2)) / (4 * a.pi),
        ),
    )


STEP = Step(
    name="renyi",
    statement="H_alpha decreases in alpha, <= log K (iff uniform); H_inf <= H_2 <= 2 H_inf; "
    "G(H_1) <= sum f(p_i) <= G(H_2); Gamma, G decrease: bounds smallest at uniform p",
    expression=statement,
    hypotheses=("sharp_theorem for the right half of the sandwich",),
    domain="p a vector of masses, alpha in [0, oo]",
    source="the talk, slides ||p||^2 as a Measure of Diversity; our derivation (sandwich)",
    by_hand=(
        "H_alpha = -(psi(alpha) - psi(1))/(alpha - 1) is minus the slope of a chord of convex psi",
        "Lagrange's identity involves pairs of atoms only, so K = 4 shows the pattern for all K",
        "Jensen for convex G with weights p",
    ),
    prove=prove,
)
