# ruff: noqa: E402 - what is imported below needs torch
"""The kernel for torch's devices, run on its CPU: equal to the other kernels but for rounding."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import simulations
from bounds.support.errors import InvalidValueError, MissingError
from simulations.cells import torch_bisectors as _torch_bisectors
from simulations.cells.bisectors import Bisectors
from simulations.cells.torch_bisectors import TorchBisectors
from simulations.partitions.voronoi import Voronoi
from simulations.voronoi import app


def assert_equal_but_for_rounding(centres, z):
    labels, radii = TorchBisectors(centres, "cpu").kernel(z)
    expected_labels, expected_radii = Bisectors(centres).kernel(z)
    np.testing.assert_array_equal(labels, expected_labels)
    size = max(1.0, float(np.abs(centres).max()))
    np.testing.assert_allclose(radii, expected_radii, rtol=0, atol=1e-12 * size)


@pytest.mark.parametrize(
    ("dim", "classes"),
    [(1, 1), (1, 2), (2, 3), (2, 10), (2, 17), (3, 1000), (10, 100), (64, 500), (1000, 30)],
)
def test_it_agrees_with_the_cpu(dim, classes):
    rng = np.random.default_rng(dim)
    z = np.concatenate([rng.standard_normal((500, dim)), 30 * rng.standard_normal((50, dim))])
    assert_equal_but_for_rounding(rng.standard_normal((classes, dim)), z)


def test_it_agrees_among_near_duplicates_and_with_a_far_centre():
    rng = np.random.default_rng(1)
    half = rng.standard_normal((40, 5))
    twins = np.concatenate([half, half + 1e-9 * rng.standard_normal(half.shape)])
    z = rng.standard_normal((500, 5))
    assert_equal_but_for_rounding(twins, z)
    assert_equal_but_for_rounding(np.concatenate([half, [[1e6] * 5]]), z)


def test_points_that_are_not_decided_are_left_to_the_cpu(monkeypatch):
    """With three centres compared exactly many points are not; without the test some are wrong."""
    monkeypatch.setattr(_torch_bisectors, "HIGHEST", 3)
    rng = np.random.default_rng(2)
    centres, z = rng.standard_normal((200, 10)), rng.standard_normal((500, 10))
    assert_equal_but_for_rounding(centres, z)
    kernel = TorchBisectors(centres, "cpu")
    _, radii, sure = kernel._piece(torch.tensor(z))
    expected = Bisectors(centres).kernel(z)[1]
    wrong = np.abs(radii.numpy() - expected) > 1e-9
    assert wrong.any()
    assert not (wrong & sure.numpy()).any()
    assert sure.any()


def test_the_check_and_its_pickle(capsys):
    on_device = Voronoi.random(10, 50, device="cpu")
    copy = pickle.loads(pickle.dumps(on_device))
    assert copy.parameters() == on_device.parameters()
    found = simulations.check(copy, samples=20_000)
    expected = simulations.check(Voronoi.random(10, 50), samples=20_000)
    estimates = (found.expected_radius.estimate, expected.expected_radius.estimate)
    assert estimates[0] == pytest.approx(estimates[1], abs=1e-12)
    words = ["--device", "cpu", "--dim", "3", "--samples", "5000", "--json"]
    status = app(words, exit_on_error=False, result_action="return_value")
    assert status == 0
    assert json.loads(capsys.readouterr().out)["parameters"]["device"] == "cpu"


@pytest.mark.parametrize(
    ("device", "kind"),
    [("gpu", InvalidValueError), ("cuda:99", MissingError), ("meta:x", InvalidValueError)],
)
def test_an_absent_device_is_named(device, kind):
    with pytest.raises(kind, match=f"device='{device}'"):
        Voronoi(np.eye(3), device=device)
