"""g is concave exactly up to p*; the sharp theorem, its threshold s-hat and the majorant."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC, Arithmetic, balls
from bounds.formulas.constants import constants, tangent_gap_at
from bounds.formulas.radius import curvature_sign_at
from bounds.proof.checks import Check, Step, Verdict
from bounds.proof.enclosures import PRECISION_BITS
from bounds.proof.signs import T, mills_bound, positive
from bounds.proof.subdivision import Cover, subdivide
from bounds.proof.symbolic import identity, polynomial_sign

INFLECTION = Fraction(632720, 2**20)
"""A dyadic number within 2^-20 of t* = 0.60340920..."""
GAP = Fraction(1, 2**19)
"""How far from it the boxes stop."""

# Convergent of Laplace's continued fraction t + 1/(t + 2/(t + 3/(t + 4/t))) of 1/Mills' ratio.
CONVERGENT = sympy.cancel(sympy.together(1 / (T + 1 / (T + 2 / (T + 3 / (T + 4 / (T + 5 / T)))))))


def _curvature_cover(name: str, low: Fraction, high: Fraction, sign: int) -> Cover:
    """Cover of sign P(t) > 0 on [low, high], P = -(lambda + t) + 2 lambda^2 (lambda - t).

    lambda and t increase and lambda - t decreases, so the two parts of P are bounded on a box by
    their values at opposite ends.
    """

    def lower_bounds(left: Any, right: Any, a: Arithmetic) -> Sequence[Any]:
        least, largest = a.hazard(left), a.hazard(right)
        if sign > 0:
            return [2 * least * least * a.hazard_excess(right) - (largest + right)]
        return [least + left - 2 * largest * largest * a.hazard_excess(left)]

    return Cover(
        name,
        f"g'' {'>' if sign > 0 else '<'} 0 for t in [{float(low):.8f}, {float(high):.8f}]",
        low,
        high,
        lambda t, a: sign * curvature_sign_at(t, a),
        lower_bounds,
    )


def concave_cover(sign: int = -1, low: Fraction = INFLECTION + GAP) -> Cover:
    """Cover of g'' < 0 on [t* + 2^-19, 8]."""
    return _curvature_cover("sharp_concave", low, Fraction(8), sign)


def convex_cover() -> Cover:
    """Cover of g'' > 0 on [0, t* - 2^-19]."""
    return _curvature_cover("sharp_convex", Fraction(0), INFLECTION - GAP, 1)


def statement() -> Any:
    """G'' <= 0 iff t >= t*, as the sign of a polynomial in lambda and t."""
    return sympy.Le(curvature_sign_at(T, SYMBOLIC), 0)


def _narrow(name: str, symbol: str) -> Check:
    value = getattr(constants(arithmetic=balls(PRECISION_BITS)), name)
    radius = float(value.rad())
    verdict = Verdict.PROVED if radius < 2.0**-150 else Verdict.PARTIAL
    return Check(
        f"{symbol} = {value.str(50, radius=False)}", "enclosure", verdict, f"radius {radius:.1e}"
    )


def prove(sign: int = -1, low: Fraction = INFLECTION + GAP) -> tuple[Check, ...]:
    """Decide the step; `sign` = 1 flips the inequality, `low` stretches its domain past t*."""
    hazard, m = sympy.symbols("lambda m", positive=True)
    # Along the flow lambda' = lambda (lambda - t): P' = P_lambda lambda' + P_t.
    p = -(hazard + T) + 2 * hazard**2 * (hazard - T)
    derivative = sympy.expand(sympy.diff(p, hazard) * hazard * (hazard - T) + sympy.diff(p, T))
    quotient, remainder = sympy.div(sympy.Poly(derivative, T), sympy.Poly(p, T))
    expected = (m**2 - 4 * m - 1) / (1 + m) ** 2
    slope = sympy.together(1 + sympy.diff(CONVERGENT, T) - T * CONVERGENT)
    upper = sympy.cancel(1 / CONVERGENT)
    at = {hazard: Fraction(3, 2), T: Fraction(1, 2)}
    return (
        identity(
            "P' = q P + R along lambda' = lambda (lambda - t), P = -(lambda+t) + 2 lambda^2 "
            "(lambda-t)",
            derivative,
            sympy.expand(quotient.as_expr() * p + remainder.as_expr()),
            at,
        ),
        identity(
            "R = (m^2 - 4m - 1)/(1 + m)^2, m = 2 lambda^2, free of t",
            remainder.as_expr(),
            expected.subs(m, 2 * hazard**2),
            at,
        ),
        polynomial_sign(
            "R < 0 for 0 < m < 4.236: a zero of P there goes down",
            expected,
            m,
            -1,
            0,
            sympy.Rational(4236, 1000),
        ),
        polynomial_sign(
            "R > 0 for m > 4.237: a zero of P there goes up",
            expected,
            m,
            1,
            sympy.Rational(4237, 1000),
        ),
        positive("P(0) = lambda(0) (4/pi - 1) > 0", lambda a: curvature_sign_at(a.number(0), a)),
        positive(
            "m < 4.236 at t = 7/8, where the boxes have P < 0",
            lambda a: a.number(4236) / 1000 - 2 * a.hazard(a.number(7) / 8) ** 2,
        ),
        subdivide(convex_cover()),
        subdivide(concave_cover(sign, low)),
        *mills_bound(f"{CONVERGENT}", CONVERGENT, slope),
        polynomial_sign("1 + R' - t R > 0, so lambda < 1/R for t > 0", slope, T, 1, 0),
        polynomial_sign(
            "P with 1/R for lambda is negative for t > 8; P increases with lambda >= t > 1",
            sympy.together(-(upper + T) + 2 * upper**2 * (upper - T)),
            T,
            -1,
            8,
        ),
        polynomial_sign(
            "dP/dlambda >= 2 lambda^2 - 1 > 0 for lambda > 1", 2 * hazard**2 - 1, hazard, 1, 1
        ),
        _narrow("concavity_threshold", "p*"),
        positive(
            "t* is where the boxes say: |Q(t*) - p*| < 2^-20",
            lambda a: (
                a.number(1) / 2**20
                - abs(
                    a.survival(a.number(INFLECTION.numerator) / INFLECTION.denominator)
                    - constants(arithmetic=a).concavity_threshold
                )
            ),
        ),
        positive(
            "the tangent at s is above g(sqrt(s)) at t = 0.90 (s = 0.184)",
            lambda a: tangent_gap_at(a.number(90) / 100, a),
        ),
        positive(
            "and below at t = 0.80 (s = 0.212): s-hat lies between",
            lambda a: -tangent_gap_at(a.number(80) / 100, a),
        ),
        _narrow("assumption_free_threshold", "s-hat"),
    )


STEP = Step(
    name="sharp_theorem",
    statement="g'' < 0 iff p < p* = 0.27311824...; E r <= g(||p||^2) if max p <= p*, or if "
    "||p||^2 <= s-hat = 0.19885433...; else the least concave majorant of g on (0, max p]",
    expression=statement,
    hypotheses=("tail_to_expectation", "derivatives", "a partition of R^d"),
    domain="p in (0, 1), i.e. t real",
    source="our derivation",
    by_hand=(
        "a zero of P with R < 0 is crossed downward only",
        "Jensen for concave g and for its majorant",
        "the point of tangency from (m, g(m)) moves left as m grows, so s-hat is unique",
    ),
    prove=prove,
)
