"""Branch and bound in a tree of boxes, for many centres in low dimension, however they lie.

A node is a slice of the sorted centres and the smallest box that holds them; node k has the halves
2 k and 2 k + 1. Two searches go down it. The first finds the nearest centre c_i, at distance rho.
The second finds the nearest bisector: that of c_i and c_j is at distance
(|z - c_j|^2 - rho^2) / (2 |c_i - c_j|), which over a box is at least

    (D^2 - rho^2) / (2 U),   D the least distance of z from the box, U the largest of c_i from it.

Far from all centres, where rho + 2 r reaches all of them, this still tells directions apart.

No bit depends on what is passed over. Rounding is monotone: a computed D^2 is no larger than the
computed squared distance of a centre in the box, and U^2 no smaller than that of c_i from it. And
with the factors and the last term of `simulations.cells.few`, the computed numerator over 2 U is
below the computed distance of every bisector. Squares are compared, as roots and quotients take
longer than all else: what is passed over has

    numerator^2 > (1 + 2^-40) (2 radius)^2 U^2 + 2^-900,

where the factor covers the roundings of both sides, and the last term what underflows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import GROUP, bisector, by_all_centres
from simulations.compiled import compiled

LEAF = 8
"""Most centres of a node that is not halved."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Centres in boxes.

    Attributes
    ----------
    boxes : array of shape (2^(depth + 1), 2, d)
        Lowest and highest corner of each node; row 0 is not used.
    starts : int64 array of shape (2^depth + 1,)
        Leaf k holds the sorted centres starts[k] to starts[k + 1] - 1.
    order : int64 array of shape (K,)
        Number of each sorted centre.
    centres : array of shape (K, d)
        Sorted centres.
    """

    boxes: FloatArray
    starts: IntArray
    order: IntArray
    centres: FloatArray

    @staticmethod
    def of(centres: FloatArray) -> Tree:
        """Halve the centres along the longest side of their box until few are left."""
        classes, dim = centres.shape
        depth = max(0, math.ceil(math.log2(classes / LEAF)))
        starts: IntArray = (np.arange((1 << depth) + 1, dtype=np.int64) * classes) >> depth
        boxes = np.empty((2 ** (depth + 1), 2, dim))
        order = np.arange(classes, dtype=np.int64)
        _halve(centres, starts, boxes, order)
        return Tree(boxes, starts, order, np.ascontiguousarray(centres[order]))


@compiled
def _halve(  # pragma: no cover
    centres: FloatArray, starts: IntArray, boxes: FloatArray, order: IntArray
) -> None:
    """Fill the boxes, and sort `order` so that each node is a slice of it."""
    leaves = starts.size - 1
    dim = centres.shape[1]
    span = leaves
    node = 1
    while span >= 1:
        for first in range(0, leaves, span):
            begin, end = starts[first], starts[first + span]
            axis, width = 0, -1.0
            for t in range(dim):
                low, high = math.inf, -math.inf
                for k in range(begin, end):
                    low = min(low, centres[order[k], t])
                    high = max(high, centres[order[k], t])
                boxes[node, 0, t], boxes[node, 1, t] = low, high
                if high - low > width:
                    axis, width = t, high - low
            node += 1
            if span > 1:
                _part(centres, axis, order, begin, end - 1, starts[first + span // 2])
        span //= 2


@compiled
def _part(  # pragma: no cover
    centres: FloatArray, axis: int, order: IntArray, left: int, right: int, middle: int
) -> None:
    """Reorder order[left : right + 1] so that no coordinate before `middle` exceeds one from it."""
    # Hoare's selection.
    while left < right:
        pivot = centres[order[(left + right) // 2], axis]
        i, j = left, right
        while i <= j:
            while centres[order[i], axis] < pivot:
                i += 1
            while centres[order[j], axis] > pivot:
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if middle <= j:
            right = j
        elif middle >= i:
            left = i
        else:
            break


@compiled
def _least_square(  # pragma: no cover
    z: FloatArray, row: int, boxes: FloatArray, node: int
) -> float:
    """Squared distance of z[row] from a box."""
    total = 0.0
    for t in range(z.shape[1]):
        difference = max(max(boxes[node, 0, t] - z[row, t], z[row, t] - boxes[node, 1, t]), 0.0)
        total += difference * difference
    return total


@compiled
def _nearest(  # pragma: no cover
    z: FloatArray,
    row: int,
    boxes: FloatArray,
    starts: IntArray,
    order: IntArray,
    centres: FloatArray,
    nodes: IntArray,
    bounds: FloatArray,
) -> tuple[int, int, float]:
    """Nearest sorted centre, the first by number of equals, its leaf, and the squared distance."""
    leaves = starts.size - 1
    i, home, smallest = -1, -1, math.inf
    nodes[0], bounds[0] = 1, 0.0
    left = 1
    while left:
        left -= 1
        node = nodes[left]
        if bounds[left] > smallest:
            continue
        while node < leaves:
            near, far = 2 * node, 2 * node + 1
            near_bound = _least_square(z, row, boxes, near)
            far_bound = _least_square(z, row, boxes, far)
            if far_bound < near_bound:
                near, far = far, near
                near_bound, far_bound = far_bound, near_bound
            if far_bound <= smallest:
                nodes[left], bounds[left] = far, far_bound
                left += 1
            if near_bound > smallest:
                break
            node = near
        if node < leaves:
            continue
        for k in range(starts[node - leaves], starts[node - leaves + 1]):
            total = 0.0
            for t in range(z.shape[1]):
                difference = z[row, t] - centres[k, t]
                total += difference * difference
            if total < smallest or (total == smallest and (i < 0 or order[k] < order[i])):
                i, home, smallest = k, node, total
    return i, home, smallest


@compiled
def _radius(  # pragma: no cover
    z: FloatArray,
    row: int,
    boxes: FloatArray,
    starts: IntArray,
    centres: FloatArray,
    i: int,
    home: int,
    smallest: float,
    nodes: IntArray,
    gaps: FloatArray,
    lengths: FloatArray,
) -> float:
    """Smallest computed distance to a bisector of the sorted centre i, which is in leaf `home`."""
    leaves = starts.size - 1
    dim = z.shape[1]
    slack = (dim + 8) * 2.0**-48
    below, above = 1 - slack, smallest * (1 + slack) + 2.0**-960
    radius = factor = math.inf
    # From the leaf of c_i up: the half that has not been searched, at every level.
    top = home
    sibling = home
    while True:
        nodes[0], gaps[0], lengths[0] = sibling, 0.0, 1.0
        left = 1
        while left:
            left -= 1
            node = nodes[left]
            # Comparisons in this direction keep what is not a number.
            if gaps[left] > factor * lengths[left] + 2.0**-900:
                continue
            if node < leaves:
                first = left
                for child in range(2 * node, 2 * node + 2):
                    square = length = 0.0
                    for t in range(dim):
                        low, high = boxes[child, 0, t], boxes[child, 1, t]
                        under, over = low - z[row, t], z[row, t] - high
                        outside = under if under > over else over
                        if outside > 0:
                            square += outside * outside
                        up, down = high - centres[i, t], centres[i, t] - low
                        farthest = up if up > down else down
                        length += farthest * farthest
                    gap = square * below - above
                    gap = gap * gap if gap > 0 else 0.0
                    if not gap > factor * length + 2.0**-900:
                        nodes[left], gaps[left], lengths[left] = child, gap, length
                        left += 1
                # The nearer half is taken first.
                if left == first + 2 and gaps[first] < gaps[first + 1]:
                    nodes[first], nodes[first + 1] = nodes[first + 1], nodes[first]
                    gaps[first], gaps[first + 1] = gaps[first + 1], gaps[first]
                    lengths[first], lengths[first + 1] = lengths[first + 1], lengths[first]
                continue
            for k in range(starts[node - leaves], starts[node - leaves + 1]):
                square = length = 0.0
                for t in range(dim):
                    difference = z[row, t] - centres[k, t]
                    square += difference * difference
                    difference = centres[i, t] - centres[k, t]
                    length += difference * difference
                gap = square * below - above
                if k == i or (gap > 0 and gap * gap > factor * length + 2.0**-900):
                    continue
                distance = bisector(z, row, centres, i, k)
                if distance < radius:
                    radius = distance
                    factor = 4 * radius * radius * (1 + 2.0**-40)
        if top == 1:
            return radius
        sibling = top ^ 1
        top >>= 1


@compiled
def _searched(  # pragma: no cover
    z: FloatArray,
    rows: IntArray,
    boxes: FloatArray,
    starts: IntArray,
    order: IntArray,
    centres: FloatArray,
    original: FloatArray,
    columns: FloatArray,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    nodes, bounds, lengths = np.empty(128, dtype=np.int64), np.empty(128), np.empty(128)
    classes = centres.shape[0]
    squares, least = np.empty(classes), np.empty(-(-classes // GROUP))
    for row in rows:
        i, home, smallest = _nearest(z, row, boxes, starts, order, centres, nodes, bounds)
        radius = -1.0
        label = 0
        if i >= 0:
            label = order[i]
            radius = _radius(
                z, row, boxes, starts, centres, i, home, smallest, nodes, bounds, lengths
            )
        # A negative distance means that rounding took the wrong one of two nearest centres.
        if not (radius >= 0 and smallest < 1e300):
            label, radius = by_all_centres(z, row, original, columns, squares, least)
        labels[row], radii[row] = label, radius


def searched(
    z: FloatArray,
    rows: IntArray,
    tree: Tree,
    centres: FloatArray,
    columns: FloatArray,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    """Fill labels and radii at `rows`; columns is the centres, in their own order, transposed."""
    _searched(
        z,
        rows,
        tree.boxes,
        tree.starts,
        tree.order,
        tree.centres,
        centres,
        columns,
        labels,
        radii,
    )
