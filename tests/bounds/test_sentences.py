"""The parts that proofs are made of: sentences and their domains, enclosures, exact equality."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import bounds
from bounds.arithmetic.intervals import Intervals
from bounds.arithmetic.symbolic import SYMBOLIC
from bounds.proof.checks import Box, Check, Verdict, overall
from bounds.proof.conjuncts import StepResult
from bounds.proof.enclosures import certain_sign, ends, exact
from bounds.proof.expressions import evaluate
from bounds.proof.ledger import STEPS
from bounds.proof.rules import Boxes, decide
from bounds.proof.sentences import Interval, Sentence, before, laplace, read, same_end
from bounds.proof.subdivision import Cover, rounded_down, subdivide
from bounds.proof.symbolic import vanishes

BALLS = bounds.balls(192)
T = sympy.Symbol("t", real=True)
U = sympy.Symbol("u", positive=True)


def interval(text: str) -> Interval:
    """The interval of a domain such as "[0, oo)"."""
    return Sentence("t > 0", f"t in {text}").interval


@pytest.mark.parametrize(
    ("outer", "inner", "contained"),
    [
        ("[0, 1]", "[0, 1]", True),
        ("[0, 1]", "(0, 1)", True),
        ("(0, 1)", "(0, 1)", True),
        ("(0, 1]", "[0, 1]", False),
        ("[0, 1)", "[0, 1]", False),
        ("[0, 2/2]", "[0, 1]", True),
        ("[0, 2/2)", "[0, 1]", False),
        ("[0, 2/2)", "[0, 1)", True),
        ("(0/2, 1]", "[0, 1]", False),
        ("[0/2, 1]", "[0, 1]", True),
        ("(0, 1)", "[1/4, 1/2]", True),
        ("[0, 1]", "[1/2, 3/2]", False),
        ("[0, 1]", "[-1/2, 1/2]", False),
        ("[0, oo)", "[1, oo)", True),
        ("[0, 5]", "[1, oo)", False),
        ("(-oo, oo)", "(-oo, 3]", True),
        ("[-3, oo)", "(-oo, 3]", False),
        ("[t_star, oo)", "[t_star, oo)", True),
        ("(t_star, oo)", "[t_star, oo)", False),
        ("(t_star, oo)", "[1, oo)", True),
        ("[t_star, oo)", "[1/2, oo)", False),
        ("(-oo, t_star]", "(-oo, t_star]", True),
        ("(-oo, t_star)", "(-oo, t_star]", False),
        ("(-oo, 1)", "(-oo, t_star]", True),
    ],
)
def test_an_interval_contains_another_ends_included(
    outer: str, inner: str, contained: bool
) -> None:
    assert interval(outer).contains(interval(inner)) is contained
    assert not interval(outer).contains(Sentence("u > 0", f"u in {inner}").interval)


def test_ends_are_told_apart_where_they_are_known_well_enough() -> None:
    third, constant = sympy.Rational(1, 3), sympy.Float(0.603)
    assert before(third, third + sympy.Rational(1, 2**200))
    assert not before(third, third)
    assert before(constant, constant + sympy.Float(2.0**-39))
    assert not before(constant, constant + sympy.Float(2.0**-41))
    assert not before(sympy.Rational(603, 1000), constant)
    assert not before(sympy.Float(0.5), sympy.Rational(1, 2) + sympy.Rational(1, 2**40))
    near = sympy.Rational(constant) + sympy.Rational(1, 2**41)
    assert not before(constant, near)
    assert not before(2 * sympy.Rational(constant) - near, constant)
    assert before(-sympy.oo, third)
    assert before(third, sympy.oo)
    assert not before(sympy.oo, third)
    assert not before(third, -sympy.oo)
    assert not before(sympy.oo, sympy.oo)
    assert same_end(third, sympy.Rational(2, 6))
    assert not same_end(third, sympy.Rational(1, 2))
    assert not same_end(constant, constant)  # two constants may have one float
    assert not same_end(third, sympy.Float(1 / 3))


@pytest.mark.parametrize("where", ["(-oo, oo)", "(-oo, -3)", "(-oo, 3]", "[7/2, oo)", "(-2, -1)",
                                   "[1/4, 1/2]", "(t_star, 1)"])  # fmt: skip
def test_points_are_two_inside(where: str) -> None:
    one = interval(where)
    points = one.points()
    assert points[0] != points[1]
    for point in points:
        assert one.ends[0] < sympy.Rational(point.numerator, point.denominator) < one.ends[1]


@pytest.mark.parametrize(
    ("where", "positive", "nonnegative"),
    [
        ("[1/2, 1]", True, True),
        ("(0, 1)", True, True),
        ("[0, 1]", None, True),
        ("(-1, 1)", None, None),
        ("(-oo, oo)", None, None),
    ],
)
def test_symbols_are_positive_where_the_domain_is(
    where: str, positive: bool | None, nonnegative: bool | None
) -> None:
    symbol = Sentence("t > 0", f"t in {where}").symbols()["t"]
    assert (symbol.is_real, symbol.is_positive, symbol.is_nonnegative) == (
        True, positive, nonnegative,
    )  # fmt: skip


def test_symbols_of_limits() -> None:
    assert Sentence("t -> 0", "t -> oo").symbols()["t"].is_positive
    assert Sentence("t -> 0", "t -> 0").symbols()["t"].is_positive
    assert Sentence("t -> 0", "t -> -oo").symbols()["t"].is_positive is None
    assert Sentence("t -> 0", "t -> -oo").limit == ("t", -sympy.oo)
    assert Sentence("t -> 0", "t -> 0").limit == ("t", 0)
    with pytest.raises(ValueError, match="expected a limit"):
        _ = Sentence("t -> 0", "t in [0, 1]").limit


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("x < y", "<"),
        ("x <= y", "<="),
        ("x -> y", "->"),
        ("x has the sign of y", "has the sign of"),
        ("x < y < z", ""),
        ("x", ""),
        ("x<y", ""),
    ],
)
def test_a_sentence_has_one_relation(text: str, relation: str) -> None:
    assert Sentence(text).relation == relation
    if not relation:
        with pytest.raises(ValueError, match="expected one relation"):
            _ = Sentence(text).sides
    else:
        assert Sentence(text).sides == ("x", "y")


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("text", ["t^2", "D(t^3, t)"])
def test_the_difference_is_what_is_claimed_positive(relation: str, text: str) -> None:
    sentence = Sentence(f"{text} {relation} t", "t in [0, 1]")
    with BALLS.working_precision():
        value = sentence.value(BALLS, {"t": BALLS.number(3)})
    expected = 3 - (9 if text == "t^2" else 27)
    expected = expected if relation in {"<", "<="} else -expected
    assert ends(value) == (expected, expected)
    assert sentence.difference({"t": sympy.Integer(3)} if text == "t^2" else None) is not None


def test_a_sentence_is_printed_with_its_domain() -> None:
    assert str(Sentence("1 < 2")) == "1 < 2"
    assert str(Sentence("t < 2", "t in [0, 1]")) == "t < 2, t in [0, 1]"


def test_a_variable_has_one_interval() -> None:
    with pytest.raises(ValueError, match="one interval a variable"):
        _ = Sentence("x > 0", "x, y in (0, 1); x in (-1, 1)").intervals


def test_a_sentence_says_which_variables_it_is_about() -> None:
    sentence = Sentence("a < b", "a, b in (0, 1]; c in [2, oo)")
    assert [one.variable for one in sentence.intervals] == ["a", "b", "c"]
    assert sentence.interval_of("b") == Interval("b", "0", "1", False, True)
    assert sentence.interval_of("c") == Interval("c", "2", "oo", True, False)
    with pytest.raises(ValueError, match="expected the interval of one variable"):
        _ = sentence.interval
    with pytest.raises(ValueError, match="expected an interval of d"):
        sentence.interval_of("d")
    assert interval("[0, 1)").closed("0")
    assert not interval("[0, 1)").closed("1")
    assert not interval("(0, 1)").closed("0")
    assert interval("(0, 1]").closed("1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3*4", 14),
        ("(2 - 5)/4", Fraction(-3, 4)),
        ("-2^2", -4),
        ("2^-3", Fraction(1, 8)),
        ("abs(2 - 5)", 3),
        ("x - y", 2),
        ("exp(log(x - 3)) - 2", 0),
        ("sqrt(x + 4)^2", 9),
        ("Phi(0)", Fraction(1, 2)),
        ("Phi(y) + Q(y)", 1),
        ("hazard(y)*Q(y) - phi(y)", 0),
        ("entropy(y) + log(Q(y))", 0),
        ("radius(y) - hazard(y) + y", 0),
        ("quantile(Phi(y)) - y", 0),
        ("pi - pi", 0),
    ],
)
@pytest.mark.parametrize("arithmetic", [BALLS, Intervals(192)], ids=["balls", "intervals"])
def test_sentences_compute(text: str, value: Any, arithmetic: Any) -> None:
    with arithmetic.working_precision():
        names = {"x": arithmetic.number(5), "y": arithmetic.number(3)}
        low, high = ends(read(text, arithmetic, names))
    assert low - Fraction(1, 2**150) < value < high + Fraction(1, 2**150)
    assert high - low < Fraction(1, 2**150)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_laplace_is_the_convergent(n: int) -> None:
    """The first n terms of t + 1/(t + 2/(t + ...)), on the side of the hazard rate that n tells."""
    t = mpmath.mpf(3)
    value, hazard = laplace(t, n), mpmath.npdf(t) / mpmath.ncdf(-t)
    assert (value > hazard) == bool(n % 2)
    assert abs(value - hazard) < mpmath.mpf(1) / 2 ** (n + 2)


@given(st.fractions(min_value=Fraction(1, 10**9), max_value=10**9))
def test_margins_are_rounded_down_and_little(margin: Fraction) -> None:
    rounded = Fraction(rounded_down(margin))
    assert margin * (1 - Fraction(1, 2**38)) < rounded < margin * (1 - Fraction(1, 2**42))


def test_a_margin_below_all_normal_floats_is_rounded_down_too() -> None:
    assert 0 < Fraction(rounded_down(Fraction(3, 2**1075))) < Fraction(3, 2**1075)


def test_ends_enclose_and_signs_are_certain() -> None:
    for arithmetic in (BALLS, Intervals(192)):
        with arithmetic.working_precision():
            third = exact(Fraction(1, 3), arithmetic)
            low, high = ends(third)
            assert low < Fraction(1, 3) < high
            assert high - low < Fraction(1, 2**180)
            assert ends(exact(Fraction(-3, 8), arithmetic)) == (Fraction(-3, 8), Fraction(-3, 8))
            assert certain_sign(third) == 1
            assert certain_sign(-third) == -1
            assert certain_sign(third - third) == 0
            assert certain_sign(arithmetic.number(0)) == 0
            assert certain_sign(arithmetic.hull(-third, third)) == 0
            assert certain_sign(arithmetic.hull(arithmetic.number(0), third)) == 0
            assert certain_sign(arithmetic.hull(-third, arithmetic.number(0))) == 0
    for unbounded in (flint.arb("inf"), flint.arb("nan"), mpmath.iv.mpf([1, mpmath.inf])):
        with pytest.raises(ArithmeticError, match="unbounded"):
            ends(unbounded)
        assert certain_sign(unbounded) == 0


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (sympy.Rational(-3, 4), mpmath.mpf("-0.75")),
        (T - U, mpmath.mpf(-1)),
        (3 * T * U, mpmath.mpf(18)),
        (T**3, mpmath.mpf(8)),
        (T**-3, mpmath.mpf("0.125")),
        (1 / T, mpmath.mpf("0.5")),
        ((T - U) ** 2, mpmath.mpf(1)),
        (sympy.sqrt(T - 2), mpmath.mpf(0)),
        (sympy.sqrt(U), mpmath.sqrt(3)),
        (U ** sympy.Rational(3, 2), mpmath.sqrt(27)),
        (U ** sympy.Rational(-5, 2), 1 / mpmath.sqrt(243)),
        (U ** sympy.Rational(1, 3), mpmath.cbrt(3)),
        (U**T, mpmath.mpf(9)),
        (sympy.pi, mpmath.pi),
        (sympy.E, mpmath.e),
        (sympy.exp(-T), mpmath.exp(-2)),
        (sympy.log(U), mpmath.log(3)),
        (sympy.erf(T), mpmath.erf(2)),
        (sympy.erfc(T), mpmath.erfc(2)),
        (sympy.erfinv(1 / U), mpmath.erfinv(mpmath.mpf(1) / 3)),
    ],
)
def test_expressions_are_evaluated(expression: Any, value: Any) -> None:
    with BALLS.working_precision():
        found = evaluate(expression, {T: BALLS.number(2), U: BALLS.number(3)}, BALLS)
        low, high = ends(found)
    with mpmath.workdps(15):
        assert mpmath.mpf(low.numerator) / low.denominator == pytest.approx(value, rel=1e-14)
    assert high - low < Fraction(1, 2**150)


def test_what_is_no_such_expression_is_not_evaluated() -> None:
    with pytest.raises(TypeError, match="can't evaluate"):
        evaluate(sympy.gamma(U), {U: BALLS.number(3)}, BALLS)
    with pytest.raises(ArithmeticError, match="no trigonometric"):
        evaluate(sympy.sin(T), {T: BALLS.number(3)}, BALLS)


Q = SYMBOLIC.survival(T)


@pytest.mark.parametrize(
    ("difference", "zero"),
    [
        (sympy.Integer(0), True),
        (sympy.exp(T) * sympy.exp(-T) - 1, True),
        ((T + 1) ** 2 - T**2 - 2 * T - 1, True),
        (sympy.log(U**2) - 2 * sympy.log(U), True),
        (sympy.log(4 * U) - sympy.log(U) - 2 * sympy.log(2), True),
        (sympy.log(U / (1 + U)) + sympy.log(1 + 1 / U), True),
        (sympy.log(Q) ** 2 - sympy.log(Q) * sympy.log(2 * Q) + sympy.log(2) * sympy.log(Q), True),
        (sympy.sqrt(-2 * sympy.log(Q)) - sympy.sqrt(2) * sympy.sqrt(-sympy.log(Q)), True),
        (sympy.log(-sympy.log(Q)) - sympy.log(-3 * sympy.log(Q)) + sympy.log(3), True),
        (SYMBOLIC.survival(-T) + Q - 1, True),
        (sympy.sqrt(sympy.log(Q) ** 2) + sympy.log(Q), True),
        (sympy.exp(T) - 1 - T, False),
        (sympy.sqrt(T**2) - T, False),
        (sympy.sqrt(sympy.erf(T) ** 2) - sympy.erf(T), False),
        # It is 0 where U is at least 1/2, as at the point where it is enclosed.
        (sympy.sqrt(sympy.log(2 * U) ** 2) - sympy.log(2 * U), False),
        (sympy.log(T**2) - 2 * sympy.log(U), False),
        (Q - sympy.Rational(1, 2), False),
        (sympy.exp(-U) - sympy.exp(-U - sympy.Rational(1, 2**200)), False),
        (sympy.log(U) - sympy.log(2 * U), False),
        # No arithmetic knows the function, so that nothing but the rewriting tells.
        (sympy.gamma(U) * (1 + 1 / sympy.gamma(U)) - sympy.gamma(U) - 1, True),
        (sympy.gamma(U) * (1 + 1 / sympy.gamma(U)) - sympy.gamma(U), False),
    ],
)
def test_only_what_is_0_everywhere_vanishes(difference: Any, zero: bool) -> None:
    assert vanishes(difference) is zero


def cover(value: Any, low: int = 0, high: int = 1) -> Cover:
    """A claim on an interval."""
    return Cover("x", "value > 0", Fraction(low), Fraction(high), value)


def test_boxes_join_and_bound_the_value() -> None:
    check = subdivide(cover(lambda t, a: t * t - t + a.number(3) / 10, -1, 2))
    assert check.verdict is Verdict.PROVED
    assert len(check.boxes) > 3
    assert (check.boxes[0].low, check.boxes[-1].high) == (-1, 2)
    assert all(x.high == y.low for x, y in zip(check.boxes, check.boxes[1:], strict=False))
    assert check.margin == min(box.margin for box in check.boxes)
    assert 0 < check.margin <= 0.05
    for box in check.boxes:
        middle = (box.low + box.high) / 2
        assert all(t * t - t + 0.3 >= box.margin for t in (box.low, middle, box.high))


@pytest.mark.parametrize("zero", [Fraction(0), Fraction(1), Fraction(3, 4), Fraction(1, 3)])
def test_boxes_find_where_it_is_false(zero: Fraction) -> None:
    check = subdivide(
        cover(lambda t, a: (t - exact(zero, a)) * (t - exact(zero, a)) - a.number(1) / 2**20)
    )
    assert check.verdict is Verdict.REFUTED
    place = float(check.detail.rpartition(" ")[2])
    assert abs(place - zero) < 2**-10


def test_boxes_that_do_not_tell_are_undecided() -> None:
    # True, by less than the precision; where nothing can be computed; too many boxes.
    check = decide(Boxes(), "x", Sentence("sqrt(2)^2 + t/2^300 > 2", "t in [1, 2]"), {})
    assert check.verdict is Verdict.PARTIAL
    assert subdivide(cover(lambda t, a: a.log(t - 2) + 1)).verdict is Verdict.PARTIAL
    check = subdivide(cover(lambda t, a: (t - a.number(1) / 3) ** 2 + a.number(1) / 2**90))
    assert check.verdict is Verdict.PARTIAL
    # Exactly 0 at an end.
    assert subdivide(cover(lambda t, a: t), Intervals(64)).verdict is Verdict.PARTIAL


def test_the_worst_check_decides() -> None:
    for verdicts, expected in (
        ((Verdict.PROVED, Verdict.BY_HAND), Verdict.PROVED),
        ((Verdict.PROVED, Verdict.PARTIAL), Verdict.PARTIAL),
        ((Verdict.PARTIAL, Verdict.REFUTED, Verdict.PROVED), Verdict.REFUTED),
        ((Verdict.BY_HAND,), Verdict.PARTIAL),
        ((), Verdict.PARTIAL),
    ):
        assert overall(Check("x", "", one) for one in verdicts) is expected


def test_a_step_shows_the_margin_of_its_boxes_before_others() -> None:
    boxes = (Box(0, 1, 0.5), Box(1, 2, 0.25))
    checks = (
        Check("x", "certain sign", Verdict.PROVED, margin=0.125),
        Check("y", "subdivision", Verdict.PROVED, margin=0.25, boxes=boxes),
        Check("z", "subdivision", Verdict.PROVED, margin=0.5, boxes=boxes[:1]),
        Check("w", "by hand", Verdict.BY_HAND),
    )
    result = StepResult(STEPS[0], checks, 0.0)
    assert (result.margin, result.boxes, result.by_hand) == (0.25, 3, 1)
    assert StepResult(STEPS[0], checks[:1], 0.0).margin == 0.125
    assert StepResult(STEPS[0], checks[3:], 0.0).margin is None
    assert result.method == "certain sign (1), subdivision (2), by hand (1)"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_says_what_is_no_lemma(step: Any) -> None:
    said = [one for one in step.conjuncts if not one.lemma]
    assert said
    assert step.statement.splitlines() == [str(one.sentence) for one in said]
