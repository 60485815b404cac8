"""Ctrl-C while Python still imports a command, or already ends it: one word and the usual status.

An uncaught KeyboardInterrupt prints where Python's own imports stood, which tells a person nothing.
Between the two `bounds.support.console.launch` catches Ctrl-C as an exception.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from itertools import pairwise
from types import FrameType

EXIT_INTERRUPTED = 130

_PACKAGES = ("bounds", "simulations", "figures")


def _is_command() -> bool:
    """Say whether `python -m` looks for a module of the project, whose package is imported now."""
    named = [module for option, module in pairwise(sys.orig_argv) if option == "-m"]
    return sys.argv[:1] == ["-m"] and named[:1] != [] and named[0].partition(".")[0] in _PACKAGES


def _leave(_signal: int, _frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, b"interrupted\n")
    os._exit(EXIT_INTERRUPTED)


def leave_quietly() -> None:
    """End at once on Ctrl-C, if this process is a command of the project that has not begun."""
    # A process in the background ignores SIGINT, and shall go on doing so.
    if (
        _is_command()
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ):
        signal.signal(signal.SIGINT, _leave)


@contextmanager
def raising() -> Generator[None, None, None]:
    """Raise KeyboardInterrupt on Ctrl-C within, as Python does."""
    quiet = signal.getsignal(signal.SIGINT) is _leave
    if quiet:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if quiet:
            signal.signal(signal.SIGINT, _leave)
