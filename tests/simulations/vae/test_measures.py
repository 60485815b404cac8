# ruff: noqa: E402 - what is imported below needs torch
"""Sample quality, Lipschitz constants, maps, and the summary of the experiment."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from simulations.generators.generator import GeneratorPartition
from simulations.vae import experiment
from simulations.vae.classifier import train_classifier
from simulations.vae.data import load
from simulations.vae.experiment import measure, scalars, summarise
from simulations.vae.latent_map import label_map, sample_grid
from simulations.vae.lipschitz import lower_bound, spectral_norm_bound, upper_bound
from simulations.vae.model import VariationalAutoencoder
from simulations.vae.objective import TALK, VANILLA
from simulations.vae.quality import frechet_distance, quality
from simulations.vae.training import TrainingOptions, train

LIMITS = {
    "E r, argmax, at least (verified)",
    "E r, smoothed classes, at least",
    "E r, smoothed classes, at most",
}


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def classifier(digits):
    return train_classifier(digits, epochs=5)


@pytest.fixture(scope="module")
def runs(digits):
    return [
        train(
            digits.train_images,
            digits.test_images,
            TrainingOptions(objective=objective, channels=8, batch=32, epochs=8, seed=seed),
            data="digits",
        )
        for seed in (0, 1)
        for objective in (VANILLA, TALK)
    ]


def test_frechet_distance_against_the_matrix_square_root():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((300, 4)) @ rng.standard_normal((4, 4))
    y = rng.standard_normal((300, 4)) @ rng.standard_normal((4, 4)) + 1
    first, second = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(first @ second).real
    shift = x.mean(axis=0) - y.mean(axis=0)
    expected = shift @ shift + np.trace(first + second - 2 * root)
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-9)


def test_quality_of_a_collapsed_generator():
    real = np.random.default_rng(1).standard_normal((400, 3))
    one_mode = np.repeat(real[:1], 400, axis=0)
    found = quality(real, one_mode)
    assert found.precision == 1
    assert found.recall < 0.05
    assert found.coverage < 0.1


def test_quality_of_identical_constant_sets_is_full():
    same = np.ones((20, 3))
    found = quality(same, same)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    assert found.frechet_distance == 0


def test_density_can_exceed_one_and_two_equal_laws_score_near_one():
    rng = np.random.default_rng(2)
    found = quality(rng.standard_normal((800, 2)), rng.standard_normal((800, 2)))
    assert found.density == pytest.approx(1, abs=0.15)
    dense = quality(rng.standard_normal((800, 2)), 0.1 * rng.standard_normal((800, 2)))
    assert dense.density > 1


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="generated"):
        quality(np.zeros((9, 2)), np.zeros((5, 2)))


def test_lipschitz_bounds_enclose_every_difference_quotient(runs):
    for trained in runs[:2]:
        model = trained.model
        rng = np.random.default_rng(0)
        z = rng.standard_normal((200, 2))
        w = z + 1e-2 * rng.standard_normal((200, 2))
        with torch.no_grad():
            change = (model(torch.tensor(z).float()) - model(torch.tensor(w).float())).flatten(1)
        quotients = change.norm(dim=1).numpy() / np.linalg.norm(z - w, axis=1)
        upper, lower = upper_bound(model), lower_bound(model, np.concatenate([z, w]))
        assert quotients.max() <= upper
        assert lower <= upper
        assert lower == pytest.approx(quotients.max(), rel=0.3)


def test_spectral_norm_bound_is_above_the_norm_and_tight():
    rng = np.random.default_rng(3)
    graded = rng.standard_normal((40, 90)) * 10.0 ** -np.linspace(0, 12, 90)
    for matrix in (
        rng.standard_normal((300, 120)),
        graded,
        np.ones((64, 64)),
        np.outer(np.arange(50.0), np.arange(1, 8.0)),
        np.eye(30),
        np.array([[-2.5]]),
    ):
        norm = np.linalg.norm(matrix, 2)
        assert norm * (1 - 1e-13) <= spectral_norm_bound(matrix) <= norm * (1 + 1e-8)
    assert spectral_norm_bound(np.zeros((3, 2))) == 0
    # Of A = diag(3, 1) the norm is 3 exactly.
    assert spectral_norm_bound(np.diag([3.0, 1.0])) >= 3
    assert spectral_norm_bound(np.diag([3.0, 1.0]), entry_error=0.1) >= 3.3


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999, 1 - 1e-6])
def test_a_wrong_eigenvalue_does_not_deceive_the_bound(monkeypatch, share):
    matrix = np.random.default_rng(4).standard_normal((10, 20))
    norm = np.linalg.norm(matrix, 2)
    right = scipy.linalg.eigvalsh
    monkeypatch.setattr(scipy.linalg, "eigvalsh", lambda *a, **k: share * right(*a, **k))
    assert norm <= spectral_norm_bound(matrix) <= norm * (1 + 1e-5)


def test_lipschitz_bound_of_merged_layers_against_their_matrices():
    model = VariationalAutoencoder(8, 3, channels=2)
    model.decoder[1].running_var.uniform_(0.1, 2.0)
    model.decoder[1].weight.data.uniform_(-1.0, 1.0)
    model.eval()
    first, norm, _, last = model.decoder

    def matrix(function, inputs, shape):
        zero = function(torch.zeros(1, *shape))
        columns = function(torch.eye(inputs).reshape(-1, *shape)) - zero
        return columns.detach().flatten(1).double().numpy()

    expected = 0.25
    expected *= np.linalg.norm(matrix(lambda z: norm(first(z)), 3, (3, 1, 1)), 2)
    hidden = first(torch.zeros(1, 3, 1, 1)).shape[1:]
    expected *= np.linalg.norm(matrix(last, hidden.numel(), hidden), 2)
    assert upper_bound(model) == pytest.approx(expected, rel=1e-5)


def test_maps_have_the_shape_that_figures_expect(runs, classifier):
    partition = GeneratorPartition(runs[0].model, classifier, 2, pool=256)
    labels, confidence = label_map(partition, 20)
    images = sample_grid(partition, 3)
    assert labels.shape == confidence.shape == (20, 20)
    assert labels.max() < 10
    assert images.shape == (3, 3, 8, 8)
    assert images.dtype == confidence.dtype == np.uint8


@pytest.fixture(scope="module")
def results(runs, classifier, digits):
    return [
        measure(one, classifier, digits, samples=60, mass_samples=1000, grid_points=61)
        for one in runs
    ]


def test_experiment_measures_and_summarises(results):
    json.dumps(results, allow_nan=False)
    for result in results:
        coverages = [row["coverage"] for row in result["curve"]]
        assert coverages == sorted(coverages, reverse=True)
        assert coverages[0] == pytest.approx(1)
        assert result["lipschitz"]["lower"] <= result["lipschitz"]["upper"]
        assert math.isclose(result["elbo"]["elbo"], result["elbo_history"][-1], rel_tol=1e-6)
    # On such small images the talk's objective may leave one class, and so no radius.
    first = results[0]["curve"][0]
    assert 0 < first["expected_radius"] <= first["isoperimetric"] + first["radius_error"]
    assert first["isoperimetric"] <= first["sharp"] * (1 + 1e-9)
    rows = {row["quantity"]: row for row in summarise(results)}
    scale = rows["posterior: scale"]
    difference = scale["talk"]["mean"] - scale["vanilla"]["mean"]
    assert scale["difference"]["mean"] == pytest.approx(difference)
    assert scale["talk"]["low"] < scale["talk"]["mean"] < scale["talk"]["high"]


def test_limits_of_the_radius_are_ordered_and_summarised(results):
    # Vanilla's, which has classes on both sides of a boundary.
    for result in results[::2]:
        found = scalars(result)
        low, verified = found["E r, argmax, at least (verified)"], result["verified"]
        assert 0 < low < verified["mean"] < result["check"]["argmax"]["expected_radius"]["high"]
        assert low < found["curve at 0: expected_radius"]
        smoothed = result["check"]["smoothed"]
        estimate = smoothed["expected_radius"]["estimate"]
        assert 0 < found["E r, smoothed classes, at least"] <= estimate
        assert estimate <= found["E r, smoothed classes, at most"]
        assert verified["samples"] == smoothed["samples"] == 60
    rows = {row["quantity"]: row for row in summarise(results)}
    assert rows.keys() >= LIMITS
    assert all("mean" in rows[name]["vanilla"] for name in LIMITS)


def test_results_without_limits_are_summarised_as_they_are():
    record = Path(experiment.__file__).with_name("results") / "experiment.json"
    stored = json.loads(record.read_text())
    assert summarise(stored["runs"]) == stored["summary"]
    for run in stored["runs"]:
        del run["verified"], run["check"]["smoothed"]
    assert summarise(stored["runs"]) == [
        row for row in stored["summary"] if row["quantity"] not in LIMITS
    ]
