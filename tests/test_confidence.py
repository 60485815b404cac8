"""Confidence limits: right as often as they say, by repetition, and not by being vacuous."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import bounds
from simulations.checking.estimation import ETA_GRID, Moments, Plan, Tally, block_tally
from simulations.checking.intervals import (
    Budget,
    Interval,
    Tangents,
    bernstein,
    binomial_high,
    binomial_low,
    chosen_masses,
    collision_interval,
    coverage_interval,
    covered_radius,
    euclidean_distance,
    largest_interval,
    linear_limits,
    lipschitz_ceiling,
    partition_radius,
    replicate_radius,
    upper_bound_radius,
)

MASSES = {
    "uniform 5": np.full(5, 0.2),
    "uniform 3000": np.full(3000, 1 / 3000),
    "power law": np.arange(1, 201) ** -1.2 / (np.arange(1, 201) ** -1.2).sum(),
    "heavy": np.array([0.9, 0.05, 0.03, 0.02]),
    "nearly one": np.array([0.9999, 0.0001]),
}


def tolerated(repetitions: int, delta: float) -> int:
    """Failures that a valid method exceeds with probability 1e-6 only."""
    return int(stats.binom.isf(1e-6, repetitions, delta))


def halves(rng: np.random.Generator, draws: int, p: np.ndarray) -> np.ndarray:
    return np.stack([rng.multinomial(draws // 2, p), rng.multinomial(draws - draws // 2, p)])


@pytest.mark.parametrize(("successes", "draws"), [(0, 10), (1, 10), (10, 10), (37, 1000)])
def test_clopper_pearson_agrees_with_scipy(successes, draws):
    reference = stats.binomtest(successes, draws).proportion_ci(0.98, method="exact")
    assert float(binomial_low(successes, draws, 0.01)) == pytest.approx(reference.low, abs=1e-12)
    assert float(binomial_high(successes, draws, 0.01)) == pytest.approx(reference.high, abs=1e-12)


@pytest.mark.parametrize("probability", [0.001, 0.1, 0.5])
def test_bernstein_covers(probability):
    rng, n, delta, repetitions = np.random.default_rng(1), 300, 0.1, 2000
    means = rng.binomial(n, probability, repetitions) / n
    variances = means * (1 - means) * n / (n - 1)
    deviations = np.array([bernstein(v, n, 1.0, delta) for v in variances])
    assert (means + deviations < probability).sum() <= tolerated(repetitions, delta)
    assert (means - deviations > probability).sum() <= tolerated(repetitions, delta)


def test_a_normal_interval_would_fail_where_bernstein_holds():
    """Negative control: the textbook interval misses rare events far more often than it says."""
    rng, n, delta, repetitions, probability = np.random.default_rng(1), 300, 0.1, 2000, 0.001
    means = rng.binomial(n, probability, repetitions) / n
    half = stats.norm.isf(delta) * np.sqrt(means * (1 - means) / n)
    assert (means + half < probability).sum() > tolerated(repetitions, delta)


@pytest.mark.parametrize("mass", [0.5, 0.02])
@pytest.mark.parametrize("n", [30, 3000])
def test_expected_radius_of_a_partition_is_covered(mass, n):
    rng, delta, repetitions = np.random.default_rng(2), 0.2, 400
    exact = bounds.isoperimetric_bound([mass, 1 - mass])
    radii = np.abs(rng.standard_normal((repetitions, n)) - stats.norm.isf(mass))
    intervals = [partition_radius(Moments.of(row), delta) for row in radii]
    missed = sum(not one.low <= exact <= one.high for one in intervals)
    assert missed <= tolerated(repetitions, delta)
    # Not vacuous: never wider than Gaussian concentration at delta/2 alone.
    concentration = 2 * math.sqrt(2 * math.log(4 / delta) / n)
    assert all(one.high - one.low <= concentration + 1e-12 for one in intervals)


def test_the_adaptive_interval_wins_where_the_variance_is_small():
    rng = np.random.default_rng(3)
    small = partition_radius(Moments.of(0.2 * np.abs(rng.standard_normal(100_000))), 0.01)
    assert small.method == "empirical-bernstein"
    assert small.high - small.low < 0.5 * 2 * math.sqrt(2 * math.log(400) / 100_000)
    few = partition_radius(Moments.of(np.abs(rng.standard_normal(50))), 0.01)
    assert few.method == "gaussian-concentration"


class _Opposed:
    """{z_1 < -tau} and {z_1 > tau}: a hole between, and E[r | covered] known."""

    dim, classes, name, has_holes, radius_is_exact = 1, 2, "opposed", True, True

    def __init__(self, tau: float, inflation: float = 0.0) -> None:
        self.tau, self.inflation = tau, inflation
        self.q = np.full(2, stats.norm.sf(tau))
        self.exact = bounds.holes_bound(self.q)

    def classify_and_radius(self, z):
        x = z[:, 0]
        labels = np.where(x < -self.tau, 0, np.where(x > self.tau, 1, -1))
        radii = np.where(labels < 0, np.nan, np.abs(x) + self.tau)
        return labels, radii * (1 + self.inflation)


def _tallies(partition, n: int, repetitions: int):
    for seed in range(repetitions):
        yield block_tally(partition, Plan.of(n, seed), 0)


@pytest.mark.parametrize("tau", [0.1, 1.0])
def test_expected_radius_with_holes_is_covered(tau):
    delta, repetitions, partition = 0.2, 200, _Opposed(tau)
    missed = 0
    widths = []
    for tally in _tallies(partition, 5000, repetitions):
        coverage = coverage_interval(tally.classes, True, delta / 4)
        assert coverage.low < coverage.estimate < coverage.high
        interval = covered_radius(tally, coverage, 3 * delta / 4)
        missed += not interval.low <= partition.exact <= interval.high
        widths.append(interval.high - interval.low)
    assert missed <= tolerated(repetitions, delta)
    assert max(widths) < 0.3 * partition.exact


def test_upper_bounds_of_the_radius_bound_its_mean():
    delta, repetitions, exact = 0.2, 100, _Opposed(1.0).exact
    for tally in _tallies(_Opposed(1.0, inflation=0.1), 5000, repetitions):
        coverage = coverage_interval(tally.classes, True, delta / 4)
        interval = upper_bound_radius(tally, coverage, delta)
        assert interval.low == 0
        assert exact < interval.high < 2 * exact


@pytest.mark.parametrize("n", [100, 5000])
@pytest.mark.parametrize("spoiled", [0.0, 0.001])
def test_upper_bounds_of_a_partitions_radius_bound_its_mean(n, spoiled):
    """Exact values, or a share of them spoiled by a search that found nothing near."""
    delta, repetitions = 0.2, 400
    rng, exact = np.random.default_rng(9), math.sqrt(2 / math.pi)
    whole = Interval(1.0, 1.0, 1.0, "")
    classes = replace(Tally.empty(2).classes, counts=np.array([[n, 0], [0, 0]]), draws=(n, 0))
    limits, means = [], []
    for _ in range(repetitions):
        radii = np.abs(rng.standard_normal(n))
        radii[rng.random(n) < spoiled] = 50.0
        tally = replace(Tally.empty(2), classes=classes, units=Moments.of(radii))
        limits.append(upper_bound_radius(tally, whole, delta).high)
        means.append(radii.mean())
    assert (np.array(limits) < exact).sum() <= tolerated(repetitions, delta)
    concentration = math.sqrt(2 * math.log(2 / delta) / n)
    assert (np.array(limits) <= np.array(means) + concentration + 1e-12).all()
    # Negative control: the mean alone is no upper limit.
    assert spoiled or (np.array(means) < exact).sum() > tolerated(repetitions, delta)


def test_the_ceiling_from_quantiles_holds():
    for tally in _tallies(_Opposed(0.5), 2000, 100):
        # R = |z_1| + tau on the classes extends to a 1-Lipschitz function with E R >= that mean.
        ceiling = lipschitz_ceiling(tally.tail, tally.classes, 0.01)
        assert tally.units.mean < ceiling < 5
    nothing = np.zeros(ETA_GRID.size, dtype=np.int64)
    assert (
        lipschitz_ceiling(nothing, replace(tally.classes, counts=0 * tally.classes.counts), 0.01)
        == math.inf
    )


def test_the_interval_from_replicates_says_that_it_is_asymptotic():
    whole = Interval(1.0, 1.0, 1.0, "")
    interval = replicate_radius(Moments.of(np.array([1.0, 1.1, 1.2])), whole, 0.01)
    assert "asymptotic" in interval.method
    reference = stats.t.interval(0.99, 2, 1.1, stats.sem([1.0, 1.1, 1.2]))
    assert (interval.low, interval.high) == pytest.approx(reference)


@pytest.mark.parametrize("name", MASSES)
@pytest.mark.parametrize("draws", [50, 5000])
def test_functionals_of_the_masses_are_covered(name, draws):
    """P[low <= s, sum f(p_i), sum Phi(Phi^-1(p_i) - eta), max p <= high] >= 1 - delta, each."""
    rng, repetitions, p = np.random.default_rng(4), 100, MASSES[name]
    budget = Budget(0.99)  # each statement may then fail with probability 0.04 or 0.06
    s, largest = float(p @ p), p.max()
    isoperimetric = bounds.isoperimetric_bound(p)
    tail = bounds.tail_bound(p, ETA_GRID)
    missed = np.zeros(4, dtype=int)
    for _ in range(repetitions):
        counts = halves(rng, draws, p)
        top = largest_interval(counts.sum(axis=0), budget.masses)
        collision = collision_interval(counts, top.high, budget)
        tangents = Tangents.of(counts)
        missed += [
            not top.low <= largest <= top.high,
            not collision.low <= s <= collision.high,
            not tangents.isoperimetric_low(budget.masses) <= isoperimetric,
            not (tangents.tail_low(budget.tail) <= tail + 1e-12).all(),
        ]
    assert (missed <= tolerated(repetitions, 3 * budget.masses)).all()


@pytest.mark.parametrize("name", ["uniform 5", "uniform 3000", "power law", "heavy"])
def test_lower_limits_approach_the_truth(name):
    """With many draws the limits are within a few per cent: not vacuous."""
    p, budget = MASSES[name], Budget(0.01)
    counts = halves(np.random.default_rng(5), 2_000_000, p)
    collision = collision_interval(counts, largest_interval(counts[0], 0.001).high, budget)
    tangents = Tangents.of(counts)
    assert collision.low > 0.98 * (p @ p)
    assert collision.high < 1.1 * (p @ p)
    assert tangents.isoperimetric_low(0.001) > 0.99 * bounds.isoperimetric_bound(p)
    seen = bounds.tail_bound(p, ETA_GRID) > 0.01
    tail = bounds.tail_bound(p, ETA_GRID)[seen]
    assert (tangents.tail_low(0.001)[seen] > 0.95 * tail).all()


def test_the_sample_that_chooses_must_not_be_the_one_that_bounds():
    """Negative control: tangents chosen from the draws that bound them overstate s."""
    rng, p, budget = np.random.default_rng(6), np.full(10_000, 1e-4), Budget(0.01)
    counts = rng.multinomial(1000, p)
    frequency = counts / 1000
    same, _ = linear_limits(2 * frequency, counts, budget.masses)
    assert same - frequency @ frequency > 2e-4  # the true s is 1e-4
    split = collision_interval(halves(rng, 2000, p), 1.0, budget)
    assert split.low <= 1e-4 <= split.high


@pytest.mark.parametrize("name", MASSES)
def test_frequencies_are_as_near_as_stated(name):
    rng, p, delta, repetitions, draws = np.random.default_rng(7), MASSES[name], 0.2, 500, 400
    limit = euclidean_distance(draws, float(p.max()), delta)
    distances = np.linalg.norm(rng.multinomial(draws, p, repetitions) / draws - p, axis=1)
    assert (distances > limit).sum() <= tolerated(repetitions, delta)


@given(st.integers(1, 50), st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_chosen_masses_are_masses(classes, seed, scale):
    """a_i > 0 and sum a_i = 1 whatever was drawn, nothing included."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(10.0**scale / 10, classes)
    chosen = chosen_masses(counts)
    assert (chosen > 0).all()
    assert chosen.sum() == pytest.approx(1, abs=1e-12)


def test_tangents_group_equal_classes_without_changing_the_sum():
    counts = halves(np.random.default_rng(8), 500, MASSES["power law"])
    grouped = Tangents.of(counts)
    plain = chosen_masses(counts[0])
    single = Tangents(plain, np.ones(plain.size, dtype=np.int64), counts[1])
    assert grouped.points.size < plain.size
    assert grouped.isoperimetric_low(0.01) == pytest.approx(
        single.isoperimetric_low(0.01), rel=1e-9
    )


def test_no_draws_give_trivial_limits():
    empty = Tally.empty(3)
    budget = Budget(0.01)
    assert partition_radius(empty.units, 0.01).high == math.inf
    assert coverage_interval(empty.classes, True, 0.01).high == 1
    assert largest_interval(empty.classes.counts.sum(axis=0), 0.01).high == 1
    collision = collision_interval(empty.classes.counts, 1.0, budget)
    assert (collision.low, collision.high) == (1 / 3, 1.0)


def test_an_exact_value_outside_its_interval_is_inconsistent():
    interval = Interval(1.0, 0.9, 1.1, "", exact=1.05)
    assert interval.consistent
    assert not replace(interval, exact=1.11).consistent
