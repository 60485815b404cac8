"""Counts over points of their classes and of the sizes of their radii."""

from __future__ import annotations

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.compiled import compiled


@compiled
def _count(  # pragma: no cover
    labels: IntArray,
    radii: FloatArray,
    bits: IntArray,
    half: int,
    grid: FloatArray,
    octaves: int,
    counts: IntArray,
    bins: IntArray,
) -> None:
    for k in range(labels.size):
        label = labels[k]
        if label >= 0:
            counts[0 if k < half else 1, label] += 1
            # The exponent of the number says in which octave it is.
            octave = (bits[k] >> 52) - 1023 + octaves
            place = 0
            if octave >= 0:
                place = grid.size
                if 4 * octave + 1 < grid.size:
                    place = 4 * octave + 1
                    for quarter in range(place, place + 3):
                        place += radii[k] >= grid[quarter]
            bins[place] += 1


def counted(
    labels: IntArray, radii: FloatArray, half: int, classes: int, grid: FloatArray
) -> tuple[IntArray, IntArray]:
    """Points in each class, by halves of the sample, and points with a radius from eta on.

    Parameters
    ----------
    labels : int64 array of shape (n,)
        Classes; points with a negative label are left out.
    radii : float64 array of shape (n,)
        Non-negative where the label is.
    half : int
        Points before it are the first half.
    classes : int
    grid : float64 array of shape (m,)
        The eta: powers of 2 in quarter octaves, from a whole negative power to a whole power.

    Returns
    -------
    tuple of int64 arrays of shapes (2, classes) and (m,)

    Examples
    --------
    >>> grid = 2.0 ** (np.arange(-4, 5) / 4)
    >>> counts, tail = counted(np.array([0, 1, -1]), np.array([0.5, 1.5, 9.0]), 1, 2, grid)
    >>> counts.tolist(), tail.tolist()
    ([[1, 0], [0, 1]], [2, 1, 1, 1, 1, 1, 1, 0, 0])
    """
    counts = np.zeros((2, classes), dtype=np.int64)
    bins = np.zeros(grid.size + 1, dtype=np.int64)
    octaves = -round(float(np.log2(grid[0])))
    _count(labels, radii, radii.view(np.int64), half, grid, octaves, counts, bins)
    # A radius in [eta_k, eta_{k+1}) adds to the bins 0..k.
    return counts, bins[::-1].cumsum()[::-1][1:]
