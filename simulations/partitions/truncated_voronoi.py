"""Voronoi cells cut at a radius around their centres, with a hole where every centre is far.

python -m simulations.truncated_voronoi --classes 10 --cut 0.5
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bounds.support.validation import real
from simulations.arrays import FloatArray, IntArray
from simulations.cells.planar import voronoi_edges
from simulations.cells.segments import distance_to_segments, entry_of_cell, nearest_centre
from simulations.compiled import compiled
from simulations.partitions.base import LARGEST, FusedCalls
from simulations.partitions.protocol import HOLE, JSON
from simulations.partitions.voronoi import valid_centres


@compiled
def _rows(
    z: FloatArray, centres: FloatArray, cut: float, ends: FloatArray, witnessed: bool
) -> tuple[IntArray, FloatArray]:
    rows, dim = z.shape
    labels, radii = np.empty(rows, dtype=np.int64), np.empty(rows)
    nearest = np.empty(dim)
    for n in range(rows):
        own = nearest_centre(z[n], centres)
        square = 0.0
        for c in range(dim):
            square += (z[n, c] - centres[own, c]) ** 2
        if square >= cut * cut:
            labels[n], radii[n] = HOLE, np.nan
            continue
        best = np.inf if witnessed else distance_to_segments(z[n, 0], z[n, 1], ends)
        for j in range(centres.shape[0]):
            if j == own:
                continue
            inner, apart, square = 0.0, 0.0, 0.0
            for c in range(dim):
                step = centres[own, c] - centres[j, c]
                inner += step * (z[n, c] - 0.5 * (centres[own, c] + centres[j, c]))
                apart += step * step
                square += (z[n, c] - centres[j, c]) ** 2
            length = math.sqrt(square)
            if max(length - cut, inner / math.sqrt(apart)) >= best:
                continue
            if length > cut:
                for c in range(dim):
                    nearest[c] = centres[j, c] + cut / length * (z[n, c] - centres[j, c])
                if nearest_centre(nearest, centres) == j:
                    best = min(best, length - cut)
                    continue
            if witnessed:
                share = max(entry_of_cell(z[n], j, centres), 1 - cut / length)
                best = min(best, share * length)
        labels[n], radii[n] = own, best
    return labels, radii


def _within(pairs: IntArray, ends: FloatArray, centres: FloatArray, cut: float) -> FloatArray:
    """Parts of the edges within the cut of their two centres."""
    start, step = ends[:, 0], ends[:, 1] - ends[:, 0]
    length = np.sqrt(np.sum(step**2, axis=1))
    direction = step / np.where(length > 0, length, 1.0)[:, None]
    offset = start - centres[pairs[:, 0]]
    along = -np.sum(offset * direction, axis=1)
    across = np.sum((offset + along[:, None] * direction) ** 2, axis=1)
    half = np.sqrt(np.maximum(cut**2 - across, 0.0))
    low, high = np.maximum(along - half, 0.0), np.minimum(along + half, length)
    kept = (across < cut**2) & (low < high)
    limits = [start + limit[:, None] * direction for limit in (low, high)]
    return np.stack(limits, axis=1)[kept]


@dataclass(frozen=True, slots=True, eq=False)
class TruncatedVoronoi(FusedCalls):
    """Class i: the points nearest to c_i and within R of it; a hole elsewhere.

    The pieces are convex. On the line and in the plane the radius is exact: the point of piece j
    nearest to z is either the point of the ball about c_j nearest to z or on a part of a Voronoi
    edge. In higher dimension the radius given is an upper bound: that point of the ball if it
    lies in cell j, else where the segment from z to c_j enters the piece.

    Parameters
    ----------
    centres : array_like, shape (K, d)
        Distinct centres c_i.
    cut : float
        Radius R > 0.

    Raises
    ------
    TypeError, ValueError
        If centres are equal or not finite, or the cut is not positive and finite.

    Examples
    --------
    >>> pieces = TruncatedVoronoi([[-2.0], [2.0]], 1.0)
    >>> pieces.classify_and_radius(np.array([[-2.5], [0.0]]))
    (array([ 0, -1]), array([3.5, nan]))
    """

    centres: FloatArray
    cut: float
    _planar_centres: FloatArray = field(repr=False)
    _edges: FloatArray = field(repr=False)

    def __init__(self, centres: Sequence[Sequence[float]] | FloatArray, cut: float) -> None:
        c, radius = valid_centres(centres), real(cut, "cut", 0.0, LARGEST)
        flat, edges = np.zeros((0, 2)), np.zeros((0, 2, 2))
        if c.shape[1] <= 2:
            # A line is the plane's first axis; the pieces are symmetric about it.
            flat = np.concatenate([c, np.zeros((len(c), 2 - c.shape[1]))], axis=1)
            edges = _within(*voronoi_edges(flat), flat, radius)
        object.__setattr__(self, "centres", c)
        object.__setattr__(self, "cut", radius)
        object.__setattr__(self, "_planar_centres", flat)
        object.__setattr__(self, "_edges", edges)

    @property
    def name(self) -> str:
        """Name of the family."""
        return "truncated voronoi"

    @property
    def dim(self) -> int:
        """Dimension d."""
        return self.centres.shape[1]

    @property
    def classes(self) -> int:
        """Number of cells, K."""
        return len(self.centres)

    @property
    def has_holes(self) -> bool:
        """Points far from all centres belong to no class."""
        return True

    @property
    def radius_is_exact(self) -> bool:
        """Whether `radius` is the radius, not an upper bound: in dimension 1 and 2."""
        return self.dim <= 2

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        if self.dim > 2:
            return _rows(z, self.centres, self.cut, self._edges, True)
        if self.dim == 1:
            z = np.concatenate([z, np.zeros((len(z), 1))], axis=1)
        return _rows(z, self._planar_centres, self.cut, self._edges, False)

    def masses(self) -> FloatArray | None:
        """Unknown."""
        return None

    def expected_radius(self) -> float | None:
        """+inf for one class, else unknown."""
        return math.inf if self.classes == 1 else None

    def parameters(self) -> dict[str, JSON]:
        """Centres and cut."""
        return {"centres": self.centres.tolist(), "cut": self.cut}
