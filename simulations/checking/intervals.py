"""Confidence intervals that hold at the sample size at hand, not only in the limit.

Every function states the event on which it holds and the probability that the event fails; what is
reported together is made simultaneous by adding those probabilities (`Budget`). Three tools do the
work.

1. Gaussian concentration. A 1-Lipschitz function R of z ~ N(0, I_d) has
   P[R >= E R + t] <= exp(-t^2/2), and the mean of n values deviates by t with probability at most
   2 exp(-n t^2/2), in every dimension.
2. Empirical Bernstein. The mean of n independent values in an interval of width M is, with
   probability 1 - delta, within sqrt(2 V log(2/delta)/n) + 7 M log(2/delta)/(3 (n - 1)) of its
   expectation on either given side, V the sample variance (Maurer and Pontil, arXiv 0907.3740,
   Theorem 4).
3. Splitting. For convex F and any fixed a, sum F(p_i) >= sum F(a_i) + F'(a_i) (p_i - a_i). The half
   A of the draws chooses a; the half B, independent of it, bounds the expectation of F'(a_X),
   a bounded variable. The sample that chooses is not the sample that bounds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import scipy.special

from bounds import FLOAT64, estimate_collision_probability, integrated_tail
from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray, IntArray
from simulations.checking.estimation import ETA_GRID, ClassCounts, Moments, Sampling, Tally
from simulations.checking.knowledge import Knowledge

LARGEST_CHOICE = 0.999
"""Cap of the masses a_i at which tangents are drawn: slopes grow without bound near 1."""


class InconsistentError(InvalidValueError):
    """Limits that contradict each other: an assumption behind them is broken."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence limits.

    Attributes
    ----------
    estimate, low, high : float
        NaN for an estimate that does not exist; limits are then the trivial ones.
    method : str
        How the limits were obtained.
    exact : float, optional
        The true value, where the partition knows it.
    known : Knowledge
        How the limits are known.
    """

    estimate: float
    low: float
    high: float
    method: str
    exact: float | None = None
    known: Knowledge = Knowledge.FINITE_SAMPLE

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise InconsistentError(
                f"{self.method}: the lower limit {self.low!r} lies above the upper limit "
                f"{self.high!r}: an assumption is broken; the draws are not independent draws of "
                "one law"
            )

    @property
    def consistent(self) -> bool:
        """Whether the exact value, if known, lies within the limits, up to its own rounding."""
        if self.exact is None:
            return True
        slack = 1e-12 * abs(self.exact)
        return self.low - slack <= self.exact <= self.high + slack


@dataclass(frozen=True, slots=True)
class Budget:
    """How the error probability delta is shared by what a report says.

    One half goes to E r; one eighth to the coverage; one eighth to the tail, half for the
    frequencies and half for the bound; one quarter to the masses, a sixth of it each for
    simultaneous limits of all p_i, of all raw masses q_i, the lower end of s, the two parts of its
    upper end, and the lower end of the isoperimetric sum.
    """

    delta: float

    @property
    def radius(self) -> float:
        """For E r."""
        return self.delta / 2

    @property
    def coverage(self) -> float:
        """For c."""
        return self.delta / 8

    @property
    def tail(self) -> float:
        """For the tail's frequencies, and as much for its bound."""
        return self.delta / 16

    @property
    def masses(self) -> float:
        """For each of the six statements on masses."""
        return self.delta / 24


