"""Confidence intervals that hold at the sample size at hand, not only in the limit.

Every function states the event on which it holds and the probability that the event fails; what is
reported together is made simultaneous by adding those probabilities (`Budget`).

E r is limited by betting (`simulations.checking.betting`), with what is known of the tail of r as a
1-Lipschitz function of z ~ N(0, I_d): such an R has P[R >= E R + t] <= exp(-t^2/2), in every
dimension. These limits hold at all sample sizes at once. Probabilities have the limits of Clopper
and Pearson, which hold at the sample size at which one means to look; looking again costs a share
(`Looks`). Functions of the masses are in `simulations.checking.masses`.

Every limit is rounded outward, by more than the error of the functions that it is computed with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.special

from bounds import FLOAT64
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_one_of
from bounds.support.validation import real, shown
from simulations.arrays import FloatArray, IntArray
from simulations.checking.betting import Excess, lower_limit, upper_limit
from simulations.checking.estimation import (
    ETA_GRID,
    LEAST_PILOT,
    PILOT_SHARE,
    ClassCounts,
    Moments,
    Plan,
    Tally,
)
from simulations.checking.histogram import Histogram, counted
from simulations.checking.knowledge import Knowledge

OUTWARD = 2.0**-40
"""Relative size of the outward rounding: SciPy's inverse of the incomplete beta function is right
to about 2^-46, sums of up to 2^20 terms to less."""


def down(value: Any, size: Any = None) -> Any:
    """Round a lower limit down, by the rounding of terms of a size."""
    return value - OUTWARD * (abs(value) if size is None else abs(size))


def up(value: Any, size: Any = None) -> Any:
    """Round an upper limit up, by the rounding of terms of a size."""
    return value + OUTWARD * (abs(value) if size is None else abs(size))


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
        for name in ("low", "high"):
            real(getattr(self, name), name, -math.inf, math.inf, closed=True)
        if not is_one_of(self.estimate, float, int, np.floating, np.integer):
            raise InvalidTypeError(f"estimate={shown(self.estimate)}: expected a number, or NaN")
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

    The width of a limit grows like sqrt(log 1/share): half the share costs about 6 % of it, and a
    twentieth 25 %. So what is dear, E r, has half of delta, and three quarters where the masses
    are known and nothing else decides a verdict. What is left is divided by what depends on it:
    the tail's frequencies have a tenth, and another where they limit E r, with holes; the coverage,
    where there are holes, a quarter; the masses the rest. Of that the isoperimetric sum, the tail's
    bound and, where there are holes, the raw masses have a tenth each, and the limits of max p, all
    p_i and s, which limit most, the rest together.
    Limits that hold at the present look only have the share `level` of theirs (`Looks`).

    Attributes
    ----------
    delta : float
    level : float
        Share of this look.
    holes : bool
        Whether there may be holes.
    known : bool
        Whether the masses are known.
    """

    delta: float
    level: float = 1.0
    holes: bool = False
    known: bool = False

    @property
    def radius(self) -> float:
        """For E r."""
        return self.delta * (0.75 if self.known and not self.holes else 0.5)

    @property
    def _look(self) -> float:
        return (self.delta - self.radius) * self.level

    @property
    def coverage(self) -> float:
        """For c."""
        return self._look / 4

    @property
    def tail(self) -> float:
        """For the tail's frequencies; with holes, as much for those that limit E r."""
        return self._look / 10

    @property
    def masses(self) -> float:
        """For all statements on masses."""
        return self._look * (11 / 20 if self.holes else 9 / 10)

    @property
    def limits(self) -> float:
        """For limits of max p, all p_i and s."""
        return (0.7 if self.holes else 0.8) * self.masses

    @property
    def tenth(self) -> float:
        """For the isoperimetric sum, the tail's bound, and all raw masses, each."""
        return 0.1 * self.masses


@dataclass(slots=True)
class Looks:
    """At which sizes a stream was looked at, and what share of the error probability each costs.

    A limit that holds with probability 1 - delta at one size says nothing at a size that was
    chosen by looking at it. The sizes planned from the start share `PLANNED` of delta equally;
    the j-th other one, where one looked after Ctrl-C or beyond the plan, has 1/(j (j + 1)) of the
    rest. So all limits ever reported on a stream hold together.

    Limits valid at all sizes at once would save the shares and cost more: a mixture of likelihood
    ratios of q to p over n draws with frequency q refutes p only where n KL(q, p) >= log 1/delta
    (each ratio is at most exp(n KL)), sqrt(2 log 1/delta) deviations away, where Clopper and
    Pearson take the normal quantile, less by log sqrt(4 pi log 1/delta) in the exponent. At
    delta = 0.0025 that pays for eight looks; a million points in blocks of 2^16 have five.

    Attributes
    ----------
    planned : tuple of int
        Numbers of points.
    others : list of int
        Numbers of points, in the order in which one looked.
    """

    planned: tuple[int, ...]
    others: list[int] = field(default_factory=list[int])

    def level(self, points: int) -> float:
        """Share of delta for a look at so many points; the same however often it is repeated."""
        if points in self.planned:
            return PLANNED / len(self.planned)
        if points not in self.others:
            self.others.append(points)
        j = self.others.index(points) + 1
        return (1 - PLANNED) / (j * (j + 1))


