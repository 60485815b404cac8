"""Masses and the expected radius of Voronoi and power cells of the plane, without sampling.

In cell i the radius is the least of the linear functions

    l_ij(z) = (B_ij - A_ij.z) / N_ij,   A_ij = c_j - c_i,   N_ij = |A_ij|,
    B_ij = A_ij.(c_i + c_j)/2 - (w_j - w_i)/2,

one for each other class j (w = 0: Voronoi cells). Where l_ij is the least one is a convex polygon,
so E r = sum_ij int_{polygon ij} l_ij dmu needs only the Gaussian mass and first moment of polygons.
By the divergence theorem both are sums over edges. For an edge on the line n.z = h (n the outward
unit normal) between tangential coordinates s_1 < s_2,

    mass:         (atan(s_2/h) - atan(s_1/h)) / (2 pi) - (T(h, s_2/h) - T(h, s_1/h)),
    first moment: -n phi(h) (Phi(s_2) - Phi(s_1)),

T being Owen's function. The plane is cut to the square |z|_inf <= 40, outside of which the Gaussian
mass, below 1e-348, is less than the smallest double: unbounded cells lose nothing by it.

Source: our derivation; Owen (1956), *Tables for computing bivariate normal probabilities*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.special

from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray, IntArray
from simulations.compiled import compiled

EXTENT = 40.0


@dataclass(frozen=True, slots=True)
class PlanarCells:
    """Integrals over the power cells of the plane under the standard normal law.

    Attributes
    ----------
    masses : ndarray, shape (K,)
        P[z in cell i].
    radii : ndarray, shape (K,)
        E[r(z); z in cell i], the integral of the radius over the cell. +inf if K = 1.
    """

    masses: FloatArray
    radii: FloatArray

    @property
    def expected_radius(self) -> float:
        """E r(z), the sum of `radii`."""
        return math.fsum(self.radii)


@dataclass(frozen=True, slots=True)
class PlanarPieces:
    """Integrals over the pieces {z in cell i: face j is the nearest}, and over the faces.

    Attributes
    ----------
    cell, face : ndarray of int, shape (m,)
        The indices i and j of each piece; equal if cell i has no face.
    mass : ndarray, shape (m,)
        Gaussian mass of the piece.
    moment : ndarray, shape (m, 2)
        Integral of z over the piece.
    boundary_cell, boundary_face : ndarray of int, shape (e,)
        The indices i and j of each boundary edge of a cell.
    boundary_mass : ndarray, shape (e,)
        Integral of the density along the edge.
    boundary_moment : ndarray, shape (e, 2)
        Integral of z times the density along the edge.
    """

    cell: IntArray
    face: IntArray
    mass: FloatArray
    moment: FloatArray
    boundary_cell: IntArray
    boundary_face: IntArray
    boundary_mass: FloatArray
    boundary_moment: FloatArray


@compiled
def _clip(
    polygon: FloatArray,
    count: int,
    a_x: float,
    a_y: float,
    b: float,
    tag: float,
    scratch: FloatArray,
) -> int:
    """Keep {A.z <= B} of a convex polygon, in place; rows: x, y, and the edge that starts there.

    An edge is its unit outward normal, its offset, and a tag. Returns the number of vertices.
    """
    inside_all = True
    inside_any = False
    for k in range(count):
        if a_x * polygon[k, 0] + a_y * polygon[k, 1] > b:
            inside_all = False
        else:
            inside_any = True
    if inside_all:
        return count
    if not inside_any:
        return 0
    norm = math.sqrt(a_x * a_x + a_y * a_y)
    kept = 0
    for k in range(count):
        following = k + 1 if k + 1 < count else 0
        here = a_x * polygon[k, 0] + a_y * polygon[k, 1] - b
        there = a_x * polygon[following, 0] + a_y * polygon[following, 1] - b
        if here <= 0:
            for c in range(6):
                scratch[kept, c] = polygon[k, c]
            kept += 1
        if (here <= 0) != (there <= 0):
            share = here / (here - there)
            scratch[kept, 0] = polygon[k, 0] + share * (polygon[following, 0] - polygon[k, 0])
            scratch[kept, 1] = polygon[k, 1] + share * (polygon[following, 1] - polygon[k, 1])
            if here <= 0:
                scratch[kept, 2] = a_x / norm
                scratch[kept, 3] = a_y / norm
                scratch[kept, 4] = b / norm
                scratch[kept, 5] = tag
            else:
                for c in range(2, 6):
                    scratch[kept, c] = polygon[k, c]
            kept += 1
    for k in range(kept):
        for c in range(6):
            polygon[k, c] = scratch[k, c]
    return kept


@compiled
def _emit(
    polygon: FloatArray, count: int, cell: int, face: int | np.intp, edges: FloatArray, used: int
) -> tuple[FloatArray, int]:
    """Append the polygon's edges: cell, face, tag, normal, offset, s_1, s_2."""
    if used + count > edges.shape[0]:
        larger = np.empty((2 * (used + count), 8))
        larger[:used] = edges[:used]
        edges = larger
    for k in range(count):
        following = k + 1 if k + 1 < count else 0
        n_x, n_y = polygon[k, 2], polygon[k, 3]
        edges[used, 0] = cell
        edges[used, 1] = face
        edges[used, 2] = polygon[k, 5]
        edges[used, 3] = n_x
        edges[used, 4] = n_y
        edges[used, 5] = polygon[k, 4]
        edges[used, 6] = n_x * polygon[k, 1] - n_y * polygon[k, 0]
        edges[used, 7] = n_x * polygon[following, 1] - n_y * polygon[following, 0]
        used += 1
    return edges, used


