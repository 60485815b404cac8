"""Each family's command, the whole check on random families, and sizes at the ends of the range."""

import importlib
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulations.checking.check import check
from simulations.command import CheckOptions
from simulations.partitions.argmax import CoordinateArgmax
from simulations.partitions.balls import Balls
from simulations.partitions.grids import Grid
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces
from simulations.partitions.orthants import Orthants
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.wedges import Wedges

MODULES = [
    "argmax",
    "arrangements",
    "balls",
    "grids",
    "nearest_neighbour",
    "opposed_halfspaces",
    "orthants",
    "power_cells",
    "shells",
    "slabs",
    "truncated_voronoi",
    "wedges",
]


@pytest.mark.parametrize("module", MODULES)
def test_a_command_prints_one_json_object(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    main = importlib.import_module(f"simulations.{module}").main
    assert main(options=CheckOptions(samples=4000, json=True)) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert captured.err == ""
    assert report["samples"] == 4000
    assert report["as_claimed"]


def test_usage_errors_exit_with_2() -> None:
    bad = [sys.executable, "-m", "simulations.slabs", "--cuts", "1", "-1"]
    run = subprocess.run(bad, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stdout == ""
    assert "cuts[1]=-1" in run.stderr


def random_family(kind: str, size: int, seed: int) -> Partition:
    rng = np.random.default_rng(seed)
    makers = {
        "slabs": lambda: Slabs(np.sort(rng.normal(size=size))),
        "orthants": lambda: Orthants(1 + size % 6),
        "wedges": lambda: Wedges(rng.dirichlet(np.ones(size))),
        "shells": lambda: Shells(np.cumsum(rng.exponential(size=size) / 2), dim=size),
        "grid": lambda: Grid([np.sort(rng.normal(size=size % 4)), [0.0]]),
        "argmax": lambda: CoordinateArgmax(size + 1),
        "power": lambda: PowerCells.random(2, size + 1, seed),
        "opposed": lambda: OpposedHalfspaces(-rng.exponential(), rng.exponential()),
    }
    return makers[kind]()


@settings(max_examples=40)
@given(
    st.sampled_from(
        ["slabs", "orthants", "wedges", "shells", "grid", "argmax", "power", "opposed"]
    ),
    st.integers(2, 12),
    st.integers(0, 2**32 - 1),
)
def test_no_interval_excludes_the_exact_value(kind: str, size: int, seed: int) -> None:
    """At level 1 - 1e-6, so that one exclusion among all runs is already too many."""
    report = check(random_family(kind, size, seed), samples=5000, confidence=1 - 1e-6, rng=seed)
    assert report.as_claimed


def test_a_wrong_exact_value_is_found_out() -> None:
    class Wrong(CoordinateArgmax):
        def expected_radius(self) -> float:
            return 1.05 * super().expected_radius()

    assert not check(Wrong(5), samples=200_000).as_claimed


def test_many_classes_and_many_dimensions() -> None:
    large = CoordinateArgmax(65536)
    z = np.random.default_rng(0).normal(size=(40, 65536))
    labels, radius = large.classify_and_radius(z)
    assert len(np.unique(labels)) > 30
    assert radius.mean() == pytest.approx(
        large.expected_radius(), abs=5 * radius.std() / math.sqrt(40)
    )
    for partition in (Slabs([0.0, 1.0], dim=1000), Shells([31.0, 32.0], dim=1000)):
        assert check(partition, samples=20_000).as_claimed


def test_masses_below_the_normal_range_of_sampling() -> None:
    partition = Slabs([-36.0, 36.0])
    assert 0 < partition.masses()[0] < 1e-280
    assert partition.expected_radius() == pytest.approx(36 - math.sqrt(2 / math.pi), rel=1e-12)
    assert check(partition, samples=10_000).as_claimed
    far = Balls([[0.0, 0.0], [60.0, 0.0]], [1.0, 1.0])
    assert far.masses()[1] == pytest.approx(0.0, abs=1e-300)
    assert OpposedHalfspaces(-36.0, 36.0).expected_radius() == pytest.approx(72.0277, abs=1e-3)
