"""The commands of ``python -m simulations.vae``; it is loaded only where torch is installed."""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from scipy.special import ndtri

from bounds.support.console import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    application,
    print_json,
    progress,
    stderr,
    stdout,
)
from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from bounds.support.validation import count, real
from simulations.arrays import FloatArray
from simulations.checking.intervals import Interval
from simulations.checking.knowledge import Knowledge
from simulations.checking.report import interval_to_json, print_report
from simulations.generators.diversity import birthday_samples
from simulations.generators.diversity import compare as compare_diversity
from simulations.generators.generator import (
    GeneratorPartition,
    GeneratorReport,
    check_generator,
)
from simulations.vae.classifier import (
    Classifier,
    ClassifierReport,
    assess,
    load_classifier,
    save_classifier,
    train_classifier,
)
from simulations.vae.data import Digits, load
from simulations.vae.experiment import objective_name, summarise
from simulations.vae.latent_map import label_map, sample_grid
from simulations.vae.objective import TALK, VANILLA, Objective
from simulations.vae.runs import Settings, file_sha256, perform, planned, run_name
from simulations.vae.training import TrainedModel, TrainingOptions, load_trained, train

ObjectiveName: TypeAlias = Literal["vanilla", "talk"]
Flag: TypeAlias = Annotated[bool, Parameter(negative="")]

_CLASSIFIER_EPOCHS = {"digits": 30, "mnist": 4}
_LATENTS = 128
_ACCURACY = {"digits": 0.97, "mnist": 0.99}

app = application(
    "simulations.vae",
    "Train the talk's autoencoder, plain or modified, and check its latent space.",
)


@app.default
def demonstrate(*, seed: int = 0, json: Flag = False) -> int:
    """Train on scikit-learn's digits in dimension 2 and check the latent space.

    Parameters
    ----------
    seed
        Of training and sampling.
    json
        Print one JSON object on stdout instead of tables.
    """
    digits = load("digits")
    classifier, accuracy = _trained_classifier(digits, None)
    options = TrainingOptions(epochs=80, batch=64, seed=seed)
    trained = _train(digits, options, None)
    with progress("check", "radii") as advance:
        report = check_generator(
            trained.model, classifier, 2, seed=seed, progress=advance, partial=True
        )
    return _print_check(trained, accuracy, report, json)


@app.command(name="train")
def train_command(
    *,
    output: Path,
    data: str = "digits",
    objective: ObjectiveName = "vanilla",
    regularisation: float | None = None,
    clip: float | None = None,
    latent_dimension: int = 2,
    channels: int = 16,
    batch: int = 128,
    epochs: int = 10,
    learning_rate: float = 1e-3,
    seed: int = 0,
    device: str = "cpu",
    json: Flag = False,
) -> int:
    """Train an autoencoder; the same command resumes an interrupted training.

    Parameters
    ----------
    output
        Checkpoint, rewritten after each epoch.
    data
        digits, mnist, or a folder of the MNIST IDX files.
    objective
        vanilla: BCE + KL. talk: also the regulariser, λ = 30, and weights clipped to ±0.3.
    regularisation
        λ, in place of the objective's.
    clip
        Bound of the weights, in place of the objective's.
    latent_dimension
        Dimension of the latent space.
    channels
        Channels after the first convolution.
    batch
        Images a step.
    epochs
        Passes over the training images.
    learning_rate
        Of Adam.
    seed
        Of initialisation, shuffling and noise.
    device
        cpu, cuda, ...; results are reproducible on cpu.
    json
        Print one JSON object on stdout.
    """
    digits = load(data)
    base = TALK if objective == "talk" else VANILLA
    chosen = Objective(
        base.regularisation if regularisation is None else regularisation,
        base.clip if clip is None else clip,
    )
    options = TrainingOptions(
        chosen, latent_dimension, channels, batch, epochs, learning_rate, seed, device
    )
    trained = _train(digits, options, output)
    result = {
        "checkpoint": str(output),
        "epochs": len(trained.history),
        "elbo": [one.elbo for one in trained.history],
        "reconstruction": [one.reconstruction for one in trained.history],
        "divergence": [one.divergence for one in trained.history],
    }
    if json:
        print_json(result)
    else:
        last = trained.history[-1]
        stdout().print(
            f"{output}: {len(trained.history)} epochs; test ELBO {last.elbo:.2f} nats an image "
            f"(reconstruction {last.reconstruction:.2f}, divergence {last.divergence:.2f})"
        )
    return EXIT_OK


