"""The formulas: accuracy against 60 digits, published constants, domains, degenerate inputs."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import bounds
from bounds.formulas.holes import holes_sum

EXACT: Any = bounds.multiprecision(60)
MASSES = [
    1e-300, 1e-250, 1e-200, 1e-100, 1e-50, 1e-30, 1e-12, 1e-6, 1e-3, 0.01, 0.1, 0.2, 0.27,
    0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.99, 1 - 1e-6, 1 - 1e-9, 1 - 1e-12, 1 - 1e-15,
]  # fmt: skip
ENTROPIES = [1e-15, 1e-10, 1e-6, 1e-3, 0.1, 0.5, 0.99, 1.01, 3, 30, 700, 1e4, 1e6, 1e9, 1e12]
THEORY = {
    "rewrite_threshold": "0.844466940417058227531517923674380873706",
    "concavity_threshold": "0.273118248663354339722222240397524732195762479473935",
    "assumption_free_threshold": "0.1988543380605414100043413",
    "halfspace_counterexample": "0.905400531108868560817659405",
    "gamma_argmax": "0.5554357148375071144",
    "gamma_maximum": "1.84427401779157823",
    "gamma_zero": "0.92350647172310851",
    "concavity_argmin": "0.98771246467311",
    "concavity_minimum": "0.367148320873850",
}
REFERENCE = [
    ("0.5", "0.7978845608028653558798921", "1.838366656471346887987431"),
    ("0.2", "0.55818836846612736518958", "1.675977594383903461965384"),
    ("0.1", "0.4734317537802675993282659", "1.568084793045798939595061"),
    ("0.01", "0.3388663463049637123306946", "1.337198931727797428990307"),
    ("1e-3", "0.2768577708961768901509206", "1.200904607117048794653435"),
    ("1e-6", "0.194908407739125021860715", "0.9810320183804278442476252"),
    ("1e-12", "0.1369186484132244948473217", "0.7869364819573281241443628"),
    ("1e-30", "0.08594979794092648333891864", "0.5756583811476860939112761"),
]


def entropy_of_two_draws(p: Any, **options: Any) -> Any:
    return bounds.renyi_entropy(p, 2, **options)


def relative_error(value: float, exact: Any) -> float:
    return float(abs((EXACT.number(value) - exact) / exact))


@pytest.mark.parametrize(
    "function", [bounds.gamma, bounds.halfspace_radius, bounds.integrated_tail]
)
@pytest.mark.parametrize("p", MASSES)
def test_float64_is_accurate_in_the_mass(function: Any, p: float) -> None:
    assert relative_error(function(p), function(p, arithmetic=EXACT)) <= 1e-13


@pytest.mark.parametrize("function", [bounds.gamma_of_entropy, bounds.halfspace_radius_of_entropy])
@pytest.mark.parametrize("h", ENTROPIES)
def test_float64_is_accurate_in_the_entropy(function: Any, h: float) -> None:
    assert relative_error(function(h), function(h, arithmetic=EXACT)) <= 1e-13


@given(st.floats(-300, -0.31))
def test_float64_is_accurate_everywhere(exponent: float) -> None:
    p = 10.0**exponent
    for function in (bounds.gamma, bounds.halfspace_radius):
        for x in (p, 1 - p) if p > 1e-15 else (p,):
            exact = function(x, arithmetic=EXACT)
            # gamma crosses 0 at 0.9235..., where only the absolute error can be small.
            tolerance = 1e-13 if abs(exact) > 0.01 else 1e-11
            assert relative_error(function(x), exact) <= tolerance


@pytest.mark.parametrize("name", ["density", "survival", "log_survival", "hazard", "hazard_excess"])
def test_the_normal_law_keeps_its_digits_where_masses_underflow(name: str) -> None:
    # The squares of the first are exact, those of the second are not.
    grids = [np.linspace(-37.5, 37.5, 151), np.linspace(-37.3, 37.4, 152)]
    values = np.concatenate([*grids, [-5.01, 4.99, 5.0, 5.01]])
    found = getattr(bounds.FLOAT64, name)(values)
    for t, value in zip(values, found, strict=True):
        exact = getattr(EXACT, name)(EXACT.number(t))
        assert relative_error(value, exact) < 1e-14
    for t in (38.0, 38.4):  # no normal numbers any more
        exact = float(bounds.multiprecision(30).survival(t))
        assert bounds.FLOAT64.survival(t) == pytest.approx(exact, rel=1e-2, abs=5e-324)
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        assert bounds.FLOAT64.survival(np.array([math.inf, -math.inf])).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (bounds.isoperimetric_bound, [0.7, 0.2, 0.1]),
        (bounds.sharp_bound, [0.7, 0.2, 0.1]),
        (bounds.sharp_bound, [0.1] * 10),
        (bounds.talk_bound, [0.7, 0.2, 0.1]),
        (bounds.holes_bound, [0.5, 0.1, 0.001]),
        (bounds.collision_probability, [0.7, 0.2, 0.1]),
        (bounds.gamma_inverse_of_entropy, 0.3),
        (bounds.gamma_inverse, 1.2),
        (bounds.halfspace_radius_inverse_of_entropy, 0.01),
        (bounds.halfspace_radius_inverse_of_entropy, 2.5),
        (bounds.sharp_bound_of_collision_probability, 0.1),
        (bounds.sharp_bound_of_collision_probability, 0.6),
    ],
)
def test_arithmetics_agree(function: Any, argument: Any) -> None:
    exact = function(argument, arithmetic=EXACT)
    assert relative_error(function(argument), exact) <= 2e-13
    ball = function(argument, arithmetic=bounds.balls(200))
    with bounds.balls(200).working_precision():
        difference = abs(ball - bounds.balls(200).number(mpmath.nstr(exact, 60)))
        assert difference < 1e-50 * (1 + abs(ball))
    assert ball.rel_accuracy_bits() > 150


@pytest.mark.parametrize(("s", "g", "gamma"), REFERENCE)
def test_reference_values(s: str, g: str, gamma: str) -> None:
    for function, digits in ((bounds.halfspace_radius, g), (bounds.gamma, gamma)):
        value = function(s, arithmetic=EXACT)
        assert relative_error(value, EXACT.number(digits)) < 1e-21
        assert function(float(s)) == pytest.approx(float(digits), rel=2e-15)


@pytest.mark.parametrize(("name", "digits"), THEORY.items())
def test_constants_are_computed_and_agree_with_theory(name: str, digits: str) -> None:
    count = len(digits) - 3
    value = getattr(bounds.constants(arithmetic=EXACT), name)
    assert abs(value - EXACT.number(digits)) < EXACT.number(10) ** -count
    assert getattr(bounds.constants(), name) == pytest.approx(float(digits), rel=1e-13)
    ball = getattr(bounds.constants(arithmetic=bounds.balls(256)), name)
    assert ball.rel_accuracy_bits() > 240
    with bounds.balls(256).working_precision():
        assert abs(ball - bounds.balls(256).number(mpmath.nstr(value, 60))) < 1e-58


def test_inverses() -> None:
    for h in (0.6, 1.0, 5.0, 300.0, 1e6, 1e12):
        y = bounds.gamma_of_entropy(h)
        assert bounds.gamma_inverse_of_entropy(y) == pytest.approx(h, rel=1e-9)
    for h in (1e-6, 0.01, 0.6, 5.0, 300.0, 1e6, 1e12):
        y = bounds.halfspace_radius_of_entropy(h)
        assert bounds.halfspace_radius_inverse_of_entropy(y) == pytest.approx(h, rel=1e-10)
    # 1/(2 y^2) where that is next to the largest float64.
    assert bounds.halfspace_radius_inverse_of_entropy(8e-155) == pytest.approx(1 / 1.28e-308)
    with pytest.raises(ValueError, match=r"y=1\.9: expected in \(0, 1\.84"):
        bounds.gamma_inverse(1.9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "y", [1e-150, 1e-20, 1e-3, 0.3, 0.9, 0.922, 0.9222, 1.2, 1.8, 1.8442, 1.844274017, 1.8442740177]
)
def test_the_inverse_of_gamma_keeps_its_digits_up_to_the_maximum(y: float) -> None:
    exact = bounds.gamma_inverse_of_entropy(y, arithmetic=EXACT)
    assert relative_error(bounds.gamma_inverse_of_entropy(y), exact) < 1e-15


def test_symbolic_formulas_are_the_formulas() -> None:
    x = sympy.Symbol("x", positive=True)
    expression = bounds.gamma(x, arithmetic=bounds.SYMBOLIC)
    assert expression == sympy.log(-4 * sympy.pi * sympy.log(x)) / sympy.sqrt(-2 * sympy.log(x))
    p = sympy.Symbol("p", positive=True)
    numeric = bounds.halfspace_radius(p, arithmetic=bounds.SYMBOLIC).subs(p, sympy.Rational(1, 10))
    assert float(numeric.evalf(30)) == pytest.approx(bounds.halfspace_radius(0.1), rel=1e-14)
    half = sympy.Rational(1, 2)
    inverse = bounds.gamma_inverse_of_entropy(half, arithmetic=bounds.SYMBOLIC)
    assert float(inverse.evalf(30)) == pytest.approx(
        bounds.gamma_inverse_of_entropy(0.5), rel=1e-14
    )


def test_scalars_in_scalars_out_arrays_in_arrays_out() -> None:
    assert isinstance(bounds.gamma(0.1), float)
    assert isinstance(bounds.gamma(np.float64(0.1)), float)
    grid = np.array([[0.1, 0.2], [0.3, 0.4]])
    for function in (
        bounds.gamma,
        bounds.halfspace_radius,
        bounds.sharp_bound_of_collision_probability,
        bounds.halfspace_radius_inverse_of_entropy,
    ):
        result = function(grid)
        assert result.shape == (2, 2)
        assert result[1, 0] == pytest.approx(function(0.3), rel=1e-14)
    assert bounds.gamma([0.1, 0.2], arithmetic=EXACT).shape == (2,)
    assert bounds.tail_bound([0.5, 0.5], [0.0, 1.0]).shape == (2,)
    assert bounds.gamma(np.array([])).shape == (0,)


@pytest.mark.parametrize("x", [0.0, 1.0, -0.5, 1.5, math.nan, math.inf])
@pytest.mark.parametrize("arithmetic", [bounds.FLOAT64, EXACT, bounds.balls(64), bounds.SYMBOLIC])
def test_gamma_refuses_points_outside_its_domain(x: float, arithmetic: bounds.Arithmetic) -> None:
    # SymPy's nan is no number at all.
    foreign = arithmetic.symbolic and math.isnan(x)
    error, expected = (TypeError, "a real number") if foreign else (ValueError, r"in \(0, 1\)")
    with pytest.raises(error, match=rf"^x=.*expected {expected}"):
        bounds.gamma(x, arithmetic=arithmetic)


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([0.5, -0.1, 0.6], r"p\[1\]=-0\.1|p\[1\]=np.float64\(-0\.1\)"),
        ([0.5, math.nan], r"p\[1\]="),
        ([math.inf, 0.5], r"p\[0\]="),
        ([0.5, 0.4], r"sum\(p\)=0\.9: expected 1 within 1e-09"),
        ([], r"p is empty"),
        ([[0.5, 0.5]], r"p has shape \(1, 2\): expected one dimension"),
    ],
)
@pytest.mark.parametrize(
    "function",
    [
        bounds.isoperimetric_bound,
        bounds.talk_bound,
        bounds.sharp_bound,
        bounds.collision_probability,
        bounds.radius_bounds,
        lambda p: bounds.renyi_entropy(p, 2),
        lambda p: bounds.tail_bound(p, 1.0),
        lambda p: bounds.lipschitz_bound(1.0, p),
    ],
)
def test_bad_masses_are_refused_by_name(function: Any, p: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(p)


def test_other_bad_arguments_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"alpha=-1: expected in \[0, inf\]"):
        bounds.renyi_entropy([0.5, 0.5], -1)
    with pytest.raises(ValueError, match="alpha=nan"):
        bounds.renyi_entropy([0.5, 0.5], math.nan)
    with pytest.raises(TypeError, match="p='halves'"):
        bounds.isoperimetric_bound("halves")
    with pytest.raises(TypeError, match="arithmetic='exact'"):
        bounds.gamma(0.5, arithmetic="exact")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"eta=-1"):
        bounds.tail_bound([0.5, 0.5], -1)
    with pytest.raises(ValueError, match=r"expected_radius=-1"):
        bounds.entropy_bound(-1)
    with pytest.raises(ValueError, match=r"lipschitz=0"):
        bounds.lipschitz_bound(0, [0.5, 0.5])
    with pytest.raises(ValueError, match=r"sum\(q\)=1\.2"):
        bounds.holes_bound([0.6, 0.6])
    for coverage in (0, 1.5, -1):
        with pytest.raises(ValueError, match=f"coverage={coverage}"):
            bounds.radius_bounds([0.5, 0.5], coverage=coverage)
    for counts in ([], [[1, 2]], [1.5, 2.0], [-1, 4], [1]):
        with pytest.raises((TypeError, ValueError), match="counts"):
            bounds.estimate_collision_probability(counts)
    with pytest.raises(ValueError, match=r"counts\[2\]=-7"):
        bounds.estimate_collision_probability([4, 0, -7, -8])


def test_renyi_entropy_limits() -> None:
    p = [0.5, 0.25, 0.25, 0.0]
    assert bounds.renyi_entropy(p, 0) == pytest.approx(math.log(3))
    assert bounds.renyi_entropy(p, 1) == pytest.approx(1.5 * math.log(2), rel=1e-15)
    assert bounds.renyi_entropy(p, math.inf) == pytest.approx(math.log(2))
    for order in (1 - 1e-9, 1 + 1e-9, 0.999, 1.3, 1.6, 7, 1e6):
        exact = bounds.renyi_entropy(p, order, arithmetic=EXACT)
        assert relative_error(bounds.renyi_entropy(p, order), exact) < 1e-13
    for arithmetic in (bounds.FLOAT64, EXACT, bounds.balls(192)):
        five = bounds.hill_number(["0.2"] * 5, 3.3, arithmetic=arithmetic)
        assert float(five) == pytest.approx(5, rel=1e-13)


def test_entropy_of_an_order_next_to_the_largest_number() -> None:
    p = [0.4, 0.35, 0.25 - 1e-200, 1e-200]
    assert bounds.renyi_entropy(p, 1e307) == pytest.approx(-math.log(0.4), rel=1e-14)


@pytest.mark.parametrize("arithmetic", [bounds.FLOAT64, EXACT, bounds.balls(64)])
def test_the_tail_of_one_class_is_one(arithmetic: bounds.Arithmetic) -> None:
    for p in ([1.0], [0.0, 1.0]):
        assert list(bounds.tail_bound(p, [0.0, 2.0], arithmetic=arithmetic)) == [1, 1]


def test_a_long_number_that_rounds_to_one_is_not_all_of_it() -> None:
    rough, fine = bounds.multiprecision(15), bounds.multiprecision(300)
    small = fine.number("1e-100")
    for function in (bounds.isoperimetric_bound, bounds.holes_bound):
        value = function([1, "1e-100"], arithmetic=rough)
        exact = function([1 - small, small], arithmetic=fine)
        assert abs(value - exact) < 1e-15 * exact


@pytest.mark.parametrize("order", [1 - 1e-16, 1 + 2.3e-16, 1 + 1e-9, 0.9])
def test_entropy_next_to_order_one_is_next_to_shannons_in_every_arithmetic(order: float) -> None:
    """Floats sum to 1 within rounding alone, which 1 - alpha must not magnify."""
    for p in ([0.2] * 5, [0.7, 0.3], [0.999999999, 1e-9]):
        shannon = bounds.renyi_entropy(p, 1)
        for arithmetic in (bounds.FLOAT64, EXACT, bounds.balls(192)):
            found = float(bounds.renyi_entropy(p, order, arithmetic=arithmetic))
            assert found == pytest.approx(shannon, rel=1e-6 if order != 0.9 else 5)
    tiny = "1." + "0" * 59 + "1"
    with EXACT.working_precision():
        found = bounds.renyi_entropy([0.75, 0.25], tiny, arithmetic=EXACT)
        assert abs(found - bounds.renyi_entropy([0.75, 0.25], 1, arithmetic=EXACT)) < 1e-55


@pytest.mark.parametrize("order", [1.5, 2, 37])
@pytest.mark.parametrize("arithmetic", [bounds.FLOAT64, EXACT, bounds.balls(192)])
def test_entropy_next_to_one_class_is_not_lost(order: float, arithmetic: bounds.Arithmetic) -> None:
    """1 - sum p^alpha = alpha x up to x^2 where the others have x."""
    for x in (1e-17, 1e-30):
        found = float(bounds.renyi_entropy([1.0, x], order, arithmetic=arithmetic))
        # What 1 + x exceeds 1 by is the others': the entropy is between those two readings.
        assert 0.99 * x / (order - 1) < found < 1.01 * order * x / (order - 1)


def test_entropy_of_one_class_is_a_positive_zero() -> None:
    for order in (0, 0.3, 1, 1.2, 2, math.inf):
        assert math.copysign(1, bounds.renyi_entropy([1.0, 0.0], order)) == 1


@pytest.mark.parametrize("digits", [45, 100])
def test_long_numbers_keep_the_digits_of_small_masses(digits: int) -> None:
    """Beside a class that leaves x to the other, of which 1 - x does not have 15 digits."""
    rough: Any = bounds.multiprecision(15)
    fine: Any = bounds.multiprecision(200)
    values = []
    for a in (rough, fine):
        x = a.number(10) ** -digits
        values.append(bounds.holes_bound([0.25, x], arithmetic=a))
    assert abs(values[0] - values[1]) < 1e-15 * values[1]


def test_one_class_has_no_finite_bound_and_says_why() -> None:
    result = bounds.radius_bounds([1.0, 0.0])
    for name in ("isoperimetric", "sharp", "talk", "holes"):
        bound = getattr(result, name)
        assert bound.value == math.inf
        assert not bound.applies
        assert "no other class" in bound.reason


def test_holes_are_named_where_a_bound_needs_a_partition() -> None:
    result = bounds.radius_bounds([0.5, 0.5], coverage=0.3173105078629141)
    assert result.holes.applies
    assert result.holes.value == pytest.approx(2.525135276160981, rel=1e-13)
    assert not result.talk.applies
    assert "holes" in result.talk.reason
    assert result.talk.value < result.holes.value  # so it would be violated
    assert result.coverage == 0.3173105078629141
    assert result.collision_probability == 0.5
    uneven = bounds.radius_bounds([0.75, 0.25])
    assert uneven.collision_entropy == pytest.approx(-math.log(0.625), rel=1e-15)


def test_the_talks_hypothesis_is_needed() -> None:
    limit = bounds.constants().halfspace_counterexample
    for p, violated in ((limit - 1e-6, False), (limit + 1e-6, True)):
        masses = [p, 1 - p]
        assert (bounds.isoperimetric_bound(masses) > bounds.talk_bound(masses)) is violated
        assert bounds.radius_bounds(masses).talk.applies is not violated


@pytest.mark.parametrize(
    ("q", "digits"),
    [
        ([1e-17, 0.5], "9.29167778491246340835"),
        ([1e-16, 0.5], "9.019966776933300835138"),
        ([1e-18, 1e-17, 0.5], "9.280599070321025700391"),
    ],
)
def test_holes_bound_of_masses_that_the_coverage_hides(q: list[float], digits: str) -> None:
    assert bounds.holes_bound(q) == pytest.approx(float(digits), rel=1e-14)
    assert bounds.holes_bound(q[::-1]) == pytest.approx(float(digits), rel=1e-14)
    assert relative_error(float(digits), bounds.holes_bound(q, arithmetic=EXACT)) < 1e-15
    wide = bounds.holes_bound(q, arithmetic=bounds.balls(256))
    with bounds.balls(256).working_precision():
        assert abs(wide - bounds.balls(256).number(digits)) < 1e-18


@given(
    st.lists(st.floats(-40, -1), min_size=2, max_size=6),
    st.sampled_from([0.0, 0.3, 0.9]),
)
def test_holes_bound_is_accurate_for_any_small_masses(exponents: list[float], large: float) -> None:
    q = [10.0**e / 10 for e in exponents] + ([large] if large else [])
    assert relative_error(bounds.holes_bound(q), bounds.holes_bound(q, arithmetic=EXACT)) < 1e-12


@pytest.mark.parametrize("p", [[1.0, 1e-17], [1.0, 1e-300], [1.0, 1e-17, 1e-18], [1.0, 1e-5]])
def test_a_mass_that_rounds_to_one_is_not_all_of_it(p: list[float]) -> None:
    """E r <= f(1 - x) + f(x), which is finite; x below the rounding of 1 is still there."""
    if sum(p) > 1 + 1e-9:
        with pytest.raises(ValueError, match=r"sum\(p\)"):
            bounds.isoperimetric_bound(p)
        return
    for function in (bounds.isoperimetric_bound, bounds.sharp_bound):
        high: Any = bounds.multiprecision(340)
        with_digits = [1 - high.context.fsum(p[1:]), *(high.number(x) for x in p[1:])]
        value = function(with_digits, arithmetic=high)
        assert function(p) == pytest.approx(float(value), rel=1e-13)
    result = bounds.radius_bounds(p)
    assert result.isoperimetric.applies
    assert result.holes.value == pytest.approx(result.isoperimetric.value, rel=1e-13)


RADII = [
    5e-324, 1e-300, 1e-155, 1e-150, 1e-10, 0.3, 0.557, 0.56, 1, 1.8442, 1.844274017, 1.8443, 3, 8.2,
    8.3, 12, 20, 37, 38, 40, 1000, 1e15, 1e300,
]  # fmt: skip


@pytest.mark.parametrize("rho", RADII)
def test_entropy_bound_has_an_answer_for_every_radius(rho: float) -> None:
    value, exact = bounds.entropy_bound(rho), bounds.entropy_bound(rho, arithmetic=EXACT)
    ball = bounds.entropy_bound(rho, arithmetic=bounds.balls(192))
    for name in ("sharp", "talk"):
        true, enclosed = getattr(exact, name), getattr(ball, name)
        if true > 1.7e308:
            assert getattr(value, name) == math.inf
        elif true < 1e-307:  # whose digits no float64 has
            nearest = max(float(true), 5e-324)
            assert getattr(value, name) == pytest.approx(nearest, rel=0, abs=1e-322)
        else:
            assert relative_error(getattr(value, name), true) < 2e-12
        with bounds.balls(192).working_precision():
            assert (enclosed * (1 + bounds.balls(192).number("0 +/- 1e-40"))).overlaps(
                bounds.balls(192).number(mpmath.nstr(true, 60))
            )


MAXIMUM = bounds.constants().gamma_maximum


@pytest.mark.parametrize(
    "rho", [MAXIMUM - 1e-9, MAXIMUM - 1e-12, math.nextafter(MAXIMUM, 0), MAXIMUM]
)
def test_entropy_bound_up_to_the_talks_maximum(rho: float) -> None:
    """There H_2 can be what gamma's inverse is, which is next to e^2/(4 pi) and no less."""
    exact = bounds.entropy_bound(rho, arithmetic=EXACT).talk
    assert exact > math.exp(2) / (4 * math.pi)
    assert relative_error(bounds.entropy_bound(rho).talk, exact) < 1e-15
    ball = bounds.entropy_bound(rho, arithmetic=bounds.balls(192)).talk
    with bounds.balls(192).working_precision():
        assert ball.contains(bounds.balls(192).number(mpmath.nstr(exact, 55)))
        assert ball > 0.5879


