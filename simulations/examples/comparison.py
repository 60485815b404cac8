"""All examples side by side: each is trained, checked and smoothed as any generator is.

What is found goes into one record, from which the table and the figure are made.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from bounds.support.records import Identity, code_digests, read, write
from bounds.support.sealed import digest
from simulations.arrays import FloatArray
from simulations.checking.intervals import Interval
from simulations.examples.files import DATA, JUDGE, obtain
from simulations.examples.training import EXAMPLES
from simulations.generators.examination import Asked, loaded
from simulations.generators.generator import check_prepared, prepared
from simulations.generators.smoothing import Smoothing, smoothed_radius
from simulations.seeds import GENERATOR_TRIALS, child
from simulations.threads import one_thread_each
from simulations.vae.data import load
from simulations.vae.runs import kept

RECORD: Final = "generators"
RESULTS: Final = Path(__file__).parent / "results"

QUANTITIES: Final = (
    "coverage",
    "s",
    "H_2",
    "E r",
    "E r, smoothed",
    "isoperimetric",
    "sharp",
    "talk",
    "training",
    "checking",
)
"""Each with limits; the last two are seconds of the processor, and the three before them bounds."""

_IMAGES = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """How the examples are measured; see `check_generator` and `Smoothing`.

    Attributes
    ----------
    steps : int or None
        Of each training; None: as many as each has by default.
    threshold, samples, mass_samples, confidence, seed
        As for `check_generator`.
    smoothed, votes, choosing : int
        Latents at which the smoothed classes are certified, and labels that bound and choose there.
    """

    steps: int | None = None
    threshold: float = 0.9
    samples: int = 1_000
    mass_samples: int = 20_000
    smoothed: int = 100
    votes: int = 200
    choosing: int = 30
    confidence: float = 0.99
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """What was found of all examples.

    Attributes
    ----------
    values : float64 array of shape (generators, quantities, 3)
        Estimate, low and high of `QUANTITIES`.
    manifest : dict
    """

    values: FloatArray
    manifest: dict[str, Any]

    @property
    def names(self) -> list[str]:
        """The generators."""
        return self.manifest["parameters"]["names"]


def compare(
    folder: Path, output: Path, settings: Settings, advance: Callable[[int, int], None]
) -> Record:
    """Train what the folder lacks, measure what it has not measured, and write the record."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[dict[str, Any]] = []
    advance(0, len(EXAMPLES))
    for name in EXAMPLES:
        found.append(measured(folder, name, settings))
        advance(len(found), len(EXAMPLES))
    arrays = {
        # None, what is not known, becomes NaN.
        "values": np.array(
            [[one["values"][key] for key in QUANTITIES] for one in found], dtype=np.float64
        ),
        "curves": np.array([one["curve"] for one in found]),
        "excess": np.array([one["excess"] for one in found], dtype=np.float64),
        "images": np.array([one["images"] for one in found], dtype=np.uint8),
    }
    parameters = {
        "names": list(EXAMPLES),
        "titles": [one.title for one in EXAMPLES.values()],
        "dimensions": [one.dim for one in EXAMPLES.values()],
        "quantities": QUANTITIES,
        "settings": asdict(settings),
        "data": {"name": DATA, "sha256": load(DATA).sha256()},
    }
    write(
        Identity.of(RECORD, __name__, parameters),
        arrays,
        output,
        sigma=found[0]["sigma"],
        torch=version("torch"),
    )
    return recorded(output)


def recorded(folder: Path = RESULTS) -> Record:
    """Read the record that `compare` wrote; the one of the package by default."""
    arrays, manifest = read(RECORD, folder, "values")
    return Record(arrays["values"], manifest)


def measured(folder: Path, name: str, settings: Settings) -> dict[str, Any]:
    """Train and measure an example, or read from the folder what was found of it."""
    judge, trained = (
        obtain(one, folder / f"{one}.pt2", steps=settings.steps) for one in (JUDGE, name)
    )
    identity = {
        "name": name,
        "files": [digest(one.path.read_bytes()) for one in (judge, trained)],
        "settings": asdict(settings),
        "code": code_digests(__name__),
    }
    result = kept(
        folder / f"{name}.json", identity, lambda: _measured(trained.path, judge.path, settings)
    )["result"]
    result["values"]["training"] = [trained.seconds] * 3
    return result


def _measured(decoder: Path, judge: Path, settings: Settings) -> dict[str, Any]:
    began = time.process_time()
    generator = loaded(Asked(str(decoder), str(judge)), settings.seed)
    partition = prepared(
        generator.decoder,
        generator.classifier,
        generator.dim,
        mass_samples=settings.mass_samples,
        seed=settings.seed,
    )
    report = check_prepared(
        partition,
        threshold=settings.threshold,
        samples=settings.samples,
        confidence=settings.confidence,
        seed=settings.seed,
    )
    seconds = time.process_time() - began
    smoothing = Smoothing(
        samples=settings.smoothed, votes=settings.votes, choosing=settings.choosing
    )
    with one_thread_each():
        smoothed = smoothed_radius(partition, smoothing, settings.confidence, settings.seed)
    rng = np.random.default_rng(child(settings.seed, GENERATOR_TRIALS))
    images = partition.decode(rng.standard_normal((_IMAGES, generator.dim)))
    argmax, excess = report.argmax, report.search_excess
    values: dict[str, list[Any]] = {
        "coverage": _limits((report.thresholded or argmax).coverage),
        "s": _limits(argmax.collision_probability),
        "H_2": _limits(argmax.collision_entropy),
        "E r": _limits(argmax.expected_radius),
        "E r, smoothed": _limits(smoothed.expected_radius),
        "checking": [round(seconds, 1)] * 3,
    }
    for name in ("isoperimetric", "sharp", "talk"):
        one = argmax.bounds[name]
        values[name] = _finite(one.value, one.low, one.high)
    return {
        "values": values,
        "curve": report.coverage.tolist(),
        "excess": None if excess is None else excess.mean_found / excess.mean_radius,
        "sigma": smoothed.sigma,
        "images": np.rint(255 * np.clip(images, 0, 1)).astype(int).tolist(),
    }


def _limits(interval: Interval) -> list[float | None]:
    return _finite(interval.estimate, interval.low, interval.high)


def _finite(*values: float) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]
