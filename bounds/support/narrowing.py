"""Kinds of values of any type, with parts of any type: isinstance alone leaves those unknown."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt


def is_array(value: object) -> TypeGuard[npt.NDArray[Any]]:
    """Tell whether a value is an array."""
    return isinstance(value, np.ndarray)


def is_integer(value: object) -> TypeGuard[int | np.integer[Any]]:
    """Tell whether a value is an integer; a bool is one."""
    return isinstance(value, (int, np.integer))


def is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    """Tell whether a value is a dict."""
    return isinstance(value, dict)


def is_sequence(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Tell whether a value is a list or a tuple."""
    return isinstance(value, (list, tuple))


def is_one_of(value: object, *kinds: type) -> bool:
    """Tell whether a value is of one of some kinds, and leave its type as it was known."""
    return isinstance(value, kinds)
