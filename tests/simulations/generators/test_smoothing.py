"""Smoothed classes: limits that hold at their level and are not vacuous."""

import json
import math

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt, gaussian_filter
from scipy.special import ndtr

import bounds
from bounds.support.sealed import sealed
from simulations import Voronoi
from simulations.generators import smoothing as module
from simulations.generators.comparison import compare_radii, read_radius
from simulations.generators.diversity import class_diversity
from simulations.generators.generator import check_generator
from simulations.generators.latents import Normal, Uniform
from simulations.generators.smoothing import (
    Smoothing,
    smoothed_coverage,
    smoothed_radius,
)
from simulations.partitions.argmax import CoordinateArgmax


class Searched:
    """A partition with its nearest points of another class, found by steps along the gradient."""

    def __init__(self, partition, witnesses):
        self.dim, self.classes = partition.dim, partition.classes
        self.classify, self.witnesses = partition.classify, witnesses


class Half:
    """{x < cut} and {x > cut} in the plane: smoothing changes nothing."""

    dim, classes = 2, 2

    def __init__(self, cut=0.0):
        self.cut = cut

    def classify(self, z):
        return (z[:, 0] > self.cut).astype(np.int64)

    def witnesses(self, z):
        return np.stack([2 * self.cut - z[:, 0], z[:, 1]], axis=1) * [1e-6, 1] + [
            self.cut * (1 - 1e-6),
            0,
        ]


def mean_radius(cut):
    return cut * (2 * ndtr(cut) - 1) + math.sqrt(2 / math.pi) * math.exp(-cut * cut / 2)


def argmax_of(classes):
    partition = CoordinateArgmax(classes)

    def witnesses(z):
        order, rows = np.argsort(z, axis=1), np.arange(len(z))
        first, second = order[:, -1], order[:, -2]
        half = 0.500001 * (z[rows, first] - z[rows, second])
        found = z.copy()
        found[rows, first] -= half
        found[rows, second] += half
        return found

    return Searched(partition, witnesses)


def radii_of(partition, options, seed=0, rows=400):
    run = module._Run(partition, options, seed)
    streams = run.streams(module.SMOOTHING, np.arange(rows))
    return run.measured(streams, run.drawn(streams), options.error)


def latents_of(partition, seed=0, rows=400):
    return np.stack(
        [
            np.random.default_rng(module.child(seed, module.SMOOTHING, row)).standard_normal(
                partition.dim
            )
            for row in range(rows)
        ]
    )


OPTIONS = Smoothing(sigma=0.5, samples=400, votes=400, error=0.05)


@pytest.mark.parametrize("partition", [Half(), Half(0.7)])
def test_certificates_of_halfspaces_are_wrong_as_seldom_as_promised_and_tight(partition):
    radii, classes, distances, _ = radii_of(partition, OPTIONS)
    z = latents_of(partition)
    truth = np.abs(z[:, 0] - partition.cut)
    # At alpha = 0.05 at most 20 of 400 are expected; 36 or more has probability 4e-4.
    assert (radii > truth).sum() < 36
    assert (distances < truth).sum() < 36
    assert ((classes != partition.classify(z)) & (classes > -2)).sum() < 36
    # With the votes' frequencies known exactly the certified radius is the radius; with 400 of
    # them it falls short by their error, and it stops at M.
    reachable = (truth > 0.1) & (truth < 0.5)
    assert (radii[reachable] / truth[reachable]).mean() > 0.6
    many = radii_of(partition, Smoothing(sigma=0.5, votes=20_000, error=0.05), rows=60)[0]
    reachable = (truth[:60] > 0.1) & (truth[:60] < 0.5)
    assert (many[reachable] / truth[:60][reachable]).mean() > 0.9


