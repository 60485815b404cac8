"""The bounds on E r for a vector of class masses, and what they say of its entropy."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from bounds.arithmetic.base import FLOAT64, Arithmetic, at_working_precision
from bounds.formulas.constants import constants
from bounds.formulas.elementwise import apply
from bounds.formulas.entropy import collision_probability, renyi_entropy
from bounds.formulas.radius import (
    gamma_inverse_of_entropy,
    gamma_of_entropy,
    halfspace_radius_at,
    halfspace_radius_inverse_of_entropy,
    halfspace_radius_slope_at,
)
from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, masses, real, shown


def _total(values: Any, arithmetic: Arithmetic) -> Any:
    return math.fsum(values) if arithmetic is FLOAT64 else sum(values)


def _positive(values: Any, arithmetic: Arithmetic) -> Any:
    """Drop classes of mass 0, whose contribution is 0."""
    if arithmetic is FLOAT64:
        return values[values > 0]
    if arithmetic.symbolic:
        return [value for value in values if not value.is_zero]
    return [value for value in values if value > 0]


def _whole_space(values: Any, arithmetic: Arithmetic) -> bool:
    """Tell whether one class has all the mass, so that no other class is at finite distance."""
    return len(values) == 1 or (not arithmetic.symbolic and any(value >= 1 for value in values))


@at_working_precision
def isoperimetric_bound(p: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Bound on E r from the Gaussian isoperimetric inequality, by all the masses.

    E r <= sum f(p_i), f(p) = p Phi^-1(p) + phi(Phi^-1(p)).

    Parameters
    ----------
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        The bound; inf if one class has all the mass.

    Raises
    ------
    ValueError
        If `p` is no vector of masses.

    Notes
    -----
    Source: the talk, slide "Some Details"; Fawzi, Fawzi and Fawzi (arXiv 1802.08686), Theorem 1.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.isoperimetric_bound([0.5, 0.5]), 12)  # two halfspaces attain it
    0.797884560803
    """
    values = _positive(masses(p, "p", arithmetic), arithmetic)
    if _whole_space(values, arithmetic):
        return math.inf
    if arithmetic is FLOAT64:
        terms = values * halfspace_radius_at(-arithmetic.quantile(values), arithmetic)
    else:
        terms = [x * halfspace_radius_at(-arithmetic.quantile(x), arithmetic) for x in values]
    return _total(terms, arithmetic)


