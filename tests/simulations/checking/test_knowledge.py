"""How a number is known travels with it to the report."""

from __future__ import annotations

import io
import itertools
import json
import math
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from simulations import NearestNeighbour, OpposedHalfspaces, Voronoi, check
from simulations.checking.knowledge import Knowledge
from simulations.checking.report import print_report
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.protocol import Partition

EXACT_RADIUS = Voronoi.random(2, 5)
FROM_ABOVE = NearestNeighbour.random(12, 3, 3)
HOLES = OpposedHalfspaces(-0.5, 0.5)


def printed(report: Any) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_report(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("one", Knowledge)
def test_the_weakest_of_two_is_the_same_either_way_round(one: Knowledge) -> None:
    for other in Knowledge:
        both = one | other
        assert both == other | one
        assert both | one == both
        assert both.at_level == (one.at_level and other.at_level)
    assert (one | Knowledge.EXACT) == one
    assert one.reversed.reversed == one


@pytest.mark.parametrize(
    ("partition", "sampling"),
    list(
        itertools.product(
            [EXACT_RADIUS, FROM_ABOVE, HOLES, Halfspace(0.3)],
            ["independent", "antithetic", "quasi"],
        )
    ),
)
def test_what_is_asymptotic_is_never_said_to_hold_at_a_level(
    partition: Partition, sampling: Any
) -> None:
    report = check(partition, samples=100_000, sampling=sampling)
    found = report.to_json()
    quasi = sampling == "quasi"
    exact = partition.radius_is_exact
    # Every measured number, every bound and every verdict says how it is known.
    assert ("asymptotic" in found["expected_radius"]["known"]) == quasi
    assert ("upper bound only" in found["expected_radius"]["known"]) == (not exact)
    for name in ("collision_probability", "collision_entropy", "largest_mass"):
        assert found[name]["known"] == "finite-sample"
    assert found["coverage"]["known"] == ("finite-sample" if partition.has_holes else "exact")
    for name, one in found["bounds"].items():
        assert one["known"]
        # Tails are counted over independent draws.
        if one["applies"]:
            assert ("asymptotic" in one["verdict_known"]) == (quasi and name != "tail")
        if partition.masses() is not None and name != "entropy_bound":
            assert one["known"] == "exact"
    text = printed(report)
    assert ("All limits and verdicts hold together" in text) == (not quasi)
    assert ("Asymptotic, so at no level" in text) == quasi
    assert (" ~" in text) == quasi
    assert ("known from above only" in text) == (not exact)
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("sampling", ["independent", "quasi"])
def test_upper_bounds_of_the_radius_give_no_bound_on_the_entropy(sampling: Any) -> None:
    report = check(FROM_ABOVE, samples=50_000, sampling=sampling)
    for one in report.entropy_bounds.values():
        assert math.isnan(one.value)
        assert one.high == math.inf
        assert one.verdict != "violated"
    assert report.to_json()["entropy_bound"] == {"sharp": None, "talk": None}
    assert "Diversity" not in printed(report)


def test_intervals_of_a_caller_are_taken_at_their_word() -> None:
    from simulations import Interval

    assert Interval(0.5, 0.4, 0.6, "mine").known is Knowledge.FINITE_SAMPLE
    with pytest.raises(ValueError, match="assumption is broken"):
        Interval(0.5, np.nextafter(0.6, 1), 0.6, "mine")