def test_noise_that_is_wrong_by_a_tenth_is_caught(monkeypatch):
    votes, rows = module._Run.votes, 100
    options = Smoothing(sigma=0.5, votes=10_000, choosing=10, error=0.05)
    z = np.abs(latents_of(Half(), rows=rows)[:, 0])

    def exceeding():
        return int((radii_of(Half(), options, rows=rows)[0] > z).sum())

    def narrower(self, streams, places, number):
        self.sigma /= 1.1
        try:
            return votes(self, streams, places, number)
        finally:
            self.sigma *= 1.1

    # At most 5 of 100 are expected; 13 or more have probability 2e-3.
    assert exceeding() < 13
    monkeypatch.setattr(module._Run, "votes", narrower)
    assert exceeding() > 30


def trials(masses, votes=40, size=4000):
    return np.random.default_rng(0).multinomial(votes, masses, size)


# What the tests must not claim oftener than at their level: two classes that are equally probable,
# alone, among others, or many.
EQUAL = [[0.5, 0.5, 0], [0.4, 0.4, 0.2], [0.2] * 5]


@pytest.mark.parametrize("masses", EQUAL)
def test_a_class_that_is_not_the_most_probable_is_seldom_certified(masses):
    found, level = trials(masses), 0.05
    own = np.zeros(len(found), dtype=np.int64)
    run = module._Run(Half(), Smoothing(votes=40, error=level), 0)
    # 4,000 trials at 5 % have a standard deviation of 0.35 %.
    assert module._most_probable(found, own, level).mean() < level + 0.014
    assert (run.gaps(found, own, level) > 0).mean() < level + 0.014
    assert module._most_probable(found, own, 10 * level).mean() > level


# Of the two points' masses, both largest for one class; the first two are chosen.
SAME = [
    ([0.5, 0.5, 0], [0.5, 0.5, 0]),
    ([0.5, 0.5, 0], [0.9, 0.1, 0]),
    ([0.35, 0.3, 0.35], [0.3, 0.35, 0.35]),
    ([0.5, 0, 0.5], [0, 0.2, 0.8]),
]


@pytest.mark.parametrize("masses", SAME)
def test_points_of_one_smoothed_class_are_seldom_told_apart(masses):
    first, second = (trials(one) for one in masses)
    second = second[::-1]
    classes = np.tile([0, 1], (len(first), 1))
    assert module._different(first, second, classes, 0.05).mean() < 0.05 + 0.014
    assert not module._different(first, second, classes * 0, 0.5).any()


def test_points_of_two_smoothed_classes_are_told_apart_by_few_votes():
    first, second = trials([0.6, 0.2, 0.2]), trials([0.2, 0.5, 0.3])
    classes = np.tile([0, 1], (len(first), 1))
    assert module._different(first, second, classes, 0.05).mean() > 0.6
    # A claim that forgets the class which the first point may share would be at fault.
    wins, losses = module._contests(first, second, classes)
    assert (wins[:, 1] == first[:, 0]).all()
    assert (losses[:, 1] == first[:, 1]).all()
    assert (wins[:, 2] == first[:, 0] + second[:, 1]).all()


def test_the_upper_limit_is_near_in_many_dimensions():
    # By symmetry the smoothed classes of the argmax of coordinates are those of the argmax.
    found = smoothed_radius(argmax_of(64), Smoothing(samples=100, votes=200)).expected_radius
    truth = float(CoordinateArgmax(64).expected_radius())
    assert found.low < truth < found.high < 3.5 * truth


@pytest.mark.parametrize("law", [Uniform(), Normal(2.0)])
def test_latents_of_another_law_are_limited_in_its_own_units(law):
    truth = 0.5 if law == Uniform() else 2 * math.sqrt(2 / math.pi)
    scale = law.scale(2)
    found = smoothed_radius(Half(), Smoothing(samples=600), law=law)
    radius = found.expected_radius
    assert found.sigma == pytest.approx(scale * math.sqrt(2 / math.pi) / 2)
    assert 0.6 * truth < radius.low < truth < radius.high < 1.8 * truth
    assert found.entropy_bound == pytest.approx(bounds.entropy_bound(radius.low / scale).sharp)
    assert math.log(2) < found.entropy_bound
    assert found.bounds["sharp"].low < scale * bounds.halfspace_radius(0.5)
    assert found.bounds["sharp"].high > scale * bounds.halfspace_radius(0.5)