@app.command(name="check")
def check_command(
    checkpoint: Path,
    *,
    data: str = "digits",
    classifier: Path | None = None,
    threshold: float = 0.9,
    samples: int = 2_000,
    mass_samples: int = 20_000,
    confidence: float = 0.99,
    seed: int = 0,
    json: Flag = False,
) -> int:
    """Check a trained autoencoder: coverage, masses, entropies, E r, and every bound.

    Parameters
    ----------
    checkpoint
        Written by train.
    data
        Images for the classifier: digits, mnist, or a folder of the MNIST IDX files.
    classifier
        File of the classifier; it is trained and written there if it does not exist.
    threshold
        A latent whose most probable class has a smaller probability is a hole.
    samples
        Latents at which the radius is searched.
    mass_samples
        Latents classified for masses and entropies.
    confidence
        Level of the intervals and verdicts.
    seed
        Of the samples.
    json
        Print one JSON object on stdout.
    """
    trained, digits = load_trained(checkpoint), load(data)
    judge, accuracy = _trained_classifier(digits, classifier)
    _same_size(trained, digits)
    with progress("check", "radii") as advance:
        report = check_generator(
            trained.model,
            judge,
            trained.options.latent_dimension,
            threshold=threshold,
            samples=samples,
            mass_samples=mass_samples,
            confidence=confidence,
            seed=seed,
            progress=advance,
            partial=True,
        )
    return _print_check(trained, accuracy, report, json)


@app.command(name="compare")
def compare_command(
    first: Path,
    second: Path,
    *,
    data: str = "digits",
    classifier: Path | None = None,
    threshold: float = 0.0,
    samples: int = 1_000,
    mass_samples: int = 20_000,
    confidence: float = 0.99,
    seed: int = 0,
    json: Flag = False,
) -> int:
    """Say which of two trained autoencoders is the more diverse, or that it is undecided.

    Parameters
    ----------
    first, second
        Checkpoints A and B.
    data
        Images for the classifier: digits, mnist, or a folder of the MNIST IDX files.
    classifier
        File of the classifier; it is trained and written there if it does not exist.
    threshold
        A latent whose most probable class has a smaller probability is a hole.
    samples
        Latents at which the radius is searched, for the talk's test.
    mass_samples
        Latents classified for the rigorous test.
    confidence
        Probability that the verdict is not wrong.
    seed
        Of the samples.
    json
        Print one JSON object on stdout.
    """
    real(confidence, "confidence", 0, 1)
    count(samples, "samples")
    count(mass_samples, "mass_samples")
    count(seed, "seed", 0)
    digits = load(data)
    judge, _ = _trained_classifier(digits, classifier)
    labels: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    radii: list[Interval] = []
    for number, path in enumerate((first, second)):
        trained = load_trained(path)
        _same_size(trained, digits)
        dim = trained.options.latent_dimension
        partition = GeneratorPartition(trained.model, judge, dim, threshold=threshold, seed=seed)
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(3, number)))
        drawn = partition.classify(rng.standard_normal((mass_samples, dim)))
        labels.append(drawn)
        z = rng.standard_normal((samples, dim))
        with progress(f"radii of {'AB'[number]}", "latents") as advance:
            # The limits of both at once hold about at the level asked for.
            radii.append(_search_interval(_radii(partition, z, advance), (1 + confidence) / 2))
    found = compare_diversity(
        labels[0],
        labels[1],
        digits.classes,
        radius_a=radii[0],
        radius_b=radii[1],
        radius_is_exact=False,
        confidence=confidence,
    )
    birthday = [birthday_samples(drawn) for drawn in labels]
    if json:
        print_json(
            {
                "verdict": found.verdict,
                "talk_verdict": found.talk_verdict,
                "confidence": confidence,
                "entropy": {
                    "a": interval_to_json(found.entropy_a),
                    "b": interval_to_json(found.entropy_b),
                },
                "expected_radius": {
                    "a": interval_to_json(radii[0]),
                    "b": interval_to_json(radii[1]),
                },
                "birthday_samples": {
                    name: draws if math.isfinite(draws) else None
                    for name, draws in zip("ab", birthday, strict=True)
                },
            }
        )
        return EXIT_OK
    table = Table(title="Diversity of classes", title_justify="left")
    for heading in (
        "",
        "H₂",
        "low",
        "high",
        "E r (found)",
        "birthday draws",
    ):
        table.add_column(heading, justify="right")
    entropies = (found.entropy_a, found.entropy_b)
    for name, entropy, radius, draws in zip("AB", entropies, radii, birthday, strict=True):
        values = (entropy.estimate, entropy.low, entropy.high, radius.estimate, draws)
        table.add_row(name, *(f"{value:.4g}" for value in values))
    console = stdout()
    console.print(table)
    console.print(f"At confidence {confidence:g}: {found.verdict}.", highlight=False)
    console.print(
        f"By E r, as the talk proposes: {found.talk_verdict}. That ranks upper bounds on the "
        "diversity, by limits that are asymptotic, and certifies nothing.",
        highlight=False,
    )
    return EXIT_OK


