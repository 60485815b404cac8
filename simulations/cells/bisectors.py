"""Labels and radii among given centres: which kernel computes them.

Few centres are compared in float64 for many points at a time; many in low dimension are found by a
grid, or by a tree where they crowd; others are screened by a float32 product. All give the same
labels and radii: ways of ruling centres out differ, not the distances.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial import cKDTree

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import SLACK, all_centres, bisector
from simulations.cells.few import few_centres, half_inverse_distances
from simulations.cells.grid import DIMENSION, Grid, searched
from simulations.cells.screening import Screen, screened
from simulations.compiled import compiled

GRID_CLASSES = 200
"""Number of centres from which a grid or a tree is searched in place of all distances."""

TREE_DIMENSION = 4
"""Highest dimension in which trees pay."""

FEW_CLASSES = 200
"""Number of centres up to which a table of distances between them is small."""

SCREEN_NUMBERS = 200
"""Coordinates of centres from which screening pays."""


@compiled
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
                    distance = bisector(z, row, centres, found[row, first], found[row, k])
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

    __slots__ = ("_columns", "_grid", "_screen", "_tree", "_weights", "centres")

    def __init__(self, centres: FloatArray) -> None:
        self.centres = np.ascontiguousarray(centres, dtype=np.float64)
        self._columns = np.ascontiguousarray(self.centres.T)
        classes, dim = self.centres.shape
        searched = classes >= GRID_CLASSES and dim <= TREE_DIMENSION
        self._tree = cKDTree(self.centres) if searched else None
        self._grid = Grid.of(self.centres) if searched and dim <= DIMENSION else None
        many = not searched and self.centres.size >= SCREEN_NUMBERS
        self._screen = Screen.of(self.centres) if many and classes > 1 else None
        few = classes <= FEW_CLASSES and self.centres.size < SCREEN_NUMBERS
        self._weights = half_inverse_distances(self.centres) if few else None

    def kernel(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and radii of the rows of `z`; the radius is inf if there is one centre only."""
        z = np.ascontiguousarray(z, dtype=np.float64)
        labels = np.zeros(len(z), dtype=np.int64)
        radii = np.full(len(z), np.inf)
        if len(self.centres) == 1:
            return labels, radii
        if self._screen is not None:
            screened(z, self.centres, self._columns, self._screen, labels, radii)
        elif self._weights is not None:
            few_centres(z, self.centres, self._columns, self._weights, labels, radii)
        elif self._tree is None:
            all_centres(z, self.centres, self._columns, labels, radii)
        else:
            rows = np.arange(len(z))
            if self._grid is not None:
                rows = searched(z, self._grid, labels, radii)
            self._search_tree(z, rows, labels, radii)
        return labels, radii

    def _search_tree(
        self, z: FloatArray, rows: IntArray, labels: IntArray, radii: FloatArray
    ) -> None:
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