def binomial_low(successes: IntArray | int, draws: int, delta: float) -> FloatArray:
    """Lower limits of probabilities, each wrong with probability at most delta (Clopper-Pearson).

    Examples
    --------
    >>> float(binomial_low(0, 100, 0.01)), round(float(binomial_low(100, 100, 0.01)), 6)
    (0.0, 0.954993)
    """
    k = np.asarray(successes, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        limits = scipy.special.betaincinv(np.maximum(k, 1), draws - k + 1, delta)
    return np.where(k > 0, limits, 0.0)


def binomial_high(successes: IntArray | int, draws: int, delta: float) -> FloatArray:
    """Upper limits of probabilities, each wrong with probability at most delta (Clopper-Pearson).

    Examples
    --------
    >>> round(float(binomial_high(0, 100, 0.01)), 6), float(binomial_high(100, 100, 0.01))
    (0.045007, 1.0)
    """
    k = np.asarray(successes, dtype=np.float64)
    limits = scipy.special.betainccinv(k + 1, np.maximum(draws - k, 1), delta)
    return np.where(k < draws, limits, 1.0)


def bernstein(variance: float, count: int, width: float, delta: float) -> float:
    """Deviation of a mean that is exceeded on a given side with probability at most delta.

    sqrt(2 V log(2/delta)/n) + 7 M log(2/delta)/(3 (n - 1)) for n independent values in an interval
    of width M with sample variance V (Maurer and Pontil, arXiv 0907.3740, Theorem 4).

    Examples
    --------
    >>> round(bernstein(0.25, 10_000, 1.0, 0.05), 5)
    0.01444
    """
    if count < 2:
        return math.inf
    log_term = math.log(2 / delta)
    return math.sqrt(2 * variance * log_term / count) + 7 * width * log_term / (3 * (count - 1))


# --- E r -----------------------------------------------------------------------------------------


def partition_radius(units: Moments, delta: float) -> Interval:
    """Interval for E r where r is 1-Lipschitz: the classes cover the space.

    Concentration, delta/2: |mean - E r| <= sqrt(2 log(4/delta)/n).

    Empirical Bernstein with truncation, the other delta/2. On the event above, E r <= beta = the
    upper end. With T = sqrt(2 log(8n/delta)) no value exceeds M* = E r + T with probability
    1 - delta/8, so the sample is one of min(r, M*), to which Bernstein applies on each side at
    3 delta/16 with a width M* <= beta + T. The truncation adds to the upper end at most
    E (r - M*)+ <= int_T^inf exp(-x^2/2) dx <= exp(-T^2/2)/T.

    A unit may be the mean of r over z and -z, which is 1-Lipschitz in z too. The narrower of both
    is reported; delta was shared, so choosing costs nothing more.

    Parameters
    ----------
    units : Moments
        Of n independent values of a 1-Lipschitz non-negative function of a normal vector.
    delta : float
        Error probability.

    Returns
    -------
    Interval
    """
    n, mean = units.count, units.mean
    if n == 0:
        return Interval(math.nan, 0.0, math.inf, "no sample")
    half = math.sqrt(2 * math.log(4 / delta) / n)
    concentration = Interval(mean, max(mean - half, 0.0), mean + half, "gaussian-concentration")
    reach = math.sqrt(2 * math.log(8 * n / delta))
    width = concentration.high + reach
    deviation = bernstein(units.variance, n, width, 3 * delta / 16)
    excess = math.exp(-(reach**2) / 2) / reach
    adaptive = Interval(
        mean, max(mean - deviation, 0.0), mean + deviation + excess, "empirical-bernstein"
    )
    return min(concentration, adaptive, key=lambda interval: interval.high - interval.low)


def lipschitz_ceiling(tail: IntArray, classes: ClassCounts, delta: float) -> float:
    """Upper limit of E R from the quantiles of a sample that bounds R from above where covered.

    R(z) = max_i dist(z, union of the K_j, j != i) is 1-Lipschitz on R^d, equals r on every class
    (for j != i the distance vanishes on K_i), and needs no covering. If P[R <= x] >= b > 0 then
    E R <= x + sqrt(2 log(1/b)), else R <= x were a deviation by more than concentration allows.
    b is, for all x at once, the observed frequency of {covered, r <= x} less
    sqrt(log(1/delta)/(2n)) (Dvoretzky-Kiefer-Wolfowitz-Massart); the best x of the grid is taken.

    Parameters
    ----------
    tail : array of shape (len(ETA_GRID),)
        Covered draws with radius (or an upper bound of it) >= eta.
    classes : ClassCounts
        Of the same draws.
    delta : float
        Error probability, at most 1/2.

    Returns
    -------
    float
        The limit, inf if no quantile is established.
    """
    draws = classes.total
    frequency = (classes.covered - tail) / draws - math.sqrt(math.log(1 / delta) / (2 * draws))
    usable = frequency > 0
    if not usable.any():
        return math.inf
    return float((ETA_GRID[usable] + np.sqrt(-2 * np.log(frequency[usable]))).min())


def covered_radius(tally: Tally, coverage: Interval, delta: float) -> Interval:
    """Interval for E[r | covered] where the classes leave holes.

    Y = r where covered, 0 elsewhere; 0 <= Y <= R, the 1-Lipschitz function of `lipschitz_ceiling`,
    whose beta costs delta/4. Truncation as in `partition_radius` costs another delta/4 and each
    side of Bernstein for E Y a quarter. Dividing by the limits of the coverage c, an event counted
    in `Budget`, gives E[r | covered] = E Y / c.
    """
    units = tally.units
    if tally.classes.covered == 0 or units.count == 0:
        return Interval(math.nan, 0.0, math.inf, "no covered sample")
    n = units.count
    beta = lipschitz_ceiling(tally.tail, tally.classes, delta / 4)
    reach = math.sqrt(2 * math.log(4 * n / delta))
    deviation = bernstein(units.variance, n, beta + reach, delta / 4)
    excess = math.exp(-(reach**2) / 2) / reach
    low, high = max(units.mean - deviation, 0.0), units.mean + deviation + excess
    return _conditional(units.mean, low, high, coverage, "empirical-bernstein")


def upper_bound_radius(tally: Tally, coverage: Interval, delta: float) -> Interval:
    """Upper limit for E[r | covered] from a sample of upper bounds Y of r; the lower limit is 0.

    With R as in `lipschitz_ceiling`, equal to r where the classes cover the space, E R <= beta
    with probability 1 - delta/2: there by concentration, as the mean of Y is at least that of r,
    beta = mean Y + sqrt(2 log(2/delta)/n); with holes by `lipschitz_ceiling`, as Y <= x implies
    r <= x.

    With T = sqrt(2 log n) and M* = E R + T, which is not random, E r <= E min(Y, M*) plus the
    truncation of `partition_radius`. Bernstein bounds E min(Y, M*) with the other delta/2, and the
    unknown M* does no harm: it is at most beta + T, and cutting values off at it increases
    neither their mean nor their sample variance. Where the classes cover the space the smaller of
    this and beta is taken.
    """
    units = tally.units
    if tally.classes.covered == 0 or units.count < 2:
        return Interval(math.nan, 0.0, math.inf, "no covered sample")
    whole = coverage.low == 1
    if whole:
        beta = units.mean + math.sqrt(2 * math.log(2 / delta) / units.count)
    else:
        beta = lipschitz_ceiling(tally.tail, tally.classes, delta / 2)
    reach = math.sqrt(2 * math.log(units.count))
    deviation = bernstein(units.variance, units.count, beta + reach, delta / 2)
    high = units.mean + deviation + math.exp(-(reach**2) / 2) / reach
    high = min(high, beta) if whole else high
    known = Knowledge.FINITE_SAMPLE | Knowledge.UPPER_BOUND
    return _conditional(units.mean, 0.0, high, coverage, "upper-bounds-only", known)


def replicate_radius(units: Moments, coverage: Interval, delta: float) -> Interval:
    """Asymptotic interval for E[r | covered] from the means of independent scrambled nets.

    Student's t over the replicates: it assumes that the mean of a net is about normal, and is the
    only interval here that is not valid at finite n.
    """
    method = "student-over-scrambled-nets (asymptotic)"
    if units.count < 2:
        return Interval(math.nan, 0.0, math.inf, method, known=Knowledge.ASYMPTOTIC)
    quantile = float(scipy.special.stdtrit(units.count - 1, 1 - delta / 2))
    half = quantile * math.sqrt(units.variance / units.count)
    low = max(units.mean - half, 0.0)
    high = units.mean + half
    return _conditional(units.mean, low, high, coverage, method, Knowledge.ASYMPTOTIC)


def _conditional(
    mean: float,
    low: float,
    high: float,
    coverage: Interval,
    method: str,
    known: Knowledge = Knowledge.FINITE_SAMPLE,
) -> Interval:
    known |= coverage.known
    if coverage.low <= 0:
        return Interval(mean / coverage.estimate, low, math.inf, method, known=known)
    low, high = low / coverage.high, high / coverage.low
    return Interval(mean / coverage.estimate, low, high, method, known=known)


def radius_interval(
    tally: Tally,
    coverage: Interval,
    sampling: Sampling,
    exact_radius: bool,
    budget: Budget,
    exact: float | None = None,
) -> Interval:
    """Interval for E[r | covered], by the method that the sampling and the partition allow."""
    interval = _radius_interval(tally, coverage, sampling, exact_radius, budget)
    return replace(interval, exact=exact)


def _radius_interval(
    tally: Tally, coverage: Interval, sampling: Sampling, exact_radius: bool, budget: Budget
) -> Interval:
    if tally.infinite and not exact_radius:
        # A search that found nothing says nothing: the radius of such a point is unknown.
        method = f"unknown: no witness at {tally.infinite:,} points"
        return Interval(math.nan, 0.0, math.inf, method, known=Knowledge.UPPER_BOUND)
    if tally.infinite:
        if (tally.classes.counts.sum(axis=0) > 0).sum() > 1:
            raise InconsistentError(
                f"radius inf, for want of another class, at {tally.infinite:,} points, and draws "
                "in several classes: the partition contradicts itself"
            )
        return Interval(math.inf, math.inf, math.inf, "infinite radius observed")
    if sampling == "quasi":
        interval = replicate_radius(tally.units, coverage, budget.radius)
        if exact_radius:
            return interval
        return replace(interval, low=0.0, known=interval.known | Knowledge.UPPER_BOUND)
    if not exact_radius:
        return upper_bound_radius(tally, coverage, budget.radius)
    if coverage.low == 1:
        return partition_radius(tally.units, budget.radius)
    return covered_radius(tally, coverage, budget.radius)


# --- masses --------------------------------------------------------------------------------------


def coverage_interval(
    classes: ClassCounts, has_holes: bool, delta: float, exact: float | None = None
) -> Interval:
    """Interval for the coverage c (Clopper-Pearson); 1 where the classes cover the space."""
    if not has_holes:
        return Interval(1.0, 1.0, 1.0, "by construction", 1.0, Knowledge.EXACT)
    if classes.total == 0:
        return Interval(math.nan, 0.0, 1.0, "no sample", exact)
    low = float(binomial_low(classes.covered, classes.total, delta / 2))
    high = float(binomial_high(classes.covered, classes.total, delta / 2))
    return Interval(classes.covered / classes.total, low, high, "clopper-pearson", exact)


def chosen_masses(counts: IntArray) -> FloatArray:
    """Masses estimated from the half A, shrunk toward 1/K: the point where tangents are drawn.

    a = (1 - w) n/N + w/K; w minimises the estimated squared error
    (1 - w)^2 (1 - s)/N + w^2 (s - 1/K), and is at least 1/N so that no mass vanishes.
    """
    total = int(counts.sum())
    classes = counts.size
    if total < 4:
        return np.full(classes, 1 / classes)
    frequency = counts / total
    collision = _collision_estimate(counts)
    noise = max(1 - collision, 0.0) / total
    spread = max(collision - 1 / classes, 0.0)
    weight = min(max(noise / (noise + spread) if noise + spread > 0 else 0.0, 1 / total), 1.0)
    return (1 - weight) * frequency + weight / classes


def _collision_estimate(counts: IntArray) -> float:
    return estimate_collision_probability(counts).estimate if counts.sum() > 3 else math.nan


def linear_limits(weights: FloatArray, counts: IntArray, delta: float) -> tuple[float, float]:
    """Limits of sum w_i p_i from independent draws, each wrong with probability at most delta.

    Empirical Bernstein for the values w_X, in an interval of known width max w - min w.

    Parameters
    ----------
    weights : array of shape (K,)
        Weights chosen independently of the draws.
    counts : array of shape (K,)
        Draws in each class.
    delta : float
        Error probability of either limit.

    Returns
    -------
    tuple of float
        Lower and upper limit; never beyond min w and max w.
    """
    low, high = float(weights.min()), float(weights.max())
    total = int(counts.sum())
    if total < 2:
        return low, high
    seen = counts > 0
    values, multiplicities = weights[seen], counts[seen]
    mean = float(values @ multiplicities) / total
    variance = float((values - mean) ** 2 @ multiplicities) / (total - 1)
    deviation = bernstein(variance, total, high - low, delta)
    return max(mean - deviation, low), min(mean + deviation, high)


@dataclass(frozen=True, slots=True)
class Tangents:
    """Where tangents to a convex F are drawn, and the draws that bound the sum of F.

    Classes with the same chosen mass are taken together.

    Attributes
    ----------
    points : float64 array of shape (m,)
        The distinct chosen masses, in (0, `LARGEST_CHOICE`].
    classes : int64 array of shape (m,)
        How many classes have each.
    counts : int64 array of shape (m,)
        Draws of the half B in those classes.
    """

    points: FloatArray
    classes: IntArray
    counts: IntArray

    @staticmethod
    def of(counts: IntArray) -> Tangents:
        """Choose from the half A, counts[0], and keep the half B, counts[1]."""
        points, group, classes = np.unique(
            np.minimum(chosen_masses(counts[0]), LARGEST_CHOICE),
            return_inverse=True,
            return_counts=True,
        )
        grouped = np.zeros(points.size, dtype=np.int64)
        np.add.at(grouped, group, counts[1])
        return Tangents(points, classes.astype(np.int64), grouped)

    def low(self, values: FloatArray, slopes: FloatArray, delta: float) -> float:
        """Lower limit of sum F(p_i) given F and F' at the points."""
        linear, _ = linear_limits(slopes, self.counts, delta)
        return float((values - slopes * self.points) @ self.classes) + linear

    def isoperimetric_low(self, delta: float) -> float:
        """Lower limit of sum f(p_i); f'(p) = p / phi(Phi^-1(p)), the reciprocal hazard rate."""
        slopes = 1 / FLOAT64.hazard(-FLOAT64.quantile(self.points))
        return max(self.low(integrated_tail(self.points), slopes, delta), 0.0)

    def tail_low(self, delta: float) -> FloatArray:
        """Lower limits, all at once, of sum Phi(Phi^-1(p_i) - eta) over the grid of eta.

        The slope at p is phi(t + eta)/phi(t) = exp(-eta t - eta^2/2), t = -Phi^-1(p).
        """
        t = -FLOAT64.quantile(self.points)
        limits = [
            self.low(FLOAT64.survival(t + eta), np.exp(-eta * (t + eta / 2)), delta / ETA_GRID.size)
            for eta in ETA_GRID
        ]
        return np.maximum(limits, 0.0)


def euclidean_distance(draws: int, largest: float, delta: float) -> float:
    """Upper limit of ||n/N - p||, the error of the frequencies of N draws, for max p <= largest.

    E ||n/N - p|| <= 1/sqrt(N). One draw moves the norm by at most sqrt(2)/N, so by McDiarmid it
    exceeds its expectation by sqrt(log(2/delta)/N) with probability at most delta/2. It is also
    1/N times the supremum over unit vectors u of a sum of u_X - u.p, of variance at most max p and
    size at most b = sqrt(2); by Bousquet (C. R. Acad. Sci. Paris 334 (2002)), with
    x = log(2/delta), the excess is at most sqrt(2 x (max p + 2 b/sqrt(N))/N) + b x/(3 N).
    """
    if draws == 0:
        return math.inf
    x = math.log(2 / delta)
    size = math.sqrt(2)
    bounded_differences = math.sqrt(x / draws)
    bousquet = math.sqrt(2 * x * (largest + 2 * size / math.sqrt(draws)) / draws)
    bousquet += size * x / (3 * draws)
    return 1 / math.sqrt(draws) + min(bounded_differences, bousquet)


def largest_interval(counts: IntArray, delta: float, exact: float | None = None) -> Interval:
    """Interval for max p: the Clopper-Pearson limits of the most frequent class.

    Its lower limit is one of a mass that is at most max p. Limits increase with the count, so its
    upper limit is the largest of the K simultaneous ones at delta/(2K) each.
    """
    total, classes = int(counts.sum()), counts.size
    most = int(counts.max())
    if total == 0:
        return Interval(math.nan, 1 / classes, 1.0, "no sample", exact)
    low = float(binomial_low(most, total, delta / (2 * classes)))
    high = float(binomial_high(most, total, delta / (2 * classes)))
    low, high = max(low, 1 / classes), max(high, 1 / classes)
    return Interval(most / total, low, high, "clopper-pearson", exact)


def collision_interval(
    counts: IntArray, largest: float, budget: Budget, exact: float | None = None
) -> Interval:
    """Interval for s = ||p||^2 from the two halves of the covered draws.

    Lower end: tangents to x^2 at the chosen masses a, s >= sum 2 a_i p_i - ||a||^2.
    Upper end: s = 2 a.p - ||a||^2 + ||p - a||^2 with a the frequencies of the half A, the linear
    part from the half B and the distance from `euclidean_distance`; and s <= max p. The estimate
    is the U-statistic of all draws, moved into the limits.

    Parameters
    ----------
    counts : array of shape (2, K)
        Covered draws of the halves A and B.
    largest : float
        Upper limit of max p.
    budget : Budget
        Error probabilities.
    """
    first, second = counts
    estimate = _collision_estimate(counts.sum(axis=0))
    low, high = 1 / counts.shape[1], min(largest, 1.0)
    total = int(first.sum())
    if total and second.sum() > 1:
        chosen = chosen_masses(first)
        linear, _ = linear_limits(2 * chosen, second, budget.masses)
        low = max(low, linear - float(chosen @ chosen))
        frequency = first / total
        _, linear = linear_limits(2 * frequency, second, budget.masses)
        distance = euclidean_distance(total, largest, budget.masses)
        high = min(high, linear - float(frequency @ frequency) + distance**2)
    high = max(high, low)
    if not math.isnan(estimate):
        # Unbiased estimates of nearly uniform masses fall below 1/K as often as above.
        estimate = min(max(estimate, low), high)
    return Interval(estimate, low, high, "split-sample", exact)
