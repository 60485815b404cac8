"""E r and the masses of the argmax of linear scores, with their gradients, without sampling.

For scores w_i.z + b_i the radius in cell i is the least of

    l_ij(z) = ((w_i - w_j).z + b_i - b_j) / N_ij,    N_ij = |w_i - w_j|.

r is continuous and vanishes on the boundaries, so moving them contributes nothing at first order:

    dE r = sum_ij int_{piece ij} dl_ij dmu,

while a mass changes by the flux through its faces, dM_i = sum_j int_{face ij} N_ij dl_ij / N_ij.
In the plane all integrals are exact (`simulations.cells.planar`); in R^3 they are exact on the
planes z_3 = const, over which a quadrature runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray
from simulations.cells.planar import planar_pieces

REACH = 7.5
"""Beyond it the mass of a slice is under 1e-13."""


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


def slices(dim: int, count: int) -> tuple[FloatArray, FloatArray]:
    """Planes z_3 = x and their quadrature weights; in the plane itself a single one."""
    if dim == 2:
        return np.zeros(1), np.ones(1)
    if dim != 3:
        raise InvalidValueError(f"dim={dim}: expected 2 or 3")
    nodes, step = np.linspace(-REACH, REACH, count, retstep=True)
    return nodes, step * np.exp(-0.5 * nodes**2) / math.sqrt(2 * math.pi)


def score_integrals(weights: FloatArray, bias: FloatArray, planes: int = 61) -> ScoreIntegrals:
    """E r and the masses of the argmax of linear scores in R^2 or R^3, with derivatives.

    Parameters
    ----------
    weights : ndarray, shape (K, d)
        Rows w_i, d = 2 or 3.
    bias : ndarray, shape (K,)
        Offsets b_i.
    planes : int
        Planes of the quadrature in R^3.

    Returns
    -------
    ScoreIntegrals
        To rounding in R^2; in R^3 E r to about 1e-4 with 61 planes and 1e-7 with 2001.

    Raises
    ------
    ValueError
        If d is not 2 or 3.
    """
    classes, dim = weights.shape
    radius, masses = 0.0, np.zeros(classes)
    radius_gradient = np.zeros((classes, dim + 1))
    mass_gradient = np.zeros((classes, classes, dim + 1))
    flat, rest = weights[:, :2], weights[:, 2:]
    for place, share in zip(*slices(dim, planes), strict=True):
        offsets = bias + (rest @ [place] if dim == 3 else 0.0)
        pieces = planar_pieces(flat, np.sum(flat**2, axis=1) + 2 * offsets, rest)
        np.add.at(masses, pieces.cell, share * pieces.mass)

        kept = pieces.cell != pieces.face
        i, j, mass = pieces.cell[kept], pieces.face[kept], share * pieces.mass[kept]
        moment = share * pieces.moment[kept]
        difference = weights[i] - weights[j]
        length = np.sqrt(np.sum(difference**2, axis=1))
        # Integrals of (z, 1) over the piece.
        forms = np.concatenate(
            [moment, place * mass[:, None], mass[:, None]] if dim == 3 else [moment, mass[:, None]],
            axis=1,
        )
        integral = np.sum(difference * forms[:, :dim], axis=1) + (bias[i] - bias[j]) * mass
        integral /= length
        radius += float(integral.sum())
        slope = forms / length[:, None]
        slope[:, :dim] -= (integral / length**2)[:, None] * difference
        np.add.at(radius_gradient, i, slope)
        np.add.at(radius_gradient, j, -slope)

        i, j = pieces.boundary_cell, pieces.boundary_face
        across = np.sqrt(np.sum((flat[i] - flat[j]) ** 2, axis=1))
        along = share * pieces.boundary_mass / across
        lever = share * pieces.boundary_moment / across[:, None]
        forms = np.concatenate(
            [lever, place * along[:, None], along[:, None]]
            if dim == 3
            else [lever, along[:, None]],
            axis=1,
        )
        np.add.at(mass_gradient, (i, i), forms)
        np.add.at(mass_gradient, (i, j), -forms)
    return ScoreIntegrals(radius, masses, radius_gradient, mass_gradient)
