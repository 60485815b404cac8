"""The ledger proves what it prints: another sentence or a damaged formula is never proved."""

from __future__ import annotations

import dataclasses
import functools
import json
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bounds
from bounds.__main__ import app
from bounds.arithmetic.intervals import Intervals
from bounds.coq.build import CoqTheorem
from bounds.formulas import constants, latents, radius
from bounds.proof.certificate import COVERS
from bounds.proof.checks import Verdict
from bounds.proof.conjuncts import Proof, Step, lemma, said
from bounds.proof.ledger import (
    STEPS,
    conjuncts,
    constants_to_digits,
    ledger_json,
    print_ledger,
    prove,
    step_named,
)
from bounds.proof.rules import (
    Boxes,
    ByHand,
    Identity,
    Join,
    Limit,
    Positive,
    Slope,
    Sturm,
    Value,
    decide,
)
from bounds.proof.sentences import Sentence, read


@functools.cache
def results() -> Any:
    return {result.step.name: result for result in prove()}


@pytest.mark.parametrize("name", [step.name for step in STEPS])
def test_every_step_is_proved(name: str) -> None:
    result = results()[name]
    wrong = {Verdict.PARTIAL, Verdict.REFUTED}
    assert [(c.conjunct, c.detail) for c in result.checks if c.verdict in wrong] == []
    row = result.to_json()
    json.dumps(row, allow_nan=False)
    assert row["status"] == "proved"
    assert row["statement"] == "\n".join(
        str(one.sentence) for one in result.step.conjuncts if not one.lemma
    )


def test_no_two_conjuncts_have_one_name() -> None:
    named = conjuncts()
    assert len({one.identifier for one in named}) == len(named)


def test_what_is_by_hand_is_counted() -> None:
    named = conjuncts()
    by_hand = {one.identifier for one in named if one.by_hand}
    found = {c.conjunct for r in results().values() for c in r.checks}
    assert found == {one.identifier for one in named}
    assert by_hand == {
        c.conjunct for r in results().values() for c in r.checks if c.verdict is Verdict.BY_HAND
    }
    assert len(by_hand) == sum(result.by_hand for result in results().values()) <= 7


def test_a_machine_says_which_words_it_rests_on() -> None:
    checks = {c.conjunct: c for r in results().values() for c in r.checks}
    assumed = {name: check.assumed for name, check in checks.items() if check.assumed}
    expectation = "tail_to_expectation.expectation"
    assert assumed == {
        "talk_theorem.theorem": (expectation,),
        "sharp_theorem.theorem": (expectation,),
    }
    # Through other conjuncts too.
    rests = {name: Positive("A", {"A": name}) for name in ("words", "first")}
    step = Step(
        "x",
        (
            lemma("words", "t >= 1", "t in [1, 2]", ByHand("as it is")),
            lemma("first", "t >= 1", "t in [1, 2]", rests["words"]),
            lemma("second", "t >= 1", "t in [1, 2]", rests["first"]),
        ),
        (),
        "",
    )
    check = Proof([step]).check("x.second")
    assert (check.verdict, check.assumed) == (Verdict.PROVED, ("x.words",))


@pytest.mark.parametrize(
    ("step", "name"),
    [(step.name, one.name) for step in STEPS for one in step.conjuncts if not one.lemma],
)
def test_a_false_sentence_in_place_of_a_conjunct_is_refuted(step: str, name: str) -> None:
    chain = [
        one.with_sentence(name, Sentence("1 <= 0")) if one.name == step else one for one in STEPS
    ]
    # What others rest on is not proved again here: the rule alone has to refuse the sentence.
    conjunct = next(c for one in chain if one.name == step for c in one.conjuncts if c.name == name)
    premises = dict.fromkeys(conjunct.rule.premises, Sentence("1 > 0"))
    check = decide(conjunct.rule, f"{step}.{name}", conjunct.sentence, premises)
    assert check.verdict is Verdict.REFUTED


def test_a_step_with_a_false_sentence_is_not_proved_nor_what_rests_on_it() -> None:
    step = step_named("gamma_concave").with_sentence("margin_between", Sentence("1 <= 0"))
    (result,) = prove([step])
    verdicts = {c.conjunct.partition(".")[2]: c.verdict for c in result.checks}
    assert result.status is Verdict.REFUTED
    for name in ("margin", "concave", "jensen"):
        assert verdicts[name] is Verdict.PARTIAL


