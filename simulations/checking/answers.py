"""What a partition says of itself and of points, believed only as far as it can be true."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_sequence
from bounds.support.validation import flag, real, real_array, shown
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.base import LARGEST, FusedCalls, class_number, dimension
from simulations.partitions.protocol import HOLE, Partition

_MEMBERS = (
    *("dim", "classes", "name", "has_holes", "radius_is_exact", "classify_and_radius"),
    *("masses", "expected_radius", "parameters"),
)
_TRIED = 300
_NEAR_TIES = 2
_TOLERANCE = 1e-6
_MASS_TOLERANCE = 1e-6


def require_partition(partition: Any) -> None:
    """Raise unless an object has what a check asks of a partition, as far as it says of itself.

    Raises
    ------
    TypeError, ValueError
        If a member is missing or impossible.
    """
    missing = [name for name in _MEMBERS if not hasattr(partition, name)]
    if isinstance(partition, type) or missing:
        raise InvalidTypeError(
            f"partition={shown(partition)}: expected a Partition"
            f"{', with ' + ', '.join(missing) if missing else ', not its class'}"
        )
    name = partition.name
    dimension(partition.dim, f"{name}: dim")
    class_number(partition.classes, f"{name}: classes")
    for one in ("has_holes", "radius_is_exact"):
        flag(getattr(partition, one), f"{name}: {one}")
    exact_masses(partition)
    exact_expected_radius(partition)


def require_function(partition: Partition) -> None:
    """Raise unless the answers of a partition depend on the point alone.

    Those of a family of this project do. Those of another are computed twice, the second time in
    another order and one by one; a few labels may differ where rounding decides.

    Raises
    ------
    TypeError, ValueError
        If they are impossible, or differ.
    """
    # A radius that is searched is dear, and its partition has been tried where it was made.
    if isinstance(partition, FusedCalls) or not partition.radius_is_exact:
        return
    z = np.random.default_rng(0).standard_normal((_TRIED, partition.dim))
    labels, radii = answers(partition, z)
    order = np.random.default_rng(1).permutation(_TRIED)
    again = [answers(partition, z[[row]]) for row in order]
    other = np.concatenate([one[0] for one in again])
    far = np.concatenate([one[1] for one in again])
    same = (other == labels[order]) & np.isclose(far, radii[order], _TOLERANCE, _TOLERANCE)
    if (~same).sum() > _NEAR_TIES:
        raise InvalidValueError(
            f"{partition.name}: {int((~same).sum())} of {_TRIED} answers are others in another "
            "order, one by one: expected answers that depend on the point alone"
        )


def exact_masses(partition: Partition) -> FloatArray | None:
    """Raw masses (K,) of a partition that knows them, or None.

    Raises
    ------
    TypeError, ValueError
        If they are no masses of its classes.
    """
    if partition.classes == 1 and not partition.has_holes:
        return np.ones(1)
    given = partition.masses()
    if given is None:
        return None
    name = f"{partition.name}: masses()"
    masses = real_array(given, name, "fiu")
    if masses.shape != (partition.classes,):
        raise InvalidValueError(
            f"{name} has shape {masses.shape}: expected ({partition.classes},), as classes says"
        )
    if not (np.isfinite(masses) & (masses >= 0)).all():
        row = int((~(np.isfinite(masses) & (masses >= 0))).argmax())
        raise InvalidValueError(
            f"{name}[{row}]={float(masses[row])!r}: expected finite and non-negative"
        )
    total = math.fsum(masses)
    low = 0.0 if partition.has_holes else 1 - _MASS_TOLERANCE
    if not (low < total or total == 1) or total > 1 + _MASS_TOLERANCE:
        right = "in (0, 1], the coverage" if partition.has_holes else "1, as there are no holes"
        raise InvalidValueError(f"sum of {name} is {total!r}: expected {right}")
    return masses


def exact_expected_radius(partition: Partition) -> float | None:
    """E[r | covered] of a partition that knows it, or None.

    Raises
    ------
    TypeError, ValueError
        If it is no distance.
    """
    given = partition.expected_radius()
    name = f"{partition.name}: expected_radius()"
    return None if given is None else real(given, name, 0, math.inf, closed=True)


def answers(partition: Partition, z: FloatArray) -> tuple[IntArray, FloatArray]:
    """Labels (n,) and radii (n,) that a partition gives points (n, d), or raise.

    Raises
    ------
    TypeError, ValueError
        If they are no labels of its classes, or no distances where a point is covered.
    """
    name = partition.name
    if isinstance(partition, FusedCalls):
        labels, radii = partition.classify_and_radius(z)
    else:
        labels, radii = _foreign(name, partition.classify_and_radius(z.copy()), len(z))
    if labels.min(initial=0) < 0:
        hole = labels < 0
        if not partition.has_holes:
            row = int(hole.argmax())
            raise InvalidValueError(
                f"{name}: no class at {shown(z[row].tolist())}: expected has_holes=True"
            )
        if labels.min() < HOLE:
            raise InvalidValueError(f"{name}: label {labels.min()}: expected at least {HOLE}")
        radii = np.where(hole, 0.0, radii)
    # The least of numbers is NaN where one of them is.
    if not radii.min(initial=0) >= 0:
        row = int((~(radii >= 0)).argmax())
        raise InvalidValueError(
            f"{name}: radius {radii[row]} at the covered point {shown(z[row].tolist())}: "
            "expected a non-negative number"
        )
    if labels.max(initial=HOLE) >= partition.classes:
        raise InvalidValueError(
            f"{name}: label {labels.max()}: expected at most {partition.classes - 1}"
        )
    return labels, radii


def _foreign(name: str, given: Any, rows: int) -> tuple[IntArray, FloatArray]:
    """Copies of labels and radii of the right types and shapes."""
    if not is_sequence(given) or len(given) != 2:
        raise InvalidTypeError(f"{name}: returned {shown(given)}: expected labels and radii")
    labels: NDArray[Any] = np.array(given[0])
    if labels.dtype.kind not in "iu":
        raise InvalidTypeError(f"{name}: labels have dtype {labels.dtype}: expected integers")
    if labels.dtype.kind == "u" and labels.max(initial=0) > np.iinfo(np.int64).max:
        raise InvalidValueError(f"{name}: label {labels.max()}: expected a class")
    radii = real_array(given[1], f"{name}: radii", "fiu").copy()
    for kind, array in (("labels", labels), ("radii", radii)):
        if array.shape != (rows,):
            raise InvalidValueError(
                f"{name}: {kind} have shape {array.shape} for {rows} points: expected ({rows},)"
            )
    large = (radii > LARGEST) & np.isfinite(radii)
    if large.any():
        raise InvalidValueError(
            f"{name}: radius {radii[large][0]}: expected at most {LARGEST:g}, or inf"
        )
    return labels.astype(np.int64), radii
