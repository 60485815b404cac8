"""The bounds on E r for a vector of class masses, and what they say of its entropy."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, overload

import numpy as np
import numpy.typing as npt

from bounds.arithmetic.base import Arithmetic, Number, at_working_precision
from bounds.arithmetic.float64 import FLOAT64, Float64
from bounds.formulas.classes import (
    isoperimetric_constant,
    others,
    present,
    scaled,
    thresholds,
)
from bounds.formulas.constants import constants
from bounds.formulas.elementwise import Array, apply, inside
from bounds.formulas.entropy import collision_probability, renyi_entropy
from bounds.formulas.holes import holes_bound
from bounds.formulas.radius import (
    gamma_at_entropy,
    gamma_entropy_at,
    halfspace_radius_at,
    halfspace_radius_inverse_of_entropy,
    halfspace_radius_slope_at,
)
from bounds.support.errors import InvalidValueError
from bounds.support.validation import masses, number, real, shown


@at_working_precision
def isoperimetric_bound(
    p: Any, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64
) -> Number:
    """Bound on E r from the Gaussian isoperimetric inequality, by all the masses.

    E r <= sum f(p_i), f(p) = p Phi^-1(p) + phi(Phi^-1(p)).

    Parameters
    ----------
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
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
    a = arithmetic
    values = present(masses(p, "p", a), a)
    if len(values) == 1:
        return a.number(math.inf)
    if a.encloses:

        def term(mass: Any) -> Any:
            return mass * halfspace_radius_at(-a.quantile(mass), a) if mass > 0 else a.number(0)

        return scaled(sum(a.monotone(term, value) for value in values), scale, a)
    starts = thresholds(values, a)
    if a is FLOAT64:
        return scaled(math.fsum(values * halfspace_radius_at(starts, a)), scale, a)
    pairs = zip(values, starts, strict=True)
    return scaled(a.total(x * halfspace_radius_at(t, a) for x, t in pairs), scale, a)


