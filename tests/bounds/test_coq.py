"""The Coq part compiles, assumes nothing it should not, and refuses damaged statements."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bounds.__main__ import main
from bounds.coq import build as coq_build
from bounds.coq.statements import Statements, differences, printed, query, recorded
from bounds.proof.ledger import conjuncts, print_ledger, prove, step_named

REQUIRED = os.environ.get("CLASS_RADIUS_REQUIRE_COQ") == "1"
needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None and not REQUIRED,
    reason=f"coqc is not installed; on Debian: {coq_build.INSTALL}",
)


def compile_text(folder: Path, text: str) -> None:
    coqc = shutil.which("coqc")
    assert coqc is not None
    (folder / "Copy.v").write_text(text)
    coq_build.compile_file(coqc, folder, "Copy.v")


def without_proofs(text: str) -> str:
    """A text of as many lines whose statements are admitted: their proofs are checked elsewhere."""

    def admitted(proof: re.Match[str]) -> str:
        return "Admitted." + "\n" * proof[0].count("\n")

    return re.sub(r"Proof\.((?!Proof\.).)*?Qed\.", admitted, text, flags=re.DOTALL)


SENTENCES = {one.identifier: one.statement for one in conjuncts()}


@pytest.fixture(scope="module")
def theorems() -> dict[str, coq_build.CoqTheorem]:
    found, _ = coq_build.check_all(SENTENCES)
    return {theorem.name: theorem for theorem in found}


@pytest.fixture(scope="module")
def compiled(theorems: dict[str, coq_build.CoqTheorem], tmp_path_factory: pytest.TempPathFactory):
    """A folder of this worker's own with what is compiled."""
    assert theorems
    folder = tmp_path_factory.mktemp("coq")
    for file in coq_build.default_cache().glob("*.vo"):
        shutil.copy(file, folder)
    return folder


RECORD = Statements(
    {"Talk.theorem": "forall p : R, Talk.small p -> p <= Talk.bound p"},
    {
        "Talk.bound": "Talk.bound = fun p : R => 2 * p : R -> R",
        "Talk.small": "Talk.small = fun p : R => p <= 1 / 5 : R -> Prop",
    },
    {"talk.theorem": "p <= 2*p"},
)
PRINTED = """statement Talk.theorem
Talk.theorem
     : forall p : R,
       Talk.small p -> p <= Talk.bound p
definition Talk.bound
Talk.bound = fun p : R => 2 * p
     : R -> R

Arguments Talk.bound p%R_scope
definition Talk.small
Talk.small = fun p : R => p <= 1 / 5
     : R -> Prop
definition Talk.unused
Talk.unused = 1
     : R
"""


def test_what_coq_prints_is_the_record() -> None:
    found = printed(PRINTED, RECORD.conjuncts)
    assert found == RECORD
    assert differences(found, RECORD) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "Talk.theorem",
            "Talk.renamed",
            ["theorem Talk.renamed is not", "theorem Talk.theorem is"],
        ),
        ("p <= Talk.bound p", "p < Talk.bound p", ["theorem Talk.theorem changed"]),
        ("fun p : R => 2 * p", "fun p : R => 3 * p", ["definition Talk.bound changed"]),
        ("p <= 1 / 5", "p <= Talk.unused", ["definition Talk.small", "definition Talk.unused is"]),
        ("Talk.small p -> ", "", ["theorem Talk.theorem", "definition Talk.small is recorded"]),
    ],
)
def test_another_name_statement_or_definition_is_seen(old: str, new: str, said: list[str]) -> None:
    found = differences(printed(PRINTED.replace(old, new), RECORD.conjuncts), RECORD)
    assert len(found) == len(said)
    for sentence, start in zip(sorted(found), sorted(said), strict=True):
        assert sentence.startswith(start)


