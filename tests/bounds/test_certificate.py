"""Certificates are verified by a second arithmetic, and tampered ones refused with the reason."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bounds.formulas import radius
from bounds.proof import certificate as certificates
from bounds.proof.certificate import COVERS, recheck, save_certificate
from bounds.proof.ledger import prove, step_named
from bounds.proof.subdivision import Cover


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("certificate") / "certificate.json"
    names = ("gamma_concave", "rewrite", "talk_theorem", "sharp_theorem")
    save_certificate(prove([step_named(name) for name in names]), path)
    return json.loads(path.read_text())


ATTACKED = "sharp_theorem.concave_boxes"


@pytest.fixture
def one_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verify the attacked cover alone: the others take seconds."""
    monkeypatch.setattr(certificates, "COVERS", {ATTACKED: COVERS[ATTACKED]})


def refusals(data: Any, folder: Path) -> dict[str, str]:
    path = folder / "tampered.json"
    path.write_text(json.dumps(data))
    return {one.cover: one.refusal for one in recheck(path) if not one.verified}


def cover(data: Any, name: str) -> Any:
    return next(entry for entry in data["covers"] if entry["name"] == name)


def test_the_certificate_is_verified(certificate: dict[str, Any], tmp_path: Path) -> None:
    assert {entry["name"] for entry in certificate["covers"]} == set(COVERS)
    assert refusals(certificate, tmp_path) == {}


@pytest.mark.usefixtures("one_cover")
def test_the_attacked_cover_is_verified_untouched(
    certificate: dict[str, Any], tmp_path: Path
) -> None:
    assert refusals({**certificate, "covers": [cover(certificate, ATTACKED)]}, tmp_path) == {}


def remove_a_box(data: Any) -> None:
    del cover(data, ATTACKED)["boxes"][7]


def remove_the_last_box(data: Any) -> None:
    del cover(data, ATTACKED)["boxes"][-1]


def flip_a_margin(data: Any) -> None:
    cover(data, ATTACKED)["boxes"][3][2] *= -1


def inflate_a_margin(data: Any) -> None:
    cover(data, ATTACKED)["boxes"][3][2] *= 1.001


def widen_the_domain(data: Any) -> None:
    entry = cover(data, ATTACKED)
    entry["domain"][0] = entry["boxes"][0][0] = str(Fraction(entry["domain"][0]) - Fraction(1, 8))


def widen_a_box(data: Any) -> None:
    boxes = cover(data, ATTACKED)["boxes"]
    boxes[5][1] = boxes[40][1]
    del boxes[6:41]


def change_the_claim(data: Any) -> None:
    cover(data, ATTACKED)["claim"] = "g'' < 0 everywhere"


def drop_the_cover(data: Any) -> None:
    data["covers"] = [e for e in data["covers"] if e["name"] != ATTACKED]


def set_end(text: Any) -> Callable[[Any], None]:
    def spoil(data: Any) -> None:
        cover(data, ATTACKED)["boxes"][0][0] = text

    return spoil


def set_margin(margin: Any) -> Callable[[Any], None]:
    def spoil(data: Any) -> None:
        cover(data, ATTACKED)["boxes"][0][2] = margin

    return spoil


def swap_the_ends(data: Any) -> None:
    box = cover(data, ATTACKED)["boxes"][4]
    box[0], box[1] = box[1], box[0]


def swap_the_domain(data: Any) -> None:
    cover(data, ATTACKED)["domain"].reverse()


def shift_the_boxes(data: Any) -> None:
    for box in cover(data, ATTACKED)["boxes"]:
        box[:2] = [str(Fraction(end) + Fraction(1, 2**30)) for end in box[:2]]


def shift_one_box(data: Any) -> None:
    box = cover(data, ATTACKED)["boxes"][4]
    box[:2] = [str(Fraction(end) + Fraction(1, 2**40)) for end in box[:2]]


def repeat_a_box(data: Any) -> None:
    boxes = cover(data, ATTACKED)["boxes"]
    boxes.insert(3, boxes[3])


def insert_an_empty_box(data: Any) -> None:
    boxes = cover(data, ATTACKED)["boxes"]
    boxes.insert(3, [boxes[3][0], boxes[3][0], 0.25])


def round_the_ends(data: Any) -> None:
    for box in cover(data, ATTACKED)["boxes"]:
        box[:2] = [str(Fraction(float(f"{float(Fraction(end)):.4g}"))) for end in box[:2]]


def empty_the_cover(data: Any) -> None:
    cover(data, ATTACKED)["boxes"] = []


