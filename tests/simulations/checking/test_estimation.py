"""Streams: seeded, mergeable, and the same numbers however they are computed."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, replace

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import simulations
from simulations.checking.estimation import (
    BLOCK,
    ETA_GRID,
    NET,
    SOBOL_DIMENSIONS,
    Moments,
    Plan,
    Tally,
    _net_radii,
    accumulate,
    block_tally,
    local_tallies,
)
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.voronoi import Voronoi

SAMPLINGS = ["independent", "antithetic", "quasi"]


def run(partition, plan, first=0, start=None, **options):
    start = Tally.empty(partition.classes) if start is None else start
    return accumulate(local_tallies(partition, plan, first, **options), start)[0]


def assert_equal(a: Tally, b: Tally) -> None:
    assert (a.blocks, a.samples, a.classes.draws) == (b.blocks, b.samples, b.classes.draws)
    assert (a.single, a.units, a.infinite) == (b.single, b.units, b.infinite)
    np.testing.assert_array_equal(a.classes.counts, b.classes.counts)
    np.testing.assert_array_equal(a.tail, b.tail)
    np.testing.assert_array_equal(a.radii.counts, b.radii.counts)
    np.testing.assert_array_equal(a.radii.places, b.radii.places)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_same_bits_whatever_the_workers_and_the_chunk(sampling):
    partition = Voronoi.random(dim=3, classes=7, seed=1)
    plan = Plan.of(2 * BLOCK + 12_345, 5, sampling)
    reference = run(partition, plan, workers=1)
    assert reference.samples == plan.samples
    for workers, chunk in [(2, None), (3, 1000), (2, 8191)]:
        assert_equal(run(partition, plan, workers=workers, chunk=chunk), reference)


def test_another_seed_gives_other_numbers():
    partition = Halfspace(0.3)
    first = run(partition, Plan.of(10_000, 0))
    second = run(partition, Plan.of(10_000, 1))
    assert first.single.mean != second.single.mean


def test_rng_may_be_an_integer_a_seed_sequence_or_a_generator():
    by_integer = run(Halfspace(0.3), Plan.of(1000, 3))
    by_sequence = run(Halfspace(0.3), Plan.of(1000, np.random.SeedSequence(3)))
    assert_equal(by_integer, by_sequence)
    child = np.random.SeedSequence(3).spawn(1)[0]
    by_generator = run(Halfspace(0.3), Plan.of(1000, np.random.default_rng(3)))
    assert_equal(by_generator, run(Halfspace(0.3), Plan.of(1000, child)))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((0, 0), ValueError),
        ((2.5, 0), TypeError),
        ((10, -1), ValueError),
        ((10, "seed"), TypeError),
        ((10, 0, "sobol"), ValueError),
    ],
)
def test_bad_plans_are_refused(arguments, error):
    with pytest.raises(error, match=r"samples|rng|sampling"):
        Plan.of(*arguments)


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.integers(0, 59), st.floats(0.5, 1e3)
)
def test_moments_of_parts_merge_to_those_of_the_whole(values, cut, shift):
    values = np.array(values) + shift
    merged = Moments.of(values[:cut]).merge(Moments.of(values[cut:]))
    assert merged.count == values.size
    assert merged.mean == pytest.approx(values.mean(), rel=1e-13)
    spread = np.square(values - values.mean()).sum()
    assert merged.centred == pytest.approx(spread, rel=1e-10, abs=1e-10 * values.max())


def test_variance_survives_a_large_mean():
    values = 1e9 + np.array([1.0, 2.0, 3.0])
    assert Moments.of(values).variance == 1.0


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_tally_survives_serialisation_exactly(sampling):
    tally = run(Halfspace(0.2), Plan.of(3 * NET, 0, sampling))
    assert_equal(Tally.from_bytes(tally.to_bytes()), tally)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_tallies_agree_with_a_direct_computation(sampling):
    partition = Halfspace(0.3, dim=2)
    plan = Plan.of(4 * NET, 11, sampling)
    tally = block_tally(partition, plan, 0)
    drawn = plan.samples if sampling == "independent" else plan.samples // 2
    z = plan.generator(0).standard_normal((drawn, 2))
    labels, radii = partition.classify_and_radius(z)
    assert tally.classes.total == drawn
    half = drawn // 2
    np.testing.assert_array_equal(tally.classes.counts[0], np.bincount(labels[:half], minlength=2))
    np.testing.assert_array_equal(
        tally.classes.counts.sum(axis=0), np.bincount(labels, minlength=2)
    )
    np.testing.assert_array_equal(tally.tail, [(radii >= eta).sum() for eta in ETA_GRID])
    assert tally.single.mean == pytest.approx(radii.mean(), rel=1e-14)
    if sampling == "antithetic":
        pairs = (radii + partition.radius(-z)) / 2
        assert tally.units.mean == pytest.approx(pairs.mean(), rel=1e-14)
        assert tally.units.count == drawn


@dataclass(frozen=True)
class _Recorder:
    """One class of R^d, whose radius is |z_1|, to look at the points drawn."""

    dim: int = 2
    classes: int = 1
    name: str = "recorder"
    has_holes: bool = False
    radius_is_exact: bool = True

    def classify_and_radius(self, z):
        assert np.isfinite(z).all()
        return np.zeros(len(z), dtype=np.int64), np.abs(z[:, 0])


def test_scrambled_nets_are_normal_into_the_tails():
    rng = np.random.default_rng(0)
    values = np.concatenate([_net_radii(_Recorder(), rng, NET) for _ in range(20)])
    assert stats.kstest(values, stats.halfnorm.cdf).pvalue > 1e-3
    # SciPy's own normal nets cut at 6.4 by rescaling; the extreme of n points must not be cut.
    assert values.max() > stats.halfnorm.isf(10 / values.size)


def test_quasi_monte_carlo_has_as_many_dimensions_as_are_known():
    assert SOBOL_DIMENSIONS == scipy.stats.qmc.Sobol.MAXDIM
    cells = simulations.Voronoi.random(dim=SOBOL_DIMENSIONS + 1, classes=2)
    with pytest.raises(ValueError, match=r"sampling='quasi': dimension 21202: expected at most"):
        simulations.check(cells, samples=10, sampling="quasi")


def test_quasi_monte_carlo_and_antithetic_draws_gain_where_they_should():
    odd_free = Voronoi(np.array([[1.0, 0.0], [-0.5, 0.8], [-0.5, -0.9]]))
    quasi = simulations.check(odd_free, samples=40 * NET, sampling="quasi")
    assert quasi.gain is not None
    assert quasi.gain > 5
    symmetric = simulations.check(Halfspace(0.5), samples=20_000, sampling="antithetic")
    assert symmetric.gain == pytest.approx(0.5, rel=1e-12)  # r(-z) = r(z): half is wasted


@dataclass(frozen=True)
class _Broken(_Recorder):
    value: float = 0.0
    label: int = 0

    def classify_and_radius(self, z):
        return np.full(len(z), self.label), np.full(len(z), self.value)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (_Broken(value=-1e-3), "radius -0.001 at the covered point"),
        (_Broken(value=np.nan), "radius nan at the covered point"),
        (_Broken(value=1.0, label=1), "label 1"),
        (_Broken(value=np.nan, label=-1), "expected has_holes=True"),
    ],
)
def test_impossible_answers_of_a_partition_are_errors(broken, message):
    with pytest.raises(ValueError, match=message):
        run(broken, Plan.of(100, 0))


def test_holes_contribute_nothing():
    tally = run(_Broken(value=np.nan, label=-1, has_holes=True), Plan.of(100, 0))
    assert tally.classes.covered == 0
    assert tally.single.mean == 0
    assert tally.tail.sum() == 0


def test_infinite_radii_are_counted_apart():
    tally = run(_Broken(value=np.inf), Plan.of(100, 0))
    assert tally.infinite == 100
    assert tally.units.count == 0


def test_ctrl_c_keeps_the_finished_blocks():
    plan = Plan.of(4 * BLOCK, 0)
    whole = list(local_tallies(Halfspace(0.4), plan, workers=1))

    def interrupted():
        yield from whole[:2]
        raise KeyboardInterrupt

    tally, stopped = accumulate(interrupted(), Tally.empty(2))
    assert stopped
    assert_equal(tally, run(Halfspace(0.4), replace(plan, samples=2 * BLOCK)))


def test_memory_does_not_grow_with_the_sample():
    partition = Halfspace(0.4)

    def peak(blocks: int) -> int:
        tracemalloc.start()
        # One worker: how far two overlap is chance.
        run(partition, Plan.of(blocks * BLOCK, 0), workers=1)
        _, high = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return high

    peak(1)
    few, many = peak(6), peak(60)
    assert many < 1.3 * few + 2**18
