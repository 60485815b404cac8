"""The study of objectives: which brings classes closer and covers more, by judges' eyes.

What winning means was written down before the runs. Against vanilla of the same seed, data and
epochs, with the mean difference's 95 % interval over seeds (Student's), by the judge at hand:

* the coverage at τ is higher: the interval lies above 0;
* E r under N(0, I), classes by argmax, is lower: the interval lies below 0;
* H_2 of the classes at τ is not lower, the Fréchet distance not higher and the recall not lower:
  the interval does not lie on the wrong side of 0.

An objective wins if both judges say all five. Nothing corrects for the number of objectives.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

import bounds
from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from bounds.support.records import code_digests
from bounds.support.sealed import read_sealed, sealed
from bounds.support.validation import count, integer_array, items, kind, real_array, shown
from bounds.support.validation import path as valid_path
from bounds.support.validation import real as valid_real
from bounds.support.validation import seed as valid_seed
from simulations.arrays import FloatArray, IntArray
from simulations.cells.distance_grid import grid_nodes, grid_radius
from simulations.generators.generator import GeneratorPartition, labels_at
from simulations.partitions.protocol import HOLE
from simulations.seeds import CODE_SAMPLES, child
from simulations.vae.classifier import Classifier, classify_images, image_features
from simulations.vae.data import ImageArray, load, valid_images
from simulations.vae.experiment import GRID_HALF_WIDTH, mean_interval
from simulations.vae.judges import Judge, judges, split
from simulations.vae.objective import parse_objective
from simulations.vae.quality import quality
from simulations.vae.runs import file_sha256, kept, require_epochs
from simulations.vae.training import TrainedModel, TrainingOptions, train

BASELINE: Final = "vanilla"

OWN: Final = ("ELBO", "reconstruction", "coverage by critic", "seconds")
"""Quantities of a run that no judge enters; the seconds are the processor's, of the training."""

JUDGED: Final = (
    "coverage",
    "E r",
    "H_2",
    "H_2, argmax",
    "sharp bound",
    "Fréchet distance",
    "precision",
    "recall",
    "density",
    "coverage of real images",
)
"""Quantities of a run by a judge."""

CRITERIA: Final[dict[str, tuple[int, bool]]] = {
    "coverage": (1, True),
    "E r": (-1, True),
    "H_2": (1, False),
    "Fréchet distance": (-1, False),
    "recall": (1, False),
}
"""Which sign of the difference to vanilla is good, and whether it must be shown to be so."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides the study's result, besides the images.

    Attributes
    ----------
    objectives : tuple of str
        As for ``--objective``.
    latent_dimensions : tuple of int
    seeds : int
        Trainings of each objective at each dimension.
    epochs, batch, channels : int
    images : int or None
        Of the generators' half of the training images, only so many; None: all.
    threshold : float
    samples : int
        Latents for coverage, entropies and quality.
    radii : int
        Latents at which the radius is searched where d is not 2.
    grid_points : int
        Nodes a side of the grid for the radius where d = 2.
    """

    objectives: tuple[str, ...]
    latent_dimensions: tuple[int, ...] = (2, 10)
    seeds: int = 5
    epochs: int = 30
    batch: int = 128
    channels: int = 16
    images: int | None = None
    threshold: float = 0.9
    samples: int = 4_000
    radii: int = 300
    grid_points: int = 151

    def __post_init__(self) -> None:
        items(self.objectives, "objectives", str)
        for objective in self.objectives:
            parse_objective(objective)
        items(self.latent_dimensions, "latent_dimensions", int)
        for name in ("seeds", "epochs", "channels", "samples", "radii"):
            count(getattr(self, name), name)
        count(self.batch, "batch", 2)
        count(self.grid_points, "grid_points", 2, 2**14)
        if self.images is not None:
            count(self.images, "images")
        valid_real(self.threshold, "threshold", 0, 1, closed=True)

    def runs(self) -> list[tuple[int, str, int]]:
        """(latent dimension, objective, seed) of every run, in the order of the record."""
        return [
            (dim, objective, seed)
            for dim in self.latent_dimensions
            for objective in self.objectives
            for seed in range(self.seeds)
        ]

    def options(self, dim: int, objective: str, seed: int) -> TrainingOptions:
        """How a run is trained."""
        return TrainingOptions(
            parse_objective(objective), dim, self.channels, self.batch, self.epochs, seed=seed
        )


