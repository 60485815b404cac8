"""Product grids: each coordinate is cut at points of its own.

python -m simulations.grids --cuts -0.5 0.5 --dim 3
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy.special import ndtr

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_array, is_one_of
from bounds.support.validation import shown
from simulations.arrays import FloatArray, IntArray
from simulations.cells.cuts import increasing, interval_and_distance, normal_masses
from simulations.cells.quadrature import integrate
from simulations.partitions.base import MOST_CLASSES, FusedCalls
from simulations.partitions.protocol import JSON


@dataclass(frozen=True, slots=True, eq=False)
class Grid(FusedCalls):
    """Boxes of a product grid: the label's digits are the intervals of the coordinates.

    r(z) is the least distance of a coordinate to a cut of its axis. The axes are independent, so

        E r = int_0^inf prod_j S_j(eta) d eta,
        S_j(eta) = sum_k max(Phi(t_(k+1) - eta) - Phi(t_k + eta), 0).

    Parameters
    ----------
    cuts : sequence of sequences of float
        The increasing cuts of each of the d axes; an axis may have none. The last axis changes
        the label fastest.

    Raises
    ------
    ValueError
        If there is no axis, cuts don't increase, or there are more than 2^24 classes.

    Examples
    --------
    >>> round(Grid([[0.0], [0.0]]).expected_radius(), 12)
    0.46738995451
    """

    cuts: tuple[FloatArray, ...]

    def __init__(self, cuts: Sequence[Sequence[float] | FloatArray]) -> None:
        if not is_one_of(cuts, Sequence, np.ndarray) or (is_array(cuts) and not cuts.ndim):
            raise InvalidTypeError(f"cuts={shown(cuts)}: expected the cuts of each axis")
        axes = tuple(increasing(axis, f"cuts[{j}]") for j, axis in enumerate(cuts))
        if not axes:
            raise InvalidValueError("cuts is empty: expected the cuts of at least one axis")
        if math.prod(len(axis) + 1 for axis in axes) > MOST_CLASSES:
            raise InvalidValueError(f"cuts: expected at most {MOST_CLASSES} boxes")
        object.__setattr__(self, "cuts", axes)

    @property
    def name(self) -> str:
        """Name of the family."""
        return "grid"

    @property
    def dim(self) -> int:
        """Dimension, the number of axes."""
        return len(self.cuts)

    @property
    def classes(self) -> int:
        """Number of boxes."""
        return math.prod(len(axis) + 1 for axis in self.cuts)

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        labels, nearest = np.zeros(len(z), np.int64), np.full(len(z), math.inf)
        for j, axis in enumerate(self.cuts):
            digit, distance = interval_and_distance(z[:, j], axis)
            labels = labels * (len(axis) + 1) + digit
            nearest = np.minimum(nearest, distance)
        return labels, nearest

    def masses(self) -> FloatArray:
        """Exact masses, products of those of the intervals."""
        return reduce(np.multiply.outer, map(normal_masses, self.cuts)).ravel()

    def expected_radius(self) -> float:
        """Exact E r, by quadrature to rounding; +inf for one class."""
        if self.classes == 1:
            return math.inf
        # Each factor is smooth but where an interval vanishes, at half its width; beyond the
        # widest interval and 9 from the outermost cuts nothing is left.
        kinks = np.concatenate([0.5 * np.diff(axis) for axis in self.cuts])
        reach = max(float(np.abs(axis).max()) for axis in self.cuts if len(axis))
        return integrate(self._survival, 0.0, 9.0 + reach, kinks.tolist(), 4 * int(9.0 + reach))

    def _survival(self, eta: FloatArray) -> FloatArray:
        total = np.ones_like(eta)
        for axis in self.cuts:
            edges = np.concatenate([[-math.inf], axis, [math.inf]])
            share = ndtr(edges[1:] - eta[:, None]) - ndtr(edges[:-1] + eta[:, None])
            total *= np.maximum(share, 0.0).sum(axis=1)
        return total

    def parameters(self) -> dict[str, JSON]:
        """The cuts of each axis."""
        return {"cuts": [axis.tolist() for axis in self.cuts]}
