"""A lower limit of the class radius of a black box: that of its smoothed classes.

Let label be any labelling of R^d, a hole being a label too, sigma > 0, and pi_k(z) =
P[label(z + sigma N) = k] for N ~ N(0, I). The smoothed class of z is the k with the largest
pi_k(z). z -> Phi^-1(pi_k(z)) is 1/sigma-Lipschitz (the Gaussian isoperimetric inequality), so that
the smoothed class is one within rho(z) = sigma/2 (Phi^-1(pi_(1)) - Phi^-1(pi_(2))) of z, with
pi_(1) >= pi_(2) the two largest (Cohen, Rosenfeld & Kolter, arXiv 1902.02918): the radius r~ of the
smoothed classes is at least rho. They partition R^d, so the theorem is about them, with their own
masses p~; as sigma -> 0 they become the classes.

From below. One set of votes at z chooses a class c and another, of m, bounds. Let j be the class
other than c with the largest pi_j; it does not depend on the votes. With probability 1 - alpha
both pi_c >= a (Clopper-Pearson at alpha/2) and pi_j <= b', the limit from its votes (at alpha/2),
which is at most b, that from the most votes of any other class; and b <= 1 - a may be taken. So
rho_alpha = sigma/2 (Phi^-1(a) - Phi^-1(b)), cut off at 0, is at most r~, and no class pays for
there being others. It never exceeds M = sigma Phi^-1((alpha/2)^(1/m)). Whatever z, it is
more than r~ with probability at most alpha and then by at most M: E r~ >= E rho_alpha - alpha M,
and the mean of rho_alpha >= 0 is limited by betting.

That c is the smoothed class needs no numbers: otherwise a fixed j has pi_j >= pi_c, and of the
votes for c or j each is for c with probability at most 1/2. So a sign test of c at alpha against
the class with the most votes but c's, the hardest, is wrong with probability at most alpha.

From above. Of two points with two smoothed classes one has another class than z, whichever z has:
r~(z) <= Y = the larger of their distances to z. Let c_1 and c_2 be chosen by other votes. Had the
points one class k, then of their votes for c_1 or k at the first and for c_2 or k at the second,
without the first's if k = c_1 and the second's if k = c_2, each would be against k with probability
at most 1/2. A sign test at alpha for each k refutes them all, the true one wrongly with probability
at most alpha: Y is less than r~ no oftener, whatever z. Two anchors, certified once and for
all, serve the latents that have no such points; they are near the middle of the law, from which
latents are nearer than from each other. r~ is 1-Lipschitz, so that if E r~ >= m, then
E min(r~, m + T) >= m - sqrt(2 pi) Q(T) (`intervals.covering_excess`) and
E min(Y, m + T) >= m - sqrt(2 pi) Q(T) - alpha (m + T): this is bet against. The excess
alpha (m + T) increases in m, but a bet of l on it still gains in m: l (m - alpha (m + T)) =
(1 - alpha) l m - alpha l T, and l T is constant (`simulations.checking.betting`).

Latents of another law, of isoperimetric constant L, are smoothed in R^d by the same noise, their
decoder answering everywhere (`latents.Projected`). r~ is the distance in R^d, which is at most that
within the support, so E r~ <= L g(s~) for the masses s~ under the law; and r~/L concentrates as
under N(0, I).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

import bounds
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.sealed import sealed
from bounds.support.validation import callback, count, real, shown
from simulations.arrays import FloatArray, IntArray
from simulations.checking.estimation import ClassCounts
from simulations.checking.intervals import (
    Interval,
    binomial_high,
    binomial_low,
    covering_excess,
    down,
    mean_high,
    mean_low,
    up,
)
from simulations.checking.knowledge import Knowledge
from simulations.checking.masses import MassLimits, minus_log
from simulations.checking.report import bound_to_json, interval_to_json
from simulations.checking.verdict import BoundCheck, collision_checks, entropy_checks
from simulations.generators.latents import (
    NORMAL,
    LatentLaw,
    check_in_units,
    known_law,
    times,
)
from simulations.partitions.base import class_number
from simulations.partitions.protocol import HOLE
from simulations.seeds import SMOOTHED_COVERAGE, SMOOTHING, child

_ROWS = 2**14
_BEFORE = (-1.0, -0.5, -0.25, 0.0)
_BEYOND = (0.0, 0.15, 0.3, 0.6, 1.2, 2.4)
_AT_Z = _BEFORE.index(0.0)
_PLACES = len(_BEFORE) + len(_BEYOND)
_ANCHORS = 16
_TOWARDS = 0.25
_FAR = 100.0
_MOST_DRAWS = 2**30


class Labelled(Protocol):
    """What is smoothed: labels, and points of other classes to look towards."""

    dim: int
    classes: int

    def classify(self, z: FloatArray) -> IntArray:
        """Labels (n,) of latents (n, d), -1 in a hole."""
        ...

    def witnesses(self, z: FloatArray) -> FloatArray:
        """Points (n, d) of other classes near `z`; rows of +inf where none is known."""
        ...


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How classes are smoothed, and how much is spent on it.

    Attributes
    ----------
    sigma : float or None
        Standard deviation of the noise. By default half of L g(1/K), the most that E r can be
        for K equal classes: a certified radius is at most M, 2.4 sigma at 1,000 votes, and noise
        larger than the classes' own radii makes other classes of them.
    samples : int
        Latents.
    votes : int
        Labels that bound, at each of up to three points a latent.
    choosing : int
        Labels that choose, at each of up to ten points a latent.
    error : float
        alpha, the error probability of each latent's certificate.
    """

    sigma: float | None = None
    samples: int = 1_000
    votes: int = 1_000
    choosing: int = 50
    error: float = 1e-3

    def __post_init__(self) -> None:
        if self.sigma is not None:
            object.__setattr__(self, "sigma", real(self.sigma, "sigma", 0, math.inf))
        for name, least in (("samples", 4), ("votes", 1), ("choosing", 1)):
            value = count(getattr(self, name), name, least, _MOST_DRAWS)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "error", real(self.error, "error", 0, 0.5))

    def noise(self, classes: int, scale: float = 1.0) -> float:
        """The sigma that is used for K classes of latents of isoperimetric constant L."""
        classes = class_number(classes)
        scale = real(scale, "scale", 0, math.inf)
        if self.sigma is not None:
            return self.sigma
        return scale * bounds.halfspace_radius(1 / max(classes, 2)) / 2

    @property
    def largest(self) -> float:
        """M / sigma, the largest certified radius for a noise of 1."""
        quantile = float(ndtri(float((self.error / 2) ** (1 / self.votes))))
        return max(quantile, 0.0)


