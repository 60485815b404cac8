"""What a proof is made of: checks, each decided by a machine, and the verdict on all of them."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bounds.proof.enclosures import PRECISION_BITS


class Verdict(enum.Enum):
    """Outcome of a check: what isn't decided is neither proved nor refuted."""

    PROVED = "proved"
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
    """One claim that a machine decided.

    Attributes
    ----------
    claim : str
        What was decided, in plain symbols.
    method : str
        "identity", "polynomial sign", "limit", "certain sign", "subdivision" or "enclosure".
    verdict : Verdict
        The outcome.
    detail : str
        Why, where it was not proved; else what was found.
    margin : float or None
        Distance from falsehood certainly kept, for inequalities.
    cover : str or None
        Name of the cover that `boxes` are of.
    boxes : tuple of Box
        The subdivision, in order.
    """

    claim: str
    method: str
    verdict: Verdict
    detail: str = ""
    margin: float | None = None
    cover: str | None = None
    boxes: tuple[Box, ...] = ()


def overall(checks: Sequence[Check]) -> Verdict:
    """Verdict on a conjunction: refuted if one part is, proved only if all are."""
    verdicts = {check.verdict for check in checks}
    if Verdict.REFUTED in verdicts:
        return Verdict.REFUTED
    return Verdict.PROVED if verdicts == {Verdict.PROVED} else Verdict.PARTIAL


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step of the chain as the ledger shows it.

    Attributes
    ----------
    step : Step
        The step.
    checks : tuple of Check
        All that was decided.
    seconds : float
        Wall time.
    """

    step: Step
    checks: tuple[Check, ...]
    seconds: float

    @property
    def status(self) -> Verdict:
        """The verdict on the whole step."""
        return overall(self.checks)

    @property
    def margin(self) -> float | None:
        """The smallest margin of a subdivision, or of a certain sign if there is none."""
        boxed = [c.margin for c in self.checks if c.boxes and c.margin is not None]
        other = [c.margin for c in self.checks if c.margin is not None]
        return min(boxed or other, default=None)

    @property
    def boxes(self) -> int:
        """How many boxes the subdivisions have."""
        return sum(len(check.boxes) for check in self.checks)

    @property
    def method(self) -> str:
        """How the step was proved: the kinds of checks, then the theorems taken from textbooks."""
        kinds = list(dict.fromkeys(check.method for check in self.checks))
        counted = [f"{kind} ({sum(c.method == kind for c in self.checks)})" for kind in kinds]
        cited = f"; by hand: {'; '.join(self.step.by_hand)}" if self.step.by_hand else ""
        return ", ".join(counted) + cited

    def to_json(self) -> dict[str, Any]:
        """Return the row of the ledger as JSON."""
        return {
            "name": self.step.name,
            "statement": self.step.statement,
            "expression": str(self.step.expression()),
            "hypotheses": list(self.step.hypotheses),
            "source": self.step.source,
            "status": self.status.value,
            "method": self.method,
            "domain": self.step.domain,
            "margin": self.margin,
            "boxes": self.boxes,
            "precision_bits": PRECISION_BITS,
            "seconds": round(self.seconds, 3),
            "checks": [
                {
                    "claim": check.claim,
                    "method": check.method,
                    "status": check.verdict.value,
                    "detail": check.detail,
                    "margin": check.margin,
                    "boxes": len(check.boxes),
                }
                for check in self.checks
            ],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain, as data.

    Attributes
    ----------
    name : str
        Its name in the ledger.
    statement : str
        What is proved, in plain symbols.
    expression : callable
        Returns the statement as a SymPy expression.
    hypotheses : tuple of str
        What the statement assumes; theorems cited and not proved here are named.
    domain : str
        Where it holds.
    source : str
        Where it comes from.
    by_hand : tuple of str
        The textbook arguments that join the machine's checks, written out in the README.
    prove : callable
        Decides the statement and returns the checks.
    """

    name: str
    statement: str
    expression: Callable[[], Any]
    hypotheses: tuple[str, ...]
    domain: str
    source: str
    by_hand: tuple[str, ...]
    prove: Callable[[], tuple[Check, ...]]

    def run(self) -> StepResult:
        """Prove the step and time it."""
        start = time.perf_counter()
        checks = self.prove()
        return StepResult(self, checks, time.perf_counter() - start)
