"""A lower limit of the class radius of a black box: that of its smoothed classes.

Let label be any labelling of R^d, a hole being a label too, sigma > 0, and pi_k(z) =
P[label(z + sigma N) = k] for N ~ N(0, I). The smoothed class of z is the k with the largest
pi_k(z). z -> Phi^-1(pi_k(z)) is 1/sigma-Lipschitz (the Gaussian isoperimetric inequality), so that
the smoothed class is one within rho(z) = sigma/2 (Phi^-1(pi_(1)) - Phi^-1(pi_(2))) of z, with
pi_(1) >= pi_(2) the two largest (Cohen, Rosenfeld & Kolter, arXiv 1902.02918): the radius r~ of the
smoothed classes is at least rho. They partition R^d, so the theorem is about them, with their own
masses p~; as sigma -> 0 they become the classes.

From below. From votes at z, one set of which chooses the class c and another, of m, bounds, with
probability 1 - alpha both pi_c >= a (Clopper-Pearson at alpha/2) and every other pi_j <= b
(at alpha/(2 (K - 1)) each, and b <= 1 - a), so that rho_alpha = sigma/2 (Phi^-1(a) - Phi^-1(b)),
cut off at 0, is at most r~. It never exceeds M = sigma Phi^-1((alpha/2)^(1/m)). Whatever z, it is
more than r~ with probability at most alpha and then by at most M: E r~ >= E rho_alpha - alpha M,
and the mean over latents of a variable in [0, M] has a lower limit at finite n.

From above. Of two points with two smoothed classes one has another class than z, whichever z has:
r~(z) <= Y = the larger of their distances to z. Each is certified by votes at alpha/2, so that Y
is less than r~ with probability at most alpha, whatever z. Two anchors, certified once and for
all, serve the latents that have no such points. r~ is 1-Lipschitz; with T =
sqrt(2 log n), the number M* = E r~ + T, and P[r~ > M* + x] <= exp(-(T + x)^2/2),
E r~ <= E min(r~, M*) + exp(-T^2/2)/T <= E min(Y, M*) + alpha M* + exp(-T^2/2)/T. The deviation of
the mean of min(Y, M*) is at most that of a variable of Y's variance in [0, M*]; it is linear in
M*, so the inequality is solved for E r~.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.special import ndtri

import bounds
from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, real
from simulations.arrays import FloatArray, IntArray
from simulations.checking.intervals import Interval, bernstein, binomial_high, binomial_low
from simulations.checking.knowledge import Knowledge
from simulations.checking.report import interval_to_json
from simulations.partitions.protocol import HOLE
from simulations.seeds import SMOOTHING, child

_ROWS = 2**14
_BEFORE = (-1.0, -0.5, -0.25, 0.0)
_BEYOND = (0.0, 0.15, 0.3, 0.6, 1.2, 2.4)
_AT_Z = _BEFORE.index(0.0)
_PLACES = len(_BEFORE) + len(_BEYOND)
_CLEAR = 0.3
_ANCHORS = 16


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
        Standard deviation of the noise. By default half of g(1/K), the most that E r can be
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
            real(self.sigma, "sigma", 0, math.inf)
        count(self.samples, "samples", 4)
        count(self.votes, "votes")
        count(self.choosing, "choosing")
        real(self.error, "error", 0, 0.5)

    def noise(self, classes: int) -> float:
        """The sigma that is used for K classes."""
        if self.sigma is not None:
            return self.sigma
        return float(bounds.halfspace_radius(1 / max(classes, 2))) / 2

    @property
    def largest(self) -> float:
        """M / sigma, the largest certified radius for a noise of 1."""
        return float(max(ndtri((self.error / 2) ** (1 / self.votes)), 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SmoothedReport:
    """The smoothed classes of a generator; all limits hold together at `confidence`.

    Attributes
    ----------
    sigma : float
        Standard deviation of the noise.
    samples, votes : int
    certified : float
        Share of the latents whose smoothed class is certified.
    expected_radius : Interval
        E r~, from both sides; the estimate is the mean certified radius, which is low.
    collision_probability, coverage : Interval
        s~ = ||p~||^2, a hole counting as a class, and the mass outside the smoothed holes.
    entropy_bound, talk_entropy_bound : float
        H_2(p~) is at most this, by g and by gamma; inf where nothing is certified.
    evaluations : int
        Labels computed, but for those of the search.
    confidence : float
    """

    sigma: float
    samples: int
    votes: int
    certified: float
    expected_radius: Interval
    collision_probability: Interval
    coverage: Interval
    entropy_bound: float
    talk_entropy_bound: float
    evaluations: int
    confidence: float

    def to_json(self) -> dict[str, Any]:
        """The report as JSON objects; bounds that certify nothing are null."""

        def number(value: float) -> float | None:
            return value if math.isfinite(value) else None

        return {
            "sigma": self.sigma,
            "samples": self.samples,
            "votes": self.votes,
            "certified": self.certified,
            "expected_radius": interval_to_json(self.expected_radius),
            "collision_probability": interval_to_json(self.collision_probability),
            "coverage": interval_to_json(self.coverage),
            "entropy_bound": number(self.entropy_bound),
            "talk_entropy_bound": number(self.talk_entropy_bound),
            "evaluations": self.evaluations,
            "confidence": self.confidence,
        }


def smoothed_radius(
    partition: Labelled,
    smoothing: Smoothing | None = None,
    confidence: float = 0.99,
    seed: int = 0,
    *,
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
    run = _Run(partition, smoothing, seed)
    anchors = run.anchors(delta / 8)
    total = smoothing.samples
    radii, distances = np.empty(total), np.empty(total)
    certified = np.full(total, -2, dtype=np.int64)
    step = max(1, _ROWS // max(smoothing.votes, smoothing.choosing * _PLACES))
    for start in range(0, total, step):
        rows = np.arange(start, min(start + step, total))
        found = run.measured(rows, smoothing.error, anchors)
        radii[rows], certified[rows], distances[rows] = found[:3]
        if progress is not None:
            progress(int(rows[-1]) + 1, total)
    low = _lower_limit(radii, smoothing, run.sigma, delta / 4)
    high = _upper_limit(distances, smoothing, delta / 8)
    method = f"votes at sigma = {run.sigma:.6g}"
    radius = Interval(float(np.clip(radii.mean(), low, high)), low, high, method)
    bound = bounds.entropy_bound(low) if low > 0 else None
    return SmoothedReport(
        sigma=run.sigma,
        samples=total,
        votes=smoothing.votes,
        certified=float((certified > -2).mean()),
        expected_radius=radius,
        collision_probability=_collisions(certified, smoothing.error, delta / 4),
        coverage=_coverage(certified, partition.classes, smoothing.error, delta / 4),
        entropy_bound=math.inf if bound is None else float(bound.sharp),
        talk_entropy_bound=math.inf if bound is None else float(bound.talk),
        evaluations=run.evaluations,
        confidence=confidence,
    )


@dataclass(frozen=True, slots=True)
class RadiusTest:
    """Which of two generators has the larger E r~, as a test of level 1 - confidence.

    Attributes
    ----------
    verdict : {"A larger", "B larger", "undecided"}
        The talk calls the one with the larger E r~ less diverse; larger upper bounds of H_2 are
        what is compared so, not H_2.
    confidence : float
        The probability that the verdict is not wrong.
    """

    verdict: str
    confidence: float


def compare_radii(first: SmoothedReport, second: SmoothedReport) -> RadiusTest:
    """Compare E r~ of two generators that were smoothed alike.

    Their limits hold together with probability at least 1 less both error probabilities.

    Raises
    ------
    ValueError
        If the noises differ: the radii would be those of classes smoothed differently.
    """
    if first.sigma != second.sigma:
        raise InvalidValueError(
            f"sigma={first.sigma} and {second.sigma}: expected the same noise for both generators"
        )
    confidence = first.confidence + second.confidence - 1
    a, b = first.expected_radius, second.expected_radius
    verdict = "A larger" if a.low > b.high else "B larger" if b.low > a.high else "undecided"
    return RadiusTest(verdict, confidence)


class _Run:
    """The latents of a run, their noise and their votes."""

    def __init__(self, partition: Labelled, smoothing: Smoothing, seed: int) -> None:
        self.partition = partition
        self.smoothing = smoothing
        self.sigma = smoothing.noise(partition.classes)
        self.seed = seed
        self.evaluations = 0

    def anchors(self, delta: float) -> FloatArray | None:
        """Two points (2, d), if any are found, of two smoothed classes but for delta."""
        rows = self.smoothing.samples + np.arange(_ANCHORS)
        _, _, distances, ends = self.measured(rows, delta / _ANCHORS)
        best = int(distances.argmin())
        return ends[best] if np.isfinite(distances[best]) else None

    def measured(
        self, rows: IntArray, alpha: float, anchors: FloatArray | None = None
    ) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
        """Certificates of the latents of rows, each at error alpha.

        Radii (n,); classes (n,), -2 where not certified; the larger distance (n,) to two points of
        two classes, inf where not certified; and these points (n, 2, d).
        """
        dim = self.partition.dim
        streams = [np.random.default_rng(child(self.seed, SMOOTHING, int(row))) for row in rows]
        z = np.stack([rng.standard_normal(dim) for rng in streams])
        offset = self.partition.witnesses(z) - z
        offset[~np.isfinite(offset).all(axis=1)] = 0.0
        # Places on the line through the witness: around z, and around the classes' boundary.
        lengths = np.linalg.norm(offset, axis=1)
        before = np.tile(np.multiply(_BEFORE, self.sigma), (len(rows), 1))
        reaches = np.concatenate([before, lengths[:, None] + np.multiply(_BEYOND, self.sigma)], 1)
        places = z[:, None] + reaches[:, :, None] * _unit(offset)[:, None]
        chosen = self.votes(streams, places, self.smoothing.choosing)
        here, there = _ends(chosen, np.abs(reaches), self.smoothing.choosing)
        index = np.arange(len(rows))
        middle = self.votes(streams, z[:, None], self.smoothing.votes)[:, 0]
        own = chosen[:, _AT_Z].argmax(axis=1)
        gaps = self._gaps(middle, own, alpha)
        radii = self.sigma / 2 * np.maximum(gaps, 0.0)
        certified = np.where(gaps > 0, own, -2)

        ends = np.stack([places[index, here], places[index, there]], axis=1)
        votes = self.votes(streams, ends, self.smoothing.votes)
        classes = np.stack([chosen[index, here], chosen[index, there]], axis=1).argmax(axis=2)
        sure = np.stack(
            [self._gaps(votes[:, end], classes[:, end], alpha / 2) > 0 for end in (0, 1)], axis=1
        ).all(axis=1)
        sure &= classes[:, 0] != classes[:, 1]
        reached = np.linalg.norm(ends - z[:, None], axis=2).max(axis=1)
        reached[~sure] = np.inf
        if anchors is not None:
            reached = np.minimum(reached, np.linalg.norm(anchors - z[:, None], axis=2).max(axis=1))
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
            given = self.partition.classify(points).reshape(n, number)
            given = np.where(given == HOLE, labels - 1, given)
            for label in range(labels):
                found[:, place, label] = (given == label).sum(axis=1)
        self.evaluations += n * m * number
        return found

    def _gaps(self, votes: IntArray, chosen: IntArray, alpha: float) -> FloatArray:
        """Lower limits (n,) of Phi^-1(pi_c) - Phi^-1(the largest other pi), at alpha each."""
        number, others = self.smoothing.votes, votes.shape[1] - 1
        rows = np.arange(len(votes))
        low = binomial_low(votes[rows, chosen], number, alpha / 2)
        rest = votes.copy()
        rest[rows, chosen] = 0
        high = binomial_high(rest.max(axis=1), number, alpha / (2 * others))
        # Where p_c is 0, ndtri is -inf, and so is the gap.
        return np.asarray(ndtri(low) - ndtri(np.minimum(high, 1 - low)), dtype=np.float64)


def _unit(offset: FloatArray) -> FloatArray:
    length = np.linalg.norm(offset, axis=1, keepdims=True)
    return np.divide(offset, length, out=np.zeros_like(offset), where=length > 0)


def _ends(chosen: IntArray, reaches: FloatArray, number: int) -> tuple[IntArray, IntArray]:
    """Places of the nearest two points that look clearly of two classes, by few votes.

    A wrong choice costs width, not truth: other votes certify.
    """
    votes = np.sort(chosen, axis=2)
    clear = votes[:, :, -1] - votes[:, :, -2] >= _CLEAR * number
    classes = chosen.argmax(axis=2)
    n, m = classes.shape
    best = np.full(n, np.inf)
    here, there = np.zeros(n, dtype=np.int64), np.full(n, m - 1, dtype=np.int64)
    for i in range(m):
        for j in range(i + 1, m):
            reach = np.maximum(reaches[:, i], reaches[:, j])
            pair = clear[:, i] & clear[:, j] & (classes[:, i] != classes[:, j]) & (reach < best)
            best[pair], here[pair], there[pair] = reach[pair], i, j
    return here, there


def _lower_limit(radii: FloatArray, smoothing: Smoothing, sigma: float, delta: float) -> float:
    """E r~ >= E rho_alpha - alpha M; the mean's limit by empirical Bernstein."""
    largest = sigma * smoothing.largest
    n = len(radii)
    deviation = bernstein(float(radii.var(ddof=1)), n, largest, delta)
    return max(float(radii.mean()) - deviation - smoothing.error * largest, 0.0)


