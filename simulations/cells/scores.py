"""E r and the masses of the argmax of linear scores, with their gradients, without sampling.

For scores w_i.z + b_i the radius in cell i is the least of

    l_ij(z) = ((w_i - w_j).z + b_i - b_j) / N_ij,    N_ij = |w_i - w_j|.

r is continuous and vanishes on the boundaries, so moving them contributes nothing at first order:

    dE r = sum_ij int_{piece ij} dl_ij dmu,

while a mass changes by the flux through its faces, dM_i = sum_j int_{face ij} N_ij dl_ij / N_ij.
In the plane all integrals are exact (`simulations.cells.planar`); in R^3 they are exact on the
planes z_3 = const, over which an adaptive quadrature runs.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import scipy.integrate

from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray
from simulations.cells.planar import planar_pieces

REACH = 9.0
"""Beyond it the mass of a slice is under 1e-18."""

ROUNDING = 1e-9
"""Distances below it count as zero; a vertex missed or added costs the quadrature only time."""


@dataclass(frozen=True, slots=True)
class ScoreIntegrals:
    """Values at weights W, shape (K, d), and bias b, shape (K,), and their derivatives.

    Attributes
    ----------
    expected_radius : float
        E r.
    masses : ndarray, shape (K,)
        P[z in cell i].
    radius_gradient : ndarray, shape (K, d + 1)
        Derivatives of E r by w_i (the first d columns) and b_i.
    mass_gradient : ndarray, shape (K, K, d + 1)
        Derivatives of mass i by w_j and b_j.
    """

    expected_radius: float
    masses: FloatArray
    radius_gradient: FloatArray
    mass_gradient: FloatArray


def score_integrals(
    weights: FloatArray, bias: FloatArray, tolerance: float = 1e-9
) -> ScoreIntegrals:
    """E r and the masses of the argmax of linear scores in R^2 or R^3, with derivatives.

    In R^3 the integral over a plane z_3 = x is a smooth function of x but where x passes a vertex
    of the cells' subdivision by nearest face, and it changes fast where a face is almost parallel
    to the planes; of a parallel face the slices see nothing. Both depend on the frame in which the
    same cells are written. So the frame is turned until all faces are steep, and the quadrature is
    adaptive between the vertices.

    Parameters
    ----------
    weights : ndarray, shape (K, d)
        Rows w_i, d = 2 or 3.
    bias : ndarray, shape (K,)
        Offsets b_i.
    tolerance : float
        Absolute error of the quadrature in R^3, in the largest of the integrals.

    Returns
    -------
    ScoreIntegrals
        To rounding in R^2, to the tolerance in R^3.

    Raises
    ------
    ValueError
        If d is not 2 or 3.
    """
    dim = weights.shape[1]
    if dim == 2:
        return _unpacked(_over_plane(weights, bias, 0.0), weights)
    if dim != 3:
        raise InvalidValueError(f"dim={dim}: expected 2 or 3")
    frame = _steep_frame(weights)
    turned = weights @ frame

    def over_slice(place: float) -> FloatArray:
        density = math.exp(-0.5 * place**2) / math.sqrt(2 * math.pi)
        return density * _over_plane(turned, bias, place)

    heights = _vertices(turned, bias)[:, 2]
    total = scipy.integrate.quad_vec(
        over_slice,
        -REACH,
        REACH,
        epsabs=tolerance,
        epsrel=0.0,
        norm="max",
        points=np.unique(heights[np.abs(heights) < REACH]),
    )[0]
    found = _unpacked(total, weights)
    found.radius_gradient[:, :3] @= frame.T
    found.mass_gradient[:, :, :3] @= frame.T
    return found


def _steep_frame(weights: FloatArray) -> FloatArray:
    """Rotation whose third column is far from the normals of all faces, of 400 directions."""
    first, second = np.triu_indices(len(weights), 1)
    normals = weights[first] - weights[second]
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = normals[length[:, 0] > 0] / length[length > 0, None]
    height = (np.arange(400) + 0.5) / 400
    angle = np.pi * (1 + math.sqrt(5)) * np.arange(400)
    around = np.sqrt(1 - height**2)
    directions = np.stack([around * np.cos(angle), around * np.sin(angle), height], axis=1)
    axis = directions[np.abs(directions @ normals.T).max(axis=1, initial=0.0).argmin()]
    frame = np.linalg.qr(np.column_stack([axis, np.eye(3)]))[0]
    return frame[:, [1, 2, 0]]


def _vertices(weights: FloatArray, bias: FloatArray) -> FloatArray:
    """Points of R^3 where the subdivision of the cells by nearest face has a vertex, shape (n, 3).

    In cell i these are the points where three l_ij vanish, or four of them are equal, and no other
    l_ij is less.
    """
    scores = np.column_stack([weights, bias])
    found = [np.zeros((0, 3))]
    for i in range(len(weights)):
        forms = np.delete(scores[i] - scores, i, axis=0)
        length = np.linalg.norm(forms[:, :3], axis=1, keepdims=True)
        forms = forms[length[:, 0] > 0] / length[length > 0, None]
        for ties in (3, 4):
            chosen = np.array(list(itertools.combinations(range(len(forms)), ties)), dtype=np.intp)
            if not len(chosen):
                continue
            system = forms[chosen] if ties == 3 else np.diff(forms[chosen], axis=1)
            system: FloatArray = system[np.abs(np.linalg.det(system[:, :, :3])) > ROUNDING]
            solved = np.linalg.solve(system[:, :, :3], -system[:, :, 3:])
            points = np.asarray(solved[:, :, 0], dtype=np.float64)
            values = np.sort(points @ forms[:, :3].T + forms[:, 3], axis=1)
            nearest = values[:, 0]
            tied = (nearest > -ROUNDING) & (values[:, ties - 1] - nearest < ROUNDING)
            found.append(points[tied])
    return np.concatenate(found)


def _unpacked(values: FloatArray, weights: FloatArray) -> ScoreIntegrals:
    classes, columns = len(weights), weights.shape[1] + 1
    radius, masses, radius_gradient, mass_gradient = np.split(
        values, np.cumsum([1, classes, classes * columns])
    )
    return ScoreIntegrals(
        float(radius[0]),
        masses,
        radius_gradient.reshape(classes, columns),
        mass_gradient.reshape(classes, classes, columns),
    )


def _over_plane(weights: FloatArray, bias: FloatArray, place: float) -> FloatArray:
    """All integrals over the plane, or over the plane z_3 = place, end to end in one array."""
    classes, dim = weights.shape
    radius_gradient = np.zeros((classes, dim + 1))
    mass_gradient = np.zeros((classes, classes, dim + 1))
    flat, rest = weights[:, :2], weights[:, 2:]
    offsets = bias + (rest @ [place] if dim == 3 else 0.0)
    pieces = planar_pieces(flat, np.sum(flat**2, axis=1) + 2 * offsets, rest)
    masses = np.bincount(pieces.cell, pieces.mass, minlength=classes)

    def forms(moment: FloatArray, mass: FloatArray) -> FloatArray:
        """Integrals of (z, 1)."""
        height = [place * mass[:, None]] if dim == 3 else []
        return np.concatenate([moment, *height, mass[:, None]], axis=1)

    kept = pieces.cell != pieces.face
    i, j = pieces.cell[kept], pieces.face[kept]
    difference = weights[i] - weights[j]
    length = np.sqrt(np.sum(difference**2, axis=1))
    over_piece = forms(pieces.moment[kept], pieces.mass[kept])
    integral = np.sum(difference * over_piece[:, :dim], axis=1)
    integral = (integral + (bias[i] - bias[j]) * over_piece[:, dim]) / length
    slope = over_piece / length[:, None]
    slope[:, :dim] -= (integral / length**2)[:, None] * difference
    np.add.at(radius_gradient, i, slope)
    np.add.at(radius_gradient, j, -slope)

    i, j = pieces.boundary_cell, pieces.boundary_face
    across = np.sqrt(np.sum((flat[i] - flat[j]) ** 2, axis=1))
    over_face = forms(pieces.boundary_moment / across[:, None], pieces.boundary_mass / across)
    np.add.at(mass_gradient, (i, i), over_face)
    np.add.at(mass_gradient, (i, j), -over_face)
    return np.concatenate(
        [[integral.sum()], masses, radius_gradient.ravel(), mass_gradient.ravel()]
    )
