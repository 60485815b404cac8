"""The one way in which kernels are compiled, and where their machine code is kept.

Numba's own cache does not notice that a function called from another file has changed. So the code
is kept in a folder named by a digest of the text of every kernel file: a change anywhere compiles
all of them again. What can't be read is compiled again too; where no folder can be written, kernels
are compiled in memory.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, overload

import numba
from numba.core import config as _config
from numba.core.caching import FunctionCache

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])

ROOT = Path(__file__).parent

EXACT: frozenset[str] = frozenset()
"""No liberties with the order of operations."""


def kernel_files() -> Iterator[Path]:
    """Yield the files that define kernels, this one included."""
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "simulations.compiled import" in text or "numba" in text:
            yield path


def sources_digest() -> str:
    """Return a digest of the text of every kernel file."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in kernel_files():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path | None:
    """Return the folder for compiled kernels, or None where none can be written."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(chosen or os.path.join(home, "class-radius", "numba")) / sources_digest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    return folder


FOLDER = cache_folder()
"""Where this process keeps compiled kernels; None: in memory."""


@overload
def compiled(function: _Kernel) -> _Kernel: ...
@overload
def compiled(*, fastmath: frozenset[str] = EXACT) -> Callable[[_Kernel], _Kernel]: ...
def compiled(
    function: Callable[..., Any] | None = None, *, fastmath: frozenset[str] = EXACT
) -> Any:
    """Compile a kernel at its first call, without the GIL, through the cache.

    `fastmath` names the LLVM flags that a kernel may use; none by default, so that a result does
    not depend on the processor. A kernel keeps the types of its Python function.
    """
    if function is None:
        return functools.partial(_compiled, fastmath=fastmath)
    return _compiled(function, fastmath)


def _compiled(function: Callable[..., Any], fastmath: frozenset[str]) -> Any:
    options: Any = {"nogil": True, "fastmath": set(fastmath)} if fastmath else {"nogil": True}
    if FOLDER is None:
        return numba.njit(**options)(function)
    # Numba reads the folder when it decorates; the user's own functions keep theirs.
    config: Any = _config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(FOLDER)
    try:
        kernel: Any = numba.njit(**options)(function)
        kernel._cache = _Kept(function)
        return kernel
    finally:
        config.CACHE_DIR = before


class _Kept(FunctionCache):
    """Numba's cache, which compiles again what it can't read, as what a full disk has cut."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        inherited: Any = super()
        try:
            return inherited.load_overload(sig, target_context)
        except Exception:  # pickle raises many kinds on a damaged file
            self.flush()
            return None
