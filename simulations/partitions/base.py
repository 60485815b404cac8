"""What the families share: both halves of the fused call, and work in pieces of rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import shown
from simulations.arrays import FloatArray, IntArray

_TABLE_ENTRIES = 2**21


class FusedCalls:
    """What most families answer alike: no holes, an exact radius, labels and radii at once."""

    __slots__ = ()

    @property
    def has_holes(self) -> bool:
        """Whether points outside every class may have positive probability."""
        return False

    @property
    def radius_is_exact(self) -> bool:
        """Whether `radius` is the radius, not an upper bound."""
        return True

    def classify_and_radius(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and radii of the rows of `z`."""
        raise NotImplementedError

    def classify(self, z: FloatArray) -> IntArray:
        """Labels of the rows of `z`."""
        return self.classify_and_radius(z)[0]

    def radius(self, z: FloatArray) -> FloatArray:
        """Distance from each row of `z` to the nearest point of another class."""
        return self.classify_and_radius(z)[1]


def points(z: FloatArray, dim: int) -> FloatArray:
    """Return latent points as a float64 array of shape (n, dim), or raise ValueError."""
    z = np.asarray(z, dtype=np.float64)
    if z.ndim != 2 or z.shape[1] != dim:
        raise InvalidValueError(f"z has shape {z.shape}: expected (n, {dim})")
    return z


def constant(values: object, name: str, ndim: int) -> FloatArray:
    """Return a read-only copy of finite numbers with `ndim` axes, or raise."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidTypeError(f"{name}={shown(values)}: expected real numbers") from error
    if array.ndim != ndim:
        raise InvalidValueError(f"{name} has shape {array.shape}: expected {ndim} dimension(s)")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InvalidValueError(f"{name}{list(where)}={array[where]!r}: expected finite numbers")
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
