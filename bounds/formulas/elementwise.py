"""Functions of one number made to take scalars and arrays in any arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bounds.arithmetic.base import Arithmetic
from bounds.arithmetic.float64 import FLOAT64
from bounds.support.errors import InvalidValueError
from bounds.support.narrowing import is_one_of
from bounds.support.validation import number, real_array, shown


def apply(
    function: Callable[[Any, Arithmetic], Any],
    value: Any,
    name: str,
    low: float,
    high: float,
    arithmetic: Arithmetic,
) -> Any:
    """Evaluate a function on its open domain (low, high), elementwise; a scalar gives a scalar.

    Raises
    ------
    TypeError
        If `value` is no number of the arithmetic.
    ValueError
        If a value is NaN or outside the domain.
    """
    if arithmetic is FLOAT64:
        array = real_array(value, name)
        outside = ~((array > low) & (array < high))
        if outside.any():
            first = float(array[outside].flat[0]) if array.ndim else float(array)
            raise InvalidValueError(f"{name}={first!r}: expected in ({low:g}, {high:g})")
        result = function(array, arithmetic)
        return float(result) if array.ndim == 0 else np.asarray(result)
    if is_one_of(value, list, tuple, np.ndarray):
        if np.ma.is_masked(value):
            raise InvalidValueError(f"{name} has masked entries: expected numbers")
        values = np.asarray(value, dtype=object)
        result = np.empty(values.shape, dtype=object)
        for index in np.ndindex(values.shape):
            result[index] = apply(function, values[index], name, low, high, arithmetic)
        return result
    return function(inside(value, name, low, high, arithmetic), arithmetic)


def inside(value: Any, name: str, low: float, high: float, arithmetic: Arithmetic) -> Any:
    """Return one number in (low, high), converted to an arithmetic.

    Raises
    ------
    TypeError
        If `value` is no number of the arithmetic.
    ValueError
        If it is NaN or outside.
    """
    converted = number(value, name, arithmetic)
    if not arithmetic.inside(converted, low, high):
        raise InvalidValueError(f"{name}={shown(value)}: expected in ({low:g}, {high:g})")
    return float(converted) if arithmetic is FLOAT64 else converted
