"""Radii in a fine histogram whose cells keep the sum of their values, in whole numbers.

Cells have 32 to an octave from 2^-32 to 64, one below and one above. A value is kept by its cell
and by how far it lies into the cell, in 2^-24 of the cell's width and rounded down; both are added
as integers. So the sums are the same bits in whatever order they are formed, of bounded size
however many values there are, and give certain limits of the sum of any function that is concave
over a cell: at least the chord at the mean, at most the value there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.compiled import compiled

CELL_BITS = 5
"""Binary digits after the leading one by which a cell is found: 32 cells an octave."""

PLACE_BITS = 24
"""Binary digits of a value's place in its cell."""

LOWEST_OCTAVE, HIGHEST_OCTAVE = -32, 6
"""Exponents of 2 at which the cells begin and end."""

EDGES: FloatArray = np.concatenate(
    [
        [0.0],
        np.outer(
            2.0 ** np.arange(LOWEST_OCTAVE, HIGHEST_OCTAVE), 1 + np.arange(2**CELL_BITS) / 32
        ).ravel(),
        [2.0**HIGHEST_OCTAVE, np.inf],
    ]
)
"""Ends of the cells, shape (cells + 1,)."""

CELLS = EDGES.size - 1


_CELL_SHIFT = 52 - CELL_BITS
_PLACE_SHIFT = _CELL_SHIFT - PLACE_BITS
_PLACE_MASK = 2**PLACE_BITS - 1
_FIRST = ((1023 + LOWEST_OCTAVE) << CELL_BITS) - 1
_LAST = CELLS - 1


@dataclass(frozen=True, slots=True)
class Histogram:
    """Non-negative numbers by cell, the first ones of a stream apart from the rest.

    The first ones, the pilot, are how many the plan says; from them is chosen how one bets on
    the rest (`simulations.checking.betting`).

    Attributes
    ----------
    counts : int64 array of shape (2, CELLS)
        Numbers in each cell, of the pilot and of the rest.
    places : int64 array of shape (2, CELLS)
        Sums of their places in the cell, in 2^-24 of its width, each rounded down.
    """

    counts: IntArray
    places: IntArray

    @staticmethod
    def empty() -> Histogram:
        """No numbers."""
        shape = (2, CELLS)
        return Histogram(np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64))

    def merge(self, other: Histogram) -> Histogram:
        """Numbers of both."""
        return Histogram(self.counts + other.counts, self.places + other.places)

    @property
    def total(self) -> int:
        """How many numbers."""
        return int(self.counts.sum())

    def sample(self, part: int | None = None) -> Sample:
        """The pilot (0), the rest (1) or both, without the empty cells."""
        counts = self.counts.sum(axis=0) if part is None else self.counts[part]
        places = self.places.sum(axis=0) if part is None else self.places[part]
        seen = np.flatnonzero(counts)
        left, right, count = EDGES[seen], EDGES[seen + 1], counts[seen].astype(np.float64)
        width = np.where(np.isfinite(right), right - left, 0.0) * 2.0**-PLACE_BITS
        low = places[seen] / count
        # A place that is not kept, below the first edge, may be all of the cell.
        high = np.where(seen == 0, 2.0**PLACE_BITS, low + 1)
        return Sample(left, right, count, left + width * low, left + width * high)


@dataclass(frozen=True, slots=True)
class Sample:
    """Numbers known by cells: how many there are in each, and about their mean.

    Attributes
    ----------
    left, right : float64 arrays of shape (m,)
        Ends of the cells; equal where all numbers of a cell are.
    count : float64 array of shape (m,)
        Whole numbers, positive.
    mean_low, mean_high : float64 arrays of shape (m,)
        Between these lies the mean of a cell's numbers; what lies in an unbounded cell counts as
        its left end.
    """

    left: FloatArray
    right: FloatArray
    count: FloatArray
    mean_low: FloatArray
    mean_high: FloatArray

    @staticmethod
    def of(values: FloatArray, count: IntArray) -> Sample:
        """Numbers that are known, each so many times."""
        seen = count > 0
        values = values[seen]
        return Sample(values, values, count[seen].astype(np.float64), values, values)

    @property
    def total(self) -> float:
        """How many numbers."""
        return float(self.count.sum())

    @property
    def mean(self) -> float:
        """Their mean, from below; NaN if there is none."""
        return float(self.mean_low @ self.count) / self.total if self.count.size else float("nan")

    @property
    def deviation(self) -> float:
        """Their standard deviation, about."""
        if not self.count.size:
            return float("nan")
        return float(np.sqrt((self.mean_low - self.mean) ** 2 @ self.count / self.total))


@compiled
def _count(  # pragma: no cover
    labels: IntArray,
    bits: IntArray,
    half: int,
    pilot: int,
    counts: IntArray,
    cells: IntArray,
    places: IntArray,
) -> None:
    for k in range(labels.size):
        label = labels[k]
        if label >= 0:
            counts[0 if k < half else 1, label] += 1
            part = 0 if k < pilot else 1
            # The exponent of the number and its first digits say in which cell it is.
            cell = (bits[k] >> _CELL_SHIFT) - _FIRST
            if cell < 1:
                cells[part, 0] += 1
            elif cell >= _LAST:
                cells[part, _LAST] += 1
            else:
                cells[part, cell] += 1
                places[part, cell] += (bits[k] >> _PLACE_SHIFT) & _PLACE_MASK


def counted(
    labels: IntArray, radii: FloatArray, half: int, classes: int, pilot: int = 0
) -> tuple[IntArray, Histogram]:
    """Points in each class, by halves of the sample, and the histogram of their radii.

    Parameters
    ----------
    labels : int64 array of shape (n,)
        Classes; points with a negative label are left out.
    radii : float64 array of shape (n,)
        Non-negative where the label is.
    half : int
        Points before it are the first half.
    classes : int
    pilot : int
        Points before it are of the histogram's pilot.

    Returns
    -------
    int64 array of shape (2, classes), and Histogram

    Examples
    --------
    >>> counts, radii = counted(np.array([0, 1, -1]), np.array([0.5, 1.5, 9.0]), 1, 2)
    >>> counts.tolist(), radii.total, radii.sample().left.tolist()
    ([[1, 0], [0, 1]], 2, [0.5, 1.5])
    """
    counts = np.zeros((2, classes), dtype=np.int64)
    radii = np.ascontiguousarray(radii)
    found = Histogram.empty()
    _count(labels, radii.view(np.int64), half, pilot, counts, found.counts, found.places)
    return counts, found
