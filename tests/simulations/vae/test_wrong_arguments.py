# ruff: noqa: E402 - what is imported below needs torch
"""Each argument of what trains and measures autoencoders is refused by name where it is wrong."""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

import simulations.vae
from simulations.cells.distance_grid import grid_radius
from simulations.generators.generator import GeneratorPartition
from simulations.vae import (
    adversary,
    classifier,
    data,
    experiment,
    experiment_page,
    judges,
    latent_map,
    lipschitz,
    model,
    objective,
    objective_page,
    quality,
    radii,
    runs,
    study,
    study_record,
    terms,
    training,
)
from tests.wrong import WRONG, Entry, cases, faults, public, refusal

_TENSORS: list[Any] = [
    *(None, 3, "x", True, [[0.5, 0.5]], np.zeros((3, 2)), torch.zeros(2, 2, 2, 2)),
    *(torch.zeros(3, 2, dtype=torch.int64), torch.zeros(3, 2, dtype=torch.complex64)),
    *(torch.zeros(()), torch.zeros(0, 2)),
]
WRONG["tensor"] = [*_TENSORS, torch.zeros(3)]
WRONG["image tensor"] = [*_TENSORS, torch.zeros(3)]

IMAGES = np.linspace(0, 1, 24 * 64, dtype=np.float32).reshape(24, 8, 8)
LABELS = np.arange(24) % 3
DIGITS = data.Digits("tiny", IMAGES, LABELS, IMAGES, LABELS)
MODEL = model.VariationalAutoencoder(8, 2, 4).eval()
JUDGE = classifier.Classifier(8, 3).eval()
OPTIONS = training.TrainingOptions(channels=4, batch=8, epochs=1)
TRAINED = training.TrainedModel(MODEL, OPTIONS, "tiny", (training.Evaluation(-1.0, 1.0, 0.0),))
PARTITION = GeneratorPartition(MODEL, JUDGE, 2, pool=2048)
ROWS = np.random.default_rng(0).standard_normal((12, 2))
TENSOR = torch.from_numpy(ROWS).float()
PICTURES = torch.from_numpy(IMAGES[:12])
GENERATOR = torch.Generator()
GRID = grid_radius(np.arange(9).reshape(3, 3) % 2, 3.0, 2)
PLAN = study.Plan(("vanilla",), (2,), seeds=1, samples=20, radii=5, grid_points=5)
ABSENT = Path("absent") / "folder"

