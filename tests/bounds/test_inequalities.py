"""Every inequality of the chain over random masses; each docstring is the inequality.

The slack allowed is float64's rounding of the larger side, never more.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bounds
from tests.strategies import FloatArray, mass_vectors

ROUNDING = 1e-12
CONSTANTS = bounds.constants()


def at_most(left: float, right: float) -> bool:
    """left <= right up to rounding."""
    return left <= right + ROUNDING * max(abs(left), abs(right))


def gamma_with(constant: float, x: FloatArray) -> FloatArray:
    """log(constant log(1/x)) / sqrt(2 log(1/x)), which is gamma for constant = 4 pi."""
    h = -np.log(x)
    return np.log(constant * h) / np.sqrt(2 * h)


def talk_chain_holds(p: FloatArray, constant: float = 4 * math.pi) -> bool:
    """f(p_i) <= p_i gamma(p_i) for every i, hence sum f(p_i) <= sum p_i gamma(p_i)."""
    p = p[p > 0]
    terms = p * gamma_with(constant, p)
    each = bounds.integrated_tail(p) <= terms * (1 + ROUNDING)
    return bool(each.all()) and at_most(bounds.isoperimetric_bound(p / p.sum()), math.fsum(terms))


@given(mass_vectors(max_mass=CONSTANTS.rewrite_threshold))
def test_rewrite(p: FloatArray) -> None:
    """sum f(p_i) <= sum p_i gamma(p_i) for max p <= p_c."""
    assert talk_chain_holds(p)


def test_rewrite_with_a_wrong_constant_is_caught() -> None:
    """4 pi -> 3.9 pi fails at p_c, where the rewrite is an equality."""
    p_c = CONSTANTS.rewrite_threshold
    p = np.array([p_c, 1 - p_c])
    assert talk_chain_holds(p)
    assert not talk_chain_holds(p, constant=3.9 * math.pi)
    assert not talk_chain_holds(np.array([p_c + 1e-6, 1 - p_c - 1e-6]))


@given(mass_vectors())
def test_jensen(p: FloatArray) -> None:
    """sum p_i gamma(p_i) <= gamma(||p||^2)."""
    p = p[p > 0]
    assert at_most(math.fsum(p * bounds.gamma(p)), bounds.talk_bound(p / p.sum()))


@given(mass_vectors(max_mass=CONSTANTS.halfspace_counterexample))
def test_talk_theorem(p: FloatArray) -> None:
    """sum f(p_i) <= gamma(||p||^2) for max p <= P."""
    assert at_most(bounds.isoperimetric_bound(p), bounds.talk_bound(p))


@given(
    st.floats(CONSTANTS.rewrite_threshold, CONSTANTS.halfspace_counterexample),
    mass_vectors(max_classes=20),
)
def test_talk_theorem_between_the_rewrite_and_the_exact_hypothesis(
    largest: float, rest: FloatArray
) -> None:
    """sum f(p_i) <= gamma(||p||^2) for p_c <= max p <= P, where the rewrite no longer holds."""
    p = np.concatenate([[largest], (1 - largest) * rest])
    assert at_most(bounds.isoperimetric_bound(p), bounds.talk_bound(p))


def test_the_exact_hypothesis_is_no_larger() -> None:
    """Beyond P two halfspaces violate the inequality of `test_talk_theorem`."""
    largest = CONSTANTS.halfspace_counterexample + 1e-6
    p = [largest, 1 - largest]
    assert not at_most(bounds.isoperimetric_bound(p), bounds.talk_bound(p))


@given(mass_vectors())
def test_sharp_theorem(p: FloatArray) -> None:
    """sum f(p_i) <= g^(||p||^2) <= its value by ||p||^2 alone, for every p."""
    sharp = bounds.sharp_bound(p)
    assert at_most(bounds.isoperimetric_bound(p), sharp)
    s = bounds.collision_probability(p)
    if s < 1:
        assert at_most(sharp, bounds.sharp_bound_of_collision_probability(s))


def test_flipped_sharp_inequality_is_caught() -> None:
    """The check of `test_sharp_theorem` can fail: g(s) itself is no bound for s > s-hat."""
    p = np.array([0.95, 0.05])
    s = bounds.collision_probability(p)
    assert not at_most(bounds.isoperimetric_bound(p), 0.99 * bounds.halfspace_radius(s))
    assert not at_most(bounds.sharp_bound(p), bounds.isoperimetric_bound(p))


@given(mass_vectors(max_mass=CONSTANTS.rewrite_threshold))
def test_sharp_is_below_talk(p: FloatArray) -> None:
    """g(s) < gamma(s) for s <= p_c."""
    s = bounds.collision_probability(p)
    assert bounds.halfspace_radius(s) <= bounds.gamma(s)


@given(mass_vectors(max_mass=CONSTANTS.concavity_threshold))
def test_entropy_sandwich(p: FloatArray) -> None:
    """G(H_1) <= sum f(p_i) <= G(H_2) <= G(H_inf)."""
    middle = bounds.isoperimetric_bound(p)
    radius = bounds.halfspace_radius_of_entropy
    assert at_most(radius(bounds.renyi_entropy(p, 1)), middle)
    assert at_most(middle, radius(bounds.renyi_entropy(p, 2)))
    largest = bounds.renyi_entropy(p, math.inf)
    assert at_most(radius(bounds.renyi_entropy(p, 2)), radius(largest))


@given(mass_vectors(), st.floats(0, 50), st.floats(0, 50))
def test_renyi_entropy_decreases_with_its_order(p: FloatArray, a: float, b: float) -> None:
    """H_beta <= H_alpha <= log K for alpha <= beta."""
    low, high = sorted((a, b))
    assert at_most(bounds.renyi_entropy(p, high), bounds.renyi_entropy(p, low))
    assert at_most(bounds.renyi_entropy(p, low), math.log(p.size))


@given(mass_vectors())
def test_min_entropy_brackets_collision_entropy(p: FloatArray) -> None:
    """H_inf <= H_2 <= 2 H_inf."""
    least, collision = bounds.renyi_entropy(p, math.inf), bounds.renyi_entropy(p, 2)
    assert at_most(least, collision)
    assert at_most(collision, 2 * least)


@given(mass_vectors(), st.floats(0, 8))
def test_tail_bound_decreases_from_one(p: FloatArray, eta: float) -> None:
    """sum Phi(Phi^-1(p_i) - eta) <= 1, decreasing in eta."""
    tail = bounds.tail_bound(p, np.array([0.0, eta, eta + 0.5]))
    assert at_most(tail[0], 1.0)
    assert tail[0] >= tail[1] > tail[2] or tail[1] < 1e-300


@given(mass_vectors(max_classes=50))
def test_integrated_tail_bound_is_the_isoperimetric_bound(p: FloatArray) -> None:
    """integral over eta of sum Phi(Phi^-1(p_i) - eta) = sum f(p_i)."""
    import scipy.integrate

    value, error = scipy.integrate.quad(
        lambda eta: bounds.tail_bound(p, eta), 0, 60, limit=500, points=[1, 3, 6, 12]
    )
    assert value == pytest.approx(bounds.isoperimetric_bound(p), abs=10 * error + 1e-8)


@given(mass_vectors(), st.floats(0.01, 1))
def test_holes_bound_is_above_the_share_of_each_class(p: FloatArray, coverage: float) -> None:
    """(1/c) sum q_i g(q_i) <= holes bound, with equality at c = 1."""
    q = p * coverage
    q = q[q > 0]
    plain = math.fsum(q * bounds.halfspace_radius(q)) / q.sum()
    assert at_most(plain, bounds.holes_bound(q))
    if coverage == 1:
        assert bounds.holes_bound(p) == pytest.approx(bounds.isoperimetric_bound(p), rel=1e-11)


@given(st.floats(1e-8, 3))
def test_entropy_bound_inverts_the_sharp_bound(rho: float) -> None:
    """B(exp(-h)) = rho for h = the sharp upper bound on H_2."""
    h = bounds.entropy_bound(rho).sharp
    s = math.exp(-h)
    if s > 1e-300 and s < 1 - 1e-9:
        assert bounds.sharp_bound_of_collision_probability(s) == pytest.approx(rho, rel=1e-9)


@given(mass_vectors())
def test_entropy_bound_is_above_the_entropy(p: FloatArray) -> None:
    """H_2 <= both entropy bounds at rho = sum f(p_i), the largest E r possible."""
    rho = bounds.isoperimetric_bound(p)
    limits = bounds.entropy_bound(rho)
    entropy = bounds.renyi_entropy(p, 2)
    assert at_most(entropy, limits.sharp + 1e-10)
    assert at_most(entropy, limits.talk + 1e-10)
