"""The 2^d orthants of R^d: the class is the vector of signs of the coordinates.

python -m simulations.orthants --dim 3
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from bounds.support.validation import count
from simulations.arrays import FloatArray, IntArray
from simulations.cells.quadrature import integrate
from simulations.partitions.base import FusedCalls
from simulations.partitions.protocol import JSON

MAXIMUM_DIM = 24
"""Above it the 2^d classes can't be counted one by one in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Orthants(FusedCalls):
    """Classes by the signs of the d coordinates; bit j of the label is 1 where z_j > 0.

    r(z) = min_j |z_j|, so E r = int_0^inf (2 Q(t))^d dt.

    Parameters
    ----------
    dim : int
        Dimension d, from 1 to 24.

    Raises
    ------
    ValueError
        If d is out of range.

    Examples
    --------
    >>> round(Orthants(2).expected_radius(), 12)
    0.46738995451
    """

    dim: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "dim", count(self.dim, "dim", maximum=MAXIMUM_DIM))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "orthants"

    @property
    def classes(self) -> int:
        """Number of classes, 2^d."""
        return 2**self.dim

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        bits = 2 ** np.arange(self.dim, dtype=np.int64)
        return (z > 0).astype(np.int64) @ bits, np.abs(z).min(axis=1)

    def masses(self) -> FloatArray:
        """Exact masses 2^-d."""
        return np.full(self.classes, 2.0**-self.dim)

    def expected_radius(self) -> float:
        """Exact E r, by quadrature to rounding."""
        # (2 Q)^d falls to 1e-20 at the upper limit.
        limit = -float(ndtri(0.5 * 10 ** (-20 / self.dim)))
        return integrate(lambda t: (2 * ndtr(-t)) ** self.dim, 0.0, limit)

    def parameters(self) -> dict[str, JSON]:
        """The dimension."""
        return {"dim": self.dim}
