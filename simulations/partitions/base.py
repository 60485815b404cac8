"""What the families share: both halves of the fused call, and work in pieces of rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, fits, real_array, shown
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.protocol import Partition

_TABLE_ENTRIES = 2**21

LARGEST = 1e150
"""Largest coordinate of a point or a centre; its square is a number."""

WIDEST = 1e100
"""More than any spread of drawn numbers, none of which then exceeds `LARGEST`."""


MOST_CLASSES = 2**24
"""So many that what is counted for each fits in memory."""

MOST_DIMENSIONS = 10**7
"""So many that thousands of points can be drawn at once."""


def dimension(value: object, name: str = "dim") -> int:
    """Return a dimension of which points can be drawn, or raise."""
    return count(value, name, maximum=MOST_DIMENSIONS)


def class_number(value: object, name: str = "classes") -> int:
    """Return a number of classes that can be counted one by one, or raise."""
    return count(value, name, maximum=MOST_CLASSES)


def rows_to_draw(rows: object, dim: object, name: str = "classes") -> tuple[int, int]:
    """Return the shape of a table that fits in memory, a row for each class or centre, or raise."""
    shape = class_number(rows, name), dimension(dim)
    fits(math.prod(shape), name, rows)
    return shape


class FusedCalls:
    """What the families answer alike: labels and radii at once, of points that are checked here.

    A family implements `_locate`, which nothing else calls.
    """

    __slots__ = ()

    @property
    def has_holes(self) -> bool:
        """Whether points outside every class may have positive probability."""
        return False

    @property
    def radius_is_exact(self) -> bool:
        """Whether `radius` is the radius, not an upper bound."""
        return True

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        raise NotImplementedError

    def classify_and_radius(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and radii of the rows of `z`, shape (n, d)."""
        return self._locate(points(z, cast(Partition, self).dim))

    def prepare(self) -> None:
        """Compile the kernels, so that the first sample is not charged with it."""
        self._locate(np.empty((0, cast(Partition, self).dim)))

    def classify(self, z: FloatArray) -> IntArray:
        """Labels of the rows of `z`."""
        return self.classify_and_radius(z)[0]

    def radius(self, z: FloatArray) -> FloatArray:
        """Distance from each row of `z` to the nearest point of another class."""
        return self.classify_and_radius(z)[1]


def points(z: object, dim: int | None, name: str = "z") -> FloatArray:
    """Return latent points as a float64 array of shape (n, dim) in rows, of any dim if None.

    Raises
    ------
    TypeError, ValueError
        If `z` is no array of real numbers of that shape, or one of them is NaN, infinite, or so
        large that its square is no number.
    """
    array = real_array(z, name, "fiu")
    if array.ndim != 2 or (array.shape[1] != dim if dim else not array.shape[1]):
        raise InvalidValueError(f"{name} has shape {array.shape}: expected (n, {dim or 'd'})")
    if not array.flags.writeable:
        # Kernels are compiled for arrays that can be written, and would be once more.
        array = array.copy()
    # A NaN fails these comparisons too, and they need no table of their own.
    if array.size and not (array.max() <= LARGEST and array.min() >= -LARGEST):
        row = int(np.flatnonzero(~(np.abs(array) <= LARGEST).all(axis=1))[0])
        raise InvalidValueError(
            f"{name}[{row}]={shown(array[row].tolist())}: expected finite numbers of at most "
            f"{LARGEST:g}"
        )
    return array


def constant(values: object, name: str, ndim: int) -> FloatArray:
    """Return a read-only copy of finite numbers with `ndim` axes, or raise.

    Largest numbers are as those of points.
    """
    array = real_array(values, name).copy()
    if array.ndim != ndim:
        raise InvalidValueError(f"{name} has shape {array.shape}: expected {ndim} dimension(s)")
    # A NaN fails this comparison too.
    if not (np.abs(array) <= LARGEST).all():
        where = tuple(int(i) for i in np.argwhere(~(np.abs(array) <= LARGEST))[0])
        raise InvalidValueError(
            f"{name}{list(where)}={float(array[where])!r}: expected finite numbers of at most "
            f"{LARGEST:g}"
        )
    array.setflags(write=False)
    return array


def by_rows(
    function: Callable[[FloatArray], tuple[IntArray, FloatArray]], z: FloatArray, width: int
) -> tuple[IntArray, FloatArray]:
    """Apply a function to pieces of rows, so that tables of `width` columns stay in memory."""
    step = max(1, _TABLE_ENTRIES // max(1, width))
    if len(z) <= step:
        return function(z)
    parts = [function(z[start : start + step]) for start in range(0, len(z), step)]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def linear_forms(z: FloatArray, normals: FloatArray) -> FloatArray:
    """Inner products of rows, shape (n, m), summed in one order whatever n is."""
    # A matrix product would group the sums by the number of rows.
    total = np.zeros((len(z), len(normals)))
    for axis in range(z.shape[1]):
        total += z[:, axis, None] * normals[:, axis]
    return total


def squared_distances(z: FloatArray, centres: FloatArray) -> FloatArray:
    """Squared distances of rows, shape (n, K), summed in one order whatever n is."""
    total = np.zeros((len(z), len(centres)))
    for axis in range(z.shape[1]):
        total += (z[:, axis, None] - centres[:, axis]) ** 2
    return total