def test_certificates_of_voronoi_cells_by_smoothing_on_a_grid():
    voronoi, sigma, step = Voronoi.random(2, 5, seed=4), 0.35, 0.02
    line = np.arange(-6, 6 + step / 2, step)
    grid = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1)
    labels = voronoi.classify(grid.reshape(-1, 2)).reshape(grid.shape[:2])
    blurred = [gaussian_filter((labels == k).astype(float), sigma / step) for k in range(5)]
    smoothed = np.argmax(blurred, axis=0)
    assert (smoothed != labels).mean() > 0.001
    reach = sum(distance_transform_edt(smoothed == k) for k in range(5)) * step

    def witnesses(z):
        others = voronoi.classify(z)[:, None] != labels.ravel()[None, ::37]
        away = np.linalg.norm(z[:, None] - grid.reshape(-1, 2)[None, ::37], axis=2)
        return grid.reshape(-1, 2)[::37][np.where(others, away, np.inf).argmin(axis=1)]

    options = Smoothing(sigma=sigma, samples=200, votes=1000, error=0.05)
    partition = Searched(voronoi, witnesses)
    radii, classes, distances, _ = radii_of(partition, options, rows=200)
    place = np.round((latents_of(partition, rows=200) + 6) / step).astype(int)
    truth, own = reach[place[:, 0], place[:, 1]], smoothed[place[:, 0], place[:, 1]]
    # At alpha = 0.05 at most 10 of 200 are expected; 23 or more have probability 2e-4.
    assert (radii > truth + 2 * step).sum() < 23
    assert (distances < truth - 2 * step).sum() < 23
    assert ((classes > -2) & (classes != own)).sum() < 23
    assert radii.mean() > 0.5 * truth.mean()
    assert np.median(distances / truth) < 3


def test_the_collision_probability_is_tight_where_all_classes_are_certified():
    found = smoothed_radius(argmax_of(8), Smoothing(sigma=0.1, samples=2000, votes=500))
    collision = found.collision_probability
    assert collision.low < 1 / 8 < collision.high < 1 / 8 + 0.08
    assert collision.low > 1 / 8 - 0.04


def test_a_certificate_that_believes_the_frequencies_is_caught(monkeypatch):
    monkeypatch.setattr(module, "binomial_low", lambda k, n, delta: np.asarray(k) / n)
    monkeypatch.setattr(module, "binomial_high", lambda k, n, delta: np.asarray(k) / n)
    radii, _, _, _ = radii_of(Half(), OPTIONS)
    assert (radii > np.abs(latents_of(Half())[:, 0])).sum() > 100


@pytest.mark.parametrize("cut", [0.0, 1.0])
def test_the_limits_of_halfspaces_enclose_the_mean_radius_and_masses(cut):
    found = smoothed_radius(Half(cut), Smoothing(sigma=0.5, samples=600, votes=1000))
    truth = mean_radius(cut)
    masses = np.array([ndtr(cut), ndtr(-cut)])
    radius, collision = found.expected_radius, found.collision_probability
    assert radius.low < truth < radius.high
    assert radius.low > 0.55 * truth
    assert radius.high < 1.8 * truth
    assert collision.low < masses @ masses < collision.high
    assert collision.high - collision.low < 0.4
    assert -math.log(masses @ masses) < found.entropy_bound < 3
    assert found.entropy_bound < found.entropy_bounds["talk"].high
    assert found.bounds["sharp"].verdict != "violated"
    assert found.as_claimed
    assert found.coverage.high == 1
    json.dumps(found.to_json(), allow_nan=False)


