"""Balls enclose: what is computed from a ball contains the value at every point of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bounds

BALLS = bounds.balls(128)
EXACT: Any = bounds.multiprecision(60)
RADII = st.floats(-30, 0).map(lambda exponent: 10.0**exponent)
SHARES = st.floats(-1, 1)


def contains(ball: Any, value: Any) -> bool:
    """Whether a ball contains a number known to 60 digits (up to those digits)."""
    if value == math.inf:
        return ball == math.inf or not math.isfinite(float(ball.rad()))
    if ball == math.inf:
        return False
    with BALLS.working_precision():
        digits = EXACT.context.nstr(EXACT.number(value), 45)
        return bool(ball.overlaps(flint.arb(digits) * flint.arb(1, 1e-43)))


def ball(middle: float, radius: float) -> Any:
    return flint.arb(middle, radius)


C = bounds.constants()
LATENTS = bounds.latents
P = [0.5, 0.3, 0.2]
MASS = [
    C.rewrite_threshold, C.concavity_threshold, C.assumption_free_threshold,
    C.halfspace_counterexample, C.gamma_argmax, C.gamma_zero, 0.5, 0.2, 0.0, 1.0,
]  # fmt: skip
ENTROPY = [-math.log(x) for x in MASS if 0 < x < 1] + [0.0, 1.0, 0.7, 1e4]
VALUE = [0.0, C.gamma_maximum, 1.0, 0.5]
RADIUS = [0.0, C.gamma_maximum, 1.0, 0.557, 8.2]
SIZE = [0.0, 1.0]
ORDER = [0.0, 1.0, 2.0]

# Each function with where it is drawn, the thresholds to straddle, and its domain's ends.
ONE_NUMBER: list[tuple[Callable[..., Any], list[float], float, float]] = [
    (bounds.gamma, MASS, 0, 1),
    (bounds.gamma_of_entropy, ENTROPY, 0, math.inf),
    (bounds.gamma_inverse_of_entropy, VALUE, 0, C.gamma_maximum),
    (bounds.gamma_inverse, VALUE, 0, C.gamma_maximum),
    (bounds.halfspace_radius, MASS, 0, 1),
    (bounds.halfspace_radius_of_entropy, ENTROPY, 0, math.inf),
    (bounds.halfspace_radius_inverse_of_entropy, RADIUS, 0, math.inf),
    (bounds.integrated_tail, MASS, 0, 1),
    (bounds.refined_gamma, [0.0, 0.2, 0.23411], 0, 0.23411),
    (bounds.sharp_bound_of_collision_probability, MASS, 0, 1),
    (bounds.half_mass_tail_bound, SIZE, -1, math.inf),
    (lambda x, **o: bounds.equal_masses_tail_bound(5, x, **o), SIZE, -1, math.inf),
    (lambda x, **o: bounds.tail_bound(P, x, **o), SIZE, -1, math.inf),
    (LATENTS.box, SIZE, 0, math.inf),
    (LATENTS.truncated_normal, SIZE, 0, math.inf),
    (lambda x, **o: LATENTS.sphere(5, x, **o), SIZE, 0, math.inf),
    (lambda x, **o: LATENTS.ball(5, x, **o), SIZE, 0, math.inf),
    (lambda x, **o: bounds.lipschitz_bound(x, P, **o), SIZE, 0, math.inf),
    (lambda x, **o: bounds.isoperimetric_bound(P, scale=x, **o), SIZE, 0, math.inf),
    (lambda x, **o: bounds.talk_bound(P, scale=x, **o), SIZE, 0, math.inf),
    (lambda x, **o: bounds.sharp_bound(P, scale=x, **o), SIZE, 0, math.inf),
    (lambda x, **o: bounds.holes_bound([0.5, 0.3], scale=x, **o), SIZE, 0, math.inf),
    (lambda x, **o: bounds.filling_bound([0.5, 0.3], [0.6, 0.4], scale=x, **o), SIZE, 0, math.inf),
    (lambda x, **o: bounds.tail_bound(P, 0.7, scale=x, **o), SIZE, 0, math.inf),
    (lambda x, **o: bounds.renyi_entropy(P, x, **o), ORDER, -1, math.inf),
    (lambda x, **o: bounds.hill_number([0.5, 0.5, 0], x, **o), ORDER, -1, math.inf),
    (lambda x, **o: bounds.radius_bounds(P, coverage=x, **o).holes.value, [0.0, 1.0, 0.5], 0, 1),
]


@pytest.mark.parametrize(("function", "thresholds", "low", "high"), ONE_NUMBER)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_functions_of_one_number(
    function: Callable[..., Any], thresholds: list[float], low: float, high: float, data: Any
) -> None:
    inside = st.floats(max(low, 1e-6), min(high, 10), exclude_min=True, exclude_max=True)
    middle = data.draw(st.sampled_from(thresholds) | inside)
    radius = data.draw(RADII)
    middle += radius * data.draw(st.sampled_from([0.0, -1.0, 1.0, 0.5, 1.001]))
    try:
        enclosed = function(ball(middle, radius), arithmetic=BALLS)
    except ValueError:
        # Refused is what reaches out of the domain, and nothing else.
        reach = 1.0001 * radius + 1e-15
        assert middle - reach < max(low, 0) or middle + reach > high
        return
    for share in (-1, 1, data.draw(SHARES)):
        point = EXACT.number(middle) + EXACT.number(radius) * share
        if max(low, 0) < point < high:
            assert contains(enclosed, function(point, arithmetic=EXACT))
    if radius < 1e-3 * min(abs(middle - end) for end in (low, high, *thresholds)):
        assert enclosed.is_finite()  # or it would contain anything


@st.composite
def wide_masses(draw: st.DrawFn) -> tuple[list[Any], list[Any], float]:
    """Draw balls and a vector of masses inside them, next to thresholds, 0 and 1 at times."""
    largest = draw(
        st.sampled_from([0.9999, 0.9054, 0.84446694, 0.5, 0.34, 0.27311824866]) | st.floats(0.3, 1)
    )
    rest = draw(st.lists(st.sampled_from([0.0, 1e-9, 1e-3, 1.0, 2.0]), min_size=1, max_size=4))
    total = EXACT.context.fsum(rest)
    weights = [EXACT.number(x) / total for x in rest] if total else [EXACT.number(1)]
    point = [EXACT.number(largest), *((1 - EXACT.number(largest)) * x for x in weights)]
    radius = draw(RADII)
    enclosing = []
    for value in point:
        reach = radius * draw(st.sampled_from([1e-9, 0.1, 1.0]))
        shift = reach * draw(SHARES | st.sampled_from([-0.9999, 0.9999]))
        # A float next to the point, off by less than the ball's radius.
        middle = max(float(value) + shift, 0.0)
        slack = 2e-16
        enclosing.append(ball(middle, max(reach, abs(middle - float(value)) * 1.01) + slack))
    return enclosing, point, radius


OF_MASSES: list[Callable[..., Any]] = [
    bounds.isoperimetric_bound,
    bounds.sharp_bound,
    bounds.talk_bound,
    bounds.holes_bound,
    bounds.collision_probability,
    lambda p, **options: bounds.tail_bound(p, 0.7, **options),
    lambda p, **options: bounds.renyi_entropy(p, 0, **options),
    lambda p, **options: bounds.renyi_entropy(p, 0.5, **options),
    lambda p, **options: bounds.renyi_entropy(p, 1, **options),
    lambda p, **options: bounds.renyi_entropy(p, 2, **options),
    lambda p, **options: bounds.renyi_entropy(p, math.inf, **options),
    lambda p, **options: bounds.hill_number(p, 3, **options),
    lambda p, **options: bounds.lipschitz_bound(2, p, **options),
]


@pytest.mark.parametrize("function", OF_MASSES)
@given(drawn=wide_masses())
@settings(max_examples=25, deadline=None)
def test_functions_of_masses(function: Callable[..., Any], drawn: Any) -> None:
    enclosing, point, _ = drawn
    enclosed = function(enclosing, arithmetic=BALLS)
    assert contains(enclosed, function(point, arithmetic=EXACT))


@given(drawn=wide_masses(), data=st.data())
@settings(max_examples=25, deadline=None)
def test_filling_bound(drawn: Any, data: st.DataObject) -> None:
    """Of raw masses and filled ones, each a ball."""
    filled, point, radius = drawn
    shares = [data.draw(st.sampled_from([0.01, 0.5, 0.9, 1.0])) for _ in point]
    raw_point = [EXACT.number(share) * x for share, x in zip(shares, point, strict=True)]
    raw = [ball(float(x), 1e-3 * radius + 2e-16) for x in raw_point]
    enclosed = bounds.filling_bound(raw, filled, arithmetic=BALLS)
    assert contains(enclosed, bounds.filling_bound(raw_point, point, arithmetic=EXACT))


def test_a_mass_that_may_be_zero_leaves_the_bounds_finite() -> None:
    p = [0.5, 0.5 - 1e-9, flint.arb(1e-9, 2e-9)]
    for function in (
        bounds.isoperimetric_bound,
        bounds.sharp_bound,
        bounds.talk_bound,
        bounds.holes_bound,
        lambda p, **options: bounds.tail_bound(p, 0.7, **options),
        lambda p, **options: bounds.filling_bound([0.4, 0.4, p[2]], p, **options),
    ):
        assert float(function(p, arithmetic=BALLS).rad()) < 1e-6


def test_what_a_mass_that_may_be_zero_adds_to_the_entropy() -> None:
    """-x log x on [0, 0.4] goes up to 1/e, and up to its value at 0.1 on [0, 0.1]."""
    for largest, peak in ((0.4, 1 / math.e), (0.1, -0.1 * math.log(0.1))):
        rest = 1 - largest / 2
        wide = bounds.renyi_entropy(
            [rest, flint.arb(largest / 2, largest / 2)], 1, arithmetic=BALLS
        )
        other = -rest * math.log(rest)
        assert float(wide.upper()) == pytest.approx(other + peak, abs=1e-9)
        assert float(wide.lower()) == pytest.approx(other, abs=1e-9)


@given(drawn=wide_masses())
@settings(max_examples=60, deadline=None)
def test_decisions_hold_at_every_point(drawn: Any) -> None:
    """What applies to a ball applies to each point of it, and its values contain theirs."""
    enclosing, point, _ = drawn
    wide = bounds.radius_bounds(enclosing, arithmetic=BALLS)
    exact = bounds.radius_bounds(point, arithmetic=EXACT)
    assert wide.guaranteed
    assert not exact.guaranteed
    for name in ("isoperimetric", "sharp", "talk", "holes"):
        assert getattr(exact, name).applies or not getattr(wide, name).applies
    if "established" not in wide.talk.reason:
        assert wide.talk.applies == exact.talk.applies


@given(st.sampled_from(RADIUS) | st.floats(0.05, 12), RADII, SHARES | st.sampled_from([-1.0, 1.0]))
@settings(max_examples=10, deadline=None)
def test_entropy_bound(middle: float, radius: float, share: float) -> None:
    wide = bounds.entropy_bound(ball(middle, radius), arithmetic=BALLS)
    point = max(EXACT.number(middle) + EXACT.number(radius) * share, EXACT.number(0))
    exact = bounds.entropy_bound(point, arithmetic=EXACT)
    assert contains(wide.sharp, exact.sharp)
    assert contains(wide.talk, exact.talk)


def test_entropy_bound_next_to_the_talks_maximum() -> None:
    """gamma's maximum, and next to it both sides of the float64 that is next to it."""
    largest = bounds.constants(arithmetic=EXACT).gamma_maximum
    for exponent in (-100, -17, -9.1):
        reach = EXACT.number(10) ** EXACT.number(exponent)
        for point in (largest - reach, largest + reach):
            exact = bounds.entropy_bound(point, arithmetic=EXACT).talk
            with BALLS.working_precision():
                narrow = flint.arb(EXACT.context.nstr(point, 60))
            wide = bounds.entropy_bound(narrow, arithmetic=BALLS).talk
            assert contains(wide, exact)
            # At 10^-100 balls don't tell on which side they are.
            assert float(wide.rad()) < (0.3 if exponent == -100 else 1e-4)