def wrong_gamma(h: Any, a: Any) -> Any:
    return a.log(5 * a.pi * h) / a.sqrt(2 * h)


def wrong_refined(x: Any, a: Any) -> Any:
    entropy = -a.log(x)
    numerator = a.log(4 * a.pi * entropy)
    return numerator / (a.sqrt(2 * entropy) - a.sqrt(2 * entropy - numerator))


def wrong_curvature(t: Any, a: Any) -> Any:
    hazard, excess = a.hazard(t), a.hazard_excess(t)
    return -(hazard - t) + 2 * hazard * hazard * excess


def wrong_slope(t: Any, a: Any) -> Any:
    return (1 + a.hazard(t) * a.hazard_excess(t)) / a.density(t)


def wrong_excess(p: Any, a: Any) -> Any:
    return constants.halfspace_radius_at(-a.quantile(p), a) - radius.gamma_at(p, a)


def wrong_margin(u: Any, a: Any) -> Any:
    # Negative between, at u = 1.
    return a.log(4 * a.pi * u) / 2 * (u - a.number(3) / 2) + a.number(1) / 2


def shifted_margin(u: Any, a: Any) -> Any:
    # Still positive on [1/2, 3/2], so only what rests on the true formula can refuse it.
    return (a.log(4 * a.pi * u) / 2 - 1) * (u - a.number(5) / 2) + a.number(1) / 2


def wrong_box(width: Any, **options: Any) -> Any:
    return width / 2 / options["arithmetic"].sqrt(2 * options["arithmetic"].pi)


@pytest.mark.parametrize(
    ("module", "name", "damaged", "conjunct"),
    [
        (radius, "gamma_at_entropy", wrong_gamma, "derivatives.gamma_of_entropy"),
        (radius, "refined_gamma_at", wrong_refined, "derivatives.refined_gamma"),
        (radius, "refined_gamma_at", wrong_refined, "rewrite.refined"),
        (radius, "curvature_sign_at", wrong_curvature, "derivatives.curvature"),
        (radius, "curvature_sign_at", wrong_curvature, "derivatives.radius_curvature"),
        (radius, "halfspace_radius_slope_at", wrong_slope, "derivatives.slope"),
        (constants, "two_halfspaces_excess_at", wrong_excess, "talk_theorem.excess"),
        (constants, "concavity_margin_at", wrong_margin, "gamma_concave.margin_between"),
        (constants, "concavity_margin_at", wrong_margin, "derivatives.margin"),
        (constants, "concavity_margin_at", shifted_margin, "gamma_concave.margin_left"),
        (constants, "concavity_margin_at", shifted_margin, "gamma_concave.concave"),
        (constants, "concavity_margin_at", shifted_margin, "derivatives.margin"),
        (latents, "box", wrong_box, "latents.box_attained"),
    ],
)
def test_a_damaged_formula_of_the_library_is_not_proved(
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    damaged: Callable[..., Any],
    conjunct: str,
) -> None:
    if name == "gamma_at_entropy":
        monkeypatch.setattr(
            radius, "gamma_at", lambda x, a: a.log(-4 * a.pi * a.log(x)) / a.sqrt(-2 * a.log(x))
        )
    monkeypatch.setattr(module, name, damaged)
    assert Proof(STEPS).check(conjunct).verdict in {Verdict.PARTIAL, Verdict.REFUTED}


