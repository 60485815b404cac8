"""The argmax of K scores: of the coordinates of R^K, or of linear scores of R^d.

python -m simulations.argmax --classes 10
python -m simulations.argmax --weights weights.npy --bias bias.npy
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import log_ndtr, ndtri, ndtri_exp

from bounds.support.errors import InvalidValueError
from bounds.support.validation import count
from simulations.arrays import FloatArray, IntArray
from simulations.cells.quadrature import integrate
from simulations.partitions.base import FusedCalls, constant, dimension, rows_to_draw
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import JSON
from simulations.seeds import shape_generator


def argmax_expected_radius(classes: int) -> float:
    """E r of the argmax of R^K: E[Z_(K) - Z_(K-1)] / sqrt 2 = (K/sqrt 2) int Phi^(K-1) Q dx.

    Parameters
    ----------
    classes : int
        Number of classes K, at least 1; any size, nothing underflows.

    Returns
    -------
    float
        E r with rounding as its only error; +inf for one class.

    Raises
    ------
    ValueError
        If K < 1.

    Examples
    --------
    >>> round(argmax_expected_radius(3), 12)
    0.598413420602
    """
    if count(classes, "classes") == 1:
        return math.inf
    # Below and above the limits the integrand is under 1e-20 of its integral.
    low = float(ndtri_exp(-50.0 / (classes - 1)))
    high = -float(ndtri(1e-22 / classes))

    def integrand(x: FloatArray) -> FloatArray:
        exponent = math.log(classes) + (classes - 1) * log_ndtr(x) + log_ndtr(-x)
        return np.asarray(np.exp(exponent), dtype=np.float64)

    return integrate(integrand, low, high) / math.sqrt(2)


@dataclass(frozen=True, slots=True)
class CoordinateArgmax(FusedCalls):
    """Class = index of the largest coordinate of R^K; Voronoi cells of a regular simplex.

    r(z) is the largest coordinate less the second largest, over sqrt 2.

    Parameters
    ----------
    classes : int
        Number of classes and dimension, K.

    Raises
    ------
    ValueError
        If K < 1.

    Examples
    --------
    >>> CoordinateArgmax(2).radius(np.array([[1.0, 3.0]])).round(12).tolist()
    [1.414213562373]
    """

    classes: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", dimension(self.classes, "classes"))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "argmax"

    @property
    def dim(self) -> int:
        """Dimension, K."""
        return self.classes

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        labels = z.argmax(axis=1).astype(np.int64)
        if self.classes == 1:
            return labels, np.full(len(z), math.inf)
        two = np.partition(z, self.classes - 2, axis=1)[:, -2:]
        return labels, (two[:, 1] - two[:, 0]) / math.sqrt(2)

    def masses(self) -> FloatArray:
        """Exact masses 1/K."""
        return np.full(self.classes, 1 / self.classes)

    def expected_radius(self) -> float:
        """Exact E r, by quadrature to rounding."""
        return argmax_expected_radius(self.classes)

    def parameters(self) -> dict[str, JSON]:
        """The number of classes."""
        return {"classes": self.classes}


@dataclass(frozen=True, slots=True, eq=False)
class LinearArgmax(FusedCalls):
    """Class = index of the largest of K linear scores w_i.z + b_i: a linear classifier.

    The classes are convex with faces (w_i - w_j).z + b_i - b_j = 0, the power cells of centres
    w_i with weights |w_i|^2 + 2 b_i. Of two equal w_i the one with the smaller b_i never wins.

    Parameters
    ----------
    weights : array_like, shape (K, d)
        Rows w_i.
    bias : array_like, shape (K,), optional
        Offsets b_i, 0 by default.

    Raises
    ------
    TypeError, ValueError
        If shapes don't match or an entry is not finite.

    Examples
    --------
    >>> LinearArgmax([[1.0], [-1.0]], [0.5, 0.0]).radius(np.array([[0.0]])).tolist()
    [0.25]
    """

    weights: FloatArray
    bias: FloatArray
    _cells: PowerCells = field(repr=False)

    def __init__(
        self,
        weights: Sequence[Sequence[float]] | FloatArray,
        bias: Sequence[float] | FloatArray | None = None,
    ) -> None:
        w = constant(weights, "weights", 2)
        b = constant(np.zeros(len(w)) if bias is None else bias, "bias", 1)
        if w.size == 0 or b.shape != (len(w),):
            raise InvalidValueError(
                f"weights and bias have shapes {w.shape} and {b.shape}: expected (K, d) and (K,)"
            )
        object.__setattr__(self, "weights", w)
        object.__setattr__(self, "bias", b)
        object.__setattr__(self, "_cells", PowerCells(w, np.sum(w * w, axis=1) + 2 * b))

    @staticmethod
    def random(classes: int, dim: int, seed: int = 0) -> LinearArgmax:
        """Standard normal weights and offsets.

        Examples
        --------
        >>> LinearArgmax.random(classes=10, dim=3).weights.shape
        (10, 3)
        """
        generator = shape_generator(seed)
        weights = generator.standard_normal(rows_to_draw(classes, dim))
        return LinearArgmax(weights, generator.standard_normal(classes))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "linear argmax"

    @property
    def dim(self) -> int:
        """Dimension d."""
        return self.weights.shape[1]

    @property
    def classes(self) -> int:
        """Number of scores, K."""
        return len(self.weights)

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        return self._cells.classify_and_radius(z)

    def masses(self) -> FloatArray | None:
        """Exact masses if the rows of `weights` lie in a plane."""
        return self._cells.masses()

    def expected_radius(self) -> float | None:
        """Exact E r if the rows of `weights` lie in a plane."""
        return self._cells.expected_radius()

    def parameters(self) -> dict[str, JSON]:
        """Weights and bias."""
        return {"weights": self.weights.tolist(), "bias": self.bias.tolist()}
