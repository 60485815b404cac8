"""Few centres, and up to a thousand: products with all of them tell which bisector is the nearest.

With x = z - m and y_j = c_j - m for an origin m, the score s_j = x.y_j - |y_j|^2/2 is
(|x|^2 - |z - c_j|^2)/2, so that for z in the cell of c_i the distance to the bisector with c_j is
(s_i - s_j) / |c_i - c_j|. In this form it cancels, so it only finds which bisector is the nearest;
the distance comes from the form that does not cancel, in float64. The products are in float32, or
in float64 where float32 can't tell few centres apart.

Error bound (our derivation). Let u be 2^-24 or 2^-53 and A_j = |x| |y_j| + |y_j|^2/2. In a score
the product x_t y_jt meets at most d + 4 roundings (two of what enters, one, and d + 1 of sums,
fused or not), and |y_j|^2/2 at most d + 2 and those d + 6 in float64 from which it comes; the
difference of two scores less their margins, and its product with 1 / |c_i - c_j|, at most 7, and
d + 6 in float64 from which that comes, and the difference is at most A_i + A_j. The error of the
distance in float64, (d + 4) 2^-53 (rho + |c_i - c_j|) |c_i - c_j| after the same product, is at
most 8 (d + 4) 2^-53 (A_i + A_j), as rho <= |x| + |y_i|. By Cauchy and Schwarz, with

    n = (d + 16) u + (10 d + 64) 2^-53,  e = n / (1 - n),
    t_j = e A_j + v (1 + |x|) (1 + |y_j|),
    l_j = ((s_i - t_i) - (s_j + t_j)) w_ij,  w_ij = 1 / |c_i - c_j|,

l_j is below the computed distance of every bisector. More than 3 u are left for the roundings of
t_j; its last term covers what underflows (at most 2^-126 or 2^-1022 in each of 4 d + 4 roundings,
and sqrt(d) 2^-511 in |x|). It is linear in |x|, so that s_j + t_j is a product too, of (1, |x|, x).
If all l_j are positive, c_i is the nearest centre by more than rounding, from whichever centre one
looks; a point where one is not is left to the comparison of all bisectors. The smallest l_j leads
to a distance, and only those that don't exceed it to others.

The median of the centres is the origin, which one far centre does not move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import GROUP, bisector, by_all_centres
from simulations.cells.llvm import LANES
from simulations.cells.points import TOGETHER, bisectors, score_points, two_smallest
from simulations.compiled import compiled

BLUR = 1e-2
"""What margins may be worth in distance, times |c_i - c_j| where that is more than 1, if products
are to tell two centres apart."""

BLURRED = 0.05
"""Share of centres that products may not tell from another one, and be called sharp."""


@dataclass(frozen=True, slots=True)
class Precision:
    """The numbers in which products are computed.

    Attributes
    ----------
    dtype : type
    unit : float
        u, the relative error of a rounding.
    lost : float
        v, which covers what underflows.
    largest : float
        Length of x and y_j up to which nothing overflows.
    steepest : float
        Where w_ij would overflow, less rules out less.
    """

    dtype: type[np.floating[Any]]
    unit: float
    lost: float
    largest: float
    steepest: float


SINGLE = Precision(np.float32, 2.0**-24, 2.0**-100, 1e9, 1e38)
DOUBLE = Precision(np.float64, 2.0**-53, 2.0**-500, 1e30, 1e300)


@dataclass(frozen=True, slots=True)
class Products:
    """Centres prepared for the products.

    Attributes
    ----------
    sharp : bool
        Whether they tell nearly all centres apart, so that few points are left to a comparison of
        all bisectors.
    origin : float64 array of shape (d,)
    largest : float
        Length of x from which a point is left to the comparison of all bisectors.
    table : array of shape (groups, 2 + d, TOGETHER)
        For each group of centres what (1, |x|, x) is multiplied by; what pads the last group has
        scores of -inf.
    margins : array of shape (K, 2)
        2 t_j = first + second |x|.
    weights : array of shape (K, groups TOGETHER)
        w_ij; w_ii is -inf, so that l_i is inf.
    """

    sharp: bool
    origin: FloatArray
    largest: float
    table: NDArray[Any]
    margins: NDArray[Any]
    weights: NDArray[Any]

    @staticmethod
    def of(centres: FloatArray, precision: Precision = SINGLE) -> Products | None:
        """Prepare centres; None where one is too far from the others."""
        classes, dim = centres.shape
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            origin = np.median(centres, axis=0)
            moved = centres - origin
            lengths = np.sqrt(np.einsum("jt,jt->j", moved, moved))
            if not lengths.max() < precision.largest:
                return None
            halves, lost = 0.5 * lengths**2, precision.lost * (1 + lengths)
            roundings = (dim + 16) * precision.unit + (10 * dim + 64) * 2.0**-53
            error = roundings / (1 - roundings)
            margins = np.stack([error * halves + lost, error * lengths + lost], axis=1)
            distances = cdist(centres, centres)
            inverses = 1 / distances
        typical = margins @ [1, math.sqrt(dim) + float(np.linalg.norm(origin))]
        apart = BLUR * distances * np.maximum(distances, 1)
        np.fill_diagonal(apart, np.inf)
        blurred = (typical[:, None] + typical >= apart).any(axis=1)
        groups = -(-classes // TOGETHER)
        table = np.zeros((2 + dim, groups * TOGETHER), dtype=precision.dtype)
        table[0] = -np.inf
        table[0, :classes] = margins[:, 0] - halves
        table[1, :classes] = margins[:, 1]
        table[2:, :classes] = moved.T
        grouped = table.reshape(2 + dim, groups, TOGETHER).swapaxes(0, 1)
        weights = np.ones((classes, groups * TOGETHER), dtype=precision.dtype)
        weights[:, :classes] = np.minimum(inverses, precision.steepest)
        np.fill_diagonal(weights, -np.inf)
        return Products(
            bool(blurred.mean() <= BLURRED),
            origin,
            precision.largest,
            np.ascontiguousarray(grouped),
            (2 * margins).astype(precision.dtype),
            weights,
        )


@compiled
def by_products(  # pragma: no cover
    z: FloatArray,
    centres: FloatArray,
    columns: FloatArray,
    origin: FloatArray,
    largest: float,
    table: NDArray[Any],
    margins: NDArray[Any],
    weights: NDArray[Any],
    labels: IntArray,
    radii: FloatArray,
) -> None:
    """Fill labels and radii; columns is centres transposed, and table and weights are flat."""
    classes, dim = centres.shape
    groups = -(-classes // TOGETHER)
    # A vector holds twice as many points in float32.
    points = 8 * LANES // table.itemsize
    coordinates = np.zeros(dim * points)
    x = np.zeros((1 + dim) * points, dtype=table.dtype)
    scores = np.empty(groups * TOGETHER * points, dtype=table.dtype)
    own, other = np.zeros(points, dtype=np.int64), np.zeros(points, dtype=np.int64)
    lengths, distances = np.empty(points), np.empty(points)
    best, lowers = np.empty_like(x[:points]), np.empty_like(x[:points])
    smallest, seconds = np.empty_like(x[:points]), np.empty_like(x[:points])
    squares, least = np.empty(classes), np.empty(-(-classes // GROUP))
    for start in range(0, z.shape[0], points):
        count = min(points, z.shape[0] - start)
        lengths[:] = 0.0
        for t in range(dim):
            for p in range(count):
                number = z[start + p, t]
                moved = number - origin[t]
                coordinates[t * points + p] = number
                lengths[p] += moved * moved
                x[(1 + t) * points + p] = moved
        for p in range(points):
            lengths[p] = math.sqrt(lengths[p])
            x[p] = lengths[p]
        score_points(scores, table, groups, 1 + dim, x, best, own)
        for p in range(points):
            i = own[p]
            lowers[p] = best[p] - (margins[i, 0] + margins[i, 1] * x[p])
        two_smallest(scores, groups, weights, lowers, own, other, smallest, seconds)
        for p in range(0, points, LANES):
            some = slice(p, p + LANES)
            bisectors(
                coordinates[p:], points, centres, dim, own[some], other[some], distances[some]
            )
        for p in range(count):
            row, label, radius = start + p, own[p], distances[p]
            if not (smallest[p] > 0 and lengths[p] < largest):
                label, radius = by_all_centres(z, row, centres, columns, squares, least)
            else:
                if radius < 0:
                    radius = bisector(z, row, centres, label, other[p])
                if seconds[p] <= radius:
                    for j in range(classes):
                        gap = lowers[p] - scores[j * points + p]
                        if gap * weights[label * groups * TOGETHER + j] <= radius:
                            radius = min(radius, bisector(z, row, centres, label, j))
            labels[row] = label
            radii[row] = radius