ENTRIES: dict[str, Entry] = {
    "adversary.Critic": Entry(
        adversary.Critic,
        {"size": 8, "classes": 3, "channels": 4},
        {"size": "count", "classes": "count", "channels": "count"},
    ),
    "adversary.Adversaries": Entry(
        adversary.Adversaries,
        {
            "objective": objective.VANILLA,
            "size": 8,
            "classes": 3,
            "latent_dimension": 2,
            "channels": 4,
            "learning_rate": 1e-3,
            "device": torch.device("cpu"),
        },
        {
            "objective": "object",
            "size": "count",
            "classes": "count",
            "latent_dimension": "count",
            "channels": "count",
            "learning_rate": "positive",
            "device": "object",
        },
    ),
    "classifier.Classifier": Entry(
        classifier.Classifier,
        {"size": 8},
        {"size": "count", "classes": "count", "architecture": "word"},
    ),
    "classifier.train_classifier": Entry(
        classifier.train_classifier,
        {"digits": DIGITS, "epochs": 1},
        {
            "digits": "object",
            "epochs": "count",
            "seed": "seed",
            "architecture": "word",
            "device": "word",
            "on_step": "callback",
        },
    ),
    "classifier.assess": Entry(
        classifier.assess,
        {"classifier": JUDGE, "images": IMAGES, "labels": LABELS},
        {"classifier": "object", "images": "images", "labels": "labels"},
    ),
    "classifier.expected_calibration_error": Entry(
        classifier.expected_calibration_error,
        {"probabilities": np.full((24, 3), 1 / 3), "labels": LABELS},
        {"probabilities": "probabilities", "labels": "labels", "bins": "count"},
    ),
    "classifier.classify_images": Entry(
        classifier.classify_images,
        {"classifier": JUDGE, "images": IMAGES},
        {"classifier": "object", "images": "images"},
    ),
    "classifier.image_features": Entry(
        classifier.image_features,
        {"classifier": JUDGE, "images": IMAGES},
        {"classifier": "object", "images": "images"},
    ),
    "classifier.save_classifier": Entry(
        classifier.save_classifier,
        {"classifier": JUDGE, "path": ABSENT},
        {"classifier": "object", "path": "path", "origin": "text"},
    ),
    "classifier.load_classifier": Entry(
        classifier.load_classifier,
        {"path": ABSENT},
        {"path": "path", "device": "word", "origin": "text"},
    ),
    "classifier.shifted": Entry(
        classifier.shifted,
        {"images": PICTURES, "shift": 1, "generator": GENERATOR},
        {"images": "image tensor", "shift": "count", "generator": "object"},
    ),
    "data.valid_images": Entry(partial(data.valid_images, name="images"), {}, {"images": "images"}),
    "data.valid_labels": Entry(
        partial(data.valid_labels, name="labels", rows=2), {}, {"labels": "labels"}
    ),
    "data.Digits": Entry(
        data.Digits,
        {
            "name": "tiny",
            "train_images": IMAGES,
            "train_labels": LABELS,
            "test_images": IMAGES,
            "test_labels": LABELS,
        },
        {
            "name": "text",
            "train_images": "images",
            "train_labels": "labels",
            "test_images": "images",
            "test_labels": "labels",
        },
    ),
    "data.load": Entry(data.load, {}, {"data": "word"}),
    "data.read_idx": Entry(data.read_idx, {}, {"path": "path"}),
    "experiment.measure": Entry(
        experiment.measure,
        {"trained": TRAINED, "classifier": JUDGE, "digits": DIGITS},
        {
            "trained": "object",
            "classifier": "object",
            "digits": "object",
            "threshold": "share",
            "samples": "count",
            "mass_samples": "count",
            "grid_points": "count",
            "confidence": "probability",
            "seed": "seed",
            "workers": "count or None",
        },
    ),
    "experiment.bounds_of_grid": Entry(
        experiment.bounds_of_grid, {"grid": GRID}, {"grid": "object"}
    ),
    "experiment.mean_interval": Entry(
        experiment.mean_interval,
        {"values": [1.0, 2.0]},
        {"values": "vector", "confidence": "probability"},
    ),
    "experiment.objective_name": Entry(experiment.objective_name, {}, {"regularisation": "weight"}),
    "experiment.scalars": Entry(experiment.scalars, {}, {"result": "object"}),
    "experiment.summarise": Entry(
        experiment.summarise, {"results": []}, {"results": "sequence", "threshold": "share"}
    ),
    "judges.split": Entry(judges.split, {"digits": DIGITS}, {"digits": "object", "seed": "seed"}),
    "judges.train_judge": Entry(
        judges.train_judge,
        {"unseen": DIGITS, "epochs": 1},
        {
            "unseen": "object",
            "architecture": "word",
            "epochs": "count or None",
            "on_step": "callback",
        },
    ),
    "judges.judges": Entry(
        judges.judges,
        {"unseen": DIGITS, "folder": ABSENT},
        {"unseen": "object", "folder": "path", "on_step": "callback"},
    ),
    "latent_map.label_map": Entry(
        latent_map.label_map, {"partition": PARTITION}, {"partition": "object", "points": "count"}
    ),
    "latent_map.sample_grid": Entry(
        latent_map.sample_grid, {"partition": PARTITION}, {"partition": "object", "side": "count"}
    ),
    "lipschitz.lipschitz_report": Entry(
        lipschitz.lipschitz_report,
        {"model": MODEL, "partition": PARTITION, "samples": 5},
        {"model": "object", "partition": "object", "samples": "count", "seed": "seed"},
    ),
    "lipschitz.upper_bound": Entry(lipschitz.upper_bound, {}, {"model": "object"}),
    "lipschitz.spectral_norm_bound": Entry(
        lipschitz.spectral_norm_bound,
        {"matrix": np.eye(2)},
        {"matrix": "points", "entry_error": "share"},
    ),
    "lipschitz.lower_bound": Entry(
        lipschitz.lower_bound,
        {"model": MODEL, "latents": ROWS},
        {"model": "object", "latents": "points"},
    ),
    "model.VariationalAutoencoder": Entry(
        model.VariationalAutoencoder,
        {"size": 8, "latent_dimension": 2},
        {"size": "count", "latent_dimension": "count", "channels": "count"},
    ),
    "objective.Objective": Entry(
        objective.Objective,
        {},
        {**dict.fromkeys(objective.WEIGHTS, "weight"), "clip": "number or None"},
    ),
    "objective.parse_objective": Entry(objective.parse_objective, {}, {"objective": "word"}),
    "objective.reparameterise": Entry(
        objective.reparameterise,
        {"mean": TENSOR, "log_variance": TENSOR, "generator": GENERATOR},
        {"mean": "tensor", "log_variance": "tensor", "generator": "object"},
    ),
    "objective.reconstruction_loss": Entry(
        objective.reconstruction_loss,
        {"logits": PICTURES, "images": PICTURES},
        {"logits": "image tensor", "images": "image tensor"},
    ),
    "objective.divergence": Entry(
        objective.divergence,
        {"mean": TENSOR, "log_variance": TENSOR},
        {"mean": "tensor", "log_variance": "tensor"},
    ),
    "objective.encoding_ratios": Entry(
        objective.encoding_ratios,
        {"codes": TENSOR, "images": PICTURES},
        {"codes": "tensor", "images": "image tensor"},
    ),
    "objective.batch_loss": Entry(
        objective.batch_loss,
        {
            "objective": objective.TALK,
            "mean": TENSOR,
            "log_variance": TENSOR,
            "logits": PICTURES,
            "images": PICTURES,
        },
        {
            "objective": "object",
            "mean": "tensor",
            "log_variance": "tensor",
            "logits": "image tensor",
            "images": "image tensor",
        },
    ),
    "objective.clip_parameters": Entry(
        objective.clip_parameters,
        {"parameters": [torch.ones(2)], "bound": 1.0},
        {"parameters": "sequence", "bound": "positive"},
    ),
    "experiment_page.recorded": Entry(experiment_page.recorded, {}, {"folder": "path"}),
    "experiment_page.section": Entry(experiment_page.section, {}, {"folder": "path"}),
    "objective_page.section": Entry(objective_page.section, {}, {"folder": "path"}),
    "objective_page.recorded": Entry(objective_page.recorded, {}, {"folder": "path"}),
    "objective_page.verdict_lines": Entry(objective_page.verdict_lines, {}, {"record": "object"}),
    "objective_page.winners": Entry(objective_page.winners, {}, {"record": "object"}),
    "quality.frechet_distance": Entry(
        quality.frechet_distance,
        {"real": ROWS, "generated": ROWS},
        {"real": "points", "generated": "points"},
    ),
    "quality.quality": Entry(
        quality.quality,
        {"real": ROWS, "generated": ROWS},
        {"real": "points", "generated": "points", "neighbours": "count"},
    ),
    "radii.found_radii": Entry(
        radii.found_radii,
        {"partition": PARTITION, "z": ROWS, "advance": print},
        {"partition": "object", "z": "points", "advance": "callable"},
    ),
    "radii.search_interval": Entry(
        radii.search_interval,
        {"radii": np.ones(3), "confidence": 0.99},
        {"radii": "vector", "confidence": "probability"},
    ),
    "runs.Settings": Entry(
        runs.Settings,
        {},
        {
            "threshold": "share",
            "samples": "count",
            "mass_samples": "count",
            "confidence": "probability",
            "seed": "seed",
        },
    ),
    "runs.planned": Entry(
        runs.planned,
        {"latent_dimensions": [2], "seeds": 1, "epochs": 1},
        {
            "latent_dimensions": "sequence",
            "seeds": "count",
            "epochs": "count",
            "channels": "count",
        },
    ),
    "runs.run_name": Entry(runs.run_name, {}, {"options": "object"}),
    "runs.file_sha256": Entry(runs.file_sha256, {}, {"path": "path"}),
    "runs.perform": Entry(
        lambda **options: list(runs.perform(**options)),
        {"runs": []},
        {"runs": "sequence", "workers": "count or None"},
    ),
    "runs.first_maps": Entry(
        runs.first_maps,
        {"plan": [], "runs": ABSENT, "judge": JUDGE},
        {"plan": "sequence", "runs": "path", "judge": "object"},
    ),
    "runs.run": Entry(
        runs.run,
        {
            "folder": ABSENT,
            "options": OPTIONS,
            "data": "digits",
            "data_sha256": "",
            "classifier": ABSENT,
            "settings": runs.Settings(),
        },
        {
            "folder": "path",
            "options": "object",
            "data": "word",
            "data_sha256": "text",
            "classifier": "path",
            "settings": "object",
        },
    ),
    "runs.require_epochs": Entry(
        runs.require_epochs,
        {"trained": TRAINED, "checkpoint": ABSENT},
        {"trained": "object", "checkpoint": "path"},
    ),
    "study.Plan": Entry(
        study.Plan,
        {"objectives": ("vanilla",)},
        {
            "objectives": "sequence",
            "latent_dimensions": "sequence",
            "seeds": "count",
            "epochs": "count",
            "batch": "count",
            "channels": "count",
            "images": "count or None",
            "threshold": "share",
            "samples": "count",
            "radii": "count",
            "grid_points": "count",
        },
    ),
    "study.name_of": Entry(
        study.name_of,
        {"dim": 2, "objective": "vanilla", "seed": 0},
        {"dim": "count", "objective": "word", "seed": "seed"},
    ),
    "study.run": Entry(
        study.run,
        {
            "folder": ABSENT,
            "plan": PLAN,
            "data": "digits",
            "dim": 2,
            "objective": "vanilla",
            "seed": 0,
        },
        {
            "folder": "path",
            "plan": "object",
            "data": "word",
            "dim": "count",
            "objective": "word",
            "seed": "seed",
        },
    ),
    "study.measure": Entry(
        study.measure,
        {
            "trained": TRAINED,
            "found": {"one": judges.Judge(JUDGE, {})},
            "real": IMAGES,
            "plan": PLAN,
        },
        {"trained": "object", "found": "object", "real": "images", "plan": "object"},
    ),
    "study.collision_entropy": Entry(study.collision_entropy, {}, {"labels": "labels, if any"}),
    "study.summarise": Entry(
        study.summarise,
        {"values": np.zeros((1, 2, 1)), "objectives": ["vanilla"], "quantities": ["a"]},
        {"values": "points", "objectives": "sequence", "quantities": "sequence"},
    ),
    "study.verdict": Entry(
        study.verdict,
        {
            "summary": {f"dense: {one}": {} for one in study.CRITERIA},
            "judge": "dense",
        },
        {"summary": "object", "judge": "text"},
    ),
    "study_record.perform_plan": Entry(
        study_record.perform_plan,
        {
            "folder": ABSENT,
            "plan": PLAN,
            "data": "digits",
            "digits": DIGITS,
            "workers": 1,
            "advance": print,
        },
        {
            "folder": "path",
            "plan": "object",
            "data": "text",
            "digits": "object",
            "workers": "count or None",
            "advance": "callable",
        },
    ),
    "study_record.write_record": Entry(
        study_record.write_record,
        {"folder": ABSENT, "output": ABSENT, "plan": PLAN, "digits": DIGITS, "records": []},
        {
            "folder": "path",
            "output": "path",
            "plan": "object",
            "digits": "object",
            "records": "sequence",
        },
    ),
    "study_record.read_record": Entry(
        study_record.read_record,
        {"name": "objectives-digits", "folder": ABSENT},
        {"name": "text", "folder": "path"},
    ),
    "terms.mutual_information": Entry(terms.mutual_information, {}, {"log_classes": "tensor"}),
    "terms.noise_stability": Entry(
        terms.noise_stability,
        {"log_classes": TENSOR, "displaced": TENSOR},
        {"log_classes": "tensor", "displaced": "tensor"},
    ),
    "terms.unrealism": Entry(terms.unrealism, {}, {"logits": "tensor"}),
    "terms.inconsistency": Entry(
        terms.inconsistency,
        {"latents": TENSOR, "mean": TENSOR, "log_variance": TENSOR},
        {"latents": "tensor", "mean": "tensor", "log_variance": "tensor"},
    ),
    "terms.discrepancy": Entry(
        terms.discrepancy,
        {"codes": TENSOR, "latents": TENSOR},
        {"codes": "tensor", "latents": "tensor"},
    ),
    "terms.unlikeness": Entry(terms.unlikeness, {}, {"logits": "tensor"}),
    "training.TrainingOptions": Entry(
        training.TrainingOptions,
        {},
        {
            "objective": "object",
            "latent_dimension": "count",
            "channels": "count",
            "batch": "count",
            "epochs": "count",
            "learning_rate": "positive",
            "seed": "seed",
            "device": "text",
        },
    ),
    "training.train": Entry(
        training.train,
        {"train_images": IMAGES, "test_images": IMAGES, "options": OPTIONS},
        {
            "train_images": "images",
            "test_images": "images",
            "options": "object",
            "train_labels": "labels or None",
            "data": "text",
            "checkpoint": "path",
            "on_step": "callback",
            "on_epoch": "callback",
        },
    ),
    "training.load_trained": Entry(
        training.load_trained, {"checkpoint": ABSENT}, {"checkpoint": "path", "device": "word"}
    ),
    "training.evaluate": Entry(
        training.evaluate,
        {"model": MODEL, "images": IMAGES},
        {"model": "object", "images": "images", "seed": "seed"},
    ),
}

