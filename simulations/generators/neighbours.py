"""Nearest labelled points of another class, from one index that all classes share."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from simulations.arrays import FloatArray, IntArray

_LARGEST_TREE_DIMENSION = 8
_NEIGHBOURS = 16
_MOST_NEIGHBOURS = 256
_TABLE_ENTRIES = 2**22


class SharedIndex:
    """Labelled points, searched for the nearest ones of other classes than a given one.

    A tree in few dimensions, asked for more neighbours until enough are of other classes; tables
    of squared distances in blocks where that fails or where a tree does not help. Nothing is
    stored a class.

    Parameters
    ----------
    points : array of shape (n, d)
    labels : int array of shape (n,)

    Examples
    --------
    >>> index = SharedIndex(np.array([[0.0], [1.0], [3.0]]), np.array([0, 1, 1]))
    >>> index.others(np.array([[0.5], [0.5]]), np.array([0, 1]), 2).tolist()
    [[1, 2], [0, -1]]
    """

    def __init__(self, points: FloatArray, labels: IntArray) -> None:
        self.points = points
        self.labels = labels
        dim = points.shape[1]
        self._tree = KDTree(points) if len(points) and dim <= _LARGEST_TREE_DIMENSION else None
        self._norms = np.einsum("nd,nd->n", points, points)

    def others(self, z: FloatArray, own: IntArray, wanted: int) -> IntArray:
        """Indices (n, wanted) of the nearest points of other classes, -1 where there are none."""
        found = np.full((len(z), wanted), -1, dtype=np.int64)
        rows = np.arange(len(z))
        if self._tree is not None:
            rows = self._by_tree(z, own, found)
        step = max(1, _TABLE_ENTRIES // max(1, len(self.points)))
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            found[part] = self._by_table(z[part], own[part], wanted)
        return found

    def _by_tree(self, z: FloatArray, own: IntArray, found: IntArray) -> IntArray:
        """Fill rows of `found`; return those that it could not fill."""
        assert self._tree is not None
        wanted = found.shape[1]
        rows, neighbours = np.arange(len(z)), _NEIGHBOURS
        while rows.size and neighbours <= min(_MOST_NEIGHBOURS, self._tree.n):
            near = np.asarray(self._tree.query(z[rows], k=range(1, neighbours + 1))[1])
            foreign = self.labels[near] != own[rows, None]
            enough = foreign.sum(axis=1) >= wanted
            first = np.argsort(~foreign[enough], axis=1, kind="stable")[:, :wanted]
            found[rows[enough]] = np.take_along_axis(near[enough], first, axis=1)
            rows, neighbours = rows[~enough], 4 * neighbours
        return rows

    def _by_table(self, z: FloatArray, own: IntArray, wanted: int) -> IntArray:
        table = self._norms - 2 * z @ self.points.T
        table[self.labels == own[:, None]] = np.inf
        wanted_here = min(wanted, table.shape[1])
        if not wanted_here:
            return np.full((len(z), wanted), -1, dtype=np.int64)
        near = np.argpartition(table, wanted_here - 1, axis=1)[:, :wanted_here]
        distances = np.take_along_axis(table, near, axis=1)
        order = np.lexsort((near, distances), axis=1)
        near = np.take_along_axis(near, order, axis=1)
        known = np.isfinite(np.take_along_axis(table, near, axis=1))
        result = np.full((len(z), wanted), -1, dtype=np.int64)
        result[:, :wanted_here] = np.where(known, near, -1)
        return result
