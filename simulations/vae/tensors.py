"""Checks of tensors, as `bounds.support.validation`'s of arrays."""

from __future__ import annotations

from typing import Any

import torch

from bounds.support.errors import InvalidTypeError, InvalidValueError, shown


def tensor(value: Any, name: str, shape: tuple[int | None, ...]) -> None:
    """Raise unless a value is a tensor of real floats, not empty, of a shape; None is any size.

    Whether its numbers are finite is left to training, which says what made them so.

    Raises
    ------
    TypeError
        If it is no tensor of real floats.
    ValueError
        If it is empty or of another shape.

    Examples
    --------
    >>> tensor(torch.zeros(2, 3), "codes", (None, 2))
    Traceback (most recent call last):
    ...
    bounds.support.errors.InvalidValueError: codes has shape (2, 3): expected (n, 2)
    """
    if not isinstance(value, torch.Tensor):
        raise InvalidTypeError(f"{name}={shown(value)}: expected a tensor")
    if not value.is_floating_point():
        raise InvalidTypeError(f"{name} has dtype {value.dtype}: expected real floats")
    sizes = zip(value.shape, shape, strict=False)
    fits = value.dim() == len(shape) and all(b is None or a == b for a, b in sizes)
    if not fits or not value.numel():
        words = ", ".join("nmkl"[place] if b is None else str(b) for place, b in enumerate(shape))
        expected = f"({words},)" if len(shape) == 1 else f"({words})"
        raise InvalidValueError(
            f"{name} has shape {tuple(value.shape)}: expected {expected}"
            + ("" if value.numel() else ", not empty")
        )
