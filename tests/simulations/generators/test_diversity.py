"""Entropies from labels and the rigorous comparison, on known masses."""

import math

import numpy as np
import pytest

import bounds
from simulations import Interval
from simulations.checking.check import check
from simulations.checking.intervals import binomial_high, binomial_low
from simulations.checking.knowledge import Knowledge
from simulations.checking.masses import MassLimits, collision_difference
from simulations.generators.diversity import (
    birthday_interval,
    birthday_samples,
    class_diversity,
    compare,
    draws_needed,
    power,
)
from simulations.partitions.slabs import Slabs


class AlternatingSlabs(Slabs):
    """Two classes in turn: the same cuts, hence the same radii."""

    @property
    def classes(self):
        return 2

    def classify_and_radius(self, z):
        labels, radii = super().classify_and_radius(z)
        return labels % 2, radii

    def masses(self):
        q = super().masses()
        return np.array([q[::2].sum(), q[1::2].sum()])


def entropies(p):
    return [float(bounds.renyi_entropy(p, order)) for order in (1, 2, np.inf)]


def test_intervals_hold_the_true_entropies_as_often_as_they_say():
    p = np.array([0.4, 0.3, 0.15, 0.1, 0.05, 0.0])
    rng = np.random.default_rng(0)
    misses = 0
    for _ in range(200):
        found = class_diversity(rng.choice(6, 1000, p=p), 6, confidence=0.9)
        intervals = (found.shannon, found.collision, found.minimum)
        misses += not all(
            i.low <= h <= i.high for i, h in zip(intervals, entropies(p), strict=True)
        )
    assert binomial_low(misses, 200, 0.001) <= 0.1


def test_intervals_are_not_vacuous():
    draws = np.random.default_rng(0).integers(0, 10, 20_000)
    found = class_diversity(draws, 10)
    for interval in (found.shannon, found.collision, found.minimum):
        assert interval.high - interval.low < 0.2


def test_error_rate_of_the_verdict_at_equal_entropies():
    p = np.array([0.5, 0.3, 0.2])
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(300):
        a, b = rng.choice(3, 600, p=p), rng.choice(3, 600, p=p[::-1])
        wrong += compare(a, b, 3, confidence=0.8).verdict != "undecided"
    assert binomial_low(wrong, 300, 0.001) <= 0.2


def test_a_clear_difference_is_decided_either_way_round():
    rng = np.random.default_rng(2)
    many, few = rng.integers(0, 10, 3000), rng.integers(0, 4, 3000)
    assert compare(many, few, 10).verdict == "A more diverse"
    assert compare(few, many, 10).verdict == "B more diverse"
    assert compare(few, few, 10).verdict == "undecided"


def test_the_talks_order_by_expected_radius_can_be_wrong_and_the_rigorous_one_is_not():
    # Two classes in thin alternating slabs: a small radius without any diversity.
    thin = AlternatingSlabs(np.linspace(-3, 3, 61))
    thick = Slabs([-0.84, -0.25, 0.25, 0.84])
    first, second = (check(one, samples=50_000, confidence=0.999) for one in (thin, thick))
    rng = np.random.default_rng(3)
    labels = [one.classify(rng.standard_normal((5000, one.dim))) for one in (thin, thick)]
    found = compare(
        *labels,
        5,
        radius_a=first.expected_radius,
        radius_b=second.expected_radius,
        radius_confidence=0.998,
        confidence=0.98,
    )
    assert found.talk_verdict == "A more diverse"
    assert found.verdict == "B more diverse"


def test_expected_radius_certifies_low_diversity_only_if_it_is_the_radius_itself():
    rng = np.random.default_rng(4)
    wide = Interval(0.75, 0.74, 0.76, "known")
    few, many = rng.integers(0, 2, 60), rng.integers(0, 10, 20_000)
    options = {"radius_a": wide, "radius_b": None, "radius_confidence": 0.999}
    certified = compare(few, many, 10, **options)
    assert certified.entropy_a.method == "expected radius"
    assert certified.entropy_a.high == pytest.approx(float(bounds.entropy_bound(0.74).sharp))
    assert certified.verdict == "B more diverse"
    unproved = compare(few, many, 10, radius_is_exact=False, **options)
    assert unproved.entropy_a.high > certified.entropy_a.high


def test_birthday_draws_of_uniform_masses():
    draws = np.random.default_rng(5).integers(0, 1000, 100_000)
    # m (m - 1) / 2 = 1000 log 2
    assert birthday_samples(draws) == pytest.approx(37.74, rel=0.05)


