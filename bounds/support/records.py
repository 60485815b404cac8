"""A result that is kept: arrays, and a manifest of all that they are the result of.

A result is that of its parameters, of the files that it read, and of the text of every module of
the project that the computing module imports, directly or through others. A change of any of them
makes it stale, and the reason is told.
"""

from __future__ import annotations

import ast
import functools
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bounds.support.errors import InvalidValueError, shown
from bounds.support.files import write_atomically
from bounds.support.narrowing import is_dict
from bounds.support.sealed import digest, read_sealed, sealed

PACKAGES = ("bounds", "simulations", "figures")
"""The packages whose text counts as code."""

LIBRARIES = ("numpy", "scipy", "mpmath", "numba")
"""Libraries whose versions a manifest tells."""

_DIGITS = 16

_KEYS = ("name", "parameters", "code", "inputs", "results", "versions")

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Identity:
    """All that a result depends on.

    Attributes
    ----------
    name : str
        Of the result.
    parameters : mapping
        JSON values.
    code : mapping of str to str
        Digest of the text of each module that computes it.
    inputs : mapping of str to str
        Digest of each file that it reads.
    """

    name: str
    parameters: Mapping[str, Any]
    code: Mapping[str, str]
    inputs: Mapping[str, str]

    @staticmethod
    def of(
        name: str,
        module: str,
        parameters: Mapping[str, Any],
        inputs: Sequence[Path] = (),
        root: Path = Path(),
    ) -> Identity:
        """Identity of what a module computes from parameters and from files below `root`."""
        return Identity(
            name,
            json.loads(json.dumps(dict(parameters))),
            code_digests(module),
            {path.relative_to(root).as_posix(): digest(path.read_bytes()) for path in inputs},
        )

    def difference(self, manifest: Mapping[str, Any]) -> str:
        """Say in what a manifest's identity differs from this one; empty if in nothing."""
        for key, expected in asdict(self).items():
            found: Any = manifest.get(key)
            if found == expected:
                continue
            if not is_dict(expected) or not is_dict(found):
                return f"{key} changed"
            names = {**expected, **found}
            return (
                f"{key}: {', '.join(n for n in names if expected.get(n) != found.get(n))} changed"
            )
        return ""


def code_digests(module: str) -> dict[str, str]:
    """Return a digest of the text of every project module that a module needs, itself included.

    Examples
    --------
    >>> sorted(code_digests("bounds.support.version"))
    ['bounds', 'bounds.support', 'bounds.support.interrupts', 'bounds.support.version']
    """
    needed: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in needed or name.split(".")[0] not in PACKAGES:
            continue
        text, imported = _module(name)
        if text is None:
            continue
        needed[name] = digest(text)[:_DIGITS]
        waiting.extend(imported)
        # Importing a module runs its packages first.
        waiting.extend(name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1))
    return dict(sorted(needed.items()))


@functools.cache
def _module(name: str) -> tuple[bytes | None, tuple[str, ...]]:
    """Text of a module, and the names that it imports; None if there is no such module."""
    path = _path(name)
    if path is None:
        return None, ()
    text = path.read_bytes()
    return text, tuple(_imports(name, ast.parse(text), path.name == "__init__.py"))


def _path(name: str) -> Path | None:
    head, _, rest = name.partition(".")
    spec = find_spec(head)
    if spec is None or spec.origin is None:
        return None
    base = Path(spec.origin).parent.joinpath(*rest.split(".") if rest else ())
    for path in (base.with_suffix(".py") if rest else base / "__init__.py", base / "__init__.py"):
        if path.is_file():
            return path
    return None


def _imports(name: str, tree: ast.Module, package: bool) -> Iterator[str]:
    """Yield what a module imports; of a lazy package, only what is taken from it by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
                yield from _lazy(alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                parts = name.split(".")
                parts = parts[: len(parts) - node.level + package]
                source = ".".join([*parts, *([source] if source else [])])
            yield source
            for alias in node.names:
                yield f"{source}.{alias.name}"
                yield from _lazy(source, alias.name)


def _lazy(package: str, wanted: str | None) -> Iterator[str]:
    """Yield the modules behind a name of a package that loads lazily; behind all, for None."""
    for module, names in _stub(package):
        if wanted is None or wanted in names:
            yield f"{package}.{module}"
            for name in names:
                yield from _lazy(f"{package}.{module}", name)


@functools.cache
def _stub(package: str) -> list[tuple[str, list[str]]]:
    """Return what a package that loads lazily takes from where: modules and names."""
    path = _path(package) if package.split(".")[0] in PACKAGES else None
    stub = path.with_suffix(".pyi") if path is not None else None
    if stub is None or not stub.is_file():
        return []
    return [
        (str(node.module), [alias.name for alias in node.names])
        for node in ast.parse(stub.read_bytes()).body
        if isinstance(node, ast.ImportFrom)
    ]


def stale(identity: Identity, folder: Path) -> str:
    """Say why a stored result cannot be used; empty if it can.

    A result computed by other versions of the libraries is still one; its manifest says which.
    """
    if not all(path.exists() for path in _paths(identity.name, folder)):
        return "no stored results"
    try:
        _, manifest = read(identity.name, folder)
    except InvalidValueError as error:
        return str(error)
    return identity.difference(manifest)


def read(
    name: str, folder: Path, *arrays: str
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return the arrays and the manifest of a stored result.

    Parameters
    ----------
    name : str
    folder : Path
    *arrays : str
        Arrays that it must have.

    Raises
    ------
    ValueError
        One of both files is missing, is damaged or was edited, or the arrays are not those that
        the manifest was written for or lack one (the message names the file).
    """
    path, archive = _paths(name, folder)
    manifest = read_sealed(path, *_KEYS)
    if manifest["name"] != name:
        raise InvalidValueError(f"{path}: of {shown(manifest['name'])}: expected {name!r}")
    found = read_arrays(archive, manifest["results"], path)
    if missing := [one for one in arrays if one not in found]:
        raise InvalidValueError(
            f"{archive}: lacks {', '.join(missing)}: it was made with another version"
        )
    return found, manifest


def read_arrays(archive: Path, written: str, manifest: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an archive, if its digest is the one that was written in a manifest.

    Raises
    ------
    ValueError
        There is no such archive (the message names it).
    """
    try:
        content = archive.read_bytes()
    except OSError as error:
        raise InvalidValueError(f"{archive}: {error.strerror}: expected a file to read") from error
    if written != digest(content):
        raise InvalidValueError(
            f"{archive}: the stored results are not those of the manifest: expected the arrays "
            f"that {manifest.name} was written for"
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except Exception as error:  # zipfile and NumPy raise many kinds
        raise InvalidValueError(f"{archive}: not an archive of arrays ({error})") from error


def write(identity: Identity, arrays: Arrays, folder: Path, **notes: Any) -> None:
    """Store a result whole: the arrays, then the manifest, which refuses others' arrays."""
    buffer = io.BytesIO()
    named: dict[str, Any] = dict(arrays)
    np.savez_compressed(buffer, allow_pickle=False, **named)
    manifest = {
        **asdict(identity),
        "results": digest(buffer.getvalue()),
        "versions": {library: version(library) for library in LIBRARIES},
        **notes,
    }
    folder.mkdir(parents=True, exist_ok=True)
    manifest_path, archive = _paths(identity.name, folder)
    write_atomically(archive, buffer.getvalue())
    write_atomically(manifest_path, json.dumps(sealed(manifest), indent=1) + "\n")


def _paths(name: str, folder: Path) -> tuple[Path, Path]:
    return folder / f"{name}.json", folder / f"{name}.npz"
