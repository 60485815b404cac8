"""From the tail to the expectation: E r <= sum f(p_i), and what f is."""

from __future__ import annotations

from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC
from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, T
from bounds.proof.symbolic import gaussian, identity, limit


def statement() -> Any:
    """Integral of Phi(a - eta) over eta >= 0 equals a Phi(a) + phi(a)."""
    a, eta = sympy.symbols("a eta", real=True)
    cumulative = SYMBOLIC.survival(-(a - eta))
    return sympy.Eq(
        sympy.Integral(cumulative, (eta, 0, sympy.oo)),
        a * SYMBOLIC.survival(-a) + SYMBOLIC.density(a),
    )


def prove(sign: int = 1) -> tuple[Check, ...]:
    """Decide the step; `sign` = -1 damages the formula to a Phi(a) - phi(a)."""
    density = SYMBOLIC.density(T)
    cumulative = SYMBOLIC.survival(-T)
    primitive = T * cumulative + sign * density
    survival, _ = gaussian(T)
    return (
        identity("d/da [a Phi(a) + phi(a)] = Phi(a)", sympy.diff(primitive, T), cumulative, AT_ONE),
        limit("a Phi(a) + phi(a) -> 0 as a -> -infinity", primitive, T, -sympy.oo, 0),
        identity(
            "f'(p) = (d/da [a Phi + phi]) / phi = Phi/phi",
            sympy.diff(primitive, T) / density,
            cumulative / density,
            AT_ONE,
        ),
        identity(
            "f''(p) phi = d/da (Phi/phi) = (a Phi + phi)/phi, positive: f is convex",
            sympy.diff(cumulative / density, T),
            primitive / density,
            AT_ONE,
        ),
        identity(
            "f(p)/p = (-t Q + phi)/Q = lambda(t) - t with t = -a",
            (-T * survival + sign * density) / survival,
            density / survival - T,
            AT_ONE,
        ),
    )


STEP = Step(
    name="tail_to_expectation",
    statement="int_0^oo Phi(a - eta) d eta = a Phi(a) + phi(a), so E r <= sum f(p_i); f is convex",
    expression=statement,
    hypotheses=("P[z in K_i, r >= eta] <= Phi(Phi^-1(p_i) - eta) (step gaussian_isoperimetry)",),
    domain="a real, p in (0, 1)",
    source="the talk, slide Some Details; Fawzi, Fawzi & Fawzi, arXiv 1802.08686, Theorem 1",
    by_hand=("E r = int P[r >= eta] d eta",),
    prove=prove,
)