def test_entropy_bound_at_and_beyond_the_talks_maximum() -> None:
    """At it one h is left; beyond it none is, and the hypothesis fails: H_2 < -2 log P."""
    for a in (EXACT, bounds.balls(192)):
        with a.working_precision():
            limits = bounds.constants(arithmetic=a)
            at = bounds.entropy_bound(limits.gamma_maximum, arithmetic=a).talk
            end = a.exp(a.number(2)) / (4 * a.pi)
            assert at.contains(end) if a.encloses else abs(at - end) < 1e-58
            past = limits.gamma_maximum + a.number(10) ** -40
            beyond = bounds.entropy_bound(past, arithmetic=a).talk
            assert abs(beyond + 2 * a.log(limits.halfspace_counterexample)) < 1e-50
    beyond = bounds.entropy_bound(math.nextafter(MAXIMUM, 2)).talk
    assert beyond == pytest.approx(0.19875571475818792, rel=1e-14)


def test_entropy_bound_is_the_inverse_where_masses_are_next_to_one() -> None:
    """H_2 at rho = 8.3 solves M(s) = rho, and two halfspaces of that s have E r <= rho."""
    h = bounds.entropy_bound(8.3, arithmetic=EXACT).sharp
    s = EXACT.exp(-h)
    assert abs(bounds.sharp_bound_of_collision_probability(s, arithmetic=EXACT) - 8.3) < 1e-40


