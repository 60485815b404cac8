"""States of networks in files that tell whether they are as they were written.

A digest in the file tells whether its content is whole. It is no signature: who edits the content
can compute the digest too. A number that is not finite is refused by itself.
"""

import io
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from bounds.support.narrowing import is_dict, is_sequence
from bounds.support.sealed import digest

_KEYS = {"kind", "digest", "content"}


def write_state(path: Path, kind: str, state: dict[str, Any]) -> None:
    """Write a state of that kind, atomically: what torch loads as weights."""
    content = _bytes(state)
    sealed = {
        "kind": kind,
        "digest": digest(content),
        "content": torch.from_numpy(np.frombuffer(content, dtype=np.uint8).copy()),
    }
    write_atomically(path, _bytes(sealed))


def read_state(path: Path, kind: str, *names: str) -> dict[str, Any]:
    """Read a state of that kind, its tensors on the CPU.

    Parameters
    ----------
    path : Path
    kind : str
        As it was written, and what messages call the file.
    *names : str
        What the state must have.

    Raises
    ------
    ValueError
        The file does not exist, is of another kind or version, is not as it was written, or holds
        a number that is not finite (the message names it).
    """
    where = os.fspath(path)
    if not path.is_file():
        raise InvalidValueError(f"{where}: no such {kind}")
    found = _loaded(path.read_bytes(), where, kind)
    if not is_dict(found) or set(found) != _KEYS or found["kind"] != kind:
        raise InvalidValueError(f"{where}: not a {kind} of this program: made with another version")
    content = found["content"]
    if not isinstance(content, Tensor) or digest(content.numpy().tobytes()) != found["digest"]:
        raise InvalidValueError(f"{where}: not a {kind}: its content is not what was written")
    state = _loaded(content.numpy().tobytes(), where, kind)
    missing = [name for name in names if name not in state] if is_dict(state) else names
    if missing:
        raise InvalidValueError(
            f"{where}: not a {kind} of this program: made with another version, as it lacks "
            f"{', '.join(missing)}"
        )
    if not _finite(state):
        raise InvalidValueError(f"{where}: not a {kind}: holds numbers that are not finite")
    return state


def _bytes(state: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def _loaded(content: bytes, where: str, kind: str) -> Any:
    if not content:
        raise InvalidValueError(f"{where}: is empty: expected a {kind} of this program")
    try:
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds on a damaged file
        raise InvalidValueError(f"{where}: not a {kind} of this program") from error


def _finite(value: object) -> bool:
    if isinstance(value, Tensor):
        return bool(torch.isfinite(value).all())
    if isinstance(value, float):
        return math.isfinite(value)
    if is_dict(value):
        return all(_finite(one) for one in value.values())
    return all(_finite(one) for one in value) if is_sequence(value) else True
