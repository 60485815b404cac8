"""Argmax partitions with prescribed masses: the masses, E r, and an independent sample."""

from __future__ import annotations

import numpy as np
import pytest

import simulations
from simulations.partitions.argmax import LinearArgmax, argmax_expected_radius
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.prescribed_masses import argmax_with_masses, biased_argmax


@pytest.mark.parametrize("classes", [2, 3, 10, 300])
def test_equal_biases_give_the_closed_form(classes):
    found = biased_argmax(np.full(classes, 7.0))
    assert found.expected_radius == pytest.approx(argmax_expected_radius(classes), rel=1e-12)
    np.testing.assert_allclose(found.masses, 1 / classes, rtol=1e-11)


@pytest.mark.parametrize("p", [0.5, 0.1, 1e-3, 1e-6])
def test_two_classes_are_two_halfspaces(p):
    found = argmax_with_masses(np.array([p, 1 - p]))
    assert found.expected_radius == pytest.approx(Halfspace(p).expected_radius(), rel=1e-9)
    assert found.masses[0] == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_random_masses_are_met(seed):
    p = np.random.default_rng(seed).dirichlet(np.ones(20 * (seed + 1)))
    found = argmax_with_masses(p)
    np.testing.assert_allclose(found.masses, p, rtol=0, atol=1e-12)
    assert abs(found.bias.mean()) < 1e-12


def test_a_sample_agrees_and_a_wrong_value_is_refused():
    p = np.array([0.4, 0.3, 0.2, 0.1])
    found = argmax_with_masses(p)
    report = simulations.check(LinearArgmax(np.eye(4), found.bias), samples=200_000)
    radius = report.expected_radius
    assert radius.low <= found.expected_radius <= radius.high
    assert not radius.low <= 1.05 * found.expected_radius <= radius.high
    assert report.largest_mass.low <= 0.4 <= report.largest_mass.high


@pytest.mark.parametrize("p", [[1.0], [0.5, 0.6], [0.0, 1.0], [np.nan, 1.0]])
def test_what_are_no_masses_is_refused(p):
    with pytest.raises(ValueError, match="p"):
        argmax_with_masses(np.array(p))


@pytest.mark.parametrize("bias", [[0.0], [np.inf, 0.0], [[0.0, 1.0]]])
def test_what_are_no_biases_is_refused(bias):
    with pytest.raises(ValueError, match="bias"):
        biased_argmax(np.array(bias))