@compiled
def _square(polygon: FloatArray, extent: float) -> int:
    corners = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))
    normals = ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))
    for k in range(4):
        polygon[k, 0] = extent * corners[k][0]
        polygon[k, 1] = extent * corners[k][1]
        polygon[k, 2] = normals[k][0]
        polygon[k, 3] = normals[k][1]
        polygon[k, 4] = extent
        polygon[k, 5] = -1.0
    return 4


@compiled
def _cells(
    centres: FloatArray, weights: FloatArray, heights: FloatArray, extent: float
) -> tuple[FloatArray, FloatArray]:
    """Edges of all pieces and all cells."""
    classes = centres.shape[0]
    pieces, boundaries = np.empty((64 * classes, 8)), np.empty((8 * classes, 8))
    pieces_used, boundaries_used = 0, 0
    polygon, scratch = np.empty((classes + 8, 6)), np.empty((classes + 8, 6))
    piece = np.empty((2 * classes + 8, 6))
    piece_scratch = np.empty((2 * classes + 8, 6))
    lines = np.empty((classes, 3))
    lengths = np.empty(classes)
    sliced = heights.shape[1] > 0
    for i in range(classes):
        count = _square(polygon, extent)
        lengths[i] = 0.0
        for j in range(classes):
            if j == i:
                continue
            a_x, a_y = centres[j, 0] - centres[i, 0], centres[j, 1] - centres[i, 1]
            b = 0.5 * (
                a_x * (centres[i, 0] + centres[j, 0])
                + a_y * (centres[i, 1] + centres[j, 1])
                - (weights[j] - weights[i])
            )
            square = a_x * a_x + a_y * a_y
            for c in range(heights.shape[1]):
                square += (heights[j, c] - heights[i, c]) ** 2
            lines[j, 0], lines[j, 1], lines[j, 2] = a_x, a_y, b
            lengths[j] = math.sqrt(square)
            if a_x == 0 and a_y == 0:
                if b < 0 or (b == 0 and j < i):
                    count = 0
            else:
                count = _clip(polygon, count, a_x, a_y, b, j, scratch)
            if count == 0:
                break
        if count == 0:
            continue
        boundaries, boundaries_used = _emit(polygon, count, i, -1, boundaries, boundaries_used)
        faces = np.zeros(classes, dtype=np.bool_)
        if sliced:
            # A slice of cells of a higher dimension: the nearest face may not meet the slice.
            for j in range(classes):
                faces[j] = j != i and lengths[j] > 0
        else:
            for k in range(count):
                if polygon[k, 5] >= 0:
                    faces[int(polygon[k, 5])] = True
            if not faces.any():
                # All faces lie beyond the square, and any of them may still be the nearest.
                for j in range(classes):
                    faces[j] = j != i and lengths[j] > 0
        candidates = np.flatnonzero(faces)
        if len(candidates) == 0:
            pieces, pieces_used = _emit(polygon, count, i, i, pieces, pieces_used)
        for j in candidates:
            piece[:count] = polygon[:count]
            size = count
            for k in candidates:
                if k == j:
                    continue
                # l_ij <= l_ik
                a_x = lines[k, 0] / lengths[k] - lines[j, 0] / lengths[j]
                a_y = lines[k, 1] / lengths[k] - lines[j, 1] / lengths[j]
                b = lines[k, 2] / lengths[k] - lines[j, 2] / lengths[j]
                if a_x == 0 and a_y == 0:
                    if b < 0 or (b == 0 and k < j):
                        size = 0
                else:
                    size = _clip(piece, size, a_x, a_y, b, -1.0, piece_scratch)
                if size == 0:
                    break
            pieces, pieces_used = _emit(piece, size, i, j, pieces, pieces_used)
    return pieces[:pieces_used], boundaries[:boundaries_used]


