"""What others' measures of diversity say of the same samples, where the truth is known.

python -m tests.benchmarks.peers [--models FOLDER] [--write] [--recorded]

The truth is 1/s, the effective number of classes exp(H_2). Samples are labels and features: a unit
vector for each class, with noise of length about 0.1, or for cells and slabs the latents, or for
the DCGAN of `simulations.examples` its images, scaled to length 1 and labelled by the judge there.

class-radius    `class_diversity` at 0.99, its estimate the unbiased one of s, moved into the limits
birthday        the least batch of which half hold two of one class (Arora, Risteski and Zhang 2018)
scikit-bio      `inv_simpson` of the counts
bootstrap       the same, with the percentiles of 200 resamples at 0.99
vendi, cosine   `vendi_score` of order 2 of the features
vendi, RBF      the same with the kernel exp(-|x - y|^2 / (2 0.5^2))
prdc            recall of as many other draws of the same law, 5 neighbours: a share, not a number

Then A and B have the same law, and A eight times as many draws: how often is A called the more
diverse? By the two programs that give limits, if `compare` says so, or if the percentiles of the
resampled difference are above 0; by the others if A's number is the larger. `--write` keeps the
result and writes its tables into the README; `--recorded` writes those of what is kept.
"""

from __future__ import annotations

import contextlib
import io
import math
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import cyclopts
import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist

from bounds.support.console import EXIT_OK, launch, stdout, tracked
from bounds.support.errors import MissingError
from simulations.checking.labels import class_labels
from simulations.generators.diversity import class_diversity, compare
from simulations.generators.generator import GeneratorPartition
from simulations.partitions.protocol import Partition
from simulations.partitions.slabs import Slabs
from simulations.partitions.voronoi import Voronoi

from . import record

DRAWS = 2000
"""Of the estimates."""

COMPARED = (800, 100)
"""Draws of A and B."""

CONFIDENCE = 0.99
RESAMPLES = 200
BANDWIDTH = 0.5
NEIGHBOURS = 5
NOISE = 0.1
_TOGETHER = 50_000

REFERENCE = 4_000_000
"""Draws that stand for masses that are not known."""

REFERENCE_IMAGES = 400_000
"""The same for a trained generator, of which each is dear."""

PACKAGES = ("scikit-bio", "vendi-score", "prdc")


@dataclass(frozen=True, slots=True)
class Sample:
    """Labels (n,) of K classes, features (n, d), and as many of other draws of the law."""

    labels: np.ndarray
    classes: int
    features: np.ndarray
    others: np.ndarray


@dataclass(frozen=True, slots=True)
class Law:
    """Masses, and a partition where the latents, or images of them, are the features."""

    masses: np.ndarray
    partition: Partition | None = None
    images: Callable[[np.ndarray], np.ndarray] | None = None

    @property
    def truth(self) -> float:
        """1/s."""
        return 1 / float(self.masses @ self.masses)

    def sample(self, rng: np.random.Generator, draws: int) -> Sample:
        """Draw labels and features."""
        labels, features = self._drawn(rng, 2 * draws)
        return Sample(labels[:draws], self.masses.size, features[:draws], features[draws:])

    def _drawn(self, rng: np.random.Generator, draws: int) -> tuple[np.ndarray, np.ndarray]:
        if self.partition is not None:
            z = rng.standard_normal((draws, self.partition.dim))
            features = z
            if self.images is not None:
                images = self.images(z).reshape(draws, -1)
                features = images / np.linalg.norm(images, axis=1, keepdims=True)
            return self.partition.classify(z), features
        classes = self.masses.size
        labels = rng.choice(classes, draws, p=self.masses)
        noise = NOISE / math.sqrt(classes) * rng.standard_normal((draws, classes))
        return labels, np.eye(classes)[labels] + noise


def _masses(partition: Partition, draws: int) -> np.ndarray:
    # s is overstated by (1 - s)/n, two ten-thousandths of it at most here.
    rng = np.random.default_rng(1)
    counts = np.zeros(partition.classes, dtype=np.int64)
    for start in range(0, draws, _TOGETHER):
        z = rng.standard_normal((min(_TOGETHER, draws - start), partition.dim))
        counts += np.bincount(partition.classify(z), minlength=partition.classes)
    return counts / draws


def _gan(models: Path) -> Law:
    from simulations.examples.files import JUDGE, obtain
    from simulations.generators.examination import Asked, loaded

    decoder, judge = (obtain(name, models / f"{name}.pt2").path for name in ("dcgan", JUDGE))
    generator = loaded(Asked(str(decoder), str(judge)))
    partition = GeneratorPartition(generator.decoder, generator.classifier, generator.dim)
    return Law(_masses(partition, REFERENCE_IMAGES), partition, partition.decode)


