"""Any generator with a classifier as a partition of its latent space."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bounds.support.sealed import digest
from bounds.support.validation import callback, count, fits, flag, kind, real
from bounds.support.validation import seed as valid_seed
from bounds.support.validation import workers as valid_workers
from simulations.arrays import FloatArray, IntArray
from simulations.checking.check import check
from simulations.checking.intervals import Interval, binomial_high, binomial_low
from simulations.checking.knowledge import Knowledge
from simulations.checking.report import Report, interval_to_json
from simulations.generators.contract import (
    ImageFunction,
    array,
    confirm,
    established,
    one_at_a_time,
    probabilities_of,
    resolution,
)
from simulations.generators.diversity import class_diversity
from simulations.generators.latents import (
    NORMAL,
    LatentLaw,
    LatentPartition,
    Projected,
    in_units,
    known_law,
)
from simulations.generators.margins import (
    MOST_DIRECTIONS,
    Differences,
    LinearFit,
    Margins,
    TorchMargins,
)
from simulations.generators.search import WitnessSearch, witness_pool
from simulations.generators.smoothing import (
    SmoothedReport,
    Smoothing,
    smoothed_coverage,
    smoothed_radius,
)
from simulations.generators.surrogate import SearchExcess, Told, classifier_of, surrogate
from simulations.generators.verified import VerifiedRadius, from_both_sides, verified_radius
from simulations.partitions.base import dimension, points
from simulations.partitions.protocol import HOLE, JSON
from simulations.seeds import GENERATOR_MASSES, SURROGATE, child

if TYPE_CHECKING:
    from simulations.generators.enclosure import EnclosedRadius
    from simulations.generators.verification import Verifier

_BATCH = 512
_BLOCK = 128
_LEAST_FITTED = 4
_SURROGATE_POOL = 4_096
_SURROGATE_SAMPLES = 100


class GeneratorPartition:
    """The latents of a generator, labelled by the class of their image.

    The label of z is the most probable class of decoder(z), or a hole where its probability is
    below `threshold`. The radius is found by a `WitnessSearch` and is an upper bound.

    Parameters
    ----------
    decoder : callable
        Latents of shape (n, d) to n images of any type and shape. A `torch.nn.Module` or a
        method of one is called on tensors of its own type and device; any other function on
        float64 arrays, or, if it fails on those, on tensors of torch's default type on the CPU.
    classifier : callable
        What `decoder` returns, to class probabilities of shape (n, K). Called as above.
    dim : int
        Latent dimension d; the latents are N(0, I_d).
    threshold : float
        tau in [0, 1). With 0 every latent has a class and the classes partition R^d.
    pool : int
        Latents labelled in advance for the search of witnesses.
    seed : int
        Of that pool.
    name : str
        For reports.
    known : array of shape (n, d), optional
        Further latents that are labelled in advance and may be witnesses.

    Raises
    ------
    TypeError
        A callable fails on a few latents, or on their images.
    ValueError
        The outputs are not probabilities of shape (n, K), a module is in training mode, or the
        answers at the pool differ when they are asked again (`contract.established`).

    Notes
    -----
    Where both callables take tensors and torch can differentiate them, the search follows the
    gradients of the log-probabilities; else differences of them; and where they are 0 or 1, a
    linear classifier fitted to the labels known in advance, from dimension 4 on, below which
    these are dense (`simulations.generators.margins`).
    Arithmetic in single precision moves a boundary by its rounding, about 1e-7 in relation.

    Examples
    --------
    The identity as a generator and the argmax of R^3 as its classes:

    >>> partition = GeneratorPartition(lambda z: z, lambda x: np.eye(3)[x.argmax(axis=1)], dim=3)
    >>> labels, radii = partition.classify_and_radius(np.array([[2.0, 0.0, 0.0]]))
    >>> int(labels[0]), round(float(radii[0]), 1)
    (0, 1.4)
    """

    def __init__(
        self,
        decoder: Callable[[Any], Any],
        classifier: Callable[[Any], Any],
        dim: int,
        *,
        threshold: float = 0.0,
        pool: int = 16_384,
        seed: int = 0,
        name: str = "generator",
        known: FloatArray | None = None,
    ) -> None:
        self.dim = dimension(dim)
        self.threshold = _threshold(threshold)
        kind(name, "name", str)
        self.name = name
        self._seed = valid_seed(seed)
        self._pool = count(pool, "pool", 2)
        latents = witness_pool(pool, dim, seed)
        if known is not None:
            latents = np.concatenate([latents, points(known, dim, "known")])
        # A decoder may fail at 0 alone (z / |z|), so it is tried on what it will be given.
        example = latents[:3]
        self._decoder = ImageFunction(decoder, "decoder", example)
        images = self._decoder(example)
        self._classifier = ImageFunction(classifier, "classifier", images)
        answers = self._classifier(images)
        self.classes = probabilities_of(answers).shape[1]
        self._latents = latents
        self._precision = max(resolution(images), resolution(answers))
        began = time.perf_counter()
        found = established(self._evaluate, latents, _BATCH, self._precision)
        self.labelling_seconds = time.perf_counter() - began
        self._known = found.answers
        self._decoder.alone |= found.alone
        self._differentiable = self._is_differentiable()
        self._fit = self._fitted()
        self._begin_search()

    def _begin_search(self) -> None:
        self._search = WitnessSearch(
            self.classify,
            self._latents,
            _labels(self._known, self.threshold),
            margins=self._margins(),
            fit=self._fit,
        )

    def _margins(self) -> Margins | None:
        """Margins and their gradients, unless the classifier answers 0 or 1."""
        floor = float(np.log(self.threshold)) if self.has_holes else -np.inf
        if self._answers_are_hard():
            return None
        if self._differentiable:
            return TorchMargins(self, floor)
        return Differences(self, floor, self._fit)

    @property
    def told(self) -> Told:
        """What the search knows of the classes: gradients, probabilities, or labels alone."""
        if self._answers_are_hard():
            return "labels"
        return "gradients" if self._differentiable else "probabilities"

    def search_excess(
        self, masses: FloatArray, samples: int = _SURROGATE_SAMPLES
    ) -> SearchExcess | None:
        """The same search on a linear classifier of about these masses (K,), of sum 1.

        None where that has one class only.
        """
        samples = count(samples, "samples")
        fits(samples * self.dim, "samples", samples)
        exact = surrogate(self.dim, masses, self._seed)
        identity: Any = _identity
        if self.told == "gradients":
            import torch

            identity = torch.nn.Identity().eval()
        searched = GeneratorPartition(
            identity,
            classifier_of(exact, self.told),
            self.dim,
            pool=min(len(self._latents), _SURROGATE_POOL),
            seed=self._seed,
        )
        rng = np.random.default_rng(child(self._seed, SURROGATE, 1))
        z = rng.standard_normal((samples, self.dim))
        found, radii = searched.radius(z), exact.radius(z)
        known = np.isfinite(found) & np.isfinite(radii)
        if not known.any():
            return None
        return SearchExcess(
            self.told, int(known.sum()), float(radii[known].mean()), float(found[known].mean())
        )

    def _answers_are_hard(self) -> bool:
        return bool((self._known.max(axis=1) == 1).all())

    def _fitted(self) -> LinearFit | None:
        """A linear classifier, where gradients are not known, or not in all directions."""
        told = self._differentiable or self.dim <= MOST_DIRECTIONS
        if self.dim < _LEAST_FITTED or (told and not self._answers_are_hard()):
            return None
        return LinearFit(self._latents, self._known)

    def at(self, threshold: float) -> GeneratorPartition:
        """The same generator with another threshold; what is known of its latents is shared."""
        other = copy.copy(self)
        other.threshold = _threshold(threshold)
        other._begin_search()
        return other

    def confirm(self) -> None:
        """Raise a ValueError if latents are answered otherwise than when this was made."""
        confirm(self._evaluate, self._latents, self._known, _BATCH, self._precision)

    def known_probabilities(self) -> FloatArray:
        """Class probabilities of the latents given as `known`."""
        return self._known[self._pool :]

    @property
    def answers_sha256(self) -> str:
        """Digest of the latents labelled in advance and the answers: it tells generators apart."""
        return digest(self._latents.tobytes() + self._known.tobytes())

    @property
    def has_holes(self) -> bool:
        """Whether a latent may have no class: the largest probability is at least 1/K."""
        return self.threshold > 1 / self.classes

    @property
    def radius_is_exact(self) -> bool:
        """False: distances are to witnesses that a search found."""
        return False

    def probabilities(self, z: FloatArray) -> FloatArray:
        """Class probabilities (n, K) of the images of `z` (n, d)."""
        z = points(z, self.dim)
        if not len(z):
            return np.empty((0, self.classes))
        parts = [self._evaluate(z[start : start + _BATCH]) for start in range(0, len(z), _BATCH)]
        return np.concatenate(parts)

    def classify(self, z: FloatArray) -> IntArray:
        """Labels (n,) of `z`, -1 where no probability reaches the threshold."""
        return _labels(self.probabilities(z), self.threshold)

    def radius(self, z: FloatArray) -> FloatArray:
        """Distances (n,) from `z` to verified latents of another class; NaN in a hole."""
        return self.classify_and_radius(z)[1]

    def classify_and_radius(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and distances to witnesses."""
        labels = self.classify(z)
        return labels, self._search.radius(points(z, self.dim), labels)

    def witnesses(self, z: FloatArray) -> FloatArray:
        """Latents (n, d) of another class near `z`; rows of +inf where none was found."""
        return self._search.witnesses(points(z, self.dim), self.classify(z))

    def decode(self, z: FloatArray) -> NDArray[Any]:
        """Images of `z` as an array."""
        return array(self._decoder(points(z, self.dim)))

    def masses(self) -> FloatArray | None:
        """None: the masses of a generator are estimated."""
        return None

    def expected_radius(self) -> float | None:
        """None: unknown."""
        return None

    def parameters(self) -> dict[str, JSON]:
        """Latent dimension, threshold, what the search is told, and a digest of the answers.

        Where the answers agree, gradients lead the search elsewhere than differences do.
        """
        return {
            "dim": self.dim,
            "threshold": self.threshold,
            "pool": self._pool,
            "seed": self._seed,
            "told": self.told,
            "answers_sha256": self.answers_sha256,
        }

    def _evaluate(self, z: FloatArray) -> FloatArray:
        with one_at_a_time((self._decoder, self._classifier)):
            return probabilities_of(self._classifier(self._decoder(z)))

    def _is_differentiable(self) -> bool:
        if not (self._decoder.takes_tensors and self._classifier.takes_tensors):
            return False
        own = np.zeros(2, dtype=np.int64)
        try:
            TorchMargins(self, -np.inf).gradients(self._latents[:2], own, own[:, None])
        except RuntimeError:  # torch's, where an output has no graph
            return False
        return True

    def log_probabilities(self, z: FloatArray) -> FloatArray:
        """Logarithms (n, K) of the class probabilities; -inf where they vanish."""
        with np.errstate(divide="ignore"):
            return np.log(self.probabilities(z))

    def differentiable(self, z: FloatArray) -> tuple[Any, Any]:
        """Tensors of the latents and, with their graph, of their log-probabilities."""
        latents = self._decoder.tensor(z).requires_grad_()
        with one_at_a_time((self._decoder, self._classifier)):
            images = self._decoder.differentiable(latents)
            return latents, self._classifier.differentiable(images).log()


