"""Command lines and damaged files at which the project might break.

Whatever is typed, a command ends with a status of its own, and never with that of a bug of ours;
whatever a checkpoint or a certificate holds, it is refused by name or read as what it is. What was
found once is kept in `COMMAND_LINES` and `DAMAGES`, which the tests run.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bounds.proof.certificate import COVERS, certificate_json, recheck
from bounds.support.console import EXIT_BUG
from bounds.support.errors import InvalidTypeError, InvalidValueError
from simulations.checking.check import check
from simulations.checking.report import Report
from simulations.partitions.halfspaces import Halfspace
from tests.commands import here

_CHECK = ("--confidence", "--seed", "--workers", "--sampling", "--until", "--checkpoint", "--plot")
OPTIONS: dict[str, tuple[str, ...]] = {
    "bounds": ("--recheck", "--step", "--digits"),
    "figures": ("--only", "--list"),
    "simulations.argmax": ("--classes", "--dim", "--weights", "--bias", *_CHECK),
    "simulations.arrangements": ("--hyperplanes", "--dim", "--spread", *_CHECK),
    "simulations.balls": ("--classes", "--dim", "--fill", "--distance", *_CHECK),
    "simulations.extremal": ("--dim", "--effective", "--seed", "--output"),
    "simulations.gallery": ("--confidence", "--seed", "--workers"),
    "simulations.grids": ("--cuts", "--dim", *_CHECK),
    "simulations.halfspaces": ("--mass", "--dim", *_CHECK),
    "simulations.nearest_neighbour": ("--centres", "--classes", "--dim", *_CHECK),
    "simulations.opposed_halfspaces": ("--gap", "--dim", *_CHECK),
    "simulations.orthants": ("--dim", *_CHECK),
    "simulations.power_cells": ("--classes", "--dim", "--spread", *_CHECK),
    "simulations.shells": ("--cuts", "--dim", *_CHECK),
    "simulations.slabs": ("--cuts", "--dim", *_CHECK),
    "simulations.truncated_voronoi": ("--classes", "--dim", "--cut", *_CHECK),
    "simulations.voronoi": ("--classes", "--dim", "--centres", "--device", *_CHECK),
    "simulations.wedges": ("--classes", *_CHECK),
}
"""Options of every command that take a value; those that make it long are left out."""

SECONDS = 20
"""What nothing may take that is given wrong inputs, or a small size."""

_SMALL = {
    "bounds": ("--step", "rewrite"),
    "figures": ("--list",),
    "simulations.extremal": ("--classes", "2", "--starts", "1"),
}
"""What keeps a command small, typed last."""

_VALUES = (
    *("", "0", "-0", "1", "2", "3", "7", "-1", "1.0", "2.5", "0.5", "1e-9", "5e-324", "1e400"),
    *("1e3", "1_0", "1e15", "9" * 19, "9" * 400, "9" * 5000, "nan", "inf", "-inf", "0x10", "1/3"),
    *("²", "True", "--", "-", "--json", "a", "é", "\udcff", "🙂", "None", "[]", "1,2", "1 2"),
    *("quasi", "antithetic", "cuda", "rewrite", "pareto", ".", "/", "absent", "absent/x.npz"),
    *("x.png", "x.svg", "x.exe", "points.csv", "points.npy", "kept.npz", "empty"),
)
_TEXT = st.text(st.characters(exclude_characters="\0"), max_size=6)

COMMAND_LINES: tuple[tuple[str, ...], ...] = (
    ("simulations.halfspaces", "--mass", "nan"),
    ("simulations.extremal", "--output", "\uda71x"),
    ("simulations.slabs", "--cuts", "inf"),
    ("simulations.voronoi", "--centres", "points.csv"),
    ("simulations.voronoi", "--classes", "9999999999999999999"),
    ("simulations.voronoi", "--dim", "9999999999999999999", "--plot", "x.png"),
    ("simulations.wedges", "--checkpoint", "kept.npz"),
    ("simulations.wedges", "--checkpoint", "empty"),
    ("simulations.shells", "--cuts", "5e-324"),
    ("bounds", "--recheck", "empty"),
    ("bounds", "--digits", "-1"),
    ("bounds", "--digits", "5000"),
    ("bounds", "--digits", "9" * 400),
)
"""Command lines that are tried again and again."""

DAMAGES: tuple[tuple[float, bytes, int], ...] = (
    (0.0, b"", 10**6),
    (0.0, b"PK\x03\x04", 10**6),
    (0.0, b"\x93NUMPY\x01\x00", 10**6),
    (0.5, b"", 10**6),
    (0.02, b"\xff\xff", 2),
    (0.97, b"\x01", 1),
    (0.99, b"\x00\x00\x00\x00", 4),
)
"""Damages of a file that are tried again and again: see `damaged`."""


def damaged(content: bytes, where: float, text: bytes, cut: int) -> bytes:
    """Replace `cut` bytes of a file by a text, from a share `where` of the way on."""
    start = int(where * len(content))
    return content[:start] + text + content[start + cut :]


@contextlib.contextmanager
def limited(seconds: int = SECONDS) -> Iterator[None]:
    """Raise where something takes longer; only Python's own code can be stopped."""

    def stop(*_: Any) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def folder() -> Any:
    """Work in a folder of its own that holds what the values name."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        Path("empty").touch()
        Path("points.csv").write_text("x;y\n1;2\n1;2\n")
        Path("points.npy").write_bytes(b"\x93NUMPY")
        Path("kept.npz").write_bytes(b"PK")
        try:
            yield
        finally:
            os.chdir(before)


def fault_of_line(line: tuple[str, ...]) -> str:
    """What a command does at a command line that it must not do; empty if nothing."""
    module, *words = line
    small = _SMALL.get(module, ("--samples", "300"))
    try:
        with folder(), limited():
            ended = here(module, [*words, *small])
    except TimeoutError as error:
        return str(error)
    if ended.status == EXIT_BUG or "Traceback" in ended.err + ended.out:
        return ended.err + ended.out
    return "" if ended.status in (0, 1, 2, 3) else f"status {ended.status}"


@functools.cache
def _whole() -> tuple[bytes, Report]:
    """A checkpoint, and the report of the run that wrote it."""
    with folder():
        path = Path("run.npz")
        report = check(Halfspace(0.3), 200, block=100, checkpoint=path, workers=1)
        return path.read_bytes(), report


def fault_of_checkpoint(damage: tuple[float, bytes, int]) -> str:
    """The same of a damaged checkpoint: it is refused by name, or gives the same numbers."""
    content, whole = _whole()
    with folder():
        path = Path("run.npz")
        path.write_bytes(damaged(content, *damage))
        try:
            again = check(Halfspace(0.3), 200, block=100, checkpoint=path, workers=1)
        except (InvalidValueError, InvalidTypeError) as error:
            return "" if "run.npz" in str(error) else f"the file is not named: {error}"
        except Exception as error:
            return repr(error)
    return "" if again.expected_radius == whole.expected_radius else "other numbers"


def fault_of_certificate(edit: Callable[[Any], Any]) -> str:
    """The same of an edited certificate: what it holds is refused, by name if it is none."""
    entries = certificate_json(())
    entries["covers"] = [
        {
            "name": name,
            "claim": cover.claim,
            "domain": [str(cover.low), str(cover.high)],
            "boxes": [[str(cover.low), str(cover.high), 1e-9]],
        }
        for name, cover in COVERS.items()
    ]
    with folder():
        path = Path("boxes.json")
        content = edit(entries)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        try:
            recheck(path)
        except InvalidValueError as error:
            return "" if "boxes.json" in str(error) else f"the file is not named: {error}"
        except Exception as error:
            return repr(error)
    # Every box that is verified is computed again, so that none can be verified wrongly.
    return ""


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, ...]:
    """Draw a command line of wrong and right values."""
    module = draw(st.sampled_from(sorted(OPTIONS)))
    words: list[str] = []
    for option in draw(st.lists(st.sampled_from(OPTIONS[module]), max_size=3)):
        words += [option, draw(st.sampled_from(_VALUES) | _TEXT)]
    return (module, *words)


damages = st.tuples(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 12))

_WEIRD: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["1/0", "1e999999999", "9" * 5000, "-1/2", "1/3", "nan", ""])
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@st.composite
def edits(draw: st.DrawFn) -> Callable[[Any], Any]:
    """Draw an edit of a certificate: a value anywhere in it becomes another, or bytes do."""
    if draw(st.booleans()):
        damage = draw(damages)
        return lambda data: damaged(json.dumps(data).encode(), *damage)
    steps = draw(st.lists(st.integers(0, 7), max_size=6))
    value = draw(_WEIRD)

    def edit(data: Any) -> Any:
        here = data
        for step in steps:
            places = list(here) if isinstance(here, dict) else range(len(here))
            place = places[step % len(places)]
            if not isinstance(here[place], (dict, list)) or not here[place] or step == steps[-1]:
                here[place] = value
                return data
            here = here[place]
        return value

    return edit
