"""Renyi entropies of a vector of class masses, and collision probabilities from counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.special

from bounds.arithmetic.base import Arithmetic, Number, at_working_precision
from bounds.arithmetic.float64 import FLOAT64
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import integer_array, masses, number, shown


@at_working_precision
def renyi_entropy(p: Any, alpha: Any, *, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Renyi entropy of order alpha, with its limits at 0, 1 and infinity.

    H_alpha(p) = log(sum p_i^alpha) / (1 - alpha); H_0 = log of the support's size,
    H_1 = -sum p_i log p_i, H_inf = -log max p_i.

    Parameters
    ----------
    p : array of shape (K,)
        Masses, non-negative, sum 1 within 1e-9.
    alpha : float
        Order, in [0, inf]; a symbol is any order but 0, 1 and inf.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        The entropy in nats.

    Raises
    ------
    ValueError
        If `p` is no vector of masses or `alpha` is negative or NaN.

    Notes
    -----
    Source: the talk, slide "||p||^2 as a Measure of Diversity".

    Examples
    --------
    >>> import bounds
    >>> round(bounds.renyi_entropy([0.5, 0.25, 0.25], 2), 12)
    0.980829253012
    """
    order = _order(alpha, arithmetic)
    values = masses(p, "p", arithmetic)
    if arithmetic is FLOAT64:
        return arithmetic.number(_renyi_float64(values, order))
    if arithmetic.encloses:
        exponent = arithmetic.nonnegative(number(alpha, "alpha", arithmetic))
        # H_alpha decreases in alpha.
        return arithmetic.monotone(lambda one: _renyi_balls(values, one, arithmetic), exponent)
    if arithmetic.symbolic:
        positive = [value for value in values if not value.is_zero]
    else:
        positive = [value for value in values if value > 0]
    if order == 0:
        return arithmetic.log(arithmetic.number(len(positive)))
    if order == 1:
        terms = (-value * arithmetic.log(value) for value in positive)
        return sum(terms, start=arithmetic.number(0))
    if order == math.inf:
        if arithmetic.symbolic:
            raise InvalidValueError(
                "arithmetic=SYMBOLIC: the largest of several symbols is not known"
            )
        return -arithmetic.log(arithmetic.maximum(positive))
    exponent = number(alpha, "alpha", arithmetic)
    if (
        not arithmetic.symbolic
        and (found := _by_excess(positive, exponent, arithmetic)) is not None
    ):
        return found
    total = sum((value**exponent for value in positive), start=arithmetic.number(0))
    return arithmetic.log(total) / (1 - exponent)


def _by_excess(positive: Any, exponent: Any, a: Arithmetic) -> Any:
    """Entropy by 1 - sum p^alpha; None where another form is the accurate one.

    sum p^alpha = 1 + sum p (p^(alpha - 1) - 1): next to order 1 the division by 1 - alpha then
    costs nothing, nor does it make much of what the sum of the masses lacks of 1; and next to one
    class of all the mass nothing cancels.
    """
    beyond = exponent - 1
    if not beyond > -0.5:
        return None
    with np.errstate(over="ignore"):  # to a power that is 0
        excess = a.total(value * a.expm1(beyond * a.log(value)) for value in positive)
    return -a.log1p(excess) / beyond if beyond < 0.5 or excess > -0.5 else None


def _renyi_balls(values: Any, exponent: Any, a: Arithmetic) -> Any:
    """Entropy of an exact order; a mass that may be 0 counts as one of 0 and as its largest."""
    if float(exponent) == math.inf:
        return -a.log(a.maximum(values))
    zero, one = a.number(0), a.number(1)
    if exponent == 0:
        some = a.number(max(1, sum(bool(value > 0) for value in values)))
        return a.hull(
            a.log(some), a.log(a.number(sum(bool(not a.at_most(value, zero)) for value in values)))
        )
    if exponent == 1:
        return sum(_surprise(value, a) for value in values)

    found = _by_excess(values, exponent, a) if all(value > 0 for value in values) else None
    if found is not None:
        return found

    def power(value: Any) -> Any:
        return a.exp(exponent * a.log(value)) if value > 0 else zero

    return a.log(sum(a.monotone(power, value) for value in values)) / (one - exponent)


def _surprise(value: Any, a: Arithmetic) -> Any:
    """-x log x, which rises from 0 at 0 up to 1/e at 1/e."""
    zero, peak = a.number(0), a.exp(a.number(-1))
    if value > 0:
        return -value * a.log(value)
    if a.at_most(value, peak):
        return a.monotone(lambda x: -x * a.log(x) if x > 0 else zero, value)
    return a.hull(zero, peak)


def _order(alpha: Any, arithmetic: Arithmetic) -> float:
    value = number(alpha, "alpha", arithmetic)
    if arithmetic.symbolic and value.free_symbols:
        return math.nan
    try:
        order = float(value)
    except (TypeError, OverflowError) as error:  # no real number; more than any float
        raise InvalidTypeError(f"alpha={shown(alpha)}: expected a real number or inf") from error
    if not order >= 0:
        raise InvalidValueError(f"alpha={shown(alpha)}: expected in [0, inf]")
    return order