INNER = {
    "runs.kept",  # of what a run has found, by runs alone
    *("classifier.ClassifierReport", "judges.Judge", "lipschitz.LipschitzReport"),
    *("quality.Quality", "study_record.Record", "training.Evaluation", "training.TrainedModel"),
}
"""What is made of things that were checked, and takes none from a user."""


TOOLS = {"__main__", "states", "tensors"}
"""What only the modules here call."""


@pytest.mark.parametrize("case", cases(ENTRIES))
def test_what_is_of_the_wrong_kind_is_refused_by_name(case: str) -> None:
    name, _, argument = case.rpartition(".")
    assert faults(ENTRIES[name], argument) == []


def test_every_public_callable_has_a_row() -> None:
    modules = {name.partition(".")[0] for name in ENTRIES}
    found = {
        f"{module.name}.{name}"
        for module in pkgutil.iter_modules(simulations.vae.__path__)
        if not module.ispkg and module.name not in TOOLS
        for name in public(importlib.import_module(f"simulations.vae.{module.name}"))
    }
    assert found - set(ENTRIES) == INNER
    assert set(ENTRIES) <= found
    assert len(modules) > 15


def test_a_callable_without_a_row_and_a_value_that_is_taken_are_seen() -> None:
    assert "mutual_information" in public(terms)
    taken = Entry(lambda dim: dim, {}, {"dim": "count"})
    assert len(faults(taken, "dim")) == len(WRONG["count"])