def name_of(dim: int, objective: str, seed: int) -> str:
    """Name of a run's files.

    Examples
    --------
    >>> name_of(2, "critic=2", 0)
    'critic=2-d2-seed0'
    """
    count(dim, "dim")
    parse_objective(objective)
    return f"{objective}-d{dim}-seed{valid_seed(seed)}"


def run(folder: Path, plan: Plan, data: str, dim: int, objective: str, seed: int) -> dict[str, Any]:
    """Train, measure and keep one run; return its record, with the quantities in ``result``."""
    folder = valid_path(folder, "folder")
    kind(plan, "plan", Plan)
    kind(data, "data", str)
    plan.options(dim, objective, seed)
    digits = load(data)
    seen, unseen = split(digits)
    name = name_of(dim, objective, seed)
    checkpoint, cost = folder / f"{name}.pt", folder / f"{name}.seconds"
    began, resumed = time.process_time(), checkpoint.exists()
    images, labels = seen.train_images[: plan.images], seen.train_labels[: plan.images]
    trained = train(
        images,
        seen.test_images,
        plan.options(dim, objective, seed),
        train_labels=labels,
        data=f"{digits.name}, {len(images)} images of the generators' half",
        checkpoint=checkpoint,
    )
    require_epochs(trained, checkpoint)
    if not resumed:
        taken = {"seconds": round(time.process_time() - began, 2)}
        write_atomically(cost, json.dumps(sealed(taken)) + "\n")
    seconds = read_sealed(cost, "seconds")["seconds"] if cost.exists() else None
    found = judges(unseen, folder)
    identity = {
        "run": name,
        "plan": {name: value for name, value in asdict(plan).items() if name in _MEASURING},
        "options": asdict(trained.options),
        "data": digits.sha256(),
        "checkpoint": file_sha256(checkpoint),
        "judges": {name: judge.report for name, judge in found.items()},
        "code": code_digests(__name__),
    }
    return kept(
        folder / f"{name}.json",
        identity,
        lambda: {**measure(trained, found, digits.test_images, plan), "seconds": seconds},
    )


_MEASURING = ("images", "threshold", "samples", "radii", "grid_points")


def measure(
    trained: TrainedModel, found: dict[str, Judge], real: ImageArray, plan: Plan
) -> dict[str, float | None]:
    """The quantities of `OWN` but the seconds, and ``judge: quantity`` of `JUDGED`.

    Every run is measured on the same latents. None where a quantity does not exist: the critic's
    coverage without a critic that knows classes, E r where a judge sees one class.
    """
    kind(trained, "trained", TrainedModel)
    kind(found, "found", dict)
    if not found:
        raise InvalidValueError("found is empty: expected a judge")
    for name, judge in found.items():
        kind(judge, f"found[{shown(name)}]", Judge)
    real = valid_images(real, "real", trained.model.size)
    kind(plan, "plan", Plan)
    dim = trained.options.latent_dimension
    rng = np.random.default_rng(child(0, CODE_SAMPLES))
    images = _decoded(trained, rng.standard_normal((plan.samples, dim)))
    last = trained.history[-1]
    values: dict[str, float] = {
        "ELBO": last.elbo,
        "reconstruction": last.reconstruction,
        "coverage by critic": _critic_coverage(trained, images, plan.threshold),
    }
    rows = min(plan.samples, len(real))
    latents = rng.standard_normal((plan.radii, dim))
    nodes = _decoded(trained, grid_nodes(GRID_HALF_WIDTH, plan.grid_points)) if dim == 2 else None
    for name, judge in found.items():
        classifier = judge.classifier
        probabilities = classify_images(classifier, images).astype(np.float64)
        covered = labels_at(probabilities, plan.threshold)
        argmax = probabilities.argmax(axis=1)
        alike = quality(
            image_features(classifier, real[:rows]), image_features(classifier, images[:rows])
        )
        expected = (
            _searched_radius(trained, classifier, latents)
            if nodes is None
            else _grid_radius(classifier, nodes)
        )
        masses = np.bincount(argmax, minlength=classifier.classes) / len(argmax)
        judged = (
            float((covered != HOLE).mean()),
            expected,
            collision_entropy(covered[covered != HOLE]),
            collision_entropy(argmax),
            bounds.sharp_bound(masses),
            alike.frechet_distance,
            alike.precision,
            alike.recall,
            alike.density,
            alike.coverage,
        )
        values |= {f"{name}: {key}": value for key, value in zip(JUDGED, judged, strict=True)}
    return {key: value if math.isfinite(value) else None for key, value in values.items()}


