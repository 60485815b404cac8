"""Search for partitions whose E r exceeds that of the argmax of R^K.

python -m simulations.extremal --classes 5 --dim 2

Cells are those of the argmax of K linear scores w_i.z + b_i of R^d: power cells. Two questions:

equal masses
    maximise E r subject to p_i = 1/K; compare with E r of the argmax of R^K.
free masses
    E r alone has no maximum, since it grows without limit as one class takes all the mass. So
    maximise E r subject to s = ||p||^2 <= 1/k; compare with E r of the argmax of R^k, which has
    the same s.

Up to d = 3 E r, masses and gradients are integrals without sampling error. In higher dimension
gradient ascent runs on a sample that stays the same (common random numbers), a second sample
chooses the best of the climbs, and a third, which had no part in either, bounds its E r.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.optimize
from rich.console import Console
from rich.table import Table

import bounds
from bounds.support.console import tracked
from bounds.support.errors import InvalidValueError
from bounds.support.records import Identity, read, stale, write
from bounds.support.validation import count, fits, items, kind, path, real_array, shown
from bounds.support.validation import seed as valid_seed
from simulations.arrays import FloatArray
from simulations.cells.scores import ScoreIntegrals, score_integrals
from simulations.checking.check import check
from simulations.partitions.argmax import LinearArgmax, argmax_expected_radius
from simulations.partitions.base import LARGEST

RECORD = Path(__file__).with_name("results")
"""Folder of the committed record."""

TABLE_WIDTH = 104
SURVEY: list[tuple[int, int, int | None, int]] = [
    *((k, 2, None, 12) for k in range(3, 13)),
    (4, 3, None, 2),
    (5, 3, None, 2),
    *((k, k - 1, None, 2) for k in range(5, 13)),
    (4, 2, 3, 12),
    (5, 2, 3, 12),
    (6, 2, 4, 12),
    (8, 2, 4, 12),
    (9, 2, 5, 12),
    *((k + 3, k, k, 3) for k in range(4, 13)),
]
"""K, d, k (None: equal masses) and starts of the searches in the record."""

SAMPLED_POINTS = 40_000
SHELL = 0.08
"""Half-width of the layer around the faces over which fluxes are averaged."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best partition of one search.

    Attributes
    ----------
    classes, dim : int
        K and d.
    effective : int or None
        The k of the constraint ||p||^2 <= 1/k; None if the masses are equal.
    seed, starts : int
        What reproduces the search.
    expected_radius : float
        E r of the partition.
    half_width : float
        Half of the interval of E r at confidence 0.99; 0 where no sampling was needed.
    argmax : float
        E r of the argmax of R^K, with free masses of R^k.
    sharp : float
        g(s).
    isoperimetric : float
        sum f(p_i).
    masses : list of float
        The masses, in decreasing order (sample frequencies if d > 3).
    weights : list of lists of float
        Rows w_i.
    bias : list of float
        Offsets b_i.
    """

    classes: int
    dim: int
    effective: int | None
    seed: int
    starts: int
    expected_radius: float
    half_width: float
    argmax: float
    sharp: float
    isoperimetric: float
    masses: list[float]
    weights: list[list[float]]
    bias: list[float]

    @property
    def excess(self) -> float:
        """E r less that of argmax: positive if argmax is beaten."""
        return self.expected_radius - self.argmax

    @property
    def beats_argmax(self) -> bool:
        """Whether the excess is more than rounding and sampling can explain."""
        return self.excess > max(self.half_width, 1e-4)


_NAME = "extremal"
_NUMBERS = (
    *("classes", "dim", "seed", "starts", "expected_radius", "half_width"),
    *("argmax", "sharp", "isoperimetric"),
)
_VECTORS = ("masses", "weights", "bias")

MARGIN = 0.015
"""How far below 1/k a sampled climb keeps s, relatively, for the interval of s to lie below 1/k."""


def maximise(classes: int, dim: int, effective: int | None, start: FloatArray) -> FloatArray:
    """Climb from one start by sequential quadratic programming with exact gradients.

    Parameters
    ----------
    classes, dim : int
        K and d, d = 2 or 3.
    effective : int or None
        The k of ||p||^2 <= 1/k; None holds all masses at 1/K.
    start : ndarray, shape (K, d + 1)
        Columns w and b.

    Returns
    -------
    ndarray, shape (K, d + 1)
        A local maximum, or where the climb ended.
    """
    _require(classes, dim, effective)
    start = real_array(start, "start", "fiu")
    shape = (classes, dim + 1)
    if start.shape != shape or not (np.abs(start) <= LARGEST).all():
        raise InvalidValueError(
            f"start={shown(start.tolist())}: expected finite numbers of at most {LARGEST:g}, "
            f"of shape {shape}"
        )
    memory: dict[bytes, ScoreIntegrals] = {}

    def integrals(x: FloatArray) -> ScoreIntegrals:
        key = x.tobytes()
        if key not in memory:
            memory.clear()
            scores = x.reshape(shape)
            memory[key] = score_integrals(scores[:, :dim], scores[:, dim])
        return memory[key]

    def loss(x: FloatArray) -> tuple[float, FloatArray]:
        found = integrals(x)
        return -found.expected_radius, -found.radius_gradient.ravel()

    def constraint(x: FloatArray) -> FloatArray:
        masses = integrals(x).masses
        if effective is None:
            return masses[1:] - 1 / classes
        return np.array([1 / effective - masses @ masses])

    def constraint_gradient(x: FloatArray) -> FloatArray:
        found = integrals(x)
        if effective is None:
            return found.mass_gradient[1:].reshape(classes - 1, -1)
        return -2 * np.tensordot(found.masses, found.mass_gradient, axes=1).reshape(1, -1)

    held: Any = {
        "type": "eq" if effective is None else "ineq",
        "fun": constraint,
        "jac": constraint_gradient,
    }
    options: Any = {"maxiter": 300, "ftol": 1e-13}
    climbed = scipy.optimize.minimize(
        loss, start.ravel(), jac=True, method="SLSQP", constraints=held, options=options
    )
    return np.asarray(climbed.x, dtype=np.float64).reshape(shape)


def _require(classes: int, dim: int, effective: int | None) -> None:
    count(classes, "classes", 2)
    count(dim, "dim", 1 if classes == 2 else 2)
    fits(SAMPLED_POINTS * dim, "dim", dim)
    fits(SAMPLED_POINTS * classes, "classes", classes)
    fits(classes**2 * (dim + 1), "classes", classes)
    if effective is not None:
        count(effective, "effective", 2)


def climb_on_sample(
    classes: int,
    dim: int,
    effective: int | None,
    generator: np.random.Generator,
    steps: int = 200,
) -> FloatArray:
    """Climb in any dimension, on one sample that stays the same.

    Each step follows the gradient of E r less its part that changes the constraints, and a Newton
    step that restores them. Fluxes through faces are averages over samples within `SHELL`.

    Parameters
    ----------
    classes, dim : int
        K and d.
    effective : int or None
        The k of ||p||^2 <= 1/k; None holds all masses at 1/K.
    generator : Generator
        Of the start and the sample.
    steps : int
        Number of steps.

    Returns
    -------
    ndarray, shape (K, d + 1)
        Where the climb ended.
    """
    _require(classes, dim, effective)
    kind(generator, "generator", np.random.Generator)
    count(steps, "steps")
    z = generator.standard_normal((SAMPLED_POINTS // 2, dim))
    z = np.concatenate([z, -z])
    extended = np.concatenate([z, np.ones((len(z), 1))], axis=1)
    rows = np.arange(len(z))
    scores = np.concatenate(
        [generator.standard_normal((classes, dim)), np.zeros((classes, 1))], axis=1
    )
    for step in range(steps):
        difference = scores[:, None, :dim] - scores[None, :, :dim]
        length = np.sqrt(np.sum(difference**2, axis=2))
        np.fill_diagonal(length, math.inf)
        value = extended @ scores.T
        own = value.argmax(axis=1)
        distance = (value[rows, own][:, None] - value) / length[own]
        distance[rows, own] = math.inf
        face = distance.argmin(axis=1)
        radius = distance[rows, face]
        masses = np.bincount(own, minlength=classes) / len(z)

        spread = length[own, face][:, None]
        slope = extended / spread
        slope[:, :dim] -= (radius[:, None] / spread**2) * difference[own, face]
        gradient = np.zeros_like(scores)
        np.add.at(gradient, own, slope)
        np.add.at(gradient, face, -slope)
        gradient /= len(z)

        near = radius < SHELL
        flux = extended[near] / (spread[near] * (2 * SHELL * len(z)))
        masses_gradient = np.zeros((classes, classes, dim + 1))
        i, j = own[near], face[near]
        for first, second in ((i, j), (j, i)):
            np.add.at(masses_gradient, (first, first), flux)
            np.add.at(masses_gradient, (first, second), -flux)
        rate = 4 * (1 - step / steps)
        if effective is None:
            by_bias = masses_gradient[:, :, dim]
            multipliers = np.linalg.lstsq(by_bias.T, gradient[:, dim], rcond=1e-10)[0]
            gradient -= np.tensordot(multipliers, masses_gradient, axes=1)
            error = masses - 1 / classes
            scores[:, :dim] += rate * gradient[:, :dim]
            scores[:, dim] -= 0.7 * np.linalg.lstsq(by_bias, error, rcond=1e-10)[0]
        else:
            normal = 2 * np.tensordot(masses, masses_gradient, axes=1)
            square = float(np.sum(normal**2))
            gradient -= float(np.sum(gradient * normal)) / square * normal
            error = float(masses @ masses) - (1 - MARGIN) / effective
            # From far away a Newton step for s would overshoot.
            scores += rate * gradient - 0.7 * float(np.clip(error, -0.02, 0.02)) / square * normal
        scores[:, :dim] -= scores[:, :dim].mean(axis=0)
        squares: FloatArray = np.sum(scores[:, :dim] ** 2, axis=1)
        scores /= math.sqrt(float(np.mean(squares)))
    return scores


def search(
    classes: int, dim: int, *, effective: int | None = None, starts: int = 8, seed: int = 0
) -> Found:
    """Climb from random starts and return the best partition found.

    Parameters
    ----------
    classes : int
        K, at least 2.
    dim : int
        d, at least 2.
    effective : int, optional
        The k of the constraint ||p||^2 <= 1/k, 2 <= k <= K; by default all masses are 1/K.
    starts : int
        Number of random starts.
    seed : int
        Of the starts and samples.

    Returns
    -------
    Found

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    _require(classes, dim, effective)
    count(starts, "starts")
    if effective is not None and count(effective, "effective", 2) > classes:
        raise InvalidValueError(f"effective={effective}: expected at most classes={classes}")
    root = np.random.SeedSequence([valid_seed(seed), classes, dim])
    climbs = root.spawn(starts)
    choosing, bounding = root.spawn(2)
    best: _Evaluation | None = None
    for child in tracked(climbs, f"K = {classes}, d = {dim}", "starts"):
        generator = np.random.default_rng(child)
        if dim > 3:
            scores = climb_on_sample(classes, dim, effective, generator)
        else:
            start = generator.standard_normal((classes, dim + 1))
            # Voronoi cells, none of which is empty: an empty cell has no gradient.
            start[:, dim] = -0.5 * np.sum(start[:, :dim] ** 2, axis=1)
            scores = maximise(classes, dim, effective, start)
        found = _evaluated(scores, effective, choosing)
        if found is not None and (best is None or found.radius > best.radius):
            best = found
    if best is not None and dim > 3:
        best = _evaluated(best.scores, effective, bounding)
    if best is None:
        raise InvalidValueError(
            f"starts={starts}: no climb met the constraint on the masses; expected more starts"
        )
    positive = best.masses[best.masses > 0]
    s = float(best.masses @ best.masses)
    return Found(
        classes=classes,
        dim=dim,
        effective=effective,
        seed=seed,
        starts=starts,
        expected_radius=best.radius,
        half_width=best.half_width,
        argmax=argmax_expected_radius(classes if effective is None else effective),
        sharp=bounds.halfspace_radius(s),
        isoperimetric=bounds.isoperimetric_bound(positive / math.fsum(positive)),
        masses=sorted(best.masses.tolist(), reverse=True),
        weights=best.scores[:, :dim].tolist(),
        bias=best.scores[:, dim].tolist(),
    )


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """E r, half of its interval, and the masses of power cells."""

    scores: FloatArray
    radius: float
    half_width: float
    masses: FloatArray


