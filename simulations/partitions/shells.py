"""Concentric shells: the distance to the origin cut at radii.

python -m simulations.shells --cuts 1 2 --dim 3
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaincc, gammaln

from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray, IntArray
from simulations.cells.cuts import increasing, interval_and_distance, territories
from simulations.partitions.base import FusedCalls, dimension
from simulations.partitions.protocol import JSON


@dataclass(frozen=True, slots=True, eq=False)
class Shells(FusedCalls):
    """Classes t_k < |z| < t_(k+1), k = 0..m, with t_0 = 0 and t_(m+1) = +inf.

    r(z) is the distance from |z| to the nearest cut, and |z| has the chi law with d degrees of
    freedom. With F its distribution function, M(x) = E[|z|; |z| < x], and a, b the limits of the
    points nearest to cut t, E r = sum over the cuts of

        t (2 F(t) - F(a) - F(b)) - (2 M(t) - M(a) - M(b)).

    F(x) = P(d/2, x^2/2) and M(x) = E|z| P((d + 1)/2, x^2/2), P the regularised incomplete gamma
    function.

    Parameters
    ----------
    cuts : sequence of float, shape (m,)
        Positive and increasing radii.
    dim : int
        Dimension d of the latent space.

    Raises
    ------
    ValueError
        If the cuts aren't positive and increasing or d < 1.

    Examples
    --------
    >>> round(float(Shells([1.0], dim=2).masses()[1]), 12)  # exp(-1/2)
    0.606530659713
    """

    cuts: FloatArray
    dim: int

    def __init__(self, cuts: Sequence[float] | FloatArray, dim: int = 2) -> None:
        radii = increasing(cuts, "cuts")
        if len(radii) and radii[0] <= 0:
            raise InvalidValueError(f"cuts[0]={radii[0]!r}: expected positive")
        object.__setattr__(self, "cuts", radii)
        object.__setattr__(self, "dim", dimension(dim))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "shells"

    @property
    def classes(self) -> int:
        """Number of classes, m + 1."""
        return len(self.cuts) + 1

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        squares = np.zeros(len(z))
        for axis in range(self.dim):
            squares += z[:, axis] ** 2
        return interval_and_distance(np.sqrt(squares), self.cuts)

    def masses(self) -> FloatArray:
        """Exact masses F(t_(k+1)) - F(t_k), without cancellation in either tail."""
        edges = 0.5 * np.concatenate([[0.0], self.cuts, [math.inf]]) ** 2
        low, high = edges[:-1], edges[1:]
        shape = self.dim / 2
        below = gammainc(shape, high) - gammainc(shape, low)
        above = gammaincc(shape, low) - gammaincc(shape, high)
        return np.where(low > shape, above, below)

    def expected_radius(self) -> float:
        """Exact E r; +inf for one class."""
        if len(self.cuts) == 0:
            return math.inf
        shape = self.dim / 2
        mean = math.sqrt(2) * math.exp(gammaln(shape + 0.5) - gammaln(shape))
        low, high = territories(self.cuts, 0.0)
        t = self.cuts

        def distribution(x: FloatArray) -> FloatArray:
            return np.asarray(gammainc(shape, 0.5 * x * x), dtype=np.float64)

        def partial_mean(x: FloatArray) -> FloatArray:
            return np.asarray(mean * gammainc(shape + 0.5, 0.5 * x * x), dtype=np.float64)

        terms = t * (2 * distribution(t) - distribution(low) - distribution(high))
        terms -= 2 * partial_mean(t) - partial_mean(low) - partial_mean(high)
        return math.fsum(terms)

    def parameters(self) -> dict[str, JSON]:
        """The cuts and the dimension."""
        return {"cuts": self.cuts.tolist(), "dim": self.dim}
