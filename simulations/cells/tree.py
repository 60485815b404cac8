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

    numerator^2 / (U^2 + 2^-900) > (1 + 2^-40) (2 radius)^2,

where the factor covers the roundings of both sides, and 2^-900 what underflows.

Eight nodes, or the centres of a leaf, are looked at together: three generations in one step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.cells.distances import GROUP, bisector, by_all_centres
from simulations.cells.llvm import LANES
from simulations.cells.vectors import (
    add_farthest,
    add_outside,
    add_square,
    not_above,
    square_ratios,
    trailing_zeros,
)
from simulations.compiled import compiled

LEAF = LANES
"""Most centres of a node that is not halved, and nodes that are looked at together."""


SMALLEST = 2.0**-900
"""More than what underflows in U^2."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Centres in boxes.

    Attributes
    ----------
    boxes : array of shape (groups, 2, d, LEAF)
        Lowest and highest corner of the nodes; those of node k are [k // LEAF, :, :, k % LEAF].
    leaves : array of shape (2^depth, d, LEAF)
        The centres of each leaf, the last one repeated where it holds fewer.
    starts : int64 array of shape (2^depth + 1,)
        Leaf k holds the sorted centres starts[k] to starts[k + 1] - 1.
    order : int64 array of shape (K,)
        Number of each sorted centre.
    centres : array of shape (K, d)
        Sorted centres.
    """

    boxes: FloatArray
    leaves: FloatArray
    starts: IntArray
    order: IntArray
    centres: FloatArray

    @staticmethod
    def of(centres: FloatArray) -> Tree:
        """Halve the centres along the longest side of their box until few are left."""
        classes, dim = centres.shape
        depth = max(0, math.ceil(math.log2(classes / LEAF)))
        starts: IntArray = (np.arange((1 << depth) + 1, dtype=np.int64) * classes) >> depth
        boxes, order = halved(centres, starts)
        ordered = np.ascontiguousarray(centres[order])
        places = np.minimum(starts[:-1, None] + np.arange(LEAF), starts[1:, None] - 1)
        return Tree(
            np.ascontiguousarray(np.moveaxis(boxes.reshape(-1, LEAF, 2, dim), 1, 3)),
            np.ascontiguousarray(ordered[places].swapaxes(1, 2)),
            starts,
            order,
            ordered,
        )


def halved(centres: FloatArray, starts: IntArray) -> tuple[FloatArray, IntArray]:
    """Boxes of the nodes of a tree with leaves that start at `starts`, and the sorted order."""
    boxes = np.zeros((max(2 * (starts.size - 1), LEAF), 2, centres.shape[1]))
    order = np.arange(len(centres), dtype=np.int64)
    _halve(centres, starts, boxes, order)
    return boxes, order


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
def _box_bounds(  # pragma: no cover
    z: FloatArray, row: int, centres: FloatArray, i: int, boxes: FloatArray, group: int,
    below: float, above: float, found: FloatArray,
) -> None:  # fmt: skip
    """For the boxes of a group, what is below the squared distance of their bisectors, times 4."""
    dim = z.shape[1]
    for j in range(2 * LEAF):
        found[j] = 0.0
    for t in range(dim):
        low = (group * 2 * dim + t) * LEAF
        high = low + dim * LEAF
        add_outside(found, 0, boxes, low, high, z[row, t])
        add_farthest(found, LEAF, boxes, low, high, centres[i, t])
    square_ratios(found, below, above, SMALLEST)


@compiled
def _push(  # pragma: no cover
    bits: Any, group: int, found: FloatArray, left: int, nodes: IntArray, bounds: FloatArray
) -> int:
    """Put nodes of a group on the stack, the one with the least bound last; its new height."""
    best = left
    while bits:
        j = trailing_zeros(bits)
        bits &= bits - np.uint64(1)
        nodes[left], bounds[left] = group * LEAF + j, found[j]
        if bounds[left] < bounds[best]:
            best = left
        left += 1
    last = left - 1
    if best < last:
        nodes[best], nodes[last] = nodes[last], nodes[best]
        bounds[best], bounds[last] = bounds[last], bounds[best]
    return left


