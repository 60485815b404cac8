"""Up to a thousand centres: float32 products with all of them tell which bisector is the nearest.

With x = z - m and y_j = c_j - m for an origin m, the score s_j = x.y_j - |y_j|^2/2 is
(|x|^2 - |z - c_j|^2)/2, so that for z in the cell of c_i the distance to the bisector with c_j is
(s_i - s_j) / |c_i - c_j|. In this form it cancels, so it only finds which bisector is the nearest;
the distance comes from the form that does not cancel, in float64.

Error bound (our derivation). Let u = 2^-24 and A_j = |x| |y_j| + |y_j|^2/2. In a score the product
x_t y_jt meets at most d + 4 roundings (two of what enters, one, and d + 1 of sums, fused or not),
and |y_j|^2/2 at most d + 3; the difference of two scores less their margins, and its product with
1 / |c_i - c_j|, at most 7, and the difference is at most A_i + A_j. By Cauchy and Schwarz all these
errors are at most (d + 11) u (A_i + A_j), up to second order. That of the distance in float64,
(d + 4) 2^-53 (rho + |c_i - c_j|) |c_i - c_j| after the same product, is at most
8 (d + 4) 2^-53 (A_i + A_j), as rho <= |x| + |y_i|. With e = (d + 16) u, which leaves 5 u for that
and what is of second order, and

    t_j = e A_j + 2^-100 (1 + |x|) (1 + |y_j|),

whose last term covers what underflows (at most 2^-126 in each of 4 d + 4 roundings),

    l_j = ((s_i - t_i) - (s_j + t_j)) w_ij,  w_ij = 1 / |c_i - c_j|,

is below the computed distance of every bisector. The margin t_j is linear in |x|, so that s_j + t_j
is a product too, of (1, |x|, x). If all l_j are positive, c_i is the nearest centre by more than
rounding, from whichever centre one looks; a point where one is not is left to the comparison of all
bisectors. The smallest l_j leads to a distance, and only those that don't exceed it to others.

The median of the centres is the origin, which one far centre does not move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import GROUP, POINTS, bisector, bisectors, by_all_centres
from simulations.cells.screening import LARGEST, Float32Array
from simulations.cells.vectors import COLUMNS, largest_and_place, products_of_four, two_smallest
from simulations.compiled import compiled

TOGETHER = 4
"""Points scored together: each load of the table serves four."""

DISTANCES_DIMENSION = 16
"""Dimension up to which the distances of many points are computed together."""

BLUR = 1e-2
"""What margins may be worth in distance, times |c_i - c_j| where that is more than 1, if float32 is
to tell two centres apart."""

BLURRED = 0.05
"""Share of centres that float32 may not tell from another one, or it does not serve."""


@dataclass(frozen=True, slots=True)
class Products:
    """Centres prepared for the products.

    Attributes
    ----------
    origin : float64 array of shape (d,)
    table : float32 array of shape (groups, 2 + d, COLUMNS)
        For each group of centres what (1, |x|, x) is multiplied by; what pads the last group has
        scores of -inf.
    margins : float32 array of shape (K, 2)
        t_j = first + second |x|.
    weights : float32 array of shape (K, groups COLUMNS)
        w_ij; w_ii is -inf, so that l_i is inf.
    """

    origin: FloatArray
    table: Float32Array
    margins: Float32Array
    weights: Float32Array

    @staticmethod
    def of(centres: FloatArray) -> Products | None:
        """Prepare centres; None where float32 can't tell them apart well enough to help."""
        classes, dim = centres.shape
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            origin = np.median(centres, axis=0)
            moved = centres - origin
            lengths = np.sqrt(np.einsum("jt,jt->j", moved, moved))
            if not lengths.max() < LARGEST:
                return None
            halves = 0.5 * lengths**2
            error, lost = (dim + 16) * 2.0**-24, 2.0**-100 * (1 + lengths)
            margins = np.stack([error * halves + lost, error * lengths + lost], axis=1)
            distances = cdist(centres, centres)
            inverses = 1 / distances
        typical = margins @ [1, math.sqrt(dim) + float(np.linalg.norm(origin))]
        apart = BLUR * distances * np.maximum(distances, 1)
        np.fill_diagonal(apart, np.inf)
        blurred = (typical[:, None] + typical >= apart).any(axis=1)
        if blurred.mean() > BLURRED:
            return None
        groups = -(-classes // COLUMNS)
        table = np.zeros((2 + dim, groups * COLUMNS), dtype=np.float32)
        table[0] = -np.inf
        table[0, :classes] = margins[:, 0] - halves
        table[1, :classes] = margins[:, 1]
        table[2:, :classes] = moved.T
        grouped = table.reshape(2 + dim, groups, COLUMNS).swapaxes(0, 1)
        weights = np.ones((classes, groups * COLUMNS), dtype=np.float32)
        # Where a float32 would overflow, less rules out less.
        weights[:, :classes] = np.minimum(inverses, 1e38)
        np.fill_diagonal(weights, -np.inf)
        return Products(origin, np.ascontiguousarray(grouped), margins.astype(np.float32), weights)


@compiled
def by_products(  # pragma: no cover
    z: FloatArray,
    centres: FloatArray,
    columns: FloatArray,
    origin: FloatArray,
    table: Float32Array,
    margins: Float32Array,
    weights: Float32Array,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    """Fill labels and radii; columns is centres transposed, and table and weights are flat."""
    classes, dim = centres.shape
    rows = 2 + dim
    groups = -(-classes // COLUMNS)
    padded = groups * COLUMNS
    together = dim <= DISTANCES_DIMENSION
    work = np.zeros((8 + dim if together else 0) * POINTS)
    x = np.ones((POINTS // TOGETHER, rows, TOGETHER), dtype=np.float32)
    scores = np.empty(POINTS * padded, dtype=np.float32)
    own, other = np.zeros(POINTS, dtype=np.uint64), np.zeros(POINTS, dtype=np.uint64)
    lengths, lowers = np.empty(POINTS, dtype=np.float32), np.empty(POINTS, dtype=np.float32)
    seconds, distances = np.empty(POINTS, dtype=np.float32), np.full(POINTS, -1.0)
    flat = columns.reshape(-1)
    squares, least = np.empty(classes), np.empty(-(-classes // GROUP))
    for start in range(0, z.shape[0], POINTS):
        count = min(POINTS, z.shape[0] - start)
        for point in range(count):
            four, place = point // TOGETHER, point % TOGETHER
            length = 0.0
            for t in range(dim):
                number = z[start + point, t]
                moved = number - origin[t]
                length += moved * moved
                if together:
                    work[(8 + t) * POINTS + point] = number
                x[four, 2 + t, place] = moved
            length = math.sqrt(length)
            lengths[point] = x[four, 1, place] = length
            if not length < LARGEST:
                for t in range(dim):
                    x[four, 2 + t, place] = 0
        for g in range(groups):
            for four in range(-(-count // TOGETHER)):
                at = four * TOGETHER * padded + g * COLUMNS
                products_of_four(
                    scores, at, padded, table, g * rows * COLUMNS, x, four * rows * TOGETHER, rows
                )
        for point in range(count):
            at = point * padded
            best, i = largest_and_place(scores, at, groups)
            lower = best - np.float32(2) * (margins[i, 0] + margins[i, 1] * lengths[point])
            smallest, j, second = two_smallest(scores, at, weights, i * padded, lower, groups)
            own[point], other[point], lowers[point] = i, j, lower
            sure = smallest > 0 and lengths[point] < LARGEST
            seconds[point] = second if sure else -1
        if together:
            bisectors(work, flat, dim, own, other, distances)
        for point in range(count):
            # The types of the compiler: signed, as `by_all_centres` returns them.
            label: Any = np.int64(own[point])
            nearest: Any = np.int64(other[point])
            row, radius = start + point, float(distances[point])
            if not seconds[point] > 0:
                label, radius = by_all_centres(z, row, centres, columns, squares, least)
            elif radius < 0:
                radius = bisector(z, row, centres, label, nearest)
            if 0 < seconds[point] <= radius:
                for j in range(classes):
                    gap = lowers[point] - scores[point * padded + j]
                    if gap * weights[label * padded + j] <= radius:
                        radius = min(radius, bisector(z, row, centres, label, j))
            labels[row] = label
            radii[row] = radius
