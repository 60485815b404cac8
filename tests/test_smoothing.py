"""Smoothed classes: limits that hold at their level and are not vacuous."""

import json
import math

import numpy as np
import pytest
from scipy.special import ndtr

from simulations import Voronoi
from simulations.generators import smoothing as module
from simulations.generators.diversity import class_diversity
from simulations.generators.generator import check_generator
from simulations.generators.smoothing import (
    Smoothing,
    compare_radii,
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
    return run.measured(np.arange(rows), options.error)


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
    assert found.entropy_bound < found.talk_entropy_bound
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
    verdict = compare_radii(large, small)
    assert (verdict.verdict, round(verdict.confidence, 9)) == ("A larger", 0.98)
    assert compare_radii(small, large).verdict == "B larger"
    assert compare_radii(small, small).verdict == "undecided"
    other = smoothed_radius(Half(), Smoothing(sigma=0.2, samples=10, votes=50))
    with pytest.raises(ValueError, match="sigma"):
        compare_radii(small, other)


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