REFUSED = [
    (Identity(), "Q(t) = 1 - Q(t)", "t in (-oo, oo)"),
    (Identity(), "Q(t) < 1", "t in (-oo, oo)"),
    (Value(), "pi < 3", ""),
    (Value(), "t < t + 1", "t in (0, 1)"),
    (Boxes(), "t^2 > 0", "t in [-1, 1]"),
    (Boxes(), "t > 0", "t in [0, 1]"),
    (Boxes(), "t > -1", "t in [0, oo)"),
    (Boxes(), "t > 0", "t in (0, 1]"),
    (Sturm(), "t > 0", "t in [0, oo)"),
    (Sturm(), "t^2 >= 1", "t in [0, oo)"),
    (Sturm(), "1/t > 0", "t in [0, oo)"),
    (Sturm(), "exp(t) > 0", "t in [0, oo)"),
    (Limit(), "Q(t) -> 1", "t -> oo"),
    (Limit(), "exp(-t) -> 0", "t -> -oo"),
    (Positive("t"), "t > 0", "t in [0, oo)"),
    (Positive("t"), "t > 0", "t in (-1, oo)"),
    (Positive("1 - t"), "1 > t", "t in (0, 1/2)"),
    (Positive("1/t"), "1/t > 0", "t in [0, oo)"),
    (Positive("t^2"), "t^2 > 0", "t in (-oo, oo)"),
    (Positive("phi(t)"), "Q(t) > 0", "t in (-oo, oo)"),
    (Positive("log(t)"), "log(t) > 0", "t in (0, oo)"),
    (Positive("total(q^2)"), "total(q^2) > 0", "q masses of the others"),
    (Slope("oo", "phi(t)"), "1 > Q(t)", "t in (-oo, oo)"),
    (Slope("oo", "phi(t)"), "Q(t) > 1/2", "t in (-oo, oo)"),
    (Slope("0", "1"), "t > 0", "t in [0, oo)"),
    (Slope("0", "1"), "t > 1", "t in [0, oo)"),
    (Slope("1", "1"), "t > 0", "t in [0, oo)"),
    (Slope("oo", "0"), "t > t", "t in (0, oo)"),
    (Slope("0", "0"), "t > t", "t in (0, oo)"),
    (Sturm(), "t > t", "t in (0, 1)"),
    (Positive("(t - 1)^3"), "(t - 1)^3 >= 0", "t in [0, 2]"),
]


@pytest.mark.parametrize(("rule", "text", "where"), REFUSED)
def test_rules_refuse_what_does_not_follow(rule: Any, text: str, where: str) -> None:
    check = decide(rule, "x", Sentence(text, where), {})
    assert check.verdict in {Verdict.PARTIAL, Verdict.REFUTED}


@pytest.mark.parametrize("text", ["sqrt(2)^2 <= 2", "sqrt(2)^2 >= 2", "sqrt(2)^2 < 2"])
def test_what_enclosures_do_not_tell_is_neither_proved_nor_refuted(text: str) -> None:
    assert decide(Value(), "x", Sentence(text), {}).verdict is Verdict.PARTIAL
    wrong = decide(Value(), "x", Sentence("2 < 1"), {})
    assert wrong.detail.startswith("false: the sides differ by -1")


@pytest.mark.parametrize(
    ("text", "where", "verdict"),
    [
        ("t < 3/4", "t in [0, 1]", Verdict.REFUTED),
        ("t > 1/2", "t in [0, 1]", Verdict.REFUTED),
        ("t*t = t", "t in [0, 1]", Verdict.REFUTED),
        ("t > -1", "t in [0, 1]", Verdict.BY_HAND),
        ("t/2 - 1 has the sign of t - 2", "t in [3, 4]", Verdict.BY_HAND),
        ("total(p^2) <= 1", "p masses", Verdict.BY_HAND),
    ],
)
def test_words_are_tried_at_points(text: str, where: str, verdict: Verdict) -> None:
    check = decide(ByHand("so it is"), "x", Sentence(text, where), {})
    assert check.verdict is verdict
    assert check.detail.startswith("false at t = ") == (verdict is Verdict.REFUTED)
    assert check.detail.endswith("so it is")


def test_true_variants_stay_proved() -> None:
    for rule, text, where in (
        (Boxes(), "t^2 > 0", "t in [1/2, 1]"),
        (Sturm(), "t > 0", "t in (0, oo)"),
        (Sturm(), "t >= 0", "t in [0, oo)"),
        (Positive("t"), "t >= 0", "t in [0, oo)"),
        (Positive("total(p^2)"), "total(p^2) > 0", "p masses"),
        (Positive("total(q^2)"), "total(q^2) >= 0", "q masses of the others"),
        (Slope("0", "1"), "t >= 0", "t in [0, oo)"),
        (Slope("0", "1"), "t > 0", "t in (0, oo)"),
        (Slope("oo", "phi(t)"), "Q(t) > 0", "t in (-oo, oo)"),
    ):
        check = decide(rule, "x", Sentence(text, where), {})
        assert check.verdict is Verdict.PROVED, (text, where, check.detail)


