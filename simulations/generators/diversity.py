"""The diversity of the labels of a sample, and which of two generators is the more diverse.

Three statements of different strength about the collision entropy H_2 = log 1/||p||^2:

* the talk's test ranks generators by E r, the larger one being called less diverse. As E r bounds
  H_2 from above only, this compares upper bounds and can be wrong;
* from above, E r >= rho certifies H_2 <= log 1/g^-1(rho) (`bounds.entropy_bound`), where rho is a
  lower confidence limit of the true E r. A radius found by a search gives no such limit;
* from both sides, collisions among independent labels, and for two generators the difference of
  their probabilities (`simulations.checking.masses`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

import bounds
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import count, flag, kind, real, real_array, shown
from simulations.arrays import FloatArray, IntArray
from simulations.checking.estimation import ClassCounts
from simulations.checking.intervals import InconsistentError, Interval, down, up
from simulations.checking.knowledge import Knowledge
from simulations.checking.labels import covered_labels
from simulations.checking.masses import (
    MassLimits,
    chosen_masses,
    collision_difference,
    collisions_alone,
    minus_log,
)

LIMITS_SHARE = 0.45
"""Share of the error probability for the limits of each generator's masses; the difference has the
rest. For most masses the intervals of s decide at fewer labels than their difference does, whose
limits grow with the logarithm of its share only."""

MOST_DRAWS = 2**26
"""Draws up to which `power` and `draws_needed` repeat."""

_LEAST_DRAWS = 16
_REPETITIONS = 3

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

    H_1 from simultaneous Clopper-Pearson limits of the p_i (it is concave: at most the entropy of
    the most even vector within them, at least the least sum of chords), H_inf from those of max p,
    H_2 from these and from collisions, and all from each other: H_1 >= H_2 >= H_inf >= H_2/2.

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
    delta = 1 - real(confidence, "confidence", 0, 1)
    labels = covered_labels(labels, count(classes, "classes"), "labels")
    found = MassLimits.of(ClassCounts.of(labels, classes).counts, delta)
    counts = np.bincount(labels, minlength=classes)
    n = int(counts.sum())
    minimum, collision = minus_log(found.largest), minus_log(found.collision)
    box, ceiling = found.box, up(math.log(classes), 1.0)
    frequency = counts[counts > 0] / max(n, 1)
    shannon = float(-(frequency * np.log(frequency)).sum()) if n >= 4 else math.nan
    high = min(up(float(_terms(box.most_even) @ box.classes), 1.0), ceiling)
    # H_1 >= H_2 >= H_inf >= H_2/2.
    least = max(minimum.low, collision.low / 2)
    middle = max(collision.low, least)
    low = max(box.concave_low(_terms), middle)
    most = min(collision.high, high, 2 * minimum.high)
    return ClassDiversity(
        Interval(shannon, low, high, "clopper-pearson box and collisions"),
        replace(collision, low=middle, high=most),
        replace(minimum, low=least, high=min(minimum.high, most)),
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two generators compared.

    Attributes
    ----------
    verdict : {"A more diverse", "B more diverse", "undecided"}
        Rigorous at level `confidence`: the intervals of H_2 do not overlap, or 0 is not within
        the limits of the difference of s, which is that of H_2 in sign.
    entropy_a, entropy_b : Interval
        H_2; the best of the limits from collisions and from E r.
    talk_verdict : {"A more diverse", "B more diverse", "undecided"} or None
        The one with the smaller E r, if the intervals of E r do not overlap; no certificate.
        None where an E r is not given.
    confidence : float
    masses_a, masses_b : arrays of shape (K,)
        Estimated masses, from which `draws_needed` is computed.
    label_confidence : float
        Of what the labels alone say.
    """

    verdict: Verdict
    entropy_a: Interval
    entropy_b: Interval
    talk_verdict: Verdict | None
    confidence: float
    masses_a: FloatArray
    masses_b: FloatArray
    label_confidence: float

    @property
    def draws_needed(self) -> int | None:
        """About the least number of labels, as many of A as of B, that decide.

        Were the masses those estimated: what repetitions with a fixed seed need. None if they need
        more than 2^26. Takes a second.
        """
        return draws_needed(self.masses_a, self.masses_b, self.label_confidence)


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
        goes to the labels: `LIMITS_SHARE` to the limits of each generator, the rest to those of
        the difference.
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
    flag(radius_is_exact, "radius_is_exact")
    for name, radius in (("radius_a", radius_a), ("radius_b", radius_b)):
        kind(radius, name, Interval, optional=True)
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
    counted: list[IntArray] = []
    limited: list[MassLimits] = []
    for name, given, radius in (("labels_a", labels_a, radius_a), ("labels_b", labels_b, radius_b)):
        labels = covered_labels(given, classes, name)
        parts = _parts(labels, classes)
        found = MassLimits.of(parts, delta * LIMITS_SHARE)
        counted.append(parts)
        limited.append(found)
        entropy = minus_log(found.collision)
        if radius_is_exact and radius is not None and _is_limit(radius):
            certified = 0.0
            if radius.low < math.inf:
                certified = bounds.entropy_bound(radius.low).sharp
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
    decided = _order(first, second)
    if decided == "undecided":
        rest = delta * (1 - 2 * LIMITS_SHARE)
        decided = _by_difference(
            collision_difference(counted[0], counted[1], (limited[0], limited[1]), rest)
        )
    masses = [chosen_masses(parts.sum(axis=0)) for parts in counted]
    return Comparison(decided, first, second, talk, confidence, masses[0], masses[1], 1 - delta)


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
    return _birthday(s)


