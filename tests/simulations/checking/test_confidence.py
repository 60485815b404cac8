"""Confidence limits: right as often as they say, by repetition, and not by being vacuous."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import bounds
from simulations.checking import betting, masses
from simulations.checking.betting import bounded_low, lower_limit, upper_limit
from simulations.checking.collisions import Products
from simulations.checking.estimation import ETA_GRID, Moments, Plan, Tally, block_tally
from simulations.checking.histogram import Histogram, counted
from simulations.checking.intervals import (
    Budget,
    HolesExcess,
    Interval,
    binomial_high,
    binomial_low,
    coverage_interval,
    covering_excess,
    lipschitz_ceiling,
    radius_interval,
    replicate_radius,
)
from simulations.checking.masses import (
    Box,
    MassLimits,
    Tangents,
    chosen_masses,
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


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("holes", [False, True])
def test_a_report_spends_what_it_has(holes, known):
    budget = Budget(0.01, holes=holes, known=known)
    spent = budget.radius + budget.limits + 2 * budget.tenth + budget.tail
    spent += budget.coverage + budget.tail + budget.tenth if holes else 0
    assert spent == pytest.approx(0.01, rel=1e-12)


@pytest.mark.parametrize(("successes", "draws"), [(0, 10), (1, 10), (10, 10), (37, 1000)])
def test_clopper_pearson_agrees_with_scipy(successes, draws):
    reference = stats.binomtest(successes, draws).proportion_ci(0.98, method="exact")
    assert float(binomial_low(successes, draws, 0.01)) == pytest.approx(reference.low, abs=1e-12)
    assert float(binomial_high(successes, draws, 0.01)) == pytest.approx(reference.high, abs=1e-12)


def radii_of(values: np.ndarray, pilot: int | None = None) -> Histogram:
    """The histogram of a stream of values, planned to end where it ends."""
    n = values.size
    pilot = max(n // 20, 32) if pilot is None else pilot
    return counted(np.zeros(n, dtype=np.int64), values, n, 1, pilot)[1]


def limits(values: np.ndarray, delta: float, planned: tuple[int, ...] | None = None):
    """Limits of E r for radii of a partition."""
    planned = (values.size,) if planned is None else planned
    found = radii_of(values, max(min(planned) // 20, 32))
    low = lower_limit(found, planned, delta / 2, True)
    high = upper_limit(found, planned, delta / 2, covering_excess, covering_excess, True)
    return low, high


@pytest.mark.parametrize("delta", [0.5, 0.1])
@pytest.mark.parametrize("mass", [0.5, 0.02])
@pytest.mark.parametrize("n", [30, 1000])
def test_expected_radius_of_a_partition_is_covered(mass, n, delta):
    rng, repetitions = np.random.default_rng(2), 60
    exact = bounds.isoperimetric_bound([mass, 1 - mass])
    radii = np.abs(rng.standard_normal((repetitions, n)) - stats.norm.isf(mass))
    intervals = [limits(row, delta) for row in radii]
    missed = sum(not low <= exact <= high for low, high in intervals)
    assert missed <= tolerated(repetitions, delta)


def test_limits_cost_little_more_than_those_of_a_known_law():
    """Of the widths 2 sigma sqrt(2 log(2/delta)/n), which no exponential bound betters."""
    z = np.sort(np.random.default_rng(0).standard_normal((100_000, 10)), axis=1)
    radii = (z[:, -1] - z[:, -2]) / math.sqrt(2)  # the argmax of R^10
    for n, most in [(1000, 1.08), (3000, 1.06), (100_000, 1.03)]:
        low, high = limits(radii[:n], 0.01)
        best = 2 * radii[:n].std() * math.sqrt(2 * math.log(200) / n)
        assert best < high - low < most * best


def test_limits_hold_at_all_sizes_at_once():
    """Stopped where the limits are wrong, if they ever are: optional stopping at its worst."""
    rng, delta, repetitions, exact = np.random.default_rng(4), 0.5, 40, math.sqrt(2 / math.pi)
    missed = 0
    for _ in range(repetitions):
        radii = np.abs(rng.standard_normal(512))
        for n in (8, 16, 32, 64, 128, 256, 512):
            low, high = limits(radii[:n], delta, (64,))
            if not low <= exact <= high:
                missed += 1
                break
    assert missed <= tolerated(repetitions, delta)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_constant_that_is_wrong_by_a_tenth_is_caught(factor):
    """Negative control: limits of a mean that is 10 % off miss it nearly always."""
    rng, exact = np.random.default_rng(5), math.sqrt(2 / math.pi)
    missed = 0
    for _ in range(40):
        low, high = limits(factor * np.abs(rng.standard_normal(3000)), 0.5)
        missed += not low <= exact <= high
    assert missed > tolerated(40, 0.5)


def test_rounding_is_outward_in_the_wealth():
    """Against the product of factors itself, at full precision, for the bet on the whole stream."""
    values = np.abs(np.random.default_rng(6).standard_normal(400))
    # A cell, at most 1/8 wide, loses at most an eighth of the second derivative times its square.
    b, m = 0.2, 0.7
    slack = 400 * (b / m / 8 / (1 - b)) ** 2 / 8
    exact = float(np.log1p(b * (values / m - 1)).sum())
    computed = float(betting._gains(radii_of(values).sample(), m, np.array([b]))[0])
    assert exact - slack < computed <= exact
    cut = m + betting.REACH * m / b
    size = b / m
    drift = 1 + size * (m - covering_excess(m, betting.REACH / size))
    exact = float(np.log(drift - size * np.minimum(values, cut)).sum())
    found = betting._losses(
        radii_of(values).sample(), m, np.array([b]), np.array([1e-9]), covering_excess
    )
    assert exact - 400 * (b / m / 8 / 0.1) ** 2 / 8 < float(found[0]) <= exact


def test_bets_on_known_values_agree_with_their_definition():
    """The least m whose wealth is below 1/delta, by the product of factors."""
    values, counts = np.array([0.0, 0.3, 1.0]), np.array([40, 50, 10])
    found = float(bounded_low(values, counts, 0.05, 0.25, 0.27))
    step = math.sqrt(2 * math.log(20) / 100)

    def wealth(m: float) -> float:
        shares = step * 0.25 / 0.27 * np.array([0.5, 1, 2])
        factors = 1 + shares[:, None] * (values / m - 1)
        return float(np.array([0.1, 0.8, 0.1]) @ np.prod(factors**counts, axis=1))

    assert wealth(found) >= 20 > wealth(found * (1 + 1e-6))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 2000), st.floats(0, 1), st.sampled_from([0.2, 0.01, 1e-6]))
def test_clopper_pearson_is_on_the_safe_side(draws, share, delta):
    """P[X >= k] <= delta at the lower limit, P[X <= k] <= delta at the upper, with 40 digits."""
    k = round(share * draws)
    with mpmath.workdps(40):
        low = mpmath.mpf(float(binomial_low(k, draws, delta)))
        high = mpmath.mpf(float(binomial_high(k, draws, delta)))
        if k:
            assert mpmath.betainc(k, draws - k + 1, 0, low, regularized=True) <= delta
        if k < draws:
            assert mpmath.betainc(k + 1, draws - k, high, 1, regularized=True) <= delta


@pytest.mark.parametrize("classes", [3, 7, 9, 11, 49, 1000])
def test_limits_of_even_masses_are_rounded_outward(classes):
    """The lower limit of s is at most 1/K, as a fraction, however many draws there are."""
    counts = np.full((2, classes), 1000)
    found = MassLimits.of(counts, 0.01).collision
    assert Fraction(found.low) <= Fraction(1, classes) <= Fraction(found.high)


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


@pytest.mark.parametrize(
    ("tau", "n", "most"), [(0.1, 3000, 0.2), (1.0, 3000, 0.1), (3.3, 40_000, 0.8)]
)
def test_expected_radius_with_holes_is_covered(tau, n, most):
    """Down to a coverage of 1e-3, where 40 of 40,000 draws are covered."""
    budget, repetitions, partition = Budget(0.5, holes=True), 40, _Opposed(tau)
    missed, widths = 0, []
    for tally in _tallies(partition, n, repetitions):
        coverage = coverage_interval(tally.classes, True, budget.coverage)
        interval = radius_interval(tally, coverage, Plan.of(n, 0), True, budget)
        missed += not interval.low <= partition.exact <= interval.high
        widths.append(interval.high - interval.low)
    assert missed <= tolerated(repetitions, 0.5)
    assert np.median(widths) < most * partition.exact


def test_the_excess_with_holes_bounds_what_is_cut():
    """E[(r - m - T)+ | covered] for two opposed halfspaces, whose law is known."""
    partition, budget = _Opposed(1.0), Budget(0.1, holes=True)
    tally = next(_tallies(partition, 5000, 1))
    excess = HolesExcess.of(tally, 2 * float(partition.q[0]) * 0.95, budget.tail)
    m, reach = partition.exact, np.array([0.5, 1.0, 2.0])
    cut = m + reach - 1.0  # of |x|, as r = |x| + tau
    true = bounds.integrated_tail(stats.norm.sf(cut)) / float(partition.q[0])
    assert (excess(m, reach) >= true).all()
    assert (np.diff(excess(m, reach)) < 0).all()


@pytest.mark.parametrize("spoiled", [0.0, 0.001])
@pytest.mark.parametrize("n", [100, 1000])
def test_upper_bounds_of_a_partitions_radius_bound_its_mean(n, spoiled):
    """Exact values, or a share of them spoiled by a search that found nothing near, or nothing."""
    delta, repetitions = 0.5, 60
    rng, exact = np.random.default_rng(9), math.sqrt(2 / math.pi)
    found, means = [], []
    for _ in range(repetitions):
        radii = np.abs(rng.standard_normal(n))
        radii[rng.random(n) < spoiled] = math.inf
        found.append(limits(radii, 2 * delta)[1])
        means.append(radii.mean())
    assert (np.array(found) < exact).sum() <= tolerated(repetitions, delta)
    assert np.isfinite(found).all()


def test_an_upper_limit_a_tenth_too_small_is_caught():
    """Negative control, at a size where a tenth is more than the limit's distance."""
    rng, exact = np.random.default_rng(10), math.sqrt(2 / math.pi)
    found = [limits(np.abs(rng.standard_normal(4000)), 1.0)[1] for _ in range(40)]
    assert sum(0.9 * high < exact for high in found) > tolerated(40, 0.5)


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
@pytest.mark.parametrize("delta", [0.5, 0.1])
def test_functionals_of_the_masses_are_covered(name, draws, delta):
    """P[low <= s, sum f(p_i), sum Phi(Phi^-1(p_i) - eta), max p <= high] >= 1 - delta."""
    rng, repetitions, p = np.random.default_rng(4), 20, MASSES[name]
    s, largest = float(p @ p), p.max()
    isoperimetric = bounds.isoperimetric_bound(p)
    tail = bounds.tail_bound(p, ETA_GRID)
    missed = 0
    for _ in range(repetitions):
        counts = halves(rng, draws, p)
        found, tangents = MassLimits.of(counts, 3 * delta / 5), Tangents.of(counts)
        missed += not (
            found.largest.low <= largest <= found.largest.high
            and found.collision.low <= s <= found.collision.high
            and tangents.isoperimetric_low(delta / 5) <= isoperimetric
            and (tangents.tail_low(delta / 5) <= tail + 1e-12).all()
            and found.box.convex_low(np.square) <= s <= found.box.convex_high(np.square)
        )
    assert missed <= tolerated(repetitions, delta)


