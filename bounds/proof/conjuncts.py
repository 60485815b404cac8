"""Steps as data: lists of conjuncts, each a sentence and the rule that settles it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bounds.proof.checks import Check, Verdict, overall
from bounds.proof.enclosures import PRECISION_BITS
from bounds.proof.rules import Rule, decide
from bounds.proof.sentences import Sentence
from bounds.support.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class Conjunct:
    """One sentence of a step.

    Attributes
    ----------
    name : str
        Unique in its step.
    sentence : Sentence
        What it says.
    rule : Rule
        What settles it.
    lemma : bool
        Whether it only serves others and is left out of the step's printed statement.
    """

    name: str
    sentence: Sentence
    rule: Rule
    lemma: bool = False


def said(name: str, text: str, where: str, rule: Rule) -> Conjunct:
    """Return a conjunct of a step's statement."""
    return Conjunct(name, Sentence(text, where), rule)


def lemma(name: str, text: str, where: str, rule: Rule) -> Conjunct:
    """Return a conjunct that serves others."""
    return Conjunct(name, Sentence(text, where), rule, lemma=True)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain.

    Attributes
    ----------
    name : str
        Its name in the ledger.
    conjuncts : tuple of Conjunct
        What it says, and the lemmas on the way.
    hypotheses : tuple of str
        What the words in it assume.
    source : str
        Where it comes from.
    """

    name: str
    conjuncts: tuple[Conjunct, ...]
    hypotheses: tuple[str, ...]
    source: str

    @property
    def statement(self) -> str:
        """The sentences that are no lemmas."""
        return "\n".join(str(one.sentence) for one in self.conjuncts if not one.lemma)

    def with_sentence(self, name: str, sentence: Sentence) -> Step:
        """Return the step with another sentence in the place of a conjunct's."""
        return dataclasses.replace(
            self,
            conjuncts=tuple(
                dataclasses.replace(one, sentence=sentence) if one.name == name else one
                for one in self.conjuncts
            ),
        )


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step as the ledger shows it.

    Attributes
    ----------
    step : Step
        The step.
    checks : tuple of Check
        One for each conjunct, in order.
    seconds : float
        Wall time, that of premises in other steps not counted twice.
    """

    step: Step
    checks: tuple[Check, ...]
    seconds: float

    @property
    def status(self) -> Verdict:
        """The verdict on the whole step."""
        return overall(self.checks)

    @property
    def by_hand(self) -> int:
        """How many conjuncts are joined by hand."""
        return sum(check.verdict is Verdict.BY_HAND for check in self.checks)

    @property
    def margin(self) -> float | None:
        """The smallest margin of a subdivision, or of another check if there is none."""
        boxed = [c.margin for c in self.checks if c.boxes and c.margin is not None]
        other = [c.margin for c in self.checks if c.margin is not None]
        return min(boxed or other, default=None)

    @property
    def boxes(self) -> int:
        """How many boxes the subdivisions have."""
        return sum(len(check.boxes) for check in self.checks)

    @property
    def method(self) -> str:
        """How the conjuncts were settled: the rules, each with how often."""
        kinds = list(dict.fromkeys(check.method for check in self.checks if check.method))
        return ", ".join(
            f"{kind} ({sum(check.method == kind for check in self.checks)})" for kind in kinds
        )

    def to_json(self) -> dict[str, Any]:
        """Return the row of the ledger as JSON."""
        return {
            "name": self.step.name,
            "statement": self.step.statement,
            "hypotheses": list(self.step.hypotheses),
            "source": self.step.source,
            "status": self.status.value,
            "by_hand": self.by_hand,
            "method": self.method,
            "domain": "; ".join(
                dict.fromkeys(c.sentence.where for c in self.step.conjuncts if not c.lemma)
            ),
            "margin": self.margin,
            "boxes": self.boxes,
            "precision_bits": PRECISION_BITS,
            "seconds": round(self.seconds, 3),
            "checks": [
                {
                    "conjunct": check.conjunct,
                    "claim": str(conjunct.sentence),
                    "lemma": conjunct.lemma,
                    "method": check.method,
                    "status": check.verdict.value,
                    "rests_on": list(conjunct.rule.premises.values()),
                    "assumed": list(check.assumed),
                    "detail": check.detail,
                    "margin": check.margin,
                    "boxes": len(check.boxes),
                }
                for conjunct, check in zip(self.step.conjuncts, self.checks, strict=True)
            ],
        }


class Proof:
    """Settles conjuncts, each once, what they rest on first.

    Parameters
    ----------
    steps : iterable of Step
        The chain.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        self._conjuncts = {
            f"{step.name}.{one.name}": (step, one) for step in steps for one in step.conjuncts
        }
        self._checks: dict[str, Check | None] = {}

    def check(self, identifier: str) -> Check:
        """Settle a conjunct by its identifier.

        Raises
        ------
        ValueError
            If there is no such conjunct, or it rests on itself.
        """
        if identifier not in self._conjuncts:
            raise InvalidValueError(f"conjunct={identifier!r}: not in the ledger")
        if identifier in self._checks:
            known = self._checks[identifier]
            if known is None:
                raise InvalidValueError(f"conjunct={identifier!r}: rests on itself")
            return known
        self._checks[identifier] = None
        step, conjunct = self._conjuncts[identifier]
        premises: dict[str, Sentence] = {}
        missing = ""
        assumed: list[str] = []
        for name, reference in conjunct.rule.premises.items():
            other = reference if "." in reference else f"{step.name}.{reference}"
            settled = self.check(other)
            if settled.verdict not in {Verdict.PROVED, Verdict.BY_HAND}:
                missing = missing or other
            assumed += [other] if settled.verdict is Verdict.BY_HAND else settled.assumed
            premises[name] = self._conjuncts[other][1].sentence
        if missing:
            found = Check(identifier, "", Verdict.PARTIAL, f"rests on {missing}, not proved")
        else:
            found = decide(conjunct.rule, identifier, conjunct.sentence, premises)
            if found.verdict is Verdict.PROVED:
                found = dataclasses.replace(found, assumed=tuple(dict.fromkeys(assumed)))
        self._checks[identifier] = found
        return found

    def result(self, step: Step) -> StepResult:
        """Settle all conjuncts of a step."""
        start = time.perf_counter()
        checks = tuple(self.check(f"{step.name}.{one.name}") for one in step.conjuncts)
        return StepResult(step, checks, time.perf_counter() - start)
