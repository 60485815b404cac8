"""Random arrangements of hyperplanes: the class is the vector of sides.

python -m simulations.arrangements --hyperplanes 6 --dim 3
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, real
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.base import (
    WIDEST,
    FusedCalls,
    by_rows,
    constant,
    linear_forms,
    rows_to_draw,
)
from simulations.partitions.protocol import JSON
from simulations.partitions.slabs import Slabs
from simulations.seeds import shape_generator

MAXIMUM_HYPERPLANES = 22
"""Above it the 2^m sign vectors can't be counted one by one in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement(FusedCalls):
    """Classes by the side of each of m hyperplanes n_j.z = b_j, |n_j| = 1.

    Bit j of the label is 1 where n_j.z > b_j, so a label does not depend on which cells a sample
    met; of the 2^m labels at most sum_(k <= d) C(m, k) have a cell, the others are empty classes.
    Right behind the nearest hyperplane the class is another one, so r(z) = min_j |n_j.z - b_j|.

    Parameters
    ----------
    normals : array_like, shape (m, d)
        Nonzero normals; each is scaled to length 1 together with its offset.
    offsets : array_like, shape (m,)
        Offsets b_j.

    Raises
    ------
    TypeError, ValueError
        If shapes don't match, an entry is not finite, a normal is 0 or m > 22.

    Examples
    --------
    >>> two = Arrangement([[1.0, 0.0], [0.0, 2.0]], [0.0, 1.0])
    >>> two.classify_and_radius(np.array([[2.0, 0.0]]))
    (array([1]), array([0.5]))
    """

    normals: FloatArray
    offsets: FloatArray

    def __init__(
        self,
        normals: Sequence[Sequence[float]] | FloatArray,
        offsets: Sequence[float] | FloatArray,
    ) -> None:
        n, b = constant(normals, "normals", 2), constant(offsets, "offsets", 1)
        if n.size == 0 or b.shape != (len(n),):
            raise InvalidValueError(
                f"normals and offsets have shapes {n.shape} and {b.shape}: expected (m, d) and (m,)"
            )
        if len(n) > MAXIMUM_HYPERPLANES:
            raise InvalidValueError(
                f"normals: expected at most {MAXIMUM_HYPERPLANES}, not {len(n)}"
            )
        lengths = np.sqrt(np.sum(n * n, axis=1))
        if not (lengths > 0).all():
            raise InvalidValueError(f"normals[{int(lengths.argmin())}]: expected a nonzero vector")
        object.__setattr__(self, "normals", constant(n / lengths[:, None], "normals", 2))
        object.__setattr__(self, "offsets", constant(b / lengths, "offsets", 1))

    @staticmethod
    def random(hyperplanes: int, dim: int, seed: int = 0, spread: float = 1.0) -> Arrangement:
        """Normals in uniform directions, normal offsets with standard deviation `spread`."""
        generator = shape_generator(seed)
        count(hyperplanes, "hyperplanes", maximum=MAXIMUM_HYPERPLANES)
        shape = rows_to_draw(hyperplanes, dim, "hyperplanes")
        normals = generator.standard_normal(shape)
        lengths = np.sqrt(np.sum(normals**2, axis=1))
        offsets = real(spread, "spread", -WIDEST, WIDEST) * generator.standard_normal(hyperplanes)
        return Arrangement(normals / lengths[:, None], offsets)

    @property
    def name(self) -> str:
        """Name of the family."""
        return "arrangement"

    @property
    def dim(self) -> int:
        """Dimension d."""
        return self.normals.shape[1]

    @property
    def classes(self) -> int:
        """Number of sign vectors, 2^m; most are empty classes if m > d."""
        return 2 ** len(self.normals)

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        return by_rows(self._rows, z, len(self.normals))

    def _rows(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        heights = linear_forms(z, self.normals) - self.offsets
        bits = 2 ** np.arange(len(self.normals), dtype=np.int64)
        return (heights > 0).astype(np.int64) @ bits, np.abs(heights).min(axis=1)

    def masses(self) -> FloatArray | None:
        """Exact masses on the line, else None."""
        if self.dim > 1:
            return None
        cuts = self._cuts()
        edges = np.concatenate([[cuts[0] - 1], cuts, [cuts[-1] + 1]])
        labels = self.classify(0.5 * (edges[1:] + edges[:-1])[:, None])
        result = np.zeros(self.classes)
        result[labels] = Slabs(cuts).masses()
        return result

    def expected_radius(self) -> float | None:
        """Exact E r on the line, else None."""
        return Slabs(self._cuts()).expected_radius() if self.dim == 1 else None

    def _cuts(self) -> FloatArray:
        return np.unique(self.offsets * self.normals[:, 0])

    @property
    def cells(self) -> int:
        """Most cells that m hyperplanes of R^d can have, sum_(k <= d) C(m, k)."""
        m = len(self.normals)
        return sum(math.comb(m, k) for k in range(min(m, self.dim) + 1))

    def parameters(self) -> dict[str, JSON]:
        """Normals and offsets."""
        return {"normals": self.normals.tolist(), "offsets": self.offsets.tolist()}