@pytest.mark.parametrize("distance", [9, 60])
def test_entropy_bound_of_two_halfspaces_far_from_even_is_next_to_their_entropy(
    distance: int,
) -> None:
    """Of masses Q(t) and 1 - Q(t), the lesser far below every float64 at t = 60."""
    a: Any = bounds.multiprecision(20)
    p = [1, a.survival(distance)]  # 1 up to what the other has
    rho, entropy = (f(p, arithmetic=a) for f in (bounds.isoperimetric_bound, entropy_of_two_draws))
    assert 0 < entropy <= bounds.entropy_bound(rho, arithmetic=a).sharp < 2 * entropy


def test_refined_gamma_lies_between() -> None:
    assert bounds.refined_gamma(0.1) == pytest.approx(1.03236, abs=5e-6)
    x = np.concatenate([np.geomspace(1e-300, 0.2, 200), [0.23, 0.2341]])
    assert (bounds.halfspace_radius(x) < bounds.refined_gamma(x)).all()
    assert (bounds.refined_gamma(x) < bounds.gamma(x)).all()
    for value in x[::20]:
        exact = bounds.refined_gamma(float(value), arithmetic=EXACT)
        assert relative_error(bounds.refined_gamma(float(value)), exact) < 1e-13
    for outside in (0.0, 0.2342, 0.5, math.nan):
        with pytest.raises(ValueError, match=r"x=.*expected in \(0, 0\.234"):
            bounds.refined_gamma(outside)


