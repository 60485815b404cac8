"""How often the limits are wrong, by repetition, against how often they may be.

python -m tests.benchmarks.coverage [--repetitions 40] [--only NAME] [--write]

Each case is run again and again with new seeds, and all that a report says must hold together: E r,
s, H_2, max p, the coverage, and the isoperimetric sum, the sum with holes and the tail's bound from
masses that the check isn't told (the other bounds are functions of the limits of s). Three
entropies, and the verdict on two generators with the same masses, are cases by themselves. In the
cases that look repeatedly, a repetition fails if any of its reports is wrong. Where a truth is not
known in closed form, limits at level 1 - 1e-6 from many more points stand for it, and only what
lies apart from them fails.

For each case and delta: failures; the upper limit of their rate (Clopper and Pearson, level 0.95),
also over delta; and the share of the limits' distances from the estimate that, in hindsight, would
have failed at a rate delta. A case is refuted if the rate is above delta with certainty 0.99 for
all cases together; the exit status is 1 then. `--write` keeps the result and writes the table into
the README; `--recorded` writes the table of what is kept.
"""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cyclopts
import numpy as np
from scipy import stats

import bounds
from bounds.support.console import EXIT_FAILED, EXIT_OK, launch, stdout, tracked
from simulations.checking.check import check
from simulations.checking.intervals import Interval, binomial_high, binomial_low
from simulations.checking.report import Report
from simulations.generators.diversity import birthday_interval, class_diversity, compare
from simulations.partitions.argmax import CoordinateArgmax
from simulations.partitions.balls import ring_of_balls
from simulations.partitions.grids import Grid
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.nearest_neighbour import NearestNeighbour
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces
from simulations.partitions.orthants import Orthants
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.truncated_voronoi import TruncatedVoronoi
from simulations.partitions.voronoi import Voronoi
from simulations.partitions.wedges import Wedges

from . import record

DELTAS = (0.5, 0.1, 0.01)

FEWEST = 100
"""Repetitions at least at the smallest delta: all cases together then establish a mean rate of a
tenth of 0.01, if none fails; each by itself would need 299 for 0.01."""

LEVEL = 0.05
"""Error probability of the upper limit of each failure rate."""

REFUTATION = 0.01
"""Error probability of all refutations together."""

REFERENCE = 1_000_000
"""Points of the run that stands for a truth that is not known."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Limits of a quantity, and of its truth.

    Attributes
    ----------
    name : str
    estimate, low, high : float
    least, most : float
        Limits of the truth, equal where it is known.
    """

    name: str
    estimate: float
    low: float
    high: float
    least: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether the limits reach the truth, up to its rounding."""
        slack = 1e-12 * abs(self.least)
        return self.low - slack <= self.most and self.least <= self.high + slack

    @property
    def needed(self) -> float:
        """Share of the limit's distance from the estimate that reaches the truth.

        0 where the limit is the truth whatever is drawn, like 1/K for even masses.
        """
        if self.least <= self.estimate <= self.most or math.isnan(self.estimate):
            return 0.0
        truth, limit = (
            (self.least, self.high) if self.least > self.estimate else (self.most, self.low)
        )
        if abs(truth - limit) <= 1e-9 * abs(truth) or math.isinf(limit):
            return 0.0
        distance = abs(limit - self.estimate)
        return abs(truth - self.estimate) / distance if distance > 0 else math.inf


Trial = Callable[[np.random.SeedSequence, float], list[Statement]]


class _Untold:
    """A partition whose masses and E r the check is not told."""

    def __init__(self, partition: Partition) -> None:
        self._partition = partition

    def __getstate__(self) -> Any:
        return self._partition

    def __setstate__(self, state: Any) -> None:
        self._partition = state

    def __getattr__(self, name: str) -> Any:
        return getattr(self._partition, name)

    def masses(self) -> None:
        return None

    def expected_radius(self) -> None:
        return None


def _intervals(report: Report) -> dict[str, Interval]:
    found = {
        "E r": report.expected_radius,
        "s": report.collision_probability,
        "H_2": report.collision_entropy,
        "max p": report.largest_mass,
        "c": report.coverage,
    }
    for name in ("isoperimetric", "holes"):
        bound = report.bounds[name]
        found[name] = Interval(bound.value, bound.low, bound.high, name)
    return found


def truths(partition: Partition) -> dict[str, tuple[float, float]]:
    """Limits of what is true of a partition."""
    exact = partition.masses() is not None and partition.expected_radius() is not None
    report = check(partition, 16 if exact else REFERENCE, 1 - 1e-6, rng=10**6)
    return {
        name: (one.low, one.high) if one.exact is None else (one.exact, one.exact)
        for name, one in _intervals(report).items()
    }


def statements(
    report: Report, truth: Mapping[str, tuple[float, float]], masses: np.ndarray | None
) -> list[Statement]:
    """All that a report says, with what is true."""
    found = [
        Statement(name, one.estimate, one.low, one.high, *truth[name])
        for name, one in _intervals(report).items()
    ]
    tail = report.bounds["tail"]
    if masses is not None and tail.eta is not None:
        true = float(bounds.tail_bound(masses / masses.sum(), tail.eta))
        found.append(Statement("tail", tail.value, tail.low, tail.high, true, true))
    return found


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of a partition."""

    partition: Partition
    samples: int
    sampling: str = "independent"
    looks: str = "once"

    def trial(self) -> Trial:
        """What is repeated."""
        return partial(_checked, self, truths(self.partition), self.partition.masses())