@pytest.mark.parametrize(
    ("parts", "whole", "covered"),
    [
        (("[0, 1]", "[1, 2]"), "[0, 2]", True),
        (("[0, 1)", "[1, 2]"), "[0, 2]", True),
        (("[0, 1)", "(1, 2]"), "[0, 2]", False),
        (("[0, 1]", "[3/2, 2]"), "[0, 2]", False),
        (("(0, 1]", "[1, 2]"), "[0, 2]", False),
        (("[0, 1]", "[1, 2)"), "[0, 2]", False),
        (("[1, 2]", "[0, 1]"), "[0, 2]", False),
        (("[0, 1]", "[2/2, 2]"), "[0, 2]", True),
        (("[0, 1)", "(2/2, 2]"), "[0, 2]", False),
        (("[0, t_star]", "(t_star, 2]"), "[0, 2]", True),
        (("[0, t_star)", "(t_star, 2]"), "[0, 2]", False),
        (("[0, 1]", "[1, oo)"), "[0, oo)", True),
    ],
)
def test_parts_must_cover_the_domain_ends_included(
    parts: tuple[str, str], whole: str, covered: bool
) -> None:
    premises = {str(k): Sentence("t + 3 > 0", f"t in {part}") for k, part in enumerate(parts)}
    sentence = Sentence("t + 3 > 0", f"t in {whole}")
    check = decide(Join({key: key for key in premises}), "x", sentence, premises)
    assert (check.verdict is Verdict.PROVED) is covered


def test_a_premise_that_holds_elsewhere_is_refused() -> None:
    rule = Positive("A", {"A": "a"})
    premise = {"A": Sentence("t > 1", "t in [2, oo)")}
    for where, verdict in (("t in [2, 5]", Verdict.PROVED), ("t in [3/2, 5]", Verdict.PARTIAL)):
        assert decide(rule, "x", Sentence("t > 1", where), premise).verdict is verdict


def test_a_premise_about_fewer_masses_is_refused() -> None:
    rule, text = Positive("A", {"A": "a"}), "total(p^2) <= 1/2"
    few, all_of_them = "p masses, max p <= 1/2", "p masses"
    for premise, where, verdict in (
        (few, few, Verdict.PROVED),
        (all_of_them, few, Verdict.PROVED),
        (few, all_of_them, Verdict.PARTIAL),
    ):
        check = decide(rule, "x", Sentence(text, where), {"A": Sentence(text, premise)})
        assert check.verdict is verdict


@pytest.mark.parametrize("rule", [Positive("A", {"A": "a"}), Slope("0", "A", {"A": "a"})])
def test_a_premise_that_is_no_inequality_shows_no_sign(rule: Any) -> None:
    premise = {"A": Sentence("t has the sign of t + 1", "t in (0, 1]")}
    text = "-1 >= 0" if isinstance(rule, Positive) else "-t >= 0"
    check = decide(rule, "x", Sentence(text, "t in (0, 1]"), premise)
    assert check.verdict in {Verdict.PARTIAL, Verdict.REFUTED}


def test_a_conjunct_that_rests_on_itself_is_an_error() -> None:
    rule = Positive("A", {"A": "loop"})
    step = step_named("derivatives")
    looped = type(step)("x", (lemma("loop", "t > 1", "t in [2, 3]", rule),), (), "")
    with pytest.raises(ValueError, match="rests on itself"):
        Proof([looped]).check("x.loop")


