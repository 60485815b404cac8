"""Checks decided by the certain sign of an enclosure, and monotone bounds closed at infinity."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from bounds.arithmetic.base import Arithmetic, balls
from bounds.proof.checks import Check, Verdict
from bounds.proof.enclosures import PRECISION_BITS, certain_sign, ends
from bounds.proof.symbolic import gaussian, identity, limit

T = sympy.Symbol("t", real=True)
"""The threshold t = -Phi^-1(p)."""

ROOT_4 = sympy.sqrt(T**2 + 4)
ROOT_8 = sympy.sqrt(T**2 + 8)
AT_ONE: dict[Any, Fraction] = {T: Fraction(1)}


def positive(claim: str, value: Callable[[Arithmetic], Any]) -> Check:
    """Check that a number is positive by enclosing it.

    Parameters
    ----------
    claim
        What is decided.
    value : callable
        Computes the number in an arithmetic.
    """
    arithmetic = balls(PRECISION_BITS)
    with arithmetic.working_precision():
        enclosed = value(arithmetic)
    sign = certain_sign(enclosed)
    if sign > 0:
        return Check(claim, "certain sign", Verdict.PROVED, margin=float(ends(enclosed)[0]))
    if sign < 0:
        return Check(claim, "certain sign", Verdict.REFUTED, f"it is {enclosed}")
    return Check(claim, "certain sign", Verdict.PARTIAL, f"the sign of {enclosed} is not certain")


def square_gap(claim: str, left: Any, right: Any) -> Check:
    """Check left < right, right > 0, through right^2 - left^2, which must be a positive number."""
    difference = sympy.expand(right**2 - left**2)
    if not difference.is_number:
        return Check(claim, "identity", Verdict.PARTIAL, f"the squares differ by {difference}")
    verdict = Verdict.PROVED if difference > 0 else Verdict.REFUTED
    return Check(claim, "identity", verdict, f"the squares differ by {difference}")


def birnbaum() -> tuple[Check, ...]:
    """Q(t) > phi(t) (sqrt(t^2+4) - t)/2 for all real t, so lambda (lambda - t) < 1.

    With r = sqrt(t^2 + 4) the difference has derivative
    -phi (r (t^2 + 1) - t (t^2 + 3)) / (2 r) < 0 and limit 0 at infinity.
    """
    survival, density = gaussian(T)
    difference = survival - density * (ROOT_4 - T) / 2
    slope = -density * (ROOT_4 * (T**2 + 1) - T * (T**2 + 3)) / (2 * ROOT_4)
    return (
        identity(
            "d/dt [Q - phi (r - t)/2] = -phi (r (t^2+1) - t (t^2+3))/(2r), r = sqrt(t^2+4)",
            sympy.diff(difference, T),
            slope,
            AT_ONE,
        ),
        square_gap(
            "t (t^2+3) < r (t^2+1): the squares differ by 4", T * (T**2 + 3), ROOT_4 * (T**2 + 1)
        ),
        limit("Q - phi (r - t)/2 -> 0 at infinity", difference, T, sympy.oo, 0),
        identity(
            "(t + r)/2 (r - t)/2 = 1, so lambda < (t + r)/2 gives lambda (lambda - t) < 1",
            (T + ROOT_4) / 2 * (ROOT_4 - T) / 2,
            1,
            AT_ONE,
        ),
    )


def hazard_above_threshold() -> tuple[Check, ...]:
    """lambda(t) > t: phi - t Q has derivative -Q < 0 and limit 0 at infinity."""
    survival, density = gaussian(T)
    difference = density - T * survival
    return (
        identity("d/dt [phi - t Q] = -Q", sympy.diff(difference, T), -survival, AT_ONE),
        limit("phi - t Q -> 0 at infinity", difference, T, sympy.oo, 0),
    )


def mills_bound(claim: str, ratio: Any, slope: Any) -> tuple[Check, Check]:
    """Check the slope and the limit behind Q < phi ratio (slope < 0), or > (slope > 0).

    phi ratio - Q has derivative phi (1 + ratio' - t ratio), which is phi times `slope`, and
    limit 0 at infinity; the sign of `slope` is then that of the bound reversed.
    """
    survival, density = gaussian(T)
    return (
        identity(
            f"d/dt [phi R - Q] = phi (1 + R' - t R), R = {claim}",
            sympy.diff(density * ratio - survival, T),
            density * slope,
            AT_ONE,
        ),
        limit(
            f"phi R - Q -> 0 at infinity, R = {claim}", density * ratio - survival, T, sympy.oo, 0
        ),
    )