def failing(p: tuple[float, ...], draws: int, delta: float, spared: float) -> float:
    """The probability that the box of so many draws from p is wrong, by all counts there are."""
    law, wrong = np.array(p), 0.0
    ranges = [np.arange(draws + 1)] * (len(p) - 1)
    for first in np.stack(np.meshgrid(*ranges), axis=-1).reshape(-1, len(p) - 1):
        counts = np.append(first, draws - first.sum())
        if counts[-1] < 0:
            continue
        box = Box.of(counts, delta, spared)
        place = np.searchsorted(np.unique(counts), counts)
        holds = (box.low[place] <= law) & (law <= box.high[place])
        if not holds.all() or box.largest_low > max(p):
            wrong += float(stats.multinomial.pmf(counts, draws, law))
    return wrong


@pytest.mark.parametrize("delta", [0.5, 0.02])
@pytest.mark.parametrize("p", [(0.9, 0.1), (0.51, 0.49), (0.34, 0.33, 0.33), (0.55, 0.4, 0.05)])
def test_the_box_is_wrong_as_rarely_as_it_says(p, delta):
    """Computed exactly; with what is spared where max p >= 1/2 it may be wrong so much oftener."""
    draws = 40 if len(p) == 2 else 20
    assert failing(p, draws, delta, 0.0) <= delta
    assert failing(p, draws, delta, delta) <= delta * (2 if max(p) >= 0.5 else 1)


