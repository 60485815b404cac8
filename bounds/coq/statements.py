"""What the theorems in Coq say, word for word, against the record.

The record, statements.json, holds each theorem's statement as Coq's `Check` prints it, and each
definition that a statement or another recorded definition names, as `Print` prints it: down to the
notions of Coq's libraries. A theorem renamed, a statement or a definition changed, is a difference.
It also holds the sentence of each conjunct of the ledger that a theorem settles, as it was when a
person last read the two beside each other: another sentence is a difference until they are again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

_DEFINED = re.compile(r"^(?:Definition|Fixpoint|Record)\s+(\w+)", flags=re.MULTILINE)
_QUALIFIED = re.compile(r"\b([A-Z]\w*\.\w+)")
_MARK = re.compile(r"^(statement|definition) (\S+)$", flags=re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements and the definitions that they rest on.

    Attributes
    ----------
    theorems : mapping of str to str
        Name of a theorem, its file before it, to its statement.
    definitions : mapping of str to str
        Name of a definition, its file before it, to its body and type.
    conjuncts : mapping of str to str
        Conjunct of the ledger that a theorem settles, "step.conjunct", to its sentence.
    """

    theorems: Mapping[str, str]
    definitions: Mapping[str, str]
    conjuncts: Mapping[str, str]


def recorded() -> Statements:
    """Return the record."""
    text = (resources.files("bounds") / "coq" / "statements.json").read_text(encoding="utf-8")
    record = json.loads(text)
    return Statements(record["theorems"], record["definitions"], record["conjuncts"])


def query(theorems: Iterable[str], sources: Iterable[tuple[str, str]]) -> str:
    """Return a Coq file that prints statements, and every definition of the sources.

    The files are not imported, so that Coq prints every name of theirs with its file before it.

    Parameters
    ----------
    theorems : iterable of str
        Names, each with its file before it.
    sources : iterable of (str, str)
        Names and texts of the Coq files.
    """
    sources = list(sources)
    files = [name.removesuffix(".v") for name, _ in sources]
    lines = [
        "From Coq Require Import Reals List.",
        "From Coquelicot Require Import Coquelicot.",
        f"From ClassRadius Require {' '.join(files)}.",
        "Open Scope R_scope.",
    ]
    for name in theorems:
        lines += [f'Goal True. idtac "statement {name}". Abort.', f"Check {name}."]
    for file, (_, text) in zip(files, sources, strict=True):
        for defined in _DEFINED.findall(text):
            name = f"{file}.{defined}"
            lines += [f'Goal True. idtac "definition {name}". Abort.', f"Print {name}."]
    return "\n".join(lines) + "\n"


def printed(output: str, conjuncts: Mapping[str, str]) -> Statements:
    """Read what Coq printed for a query; of the definitions, those that the statements rest on.

    Parameters
    ----------
    output : str
        What Coq printed.
    conjuncts : mapping of str to str
        The sentences that the theorems settle, as the ledger has them.
    """
    parts = _MARK.split(output)[1:]
    theorems: dict[str, str] = {}
    definitions: dict[str, str] = {}
    for kind, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if kind == "statement":
            theorems[name] = _one_line(text).removeprefix(f"{name} : ")
        else:
            # What follows the empty line is how arguments are parsed, no part of the meaning.
            definitions[name] = _one_line(text.split("\n\n")[0])
    named: dict[str, str] = {}
    waiting = list(theorems.values())
    while waiting:
        for name in _QUALIFIED.findall(waiting.pop()):
            if name in definitions and name not in named:
                named[name] = definitions[name]
                waiting.append(definitions[name])
    return Statements(theorems, dict(sorted(named.items())), conjuncts)


def differences(found: Statements, record: Statements) -> tuple[str, ...]:
    """Compare what Coq prints with the record.

    Returns
    -------
    tuple of str
        One sentence for each theorem, definition or conjunct missing, unrecorded or changed.
    """
    return (
        *_differences("conjunct", found.conjuncts, record.conjuncts),
        *_differences("theorem", found.theorems, record.theorems),
        *_differences("definition", found.definitions, record.definitions),
    )


def _differences(kind: str, found: Mapping[str, str], record: Mapping[str, str]) -> Iterable[str]:
    for name in sorted(found.keys() | record.keys()):
        if name not in found:
            yield f"{kind} {name} is recorded, and was not asked for or is not used"
        elif name not in record:
            yield f"{kind} {name} is not recorded; it says: {found[name]}"
        elif found[name] != record[name]:
            yield f"{kind} {name} changed; recorded: {record[name]}; it says: {found[name]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