def _renyi_float64(p: npt.NDArray[np.float64], order: float) -> float:
    positive = p[p > 0]
    if order == 0:
        return math.log(positive.size)
    logarithms = np.log(positive)
    if order == 1:
        return float(-np.sum(positive * logarithms)) + 0.0
    if order == math.inf:
        return float(-logarithms.max()) + 0.0
    found = _by_excess(positive, order, FLOAT64)
    if found is not None:
        return float(found) + 0.0
    largest = logarithms.max()
    with np.errstate(over="ignore"):  # to a power that is 0
        rest = scipy.special.logsumexp(order * (logarithms - largest))
    return float(order / (1 - order) * largest + rest / (1 - order)) + 0.0


@at_working_precision
def hill_number(p: Any, alpha: Any, *, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Effective number of classes of order alpha, exp(H_alpha).

    Parameters
    ----------
    p : array of shape (K,)
        Masses, non-negative, sum 1 within 1e-9.
    alpha : float
        Order, in [0, inf]; 2 gives 1/||p||^2.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        Between 1 and K.

    Raises
    ------
    ValueError
        If `p` is no vector of masses or `alpha` is negative or NaN.

    Notes
    -----
    Source: Hill, Ecology 54 (1973), 427-432.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.hill_number([0.25] * 4, 2), 12)
    4.0
    """
    entropy = renyi_entropy(p, alpha, arithmetic=arithmetic)
    if arithmetic is FLOAT64:
        return arithmetic.number(math.exp(float(entropy)))
    return arithmetic.exp(entropy)


@at_working_precision
def collision_probability(p: Any, *, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Probability that two independent draws fall in one class, s = ||p||^2 = sum p_i^2.

    Parameters
    ----------
    p : array of shape (K,)
        Masses, non-negative, sum 1 within 1e-9.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        s, in [1/K, 1].

    Raises
    ------
    ValueError
        If `p` is no vector of masses.

    Examples
    --------
    >>> import bounds
    >>> bounds.collision_probability([0.5, 0.25, 0.25])
    0.375
    """
    values = masses(p, "p", arithmetic)
    if arithmetic is FLOAT64:
        return arithmetic.number(np.dot(values, values))
    return sum((value * value for value in values), start=arithmetic.number(0))


@dataclass(frozen=True, slots=True)
class CollisionEstimate:
    """Unbiased estimate of the collision probability from class counts.

    Attributes
    ----------
    estimate : float
        U = sum n_i (n_i - 1) / (n (n - 1)).
    variance : float
        Unbiased estimate of Var U, cut at 0.
    """

    estimate: float
    variance: float


def estimate_collision_probability(counts: Any) -> CollisionEstimate:
    """Estimate ||p||^2 without bias from the counts of classes in a sample.

    U = sum n_i (n_i - 1) / (n (n - 1)); the plug-in sum (n_i/n)^2 is biased upward by (1 - s)/n.
    Var U = E U^2 - s^2, and s^2 = sum_ij p_i^2 p_j^2 is estimated without bias through

        E sum_ij (pairs in i and, disjoint from them, pairs in j) = n (n-1) (n-2) (n-3) s^2,

    where n_i (n_i - 1) squared counts 4 n_i (n_i-1)(n_i-2) + 2 n_i (n_i-1) pairs that overlap.

    Parameters
    ----------
    counts : array of shape (K,)
        Counts n_i, non-negative integers, at least 4 in all.

    Returns
    -------
    CollisionEstimate

    Raises
    ------
    TypeError
        If `counts` are no integers.
    ValueError
        If `counts` is empty, not one-dimensional, negative, or sums below 4.

    Examples
    --------
    >>> import bounds
    >>> bounds.estimate_collision_probability([2, 1, 1]).estimate
    0.16666666666666666
    """
    array = integer_array(counts, "counts")
    if array.ndim != 1 or array.size == 0:
        raise InvalidValueError(
            f"counts has shape {array.shape}: expected one dimension, not empty"
        )
    if (array < 0).any():
        index = int(np.flatnonzero(array < 0)[0])
        raise InvalidValueError(f"counts[{index}]={array[index]}: expected non-negative")
    n = sum(array.tolist())  # of Python's integers, which do not overflow
    if n < 4:
        raise InvalidValueError(f"sum(counts)={n}: expected at least 4")
    values = array.astype(np.float64)
    pairs = float(np.sum(values * (values - 1)))
    triples = float(np.sum(values * (values - 1) * (values - 2)))
    estimate = pairs / (n * (n - 1.0))
    square = (pairs**2 - 4 * triples - 2 * pairs) / (n * (n - 1.0) * (n - 2.0) * (n - 3.0))
    return CollisionEstimate(estimate, max(estimate**2 - square, 0.0))
