"""What a proof comes to: one check for each conjunct, and its verdict."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class Verdict(enum.Enum):
    """Outcome of a check: what isn't decided is neither proved nor refuted."""

    PROVED = "proved"
    BY_HAND = "by hand"
    PARTIAL = "partial"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True)
class Box:
    """An interval on which a margin is certainly at least `margin`; ends are exact rationals."""

    low: Any
    high: Any
    margin: float


@dataclass(frozen=True, slots=True)
class Check:
    """What was decided of one conjunct.

    Attributes
    ----------
    conjunct : str
        The conjunct that it settles, "step.conjunct".
    method : str
        "identity", "slope", "subdivision", ...: the rule.
    verdict : Verdict
        The outcome.
    detail : str
        Why, where it was not proved; else what was found.
    margin : float or None
        Distance from falsehood certainly kept, for inequalities.
    boxes : tuple of Box
        The subdivision, in order.
    assumed : tuple of str
        Conjuncts joined by hand that a machine's argument rests on, directly or by others.
    """

    conjunct: str
    method: str
    verdict: Verdict
    detail: str = ""
    margin: float | None = None
    boxes: tuple[Box, ...] = ()
    assumed: tuple[str, ...] = ()


def overall(checks: Iterable[Check]) -> Verdict:
    """Verdict on a conjunction: refuted if one part is; proved if a machine settled all others.

    What is joined by hand does not stand in the way; it is counted beside the verdict.
    """
    verdicts = {check.verdict for check in checks}
    for worst in (Verdict.REFUTED, Verdict.PARTIAL, Verdict.PROVED):
        if worst in verdicts:
            return worst
    return Verdict.PARTIAL