def birthday_interval(labels: IntArray, confidence: float = 0.99) -> Interval:
    """Interval for the number that `birthday_samples` estimates, whatever classes there are.

    Parameters
    ----------
    labels : int array or sequence of shape (n,)
        Classes of independent draws, at least 0; -1 in a hole, which does not count.
    confidence : float

    Returns
    -------
    Interval
        For the m with m (m - 1) s / 2 = log 2.

    Raises
    ------
    TypeError, ValueError
        If `labels` is no such sequence, or `confidence` not in (0, 1).

    Examples
    --------
    >>> draws = np.random.default_rng(0).integers(0, 365, 5000)
    >>> found = birthday_interval(draws)
    >>> bool(20 < found.low < 23 < found.high < 27)
    True
    """
    delta = 1 - real(confidence, "confidence", 0, 1)
    labels = covered_labels(labels, None)
    distinct, places = np.unique(labels, return_inverse=True)
    s = collisions_alone(_parts(places, max(distinct.size, 1)), delta)
    low, high = (_birthday(one) for one in (s.high, s.low))
    return Interval(_birthday(s.estimate), down(low), up(high), s.method)


def _birthday(s: float) -> float:
    return (1 + math.sqrt(1 + 8 * math.log(2) / s)) / 2 if s else math.inf


def _is_limit(radius: Interval) -> bool:
    """Whether the lower limit is one of E r, at a level that is known."""
    return radius.low > 0 and radius.known.at_level and Knowledge.UPPER_BOUND not in radius.known


def _order(first: Interval, second: Interval) -> Verdict:
    if first.low > second.high:
        return "A more diverse"
    if second.low > first.high:
        return "B more diverse"
    return "undecided"


def _by_difference(difference: tuple[float, float]) -> Verdict:
    """The order of H_2 by the limits of s_A - s_B."""
    if difference[1] < 0:
        return "A more diverse"
    return "B more diverse" if difference[0] > 0 else "undecided"


def _parts(labels: IntArray, classes: int) -> IntArray:
    """Counts (2, K) of the part of the labels that chooses, two thirds, and of that which bounds.

    What is not seen of the masses, their variance, is paid for over the first part, and what is
    seen over the second.
    """
    cut = 2 * labels.size // 3
    return np.stack([np.bincount(part, minlength=classes) for part in (labels[:cut], labels[cut:])])