def _edge_masses(h: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Signed mass of the triangle between the origin and each edge."""
    angle = np.arctan2(h * (high - low), h * h + low * high) / (2 * math.pi)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        owen = scipy.special.owens_t(h, high / h) - scipy.special.owens_t(h, low / h)
    return np.where(h == 0, 0.0, angle - owen)


def _density(x: FloatArray) -> FloatArray:
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def sums(groups: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Sums of the values of each group 0..count-1."""
    return np.bincount(groups, values, count).astype(np.float64)


def planar_pieces(
    centres: FloatArray, weights: FloatArray, heights: FloatArray | None = None
) -> PlanarPieces:
    """Integrals over the pieces of power cells on which one face is the nearest.

    Parameters
    ----------
    centres : ndarray, shape (K, 2)
        Centres c_i.
    weights : ndarray, shape (K,)
        Weights w_i.
    heights : ndarray, shape (K, e), optional
        Further coordinates of the centres, if the plane is a slice of R^(2+e) whose distances are
        meant; the weights are then those of the slice.

    Returns
    -------
    PlanarPieces
    """
    extra = np.zeros((len(centres), 0)) if heights is None else heights
    pieces, boundaries = _cells(
        np.ascontiguousarray(centres, dtype=np.float64),
        np.ascontiguousarray(weights, dtype=np.float64),
        np.ascontiguousarray(extra, dtype=np.float64),
        EXTENT,
    )
    classes = len(centres)
    cells, faces = pieces[:, 0].astype(np.int64), pieces[:, 1].astype(np.int64)
    normal, h, low, high = pieces[:, 3:5], pieces[:, 5], pieces[:, 6], pieces[:, 7]
    keys, groups = np.unique(cells * classes + faces, return_inverse=True)
    mass = sums(groups, _edge_masses(h, low, high), len(keys))
    flux = _density(h) * (scipy.special.ndtr(high) - scipy.special.ndtr(low))
    moment = -np.stack([sums(groups, n * flux, len(keys)) for n in normal.T], axis=1)

    true_edges = boundaries[boundaries[:, 2] >= 0]
    normal, h, low, high = true_edges[:, 3:5], true_edges[:, 5], true_edges[:, 6], true_edges[:, 7]
    tangent = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
    density = _density(h)
    length = density * (scipy.special.ndtr(high) - scipy.special.ndtr(low))
    lever = density * (_density(low) - _density(high))
    return PlanarPieces(
        cell=keys // classes,
        face=keys % classes,
        mass=mass,
        moment=moment,
        boundary_cell=true_edges[:, 0].astype(np.int64),
        boundary_face=true_edges[:, 2].astype(np.int64),
        boundary_mass=length,
        boundary_moment=(h * length)[:, None] * normal + lever[:, None] * tangent,
    )


def planar_cells(centres: FloatArray, weights: FloatArray | None = None) -> PlanarCells:
    """Exact masses and expected radius of power cells of the plane.

    E r = sum_i int_{cell i} min_j l_ij dmu, by edge integrals; the error is rounding, some 1e-14
    for centres of size 1 and growing as the square of their size.

    Parameters
    ----------
    centres : ndarray, shape (K, 2)
        Finite centres c_i.
    weights : ndarray, shape (K,), optional
        Weights w_i: cell i is where |z - c_i|^2 - w_i is least. Default 0, the Voronoi cells.

    Returns
    -------
    PlanarCells

    Raises
    ------
    ValueError
        If the shapes are wrong or an entry is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> halves = planar_cells(np.array([[-1.0, 0.0], [1.0, 0.0]]))
    >>> float(round(halves.expected_radius, 12)), halves.masses.round(12).tolist()
    (0.797884560803, [0.5, 0.5])
    """
    centres = np.asarray(centres, dtype=np.float64)
    if centres.ndim != 2 or centres.shape[1] != 2 or len(centres) == 0:
        raise InvalidValueError(f"centres has shape {centres.shape}: expected (K, 2), K >= 1")
    weights = np.zeros(len(centres)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weights.shape != (len(centres),):
        raise InvalidValueError(f"weights has shape {weights.shape}: expected ({len(centres)},)")
    if not (np.isfinite(centres).all() and np.isfinite(weights).all()):
        raise InvalidValueError("centres and weights: expected finite entries")
    pieces = planar_pieces(centres, weights)
    i, j = pieces.cell, pieces.face
    normal = centres[j] - centres[i]
    offset = 0.5 * (np.sum(normal * (centres[i] + centres[j]), axis=1) - (weights[j] - weights[i]))
    integral = np.full(len(i), math.inf)
    bounded = i != j
    integral[bounded] = (offset * pieces.mass - np.sum(normal * pieces.moment, axis=1))[bounded]
    integral[bounded] /= np.hypot(normal[bounded, 0], normal[bounded, 1])
    # Rounding may leave a mass of 1e-300 a little below 0.
    masses = np.maximum(sums(i, pieces.mass, len(centres)), 0.0)
    radii = np.maximum(sums(i, integral, len(centres)), 0.0)
    return PlanarCells(masses, radii)


def voronoi_edges(centres: FloatArray) -> tuple[IntArray, FloatArray]:
    """Voronoi edges of the plane, cut to a square that holds all that is near a sample.

    A segment from z to a centre stays within max(|z|, |c|) of the origin, so for |z| <= 40 the
    nearest point of any union of cells that holds a centre lies in the square.

    Parameters
    ----------
    centres : ndarray, shape (K, 2)
        Distinct finite centres.

    Returns
    -------
    pairs : ndarray of int, shape (e, 2)
        The two cells of each edge.
    ends : ndarray, shape (e, 2, 2)
        The end points of each edge.
    """
    extent = 4 * max(EXTENT, float(np.abs(centres).max()))
    _, edges = _cells(
        np.ascontiguousarray(centres), np.zeros(len(centres)), np.zeros((len(centres), 0)), extent
    )
    pairs = edges[:, [0, 2]].astype(np.int64)
    edges, pairs = edges[pairs[:, 0] < pairs[:, 1]], pairs[pairs[:, 0] < pairs[:, 1]]
    normal = edges[:, 3:5]
    tangent = np.stack([-normal[:, 1], normal[:, 0]], axis=1)
    ends = [edges[:, 5, None] * normal + edges[:, k, None] * tangent for k in (6, 7)]
    return pairs, np.stack(ends, axis=1)


SPAN_TOLERANCE = 1e-13
MAXIMUM_CLASSES = 4096
"""Above it the comparison of all pairs takes seconds."""


def flat_cells(centres: FloatArray, weights: FloatArray | None = None) -> PlanarCells | None:
    """Exact masses and expected radius of power cells of R^d whose centres lie in a plane.

    The cells are then products of planar cells with R^(d-2), and the class and the radius depend
    on the projection of z to the plane's directions alone.

    Parameters
    ----------
    centres : ndarray, shape (K, d)
        Finite centres.
    weights : ndarray, shape (K,), optional
        Weights of the power cells.

    Returns
    -------
    PlanarCells or None
        None if the centres span more than a plane, or K > 4096.

    Examples
    --------
    >>> import numpy as np
    >>> simplex = flat_cells(np.eye(3))  # the argmax of R^3
    >>> simplex is not None and round(simplex.expected_radius, 12)
    0.598413420602
    """
    if len(centres) > MAXIMUM_CLASSES:
        return None
    if centres.shape[1] <= 2:
        padding = np.zeros((len(centres), 2 - centres.shape[1]))
        return planar_cells(np.concatenate([centres, padding], axis=1), weights)
    _, sizes, directions = np.linalg.svd(centres - centres.mean(axis=0), full_matrices=False)
    if len(sizes) > 2 and sizes[2] > SPAN_TOLERANCE * sizes[0]:
        return None
    if len(directions) < 2:
        directions = np.concatenate([directions, np.zeros((1, centres.shape[1]))])
    return planar_cells(centres @ directions[:2].T, weights)
