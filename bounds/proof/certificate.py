"""Proofs by subdivision, saved as boxes and verified again by another arithmetic."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from bounds.arithmetic.intervals import Intervals
from bounds.proof.conjuncts import StepResult
from bounds.proof.ledger import STEPS
from bounds.proof.rules import Boxes, cover
from bounds.proof.subdivision import Cover
from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from bounds.support.validation import shown

FORMAT = "class-radius certificate 2"

_BITS = 80
"""Precision of the second arithmetic: what rounding takes is far below every margin."""

COVERS: dict[str, Cover] = {
    one.name: one
    for one in (
        cover(f"{step.name}.{conjunct.name}", conjunct.sentence)
        for step in STEPS
        for conjunct in step.conjuncts
        if isinstance(conjunct.rule, Boxes)
    )
}
"""The inequalities that certificates are of; a certificate cannot change them."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """What the second arithmetic says of one cover.

    Attributes
    ----------
    cover : str
        The cover's name.
    claim : str
        Its inequality.
    boxes : int
        Boxes in the certificate.
    refusal : str
        Why it is refused; empty if it is verified.
    """

    cover: str
    claim: str
    boxes: int
    refusal: str

    @property
    def verified(self) -> bool:
        """Whether every box was verified and together they cover the domain."""
        return not self.refusal


def certificate_json(results: Sequence[StepResult]) -> dict[str, Any]:
    """Collect the boxes of all subdivisions."""
    covers = [
        {
            "name": check.conjunct,
            "claim": COVERS[check.conjunct].claim,
            "domain": [str(COVERS[check.conjunct].low), str(COVERS[check.conjunct].high)],
            "boxes": [[str(box.low), str(box.high), box.margin] for box in check.boxes],
        }
        for result in results
        for check in result.checks
        if check.boxes
    ]
    return {"format": FORMAT, "covers": covers}


def save_certificate(results: Sequence[StepResult], path: Path) -> None:
    """Write the certificate as JSON, whole or not at all."""
    write_atomically(path, json.dumps(certificate_json(results), indent=1) + "\n")


def recheck(path: Path) -> tuple[Recheck, ...]:
    """Verify a certificate with interval arithmetic that shares no code with the proofs'.

    Shared are the sentences, their parser and the library's formulas, which say what is verified:
    an error in them is one in the statement, which is printed; and that Q and the excess of the
    hazard rate fall and the hazard rate rises, which the ledger proves without boxes. The numbers,
    their rounding, the error function and the quantile are another's.

    Each box's margin is computed again at the exact rational ends, each box must begin where the
    one before ended, and together they must cover the domain of the statement as the code has it.

    Parameters
    ----------
    path : Path
        A file written by `save_certificate`.

    Returns
    -------
    tuple of Recheck
        One for each cover of the theory; what the file lacks is refused.

    Raises
    ------
    ValueError
        If the file is no certificate.
    """
    try:
        data = json.loads(
            path.read_text(encoding="utf-8"),
            parse_constant=_refuse_constant,
            object_pairs_hook=_distinct,
        )
        if data["format"] != FORMAT:
            raise ValueError(f"format {shown(data['format'])}: expected {FORMAT!r}")
        found = {entry["name"]: entry for entry in data["covers"]}
        unknown = sorted(set(found) - set(COVERS))
        if unknown:
            raise ValueError(f"unknown cover {shown(unknown[0])}")
        if len(found) != len(data["covers"]):
            raise ValueError("a cover stands twice")
    except KeyError as error:
        raise InvalidValueError(f"{path}: not a certificate (no {error.args[0]!r})") from error
    # A whole number of thousands of digits is a ValueError of Python's; nesting, a RecursionError.
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidValueError(f"{path}: not a certificate ({error})") from error
    arithmetic = Intervals(_BITS)
    return tuple(
        _recheck_cover(cover, found.get(name), arithmetic) for name, cover in COVERS.items()
    )


def _refuse_constant(text: str) -> float:
    raise TypeError(f"{text} is no number")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{shown(twice)} stands twice in an object")
    return found


_RATIONAL = re.compile(r"-?[0-9]{1,100}(/[1-9][0-9]{0,99})?")


def _end(text: Any) -> Fraction:
    """Read an end of a box: a rational as the prover writes it, and nothing else."""
    if not isinstance(text, str) or not _RATIONAL.fullmatch(text):
        raise TypeError(f"{shown(text)} is no rational, written as '3/4'")
    return Fraction(text)


def _margin(number: Any) -> Fraction:
    if not isinstance(number, float) or not math.isfinite(number):
        raise TypeError(f"margin {shown(number)} is no finite float")
    return Fraction(number)


def _recheck_cover(cover: Cover, entry: Any, arithmetic: Intervals) -> Recheck:
    def refused(reason: str, boxes: int = 0) -> Recheck:
        return Recheck(cover.name, cover.claim, boxes, reason)

    if entry is None:
        return refused("missing from the file")
    try:
        domain = [_end(end) for end in entry["domain"]]
        boxes = [(_end(low), _end(high), _margin(margin)) for low, high, margin in entry["boxes"]]
        claim = entry["claim"]
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        return refused(f"malformed: {shown(error)}")
    if domain != [cover.low, cover.high]:
        return refused(
            f"domain {entry['domain']} is not that of the statement, [{cover.low}, {cover.high}]",
            len(boxes),
        )
    if claim != cover.claim:
        return refused(f"claim {shown(claim)} is not {cover.claim!r}", len(boxes))
    end = cover.low
    for low, high, margin in boxes:
        where = f"box [{float(low):.9g}, {float(high):.9g}]"
        if low != end:
            return refused(f"{where}: begins at {low}, the covered part ends at {end}", len(boxes))
        if not low < high:
            return refused(f"{where}: empty", len(boxes))
        if high > cover.high:
            return refused(f"{where}: ends beyond the domain, at {high}", len(boxes))
        if not margin > 0:
            return refused(f"{where}: margin {float(margin):.3g} is not positive", len(boxes))
        computed = cover.margin(low, high, arithmetic)
        if computed is None or not computed >= margin:
            found = "none" if computed is None else f"{float(computed):.9g}"
            return refused(
                f"{where}: margin {float(margin):.9g} is claimed, {found} is verified", len(boxes)
            )
        end = high
    if end != cover.high:
        return refused(f"the boxes end at {end}, the domain at {cover.high}", len(boxes))
    return refused("", len(boxes))