@pytest.mark.parametrize(
    "tail",
    [
        lambda eta, **options: bounds.tail_bound([0.5, 0.3, 0.2], eta, **options),
        bounds.half_mass_tail_bound,
        lambda eta, **options: bounds.equal_masses_tail_bound(7, eta, **options),
    ],
)
def test_tails_take_arrays_in_every_arithmetic(tail: Any) -> None:
    grid = np.array([[0.0, 0.5], [1.0, 20.0]])
    plain = tail(grid)
    assert plain.shape == (2, 2)
    for arithmetic in (EXACT, bounds.balls(160)):
        shaped = tail(grid, arithmetic=arithmetic)
        assert shaped.shape == (2, 2)
        for index in np.ndindex(2, 2):
            assert plain[index] == pytest.approx(float(shaped[index]), rel=1e-13, abs=0)
    for wrong in (-1, math.nan, math.inf, [0.5, -1]):
        for arithmetic in (bounds.FLOAT64, EXACT, bounds.balls(64)):
            with pytest.raises(ValueError, match="eta="):
                tail(wrong, arithmetic=arithmetic)
    with pytest.raises(TypeError, match="eta='far'"):
        tail("far")
    for wrong in (-1, sympy.oo, sympy.Symbol("x", negative=True)):
        with pytest.raises(ValueError, match="eta="):
            tail(wrong, arithmetic=bounds.SYMBOLIC)