@at_working_precision
def holes_bound(q: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Bound on E[r | covered] where the classes leave holes.

    E[r | covered] <= (1/c) sum_i [ q_i Phi^-1(1 - c + q_i) + phi(Phi^-1(q_i)) ], c = sum q_i,
    because P[z in K_i, r >= eta] <= min(q_i, Phi(Phi^-1(1 - c + q_i) - eta)).

    Parameters
    ----------
    q : array of shape (K,)
        Raw masses P[z in K_i]; their sum, the coverage, in (0, 1].
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        The bound, equal to `isoperimetric_bound` at c = 1; inf for a single class.

    Raises
    ------
    ValueError
        If `q` is no vector of raw masses.

    Notes
    -----
    Source: our derivation. Two opposed halfspaces {x < -tau}, {x > tau} attain it.

    Examples
    --------
    >>> import bounds, scipy.stats
    >>> round(bounds.holes_bound([scipy.stats.norm.sf(1)] * 2), 8)
    2.52513528
    """
    values = _positive(masses(q, "q", arithmetic, holes=True), arithmetic)
    if _whole_space(values, arithmetic):
        return math.inf
    if arithmetic is FLOAT64:
        coverage: Any = min(math.fsum(values), 1.0)
        others = math.fsum([1.0, -coverage])
        near, far = arithmetic.quantile(values), arithmetic.quantile(others + values)
        terms = values * (halfspace_radius_at(-near, arithmetic) + (far - near))
        return math.fsum(terms) / coverage
    coverage = sum(values)
    terms = []
    for x in values:
        near, far = arithmetic.quantile(x), arithmetic.quantile(1 - coverage + x)
        terms.append(x * (halfspace_radius_at(-near, arithmetic) + (far - near)))
    return sum(terms) / coverage


@at_working_precision
def tail_bound(p: Any, eta: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Bound on the tail of the class radius.

    P[r >= eta] <= sum_i Phi(Phi^-1(p_i) - eta).

    Parameters
    ----------
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    eta : float or array
        Distance, non-negative and finite.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        The bound, shaped as `eta`.

    Raises
    ------
    ValueError
        If `p` is no vector of masses or `eta` is negative or not finite.

    Notes
    -----
    Source: Fawzi, Fawzi and Fawzi (arXiv 1802.08686), Theorem 1 with modulus omega(t) = t.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.tail_bound([0.5, 0.5], 1.0), 12)  # 2 Q(1)
    0.317310507863
    """
    values = _positive(masses(p, "p", arithmetic), arithmetic)
    single = _whole_space(values, arithmetic)
    if arithmetic is FLOAT64:
        distances = _distances(eta)
        if single:
            result = np.ones(distances.shape)
        else:
            thresholds = -arithmetic.quantile(values)
            result = np.array(
                [math.fsum(arithmetic.survival(thresholds + x)) for x in distances.ravel()]
            ).reshape(distances.shape)
        return float(result) if distances.ndim == 0 else result
    distance = arithmetic.number(eta)
    if not arithmetic.symbolic and not distance >= 0:
        raise InvalidValueError(f"eta={shown(eta)}: expected finite and non-negative")
    if single:
        return arithmetic.number(1)
    return sum(arithmetic.survival(distance - arithmetic.quantile(x)) for x in values)


def half_mass_tail_bound(eta: Any) -> Any:
    """Bound on the tail of the class radius where every mass is at most 1/2.

    P[r >= eta] <= sqrt(pi/2) exp(-eta^2/2).

    Parameters
    ----------
    eta : float or array
        Distance, non-negative and finite.

    Returns
    -------
    float or array
        The bound, shaped as `eta`.

    Raises
    ------
    ValueError
        If `eta` is negative or not finite.

    Notes
    -----
    Source: Fawzi, Fawzi and Fawzi (arXiv 1802.08686), Theorem 1.

    Examples
    --------
    >>> import bounds
    >>> bounds.half_mass_tail_bound(1.0) >= bounds.tail_bound([0.5, 0.5], 1.0)
    True
    """
    distances = _distances(eta)
    result = math.sqrt(math.pi / 2) * np.exp(-0.5 * distances**2)
    return float(result) if distances.ndim == 0 else result


def equal_masses_tail_bound(classes: int, eta: Any) -> Any:
    """Bound on the tail of the class radius for K >= 5 equal masses.

    P[r >= eta] <= sqrt(pi/2) exp(-eta^2/2 - eta sqrt(log(K^2/(4 pi log K)))).

    Parameters
    ----------
    classes : int
        K, at least 5, where the root is real.
    eta : float or array
        Distance, non-negative and finite.

    Returns
    -------
    float or array
        The bound, shaped as `eta`.

    Raises
    ------
    ValueError
        If `classes` is below 5, or `eta` negative or not finite.

    Notes
    -----
    Source: Fawzi, Fawzi and Fawzi (arXiv 1802.08686), Theorem 1.

    Examples
    --------
    >>> import bounds
    >>> bounds.equal_masses_tail_bound(10, 1.0) >= bounds.tail_bound([0.1] * 10, 1.0)
    True
    """
    entropy = math.log(count(classes, "classes", 5))
    distances = _distances(eta)
    slope = math.sqrt(2 * entropy - math.log(4 * math.pi * entropy))
    result = math.sqrt(math.pi / 2) * np.exp(-0.5 * distances**2 - distances * slope)
    return float(result) if distances.ndim == 0 else result


def _distances(eta: Any) -> Any:
    distances = np.asarray(eta, dtype=np.float64)
    if not (np.isfinite(distances) & (distances >= 0)).all():
        raise InvalidValueError(f"eta={shown(eta)}: expected finite and non-negative")
    return distances


@at_working_precision
def talk_bound(p: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Talk's bound on E r, gamma(||p||^2).

    E r <= log(4 pi H_2) / sqrt(2 H_2), H_2 = log(1/||p||^2), if max p_i <= p_c = 0.8444....

    Parameters
    ----------
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        gamma(||p||^2), whether or not the hypothesis holds (`radius_bounds` tells); inf if one
        class has all the mass.

    Raises
    ------
    ValueError
        If `p` is no vector of masses.

    Notes
    -----
    Source: the talk, slide "Class Radius to Diversity", where the hypothesis is p_i <= 1/5; the
    weaker one is our derivation.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.talk_bound([0.1] * 10), 12)
    1.568084793046
    """
    if _whole_space(_positive(masses(p, "p", arithmetic), arithmetic), arithmetic):
        return math.inf
    entropy = renyi_entropy(p, 2, arithmetic=arithmetic)
    return gamma_of_entropy(entropy, arithmetic=arithmetic)


def _majorant(collision: Any, largest: Any, entropy: Any, arithmetic: Arithmetic) -> Any:
    """Value at s of the least concave majorant of g on (0, m], m the largest mass.

    g is concave up to p* and convex beyond, so the majorant is g up to the point tau from which
    the tangent passes through (m, g(m)), and that chord from there on.
    """
    a = arithmetic
    direct = halfspace_radius_at(-a.quantile_of_entropy(entropy), a)
    if a.at_most(largest, constants(arithmetic=a).concavity_threshold):
        return direct
    height = halfspace_radius_at(-a.quantile(largest), a)

    def gap(t: Any) -> Any:
        p = a.survival(t)
        return halfspace_radius_at(t, a) + halfspace_radius_slope_at(t, a) * (largest - p) - height

    inflection = -a.quantile(constants(arithmetic=a).concavity_threshold)
    low = a.number(inflection.mid()) if hasattr(inflection, "mid") else inflection
    if not gap(low) < 0:  # m is p* to rounding: chord and curve are one
        return direct
    high = low + 1
    while not gap(high) > 0:
        high = high + 1
    touch = a.root(gap, low, high)
    start = a.survival(touch)
    if a.at_most(collision, start):
        return direct
    slope = (height - halfspace_radius_at(touch, a)) / (largest - start)
    return height - slope * (largest - collision)


@at_working_precision
def sharp_bound(p: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Sharp bound on E r, with no assumption on the masses.

    E r <= sum p_i g(p_i) <= g^(||p||^2), with g^ the least concave majorant on (0, max p] of
    g(p) = f(p)/p; it is g itself where max p <= p* = 0.2731..., and Jensen's equality case p = 1/K.

    Parameters
    ----------
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in; `SYMBOLIC` gives g(||p||^2), which needs max p <= p*.

    Returns
    -------
    float
        The bound; inf if one class has all the mass.

    Raises
    ------
    ValueError
        If `p` is no vector of masses.

    Notes
    -----
    Source: our derivation.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.sharp_bound([0.1] * 10), 12)
    0.47343175378
    >>> round(bounds.sharp_bound([0.9, 0.1]), 12)  # above g(0.82): the chord
    1.376939687338
    """
    values = _positive(masses(p, "p", arithmetic), arithmetic)
    if _whole_space(values, arithmetic):
        return math.inf
    entropy = renyi_entropy(p, 2, arithmetic=arithmetic)
    if arithmetic.symbolic:
        return halfspace_radius_at(-arithmetic.quantile_of_entropy(entropy), arithmetic)
    largest = values[0]
    for value in values[1:]:
        largest = value if value > largest else largest
    collision = collision_probability(p, arithmetic=arithmetic)
    result = _majorant(collision, largest, entropy, arithmetic)
    return float(result) if arithmetic is FLOAT64 else result


@at_working_precision
def sharp_bound_of_collision_probability(s: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Sharp bound on E r by the collision probability alone, with no assumption on the masses.

    E r <= g(s) for s <= s-hat = 0.1988..., and the least concave majorant of g on (0, sqrt(s)] at
    s beyond, because max p <= sqrt(s).

    Parameters
    ----------
    s : float or array
        Collision probability ||p||^2, in (0, 1).
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        The bound, increasing in s.

    Raises
    ------
    ValueError
        If `s` is outside (0, 1).

    Notes
    -----
    Source: our derivation.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.sharp_bound_of_collision_probability(0.1), 12)
    0.47343175378
    """

    def bound(value: Any, a: Arithmetic) -> Any:
        if a is FLOAT64 and value.ndim:
            return [bound(one, a) for one in value]
        if a.symbolic:
            return halfspace_radius_at(-a.quantile(value), a)
        return _majorant(value, a.sqrt(value), -a.log(value), a)

    return apply(bound, s, "s", 0, 1, arithmetic)


@dataclass(frozen=True, slots=True)
class EntropyBound:
    """Upper bounds on the collision entropy H_2 from the expected radius, in nats.

    Attributes
    ----------
    sharp
        By the inverse of the assumption-free sharp bound.
    talk
        By the inverse of the talk's bound.
    """

    sharp: Any
    talk: Any


@at_working_precision
def entropy_bound(expected_radius: Any, *, arithmetic: Arithmetic = FLOAT64) -> EntropyBound:
    """Bound the collision entropy of a partition from above by its expected class radius.

    If E r = rho then H_2 <= log(1/B^-1(rho)) for any increasing bound B(s) >= E r.

    Parameters
    ----------
    expected_radius : float
        E r (or a lower confidence limit of it), non-negative; 0 says nothing and gives inf.
    arithmetic : Arithmetic, optional
        `FLOAT64`, `multiprecision(digits)` or `balls(bits)`.

    Returns
    -------
    EntropyBound
        Both bounds hold for every partition. The talk's needs s <= p_c^2, but its inverse is at
        least e^2/(4 pi) > log(1/p_c^2); where rho exceeds gamma's maximum the hypothesis must
        fail, and H_2 < log(1/p_c^2) follows.

    Raises
    ------
    ValueError
        If `expected_radius` is negative or not finite.

    Notes
    -----
    Source: the talk, slide "Class Radius to Diversity" (the inversion); our derivation (validity,
    sharp inverse).

    Examples
    --------
    >>> import bounds
    >>> limits = bounds.entropy_bound(0.379996133934390753)  # argmax of 10 coordinates
    >>> round(limits.sharp, 2), round(limits.talk, 1)  # the true H_2 is 2.30
    (3.65, 216.6)
    """
    if arithmetic.symbolic:
        raise InvalidValueError("arithmetic=SYMBOLIC: the inverse has no closed form")
    rho = arithmetic.number(expected_radius)
    real(float(rho), "expected_radius", 0, math.inf, closed=True)
    if math.isinf(float(rho)):
        raise InvalidValueError(f"expected_radius={shown(expected_radius)}: expected finite")
    if rho == 0:
        return EntropyBound(math.inf, math.inf)
    limits = constants(arithmetic=arithmetic)
    if rho < limits.gamma_maximum:
        talk = gamma_inverse_of_entropy(rho, arithmetic=arithmetic)
    else:
        talk = -2 * arithmetic.log(limits.rewrite_threshold)
    sharp = _sharp_inverse(rho, arithmetic)
    if arithmetic is FLOAT64:
        return EntropyBound(float(sharp), float(talk))
    return EntropyBound(sharp, talk)


def _sharp_inverse(rho: Any, a: Arithmetic) -> Any:
    direct = halfspace_radius_inverse_of_entropy(rho, arithmetic=a)
    start = -a.log(constants(arithmetic=a).assumption_free_threshold)
    if a.at_most(start, direct):
        return direct

    def gap(t: Any) -> Any:
        collision = a.survival(t)
        bound = _majorant(collision, a.sqrt(collision), -a.log_survival(t), a)
        return bound - rho

    low = high = -a.quantile_of_entropy(start)
    while not gap(low) > 0:
        low = low - 1
    while not gap(high) < 0:
        high = high + 1
    return -a.log_survival(a.root(gap, low, high))


@at_working_precision
def lipschitz_bound(lipschitz: Any, p: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Bound on the mean image-space change of class of an L-Lipschitz generator.

    If ||G(z) - G(z')|| <= L ||z - z'||, the nearest image of another class is, in the mean, at
    distance at most L times the sharp bound on E r.

    Parameters
    ----------
    lipschitz : float
        L, positive and finite.
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        L times `sharp_bound(p)`.

    Raises
    ------
    ValueError
        If `lipschitz` is not positive and finite, or `p` is no vector of masses.

    Notes
    -----
    Source: the talk, slide "Adversarial Examples - A Tangential Connection", there with gamma.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.lipschitz_bound(3.0, [0.1] * 10), 12)
    1.420295261341
    """
    factor = apply(lambda x, a: x, lipschitz, "lipschitz", 0, math.inf, arithmetic)
    return factor * sharp_bound(p, arithmetic=arithmetic)


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound, and whether it may be used.

    Attributes
    ----------
    value
        The bound on E r (on E[r | covered] for `holes`).
    applies : bool
        Whether its hypotheses hold.
    reason : str
        Why they do or don't.
    """

    value: Any
    applies: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RadiusBounds:
    """All bounds on the expected class radius for one vector of masses.

    Attributes
    ----------
    isoperimetric, sharp, talk, holes : Bound
        In the order of the chain; each is defined in the function of its name.
    collision_probability, collision_entropy, coverage
        s = ||p||^2 of the normalised masses, H_2 = log(1/s), and c.
    """

    isoperimetric: Bound
    sharp: Bound
    talk: Bound
    holes: Bound
    collision_probability: Any
    collision_entropy: Any
    coverage: Any


@at_working_precision
def radius_bounds(p: Any, *, coverage: Any = 1.0, arithmetic: Arithmetic = FLOAT64) -> RadiusBounds:
    """Compute every bound on the expected class radius and say which of them apply.

    Parameters
    ----------
    p : array of shape (K,)
        Normalised masses p_i = q_i / c, sum 1 within 1e-9.
    coverage : float, optional
        c, the mass of all classes together, in (0, 1]; below 1 there are holes.
    arithmetic : Arithmetic, optional
        `FLOAT64`, `multiprecision(digits)` or `balls(bits)`.

    Returns
    -------
    RadiusBounds

    Raises
    ------
    ValueError
        If `p` is no vector of masses or `coverage` is outside (0, 1].

    Examples
    --------
    >>> import bounds
    >>> result = bounds.radius_bounds([0.95, 0.05])
    >>> result.sharp.applies, result.talk.applies
    (True, False)
    >>> result.talk.reason
    'max p = 0.95 > p_c = 0.844467 and ||p||^2 = 0.905 > p_c^2 = 0.713124'
    """
    if arithmetic.symbolic:
        raise InvalidValueError("arithmetic=SYMBOLIC: hypotheses on symbols can't be decided")
    a = arithmetic
    values = masses(p, "p", a)
    covered = a.number(coverage)
    real(float(covered), "coverage", 0, 1, closed=True)
    if float(covered) == 0:
        raise InvalidValueError(f"coverage={shown(coverage)}: expected in (0, 1]")
    collision = collision_probability(p, arithmetic=a)
    entropy = renyi_entropy(p, 2, arithmetic=a)
    raw = values * covered if a is FLOAT64 else [value * covered for value in values]
    single = _whole_space(_positive(values, a), a)
    whole = float(covered) == 1
    if single:
        refusal = "one class has all the mass: there is no other class and r is infinite"
    elif not whole:
        refusal = f"the classes cover {float(covered):.6g} < 1: there are holes"
    else:
        refusal = ""

    def bound(value: Any, reason: str, *, holds: bool = True) -> Bound:
        return Bound(value, holds and not refusal, refusal or reason)

    holds, reason = _talk_hypothesis(max(float(x) for x in values), float(collision))
    holes = Bound(
        holes_bound(raw, arithmetic=a),
        not single,
        refusal if single else "holds for any classes, with holes or without",
    )
    return RadiusBounds(
        isoperimetric=bound(isoperimetric_bound(p, arithmetic=a), "holds for any partition"),
        sharp=bound(sharp_bound(p, arithmetic=a), "holds for any partition"),
        talk=bound(talk_bound(p, arithmetic=a), reason, holds=holds),
        holes=holes,
        collision_probability=collision,
        collision_entropy=entropy,
        coverage=float(covered) if a is FLOAT64 else covered,
    )


@functools.cache
def _rewrite_threshold() -> float:
    return constants().rewrite_threshold


def _talk_hypothesis(largest: float, collision: float) -> tuple[bool, str]:
    threshold = _rewrite_threshold()
    if largest <= 0.2:
        return True, f"max p = {largest:.6g} <= 1/5, the talk's hypothesis"
    if largest <= threshold:
        return True, f"max p = {largest:.6g} <= p_c = {threshold:.6g}"
    return False, (
        f"max p = {largest:.6g} > p_c = {threshold:.6g} and "
        f"||p||^2 = {collision:.6g} > p_c^2 = {threshold**2:.6g}"
    )
