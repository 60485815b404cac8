"""The class radius in the plane on a dense grid, by the exact Euclidean distance transform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, real
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.protocol import HOLE


@dataclass(frozen=True, slots=True)
class GridRadius:
    """Masses and expected radius of a labelled grid under N(0, I_2).

    Each node stands for the square cell around it, the outermost ones for all beyond. A node's
    radius is the distance to the nearest node of another class: a witness, hence an upper bound
    of r at that node. It is at most `error` above r if each point of the boundary of a class lies
    on a disc of radius spacing / sqrt(2) inside that class, for such a disc holds a node. Classes
    thinner than that and sharp corners fail it; a flat boundary costs half a spacing on average.

    Attributes
    ----------
    half_width, spacing : float
        The grid covers [-half_width, half_width]^2.
    radii : float64 array of shape (n, n)
        NaN in holes, +inf where there is no other class.
    masses : float64 array of shape (K,)
        Raw masses q_i.
    expected_radius : float
        E[r | covered]; NaN where nothing is covered.
    error : float
        sqrt(2) spacing, the diameter of that disc.
    outside : float
        P[z beyond the grid].
    """

    half_width: float
    spacing: float
    radii: FloatArray
    masses: FloatArray
    expected_radius: float
    error: float
    outside: float

    @property
    def coverage(self) -> float:
        """c, the sum of the raw masses."""
        return float(self.masses.sum())


def grid_nodes(half_width: float, points: int) -> FloatArray:
    """Nodes (points^2, 2) of the grid, the first coordinate varying fastest.

    Examples
    --------
    >>> grid_nodes(1.0, 2).tolist()
    [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """
    axis = np.linspace(-real(half_width, "half_width", 0, np.inf), half_width, points)
    x, y = np.meshgrid(axis, axis)
    return np.column_stack([x.ravel(), y.ravel()])


def grid_radius(labels: IntArray, half_width: float, classes: int) -> GridRadius:
    """Radii, masses and expected radius of the labels at `grid_nodes(half_width, n)`.

    Parameters
    ----------
    labels : int array of shape (n, n)
        -1 in holes; row, column as in ``grid_nodes(...).reshape(n, n, 2)``.
    half_width : float
    classes : int

    Returns
    -------
    GridRadius

    Examples
    --------
    >>> nodes = grid_nodes(6.0, 601)
    >>> halves = (nodes[:, 0] > 0).astype(np.int64).reshape(601, 601)
    >>> grid = grid_radius(halves, 6.0, 2)
    >>> bool(abs(grid.expected_radius - np.sqrt(2 / np.pi)) < grid.error)
    True
    """
    n = labels.shape[0]
    if labels.shape != (n, n) or n < 2:
        raise InvalidValueError(
            f"labels has shape {labels.shape}: expected (n, n) with n at least 2"
        )
    count(classes, "classes")
    half_width = real(half_width, "half_width", 0, np.inf)
    spacing = 2 * half_width / (n - 1)
    radii = np.full(labels.shape, np.nan)
    for label in np.unique(labels[labels != HOLE]):
        other: NDArray[np.bool_] = (labels != label) & (labels != HOLE)
        own = labels == label
        if not other.any():
            radii[own] = np.inf
            continue
        distances: FloatArray = distance_transform_edt(~other, sampling=spacing)  # pyright: ignore[reportAssignmentType]
        radii[own] = distances[own]
    edges: FloatArray = np.linspace(-half_width, half_width, n)[:-1] + spacing / 2
    levels: FloatArray = scipy.special.ndtr(edges)
    line = np.diff(levels, prepend=0.0, append=1.0)
    weights = np.outer(line, line)
    covered = labels != HOLE
    masses = np.bincount(labels[covered], weights[covered], classes).astype(np.float64)
    total = float(masses.sum())
    expected = float(weights[covered] @ radii[covered]) / total if total > 0 else float("nan")
    return GridRadius(
        half_width=half_width,
        spacing=spacing,
        radii=radii,
        masses=masses,
        expected_radius=expected,
        error=float(np.sqrt(2)) * spacing,
        outside=1 - (1 - 2 * float(scipy.special.ndtr(-half_width))) ** 2,
    )