def test_extreme_masses_keep_their_digits() -> None:
    p = np.concatenate([[1e-300] * 3, np.full(1000, 1e-3)])
    assert bounds.isoperimetric_bound(p) == pytest.approx(bounds.halfspace_radius(1e-3), rel=1e-12)
    assert bounds.sharp_bound([1 - 1e-12, 1e-12]) > bounds.isoperimetric_bound([1 - 1e-12, 1e-12])


def test_collision_estimate_is_unbiased_with_the_stated_variance() -> None:
    rng = np.random.default_rng(5)
    p, n = np.array([0.5, 0.3, 0.15, 0.05]), 40
    draws = [bounds.estimate_collision_probability(c) for c in rng.multinomial(n, p, 20_000)]
    values = np.array([d.estimate for d in draws])
    s, cubes = float(p @ p), float(np.sum(p**3))
    variance = 2 / (n * (n - 1)) * (s - s**2 + 2 * (n - 2) * (cubes - s**2))
    error = math.sqrt(variance / values.size)
    assert abs(values.mean() - s) < 5 * error
    assert values.var() == pytest.approx(variance, rel=0.05)
    assert np.mean([d.variance for d in draws]) == pytest.approx(variance, rel=0.05)
    naive = np.mean([2 * d.estimate * (1 - d.estimate) / (n * (n - 1)) for d in draws])
    assert naive < variance / 5  # a variance that treats the pairs as independent is caught
    plug_in = np.mean([np.sum((c / n) ** 2) for c in rng.multinomial(n, p, 20_000)])
    assert abs(plug_in - s) > 20 * error  # the biased estimate is caught


