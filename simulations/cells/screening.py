"""Candidates by a float32 matrix product with a proved error bound, the rest in float64.

With x = z - m and c_j taken relative to the same origin m, the nearest centre has the largest score
s_j = x.c_j - |c_j|^2/2 = (|x|^2 - |z - c_j|^2)/2. The scores of many points are one matrix product
of (1, x) with the columns (-|c_j|^2/2, c_j). Computed scores only rule centres out; labels and
radii come from float64 differences of the centres that remain, about two a point.

Error bound (our derivation, by the usual rounding-error analysis). Let u = 2^-24, n = d + 5,
gamma = n u / (1 - n u), H_j = |x| |c_j| + |c_j|^2/2. The d + 1 terms x_t c_jt and -|c_j|^2/2 enter
the sum with these relative errors, each at most one factor (1 + u)^(+-1):

- x_t: one for z_t - m_t and its square's share in float64 (2^-53 < u), one for rounding to float32;
- c_jt: likewise two;
- |c_j|^2/2: at most (d + 6) 2^-53 < u from float64, if d < 2^28, and one for float32;
- multiplying and adding d + 1 terms: at most d + 1, in whatever order and with or without fused
  multiply-add; a zero that makes d even adds no rounding.

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
computed score is at least that of c_i minus 2 R (rho + R) + 2 E. For rho serves the square root of
|x|^2 - 2 s_i + 2 E, which is no smaller.

Where z is far from all centres, that rules none out, and other rules do. The distance is
(s_i - s_j) / |c_i - c_j|, computed to (d + 4) 2^-53 (rho + |c_i - c_j|). With L the largest |c_j|
and S = 2 E + (d + 4) 2^-53 (|x| + 3 L) 2 L for all errors, the computed distance is at least R if
the computed scores have

    s_i - s_j >= R W + S,  W >= |c_i - c_j|.

W is 2 L; or, for the centres of a block, which lie near each other as they are sorted, the distance
of c_i from their middle and theirs from it. Where more than `FEW` of a block still remain, W comes
from the computed squares D of |c_i - c_j|. Entries of the table are off by at most
2^-24 (1 + 2^-20) |c_j|, so that

    |c_i - c_j|^2 <= (sqrt(D) (1 + gamma) + 2^-22 L)^2 <= (1 + 2^-10) (1 + gamma)^2 D + 2^-33 L^2,

and c_j is passed over if s_i - s_j > S and

    (s_i - s_j - S)^2 > R^2 ((1 + 2^-9 + 4 gamma) D + 2^-33 L^2 + 2^-126) + 2^-100.

What 2^-9 + 4 gamma has more than needed covers the roundings of this inequality if gamma <= 2^-4,
and the last terms what underflows.

The median of the centres is the origin m: H_j is small and one far centre does not move it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import GROUP, SLACK, bisector, by_all_centres
from simulations.cells.llvm import SPAN
from simulations.cells.tree import halved
from simulations.cells.vectors import at_least, largest, trailing_zeros
from simulations.compiled import compiled

POINTS = 4
"""Points scored together: each load of the table serves four."""

BLOCK = SPAN
"""Centres whose largest score is kept, so that far blocks are passed over."""

KEPT_BLOCKS = 1024
"""Blocks of which all scores are kept. Of more only the largest of each is, and those of the few
blocks that matter to a point are computed once more."""

LARGEST = 1e9
"""Length of x and c_j up to which no square of a float32 score overflows."""

FEW = 4
"""Centres of a block whose bisectors are computed without a look at their distances."""

TILE_NUMBERS = 2**15
"""Numbers of the table that a processor's second cache holds while many points are scored."""

TILE_POINTS = 64
"""Points scored by a part of the table before the next one is loaded."""

TINY = 2.0**-500
"""More than a difference whose square underflows."""

OUTSIDE = -3e38
"""Score of a column that pads the table."""