def _evaluated(
    scores: FloatArray, effective: int | None, sample: np.random.SeedSequence
) -> _Evaluation | None:
    """Evaluate power cells, if d > 3 on a sample; None if the masses are not as asked for."""
    classes, dim = len(scores), scores.shape[1] - 1
    weights, bias = scores[:, :dim], scores[:, dim]
    if dim > 3:
        partition = LinearArgmax(weights, bias)
        report = check(partition, samples=500_000, rng=sample)
        largest_s = report.collision_probability.high
        radius = report.expected_radius.estimate
        half_width = 0.5 * (report.expected_radius.high - report.expected_radius.low)
        drawn = np.random.default_rng(sample).standard_normal((200_000, dim))
        masses = np.bincount(partition.classify(drawn), minlength=classes) / len(drawn)
        tolerance = 0.02
    else:
        integrals = score_integrals(weights, bias, 2001)
        radius, half_width, masses = integrals.expected_radius, 0.0, integrals.masses
        masses = np.maximum(masses, 0.0) / math.fsum(np.maximum(masses, 0.0))
        tolerance = 1e-8 if dim == 2 else 1e-3
        # In R^3 the climb's coarser quadrature leaves s off by some 1e-6.
        largest_s = float(masses @ masses) - (1e-9 if dim == 2 else 1e-5)
    if effective is None and np.abs(masses - 1 / classes).max() > tolerance:
        return None
    if effective is not None and largest_s > 1 / effective:
        return None
    return _Evaluation(scores, radius, half_width, masses)