PLANNED = 0.9
"""Share of the planned looks."""


def binomial_low(
    successes: IntArray | int, draws: IntArray | int, delta: float | FloatArray
) -> FloatArray:
    """Lower limits of probabilities, each wrong with probability at most delta (Clopper-Pearson).

    Examples
    --------
    >>> float(binomial_low(0, 100, 0.01)), round(float(binomial_low(100, 100, 0.01)), 6)
    (0.0, 0.954993)
    """
    k = np.asarray(successes, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        limits = scipy.special.betaincinv(np.maximum(k, 1), draws - k + 1, delta)
    return np.where(k > 0, limits * (1 - OUTWARD), 0.0)


def binomial_high(successes: IntArray | int, draws: int, delta: float | FloatArray) -> FloatArray:
    """Upper limits of probabilities, each wrong with probability at most delta (Clopper-Pearson).

    Examples
    --------
    >>> round(float(binomial_high(0, 100, 0.01)), 6), float(binomial_high(100, 100, 0.01))
    (0.045007, 1.0)
    """
    k = np.asarray(successes, dtype=np.float64)
    limits = scipy.special.betainccinv(k + 1, np.maximum(draws - k, 1), delta)
    return np.where(k < draws, np.minimum(limits * (1 + OUTWARD), 1.0), 1.0)


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


FROM_ABOVE = Knowledge.FINITE_SAMPLE | Knowledge.UPPER_BOUND


def covering_excess(m: float, reach: Any) -> Any:
    """Upper bound of E (r - m - T)+ where r is 1-Lipschitz with mean m.

    int_T^inf P[r >= m + t] dt <= int_T^inf exp(-t^2/2) dt = sqrt(2 pi) Q(T).
    """
    del m
    return math.sqrt(2 * math.pi) * FLOAT64.survival(reach)


@dataclass(frozen=True, slots=True)
class HolesExcess:
    """Upper bound of E[(r - m - T)+ | covered] where the classes leave holes.

    R(z) = max_i dist(z, union of the K_j, j != i) is 1-Lipschitz on R^d, equals r on every class
    (for j != i the distance vanishes on K_i), and needs no covering. By Gaussian isoperimetry
    P[R <= x] >= b implies P[R >= x + t] <= Q(Phi^-1(b) + t) for t >= 0, and so
    P[r >= x + t | covered] <= Q(Phi^-1(b) + t)/c. With a = Phi^-1(b), over all x that are known,

        E[(r - M)+ | covered] <= min_x int_{M - x}^inf Q(a + t) dt / c,

    and int_u^inf Q = Q(u) (lambda(u) - u).

    Attributes
    ----------
    x, a : float64 arrays of shape (m,)
        P[covered, r <= x] >= Phi(a).
    coverage : float
        At most c.
    """

    x: FloatArray
    a: FloatArray
    coverage: float

    @staticmethod
    def of(tally: Tally, coverage: float, delta: float) -> HolesExcess:
        """By Clopper and Pearson for {covered, r < eta} at all eta of the grid at once.

        Where radii are upper bounds of r these events imply those of r.
        """
        classes = tally.classes
        below = binomial_low(classes.covered - tally.tail, classes.total, delta / ETA_GRID.size)
        known = below > 0
        return HolesExcess(ETA_GRID[known], FLOAT64.quantile(below[known]), coverage)

    def __call__(self, m: float, reach: Any) -> Any:
        """The bound for numbers T of any shape; inf where nothing is known."""
        reach = np.asarray(reach, dtype=np.float64)
        if self.coverage <= 0 or not self.x.size:
            return np.full(reach.shape, math.inf)
        t = m + reach[..., None] - self.x
        u = self.a + np.maximum(t, 0)
        beyond = FLOAT64.survival(u) * FLOAT64.hazard_excess(u) + np.maximum(-t, 0)
        return beyond.min(axis=-1) / self.coverage


def radius_interval(
    tally: Tally,
    coverage: Interval,
    plan: Plan,
    exact_radius: bool,
    budget: Budget,
    exact: float | None = None,
) -> Interval:
    """Interval for E[r | covered], by the method that the sampling and the partition allow.

    By betting on the units where the classes cover the space, and on the covered draws where they
    leave holes, of which each is a draw of r given covered. A pair's mean is 1-Lipschitz in z too.
    Radii that are only upper bounds of r give an upper limit only; where a search found no
    witness the bound is infinite, and is cut like any large one.

    Parameters
    ----------
    tally : Tally
    coverage : Interval
        Of c, already paid for.
    plan : Plan
    exact_radius : bool
        Whether the tally's radii are r, not upper bounds of it.
    budget : Budget
    exact : float, optional
    """
    interval = _radius_interval(tally, coverage, plan, exact_radius, budget)
    return replace(interval, exact=exact)


def _radius_interval(
    tally: Tally, coverage: Interval, plan: Plan, exact_radius: bool, budget: Budget
) -> Interval:
    if tally.infinite and exact_radius:
        if (tally.classes.counts.sum(axis=0) > 0).sum() > 1:
            raise InconsistentError(
                f"radius inf, for want of another class, at {tally.infinite:,} points, and draws "
                "in several classes: the partition contradicts itself"
            )
        return Interval(math.inf, math.inf, math.inf, "infinite radius observed")
    if tally.radii.total == 0:
        return Interval(math.nan, 0.0, math.inf, "no covered sample")
    if plan.sampling == "quasi" and not tally.infinite:
        interval = replicate_radius(tally.units, coverage, budget.radius)
        if exact_radius:
            return interval
        return replace(interval, low=0.0, known=interval.known | Knowledge.UPPER_BOUND)
    whole = coverage.low == 1
    planned, share = plan.planned_draws, 1.0
    excess: Any = covering_excess
    expected: Any = covering_excess
    delta = budget.radius / 2 if exact_radius else budget.radius
    if not whole:
        excess = HolesExcess.of(tally, coverage.low, budget.tail)
        drawn = min(plan.pilot, tally.classes.total)
        share = (int(tally.radii.counts[0].sum()) + 0.5) / (drawn + 1)
        planned = tuple(max(round(draws * share), 1) for draws in planned)
        middle = tally.radii.sample(0).mean
        expected = HolesExcess(np.array([middle]), FLOAT64.quantile(np.array([share / 2])), share)
    high = upper_limit(tally.radii, planned, delta, excess, expected, lipschitz=whole)
    low = lower_limit(tally.radii, planned, delta, lipschitz=whole) if exact_radius else 0.0
    method = "betting" if exact_radius else "betting, upper bounds only"
    known = Knowledge.FINITE_SAMPLE if exact_radius else FROM_ABOVE
    if tally.infinite:
        # A search that found nothing says nothing: the radius of such a point is unknown.
        method = f"unknown: no witness at {tally.infinite:,} points; {method}"
        return Interval(math.nan, low, high, method, known=known)
    mean = tally.units.mean
    if not whole:
        mean = tally.single.mean * tally.single.count / tally.classes.covered
    return Interval(mean, low, high, method, known=known)


def mean_low(values: FloatArray, delta: float) -> float:
    """Lower limit, by betting, of the mean of independent non-negative draws.

    Examples
    --------
    >>> 0.4 < mean_low(np.random.default_rng(0).random(1000), 0.01) < 0.5
    True
    """
    return lower_limit(_streamed(values), (len(values),), delta)


def mean_high(values: FloatArray, delta: float, excess: Excess) -> float:
    """Upper limit, by betting, of a mean of which draws and an excess are known.

    Parameters
    ----------
    values : array of shape (n,)
        Independent non-negative draws of a Y; inf where nothing is known.
    delta : float
    excess : callable
        For m and T, what m - E min(Y, m + T) can be where the mean is m or more.
    """
    return upper_limit(_streamed(values), (len(values),), delta, excess, excess)


def _streamed(values: FloatArray) -> Histogram:
    pilot = max(len(values) // PILOT_SHARE, LEAST_PILOT)
    return counted(np.zeros(len(values), dtype=np.int64), values, 0, 1, pilot)[1]


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
    low, high = max(units.mean - half, 0.0), units.mean + half
    mean = units.mean / coverage.estimate if coverage.estimate else math.nan
    ceiling = high / coverage.low if coverage.low > 0 else math.inf
    known = coverage.known | Knowledge.ASYMPTOTIC
    return Interval(mean, down(low / coverage.high), up(ceiling), method, known=known)


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
