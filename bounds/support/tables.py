"""Tables of numbers that people have: .npy, .npz, and text with commas, semicolons or tabs.

Whatever is wrong is told with the file, the row, the column, what was found, and what would be
right.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bounds.support.errors import InvalidValueError
from bounds.support.narrowing import is_array
from bounds.support.validation import path as valid_path

FORMATS = ".npy, .npz, or .csv, .tsv, .txt, each also as .gz"
"""Endings of the files that can be read."""

_TEXT = {".csv", ".tsv", ".txt"}
_UNNAMED = ("", "Unnamed: 0")
"""What pandas writes above the index, and above the index of a table that it once read."""


def read_table(path: Path, option: str) -> npt.NDArray[np.float64]:
    """Read real numbers, shape (rows, columns) from text, any shape from .npy and .npz.

    Parameters
    ----------
    path
        The file; its format is told by its ending, in small or large letters.
    option
        The option that named it, for messages.

    Raises
    ------
    ValueError
        If it is no table of real numbers; with file, row and column.
    """
    path = valid_path(path, option)
    where = f"{option}={str(path)!r}"
    if path.is_dir():
        raise InvalidValueError(f"{where}: is a folder: expected a file ending in {FORMATS}")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidValueError(f"{where}: {error.strerror}: expected a file to read") from error
    if suffixes[-1:] == [".gz"]:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidValueError(f"{where}: expected a gzip file ({error})") from error
        suffixes.pop()
    kind = suffixes[-1] if suffixes else ""
    if not content:
        raise InvalidValueError(f"{where}: the file is empty: expected a table of numbers")
    if kind in (".npy", ".npz"):
        return _real(_array(content, kind, where), where)
    if kind in _TEXT:
        return _text(content, where)
    raise InvalidValueError(f"{where}: expected a file ending in {FORMATS}")


def _array(content: bytes, kind: str, where: str) -> npt.NDArray[Any]:
    try:
        stream = io.BytesIO(content)
        loaded: Any = np.load(stream, allow_pickle=False)
        if kind == ".npy":
            if not is_array(loaded) or stream.read(1):  # of a second array, or of damage
                raise InvalidValueError(f"{where}: holds several arrays: expected one, as .npy has")
            return loaded
        if isinstance(loaded, np.ndarray):
            raise InvalidValueError(f"{where}: holds a bare array: expected an .npz archive")
        if len(loaded.files) != 1:
            raise InvalidValueError(
                f"{where}: holds arrays {loaded.files}: expected exactly one array"
            )
        return loaded[loaded.files[0]]
    except InvalidValueError:
        raise
    except Exception as error:  # of the archive, its compression, the header's syntax and size
        # NumPy's advice to allow pickles would run whatever the file holds.
        pickled = "pickle" in str(error).lower()
        reason = "it holds Python objects" if pickled else str(error)
        if pickled and not content.startswith((b"\x93NUMPY", b"PK")):
            reason = "it does not begin as one"
        raise InvalidValueError(
            f"{where}: not a {kind} file of numbers ({reason}): expected real numbers"
        ) from error


def _real(array: npt.NDArray[Any], where: str) -> npt.NDArray[np.float64]:
    if array.dtype.kind not in "fiub":
        raise InvalidValueError(f"{where}: holds {array.dtype}: expected real numbers")
    numbers = np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)
    if not np.isfinite(numbers).all():
        place = np.argwhere(~np.isfinite(numbers))[0].tolist()
        raise InvalidValueError(
            f"{where}: entry {place} is {numbers[tuple(place)]}: expected finite real numbers"
        )
    return numbers


def _decoded(content: bytes) -> str:
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        for encoding in ("utf-8-sig", "latin-1"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    return content.decode("utf-16", errors="replace")


def _separator(lines: Sequence[str]) -> str | None:
    """The separator of a table; None for blanks."""
    for mark in ("\t", ";"):
        if any(mark in line for line in lines):
            return mark
    return "," if any("," in line for line in lines) else None


def _text(content: bytes, where: str) -> npt.NDArray[np.float64]:
    numbered = [
        (number, line)
        for number, line in enumerate(_decoded(content).splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not numbered:
        raise InvalidValueError(f"{where}: no line of numbers: expected one row a line")
    lines = [line for _, line in numbered]
    mark = _separator(lines)
    if mark is None:
        rows = [line.split() for line in lines]
    else:
        try:
            rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)]
        except csv.Error as error:
            raise InvalidValueError(f"{where}: {error}: expected numbers in cells") from error
    if len(rows) != len(numbered):
        raise InvalidValueError(f"{where}: a quoted cell spans lines: expected one row a line")
    # A separator at the end of every line makes an empty last column.
    if len(rows[-1]) > 1 and all(len(row) > 1 and row[-1] == "" for row in rows[1:] or rows):
        width = len(rows[-1]) - 1
        rows = [row[:width] for row in rows]
    comma = mark in (";", "\t", None)
    or_names = ", or a name in every column" if len(rows) > 1 else ""
    top = numbered[0][0]
    header, index = _names(rows, comma, f"{where}: row {top}")
    body = list(zip(numbered, rows, strict=True))[len(header) :]
    first = 1 if index else 0
    width = len(body[0][1])
    for row in header:
        if len(row) != width:
            raise InvalidValueError(
                f"{where}: row {top} names {len(row)} columns: expected {width}, as row "
                f"{body[0][0][0]} has"
            )
    table: list[list[float]] = []
    for (number, _), row in body:
        if len(row) != width:
            raise InvalidValueError(
                f"{where}: row {number} has {len(row)} columns: expected {width}, as row "
                f"{body[0][0][0]} has"
            )
        values: list[float] = []
        for column, cell in enumerate(row[first:], start=first + 1):
            value = _number(cell, comma)
            if value is None or not math.isfinite(value):
                raise InvalidValueError(
                    f"{where}: row {number}, column {column} holds {cell!r}: expected a finite "
                    f"real number{or_names if number == top else ''}"
                )
            values.append(value)
        table.append(values)
    return np.array(table, dtype=np.float64)


def _names(rows: list[list[str]], comma: bool, where: str) -> tuple[Sequence[Sequence[str]], bool]:
    """Return the rows that are a header, none or the first, and whether a column names the rows."""
    if len(rows) == 1:
        return [], False
    named = all(_number(cell, comma) is None for cell in rows[0])
    if named and len(rows[0]) == len(rows[1]) - 1:
        rows[0] = ["", *rows[0]]  # R's write.table leaves the column of row names out
    unnamed = rows[0][0] in _UNNAMED
    if unnamed and _names_rows([row[0] for row in rows[1:]]):
        if named or _counts(rows[0][1:]):
            return rows[:1], True
    elif unnamed and named:
        raise InvalidValueError(
            f"{where}, column 1 is no name, and the column holds numbers that are not whole: "
            "expected a name, or a column that names or counts the rows"
        )
    if not named and _counts(rows[0]) and _all_decimal(rows[1:]):
        raise InvalidValueError(
            f"{where} counts the columns, {', '.join(rows[0])}, as pandas names them: expected no "
            "such row, or its numbers as 0.0 if it is one of the table"
        )
    return rows[:named], False


def _number(cell: str, comma: bool) -> float | None:
    """The number in a cell; with a decimal comma where commas do not separate."""
    if "_" in cell:  # Python alone reads 1_0 as 10
        return None
    try:
        return float(cell)
    except ValueError:
        pass
    if comma and cell.count(",") == 1 and "." not in cell:
        try:
            return float(cell.replace(",", "."))
        except ValueError:
            pass
    return None


def _all_decimal(rows: Sequence[Sequence[str]]) -> bool:
    """Whether no cell is written as a whole number."""
    return not any(cell.lstrip("+-").isdecimal() for row in rows for cell in row)


def _names_rows(cells: Sequence[str]) -> bool:
    """Whether a column has names or numbers of rows: no cell is a number that is not whole."""
    return all(cell.isdecimal() or (cell != "" and _number(cell, True) is None) for cell in cells)


def _counts(cells: Sequence[str]) -> bool:
    """Whether cells are 0, 1, 2, ..., as pandas names columns that have no names."""
    return all(cell == str(number) for number, cell in enumerate(cells))
