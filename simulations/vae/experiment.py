"""The talk's experiment: what changes in a latent space when training penalises distant codes."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import t as student

import bounds
from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, items, kind, real, real_array, shown
from simulations.arrays import FloatArray
from simulations.cells.distance_grid import GridRadius, grid_nodes, grid_radius
from simulations.generators.generator import GeneratorPartition, check_generator, labels_at
from simulations.generators.smoothing import Smoothing
from simulations.generators.verification import Verifier
from simulations.generators.verified import verified_radius
from simulations.seeds import CODE_SAMPLES, child
from simulations.vae.classifier import Classifier, classify_images, image_features
from simulations.vae.data import Digits, ImageArray
from simulations.vae.lipschitz import lipschitz_report
from simulations.vae.objective import encoding_ratios
from simulations.vae.quality import quality
from simulations.vae.training import TrainedModel, evaluate

# Its functions have no types.
_linalg: Any = torch.linalg

THRESHOLDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
GRID_HALF_WIDTH = 4.5
GRID_POINTS = 251
QUALITY_SAMPLES = 5_000
LIMITED_SAMPLES = 100
VOTES = 500
LEAST_SAMPLES = 4
_PARTS = ("elbo", "check", "posterior", "quality", "lipschitz")


def measure(
    trained: TrainedModel,
    classifier: Classifier,
    digits: Digits,
    *,
    threshold: float = 0.9,
    samples: int = 2_500,
    mass_samples: int = 20_000,
    grid_points: int = GRID_POINTS,
    confidence: float = 0.99,
    seed: int = 0,
    workers: int | None = None,
) -> dict[str, Any]:
    """Everything that the experiment reports of one trained model, as JSON objects.

    Returns
    -------
    dict
        ``elbo`` (test images; history by epochs), ``check`` (`GeneratorReport`), ``verified``
        (`VerifiedRadius`), ``curve`` over `THRESHOLDS` and ``rescaled`` (d = 2 only, by the
        distance grid), ``posterior``, ``quality``, ``lipschitz``.

    Notes
    -----
    E r is limited from below by verified balls around `LIMITED_SAMPLES` latents, and that of the
    smoothed classes from both sides at as many latents, with `VOTES` votes and the default noise;
    each of the two at `confidence`. On 28 x 28 images they add four fifths to the time of all else.
    Cells would enclose E r at d = 2 for certain, but are ten thousand passes through the
    neurons, forward and back, and a ball is eleven: `check --verify` has them.
    """
    kind(trained, "trained", TrainedModel)
    kind(classifier, "classifier", Classifier)
    kind(digits, "digits", Digits)
    count(grid_points, "grid_points", 2, 2**14)
    limited = min(count(samples, "samples", LEAST_SAMPLES), LIMITED_SAMPLES)
    model, dim = trained.model, trained.options.latent_dimension
    report = check_generator(
        model,
        classifier,
        dim,
        threshold=threshold,
        samples=samples,
        mass_samples=mass_samples,
        confidence=confidence,
        seed=seed,
        workers=workers,
        smoothing=Smoothing(samples=limited, votes=VOTES),
    )
    partition = GeneratorPartition(model, classifier, dim, seed=seed)
    verified = verified_radius(
        Verifier(model, classifier, dim), partition, limited, confidence, seed
    )
    posterior, mean, root = _posterior(trained, digits.test_images)
    result: dict[str, Any] = {
        "objective": asdict(trained.options.objective),
        "latent_dimension": dim,
        "seed": trained.options.seed,
        "epochs": len(trained.history),
        "data": trained.data,
        "elbo": asdict(evaluate(model, digits.test_images, seed=trained.options.seed)),
        "elbo_history": [one.elbo for one in trained.history],
        "check": report.to_json(),
        "verified": verified.to_json(),
        "posterior": posterior,
        "quality": _quality(partition, classifier, digits.test_images, seed),
        "lipschitz": asdict(lipschitz_report(model, partition, samples, seed)),
    }
    if dim == 2:
        nodes = grid_nodes(GRID_HALF_WIDTH, grid_points)
        result["grid"] = {"half_width": GRID_HALF_WIDTH, "points": grid_points}
        result["curve"] = _curve(partition.probabilities(nodes), THRESHOLDS)
        rescaled = partition.probabilities(mean + nodes @ root.T)
        result["rescaled"] = _curve(rescaled, (0.0, threshold))
    return result


def bounds_of_grid(grid: GridRadius) -> dict[str, float | None]:
    """Masses, entropies and the bounds of the chain at the masses of a grid."""
    kind(grid, "grid", GridRadius)
    if not grid.coverage > 0:
        return {"coverage": 0.0}
    coverage = min(grid.coverage, 1.0)
    p = grid.masses / grid.masses.sum()
    chain = bounds.radius_bounds(p, coverage=coverage)
    values = {
        "coverage": coverage,
        "expected_radius": grid.expected_radius,
        "radius_error": grid.error,
        "collision_probability": bounds.collision_probability(p),
        "shannon_entropy": bounds.renyi_entropy(p, 1),
        "collision_entropy": bounds.renyi_entropy(p, 2),
        "min_entropy": bounds.renyi_entropy(p, math.inf),
        "isoperimetric": float(chain.isoperimetric.value),
        "sharp": float(chain.sharp.value),
        "talk": float(chain.talk.value),
        "holes": float(chain.holes.value),
    }
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> dict[str, float]:
    """Mean over seeds with Student's interval, which assumes about normal values.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in mean_interval([1.0, 2.0, 3.0]).items()}
    {'mean': 2.0, 'low': -0.484, 'high': 4.484}
    """
    array = real_array(values, "values", "fiu")
    if array.ndim != 1 or not array.size or not np.isfinite(array).all():
        raise InvalidValueError(f"values={shown(values)}: expected finite numbers, (n,)")
    real(confidence, "confidence", 0, 1)
    mean, n = float(array.mean()), len(array)
    if n < 2:
        return {"mean": mean}
    half = float(student.ppf(0.5 + confidence / 2, n - 1)) * float(array.std(ddof=1)) / math.sqrt(n)
    return {"mean": mean, "low": mean - half, "high": mean + half}


def objective_name(regularisation: float) -> str:
    """``talk`` for an objective with the regulariser, ``vanilla`` for one without."""
    real(regularisation, "regularisation", 0, sys.float_info.max, closed=True)
    return "talk" if regularisation > 0 else "vanilla"


def scalars(result: dict[str, Any], threshold: float = 0.9) -> dict[str, float]:
    """The numbers of a result of `measure` that are compared between objectives."""
    kind(result, "result", dict)
    lacking = [name for name in _PARTS if name not in result]
    if lacking:
        raise InvalidValueError(f"result has no {lacking[0]}: expected what `measure` returns")
    real(threshold, "threshold", 0, 1, closed=True)
    argmax, holes = result["check"]["argmax"], result["check"]["thresholded"]
    found: dict[str, Any] = {
        "elbo": result["elbo"]["elbo"],
        "E r (witness, argmax)": argmax["expected_radius"]["estimate"],
        **_limits(result),
        "coverage (labels)": holes["coverage"]["estimate"] if holes else 1.0,
        "E r (witness, threshold)": holes["expected_radius"]["estimate"] if holes else None,
        "H_2 (labels, threshold)": result["check"]["collision_entropy"]["estimate"],
        **{f"posterior: {name}": value for name, value in result["posterior"].items()},
        **{f"quality: {name}": value for name, value in result["quality"].items()},
        **{f"decoder: {name}": value for name, value in result["lipschitz"].items()},
    }
    for part in ("curve", "rescaled"):
        for row in result.get(part, []):
            if row["threshold"] in (0.0, threshold):
                names = ("coverage", "expected_radius", "collision_entropy", "sharp", "holes")
                for name in names:
                    if row.get(name) is not None:
                        found[f"{part} at {row['threshold']:g}: {name}"] = row[name]
    return {name: float(value) for name, value in found.items() if value is not None}


def _limits(result: dict[str, Any]) -> dict[str, Any]:
    """Limits of E r, of results that have them."""
    found: dict[str, Any] = {}
    if "verified" in result:
        found["E r, argmax, at least (verified)"] = result["verified"]["low"]
    smoothed = result["check"].get("smoothed")
    if smoothed is not None:
        found["E r, smoothed classes, at least"] = smoothed["expected_radius"]["low"]
        found["E r, smoothed classes, at most"] = smoothed["expected_radius"]["high"]
    return found


def summarise(results: Sequence[dict[str, Any]], threshold: float = 0.9) -> list[dict[str, Any]]:
    """Mean and interval over seeds by latent dimension and objective, and paired differences.

    Returns
    -------
    list of dict
        A row for each latent dimension and quantity: ``vanilla``, ``talk`` and ``difference``
        (talk − vanilla of equal seeds), each as from `mean_interval`.
    """
    items(results, "results", dict)
    real(threshold, "threshold", 0, 1, closed=True)
    table: dict[tuple[int, str], dict[str, dict[int, float]]] = {}
    for result in results:
        objective = objective_name(result["objective"]["regularisation"])
        for name, value in scalars(result, threshold).items():
            cell = table.setdefault((result["latent_dimension"], name), {"vanilla": {}, "talk": {}})
            cell[objective][result["seed"]] = value
    rows: list[dict[str, Any]] = []
    for (dim, name), cell in table.items():
        row: dict[str, Any] = {"latent_dimension": dim, "quantity": name}
        for objective, values in cell.items():
            if values:
                row[objective] = mean_interval(list(values.values()))
        paired = [cell["talk"][seed] - cell["vanilla"][seed] for seed in
                  sorted(cell["talk"].keys() & cell["vanilla"].keys())]  # fmt: skip
        if paired:
            row["difference"] = mean_interval(paired)
        rows.append(row)
    return rows


def _curve(probabilities: FloatArray, thresholds: Sequence[float]) -> list[dict[str, Any]]:
    side = math.isqrt(len(probabilities))
    rows: list[dict[str, Any]] = []
    for threshold in thresholds:
        labels = labels_at(probabilities, threshold).reshape(side, side)
        grid = grid_radius(labels, GRID_HALF_WIDTH, probabilities.shape[1])
        rows.append({"threshold": threshold, **bounds_of_grid(grid)})
    return rows


@torch.no_grad()
def _posterior(
    trained: TrainedModel, images: ImageArray
) -> tuple[dict[str, float], FloatArray, NDArray[np.float64]]:
    """Mean and covariance of the aggregate posterior of images, and distances of their codes.

    ``scale`` is sqrt(tr C / d); z -> mean + root z takes N(0, I) to the normal law of the same
    mean and covariance, so that a latent space that is a scaled-down copy of another agrees with
    it after this map.
    """
    batches = torch.split(torch.from_numpy(images).to(trained.model.mean.weight), 1000)
    encoded = [trained.model.encode(batch) for batch in batches]
    codes = torch.cat([mean for mean, _ in encoded]).double().cpu()
    variance = torch.cat([log_variance for _, log_variance in encoded]).exp().double().mean(0).cpu()
    covariance = torch.cov(codes.T).reshape(len(variance), -1) + torch.diag(variance)
    ratios = encoding_ratios(codes, torch.from_numpy(images).double())
    half = len(codes) // 2
    return (
        {
            "scale": math.sqrt(float(covariance.trace()) / len(variance)),
            "code scale": math.sqrt(float(codes.var(0).mean())),
            "mean posterior variance": float(variance.mean()),
            "mean code distance": float(_lengths(codes[:half] - codes[half : 2 * half]).mean()),
            "mean encoding ratio": float(ratios.mean()),
        },
        codes.mean(0).numpy(),
        _linalg.cholesky(covariance).numpy(),
    )


def _lengths(rows: Any) -> Any:
    return rows.norm(dim=1)


def _quality(
    partition: GeneratorPartition, classifier: Classifier, real: ImageArray, seed: int
) -> dict[str, float]:
    count = min(QUALITY_SAMPLES, len(real))
    rng = np.random.default_rng(child(seed, CODE_SAMPLES))
    generated = partition.decode(rng.standard_normal((count, partition.dim)))
    real_features = image_features(classifier, real[:count])
    generated_features = image_features(classifier, generated)
    confidence = classify_images(classifier, generated).max(axis=1)
    return {
        **asdict(quality(real_features, generated_features)),
        "classifier confidence": float(confidence.mean()),
    }