def _threshold(value: object) -> float:
    return real(value, "threshold", -np.finfo(float).tiny, 1)


def _identity(z: FloatArray) -> FloatArray:
    return z


def labels_at(probabilities: FloatArray, threshold: float) -> IntArray:
    """Most probable classes (n,) of probabilities (n, K); -1 where below the threshold.

    Raises
    ------
    TypeError, ValueError
        If these are no probabilities that sum to 1, or the threshold is outside [0, 1].

    Examples
    --------
    >>> labels_at(np.array([[0.9, 0.1], [0.4, 0.6]]), 0.75).tolist()
    [0, -1]
    """
    probabilities = probabilities_of(probabilities, "probabilities: found")
    real(threshold, "threshold", 0, 1, closed=True)
    return _labels(probabilities, threshold)


def _labels(probabilities: FloatArray, threshold: float) -> IntArray:
    labels = probabilities.argmax(axis=1).astype(np.int64)
    labels[probabilities.max(axis=1) < threshold] = HOLE
    return labels


@dataclass(frozen=True, slots=True)
class GeneratorReport:
    """What a check of a generator found.

    Attributes
    ----------
    argmax : Report
        At threshold 0: the classes partition the latent space and the theorem applies as it
        stands, to an upper bound of the radius: `holds` is certain, and nothing is refuted or
        certified unless E r was verified from below too.
    thresholded : Report or None
        At the threshold asked for: coverage, and the bound for classes with holes; the talk's
        bound does not apply there. None without holes, or after Ctrl-C before it.
    masses, masses_low, masses_high : FloatArray
        Raw masses q_i at the threshold, shape (K,), estimated, and limits that hold for all of
        them together (Clopper-Pearson).
    shannon_entropy, collision_entropy, min_entropy : Interval
        H_1, H_2, H_inf of p = q / sum q at the threshold, from `mass_samples` labels.
    coverage_thresholds, coverage : FloatArray
        The curve of the coverage over tau.
    coverage_half_width : float
        All of the curve lies within this of the truth (Dvoretzky-Kiefer-Wolfowitz-Massart).
    verified : VerifiedRadius, EnclosedRadius or None
        Where the lower limit of E r in `argmax` is from; None unless asked for, or after Ctrl-C
        before it.
    smoothed : SmoothedReport or None
        The smoothed classes of the argmax partition, whose E r has a lower limit too and so an
        upper bound of their H_2; None unless asked for, or after Ctrl-C before it.
    smoothed_coverage : Interval or None
        The mass outside the smoothed holes at the threshold; None where `smoothed` is, or without
        holes.
    search_excess : SearchExcess or None
        How far the search exceeds the radius on a linear classifier of as many latents and classes
        with about the same masses; None if it was not tried.
    labelling_seconds : float
        Of the draws and the pool, each labelled twice. The radii's are in the two reports.
    interrupted : bool
        Whether Ctrl-C cut it short.
    """

    argmax: Report
    thresholded: Report | None
    masses: FloatArray
    masses_low: FloatArray
    masses_high: FloatArray
    shannon_entropy: Interval
    collision_entropy: Interval
    min_entropy: Interval
    coverage_thresholds: FloatArray
    coverage: FloatArray
    coverage_half_width: float
    verified: VerifiedRadius | EnclosedRadius | None = None
    smoothed: SmoothedReport | None = None
    smoothed_coverage: Interval | None = None
    search_excess: SearchExcess | None = None
    labelling_seconds: float = 0.0
    interrupted: bool = False

    @property
    def as_claimed(self) -> bool:
        """Whether no bound that applies is violated."""
        reports = (self.argmax, self.thresholded, self.smoothed)
        return all(report is None or report.as_claimed for report in reports)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON objects."""
        return {
            "argmax": self.argmax.to_json(),
            "thresholded": None if self.thresholded is None else self.thresholded.to_json(),
            "masses": self.masses.tolist(),
            "masses_low": self.masses_low.tolist(),
            "masses_high": self.masses_high.tolist(),
            "masses_known": str(Knowledge.FINITE_SAMPLE),
            "shannon_entropy": interval_to_json(self.shannon_entropy),
            "collision_entropy": interval_to_json(self.collision_entropy),
            "min_entropy": interval_to_json(self.min_entropy),
            "coverage_curve": {
                "thresholds": self.coverage_thresholds.tolist(),
                "coverage": self.coverage.tolist(),
                "half_width": self.coverage_half_width,
                "known": str(Knowledge.FINITE_SAMPLE),
            },
            "verified": None if self.verified is None else self.verified.to_json(),
            "smoothed": None if self.smoothed is None else self.smoothed.to_json(),
            "smoothed_coverage": None
            if self.smoothed_coverage is None
            else interval_to_json(self.smoothed_coverage),
            "search_excess": None if self.search_excess is None else self.search_excess.to_json(),
            "labelling_seconds": self.labelling_seconds,
            "as_claimed": self.as_claimed,
            "interrupted": self.interrupted,
        }


def prepared(
    decoder: Callable[[Any], Any],
    classifier: Callable[[Any], Any],
    dim: int,
    *,
    law: LatentLaw = NORMAL,
    mass_samples: int = 20_000,
    seed: int = 0,
    name: str = "generator",
) -> GeneratorPartition:
    """The generator as a partition in its law's own coordinates, the draws for the masses labelled.

    Parameters
    ----------
    decoder, classifier, dim
        See `GeneratorPartition`.
    law, mass_samples, seed
        See `check_generator`.
    name : str
        For reports.

    Returns
    -------
    GeneratorPartition
        At threshold 0; `known_probabilities` are those of the draws.
    """
    count(mass_samples, "mass_samples", 4)
    known_law(law).scale(dimension(dim))
    fits(mass_samples * dim, "mass_samples", mass_samples)
    rng = np.random.default_rng(child(seed, GENERATOR_MASSES))
    drawn = law.from_normal(rng.standard_normal((mass_samples, dim)))
    if law == NORMAL:
        return GeneratorPartition(decoder, classifier, dim, seed=seed, known=drawn, name=name)
    # A pool of N(0, I) would lie elsewhere; the draws of the law are witnesses enough.
    decoder = Projected(decoder, law)
    return GeneratorPartition(decoder, classifier, dim, pool=2, seed=seed, known=drawn, name=name)


def check_generator(
    decoder: Callable[[Any], Any],
    classifier: Callable[[Any], Any],
    dim: int,
    *,
    threshold: float = 0.9,
    samples: int = 1_000,
    mass_samples: int = 20_000,
    confidence: float = 0.99,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    partial: bool = False,
    law: LatentLaw = NORMAL,
    smoothing: Smoothing | None = None,
    verify: bool = False,
) -> GeneratorReport:
    """Check a generator against the theory, on its argmax partition and with holes.

    Parameters
    ----------
    decoder, classifier, dim
        See `GeneratorPartition`.
    threshold : float
        tau below which a latent is a hole; 0 for none.
    samples : int
        Latents at which the radius is searched; each costs about a hundred evaluations.
    mass_samples : int
        Latents that are classified, besides, for the masses, the coverage and the entropies.
    confidence : float
        Of each of the two reports, of the masses, of the entropies, and of the curve of
        coverage; each holds together at this level.
    seed : int
    workers : int or None
        Threads.
    progress : callable or None
        Called with the radii searched and their total.
    partial : bool
        Whether Ctrl-C ends in a report on the radii that were finished; by default it raises.
    law : LatentLaw
        What the latents are drawn from, N(0, I) if not given (`simulations.generators.latents`).
        Radii and bounds on them are in its own units.
    smoothing : Smoothing or None
        How to smooth the classes for a lower limit of E r and a certificate of their H_2; not done
        by default, as it takes some thousand evaluations a latent.
    verify : bool
        Whether to limit E r of the classes themselves from below by verified balls, around as many
        latents as `samples`; at d = 2 and for N(0, I) it is enclosed for certain. For torch modules
        in evaluation mode, of the layers that `simulations.generators.verification` knows; for
        files see `simulations.generators.translation`.

    Returns
    -------
    GeneratorReport

    Examples
    --------
    >>> report = check_generator(
    ...     lambda z: z, lambda x: np.eye(3)[x.argmax(axis=1)], 3, samples=2000, mass_samples=20_000
    ... )
    >>> report.argmax.bounds["talk"].verdict
    'holds'
    """
    _require(threshold, samples, confidence, workers, progress, partial, smoothing)
    verifier = None
    if flag(verify, "verify"):
        from simulations.generators.verification import Verifier

        verifier = Verifier(decoder, classifier, dim)
    plain = prepared(decoder, classifier, dim, law=law, mass_samples=mass_samples, seed=seed)
    return check_prepared(
        plain,
        law=law,
        threshold=threshold,
        samples=samples,
        confidence=confidence,
        seed=seed,
        workers=workers,
        progress=progress,
        partial=partial,
        smoothing=smoothing,
        verifier=verifier,
    )


def _require(
    threshold: float,
    samples: int,
    confidence: float,
    workers: int | None,
    progress: Callable[[int, int], None] | None,
    partial: bool,
    smoothing: Smoothing | None,
) -> None:
    """Raise a named error before any work if an option of a check is wrong."""
    _threshold(threshold)
    count(samples, "samples")
    real(confidence, "confidence", 0, 1)
    valid_workers(workers)
    callback(progress, "progress")
    flag(partial, "partial")
    kind(smoothing, "smoothing", Smoothing, optional=True)


def check_prepared(
    plain: GeneratorPartition,
    *,
    law: LatentLaw = NORMAL,
    threshold: float = 0.9,
    samples: int = 1_000,
    confidence: float = 0.99,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    partial: bool = False,
    smoothing: Smoothing | None = None,
    verifier: Verifier | None = None,
) -> GeneratorReport:
    """Check what `prepared` returned, with the same law; the rest is as in `check_generator`.

    The verifier is of the same networks.
    """
    kind(plain, "plain", GeneratorPartition)
    known_law(law)
    valid_seed(seed)
    if verifier is not None:
        from simulations.generators.verification import Verifier

        kind(verifier, "verifier", Verifier)
    _require(threshold, samples, confidence, workers, progress, partial, smoothing)
    partition = plain.at(threshold)
    probabilities = plain.known_probabilities()
    mass_samples = len(probabilities)
    labels = _labels(probabilities, threshold)
    most_probable = _labels(probabilities, 0.0)
    enclosing = verifier is not None and plain.dim == 2 and law == NORMAL
    by_balls = verifier is not None and not enclosing
    smoothed_samples = 0 if smoothing is None else smoothing.samples
    total = (1 + partition.has_holes + by_balls) * samples + smoothed_samples
    finished = 0

    def advance(done: int, of: int) -> None:
        del of
        if progress is not None:
            progress(finished + done, total)

    def found(partition: GeneratorPartition, labels: IntArray, level: float) -> Report:
        report = check(
            partition if law == NORMAL else LatentPartition(partition, law),
            samples,
            level,
            seed,
            workers=workers,
            block=_BLOCK,
            labels=labels,
            progress=advance,
            partial=partial,
        )
        return in_units(report, law, partition.dim)

    # Verified balls have half of the error probability.
    level = 1 - (1 - confidence) / 2 if by_balls else confidence
    argmax = found(plain, most_probable, level)
    finished += samples
    thresholded = verified = smoothed = covered_smoothly = None
    interrupted = argmax.interrupted
    try:
        if partition.has_holes and not interrupted:
            thresholded = found(partition, labels, confidence)
            finished += samples
            interrupted = thresholded.interrupted
        if verifier is not None and not interrupted:
            if enclosing:
                from simulations.generators.enclosure import enclosed_radius

                verified = enclosed_radius(verifier)
            else:
                verified = verified_radius(
                    verifier, plain, samples, level, seed, law=law, progress=advance
                )
                finished += samples
            scale = law.scale(plain.dim)
            argmax = from_both_sides(argmax, verified, scale, confidence)
        if smoothing is not None and not interrupted:
            if partition.has_holes:
                covered_smoothly = smoothed_coverage(
                    partition, smoothing, confidence, seed, law=law
                )
            smoothed = smoothed_radius(
                plain, smoothing, confidence, seed, law=law, progress=advance
            )
    except KeyboardInterrupt:
        if not partial:
            raise
        interrupted = True
    plain.confirm()
    excess = None
    if not interrupted:
        frequencies = np.bincount(most_probable, minlength=plain.classes) / mass_samples
        excess = plain.search_excess(frequencies)
    covered = labels[labels != HOLE]
    counts = np.bincount(covered, minlength=partition.classes)
    delta = (1 - confidence) / (2 * partition.classes)
    diversity = class_diversity(labels, partition.classes, confidence)
    grid = np.linspace(0, 1, 101)
    curve = 1 - np.searchsorted(np.sort(probabilities.max(axis=1)), grid) / mass_samples
    return GeneratorReport(
        argmax=argmax,
        thresholded=thresholded,
        masses=counts / mass_samples,
        masses_low=binomial_low(counts, mass_samples, delta),
        masses_high=binomial_high(counts, mass_samples, delta),
        shannon_entropy=diversity.shannon,
        collision_entropy=diversity.collision,
        min_entropy=diversity.minimum,
        coverage_thresholds=grid,
        coverage=curve,
        coverage_half_width=float(np.sqrt(np.log(2 / (1 - confidence)) / (2 * mass_samples))),
        verified=verified,
        smoothed=smoothed,
        smoothed_coverage=covered_smoothly,
        search_excess=excess,
        labelling_seconds=plain.labelling_seconds,
        interrupted=interrupted,
    )
