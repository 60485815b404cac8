"""All steps in order, the constants, and how they are shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from rich.markup import escape
from rich.table import Table

from bounds.arithmetic.balls import balls
from bounds.coq.build import MACHINE_NUMBERS, WHOLE, CoqTheorem
from bounds.formulas.constants import Constants, constants
from bounds.proof.checks import Verdict
from bounds.proof.conjuncts import Proof, Step, StepResult
from bounds.proof.enclosures import ends
from bounds.proof.steps import (
    asymptotics,
    derivatives,
    filling_theorem,
    gamma_concave,
    gaussian_isoperimetry,
    holes_theorem,
    latents,
    renyi,
    rewrite,
    sharp_theorem,
    tail_to_expectation,
    talk_theorem,
)
from bounds.support.console import stdout
from bounds.support.errors import InvalidValueError
from bounds.support.validation import count

MOST_DIGITS = 1000
"""More decimal digits of the constants take minutes."""

STEPS: tuple[Step, ...] = (
    derivatives.STEP,
    gaussian_isoperimetry.STEP,
    tail_to_expectation.STEP,
    gamma_concave.STEP,
    rewrite.STEP,
    talk_theorem.STEP,
    sharp_theorem.STEP,
    holes_theorem.STEP,
    filling_theorem.STEP,
    latents.STEP,
    renyi.STEP,
    asymptotics.STEP,
)


@dataclass(frozen=True, slots=True)
class NamedConjunct:
    """A conjunct as others refer to it.

    Attributes
    ----------
    identifier : str
        "step.conjunct", stable.
    statement : str
        Its sentence with the domain, as printed.
    by_hand : bool
        Whether the ledger joins it by an argument in words.
    """

    identifier: str
    statement: str
    by_hand: bool


def conjuncts() -> tuple[NamedConjunct, ...]:
    """Return all conjuncts of all steps, in order, without deciding them."""
    return tuple(
        NamedConjunct(f"{step.name}.{one.name}", str(one.sentence), one.rule.hand)
        for step in STEPS
        for one in step.conjuncts
    )


def prove(steps: Sequence[Step] = STEPS) -> list[StepResult]:
    """Settle the conjuncts of some steps, and those of others that they rest on.

    Parameters
    ----------
    steps : sequence of Step
        Each stands in the chain for the step of its name.
    """
    replaced = {step.name: step for step in steps}
    proof = Proof(replaced.get(step.name, step) for step in STEPS)
    return [proof.result(step) for step in steps]


def step_named(name: str) -> Step:
    """Return the step of a name.

    Raises
    ------
    ValueError
        If there is none.
    """
    for step in STEPS:
        if step.name == name:
            return step
    raise InvalidValueError(
        f"step={name!r}: expected one of {', '.join(step.name for step in STEPS)}"
    )


def constants_to_digits(digits: int) -> dict[str, dict[str, str]]:
    """Enclose every constant to a number of decimal digits.

    Parameters
    ----------
    digits : int
        Digits wanted, from 1 to `MOST_DIGITS`.

    Returns
    -------
    dict
        Name to {"value": digits, "radius": a bound on the distance of the value shown}.
    """
    count(digits, "digits", 1, MOST_DIGITS)
    arithmetic = balls(math.ceil(digits * math.log2(10)) + 64)
    values = constants(arithmetic=arithmetic)
    shown: dict[str, dict[str, str]] = {}
    for name in Constants.__slots__:
        with arithmetic.working_precision(), mpmath.workdps(digits + 20):
            low, high = ends(getattr(values, name))
            text = mpmath.nstr(_decimal((low + high) / 2), digits, strip_zeros=False)
            # Rounding to `digits` digits moves a value below 10 by at most 10^(1 - digits)/2.
            radius = _decimal(high - low) + mpmath.mpf(10) ** (1 - digits)
            shown[name] = {"value": str(text), "radius": str(mpmath.nstr(radius, 3))}
    return shown


def _decimal(x: Fraction) -> Any:
    return mpmath.mpf(x.numerator) / x.denominator


def ledger_json(
    results: Sequence[StepResult], digits: int, theorems: Sequence[CoqTheorem] = ()
) -> dict[str, Any]:
    """Return the ledger as a JSON object; `theorems` are what Coq checked."""
    return {
        "steps": [
            result.to_json()
            | {
                "coq": [
                    {
                        "conjunct": one.conjunct,
                        "theorem": one.name,
                        "statement": one.statement,
                        "assumptions": list(one.assumptions),
                    }
                    for one in theorems
                    if one.step == result.step.name
                ]
            }
            for result in results
        ],
        "constants": constants_to_digits(digits),
    }


_STYLES = {
    Verdict.PROVED: "green",
    Verdict.BY_HAND: "dim",
    Verdict.PARTIAL: "yellow",
    Verdict.REFUTED: "bold red",
}


def print_ledger(
    results: Iterable[StepResult], digits: int, theorems: Sequence[CoqTheorem] = ()
) -> None:
    """Print the ledger as a table, what is not proved with the reason, and the constants."""
    console = stdout()
    results = list(results)
    table = Table(title="The chain, step by step", title_justify="left", show_lines=True)
    table.add_column("step")
    table.add_column("statement, how it was proved", ratio=1)
    table.add_column("margin\nboxes", justify="right")
    table.add_column("s", justify="right")
    for result in results:
        step, status = result.step, result.status
        notes = [f"{len(result.checks)} conjuncts, {result.by_hand} by hand: {result.method}"]
        notes += step.hypotheses
        checked = dict.fromkeys(one.name for one in theorems if one.step == step.name)
        if checked:
            notes.append(f"machine-checked in Coq: {', '.join(checked)}")
        margin = "" if result.margin is None else f"{result.margin:.1e}"
        table.add_row(
            f"{step.name}\n[{_STYLES[status]}]{status.value}[/]"
            + (f"\n{result.by_hand} by hand" if result.by_hand else ""),
            f"{escape(step.statement)}\n[dim]{escape(chr(10).join(notes))}[/dim]",
            f"{margin}\n{result.boxes or ''}",
            f"{result.seconds:.2f}",
        )
    console.print(table)
    settled = WHOLE & {one.conjunct for one in theorems}
    for result in results:
        for conjunct, check in zip(result.step.conjuncts, result.checks, strict=True):
            verdict, detail = check.verdict.value, check.detail
            if check.verdict is Verdict.PROVED:
                if not check.assumed:
                    continue
                detail = f"from {', '.join(check.assumed)}"
            elif check.conjunct in settled:
                verdict += ", checked whole by Coq"
            console.print(
                f"{check.conjunct}: {verdict}: {conjunct.sentence}: {detail}",
                style=_STYLES[check.verdict],
                markup=False,
            )
    values = Table(title="Constants, enclosed", title_justify="left")
    values.add_column("name")
    values.add_column("value")
    values.add_column("radius")
    for name, value in constants_to_digits(digits).items():
        values.add_row(name, value["value"], value["radius"])
    console.print(values)
    if theorems:
        assumed = sorted({name for one in theorems for name in one.assumptions})
        machine = [name for name in assumed if MACHINE_NUMBERS.fullmatch(name)]
        axioms = ", ".join(name for name in assumed if name not in machine)
        console.print(
            f"Coq's theorems assume: {axioms}; and {len(machine)} primitives and specifications of "
            "machine integers and floats, by which Interval computes (--json lists all)."
        )
    proved = sum(result.status is Verdict.PROVED for result in results)
    checks = [check for result in results for check in result.checks]
    by_machine = sum(check.verdict is Verdict.PROVED for check in checks)
    hand = {check.conjunct for check in checks if check.verdict is Verdict.BY_HAND}
    by_coq = (
        f"Coq checked {len(hand & settled)} of these whole."
        if theorems
        else f"--coq checks {len(hand & WHOLE)} of these whole."
    )
    console.print(
        f"{proved} of {len(results)} steps proved: {by_machine} of {len(checks)} conjuncts by "
        f"machine, {len(hand)} joined by hand, as listed. {by_coq}"
    )
