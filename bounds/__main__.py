"""`python -m bounds`: prove every step of the theorem and print the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from bounds.support.console import (
    EXIT_FAILED,
    EXIT_OK,
    application,
    launch,
    print_json,
    stderr,
    stdout,
)
from bounds.support.errors import InvalidValueError
from bounds.support.files import check_writable

if TYPE_CHECKING:
    from bounds.coq.build import CoqTheorem

app = application("bounds", "Prove every step of the theorem and print the ledger.")


@app.default
def main(
    *,
    step: str | None = None,
    digits: int = 50,
    certificate: Path | None = None,
    recheck_file: Annotated[Path | None, Parameter(name="--recheck")] = None,
    coq: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Prove every step of the theorem, or verify a saved certificate.

    Parameters
    ----------
    step
        Prove this step alone.
    digits
        Decimal digits of the constants.
    certificate
        Write the boxes of the proofs by subdivision to this JSON file.
    recheck_file
        Verify such a file with a second interval arithmetic instead of proving.
    coq
        Compile the Coq part too, compare its statements with the record and show what they assume.
    json
        Print one JSON object on stdout.
    """
    # SymPy, mpmath and Arb load here, so that --help does without them.
    from bounds.coq.build import CoqError
    from bounds.proof.certificate import save_certificate
    from bounds.proof.checks import Verdict
    from bounds.proof.ledger import (
        MOST_DIGITS,
        STEPS,
        ledger_json,
        print_ledger,
        prove,
        step_named,
    )
    from bounds.support.validation import count

    count(digits, "digits", 1, MOST_DIGITS)
    if certificate is not None:
        check_writable(certificate, "certificate")
    if recheck_file is not None:
        return _recheck(recheck_file, json=json)
    steps = STEPS if step is None else (step_named(step),)
    if certificate is not None and step is not None:
        raise InvalidValueError(f"step={step!r}: a certificate is of all steps")
    results = prove(steps)
    if certificate is not None:
        save_certificate(results, certificate)
        stderr.print(f"certificate written to {certificate}", markup=False)
    try:
        theorems = _coq() if coq else ()
    except CoqError as error:
        stderr.print(str(error), markup=False)
        return EXIT_FAILED
    if json:
        print_json(ledger_json(results, digits, theorems))
    else:
        print_ledger(results, digits, theorems)
    if any(theorem.unexpected for theorem in theorems):
        return EXIT_FAILED
    proved = all(result.status is Verdict.PROVED for result in results)
    return EXIT_OK if proved else EXIT_FAILED


def _coq() -> tuple[CoqTheorem, ...]:
    from bounds.coq.build import check_all
    from bounds.proof.ledger import conjuncts

    theorems, seconds = check_all({one.identifier: one.statement for one in conjuncts()})
    names = {theorem.name for theorem in theorems}
    stderr.print(f"Coq: {len(names)} theorems checked in {seconds:.1f} s")
    return theorems


def _recheck(path: Path, *, json: bool) -> int:
    from rich.markup import escape
    from rich.table import Table

    from bounds.proof.certificate import recheck

    results = recheck(path)
    if json:
        print_json(
            {
                "covers": [
                    {
                        "name": one.cover,
                        "claim": one.claim,
                        "boxes": one.boxes,
                        "verified": one.verified,
                        "reason": one.refusal or None,
                    }
                    for one in results
                ]
            }
        )
    else:
        table = Table(title="Verified again by interval arithmetic", title_justify="left")
        for column in ("cover", "claim", "boxes", "result"):
            table.add_column(column)
        for one in results:
            outcome = (
                "[green]verified[/]"
                if one.verified
                else f"[bold red]refused[/]: {escape(one.refusal)}"
            )
            table.add_row(one.cover, escape(one.claim), str(one.boxes), outcome)
        stdout().print(table)
    return EXIT_OK if all(one.verified for one in results) else EXIT_FAILED


if __name__ == "__main__":
    launch(app)