def survey(folder: Path | None = None, seed: int = 0) -> list[Found]:
    """Perform the searches of the record, and keep each in a folder once it is finished.

    Parameters
    ----------
    folder : Path, optional
        What it holds of the same code and seed is not searched again. None: nothing is kept.
    seed : int
        Of every search.
    """
    folder = None if folder is None else path(folder, "folder")
    identity = _identity(valid_seed(seed))
    kept = [] if folder is None or stale(identity, folder) else _unpacked(folder)
    found = {(one.classes, one.dim, one.effective, one.starts): one for one in kept}
    for asked in SURVEY:
        if asked in found:
            continue
        classes, dim, effective, starts = asked
        found[asked] = search(classes, dim, effective=effective, starts=starts, seed=seed)
        if folder is not None:
            write(identity, _packed(list(found.values())), folder)
    return [found[asked] for asked in SURVEY]


def read_record(folder: Path = RECORD) -> list[Found]:
    """The best partitions found by a survey; by default those of the committed record."""
    return _unpacked(path(folder, "folder"))


def outdated(folder: Path = RECORD) -> str:
    """Say what has changed since a record was computed; empty if nothing has."""
    folder = path(folder, "folder")
    return stale(_identity(read(_NAME, folder)[1]["parameters"]["seed"]), folder)