def power(
    masses_a: FloatArray,
    masses_b: FloatArray,
    draws_a: int,
    draws_b: int,
    *,
    repetitions: int,
    rng: np.random.Generator,
    confidence: float = 0.99,
) -> dict[Verdict, float]:
    """How often `compare` would say what of labels drawn from known masses; estimated.

    Parameters
    ----------
    masses_a, masses_b : float64 arrays of shape (K,)
        Non-negative, of sum 1.
    draws_a, draws_b : int
        Labels of each.
    repetitions : int
    rng : numpy.random.Generator
    confidence : float

    Returns
    -------
    dict of str to float
        The share of each verdict.

    Examples
    --------
    >>> even, half = np.full(10, 0.1), np.repeat([0.2, 0.0], 5)
    >>> found = power(even, half, 500, 500, repetitions=20, rng=np.random.default_rng(0))
    >>> found["A more diverse"]
    1.0
    """
    delta = 1 - real(confidence, "confidence", 0, 1)
    laws = _laws(masses_a, masses_b)
    kind(rng, "rng", np.random.Generator)
    sizes = tuple(
        count(draws, name, maximum=MOST_DRAWS)
        for name, draws in (("draws_a", draws_a), ("draws_b", draws_b))
    )
    found: dict[Verdict, float] = {"A more diverse": 0, "B more diverse": 0, "undecided": 0}
    for _ in range(count(repetitions, "repetitions")):
        first, second = (_drawn(rng, n, law) for n, law in zip(sizes, laws, strict=True))
        found[_by_counts(first, second, delta)] += 1
    return {verdict: times / repetitions for verdict, times in found.items()}


def _masses(masses: FloatArray, name: str) -> FloatArray:
    try:
        found = real_array(masses, name, "fiu")
    except InvalidTypeError as error:
        raise InvalidValueError(f"{name}={shown(masses)}: expected masses, (K,)") from error
    if found.ndim != 1 or not found.size:
        raise InvalidValueError(f"{name}={shown(masses)}: expected masses, (K,)")
    if not (found >= 0).all() or not abs(float(found.sum()) - 1) <= 1e-9:
        raise InvalidValueError(f"{name}={shown(masses)}: expected masses of sum 1")
    return found / found.sum()


def _drawn(rng: np.random.Generator, draws: int, masses: FloatArray) -> IntArray:
    """Counts as of `_parts`."""
    first = 2 * draws // 3
    return np.stack([rng.multinomial(size, masses) for size in (first, draws - first)])


def _by_counts(first: IntArray, second: IntArray, delta: float) -> Verdict:
    """What the labels alone decide."""
    one, other = (MassLimits.of(counts, delta * LIMITS_SHARE) for counts in (first, second))
    decided = _order(minus_log(one.collision), minus_log(other.collision))
    if decided != "undecided":
        return decided
    rest = delta * (1 - 2 * LIMITS_SHARE)
    return _by_difference(collision_difference(first, second, (one, other), rest))


def draws_needed(
    masses_a: FloatArray, masses_b: FloatArray, confidence: float = 0.99
) -> int | None:
    """About the least number of labels, as many of A as of B, by which `compare` decides.

    What the middle one of repetitions with a fixed seed needs; None if more than 2^26.

    Parameters
    ----------
    masses_a, masses_b : float64 arrays of shape (K,)
        Non-negative, of sum 1.
    confidence : float

    Examples
    --------
    >>> found = draws_needed(np.full(12, 1 / 12), np.repeat([0.1, 0.0], [10, 2]))
    >>> 400 < found < 1200
    True
    """
    delta = 1 - real(confidence, "confidence", 0, 1)
    first, second = _laws(masses_a, masses_b)

    def would(step: int) -> bool:
        n = round(_LEAST_DRAWS * 2 ** (step / 4))
        rng = np.random.default_rng(step)
        verdicts = [
            _by_counts(_drawn(rng, n, first), _drawn(rng, n, second), delta)
            for _ in range(_REPETITIONS)
        ]
        return 2 * verdicts.count("undecided") < _REPETITIONS

    low, high = 0, 4 * 22
    if not would(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if would(middle) else (middle + 1, high)
    return round(_LEAST_DRAWS * 2 ** (low / 4))


def _laws(masses_a: FloatArray, masses_b: FloatArray) -> tuple[FloatArray, FloatArray]:
    first, second = _masses(masses_a, "masses_a"), _masses(masses_b, "masses_b")
    if first.size != second.size:
        raise InvalidValueError(
            f"masses_b has {second.size} entries: expected {first.size}, as masses_a"
        )
    return first, second


def _terms(p: FloatArray) -> FloatArray:
    return -p * np.log(np.where(p > 0, p, 1))