@pytest.mark.parametrize("text", ["__import__('os')", "t.real", "[1]", "1.5", "t**t", "unknown(t)"])
def test_other_text_is_no_expression(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        read(text, bounds.balls(64), {"t": bounds.balls(64).number(1)})


@given(st.sampled_from(sorted(COVERS)), st.integers(0, 2**20 - 2), st.integers(1, 2**8))
def test_margins_bound_the_value_on_random_subintervals(name: str, start: int, width: int) -> None:
    cover = COVERS[name]
    span = cover.high - cover.low
    low = cover.low + span * Fraction(start, 2**20)
    high = min(cover.high, low + span * Fraction(width, 2**20))
    arithmetic = bounds.balls(192)
    with arithmetic.working_precision():
        margin = cover.margin(low, high, arithmetic)
        assert margin is not None
        for point in (low, (low + high) / 2, high):
            value = cover.margin(point, point, arithmetic)
            assert value is not None
            assert margin <= value
    # The bound is tight: what it loses is proportional to the width.
    assert float(value - margin) < 400 * float(high - low) + 1e-40


def test_constants_contain_eighty_digits_and_are_narrow() -> None:
    shown = constants_to_digits(50)
    with mpmath.workdps(90):
        exact = bounds.constants(arithmetic=bounds.multiprecision(80))
        for name, entry in shown.items():
            error = abs(mpmath.mpf(entry["value"]) - getattr(exact, name))
            assert error < mpmath.mpf(entry["radius"]) < mpmath.mpf(10) ** -48
            assert len(entry["value"].replace("0.", "").replace(".", "")) == 50


def test_more_than_a_thousand_digits_are_refused() -> None:
    with pytest.raises(ValueError, match=r"digits=1001: expected .* 1000"):
        constants_to_digits(1001)
    assert constants_to_digits(1)["rewrite_threshold"] == {"value": "0.8", "radius": "1.0"}


def test_a_thousand_digits() -> None:
    value = constants_to_digits(1000)["rewrite_threshold"]["value"]
    assert value.startswith("0.844466940417058227531517923674380873706")
    assert len(value) == 1002


@given(st.floats(-12, 40, allow_subnormal=False))
def test_second_survival_function_contains_the_true_value_and_is_narrow(t: float) -> None:
    enclosed = Intervals().survival(t)
    with mpmath.workdps(80):
        true = mpmath.erfc(mpmath.mpf(t) / mpmath.sqrt(2)) / 2
        low, high = mpmath.mpf(enclosed.a.a), mpmath.mpf(enclosed.b.b)
        assert low <= true <= high
        assert high - low < true * mpmath.mpf(2) ** -150


@pytest.mark.parametrize("t", [17.0, 17.03125, 30.0])
def test_second_survival_function_contains_where_its_series_is_used_up(t: float) -> None:
    """The last term at 17 is the 144th, 2^-207, far above the precision; at 17.03125 it is odd."""
    enclosed = Intervals(500).survival(t)
    with mpmath.workdps(200):
        true = mpmath.erfc(mpmath.mpf(t) / mpmath.sqrt(2)) / 2
        assert mpmath.mpf(enclosed.a.a) <= true <= mpmath.mpf(enclosed.b.b)


@pytest.mark.parametrize("exponent", [5, 11, 17])
@pytest.mark.parametrize("side", [1, -1])
def test_second_quantile_contains_where_its_guess_has_few_digits(exponent: int, side: int) -> None:
    """At p = 10^-k, and at 1 - p, whose quantile is guessed from 1 - 2p."""
    arithmetic = Intervals(192)
    small = arithmetic.number(1) / 10**exponent
    enclosed = side * arithmetic.quantile(small if side == 1 else 1 - small)
    with mpmath.workdps(150):
        p = mpmath.mpf(10) ** -exponent
        for end, below in ((mpmath.mpf(enclosed.a.a), True), (mpmath.mpf(enclosed.b.b), False)):
            assert (mpmath.erfc(-end / mpmath.sqrt(2)) / 2 < p) == below
    assert float(enclosed.b - enclosed.a) < 2.0**-60


@given(st.floats(0.001, 0.999))
def test_second_quantile_contains_the_true_value_and_is_narrow(p: float) -> None:
    enclosed = Intervals(192).quantile(Intervals(192).number(p))
    with mpmath.workdps(80):
        true = mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(p) - 1)
        low, high = mpmath.mpf(enclosed.a.a), mpmath.mpf(enclosed.b.b)
        assert low <= true <= high
        assert high - low < mpmath.mpf(2) ** -130


THEOREMS = (
    CoqTheorem(
        "holes_theorem.theorem", "Holes.theorem", "a <= b", ("sig_forall_dec", "PrimInt63.add")
    ),
    CoqTheorem("renyi.uniform", "Renyi.uniform", "c = d", ("sig_forall_dec",)),
)


def test_a_step_has_coqs_theorems_about_its_own_conjuncts() -> None:
    data = ledger_json([results()[name] for name in ("holes_theorem", "derivatives")], 5, THEOREMS)
    assert [step["coq"] for step in data["steps"]] == [
        [
            {
                "conjunct": "holes_theorem.theorem",
                "theorem": "Holes.theorem",
                "statement": "a <= b",
                "assumptions": ["sig_forall_dec", "PrimInt63.add"],
            }
        ],
        [],
    ]