def _identity(seed: int) -> Identity:
    return Identity.of(_NAME, __name__, {"seed": seed})


def _packed(found: list[Found]) -> dict[str, np.ndarray[Any, Any]]:
    """One array of each number, and of each partition one of each vector."""
    rows = [asdict(one) for one in found]
    packed = {name: np.array([row[name] for row in rows]) for name in _NUMBERS}
    packed["effective"] = np.array([row["effective"] or 0 for row in rows])
    for place, row in enumerate(rows):
        packed |= {f"{name}_{place}": np.array(row[name]) for name in _VECTORS}
    return packed


def _unpacked(folder: Path) -> list[Found]:
    arrays, _ = read(_NAME, folder, "effective", *_NUMBERS)
    return [
        Found(
            effective=arrays["effective"][place].item() or None,
            **{name: arrays[name][place].item() for name in _NUMBERS},
            **{name: arrays[f"{name}_{place}"].tolist() for name in _VECTORS},
        )
        for place in range(len(arrays["effective"]))
    ]


def to_json(found: list[Found]) -> dict[str, Any]:
    """The best partitions as one JSON object."""
    items(found, "found", Found)
    return {
        "found": [asdict(one) for one in found],
        "beats_argmax": [one.beats_argmax for one in found],
    }


def print_table(found: list[Found], console: Console) -> None:
    """Print one row for each search."""
    items(found, "found", Found)
    kind(console, "console", Console)
    table = Table(title="Best partitions found", title_justify="left")
    for heading in (
        "K",
        "d",
        "masses",
        "E r",
        "argmax",
        "excess",
        "g(s)",
        "E r / Σ f(pᵢ)",
        "beaten",
    ):
        table.add_column(heading, justify="right")
    for one in found:
        sampled = f" ± {one.half_width:.4f}" if one.half_width else ""
        table.add_row(
            str(one.classes),
            str(one.dim),
            "1/K" if one.effective is None else f"s ≤ 1/{one.effective}",
            f"{one.expected_radius:.6f}{sampled}",
            f"{one.argmax:.6f}",
            f"{one.excess:+.6f}",
            f"{one.sharp:.6f}",
            f"{one.expected_radius / one.isoperimetric:.4f}",
            "yes" if one.beats_argmax else "no",
        )
    console.print(table)
    console.print(
        "argmax: E r of the argmax of R^K, or of R^k if the constraint is s = ‖p‖² ≤ 1/k.\n"
        "A search finds local maxima; that it finds nothing above argmax proves nothing.",
        highlight=False,
    )
