"""The record of a study of objectives: all its runs' quantities in one array, and the manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bounds.support.errors import InvalidValueError
from bounds.support.records import Identity, read, write
from bounds.support.validation import callback, items, kind
from bounds.support.validation import path as valid_path
from bounds.support.validation import workers as valid_workers
from simulations.arrays import FloatArray
from simulations.generators.generator import GeneratorPartition
from simulations.vae.classifier import Classifier
from simulations.vae.data import Digits
from simulations.vae.judges import judges, split
from simulations.vae.latent_map import label_map, sample_grid
from simulations.vae.runs import perform
from simulations.vae.study import JUDGED, OWN, Plan, name_of, run, summarise
from simulations.vae.training import load_trained

_MAP_POINTS = 100


@dataclass(frozen=True, slots=True)
class Record:
    """A stored study: its values and what they are the result of.

    Attributes
    ----------
    values : float64 array of shape (dimensions, objectives, seeds, quantities)
        NaN where a quantity does not exist.
    manifest : dict
        ``parameters`` holds the plan, the data, and the names of the quantities.
    """

    values: FloatArray
    manifest: dict[str, Any]

    @property
    def plan(self) -> Plan:
        """What was planned."""
        written: dict[str, Any] = dict(self.manifest["parameters"]["plan"])
        for name in ("objectives", "latent_dimensions"):
            written[name] = tuple(written[name])
        return Plan(**written)

    def summary(self) -> dict[str, dict[str, dict[str, dict[str, dict[str, float]]]]]:
        """By latent dimension, what `summarise` finds."""
        plan, quantities = self.plan, self.manifest["parameters"]["quantities"]
        return {
            str(dim): summarise(values, plan.objectives, quantities)
            for dim, values in zip(plan.latent_dimensions, self.values, strict=True)
        }


def perform_plan(
    folder: Path,
    plan: Plan,
    data: str,
    digits: Digits,
    workers: int | None,
    advance: Callable[[int, int], None],
) -> list[dict[str, Any]]:
    """Perform every run of the plan and return their records in its order."""
    folder = valid_path(folder, "folder")
    kind(plan, "plan", Plan)
    kind(data, "data", str)
    valid_workers(workers)
    callback(advance, "advance", optional=False)
    judges(split(digits)[1], folder)  # once, before the runs share them
    calls = [
        partial(run, folder, plan, data, dim, objective, seed)
        for dim, objective, seed in plan.runs()
    ]
    records: dict[int, dict[str, Any]] = {}
    advance(0, len(calls))
    for place, record in perform(calls, workers):
        records[place] = record
        advance(len(records), len(calls))
    return [records[place] for place in range(len(calls))]


def write_record(
    folder: Path, output: Path, plan: Plan, digits: Digits, records: Sequence[dict[str, Any]]
) -> Record:
    """Write the record of performed runs, with the maps of the first seed at d = 2."""
    folder, output = valid_path(folder, "folder"), valid_path(output, "output")
    kind(plan, "plan", Plan)
    kind(digits, "digits", Digits)
    items(records, "records", dict)
    if len(records) != len(plan.runs()):
        raise InvalidValueError(
            f"records holds {len(records)} runs: expected the {len(plan.runs())} of the plan"
        )
    found = judges(split(digits)[1], folder)
    quantities = [*OWN, *(f"{judge}: {name}" for judge in found for name in JUDGED)]
    shape = (len(plan.latent_dimensions), len(plan.objectives), plan.seeds, len(quantities))
    rows = [[record["result"][name] for name in quantities] for record in records]
    values = np.array(rows, dtype=np.float64).reshape(shape)  # None becomes NaN
    arrays: dict[str, NDArray[Any]] = {"values": values}
    if 2 in plan.latent_dimensions:
        arrays |= _maps(folder, plan, found["convolutional"].classifier)
    name = f"objectives-{digits.name}"
    parameters = {
        "plan": asdict(plan),
        "quantities": quantities,
        "data": {
            "name": digits.name,
            "train_images": len(digits.train_images),
            "test_images": len(digits.test_images),
            "sha256": digits.sha256(),
        },
    }
    identity = Identity.of(name, __name__, parameters)
    write(
        identity,
        arrays,
        output,
        judges={judge: one.report for judge, one in found.items()},
        torch=version("torch"),
    )
    return read_record(name, output)


def read_record(name: str, folder: Path) -> Record:
    """Read a record that `write_record` wrote.

    Raises
    ------
    ValueError
        There is none, it is damaged or was edited, or is one of another version.
    """
    kind(name, "name", str)
    folder = valid_path(folder, "folder")
    arrays, manifest = read(name, folder, "values")
    found = Record(arrays["values"], manifest)
    try:
        plan, quantities = found.plan, manifest["parameters"]["quantities"]
    except (KeyError, TypeError) as error:
        raise InvalidValueError(
            f"{folder / name}.json: not of such a study ({error}): it was made with another version"
        ) from error
    shape = (len(plan.latent_dimensions), len(plan.objectives), plan.seeds, len(quantities))
    if found.values.shape != shape:
        raise InvalidValueError(
            f"{folder / name}.npz: values of shape {found.values.shape}: expected {shape}"
        )
    return found


def _maps(folder: Path, plan: Plan, classifier: Classifier) -> dict[str, NDArray[np.uint8]]:
    """Classes, confidence and images of every objective, of seed 0, at the same latents."""
    drawn: list[tuple[NDArray[np.uint8], ...]] = []
    for objective in plan.objectives:
        trained = load_trained(folder / f"{name_of(2, objective, 0)}.pt")
        partition = GeneratorPartition(trained.model, classifier, 2)
        drawn.append((*label_map(partition, _MAP_POINTS), sample_grid(partition)))
    labels, confidence, samples = zip(*drawn, strict=True)
    return {
        "labels": np.stack(labels),
        "confidence": np.stack(confidence),
        "samples": np.stack(samples),
    }
