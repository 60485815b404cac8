"""Tables in Markdown, and the pages that they are put into."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from bounds.support.validation import count, kind
from bounds.support.validation import path as valid_path

Marks = tuple[str, str]


def interval_cell(found: Mapping[str, float] | None, digits: int, signed: bool = False) -> str:
    """Mean and interval of a table's cell.

    Parameters
    ----------
    found : mapping or None
        ``mean``, and ``low`` and ``high`` if it has an interval.
    digits : int
        Decimals.
    signed : bool
        Whether a positive mean has its sign.

    Examples
    --------
    >>> interval_cell({"mean": 0.25, "low": 0.1, "high": 0.4}, 2, signed=True)
    '+0.25 [0.10, 0.40]'
    >>> interval_cell(None, 2)
    '–'
    """
    kind(found, "found", Mapping, type(None))
    count(digits, "digits", 0, 20)
    kind(signed, "signed", bool)
    if found is None:
        return "–"
    form = f"{'+' if signed else ''}.{digits}f"
    if "low" not in found:
        return f"{found['mean']:{form}}"
    return f"{found['mean']:{form}} [{found['low']:.{digits}f}, {found['high']:.{digits}f}]"


def replace_sections(path: Path, sections: Mapping[Marks, str]) -> None:
    """Put texts between the marks that a page has.

    Parameters
    ----------
    path : Path
    sections : mapping from marks to text
        First and last line, and what is to stand between.

    Raises
    ------
    ValueError
        There is no such page, or it has the marks of none.
    """
    path = valid_path(path, "path")
    kind(sections, "sections", Mapping)
    if not path.is_file():
        raise InvalidValueError(f"rewrite={path}: no such file: expected a page with marks")
    page = path.read_text(encoding="utf-8")
    placed = 0
    for marks, text in sections.items():
        pattern = re.compile(f"({re.escape(marks[0])}\n).*?({re.escape(marks[1])})", re.DOTALL)
        page, found = pattern.subn(lambda one, text=text: f"{one[1]}\n{text}\n{one[2]}", page)
        placed += found
    if not placed:
        expected = " or ".join(" and ".join(marks) for marks in sections)
        raise InvalidValueError(f"rewrite={path}: expected the marks {expected}")
    write_atomically(path, page)
