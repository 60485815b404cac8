"""One thread for each of the libraries, where their caller's own threads occupy the cores."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_thread_each() -> Generator[None, None, None]:
    """Limit BLAS, OpenMP and torch to one thread in every thread that is started inside.

    Torch counts for itself: a thread that is new to it takes all cores, whatever OpenMP's limit in
    the thread that started it.
    """
    torch = sys.modules.get("torch")
    before = None if torch is None else torch.get_num_threads()
    with threadpool_limits(limits=1):
        try:
            if torch is not None:
                torch.set_num_threads(1)
            yield
        finally:
            if torch is not None:
                torch.set_num_threads(before)
