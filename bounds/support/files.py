"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bounds.support.errors import InvalidValueError


def write_atomically(path: str | os.PathLike[str], data: str | bytes) -> None:
    """Write a file so that a reader, or a crash, finds the old one or the new one whole.

    Parameters
    ----------
    path
        The file to write; its folder must exist.
    data
        Text (written as UTF-8) or bytes.
    """
    target = Path(path)
    content = data.encode() if isinstance(data, str) else data
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        error.filename = os.fspath(target)
        raise
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        # mkstemp makes files private; a result is as readable as any other file.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def possible_path(path: str | os.PathLike[str], name: str) -> Path:
    """Return the path, if a file can have it.

    Raises
    ------
    ValueError
        If it holds a zero, or text that no name is encoded as.
    """
    found = Path(path)
    try:
        impossible = b"\0" in os.fsencode(found)
    except UnicodeEncodeError:
        impossible = True
    if impossible:
        raise InvalidValueError(f"{name}={str(path)!r}: expected a path that a file can have")
    return found


def check_writable(path: str | os.PathLike[str], option: str) -> None:
    """Say what prevents a file from being written, before the work that would fill it.

    Raises
    ------
    ValueError
        If it is a folder, or its folder does not exist or takes no files.
    """
    target = possible_path(path, option)
    if target.is_dir():
        raise InvalidValueError(f"{option}={str(path)!r}: is a folder: expected a file")
    if not target.parent.is_dir():
        raise InvalidValueError(
            f"{option}={str(path)!r}: no folder {str(target.parent)!r}: expected one that exists"
        )
    try:
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise InvalidValueError(
            f"{option}={str(path)!r}: no file can be written in {str(target.parent)!r} "
            f"({error.strerror})"
        ) from error


def made_folder(path: str | os.PathLike[str], option: str) -> Path:
    """Make a folder if there is none, and say what prevents files from being written in it.

    Raises
    ------
    ValueError
        If it is a file, can't be made, or takes no files.
    """
    folder = possible_path(path, option)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidValueError(
            f"{option}={str(path)!r}: no folder can be made there ({error.strerror}): expected one "
            "that exists or can be made"
        ) from error
    check_writable(folder / "any", option)
    return folder
