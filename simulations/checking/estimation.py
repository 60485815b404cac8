"""Streamed, seeded and mergeable estimates over a partition.

The sample is cut into blocks of equal size; block b draws from the child b of one seed and is
summed up by itself; block sums are merged in block order. So a result depends on the seed, the
number of samples and the size of a block, to the last bit, and on neither the workers, nor the
machine that computed a block, nor the size of the pieces in which points are drawn.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import scipy.special

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import choice, count, flag, kind
from simulations.arrays import FloatArray, IntArray
from simulations.checking.answers import answers
from simulations.checking.histogram import EDGES, Histogram, counted
from simulations.checking.moments import Moments
from simulations.partitions.base import class_number
from simulations.partitions.protocol import Partition
from simulations.threads import one_thread_each

BLOCK = 65536
"""Points in a block, unless the plan says otherwise; every block but the last is full."""

NET = 8192
"""Points in one scrambled Sobol net, the replicate of quasi-Monte Carlo."""

SOBOL_DIMENSIONS = 21_201
"""Dimensions for which Joe and Kuo give directions of a Sobol sequence (SciPy's MAXDIM)."""

CHUNK_NUMBERS, CHUNK_POINTS = 2**16, 2**15
"""Coordinates and points drawn at a time: few enough for a processor's second cache."""

TAIL = np.flatnonzero((EDGES >= 2.0**-10) & (EDGES <= 8))[::8]

ETA_GRID: FloatArray = EDGES[TAIL]
"""Distances at which the tail P[r >= eta] is counted: four to an octave, from 2^-10 to 8."""

PILOT_SHARE = 20
"""One in so many of the first planned draws is of the pilot."""

LEAST_PILOT = 32
"""Draws in the pilot at least."""

Seed: TypeAlias = int | np.random.SeedSequence | np.random.Generator
Sampling: TypeAlias = Literal["independent", "antithetic", "quasi"]

_STEP: dict[Sampling, int] = {"independent": 1, "antithetic": 2, "quasi": 2 * NET}


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """How many independent draws fell in each class, in two halves.

    The half A chooses what is bounded, the half B bounds it.

    Attributes
    ----------
    counts : int64 array of shape (2, K)
        Draws of each half in each class.
    draws : tuple of int
        Draws of each half, those in holes included.
    """

    counts: IntArray
    draws: tuple[int, int]

    @staticmethod
    def of(labels: IntArray, classes: int) -> ClassCounts:
        """Count labels (n,) of independent draws, -1 in a hole; the half A comes first.

        Examples
        --------
        >>> halves = ClassCounts.of(np.array([0, 1, -1, 1]), 2)
        >>> halves.counts.tolist(), halves.draws
        ([[1, 1], [0, 1]], (2, 2))
        """
        half = labels.size // 2
        parts = labels[:half], labels[half:]
        counts = [np.bincount(part[part >= 0], minlength=classes) for part in parts]
        return ClassCounts(np.stack(counts), (half, labels.size - half))

    def merge(self, other: ClassCounts) -> ClassCounts:
        """Both sets of draws, half with half."""
        draws = self.draws[0] + other.draws[0], self.draws[1] + other.draws[1]
        return ClassCounts(self.counts + other.counts, draws)

    @property
    def total(self) -> int:
        """Draws in both halves."""
        return sum(self.draws)

    @property
    def covered(self) -> int:
        """Draws that fell in a class."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True)
class Tally:
    """What a set of blocks says of a partition; tallies of consecutive blocks merge.

    With Y(z) = r(z) where z is covered and 0 in a hole:

    Attributes
    ----------
    blocks, samples : int
        Blocks, and points at which the radius was computed.
    classes : ClassCounts
        The independent draws, which count for masses and tails.
    tail : int64 array of shape (len(ETA_GRID),)
        Draws that are covered and have r >= eta.
    single : Moments
        Y over the draws.
    units : Moments
        Means of Y over the independent units of the sampling: a draw, an antithetic pair
        (z, -z), or a scrambled net.
    radii : Histogram
        Of Y over the units, nets excepted, where the classes cover the space; of r over the
        covered draws where they leave holes, and with nets.
    infinite : int
        Points with r = inf, left out of the moments.
    """

    blocks: int
    samples: int
    classes: ClassCounts
    tail: IntArray
    single: Moments
    units: Moments
    radii: Histogram
    infinite: int

    @staticmethod
    def empty(classes: int) -> Tally:
        """The tally of no block, for a number of classes."""
        class_number(classes)
        none = ClassCounts(np.zeros((2, classes), dtype=np.int64), (0, 0))
        tail = np.zeros(ETA_GRID.size, dtype=np.int64)
        return Tally(0, 0, none, tail, Moments(), Moments(), Histogram.empty(), 0)

    def merge(self, other: Tally) -> Tally:
        """The tally of both sets of blocks, `other` after `self`."""
        return Tally(
            self.blocks + other.blocks,
            self.samples + other.samples,
            self.classes.merge(other.classes),
            self.tail + other.tail,
            self.single.merge(other.single),
            self.units.merge(other.units),
            self.radii.merge(other.radii),
            self.infinite + other.infinite,
        )

    def to_bytes(self) -> bytes:
        """Serialise exactly, as an NPZ archive without pickles."""
        header = {
            "blocks": self.blocks,
            "samples": self.samples,
            "draws": self.classes.draws,
            "infinite": self.infinite,
        }
        moments = [[m.count, m.mean, m.centred] for m in (self.single, self.units)]
        buffer = io.BytesIO()
        np.savez(
            buffer,
            header=np.array(json.dumps(header)),
            moments=np.array(moments),
            counts=self.classes.counts,
            tail=self.tail,
            cells=self.radii.counts,
            places=self.radii.places,
        )
        return buffer.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> Tally:
        """Read what `to_bytes` wrote; `consistency` tells whether draws can have given it.

        Raises
        ------
        TypeError, ValueError
            If it is no such archive.
        """
        kind(data, "data", bytes)
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                header: dict[str, Any] = json.loads(str(archive["header"]))
                first, second = header["draws"]
                numbers = [header["blocks"], header["samples"], first, second, header["infinite"]]
                blocks, samples, first, second, infinite = (
                    count(one, "data: header", 0) for one in numbers
                )
                single, units = (
                    Moments(int(row[0]), float(row[1]), float(row[2])) for row in archive["moments"]
                )
                return Tally(
                    blocks,
                    samples,
                    ClassCounts(archive["counts"], (first, second)),
                    archive["tail"],
                    single,
                    units,
                    Histogram(archive["cells"], archive["places"]),
                    infinite,
                )
        except Exception as error:  # zipfile and NumPy raise many kinds on a damaged archive
            raise InvalidValueError(f"data: expected what to_bytes wrote ({error})") from error


@dataclass(frozen=True, slots=True)
class Plan:
    """Which points are drawn: how many, how, and from which seed.

    Attributes
    ----------
    samples : int
        Number of points, rounded up to a whole number of pairs or of nets with their draws.
    seed : numpy.random.SeedSequence
        The parent of the blocks' seeds.
    sampling : {"independent", "antithetic", "quasi"}
        Independent draws; pairs (z, -z), whose first members are the draws; or scrambled Sobol
        nets of `NET` points, each with as many independent draws for masses and tails.
    block : int
        Points in a block, a whole number of pairs, or of nets with their draws.
    planned : tuple of int
        Numbers of points at which one means to look, fixed before anything is seen.

    Examples
    --------
    >>> Plan.of(1_000_000, 0).blocks
    16
    """

    samples: int
    seed: np.random.SeedSequence
    sampling: Sampling
    block: int = BLOCK
    planned: tuple[int, ...] = ()

    @staticmethod
    def of(
        samples: int,
        rng: Seed,
        sampling: Sampling = "independent",
        block: int = BLOCK,
        until: bool = False,
    ) -> Plan:
        """Make a plan: to look at `samples` points, or `until` something at 1, 2, 4, ... blocks.

        Raises
        ------
        TypeError, ValueError
            If `samples` or `block` is not a positive integer, `rng` no seed, `sampling` unknown, or
            `until` neither true nor false.
        """
        flag(until, "until")
        samples = count(samples, "samples")
        choice(sampling, "sampling", get_args(Sampling))
        step = _STEP[sampling]
        if isinstance(rng, np.random.Generator):
            source: object = rng.bit_generator.seed_seq
            if not isinstance(source, np.random.SeedSequence):
                raise InvalidTypeError(
                    "rng: expected a Generator whose bit generator has a SeedSequence"
                )
            seed = source.spawn(1)[0]
        elif isinstance(rng, np.random.SeedSequence):
            seed = rng
        else:
            seed = np.random.SeedSequence(count(rng, "rng", 0, math.inf))
        if count(block, "block") % step:
            raise InvalidValueError(f"block={block}: expected a multiple of {step}")
        samples = -(-samples // step) * step
        looks = [block << k for k in range((samples // block).bit_length())] if until else []
        planned = tuple(sorted({*(look for look in looks if look < samples), samples}))
        return Plan(samples, seed, sampling, block, planned)

    @property
    def step(self) -> int:
        """Points that are drawn together: one, a pair, or a net with its draws."""
        return _STEP[self.sampling]

    @property
    def unit_points(self) -> int:
        """Points in an independent unit: a draw, a pair or a net."""
        return {"independent": 1, "antithetic": 2, "quasi": NET}[self.sampling]

    def draws(self, points: int) -> int:
        """Independent draws among so many points."""
        points = count(points, "points", 0)
        return points if self.sampling == "independent" else points // 2

    @property
    def planned_draws(self) -> tuple[int, ...]:
        """Draws at the planned looks."""
        return tuple(self.draws(points) for points in self.planned)

    @property
    def pilot(self) -> int:
        """Draws of the pilot, the first ones."""
        return max(min(self.planned_draws) // PILOT_SHARE, LEAST_PILOT)

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-self.samples // self.block)

    def size(self, block: int) -> int:
        """Number of points of a block."""
        count(block, "block", 0, self.blocks - 1)
        return min(self.block, self.samples - block * self.block)

    def generator(self, block: int) -> np.random.Generator:
        """The generator of a block."""
        count(block, "block", 0)
        key = (*self.seed.spawn_key, block)
        child = np.random.SeedSequence(self.seed.entropy, spawn_key=key)
        return np.random.Generator(np.random.SFC64(child))


def block_tally(partition: Partition, plan: Plan, block: int, chunk: int | None = None) -> Tally:
    """Draw one block and sum it up.

    Parameters
    ----------
    partition : Partition
        What is measured.
    plan : Plan
        What is drawn.
    block : int
        Which block, in 0..plan.blocks - 1.
    chunk : int, optional
        Points drawn at a time; the result does not depend on it.

    Returns
    -------
    Tally

    Raises
    ------
    ValueError
        If the partition returns a NaN or negative radius at a covered point, or a label out of
        range.
    """
    if chunk is None:
        chunk = min(plan.block, CHUNK_POINTS, max(1, CHUNK_NUMBERS // partition.dim))
    rng = plan.generator(block)
    size = plan.size(block)
    drawn = plan.draws(size)
    labels = np.empty(drawn, dtype=np.int64)
    radii = np.empty(drawn)
    mirrored = np.empty(drawn if plan.sampling == "antithetic" else 0)
    buffer = np.empty((min(chunk, drawn), partition.dim))
    for start in range(0, drawn, chunk):
        part = slice(start, min(start + chunk, drawn))
        z = rng.standard_normal(out=buffer[: part.stop - part.start])
        labels[part], radii[part] = answers(partition, z)
        if mirrored.size:
            mirrored[part] = answers(partition, -z)[1]
    infinite = sum(
        int(np.isinf(one).sum()) for one in (radii, mirrored) if one.max(initial=0) == math.inf
    )
    moments = Moments.of(radii[np.isfinite(radii)] if infinite else radii)
    if plan.sampling == "independent":
        units = moments
    elif plan.sampling == "antithetic":
        pairs = (radii + mirrored) / 2
        units = Moments.of(pairs[np.isfinite(pairs)])
    else:
        nets = np.stack([_net_radii(partition, rng, chunk) for _ in range(drawn // NET)])
        infinite += int(np.isinf(nets).sum())
        means = nets.mean(axis=1)
        units = Moments.of(means[np.isfinite(means)])
    half = drawn // 2
    pilot = max(plan.pilot - block * plan.draws(plan.block), 0)
    counts, cells = counted(labels, radii, half, partition.classes, pilot)
    tail = cells.counts.sum(axis=0)[::-1].cumsum()[::-1][TAIL]
    if plan.sampling == "antithetic" and not partition.has_holes:
        cells = counted(labels, (radii + mirrored) / 2, half, partition.classes, pilot)[1]
    return Tally(
        blocks=1,
        samples=size,
        classes=ClassCounts(counts, (half, drawn - half)),
        tail=tail,
        single=moments,
        units=units,
        radii=cells,
        infinite=infinite,
    )


def _net_radii(partition: Partition, rng: np.random.Generator, chunk: int) -> FloatArray:
    """Y over one scrambled Sobol net (Owen, J. Complexity 14 (1998)), mapped to normals.

    A coordinate is uniform on the midpoints (k + 1/2)/2^52, so no tail is cut below 8.2.
    """
    # Most of the time that a check takes to be imported would be SciPy's statistics.
    from scipy.stats.qmc import Sobol

    bits = 52
    engine = Sobol(partition.dim, scramble=True, bits=bits, rng=rng)
    step = 1 << (min(chunk, NET).bit_length() - 1)
    radii = np.empty(NET)
    for start in range(0, NET, step):
        u = engine.random(step) + 2.0 ** -(bits + 1)
        # 1 - u is exact, and the lower tail is where the quantile function is accurate.
        z = np.where(u < 0.5, 1.0, -1.0) * scipy.special.ndtri(np.minimum(u, 1 - u))
        radii[start : start + step] = answers(partition, z)[1]
    return radii


def available_cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def local_tallies(
    partition: Partition,
    plan: Plan,
    first: int = 0,
    workers: int | None = None,
    chunk: int | None = None,
) -> Generator[Tally, None, None]:
    """Yield the tallies of the blocks from `first` on, in block order, computed by threads.

    At most two blocks a worker wait, so memory does not grow with the number of samples. The
    libraries' own threads are limited to one, since the blocks already occupy the cores.
    """
    workers = available_cores() if workers is None else count(workers, "workers")
    pool = ThreadPoolExecutor(workers)
    waiting: deque[Future[Tally]] = deque()
    following = first
    with one_thread_each():
        try:
            while waiting or following < plan.blocks:
                while following < plan.blocks and len(waiting) < 2 * workers:
                    waiting.append(pool.submit(block_tally, partition, plan, following, chunk))
                    following += 1
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def accumulate(
    tallies: Generator[Tally, None, None],
    start: Tally,
    after_block: Callable[[Tally], bool] = lambda tally: False,
) -> tuple[Tally, bool]:
    """Merge tallies in order until they end, `after_block` says stop, or Ctrl-C.

    Returns
    -------
    tuple of Tally and bool
        The merged tally, and whether it was cut short by Ctrl-C.
    """
    tally = start
    try:
        for one in tallies:
            tally = tally.merge(one)
            if after_block(tally):
                break
    except KeyboardInterrupt:
        return tally, True
    finally:
        tallies.close()
    return tally, False
