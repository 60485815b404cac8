"""Checks of arguments, made once at the public boundary.

Every message names the argument, the value that it had, and what was expected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bounds.arithmetic.base import Arithmetic
from bounds.arithmetic.float64 import FLOAT64
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_array, is_integer, is_one_of

MOST = 2**53
"""More than any number of things that could be made or counted; floats tell all of them apart."""

MASS_TOLERANCE = 1e-9
"""How far from 1 the sum of a vector of masses may be."""


def shown(value: object) -> str:
    """Return a short text of a value for an error message."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def real(value: object, name: str, low: float, high: float, *, closed: bool = False) -> float:
    """Return `value` as a float strictly inside (low, high), or in [low, high] if `closed`.

    Raises
    ------
    TypeError
        If the value is not a real number.
    ValueError
        If it is NaN or outside the interval.
    """
    # NumPy's complex numbers convert to a float, and lose their imaginary part.
    unreal = is_one_of(value, bool, str, bytes, np.complexfloating)
    if unreal or not hasattr(value, "__float__"):
        raise InvalidTypeError(f"{name}={shown(value)}: expected a real number")
    if is_array(value) and (value.ndim > 0 or value.dtype.kind == "c"):
        raise InvalidTypeError(f"{name}={shown(value)}: expected one real number, not an array")
    if np.ma.is_masked(value):
        raise InvalidTypeError(f"{name} is masked: expected a real number")
    try:
        number = float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidTypeError(
            f"{name}={shown(value)}: expected a real number ({error})"
        ) from error
    inside = low <= number <= high if closed else low < number < high
    if not inside:
        left, right = ("[", "]") if closed else ("(", ")")
        raise InvalidValueError(
            f"{name}={shown(value)}: expected in {left}{low:g}, {high:g}{right}"
        )
    return number


def count(value: object, name: str, minimum: int = 1, maximum: float = MOST) -> int:
    """Return `value` as an integer in [minimum, maximum].

    Raises
    ------
    TypeError
        If the value is not an integer.
    ValueError
        If it is outside.
    """
    if isinstance(value, bool) or not is_integer(value):
        raise InvalidTypeError(f"{name}={shown(value)}: expected an integer")
    if value < minimum:
        raise InvalidValueError(f"{name}={shown(value)}: expected at least {minimum}")
    if value > maximum:
        raise InvalidValueError(f"{name}={shown(value)}: expected at most {maximum}")
    return int(value)


def real_array(values: Any, name: str, kinds: str = "fiubOU") -> npt.NDArray[np.float64]:
    """Return an array of real numbers of any shape, C-contiguous; NaN is the caller's matter.

    Parameters
    ----------
    values
        What converts to an array.
    name
        For messages.
    kinds
        Kinds of NumPy's types that are taken; complex numbers and dates would lose what they are.

    Raises
    ------
    TypeError
        If the values are no real numbers.
    ValueError
        If some of them are masked.

    Examples
    --------
    >>> real_array([[1, 2.5]], "z").tolist()
    [[1.0, 2.5]]
    """
    if np.ma.is_masked(values):
        raise InvalidValueError(f"{name} has masked entries: expected real numbers")
    try:
        array = np.asarray(values)
        if array.dtype.kind in kinds:
            return np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise InvalidTypeError(
            f"{name}={shown(values)}: expected real numbers ({error})"
        ) from error
    raise InvalidTypeError(f"{name} has dtype {array.dtype}: expected real numbers")


def number(value: Any, name: str, arithmetic: Arithmetic) -> Any:
    """Return one number of an arithmetic; whether it is finite is the caller's matter.

    Parameters
    ----------
    value
        What converts to one: also text, as "0.1", whose digits a float would lose.
    name
        For messages.
    arithmetic
        The arithmetic of the result.

    Raises
    ------
    TypeError
        If the value is no real number, or no symbol where these are meant.
    """
    refused = is_one_of(value, bool, bytes, np.bool_) or value is None
    if not refused and not np.ma.is_masked(value):
        try:
            converted = (
                real_array(value, name) if arithmetic is FLOAT64 else arithmetic.number(value)
            )
        except InvalidTypeError:
            raise
        except Exception as error:  # each arithmetic raises its own kinds
            raise InvalidTypeError(
                f"{name}={shown(value)}: expected a real number ({error})"
            ) from error
        if arithmetic is not FLOAT64 or converted.ndim == 0:
            return converted
    raise InvalidTypeError(f"{name}={shown(value)}: expected one real number")


def _vector(values: Any, name: str) -> npt.NDArray[np.float64]:
    array = real_array(values, name)
    if array.ndim != 1:
        raise InvalidValueError(f"{name} has shape {array.shape}: expected one dimension, (K,)")
    if array.size == 0:
        raise InvalidValueError(f"{name} is empty: expected the masses of at least one class")
    bad = ~(np.isfinite(array) & (array >= 0))
    if bad.any():
        index = int(np.flatnonzero(bad)[0])
        raise InvalidValueError(
            f"{name}[{index}]={array[index]!r}: expected finite and non-negative"
        )
    return array


def masses(p: Any, name: str, arithmetic: Arithmetic = FLOAT64, *, holes: bool = False) -> Any:
    """Return a validated vector of class masses in an arithmetic.

    Parameters
    ----------
    p
        Masses, shape (K,), non-negative. Their sum is 1 within `MASS_TOLERANCE`; with `holes` it
        may be anything in (0, 1].
    name
        The argument's name, for messages.
    arithmetic
        The arithmetic of the result. Symbols are taken as they are.
    holes
        Whether a sum below 1 is meant.

    Returns
    -------
    numpy.ndarray or list
        A float64 array for `FLOAT64`, else a list of the arithmetic's numbers.

    Raises
    ------
    TypeError, ValueError
        If `p` is no vector of masses.
    """
    if arithmetic is not FLOAT64 and (
        is_one_of(p, str, bytes)
        or not is_one_of(p, Sequence, np.ndarray)
        or np.ma.is_masked(p)
        or not len(p)
    ):
        raise InvalidTypeError(f"{name}={shown(p)}: expected a vector of real numbers")
    if arithmetic.symbolic:
        symbols = [number(value, f"{name}[{index}]", arithmetic) for index, value in enumerate(p)]
        for index, value in enumerate(symbols):
            if value.is_negative or (1 - value).is_negative:
                raise InvalidValueError(f"{name}[{index}]={value}: expected in [0, 1]")
        return symbols
    if arithmetic is FLOAT64:
        converted: Any = _vector(p, name)
        plain: npt.NDArray[np.float64] = converted
    else:
        converted = [
            arithmetic.nonnegative(number(value, f"{name}[{index}]", arithmetic))
            for index, value in enumerate(p)
        ]
        plain = _vector([float(value) for value in converted], name)
    total = math.fsum(plain)
    # Balls are refused where no vector of masses is inside.
    tolerance = MASS_TOLERANCE
    if arithmetic.encloses:
        tolerance += math.fsum(arithmetic.radius(value) for value in converted)
    if holes and not 0 < total <= 1 + tolerance:
        raise InvalidValueError(f"sum({name})={total!r}: expected in (0, 1], the coverage")
    if not holes and abs(total - 1) > tolerance:
        raise InvalidValueError(f"sum({name})={total!r}: expected 1 within {MASS_TOLERANCE:g}")
    return converted