@compiled
def _nearest(  # pragma: no cover
    z: FloatArray, row: int, boxes: FloatArray, leaves: FloatArray, starts: IntArray,
    order: IntArray, top: int, nodes: IntArray, bounds: FloatArray, found: FloatArray,
) -> tuple[int, int, float]:  # fmt: skip
    """Nearest sorted centre, the first by number of equals, its leaf, and the squared distance."""
    dim = z.shape[1]
    count = starts.size - 1
    i, home, smallest = -1, -1, math.inf
    left = 0
    group, bits = 0, np.uint64((1 << 2 * top) - (1 << top))
    while True:
        for j in range(LEAF):
            found[j] = 0.0
        for t in range(dim):
            low = (group * 2 * dim + t) * LEAF
            add_outside(found, 0, boxes, low, low + dim * LEAF, z[row, t])
        left = _push(bits & not_above(found, smallest), group, found, left, nodes, bounds)
        group = -1
        while left:
            left -= 1
            node = nodes[left]
            if bounds[left] > smallest:
                continue
            if node < count:
                group, bits = node, np.uint64(2**LEAF - 1)
                break
            leaf = node - count
            for j in range(LEAF):
                found[j] = 0.0
            for t in range(dim):
                add_square(found, 0, leaves, (leaf * dim + t) * LEAF, z[row, t])
            first = int(starts[leaf])
            for j in range(starts[leaf + 1] - first):
                k, total = first + j, found[j]
                if total < smallest or (total == smallest and (i < 0 or order[k] < order[i])):
                    i, home, smallest = k, node, total
        if group < 0:
            return i, home, smallest


@compiled
def _radius(  # pragma: no cover
    z: FloatArray, row: int, boxes: FloatArray, leaves: FloatArray, starts: IntArray,
    centres: FloatArray, i: int, home: int, smallest: float, top: int, nodes: IntArray,
    bounds: FloatArray, found: FloatArray,
) -> float:  # fmt: skip
    """Smallest computed distance to a bisector of the sorted centre i, which is in leaf `home`."""
    dim = z.shape[1]
    count = starts.size - 1
    slack = (dim + 8) * 2.0**-48
    below, above = 1 - slack, smallest * (1 + slack) + 2.0**-960
    radius = limit = math.inf
    nodes[0], bounds[0] = home, 0.0
    left = 1
    # From the leaf of c_i up: the nodes beside the one that has been searched, at every level.
    searched = home
    while True:
        while left:
            left -= 1
            node = nodes[left]
            # Comparisons in this direction keep what is not a number.
            if bounds[left] > limit:
                continue
            if node < count:
                _box_bounds(z, row, centres, i, boxes, node, below, above, found)
                left = _push(not_above(found, limit), node, found, left, nodes, bounds)
                continue
            leaf = node - count
            for j in range(2 * LEAF):
                found[j] = 0.0
            for t in range(dim):
                place = (leaf * dim + t) * LEAF
                add_square(found, 0, leaves, place, z[row, t])
                add_square(found, LEAF, leaves, place, centres[i, t])
            square_ratios(found, below, above, SMALLEST)
            first = starts[leaf]
            others = np.uint64((1 << (starts[leaf + 1] - first)) - 1)
            if node == home:
                others &= ~(np.uint64(1) << np.uint64(i - first))
            others &= not_above(found, limit)
            while others:
                # The one that promises most comes first: its radius rules most others out.
                best = trailing_zeros(others)
                bits = others & (others - np.uint64(1))
                while bits:
                    j = trailing_zeros(bits)
                    bits &= bits - np.uint64(1)
                    if found[j] < found[best]:
                        best = j
                others &= ~(np.uint64(1) << np.uint64(best))
                distance = bisector(z, row, centres, i, first + best)
                if distance < radius:
                    radius = distance
                    limit = 4 * radius * radius * (1 + 2.0**-40)
                    others &= not_above(found, limit)
        if searched == 0:
            return radius
        group = searched // LEAF
        beside = np.uint64(2**LEAF - 1 if group else (1 << 2 * top) - (1 << top))
        beside &= ~(np.uint64(1) << np.uint64(searched - group * LEAF))
        _box_bounds(z, row, centres, i, boxes, group, below, above, found)
        left = _push(beside & not_above(found, limit), group, found, 0, nodes, bounds)
        searched = group


@compiled
def _searched(  # pragma: no cover
    z: FloatArray,
    rows: IntArray,
    boxes: FloatArray,
    leaves: FloatArray,
    starts: IntArray,
    order: IntArray,
    centres: FloatArray,
    original: FloatArray,
    columns: FloatArray,
    labels: IntArray,
    radii: FloatArray,
) -> None:
    # The first generation whose descendants, taken by eight, are the leaves.
    top = starts.size - 1
    while top >= LEAF:
        top //= LEAF
    nodes, bounds = np.empty(256, dtype=np.int64), np.empty(256)
    found = np.empty(2 * LEAF)
    classes = centres.shape[0]
    squares, least = np.empty(classes), np.empty(-(-classes // GROUP))
    for row in rows:
        i, home, smallest = _nearest(
            z, row, boxes, leaves, starts, order, top, nodes, bounds, found
        )
        radius = -1.0
        label = 0
        if i >= 0:
            label = order[i]
            radius = _radius(
                z, row, boxes, leaves, starts, centres, i, home, smallest, top,
                nodes, bounds, found,
            )  # fmt: skip
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
        tree.leaves,
        tree.starts,
        tree.order,
        tree.centres,
        centres,
        columns,
        labels,
        radii,
    )
