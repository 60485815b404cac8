"""How sharp the bounds are as the classes become many."""

from __future__ import annotations

from typing import Any

import sympy

from bounds.proof.checks import Check, Step
from bounds.proof.signs import AT_ONE, T
from bounds.proof.symbolic import gaussian, identity, limit

Y = sympy.Symbol("y", positive=True)
"""t large, or log K."""


def statement() -> Any:
    """g(p) sqrt(2 log 1/p) -> 1."""
    survival, density = gaussian(T)
    product = (density / survival - T) * sympy.sqrt(-2 * sympy.log(survival))
    return sympy.Eq(sympy.Limit(product, T, sympy.oo), 1)


def prove(expected: Any = 1) -> tuple[Check, ...]:
    """Decide the step; another `expected` damages the first limit."""
    constant = sympy.log(2 * sympy.pi)
    # 2u = -2 log Q, with phi t/(t^2+1) < Q < phi/t.
    least = Y**2 + constant + 2 * sympy.log(Y)
    most = Y**2 + constant + 2 * sympy.log(Y + 1 / Y)
    survival, density = gaussian(T)
    log_k = Y
    tail = sympy.exp(log_k - log_k**2 * (1 - 2 * sympy.exp(-log_k)))
    return (
        limit(
            "t/(t^2+2) sqrt(2u) -> 1 with the least 2u",
            Y / (Y**2 + 2) * sympy.sqrt(least),
            Y,
            sympy.oo,
            expected,
        ),
        limit(
            "(1/t) sqrt(2u) -> 1 with the largest 2u: g(p) sqrt(2 log 1/p) -> 1",
            sympy.sqrt(most) / Y,
            Y,
            sympy.oo,
            expected,
        ),
        limit(
            "gamma sqrt(2u) = log(4 pi u) -> infinity, so gamma/g -> infinity",
            sympy.log(4 * sympy.pi * Y),
            Y,
            sympy.oo,
            sympy.oo,
        ),
        identity(
            "K Phi^(K-1) Q = (K Phi^(K-1) phi)(Q/phi): E r of argmax is E[Mills ratio at the "
            "maximum]/sqrt 2",
            (density * survival) / density,
            survival,
            AT_ONE,
        ),
        # Q(a) = (log K)^2/K and Q(b) = 1/(K log K): the maximum is almost surely in [a, b].
        limit(
            "log(K/(log K)^2)/log K -> 1, so a ~ sqrt(2 log K)",
            (log_k - 2 * sympy.log(log_k)) / log_k,
            Y,
            sympy.oo,
            1,
        ),
        limit(
            "log(K log K)/log K -> 1, so b ~ sqrt(2 log K)",
            (log_k + sympy.log(log_k)) / log_k,
            Y,
            sympy.oo,
            1,
        ),
        limit("P[max > b] <= K Q(b) = 1/log K -> 0", 1 / log_k, Y, sympy.oo, 0),
        limit(
            "E[R(max); max < a] <= K (a + 1) Phi(a)^(K-2) is o(1/a): "
            "2 log K exp(log K - (K - 2)(log K)^2/K) -> 0",
            2 * log_k * tail,
            Y,
            sympy.oo,
            0,
        ),
    )


STEP = Step(
    name="asymptotics",
    statement="g(p) sqrt(2 log 1/p) -> 1, gamma/g -> infinity; for the argmax partition "
    "E r / g(1/K) -> 1/sqrt 2",
    expression=statement,
    hypotheses=("rewrite (Mills bounds)",),
    domain="p -> 0, K -> infinity",
    source="our derivation",
    by_hand=(
        "t/(t^2+1) < Q/phi < 1/t, and E r = E[Z_(K) - Z_(K-1)]/sqrt 2 = (K/sqrt 2) int Phi^(K-1) Q",
        "R(b) P[max <= b] <= E R(max) <= R(a) + E[R(max); max < a]",
    ),
    prove=prove,
)
