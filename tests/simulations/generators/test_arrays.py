"""Labelled latents from another program: upper bounds of exact radii, limits, refusals."""

import json

import numpy as np
import pytest

from simulations import Voronoi
from simulations.generators.arrays import read_labels, sample_report, sampled_radii
from simulations.generators.latents import Sphere, Uniform
from tests.commands import here


def normal(size, dim, seed=0):
    return np.random.default_rng(seed).standard_normal((size, dim))


def test_distances_to_sampled_latents_are_upper_bounds_and_near_in_the_plane():
    voronoi = Voronoi.random(2, 6, seed=1)
    x = normal(4000, 2)
    labels, exact = voronoi.classify_and_radius(x)
    found = sampled_radii(x, labels)
    assert (found >= exact).all()
    assert found.mean() < 1.15 * exact.mean()
    assert np.array_equal(
        found,
        [np.linalg.norm(x[labels != k] - z, axis=1).min() for z, k in zip(x, labels, strict=True)],
    )


def test_limits_hold_the_truth_as_often_as_they_say_and_are_not_vacuous():
    voronoi = Voronoi.random(2, 6, seed=1)
    truth = voronoi.radius(normal(200_000, 2, 99)).mean()
    for seed in range(20):
        x = normal(1500, 2, seed)
        radius = sample_report(x, voronoi.classify(x), confidence=0.9).expected_radius
        assert truth <= radius.high < truth + 0.15
        assert radius.low == 0


def test_holes_are_not_counted_and_an_unseen_hole_is_allowed_for():
    x = normal(3000, 1)
    labels = np.where(np.abs(x[:, 0]) < 0.5, -1, (x[:, 0] > 0).astype(int))
    report = sample_report(x, labels)
    covered = np.abs(x[:, 0]) >= 0.5
    # r = |x| + 1/2 beyond the hole.
    assert report.expected_radius.estimate == pytest.approx(
        (np.abs(x[covered, 0]) + 0.5).mean(), rel=0.02
    )
    assert report.expected_radius.high > 1.64
    assert not report.bounds["sharp"].applies
    assert report.bounds["holes"].applies
    unseen = sample_report(x, (x[:, 0] > 0).astype(int), holes=True)
    assert 0.99 < unseen.coverage.low < 1


def test_one_class_is_no_evidence():
    report = sample_report(normal(100, 2), np.zeros(100, int))
    assert np.isnan(report.expected_radius.estimate)
    assert report.as_claimed


def test_units_are_those_of_the_law():
    x = Sphere(2.0).from_normal(normal(4000, 3))
    report = sample_report(x, (x[:, 0] > 0).astype(int), law=Sphere(2.0))
    assert report.bounds["isoperimetric"].value == pytest.approx(2 * np.sqrt(2 / np.pi), rel=1e-2)
    assert report.parameters["scale"] == 2


@pytest.mark.parametrize(
    ("x", "law", "message"),
    [
        (Uniform().from_normal(normal(2000, 3)), None, "--latent uniform"),
        (normal(2000, 3), Uniform(), "outside its support.*--latent normal"),
        (2 * normal(2000, 3), None, r"standard deviation (2|1\.9)"),
    ],
)
def test_latents_of_another_law_are_refused(x, law, message):
    options = {} if law is None else {"law": law}
    with pytest.raises(ValueError, match=message):
        sample_report(x, np.arange(2000) % 2, **options)


def saved(folder, name, array):
    path = folder / name
    if path.suffix == ".npy":
        np.save(path, array)
    else:
        np.savetxt(path, array, fmt="%.17g", delimiter=",")
    return path


@pytest.mark.parametrize("ending", ["npy", "csv", "txt"])
def test_labels_are_read_from_arrays_and_text(ending, tmp_path):
    read = read_labels(saved(tmp_path, f"y.{ending}", np.array([0, 2, -1, 1])), "labels", 0.9)
    assert read.labels.tolist() == [0, 2, -1, 1]
    assert (read.columns, read.holes) == (None, True)
    table = np.array([[0.95, 0.05], [0.4, 0.6], [0.05, 0.95]])
    read = read_labels(saved(tmp_path, f"p.{ending}", table), "labels", 0.9)
    assert read.labels.tolist() == [0, -1, 1]
    assert (read.columns, read.holes) == (2, True)
    assert not read_labels(tmp_path / f"p.{ending}", "labels", 0.5).holes


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([0.5, 1.0]), "whole numbers"),
        (np.array([-2, 1]), "whole numbers"),
        (np.ones((4, 3)), "sum to 1"),
        (np.zeros((2, 2, 2)), "shape"),
    ],
)
def test_what_is_no_label_is_refused(array, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        read_labels(saved(tmp_path, "y.npy", array), "labels", 0.9)


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = normal(2000, 2)
    saved(tmp_path, "z.csv", x)
    saved(tmp_path, "y.npy", Voronoi.random(2, 6, seed=1).classify(x))
    saved(tmp_path, "one.txt", np.zeros(2000, int))
    words = ["--latents", "z.csv", "--labels", "y.npy", "--against", "one.txt"]
    ended = here("simulations.generator", [*words, "--json"])
    assert ended.faults() == []
    found = json.loads(ended.out)
    assert found["comparison"]["verdict"] == "A more diverse"
    assert found["report"]["parameters"]["latents"] == "N(0, I) in R^2"
    shown = here("simulations.generator", words)
    assert shown.faults() == []
    assert "Latents assumed: N(0, I) in R^2" in shown.out
    # Negative control: a sample is not more diverse than itself.
    same = here("simulations.generator", ["--labels", "y.npy", "--against", "y.npy", "--json"])
    assert json.loads(same.out)["comparison"]["verdict"] == "undecided"
    for wrong in (
        ["--latents", "z.csv"],
        ["--latents", "z.csv", "--labels", "y.npy", "--logits"],
        ["--latents", "z.csv", "--labels", "y.npy", "--dim", "2"],
        ["--latents", "z.csv", "--labels", "y.npy", "--cells", "3"],
        ["--labels", "y.npy", "--latent", "uniform"],
        ["--labels", "y.npy", "--decoder", "g.onnx"],
        ["--latents", "z.csv", "--labels", "y.npy", "--latent", "uniform"],
        ["--labels", "y.npy", "--latents", "y.npy"],
    ):
        assert here("simulations.generator", wrong).faults(2) == []