@app.command
def experiment(
    runs: Path,
    *,
    output: Path,
    data: str = "digits",
    classifier: Path | None = None,
    latent_dimensions: Annotated[tuple[int, ...], Parameter(consume_multiple=True)] = (2, 10),
    seeds: int = 5,
    epochs: int = 30,
    channels: int = 16,
    threshold: float = 0.9,
    samples: int = 2_500,
    mass_samples: int = 20_000,
    confidence: float = 0.99,
    seed: int = 0,
    workers: int | None = None,
    json: Flag = False,
) -> int:
    """Train and measure both objectives over seeds, compare them, and write experiment.json.

    The same command goes on from what a stopped one has finished. Of the latent plane, the first
    run of each objective is mapped in maps.npz.

    Parameters
    ----------
    runs
        Folder of the checkpoints and measurements of all runs; made if it does not exist.
    output
        Folder of experiment.json and maps.npz.
    data
        digits, mnist, or a folder of the MNIST IDX files.
    classifier
        File of the classifier, in the folder of the runs if not given; trained if it is missing.
    latent_dimensions
        Dimensions of the latent spaces.
    seeds
        Trainings of each objective at each dimension.
    epochs
        Passes over the training images.
    channels
        Channels after the first convolution.
    threshold
        A latent whose most probable class has a smaller probability is a hole.
    samples
        Latents at which the radius is searched.
    mass_samples
        Latents classified for masses and entropies.
    confidence
        Level of the intervals and verdicts of each run.
    seed
        Of the samples.
    workers
        Processes; all cores if not given.
    json
        Print the summary as one JSON object on stdout.
    """
    settings = Settings(threshold, samples, mass_samples, confidence, seed)
    plan = planned(
        [count(dim, "latent_dimensions") for dim in latent_dimensions],
        count(seeds, "seeds"),
        epochs,
        channels,
    )
    digits = load(data)
    runs.mkdir(parents=True, exist_ok=True)
    output.mkdir(parents=True, exist_ok=True)
    classifier = classifier or runs / "classifier.pt"
    judge, accuracy = _trained_classifier(digits, classifier)
    records: dict[int, dict[str, Any]] = {}
    with progress("experiment", "runs") as advance:
        advance(0, len(plan))
        for place, record in perform(runs, plan, data, classifier, settings, workers):
            records[place] = record
            advance(len(records), len(plan))
    ordered = [records[place] for place in range(len(plan))]
    maps = _maps(plan, runs, judge)
    if maps is not None:
        write_atomically(output / "maps.npz", maps)
    results = [record["result"] for record in ordered]
    summary = summarise(results, threshold)
    manifest = {
        "command": "python -m simulations.vae experiment",
        "parameters": {
            "latent_dimensions": list(latent_dimensions),
            "seeds": seeds,
            "epochs": epochs,
            "channels": channels,
            "batch": plan[0].batch,
            "learning_rate": plan[0].learning_rate,
            **asdict(settings),
        },
        "data": {
            "name": digits.name,
            "train_images": len(digits.train_images),
            "test_images": len(digits.test_images),
            "sha256": digits.sha256(),
        },
        "classifier": {**asdict(accuracy), "sha256": file_sha256(classifier)},
        "runs": {record["identity"]["run"]: record["identity"] for record in ordered},
        "maps": None if maps is None else hashlib.sha256(maps).hexdigest(),
        "seconds": round(sum(record["seconds"] for record in ordered), 1),
        "versions": {name: version(name) for name in ("torch", "numpy", "scipy", "scikit-learn")},
    }
    # Last, because it vouches for the maps.
    document = {"manifest": manifest, "summary": summary, "runs": results}
    write_atomically(output / "experiment.json", _compact(document))
    if json:
        print_json({"output": str(output), "summary": summary})
    else:
        print_summary(summary, stdout())
    return EXIT_OK


