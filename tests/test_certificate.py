"""Certificates are verified by a second arithmetic, and tampered ones refused with the reason."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bounds.proof.certificate import COVERS, recheck, save_certificate
from bounds.proof.steps import gamma_concave, rewrite, sharp_theorem


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("certificate") / "certificate.json"
    save_certificate([m.STEP.run() for m in (gamma_concave, rewrite, sharp_theorem)], path)
    return json.loads(path.read_text())


def refusals(data: Any, folder: Path) -> dict[str, str]:
    path = folder / "tampered.json"
    path.write_text(json.dumps(data))
    return {one.cover: one.refusal for one in recheck(path) if not one.verified}


def cover(data: Any, name: str) -> Any:
    return next(entry for entry in data["covers"] if entry["name"] == name)


def test_the_certificate_is_verified(certificate: dict[str, Any], tmp_path: Path) -> None:
    assert {entry["name"] for entry in certificate["covers"]} == set(COVERS)
    assert refusals(certificate, tmp_path) == {}


def remove_a_box(data: Any) -> None:
    del cover(data, "sharp_concave")["boxes"][7]


def remove_the_last_box(data: Any) -> None:
    del cover(data, "sharp_concave")["boxes"][-1]


def flip_a_margin(data: Any) -> None:
    cover(data, "sharp_concave")["boxes"][3][2] *= -1


def inflate_a_margin(data: Any) -> None:
    cover(data, "sharp_concave")["boxes"][3][2] *= 1.001


def widen_the_domain(data: Any) -> None:
    entry = cover(data, "sharp_concave")
    entry["domain"][0] = entry["boxes"][0][0] = str(Fraction(entry["domain"][0]) - Fraction(1, 8))


def widen_a_box(data: Any) -> None:
    boxes = cover(data, "sharp_concave")["boxes"]
    boxes[5][1] = boxes[40][1]
    del boxes[6:41]


def change_the_claim(data: Any) -> None:
    cover(data, "sharp_concave")["claim"] = "g'' < 0 everywhere"


def drop_the_cover(data: Any) -> None:
    data["covers"] = [e for e in data["covers"] if e["name"] != "sharp_concave"]


def spoil_a_number(data: Any) -> None:
    cover(data, "sharp_concave")["boxes"][0][0] = "x"


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
        (spoil_a_number, "malformed"),
    ],
)
def test_tampering_is_refused_with_the_reason(
    certificate: dict[str, Any], tmp_path: Path, tamper: Callable[[Any], None], reason: str
) -> None:
    damaged = copy.deepcopy(certificate)
    tamper(damaged)
    found = refusals(damaged, tmp_path)
    assert set(found) == {"sharp_concave"}
    assert reason in found["sharp_concave"]


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other", "covers": []}', '{"covers": 3}'])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"format|not a certificate"):
        recheck(path)
