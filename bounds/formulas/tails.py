"""Bounds on the tail of the class radius, P[r >= eta]."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from bounds.arithmetic.base import Arithmetic, Number, at_working_precision
from bounds.arithmetic.float64 import FLOAT64, Float64
from bounds.formulas.classes import isoperimetric_constant, present, thresholds
from bounds.formulas.elementwise import Array
from bounds.support.errors import InvalidValueError
from bounds.support.narrowing import is_one_of
from bounds.support.validation import count, masses, number, real_array, shown


def _at_distances(
    function: Callable[[Any], Any], eta: Any, scale: Any, arithmetic: Arithmetic
) -> Any:
    """Evaluate a tail at eta / scale, elementwise; a scalar gives a scalar."""
    constant = isoperimetric_constant(scale, arithmetic)
    if arithmetic is FLOAT64:
        distances = real_array(eta, "eta")
        if not (np.isfinite(distances) & (distances >= 0)).all():
            raise InvalidValueError(f"eta={shown(eta)}: expected finite and non-negative")
        with np.errstate(over="ignore"):
            values = [float(function(x / constant)) for x in distances.ravel()]
        return np.array(values).reshape(distances.shape) if distances.ndim else values[0]
    if is_one_of(eta, list, tuple, np.ndarray):
        if np.ma.is_masked(eta):
            raise InvalidValueError("eta has masked entries: expected numbers")
        distances = np.asarray(eta, dtype=object)
        result = np.empty(distances.shape, dtype=object)
        for index in np.ndindex(distances.shape):
            result[index] = _at_distances(function, distances[index], scale, arithmetic)
        return result
    distance = number(eta, "eta", arithmetic)
    if arithmetic.symbolic:
        if distance.is_extended_negative or distance.is_infinite:
            raise InvalidValueError(f"eta={shown(eta)}: expected finite and non-negative")
    else:
        distance = arithmetic.nonnegative(distance)
        if not (math.isfinite(float(distance)) and float(distance) >= 0):
            raise InvalidValueError(f"eta={shown(eta)}: expected finite and non-negative")
    return function(distance / constant)


@overload
def tail_bound(
    p: Any, eta: Array, *, scale: Any = 1.0, arithmetic: Float64 = FLOAT64
) -> npt.NDArray[np.float64]: ...
@overload
def tail_bound(
    p: Any, eta: Array, *, scale: Any = 1.0, arithmetic: Arithmetic
) -> npt.NDArray[np.object_]: ...
@overload
def tail_bound(
    p: Any, eta: object, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64
) -> Number: ...
@at_working_precision
def tail_bound(p: Any, eta: Any, *, scale: Any = 1.0, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Bound on the tail of the class radius.

    P[r >= eta] <= sum_i Phi(Phi^-1(p_i) - eta / scale).

    Parameters
    ----------
    p : array of shape (K,)
        Masses of a partition, sum 1 within 1e-9.
    eta : float or array
        Distance, non-negative and finite.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        The bound, shaped as `eta`.

    Raises
    ------
    ValueError
        If `p` is no vector of masses, or `eta` is negative or not finite.

    Notes
    -----
    Source: Fawzi, Fawzi and Fawzi (arXiv 1802.08686), Theorem 1 with modulus omega(t) = t.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.tail_bound([0.5, 0.5], 1.0), 12)  # 2 Q(1)
    0.317310507863
    """
    a = arithmetic
    values = present(masses(p, "p", a), a)
    if len(values) == 1:
        return _at_distances(lambda x: 0 * x + 1, eta, scale, a)
    if a is FLOAT64:
        starts = thresholds(values, a)
        return _at_distances(lambda x: math.fsum(a.survival(starts + x)), eta, scale, a)

    def share(mass: Any, distance: Any) -> Any:
        if not a.symbolic and a.at_most(mass, 0):
            return a.number(0)
        return a.survival(distance - a.quantile(mass))

    def tail(distance: Any) -> Any:
        if a.encloses:  # each share increases with its mass, 0 included
            return sum(a.monotone(lambda x: share(x, distance), value) for value in values)
        return sum(a.survival(distance + start) for start in thresholds(values, a))

    return _at_distances(tail, eta, scale, a)


@overload
def half_mass_tail_bound(
    eta: Array, *, scale: Any = 1.0, arithmetic: Float64 = FLOAT64
) -> npt.NDArray[np.float64]: ...
@overload
def half_mass_tail_bound(
    eta: Array, *, scale: Any = 1.0, arithmetic: Arithmetic
) -> npt.NDArray[np.object_]: ...
@overload
def half_mass_tail_bound(
    eta: object, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64
) -> Number: ...
@at_working_precision
def half_mass_tail_bound(eta: Any, *, scale: Any = 1.0, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Bound on the tail of the class radius where every mass is at most 1/2.

    P[r >= eta] <= sqrt(pi/2) exp(-(eta / scale)^2 / 2).

    Parameters
    ----------
    eta : float or array
        Distance, non-negative and finite.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        The bound, shaped as `eta`.

    Raises
    ------
    ValueError
        If `eta` is negative or not finite.

    Notes
    -----
    Source: Fawzi, Fawzi and Fawzi (arXiv 1802.08686), Theorem 1.

    Examples
    --------
    >>> import bounds
    >>> bounds.half_mass_tail_bound(1.0) >= bounds.tail_bound([0.5, 0.5], 1.0)
    True
    """
    a = arithmetic
    return _at_distances(lambda x: a.sqrt(a.pi / 2) * a.exp(-x * x / 2), eta, scale, a)


@overload
def equal_masses_tail_bound(
    classes: int, eta: Array, *, scale: Any = 1.0, arithmetic: Float64 = FLOAT64
) -> npt.NDArray[np.float64]: ...
@overload
def equal_masses_tail_bound(
    classes: int, eta: Array, *, scale: Any = 1.0, arithmetic: Arithmetic
) -> npt.NDArray[np.object_]: ...
@overload
def equal_masses_tail_bound(
    classes: int, eta: object, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64
) -> Number: ...
@at_working_precision
def equal_masses_tail_bound(
    classes: int, eta: Any, *, scale: Any = 1.0, arithmetic: Arithmetic = FLOAT64
) -> Any:
    """Bound on the tail of the class radius for K >= 5 equal masses.

    P[r >= eta] <= sqrt(pi/2) exp(-eta^2/2 - eta sqrt(log(K^2/(4 pi log K)))), eta over scale.

    Parameters
    ----------
    classes : int
        K, at least 5, where the root is real.
    eta : float or array
        Distance, non-negative and finite.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        The bound, shaped as `eta`.

    Raises
    ------
    ValueError
        If `classes` is below 5, or `eta` negative or not finite.

    Notes
    -----
    Source: Fawzi, Fawzi and Fawzi (arXiv 1802.08686), Theorem 1.

    Examples
    --------
    >>> import bounds
    >>> bounds.equal_masses_tail_bound(10, 1.0) >= bounds.tail_bound([0.1] * 10, 1.0)
    True
    """
    a = arithmetic
    entropy = a.log(a.number(count(classes, "classes", 5)))
    slope = a.sqrt(2 * entropy - a.log(4 * a.pi * entropy))
    return _at_distances(lambda x: a.sqrt(a.pi / 2) * a.exp(-x * x / 2 - x * slope), eta, scale, a)
