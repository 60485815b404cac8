"""Search of a grid of cells for the nearest centres, in dimension 2 and 3.

Centres are sorted by the cell of a grid that holds them, so a row of cells is one slice. The search
looks at the cells around a point's own, and is over when the nearest centre that it has not seen
is farther than rho + 2 r. Cells at the border hold all that lies beyond: a few far centres don't
stretch the grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import SLACK, bisector
from simulations.compiled import compiled

DIMENSION = 3
"""Highest dimension in which a grid pays."""

RINGS = 4
"""Rings of cells around a point's own that are looked at before the search gives up."""

SEEN = 512
"""Centres seen after which the search gives up: they crowd in few cells."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Centres in cells.

    Attributes
    ----------
    low, step : float64 arrays of shape (3,)
        Lower corner and lengths of the cells.
    shape : int64 array of shape (3,)
        Cells along each axis of the centres, as many along each; 1 along the axes they don't have.
    starts : int64 array of shape (cells + 1,)
        Cell k holds the sorted centres starts[k] to starts[k + 1] - 1.
    order : int64 array of shape (K,)
        Number of each sorted centre.
    centres : array of shape (K, d)
        Sorted centres.
    """

    low: FloatArray
    step: FloatArray
    shape: IntArray
    starts: IntArray
    order: IntArray
    centres: FloatArray

    @staticmethod
    def of(centres: FloatArray) -> Grid | None:
        """Sort the centres into cells, about two to a cell; None if they are too far apart."""
        classes, dim = centres.shape
        ends = np.quantile(centres, [0.02, 0.98], axis=0)
        width = ends[1] - ends[0]
        if not (np.isfinite(width).all() and (width > 1e-100).all() and (width < 1e100).all()):
            return None
        low, step = np.zeros(3), np.ones(3)
        shape = np.ones(3, dtype=np.int64)
        cells = max(1, math.floor((classes / 2) ** (1 / dim)))
        low[:dim], step[:dim], shape[:dim] = ends[0], width / cells, cells
        key = np.zeros(classes, dtype=np.int64)
        for t in range(dim):
            key *= cells
            key += cells_of(centres[:, t], low[t], step[t], cells)
        order = np.argsort(key, kind="stable")
        starts = np.searchsorted(key[order], np.arange(int(shape.prod()) + 1))
        return Grid(low, step, shape, starts, order, np.ascontiguousarray(centres[order]))


@compiled
def _cell(x: float, low: float, step: float, cells: int) -> int:  # pragma: no cover
    place = (x - low) / step
    if not place >= 0:
        return 0
    if place >= cells:
        return cells - 1
    return int(place)


@compiled
def cells_of(x: FloatArray, low: float, step: float, cells: int) -> IntArray:  # pragma: no cover
    """Cell of each number along one axis."""
    found = np.empty(x.size, dtype=np.int64)
    for k in range(x.size):
        found[k] = _cell(x[k], low, step, cells)
    return found


@compiled
def _searched(  # pragma: no cover
    z: FloatArray,
    low: FloatArray,
    step: FloatArray,
    shape: IntArray,
    starts: IntArray,
    order: IntArray,
    centres: FloatArray,
    labels: IntArray,
    radii: FloatArray,
) -> IntArray:
    """Fill labels and radii where the search ends; return the other rows."""
    dim = z.shape[1]
    widest = step[:dim].max()
    unsure = np.empty(z.shape[0], dtype=np.int64)
    count = 0
    seen = np.empty(SEEN, dtype=np.int64)
    squares = np.empty(SEEN)
    own = np.zeros(3, dtype=np.int64)
    first, last = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    for row in range(z.shape[0]):
        for t in range(dim):
            own[3 - dim + t] = _cell(z[row, t], low[t], step[t], shape[t])
        done = False
        for ring in range(1, RINGS + 1):
            clear = np.inf
            for t in range(dim):
                a = 3 - dim + t
                first[a] = max(own[a] - ring, 0)
                last[a] = min(own[a] + ring, shape[t] - 1)
                # The edge of a cell is rounded, relative to its coordinates.
                loss = 1e-12 * (abs(low[t]) + shape[t] * step[t] + abs(z[row, t]))
                if first[a] > 0:
                    clear = min(clear, z[row, t] - (low[t] + first[a] * step[t]) - loss)
                if last[a] < shape[t] - 1:
                    clear = min(clear, low[t] + (last[a] + 1) * step[t] - z[row, t] - loss)
            found = 0
            i, second = -1, -1
            nearest, next_nearest = np.inf, np.inf
            crowded = False
            for p in range(first[0], last[0] + 1):
                for q in range(first[1], last[1] + 1):
                    # Axes that the centres don't have come first, so these cells are a slice.
                    line = (p * shape[0] + q) * shape[0]
                    begin = starts[line + first[2]]
                    end = starts[line + last[2] + 1]
                    if found + end - begin > SEEN:
                        crowded = True
                        break
                    for k in range(begin, end):
                        total = 0.0
                        for t in range(dim):
                            difference = z[row, t] - centres[k, t]
                            total += difference * difference
                        if total < nearest or (total == nearest and order[k] < order[i]):
                            next_nearest, second = nearest, i
                            nearest, i = total, k
                        elif total < next_nearest:
                            next_nearest, second = total, k
                        seen[found] = k
                        squares[found] = total
                        found += 1
                if crowded:
                    break
            if crowded:
                break
            if second < 0:
                continue
            rho = math.sqrt(nearest)
            # What the last ring can clear, unless it is at the border.
            if rho > clear + (RINGS - ring) * widest:
                break
            if rho > clear:
                continue
            # The next nearest comes first: its radius rules most others out.
            radius = bisector(z, row, centres, i, second)
            reach = ((rho + 2 * max(radius, 0.0)) * SLACK) ** 2
            for k in range(found):
                if squares[k] <= reach and seen[k] != i and seen[k] != second:
                    distance = bisector(z, row, centres, i, seen[k])
                    if distance < radius:
                        radius = distance
                        reach = ((rho + 2 * max(radius, 0.0)) * SLACK) ** 2
            # A negative distance means that rounding took the wrong one of two nearest centres.
            if radius < 0:
                break
            if (rho + 2 * radius) * SLACK <= clear:
                labels[row], radii[row] = order[i], radius
                done = True
                break
            if rho + 2 * radius > clear + (RINGS - ring) * widest:
                break
        if not done:
            unsure[count] = row
            count += 1
    return unsure[:count]


def searched(z: FloatArray, grid: Grid, labels: IntArray, radii: FloatArray) -> IntArray:
    """Fill labels and radii of the points whose search ends; return the rows of the others."""
    return _searched(
        z, grid.low, grid.step, grid.shape, grid.starts, grid.order, grid.centres, labels, radii
    )
