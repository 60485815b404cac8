"""Kept results of benchmarks, and the tables that the README shows of them.

A result's manifest tells the text of the modules that were measured and of the benchmark itself.
It is history: a change of the code makes it stale, and only running the benchmark again renews it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bounds.support import records
from bounds.support.files import write_atomically

FOLDER = Path(__file__).with_name("results")
README = Path(__file__).with_name("README.md")
ROOT = Path(__file__).parents[2]


def keep(
    name: str, measured: str, parameters: Mapping[str, Any], arrays: records.Arrays, **notes: Any
) -> None:
    """Store what the benchmark of that name says of a module."""
    inputs = (Path(__file__).with_name(f"{name}.py"),)
    identity = records.Identity.of(name, measured, parameters, inputs, ROOT)
    records.write(identity, arrays, FOLDER, **notes)


def recorded(name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and the manifest of a stored result."""
    return records.read(name, FOLDER)


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def pasted(text: str, name: str, table: str) -> str:
    """A text with the table between its two marks of that name replaced."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(begin)
    return before + begin + table + "\n" + end + rest.split(end)[1]


def paste(name: str, table: str) -> None:
    """Write a table into the README."""
    write_atomically(README, pasted(README.read_text(encoding="utf-8"), name, table))
