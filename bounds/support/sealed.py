"""JSON objects that hold a digest of themselves, so that a cut or edited file is not believed.

The digest is no signature: who edits an object can compute its digest too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bounds.support.errors import InvalidValueError, shown
from bounds.support.narrowing import is_dict

_DIGEST = "digest"


def digest(data: bytes) -> str:
    """SHA-256 of some bytes, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON values as a file will give them back, with a digest of all of them.

    Examples
    --------
    >>> list(sealed({"seconds": 1.5}))
    ['seconds', 'digest']
    """
    plain: dict[str, Any] = json.loads(json.dumps(dict(content), allow_nan=False))
    return {**plain, _DIGEST: _digest_of(plain)}


def read_sealed(path: Path, *names: str) -> dict[str, Any]:
    """Return what a file of a sealed object holds, without the digest.

    Parameters
    ----------
    path : Path
    *names : str
        What the object must have.

    Raises
    ------
    ValueError
        There is no such file, or it is not such an object, or it is not as it was written (the
        message names the file).
    """
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except OSError as error:
        raise InvalidValueError(f"{path}: {error.strerror}: expected a file to read") from error
    # A whole number of thousands of digits is a ValueError of Python's; nesting, a RecursionError.
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(f"{path}: not JSON ({error}): it is damaged") from error
    return unsealed(found, str(path), *names)


def unsealed(found: object, where: str, *names: str) -> dict[str, Any]:
    """Return a sealed object without its digest.

    Parameters
    ----------
    found : object
        What JSON was read as.
    where : str
        What messages begin with.
    *names : str
        What the object must have.

    Raises
    ------
    ValueError
        It is not such an object, or it is not as it was written.
    """
    if not is_dict(found):
        raise InvalidValueError(f"{where}: holds {shown(found)}: expected an object")
    found = dict(found)
    written = found.pop(_DIGEST, None)
    missing = [name for name in names if name not in found]
    if written is None or missing:
        raise InvalidValueError(
            f"{where}: lacks {', '.join(missing) or 'a digest of its content'}: it was made with "
            "another version or is damaged"
        )
    if written != _digest_of(found):
        raise InvalidValueError(f"{where}: its content is not what was written")
    return found


def _digest_of(plain: dict[str, Any]) -> str:
    return digest(json.dumps(plain, sort_keys=True).encode())


def _refuse(text: str) -> float:
    raise ValueError(f"{text} is no number")
