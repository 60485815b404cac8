"""Checks of arguments, made once at the public boundary.

Every message names the argument, the value that it had, and what was expected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bounds.arithmetic.base import Arithmetic
from bounds.arithmetic.float64 import FLOAT64
from bounds.support.errors import InvalidTypeError, InvalidValueError, shown
from bounds.support.files import possible_path
from bounds.support.narrowing import is_array, is_integer, is_one_of

MOST = 2**53
"""More than any number of things that could be made or counted; floats tell all of them apart."""

MOST_NUMBERS = 2**31
"""Of what is held at once: 16 GiB of float64."""

MOST_WORKERS = 2**12
"""Threads or processes; more than the cores of any machine."""

MASS_TOLERANCE = 1e-9
"""How far from 1 the sum of a vector of masses may be."""


def flag(value: object, name: str) -> bool:
    """Return `value` as a bool; other things are true or false too, but seldom as they read.

    Raises
    ------
    TypeError
        If the value is no bool.

    Examples
    --------
    >>> flag("no", "verify")
    Traceback (most recent call last):
    ...
    bounds.support.errors.InvalidTypeError: verify='no': expected True or False
    """
    if not is_one_of(value, bool, np.bool_):
        raise InvalidTypeError(f"{name}={shown(value)}: expected True or False")
    return bool(value)


def callback(value: object, name: str, *, optional: bool = True) -> None:
    """Raise unless a value may be called, or, if `optional`, is None.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if not callable(value) and not (optional and value is None):
        raise InvalidTypeError(
            f"{name}={shown(value)}: expected a callable{' or None' if optional else ''}"
        )


def kind(value: object, name: str, *kinds: type, optional: bool = False) -> None:
    """Raise unless a value is of one of some types, or, if `optional`, None.

    Raises
    ------
    TypeError
        If it is none of these; the class itself is not.
    """
    if is_one_of(value, *kinds) or (optional and value is None):
        return
    words = " or ".join([*(one.__name__ for one in kinds), *(["None"] if optional else [])])
    raise InvalidTypeError(f"{name}={shown(value)}: expected {words}")


def items(value: Any, name: str, *kinds: type) -> None:
    """Raise unless a value is a list or tuple of things of some types.

    Raises
    ------
    TypeError
        If it is none, or holds something else; the message names the place.

    Examples
    --------
    >>> items(["a", 3], "names", str)
    Traceback (most recent call last):
    ...
    bounds.support.errors.InvalidTypeError: names[1]=3: expected str
    """
    kind(value, name, list, tuple)
    for place, one in enumerate(value):
        kind(one, f"{name}[{place}]", *kinds)


def choice(value: object, name: str, options: Sequence[str]) -> None:
    """Raise unless a value is one of some words.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    if not isinstance(value, str) or value not in options:
        raise InvalidValueError(f"{name}={shown(value)}: expected one of {tuple(options)}")


def path(value: Any, name: str) -> Path:
    """Return a file's path.

    Raises
    ------
    TypeError
        If the value is neither text nor a path.
    ValueError
        If no file can have it.
    """
    try:
        found = Path(value)
    except TypeError as error:
        raise InvalidTypeError(f"{name}={shown(value)}: expected a path") from error
    if value == "":
        raise InvalidValueError(f"{name}={shown(value)}: expected a path that a file can have")
    return possible_path(found, name)


def fits(numbers: float, name: str, value: object) -> None:
    """Raise if so many numbers, which an argument asks for, are more than memory holds.

    Raises
    ------
    ValueError
        If there are more than `MOST_NUMBERS`.
    """
    if numbers > MOST_NUMBERS:
        raise InvalidValueError(
            f"{name}={shown(value)}: expected less, as {numbers:.3g} numbers would be held in "
            f"memory, and {MOST_NUMBERS:,} are the most"
        )


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
    unreal = is_one_of(value, bool, np.bool_, str, bytes, np.complexfloating)
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


def workers(value: object, name: str = "workers") -> int | None:
    """Return a number of threads or processes, or None for as many as there are cores.

    Raises
    ------
    TypeError, ValueError
        If it is none.
    """
    return None if value is None else count(value, name, maximum=MOST_WORKERS)


def seed(value: object, name: str = "seed") -> int:
    """Return a non-negative integer of any size.

    Raises
    ------
    TypeError, ValueError
        If it is none.
    """
    return count(value, name, 0, math.inf)


def integer_array(values: Any, name: str) -> npt.NDArray[Any]:
    """Return an array of integers of any shape and width; their range is the caller's matter.

    Raises
    ------
    TypeError
        If the values are no integers.
    ValueError
        If some of them are masked.

    Examples
    --------
    >>> integer_array([2, 1], "counts").tolist()
    [2, 1]
    """
    if np.ma.is_masked(values):
        raise InvalidValueError(f"{name} has masked entries: expected integers")
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:  # ragged rows, tensors elsewhere
        raise InvalidTypeError(f"{name}={shown(values)}: expected integers ({error})") from error
    if array.size and array.dtype.kind not in "iu":
        raise InvalidTypeError(f"{name} has dtype {array.dtype}: expected integers")
    return array


def real_array(values: Any, name: str, kinds: str = "fiuOU") -> npt.NDArray[np.float64]:
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
        or (is_array(p) and not p.ndim)
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
