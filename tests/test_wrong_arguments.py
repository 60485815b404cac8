"""Each argument of each entry point is refused by name where it is of the wrong kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import bounds
import simulations as s
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
    "object": [*_NO_NUMBER, None, 3],
    "object or None": [*_NO_NUMBER, 3],
}
"""By the kind of an argument, what is none."""


@dataclass(frozen=True)
class Entry:
    """A call, right arguments, and the kinds of those that are made wrong one by one."""

    call: Callable[..., Any]
    right: dict[str, Any]
    kinds: dict[str, str]


HALVES = s.Halfspace(0.3, 2)
REPORT = s.check(HALVES, samples=100)
PLAN = s.Plan.of(1000, 0, block=64)
SMALL = {"samples": 100, "workers": 1}

ENTRIES: dict[str, Entry] = {
    "check": Entry(
        s.check,
        {"partition": HALVES, **SMALL},
        {
            "partition": "object",
            "samples": "count",
            "confidence": "probability",
            "workers": "count or None",
            "sampling": "text",
            "until": "number or None",
            "checkpoint": "path",
            "dask": "text or None",
            "chunk": "count or None",
            "block": "count",
            "labels": "integers or None",
            "progress": "callback",
            "partial": "flag",
        },
    ),
    "print_report": Entry(
        s.print_report, {"report": REPORT}, {"report": "object", "console": "object or None"}
    ),
    "Plan.of": Entry(
        s.Plan.of,
        {"samples": 9, "rng": 0},
        {"samples": "count", "sampling": "text", "block": "count", "until": "flag"},
    ),
    "Plan.draws": Entry(PLAN.draws, {}, {"points": "count"}),
    "Plan.size": Entry(PLAN.size, {}, {"block": "count"}),
    "Plan.generator": Entry(PLAN.generator, {}, {"block": "count"}),
    "Moments.of": Entry(s.Moments.of, {}, {"values": "vector"}),
    "Tally.empty": Entry(s.Tally.empty, {}, {"classes": "count"}),
    "Interval": Entry(
        s.Interval,
        {"estimate": 0.5, "low": 0.4, "high": 0.6, "method": ""},
        {"estimate": "estimate", "low": "number", "high": "number"},
    ),
    "Halfspace": Entry(s.Halfspace, {"mass": 0.5}, {"mass": "probability", "dim": "count"}),
    "OpposedHalfspaces": Entry(
        s.OpposedHalfspaces,
        {"low": 0.2, "high": 0.5},
        {"low": "number", "high": "number", "dim": "count"},
    ),
    "Orthants": Entry(s.Orthants, {}, {"dim": "count"}),
    "CoordinateArgmax": Entry(s.CoordinateArgmax, {}, {"classes": "count"}),
    "Slabs": Entry(s.Slabs, {"cuts": [0.0]}, {"cuts": "vector", "dim": "count"}),
    "Shells": Entry(s.Shells, {"cuts": [1.0]}, {"cuts": "vector", "dim": "count"}),
    "Grid": Entry(s.Grid, {}, {"cuts": "points"}),
    "Voronoi": Entry(s.Voronoi, {}, {"centres": "points"}),
    "Voronoi.random": Entry(
        s.Voronoi.random,
        {"dim": 2, "classes": 3},
        {"dim": "count", "classes": "count", "seed": "seed"},
    ),
    "PowerCells.random": Entry(
        s.PowerCells.random,
        {"dim": 2, "classes": 3},
        {"dim": "count", "classes": "count", "seed": "seed", "spread": "number"},
    ),
    "LinearArgmax.random": Entry(
        s.LinearArgmax.random,
        {"dim": 2, "classes": 3},
        {"dim": "count", "classes": "count", "seed": "seed"},
    ),
    "Arrangement.random": Entry(
        s.Arrangement.random,
        {"dim": 2, "hyperplanes": 3},
        {"dim": "count", "hyperplanes": "count", "seed": "seed", "spread": "number"},
    ),
    "NearestNeighbour": Entry(
        s.NearestNeighbour,
        {"centres": [[0.0], [1.0]], "labels": [0, 1]},
        {"centres": "points", "labels": "integers"},
    ),
    "NearestNeighbour.random": Entry(
        s.NearestNeighbour.random,
        {"dim": 2, "classes": 3, "centres": 5},
        {"dim": "count", "classes": "count", "centres": "count", "seed": "seed"},
    ),
    "Balls": Entry(
        s.Balls, {"centres": [[0.0]], "radii": [1.0]}, {"centres": "points", "radii": "vector"}
    ),
    "TruncatedVoronoi": Entry(
        s.TruncatedVoronoi, {"centres": [[0.0]], "cut": 1.0}, {"centres": "points", "cut": "number"}
    ),
    "Wedges": Entry(s.Wedges, {}, {"p": "masses"}),
    "Wedges.equal": Entry(s.Wedges.equal, {}, {"classes": "count"}),
    "classify": Entry(HALVES.classify, {}, {"z": "points"}),
    "counts": Entry(bounds.estimate_collision_probability, {}, {"counts": "integers"}),
    "constants": Entry(bounds.constants, {}, {"arithmetic": "object"}),
    "balls": Entry(bounds.balls, {}, {"bits": "count"}),
    "masses of balls": Entry(
        lambda p: bounds.sharp_bound(p, arithmetic=bounds.balls(64)), {}, {"p": "masses"}
    ),
    "masses of floats": Entry(bounds.sharp_bound, {}, {"p": "masses"}),
    "masses of symbols": Entry(
        lambda p: bounds.sharp_bound(p, arithmetic=bounds.SYMBOLIC),
        {},
        {"p": "symbols"},
    ),
}


def refusal(call: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """The message with which a call is refused; of none, empty."""
    try:
        call(**arguments)
    except REFUSED as error:
        return str(error)
    return ""


CASES = [f"{name}.{argument}" for name, entry in ENTRIES.items() for argument in entry.kinds]


@pytest.mark.parametrize("case", CASES)
def test_what_is_of_the_wrong_kind_is_refused_by_name(case: str) -> None:
    name, _, argument = case.rpartition(".")
    entry = ENTRIES[name]
    for wrong in WRONG[entry.kinds[argument]]:
        assert argument in refusal(entry.call, {**entry.right, argument: wrong}), shown(wrong)


@pytest.mark.parametrize(
    "value",
    [10**5000, Unprintable(), "\ud800", [[]] * 10**5],
    ids=["digits", "failing", "surrogate", "long"],
)
def test_whatever_a_value_is_its_text_is_short(value: Any) -> None:
    assert len(shown(value)) <= 80
    assert shown(value).isprintable()
