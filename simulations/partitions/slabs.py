"""Parallel slabs: the first coordinate cut at points.

python -m simulations.slabs --cuts -1 --cuts 0.5
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from simulations.arrays import FloatArray, IntArray
from simulations.cells.cuts import increasing, interval_and_distance, normal_masses, territories
from simulations.partitions.base import FusedCalls, dimension
from simulations.partitions.protocol import JSON


def _density(x: FloatArray) -> FloatArray:
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Slabs(FusedCalls):
    """Classes t_k < z_1 < t_(k+1), k = 0..m, with t_0 = -inf and t_(m+1) = +inf.

    r(z) is the distance from z_1 to the nearest cut. With a and b the limits of the points nearest
    to cut t, E r = sum over the cuts of

        t (2 Phi(t) - Phi(a) - Phi(b)) + 2 phi(t) - phi(a) - phi(b).

    Parameters
    ----------
    cuts : sequence of float, shape (m,)
        Increasing and finite; none gives one class.
    dim : int
        Dimension d of the latent space.

    Raises
    ------
    ValueError
        If the cuts don't increase or d < 1.

    Examples
    --------
    >>> round(Slabs([0.0]).expected_radius(), 12)
    0.797884560803
    """

    cuts: FloatArray
    dim: int

    def __init__(self, cuts: Sequence[float] | FloatArray, dim: int = 1) -> None:
        object.__setattr__(self, "cuts", increasing(cuts, "cuts"))
        object.__setattr__(self, "dim", dimension(dim))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "slabs"

    @property
    def classes(self) -> int:
        """Number of classes, m + 1."""
        return len(self.cuts) + 1

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        return interval_and_distance(z[:, 0], self.cuts)

    def masses(self) -> FloatArray:
        """Exact masses Phi(t_(k+1)) - Phi(t_k)."""
        return normal_masses(self.cuts)

    def expected_radius(self) -> float:
        """Exact E r; +inf for one class."""
        if len(self.cuts) == 0:
            return math.inf
        low, high = territories(self.cuts, -math.inf)
        t = self.cuts
        terms = t * (2 * ndtr(t) - ndtr(low) - ndtr(high))
        terms += 2 * _density(t) - _density(low) - _density(high)
        return math.fsum(terms)

    def parameters(self) -> dict[str, JSON]:
        """The cuts and the dimension."""
        return {"cuts": self.cuts.tolist(), "dim": self.dim}