def _checked(
    case: Checked,
    truth: Mapping[str, tuple[float, float]],
    masses: np.ndarray | None,
    seed: np.random.SeedSequence,
    delta: float,
) -> list[Statement]:
    options: dict[str, Any] = {"confidence": 1 - delta, "rng": seed, "workers": 1}
    options["sampling"] = case.sampling
    untold: Any = _Untold(case.partition)
    if case.looks == "once":
        return statements(check(untold, case.samples, **options), truth, masses)
    options["block"] = case.samples // 16
    if case.looks == "until":
        return statements(check(untold, case.samples, until=0.0, **options), truth, masses)
    found: list[Statement] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stream.npz"
        for sixteenths in (1, 2, 4, 9, 16):
            size = case.samples * sixteenths // 16
            report = check(untold, size, checkpoint=path, **options)
            found.extend(statements(report, truth, masses))
    return found


@dataclass(frozen=True, slots=True)
class Labelled:
    """The entropies of labels."""

    p: tuple[float, ...]
    samples: int

    def trial(self) -> Trial:
        """What is repeated."""
        return partial(_labelled, self)


def _labelled(case: Labelled, seed: np.random.SeedSequence, delta: float) -> list[Statement]:
    p = np.array(case.p)
    labels = np.random.default_rng(seed).choice(p.size, case.samples, p=p)
    found = class_diversity(labels, p.size, 1 - delta)
    rows = ((1, found.shannon), (2, found.collision), (math.inf, found.minimum))
    result: list[Statement] = []
    for order, one in rows:
        true = float(bounds.renyi_entropy(p, order))
        result.append(Statement(f"H_{order}", one.estimate, one.low, one.high, true, true))
    return result


@dataclass(frozen=True, slots=True)
class Compared:
    """Two generators with the same masses, of which neither is more diverse."""

    p: tuple[float, ...]
    samples: int
    others: int

    def trial(self) -> Trial:
        """What is repeated."""
        return partial(_compared, self)


def _compared(case: Compared, seed: np.random.SeedSequence, delta: float) -> list[Statement]:
    p, rng = np.array(case.p), np.random.default_rng(seed)
    labels = [rng.choice(p.size, size, p=p) for size in (case.samples, case.others)]
    found = compare(labels[0], labels[1], p.size, confidence=1 - delta)
    true = float(bounds.renyi_entropy(p, 2))
    verdict = {"A more diverse": 1.0, "B more diverse": -1.0, "undecided": 0.0}[found.verdict]
    return [
        Statement("verdict", math.nan, verdict, verdict, 0.0, 0.0),
        *(
            Statement("H_2", one.estimate, one.low, one.high, true, true)
            for one in (found.entropy_a, found.entropy_b)
        ),
    ]


@dataclass(frozen=True, slots=True)
class Birthdays:
    """The draws of a birthday test, whatever classes there are."""

    p: tuple[float, ...]
    samples: int

    def trial(self) -> Trial:
        """What is repeated."""
        return partial(_birthdays, self)


def _birthdays(case: Birthdays, seed: np.random.SeedSequence, delta: float) -> list[Statement]:
    p = np.array(case.p)
    labels = np.random.default_rng(seed).choice(p.size, case.samples, p=p)
    found = birthday_interval(labels, 1 - delta)
    true = (1 + math.sqrt(1 + 8 * math.log(2) / float(p @ p))) / 2
    return [Statement("draws", found.estimate, found.low, found.high, true, true)]