def test_birthday_limits_need_no_number_of_classes():
    """1,000 unequal classes: right as often as they say, and nearer than those of n/2 pairs."""
    p = np.random.default_rng(1).dirichlet(np.full(1000, 3.9))
    rng, repetitions, n, s = np.random.default_rng(6), 40, 2000, float(p @ p)
    true = (1 + math.sqrt(1 + 8 * math.log(2) / s)) / 2
    missed = damaged = closer = 0
    for _ in range(repetitions):
        # The numbers of the classes mean nothing.
        labels = 10**12 * rng.choice(1000, n, p=p)
        found = birthday_interval(labels, 0.5)
        missed += not found.low <= true <= found.high
        more = birthday_interval(rng.choice(1000, 20_000, p=p), 0.5)
        damaged += not 0.9 * more.low <= true <= 0.9 * more.high
        pairs = int((labels[::2] == labels[1::2]).sum())
        certain = birthday_interval(labels)
        low, high = (float(limit(pairs, n // 2, 0.005)) for limit in (binomial_low, binomial_high))
        length = 1 / certain.low**2 - 1 / certain.high**2
        closer += length < 0.3 * (high - low) / (2 * math.log(2))
        assert certain.low < found.low <= found.estimate <= found.high < certain.high
    assert binomial_low(missed, repetitions, 1e-4) <= 0.5 < binomial_low(damaged, repetitions, 1e-4)
    assert closer == repetitions


def test_confidence_must_leave_something_for_the_labels():
    with pytest.raises(ValueError, match="radius_confidence"):
        compare(
            np.zeros(9, int),
            np.zeros(9, int),
            2,
            radius_a=Interval(0.5, 0.4, 0.6, ""),
            radius_confidence=0.9,
            confidence=0.95,
        )


def test_limits_of_a_radius_need_their_level():
    limits = Interval(0.5, 0.4, 0.6, "")
    with pytest.raises(ValueError, match="radius_confidence=None"):
        compare([0, 1] * 50, [0, 1] * 50, 2, radius_a=limits, radius_b=limits)


def test_the_order_of_labels_says_nothing():
    """Five equal classes stored class by class: H_2 = log 5 lies in its interval."""
    labels = np.repeat(np.arange(5), 1000)
    found = class_diversity(labels, 5).collision
    assert found.low <= np.log(5) <= found.high
    assert compare(labels, np.random.default_rng(0).permutation(labels), 5).verdict == "undecided"


def test_holes_count_nowhere():
    labels = np.random.default_rng(0).integers(0, 5, 4000)
    holes = np.concatenate([labels, np.full(3000, -1)])
    found = class_diversity(holes, 5)
    for interval in (found.shannon, found.collision, found.minimum):
        assert interval.low <= np.log(5) + 1e-12 <= interval.high + 1e-9
    assert birthday_samples(holes) == birthday_samples(labels)
    assert compare(holes, labels, 5).verdict == "undecided"


@pytest.mark.parametrize(
    ("labels", "error"),
    [
        ([0, 5], ValueError),
        ([0, -2], ValueError),
        ([], ValueError),
        ([[0], [1]], ValueError),
        ([0.5, 1.0], TypeError),
        (["a"], TypeError),
        ([[0], [1, 2]], TypeError),
    ],
)
def test_wrong_labels_are_named(labels, error):
    with pytest.raises(error, match="labels"):
        class_diversity(labels, 5)
    with pytest.raises(error, match="labels_b"):
        compare([0, 1, 2, 3], labels, 5)


@pytest.mark.parametrize("weak", [Knowledge.ASYMPTOTIC, Knowledge.UPPER_BOUND])
def test_a_radius_that_says_it_is_no_limit_certifies_nothing(weak):
    few, many = np.arange(60) % 2, np.arange(20_000) % 10
    radius = Interval(0.75, 0.74, 0.76, "said", known=weak)
    found = compare(few, many, 10, radius_a=radius, radius_confidence=0.999)
    assert found.entropy_a.method != "expected radius"


@pytest.mark.parametrize("radius", [0.5, (0.4, 0.5), "0.5", Interval(-2, -3, -1, "")])
def test_a_radius_that_is_no_interval_of_distances_is_named(radius):
    with pytest.raises((TypeError, ValueError), match="radius_b="):
        compare([0, 1] * 50, [0, 1] * 50, 2, radius_b=radius, radius_confidence=0.999)


def test_an_infinite_radius_contradicts_several_classes():
    infinite = Interval(np.inf, np.inf, np.inf, "one class")
    with pytest.raises(ValueError, match="an assumption is broken"):
        compare(
            np.arange(900) % 3, np.arange(900) % 3, 3, radius_a=infinite, radius_confidence=0.999
        )


@pytest.mark.parametrize(
    ("labels", "error"),
    [
        (np.ma.masked_equal([0, 1, 2, 1], 1), ValueError),
        ([True, False], TypeError),
        ([0.0, 1.0], TypeError),
        (np.array([0, 1], dtype=object), TypeError),
        (np.array([2**63], dtype=np.uint64), ValueError),
        (3, ValueError),
        (None, TypeError),
        ({0, 1}, TypeError),
        ([-2, 0], ValueError),
    ],
)
def test_labels_without_a_number_of_classes_are_named_too(labels, error):
    with pytest.raises(error, match="labels"):
        birthday_samples(labels)
    with pytest.raises(error, match="labels"):
        birthday_interval(labels)
    with pytest.raises(error, match="labels"):
        class_diversity(labels, 5)


def test_few_draws_say_nothing():
    assert np.isnan(birthday_samples([-1, -1]))
    assert np.isnan(birthday_samples([0, 1, 0]))
    nothing = birthday_interval([0, -1, -1])
    assert np.isnan(nothing.estimate)
    assert nothing.low < 2  # two draws of one class
    assert nothing.high > 1e9
    assert birthday_samples(np.arange(50)) == np.inf
    with pytest.raises(TypeError, match="classes=None"):
        class_diversity([0, 1], None)


def test_ten_classes_against_twelve_are_told_apart_by_eight_hundred_labels():
    rng = np.random.default_rng(8)
    ten, twelve = np.repeat([0.1, 0.0], [10, 2]), np.full(12, 1 / 12)
    shares = power(ten, twelve, 800, 800, repetitions=100, rng=rng)
    assert shares["B more diverse"] >= 0.9
    assert shares["A more diverse"] == 0
    few = compare(rng.integers(0, 10, 300), rng.integers(0, 12, 300), 12)
    assert few.verdict == "undecided"
    assert few.draws_needed is not None
    assert 300 < few.draws_needed < 3000


def test_power_is_that_of_the_comparison_of_labels():
    rng = np.random.default_rng(1)
    many, few = np.full(10, 0.1), np.repeat([0.25, 0.0], [4, 6])
    shares = power(many, few, 200, 150, repetitions=40, rng=rng)
    verdicts = [
        compare(rng.choice(10, 200, p=many), rng.choice(10, 150, p=few), 10).verdict
        for _ in range(40)
    ]
    assert 0 < shares["A more diverse"] < 1
    assert shares["A more diverse"] == pytest.approx(verdicts.count("A more diverse") / 40, abs=0.3)
    assert shares["B more diverse"] == 0
    swapped = power(few, many, 1500, 1500, repetitions=3, rng=rng)
    assert swapped["B more diverse"] == 1


@pytest.mark.parametrize("masses", [[0.5, 0.6], [1.5, -0.5], [], [[1.0]], [np.nan, 1.0], "a", [1]])
def test_masses_that_are_none_are_named(masses):
    with pytest.raises(ValueError, match="masses_b"):
        draws_needed([0.5, 0.5], masses)


def test_the_difference_is_covered_and_a_shift_of_a_tenth_is_caught():
    rng, delta, repetitions = np.random.default_rng(9), 0.5, 60
    p, q = np.array([0.5, 0.3, 0.2]), np.full(3, 1 / 3)
    true = float(p @ p - q @ q)
    missed = shifted = 0
    for _ in range(repetitions):
        counts = [
            np.stack([rng.multinomial(size, law) for size in sizes])
            for law, sizes in ((p, (4000, 2000)), (q, (12_000, 6000)))
        ]
        one, other = (MassLimits.of(part, delta / 4) for part in counts)
        low, high = collision_difference(*counts, (one, other), delta / 2)
        missed += not low <= true <= high
        shifted += not low <= true + 0.1 <= high
    assert binomial_low(missed, repetitions, 1e-4) <= delta
    assert shifted == repetitions


def test_entropies_limit_each_other():
    found = class_diversity(np.random.default_rng(0).integers(0, 100, 20_000), 100)
    assert np.exp(found.shannon.low) > 96.5
    assert found.shannon.low >= found.collision.low >= found.minimum.low
    assert found.minimum.high <= found.collision.high <= found.shannon.high
