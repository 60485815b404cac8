"""Candidates by a float32 matrix product with a proved error bound, the rest in float64.

With x = z - m and c_j taken relative to the same origin m, the nearest centre has the largest score
s_j = x.c_j - |c_j|^2/2 = (|x|^2 - |z - c_j|^2)/2. The scores of many points are one matrix product
of (x, 1) with the columns (c_j, -|c_j|^2/2). Computed scores only rule centres out; labels and
radii come from float64 differences of the centres that remain, about two a point.

Error bound (our derivation, by the usual rounding-error analysis). Let u = 2^-24, n = d + 5,
gamma = n u / (1 - n u), H_j = |x| |c_j| + |c_j|^2/2. The d + 1 terms x_t c_jt and -|c_j|^2/2 enter
the sum with these relative errors, each at most one factor (1 + u)^(+-1):

- x_t: one for z_t - m_t and its square's share in float64 (2^-53 < u), one for rounding to float32;
- c_jt: likewise two;
- |c_j|^2/2: at most (d + 6) 2^-53 < u from float64, if d < 2^28, and one for float32;
- multiplying and adding d + 1 terms: at most d + 1, in whatever order and with or without fused
  multiply-add.

No term meets more than n factors, so by Cauchy and Schwarz the computed score differs from s_j by
at most gamma H_j, plus what underflow loses: at most 2^-126 in each of the 2 d + 1 roundings of
inputs and the d + 1 products (sums of float32 don't underflow), an input's loss being multiplied by
the other factor: together at most 2^-126 (2 d + 2)(1 + |x|)(1 + |c_j|). Since |x| and |c_j| come
rounded from float64, both terms are widened by a factor 1 + 2^-20.

Two float64 roundings remain. The squared distances that choose among the remaining centres are
off by (d + 4) 2^-53 (|x| + |c_j|)^2 at most. And a threshold is rounded to float32 downward. With E
the sum of these errors for the largest |c_j|: a centre with computed score below
max_j s_j - 2 E is not the nearest one, not even by rounded distances; and with rho = |z - c_i|,
the bisector of c_i and c_j is no nearer than R unless |z - c_j| <= rho + 2 R, so unless its
computed score is at least that of c_i minus 2 R (rho + R) + 2 E.

The median of the centres is the origin m: H_j is small and one far centre does not move it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from simulations._distances import GROUP, SLACK, bisector, by_all_centres, compiled
from simulations.partition import FloatArray, IntArray

STRIPES = 32
"""Column j belongs to stripe j mod STRIPES. The maximum of each stripe is kept: taken across the
columns it needs no horizontal operation of the vector unit."""

IN_CACHE = 2**13
"""Numbers in the table of columns up to which plain loops beat the call of the matrix product."""

LARGEST = 1e15
"""Length of x and c_j up to which no float32 score overflows."""

OUTSIDE = -3e38
"""Score of a column that pads the table."""

Float32Array = NDArray[np.float32]
_vectorised: Any = numba.njit(nogil=True, cache=True, fastmath={"nnan", "nsz", "contract"})


@dataclass(frozen=True, slots=True)
class Screen:
    """Centres prepared for the matrix product.

    Attributes
    ----------
    origin : float64 array of shape (d,)
    table : float32 array of shape (d + 1, K padded to whole stripes)
        Columns (c_j - origin, -|c_j - origin|^2/2).
    linear, constant : float
        A computed score is off by at most E = linear |x| + constant + rounded |x|^2.
    rounded : float
    """

    origin: FloatArray
    table: Float32Array
    linear: float
    constant: float
    rounded: float
    rows: int

    @staticmethod
    def of(centres: FloatArray) -> Screen | None:
        """Prepare centres; None where float32 can't tell them apart well enough to help.

        Without help the result would be as exact, but slower than by float64 alone.
        """
        classes, dim = centres.shape
        with np.errstate(over="ignore", invalid="ignore"):
            origin = np.median(centres, axis=0)
            moved = centres - origin
            squares = np.einsum("jt,jt->j", moved, moved)
            largest = math.sqrt(float(squares.max()))
        if not largest < LARGEST:
            return None
        linear, constant, rounded = error_bound(dim, largest)
        typical = math.sqrt(float(np.median(squares)))
        point = math.sqrt(dim) + float(np.linalg.norm(origin))
        error = linear * point + constant + rounded * point**2
        if not error < 1e-2 * (point * typical + 0.5 * typical**2):
            return None
        padded = -(-classes // STRIPES) * STRIPES
        table = np.zeros((dim + 1, padded), dtype=np.float32)
        table[:dim, :classes] = moved.T
        table[dim] = OUTSIDE
        table[dim, :classes] = -0.5 * squares
        # Rows of scores that the second-level cache holds; four share each load of the table.
        rows = min(64, max(4, 2**17 // padded))
        return Screen(origin, table, linear, constant, rounded, rows)


def error_bound(dim: int, largest: float) -> tuple[float, float, float]:
    """Numbers a, b, c such that a score is off by at most a |x| + b + c |x|^2, if |c_j| <= largest.

    Examples
    --------
    >>> a, b, c = error_bound(2, 1.0)
    >>> 7 * 2.0**-24 < a < 7.01 * 2.0**-24
    True
    """
    terms = (dim + 5) * 2.0**-24
    if terms >= 0.5:
        return math.inf, math.inf, math.inf
    gamma = terms / (1 - terms) * (1 + 2.0**-20)
    underflow = 2.0**-126 * (2 * dim + 2) * (1 + largest) * (1 + 2.0**-20)
    # (|x| + |c|)^2 <= 2 |x|^2 + 2 |c|^2, of which a score has half.
    rounded = (dim + 4) * 2.0**-53
    return (
        gamma * largest + underflow,
        gamma * 0.5 * largest**2 + underflow + rounded * largest**2,
        rounded,
    )


@_vectorised
def _score(  # pragma: no cover
    x: Float32Array, row: int, table: Float32Array, scores: Float32Array
) -> None:
    dim = table.shape[0] - 1
    for j in range(table.shape[1]):
        scores[row, j] = table[dim, j]
    for t in range(dim):
        factor = x[row, t]
        for j in range(table.shape[1]):
            scores[row, j] += factor * table[t, j]


@_vectorised
def _stripe_maxima(  # pragma: no cover
    scores: Float32Array, row: int, maxima: Float32Array
) -> None:
    for lane in range(STRIPES):
        maxima[lane] = scores[row, lane]
    for start in range(STRIPES, scores.shape[1], STRIPES):
        for lane in range(STRIPES):
            maxima[lane] = max(maxima[lane], scores[row, start + lane])


@compiled
def _float32_below(value: float) -> Any:  # pragma: no cover
    """Largest-magnitude rounding of a float64 that is never above it."""
    return np.float32(value - abs(value) * 2.0**-23 - 2.0**-126)


@compiled
def _best_but(  # pragma: no cover
    scores: Float32Array, row: int, maxima: Float32Array, classes: int, i: int
) -> int:
    """Column of the largest score other than column i."""
    home = i % STRIPES
    best = np.float32(-np.inf)
    column = -1
    for j in range(home, classes, STRIPES):
        if j != i and scores[row, j] > best:
            best, column = scores[row, j], j
    stripe = -1
    for lane in range(min(STRIPES, classes)):
        if lane != home and maxima[lane] > best:
            best, stripe = maxima[lane], lane
    if stripe >= 0:
        column = stripe
        while scores[row, column] != best:
            column += STRIPES
    return column


@compiled
def _refine(  # pragma: no cover
    z: FloatArray,
    at: int,
    centres: FloatArray,
    scores: Float32Array,
    row: int,
    maxima: Float32Array,
    error: float,
) -> tuple[int, float]:
    """Label and radius of z[at] by the centres that its scores leave; radius -1 if they can't."""
    classes, dim = centres.shape
    best = maxima[0]
    for lane in range(1, STRIPES):
        best = max(best, maxima[lane])
    least = _float32_below(best - 2 * error)
    label = -1
    square = np.inf
    for lane in range(min(STRIPES, classes)):
        if maxima[lane] >= least:
            for j in range(lane, classes, STRIPES):
                if scores[row, j] >= least:
                    total = 0.0
                    for t in range(dim):
                        difference = z[at, t] - centres[j, t]
                        total += difference * difference
                    # Stripes don't come in the order of columns; of equals the first is taken.
                    if total < square or (total == square and j < label):
                        label, square = j, total
    if label < 0:
        return 0, -1.0
    rho = math.sqrt(square)
    own = np.float64(scores[row, label])
    second = _best_but(scores, row, maxima, classes, label)
    radius = bisector(z, at, centres, label, second)
    # A negative distance means that rounding took the wrong one of two nearest centres.
    if not radius >= 0:
        return label, -1.0
    least = _float32_below(own - 2 * radius * (rho + radius) * SLACK - 2 * error)
    for lane in range(min(STRIPES, classes)):
        if maxima[lane] >= least:
            for j in range(lane, classes, STRIPES):
                if scores[row, j] >= least and j != label and j != second:
                    distance = bisector(z, at, centres, label, j)
                    if distance < radius:
                        if distance < 0:
                            return label, -1.0
                        radius = distance
                        least = _float32_below(
                            own - 2 * radius * (rho + radius) * SLACK - 2 * error
                        )
    return label, radius


