"""Two halfspaces: the isoperimetric bound's case of equality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import bounds
from bounds import FLOAT64
from bounds.support.validation import real
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.base import FusedCalls, dimension
from simulations.partitions.protocol import JSON


@dataclass(frozen=True, slots=True)
class Halfspace(FusedCalls):
    """The halfspace {z_1 <= Phi^-1(mass)} and its complement, which attain sum f(p_i).

    E r = f(mass) + f(1 - mass), f(p) = p Phi^-1(p) + phi(Phi^-1(p)).

    Parameters
    ----------
    mass : float
        Mass of class 0, in (0, 1).
    dim : int, optional
        Dimension of the space; the radius does not depend on it.

    Raises
    ------
    TypeError, ValueError
        If `mass` is not in (0, 1) or `dim` not a positive integer.

    Examples
    --------
    >>> round(Halfspace(0.5).expected_radius(), 12)  # E |z_1|
    0.797884560803
    """

    mass: float
    dim: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "mass", real(self.mass, "mass", 0, 1))
        object.__setattr__(self, "dim", dimension(self.dim))

    @property
    def classes(self) -> int:
        return 2

    @property
    def name(self) -> str:
        return "halfspaces"

    @property
    def threshold(self) -> float:
        """Where the boundary meets the first axis."""
        return float(FLOAT64.quantile(np.float64(self.mass)))

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        beyond = z[:, 0] - self.threshold
        return (beyond > 0).astype(np.int64), np.abs(beyond)

    def masses(self) -> FloatArray:
        return np.array([self.mass, 1 - self.mass])

    def expected_radius(self) -> float:
        # f(1 - p) = f(p) + t, t = -Phi^-1(p); 1 - p itself would round the small mass away.
        small = min(self.mass, 1 - self.mass)
        return float(2 * bounds.integrated_tail(small) - FLOAT64.quantile(np.float64(small)))

    def parameters(self) -> dict[str, JSON]:
        return {"mass": self.mass, "dim": self.dim}