def test_what_fits_no_other_argument_is_refused_by_name() -> None:
    """Of the right kind alone, and of another number, side or dimension than its company."""
    for call, name in (
        (lambda: classifier.assess(JUDGE, IMAGES[:, :5, :5], LABELS), "images"),
        (lambda: classifier.assess(JUDGE, IMAGES, LABELS[1:]), "labels"),
        (lambda: objective.divergence(TENSOR, TENSOR[:, :1]), "log_variance"),
        (lambda: objective.encoding_ratios(TENSOR[1:], PICTURES), "images"),
        (
            lambda: objective.batch_loss(
                objective.TALK, TENSOR, TENSOR, PICTURES[1:], PICTURES[1:]
            ),
            "logits",
        ),
        (lambda: classifier.shifted(PICTURES[:, 1:], 1, GENERATOR), "images"),
        (lambda: terms.inconsistency(TENSOR, TENSOR[:, :1], TENSOR[:, :1]), "mean"),
        (lambda: terms.noise_stability(TENSOR, TENSOR[:1]), "displaced"),
        (lambda: terms.discrepancy(TENSOR[:1], TENSOR[:1]), "codes"),
        (lambda: lipschitz.lower_bound(MODEL, ROWS[:, :1]), "latents"),
        (lambda: quality.quality(ROWS, ROWS[:, :1]), "generated"),
        (lambda: study.summarise(np.zeros((1, 2, 1)), ["talk"], ["a"]), "objectives"),
        (lambda: study.summarise(np.zeros((1, 2, 2)), ["vanilla"], ["a"]), "values"),
        (lambda: study.Plan(("vanilla", "nonsense")), "objective='nonsense'"),
        (lambda: runs.Settings(samples=2**60), "samples"),
    ):
        assert refusal(call, {}).startswith(name), name
