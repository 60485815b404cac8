"""What is wrong for an argument of each kind, and with what words a call is refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from bounds.support.errors import InvalidTypeError, InvalidValueError, shown

REFUSED = (InvalidValueError, InvalidTypeError)


class Unprintable:
    """What can't even be shown."""

    def __repr__(self) -> str:
        raise ZeroDivisionError


class Unconvertible:
    """What says that it is an array and fails."""

    def __array__(self, *arguments: Any, **options: Any) -> Any:
        raise RuntimeError("no array")


_EMPTY: list[Any] = [[[]], np.array([])]
_OBJECTS: list[Any] = [
    *(b"x", 1 + 1j, {}, {1}, object(), Unprintable(), Unconvertible(), [1, [2, 3]]),
    *(np.array([None, "a"]), np.array([1, 2], "M8[s]"), np.zeros(2, [("a", float)])),
    *(np.ma.masked_array([0.5, 0.5], [True, False]), np.array([1j, 2])),
]
_NO_FLAG = [*_OBJECTS, *_EMPTY, "x", float, float("nan"), np.random.default_rng(0)]
_NO_NUMBER = [*_NO_FLAG, True, np.bool_(True)]
_NO_SEED = [*_NO_NUMBER, "3", -1, 0.5, float("inf"), 5e-324, np.array(3), [3]]
_NO_ARRAY = [*_OBJECTS, None, "x", float, 3, True, np.zeros((2, 2, 2)), [[1.0, np.nan]]]
_NO_IMAGES = [
    *_OBJECTS,
    *(None, "x", float, 3, True, [[1.0, np.nan]]),
    *(np.zeros((3, 4)), np.zeros((3, 4, 5)), np.full((2, 8, 8), np.nan)),
]
_NO_LABELS = [
    *(one for one in _NO_ARRAY if one is not None),
    *([0.5, 1.0], ["a"], [True, False], [-1, 0], [[0, 1]], [0]),
]

WRONG: dict[str, list[Any]] = {
    "number": [*_NO_NUMBER, None],
    "number or None": _NO_NUMBER,
    "estimate": [*_OBJECTS, *_EMPTY, "x", float, None],
    "probability": [*_NO_NUMBER, None, "0.5", -1, 0, 1, 3, float("inf")],
    "count": [*_NO_SEED, None, 10**30, 2**60],
    "count or None": [*_NO_SEED, 10**30, 2**60],
    "seed": [*_NO_SEED, None],
    "flag": [*_NO_FLAG, None, "no", "", 0, 1, 0.0, 10**30],
    "callback": [*_OBJECTS, *_EMPTY, "x", 3, True],
    "path": [*_OBJECTS, *_EMPTY, float, 3, True, "", "a\0b"],
    "text": [*_OBJECTS, *_EMPTY, float, None, 3, True],
    "text or None": [*_OBJECTS, *_EMPTY, float, 3, True],
    "points": [*_NO_ARRAY, *_EMPTY[1:], [[1e200, 0.0]]],
    "vector": [*_NO_ARRAY, np.zeros((4, 9))],
    "integers": [*_NO_ARRAY, *_EMPTY, [0.5, 1.0], ["a"], [True, False]],
    "integers or None": [*(one for one in _NO_ARRAY if one is not None), *_EMPTY, [0.5], ["a"]],
    "masses": [*_NO_ARRAY, *_EMPTY, [0.5, 0.4], [-0.5, 1.5], np.array(0.5)],
    "symbols": [*_EMPTY, None, "x", 3, True, {}, {1}, float, np.array(0.5)],
    "share": [*_NO_NUMBER, None, "0.5", -1, 2, float("inf")],
    "positive": [*_NO_NUMBER, None, "0.5", -1, 0],
    "weight": [*_NO_NUMBER, None, "0.5", -1, float("inf")],
    "word": [*_OBJECTS, *_EMPTY, float, None, 3, True, "", "x"],
    "callable": [*_OBJECTS, *_EMPTY, "x", None, 3, True],
    "images": [*_NO_IMAGES, *_EMPTY],
    "labels": [*_NO_LABELS, *_EMPTY, None],
    "labels, if any": [*_NO_LABELS[:-1], None],
    "labels or None": [*_NO_LABELS, *_EMPTY],
    "probabilities": [*_NO_ARRAY, *_EMPTY, [0.5, 0.5], [[0.5, 0.6]], [[-0.5, 1.5]], [["a", "b"]]],
    "sequence": [*_OBJECTS, *_EMPTY[:1], "x", float, None, 3, True],
    "object": [*_NO_NUMBER, None, 3],
    "object or None": [*_NO_NUMBER, 3],
    "numbers": [*_OBJECTS, "x", float, None, True, float("nan")],
    "raw masses": [*_NO_ARRAY, *_EMPTY, [0.5, 0.6], [-0.5, 0.75], [0.0, 0.0]],
    "labels with holes": [*_NO_LABELS[:-3], [[0, 1]], [-2, 0], None],
    "generator": [*_NO_FLAG[:-1], None, True, 3, 0],
    "rng": [*_NO_FLAG[:-1], None, True, "3", -1, 0.5],
}
WRONG |= {
    f"{kind} or None": [one for one in WRONG[kind] if one is not None]
    for kind in ("sequence", "vector", "flag", "positive", "share")
}
"""By the kind of an argument, what is none."""


@dataclass(frozen=True)
class Entry:
    """A call, right arguments, and the kinds of those that are made wrong one by one."""

    call: Callable[..., Any]
    right: dict[str, Any]
    kinds: dict[str, str]


def refusal(call: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """The message with which a call is refused; of none, empty."""
    try:
        call(**arguments)
    except REFUSED as error:
        return str(error)
    except Exception as error:
        return type(error).__name__.upper()  # no argument is written so
    return ""


def faults(entry: Entry, argument: str) -> list[str]:
    """What is no argument of its kind and not refused by name."""
    return [
        f"{shown(wrong)}: {said or 'taken'}"
        for wrong in WRONG[entry.kinds[argument]]
        if argument not in (said := refusal(entry.call, {**entry.right, argument: wrong}))
    ]


def cases(entries: dict[str, Entry]) -> list[str]:
    """Names of all arguments of the calls, as "call.argument"."""
    return [f"{name}.{argument}" for name, entry in entries.items() for argument in entry.kinds]


def public(module: ModuleType) -> set[str]:
    """Names of the functions and classes that a module defines for others."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    }
