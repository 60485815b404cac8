"""Wedges of the plane, all with their tip at the origin.

python -m simulations.wedges --classes 5
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bounds.support import validation as _validation
from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.base import FusedCalls, class_number
from simulations.partitions.protocol import JSON

FULL_TURN = 2 * math.pi


@dataclass(frozen=True, slots=True, eq=False)
class Wedges(FusedCalls):
    """Wedges of R^2 of masses p_i, in order of the polar angle from 0 on.

    At angle theta from the nearer side r(z) = |z| sin(min(theta, pi/2)), so with opening
    a_i = 2 pi p_i

        E r = (1/sqrt(2 pi)) sum_i c_i,  c_i = 1 - cos(a_i/2) if a_i <= pi, else 1 + (a_i - pi)/2,

    which for K equal wedges, K >= 2, is sqrt(pi/2) (K/pi) (1 - cos(pi/K)).

    Parameters
    ----------
    p : sequence of float, shape (K,)
        Positive masses with sum 1.

    Raises
    ------
    ValueError
        If the masses are not positive with sum 1.

    Examples
    --------
    >>> round(Wedges.equal(3).expected_radius(), 12)
    0.598413420602
    """

    p: FloatArray

    def __init__(self, p: Sequence[float] | FloatArray) -> None:
        masses: FloatArray = np.array(_validation.masses(p, "p"))
        if not (masses > 0).all():
            raise InvalidValueError(f"p[{int(masses.argmin())}]=0: expected positive masses")
        masses.setflags(write=False)
        object.__setattr__(self, "p", masses)

    @property
    def name(self) -> str:
        """Name of the family."""
        return "wedges"

    @property
    def dim(self) -> int:
        """Dimension of the plane."""
        return 2

    @classmethod
    def equal(cls, classes: int) -> Wedges:
        """K wedges of equal mass."""
        return cls(np.full(class_number(classes), 1 / classes))

    @property
    def classes(self) -> int:
        """Number of classes, K."""
        return len(self.p)

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        if self.classes == 1:
            return np.zeros(len(z), np.int64), np.full(len(z), math.inf)
        sides = np.concatenate([[0.0], FULL_TURN * np.cumsum(self.p)])
        sides[-1] = FULL_TURN
        angle = np.arctan2(z[:, 1], z[:, 0]) % FULL_TURN
        labels = np.searchsorted(sides[1:-1], angle, side="right").astype(np.int64)
        nearer = np.minimum(angle - sides[labels], sides[labels + 1] - angle)
        length = np.hypot(z[:, 0], z[:, 1])
        return labels, length * np.sin(np.minimum(nearer, 0.5 * math.pi))

    def masses(self) -> FloatArray:
        """Exact masses p_i."""
        return self.p

    def expected_radius(self) -> float:
        """Exact E r; +inf for one class."""
        if self.classes == 1:
            return math.inf
        opening = FULL_TURN * self.p
        # 1 - cos(a/2) = 2 sin(a/4)^2 keeps the digits of narrow wedges.
        terms = np.where(
            opening <= math.pi, 2 * np.sin(opening / 4) ** 2, 1 + (opening - math.pi) / 2
        )
        return math.fsum(terms) / math.sqrt(2 * math.pi)

    def parameters(self) -> dict[str, JSON]:
        """The masses."""
        return {"p": self.p.tolist()}
