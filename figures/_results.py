"""The stored results of a figure, computed again where they are stale."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bounds.support import records
from bounds.support.errors import InvalidValueError
from bounds.support.files import check_writable
from figures._definition import Definition, Results

DATA = Path(__file__).with_name("data")

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Stored:
    """Results and where they came from.

    Attributes
    ----------
    results : mapping of str to array
    seconds : float
        What computing them took.
    reason : str
        Why they were computed now; empty if they were read from their file.
    unstored : str
        Why they could not be stored; empty if they are.
    """

    results: Results
    seconds: float
    reason: str
    unstored: str = ""


def stale(definition: Definition, folder: Path = DATA) -> str:
    """Say why stored results cannot be used; empty if they can (see `bounds.support.records`)."""
    return records.stale(_identity(definition), folder)


def obtain(
    definition: Definition,
    *,
    recompute: bool = False,
    quick: bool = False,
    folder: Path = DATA,
) -> Stored:
    """Read the results of a figure, or compute and store them where they are stale.

    Parameters
    ----------
    definition : Definition
        The figure.
    recompute : bool, optional
        Compute even what is stored.
    quick : bool, optional
        Compute with the quick parameters and store nothing.
    folder : Path, optional
        Where results are stored.

    Returns
    -------
    Stored

    Raises
    ------
    ValueError
        If a file that the figure reads is missing, or if what is to be computed again can't be
        stored.
    """
    for path in definition.inputs:
        if not path.exists():
            raise InvalidValueError(
                f"{path}: expected the results that figure {definition.name} reads"
            )
    began = time.perf_counter()
    if quick:
        results = definition.compute(**{**definition.parameters, **definition.quick})
        return Stored(results, time.perf_counter() - began, "quick")
    if recompute:
        check_writable(folder / f"{definition.name}.npz", "recompute")
    identity = _identity(definition)
    reason = "recompute" if recompute else records.stale(identity, folder)
    if not reason:
        results, manifest = records.read(definition.name, folder)
        return Stored(results, manifest["seconds"], "")
    results = definition.compute(**definition.parameters)
    seconds = time.perf_counter() - began
    unstored = ""
    try:
        records.write(identity, results, folder, seconds=round(seconds, 2))
    except OSError as error:
        # An installed copy may be read-only; a figure can be drawn without being remembered.
        unstored = str(error)
    return Stored(results, seconds, reason, unstored)


def _identity(definition: Definition) -> records.Identity:
    return records.Identity.of(
        definition.name,
        definition.compute.__module__,
        definition.parameters,
        definition.inputs,
        _ROOT,
    )
