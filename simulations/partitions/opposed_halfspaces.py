"""Two opposed halfspaces with a gap between them, a partition with a hole.

python -m simulations.opposed_halfspaces --gap 1
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

import bounds
from bounds.support import validation as _validation
from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.base import FusedCalls, dimension
from simulations.partitions.protocol import HOLE, JSON

LIMIT = 37.0
"""Beyond it a halfspace's mass is below the smallest normal double."""


@dataclass(frozen=True, slots=True, eq=False)
class OpposedHalfspaces(FusedCalls):
    """Classes z_1 < low and z_1 > high, and a hole between.

    r(z) = high - z_1 or z_1 - low. With q_0 = Phi(low), q_1 = Q(high) and
    g(p) = E[Z - t | Z > t] at t = -Phi^-1(p),

        E[r | covered] = high - low + (q_0 g(q_0) + q_1 g(q_1)) / (q_0 + q_1),

    where the bound with holes is an equality. At low = -1, high = 1: 2.525135...

    Parameters
    ----------
    low, high : float
        Limits of the hole, -37 < low <= high < 37.
    dim : int
        Dimension d of the latent space.

    Raises
    ------
    ValueError
        If the limits are out of range or out of order.

    Examples
    --------
    >>> round(OpposedHalfspaces(-1.0, 1.0).expected_radius(), 12)
    2.525135276161
    """

    low: float
    high: float
    dim: int = 1

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            number = _validation.real(getattr(self, name), name, -LIMIT, LIMIT)
            object.__setattr__(self, name, number)
        if self.low > self.high:
            raise InvalidValueError(f"high={self.high!r}: expected at least low={self.low!r}")
        object.__setattr__(self, "dim", dimension(self.dim))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "opposed halfspaces"

    @property
    def classes(self) -> int:
        """Number of halfspaces."""
        return 2

    @property
    def has_holes(self) -> bool:
        """Whether the gap has any width."""
        return self.low < self.high

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        x = z[:, 0]
        labels = np.where(x <= self.low, 0, np.where(x > self.high, 1, HOLE)).astype(np.int64)
        radius = np.where(labels == 0, self.high - x, x - self.low)
        radius[labels == HOLE] = np.nan
        return labels, radius

    def masses(self) -> FloatArray:
        """Exact masses Phi(low) and Q(high)."""
        return ndtr(np.array([self.low, -self.high]))

    def expected_radius(self) -> float:
        """Exact E[r | covered]."""
        q = self.masses()
        return self.high - self.low + float(np.sum(bounds.integrated_tail(q)) / q.sum())

    def parameters(self) -> dict[str, JSON]:
        """The limits of the hole and the dimension."""
        return {"low": self.low, "high": self.high, "dim": self.dim}
