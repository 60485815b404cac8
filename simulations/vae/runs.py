"""The runs of the experiment: each is trained, measured and kept, so that a stopped one goes on."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from bounds.support.records import code_digests
from bounds.support.sealed import digest, read_sealed, sealed
from bounds.support.validation import callback, count, items, kind, real
from bounds.support.validation import path as valid_path
from bounds.support.validation import seed as valid_seed
from bounds.support.validation import workers as valid_workers
from simulations.checking.estimation import available_cores
from simulations.generators.generator import GeneratorPartition
from simulations.threads import one_thread_each
from simulations.vae import experiment
from simulations.vae.classifier import Classifier, load_classifier
from simulations.vae.data import load
from simulations.vae.latent_map import label_map, sample_grid
from simulations.vae.objective import TALK, VANILLA
from simulations.vae.training import TrainedModel, TrainingOptions, load_trained, train


@dataclass(frozen=True, slots=True)
class Settings:
    """How the runs are measured; see `simulations.vae.experiment.measure`.

    Attributes
    ----------
    threshold : float
    samples : int
        Latents at which the radius is searched.
    mass_samples : int
        Latents classified for masses and entropies.
    confidence : float
    seed : int
        Of the samples.
    """

    threshold: float = 0.9
    samples: int = 2_500
    mass_samples: int = 20_000
    confidence: float = 0.99
    seed: int = 0

    def __post_init__(self) -> None:
        real(self.threshold, "threshold", 0, 1, closed=True)
        count(self.samples, "samples", experiment.LEAST_SAMPLES)
        count(self.mass_samples, "mass_samples")
        real(self.confidence, "confidence", 0, 1)
        valid_seed(self.seed)


def planned(
    latent_dimensions: Sequence[int], seeds: int, epochs: int, channels: int = 16
) -> list[TrainingOptions]:
    """Both objectives at each latent dimension and each of the seeds 0, ..., seeds - 1."""
    items(latent_dimensions, "latent_dimensions", int)
    count(seeds, "seeds", 1, 2**20)
    return [
        TrainingOptions(objective, dim, channels, epochs=epochs, seed=seed)
        for dim in latent_dimensions
        for seed in range(seeds)
        for objective in (VANILLA, TALK)
    ]


def run_name(options: TrainingOptions) -> str:
    """Name of a run's files.

    Examples
    --------
    >>> run_name(TrainingOptions(TALK, latent_dimension=2, seed=3))
    'talk-d2-seed3'
    """
    kind(options, "options", TrainingOptions)
    objective = experiment.objective_name(options.objective.regularisation)
    return f"{objective}-d{options.latent_dimension}-seed{options.seed}"


def file_sha256(path: Path) -> str:
    """Digest of a file."""
    path = valid_path(path, "path")
    if not path.is_file():
        raise InvalidValueError(f"path={str(path)!r}: no such file")
    return digest(path.read_bytes())


def perform(
    runs: Sequence[Callable[[], dict[str, Any]]], workers: int | None = None
) -> Generator[tuple[int, dict[str, Any]], None, None]:
    """Yield (place, record) of every run, as they finish.

    Every worker is a process of one thread, so that a run's result does not depend on how many
    there are; one worker is this process, which needs no second start.

    Parameters
    ----------
    runs : sequence of callables
        Each can be pickled, keeps what it has finished in files, and returns its record.
    workers : int or None
        Processes; None: all cores.
    """
    kind(runs, "runs", list, tuple)
    for place, run in enumerate(runs):
        callback(run, f"runs[{place}]", optional=False)
    workers = min(valid_workers(workers) or available_cores(), len(runs))
    if workers == 1:
        for place, run in enumerate(runs):
            yield place, _on_one_thread(run)
        return
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _leave_interrupts)
    try:
        futures = {pool.submit(_on_one_thread, run): place for place, run in enumerate(runs)}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:
        # What a run has finished is in its files; there is nothing to wait for.
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def first_maps(plan: Sequence[TrainingOptions], runs: Path, judge: Classifier) -> bytes | None:
    """Label maps, their confidence and sample grids; the first run of each objective at d = 2."""
    items(plan, "plan", TrainingOptions)
    runs = valid_path(runs, "runs")
    kind(judge, "judge", Classifier)
    arrays: dict[str, np.ndarray[Any, np.dtype[np.uint8]]] = {}
    for options in plan:
        name = experiment.objective_name(options.objective.regularisation)
        if options.latent_dimension != 2 or f"{name}_labels" in arrays:
            continue
        trained = load_trained(runs / f"{run_name(options)}.pt")
        partition = GeneratorPartition(trained.model, judge, 2)
        arrays[f"{name}_labels"], arrays[f"{name}_confidence"] = label_map(partition)
        arrays[f"{name}_samples"] = sample_grid(partition)
    if not arrays:
        return None
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides


def _on_one_thread(run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    with one_thread_each():
        return run()


def run(
    folder: Path,
    options: TrainingOptions,
    data: str,
    data_sha256: str,
    classifier: Path,
    settings: Settings,
) -> dict[str, Any]:
    """Train, measure and keep one run.

    Returns
    -------
    dict
        ``identity`` (all that the result depends on), ``seconds`` and ``result``, which is that
        of `measure`. The folder holds the checkpoint of the run, and this record.
    """
    folder = valid_path(folder, "folder")
    kind(options, "options", TrainingOptions)
    kind(data_sha256, "data_sha256", str)
    classifier = valid_path(classifier, "classifier")
    kind(settings, "settings", Settings)
    name = run_name(options)
    checkpoint = folder / f"{name}.pt"
    digits = load(data)
    trained = train(
        digits.train_images,
        digits.test_images,
        options,
        train_labels=digits.train_labels,
        data=digits.name,
        checkpoint=checkpoint,
    )
    require_epochs(trained, checkpoint)
    identity = {
        "run": name,
        "settings": asdict(settings),
        "data": data_sha256,
        "classifier": file_sha256(classifier),
        "checkpoint": file_sha256(checkpoint),
        "code": code_digests(experiment.__name__),
    }

    def measured() -> dict[str, Any]:
        judge = load_classifier(classifier)
        return experiment.measure(trained, judge, digits, **asdict(settings), workers=1)

    return kept(folder / f"{name}.json", identity, measured)


def require_epochs(trained: TrainedModel, checkpoint: Path) -> None:
    """Raise a ValueError if the checkpoint was trained for longer than its options say."""
    kind(trained, "trained", TrainedModel)
    checkpoint = valid_path(checkpoint, "checkpoint")
    if len(trained.history) != trained.options.epochs:
        raise InvalidValueError(
            f"{os.fspath(checkpoint)}: trained for {len(trained.history)} epochs, "
            f"expected at most {trained.options.epochs}"
        )


def kept(
    path: Path, identity: dict[str, Any], measured: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Return the record of that identity from a file, or measure and keep it there.

    A record that is cut or was edited is measured anew; a whole one is left as it is.
    """
    try:
        record = read_sealed(path, "identity", "seconds", "result")
    except InvalidValueError:
        record = {}
    if record.get("identity") == identity:
        return record
    began = time.perf_counter()
    result = measured()
    seconds = round(time.perf_counter() - began, 1)
    written = sealed({"identity": identity, "seconds": seconds, "result": result})
    write_atomically(path, json.dumps(written))
    return read_sealed(path)