@pytest.mark.parametrize("name", ["sharp", "talk"])
def test_entropy_bound_in_other_units(name: str) -> None:
    wide = getattr(bounds.entropy_bound(0.7, scale=ball(1.5, 0.1), arithmetic=BALLS), name)
    for scale in (1.4, 1.47, 1.6):
        assert contains(
            wide, getattr(bounds.entropy_bound(0.7, scale=scale, arithmetic=EXACT), name)
        )


@given(st.floats(0, 4), RADII, SHARES)
@settings(max_examples=40, deadline=None)
def test_orders_of_the_entropy(order: float, radius: float, share: float) -> None:
    radius = min(radius, order)
    wide = bounds.renyi_entropy([0.5, 0.3, 0.2], ball(order, radius), arithmetic=BALLS)
    point = max(EXACT.number(order) + EXACT.number(radius) * share, EXACT.number(0))
    assert contains(wide, bounds.renyi_entropy([0.5, 0.3, 0.2], point, arithmetic=EXACT))


def test_a_ball_across_the_hypothesis_settles_nothing() -> None:
    limit = float(bounds.constants().halfspace_counterexample)
    for reach, word in ((1e-12, "not established"), (0.05, "not established")):
        talk = bounds.radius_bounds(
            [ball(limit, reach), ball(1 - limit, reach)], arithmetic=BALLS
        ).talk
        assert not talk.applies
        assert word in talk.reason
    narrow = bounds.radius_bounds([ball(0.9, 1e-6), ball(0.1, 1e-6)], arithmetic=BALLS).talk
    assert narrow.applies


