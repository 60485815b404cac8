"""Time E r of Voronoi cells against the programs that a user would write, on the same threads.

python -m tests.benchmarks.voronoi [--case gaussian,2,10 --case unit,1,2000] [--threads 1] [--json]

ours      drawing, labels, radii and tallies, as `simulations.check` does them
cdist     SciPy's distances with the table of distances between centres
numba     two plain loops in float64, compiled
torch     the table in float32 by a matrix product (inexact)
kd-tree   SciPy's 16 nearest centres (inexact: the nearest bisector may be farther)
faiss     faiss's flat 16 nearest centres in float32 (inexact)

All draw their points by NumPy in pieces, one piece a thread at a time, on the same number of
threads; libraries' own threads are limited to one. Beside them stands our time over the larger of
two parts that any program has: drawing alone, and the float32 product of points and centres. Each
is run once to warm, then on as many points as take it some tenths of a second. Rounds run all of
them in turn, forwards and backwards; a ratio is taken within a round, and its median, smallest and
largest over the rounds are printed. Torch and faiss are timed if installed:
pip install 'class-radius[vae,benchmark]'. Nothing passes or fails.
"""

from __future__ import annotations

import json as json_text
import math
import os
import platform
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Annotated

import cyclopts
import numba
import numpy as np
from cyclopts import Parameter
from scipy.spatial import cKDTree
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

CASES = (
    *(f"gaussian,{pair}" for pair in ("2,10", "2,1000", "10,100", "10,10000", "64,1000")),
    *(f"{kind},1,2000" for kind in ("gaussian", "unit", "small", "offset")),
    *(f"{kind},2,2000" for kind in ("gaussian", "unit", "small", "offset", "tiny", "lattice")),
    *(f"{kind},2,2000" for kind in ("clustered", "near-duplicate")),
    *(f"{kind},10,1000" for kind in ("offset", "small", "clustered")),
    "unit,1,9991",
    "digits,64,100",
)
PIECE_NUMBERS = 2**20
"""Distances in a peer's table at a time."""

TABLE_CLASSES = 20_000
"""Centres up to which the distances between them are a table."""

NEIGHBOURS = 16
SECONDS = 0.2
"""Time of one run."""

Piece = Callable[[np.ndarray], float]
"""Sum of the radii of points."""

app = cyclopts.App(name="python -m tests.benchmarks.voronoi", help=__doc__, version_flags=[])


