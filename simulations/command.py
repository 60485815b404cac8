"""What the commands of all families share: options, progress, output and exit status."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from cyclopts import Parameter

from bounds.support.console import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, print_json, progress
from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from simulations.checking.check import check
from simulations.checking.estimation import Sampling
from simulations.checking.report import print_report
from simulations.partitions.protocol import Partition

PLOT_PIXELS = 600
"""Points a side at which a drawing evaluates the partition."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Options of every family's check.

    Attributes
    ----------
    samples
        Number of latent points drawn.
    confidence
        Level at which all intervals and verdicts hold together.
    seed
        Seed of the sample; the same seed gives the same numbers on any number of workers.
    workers
        Threads; all available cores if not given.
    sampling
        Independent points, antithetic pairs, or scrambled quasi-Monte Carlo nets (whose interval
        for E r is asymptotic).
    until
        Stop as soon as every verdict is decided or the interval of E r is this wide; the
        intervals then hold at whatever sample count it stops.
    checkpoint
        File that keeps the finished blocks; the same command continues from it.
    dask
        Address of a dask.distributed scheduler that computes the blocks.
    json
        Print one JSON object on stdout instead of a table.
    plot
        File (PDF, PNG, SVG) for a drawing of the cells and level lines of r; needs dimension 2.
    """

    samples: int = 1_000_000
    confidence: float = 0.99
    seed: int = 0
    workers: int | None = None
    sampling: Sampling = "independent"
    until: float | None = None
    checkpoint: Path | None = None
    dask: str | None = None
    json: Annotated[bool, Parameter(negative="")] = False
    plot: Path | None = None


def run_family(partition: Partition, options: CheckOptions) -> int:
    """Check a partition, print the report, and return the exit status.

    Returns
    -------
    int
        0 if no bound that applies is violated and every exact value lies in its interval, 1
        otherwise, 130 after Ctrl-C (the report then covers the finished blocks).
    """
    if options.plot is not None and partition.dim != 2:
        raise InvalidValueError(
            f"plot={str(options.plot)!r}: expected dimension 2, not {partition.dim}"
        )
    with progress(partition.name, "points") as advance:
        report = check(
            partition,
            samples=options.samples,
            confidence=options.confidence,
            rng=options.seed,
            workers=options.workers,
            sampling=options.sampling,
            until=options.until,
            checkpoint=options.checkpoint,
            dask=options.dask,
            progress=advance,
        )
    if options.json:
        print_json(report.to_json())
    else:
        print_report(report)
    if options.plot is not None:
        _plot(partition, options.plot)
    if report.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_OK if report.as_claimed else EXIT_FAILED


def _plot(partition: Partition, path: Path) -> None:
    # Matplotlib is loaded only when asked to draw.
    from simulations.drawing import PLOT_HALF_WIDTH, partition_map, saved

    axis = np.linspace(-PLOT_HALF_WIDTH, PLOT_HALF_WIDTH, PLOT_PIXELS)
    x, y = np.meshgrid(axis, axis)
    labels, radii = partition.classify_and_radius(np.column_stack([x.ravel(), y.ravel()]))
    centres = getattr(partition, "centres", None)
    figure = partition_map(axis, labels.reshape(x.shape), radii.reshape(x.shape), centres)
    write_atomically(path, saved(figure, path.suffix.lstrip(".").lower() or "png"))
