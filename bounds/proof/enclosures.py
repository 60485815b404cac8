"""Certain signs and ends of enclosures, whichever arithmetic they come from."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint

PRECISION_BITS = 192
"""Working precision of the proofs."""


def exact(value: Fraction, arithmetic: Any) -> Any:
    """Convert a rational to an arithmetic; exact where it is dyadic."""
    return arithmetic.number(value.numerator) / arithmetic.number(value.denominator)


def _fraction(mantissa: Any, exponent: Any) -> Fraction:
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def ends(value: Any) -> tuple[Fraction, Fraction]:
    """Return rationals that certainly enclose what a ball or an interval encloses.

    Raises
    ------
    ArithmeticError
        If the enclosure is unbounded.
    """
    if isinstance(value, flint.arb):
        if not value.is_finite():
            raise ArithmeticError(f"unbounded enclosure {value}")
        low, high = value.lower(), value.upper()
        return _fraction(*low.man_exp()), _fraction(*high.man_exp())
    low, high = value._mpi_
    return _mpf_fraction(low), _mpf_fraction(high)


def _mpf_fraction(raw: Any) -> Fraction:
    sign, mantissa, exponent, _ = raw
    if not mantissa and exponent:
        raise ArithmeticError("unbounded enclosure")
    return (-1 if sign else 1) * _fraction(mantissa, exponent)


def certain_sign(value: Any) -> int:
    """Sign of the enclosed number, 0 where it is not certain."""
    try:
        low, high = ends(value)
    except ArithmeticError:
        return 0
    return 1 if low > 0 else -1 if high < 0 else 0