def test_the_printed_ledger_counts_what_is_proved_and_by_whom(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = step_named("gamma_concave").with_sentence("margin_between", Sentence("1 <= 0"))
    shown = [results()["holes_theorem"], results()["renyi"], *prove([wrong])]
    checks = [check for result in shown for check in result.checks]
    machine = sum(check.verdict is Verdict.PROVED for check in checks)
    texts = []
    for theorems in ((), THEOREMS):
        print_ledger(shown, 5, theorems)
        texts.append(" ".join(capsys.readouterr().out.replace("│", " ").split()))
    alone, coq = texts
    for text in texts:
        assert f"2 of 3 steps proved: {machine} of {len(checks)} conjuncts by machine" in text
        assert "refuted" in text
        assert "gamma_concave.margin_between: refuted: 1 <= 0: " in text
        assert "holes_theorem.theorem: by hand" in text
    assert "Coq's theorems assume" not in alone
    assert "machine-checked in Coq" not in alone
    assert "Coq's theorems assume: sig_forall_dec; and 1 primitives" in coq
    assert "machine-checked in Coq: Holes.theorem" in coq
    assert "machine-checked in Coq: Renyi.uniform" in coq


WORDS = Step(
    "x",
    (
        # In brackets, as the styles in rich's markup.
        said("words", "t + 1 >= 1", "t in [t_star, 2]", ByHand("as it is")),
        lemma("value", "3/2 > 1", "", Value()),
        said("rests", "t + 1 >= 1", "t in [t_star, 2]", Positive("A", {"A": "words"})),
    ),
    (),
    "",
)


def test_a_step_takes_its_time_and_states_what_is_no_lemma() -> None:
    start = time.perf_counter()
    result = Proof([WORDS]).result(WORDS)
    assert 0 < result.seconds <= time.perf_counter() - start
    row = dataclasses.replace(result, seconds=1.23456).to_json()
    assert row["statement"] == "\n".join(["t + 1 >= 1, t in [t_star, 2]"] * 2)
    assert (row["domain"], row["seconds"]) == ("t in [t_star, 2]", 1.235)


def test_the_printed_ledger_says_what_rests_on_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    sure = Step("y", WORDS.conjuncts[1:2], (), "")
    print_ledger([Proof([one]).result(one) for one in (WORDS, sure)], 5)
    rows, _, rest = capsys.readouterr().out.partition("x.words: ")
    assert "├" in rows
    first, second = rows.split("├")
    assert (first.count("1 by hand"), second.count("0 by hand")) == (2, 1)
    text = " ".join(f"{rows}x.words: {rest}".replace("│", " ").split())
    assert "x.words: by hand: t + 1 >= 1, t in [t_star, 2]: as it is" in text
    assert "x.rests: proved: t + 1 >= 1, t in [t_star, 2]: from x.words" in text
    assert "x.value" not in text
    assert "5.0e-01" in text
    assert (
        "2 of 2 steps proved: 3 of 4 conjuncts by machine, 1 joined by hand, as listed. "
        "--coq checks 0 of these whole." in text
    )


def test_coqs_theorems_stand_with_their_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    theorems = (CoqTheorem("x.words", "X.words", "a <= b", ()),)
    sure = Step("y", WORDS.conjuncts[1:2], (), "")
    print_ledger([Proof([one]).result(one) for one in (WORDS, sure)], 5, theorems)
    first, second = capsys.readouterr().out.split("├")
    assert "machine-checked in Coq: X.words" in first
    assert "machine-checked in Coq" not in second


def test_step_option_and_bad_names(capsys: pytest.CaptureFixture[str]) -> None:
    status = app(["--step", "holes_theorem", "--json"], result_action="return_value")
    data = json.loads(capsys.readouterr().out)
    assert status == 0
    assert [step["name"] for step in data["steps"]] == ["holes_theorem"]
    assert set(data["steps"][0]) >= {
        "name", "statement", "hypotheses", "source", "status", "method", "domain", "margin",
        "boxes", "precision_bits", "seconds", "by_hand", "checks",
    }  # fmt: skip
    with pytest.raises(ValueError, match="step='nonsense': expected one of"):
        step_named("nonsense")