def test_a_box_that_spends_more_than_it_has_is_caught(monkeypatch):
    """Negative control: shares of sum 2 are seen, so the box is not so cautious as to hide them."""
    assert failing((0.9, 0.1), 40, 0.5, 0.5) > 0.7
    monkeypatch.setattr(masses, "TO_LARGEST", 1.25)
    assert failing((0.9, 0.1), 40, 0.5, 0.0) > 0.5


def test_a_class_that_dominates_is_limited_as_if_it_were_alone():
    """The width of s, over that of the normal approximation at the same level."""
    p, draws = MASSES["heavy"], 100_000
    deviation = 2 * math.sqrt((p**3).sum() - (p @ p) ** 2)
    normal = 2 * stats.norm.isf(0.005) * deviation / math.sqrt(draws)
    for seed in range(5):
        counts = halves(np.random.default_rng(seed), draws, p)
        found = MassLimits.of(counts, 0.01).collision
        assert 0.95 * normal < found.high - found.low < 1.1 * normal


def test_limits_of_a_class_that_dominates_that_are_a_tenth_too_small_are_caught():
    rng, p, delta = np.random.default_rng(7), MASSES["heavy"], 0.5
    found = [MassLimits.of(halves(rng, 2000, p), delta) for _ in range(40)]
    for true, name in ((float(p @ p), "collision"), (0.9, "largest")):
        limits = [getattr(one, name) for one in found]
        missed, damaged = (
            sum(not share * one.low <= true <= share * one.high for one in limits)
            for share in (1.0, 0.9)
        )
        assert missed <= tolerated(40, delta) < damaged