def test_tails_that_do_not_depend_on_the_masses_are_the_published_formulas() -> None:
    """Both arithmetics compute one formula, which only another text can contradict."""
    with mpmath.workdps(40):
        for eta, scale in ((0.0, 1.0), (0.7, 1.0), (2.0, 1.0), (2.0, 1.5)):
            x = mpmath.mpf(eta) / scale
            half = mpmath.sqrt(mpmath.pi / 2) * mpmath.exp(-(x**2) / 2)
            assert relative_error(bounds.half_mass_tail_bound(eta, scale=scale), half) < 1e-13
            for k in (5, 7, 1000):
                root = mpmath.sqrt(mpmath.log(k**2 / (4 * mpmath.pi * mpmath.log(k))))
                value = bounds.equal_masses_tail_bound(k, eta, scale=scale)
                assert relative_error(value, half * mpmath.exp(-x * root)) < 1e-13
    # At K = 4 the root is not real.
    with pytest.raises(ValueError, match="classes=4"):
        bounds.equal_masses_tail_bound(4, 1.0)


@pytest.mark.parametrize("rho", [0.3, 1.0, 1.5])
def test_entropy_bound_inverts_the_bounds(rho: float) -> None:
    found = bounds.entropy_bound(rho)
    sharp = bounds.sharp_bound_of_collision_probability(math.exp(-found.sharp))
    assert sharp == pytest.approx(rho, rel=1e-12)
    assert bounds.gamma_of_entropy(found.talk) == pytest.approx(rho, rel=1e-12)


