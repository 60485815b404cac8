"""What `tests/fuzz.py` found once, and a little more of the same at every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from tests import faults


@pytest.mark.parametrize("line", faults.COMMAND_LINES, ids=" ".join)
def test_no_command_line_meets_a_bug(line: tuple[str, ...]) -> None:
    assert faults.fault_of_line(line) == ""


@settings(max_examples=8, deadline=None)
@given(faults.lines())
def test_no_drawn_command_line_meets_a_bug(line: tuple[str, ...]) -> None:
    assert faults.fault_of_line(line) == ""


@pytest.mark.parametrize("damage", faults.DAMAGES)
def test_a_damaged_checkpoint_is_refused_by_name(damage: tuple[float, bytes, int]) -> None:
    assert faults.fault_of_checkpoint(damage) == ""


@settings(max_examples=10, deadline=None)
@given(faults.damages)
def test_a_drawn_damage_is_refused_or_harmless(damage: tuple[float, bytes, int]) -> None:
    assert faults.fault_of_checkpoint(damage) == ""


EDITS: list[Callable[[Any], Any]] = [
    lambda data: b"",
    lambda data: b"\xff\xfe",
    lambda data: b"[" * 100_000,
    lambda data: b'{"format": ' + b"9" * 5000 + b"}",
    lambda data: data["covers"],
    lambda data: {**data, "covers": [{**data["covers"][0], "name": []}]},
    lambda data: {**data, "covers": [{**data["covers"][0], "domain": ["1e999999999", 1]}]},
    lambda data: {**data, "covers": [{**data["covers"][0], "boxes": [[0, float("inf"), 1]]}]},
    lambda data: {**data, "covers": data["covers"] * 2},
]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_certificate_is_refused(edit: Callable[[Any], Any]) -> None:
    assert faults.fault_of_certificate(edit) == ""


@settings(max_examples=20, deadline=None)
@given(faults.edits())
def test_a_drawn_edit_of_a_certificate_is_no_bug(edit: Callable[[Any], Any]) -> None:
    assert faults.fault_of_certificate(edit) == ""
