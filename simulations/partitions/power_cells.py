"""Power (Laguerre) cells: Voronoi cells whose centres have weights.

python -m simulations.power_cells --classes 10 --dim 2
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.validation import real
from simulations.arrays import FloatArray, IntArray
from simulations.cells.planar import flat_cells
from simulations.compiled import compiled
from simulations.partitions.base import WIDEST, FusedCalls, constant, rows_to_draw
from simulations.partitions.protocol import JSON
from simulations.seeds import shape_generator


@compiled
def power_labels_and_radii(
    z: FloatArray, centres: FloatArray, weights: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Power cell of each row of z, and its distance to the nearest bisector.

    The least |z - c|^2 - w proposes a cell i. The signed distances to its bisectors,
    ((c_i - c_j).(z - (c_i + c_j)/2) + (w_i - w_j)/2) / |c_i - c_j|, have no cancellation, and
    correct the proposal where one of them is negative.
    """
    rows, dim = z.shape
    classes = centres.shape[0]
    labels, radii = np.empty(rows, dtype=np.int64), np.empty(rows)
    for n in range(rows):
        own, least = 0, np.inf
        for k in range(classes):
            power = -weights[k]
            for c in range(dim):
                power += (z[n, c] - centres[k, c]) ** 2
            if power < least:
                own, least = k, power
        radius = np.inf
        for _ in range(classes):
            radius, nearest = np.inf, own
            for k in range(classes):
                inner, square = weights[own] - weights[k], 0.0
                for c in range(dim):
                    step = centres[own, c] - centres[k, c]
                    inner += 2 * step * (z[n, c] - 0.5 * (centres[own, c] + centres[k, c]))
                    square += step * step
                # Equal centres have no bisector; the smaller weight's cell is empty.
                if square > 0:
                    distance = 0.5 * inner / math.sqrt(square)
                    if distance < radius:
                        radius, nearest = distance, k
            if radius >= 0:
                break
            own = nearest
        labels[n], radii[n] = own, max(radius, 0.0)
    return labels, radii


@dataclass(frozen=True, slots=True, eq=False)
class PowerCells(FusedCalls):
    """Classes where |z - c_i|^2 - w_i is least, in R^d; Voronoi cells if all w_i are equal.

    The cells are convex, so r(z) is the distance to the nearest bisector,

        r(z) = min_j ((c_i - c_j).(z - (c_i + c_j)/2) + (w_i - w_j)/2) / |c_i - c_j|.

    Masses and E r are exact (`simulations.cells.planar`) if the centres lie in a plane.

    Parameters
    ----------
    centres : array_like, shape (K, d)
        Centres c_i. Of two equal centres the one with the smaller weight has an empty cell.
    weights : array_like, shape (K,)
        Weights w_i.

    Raises
    ------
    TypeError, ValueError
        If shapes don't match or an entry is not finite.

    Examples
    --------
    >>> cells = PowerCells([[-1.0], [1.0]], [0.0, 2.0])
    >>> cells.radius(np.array([[0.0]])).tolist()
    [0.5]
    """

    centres: FloatArray
    weights: FloatArray

    def __init__(
        self,
        centres: Sequence[Sequence[float]] | FloatArray,
        weights: Sequence[float] | FloatArray,
    ) -> None:
        c, w = constant(centres, "centres", 2), constant(weights, "weights", 1)
        if c.size == 0 or w.shape != (len(c),):
            raise InvalidValueError(
                f"centres and weights have shapes {c.shape} and {w.shape}: expected (K, d) and (K,)"
            )
        object.__setattr__(self, "centres", c)
        object.__setattr__(self, "weights", w)

    @staticmethod
    def random(dim: int, classes: int, seed: int = 0, spread: float = 1.0) -> PowerCells:
        """Standard normal centres and normal weights with standard deviation `spread`."""
        generator = shape_generator(seed)
        centres = generator.standard_normal(rows_to_draw(classes, dim))
        spread = real(spread, "spread", -WIDEST, WIDEST)
        return PowerCells(centres, spread * generator.standard_normal(classes))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "power cells"

    @property
    def dim(self) -> int:
        """Dimension d."""
        return self.centres.shape[1]

    @property
    def classes(self) -> int:
        """Number of cells, K; some may be empty."""
        return len(self.centres)

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        return power_labels_and_radii(z, self.centres, self.weights)

    def masses(self) -> FloatArray | None:
        """Exact masses if the centres lie in a plane."""
        cells = flat_cells(self.centres, self.weights)
        return None if cells is None else cells.masses

    def expected_radius(self) -> float | None:
        """Exact E r if the centres lie in a plane."""
        cells = flat_cells(self.centres, self.weights)
        return None if cells is None else cells.expected_radius

    def parameters(self) -> dict[str, JSON]:
        """Centres and weights."""
        return {"centres": self.centres.tolist(), "weights": self.weights.tolist()}
