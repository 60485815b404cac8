"""Nearest centre and distance to the nearest bisector, exactly, for many points.

For z in the cell of c_i, the distance to the bisector with c_j is
(c_i - c_j).(z - (c_i + c_j)/2) / ||c_i - c_j||, a form that does not cancel. With rho = ||z - c_i||
and r the radius, only centres with ||z - c_j|| <= rho + 2 r can attain it: the nearest point of
the bisector is at distance r from z and as far from c_j as from c_i.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from scipy.spatial import cKDTree

from simulations.partition import FloatArray, IntArray

TREE_CLASSES = 1000
"""Number of centres from which a tree is searched in place of all distances."""

TREE_DIMENSION = 4
"""Highest dimension in which trees pay."""

SLACK = 1 + 1e-9
"""Factor on rho + 2 r that covers the rounding of distances, which is relative."""

_compiled: Any = numba.njit(nogil=True, cache=True)


@_compiled
def _bisector(z: FloatArray, centres: FloatArray, i: int, j: int) -> float:  # pragma: no cover
    """Signed distance of z to the bisector of c_i and c_j, positive on the side of c_i."""
    product = 0.0
    square = 0.0
    for t in range(z.size):
        difference = centres[i, t] - centres[j, t]
        product += difference * ((z[t] - centres[i, t]) + 0.5 * difference)
        square += difference * difference
    return product / math.sqrt(square)


@_compiled
def _all_centres(  # pragma: no cover
    z: FloatArray, centres: FloatArray, columns: FloatArray, labels: IntArray, radii: FloatArray
) -> None:
    """Fill labels and radii by the distances to all centres; columns is centres transposed."""
    classes = centres.shape[0]
    squares = np.empty(classes)
    for row in range(z.shape[0]):
        squares[:] = 0.0
        for t in range(z.shape[1]):
            x = z[row, t]
            for j in range(classes):
                difference = x - columns[t, j]
                squares[j] += difference * difference
        i = 0
        radius = math.inf
        for j in range(1, classes):
            if squares[j] < squares[i]:
                i = j
        # Where rounding took the wrong one of two nearest centres, the distance to their bisector
        # comes out negative, and the other is taken. It is nearer, so this ends; the count guards
        # against ties that rounding makes circular.
        for _ in range(classes):
            radius = math.inf
            reach = math.inf
            nearest = i
            rho = math.sqrt(squares[i])
            for j in range(classes):
                if j != i and squares[j] <= reach:
                    distance = _bisector(z[row], centres, i, j)
                    if distance < radius:
                        radius = distance
                        nearest = j
                        reach = ((rho + 2 * max(radius, 0.0)) * SLACK) ** 2
            if radius >= 0:
                break
            i = nearest
        labels[row] = i
        radii[row] = max(radius, 0.0)


@_compiled
def _candidates(  # pragma: no cover
    z: FloatArray,
    centres: FloatArray,
    found: IntArray,
    distances: FloatArray,
    labels: IntArray,
    radii: FloatArray,
    complete: bool,
) -> IntArray:
    """Fill labels and radii from the nearest centres; return the rows that need more of them.

    Row m of `found` holds centres by increasing `distances`; beyond the last, centres are farther.
    """
    size = found.shape[1]
    unsure = np.empty(z.shape[0], dtype=np.int64)
    count = 0
    for row in range(z.shape[0]):
        first = 0
        radius = math.inf
        for _ in range(size):
            radius = math.inf
            nearest = first
            for k in range(size):
                if k != first:
                    distance = _bisector(z[row], centres, found[row, first], found[row, k])
                    if distance < radius:
                        radius = distance
                        nearest = k
            if radius >= 0:
                break
            first = nearest
        labels[row] = found[row, first]
        radii[row] = max(radius, 0.0)
        reach = (distances[row, first] + 2 * radii[row]) * SLACK
        if not complete and distances[row, size - 1] < reach:
            unsure[count] = row
            count += 1
    return unsure[:count]


class Bisectors:
    """Labels and radii of points among given centres.

    Parameters
    ----------
    centres : array of shape (K, d)
        Finite and distinct; not copied.
    """

    __slots__ = ("_columns", "_tree", "centres")

    def __init__(self, centres: FloatArray) -> None:
        self.centres = np.ascontiguousarray(centres, dtype=np.float64)
        self._columns = np.ascontiguousarray(self.centres.T)
        classes, dim = self.centres.shape
        searched = classes >= TREE_CLASSES and dim <= TREE_DIMENSION
        self._tree = cKDTree(self.centres) if searched else None

    def kernel(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and radii of the rows of `z`; the radius is inf if there is one centre only."""
        z = np.ascontiguousarray(z, dtype=np.float64)
        labels = np.zeros(len(z), dtype=np.int64)
        radii = np.full(len(z), np.inf)
        if len(self.centres) == 1:
            return labels, radii
        if self._tree is None:
            _all_centres(z, self.centres, self._columns, labels, radii)
        else:
            self._search(z, labels, radii)
        return labels, radii

    def _search(self, z: FloatArray, labels: IntArray, radii: FloatArray) -> None:
        rows = np.arange(len(z))
        neighbours = 8
        while rows.size:
            neighbours = min(neighbours, len(self.centres))
            complete = neighbours == len(self.centres)
            # Far points need many neighbours: pieces keep their table small.
            step = max(1, 2**20 // neighbours)
            unsure: list[IntArray] = []
            for start in range(0, rows.size, step):
                part = rows[start : start + step]
                points = z[part]
                distances, found = self._tree.query(points, k=neighbours)  # pyright: ignore
                some_labels, some_radii = np.empty_like(part), np.empty(part.size)
                again = _candidates(
                    points, self.centres, found, distances, some_labels, some_radii, complete
                )
                labels[part], radii[part] = some_labels, some_radii
                unsure.append(part[again])
            rows = np.concatenate(unsure)
            neighbours *= 4