def print_summary(summary: list[dict[str, Any]], console: Console) -> None:
    """Print mean and interval over seeds of every quantity, by objective."""
    table = Table(title="Mean over seeds [95 % interval]", title_justify="left")
    for heading in ("d", "quantity", "vanilla", "talk", "difference"):
        table.add_column(heading, justify="left" if heading == "quantity" else "right")
    for row in summary:
        cells = [_mean(row.get(name)) for name in ("vanilla", "talk", "difference")]
        table.add_row(str(row["latent_dimension"]), row["quantity"], *cells)
    console.print(table)


def _maps(plan: Sequence[TrainingOptions], runs: Path, judge: Classifier) -> bytes | None:
    """Label maps, their confidence and sample grids; the first run of each objective at d = 2."""
    arrays: dict[str, np.ndarray[Any, np.dtype[np.uint8]]] = {}
    for options in plan:
        name = objective_name(options.objective.regularisation)
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


def _mean(interval: dict[str, float] | None) -> str:
    if interval is None:
        return "–"
    if "low" not in interval:
        return f"{interval['mean']:.4g}"
    return f"{interval['mean']:.4g} [{interval['low']:.4g}, {interval['high']:.4g}]"


def _compact(document: dict[str, Any]) -> str:
    return json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":")) + "\n"


def _radii(
    partition: GeneratorPartition, z: FloatArray, advance: Callable[[int, int], None]
) -> FloatArray:
    radii = np.empty(len(z))
    for start in range(0, len(z), _LATENTS):
        part = slice(start, start + _LATENTS)
        radii[part] = partition.radius(z[part])
        advance(min(part.stop, len(z)), len(z))
    return radii


def _search_interval(radii: FloatArray, confidence: float) -> Interval:
    """Mean of the distances found, with its normal interval (asymptotic)."""
    unknown = int(np.isinf(radii).sum())
    radii = radii[np.isfinite(radii)]
    if unknown or len(radii) < 2:
        method = f"unknown: no witness at {unknown:,} points" if unknown else "fewer than 2 points"
        return Interval(math.nan, 0.0, math.inf, method, known=Knowledge.UPPER_BOUND)
    deviations = float(ndtri((1 + confidence) / 2))
    half = deviations * float(radii.std(ddof=1)) / float(np.sqrt(len(radii)))
    mean = float(radii.mean())
    known = Knowledge.ASYMPTOTIC | Knowledge.UPPER_BOUND
    method = "normal (asymptotic), of distances found"
    return Interval(mean, mean - half, mean + half, method, known=known)