Float32Array = NDArray[np.float32]
_vectorised: Any = compiled(fastmath=frozenset({"nnan", "nsz", "contract"}))


@dataclass(frozen=True, slots=True)
class Screen:
    """Centres prepared for the matrix product.

    Attributes
    ----------
    origin : float64 array of shape (d,)
    order : int64 array of shape (blocks BLOCK,)
        Number of each sorted centre; the last one is repeated.
    centres : float64 array of shape (blocks BLOCK, d)
        Sorted centres.
    table : float32 array of shape (blocks, 1 + width, BLOCK)
        For each block of centres -|c_j - origin|^2/2, then the rows of c_j - origin, then zeros if
        the dimension is odd.
    middles, spreads : float64 arrays of shapes (blocks, d) and (blocks,)
        Middle of each block, and the largest distance of its centres from it.
    longest : float
        The largest |c_j - origin|.
    linear, constant : float
        A computed score is off by at most E = linear |x| + constant + rounded |x|^2.
    rounded : float
    """

    origin: FloatArray
    order: IntArray
    centres: FloatArray
    table: Float32Array
    middles: FloatArray
    spreads: FloatArray
    longest: float
    linear: float
    constant: float
    rounded: float

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
            lengths = np.sqrt(squares)
            largest = float(lengths.max())
        if not largest < LARGEST:
            return None
        linear, constant, rounded = error_bound(dim, largest)
        typical = float(np.median(lengths))
        point = math.sqrt(dim) + float(np.linalg.norm(origin))
        error = linear * point + constant + rounded * point**2
        if not error < 1e-2 * (point * typical + 0.5 * typical**2):
            return None
        # In the order of a tree's leaves, so that the centres of a block are near each other.
        blocks = -(-classes // BLOCK)
        leaves = 1 << (blocks - 1).bit_length()
        starts: IntArray = np.arange(leaves + 1, dtype=np.int64) * blocks // leaves * BLOCK
        starts = np.minimum(starts, classes)
        order: IntArray = halved(centres, starts)[1]
        # What pads the last block is a centre with a score that none reaches.
        order = np.concatenate([order, np.full(blocks * BLOCK - classes, order[-1])])
        table = np.zeros((blocks, 1 + dim + dim % 2, BLOCK), dtype=np.float32)
        table[:, 0] = -0.5 * squares[order].reshape(blocks, BLOCK)
        table[:, 1 : dim + 1] = moved[order].reshape(blocks, BLOCK, dim).swapaxes(1, 2)
        table.reshape(blocks, -1)[-1, BLOCK - (len(order) - classes) : BLOCK] = OUTSIDE
        ordered = centres[order]
        inside = ordered.reshape(blocks, BLOCK, dim)
        middles = 0.5 * (inside.min(axis=1) + inside.max(axis=1))
        away = inside - middles[:, None]
        spreads = np.sqrt(np.einsum("bjt,bjt->bj", away, away).max(axis=1))
        return Screen(
            origin, order, ordered, table, middles, spreads, largest, linear, constant, rounded
        )


def error_bound(dim: int, largest: float) -> tuple[float, float, float]:
    """Numbers a, b, c such that a score is off by at most a |x| + b + c |x|^2, if |c_j| <= largest.

    Examples
    --------
    >>> a, b, c = error_bound(2, 1.0)
    >>> 7 * 2.0**-24 < a < 7.01 * 2.0**-24
    True
    """
    terms = (dim + 5) * 2.0**-24
    if terms > 2.0**-5:
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


# Scores lie by blocks, then by points: that of column j of block b for point p is at
# (b POINTS + p) BLOCK + j. All distances between the streams of a loop are then constants, which is
# what lets the compiler vectorise it; and indices are unsigned, since one that may be negative
# counts from the end, which no vector load does.

_SPAN = np.uint64(BLOCK)


@_vectorised
def score(  # pragma: no cover
    x: Float32Array, flat: Float32Array, scores: Float32Array
) -> None:
    """Scores of the four points x, (4, width), by all columns of the table."""
    width = x.shape[1]
    blocks = flat.size // ((1 + width) * BLOCK)
    for b in range(blocks):
        p0 = np.uint64(b * POINTS * BLOCK)
        p1, p2, p3 = p0 + _SPAN, p0 + _SPAN * np.uint64(2), p0 + _SPAN * np.uint64(3)
        t0 = np.uint64(b * (1 + width) * BLOCK)
        t1, t2, t3 = t0 + _SPAN, t0 + _SPAN * np.uint64(2), t0 + _SPAN * np.uint64(3)
        t4 = t0 + _SPAN * np.uint64(4)
        if width % 4 == 2:
            a0, a1, b0, b1 = x[0, 0], x[0, 1], x[1, 0], x[1, 1]
            c0, c1, d0, d1 = x[2, 0], x[2, 1], x[3, 0], x[3, 1]
            for j in range(_SPAN):
                k, y0, y1 = flat[t0 + j], flat[t1 + j], flat[t2 + j]
                scores[p0 + j] = k + a0 * y0 + a1 * y1
                scores[p1 + j] = k + b0 * y0 + b1 * y1
                scores[p2 + j] = k + c0 * y0 + c1 * y1
                scores[p3 + j] = k + d0 * y0 + d1 * y1
        else:
            a0, a1, a2, a3 = x[0, 0], x[0, 1], x[0, 2], x[0, 3]
            b0, b1, b2, b3 = x[1, 0], x[1, 1], x[1, 2], x[1, 3]
            c0, c1, c2, c3 = x[2, 0], x[2, 1], x[2, 2], x[2, 3]
            d0, d1, d2, d3 = x[3, 0], x[3, 1], x[3, 2], x[3, 3]
            for j in range(_SPAN):
                k, y0, y1 = flat[t0 + j], flat[t1 + j], flat[t2 + j]
                y2, y3 = flat[t3 + j], flat[t4 + j]
                scores[p0 + j] = k + a0 * y0 + a1 * y1 + a2 * y2 + a3 * y3
                scores[p1 + j] = k + b0 * y0 + b1 * y1 + b2 * y2 + b3 * y3
                scores[p2 + j] = k + c0 * y0 + c1 * y1 + c2 * y2 + c3 * y3
                scores[p3 + j] = k + d0 * y0 + d1 * y1 + d2 * y2 + d3 * y3
        for t in range(2 if width % 4 == 2 else 4, width, 4):
            t0 = np.uint64((b * (1 + width) + 1 + t) * BLOCK)
            t1, t2, t3 = t0 + _SPAN, t0 + _SPAN * np.uint64(2), t0 + _SPAN * np.uint64(3)
            a0, a1, a2, a3 = x[0, t], x[0, t + 1], x[0, t + 2], x[0, t + 3]
            b0, b1, b2, b3 = x[1, t], x[1, t + 1], x[1, t + 2], x[1, t + 3]
            c0, c1, c2, c3 = x[2, t], x[2, t + 1], x[2, t + 2], x[2, t + 3]
            d0, d1, d2, d3 = x[3, t], x[3, t + 1], x[3, t + 2], x[3, t + 3]
            for j in range(_SPAN):
                y0, y1, y2, y3 = flat[t0 + j], flat[t1 + j], flat[t2 + j], flat[t3 + j]
                scores[p0 + j] += a0 * y0 + a1 * y1 + a2 * y2 + a3 * y3
                scores[p1 + j] += b0 * y0 + b1 * y1 + b2 * y2 + b3 * y3
                scores[p2 + j] += c0 * y0 + c1 * y1 + c2 * y2 + c3 * y3
                scores[p3 + j] += d0 * y0 + d1 * y1 + d2 * y2 + d3 * y3


@_vectorised
def _score_block(  # pragma: no cover
    x: Float32Array, point: int, flat: Float32Array, b: int, scores: Float32Array
) -> None:
    """Scores of x[point] by the columns of a block."""
    width = x.shape[1]
    start = np.uint64(b * (1 + width) * BLOCK)
    for j in range(_SPAN):
        scores[j] = flat[start + j]
    for t in range(0, width, 2):
        t0 = start + np.uint64(1 + t) * _SPAN
        t1 = t0 + _SPAN
        a0, a1 = x[point, t], x[point, t + 1]
        for j in range(_SPAN):
            scores[j] += a0 * flat[t0 + j] + a1 * flat[t1 + j]


@compiled
def _place(  # pragma: no cover
    x: Float32Array,
    point: int,
    again: Float32Array | None,
    b: int,
    scores: Float32Array,
    home: int,
    column: int,
) -> int:
    """Where the scores of a point in a block are, computed once more if there is a table `again`.

    Then that of the column of block `home` is overwritten.
    """
    if again is None:
        return (b * POINTS + point) * BLOCK
    _score_block(x, point, again, b, scores)
    if b == home:
        scores[column] = OUTSIDE
    return 0


@_vectorised
def _differences(  # pragma: no cover
    flat: Float32Array, rows: int, label: int, b: int, scratch: Float32Array
) -> None:
    """D for the columns of a block, at the beginning of the scratch."""
    home = np.uint64(label // BLOCK * rows * BLOCK + label % BLOCK)
    start = np.uint64(b * rows * BLOCK)
    t0, t1 = start + _SPAN, start + _SPAN * np.uint64(2)
    c0, c1 = flat[home + _SPAN], flat[home + _SPAN * np.uint64(2)]
    for j in range(_SPAN):
        d0, d1 = c0 - flat[t0 + j], c1 - flat[t1 + j]
        scratch[j] = d0 * d0 + d1 * d1
    for t in range(3, rows, 2):
        row = np.uint64(t) * _SPAN
        t0, t1 = start + row, start + row + _SPAN
        c0, c1 = flat[home + row], flat[home + row + _SPAN]
        for j in range(_SPAN):
            d0, d1 = c0 - flat[t0 + j], c1 - flat[t1 + j]
            scratch[j] += d0 * d0 + d1 * d1


@_vectorised
def _excess(  # pragma: no cover
    scores: Float32Array,
    place: int,
    own: Any,
    square: Any,
    factor: Any,
    constant: Any,
    scratch: Float32Array,
) -> None:
    """Square (factor D + constant) + 2^-100 less the signed square of own minus the score.

    After D in the scratch.
    """
    first = np.uint64(place)
    for j in range(_SPAN):
        gap = own - scores[first + j]
        above = square * (factor * scratch[j] + constant) + np.float32(2.0**-100)
        scratch[_SPAN + j] = above - gap * abs(gap)


@compiled
def _square_above(value: float) -> Any:  # pragma: no cover
    """Rounding of a float64's square that is never below it."""
    return np.float32(value * value * (1 + 2.0**-22)) + np.float32(2.0**-126)


@compiled
def _many(bits: Any) -> bool:  # pragma: no cover
    """Whether more than `FEW` bits are set."""
    for _ in range(FEW):
        bits &= bits - np.uint64(1)
    return bits != np.uint64(0)


@compiled(fastmath=frozenset({"reassoc", "contract"}))
def _widest(  # pragma: no cover
    centres: FloatArray, label: int, middles: FloatArray, b: int
) -> float:
    """Distance of a centre from the middle of a block."""
    total = 0.0
    for t in range(centres.shape[1]):
        difference = centres[label, t] - middles[b, t]
        total += difference * difference
    return math.sqrt(total) + TINY


@compiled
def _float32_below(value: float | np.floating[Any]) -> Any:  # pragma: no cover
    """Largest-magnitude rounding of a float64 that is never above it."""
    return np.float32(value - abs(value) * 2.0**-23 - 2.0**-126)


@compiled
def _nearest(  # pragma: no cover
    z: FloatArray,
    at: int,
    centres: FloatArray,
    order: IntArray,
    x: Float32Array,
    point: int,
    again: Float32Array | None,
    scores: Float32Array,
    maxima: Float32Array,
    least: Any,
) -> int:
    """Nearest of the centres with scores from `least` on, the first of equals; -1 if none."""
    label = -1
    square = np.inf
    for b in range(maxima.size):
        if maxima[b] >= least:
            left = at_least(scores, _place(x, point, again, b, scores, -1, 0), least)
            while left:
                j = b * BLOCK + trailing_zeros(left)
                left &= left - np.uint64(1)
                total = 0.0
                for t in range(centres.shape[1]):
                    difference = z[at, t] - centres[j, t]
                    total += difference * difference
                if total < square or (total == square and order[j] < order[label]):
                    label, square = j, total
    return label


@compiled
def _refine(  # pragma: no cover
    z: FloatArray,
    at: int,
    centres: FloatArray,
    order: IntArray,
    x: Float32Array,
    point: int,
    table: Float32Array,
    again: Float32Array | None,
    scores: Float32Array,
    maxima: Float32Array,
    scratch: Float32Array,
    middles: FloatArray,
    spreads: FloatArray,
    longest: float,
    length: float,
    error: float,
    rounded: float,
) -> tuple[int, float]:
    """Label and radius of z[at] by the centres that its scores leave; radius -1 if they can't.

    It overwrites the score of the label, and fills the maxima where all scores are kept.
    """
    blocks = maxima.size
    best = np.float32(OUTSIDE)
    for b in range(blocks):
        if again is None:
            maxima[b] = largest(scores, (b * POINTS + point) * BLOCK)
        best = max(best, maxima[b])
    least = _float32_below(best - 2 * error)
    label = -1
    rivals = 0
    for b in range(blocks):
        if maxima[b] >= least:
            left = at_least(scores, _place(x, point, again, b, scores, -1, 0), least)
            # Scores computed once more round otherwise, so that there may be none here.
            if left:
                rivals += 1 if left & (left - np.uint64(1)) == 0 else 2
                label = b * BLOCK + trailing_zeros(left)
    if rivals > 1:
        label = _nearest(z, at, centres, order, x, point, again, scores, maxima, least)
    if label < 0:
        return 0, -1.0

    # The next to highest score gives the first radius, and that rules most centres out.
    home, column = label // BLOCK, label % BLOCK
    place = _place(x, point, again, home, scores, -1, 0)
    own = np.float64(scores[place + column])
    # rho^2 = |x|^2 - 2 s_i, and the error covers the rounding of |x|^2.
    rho = math.sqrt(max(length * length - 2 * own + 2 * error, 0.0)) * SLACK
    scores[place + column] = OUTSIDE
    maxima[home] = largest(scores, place)
    best = np.float32(OUTSIDE)
    away = 0
    for b in range(blocks):
        if maxima[b] > best:
            best, away = maxima[b], b
    place = _place(x, point, again, away, scores, home, column)
    if again is not None:
        best = largest(scores, place)
    second = at_least(scores, place, best)
    second = away * BLOCK + trailing_zeros(second)
    radius = bisector(z, at, centres, label, second)
    # A negative distance means that rounding took the wrong one of two nearest centres.
    if not radius >= 0:
        return label, -1.0
    slack = 2 * error + rounded * (length + 3 * longest) * 2 * longest
    threshold = _float32_below(own - slack)
    factor = np.float32(1 + 2.0**-9 + 4 * (centres.shape[1] + 5) * 2.0**-24)
    constant = np.float32(2.0**-33 * longest * longest + 2.0**-126)
    least = _float32_below(own - 2 * radius * min(rho + radius, longest) * SLACK - slack)
    for b in range(blocks):
        if maxima[b] >= least:
            place = _place(x, point, again, b, scores, home, column)
            left = at_least(scores, place, least)
            many = _many(left)
            if many:
                widest = _widest(centres, label, middles, b) + spreads[b]
                left &= at_least(
                    scores, place, _float32_below(own - radius * widest * SLACK - slack)
                )
                many = _many(left)
            if many:
                _differences(table, 1 + x.shape[1], label, b, scratch)
                square = _square_above(radius)
                _excess(scores, place, threshold, square, factor, constant, scratch)
                left &= at_least(scratch, BLOCK, np.float32(0.0))
            while left:
                j = b * BLOCK + trailing_zeros(left)
                left &= left - np.uint64(1)
                if j != second:
                    distance = bisector(z, at, centres, label, j)
                    if distance < radius:
                        if distance < 0:
                            return label, -1.0
                        radius = distance
                        least = _float32_below(
                            own - 2 * radius * min(rho + radius, longest) * SLACK - slack
                        )
                        left &= at_least(scores, place, least)
                        if many and left:
                            square = _square_above(radius)
                            _excess(scores, place, threshold, square, factor, constant, scratch)
                            left &= at_least(scratch, BLOCK, np.float32(0.0))
    return label, radius


@compiled
def _screened(  # pragma: no cover
    z: FloatArray,
    centres: FloatArray,
    columns: FloatArray,
    origin: FloatArray,
    order: IntArray,
    ordered: FloatArray,
    table: Float32Array,
    again: Float32Array | None,
    middles: FloatArray,
    spreads: FloatArray,
    longest: float,
    linear: float,
    constant: float,
    rounded: float,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    classes, dim = centres.shape
    blocks = middles.shape[0]
    rows = table.size // (blocks * BLOCK)
    together = POINTS if again is None else TILE_POINTS
    tile = blocks if again is None else max(1, TILE_NUMBERS // (rows * BLOCK))
    x = np.zeros((together, rows - 1), dtype=np.float32)
    lengths = np.empty(together)
    scores = np.empty(tile * POINTS * BLOCK, dtype=np.float32)
    maxima = np.empty(blocks, dtype=np.float32)
    of_points = np.empty((0 if again is None else together, blocks), dtype=np.float32)
    scratch = np.empty(2 * BLOCK, dtype=np.float32)
    squares, groups = np.empty(classes), np.empty(-(-classes // GROUP))
    for start in range(0, z.shape[0], together):
        count = min(together, z.shape[0] - start)
        for point in range(count):
            length = 0.0
            for t in range(dim):
                moved = z[start + point, t] - origin[t]
                length += moved * moved
                x[point, t] = moved
            lengths[point] = math.sqrt(length)
            if not lengths[point] < LARGEST:
                x[point] = 0
        if again is None:
            score(x, table, scores)
        else:
            for first in range(0, blocks, tile):
                part = table[first * rows * BLOCK : (first + tile) * rows * BLOCK]
                for four in range(0, count, POINTS):
                    score(x[four : four + POINTS], part, scores)
                    for point in range(POINTS):
                        for b in range(min(tile, blocks - first)):
                            place = (b * POINTS + point) * BLOCK
                            of_points[four + point, first + b] = largest(scores, place)
        for point in range(count):
            at = start + point
            length = lengths[point]
            radius = -1.0
            label = 0
            if length < LARGEST:
                error = linear * length + constant + rounded * length * length
                if again is not None:
                    maxima[:] = of_points[point]
                label, radius = _refine(
                    z,
                    at,
                    ordered,
                    order,
                    x,
                    point,
                    table,
                    again,
                    scores,
                    maxima,
                    scratch,
                    middles,
                    spreads,
                    longest,
                    length,
                    error,
                    rounded,
                )
                label = order[label]
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
    table = screen.table.reshape(-1)
    _screened(
        z,
        centres,
        columns,
        screen.origin,
        screen.order,
        screen.centres,
        table,
        None if len(screen.table) <= KEPT_BLOCKS else table,
        screen.middles,
        screen.spreads,
        screen.longest,
        screen.linear,
        screen.constant,
        screen.rounded,
        labels,
        radii,
    )
