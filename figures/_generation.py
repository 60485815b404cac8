"""What `python -m figures` does: obtain the results, draw, check the claims, tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bounds.support.console import (
    EXIT_FAILED,
    EXIT_OK,
    print_json,
    stderr,
    stdout,
    tracked,
)
from bounds.support.errors import InvalidValueError
from bounds.support.files import made_folder, write_atomically
from figures._definition import Claim, Definition
from figures._results import Stored, obtain, stale
from figures._style import rendered
from figures.catalogue import NAMES, definition


@dataclass(frozen=True, slots=True)
class _Made:
    definition: Definition
    stored: Stored
    files: tuple[Path, ...]
    claims: tuple[Claim, ...]

    @property
    def tightest(self) -> Claim:
        return min(self.claims, key=lambda claim: (claim.holds, claim.slack))


def generate(
    only: tuple[str, ...], *, listed: bool, quick: bool, recompute: bool, out: Path, json: bool
) -> int:
    """Regenerate figures and return the exit status; see `figures.__main__`."""
    if quick and recompute:
        raise InvalidValueError(
            "quick and recompute: expected one of them, a quick run stores nothing"
        )
    chosen = [definition(name) for name in only or NAMES]
    if listed:
        return _list(chosen, json=json)
    made_folder(out, "out")
    made: list[_Made] = []
    for one in tracked(chosen, "figures", "figures"):
        stored = obtain(one, recompute=recompute, quick=quick)
        if stored.reason and not quick:
            said = f"{one.name}: computed ({stored.reason})"
            if stored.unstored:
                said += f", not stored ({stored.unstored})"
            stderr.print(said, markup=False, highlight=False)
        files = rendered(one.figure(stored.results))
        for kind, content in files.items():
            write_atomically(out / f"{one.name}.{kind}", content)
        paths = tuple(out / f"{one.name}.{kind}" for kind in files)
        made.append(_Made(one, stored, paths, tuple(one.claims(stored.results))))
    if json:
        print_json({"figures": [_to_json(one) for one in made]})
    else:
        _print(made, stdout())
    return EXIT_OK if all(claim.holds for one in made for claim in one.claims) else EXIT_FAILED


def _list(chosen: list[Definition], *, json: bool) -> int:
    if json:
        rows = [{"name": one.name, "shows": one.shows, "stale": stale(one)} for one in chosen]
        print_json({"figures": rows})
        return EXIT_OK
    table = Table("figure", "shows", "results")
    for one in chosen:
        table.add_row(one.name, escape(one.shows), stale(one) or "stored")
    stdout().print(table)
    return EXIT_OK


def _to_json(one: _Made) -> dict[str, Any]:
    return {
        "name": one.definition.name,
        "shows": one.definition.shows,
        "files": [str(path) for path in one.files],
        "seconds": one.stored.seconds,
        "computed": one.stored.reason,
        "claims": [
            {
                "statement": claim.statement,
                "knowledge": claim.knowledge,
                "slack": claim.slack if claim.slack == claim.slack else None,
                "holds": claim.holds,
            }
            for claim in one.claims
        ],
    }


def _print(made: list[_Made], console: Console) -> None:
    table = Table(title="Figures", title_justify="left")
    for heading in ("figure", "shows", "tightest claim", "slack", "s"):
        table.add_column(heading, justify="right" if heading in ("slack", "s") else "left")
    for one in made:
        failed = [claim for claim in one.claims if not claim.holds]
        claim = one.tightest
        table.add_row(
            one.definition.name,
            escape(one.definition.shows),
            escape(f"{claim.statement} ({claim.knowledge})"),
            f"{claim.slack:.2g}" if claim.holds else f"[bold red]{claim.slack:.2g} ✗[/bold red]",
            f"{one.stored.seconds:.1f}",
            style="red" if failed else "",
        )
    console.print(table)
    console.print(
        f"{len(made)} figures in {made[0].files[0].parent}, each as PDF and PNG; s is what "
        "computing its results took.\nSlack: by how much the tightest claim of the caption holds.",
        highlight=False,
    )
