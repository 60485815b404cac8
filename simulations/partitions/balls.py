"""Disjoint balls, with a hole everywhere else.

python -m simulations.balls --classes 4 --dim 2
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.stats
from scipy.special import gammainc

from bounds.support.errors import InvalidValueError
from bounds.support.validation import real
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.base import (
    WIDEST,
    FusedCalls,
    by_rows,
    constant,
    rows_to_draw,
    squared_distances,
)
from simulations.partitions.protocol import HOLE, JSON


@dataclass(frozen=True, slots=True, eq=False)
class Balls(FusedCalls):
    """Classes |z - c_i| < R_i, disjoint, in R^d.

    r(z) = min over j != i of |z - c_j| - R_j. The mass of a ball is that of a noncentral
    chi-square law: P[chi2_d(|c_i|^2) < R_i^2].

    Parameters
    ----------
    centres : array_like, shape (K, d)
        Centres c_i.
    radii : array_like, shape (K,)
        Positive radii R_i.

    Raises
    ------
    ValueError
        If shapes don't match, a radius is not positive, or two balls overlap.

    Examples
    --------
    >>> balls = Balls([[-2.0, 0.0], [2.0, 0.0]], [1.0, 1.0])
    >>> balls.radius(np.array([[-2.0, 0.0]])).tolist()
    [3.0]
    """

    centres: FloatArray
    radii: FloatArray

    def __init__(
        self, centres: Sequence[Sequence[float]] | FloatArray, radii: Sequence[float] | FloatArray
    ) -> None:
        c, r = constant(centres, "centres", 2), constant(radii, "radii", 1)
        if c.size == 0 or r.shape != (len(c),):
            raise InvalidValueError(
                f"centres and radii have shapes {c.shape} and {r.shape}: expected (K, d) and (K,)"
            )
        if not (r > 0).all():
            raise InvalidValueError(f"radii[{int(r.argmin())}]={r.min()!r}: expected positive")
        gaps = np.sqrt(squared_distances(c, c)) - r[:, None] - r
        np.fill_diagonal(gaps, math.inf)
        if gaps.min() < 0:
            i, j = np.unravel_index(int(gaps.argmin()), gaps.shape)
            raise InvalidValueError(f"balls {i} and {j} overlap: expected disjoint balls")
        object.__setattr__(self, "centres", c)
        object.__setattr__(self, "radii", r)

    @property
    def name(self) -> str:
        """Name of the family."""
        return "balls"

    @property
    def has_holes(self) -> bool:
        """Points outside every class have positive mass."""
        return True

    @property
    def dim(self) -> int:
        """Dimension d."""
        return self.centres.shape[1]

    @property
    def classes(self) -> int:
        """Number of balls, K."""
        return len(self.centres)

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        return by_rows(self._rows, z, self.classes)

    def _rows(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        distance = np.sqrt(squared_distances(z, self.centres)) - self.radii
        rows, labels = np.arange(len(z)), distance.argmin(axis=1).astype(np.int64)
        outside = distance[rows, labels] >= 0
        distance[rows, labels] = math.inf
        radius = distance.min(axis=1)
        labels[outside], radius[outside] = HOLE, math.nan
        return labels, radius

    def masses(self) -> FloatArray:
        """Exact masses."""
        shift = np.sum(self.centres**2, axis=1)
        shifted = scipy.stats.ncx2.cdf(self.radii**2, self.dim, np.maximum(shift, 1e-300))
        return np.where(shift > 0, shifted, gammainc(self.dim / 2, self.radii**2 / 2))

    def expected_radius(self) -> float | None:
        """+inf for one ball, else unknown."""
        return math.inf if self.classes == 1 else None

    def parameters(self) -> dict[str, JSON]:
        """Centres and radii."""
        return {"centres": self.centres.tolist(), "radii": self.radii.tolist()}


def ring_of_balls(classes: int, dim: int, distance: float, fill: float) -> Balls:
    """K equal balls with centres on a circle about the origin, or on a line if d = 1.

    Parameters
    ----------
    classes, dim : int
        K and d.
    distance : float
        Radius of the circle; on a line, between neighbours.
    fill : float
        Radius of the balls as a share, in (0, 1], of half the distance between neighbours.

    Returns
    -------
    Balls
    """
    distance = real(distance, "distance", 0, WIDEST)
    if not real(fill, "fill", 0, 1, closed=True):
        raise InvalidValueError(f"fill={fill!r}: expected in (0, 1]")
    centres = np.zeros(rows_to_draw(classes, dim))
    spacing = distance
    if dim == 1:
        centres[:, 0] = distance * (np.arange(classes) - (classes - 1) / 2)
    else:
        angle = 2 * math.pi * np.arange(classes) / classes
        centres[:, 0], centres[:, 1] = distance * np.cos(angle), distance * np.sin(angle)
        if classes > 1:
            spacing = 2 * distance * math.sin(math.pi / classes)
    # The factor keeps touching balls from overlapping by rounding.
    return Balls(centres, np.full(classes, 0.5 * fill * spacing * (1 - 1e-12)))