def laws(models: Path) -> dict[str, Law]:
    """The laws that are sampled, by name; the generator is kept in a folder, or trained there."""
    zipf = 1 / np.arange(1.0, 51)
    cells = Voronoi.random(8, 1000, 0)
    return {
        "10 equal": Law(np.full(10, 0.1)),
        "100 equal": Law(np.full(100, 0.01)),
        "Zipf 50": Law(zipf / zipf.sum()),
        "0.6 + 200 rare": Law(np.r_[0.6, np.full(200, 0.002)]),
        "1,000 cells of R^8": Law(_masses(cells, REFERENCE), cells),
        "10,000 slabs": Law(
            np.full(10_000, 1e-4), Slabs(stats.norm.ppf(np.arange(1, 10_000) / 10_000))
        ),
        "DCGAN, 10 digits": _gan(models),
    }


Measure = Callable[[Sample, np.random.Generator], tuple[float, float, float]]
"""An estimate and its limits, NaN where there are none."""


def _alone(estimate: float) -> tuple[float, float, float]:
    return float(estimate), math.nan, math.nan


def ours(sample: Sample, rng: np.random.Generator) -> tuple[float, float, float]:
    del rng
    found = class_diversity(sample.labels, sample.classes, CONFIDENCE).collision
    return math.exp(found.estimate), math.exp(found.low), math.exp(found.high)