@pytest.mark.parametrize("name", ["uniform 5", "uniform 3000", "power law", "heavy"])
def test_lower_limits_approach_the_truth(name):
    """With many draws the limits are within a few per cent: not vacuous."""
    p = MASSES[name]
    counts = halves(np.random.default_rng(5), 2_000_000, p)
    collision, tangents = MassLimits.of(counts, 0.003).collision, Tangents.of(counts)
    assert collision.low > 0.98 * (p @ p)
    assert collision.high < 1.03 * (p @ p)
    assert tangents.isoperimetric_low(0.001) > 0.99 * bounds.isoperimetric_bound(p)
    seen = bounds.tail_bound(p, ETA_GRID) > 0.01
    tail = bounds.tail_bound(p, ETA_GRID)[seen]
    assert (tangents.tail_low(0.001)[seen] > 0.95 * tail).all()


def test_the_sample_that_chooses_must_not_be_the_one_that_bounds():
    """Negative control: weights chosen from the draws that bound them overstate s."""
    rng, p = np.random.default_rng(6), np.full(10_000, 1e-4)
    counts = rng.multinomial(1000, p)
    same = Products.of(np.stack([counts, counts]))
    assert same.mean_limits(0.01)[0] > 5e-4  # the true s is 1e-4
    assert same.limits(10_000, 0.1, 0.01)[0] > 1.5e-4
    split = MassLimits.of(halves(rng, 2000, p), 0.03).collision
    assert split.low <= 1e-4 <= split.high


