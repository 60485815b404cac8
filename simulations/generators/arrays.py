"""Labelled latents that another program has drawn and decoded, without the models.

The radius of a sampled latent is at most its distance to the nearest sampled latent of another
class. These distances Y_i depend on each other, as all are to points of one sample, so no interval
for independent draws applies to them; but Y_i >= r(x_i), and the r(x_i) are independent. Hence

* where every latent has a class, the mean of the r(x_i) / L exceeds E r / L - t except with
  probability exp(-n t^2 / 2) (Gaussian concentration, r / L being 1-Lipschitz), and
  E r <= mean Y + L sqrt(2 log(1/delta) / n);
* with holes, E[r | covered] <= E R / c for the function R of `lipschitz_ceiling`, whose limit needs
  nothing but how often {covered, r <= eta} is seen, at least as often as {covered, Y <= eta};
* the frequency of Y >= eta is at least that of r >= eta, so its upper limits hold for the tail.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bounds.support.console import EXIT_FAILED, EXIT_OK, print_json, stdout
from bounds.support.errors import InvalidValueError
from bounds.support.tables import read_table
from bounds.support.validation import flag, integer_array, kind, real, shown
from simulations.arrays import FloatArray, IntArray
from simulations.checking.estimation import ETA_GRID, ClassCounts, Moments, Tally
from simulations.checking.histogram import Histogram
from simulations.checking.intervals import (
    Budget,
    Interval,
    coverage_interval,
    lipschitz_ceiling,
)
from simulations.checking.knowledge import Knowledge
from simulations.checking.labels import class_labels
from simulations.checking.masses import MassLimits, minus_log
from simulations.checking.report import Report, interval_to_json, print_report
from simulations.checking.verdict import entropy_checks, estimated_checks
from simulations.generators.diversity import ClassDiversity, class_diversity, compare
from simulations.generators.latents import (
    NORMAL,
    LatentLaw,
    in_units,
    known_law,
    latent_law,
    repeated_rows,
    resembled,
    resembles,
    supported,
)
from simulations.generators.neighbours import SharedIndex
from simulations.partitions.base import MOST_CLASSES, points
from simulations.partitions.protocol import HOLE

_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class ReadLabels:
    """The classes of a sample.

    Attributes
    ----------
    labels : int64 array of shape (n,)
        -1 for no class.
    columns : int or None
        K, where columns of probabilities tell it.
    holes : bool
        Whether a latent may have no class: labels of a classifier that always answers leave none.
    """

    labels: IntArray
    columns: int | None
    holes: bool


def read_labels(path: Path, option: str, threshold: float) -> ReadLabels:
    """Read labels (n,), -1 for no class, or those of probabilities (n, K).

    Parameters
    ----------
    path : Path
        As `read_table` reads it: a column of whole numbers, or K columns that sum to 1.
    option : str
        For messages.
    threshold : float
        Probability below which a latent has no class.

    """
    real(threshold, "threshold", 0, 1, closed=True)
    table = read_table(path, option)
    where = f"{option}={str(path)!r}"
    if table.ndim == 2 and 1 in table.shape:
        table = table.ravel()
    if table.ndim == 1:
        if not table.size or (table != np.round(table)).any() or (table < HOLE).any():
            raise InvalidValueError(
                f"{where}: expected whole numbers from 0 on, -1 for no class, or a column of "
                "probabilities for each class"
            )
        if table.max() >= MOST_CLASSES:
            raise InvalidValueError(
                f"{where}: holds label {table.max():.17g}: expected classes numbered from 0 on, "
                f"below {MOST_CLASSES:,}"
            )
        labels = table.astype(np.int64)
        return ReadLabels(labels, None, bool((labels == HOLE).any()))
    sums = table.sum(axis=1) if table.ndim == 2 else np.zeros(1)
    if (
        table.ndim != 2
        or not table.size
        or (table < 0).any()
        or (np.abs(sums - 1) > _SUM_TOLERANCE).any()
    ):
        raise InvalidValueError(
            f"{where}: has shape {table.shape}: expected labels (n,), or probabilities (n, K) that "
            "sum to 1 in each row"
        )
    labels = table.argmax(axis=1).astype(np.int64)
    labels[table.max(axis=1) < threshold] = HOLE
    columns = int(table.shape[-1])
    return ReadLabels(labels, columns, threshold > 1 / columns)


def sampled_radii(x: FloatArray, labels: IntArray) -> FloatArray:
    """Distances (n,) from covered latents to the nearest sampled one of another class.

    +inf where there is none, NaN where a latent has no class.

    Examples
    --------
    >>> sampled_radii(np.array([[0.0], [1.0], [4.0], [9.0]]), np.array([0, 0, 1, -1])).tolist()
    [4.0, 3.0, 3.0, nan]
    """
    x = points(x, None, "x")
    labels = integer_array(labels, "labels")
    if labels.shape != (len(x),) or (labels < HOLE).any():
        raise InvalidValueError(
            f"labels={shown(labels.tolist())}: expected ({len(x)},) classes, {HOLE} in holes"
        )
    radii = np.full(len(x), np.nan)
    covered = np.flatnonzero(labels != HOLE)
    index = SharedIndex(x[covered], labels[covered])
    nearest = index.others(x[covered], labels[covered], 1)[:, 0]
    distances = np.linalg.norm(x[covered] - x[covered][nearest], axis=1)
    radii[covered] = np.where(nearest < 0, np.inf, distances)
    return radii


def sample_report(
    x: FloatArray,
    labels: IntArray,
    *,
    classes: int | None = None,
    holes: bool | None = None,
    law: LatentLaw = NORMAL,
    confidence: float = 0.99,
    name: str = "sample",
) -> Report:
    """Check the bounds on labelled latents alone.

    Parameters
    ----------
    x : array of shape (n, d)
        Independent draws of `law`.
    labels : int array of shape (n,)
        Their classes, -1 for none.
    classes : int, optional
        K; by default one more than the largest label.
    holes : bool, optional
        Whether a latent may have no class; by default, whether one of these has none.
    law : LatentLaw
    confidence : float
        Level at which all limits and verdicts hold together.
    name : str
        For the report.

    Returns
    -------
    Report
        Radii are upper bounds; in the law's own units.

    Raises
    ------
    ValueError
        If the latents are no draws of the law, or there are not as many labels.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((2000, 2))
    >>> report = sample_report(x, (x[:, 0] > 0).astype(int))
    >>> report.expected_radius.high > 0.798, report.bounds["isoperimetric"].verdict
    (True, 'inconclusive')
    """
    began = time.perf_counter()
    x = points(x, None)
    if not x.size:
        raise InvalidValueError(f"z has shape {x.shape}: expected latents (n, d), at least one")
    delta = 1 - real(confidence, "confidence", 0, 1)
    known_law(law)
    kind(name, "name", str)
    permuted = class_labels(labels, classes)
    labels = np.asarray(labels)
    if len(labels) != len(x):
        raise InvalidValueError(
            f"labels has {len(labels):,} entries and latents {len(x):,} rows: expected as many"
        )
    dim = x.shape[1]
    scale = law.scale(dim)
    _require(x, law)
    last = int(permuted.max())
    if last >= MOST_CLASSES:
        raise InvalidValueError(f"labels: hold {last}: expected below {MOST_CLASSES:,}")
    classes = max(last + 1, 1) if classes is None else classes
    seen = bool((permuted == HOLE).any())
    if holes is not None:
        holes = flag(holes, "holes")
    if holes is False and seen:
        raise InvalidValueError("holes=False: expected no label -1, as it is that of a hole")
    has_holes = seen if holes is None else holes
    budget = Budget(delta, holes=has_holes)
    counted = ClassCounts.of(permuted, classes)
    radii = sampled_radii(x, labels) / scale
    covered = radii[~np.isnan(radii)]
    tail = (covered[:, None] >= ETA_GRID).sum(axis=0).astype(np.int64)
    found = Moments.of(np.where(np.isnan(radii), 0.0, radii)[~np.isinf(radii)])
    infinite, none = int(np.isinf(radii).sum()), Histogram.empty()
    tally = Tally(1, len(x), counted, tail, found, found, none, infinite)
    coverage = coverage_interval(counted, has_holes, budget.coverage)
    radius = _radius(tally, coverage, budget)
    limits = MassLimits.of(counted.counts, budget.limits)
    collision = limits.collision
    entropy = minus_log(collision)
    checks = estimated_checks(tally, counted, coverage, limits, radius, False, budget)
    isoperimetric = checks["isoperimetric"]
    report = Report(
        partition=name,
        parameters={"dim": dim},
        dim=dim,
        classes=classes,
        samples=len(x),
        mass_samples=len(x),
        seed=None,
        spawn_key=(),
        sampling="independent",
        gain=None,
        confidence=confidence,
        anytime=False,
        expected_radius=radius,
        radius_is_exact=False,
        collision_probability=collision,
        collision_entropy=entropy,
        largest_mass=limits.largest,
        coverage=coverage,
        bounds=checks,
        entropy_bounds=entropy_checks(radius, entropy, isoperimetric.applies, isoperimetric.reason),
        seconds=time.perf_counter() - began,
        samples_per_second=len(x) / max(time.perf_counter() - began, 1e-9),
        interrupted=False,
    )
    return in_units(report, law, dim)


def _require(x: FloatArray, law: LatentLaw) -> None:
    repeated = repeated_rows(x)
    if repeated:
        raise InvalidValueError(
            f"latents: {repeated:,} pairs of rows are equal: expected independent draws, of which "
            "no two are"
        )
    if resembles(x, law):
        return
    fits = [name for name in resembled(x) if latent_law(name) != law]
    outside = int((~supported(x, law)).sum())
    what = f"{outside:,} of them lie outside its support" if outside else "their distribution"
    raise InvalidValueError(
        f"latents: are no independent draws of {law.describe(x.shape[1])} ({what}; mean "
        f"{x.mean():.3g}, standard deviation {x.std():.3g}): expected draws of that law, "
        + (f"or --latent {' or '.join(fits)}, which they resemble" if fits else "or --latent LAW")
    )


def _radius(tally: Tally, coverage: Interval, budget: Budget) -> Interval:
    known = Knowledge.FINITE_SAMPLE | Knowledge.UPPER_BOUND
    if tally.infinite or not tally.classes.covered:
        reason = "unknown: fewer than two classes were sampled"
        return Interval(math.nan, 0.0, math.inf, reason, known=known)
    estimate = tally.units.mean / coverage.estimate
    if coverage.low == 1:
        high = tally.units.mean + math.sqrt(-2 * math.log(budget.radius) / tally.samples)
    else:
        ceiling = lipschitz_ceiling(tally.tail, tally.classes, budget.radius)
        high = max(ceiling / coverage.low, estimate) if coverage.low > 0 else math.inf
    return Interval(estimate, 0.0, high, "distances to sampled latents", known=known)


@dataclass(frozen=True, slots=True)
class SampledLabels:
    """What labels alone say of a generator.

    Attributes
    ----------
    draws, classes : int
    coverage : Interval
    diversity : ClassDiversity
    masses : array of shape (K,)
        Estimated raw masses.
    """

    draws: int
    classes: int
    coverage: Interval
    diversity: ClassDiversity
    masses: FloatArray

    @staticmethod
    def of(read: ReadLabels, classes: int, confidence: float) -> SampledLabels:
        """Coverage and entropies, each at the level."""
        delta = 1 - real(confidence, "confidence", 0, 1)
        counted = ClassCounts.of(class_labels(read.labels, classes), classes)
        coverage = coverage_interval(counted, read.holes, delta)
        diversity = class_diversity(read.labels, classes, confidence)
        masses = counted.counts.sum(axis=0) / len(read.labels)
        return SampledLabels(len(read.labels), classes, coverage, diversity, masses)

    def to_json(self) -> dict[str, Any]:
        """As JSON objects."""
        return {
            "draws": self.draws,
            "classes": self.classes,
            "masses": self.masses.tolist(),
            "coverage": interval_to_json(self.coverage),
            "shannon_entropy": interval_to_json(self.diversity.shannon),
            "collision_entropy": interval_to_json(self.diversity.collision),
            "min_entropy": interval_to_json(self.diversity.minimum),
        }


def run(
    *,
    labels: Path,
    latents: Path | None,
    against: Path | None,
    latent: str | None,
    threshold: float,
    confidence: float,
    json: bool,
) -> int:
    """Read the arrays, print what they say, and return the exit status."""
    law = latent_law(latent or "normal")
    threshold = real(threshold, "threshold", 0, 1, closed=True)
    own = read_labels(labels, "labels", threshold)
    other = None if against is None else read_labels(against, "against", threshold)
    both = [one for one in (own, other) if one is not None]
    columns = {one.columns for one in both if one.columns is not None}
    if len(columns) > 1:
        raise InvalidValueError(
            f"against={str(against)!r}: labels and against have {min(columns)} and {max(columns)} "
            "columns: expected the same classes"
        )
    classes = max(*columns, *(int(one.labels.max()) + 1 for one in both), 1)
    found = SampledLabels.of(own, classes, confidence)
    result: dict[str, Any] = {"labels": found.to_json()}
    lines = [_sentence("labels", found, own.columns, confidence)]
    report = None
    if latents is not None:
        table = read_table(latents, "latents")
        if table.ndim != 2:
            table = table.reshape(len(table), -1) if table.ndim > 2 else table[:, None]
        report = sample_report(
            table,
            own.labels,
            classes=classes,
            holes=own.holes,
            law=law,
            confidence=confidence,
            name=latents.name,
        )
        result["report"] = report.to_json()
    elif latent is not None:
        raise InvalidValueError(f"latent={latent!r}: says nothing without --latents")
    if other is not None:
        second = SampledLabels.of(other, classes, confidence)
        verdict = compare(own.labels, other.labels, classes, confidence=confidence)
        result["against"] = second.to_json()
        result["comparison"] = {
            "verdict": verdict.verdict,
            "confidence": confidence,
            "entropy_a": interval_to_json(verdict.entropy_a),
            "entropy_b": interval_to_json(verdict.entropy_b),
        }
        lines.append(_sentence("against", second, other.columns, confidence))
        lines.append(
            f"By H₂: {verdict.verdict} (A: labels, B: against; wrong with probability at most "
            f"{1 - confidence:.3g})."
        )
    if json:
        print_json(result)
    else:
        console = stdout()
        if report is not None:
            console.print(
                f"Latents assumed: {law.describe(report.dim)}, L = {law.scale(report.dim):.6g}; "
                "radii are in its own units, and bounds on them are L times those of N(0, I). "
                "Each radius is the distance to the nearest sampled latent of another class.",
                markup=False,
                highlight=False,
            )
            print_report(report, console)
        for line in lines:
            console.print(line, markup=False, highlight=False)
    return EXIT_OK if report is None or report.as_claimed else EXIT_FAILED


def _sentence(name: str, found: SampledLabels, columns: int | None, confidence: float) -> str:
    entropy, coverage = found.diversity.collision, found.coverage
    seen = int((found.masses > 0).sum())
    kinds = f"{found.classes:,} classes" + (
        "" if columns else f", those seen ({seen:,}) and no further ones being assumed"
    )
    return (
        f"{name}: {found.draws:,} draws of {kinds}; coverage {coverage.estimate:.4g} "
        f"[{coverage.low:.4g}, {coverage.high:.4g}]; H₂ = {entropy.estimate:.4g} "
        f"[{entropy.low:.4g}, {entropy.high:.4g}], as of {math.exp(entropy.low):.3g} to "
        f"{math.exp(entropy.high):.3g} even classes (each at {confidence:g})."
    )