@pytest.mark.parametrize("arithmetic", [bounds.FLOAT64, EXACT, bounds.balls(64)])
def test_the_talks_hypothesis_by_masses(arithmetic: bounds.Arithmetic) -> None:
    for p, applies, reason in (
        ([0.1] * 10, True, "max p = 0.1 <= 1/5, the talk's hypothesis"),
        ([*[0.19] * 5, 0.05], True, "max p = 0.19 <= 1/5, the talk's hypothesis"),
        ([0.3, 0.3, 0.3, 0.1], True, "max p = 0.3 <= P = 0.905401"),
        ([0.3, 0.3, 0.4], True, "max p = 0.4 <= P = 0.905401"),
        ([0.95, 0.05], False, "max p = 0.95 > P = 0.905401"),
    ):
        talk = bounds.radius_bounds(p, arithmetic=arithmetic).talk
        assert (talk.applies, talk.reason) == (applies, reason)


def test_the_bounds_of_symbols() -> None:
    x = sympy.Symbol("x", positive=True)
    value = bounds.sharp_bound([x, x, 1 - 2 * x], arithmetic=bounds.SYMBOLIC)
    found = float(value.subs(x, sympy.Rational(2, 5)).evalf(30))
    assert found == pytest.approx(bounds.halfspace_radius(0.36), rel=1e-14)
    value = bounds.sharp_bound_of_collision_probability(x, arithmetic=bounds.SYMBOLIC)
    found = float(value.subs(x, sympy.Rational(1, 10)).evalf(30))
    assert found == pytest.approx(bounds.halfspace_radius(0.1), rel=1e-14)
    value = bounds.tail_bound([x, x, 1 - 2 * x], 1, arithmetic=bounds.SYMBOLIC)
    found = float(value.subs(x, sympy.Rational(2, 5)).evalf(30))
    assert found == pytest.approx(bounds.tail_bound([0.4, 0.4, 0.2], 1.0), rel=1e-14)
    for q in ([x, x], [x, sympy.Rational(1, 4)]):
        with pytest.raises(ValueError, match="how 1 - c"):
            bounds.holes_bound(q, arithmetic=bounds.SYMBOLIC)


def test_a_float_is_compared_with_the_exact_threshold() -> None:
    """Not with the threshold that float64 computes, which is a float off."""
    exact = bounds.constants(arithmetic=EXACT).halfspace_counterexample
    nearest = float(exact)
    around = [math.nextafter(nearest, 0), nearest, math.nextafter(nearest, 1)]
    applies = [mass <= exact for mass in around]
    assert True in applies
    assert False in applies
    for mass, expected in zip(around, applies, strict=True):
        assert bounds.radius_bounds([mass, 1 - mass]).talk.applies is expected
    with EXACT.working_precision():
        for mass, expected in ((exact - EXACT.number(10) ** -50, True), (exact + 1e-50, False)):
            talk = bounds.radius_bounds([mass, 1 - mass], arithmetic=EXACT).talk
            assert talk.applies is expected


@pytest.mark.parametrize("function", [bounds.gamma_of_entropy, bounds.halfspace_radius_of_entropy])
def test_the_largest_entropies(function: Any) -> None:
    with pytest.raises(ValueError, match=r"^h=1e\+308: expected in \(0, 1e\+307\)"):
        function(1e308)
    # Beyond every float64: Gamma itself, and G within (log h)/(4 h) of 1/sqrt(2 h).
    h = EXACT.number("1e400")
    expected = 1 / EXACT.sqrt(2 * h)
    if function is bounds.gamma_of_entropy:
        expected *= EXACT.log(4 * EXACT.pi * h)
    assert abs(function("1e400", arithmetic=EXACT) / expected - 1) < 1e-50


def test_a_coverage_too_small_for_float64_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves no class a mass above 0"):
        bounds.radius_bounds([0.5, 0.5], coverage=5e-324)


def test_entropy_bound_beyond_the_talks_maximum_is_that_of_its_hypothesis() -> None:
    limit = bounds.constants().halfspace_counterexample
    for rho in (1.85, 5.0):
        assert bounds.entropy_bound(rho).talk == pytest.approx(-2 * math.log(limit), rel=1e-14)


def test_what_is_outside_is_named_within_an_array() -> None:
    for function, name in (
        (bounds.gamma, "x"),
        (bounds.halfspace_radius, "p"),
        (bounds.integrated_tail, "p"),
        (bounds.sharp_bound_of_collision_probability, "s"),
    ):
        with pytest.raises(ValueError, match=rf"^{name}=1\.5: expected in \(0, 1\)"):
            function([0.5, 1.5, 0.25])
        for arithmetic in (bounds.FLOAT64, EXACT):
            with pytest.raises(ValueError, match=rf"^{name}=1\.5: expected in \(0, 1\)"):
                function(1.5, arithmetic=arithmetic)


def test_the_sum_of_distinct_masses_is_the_holes_bound() -> None:
    masses, counts = np.array([0.0, 0.1, 0.2]), np.array([4, 3, 1])
    spread = bounds.holes_bound(np.repeat(masses, counts))
    assert holes_sum(masses, counts, 0.5) == pytest.approx(spread, rel=1e-14)
    # Where the others have more than half, and the class with the hole less.
    tenths = bounds.holes_bound([0.1] * 9)
    assert holes_sum(np.array([0.1]), np.array([9]), 0.9) == pytest.approx(tenths, rel=1e-14)
    assert holes_sum(np.array([0.2, 0.5]), np.array([1, 1]), 0.5) == math.inf