def centres_of(kind: str, dim: int, classes: int) -> np.ndarray:
    """The kinds of centres that people have."""
    rng = np.random.default_rng(0)
    normal = rng.standard_normal((classes, dim))
    if kind == "gaussian":
        return normal
    if kind == "unit":
        return rng.random((classes, dim))
    if kind == "small":
        return 0.1 * normal
    if kind == "tiny":
        return 1e-4 * normal
    if kind == "offset":
        return 5 + normal
    if kind == "clustered":
        return 3 * rng.standard_normal((10, dim))[rng.integers(0, 10, classes)] + 0.05 * normal
    if kind == "near-duplicate":
        half = normal[: classes // 2]
        return np.concatenate([half, half + 1e-9 * rng.standard_normal(half.shape)])
    if kind == "lattice":
        side = np.arange(round(classes ** (1 / dim))) / 10
        return np.stack(np.meshgrid(*[side] * dim), axis=-1).reshape(-1, dim)
    if kind == "digits":
        from sklearn.cluster import KMeans
        from sklearn.datasets import load_digits

        images = load_digits(return_X_y=True)[0]
        images = (images - images.mean()) / images.std()
        return KMeans(classes, n_init=1, random_state=0).fit(images).cluster_centers_
    raise ValueError(f"case={kind!r}: no such kind of centres")


def between(centres: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Distances from the centres of some labels to all."""
    if len(centres) > TABLE_CLASSES:
        return lambda labels: cdist(centres[labels], centres)
    table = cdist(centres, centres)
    return lambda labels: table[labels]


def by_cdist(centres: np.ndarray) -> Piece:
    lengths = between(centres)

    def piece(z: np.ndarray) -> float:
        squares = cdist(z, centres, "sqeuclidean")
        rows, labels = np.arange(len(z)), squares.argmin(axis=1)
        gaps = squares - squares[rows, labels][:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            gaps /= 2 * lengths(labels)
        gaps[rows, labels] = np.inf
        return float(gaps.min(axis=1).sum())

    return piece


@numba.njit(nogil=True)
def _loops(z, centres):
    total = 0.0
    squares = np.empty(len(centres))
    for row in range(len(z)):
        label = 0
        for j in range(len(centres)):
            square = 0.0
            for t in range(z.shape[1]):
                square += (z[row, t] - centres[j, t]) ** 2
            squares[j] = square
            if square < squares[label]:
                label = j
        radius = np.inf
        for j in range(len(centres)):
            if j != label:
                length = 0.0
                for t in range(z.shape[1]):
                    length += (centres[label, t] - centres[j, t]) ** 2
                radius = min(radius, (squares[j] - squares[label]) / (2 * math.sqrt(length)))
        total += radius
    return total


def by_numba(centres: np.ndarray) -> Piece:
    return lambda z: _loops(z, centres)


def by_torch(centres: np.ndarray) -> Piece:
    import torch

    # Set here and not by `threadpool_limits`, which knows only the BLAS and OpenMP it was shown.
    torch.set_num_threads(1)
    columns = torch.tensor(centres, dtype=torch.float32)
    halves = columns.square().sum(1) / 2
    table = torch.cdist(columns, columns) if len(centres) <= TABLE_CLASSES else None

    def piece(z: np.ndarray) -> float:
        scores = torch.tensor(z, dtype=torch.float32) @ columns.T - halves
        best, label = scores.max(dim=1, keepdim=True)
        rows = label[:, 0]
        lengths = torch.cdist(columns[rows], columns) if table is None else table[rows]
        gaps = (best - scores) / lengths
        return float(gaps.scatter_(1, label, torch.inf).min(dim=1).values.sum())

    return piece


def among(centres: np.ndarray, z: np.ndarray, found: np.ndarray) -> float:
    """Sum of distances to the nearest bisector of the nearest centres found."""
    own, others = centres[found[:, :1]], centres[found[:, 1:]]
    differences = own - others
    products = (differences * (z[:, None] - (own + others) / 2)).sum(axis=2)
    return float((products / np.sqrt((differences**2).sum(axis=2))).min(axis=1).sum())


def by_tree(centres: np.ndarray) -> Piece:
    tree = cKDTree(centres)
    neighbours = min(NEIGHBOURS, len(centres))
    return lambda z: among(centres, z, tree.query(z, k=neighbours)[1])


def by_faiss(centres: np.ndarray) -> Piece:
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatL2(centres.shape[1])
    index.add(centres.astype(np.float32))
    neighbours = min(NEIGHBOURS, len(centres))
    return lambda z: among(centres, z, index.search(z.astype(np.float32), neighbours)[1])


PEERS = {"cdist": by_cdist, "numba": by_numba, "kd-tree": by_tree}
PEERS |= {"torch": by_torch} if find_spec("torch") else {}
PEERS |= {"faiss": by_faiss} if find_spec("faiss") else {}


def piece_size(partition: Voronoi) -> int:
    return max(1, min(BLOCK, PIECE_NUMBERS // max(partition.classes, 16 * partition.dim)))


def program(piece: Piece, partition: Voronoi, threads: int) -> Callable[[int], None]:
    """Draw and sum up a number of points in pieces."""
    size = piece_size(partition)

    def part(start: int, samples: int) -> float:
        rng = np.random.default_rng(start)
        return piece(rng.standard_normal((min(size, samples - start), partition.dim)))

    def run(samples: int) -> None:
        with ThreadPoolExecutor(threads) as pool, threadpool_limits(1):
            sum(pool.map(lambda start: part(start, samples), range(0, samples, size)))

    return run


def product(partition: Voronoi, threads: int) -> Callable[[int], None]:
    """The float32 product alone, of the same points again and again, into memory at hand."""
    size = piece_size(partition)
    columns = np.ascontiguousarray(np.asarray(partition.centres).T, dtype=np.float32)
    points = np.random.default_rng(0).standard_normal((size, partition.dim), dtype=np.float32)
    own = threading.local()

    def part(count: int) -> None:
        if not hasattr(own, "scores"):
            own.scores = np.empty((size, partition.classes), dtype=np.float32)
        np.matmul(points[:count], columns, out=own.scores[:count])

    def run(samples: int) -> None:
        counts = [min(size, samples - start) for start in range(0, samples, size)]
        with ThreadPoolExecutor(threads) as pool, threadpool_limits(1):
            list(pool.map(part, counts))

    return run


def ours(partition: Voronoi, threads: int) -> Callable[[int], None]:
    def run(samples: int) -> None:
        # As many blocks as threads, or whole ones.
        block = min(BLOCK, -(-samples // threads))
        tallies = local_tallies(partition, Plan.of(samples, 0, block=block), workers=threads)
        accumulate(tallies, Tally.empty(partition.classes))

    return run


def seconds(run: Callable[[int], None], samples: int) -> float:
    began = time.perf_counter()
    run(samples)
    return time.perf_counter() - began


def enough(run: Callable[[int], None], threads: int) -> int:
    """Points that take it `SECONDS`, after a run that warms."""
    samples = 128 * threads
    run(samples)
    while (taken := seconds(run, samples)) < SECONDS / 2 and samples < 2**23:
        samples *= max(2, min(8, int(SECONDS / taken)))
    return samples


def measure(case: str, repeats: int, threads: int) -> dict[str, object]:
    kind, dim, classes = case.split(",")
    partition = Voronoi(centres_of(kind, int(dim), int(classes)))
    centres = np.asarray(partition.centres)
    runs = {"ours": ours(partition, threads)}
    runs |= {name: program(make(centres), partition, threads) for name, make in PEERS.items()}
    runs |= {
        "drawing": program(lambda z: 0.0, partition, threads),
        "product": product(partition, threads),
    }
    samples = {name: enough(run, threads) for name, run in runs.items()}
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeats):
        for name in list(runs)[:: 1 if turn % 2 == 0 else -1]:
            times[name].append(seconds(runs[name], samples[name]) * 1e6 / samples[name])
    ratios = {name: np.divide(times[name], times["ours"]) for name in PEERS}
    parts = np.maximum(times["drawing"], times["product"])
    return {
        "kind": kind,
        "dim": partition.dim,
        "classes": partition.classes,
        "microseconds": float(np.median(times["ours"])),
        "over the larger part": float(np.median(np.divide(times["ours"], parts))),
        "ratios": {
            name: [float(value) for value in np.quantile(ratio, [0.5, 0.0, 1.0])]
            for name, ratio in ratios.items()
        },
    }


def versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "scipy", "numba", "torch", "faiss-cpu"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


@app.default
def main(
    *,
    case: tuple[str, ...] = CASES,
    repeats: int = 7,
    threads: int | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Time all cases; print microseconds a point of ours, and peers' times over it.

    Parameters
    ----------
    case
        Triples kind,d,K.
    repeats
        Rounds.
    threads
        Threads of every program; all cores if not given.
    json
        Print one JSON object.
    """
    threads = available_cores() if threads is None else threads
    machine = {
        "threads": threads,
        "load": os.getloadavg()[0],
        "processor": platform.machine(),
        "versions": versions(),
    }
    rows = [measure(one, repeats, threads) for one in case]
    if json:
        print(json_text.dumps({"machine": machine, "rows": rows}, indent=1))
        return
    headings = ("centres", "d", "K", "ours, µs a point", "over drawing or product", *PEERS)
    print("|", " | ".join(headings), "|\n" + "|---" * len(headings) + "|")
    for row in rows:
        numbers = ["{:.3g} [{:.2g}, {:.2g}]".format(*ratio) for ratio in row["ratios"].values()]
        first = [row["kind"], str(row["dim"]), f"{row['classes']:,}", f"{row['microseconds']:.3g}"]
        first.append(f"{row['over the larger part']:.2f}")
        print("|", " | ".join(first + numbers), "|")
    print(f"\nPeers: their time over ours, median [range] of {repeats} rounds. {machine}")


if __name__ == "__main__":
    launch(app)