def test_a_coverage_that_may_be_one_is_not_one() -> None:
    p = [0.5, 0.5]
    # 1 may be one of its points, and its last.
    touching = bounds.radius_bounds(p, coverage=ball(0.75, 0.25), arithmetic=BALLS)
    assert "not established" in touching.sharp.reason
    for coverage, holds in ((ball(1, 1e-3), False), (ball(1, 0), True), (ball(0.9, 0.01), False)):
        result = bounds.radius_bounds(p, coverage=coverage, arithmetic=BALLS)
        assert result.sharp.applies is holds
        assert result.holes.applies
    unsettled = bounds.radius_bounds(p, coverage=ball(1, 1e-3), arithmetic=BALLS)
    assert "not established" in unsettled.sharp.reason


@pytest.mark.parametrize("radius", [1e-9, 2e-9])
def test_a_mass_that_may_be_zero_is_not_dropped(radius: float) -> None:
    p = [0.5, flint.arb(0.5 - 1e-9, 1.01 * radius), flint.arb(1e-9, radius)]
    for order in (0, 0.5, 1, 1.2, 2):
        wide = bounds.renyi_entropy(p, order, arithmetic=BALLS)
        assert wide.is_finite()
        for mass in (0.0, 1e-9, 1e-9 + radius):
            point = [0.5, 0.5 - mass, mass]
            assert contains(wide, bounds.renyi_entropy(point, order, arithmetic=EXACT))
    wide = bounds.isoperimetric_bound(p, arithmetic=BALLS)
    assert contains(wide, bounds.isoperimetric_bound([0.5, 0.5 - 1e-9, 1e-9], arithmetic=EXACT))


