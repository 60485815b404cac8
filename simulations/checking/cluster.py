"""The same blocks over `dask.distributed`, bit for bit."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bounds.support.errors import InvalidValueError, MissingError
from simulations.checking.estimation import Plan, Tally, block_tally
from simulations.partitions.protocol import Partition
from simulations.threads import one_thread_each

RETRIES = 3
"""Times that a block is computed anew if a worker fails."""


TASK_SECONDS = 0.1
"""Time of a task from which what it costs to send it no longer matters."""

TASK_NUMBERS = 2**20
"""Counts of classes that a task may send back."""

CONNECT_SECONDS = 4
"""How long the scheduler may take to answer."""


def dask_tallies(
    partition: Partition, plan: Plan, address: str, first: int = 0, chunk: int | None = None
) -> Generator[Tally, None, None]:
    """Yield the tallies of the blocks from `first` on, in block order, computed by a cluster.

    The partition travels once, as a task, so that a worker that joins late gets it too, and it
    and the blocks of a worker that is lost are computed anew elsewhere.

    Parameters
    ----------
    partition : Partition
        Picklable.
    plan : Plan
        What is drawn.
    address : str
        Of the scheduler, as "tcp://host:8786".
    first : int, optional
        The first block.
    chunk : int, optional
        Points drawn at a time.

    Raises
    ------
    RuntimeError
        If `dask.distributed` is not installed.
    ValueError
        If no scheduler answers at the address.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingError(
            f"dask={address!r}: dask.distributed is not installed: pip install 'class-radius[dask]'"
        ) from error
    # A client that finds no scheduler tries on in the background, and complains when it ends.
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(asyncio.run, _answers(address))
        # What else listens there may answer anything, and is misread in any way.
        if (error := asked.exception()) is not None:
            raise InvalidValueError(
                f"dask={address!r}: no scheduler answers ({str(error) or 'nor anything'}): "
                "expected the address of one, as tcp://host:8786"
            ) from error
    connected: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    client: Any
    with connected as client:
        shipped: Any = client.submit(_itself, partition, pure=False)
        waiting: deque[Any] = deque()
        following, together = first, 1
        while waiting or following < plan.blocks:
            threads = max(1, sum(client.nthreads().values()))
            while following < plan.blocks and len(waiting) < 2 * threads:
                blocks = range(following, min(following + together, plan.blocks))
                waiting.append(
                    client.submit(
                        _remote_blocks, shipped, plan, blocks, chunk, pure=False, retries=RETRIES
                    )
                )
                following = blocks.stop
            tallies, seconds = waiting.popleft().result()
            if seconds < TASK_SECONDS and 2 * together * partition.classes <= TASK_NUMBERS:
                # No more than a part of what is left, so that all workers have some to the end.
                together = min(2 * together, max(1, (plan.blocks - following) // (2 * threads)))
            yield from tallies


async def _answers(address: str) -> None:
    from distributed import Security
    from distributed.comm import core

    security: Any = Security()
    arguments = security.get_connection_args("client")
    comm: Any = core
    connection: Any = await asyncio.wait_for(
        comm.connect(address, timeout=CONNECT_SECONDS, **arguments), CONNECT_SECONDS + 0.5
    )
    connection.abort()


def _itself(partition: Partition) -> Partition:
    return partition


def _remote_blocks(
    partition: Partition, plan: Plan, blocks: range, chunk: int | None
) -> tuple[list[Tally], float]:
    """Tallies of some blocks, and how many seconds they took."""
    began = time.perf_counter()
    with one_thread_each():
        tallies = [block_tally(partition, plan, block, chunk) for block in blocks]
    return tallies, time.perf_counter() - began
