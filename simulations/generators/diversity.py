"""The diversity of the labels of a sample, and which of two generators is the more diverse.

Three statements of different strength about the collision entropy H_2 = log 1/||p||^2:

* the talk's test ranks generators by E r, the larger one being called less diverse. As E r bounds
  H_2 from above only, this compares upper bounds and can be wrong;
* from above, E r >= rho certifies H_2 <= log 1/g^-1(rho) (`bounds.entropy_bound`), where rho is a
  lower confidence limit of the true E r. A radius found by a search gives no such limit;
* from both sides, collisions among independent labels: for n/2 disjoint pairs of draws, the
  number of pairs of one class is binomial with probability ||p||^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

import bounds
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import count, real, shown
from simulations.arrays import FloatArray, IntArray
from simulations.checking.estimation import ClassCounts
from simulations.checking.intervals import (
    Budget,
    InconsistentError,
    Interval,
    binomial_high,
    binomial_low,
    collision_interval,
    largest_interval,
)
from simulations.checking.knowledge import Knowledge
from simulations.checking.labels import covered_labels

Verdict: TypeAlias = Literal["A more diverse", "B more diverse", "undecided"]


@dataclass(frozen=True, slots=True)
class ClassDiversity:
    """Entropies of the classes of a sample, with limits that hold together.

    Attributes
    ----------
    shannon, collision, minimum : Interval
        H_1, H_2 and H_inf of p, in nats.
    """

    shannon: Interval
    collision: Interval
    minimum: Interval


def class_diversity(labels: IntArray, classes: int, confidence: float = 0.99) -> ClassDiversity:
    """Entropies from independent labels, each in its finite-sample interval.

    H_inf and H_1 from simultaneous Clopper-Pearson limits of the p_i (H_1 is concave: at most the
    entropy of the most even vector within the limits, at least the sum of its least terms); H_2
    from the split sample. A third of the error probability each.

    Parameters
    ----------
    labels : int array or sequence of shape (n,)
        Independent draws, values 0 to classes - 1, and -1 in a hole. Entropies are those of
        p = q / sum q: draws in holes do not count.
    classes : int
    confidence : float

    Returns
    -------
    ClassDiversity

    Examples
    --------
    >>> draws = np.random.default_rng(0).integers(0, 8, 40_000)
    >>> found = class_diversity(draws, 8)
    >>> bool(found.collision.low < np.log(8) <= found.shannon.high)
    True
    """
    delta = (1 - real(confidence, "confidence", 0, 1)) / 3
    labels = covered_labels(labels, count(classes, "classes"), "labels")
    counts = np.bincount(labels, minlength=classes)
    n = int(counts.sum())
    largest = largest_interval(counts, delta)
    minimum = _minus_log(largest)
    if n < 4:
        nothing = Interval(math.nan, 0.0, math.log(classes), "fewer than 4 draws")
        return ClassDiversity(nothing, nothing, minimum)
    frequency = counts[counts > 0] / n
    limit = delta / (2 * classes)
    low, high = binomial_low(counts, n, limit), binomial_high(counts, n, limit)
    shannon = Interval(
        float(-(frequency * np.log(frequency)).sum()),
        float(np.minimum(_terms(low), _terms(high)).sum()),
        float(_terms(_most_even(low, high)).sum()),
        "clopper-pearson box",
    )
    return ClassDiversity(shannon, _split_sample(labels, classes, delta), minimum)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two generators compared.

    Attributes
    ----------
    verdict : {"A more diverse", "B more diverse", "undecided"}
        Rigorous at level `confidence`: the intervals of H_2 do not overlap.
    entropy_a, entropy_b : Interval
        H_2; the best of the limits from collisions and from E r.
    talk_verdict : {"A more diverse", "B more diverse", "undecided"} or None
        The one with the smaller E r, if the intervals of E r do not overlap; no certificate.
        None where an E r is not given.
    confidence : float
    """

    verdict: Verdict
    entropy_a: Interval
    entropy_b: Interval
    talk_verdict: Verdict | None
    confidence: float