def test_a_mass_that_is_zero_counts_for_no_entropy() -> None:
    for order in (0, 0.5, 1, 1.2, 2):
        found = bounds.renyi_entropy([0.5, 0.5, 0], order, arithmetic=BALLS)
        assert found.is_finite()
        assert contains(found, bounds.renyi_entropy([0.5, 0.5], order, arithmetic=EXACT))


def test_a_second_class_that_may_have_no_mass_is_not_established() -> None:
    for small in (flint.arb(1e-5, 1e-5), flint.arb(1e-5, 2e-5)):
        result = bounds.radius_bounds([0.99999, small, 0], arithmetic=BALLS)
        for name in ("isoperimetric", "sharp", "talk", "holes"):
            assert not getattr(result, name).applies
            assert "second class has mass is not established" in getattr(result, name).reason


def test_balls_that_say_nothing_of_the_masses_leave_the_sharp_bound_open() -> None:
    """The least ||p||^2 that balls of these masses allow is 0, where the bound is 0, not inf."""
    wide = bounds.sharp_bound([ball(0.2505, 0.2505), ball(1, 0.584)], arithmetic=BALLS)
    assert contains(wide, bounds.sharp_bound([0.42, 0.58], arithmetic=EXACT))
    wide = bounds.sharp_bound([ball(0.2, 0.2)] * 5, arithmetic=BALLS)
    assert contains(wide, bounds.sharp_bound([0.2] * 5, arithmetic=EXACT))
    assert wide.is_finite()