def test_what_rounding_adds_to_the_coverage_is_not_divided_by() -> None:
    beyond = 8e-10
    value = bounds.holes_bound([0.5, 0.5 + beyond])
    assert value >= bounds.holes_bound([0.5, 0.5]) * (1 + 0.9 * beyond)
    # Nor is there a quantile of it.
    alone = bounds.holes_bound([1 + beyond, 1e-12])
    assert alone == pytest.approx(bounds.holes_bound([1 - 1e-12, 1e-12]), rel=1e-8)


def test_filling_keeps_the_digits_of_a_small_filled_class() -> None:
    """Its 1e-10 is known; that the other leaves 1 - 0.9999999999 is not, to 15 digits."""
    raw, filled = [5e-11, 5e-11], [0.9999999999, 1e-10]
    rough = bounds.filling_bound(raw, filled, arithmetic=bounds.multiprecision(15))
    with mpmath.workdps(40):
        small = mpmath.mpf("1e-10")
        exact = bounds.filling_bound(
            [small / 2, small / 2], [1 - small, small], arithmetic=bounds.multiprecision(40)
        )
        assert abs(rough - exact) < 1e-13 * exact
    assert bounds.filling_bound(raw, filled) == pytest.approx(float(exact), rel=1e-13)


@pytest.mark.parametrize("arithmetic", [bounds.FLOAT64, EXACT, bounds.balls(64)])
def test_classes_without_mass_have_no_entropy(arithmetic: bounds.Arithmetic) -> None:
    for order in (0, 0.5, 1, 2, math.inf):
        for p in ([0.5, 0.3, 0.2, 0.0, 0.0], [1.0, 0.0]):
            there = [x for x in p if x]
            value = bounds.renyi_entropy(p, order, arithmetic=arithmetic)
            alone = bounds.renyi_entropy(there, order)
            assert float(value) == pytest.approx(float(alone), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("order", [1e-3, 0.01, 0.3])
def test_entropy_of_small_orders_and_masses(order: float) -> None:
    p = [1.0, 5e-324]
    exact = bounds.renyi_entropy(p, order, arithmetic=bounds.multiprecision(400))
    assert relative_error(bounds.renyi_entropy(p, order), exact) < 1e-12


def test_the_collision_estimate_of_one_class() -> None:
    assert bounds.estimate_collision_probability([7]).estimate == 1
    with pytest.raises(ValueError, match="not empty"):
        bounds.estimate_collision_probability([])


def test_the_sharp_bound_next_to_the_concavity_threshold() -> None:
    """A largest mass that exceeds p* by rounding: the chord has no length."""
    mass = bounds.constants().concavity_threshold
    for _ in range(4):
        rest = (1 - mass) / 4
        p = [mass, rest, rest, rest, rest]
        direct = bounds.halfspace_radius(bounds.collision_probability(p))
        assert bounds.sharp_bound(p) == pytest.approx(direct, rel=1e-12)
        mass = math.nextafter(mass, 1)


def highest_chord(collision: float, top: float) -> float:
    """Height over ||p||^2 of the highest of many chords of g on (0, top]."""
    left = collision * np.linspace(0.9995, 5e-4, 2000)[:, np.newaxis]
    right = np.linspace(collision, top, 200)[1:]
    weight = (right - collision) / (right - left)
    chords = weight * bounds.halfspace_radius(left) + (1 - weight) * bounds.halfspace_radius(right)
    return float(chords.max())


@pytest.mark.parametrize("largest", [0.3, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("others", [1, 2, 40])
def test_the_sharp_bound_is_the_least_concave_majorant(largest: float, others: int) -> None:
    """It is above g on (0, m], and no higher than the highest chord over ||p||^2."""
    p = np.array([largest] + [(1 - largest) / others] * others)
    bound, collision = bounds.sharp_bound(p), bounds.collision_probability(p)
    highest = highest_chord(collision, p.max())
    assert highest <= bound * (1 + 1e-12)
    assert bound == pytest.approx(highest, rel=1e-4)


@pytest.mark.parametrize("collision", [0.21, 0.3, 0.6, 0.9, 0.999])
def test_the_bound_by_the_collision_probability_is_the_majorant_up_to_its_root(
    collision: float,
) -> None:
    bound = bounds.sharp_bound_of_collision_probability(collision)
    highest = highest_chord(collision, math.sqrt(collision))
    assert highest <= bound * (1 + 1e-12)
    assert bound == pytest.approx(highest, rel=1e-4)


def test_refined_gamma_ends_where_its_root_is_real() -> None:
    with mpmath.workdps(40):
        end = mpmath.exp(mpmath.lambertw(-1 / (2 * mpmath.pi), -1).real / 2)
    x, accepted = float(end) - 1e-15, 0
    while x < end + 1e-15:
        try:
            assert math.isfinite(bounds.refined_gamma(x))
        except ValueError:
            pass
        else:
            assert x <= end
            accepted += 1
        x = math.nextafter(x, 1)
    assert accepted > 10