def smoothing_of(sigma: float | None, votes: int | None, samples: int) -> Smoothing | None:
    """What the options of a command ask for; None without either of the first two."""
    count(samples, "samples")
    if sigma is None and votes is None:
        return None
    return Smoothing(sigma, samples, 1_000 if votes is None else votes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmoothedReport:
    """The smoothed classes of a generator; all limits hold together at `confidence`.

    Attributes
    ----------
    sigma : float
        Standard deviation of the noise.
    samples, votes : int
    classes : int
        K, without the hole.
    scale : float
        L of the latents' law.
    certified : float
        Share of the latents whose smoothed class is certified.
    expected_radius : Interval
        E r~, from both sides; the estimate is the mean certified radius, which is low.
    collision_probability, collision_entropy, coverage : Interval
        s~ = ||p~||^2, a hole counting as a class; H_2(p~); and the mass outside the smoothed holes.
    bounds, entropy_bounds : mapping of str to BoundCheck
        E r~ <= L g(s~) (``sharp``) and L gamma(s~) (``talk``), and the bounds on H_2(p~) that
        E r~ gives; the `high` of these are the certificates.
    evaluations : int
        Labels computed, but for those of the search.
    confidence : float
    """

    sigma: float
    samples: int
    votes: int
    classes: int
    scale: float
    certified: float
    expected_radius: Interval
    collision_probability: Interval
    coverage: Interval
    bounds: Mapping[str, BoundCheck]
    entropy_bounds: Mapping[str, BoundCheck]
    evaluations: int
    confidence: float

    @property
    def collision_entropy(self) -> Interval:
        """H_2(p~)."""
        return minus_log(self.collision_probability)

    @property
    def entropy_bound(self) -> float:
        """H_2(p~) is at most this, by g; inf where nothing is certified."""
        return self.entropy_bounds["sharp"].high

    @property
    def as_claimed(self) -> bool:
        """Whether no bound that applies is violated."""
        every = (*self.bounds.values(), *self.entropy_bounds.values())
        return not any(one.applies and one.verdict == "violated" for one in every)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON objects; bounds that certify nothing are null.

        A digest lets another check that reads it (`comparison.read_radius`) know it as it was.
        """

        def number(value: float) -> float | None:
            return value if math.isfinite(value) else None

        numbers = {
            "sigma": self.sigma,
            "samples": self.samples,
            "votes": self.votes,
            "classes": self.classes,
            "scale": self.scale,
            "certified": self.certified,
            "expected_radius": interval_to_json(self.expected_radius),
            "collision_probability": interval_to_json(self.collision_probability),
            "collision_entropy": interval_to_json(self.collision_entropy),
            "coverage": interval_to_json(self.coverage),
            "bounds": {name: bound_to_json(one) for name, one in self.bounds.items()},
            "entropy_bound": {name: number(one.high) for name, one in self.entropy_bounds.items()},
            "as_claimed": self.as_claimed,
            "evaluations": self.evaluations,
            "confidence": self.confidence,
        }
        return sealed(numbers)


def smoothed_radius(
    partition: Labelled,
    smoothing: Smoothing | None = None,
    confidence: float = 0.99,
    seed: int = 0,
    *,
    law: LatentLaw = NORMAL,
    progress: Callable[[int, int], None] | None = None,
) -> SmoothedReport:
    """Enclose E r~ of the smoothed classes of a partition, known by its labels alone.

    Parameters
    ----------
    partition : Labelled
        A `GeneratorPartition`, or anything that classifies and has witnesses.
    smoothing : Smoothing, optional
    confidence : float
        1 - delta; a quarter of delta for either end of E r~ (for the upper one together with the
        anchors), for s~, and for the coverage.
    seed : int
        Of latents and noise, on which alone the result depends.
    law : LatentLaw
        Of the latents.
    progress : callable, optional
        Called with the latents done and their total.

    Returns
    -------
    SmoothedReport

    Examples
    --------
    >>> class Half:
    ...     dim, classes = 2, 2
    ...     classify = staticmethod(lambda z: (z[:, 0] > 0).astype(np.int64))
    ...     witnesses = staticmethod(lambda z: z * [-1e-9, 1])
    >>> found = smoothed_radius(Half(), Smoothing(sigma=0.5, samples=200)).expected_radius
    >>> bool(found.low < np.sqrt(2 / np.pi) < found.high)
    True
    """
    smoothing = Smoothing() if smoothing is None else smoothing
    delta = 1 - real(confidence, "confidence", 0, 1)
    callback(progress, "progress")
    run = _Run(partition, smoothing, seed, law)
    anchors = run.anchors(delta / 8)
    total = smoothing.samples
    radii, distances = np.empty(total), np.empty(total)
    certified = np.full(total, -2, dtype=np.int64)
    step = max(1, _ROWS // max(smoothing.votes, smoothing.choosing * _PLACES))
    for start in range(0, total, step):
        rows = np.arange(start, min(start + step, total))
        streams = run.streams(SMOOTHING, rows)
        found = run.measured(streams, run.drawn(streams), smoothing.error, anchors)
        radii[rows], certified[rows], distances[rows] = found[:3]
        if progress is not None:
            progress(int(rows[-1]) + 1, total)
    radius = _mean_radius(radii, distances, run, delta / 4)
    collision = _collisions(certified, partition.classes, smoothing.error, delta / 4)
    units = times(1 / run.scale, radius)
    return SmoothedReport(
        sigma=run.sigma,
        samples=total,
        votes=smoothing.votes,
        classes=partition.classes,
        scale=run.scale,
        certified=float((certified > -2).mean()),
        expected_radius=radius,
        collision_probability=collision,
        coverage=_coverage(certified, partition.classes, smoothing.error, delta / 4),
        bounds={
            name: check_in_units(one, run.scale)
            for name, one in collision_checks(units, collision).items()
        },
        entropy_bounds=entropy_checks(units, minus_log(collision), True, ""),
        evaluations=run.evaluations,
        confidence=confidence,
    )


def smoothed_coverage(
    partition: Labelled,
    smoothing: Smoothing | None = None,
    confidence: float = 0.99,
    seed: int = 0,
    *,
    law: LatentLaw = NORMAL,
) -> Interval:
    """Enclose the mass outside the smoothed holes of a partition with holes.

    Examples
    --------
    >>> class Ring:
    ...     dim, classes = 1, 2
    ...     classify = staticmethod(lambda z: np.where(np.abs(z[:, 0]) < 1, -1, z[:, 0] > 0))
    ...     witnesses = staticmethod(lambda z: z)
    >>> found = smoothed_coverage(Ring(), Smoothing(sigma=0.1, samples=400))
    >>> bool(found.low < 0.3173 < found.high < 0.5)
    True
    """
    smoothing = Smoothing() if smoothing is None else smoothing
    delta = 1 - real(confidence, "confidence", 0, 1)
    run = _Run(partition, smoothing, seed, law)
    certified = np.empty(smoothing.samples, dtype=np.int64)
    step = max(1, _ROWS // smoothing.votes)
    for start in range(0, smoothing.samples, step):
        rows = np.arange(start, min(start + step, smoothing.samples))
        streams = run.streams(SMOOTHED_COVERAGE, rows)
        z = run.drawn(streams)[:, None]
        own = run.votes(streams, z, smoothing.choosing)[:, 0].argmax(axis=1)
        votes = run.votes(streams, z, smoothing.votes)[:, 0]
        certified[rows] = np.where(_most_probable(votes, own, smoothing.error), own, -2)
    return _coverage(certified, partition.classes, smoothing.error, delta)


class _Run:
    """The latents of a run, their noise and their votes."""

    def __init__(
        self, partition: Labelled, smoothing: Smoothing, seed: int, law: LatentLaw = NORMAL
    ) -> None:
        if not isinstance(smoothing, Smoothing):  # pyright: ignore
            raise InvalidTypeError(f"smoothing={shown(smoothing)}: expected a Smoothing or None")
        for part in ("dim", "classes", "classify", "witnesses"):
            if not hasattr(partition, part):
                raise InvalidTypeError(
                    f"partition={shown(partition)}: has no {part}: expected a GeneratorPartition"
                )
        count(partition.dim, "partition.dim")
        count(partition.classes, "partition.classes")
        self.partition = partition
        self.smoothing = smoothing
        self.law = law
        self.scale = known_law(law).scale(partition.dim)
        self.sigma = smoothing.noise(partition.classes, self.scale)
        self.seed = seed
        self.evaluations = 0

    def streams(self, key: int, rows: IntArray) -> list[np.random.Generator]:
        """One stream for each latent, so that it does not depend on how many go together."""
        return [np.random.default_rng(child(self.seed, key, int(row))) for row in rows]

    def drawn(self, streams: list[np.random.Generator]) -> FloatArray:
        """Latents (n, d) of the law."""
        z = np.stack([rng.standard_normal(self.partition.dim) for rng in streams])
        return self.law.from_normal(z)

    def anchors(self, delta: float) -> FloatArray | None:
        """Two points (2, d), if any are found, of two smoothed classes but for delta."""
        streams = self.streams(SMOOTHING, self.smoothing.samples + np.arange(_ANCHORS))
        z = self.drawn(streams)
        middle = z.mean(axis=0)
        z = middle + _TOWARDS * (z - middle)
        _, _, distances, ends = self.measured(streams, z, delta / _ANCHORS)
        best = int(distances.argmin())
        return ends[best] if np.isfinite(distances[best]) else None

    def measured(
        self,
        streams: list[np.random.Generator],
        z: FloatArray,
        alpha: float,
        anchors: FloatArray | None = None,
    ) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
        """Certificates of latents (n, d), each at error alpha.

        Radii (n,); classes (n,), -2 where not certified; the larger distance (n,) to two points of
        two classes, inf where not certified; and these points (n, 2, d).
        """
        offset = self.partition.witnesses(z) - z
        offset[~np.isfinite(offset).all(axis=1)] = 0.0
        # Places on the line through the witness: around z, and around the classes' boundary.
        lengths = np.linalg.norm(offset, axis=1)
        before = np.tile(np.multiply(_BEFORE, self.sigma), (len(z), 1))
        reaches = np.concatenate([before, lengths[:, None] + np.multiply(_BEYOND, self.sigma)], 1)
        places = z[:, None] + reaches[:, :, None] * _unit(offset)[:, None]
        chosen = self.votes(streams, places, self.smoothing.choosing)
        instead = np.full(len(z), np.inf)
        if anchors is not None:
            instead = np.linalg.norm(anchors - z[:, None], axis=2).max(axis=1)
        here, there = self.ends(chosen, np.abs(reaches), alpha, instead)
        index = np.arange(len(z))
        middle = self.votes(streams, z[:, None], self.smoothing.votes)[:, 0]
        own = chosen[:, _AT_Z].argmax(axis=1)
        gaps = self.gaps(middle, own, alpha)
        radii = self.sigma / 2 * np.maximum(gaps, 0.0)
        certified = np.where(_most_probable(middle, own, alpha), own, -2)

        ends = np.stack([places[index, here], places[index, there]], axis=1)
        votes = self.votes(streams, ends, self.smoothing.votes)
        classes = np.stack([chosen[index, here], chosen[index, there]], axis=1).argmax(axis=2)
        reached = np.linalg.norm(ends - z[:, None], axis=2).max(axis=1)
        reached[~_different(votes[:, 0], votes[:, 1], classes, alpha)] = np.inf
        reached = np.minimum(reached, instead)
        return radii, certified, reached, ends

    def votes(
        self, streams: list[np.random.Generator], places: FloatArray, number: int
    ) -> IntArray:
        """Votes (n, m, K + 1) at places (n, m, d), holes last; each row has its own stream."""
        n, m, dim = places.shape
        labels = self.partition.classes + 1
        found = np.zeros((n, m, labels), dtype=np.int64)
        for place in range(m):
            noise = np.stack([rng.standard_normal((number, dim)) for rng in streams])
            points = (places[:, place, None] + self.sigma * noise).reshape(-1, dim)
            given = np.asarray(self.partition.classify(points))
            if given.shape != (len(points),) or given.dtype.kind not in "iu":
                raise InvalidValueError(
                    f"partition.classify: gives shape {given.shape} of {given.dtype}: expected "
                    f"integers, ({len(points)},)"
                )
            if given.min() < HOLE or given.max() >= self.partition.classes:
                raise InvalidValueError(
                    f"partition.classify: gives labels {given.min()} to {given.max()}: expected "
                    f"{HOLE} to {self.partition.classes - 1}"
                )
            given = given.reshape(n, number)
            given = np.where(given == HOLE, labels - 1, given)
            for label in range(labels):
                found[:, place, label] = (given == label).sum(axis=1)
        self.evaluations += n * m * number
        return found

    def ends(
        self, chosen: IntArray, reaches: FloatArray, alpha: float, instead: FloatArray
    ) -> tuple[IntArray, IntArray]:
        """Two places (n,) for which the distance is expected to be smallest, by few votes.

        `instead` (n,) are the distances if these are not certified. A wrong choice costs width,
        not truth: other votes certify.
        """
        ratio = math.sqrt(self.smoothing.votes / self.smoothing.choosing)
        needed = -float(ndtri(alpha))
        classes = chosen.argmax(axis=2)
        n, m = classes.shape
        instead = np.where(np.isfinite(instead), instead, _FAR * (1 + reaches.max(axis=1)))
        best = np.full(n, np.inf)
        here, there = np.zeros(n, dtype=np.int64), np.full(n, m - 1, dtype=np.int64)
        for i in range(m):
            for j in range(i + 1, m):
                pair = classes[:, [i, j]]
                wins, losses = _contests(chosen[:, i], chosen[:, j], pair)
                score = ((wins - losses) / np.sqrt(np.maximum(wins + losses, 1))).min(axis=1)
                # The score of m votes is that of n times sqrt(m/n), but for both's own deviations.
                odds = (ratio * score - needed) / math.hypot(1, ratio)
                sure = np.asarray(ndtr(odds), dtype=np.float64)
                sure[pair[:, 0] == pair[:, 1]] = 0
                reach = np.maximum(reaches[:, i], reaches[:, j])
                expected = instead + sure * (np.minimum(reach, instead) - instead)
                better = expected < best
                best[better], here[better], there[better] = expected[better], i, j
        return here, there

    def gaps(self, votes: IntArray, chosen: IntArray, alpha: float) -> FloatArray:
        """Lower limits (n,) of Phi^-1(pi_c) - Phi^-1(the largest other pi), at alpha each."""
        number = self.smoothing.votes
        rows = np.arange(len(votes))
        low = binomial_low(votes[rows, chosen], number, alpha / 2)
        rest = votes.copy()
        rest[rows, chosen] = 0
        high = binomial_high(rest.max(axis=1), number, alpha / 2)
        # Where p_c is 0, ndtri is -inf, and so is the gap.
        return np.asarray(ndtri(low) - ndtri(np.minimum(high, 1 - low)), dtype=np.float64)


def _unit(offset: FloatArray) -> FloatArray:
    length = np.linalg.norm(offset, axis=1, keepdims=True)
    return np.divide(offset, length, out=np.zeros_like(offset), where=length > 0)


def _most_probable(votes: IntArray, chosen: IntArray, alpha: float) -> NDArray[np.bool_]:
    """Whether the chosen class is the most probable one (n,), by a sign test at alpha each."""
    rows = np.arange(len(votes))
    rest = votes.copy()
    rest[rows, chosen] = 0
    return _mostly(votes[rows, chosen], rest.max(axis=1), alpha)


def _mostly(wins: IntArray, losses: IntArray, alpha: float) -> NDArray[np.bool_]:
    """Whether wins are refuted to have a probability of at most 1/2."""
    return np.asarray(binomial_low(wins, wins + losses, alpha) > 0.5)


def _contests(first: IntArray, second: IntArray, classes: IntArray) -> tuple[IntArray, IntArray]:
    """Votes (n, K) against and for each class at two points, of two chosen classes (n, 2)."""
    rows, (one, two) = np.arange(len(first)), classes.T
    at_first, at_second = first[rows, one], second[rows, two]
    wins = np.repeat((at_first + at_second)[:, None], first.shape[1], axis=1)
    losses = first + second
    wins[rows, one], losses[rows, one] = at_second, second[rows, one]
    wins[rows, two], losses[rows, two] = at_first, first[rows, two]
    return wins, losses


def _different(
    first: IntArray, second: IntArray, classes: IntArray, alpha: float
) -> NDArray[np.bool_]:
    """Whether two points are of two smoothed classes (n,), at alpha each."""
    wins, losses = _contests(first, second, classes)
    return _mostly(wins, losses, alpha).all(axis=1) & (classes[:, 0] != classes[:, 1])


def _mean_radius(radii: FloatArray, distances: FloatArray, run: _Run, delta: float) -> Interval:
    """E r~ from certified radii and from distances, each limit wrong with probability delta.

    The anchors have half of the upper limit's.
    """
    alpha, largest = run.smoothing.error, run.sigma * run.smoothing.largest
    low = max(down(run.scale * mean_low(radii / run.scale, delta) - alpha * largest, largest), 0.0)

    def excess(m: float, reach: Any) -> Any:
        return covering_excess(m, reach) + alpha * (m + reach)

    high = run.scale * mean_high(distances / run.scale, delta / 2, excess)
    method = f"votes at sigma = {run.sigma:.6g}"
    return Interval(float(np.clip(radii.mean(), low, high)), low, high, method)


def _collisions(certified: IntArray, classes: int, alpha: float, delta: float) -> Interval:
    """s~ from the classes C that are certified, a share c of the latents, with masses q = c w.

    p~_k = q_k + a_k - b_k, b_k the mass of those that are wrongly certified as k, sum b <= alpha,
    and a_k >= 0 that of the smoothed class k that is not, sum a <= 1 - c + alpha =: u. So
    |q|^2 - 2 alpha <= s~ <= |q|^2 + 2 u max q + u^2.
    """
    known = certified[certified > -2]
    found = MassLimits.of(ClassCounts.of(known, classes + 1).counts, delta / 2)
    n = len(certified)
    least = float(binomial_low(len(known), n, delta / 4))
    most = float(binomial_high(len(known), n, delta / 4))
    unknown = 1 - least + alpha
    low = max(down(least**2 * found.collision.low - 2 * alpha, 1.0), 0.0)
    largest = 2 * unknown * most * found.largest.high
    high = min(up(most**2 * found.collision.high + largest + unknown**2), 1.0)
    estimate = float(np.clip(found.collision.estimate, low, high))
    return Interval(estimate, low, high, "certified labels")


def _coverage(certified: IntArray, classes: int, alpha: float, delta: float) -> Interval:
    """Mass outside the smoothed holes."""
    n = len(certified)
    outside = int(((certified > -2) & (certified < classes)).sum())
    holes = int((certified == classes).sum())
    low = max(float(binomial_low(outside, n, delta / 2)) - alpha, 0.0)
    high = min(float(binomial_high(n - holes, n, delta / 2)) + alpha, 1.0)
    estimate = outside / max(outside + holes, 1)
    return Interval(
        min(max(estimate, low), high), low, high, "certified labels", known=Knowledge.FINITE_SAMPLE
    )