def _upper_limit(distances: FloatArray, smoothing: Smoothing, delta: float) -> float:
    """The solution of the inequality for E r~; inf where some latent has no two points."""
    n = len(distances)
    if not np.isfinite(distances).all():
        return math.inf
    reach = math.sqrt(2 * math.log(n))
    variance = float(distances.var(ddof=1))
    fixed = bernstein(variance, n, 0.0, delta)
    slope = bernstein(variance, n, 1.0, delta) - fixed + smoothing.error
    if slope >= 1:
        return math.inf
    excess = math.exp(-(reach**2) / 2) / reach
    return (float(distances.mean()) + fixed + slope * reach + excess) / (1 - slope)


def _collisions(certified: IntArray, alpha: float, delta: float) -> Interval:
    """s~ from disjoint pairs of latents, whose classes are both right but for 2 alpha."""
    pairs = len(certified) // 2
    first, second = certified[:pairs], certified[pairs : 2 * pairs]
    known = (first > -2) & (second > -2)
    same = int((known & (first == second)).sum())
    open_pairs = int((~known).sum())
    low = max(float(binomial_low(same, pairs, delta / 2)) - 2 * alpha, 0.0)
    high = min(float(binomial_high(same + open_pairs, pairs, delta / 2)) + 2 * alpha, 1.0)
    estimate = same / max(pairs - open_pairs, 1)
    return Interval(min(max(estimate, low), high), low, high, "certified pairs")


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
