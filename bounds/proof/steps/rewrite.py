"""The rewrite f(p) <= p gamma(p): exactly for p <= p_c, and with gamma_2 for p <= 1/5."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import SYMBOLIC, Arithmetic, balls
from bounds.formulas.constants import constants
from bounds.formulas.radius import gamma_at_entropy, halfspace_radius_at
from bounds.proof.checks import Check, Step, Verdict
from bounds.proof.enclosures import PRECISION_BITS
from bounds.proof.signs import AT_ONE, T, birnbaum, hazard_above_threshold, mills_bound, positive
from bounds.proof.subdivision import Cover, subdivide
from bounds.proof.symbolic import gaussian, identity, limit, polynomial_sign

FAR = 16
"""Where the boxes end and the analytic argument begins."""


def gap_at(t: Any, a: Arithmetic, factor: Fraction) -> Any:
    """Gamma(u(t)) - (lambda(t) - t) with `factor` pi for 4 pi."""
    return _gamma(-a.log_survival(t), a, factor) - halfspace_radius_at(t, a)


def _gamma(u: Any, a: Arithmetic, factor: Fraction) -> Any:
    scale = a.number(factor.numerator) / a.number(factor.denominator)
    return a.log(scale * a.pi * u) / a.sqrt(2 * u)


def rewrite_cover(factor: Fraction = Fraction(4)) -> Cover:
    """lambda(t) - t < Gamma(u(t)) on [-1/4, 16].

    On a box the left side is at most its value at the low end; Gamma rises and then falls, so it
    is at least the smaller of its values at both ends.
    """

    def lower_bounds(low: Any, high: Any, a: Arithmetic) -> Sequence[Any]:
        left = halfspace_radius_at(low, a)
        return [_gamma(-a.log_survival(end), a, factor) - left for end in (low, high)]

    return Cover(
        "rewrite",
        f"lambda(t) - t < Gamma(u(t)) on [-1/4, {FAR}]",
        Fraction(-1, 4),
        Fraction(FAR),
        lambda t, a: gap_at(t, a, factor),
        lower_bounds,
    )


def quantile_cover() -> Cover:
    """t^2 > 2 u - log(4 pi u) on [13/16, 3]: the first lemma behind gamma_2."""

    def value(t: Any, a: Arithmetic) -> Any:
        u = -a.log_survival(t)
        return t * t - 2 * u + a.log(4 * a.pi * u)

    def lower_bounds(low: Any, high: Any, a: Arithmetic) -> Sequence[Any]:
        below, above = -a.log_survival(low), -a.log_survival(high)
        return [low * low - 2 * above + a.log(4 * a.pi * below)]

    return Cover(
        "rewrite_quantile",
        "t^2 > 2u - log(4 pi u) on [13/16, 3], which has p = 1/5 inside",
        Fraction(13, 16),
        Fraction(3),
        value,
        lower_bounds,
    )


def statement() -> Any:
    """lambda(t) - t <= Gamma(-log Q(t))."""
    survival, density = gaussian(T)
    return sympy.Le(density / survival - T, gamma_at_entropy(-sympy.log(survival), SYMBOLIC))


def _at_end(largest: str | None, factor: Fraction) -> tuple[Check, ...]:
    """The left end of the range of t: p_c, or a claimed largest p."""
    if largest is not None:
        return (
            positive(
                f"f(p) < p gamma(p) at the largest p = {largest}",
                lambda a: gap_at(-a.quantile(a.number(largest)), a, factor),
            ),
        )
    if factor != 4:
        p_c = constants(arithmetic=balls(PRECISION_BITS)).rewrite_threshold
        return (
            positive(
                "f(p) <= p gamma(p) at p_c",
                lambda a: gap_at(-a.quantile(p_c), a, factor),
            ),
        )
    step = Fraction(1, 2**100)

    def near(sign: int) -> Any:
        def value(a: Arithmetic) -> Any:
            p_c = constants(arithmetic=a).rewrite_threshold
            shift = a.number(sign * step.numerator) / a.number(step.denominator)
            return sign * -gap_at(-a.quantile(p_c + shift), a, factor)

        return value

    return (
        positive("true at p_c - 2^-100", near(-1)),
        positive("false at p_c + 2^-100; the enclosure of p_c is narrower than 2^-150", near(1)),
        _narrow(),
    )


def _narrow() -> Check:
    arithmetic = balls(PRECISION_BITS)
    p_c = constants(arithmetic=arithmetic).rewrite_threshold
    radius = float(p_c.rad())
    verdict = Verdict.PROVED if radius < 2.0**-150 else Verdict.PARTIAL
    return Check(f"p_c = {p_c.str(50, radius=False)}", "enclosure", verdict, f"radius {radius:.1e}")


def prove(factor: Fraction = Fraction(4), largest: str | None = None) -> tuple[Check, ...]:
    """Decide the step.

    Parameters
    ----------
    factor : Fraction
        Damages the constant 4 pi to `factor` pi.
    largest : str, optional
        Claims the rewrite up to this p rather than p_c.
    """
    survival, density = gaussian(T)
    hazard = density / survival
    entropy = -sympy.log(survival)
    far = sympy.Symbol("y", positive=True)
    lower_ratio = (T**2 + 2) / (T * (T**2 + 3))
    lower_slope = sympy.together(1 + sympy.diff(lower_ratio, T) - T * lower_ratio)
    half_log = sympy.log(2 * sympy.pi) / 2
    return (
        *birnbaum(),
        *hazard_above_threshold(),
        identity("u' = lambda: u = -log Q increases", sympy.diff(entropy, T), hazard, AT_ONE),
        positive(
            "u(-1/4) < e^2/(4 pi): left of the boxes Gamma(u(t)) increases with t",
            lambda a: a.exp(a.number(2)) / (4 * a.pi) + a.log_survival(a.number(-1) / 4),
        ),
        *_at_end(largest, factor),
        subdivide(rewrite_cover(factor)),
        positive(
            "t^2/2 > log(sqrt(2 pi) (t + 1)) at t = 16, so u < t^2 there",
            lambda a: a.number(FAR**2) / 2 - a.log(a.sqrt(2 * a.pi) * (FAR + 1)),
        ),
        polynomial_sign("its derivative t - 1/(t+1) > 0 beyond", T - 1 / (T + 1), T, 1, FAR),
        identity(
            "(t + 2/t)^2 = t^2 + 4 + 4/t^2 > r^2: (t + r)/2 < t + 1/t < t + 1",
            sympy.expand((far + 2 / far) ** 2 - (far**2 + 4)),
            4 / far**2,
            {far: Fraction(16)},
        ),
        positive(
            "log(factor pi t^2) > sqrt(2) at t = 16, so Gamma(t^2) > 1/t > lambda - t beyond",
            lambda a: (
                a.log(a.number(factor.numerator) / factor.denominator * a.pi * FAR**2)
                - a.sqrt(a.number(2))
            ),
        ),
        # gamma_2: phi <= p sqrt(2u) for all p, and t >= sqrt(2u - log(4 pi u)) for p <= 1/5.
        identity(
            "d/dt [2u - lambda^2] = 2 lambda (1 - lambda (lambda - t)) > 0",
            sympy.diff(2 * entropy - hazard**2, T),
            2 * hazard * (1 - hazard * (hazard - T)),
            AT_ONE,
        ),
        limit(
            "2u - lambda^2 -> 0 as t -> -oo, so lambda < sqrt(2u)",
            2 * entropy - hazard**2,
            T,
            -sympy.oo,
            0,
        ),
        subdivide(quantile_cover()),
        *mills_bound("(t^2+2)/(t (t^2+3))", lower_ratio, lower_slope),
        polynomial_sign(
            "1 + R' - t R < 0: Q < phi R, lambda - t > t/(t^2+2)", lower_slope, T, -1, 0
        ),
        positive(
            "3 + 2/t^2 < 2 log(sqrt(2 pi) t) at t = 3, and then beyond: t^2 - 2u + log(4 pi u) "
            "decreases to 0 there",
            lambda a: 2 * (half_log_of(a) + a.log(a.number(3))) - a.number(29) / 9,
        ),
        identity(
            "(t + 1/t)(t^2 + 2) - 2t (t^2/2 + L) = t (3 + 2/t^2 - 2L): lambda/u < 2 (lambda - t)",
            sympy.expand((far + 1 / far) * (far**2 + 2) - 2 * far * (far**2 / 2 + half_log)),
            sympy.expand(far * (3 + 2 / far**2 - 2 * half_log)),
            {far: Fraction(3)},
        ),
    )


def half_log_of(a: Arithmetic) -> Any:
    """log(2 pi)/2."""
    return a.log(2 * a.pi) / 2


STEP = Step(
    name="rewrite",
    statement="f(p) <= p gamma(p) iff p <= p_c = 0.84446694...; f(p) <= p gamma_2(p) <= p gamma(p) "
    "for p <= 1/5",
    expression=statement,
    hypotheses=("derivatives",),
    domain="p in (0, p_c], both ends; t in [t_c, oo)",
    source="the talk, slide Some Details (p <= 1/5); our proof",
    by_hand=(
        "monotone comparison on both sides of the peak of Gamma",
        "sqrt(A) - sqrt(A - B) <= B/sqrt(A)",
        "Q < phi/t and u >= t^2/2 + log(sqrt(2 pi) t)",
    ),
    prove=prove,
)
