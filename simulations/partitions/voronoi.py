"""Voronoi cells of given centres: the nearest centre is the class."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.validation import kind, real_array, shown
from simulations.arrays import FloatArray, IntArray
from simulations.cells.bisectors import Bisectors
from simulations.cells.torch_bisectors import TorchBisectors
from simulations.partitions.base import LARGEST, FusedCalls, rows_to_draw
from simulations.partitions.protocol import JSON
from simulations.seeds import shape_generator

LISTED_NUMBERS = 2000
"""Coordinates up to which the centres themselves are listed as parameters."""


@dataclass(frozen=True)
class Voronoi(FusedCalls):
    """Partition of R^d into the Voronoi cells of K centres.

    For z in cell i, r(z) = min over j != i of (c_i - c_j).(z - (c_i + c_j)/2) / ||c_i - c_j||,
    the distance to the nearest bisector, because the cells are convex.

    Parameters
    ----------
    centres : array of shape (K, d)
        Finite and distinct.
    origin : mapping, optional
        How the centres were made, reported in place of a long list of them.
    device : str, optional
        Device of torch that compares them (``"cuda"``); labels and radii are those of the CPU but
        for rounding: |difference| <= 1e-12 max(1, |centres|).

    Raises
    ------
    TypeError, ValueError
        If `centres` is no two-dimensional array of finite numbers, or two of them are equal, or
        torch has no such device.

    Examples
    --------
    >>> two = Voronoi(np.array([[-1.0, 0.0], [1.0, 0.0]]))
    >>> labels, radius = two.classify_and_radius(np.array([[0.25, 7.0]]))
    >>> int(labels[0]), float(radius[0])
    (1, 0.25)
    """

    centres: FloatArray
    origin: Mapping[str, JSON] | None = None
    device: str | None = None
    _kernel: Bisectors | TorchBisectors = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        centres = valid_centres(self.centres)
        kind(self.origin, "origin", Mapping, optional=True)
        object.__setattr__(self, "centres", centres)
        device = self.device
        kernel = Bisectors(centres) if device is None else TorchBisectors(centres, device)
        object.__setattr__(self, "_kernel", kernel)

    def __reduce__(self) -> tuple[Any, ...]:
        # The kernel's tables are rebuilt where the partition arrives, not shipped.
        return Voronoi, (self.centres, self.origin, self.device)

    @staticmethod
    def random(dim: int, classes: int, seed: int = 0, device: str | None = None) -> Voronoi:
        """Voronoi cells of K independent standard normal centres in R^d.

        Examples
        --------
        >>> Voronoi.random(dim=2, classes=10, seed=0).centres.shape
        (10, 2)
        """
        classes, dim = rows_to_draw(classes, dim)
        centres = shape_generator(seed).standard_normal((classes, dim))
        seed = int(seed)
        origin: JSON = {"dim": dim, "classes": classes, "seed": seed}
        return Voronoi(centres, {"random": origin}, device)

    @property
    def dim(self) -> int:
        return self.centres.shape[1]

    @property
    def classes(self) -> int:
        return self.centres.shape[0]

    @property
    def name(self) -> str:
        return "voronoi"

    def _locate(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        return self._kernel.kernel(z)

    def masses(self) -> FloatArray | None:
        return None

    def expected_radius(self) -> float | None:
        return None

    def parameters(self) -> dict[str, JSON]:
        digest = hashlib.sha256(np.ascontiguousarray(self.centres).tobytes()).hexdigest()
        result: dict[str, JSON] = {**(self.origin or {}), "centres_sha256": digest}
        if self.device is not None:
            result["device"] = self.device
        if self.centres.size <= LISTED_NUMBERS:
            result["centres"] = self.centres.tolist()
        return result


def valid_centres(centres: object) -> FloatArray:
    """Return centres as a read-only float64 array, or say what is wrong with them.

    Raises
    ------
    TypeError, ValueError
        If they are no two-dimensional array of finite numbers, or two of them are equal.
    """
    array = real_array(centres, "centres").copy()
    if array.ndim != 2 or 0 in array.shape:
        raise InvalidValueError(f"centres has shape {array.shape}: expected (K, d), not empty")
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        row = int(np.flatnonzero(~finite)[0])
        raise InvalidValueError(
            f"centres[{row}]={shown(array[row].tolist())}: expected finite numbers"
        )
    large = np.abs(array).max(axis=1) > LARGEST
    if large.any():
        row = int(np.flatnonzero(large)[0])
        raise InvalidValueError(
            f"centres[{row}]={shown(array[row].tolist())}: expected coordinates of at most "
            f"{LARGEST:g}, whose squares are numbers"
        )
    # Adding 0 makes -0 and 0 equal, as points are.
    _, first, group = np.unique(array + 0.0, axis=0, return_index=True, return_inverse=True)
    repeated = np.flatnonzero(first[group.ravel()] != np.arange(len(array)))
    if repeated.size:
        row = int(repeated[0])
        twin = int(first[group.ravel()[row]])
        raise InvalidValueError(
            f"centres[{twin}] and centres[{row}] are both {shown(array[row].tolist())}: "
            "expected distinct centres"
        )
    array.flags.writeable = False
    return array
