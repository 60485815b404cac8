"""What E r of Voronoi cells costs with more classes and dimensions, each size in its own process.

python -m tests.benchmarks.scale [--threads 1] [--write] [--recorded]
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import cyclopts
import numpy as np
from cyclopts import Parameter
from matplotlib.figure import Figure

from bounds.support.console import launch, progress, stdout
from bounds.support.files import write_atomically
from simulations.checking.estimation import available_cores
from simulations.drawing import applied, saved
from simulations.partitions.voronoi import Voronoi
from tests.benchmarks import record
from tests.benchmarks.voronoi import centres_of, enough, ours, seconds

SHAPES = {
    "K, d = 2": tuple((2, 10**power) for power in range(1, 7)),
    "K, d = 10": tuple((10, 10**power) for power in range(1, 7)),
    "d, K = 1,000": tuple((dim, 1_000) for dim in (2, 4, 8, 16, 32, 64, 128, 256, 1000)),
}
"""What grows and what stays, and each (d, K)."""

PICTURE = record.README.with_name("scale.png")

app = cyclopts.App(name="python -m tests.benchmarks.scale", help=__doc__, version_flags=[])

Flag = Annotated[bool, Parameter(negative="")]


@dataclass(frozen=True, slots=True)
class Growth:
    """Cost of a point, time to begin and most memory at each size.

    Attributes
    ----------
    sizes : array
    microseconds : array
        Of a point.
    begin : array
        Seconds before the first one, compilation apart.
    megabytes : array
        Of the whole process, Python and its libraries with it.
    """

    sizes: np.ndarray
    microseconds: np.ndarray
    begin: np.ndarray
    megabytes: np.ndarray

    @property
    def slopes(self) -> np.ndarray:
        """Of the logarithm of the cost over that of the size, from each size to the next."""
        return np.diff(np.log(self.microseconds)) / np.diff(np.log(self.sizes))


def measured(threads: int) -> dict[str, Growth]:
    """Measure every size."""
    found = {}
    with progress("scale", "sizes") as advance:
        total, done = sum(map(len, SHAPES.values())), 0
        for name, shapes in SHAPES.items():
            rows = []
            for dim, classes in shapes:
                words = ("one", str(dim), str(classes), str(threads))
                ended = subprocess.run(
                    [sys.executable, "-m", __spec__.name, *words],
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                rows.append([float(word) for word in ended.stdout.split()])
                done += 1
                advance(done, total)
            sizes = np.array(shapes)[:, 1 if name.startswith("K") else 0]
            found[name] = Growth(sizes, *np.array(rows).T)
    return found


def table(growths: Mapping[str, Growth]) -> str:
    """The tables of the README."""
    parts = []
    for name, one in growths.items():
        slopes = ["", *(f"{slope:.2f}" for slope in one.slopes)]
        rows = [
            (f"{size:,}", f"{cost:.3g}", slope, f"{begin:.2g}", f"{memory:,.0f}")
            for size, cost, slope, begin, memory in zip(
                one.sizes, one.microseconds, slopes, one.begin, one.megabytes, strict=True
            )
        ]
        headings = (name, "µs a point", "slope", "to begin, s", "most memory, MB")
        parts.append(record.markdown(headings, rows))
    return "\n\n".join(parts)


def draw(growths: Mapping[str, Growth]) -> Figure:
    """Draw the cost over the size, with the slope of each step beside it."""
    with applied():
        figure = Figure(figsize=(7.2, 2.6), layout="constrained")
        panels = figure.subplots(1, len(growths), sharey=True)
        for axes, (name, one) in zip(panels, growths.items(), strict=True):
            axes.plot(one.sizes, one.microseconds, "o-", markersize=3)
            for step, slope in enumerate(one.slopes):
                ends = slice(step, step + 2)
                middle = [np.exp(np.log(x[ends]).mean()) for x in (one.sizes, one.microseconds)]
                axes.annotate(
                    f"{slope:.2f}",
                    middle,
                    xytext=(-2, 5),
                    textcoords="offset points",
                    ha="right",
                    fontsize=7,
                )
            axes.set(xscale="log", yscale="log", title=name, xlabel=name[0])
            axes.margins(x=0.12)
        panels[0].set_ylabel("µs a point")
        return figure


def recorded() -> dict[str, Growth]:
    """What is kept."""
    arrays, manifest = record.recorded("scale")
    return {
        name: Growth(*(arrays[f"{number} {key}"] for key in Growth.__slots__))
        for number, name in enumerate(manifest["parameters"]["shapes"])
    }


def show(growths: Mapping[str, Growth]) -> None:
    """Write the tables and the figure into the README."""
    record.paste("scale", table(growths))
    write_atomically(PICTURE, saved(draw(growths), "png"))


@app.default
def main(*, threads: int | None = None, write: Flag = False, recorded_: Flag = False) -> None:
    """Print what a point costs, what the centres' preparation does, and the memory, by size.

    Parameters
    ----------
    threads
        Threads; all cores if not given.
    write
        Keep the result, and write its tables and figure into the README.
    recorded_
        Write the kept result's, and run nothing.
    """
    if recorded_:
        show(recorded())
        return
    threads = available_cores() if threads is None else threads
    found = measured(threads)
    stdout().print(table(found), markup=False, highlight=False, soft_wrap=True)
    if write:
        arrays = {
            f"{number} {key}": getattr(one, key)
            for number, one in enumerate(found.values())
            for key in Growth.__slots__
        }
        parameters = {"shapes": SHAPES, "threads": threads}
        machine = {"processor": platform.machine(), "load": os.getloadavg()[0]}
        record.keep("scale", Voronoi.__module__, parameters, arrays, machine=machine)
        show(found)


@app.command(show=False)
def one(dim: int, classes: int, threads: int, /) -> None:
    """Print microseconds a point, seconds to begin and megabytes of one size."""
    centres = centres_of("gaussian", dim, classes)
    # The first time compiles the kernels.
    ours(Voronoi(centres), threads)(2 * threads)
    began = time.perf_counter()
    run = ours(Voronoi(centres), threads)
    run(2 * threads)
    begun = time.perf_counter() - began
    samples = enough(run, threads)
    cost = min(seconds(run, samples) for _ in range(3)) * 1e6 / samples
    print(cost, begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    launch(app)
