"""The verdict: right on exact cases, valid where masses are estimated, and able to fail."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

import bounds
import simulations
from simulations.checking import checkpoint as checkpoints
from simulations.checking import verdict as verdicts
from simulations.checking.estimation import BLOCK, Plan, Tally
from simulations.checking.intervals import Interval, Looks, binomial_high
from simulations.checking.verdict import verdict
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.orthants import Orthants
from simulations.partitions.protocol import Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.voronoi import Voronoi
from simulations.partitions.wedges import Wedges

BOUNDS = ["tail", "isoperimetric", "sharp", "talk", "holes"]


@dataclass(frozen=True)
class Altered:
    """A partition with its radius multiplied, or its exact values withheld."""

    base: object
    factor: float = 1.0
    known: bool = True
    radius_is_exact: bool = True

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.base, name)

    def classify_and_radius(self, z):
        labels, radii = self.base.classify_and_radius(z)
        return labels, radii * self.factor

    def masses(self):
        return self.base.masses() if self.known else None

    def expected_radius(self):
        return self.base.expected_radius() if self.known else None


@dataclass(frozen=True)
class Opposed:
    """{z_1 < -tau} and {z_1 > tau}, with a hole between; the bound with holes is attained."""

    tau: float
    dim: int = 1
    classes: int = 2
    name: str = "opposed"
    has_holes: bool = True
    radius_is_exact: bool = True

    def classify_and_radius(self, z):
        x = z[:, 0]
        labels = np.where(x < -self.tau, 0, np.where(x > self.tau, 1, -1))
        return labels, np.where(labels < 0, np.nan, np.abs(x) + self.tau)

    def masses(self):
        return np.full(2, stats.norm.sf(self.tau))

    def expected_radius(self):
        return bounds.holes_bound(self.masses())

    def parameters(self):
        return {"tau": self.tau}


def numbers(report):
    """All that a report says but the time it took."""
    result = report.to_json()
    return {k: v for k, v in result.items() if k not in ("seconds", "samples_per_second")}


def test_a_halfspace_is_a_partition():
    assert isinstance(Halfspace(0.5), Partition)
    assert isinstance(Voronoi.random(2, 3), Partition)


@pytest.mark.parametrize("mass", [0.5, 0.1, 0.01, 0.95])
def test_halfspaces_attain_the_isoperimetric_bound(mass):
    report = simulations.check(Halfspace(mass), samples=200_000)
    assert report.as_claimed
    assert report.expected_radius.exact == pytest.approx(report.bounds["isoperimetric"].value)
    assert report.bounds["isoperimetric"].verdict != "violated"
    assert report.bounds["talk"].applies == (mass in (0.5, 0.1))  # max p <= 0.90540...


def test_the_assumption_on_the_masses_is_needed():
    """E r > gamma(||p||^2) for two halfspaces with p > 0.9054, where gamma does not apply."""
    talk = simulations.check(Halfspace(0.95), samples=200_000).bounds["talk"]
    assert (talk.applies, talk.verdict) == (False, "violated")


@pytest.mark.parametrize("mass", [0.5, 0.15, 0.9])
@pytest.mark.parametrize("samples", [500, 20_000])
def test_estimated_bounds_enclose_the_exact_ones(mass, samples):
    exact = simulations.check(Halfspace(mass), samples=samples)
    for seed in range(20):
        blind = simulations.check(Altered(Halfspace(mass), known=False), samples, rng=seed)
        assert blind.expected_radius.exact is None
        for name in ("isoperimetric", "talk"):
            found = blind.bounds[name]
            assert found.low <= exact.bounds[name].value <= found.high
        s = exact.collision_probability.exact
        assert s is not None
        assert blind.bounds["sharp"].low <= bounds.sharp_bound_of_collision_probability(s)
        assert blind.bounds["sharp"].high >= exact.bounds["sharp"].value
        assert blind.as_claimed


@pytest.mark.parametrize("known", [True, False])
def test_holes_void_the_partition_bounds_and_keep_their_own(known):
    partition = Altered(Opposed(1.0), known=known)
    report = simulations.check(partition, samples=200_000)
    exact = bounds.holes_bound(Opposed(1.0).masses())
    assert report.expected_radius.low < exact < report.expected_radius.high
    assert report.bounds["holes"].low <= exact * (1 + 1e-12)
    assert report.bounds["holes"].high >= exact * (1 - 1e-12)
    assert report.bounds["holes"].applies
    assert report.bounds["holes"].verdict == "inconclusive"
    for name in ("tail", "isoperimetric", "sharp", "talk"):
        assert not report.bounds[name].applies
        assert "holes" in report.bounds[name].reason
    assert report.bounds["talk"].verdict == "violated"
    assert report.as_claimed


def test_the_generic_partition_obeys_every_bound():
    report = simulations.check(Voronoi.random(dim=2, classes=10), samples=300_000)
    assert [report.bounds[name].verdict for name in BOUNDS] == ["holds"] * 5
    assert [one.verdict for one in report.entropy_bounds.values()] == ["holds"] * 2
    assert report.decided


# --- negative controls: the same check must be able to fail ---------------------------------------


def test_a_radius_five_per_cent_too_large_is_caught():
    report = simulations.check(Altered(Halfspace(0.3), factor=1.05), samples=300_000)
    assert not report.expected_radius.consistent
    assert report.bounds["isoperimetric"].verdict == "violated"
    assert report.bounds["tail"].verdict == "violated"
    assert not report.as_claimed


def test_a_radius_too_large_is_caught_without_exact_masses():
    """The isoperimetric sum of a halfspace is attained, so 5 % more breaks it for certain."""
    report = simulations.check(Altered(Halfspace(0.3), factor=1.05, known=False), samples=300_000)
    assert report.bounds["isoperimetric"].verdict == "violated"
    assert not report.as_claimed


def test_gamma_with_a_wrong_constant_is_caught(monkeypatch):
    def wrong(x):  # log(1.2 log 1/x) in place of log(4 pi log 1/x)
        h = math.log(1 / x)
        return math.log(1.2 * h) / math.sqrt(2 * h)

    partition = Altered(Halfspace(0.5), known=False)
    assert simulations.check(partition, samples=50_000).bounds["talk"].verdict == "holds"
    monkeypatch.setattr(verdicts.bounds, "gamma", wrong)
    report = simulations.check(partition, samples=50_000)
    assert report.bounds["talk"].verdict == "violated"
    assert not report.as_claimed


def test_a_flipped_inequality_is_caught():
    """sum f(p_i) <= E r is false for generic cells, and found to be."""
    report = simulations.check(Voronoi.random(dim=2, classes=10), samples=100_000)
    bound, radius = report.bounds["isoperimetric"], report.expected_radius
    flipped = Interval(bound.value, bound.low, bound.high, "")
    assert verdict(flipped, radius.low, radius.high) == "violated"


def test_a_wrong_exact_mass_is_caught():
    @dataclass(frozen=True)
    class Wrong(Altered):
        def masses(self):
            return np.array([0.32, 0.68])

    report = simulations.check(Wrong(Halfspace(0.3)), samples=300_000)
    assert not report.largest_mass.consistent
    assert not report.as_claimed


# --- degenerate partitions ------------------------------------------------------------------------


def test_one_class_has_infinite_radius_and_no_verdict():
    report = simulations.check(Voronoi(np.zeros((1, 3))), samples=1000)
    assert report.expected_radius.estimate == math.inf
    assert report.bounds["talk"].applies is False
    assert "other class" in report.bounds["talk"].reason
    assert report.as_claimed
    json.dumps(report.to_json(), allow_nan=False)


@pytest.mark.parametrize("dim", [1, 1000])
def test_extreme_dimensions(dim):
    report = simulations.check(Voronoi.random(dim, 5), samples=2000)
    assert report.as_claimed
    assert report.expected_radius.low > 0


def test_a_class_never_sampled_leaves_the_bounds_valid():
    centres = np.array([[1.0, 0.0], [-1.0, 0.0], [1e6, 0.0]])
    report = simulations.check(Voronoi(centres), samples=20_000)
    exact = 2 * stats.norm.pdf(0)
    assert report.expected_radius.low < exact < report.expected_radius.high
    assert report.bounds["isoperimetric"].low <= exact <= report.bounds["isoperimetric"].high
    assert report.as_claimed


def test_masses_of_1e_300_do_not_break_exact_bounds():
    @dataclass(frozen=True)
    class Tiny(Altered):
        classes: int = 3

        def masses(self):
            return np.array([0.5, 0.5, 1e-300])

    report = simulations.check(Tiny(Halfspace(0.5)), samples=10_000)
    assert report.as_claimed
    assert all(math.isfinite(one.value) for one in report.bounds.values())


@pytest.mark.parametrize("samples", [1, 2, 3, 5])
@pytest.mark.parametrize("known", [True, False])
def test_a_handful_of_samples_decides_nothing_and_breaks_nothing(samples, known):
    for base in (Halfspace(0.3), Opposed(2.0), Voronoi.random(2, 40)):
        report = simulations.check(Altered(base, known=known), samples=samples)
        assert report.samples == samples
        assert report.as_claimed
        json.dumps(report.to_json(), allow_nan=False)


@pytest.mark.parametrize("known", [True, False])
def test_upper_bounds_of_the_radius_never_refute(known):
    partition = Altered(Halfspace(0.3), factor=1.5, known=known, radius_is_exact=False)
    report = simulations.check(partition, samples=100_000)
    assert report.bounds["tail"].verdict == "inconclusive"
    assert report.as_claimed
    # Negative control: were these radii exact, the same numbers would refute.
    refuted = simulations.check(replace(partition, radius_is_exact=True), samples=100_000)
    assert refuted.bounds["tail"].verdict == "violated"
    assert report.expected_radius.low == 0
    assert report.expected_radius.method == "betting, upper bounds only"
    assert not any(one.verdict == "violated" for one in report.entropy_bounds.values())
    assert report.bounds["isoperimetric"].verdict == "inconclusive"


@pytest.mark.parametrize("base", [Voronoi.random(2, 10), Opposed(0.5)])
def test_further_labels_narrow_the_masses_and_leave_the_radius(base):
    partition = Altered(base, known=False)
    z = np.random.default_rng(1).standard_normal((100_000, base.dim))
    labels, _ = base.classify_and_radius(z)
    few = simulations.check(partition, samples=1000)
    more = simulations.check(partition, samples=1000, labels=labels)
    assert (few.mass_samples, more.mass_samples) == (1000, 101_000)
    assert more.bounds["holes"].low > few.bounds["holes"].low
    few_s, more_s = few.collision_probability, more.collision_probability
    assert more_s.high - more_s.low < 0.2 * (few_s.high - few_s.low)
    exact = simulations.check(base, samples=1_000_000)
    assert more_s.low <= exact.collision_probability.estimate <= more_s.high
    assert more.bounds["holes"].low < exact.bounds["holes"].value < more.bounds["holes"].high
    if not base.has_holes:
        assert more.expected_radius == few.expected_radius


@pytest.mark.parametrize(
    ("base", "wrong"), [(Voronoi.random(2, 10), -1), (Opposed(0.5), 2), (Opposed(0.5), -2)]
)
def test_labels_of_no_class_are_refused(base, wrong):
    with pytest.raises(ValueError, match=rf"labels\[2\]={wrong}"):
        simulations.check(base, samples=100, labels=np.array([0, 1, wrong]))
    with pytest.raises(ValueError, match=rf"labels\[2\]={wrong}"):
        simulations.check(base, samples=100, labels=[0, 1, wrong])


@st.composite
def known_partitions(draw):
    """Random members of the families whose masses and E r are known exactly."""
    cuts = sorted(draw(st.lists(st.floats(-2.5, 2.5), min_size=1, max_size=4, unique=True)))
    dim = draw(st.integers(1, 4))
    choices = {
        "halfspace": lambda: Halfspace(draw(st.floats(1e-3, 1 - 1e-3)), dim),
        "opposed": lambda: Opposed(draw(st.floats(0, 2))),
        "slabs": lambda: Slabs(cuts, dim),
        "orthants": lambda: Orthants(dim),
        "wedges": lambda: Wedges(np.full(len(cuts) + 2, 1 / (len(cuts) + 2))),
        "shells": lambda: Shells(sorted({abs(cut) + 0.1 for cut in cuts}), dim),
    }
    return choices[draw(st.sampled_from(sorted(choices)))]()


@settings(max_examples=40)
@given(known_partitions(), st.integers(0, 2**32 - 1), st.sampled_from([300, 3000]))
def test_no_interval_excludes_an_exact_value(partition, seed, samples):
    """E r, s, max p and c lie in their limits, and no bound is broken, whatever the family."""
    report = simulations.check(partition, samples=samples, rng=seed, confidence=1 - 1e-9)
    assert report.as_claimed
    blind = simulations.check(
        Altered(partition, known=False), samples=samples, rng=seed, confidence=1 - 1e-9
    )
    assert blind.as_claimed
    for name in ("isoperimetric", "talk", "holes"):
        slack = 1e-9 * abs(report.bounds[name].value)
        assert blind.bounds[name].low <= report.bounds[name].value + slack
        assert blind.bounds[name].high >= report.bounds[name].value - slack


def test_intervals_hold_together_as_often_as_asked():
    """At confidence 1/2 all exact values are in their limits in at least half of the runs."""
    reports = [
        simulations.check(Opposed(0.5), samples=400, confidence=0.5, rng=seed) for seed in range(80)
    ]
    missed = sum(not report.as_claimed for report in reports)
    assert missed <= stats.binom.isf(1e-6, 80, 0.5)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"samples": 0}, "samples"),
        ({"confidence": 1.0}, "confidence"),
        ({"until": -1.0}, "until"),
        ({"workers": 0}, "workers"),
        ({"chunk": 0}, "chunk"),
        ({"rng": None}, "rng"),
        ({"block": 0}, "block"),
        ({"block": 101, "sampling": "antithetic"}, "block=101"),
        ({"block": 4096, "sampling": "quasi"}, "block=4096"),
    ],
)
def test_bad_arguments_are_named(options, name):
    with pytest.raises((ValueError, TypeError), match=name):
        simulations.check(Halfspace(0.5), **options)


# --- stopping early, and continuing ---------------------------------------------------------------


def test_until_stops_at_the_first_look_that_decides():
    partition = Voronoi.random(dim=2, classes=10)
    report = simulations.check(partition, samples=20 * BLOCK, until=0.0)
    assert report.anytime
    assert report.decided
    assert report.samples in (BLOCK, 2 * BLOCK, 4 * BLOCK)
    narrow = simulations.check(Halfspace(0.5), samples=20 * BLOCK, until=0.02)
    assert narrow.samples < 20 * BLOCK
    assert narrow.expected_radius.high - narrow.expected_radius.low <= 0.02


def test_until_pays_for_its_looks():
    """Five looks share the error probability of one: wider than one planned, by little for E r."""
    partition = Halfspace(0.5)
    looked = simulations.check(partition, samples=16 * BLOCK, until=1e-9)
    once = simulations.check(partition, samples=16 * BLOCK)
    assert looked.samples == once.samples == 16 * BLOCK  # equality never decides
    for found, single, most in [
        (looked.expected_radius, once.expected_radius, 1.15),
        (looked.largest_mass, once.largest_mass, 1.4),
    ]:
        assert 1 < (found.high - found.low) / (single.high - single.low) < most


def test_a_finished_run_gives_the_same_answer_again(tmp_path):
    """A rerun takes no look that was not taken: neither wider limits nor more points."""
    for name, partition, width in [
        ("decided", Voronoi.random(2, 10), 0.0),
        ("not", Halfspace(0.5), 1e-9),
    ]:
        file = tmp_path / name
        options = {"samples": 6 * BLOCK + 9, "until": width, "checkpoint": file}
        first = simulations.check(partition, **options)
        assert first.decided == (name == "decided")
        for _ in range(2):
            assert numbers(simulations.check(partition, **options)) == numbers(first)
    alone = simulations.check(Voronoi.random(2, 10), samples=6 * BLOCK + 9, until=0.0)
    assert alone.samples < 6 * BLOCK


def test_a_look_that_was_not_planned_costs_the_next_ones_nothing_twice():
    looks = Looks((1000,))
    levels = [looks.level(points) for points in (1000, 2000, 5000, 2000)]
    assert levels == [0.9, pytest.approx(0.05), pytest.approx(0.1 / 6), levels[1]]
    spent = Looks((1000, 2000))
    assert sum(spent.level(points) for points in (1000, 2000, *range(3000, 3999))) <= 1


@pytest.mark.parametrize("draws", [BLOCK, 10**6])
@pytest.mark.parametrize("frequency", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("delta", [0.01, 0.0025, 0.0001])
def test_shared_looks_limit_probabilities_closer_than_limits_for_all_sizes_could(
    draws, frequency, delta
):
    planned = Plan.of(10**6, 0, until=True).planned
    assert len(planned) == 5
    successes = round(draws * frequency)
    looked = float(binomial_high(successes, draws, delta * Looks(planned).level(10**6)))
    q = successes / draws

    def refutes(p):
        divergence = q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p))
        return draws * divergence - math.log(1 / delta)

    nearest = optimize.brentq(refutes, q, 1 - 1e-12)
    assert q < looked < nearest
    # Many more looks would cost more than they save.
    crowded = Looks(tuple(range(1000, 41_000, 1000)))
    assert float(binomial_high(successes, draws, delta * crowded.level(1000))) > nearest


def test_small_blocks_depend_on_no_worker_and_continue(tmp_path):
    partition, file = Voronoi.random(2, 5), tmp_path / "state.npz"
    one, many = (
        simulations.check(partition, samples=1050, block=100, workers=workers) for workers in (1, 3)
    )
    assert numbers(one) == numbers(many)
    with pytest.raises(Stopped):
        simulations.check(
            partition, samples=1050, block=100, checkpoint=file, progress=stop_at(400)
        )
    assert numbers(
        simulations.check(partition, samples=1050, block=100, checkpoint=file)
    ) == numbers(one)
    with pytest.raises(ValueError, match="another partition"):
        simulations.check(partition, samples=1050, block=50, checkpoint=file)


class Stopped(Exception):
    pass


def stop_at(points):
    def progress(done, total):
        if done >= points:
            raise Stopped

    return progress


def test_a_checkpoint_continues_with_the_same_numbers(tmp_path):
    partition, file = Voronoi.random(2, 5), tmp_path / "state.npz"
    whole = simulations.check(partition, samples=5 * BLOCK + 77)

    with pytest.raises(Stopped):
        simulations.check(
            partition, samples=5 * BLOCK + 77, checkpoint=file, progress=stop_at(4 * BLOCK)
        )
    assert checkpoints.load(file, partition, Plan.of(5 * BLOCK + 77, 0)).whole.blocks == 3
    seen = []
    resumed = simulations.check(
        partition,
        samples=5 * BLOCK + 77,
        checkpoint=file,
        progress=lambda done, total: seen.append(done),
    )
    assert seen[0] == 4 * BLOCK
    assert numbers(resumed) == numbers(whole)
    again = simulations.check(partition, samples=5 * BLOCK + 77, checkpoint=file)
    assert numbers(again) == numbers(whole)
    with pytest.raises(ValueError, match="at least as many"):
        simulations.check(partition, samples=4 * BLOCK, checkpoint=file)


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    file = tmp_path / "state.npz"
    simulations.check(Halfspace(0.5), samples=BLOCK, checkpoint=file)
    for partition, seed in [(Halfspace(0.4), 0), (Halfspace(0.5), 1)]:
        with pytest.raises(ValueError, match="another partition, seed, sampling, block"):
            simulations.check(partition, samples=BLOCK, rng=seed, checkpoint=file)
    file.write_bytes(b"not a checkpoint")
    with pytest.raises(ValueError, match="not a checkpoint"):
        simulations.check(Halfspace(0.5), samples=BLOCK, checkpoint=file)


def test_a_checkpoint_can_be_extended_to_any_number(tmp_path):
    """The same points, and limits that pay for the look taken before."""
    file, partition = tmp_path / "state.npz", Voronoi.random(2, 5)
    first = simulations.check(partition, samples=BLOCK + 1234, checkpoint=file)
    longer = simulations.check(partition, samples=4 * BLOCK + 55, checkpoint=file)
    fresh = simulations.check(partition, samples=4 * BLOCK + 55)
    assert longer.samples == 4 * BLOCK + 55
    assert longer.expected_radius.estimate == fresh.expected_radius.estimate
    for one, other in [
        (longer.expected_radius, fresh.expected_radius),
        (longer.largest_mass, fresh.largest_mass),
    ]:
        assert 1 < (one.high - one.low) / (other.high - other.low) < 1.5
    narrower = longer.expected_radius.high - longer.expected_radius.low
    assert narrower < 0.75 * (first.expected_radius.high - first.expected_radius.low)


@pytest.mark.parametrize("damage", ["empty", "cut", "edited"])
def test_a_damaged_checkpoint_is_refused(tmp_path, damage):
    file = tmp_path / "state.npz"
    simulations.check(Halfspace(0.5), samples=1000, checkpoint=file)
    if damage in ("empty", "cut"):
        file.write_bytes(file.read_bytes()[: 0 if damage == "empty" else 500])
    else:
        with np.load(file) as archive:
            parts = dict(archive)
        content = bytearray(parts["content"].tobytes())
        content[-3000] ^= 1
        parts["content"] = np.frombuffer(bytes(content), dtype=np.uint8)
        np.savez(file, **parts)
    with pytest.raises(ValueError, match="not a checkpoint"):
        simulations.check(Halfspace(0.5), samples=1000, checkpoint=file)


def test_the_verdict_needs_certainty():
    quantity = Interval(1.0, 0.9, 1.1, "")
    assert verdict(quantity, 1.1, 1.2) == "holds"
    assert verdict(quantity, 1.0, 2.0) == "inconclusive"
    assert verdict(quantity, 0.5, 0.89) == "violated"
    assert verdict(quantity, 0.5, 0.95) == "inconclusive"
    assert verdict(Interval(math.inf, math.inf, math.inf, ""), 2.0, math.inf) == "inconclusive"


def test_a_tally_without_covered_draws_gives_no_estimate():
    tally = Tally.empty(2)
    assert tally.classes.covered == 0
    nowhere = replace(Opposed(40.0))
    report = simulations.check(Altered(nowhere, known=False), samples=1000)
    assert math.isnan(report.expected_radius.estimate)
    assert report.to_json()["expected_radius"]["estimate"] is None
    assert not any(one.applies for name, one in report.bounds.items() if name != "holes")