@compiled
def _screened(  # pragma: no cover
    z: FloatArray,
    centres: FloatArray,
    columns: FloatArray,
    origin: FloatArray,
    table: Float32Array,
    linear: float,
    constant: float,
    rounded: float,
    rows: int,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    classes, dim = centres.shape
    in_cache = table.size <= IN_CACHE
    x = np.ones((rows, dim + 1), dtype=np.float32)
    lengths = np.empty(rows)
    scores = np.empty((rows, table.shape[1]), dtype=np.float32)
    maxima = np.empty(STRIPES, dtype=np.float32)
    squares, groups = np.empty(classes), np.empty(-(-classes // GROUP))
    for start in range(0, z.shape[0], rows):
        count = min(rows, z.shape[0] - start)
        for row in range(count):
            length = 0.0
            for t in range(dim):
                moved = z[start + row, t] - origin[t]
                length += moved * moved
                x[row, t] = moved
            lengths[row] = math.sqrt(length)
            if in_cache:
                _score(x, row, table, scores)
        if not in_cache:
            np.dot(x[:count], table, scores[:count])
        for row in range(count):
            at = start + row
            length = lengths[row]
            radius = -1.0
            label = 0
            if length < LARGEST:
                _stripe_maxima(scores, row, maxima)
                error = linear * length + constant + rounded * length * length
                label, radius = _refine(z, at, centres, scores, row, maxima, error)
            if radius < 0:
                label, radius = by_all_centres(z, at, centres, columns, squares, groups)
            labels[at], radii[at] = label, radius


def screened(
    z: FloatArray,
    centres: FloatArray,
    columns: FloatArray,
    screen: Screen,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    """Fill labels and radii; columns is centres transposed."""
    _screened(
        z,
        centres,
        columns,
        screen.origin,
        screen.table,
        screen.linear,
        screen.constant,
        screen.rounded,
        screen.rows,
        labels,
        radii,
    )