def test_the_limits_of_the_argmax_enclose_its_mean_radius():
    # By symmetry the smoothed classes of the argmax of coordinates are those of the argmax.
    found = smoothed_radius(argmax_of(10), Smoothing(samples=400, votes=1000))
    truth = CoordinateArgmax(10).expected_radius()
    assert 0.5 * truth < found.expected_radius.low < truth
    assert truth < found.expected_radius.high < 4 * truth
    assert math.log(10) < found.entropy_bound < math.inf


def test_the_smoothed_radii_of_cells_by_exact_smoothing_on_a_line():
    # Cells of the line: pi_k is a difference of two Phi, and the smoothed boundaries are found
    # where two of them cross.
    edges = np.array([-0.8, -0.2, 0.9])

    class Cells:
        dim, classes = 1, 4

        def classify(self, z):
            return np.searchsorted(edges, z[:, 0])

        def witnesses(self, z):
            nearest = edges[np.abs(z - edges).argmin(axis=1)][:, None]
            return z + (nearest - z) * (1 + 1e-9) + 1e-12 * np.sign(nearest - z)

    sigma = 0.3
    line = np.linspace(-6, 6, 60_001)
    upper = ndtr((np.append(edges, np.inf) - line[:, None]) / sigma)
    lower = ndtr((np.insert(edges, 0, -np.inf) - line[:, None]) / sigma)
    smoothed = (upper - lower).argmax(axis=1)
    crossings = line[1:][np.diff(smoothed) != 0]
    weights = np.exp(-(line**2) / 2)
    truth = np.average(np.abs(line[:, None] - crossings).min(axis=1), weights=weights)
    found = smoothed_radius(Cells(), Smoothing(sigma=sigma, samples=600, votes=1000))
    assert 0.5 * truth < found.expected_radius.low < truth < found.expected_radius.high < 3 * truth


def test_holes_are_a_class_of_their_own_and_count_for_the_coverage():
    class Hole(Half):
        def classify(self, z):
            labels = super().classify(z)
            labels[np.abs(z[:, 0]) < 1] = -1
            return labels

        def witnesses(self, z):
            edge = np.where(np.abs(z[:, 0]) < 1, 1 + 1e-9, 1 - 1e-9)
            return np.stack([np.where(z[:, 0] < 0, -edge, edge), z[:, 1]], axis=1)

    # The smoothed edges at sigma = 0.2 are 1 to within 1e-9.
    found = smoothed_radius(Hole(), Smoothing(sigma=0.2, samples=400, votes=500))
    assert found.coverage.low < 2 * ndtr(-1) < found.coverage.high
    assert found.coverage.high - found.coverage.low < 0.35


def test_two_generators_are_ranked_with_an_error_probability():
    class Stripes:
        dim, classes = 1, 12

        def classify(self, z):
            return np.clip(np.floor(z[:, 0] / 0.6) + 6, 0, 11).astype(np.int64)

        def witnesses(self, z):
            edge = np.round(z / 0.6) * 0.6
            return edge + 1e-9 * np.sign(edge - z)

    options = Smoothing(sigma=0.3, samples=1000, votes=1000)
    small, large = smoothed_radius(Stripes(), options), smoothed_radius(Half(2), options)
    assert small.expected_radius.low < 0.15 < small.expected_radius.high
    found = compare_radii(large, small)
    # A quarter of delta for each of the four limits.
    assert (found.verdict, round(found.confidence, 9)) == ("first larger", 0.99)
    truth = mean_radius(2) - 0.15
    assert 0 < found.difference.low < truth < found.difference.high
    assert compare_radii(small, large).verdict == "second larger"
    assert compare_radii(small, small).verdict == "undecided"
    same = compare_radii(small, small).difference
    assert same.low == -same.high < 0
    other = smoothed_radius(Half(), Smoothing(sigma=0.2, samples=10, votes=50))
    with pytest.raises(ValueError, match="sigma"):
        compare_radii(small, other)


