"""Nearest centre and distance to the nearest bisector of one point, in float64, by all centres.

For z in the cell of c_i, the distance to the bisector with c_j is
(c_i - c_j).(z - (c_i + c_j)/2) / ||c_i - c_j||, a form that does not cancel. With rho = ||z - c_i||
and r the radius, only centres with ||z - c_j|| <= rho + 2 r can attain it: the nearest point of
the bisector is at distance r from z and as far from c_j as from c_i.
"""

from __future__ import annotations

import math

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.compiled import compiled

GROUP = 64
"""Centres whose least distance is kept, so that far groups are passed over."""

SLACK = 1 + 1e-9
"""Factor on rho + 2 r that covers the rounding of distances, which is relative."""


@compiled
def bisector(  # pragma: no cover
    z: FloatArray, row: int, centres: FloatArray, i: int, j: int
) -> float:
    """Signed distance of z[row] to the bisector of c_i and c_j, positive on the side of c_i."""
    # Four sums at a time don't wait for one another; that their order is fixed makes every kernel
    # return the same bits.
    product, square = 0.0, 0.0
    dim = z.shape[1]
    whole = dim - dim % 4
    if whole:
        p0, p1, p2, p3 = 0.0, 0.0, 0.0, 0.0
        q0, q1, q2, q3 = 0.0, 0.0, 0.0, 0.0
        for t in range(0, whole, 4):
            d0 = centres[i, t] - centres[j, t]
            d1 = centres[i, t + 1] - centres[j, t + 1]
            d2 = centres[i, t + 2] - centres[j, t + 2]
            d3 = centres[i, t + 3] - centres[j, t + 3]
            p0 += d0 * ((z[row, t] - centres[i, t]) + 0.5 * d0)
            p1 += d1 * ((z[row, t + 1] - centres[i, t + 1]) + 0.5 * d1)
            p2 += d2 * ((z[row, t + 2] - centres[i, t + 2]) + 0.5 * d2)
            p3 += d3 * ((z[row, t + 3] - centres[i, t + 3]) + 0.5 * d3)
            q0 += d0 * d0
            q1 += d1 * d1
            q2 += d2 * d2
            q3 += d3 * d3
        product = (p0 + p1) + (p2 + p3)
        square = (q0 + q1) + (q2 + q3)
    for t in range(whole, dim):
        difference = centres[i, t] - centres[j, t]
        product += difference * ((z[row, t] - centres[i, t]) + 0.5 * difference)
        square += difference * difference
    if square < 2.0**-900:
        return _small_bisector(z, row, centres, i, j)
    return product / math.sqrt(square)


@compiled
def _small_bisector(  # pragma: no cover
    z: FloatArray, row: int, centres: FloatArray, i: int, j: int
) -> float:
    """The distance of centres so near that the squares of their differences underflow."""
    scale = 0.0
    for t in range(z.shape[1]):
        scale = max(scale, abs(centres[i, t] - centres[j, t]))
    product, square = 0.0, 0.0
    for t in range(z.shape[1]):
        difference = centres[i, t] - centres[j, t]
        product += difference / scale * ((z[row, t] - centres[i, t]) + 0.5 * difference)
        square += (difference / scale) ** 2
    return product / math.sqrt(square)


# The flags promise that no number is a NaN, so that the loop can be vectorised.
@compiled(fastmath=frozenset({"nnan", "nsz"}))
def _least(values: FloatArray, start: int, stop: int) -> float:  # pragma: no cover
    least = math.inf
    for j in range(start, stop):
        least = min(least, values[j])
    return least


@compiled
def by_all_centres(  # pragma: no cover
    z: FloatArray,
    row: int,
    centres: FloatArray,
    columns: FloatArray,
    squares: FloatArray,
    least: FloatArray,
) -> tuple[int, float]:
    """Label and radius of z[row]; columns is centres transposed, squares and least are scratch."""
    classes, dim = centres.shape
    groups = -(-classes // GROUP)
    for g in range(groups):
        start, stop = g * GROUP, min(g * GROUP + GROUP, classes)
        for j in range(start, stop):
            squares[j] = 0.0
        for t in range(dim):
            x = z[row, t]
            for j in range(start, stop):
                difference = x - columns[t, j]
                squares[j] += difference * difference
        least[g] = _least(squares, start, stop)
    smallest = _least(least, 0, groups)
    i = 0
    while least[i // GROUP] != smallest:
        i += GROUP
    while squares[i] != smallest:
        i += 1
    # Where rounding took the wrong one of two nearest centres, the distance to their bisector
    # comes out negative, and the other is taken. It is nearer, so this ends; the count guards
    # against ties that rounding makes circular.
    radius = math.inf
    for _ in range(classes):
        radius = math.inf
        reach = math.inf
        nearest = i
        rho = math.sqrt(squares[i])
        # The group of i comes first: its radius rules most other groups out.
        home = i // GROUP
        for turn in range(-1, groups):
            g = home if turn < 0 else turn
            if turn == home or least[g] > reach:
                continue
            for j in range(g * GROUP, min(g * GROUP + GROUP, classes)):
                if j != i and squares[j] <= reach:
                    distance = bisector(z, row, centres, i, j)
                    if distance < radius:
                        radius = distance
                        nearest = j
                        reach = ((rho + 2 * max(radius, 0.0)) * SLACK) ** 2
        if radius >= 0:
            break
        i = nearest
    return i, max(radius, 0.0)


@compiled
def all_centres(  # pragma: no cover
    z: FloatArray, centres: FloatArray, columns: FloatArray, labels: IntArray, radii: FloatArray
) -> None:
    """Fill labels and radii by the distances to all centres."""
    squares = np.empty(centres.shape[0])
    least = np.empty(-(-centres.shape[0] // GROUP))
    for row in range(z.shape[0]):
        labels[row], radii[row] = by_all_centres(z, row, centres, columns, squares, least)
