"""Time E r of Voronoi cells against the program that a user would write, in one run.

python tests/benchmarks/voronoi.py [--case 2,10 --case 10,100] [--repeats 5] [--json]

Four things are timed in turn, and their medians over the repeats compared:

check     drawing, labels, radii and tallies, as `simulations.check` does them, on every core
user      drawing, then chunked scipy `cdist` with the table of distances between centres: one
          thread, as SciPy has it
sgemm     the float32 matrix product of n x d and d x K alone, on every core
drawing   the standard normal points alone, on every core

The user's program is run on fewer points where K is large; its time is scaled, being linear in n.
Not a test: nothing here passes or fails.
"""

from __future__ import annotations

import json as json_text
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Annotated

import cyclopts
import numpy as np
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from scipy.spatial.distance import cdist
from threadpoolctl import threadpool_limits

from bounds.support.console import launch
from simulations.checking.estimation import (
    BLOCK,
    Plan,
    Tally,
    accumulate,
    available_cores,
    local_tallies,
)
from simulations.partitions.voronoi import Voronoi

CASES = ("2,10", "2,1000", "10,100", "10,10000", "64,1000", "2,100000")
CHUNK_NUMBERS = 2**21

app = cyclopts.App(name="tests/benchmarks/voronoi.py", help=__doc__, version_flags=[])


def by_check(partition: Voronoi, samples: int) -> None:
    accumulate(local_tallies(partition, Plan.of(samples, 0)), Tally.empty(partition.classes))


def by_user(partition: Voronoi, samples: int) -> None:
    centres = partition.centres
    # A table of all pairs is what makes this program short; beyond memory it is made by rows.
    table = cdist(centres, centres) if len(centres) <= 20_000 else None
    chunk = max(1, CHUNK_NUMBERS // len(centres))

    def part(start: int) -> float:
        rng = np.random.default_rng(start)
        z = rng.standard_normal((min(chunk, samples - start), partition.dim))
        squares = cdist(z, centres, "sqeuclidean")
        labels = squares.argmin(axis=1)
        rows = np.arange(len(z))
        gaps = squares - squares[rows, labels][:, None]
        between = cdist(centres[labels], centres) if table is None else table[labels]
        with np.errstate(divide="ignore", invalid="ignore"):
            gaps /= 2 * between
        gaps[rows, labels] = np.inf
        return float(gaps.min(axis=1).sum())

    sum(map(part, range(0, samples, chunk)))


def by_sgemm(partition: Voronoi, samples: int) -> None:
    columns = np.ascontiguousarray(partition.centres.T, dtype=np.float32)
    chunk = max(1, CHUNK_NUMBERS // partition.classes)
    z = np.ones((chunk, partition.dim), dtype=np.float32)

    def part(count: int) -> None:
        out = np.empty((chunk, partition.classes), dtype=np.float32)
        for _ in range(count):
            np.dot(z, columns, out=out)

    cores = available_cores()
    with ThreadPoolExecutor(cores) as pool, threadpool_limits(1):
        list(pool.map(part, [-(-samples // (chunk * cores))] * cores))


def by_drawing(partition: Voronoi, samples: int) -> None:
    plan = Plan.of(samples, 0)

    def part(block: int) -> None:
        plan.generator(block).standard_normal((plan.size(block), partition.dim))

    with ThreadPoolExecutor(available_cores()) as pool:
        list(pool.map(part, range(plan.blocks)))


def seconds(function: Callable[[Voronoi, int], None], partition: Voronoi, samples: int) -> float:
    began = time.perf_counter()
    function(partition, samples)
    return time.perf_counter() - began


def measure(dim: int, classes: int, repeats: int) -> dict[str, float]:
    partition = Voronoi.random(dim, classes)
    samples = int(np.clip(2e10 / (dim * classes), 4 * BLOCK, 2_000_000))
    fewer = int(np.clip(4e9 / (dim * classes) / 4, 256, samples))
    programs = {
        "check": (by_check, samples),
        "user": (by_user, min(samples, fewer)),
        "sgemm": (by_sgemm, min(samples, int(np.clip(1e11 / (dim * classes), 2048, samples)))),
        "drawing": (by_drawing, samples),
    }
    for function, _ in programs.values():
        function(partition, 256)  # compiles and warms
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(repeats):
        for name, (function, count) in programs.items():
            times[name].append(seconds(function, partition, count) * 1e6 / count)
    return {name: float(np.median(values)) for name, values in times.items()}


@app.default
def main(
    *,
    case: tuple[str, ...] = CASES,
    repeats: int = 5,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Time all cases and print microseconds a point, and ratios.

    Parameters
    ----------
    case
        Pairs d,K.
    repeats
        Rounds, whose median is taken.
    json
        Print one JSON object.
    """
    machine = {
        "cores": available_cores(),
        "load": os.getloadavg()[0],
        "processor": platform.machine(),
        "versions": {name: version(name) for name in ("numpy", "scipy", "numba")},
    }
    rows = []
    for pair in case:
        dim, classes = (int(part) for part in pair.split(","))
        times = measure(dim, classes, repeats)
        rows.append(
            {
                "dim": dim,
                "classes": classes,
                **times,
                "user_over_check": times["user"] / times["check"],
                "check_over_floor": times["check"] / max(times["sgemm"], times["drawing"]),
            }
        )
    if json:
        print(json_text.dumps({"machine": machine, "rows": rows}, indent=1))
        return
    table = Table(title="Microseconds a point", title_justify="left")
    for heading in ("d", "K", "check", "user", "sgemm", "drawing", "user/check", "check/floor"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            str(row["dim"]),
            f"{row['classes']:,}",
            *(f"{row[name]:.3g}" for name in ("check", "user", "sgemm", "drawing")),
            f"{row['user_over_check']:.1f}",
            f"{row['check_over_floor']:.2f}",
        )
    Console().print(table)
    Console().print(f"{machine}; floor: the larger of sgemm and drawing.", highlight=False)


if __name__ == "__main__":
    launch(app)
