"""Functions of one number made to take scalars and arrays in any arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from bounds.arithmetic.base import Arithmetic, Number, at_working_precision
from bounds.arithmetic.float64 import FLOAT64, Float64
from bounds.support.errors import InvalidValueError
from bounds.support.narrowing import is_one_of
from bounds.support.validation import number, real_array, shown

Array: TypeAlias = npt.NDArray[Any] | list[Any] | tuple[Any, ...]
"""What a public function of a number takes elementwise."""


class Elementwise(Protocol):
    """A public function of a number, which gives a number, or of an array, which gives an array.

    In float64 these are floats and float64 arrays, in another arithmetic its numbers and arrays of
    them as objects.
    """

    @overload
    def __call__(
        self, value: Array, /, *, arithmetic: Float64 = FLOAT64
    ) -> npt.NDArray[np.float64]: ...
    @overload
    def __call__(self, value: Array, /, *, arithmetic: Arithmetic) -> npt.NDArray[np.object_]: ...
    @overload
    def __call__(self, value: object, /, *, arithmetic: Arithmetic[Number] = FLOAT64) -> Number: ...


def elementwise(function: Callable[..., Any]) -> Elementwise:
    """Make what `apply` computes a public function, at its arithmetic's precision."""
    return at_working_precision(function)


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
