"""Bounds on E[r | covered] where the classes leave holes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from bounds.arithmetic.base import Arithmetic, Number, at_working_precision
from bounds.arithmetic.float64 import FLOAT64
from bounds.formulas.classes import class_term, others, present, scaled
from bounds.support.errors import InvalidValueError
from bounds.support.validation import MASS_TOLERANCE, masses


def _holes(values: Any, arithmetic: Arithmetic) -> Any:
    """Mass of no class, 1 - sum q_i with one rounding, cut at 0."""
    a = arithmetic
    hole = a.total([a.number(1), *(-value for value in values)])
    if a.symbolic:
        return hole
    return a.nonnegative(hole) if a.encloses else max(hole, a.number(0))


@at_working_precision
def holes_bound(q: Any, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Bound on E[r | covered] where the classes leave holes.

    E[r | covered] <= (1/c) sum_i [ q_i Phi^-1(1 - c + q_i) + phi(Phi^-1(q_i)) ], c = sum q_i,
    because P[z in K_i, r >= eta] <= min(q_i, Phi(Phi^-1(1 - c + q_i) - eta)).

    Parameters
    ----------
    q : array of shape (K,)
        Raw masses P[z in K_i]; their sum, the coverage, in (0, 1].
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        The bound, equal to `isoperimetric_bound` at c = 1; inf for a single class.

    Raises
    ------
    ValueError
        If `q` is no vector of raw masses.

    Notes
    -----
    Source: our derivation. Two opposed halfspaces {x < -tau}, {x > tau} attain it. 1 - c + q_i is
    what the other classes leave, and is computed from their masses: c itself hides the small ones.

    Examples
    --------
    >>> import bounds, scipy.stats
    >>> round(bounds.holes_bound([scipy.stats.norm.sf(1)] * 2), 8)
    2.52513528
    >>> round(bounds.holes_bound([1e-17, 0.5]), 12)
    9.291677784912
    """
    a = arithmetic
    values = present(masses(q, "q", a, holes=True), a)
    if len(values) == 1:
        return a.number(math.inf)
    if a.symbolic and not all(value.is_number for value in values):
        raise InvalidValueError("arithmetic=SYMBOLIC: how 1 - c + q_i and q_i lie is not decided")
    rest, hole = others(values, a), _holes(values, a)
    if a is FLOAT64:
        total = math.fsum(class_term(values, rest, float(hole), a)) / min(math.fsum(values), 1.0)
    else:
        terms = [class_term(x, y, hole, a) for x, y in zip(values, rest, strict=True)]
        total = a.total(terms) / a.total(values)
    return scaled(total, scale, a)


def holes_sum(
    masses: npt.NDArray[np.float64], multiplicity: npt.NDArray[np.integer[Any]], coverage: float
) -> float:
    """Holes bound at masses and a coverage that need not add up, as limits of them don't.

    Parameters
    ----------
    masses : array of shape (m,)
        Distinct raw masses; 0 contributes nothing.
    multiplicity : array of shape (m,)
        How many classes have each.
    coverage : float
        c, in (0, 1].

    Returns
    -------
    float
        (1/c) sum [q_i Phi^-1(1 - c + q_i) + phi(Phi^-1(q_i))]; inf where a class leaves no mass of
        c to the others.
    """
    positive = masses > 0
    q, weights = masses[positive], multiplicity[positive]
    if (q >= coverage).any():
        return math.inf
    return float(class_term(q, coverage - q, 1 - coverage, FLOAT64) @ weights) / coverage


@at_working_precision
def filling_bound(
    q: Any, v: Any, *, scale: Any = 1.0, arithmetic: Arithmetic[Number] = FLOAT64
) -> Number:
    """Bound on E[r | covered] by what each class has once the holes are filled.

    E[r | covered] <= (2/c) sum_i [ q_i Phi^-1(v_i) + phi(Phi^-1(q_i)) ], where v_i is the mass of
    the points whose nearest class is i, as
    P[z in K_i, r >= eta] <= min(q_i, Phi(Phi^-1(v_i) - eta/2)).

    Parameters
    ----------
    q : array of shape (K,)
        Raw masses P[z in K_i]; their sum, the coverage, in (0, 1].
    v : array of shape (K,)
        Masses of the filled classes, v_i >= q_i, sum 1 within 1e-9.
    scale : float, optional
        Isoperimetric constant of the latents' law (`bounds.latents`); 1 for N(0, I).
    arithmetic : Arithmetic, optional
        `FLOAT64`, `multiprecision(digits)` or `balls(bits)`.

    Returns
    -------
    float
        The bound; inf for a single class. With many classes it is below `holes_bound`.

    Raises
    ------
    ValueError
        If `q` or `v` is no vector of masses, their lengths differ, or some v_i is below q_i.

    Notes
    -----
    Source: our derivation. A point of a class at distance rho from the boundary of its filled cell
    is within 2 rho of another class.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.filling_bound([0.0009] * 1000, [0.001] * 1000), 3)
    0.612
    >>> round(bounds.holes_bound([0.0009] * 1000), 3)
    2.12
    """
    a = arithmetic
    raw, filled = masses(q, "q", a, holes=True), masses(v, "v", a)
    if len(raw) != len(filled):
        raise InvalidValueError(f"v has {len(filled)} masses and q {len(raw)}: expected as many")
    if a.symbolic:
        raise InvalidValueError("arithmetic=SYMBOLIC: v_i >= q_i can't be decided")
    for index, (small, large) in enumerate(zip(raw, filled, strict=True)):
        if large < small * (1 - MASS_TOLERANCE):  # in balls: certainly
            raise InvalidValueError(f"v[{index}]={large}: expected at least q[{index}]={small}")
    if len(present(filled, a)) == 1:
        return a.number(math.inf)
    rest = others(filled, a)
    if a is FLOAT64:
        there = raw > 0
        terms = class_term(raw[there], rest[there], np.maximum(filled - raw, 0.0)[there], a)
    else:
        terms = [
            class_term(small, other, a.nonnegative(large - small), a)
            for small, large, other in zip(raw, filled, rest, strict=True)
        ]
    return scaled(2 * a.total(terms) / a.total(raw), scale, a)
