"""Few centres: all of them for many points at a time, in float64.

For z in the cell of c_i the distance to the bisector with c_j is
(|z - c_j|^2 - |z - c_i|^2) w_ij with w_ij = 1 / (2 |c_i - c_j|). In this form it cancels, so it
only finds which bisector is the nearest; the distance comes from the form that does not cancel.

Error bound (our derivation). With v = 2^-53, the computed squares are off by factors within
(1 + v)^(+-(d + 3)), and the distance of `bisector` by at most (d + 4) v (rho + |c_i - c_j|), where
(rho + |c_i - c_j|) / w_ij <= 2 (2 rho + rho_j)(rho + rho_j) <= 14 (rho^2 + rho_j^2). With
e = (d + 8) 2^-48, which covers both, and the roundings of this bound too, at least twofold,

    l_j = ((1 - e) |z - c_j|^2 - (1 + e) |z - c_i|^2 - 2^-960) w_ij

is below the computed distance of every bisector; the last term covers squares that underflow. A
point whose second smallest l_j does not exceed the distance that its smallest one leads to is left
to the comparison of all bisectors.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial.distance import cdist

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import GROUP, POINTS, bisectors, by_all_centres
from simulations.compiled import compiled


def half_inverse_distances(centres: FloatArray) -> FloatArray:
    """w_ij = 1 / (2 |c_i - c_j|), (K, K), cut at 1e300, where it rules out nothing."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.minimum(0.5 / cdist(centres, centres), 1e300)


# One array holds all that the loops over points read and write, at distances that the compiler
# knows, and indices are unsigned: otherwise it would not vectorise them.
_N = np.uint64(POINTS)
_OWN, _OFFSET, _FACTOR = np.uint64(0), _N, np.uint64(2) * _N
_LABEL, _SMALLEST = np.uint64(3) * _N, np.uint64(4) * _N
_SECOND, _NEAREST = np.uint64(5) * _N, np.uint64(6) * _N
_ROWS = np.uint64(15) * _N


@compiled
def few_centres(  # pragma: no cover
    z: FloatArray,
    centres: FloatArray,
    columns: FloatArray,
    weights: FloatArray,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    """Fill labels and radii; columns is centres transposed, weights are the w_ij."""
    classes, dim = centres.shape
    slack = (dim + 8) * 2.0**-48
    below, above = 1 - slack, 1 + slack
    work = np.zeros((15 + dim + classes) * POINTS)
    own_label = np.empty(POINTS, dtype=np.uint64)
    next_label = np.empty(POINTS, dtype=np.uint64)
    flat_weights, flat_columns = weights.reshape(-1), columns.reshape(-1)
    distances = np.empty(POINTS)
    scratch, least = np.empty(classes), np.empty(-(-classes // GROUP))
    for start in range(0, z.shape[0], POINTS):
        count = min(POINTS, z.shape[0] - start)
        for t in range(dim):
            x = _ROWS + np.uint64(t) * _N
            for p in range(np.uint64(count)):
                work[x + p] = z[np.uint64(start) + p, t]
        for p in range(_N):
            work[_OWN + p] = math.inf
            work[_LABEL + p] = 0.0
            work[_SMALLEST + p] = math.inf
            work[_SECOND + p] = math.inf
            work[_NEAREST + p] = 0.0
        for j in range(classes):
            row = _ROWS + np.uint64(dim + j) * _N
            number = float(j)
            c = centres[j, 0]
            for p in range(_N):
                difference = work[_ROWS + p] - c
                work[row + p] = difference * difference
            for t in range(1, dim):
                x = _ROWS + np.uint64(t) * _N
                c = centres[j, t]
                for p in range(_N):
                    difference = work[x + p] - c
                    work[row + p] += difference * difference
            for p in range(_N):
                square, own = work[row + p], work[_OWN + p]
                work[_LABEL + p] = number if square < own else work[_LABEL + p]
                work[_OWN + p] = square if square < own else own
        for p in range(_N):
            work[_OFFSET + p] = work[_OWN + p] * above + 2.0**-960
        for p in range(_N):
            own_label[p] = np.uint64(work[_LABEL + p])
        for j in range(classes):
            row = _ROWS + np.uint64(dim + j) * _N
            line = np.uint64(j * classes)
            number = float(j)
            for p in range(_N):
                work[_FACTOR + p] = flat_weights[line + own_label[p]]
            for p in range(_N):
                lower = (work[row + p] * below - work[_OFFSET + p]) * work[_FACTOR + p]
                work[row + p] = math.inf if work[_LABEL + p] == number else lower
            for p in range(_N):
                lower, smallest, second = work[row + p], work[_SMALLEST + p], work[_SECOND + p]
                larger = smallest if lower < smallest else lower
                work[_SECOND + p] = larger if larger < second else second
                work[_NEAREST + p] = number if lower < smallest else work[_NEAREST + p]
                work[_SMALLEST + p] = lower if lower < smallest else smallest
        for p in range(_N):
            next_label[p] = np.uint64(work[_NEAREST + p])
        bisectors(work[7 * POINTS :], flat_columns, dim, own_label, next_label, distances)
        for p in range(count):
            i, radius = int(work[_LABEL + np.uint64(p)]), distances[p]
            # The comparisons also send what is infinite or not a number to the other kernel.
            sure = work[_SECOND + np.uint64(p)] > radius and work[_OWN + np.uint64(p)] < 1e300
            if not (radius >= 0 and sure):
                i, radius = by_all_centres(z, start + p, centres, columns, scratch, least)
            labels[start + p] = i
            radii[start + p] = radius