def _same_size(trained: TrainedModel, digits: Digits) -> None:
    if trained.model.size != digits.size:
        raise InvalidValueError(
            f"data: images of {digits.size} pixels a side, expected {trained.model.size} as in "
            f"the checkpoint's training on {trained.data!r}"
        )


def _train(digits: Digits, options: TrainingOptions, checkpoint: Path | None) -> TrainedModel:
    with progress("autoencoder", "steps") as advance:
        return train(
            digits.train_images,
            digits.test_images,
            options,
            data=digits.name,
            checkpoint=checkpoint,
            on_step=advance,
        )


def _trained_classifier(digits: Digits, path: Path | None) -> tuple[Classifier, ClassifierReport]:
    """The classifier of `path`, or a new one, kept there, and its held-out accuracy."""
    if path is not None and path.exists():
        classifier = load_classifier(path)
        if classifier.size != digits.size:
            raise InvalidValueError(
                f"{path}: for images of {classifier.size} pixels a side, expected {digits.size}"
            )
    else:
        with progress("classifier", "steps") as advance:
            classifier = train_classifier(
                digits, epochs=_CLASSIFIER_EPOCHS[digits.name], on_step=advance
            )
        if path is not None:
            save_classifier(classifier, path)
    report = assess(classifier, digits.test_images, digits.test_labels)
    if report.accuracy < _ACCURACY[digits.name]:
        stderr.print(
            f"warning: the classifier's accuracy is {report.accuracy:.2%}, below "
            f"{_ACCURACY[digits.name]:.0%}; classes of generated images mean less"
        )
    return classifier, report


def _print_check(
    trained: TrainedModel, accuracy: ClassifierReport, report: GeneratorReport, as_json: bool
) -> int:
    status = EXIT_OK if report.as_claimed else EXIT_FAILED
    if report.interrupted:
        status = EXIT_INTERRUPTED
    last = trained.history[-1]
    if as_json:
        print_json(
            {
                "data": trained.data,
                "epochs": len(trained.history),
                "elbo": last.elbo,
                "classifier": {
                    "accuracy": accuracy.accuracy,
                    "images": accuracy.images,
                    "temperature": accuracy.temperature,
                    "calibration_error": accuracy.calibration_error,
                },
                **report.to_json(),
            }
        )
        return status
    console = stdout()
    console.print(
        f"Autoencoder on {trained.data}, {len(trained.history)} epochs: test ELBO {last.elbo:.2f} "
        f"nats an image. Classifier: {accuracy.accuracy:.2%} of {accuracy.images:,} test images.",
        highlight=False,
    )
    console.print("\n[bold]Argmax classes, no holes: the theorem applies as it stands[/bold]")
    print_report(report.argmax, console)
    if report.thresholded is not None:
        threshold = report.thresholded.parameters["threshold"]
        console.print(
            f"\n[bold]Holes where no class has probability {threshold}: the bound with holes "
            "applies, the talk's does not[/bold]"
        )
        print_report(report.thresholded, console)
    table = Table(title="Classes at the threshold", title_justify="left")
    for heading in ("entropy", "estimate", "low", "high"):
        table.add_column(heading, justify="left" if heading == "entropy" else "right")
    for name, interval in (
        ("H₁", report.shannon_entropy),
        ("H₂", report.collision_entropy),
        ("H∞", report.min_entropy),
    ):
        values = (interval.estimate, interval.low, interval.high)
        table.add_row(name, *(f"{value:.4f}" for value in values))
    console.print(table)
    limits = zip(report.masses, report.masses_low, report.masses_high, strict=True)
    masses = "  ".join(
        f"{label}: {mass:.3f} [{low:.3f}, {high:.3f}]"
        for label, (mass, low, high) in enumerate(limits)
    )
    console.print(f"Raw masses  {masses}", highlight=False, markup=False)
    curve = dict(zip(report.coverage_thresholds.round(2), report.coverage, strict=True))
    shown = "  ".join(f"{tau:g}: {curve[tau]:.3f}" for tau in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99))
    console.print(
        f"Coverage over τ  {shown}  (all ± {report.coverage_half_width:.3f})", highlight=False
    )
    return status
