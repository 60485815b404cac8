"""Small results, stored beside a manifest that says what they are the results of."""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bounds.support.files import write_atomically
from figures._definition import Definition, Results

DATA = Path(__file__).with_name("data")

_ROOT = Path(__file__).parents[1]

_PACKAGES = ("numpy", "scipy", "mpmath", "numba")


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
    """

    results: Results
    seconds: float
    reason: str


def stale(definition: Definition, folder: Path = DATA) -> str:
    """Say why stored results cannot be used; empty if they can.

    Results are those of their parameters, of the text of `compute`, and of the files it reads; a
    result computed by other versions of the packages is still one, and its manifest says which.
    """
    manifest_path, archive = _paths(definition, folder)
    if not manifest_path.exists() or not archive.exists():
        return "no stored results"
    try:
        manifest = json.loads(manifest_path.read_text())
        found = {key: manifest[key] for key in _identity(definition)}
        digest = manifest["results"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        return f"damaged manifest ({error!r})"
    for key, expected in _identity(definition).items():
        if found[key] == expected:
            continue
        if not isinstance(expected, dict):
            return f"{key} changed"
        names = {**expected, **found[key]}
        changed = [n for n in names if expected.get(n) != found[key].get(n)]
        return f"{key}: {', '.join(changed)} changed"
    if digest != _digest(archive.read_bytes()):
        return "the stored results are not those of the manifest"
    return ""


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
    FileNotFoundError
        If a file that the figure reads is missing.
    """
    for path in definition.inputs:
        if not path.exists():
            raise FileNotFoundError(
                f"{path}: expected the results that figure {definition.name} reads"
            )
    if quick:
        began = time.perf_counter()
        results = definition.compute(**{**definition.parameters, **definition.quick})
        return Stored(results, time.perf_counter() - began, "quick")
    reason = "recompute" if recompute else stale(definition, folder)
    manifest_path, archive = _paths(definition, folder)
    if not reason:
        with np.load(archive, allow_pickle=False) as file:
            results = {name: file[name] for name in file.files}
        return Stored(results, json.loads(manifest_path.read_text())["seconds"], "")
    began = time.perf_counter()
    results = definition.compute(**definition.parameters)
    seconds = time.perf_counter() - began
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **results)
    manifest: dict[str, Any] = {
        **_identity(definition),
        "results": _digest(buffer.getvalue()),
        "versions": {name: version(name) for name in _PACKAGES},
        "seconds": round(seconds, 2),
    }
    folder.mkdir(parents=True, exist_ok=True)
    # The manifest last: if this stops half-way, its digest refuses the results.
    write_atomically(archive, buffer.getvalue())
    write_atomically(manifest_path, json.dumps(manifest, indent=1) + "\n")
    return Stored(results, seconds, reason)


def _paths(definition: Definition, folder: Path) -> tuple[Path, Path]:
    return folder / f"{definition.name}.json", folder / f"{definition.name}.npz"


def _identity(definition: Definition) -> dict[str, Any]:
    return {
        "figure": definition.name,
        "parameters": json.loads(json.dumps(dict(definition.parameters))),
        "code": _digest(inspect.getsource(definition.compute).encode()),
        "inputs": {
            path.relative_to(_ROOT).as_posix(): _digest(path.read_bytes())
            for path in definition.inputs
        },
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