@at_working_precision
def talk_bound(p: Any, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Talk's bound on E r, gamma(||p||^2).

    E r <= log(4 pi H_2) / sqrt(2 H_2), H_2 = log(1/||p||^2), if max p_i <= P = 0.9054..., which
    ||p||^2 <= P^2 = 0.8197... implies; beyond P two halfspaces violate it.

    Parameters
    ----------
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
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
    a = arithmetic
    values = present(masses(p, "p", a), a)
    if len(values) == 1:
        return a.number(math.inf)
    result = gamma_at_entropy(_collision_entropy(values, a), a)
    return scaled(float(result) if a is FLOAT64 else result, scale, a)


def _collision_entropy(values: Any, arithmetic: Arithmetic) -> Any:
    """log(1/||p||^2), next to 0 from 1 - ||p||^2 = sum p_i (1 - p_i)."""
    a = arithmetic
    entropy = renyi_entropy(values, 2, arithmetic=a)
    if a.symbolic or a.encloses or a.at_most(1 if a is FLOAT64 else 1e-15, entropy):
        return entropy
    rest = others(values, a)
    return -a.log1p(-a.total(x * y for x, y in zip(values, rest, strict=True)))


@dataclass(frozen=True, slots=True)
class _Peak:
    """The largest mass m with its threshold -Phi^-1(m) and its distance m - s from ||p||^2."""

    mass: Any
    threshold: Any
    above: Any


def _majorant(collision: Any, entropy: Any, peak: _Peak, arithmetic: Arithmetic) -> Any:
    """Value at s of the least concave majorant of g on (0, m], m the largest mass.

    g is concave up to p* and convex beyond, so the majorant is g up to the point tau from which
    the tangent passes through (m, g(m)), and that chord from there on.
    """
    a = arithmetic
    inflection_mass = constants(arithmetic=a).concavity_threshold
    direct = halfspace_radius_at(-a.quantile_of_entropy(entropy), a)
    if a.at_most(peak.mass, inflection_mass):
        return direct
    height = halfspace_radius_at(peak.threshold, a)

    def gap(t: Any) -> Any:
        p = a.survival(t)
        slope = halfspace_radius_slope_at(t, a)
        return halfspace_radius_at(t, a) + slope * (peak.mass - p) - height

    low = a.middle(-a.quantile(inflection_mass))
    if gap(low) < 0:
        touch = a.root(gap, low, _first(lambda t: gap(t) > 0, low, 1))
        start = a.survival(touch)
        slope = (height - halfspace_radius_at(touch, a)) / (peak.mass - start)
        chord = height - slope * peak.above
        if a.at_most(collision, start):
            return direct
        return chord if a.at_most(start, collision) else a.hull(direct, chord)
    if not a.encloses:
        return direct  # m is p* to rounding: chord and curve are one
    # Balls don't tell m from p*: the majorant is between g and the majorant for a larger m.
    larger = a.middle(inflection_mass) + a.number(2) ** -12
    if a.at_most(peak.mass, larger):
        above = larger - collision
        return a.hull(
            direct,
            _majorant(collision, entropy, _Peak(larger, -a.quantile(larger), above), a),
        )
    return a.hull(direct, a.number(math.inf))


def _first(holds: Callable[[Any], bool], start: Any, step: int) -> Any:
    """First point of start + step, start + 2 step, ... that certainly has a property."""
    for count in range(1, 100):
        if holds(start + step * count):
            return start + step * count
    raise ArithmeticError(f"no change of sign from {start} on in 100 steps of {step}")


def _majorant_of_masses(collision: Any, largest: Any, arithmetic: Arithmetic) -> Any:
    """The majorant from ||p||^2 and max p themselves, which it increases in."""
    a = arithmetic
    if a.at_most(collision, 0) or a.at_most(largest, 0):
        return a.number(0)  # the lower end of balls so wide that they say nothing
    if not (a.inside(collision, 0, 1) and a.inside(largest, 0, 1)):
        return a.number(math.inf)
    above = a.nonnegative(largest - collision)
    return _majorant(collision, -a.log(collision), _Peak(largest, -a.quantile(largest), above), a)


def _majorant_of_threshold(t: Any, arithmetic: Arithmetic) -> Any:
    """The majorant for max p = sqrt(s) at s = Q(t), with the digits of 1 - s where s is next to 1.

    1 - sqrt(s) = (1 - s)/(1 + sqrt(s)), and 1 - s = Q(-t).
    """
    a = arithmetic
    collision, entropy = a.survival(t), -a.log_survival(t)
    largest = a.sqrt(collision)
    if a.at_most(t, a.number(0)):
        threshold = a.quantile_of_entropy(-a.log_survival(-t) + a.log(1 + largest))
    else:
        threshold = -a.quantile_of_entropy(entropy / 2)
    above = largest * a.exp(a.log_survival(-t)) / (1 + largest)
    return _majorant(collision, entropy, _Peak(largest, threshold, above), a)


@at_working_precision
def sharp_bound(p: Any, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Sharp bound on E r, with no assumption on the masses.

    E r <= sum p_i g(p_i) <= g^(||p||^2), with g^ the least concave majorant on (0, max p] of
    g(p) = f(p)/p; it is g itself where max p <= p* = 0.2731..., and Jensen's equality case p = 1/K.

    Parameters
    ----------
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
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
    a = arithmetic
    values = present(masses(p, "p", a), a)
    if len(values) == 1:
        return a.number(math.inf)
    entropy = _collision_entropy(values, a)
    if a.symbolic:
        return scaled(halfspace_radius_at(-a.quantile_of_entropy(entropy), a), scale, a)
    collision = collision_probability(values, arithmetic=a)
    largest = a.maximum(list(values))
    if a.encloses:
        result = a.monotone(lambda s, m: _majorant_of_masses(s, m, a), collision, largest)
        return scaled(result, scale, a)
    index = list(values).index(largest)
    peak = _Peak(largest, thresholds(values, a)[index], largest - collision)
    result = _majorant(collision, entropy, peak, a)
    return scaled(float(result) if a is FLOAT64 else result, scale, a)


@overload
def sharp_bound_of_collision_probability(
    s: Array, *, scale: Any = 1.0, arithmetic: Float64 = FLOAT64
) -> npt.NDArray[np.float64]: ...
@overload
def sharp_bound_of_collision_probability(
    s: Array, *, scale: Any = 1.0, arithmetic: Arithmetic
) -> npt.NDArray[np.object_]: ...
@overload
def sharp_bound_of_collision_probability(
    s: object, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64
) -> Number: ...
@at_working_precision
def sharp_bound_of_collision_probability(
    s: Any, *, scale: Any = 1.0, arithmetic: Arithmetic = FLOAT64
) -> Any:
    """Sharp bound on E r by the collision probability alone, with no assumption on the masses.

    E r <= g(s) for s <= s-hat = 0.1988..., and the least concave majorant of g on (0, sqrt(s)] at
    s beyond, because max p <= sqrt(s).

    Parameters
    ----------
    s : float or array
        Collision probability ||p||^2, in (0, 1).
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
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
        return a.monotone(lambda one: _majorant_of_threshold(-a.quantile(one), a), value)

    return scaled(apply(bound, s, "s", 0, 1, arithmetic), scale, arithmetic)


@dataclass(frozen=True, slots=True)
class EntropyBound(Generic[Number]):
    """Upper bounds on the collision entropy H_2 from the expected radius, in nats.

    Attributes
    ----------
    sharp
        By the inverse of the assumption-free sharp bound.
    talk
        By the inverse of the talk's bound.
    """

    sharp: Number
    talk: Number


@at_working_precision
def entropy_bound(
    expected_radius: Any, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64
) -> EntropyBound[Number]:
    """Bound the collision entropy of a partition from above by its expected class radius.

    If E r = rho then H_2 <= log(1/B^-1(rho)) for any increasing bound B(s) >= E r.

    Parameters
    ----------
    expected_radius : float
        E r (or a lower confidence limit of it), non-negative; 0 says nothing and gives inf.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
    arithmetic : Arithmetic, optional
        `FLOAT64`, `multiprecision(digits)` or `balls(bits)`.

    Returns
    -------
    EntropyBound
        Both bounds hold for every partition. The talk's needs max p <= P = 0.9054..., but its
        inverse is at least e^2/(4 pi) > log(1/P^2) up to gamma's maximum, which is included; where
        rho exceeds it the hypothesis must fail, and H_2 < log(1/P^2) follows. In float64 a bound
        below the smallest positive number is that number, and one above the largest is inf.

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
    a = arithmetic
    if a.symbolic:
        raise InvalidValueError("arithmetic=SYMBOLIC: the inverse has no closed form")
    rho = a.nonnegative(number(expected_radius, "expected_radius", a))
    real(float(rho), "expected_radius", 0, math.inf, closed=True)
    if math.isinf(float(rho)):
        raise InvalidValueError(f"expected_radius={shown(expected_radius)}: expected finite")
    with np.errstate(over="ignore"):
        rho = rho / isoperimetric_constant(scale, a)
    if rho == 0:
        return EntropyBound(a.number(math.inf), a.number(math.inf))

    def decreasing(inverse: Callable[[Any, Arithmetic], Any]) -> Any:
        value = a.monotone(lambda y: inverse(y, a) if y > 0 else a.number(math.inf), rho)
        return max(float(value), math.ulp(0.0)) if a is FLOAT64 else value

    return EntropyBound(decreasing(_sharp_inverse), decreasing(_talk_inverse))


def _talk_inverse(rho: Any, a: Arithmetic) -> Any:
    """Entropy from which on the talk's theorem contradicts E r = rho.

    If max p <= P then Gamma(H_2) >= rho: H_2 is at most the largest h with Gamma(h) >= rho. There
    is one up to the maximum of Gamma, the maximum included, at e^2/(4 pi) or beyond. Otherwise
    H_2 < -2 log P = 0.1987..., which is less.
    """
    limits = constants(arithmetic=a)
    # Next to the maximum Lambert's W of a ball has no value; the h there is next to e^2/(4 pi).
    near = limits.gamma_maximum - 2.0**-30 if a.encloses else limits.gamma_maximum
    if a.at_most(rho, near):
        return gamma_entropy_at(rho, a)
    beyond = -2 * a.log(limits.halfspace_counterexample)
    if rho > limits.gamma_maximum:
        return beyond
    least = a.exp(a.number(2)) / (4 * a.pi) if a.at_most(rho, limits.gamma_maximum) else beyond
    return a.hull(least, gamma_entropy_at(a.middle(near), a))


def _sharp_inverse(rho: Any, a: Arithmetic) -> Any:
    if a is FLOAT64 and rho > 50:
        return 0.0  # -log s is below exp(-1000)
    direct = halfspace_radius_inverse_of_entropy(rho, arithmetic=a)
    start = -a.log(constants(arithmetic=a).assumption_free_threshold)
    if a.at_most(start, direct):
        return direct
    # At Q(t) = s the majorant is above g(s) > -t, and at s < s-hat it is g.
    low, high = -2 * rho - 1, -a.quantile_of_entropy(start) + a.number(1) / 8
    return -a.log_survival(a.root(lambda t: _majorant_of_threshold(t, a) - rho, low, high))


@at_working_precision
def lipschitz_bound(lipschitz: Any, p: Any, *, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
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
    factor = inside(lipschitz, "lipschitz", 0, math.inf, arithmetic)
    return factor * sharp_bound(p, arithmetic=arithmetic)


@dataclass(frozen=True, slots=True)
class Bound(Generic[Number]):
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

    value: Number
    applies: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RadiusBounds(Generic[Number]):
    """All bounds on the expected class radius for one vector of masses.

    Attributes
    ----------
    isoperimetric, sharp, talk, holes : Bound
        In the order of the chain; each is defined in the function of its name.
    collision_probability, collision_entropy, coverage
        s = ||p||^2 of the normalised masses, H_2 = log(1/s), and c.
    guaranteed : bool
        Whether every number certainly encloses the true value, as in balls.
    """

    isoperimetric: Bound[Number]
    sharp: Bound[Number]
    talk: Bound[Number]
    holes: Bound[Number]
    collision_probability: Number
    collision_entropy: Number
    coverage: Number
    guaranteed: bool


@at_working_precision
def radius_bounds(
    p: Any, *, coverage: Any = 1.0, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64
) -> RadiusBounds[Number]:
    """Compute every bound on the expected class radius and say which of them apply.

    Parameters
    ----------
    p : array of shape (K,)
        Normalised masses p_i = q_i / c, sum 1 within 1e-9.
    coverage : float, optional
        c, the mass of all classes together, in (0, 1]; below 1 there are holes.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
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
    'max p = 0.95 > P = 0.905401'
    """
    if arithmetic.symbolic:
        raise InvalidValueError("arithmetic=SYMBOLIC: hypotheses on symbols can't be decided")
    a = arithmetic
    values = masses(p, "p", a)
    covered = a.nonnegative(number(coverage, "coverage", a))
    real(float(covered), "coverage", 0, 1, closed=True)
    if float(covered) == 0:
        raise InvalidValueError(f"coverage={shown(coverage)}: expected in (0, 1]")
    collision = collision_probability(p, arithmetic=a)
    entropy = renyi_entropy(p, 2, arithmetic=a)
    raw = values * covered if a is FLOAT64 else [value * covered for value in values]
    if not any(float(value) > 0 for value in raw):
        raise InvalidValueError(f"coverage={shown(coverage)}: leaves no class a mass above 0")
    if len(present(values, a)) == 1:
        alone = "one class has all the mass: there is no other class and r is infinite"
    elif sum(bool(value > 0) for value in values) == 1:
        alone = "that a second class has mass is not established"
    else:
        alone = ""
    if alone:
        refusal = alone
    elif a.at_most(a.number(1), covered):
        refusal = ""
    elif covered < 1:
        refusal = f"the classes cover {float(covered):.6g} < 1: there are holes"
    else:
        refusal = f"that the classes cover everything is not established: c is in {covered}"

    def bound(value: Number, reason: str, *, holds: bool = True) -> Bound[Number]:
        return Bound(value, holds and not refusal, refusal or reason)

    holds, reason = _talk_hypothesis(a.maximum(list(values)), a)
    holes = Bound(
        holes_bound(raw, scale=scale, arithmetic=a),
        not alone,
        alone or "holds for any classes, with holes or without",
    )
    return RadiusBounds(
        isoperimetric=bound(
            isoperimetric_bound(p, scale=scale, arithmetic=a), "holds for any partition"
        ),
        sharp=bound(sharp_bound(p, scale=scale, arithmetic=a), "holds for any partition"),
        talk=bound(talk_bound(p, scale=scale, arithmetic=a), reason, holds=holds),
        holes=holes,
        collision_probability=collision,
        collision_entropy=entropy,
        coverage=a.number(covered),
        guaranteed=a.encloses,
    )


def _talk_hypothesis(largest: Any, arithmetic: Arithmetic) -> tuple[bool, str]:
    from bounds.arithmetic.balls import balls  # not loaded by whoever needs float64 alone

    # A float64 is compared as the exact number that it is, not with P rounded.
    a = balls() if arithmetic is FLOAT64 else arithmetic
    with a.working_precision():
        limit = constants(arithmetic=a).halfspace_counterexample
        value = a.number(largest)
        shown_value, shown_limit = f"max p = {float(value):.6g}", f"P = {float(limit):.6g}"
        if a.at_most(value, a.number(1) / 5):
            return True, f"{shown_value} <= 1/5, the talk's hypothesis"
        if a.at_most(value, limit):
            return True, f"{shown_value} <= {shown_limit}"
        if value > limit:
            return False, f"{shown_value} > {shown_limit}"
        return False, f"max p <= {shown_limit} is not established: max p is in {value}"