def birthday(sample: Sample, rng: np.random.Generator) -> tuple[float, float, float]:
    del rng
    # Labels come in an order that says nothing of them, so that batches are samples.
    labels = class_labels(sample.labels, sample.classes)

    def duplicated(batch: int) -> float:
        rows = np.sort(labels[: labels.size // batch * batch].reshape(-1, batch), axis=1)
        return float((np.diff(rows, axis=1) == 0).any(axis=1).mean())

    for batch in range(2, labels.size // 2):
        if duplicated(batch) >= 0.5:
            return _alone(batch * (batch - 1) / (2 * math.log(2)))
    return _alone(math.inf)


def scikit_bio(sample: Sample, rng: np.random.Generator) -> tuple[float, float, float]:
    del rng
    from skbio.diversity.alpha import inv_simpson

    return _alone(inv_simpson(np.bincount(sample.labels)))


def _resampled(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    frequency = np.bincount(labels) / labels.size
    drawn = rng.multinomial(labels.size, frequency, RESAMPLES) / labels.size
    return 1 / (drawn**2).sum(axis=1)


def bootstrap(sample: Sample, rng: np.random.Generator) -> tuple[float, float, float]:
    frequency = np.bincount(sample.labels) / sample.labels.size
    low, high = np.quantile(
        _resampled(sample.labels, rng), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    )
    return 1 / float(frequency @ frequency), float(low), float(high)


def vendi_cosine(sample: Sample, rng: np.random.Generator) -> tuple[float, float, float]:
    del rng
    from vendi_score import vendi

    return _alone(vendi.score_dual(sample.features, q=2))


def vendi_rbf(sample: Sample, rng: np.random.Generator) -> tuple[float, float, float]:
    del rng
    from vendi_score import vendi

    kernel = np.exp(-cdist(sample.features, sample.features, "sqeuclidean") / (2 * BANDWIDTH**2))
    return _alone(vendi.score_K(kernel, q=2))


def prdc_recall(sample: Sample, rng: np.random.Generator) -> tuple[float, float, float]:
    del rng
    from prdc import compute_prdc

    with contextlib.redirect_stdout(io.StringIO()):
        return _alone(compute_prdc(sample.others, sample.features, NEIGHBOURS)["recall"])


MEASURES: Mapping[str, Measure] = {
    "class-radius": ours,
    "birthday": birthday,
    "scikit-bio": scikit_bio,
    "bootstrap": bootstrap,
    "vendi, cosine": vendi_cosine,
    "vendi, RBF": vendi_rbf,
    "prdc": prdc_recall,
}

DEAR = ("vendi, RBF", "prdc")
"""Repeated a tenth as often."""


def calls_a(name: str, a: Sample, b: Sample, rng: np.random.Generator) -> bool:
    """Whether A is called more diverse."""
    if name == "class-radius":
        found = compare(a.labels, b.labels, a.classes, confidence=CONFIDENCE)
        return found.verdict == "A more diverse"
    if name == "bootstrap":
        difference = _resampled(a.labels, rng) - _resampled(b.labels, rng)
        return float(np.quantile(difference, (1 - CONFIDENCE) / 2)) > 0
    measure = MEASURES[name]
    return measure(a, rng)[0] > measure(b, rng)[0]


def measured(every: Mapping[str, Law], repetitions: int, seed: int) -> dict[str, np.ndarray]:
    """Arrays (measures, laws): estimates, limits, seconds, wrong calls and their numbers."""
    shape = (len(MEASURES), len(every))
    limits, seconds = np.empty((*shape, 3)), np.empty(shape)
    wrong, times = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    seeds = np.random.SeedSequence(seed).spawn(len(every))
    few = next(iter(every.values())).sample(np.random.default_rng(seed), 40)
    for measure in MEASURES.values():
        measure(few, np.random.default_rng(seed))  # imports and compiles
    work = list(zip(every.values(), seeds, strict=True))
    for column, (law, parent) in enumerate(tracked(work, "peers", "laws")):
        rng = np.random.default_rng(parent)
        sample = law.sample(rng, DRAWS)
        for row, measure in enumerate(MEASURES.values()):
            began = time.perf_counter()
            limits[row, column] = measure(sample, rng)
            seconds[row, column] = time.perf_counter() - began
        for i in range(repetitions):
            a, b = (law.sample(rng, draws) for draws in COMPARED)
            for row, name in enumerate(MEASURES):
                if name in DEAR and i % 10:
                    continue
                times[row, column] += 1
                wrong[row, column] += calls_a(name, a, b, rng)
    truth = np.array([law.truth for law in every.values()])
    return {"truth": truth, "limits": limits, "seconds": seconds, "wrong": wrong, "times": times}


def table(arrays: Mapping[str, np.ndarray], names: Sequence[str]) -> str:
    """The tables of the README: estimates with limits and errors, wrong calls, seconds."""
    said: list[list[str]] = [["truth", *(_number(one) for one in arrays["truth"])]]
    called: list[list[str]] = []
    took: list[list[str]] = []
    for row, name in enumerate(MEASURES):
        cells: list[str] = []
        for (estimate, low, high), truth in zip(
            arrays["limits"][row], arrays["truth"], strict=True
        ):
            text = f"{estimate:.2f}" if name == "prdc" else _number(estimate)
            if not math.isnan(low):
                text += f" [{_number(low)}, {_number(high)}]"
                text += "" if low <= truth <= high else " ✗"
            if name != "prdc":
                text += f", {100 * (estimate / truth - 1):+.0f} %"
            cells.append(text)
        said.append([name, *cells])
        pairs = zip(arrays["wrong"][row], arrays["times"][row], strict=True)
        called.append([name, *(f"{wrong} of {times}" for wrong, times in pairs)])
        took.append([name, *(f"{one:.2g}" for one in arrays["seconds"][row])])
    return "\n\n".join(
        (
            record.markdown((f"1/s from {DRAWS:,} draws", *names), said),
            record.markdown(("A called more diverse", *names), called),
            record.markdown(("seconds", *names), took),
        )
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


app = cyclopts.App(name="python -m tests.benchmarks.peers", help=__doc__, version_flags=[])


@app.default
def main(
    *,
    models: Path | None = None,
    repetitions: int = 200,
    write: bool = False,
    recorded_: bool = False,
    seed: int = 0,
) -> int:
    """Measure every law by every program.

    Parameters
    ----------
    models
        Folder of the trained generator and its judge, which are trained there if it lacks them;
        one that is deleted afterwards, if not given.
    repetitions
        Of the comparison.
    write
        Keep the result, and write its tables into the README.
    recorded_
        Write the kept result's tables into the README, and run nothing.
    seed
        Of all draws.
    """
    if recorded_:
        arrays, manifest = record.recorded("peers")
        record.paste("peers", table(arrays, manifest["laws"]))
        return EXIT_OK
    try:
        versions = {name: version(name) for name in PACKAGES}
    except PackageNotFoundError as error:
        raise MissingError(
            f"{error.name} is not installed: pip install -c constraints.txt '.[peers]'"
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with tempfile.TemporaryDirectory() as folder:
            every = laws(Path(folder) if models is None else models)
            arrays = measured(every, repetitions, seed)
    names = list(every)
    text = table(arrays, names)
    stdout().print(text, markup=False, highlight=False, soft_wrap=True)
    if write:
        parameters: dict[str, Any] = {
            "repetitions": repetitions,
            "seed": seed,
            "draws": DRAWS,
            "compared": COMPARED,
        }
        measured_module = "simulations.generators.diversity"
        record.keep("peers", measured_module, parameters, arrays, laws=names, peers=versions)
        record.paste("peers", text)
    return EXIT_OK


if __name__ == "__main__":
    launch(app)
