"""Centres on a line: the nearest by bisection, then its neighbours on both sides.

On each side of c_i the bisectors come in the order of the centres, at distances that grow by half
of what |c_i - c_j| grows by. A computed distance is off by at most 5 v (rho + |c_i - c_j|), with
v = 2^-53 (`simulations.cells.few`), and 2^-600 where it underflows. So a side is done once a
computed distance exceeds the smallest by `MARGIN` times rho + |c_i - c_j|, more than twice that: no
later one is below.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import GROUP, bisector, by_all_centres
from simulations.compiled import compiled

MARGIN = 2.0**-48
"""Share of rho + |c_i - c_j| by which computed distances may be out of order, and more."""


@dataclass(frozen=True, slots=True)
class Line:
    """Centres in increasing order.

    Attributes
    ----------
    order : int64 array of shape (K,)
        Number of each sorted centre.
    centres : array of shape (K, 1)
        Sorted centres.
    """

    order: IntArray
    centres: FloatArray

    @staticmethod
    def of(centres: FloatArray) -> Line:
        order = np.argsort(centres[:, 0], kind="stable")
        return Line(order, np.ascontiguousarray(centres[order]))


@compiled
def _nearest(  # pragma: no cover
    x: float, order: IntArray, centres: FloatArray
) -> tuple[int, float]:
    """Nearest sorted centre, the first by number of equals, and its squared distance."""
    classes = order.size
    after = int(np.searchsorted(centres[:, 0], x))
    i, smallest = -1, math.inf
    for side in range(2):
        k = after - 1 if side == 0 else after
        while 0 <= k < classes:
            square = (x - centres[k, 0]) * (x - centres[k, 0])
            if square > smallest:
                break
            if square < smallest or i < 0 or order[k] < order[i]:
                i, smallest = k, square
            k += 2 * side - 1
    return i, smallest


@compiled
def _radius(  # pragma: no cover
    z: FloatArray, row: int, centres: FloatArray, i: int, smallest: float, margin: float
) -> float:
    """Smallest computed distance to a bisector of the sorted centre i."""
    radius = math.inf
    rho = math.sqrt(smallest)
    for step in (-1, 1):
        k = i + step
        while 0 <= k < centres.shape[0]:
            distance = bisector(z, row, centres, i, k)
            lost = margin * (rho + abs(centres[i, 0] - centres[k, 0])) + 2.0**-600
            if distance - lost > radius:
                break
            radius = min(radius, distance)
            k += step
    return radius


@compiled
def _on_line(  # pragma: no cover
    z: FloatArray,
    order: IntArray,
    centres: FloatArray,
    original: FloatArray,
    columns: FloatArray,
    margin: float,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    classes = order.size
    squares, least = np.empty(classes), np.empty(-(-classes // GROUP))
    for row in range(z.shape[0]):
        i, smallest = _nearest(z[row, 0], order, centres)
        radius = -1.0
        label = 0
        if i >= 0 and smallest < 1e300:
            label = order[i]
            radius = _radius(z, row, centres, i, smallest, margin)
        # A negative distance means that rounding took the wrong one of two nearest centres.
        if not radius >= 0:
            label, radius = by_all_centres(z, row, original, columns, squares, least)
        labels[row], radii[row] = label, radius


def on_line(
    z: FloatArray,
    line: Line,
    centres: FloatArray,
    columns: FloatArray,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    """Fill labels and radii; columns is the centres, in their own order, transposed."""
    _on_line(z, line.order, line.centres, centres, columns, MARGIN, labels, radii)
