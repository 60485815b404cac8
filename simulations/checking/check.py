"""A partition against the theory: draw, estimate, compare."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bounds.support import validation
from bounds.support.errors import InvalidValueError
from bounds.support.files import check_writable
from bounds.support.validation import count, real
from simulations.arrays import IntArray
from simulations.checking import checkpoint as checkpoints
from simulations.checking.answers import (
    exact_expected_radius,
    exact_masses,
    require_function,
    require_partition,
)
from simulations.checking.estimation import (
    BLOCK,
    SOBOL_DIMENSIONS,
    ClassCounts,
    Plan,
    Sampling,
    Seed,
    Tally,
    accumulate,
    local_tallies,
)
from simulations.checking.histogram import counted
from simulations.checking.intervals import (
    Budget,
    Interval,
    Looks,
    coverage_interval,
    radius_interval,
)
from simulations.checking.knowledge import Knowledge
from simulations.checking.labels import class_labels
from simulations.checking.masses import MassLimits, minus_log
from simulations.checking.report import Report
from simulations.checking.verdict import entropy_checks, estimated_checks, exact_checks
from simulations.partitions.protocol import Partition


def check(
    partition: Partition,
    samples: int = 1_000_000,
    confidence: float = 0.99,
    rng: Seed = 0,
    *,
    workers: int | None = None,
    sampling: Sampling = "independent",
    until: float | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    dask: str | None = None,
    chunk: int | None = None,
    block: int = BLOCK,
    labels: IntArray | Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
    partial: bool = False,
) -> Report:
    """Estimate E r, the masses and the tail of a partition, and check every bound of the chain.

    Parameters
    ----------
    partition : Partition
        What is checked.
    samples : int, optional
        Points drawn, at most, with `until`.
    confidence : float, optional
        Probability in (0, 1) with which all limits and verdicts hold together, but those that the
        report calls asymptotic.
    rng : int, SeedSequence or Generator, optional
        Seed. The numbers depend on it and on `samples` only.
    workers : int, optional
        Threads; all available cores by default.
    sampling : {"independent", "antithetic", "quasi"}, optional
        Independent draws; antithetic pairs; or scrambled Sobol nets, whose interval for E r is
        asymptotic (the others hold at finite n).
    until : float, optional
        Stop at the first of 1, 2, 4, ... blocks at which every bound that applies is decided or
        the interval of E r is at most this wide. The limits of E r hold at all sizes at once; the
        others share their error probability among these looks (`intervals.Looks`). So all hold
        wherever it stops.
    checkpoint : path, optional
        File that is rewritten after every block, and continued from if it exists, to any number
        of samples. It keeps the looks that were planned and taken: limits at a size that was not
        planned when the file was begun are wider, so that they hold together with earlier ones.
    dask : str, optional
        Address of a `dask.distributed` scheduler (the extra `dask`); the numbers are the same.
    chunk : int, optional
        Points a worker draws at a time; the numbers are the same.
    block : int, optional
        Points summed up at a time, on which the numbers depend. Fewer, where a radius is
        expensive, so that all workers have some, and Ctrl-C finds some finished.
    labels : int array or sequence of shape (n,), optional
        Classes, -1 in a hole, of further independent draws, which count for the masses and the
        coverage: where a class is cheaper than a radius, they narrow the bounds.
    progress : callable, optional
        Called with the points done and their total after each block.
    partial : bool, optional
        Whether Ctrl-C ends in a report on the finished blocks, marked as interrupted. By default
        it raises, so that no caller takes less than was asked for the whole.

    Returns
    -------
    Report

    Raises
    ------
    TypeError, ValueError
        If an argument is out of its domain, or a checkpoint belongs to another computation.
    KeyboardInterrupt
        After Ctrl-C, unless `partial` and at least one block is finished.

    Examples
    --------
    >>> from simulations.checking.check import check
    >>> from simulations.partitions.voronoi import Voronoi
    >>> report = check(Voronoi.random(dim=2, classes=10), samples=50_000)
    >>> report.bounds["sharp"].verdict, report.as_claimed
    ('holds', True)
    """
    require_partition(partition)
    confidence = real(confidence, "confidence", 0, 1)
    if until is not None:
        until = real(until, "until", 0, math.inf, closed=True)
    if chunk is not None:
        count(chunk, "chunk")
    validation.workers(workers)
    validation.kind(dask, "dask", str, optional=True)
    validation.callback(progress, "progress")
    validation.flag(partial, "partial")
    if checkpoint is not None:
        check_writable(validation.path(checkpoint, "checkpoint"), "checkpoint")
    plan = Plan.of(samples, rng, sampling, block, until is not None)
    if plan.sampling == "quasi" and partition.dim > SOBOL_DIMENSIONS:
        raise InvalidValueError(
            f"sampling='quasi': dimension {partition.dim}: expected at most {SOBOL_DIMENSIONS}, "
            "for which there are directions of a Sobol sequence"
        )
    further = _counted(labels, partition)
    require_function(partition)
    state = checkpoints.Checkpoint(Looks(plan.planned), Tally.empty(partition.classes))
    if checkpoint is not None:
        state = checkpoints.load(checkpoint, partition, plan)
        plan = replace(plan, planned=state.looks.planned)
    start = state.at(plan)

    def summary(tally: Tally, interrupted: bool) -> Report:
        level = state.looks.level(tally.samples)
        seconds = time.perf_counter() - began
        return _report(
            partition,
            plan,
            tally,
            tally.classes.merge(further),
            confidence,
            level,
            until is not None,
            seconds,
            tally.samples - start.samples,
            interrupted,
        )

    def save() -> None:
        if checkpoint is not None:
            checkpoints.save(checkpoint, partition, plan, state)

    def finished(tally: Tally) -> bool:
        if until is None or tally.samples == 0 or tally.samples == plan.samples:
            return tally.samples == plan.samples
        if tally.blocks & (tally.blocks - 1):
            return False
        found = summary(tally, False)
        width = found.expected_radius.high - found.expected_radius.low
        return found.decided or width <= until

    def after_block(tally: Tally) -> bool:
        state.keep(plan, tally)
        if progress is not None:
            progress(tally.samples, plan.samples)
        done = finished(tally)
        save()
        return done

    prepare: Callable[[], None] | None = getattr(partition, "prepare", None)
    if prepare is not None and dask is None:
        prepare()
        counted(np.empty(0, dtype=np.int64), np.empty(0), 0, partition.classes)
    began = time.perf_counter()
    tally, interrupted = start, False
    if not finished(start):
        if dask is None:
            tallies = local_tallies(partition, plan, start.blocks, workers, chunk)
        else:
            from simulations.checking.cluster import dask_tallies

            tallies = dask_tallies(partition, plan, dask, start.blocks, chunk)
        tally, interrupted = accumulate(tallies, start, after_block)
    if interrupted and not (partial and tally.samples):
        raise KeyboardInterrupt
    report = summary(tally, interrupted)
    save()
    return report


def _report(
    partition: Partition,
    plan: Plan,
    tally: Tally,
    classes: ClassCounts,
    confidence: float,
    level: float,
    anytime: bool,
    seconds: float,
    done: int,
    interrupted: bool,
) -> Report:
    raw_masses = exact_masses(partition)
    budget = Budget(1 - confidence, level, partition.has_holes, raw_masses is not None)
    total = None if raw_masses is None else math.fsum(raw_masses)
    p = None if raw_masses is None or total is None else raw_masses / total
    coverage = coverage_interval(classes, partition.has_holes, budget.coverage, total)
    radius = radius_interval(
        tally,
        coverage,
        plan,
        partition.radius_is_exact,
        budget,
        exact_expected_radius(partition),
    )
    limits = MassLimits.of(classes.counts, budget.limits, p)
    collision = limits.collision
    entropy = minus_log(collision)
    if raw_masses is not None:
        checks = exact_checks(
            raw_masses, partition.has_holes, radius, partition.radius_is_exact, tally, budget
        )
    else:
        checks = estimated_checks(
            tally,
            classes,
            coverage,
            limits,
            radius,
            partition.radius_is_exact,
            budget,
        )
    known = entropy if entropy.exact is None else _point(entropy.exact)
    isoperimetric = checks["isoperimetric"]
    entropy_bounds = entropy_checks(radius, known, isoperimetric.applies, isoperimetric.reason)
    entropy_of_seed: Any = plan.seed.entropy
    gain = None
    if plan.sampling != "independent" and tally.units.variance > 0:
        gain = tally.single.variance / (plan.unit_points * tally.units.variance)
    return Report(
        partition=partition.name,
        parameters=partition.parameters(),
        dim=partition.dim,
        classes=partition.classes,
        samples=tally.samples,
        mass_samples=classes.total,
        seed=entropy_of_seed if isinstance(entropy_of_seed, int) else None,
        spawn_key=tuple(int(key) for key in plan.seed.spawn_key),
        sampling=plan.sampling,
        gain=gain,
        confidence=confidence,
        anytime=anytime,
        expected_radius=radius,
        radius_is_exact=partition.radius_is_exact,
        collision_probability=collision,
        collision_entropy=entropy,
        largest_mass=limits.largest,
        coverage=coverage,
        bounds=checks,
        entropy_bounds=entropy_bounds,
        seconds=seconds,
        samples_per_second=done / seconds if seconds > 0 else 0.0,
        interrupted=interrupted,
    )


def _counted(labels: IntArray | Sequence[int] | None, partition: Partition) -> ClassCounts:
    if labels is None:
        return Tally.empty(partition.classes).classes
    found = class_labels(labels, partition.classes, holes=partition.has_holes)
    return ClassCounts.of(found, partition.classes)


def _point(value: float) -> Interval:
    return Interval(value, value, value, "exact", known=Knowledge.EXACT)