def test_the_sharp_bound_of_balls_that_are_not_told_from_the_concavity_threshold() -> None:
    with BALLS.working_precision():
        mass = bounds.constants(arithmetic=BALLS).concavity_threshold.mid()
        rest = (1 - mass) / 4
        masses = [mass, rest, rest, rest, rest]
        direct = bounds.halfspace_radius(
            bounds.collision_probability(masses, arithmetic=BALLS), arithmetic=BALLS
        )
        wide = bounds.sharp_bound(masses, arithmetic=BALLS)
        assert wide.overlaps(direct)
        assert float(wide.rad()) < 1e-20


def test_how_many_classes_there_are_is_between_those_that_are_certain_and_all() -> None:
    sure = bounds.renyi_entropy([0.5, 0.3, 0.2], 0, arithmetic=BALLS)
    assert contains(sure, EXACT.log(EXACT.number(3)))
    assert float(sure.rad()) < 1e-30
    wide = bounds.renyi_entropy([0.99999, flint.arb(1e-5, 2e-5)], 0, arithmetic=BALLS)
    for classes in (1, 2):
        assert contains(wide, EXACT.log(EXACT.number(classes)))
    assert float(wide.rad()) < 0.35


def test_balls_without_a_vector_of_masses_are_refused() -> None:
    with pytest.raises(ValueError, match=r"sum\(p\)"):
        bounds.sharp_bound([ball(0.5, 0.01), ball(0.4, 0.01)], arithmetic=BALLS)
    with pytest.raises(ValueError, match=r"p\[1\]"):
        bounds.sharp_bound([ball(1, 0.01), ball(-0.1, 0.01)], arithmetic=BALLS)


def test_what_can_not_be_negative_loses_the_negative_part_of_its_ball() -> None:
    for middle, radius, low, high in ((1, 2, 0, 3), (-1, 1, 0, 0), (2, 1, 1, 3), (-2, 1, -3, -1)):
        found = BALLS.nonnegative(ball(middle, radius))
        assert float(found.lower()) == pytest.approx(low, abs=1e-8)
        assert float(found.upper()) == pytest.approx(high, abs=1e-8)


def test_a_root_is_enclosed_between_the_nearest_certain_signs() -> None:
    zero, one = flint.arb(0), flint.arb(1)
    with BALLS.working_precision():
        narrow = BALLS.root(lambda t: t + ball(0, 1e-20), -one, one)
        assert narrow.contains(zero)
        assert float(narrow.rad()) < 4e-20
        # Between the ends of this one no sign is certain.
        unknown = BALLS.root(
            lambda t: -one if t <= 1 else one if t >= 2 else ball(0, 1), one, one + one
        )
        assert float(unknown.lower()) == pytest.approx(1, abs=1e-8)
        assert float(unknown.upper()) == pytest.approx(2, abs=1e-8)
        for function in (lambda t: t, lambda t: 1 - t, lambda t: t + 1):
            with pytest.raises(ValueError, match="no certain change of sign"):
                BALLS.root(function, zero, one)


@pytest.mark.parametrize("t", [50, 52.1, 60, 1e6])
def test_tails_of_long_balls_have_their_bits(t: float) -> None:
    long = bounds.balls(1000)
    with long.working_precision():
        assert long.hazard_excess(long.number(t)).rel_accuracy_bits() > 950


def test_balls_have_128_bits_unless_told() -> None:
    assert bounds.balls().name == "Arb balls, 128 bits"


def test_the_check_can_fail() -> None:
    assert not contains(flint.arb(1, 1e-3), 1.1)
    assert not contains(flint.arb(math.inf), 1.1)
    assert not contains(flint.arb(1, 1e-3), math.inf)
    assert contains(flint.arb(0, math.inf), math.inf)
