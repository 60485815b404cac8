"""Each argument of each entry point is refused by name where it is of the wrong kind."""

from __future__ import annotations

from typing import Any

import pytest

import bounds
import simulations as s
from bounds.support.errors import shown
from tests.wrong import Entry, Unprintable, cases, faults

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


@pytest.mark.parametrize("case", cases(ENTRIES))
def test_what_is_of_the_wrong_kind_is_refused_by_name(case: str) -> None:
    name, _, argument = case.rpartition(".")
    assert faults(ENTRIES[name], argument) == []


@pytest.mark.parametrize(
    "value",
    [10**5000, Unprintable(), "\ud800", [[]] * 10**5],
    ids=["digits", "failing", "surrogate", "long"],
)
def test_whatever_a_value_is_its_text_is_short(value: Any) -> None:
    assert len(shown(value)) <= 80
    assert shown(value).isprintable()