def lengthen_a_box(data: Any) -> None:
    cover(data, ATTACKED)["boxes"][0].append(1.0)


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (remove_a_box, "the covered part ends at"),
        (remove_the_last_box, "the domain at 8"),
        (flip_a_margin, "is not positive"),
        (inflate_a_margin, "is claimed"),
        (widen_the_domain, "is not that of the statement"),
        (widen_a_box, "is claimed"),
        (change_the_claim, "claim"),
        (drop_the_cover, "missing"),
        (swap_the_ends, "the covered part ends at"),
        (swap_the_domain, "is not that of the statement"),
        (shift_the_boxes, "the covered part ends at"),
        (shift_one_box, "the covered part ends at"),
        (repeat_a_box, "the covered part ends at"),
        (insert_an_empty_box, "empty"),
        (round_the_ends, "the covered part ends at"),
        (empty_the_cover, "the boxes end at"),
        (lengthen_a_box, "malformed"),
        (set_end("x"), "malformed"),
        (set_end(0.603410720825195), "malformed"),
        (set_end("0.603410720825195"), "malformed"),
        (set_end("nan"), "malformed"),
        (set_end("-inf"), "malformed"),
        (set_end("1/0"), "malformed"),
        (set_end("1e3"), "malformed"),
        (set_end("\u0661/2"), "malformed"),
        (set_end(None), "malformed"),
        (set_margin("0.001"), "malformed"),
        (set_margin(True), "malformed"),
        (set_margin(1), "malformed"),
        (set_margin(None), "malformed"),
        (set_margin(0.0), "is not positive"),
        (set_margin(5e300), "is claimed"),
    ],
)
@pytest.mark.usefixtures("one_cover")
def test_tampering_is_refused_with_the_reason(
    certificate: dict[str, Any], tmp_path: Path, tamper: Callable[[Any], None], reason: str
) -> None:
    damaged = copy.deepcopy(certificate)
    damaged["covers"] = [cover(damaged, ATTACKED)]
    tamper(damaged)
    found = refusals(damaged, tmp_path)
    assert set(found) == {ATTACKED}
    assert reason in found[ATTACKED]


@pytest.mark.usefixtures("one_cover")
@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_make_no_certificate(
    certificate: dict[str, Any], tmp_path: Path, number: float
) -> None:
    damaged = copy.deepcopy(certificate)
    cover(damaged, ATTACKED)["boxes"][0][2] = number
    with pytest.raises(ValueError, match="not a certificate"):
        refusals(damaged, tmp_path)


def test_other_covers_and_versions_make_no_certificate(
    certificate: dict[str, Any], tmp_path: Path
) -> None:
    for change in (
        {"format": "class-radius certificate 1"},
        {"format": "class-radius certificate 3"},
        {"covers": certificate["covers"] * 2},
        {"covers": [certificate["covers"][0] | {"name": "gamma_concave.margin"}]},
    ):
        with pytest.raises(ValueError, match=r"format|twice|unknown cover"):
            refusals(certificate | change, tmp_path)


def test_boxes_of_another_statement_are_refused(
    certificate: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second arithmetic computes the library's formula: damage it, and the boxes fail."""
    monkeypatch.setattr(certificates, "COVERS", {ATTACKED: COVERS[ATTACKED]})
    monkeypatch.setattr(
        radius, "curvature_sign_at", lambda t, a: -(a.hazard(t) - t) + 2 * a.hazard_excess(t)
    )
    assert (
        "is claimed"
        in refusals({**certificate, "covers": [cover(certificate, ATTACKED)]}, tmp_path)[ATTACKED]
    )


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other", "covers": []}', '{"covers": 3}'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"format|not a certificate"):
        recheck(path)


@pytest.mark.parametrize(
    ("covers", "boxes", "refusal"),
    [
        ([["0", "1", 1.0]], 1, ""),
        ([["0", "1", 1 + 2.0**-52]], 1, "box [0, 1]: margin 1 is claimed, 1 is verified"),
        ([["0", "1"]], 0, "malformed"),
        (None, 0, "missing from the file"),
    ],
)
def test_a_margin_may_be_all_that_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, covers: Any, boxes: int, refusal: str
) -> None:
    one = Cover("x", "1 > 0", Fraction(0), Fraction(1), lambda _, a: a.number(1))
    monkeypatch.setattr(certificates, "COVERS", {"x": one})
    entry = {"name": "x", "claim": "1 > 0", "domain": ["0", "1"], "boxes": covers}
    path = tmp_path / "certificate.json"
    path.write_text(
        json.dumps({"format": certificates.FORMAT, "covers": [entry] if covers else []})
    )
    (found,) = recheck(path)
    assert (found.boxes, found.verified) == (boxes, not refusal)
    assert found.refusal.startswith(refusal)


def test_a_name_that_stands_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    path.write_text('{"format": 1, "covers": [], "covers": []}')
    with pytest.raises(ValueError, match="'covers' stands twice"):
        recheck(path)