@pytest.mark.parametrize(
    ("conjuncts", "said"),
    [
        ({"talk.theorem": "p < 2*p"}, "conjunct talk.theorem changed; recorded: p <= 2*p"),
        ({}, "conjunct talk.theorem is recorded"),
        ({**RECORD.conjuncts, "talk.new": "p < 1"}, "conjunct talk.new is not recorded"),
    ],
)
def test_another_sentence_of_the_ledger_is_seen(conjuncts: dict[str, str], said: str) -> None:
    (found,) = differences(printed(PRINTED, conjuncts), RECORD)
    assert found.startswith(said)


def test_every_theorem_asked_for_is_recorded() -> None:
    record = recorded()
    assert record.conjuncts == {one: SENTENCES[one] for one in coq_build.THEOREMS}
    assert set(record.theorems) == {name for group in coq_build.THEOREMS.values() for name in group}
    for statement in record.theorems.values():
        for name in re.findall(r"\b[A-Z]\w*\.\w+", statement):
            assert name in record.definitions or name.startswith("TalkTheorem."), name


def test_what_coq_settles_whole_is_said_where_coq_checked_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    by_hand = {one.identifier for one in conjuncts() if one.by_hand}
    assert by_hand.intersection(coq_build.THEOREMS) >= coq_build.WHOLE
    results = prove([step_named("holes_theorem")])
    name, other = "holes_theorem.theorem", "holes_theorem.no_holes"
    for checked, coq in (
        ((), "--coq checks 1 of these whole"),
        ((name,), "Coq checked 1 of these whole"),
        ((other,), "Coq checked 0 of these whole"),
    ):
        theorems = [coq_build.CoqTheorem(one, "Holes.x", "", ()) for one in checked]
        print_ledger(results, 10, theorems)
        printed = " ".join(capsys.readouterr().out.split())
        assert coq in printed
        assert (f"{name}: by hand, checked whole by Coq:" in printed) == (name in checked)


@needs_coq
def test_a_changed_record_or_a_renamed_theorem_is_refused(
    compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Sets.talk_theorem_sets"
    record = recorded()
    changed = {**record.theorems, name: record.theorems[name].replace("<= Gamma", "< Gamma")}
    with monkeypatch.context() as patched:
        patched.setattr(coq_build, "recorded", lambda: replace(record, theorems=changed))
        with pytest.raises(coq_build.CoqError, match=rf"theorem {name} changed"):
            coq_build.check_all(SENTENCES)
    other = {**SENTENCES, "talk_theorem.theorem": "E r <= gamma(total(p))"}
    with pytest.raises(coq_build.CoqError, match=r"conjunct talk_theorem\.theorem changed"):
        coq_build.check_all(other)
    renamed = {"talk_theorem.theorem": ("Sets.talk_theorem_renamed",)}
    text = query(renamed["talk_theorem.theorem"], coq_build.sources())
    with pytest.raises(coq_build.CoqError, match="talk_theorem_renamed"):
        compile_text(compiled, text)


def test_other_statements_fail_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(sentences: dict[str, str]) -> None:
        raise coq_build.CoqError("theorem Sets.talk_theorem_sets changed")

    monkeypatch.setattr(coq_build, "check_all", refuse)
    assert main(step="derivatives", coq=True) == 1
    assert "theorem Sets.talk_theorem_sets changed" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "text"), coq_build.sources())
