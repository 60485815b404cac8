"""What the commands of all families share: options, progress, output and exit status."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from bounds.support.console import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    WholeNumber,
    print_json,
    progress,
    stderr,
)
from bounds.support.errors import InvalidValueError
from bounds.support.files import check_writable, write_atomically

if TYPE_CHECKING:
    from simulations.partitions.protocol import Partition

PLOT_PIXELS = 600
"""Points a side at which a drawing evaluates the partition."""

PLOT_FORMATS = ("pdf", "png", "svg")


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Options of every family's check.

    Attributes
    ----------
    samples
        Number of latent points drawn.
    confidence
        Level at which all intervals and verdicts hold together, but for those called asymptotic.
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

    samples: WholeNumber = 1_000_000
    confidence: float = 0.99
    seed: WholeNumber = 0
    workers: WholeNumber | None = None
    sampling: Literal["independent", "antithetic", "quasi"] = "independent"
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
    # NumPy, SciPy and Numba load here, so that --help does without them.
    from simulations.checking.check import check
    from simulations.checking.report import print_report

    if options.plot is not None:
        _check_plot(partition, options.plot)
    if options.checkpoint is not None:
        check_writable(options.checkpoint, "checkpoint")
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
            partial=True,
        )
    if options.json:
        print_json(report.to_json())
    else:
        print_report(report)
    if options.plot is not None and not report.interrupted:
        _plot(partition, options.plot)
        stderr.print(f"drawn: {options.plot}", markup=False, highlight=False)
    if report.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_OK if report.as_claimed else EXIT_FAILED


def _check_plot(partition: Partition, path: Path) -> None:
    if partition.dim != 2:
        raise InvalidValueError(f"plot={str(path)!r}: expected dimension 2, not {partition.dim}")
    if path.suffix.lstrip(".").lower() not in PLOT_FORMATS:
        raise InvalidValueError(f"plot={str(path)!r}: expected a file ending in .pdf, .png or .svg")
    check_writable(path, "plot")


def _plot(partition: Partition, path: Path) -> None:
    # Matplotlib is loaded only when asked to draw.
    import numpy as np

    from simulations.drawing import PLOT_HALF_WIDTH, partition_map, saved

    axis = np.linspace(-PLOT_HALF_WIDTH, PLOT_HALF_WIDTH, PLOT_PIXELS)
    x, y = np.meshgrid(axis, axis)
    labels, radii = partition.classify_and_radius(np.column_stack([x.ravel(), y.ravel()]))
    centres = getattr(partition, "centres", None)
    figure = partition_map(axis, labels.reshape(x.shape), radii.reshape(x.shape), centres)
    write_atomically(path, saved(figure, path.suffix.lstrip(".").lower()))
