"""A 1-nearest-neighbour classifier: classes are unions of Voronoi cells, in general not convex.

python -m simulations.nearest_neighbour --centres 30 --classes 3
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.validation import integer_array
from simulations.arrays import FloatArray, IntArray
from simulations.cells.planar import flat_cells, voronoi_edges
from simulations.cells.segments import distance_to_segments, entry_of_cell, nearest_centre
from simulations.compiled import compiled
from simulations.partitions.base import MOST_CLASSES, FusedCalls, class_number, rows_to_draw
from simulations.partitions.protocol import JSON
from simulations.partitions.slabs import Slabs
from simulations.partitions.voronoi import valid_centres
from simulations.seeds import shape_generator


@compiled
def _planar(
    z: FloatArray, centres: FloatArray, labels: IntArray, ends: FloatArray
) -> tuple[IntArray, FloatArray]:
    found, radii = np.empty(z.shape[0], dtype=np.int64), np.empty(z.shape[0])
    for n in range(z.shape[0]):
        found[n] = labels[nearest_centre(z[n], centres)]
        radii[n] = distance_to_segments(z[n, 0], z[n, 1], ends)
    return found, radii


@compiled
def _witnessed(z: FloatArray, centres: FloatArray, labels: IntArray) -> tuple[IntArray, FloatArray]:
    """Labels, and distances to points in the closure of another class."""
    rows, dim = z.shape
    classes = centres.shape[0]
    found, radii = np.empty(rows, dtype=np.int64), np.empty(rows)
    foot = np.empty(dim)
    for n in range(rows):
        own = nearest_centre(z[n], centres)
        best = np.inf
        for j in range(classes):
            if labels[j] == labels[own]:
                continue
            inner, square, length = 0.0, 0.0, 0.0
            for c in range(dim):
                step = centres[own, c] - centres[j, c]
                inner += step * (z[n, c] - 0.5 * (centres[own, c] + centres[j, c]))
                square += step * step
                length += (centres[j, c] - z[n, c]) ** 2
            # Cell j lies behind this bisector, so it is not nearer than that.
            below = max(inner / math.sqrt(square), 0.0)
            if below >= best:
                continue
            for c in range(dim):
                foot[c] = z[n, c] - inner / square * (centres[own, c] - centres[j, c])
            holds_foot = True
            for k in range(classes):
                # No centre is nearer to the foot than c_j: the foot is in the closure of cell j.
                if k == j or k == own:  # noqa: SIM109
                    continue
                side = 0.0
                for c in range(dim):
                    side += (centres[j, c] - centres[k, c]) * (
                        foot[c] - 0.5 * (centres[j, c] + centres[k, c])
                    )
                if side < 0:
                    holds_foot = False
                    break
            if holds_foot:
                best = below
            else:
                share = entry_of_cell(z[n], j, centres)
                best = min(best, share * math.sqrt(length))
        found[n], radii[n] = labels[own], best
    return found, radii


@dataclass(frozen=True, slots=True, eq=False)
class NearestNeighbour(FusedCalls):
    """Class = label of the nearest of m labelled centres.

    The boundary of the classes is the union of the faces of the Voronoi diagram between cells of
    different labels. On the line and in the plane r(z) is the distance to the nearest such face.
    In higher dimension the radius given is the distance to some point in the closure of another
    class, an upper bound: for each cell j of another label the foot of the perpendicular to its
    bisector if that lies on the cell, else the point where the segment to c_j enters the cell.

    Parameters
    ----------
    centres : array_like, shape (m, d)
        Distinct centres.
    labels : sequence of int, shape (m,)
        Labels 0..K-1 of the centres; the largest sets K.

    Raises
    ------
    TypeError, ValueError
        If shapes don't match, centres are equal or not finite, or a label is negative.

    Examples
    --------
    >>> three = NearestNeighbour([[-2.0], [0.0], [2.0]], [0, 1, 1])
    >>> three.radius(np.array([[0.0], [2.0]])).tolist()
    [1.0, 3.0]
    """

    centres: FloatArray
    labels: IntArray
    _planar_centres: FloatArray = field(repr=False)
    _edges: FloatArray = field(repr=False)

    def __init__(
        self, centres: Sequence[Sequence[float]] | FloatArray, labels: Sequence[int] | IntArray
    ) -> None:
        c = valid_centres(centres)
        given = integer_array(labels, "labels")
        if given.shape != (len(c),):
            raise InvalidValueError(f"labels has shape {given.shape}: expected ({len(c)},)")
        if given.min() < 0:
            raise InvalidValueError(
                f"labels[{int(given.argmin())}]={given.min()}: expected at least 0"
            )
        if given.max() >= MOST_CLASSES:
            raise InvalidValueError(
                f"labels[{int(given.argmax())}]={given.max()}: expected below {MOST_CLASSES:,}"
            )
        own: IntArray = given.astype(np.int64)
        own.setflags(write=False)
        flat, edges = np.zeros((0, 2)), np.zeros((0, 2, 2))
        if c.shape[1] <= 2:
            # A line is the plane's first axis: its cells become strips at the same distances.
            flat = np.concatenate([c, np.zeros((len(c), 2 - c.shape[1]))], axis=1)
            pairs, ends = voronoi_edges(flat)
            edges = ends[own[pairs[:, 0]] != own[pairs[:, 1]]]
        object.__setattr__(self, "centres", c)
        object.__setattr__(self, "labels", own)
        object.__setattr__(self, "_planar_centres", flat)
        object.__setattr__(self, "_edges", edges)

    @staticmethod
    def random(centres: int, classes: int, dim: int, seed: int = 0) -> NearestNeighbour:
        """Standard normal centres with labels drawn uniformly from 0..K-1."""
        generator = shape_generator(seed)
        places = generator.standard_normal(rows_to_draw(centres, dim, "centres"))
        return NearestNeighbour(places, generator.integers(class_number(classes), size=centres))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "nearest neighbour"

    @property
    def dim(self) -> int:
        """Dimension d."""
        return self.centres.shape[1]

    @property
    def classes(self) -> int:
        """Number of labels, K."""
        return int(self.labels.max()) + 1

    @property
    def radius_is_exact(self) -> bool:
        """Whether `radius` is the radius, not an upper bound: in dimension 1 and 2."""
        return self.dim <= 2

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        if self.dim > 2:
            return _witnessed(z, self.centres, self.labels)
        if self.dim == 1:
            z = np.concatenate([z, np.zeros((len(z), 1))], axis=1)
        return _planar(z, self._planar_centres, self.labels, self._edges)

    def masses(self) -> FloatArray | None:
        """Exact masses if the centres lie in a plane."""
        cells = flat_cells(self.centres)
        if cells is None:
            return None
        return np.bincount(self.labels, cells.masses, self.classes).astype(np.float64)

    def expected_radius(self) -> float | None:
        """Exact E r on the line, or for a label of each cell its own; else None."""
        if self.dim == 1:
            order = np.argsort(self.centres[:, 0])
            places, labels = self.centres[order, 0], self.labels[order]
            changes = labels[1:] != labels[:-1]
            return Slabs((0.5 * (places[1:] + places[:-1]))[changes]).expected_radius()
        if len(np.unique(self.labels)) == 1:
            return math.inf
        if len(np.unique(self.labels)) == len(self.labels):
            cells = flat_cells(self.centres)
            return None if cells is None else cells.expected_radius
        return None

    def parameters(self) -> dict[str, JSON]:
        """Centres and labels."""
        return {"centres": self.centres.tolist(), "labels": self.labels.tolist()}