def test_sources_admit_nothing(name: str, text: str) -> None:
    code = re.sub(r"\(\*.*?\*\)", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(Admitted|admit|Axiom|Parameter|Conjecture|Abort)\b", code), name


@needs_coq
def test_every_theorem_rests_on_the_reals_alone(
    theorems: dict[str, coq_build.CoqTheorem],
) -> None:
    assert set(theorems) == {name for group in coq_build.THEOREMS.values() for name in group}
    for theorem in theorems.values():
        assert theorem.unexpected == ()
        assert theorem.assumptions  # the classical reals are always there
        if theorem.step in coq_build.WITHOUT_INTERVAL:
            assert not any(coq_build.MACHINE_NUMBERS.fullmatch(x) for x in theorem.assumptions)


def test_theorems_settle_conjuncts_of_the_ledger() -> None:
    assert set(coq_build.THEOREMS) <= {one.identifier for one in conjuncts()}


def test_an_added_axiom_would_be_seen() -> None:
    theorem = coq_build.CoqTheorem(
        "rewrite.rewrite", "Rewrite.x", "0 = 0", ("Classical_Prop.classic", "Rewrite.cheat")
    )
    assert theorem.unexpected == ("Rewrite.cheat",)


@needs_coq
@pytest.mark.parametrize(
    ("file", "statement", "damaged"),
    [
        ("Rewrite.v", "0 < p <= 1 / 5 ->", "0 < p <= 9 / 10 ->"),
        ("Rewrite.v", "<-> p <= rewrite_threshold.", "<-> p < rewrite_threshold."),
        (
            "Rewrite.v",
            "844466 / 1000000 < rewrite_threshold",
            "844467 / 1000000 < rewrite_threshold",
        ),
        (
            "TalkThreshold.v",
            "905400 / 1000000 < talk_threshold",
            "905401 / 1000000 < talk_threshold",
        ),
        ("TalkThreshold.v", "<-> m <= talk_threshold.", "<-> m < talk_threshold."),
        ("Gamma.v", "forall u, 0 < u -> 0 < h u.", "forall u, 0 < u -> h u < 0."),
        ("TalkTheorem.v", "0 < mass c <= 1 / 5 /\\", "0 < mass c <= 906 / 1000 /\\"),
        ("Curvature.v", "<-> inflection <= t.", "<-> inflection < t."),
        (
            "HalfspaceRadius.v",
            "halfspace_radius_d2 p <= 0 <-> p",
            "0 <= halfspace_radius_d2 p <-> p",
        ),
        (
            "HalfspaceRadius.v",
            "concavity_threshold < 273119 / 1000000",
            "concavity_threshold < 273118 / 1000000",
        ),
        (
            "HalfspaceRadius.v",
            "0 < s <= assumption_free_threshold -> 0 < x",
            "0 < s <= 198855 / 1000000 -> 0 < x",
        ),
        ("SharpTheorem.v", "0 < mass c <= concavity_threshold", "0 < mass c <= 28 / 100"),
        ("Holes.v", "= lam t + t.", "= lam t - t."),
        (
            "GaussianExpectation.v",
            "expectation (fun x => x ^ 2) = 1.",
            "expectation (fun x => x ^ 2) = 2.",
        ),
        ("Profile.v", "is_derive profile p (- Phi_inv p).", "is_derive profile p (Phi_inv p)."),
        ("Interpolation.v", "(cos th * mean g1 th x).", "(sin th * mean g1 th x)."),
        ("BobkovStep.v", "= - (s * c) * ((c * R * i + q", "= (s * c) * ((c * R * i + q"),
        ("Averaging.v", "<= L * e", "<= L * e / 2"),
        (
            "Timelike.v",
            "Phi_inv (expectation (fun x => Phi (w x s))) + k",
            "Phi_inv (expectation (fun x => Phi (w x s))) + 2 * k",
        ),
        ("GaussianSpace.v", "coordinate d k z ^ 2) = 1.", "coordinate d k z ^ 2) = 2."),
        (
            "GaussianIsoperimetry.v",
            "Phi (Phi_inv (mass_positive d u) - tau).",
            "Phi (Phi_inv (mass_positive d u) - 2 * tau).",
        ),
        (
            "LayerCake.v",
            "<= L * integrated_tail (law_mass d E u).",
            "<= L * integrated_tail (law_mass d E u) / 2.",
        ),
        (
            "LayerCake.v",
            "isoperimetric_law d (expect d) 1.",
            "isoperimetric_law d (expect d) (1 / 2).",
        ),
        (
            "Unconditional.v",
            "<= L * sum_of integrated_tail (map (law_mass d E) us).",
            "<= sum_of integrated_tail (map (law_mass d E) us).",
        ),
        (
            "Unconditional.v",
            "0 < law_mass d E u <= talk_threshold) ->",
            "0 < law_mass d E u <= 906 / 1000) ->",
        ),
        (
            "Unconditional.v",
            "0 < mass_positive d u <= talk_threshold) ->",
            "0 < mass_positive d u <= 906 / 1000) ->",
        ),
        (
            "Unconditional.v",
            "0 < mass_positive d u <= concavity_threshold) ->",
            "0 < mass_positive d u <= 28 / 100) ->",
        ),
        ("TwoHalfspaces.v", "= phi t - t * Q t.", "= phi t + t * Q t."),
        ("TwoHalfspaces.v", "talk_threshold < p < 1 ->", "9 / 10 < p < 1 ->"),
        (
            "HolesUnconditional.v",
            "law_mass d E away = 1 - c + law_mass d E k.",
            "law_mass d E away = 1 - c + 2 * law_mass d E k.",
        ),
        ("Sets.v", "z = depth d (K i) z.", "z = 2 * depth d (K i) z."),
        ("Filling.v", "radius_on d n K i <= 2 * filling_term", "radius_on d n K i <= filling_term"),
        ("Filling.v", "<= 2 * L * filling_term", "<= L * filling_term"),
        (
            "Latents.v",
            "isoperimetric_law m (image d m T) L.",
            "isoperimetric_law m (image d m T) (L / 2).",
        ),
        ("Latents.v", "Rabs (f1 k x) <= L) ->", "Rabs (f1 k x) <= 2 * L) ->"),
        ("Latents.v", "(A (B v)) v <= L ^ 2 * dot", "(A (B v)) v <= L * dot"),
        ("Latents.v", "(fun _ => box_map w))) (w * phi 0).", "(fun _ => box_map w))) (w / 3)."),
        ("Latents.v", "= 1 / 2 - t / w.", "= 1 / 2 + t / w."),
        ("Latents.v", "<= 1 - 2 * Q tau.", "<= 1 - 3 * Q tau."),
        ("Latents.v", "= (Phi tau - Phi s) / (1 - 2 * Q tau).", "= Phi tau - Phi s."),
        ("Latents.v", "= Q (t / L).", "= Q (t * L)."),
        ("Latents.v", "L * gamma (collision p)) /\\", "gamma (collision p)) /\\"),
    ],
)
def test_damaged_statements_do_not_compile(
    compiled: Path, file: str, statement: str, damaged: str
) -> None:
    text = dict(coq_build.sources())[file]
    first, end = text.index(statement), text.index("Qed.", text.index(statement))
    copy = without_proofs(text[:first]) + text[first:].replace(statement, damaged)
    with pytest.raises(coq_build.CoqError, match="does not compile") as error:
        compile_text(compiled, copy)
    # It is the damaged statement that is not proved, and not another one before or after it.
    line = re.search(r"line (\d+), characters [^\n]*\nError:", str(error.value))
    assert line is not None
    assert text.count("\n", 0, first) < int(line[1]) <= text.count("\n", 0, end) + 1


@needs_coq
@pytest.mark.parametrize("file", ["Rewrite.v", "LayerCake.v"])
def test_an_undamaged_copy_compiles(compiled: Path, file: str) -> None:
    text = dict(coq_build.sources())[file]
    last = text.rindex("Proof.")
    assert without_proofs(text[:last]).count("Admitted.") > 1
    compile_text(compiled, without_proofs(text[:last]) + text[last:])


def test_a_missing_coq_is_said_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(coq_build.CoqMissingError, match="apt-get install coq"):
        coq_build.check_all(SENTENCES, tmp_path)