@pytest.mark.parametrize("name", ["uniform 5", "uniform 3000", "power law"])
@pytest.mark.parametrize("draws", [20, 1000])
def test_limits_by_collisions_hold_where_all_else_is_known(name, draws):
    """max p and the variance of p_X told as they are: nothing hides a wrong test of s."""
    rng, p, delta = np.random.default_rng(12), MASSES[name], 0.25
    s = float(p @ p)
    variance = max(float((p**3).sum()) - s**2, 0.0)
    missed = [0, 0]
    for _ in range(60):
        products = Products.of(halves(rng, draws, p))
        low, high = products.limits(p.size, float(p.max()), delta, variance)
        missed[0] += low > s * (1 + 1e-12)
        missed[1] += high < s * (1 - 1e-12)
    assert max(missed) <= tolerated(60, delta)


def test_deviations_of_both_halves_are_paid_for_once():
    """Where no class dominates: width of s over that of the normal approximation."""
    p, draws = 1 / np.arange(1.0, 51), 30_000
    p /= p.sum()
    normal = 4 * stats.norm.isf(0.005) * math.sqrt(((p**3).sum() - (p @ p) ** 2) / draws)
    for seed in range(3):
        found = MassLimits.of(halves(np.random.default_rng(seed), draws, p), 0.01).collision
        assert normal < found.high - found.low < 1.75 * normal


@given(st.integers(0, 2**32 - 1), st.floats(-3, 3))
def test_the_least_product_over_all_means_is_bounded(seed, scale):
    """min_m (a m + sum log(1 - b + b x/m)), against its values on a fine grid."""
    rng = np.random.default_rng(seed)
    products = Products.of(halves(rng, 60, rng.dirichlet(np.ones(6))))
    slope = np.array([products.others / products.mean * 10.0 ** (scale - 3)])
    found = float(products._least(products.values, products.mean, slope)[0])
    share = min(float(slope[0]) * products.mean / products.others, 0.95)
    m = products.mean * np.geomspace(1e-3, 1e3, 20_001)[:, None]
    gains = np.log1p(share * (products.values / m - 1)) @ products.seen
    least = float((slope[0] * m[:, 0] + gains).min())
    assert least - 1e-3 < found <= least


def test_collisions_say_more_than_disjoint_pairs():
    """1,000 nearly equal classes, 2,000 draws, of which 1,000 pairs hold about one collision."""
    p = np.random.default_rng(1).dirichlet(np.full(1000, 3.9))
    counts = halves(np.random.default_rng(2), 2000, p)
    found = MassLimits.of(counts, 0.01).collision
    pairs = binomial_high(1, 1000, 0.005)
    assert 1 / 1000 <= found.low <= p @ p <= found.high < 0.3 * float(pairs)


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
    whole = Interval(1.0, 1.0, 1.0, "")
    assert radius_interval(empty, whole, Plan.of(9, 0), True, Budget(0.01)).high == math.inf
    assert coverage_interval(empty.classes, True, 0.01).high == 1
    found = MassLimits.of(empty.classes.counts, 0.01)
    for interval in (found.largest, found.collision):
        assert (interval.low, interval.high) == (pytest.approx(1 / 3), 1.0)


def test_an_exact_value_outside_its_interval_is_inconsistent():
    interval = Interval(1.0, 0.9, 1.1, "", exact=1.05)
    assert interval.consistent
    assert not replace(interval, exact=1.11).consistent
