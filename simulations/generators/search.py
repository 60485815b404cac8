"""The class radius of a black box: the distance to a verified point of another class.

Any point w of another class gives r(z) <= ||z - w||. The search below looks for a near one:
nearest points of another class in a fixed pool, bisection towards z, then rotations of the ray
from z, guided by the normal of the class boundary where one is known. Every distance that it
returns is to a point whose label was computed, so it is an upper bound of the radius whatever
the search missed.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from bounds.support.validation import count
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.protocol import HOLE

Normals: TypeAlias = Callable[[FloatArray, IntArray, IntArray], FloatArray]
"""Points (n, d) on the boundary of class `other` (n,) seen from class `own` (n,) to vectors (n, d)
that point into `other` along the normal; zero where it is not known."""

_CANDIDATES = 4
_NEIGHBOURS = 16
_MOST_NEIGHBOURS = 1024
_SEED_BISECTIONS = 7
_NORMAL_STEPS = 3
_NORMAL_BISECTIONS = 7
_ROTATIONS = 10
_ROTATIONS_AFTER_NORMALS = 4
_ROTATION_BISECTIONS = 5
_FIRST_ANGLE = 0.5
_TANGENTS = 8
_FINAL_BISECTIONS = 6


class WitnessSearch:
    """Search for the nearest point of another class, given nothing but labels.

    Parameters
    ----------
    classify : callable
        Latents (n, d) to labels (n,), -1 in a hole.
    pool : array of shape (n, d)
        Points labelled in advance, among which witnesses are sought first.
    labels : int array of shape (n,)
        Their labels. The search itself is deterministic.
    normals : callable or None
        Where known, directions to the boundary; they make the search faster and closer and
        cannot make it wrong.

    Notes
    -----
    The pool holds two fixed points w_1, w_2 of two classes (`anchors`), so that every distance
    found from z is at most max(||z - w_1||, ||z - w_2||), a 1-Lipschitz function of z.

    Examples
    --------
    >>> right = lambda z: (z[:, 0] > 1.0).astype(np.int64)
    >>> pool = witness_pool(1000, dim=2, rng=0)
    >>> search = WitnessSearch(right, pool, right(pool))
    >>> z = np.array([[0.0, 0.0], [3.0, -1.0]])
    >>> bool(np.allclose(search.radius(z, np.array([0, 1])), [1.0, 2.0], rtol=1e-2))
    True
    """

    def __init__(
        self,
        classify: Callable[[FloatArray], IntArray],
        pool: FloatArray,
        labels: IntArray,
        *,
        normals: Normals | None = None,
    ) -> None:
        self._classify = classify
        self._normals = normals
        self.dim = pool.shape[1]
        pool, labels = pool[labels != HOLE], labels[labels != HOLE]
        self._labels = labels
        self._index = KDTree(pool) if len(pool) else None
        self.anchors = _anchors(pool, labels)

    def radius(self, z: FloatArray, labels: IntArray) -> FloatArray:
        """Distances (n,) from `z` (n, d), of classes `labels` (n,), to verified other classes.

        +inf where no point of another class is known, NaN in a hole.
        """
        distances = np.linalg.norm(self.witnesses(z, labels) - z, axis=1)
        distances[labels == HOLE] = np.nan
        return distances

    def witnesses(self, z: FloatArray, labels: IntArray) -> FloatArray:
        """Points (n, d) of other classes near `z`; rows of +inf where none is known."""
        found = np.full(z.shape, np.inf)
        for label in np.unique(labels[labels != HOLE]):
            rows = np.flatnonzero(labels == label)
            nearest = self._nearest_of_others(z[rows], int(label))
            if nearest is not None:
                found[rows] = self._nearest_of_segments(z[rows], labels[rows], nearest)
        rows = np.flatnonzero(np.isfinite(found[:, 0]))
        if rows.size:
            found[rows] = self._improved(z[rows], labels[rows], found[rows])
        return found

    def _nearest_of_others(self, z: FloatArray, label: int) -> FloatArray | None:
        """The nearest points (n, k, d) of the pool outside a class; None if there are none."""
        others = self._labels != label
        wanted = min(_CANDIDATES, int(others.sum()))
        if self._index is None or not wanted:
            return None
        pool = np.asarray(self._index.data)
        result = np.empty((len(z), wanted, self.dim))
        rows, neighbours = np.arange(len(z)), _NEIGHBOURS
        # One index serves all classes: ask it for more neighbours until enough are of others.
        while rows.size and neighbours < min(_MOST_NEIGHBOURS, self._index.n):
            near = np.asarray(self._index.query(z[rows], k=range(1, neighbours + 1))[1])
            foreign = others[near]
            enough = foreign.sum(axis=1) >= wanted
            first = np.argsort(~foreign[enough], axis=1, kind="stable")[:, :wanted]
            result[rows[enough]] = pool[np.take_along_axis(near[enough], first, axis=1)]
            rows, neighbours = rows[~enough], 4 * neighbours
        if rows.size:
            rest = KDTree(pool[others])
            result[rows] = pool[others][np.asarray(rest.query(z[rows], k=range(1, wanted + 1))[1])]
        return result

    def _is_witness(self, points: FloatArray, labels: IntArray) -> NDArray[np.bool_]:
        there = self._classify(points)
        return (there != labels) & (there != HOLE)

    def _nearest_of_segments(self, z: FloatArray, labels: IntArray, ends: FloatArray) -> FloatArray:
        """The nearest of the witnesses that bisection finds on the segments z to ends (n, k, d)."""
        n, candidates, dim = ends.shape
        starts = np.repeat(z, candidates, axis=0)
        found = self._bisected(
            starts,
            np.repeat(labels, candidates),
            ends.reshape(-1, dim),
            np.zeros(n * candidates),
            _SEED_BISECTIONS,
        ).reshape(ends.shape)
        best = np.linalg.norm(found - z[:, None], axis=2).argmin(axis=1)
        return found[np.arange(n), best]

    def _bisected(
        self, z: FloatArray, labels: IntArray, witnesses: FloatArray, low: FloatArray, steps: int
    ) -> FloatArray:
        """Witnesses moved towards z along their rays, not below the share `low` of the way.

        The share `high` always belongs to a verified witness, whatever the class at `low` is.
        """
        high = np.ones(len(z))
        rays = witnesses - z
        for _ in range(steps):
            middle = 0.5 * (low + high)
            verified = self._is_witness(z + middle[:, None] * rays, labels)
            high = np.where(verified, middle, high)
            low = np.where(verified, low, middle)
        # At share 1 the point is the verified one itself, not its rounded reconstruction.
        return np.where(high[:, None] < 1, z + high[:, None] * rays, witnesses)

    def _improved(self, z: FloatArray, labels: IntArray, witnesses: FloatArray) -> FloatArray:
        witnesses = self._along_normals(z, labels, witnesses)
        witnesses = self._by_rotations(z, labels, witnesses)
        low = np.full(len(z), 0.95)
        return self._bisected(z, labels, witnesses, low, _FINAL_BISECTIONS)

    def _along_normals(self, z: FloatArray, labels: IntArray, witnesses: FloatArray) -> FloatArray:
        """Aim from z along the normal of the boundary at the witness, as DeepFool does.

        Moosavi-Dezfooli, Fawzi & Frossard, arXiv 1511.04599; here each step is verified.
        """
        if self._normals is None:
            return witnesses
        witnesses = witnesses.copy()
        for _ in range(_NORMAL_STEPS):
            normals = self._normals(witnesses, labels, self._classify(witnesses))
            length = np.linalg.norm(normals, axis=1)
            radii = np.linalg.norm(witnesses - z, axis=1)
            rows = np.flatnonzero((length > 0) & np.isfinite(length) & (radii > 0))
            if not rows.size:
                break
            directions = normals[rows] / length[rows, None]
            proposals = z[rows] + radii[rows, None] * directions
            kept = self._is_witness(proposals, labels[rows])
            rows, proposals, directions = rows[kept], proposals[kept], directions[kept]
            # Were the boundary flat, the witness would be at this share of the new ray.
            cosine = ((witnesses[rows] - z[rows]) * directions).sum(1) / radii[rows]
            low = 0.8 * np.clip(cosine, 0, 1)
            witnesses[rows] = self._bisected(
                z[rows], labels[rows], proposals, low, _NORMAL_BISECTIONS
            )
        return witnesses

    def _by_rotations(self, z: FloatArray, labels: IntArray, witnesses: FloatArray) -> FloatArray:
        """Pattern search: turn the ray by an angle, which is halved when no turn helps."""
        if self.dim == 1:
            return witnesses
        witnesses = witnesses.copy()
        angle = np.full(len(z), _FIRST_ANGLE)
        rotations = _ROTATIONS if self._normals is None else _ROTATIONS_AFTER_NORMALS
        for step in range(rotations):
            radii = np.linalg.norm(witnesses - z, axis=1)
            turned = z[:, None] + radii[:, None, None] * self._turned(
                (witnesses - z) / np.maximum(radii, np.finfo(float).tiny)[:, None], angle, step
            )
            n, turns, dim = turned.shape
            verified = self._is_witness(turned.reshape(-1, dim), np.repeat(labels, turns))
            verified = verified.reshape(n, turns)
            rows = np.flatnonzero(verified.any(axis=1) & (radii > 0))
            if rows.size:
                proposals = turned[rows, verified[rows].argmax(axis=1)]
                # A turn by a gains at most about a factor 1 + 2a on a flat boundary.
                low = 1 / (1 + 2 * angle[rows])
                witnesses[rows] = self._bisected(
                    z[rows], labels[rows], proposals, low, _ROTATION_BISECTIONS
                )
            angle[~verified.any(axis=1)] /= 2
        return witnesses

    def _turned(self, directions: FloatArray, angle: FloatArray, step: int) -> FloatArray:
        """Unit vectors (n, m, d) at `angle` from `directions` (n, d), towards ± tangents."""
        # The Householder reflection that takes u to an axis takes the other axes to tangents.
        reflector = directions.copy()
        reflector[:, 0] += np.where(directions[:, 0] < 0, -1.0, 1.0)
        axes = 1 + (step * _TANGENTS + np.arange(min(_TANGENTS, self.dim - 1))) % (self.dim - 1)
        tangents = np.eye(self.dim)[axes][None] - (
            2 * reflector[:, axes, None] * reflector[:, None] / (reflector**2).sum(1)[:, None, None]
        )
        tangents = np.concatenate([tangents, -tangents], axis=1)
        cosine, sine = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
        return cosine * directions[:, None] + sine * tangents


def witness_pool(
    size: int, dim: int, rng: int | np.random.SeedSequence | np.random.Generator = 0
) -> FloatArray:
    """Points (size, d) to be labelled in advance: half from N(0, I) and half from N(0, 4 I).

    Examples
    --------
    >>> witness_pool(10, dim=3).shape
    (10, 3)
    """
    size = count(size, "pool", 2)
    points = np.random.default_rng(rng).standard_normal((size, count(dim, "dim")))
    points[size // 2 :] *= 2
    return points


def _anchors(points: FloatArray, labels: IntArray) -> FloatArray | None:
    """Points (2, d) of two classes, each the nearest of its class to the origin, or None."""
    norms = np.linalg.norm(points, axis=1)
    order = np.argsort(norms)
    if not len(order):
        return None
    other = order[labels[order] != labels[order[0]]]
    return points[[order[0], other[0]]] if len(other) else None