def compare(
    labels_a: IntArray,
    labels_b: IntArray,
    classes: int,
    *,
    radius_a: Interval | None = None,
    radius_b: Interval | None = None,
    radius_is_exact: bool = True,
    radius_confidence: float | None = None,
    confidence: float = 0.99,
) -> Comparison:
    """Say which of two generators has the larger collision entropy, or that it is undecided.

    Parameters
    ----------
    labels_a, labels_b : int arrays of shapes (n,), (m,)
        Classes of independent samples.
    classes : int
    radius_a, radius_b : Interval or None
        Of E r.
    radius_is_exact : bool
        Whether these are limits of E r itself. Those of the distances that a search found serve
        the talk's test only: they give no lower limit of E r, and so no certificate. The same
        holds of limits that say of themselves to be asymptotic, or of an upper bound.
    radius_confidence : float, optional
        Level at which both radii's limits hold together, needed where they are used as limits of
        E r (1 for limits known for certain); the rest of the error probability 1 - confidence
        goes to the labels, a half to each generator, and there in equal parts to the split sample
        and to disjoint pairs.
    confidence : float
        1 - delta: the probability that the verdict is not wrong.

    Returns
    -------
    Comparison

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> compare(rng.integers(0, 10, 5000), rng.integers(0, 5, 5000), 10).verdict
    'A more diverse'
    """
    confidence = real(confidence, "confidence", 0, 1)
    count(classes, "classes")
    for name, radius in (("radius_a", radius_a), ("radius_b", radius_b)):
        if radius is not None and not isinstance(radius, Interval):  # pyright: ignore
            raise InvalidTypeError(f"{name}={shown(radius)}: expected an Interval or None")
        if radius is not None and radius.high < 0:
            raise InvalidValueError(f"{name}={shown(radius)}: expected limits of a distance")
    certifying = radius_is_exact and (radius_a is not None or radius_b is not None)
    if certifying and radius_confidence is None:
        raise InvalidValueError(
            "radius_confidence=None: expected the level at which the limits of E r hold together, "
            "as they are used as limits"
        )
    level = 1.0 if radius_confidence is None else radius_confidence
    delta = (1 - confidence) - (1 - real(level, "radius_confidence", 0, 1, closed=True))
    if delta <= 0:
        raise InvalidValueError(
            f"radius_confidence={radius_confidence}: expected more than confidence={confidence}"
        )
    entropies: list[Interval] = []
    for name, given, radius in (("labels_a", labels_a, radius_a), ("labels_b", labels_b, radius_b)):
        labels = covered_labels(given, classes, name)
        entropy = _narrower(
            _split_sample(labels, classes, delta / 4), _disjoint_pairs(labels, classes, delta / 4)
        )
        if radius_is_exact and radius is not None and _is_limit(radius):
            certified = 0.0
            if radius.low < math.inf:
                certified = float(bounds.entropy_bound(radius.low).sharp)
            if certified < entropy.low:
                raise InconsistentError(
                    f"{name} give H_2 >= {entropy.low:.6g} and E r >= {radius.low:.6g} gives "
                    f"H_2 <= {certified:.6g}: an assumption is broken; the draws are not "
                    "independent, or E r is not that of these classes"
                )
            if certified < entropy.high:
                estimate = min(entropy.estimate, certified)
                entropy = Interval(estimate, entropy.low, certified, "expected radius")
        entropies.append(entropy)
    first, second = entropies
    talk: Verdict | None = None
    if radius_a is not None and radius_b is not None:
        talk = _order(radius_b, radius_a)
    return Comparison(_order(first, second), first, second, talk, confidence)


def birthday_samples(labels: IntArray) -> float:
    """Draws m at which a collision is as likely as not: m (m - 1) s / 2 = log 2, s estimated.

    The birthday test of Arora, Risteski & Zhang (ICLR 2018) draws batches and asks for
    duplicates; P[no collision among m] is about exp(-m (m - 1) s / 2). With classes for types the
    estimate of s by all pairs of draws is sharper than by batches.

    Parameters
    ----------
    labels : int array or sequence of shape (n,)
        Classes of independent draws, at least 0; -1 in a hole, which does not count.

    Returns
    -------
    float
        NaN for fewer than 4 draws, inf where no two draws have one class.

    Raises
    ------
    TypeError, ValueError
        If `labels` is no such sequence.

    Examples
    --------
    >>> round(birthday_samples(np.random.default_rng(0).integers(0, 365, 50_000)), 0)
    23.0
    """
    counts = np.unique(covered_labels(labels, None), return_counts=True)[1]
    if counts.sum() < 4:
        return math.nan
    s = bounds.estimate_collision_probability(counts).estimate
    return (1 + math.sqrt(1 + 8 * math.log(2) / s)) / 2 if s > 0 else math.inf


def _is_limit(radius: Interval) -> bool:
    """Whether the lower limit is one of E r, at a level that is known."""
    return radius.low > 0 and radius.known.at_level and Knowledge.UPPER_BOUND not in radius.known


def _order(first: Interval, second: Interval) -> Verdict:
    if first.low > second.high:
        return "A more diverse"
    if second.low > first.high:
        return "B more diverse"
    return "undecided"


def _narrower(one: Interval, other: Interval) -> Interval:
    """The intersection of two intervals that hold together."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Interval(one.estimate, low, high, f"{one.method} and {other.method}")


def _split_sample(labels: IntArray, classes: int, delta: float) -> Interval:
    """H_2 from two halves, the draws in the order in which they came."""
    counts = ClassCounts.of(labels, classes).counts
    # Of a budget a quarter is for the masses, in six parts of which four are used here.
    budget = Budget(6 * delta)
    largest = largest_interval(counts.sum(axis=0), budget.masses)
    return _minus_log(collision_interval(counts, largest.high, budget))


def _disjoint_pairs(labels: IntArray, classes: int, delta: float) -> Interval:
    """H_2 from the collisions of n/2 disjoint pairs (Clopper-Pearson)."""
    pairs = len(labels) // 2
    if pairs == 0:
        return Interval(math.nan, 0.0, math.log(classes), "no pair")
    collisions = int((labels[:pairs] == labels[pairs : 2 * pairs]).sum())
    low = max(float(binomial_low(collisions, pairs, delta / 2)), 1 / classes)
    high = max(float(binomial_high(collisions, pairs, delta / 2)), low)
    return _minus_log(Interval(collisions / pairs, low, high, "pairs"))


def _minus_log(probability: Interval) -> Interval:
    def value(p: float) -> float:
        return -math.log(p) + 0.0 if p > 0 else math.inf

    return Interval(
        math.nan if math.isnan(probability.estimate) else value(probability.estimate),
        value(probability.high),
        value(probability.low),
        probability.method,
    )


def _terms(p: FloatArray) -> FloatArray:
    return -p * np.log(np.where(p > 0, p, 1))


def _most_even(low: FloatArray, high: FloatArray) -> FloatArray:
    """The vector of sum 1 with low <= p <= high that majorises least: p_i = clip(level, ...)."""
    below, above = 0.0, 1.0
    for _ in range(60):
        level = 0.5 * (below + above)
        if np.clip(level, low, high).sum() < 1:
            below = level
        else:
            above = level
    return np.clip(above, low, high)