def test_the_smoothed_coverage_encloses_that_of_a_ring():
    class Ring:
        dim, classes = 2, 1
        witnesses = staticmethod(lambda z: z)
        classify = staticmethod(lambda z: np.where(np.linalg.norm(z, axis=1) < 1, -1, 0))

    found = smoothed_coverage(Ring(), Smoothing(sigma=0.05, samples=600, votes=300))
    # The smoothed circle's radius is within sigma^2 of 1.
    truth = math.exp(-0.5)
    assert found.low < truth - 0.01
    assert truth + 0.01 < found.high
    assert found.high - found.low < 0.3


def test_what_was_printed_of_another_generator_is_read_or_refused(tmp_path):
    report = smoothed_radius(Half(), Smoothing(sigma=0.5, samples=50))
    path = tmp_path / "other.json"
    printed = json.dumps({"smoothed": report.to_json()})
    path.write_text(printed)
    read = read_radius(path, "against")
    assert read.expected_radius.low == report.expected_radius.low
    assert compare_radii(report, read).verdict == "undecided"
    whole = report.to_json()
    without_digest = {name: value for name, value in whole.items() if name != "digest"}

    def resealed(**changed):
        return json.dumps({"smoothed": sealed({**without_digest, **changed})})

    for text, reason in (
        ("{", "Expecting"),
        ("[]", "no smoothed classes"),
        ('{"smoothed": null}', "no smoothed classes"),
        (json.dumps({"smoothed": {**whole, "confidence": 0.98}}), "not what was written"),
        (json.dumps({"smoothed": {**whole, "sigma": math.nan}}), "not what was written"),
        (json.dumps({"smoothed": without_digest}), "another version"),
        (resealed(sigma=None), "lack numbers"),
        (resealed(expected_radius=None), "lack numbers"),
        (resealed(confidence=2), "contradict themselves"),
        *((printed[: len(printed) * cut // 9], "read|Expecting|Unterminated") for cut in range(9)),
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match=f"against=.*{reason}"):
            read_radius(path, "against")
    with pytest.raises(ValueError, match="No such file"):
        read_radius(tmp_path / "absent.json", "against")


def test_a_check_reports_the_smoothed_classes():
    voronoi = Voronoi.random(3, 5, seed=1)
    report = check_generator(
        lambda z: z,
        lambda z: np.eye(5)[voronoi.classify(z)],
        3,
        threshold=0,
        samples=100,
        mass_samples=4000,
        smoothing=Smoothing(samples=100, votes=300),
    )
    assert report.smoothed is not None
    assert 0 < report.smoothed.expected_radius.low < report.smoothed.expected_radius.high < 10
    entropy = class_diversity(
        voronoi.classify(np.random.default_rng(0).standard_normal((20_000, 3))), 5
    )
    assert entropy.collision.low < report.smoothed.entropy_bound
    assert json.loads(json.dumps(report.to_json(), allow_nan=False))["smoothed"]["samples"] == 100


@pytest.mark.parametrize(
    ("name", "value"),
    [("sigma", 0.0), ("sigma", math.inf), ("samples", 2), ("votes", 0), ("error", 0.6)],
)
def test_options_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        Smoothing(**{name: value})


def test_ctrl_c_in_the_smoothing_keeps_what_was_finished():
    def advance(done, total):
        if done > 50:
            raise KeyboardInterrupt

    def checked(partial):
        return check_generator(
            lambda z: z,
            lambda x: np.eye(3)[x.argmax(axis=1)],
            3,
            threshold=0,
            samples=50,
            mass_samples=400,
            smoothing=Smoothing(samples=200, votes=300),
            progress=advance,
            partial=partial,
        )

    report = checked(True)
    assert report.interrupted
    assert report.smoothed is None
    assert report.argmax.samples == 50
    with pytest.raises(KeyboardInterrupt):
        checked(False)