def _zipf(classes: int, exponent: float = 1.0) -> tuple[float, ...]:
    weights = np.arange(1.0, classes + 1) ** -exponent
    return tuple((weights / weights.sum()).tolist())


def _even(classes: int) -> tuple[float, ...]:
    return (1 / classes,) * classes


def _slabs(classes: int) -> Slabs:
    return Slabs(stats.norm.ppf(np.arange(1, classes) / classes))


RARE = (0.6, *((0.4 / 200,) * 200))


def cases() -> dict[str, Checked | Labelled | Birthdays | Compared]:
    """What is repeated, by name."""
    argmax, centres = CoordinateArgmax(10), Voronoi.random(2, 10, 0).centres
    return {
        "halfspace, p = 0.1": Checked(Halfspace(0.1), 500),
        "halfspace, p = 0.001 (one class dominates)": Checked(Halfspace(0.001), 300),
        "slabs": Checked(Slabs([-1.0, 0.0, 1.0]), 1000),
        "slabs, two classes never sampled": Checked(Slabs([-6.0, -0.5, 0.5, 5.0]), 500),
        "1,000 slabs (K > n)": Checked(_slabs(1000), 300),
        "orthants": Checked(Orthants(3), 300),
        "wedges": Checked(Wedges([0.7, 0.2, 0.05, 0.05]), 300),
        "shells": Checked(Shells([1.0, 1.5, 2.0], dim=3), 300),
        "grid": Checked(Grid([[-0.5, 0.5]] * 2), 300),
        "argmax of R^10": Checked(argmax, 1000),
        "argmax of R^10, antithetic": Checked(argmax, 1000, "antithetic"),
        "argmax of R^10, until decided": Checked(argmax, 1600, looks="until"),
        "argmax of R^10, resumed four times": Checked(argmax, 1600, looks="resumed"),
        "argmax of R^300 (K > n)": Checked(CoordinateArgmax(300), 100),
        "voronoi": Checked(Voronoi(centres), 500),
        "power cells": Checked(PowerCells.random(2, 10, 0), 500),
        "nearest neighbour": Checked(NearestNeighbour.random(20, 3, 2, 0), 500),
        "opposed halfspaces, c = 0.6": Checked(OpposedHalfspaces(-0.5, 0.5), 500),
        "opposed halfspaces, c = 0.05": Checked(OpposedHalfspaces(-1.96, 1.96), 2000),
        "opposed halfspaces, c = 0.001": Checked(OpposedHalfspaces(-3.29, 3.29), 20_000),
        "holes, resumed four times": Checked(OpposedHalfspaces(-0.5, 1.5), 1600, looks="resumed"),
        "balls": Checked(ring_of_balls(4, 2, 1.5, 0.8), 500),
        "truncated voronoi": Checked(TruncatedVoronoi(centres, 0.7), 500),
        "labels, 10 equal": Labelled(_even(10), 200),
        "labels, 1,000 equal": Labelled(_even(1000), 100),
        "labels, 1,000 equal, more": Labelled(_even(1000), 2000),
        "labels, zipf 50": Labelled(_zipf(50), 1000),
        "labels, 0.6 and 200 rare": Labelled(RARE, 300),
        "labels, one of 0.9999": Labelled((0.9999, 0.0001), 200),
        "labels, classes of mass 0": Labelled((0.5, 0.5, 0.0, 0.0, 0.0), 300),
        "birthdays, 10,000 equal": Birthdays(_even(10_000), 500),
        "birthdays, zipf 50": Birthdays(_zipf(50), 1000),
        "same 10 equal, 8 times as many": Compared(_even(10), 100, 800),
        "same 1,000 equal, 20 times as many": Compared(_even(1000), 100, 2000),
        "same 0.6 and 200 rare, as many": Compared(RARE, 300, 300),
        "same three unequal, 8 times as many": Compared((0.5, 0.3, 0.2), 100, 800),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """What repetitions of one case at one delta came to.

    Attributes
    ----------
    name : str
    samples : int
    delta : float
    repetitions, failures : int
    needed : float
        The 1 - delta quantile, over the repetitions, of the largest share needed.
    """

    name: str
    samples: int
    delta: float
    repetitions: int
    failures: int
    needed: float

    @property
    def rate_high(self) -> float:
        """Upper limit of the failure rate."""
        return float(binomial_high(self.failures, self.repetitions, LEVEL))

    def refuted(self, rows: int) -> bool:
        """Whether the failure rate is above delta, at a level for so many rows together."""
        return float(binomial_low(self.failures, self.repetitions, REFUTATION / rows)) > self.delta


def repeated(
    name: str,
    samples: int,
    trial: Trial,
    delta: float,
    repetitions: int,
    seed: np.random.SeedSequence,
) -> Row:
    """Repeat a trial with the children of a seed."""
    failures, needed = 0, np.empty(repetitions)
    for i, child in enumerate(seed.spawn(repetitions)):
        found = trial(child, delta)
        failures += not all(one.holds for one in found)
        needed[i] = max(one.needed for one in found)
    share = float(np.quantile(needed, 1 - delta, method="higher"))
    return Row(name, samples, delta, repetitions, failures, share)


def pooled(rows: Sequence[Row]) -> list[Row]:
    """All cases together, at each delta: of their mean rate."""
    found: list[Row] = []
    for delta in DELTAS:
        same = [row for row in rows if row.delta == delta]
        repetitions = sum(row.repetitions for row in same)
        failures = sum(row.failures for row in same)
        needed = max(row.needed for row in same)
        found.append(Row("all of them", 0, delta, repetitions, failures, needed))
    return found


def table(rows: Sequence[Row]) -> str:
    """The table of the README."""
    return record.markdown(
        ("case", "n", "δ", "repetitions", "failures", "rate at most", "rate / δ at most", "needed"),
        [
            (
                row.name,
                f"{row.samples:,}" if row.samples else "",
                f"{row.delta:g}",
                f"{row.repetitions:,}",
                f"{row.failures}",
                f"{row.rate_high:.2g}",
                f"{row.rate_high / row.delta:.2g}",
                f"{row.needed:.2f}",
            )
            for row in [*rows, *pooled(rows)]
        ],
    )


def recorded() -> list[Row]:
    """The rows that are kept."""
    arrays, manifest = record.recorded("coverage")
    columns = (arrays[key].tolist() for key in ("samples", "delta", "repetitions", "failures"))
    numbers = zip(*columns, arrays["needed"].tolist(), strict=True)
    return [Row(name, *row) for name, row in zip(manifest["cases"], numbers, strict=True)]


app = cyclopts.App(name="python -m tests.benchmarks.coverage", help=__doc__, version_flags=[])


@app.default
def main(
    *,
    repetitions: int = 40,
    only: tuple[str, ...] = (),
    write: bool = False,
    recorded_: bool = False,
    workers: int = 2,
    seed: int = 0,
) -> int:
    """Repeat every case at every delta.

    Parameters
    ----------
    repetitions
        Of each, `FEWEST` at least at the smallest delta.
    only
        Names of the cases wanted.
    write
        Keep the result, and write its table into the README.
    recorded_
        Write the kept result's table into the README, and run nothing.
    workers
        Processes.
    seed
        Of all repetitions.
    """
    if recorded_:
        record.paste("coverage", table(recorded()))
        return EXIT_OK
    os.environ["OMP_NUM_THREADS"] = "1"
    began = time.perf_counter()
    every = cases()
    chosen = {name: every[name] for name in only or every}
    seeds = iter(np.random.SeedSequence(seed).spawn(len(chosen) * len(DELTAS)))
    with ProcessPoolExecutor(workers) as pool:
        futures = [
            pool.submit(
                repeated,
                name,
                case.samples,
                trial,
                delta,
                max(repetitions, FEWEST) if delta == min(DELTAS) else repetitions,
                next(seeds),
            )
            for name, case in chosen.items()
            for trial in (case.trial(),)
            for delta in DELTAS
        ]
        rows = [future.result() for future in tracked(futures, "coverage", "rows")]
    stdout().print(table(rows), markup=False, highlight=False, soft_wrap=True)
    if write:
        keys = ("samples", "delta", "repetitions", "failures", "needed")
        record.keep(
            "coverage",
            "simulations.generators.diversity",
            {"repetitions": repetitions, "seed": seed, "deltas": DELTAS},
            {key: np.array([getattr(row, key) for row in rows]) for key in keys},
            cases=[row.name for row in rows],
            seconds=round(time.perf_counter() - began),
        )
        record.paste("coverage", table(rows))
    refuted = [row for row in rows if row.refuted(len(rows))]
    for row in refuted:
        stdout().print(f"refuted: {row.name} at delta={row.delta:g}", markup=False)
    return EXIT_FAILED if refuted else EXIT_OK


if __name__ == "__main__":
    launch(app)