def collision_entropy(labels: IntArray) -> float:
    """H_2 = −log of the share of pairs of distinct draws in one class; ‖p‖² without bias.

    NaN for fewer than two labels, +inf where no two agree.

    Examples
    --------
    >>> round(collision_entropy(np.array([0, 0, 1, 1])), 6) == round(math.log(3), 6)
    True
    """
    labels = integer_array(labels, "labels").astype(np.int64)
    if labels.ndim != 1 or (labels < 0).any():
        raise InvalidValueError(f"labels={shown(labels)}: expected classes from 0 on, (n,)")
    n = len(labels)
    if n < 2:
        return math.nan
    counts = np.bincount(labels)
    share = float((counts * (counts - 1)).sum()) / (n * (n - 1))
    return -math.log(share) if share > 0 else math.inf


def summarise(
    values: FloatArray, objectives: Sequence[str], quantities: Sequence[str]
) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Means and paired differences to vanilla of values (objectives, seeds, quantities).

    Returns
    -------
    dict
        objective → quantity → ``value`` and ``difference``, each as of `mean_interval`; absent
        where a seed has no such value.
    """
    values = real_array(values, "values", "f")
    items(objectives, "objectives", str)
    items(quantities, "quantities", str)
    if values.ndim != 3 or (len(values), values.shape[2]) != (len(objectives), len(quantities)):
        raise InvalidValueError(
            f"values has shape {values.shape}: expected "
            f"({len(objectives)}, seeds, {len(quantities)})"
        )
    if BASELINE not in objectives:
        raise InvalidValueError(f"objectives={shown(objectives)}: expected {BASELINE} among them")
    base = values[list(objectives).index(BASELINE)]
    found: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for objective, own in zip(objectives, values, strict=True):
        rows: dict[str, dict[str, dict[str, float]]] = {}
        for place, quantity in enumerate(quantities):
            row: dict[str, dict[str, float]] = {}
            for name, column in (
                ("value", own[:, place]),
                ("difference", own[:, place] - base[:, place]),
            ):
                if np.isfinite(column).all():
                    row[name] = mean_interval(column.tolist())
            rows[quantity] = row
        found[objective] = rows
    return found


def verdict(summary: dict[str, dict[str, dict[str, float]]], judge: str) -> dict[str, bool]:
    """Which of `CRITERIA` an objective meets, by a judge; a missing interval meets none."""
    kind(summary, "summary", dict)
    kind(judge, "judge", str)
    lacking = [one for one in CRITERIA if f"{judge}: {one}" not in summary]
    if lacking:
        raise InvalidValueError(f"summary has no {judge}: {lacking[0]}, which the judge is to say")
    met: dict[str, bool] = {}
    for quantity, (sign, needed) in CRITERIA.items():
        difference = summary[f"{judge}: {quantity}"].get("difference")
        if difference is None or "low" not in difference:
            met[quantity] = False
            continue
        ends = sorted((sign * difference["low"], sign * difference["high"]))
        met[quantity] = ends[0] > 0 if needed else ends[1] >= 0
    return met


@torch.no_grad()
def _decoded(trained: TrainedModel, latents: FloatArray) -> ImageArray:
    parts = torch.split(torch.from_numpy(latents).to(trained.model.mean.weight), 2_000)
    return torch.cat([trained.model(part).cpu() for part in parts]).numpy()


@torch.no_grad()
def _critic_coverage(trained: TrainedModel, images: ImageArray, threshold: float) -> float:
    if trained.critic is None or not trained.options.objective.needs_classes:
        return math.nan
    logits = trained.critic(torch.from_numpy(images))[:, :-1]
    surest = torch.softmax(logits, 1).max(1).values
    return float((surest >= threshold).double().mean())


def _grid_radius(classifier: Classifier, nodes: ImageArray) -> float:
    side = math.isqrt(len(nodes))
    labels: NDArray[np.int64] = classify_images(classifier, nodes).argmax(axis=1).astype(np.int64)
    return grid_radius(
        labels.reshape(side, side), GRID_HALF_WIDTH, classifier.classes
    ).expected_radius


def _searched_radius(trained: TrainedModel, classifier: Classifier, latents: FloatArray) -> float:
    partition = GeneratorPartition(trained.model, classifier, latents.shape[1])
    return float(partition.radius(latents).mean())
