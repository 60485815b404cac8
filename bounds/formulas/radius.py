"""The bounds on the expected class radius, as functions of one number.

For a class of mass p the isoperimetric inequality compares with a halfspace of the same mass, whose
boundary lies at t = -Phi^-1(p). In that variable

    f(p) = p g(p),   g(p) = lambda(t) - t,   dg/dp = V(t) / phi(t),   V = 1 - lambda (lambda - t),

with lambda the hazard rate; lambda(t) - t = E[Z - t | Z > t] and V = Var[Z | Z > t]. The talk's
gamma depends on x through h = log(1/x) alone: gamma(x) = Gamma(h) = log(4 pi h)/sqrt(2 h).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bounds.arithmetic.base import Arithmetic, Value
from bounds.arithmetic.float64 import FLOAT64
from bounds.formulas.elementwise import apply, elementwise
from bounds.support.errors import InvalidValueError

_GAMMA_MAXIMUM = 2 * math.sqrt(2 * math.pi) / math.e
_GAMMA_MAXIMUM_REST = 5.413245918179790399e-17
"""What the rounded maximum lacks of the true one."""

# --- formulas, written once, over an arithmetic; no checks -------------------------------------


def gamma_at_entropy(h: Value, arithmetic: Arithmetic) -> Value:
    """Gamma(h) = log(4 pi h) / sqrt(2 h)."""
    return arithmetic.log(4 * arithmetic.pi * h) / arithmetic.sqrt(2 * h)


def gamma_at(x: Value, arithmetic: Arithmetic) -> Value:
    """gamma(x) = Gamma(log 1/x)."""
    return gamma_at_entropy(-arithmetic.log(x), arithmetic)


def refined_gamma_at(x: Value, arithmetic: Arithmetic) -> Value:
    """gamma_2(x) = sqrt(2 L) - sqrt(2 L - log(4 pi L)), L = log(1/x), written without subtraction.

    The difference of roots is log(4 pi L) / (sqrt(2 L) + sqrt(2 L - log(4 pi L))), so
    gamma_2 <= gamma where log(4 pi L) >= 0.
    """
    entropy = -arithmetic.log(x)
    numerator = arithmetic.log(4 * arithmetic.pi * entropy)
    return numerator / (arithmetic.sqrt(2 * entropy) + arithmetic.sqrt(2 * entropy - numerator))


def halfspace_radius_at(t: Value, arithmetic: Arithmetic) -> Value:
    """G as a function of the threshold t = -Phi^-1(p): lambda(t) - t."""
    return arithmetic.hazard_excess(t)


def halfspace_radius_slope_at(t: Value, arithmetic: Arithmetic) -> Value:
    """dg/dp = V(t) / phi(t) as a function of the threshold."""
    hazard, excess = arithmetic.hazard(t), arithmetic.hazard_excess(t)
    return (1 - hazard * excess) / arithmetic.density(t)


def curvature_sign_at(t: Value, arithmetic: Arithmetic) -> Value:
    """-(lambda + t) + 2 lambda^2 (lambda - t), which has the sign of d^2 g / dp^2."""
    hazard, excess = arithmetic.hazard(t), arithmetic.hazard_excess(t)
    return -(hazard + t) + 2 * hazard * hazard * excess


def gamma_entropy_at(y: Value, arithmetic: Arithmetic) -> Value:
    """The h >= e^2/(4 pi) with Gamma(h) = y, 2 (W(-y / sqrt(8 pi)) / y)^2.

    With w = -log(4 pi h)/2, Gamma(h) = y reads w exp(w) = -y / sqrt(8 pi); and h = 2 (w / y)^2.
    """

    def at_value(value: Any) -> Any:
        if arithmetic is FLOAT64:
            # Next to the maximum h moves with the root of the fall: the rounding of the maximum,
            # or of e x in Lambert's function, would be all that is left of it.
            fall = (_GAMMA_MAXIMUM - value + _GAMMA_MAXIMUM_REST) / _GAMMA_MAXIMUM
            branch = FLOAT64.lambert_lower(-value / math.sqrt(8 * math.pi), fall)
        else:
            branch = arithmetic.lambert_lower(-value / arithmetic.sqrt(8 * arithmetic.pi))
        with np.errstate(over="ignore"):
            ratio = branch / value
            return 2 * ratio * ratio

    return arithmetic.monotone(at_value, y)


def threshold_of_excess(y: Value, arithmetic: Arithmetic) -> Value:
    """The t with lambda(t) - t = y, y > 0.

    lambda(t) - t decreases, exceeds -t, and is below (sqrt(t^2 + 4) - t)/2 (Birnbaum 1942) and 1/t,
    so t lies in [-y, 1/y - y]; the bracket is wider, where the signs are certain.
    """
    if arithmetic.at_most(y, 1):
        # In 1/y the equation is nearly linear in t.
        return arithmetic.root(lambda t: 1 / arithmetic.hazard_excess(t) - 1 / y, -y - 1, 2 / y + 1)
    return arithmetic.root(lambda t: arithmetic.hazard_excess(t) - y, -y - 1, 1 / y - y + 1)


def _most_entropy(arithmetic: Arithmetic) -> float:
    """Beyond it 4 pi h is no float64, and SymPy computes exp(-h) to no end."""
    return 1e307 if arithmetic is FLOAT64 or arithmetic.symbolic else math.inf


# --- the public functions ------------------------------------------------------------------------


@elementwise
def gamma(x: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Talk's bound as a function of the collision probability.

    gamma(x) = log(4 pi log(1/x)) / sqrt(2 log(1/x)).

    Parameters
    ----------
    x : float or array
        Collision probability ||p||^2, in (0, 1).
    arithmetic : Arithmetic, optional
        `FLOAT64`, `multiprecision(digits)`, `SYMBOLIC` or `balls(bits)`.

    Returns
    -------
    float or array
        gamma(x). It is strictly concave, increases on (0, 0.5554...] and is positive below
        exp(-1/(4 pi)) = 0.9235....

    Raises
    ------
    ValueError
        If `x` is outside (0, 1).

    Notes
    -----
    Source: the talk, slide "Some Details".

    Examples
    --------
    >>> import bounds
    >>> round(bounds.gamma(0.1), 12)
    1.568084793046
    """
    return apply(gamma_at, x, "x", 0, 1, arithmetic)


# f(p) <= p gamma_2(p) and a real root are needed: 2 L >= log(4 pi L), L = -W(-1/(2 pi))/2.
_REFINED_LIMIT = math.nextafter(math.exp(FLOAT64.lambert_lower(-1 / (2 * math.pi)) / 2) - 1e-16, 0)


@elementwise
def refined_gamma(x: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Bound between the halfspace's radius and the talk's, for small masses half the talk's.

    gamma_2(x) = sqrt(2 L) - sqrt(2 L - log(4 pi L)), L = log(1/x): g(x) <= gamma_2(x) <= gamma(x).

    Parameters
    ----------
    x : float or array
        Mass, in (0, 0.23411...), where the second root is real.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        gamma_2(x), computed without subtraction.

    Raises
    ------
    ValueError
        If `x` is outside the domain.

    Notes
    -----
    Source: our reconstruction of the step before the talk's gamma.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.refined_gamma(0.1), 5), round(bounds.gamma(0.1), 5)
    (1.03236, 1.56808)
    """
    return apply(refined_gamma_at, x, "x", 0, _REFINED_LIMIT, arithmetic)


@elementwise
def gamma_of_entropy(h: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Talk's bound as a function of the collision entropy.

    Gamma(h) = log(4 pi h) / sqrt(2 h), so that gamma(x) = Gamma(log 1/x).

    Parameters
    ----------
    h : float or array
        Collision entropy H_2 in nats, positive; below 1e307 in float64 and SymPy.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        Gamma(h); it decreases from h = e^2/(4 pi) = 0.588 on.

    Raises
    ------
    ValueError
        If `h` is not positive and finite.

    Notes
    -----
    Source: the talk, slide "Some Details", in the variable H_2; nothing underflows in it.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.gamma_of_entropy(1e12), 15)
    2.1327786811e-05
    """
    return apply(gamma_at_entropy, h, "h", 0, _most_entropy(arithmetic), arithmetic)


@elementwise
def gamma_inverse_of_entropy(y: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Largest collision entropy at which the talk's bound is at least y.

    With v = log(4 pi h), Gamma(h) = y reads -(v/2) exp(-v/2) = -y / sqrt(8 pi), hence
    h = exp(-2 W(-y / sqrt(8 pi))) / (4 pi) with the lower branch W of Lambert's function.

    Parameters
    ----------
    y : float or array
        Value of the bound, in (0, 2 sqrt(2 pi)/e), the range of Gamma where it decreases.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        The h >= e^2/(4 pi) with Gamma(h) = y; inf where it exceeds the largest float64.

    Raises
    ------
    ValueError
        If `y` is outside the range.

    Notes
    -----
    Source: our derivation; the talk inverts gamma on slide "Class Radius to Diversity".

    Examples
    --------
    >>> import bounds
    >>> round(bounds.gamma_inverse_of_entropy(bounds.gamma_of_entropy(10.0)), 10)
    10.0
    """
    return apply(gamma_entropy_at, y, "y", 0, _GAMMA_MAXIMUM, arithmetic)


@elementwise
def gamma_inverse(y: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Smallest collision probability at which the talk's bound is at least y.

    Parameters
    ----------
    y : float or array
        Value of the bound, in (0, 2 sqrt(2 pi)/e).
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        The x in (0, exp(-e^2/(4 pi))] with gamma(x) = y; it underflows to 0 for small y, where
        `gamma_inverse_of_entropy` does not.

    Raises
    ------
    ValueError
        If `y` is outside the range.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.gamma_inverse(bounds.gamma(0.1)), 12)
    0.1
    """
    return apply(
        lambda one, a: a.exp(-gamma_entropy_at(one, a)), y, "y", 0, _GAMMA_MAXIMUM, arithmetic
    )


@elementwise
def halfspace_radius(p: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Mean distance to the boundary inside a halfspace of mass p, given that z is inside.

    g(p) = f(p)/p = lambda(t) - t, t = -Phi^-1(p).

    Parameters
    ----------
    p : float or array
        Mass, in (0, 1).
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        g(p), increasing from 0 to infinity, concave up to p = 0.2731....

    Raises
    ------
    ValueError
        If `p` is outside (0, 1).

    See Also
    --------
    halfspace_radius_of_entropy : the same by the logarithm of the mass.

    Notes
    -----
    Source: our derivation.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.halfspace_radius(0.1), 12)
    0.47343175378
    """
    return apply(lambda x, a: halfspace_radius_at(-a.quantile(x), a), p, "p", 0, 1, arithmetic)


@elementwise
def halfspace_radius_of_entropy(h: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Mean radius of a halfspace of mass exp(-h), G(h) = g(exp(-h)).

    Parameters
    ----------
    h : float or array
        Minus the logarithm of the mass, positive; below 1e307 in float64 and SymPy.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        G(h), decreasing and convex, about 1/sqrt(2 h) for large h.

    Raises
    ------
    ValueError
        If `h` is not positive and finite.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.halfspace_radius_of_entropy(1e12) * 2e12**0.5, 9)
    1.0
    """
    return apply(
        lambda x, a: halfspace_radius_at(-a.quantile_of_entropy(x), a),
        h,
        "h",
        0,
        _most_entropy(arithmetic),
        arithmetic,
    )


@elementwise
def halfspace_radius_inverse_of_entropy(y: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Minus the log-mass of the halfspace whose mean radius is y: the h with G(h) = y.

    Parameters
    ----------
    y : float or array
        Mean radius, positive.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in; `SYMBOLIC` has no closed form.

    Returns
    -------
    float or array
        h, positive.

    Raises
    ------
    ValueError
        If `y` is not positive and finite.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.halfspace_radius_inverse_of_entropy(bounds.halfspace_radius(0.01)), 10)
    4.605170186
    """
    if arithmetic.symbolic:
        raise InvalidValueError("arithmetic=SYMBOLIC: the inverse has no closed form")

    def inverse(value: Any, arithmetic: Arithmetic) -> Any:
        if arithmetic is FLOAT64 and value.ndim:
            return [inverse(one, arithmetic) for one in value]
        if arithmetic is FLOAT64 and value < 1e-160:
            return math.inf  # h is about 1/(2 y^2)
        return arithmetic.monotone(
            lambda one: -arithmetic.log_survival(threshold_of_excess(one, arithmetic)), value
        )

    return apply(inverse, y, "y", 0, math.inf, arithmetic)


@elementwise
def integrated_tail(p: Any, *, arithmetic: Arithmetic = FLOAT64) -> Any:
    """Largest contribution of a class of mass p to E r.

    f(p) = integral over eta >= 0 of Phi(Phi^-1(p) - eta) = p Phi^-1(p) + phi(Phi^-1(p)).

    Parameters
    ----------
    p : float or array
        Mass, in (0, 1).
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float or array
        f(p), computed as p g(p), which does not cancel.

    Raises
    ------
    ValueError
        If `p` is outside (0, 1).

    Notes
    -----
    Source: the talk, slide "Some Details", from Fawzi, Fawzi and Fawzi (arXiv 1802.08686).

    Examples
    --------
    >>> import bounds
    >>> round(bounds.integrated_tail(0.5), 12)  # phi(0)
    0.398942280401
    """
    return apply(
        lambda p, a: a.monotone(lambda x: x * halfspace_radius_at(-a.quantile(x), a), p),
        p,
        "p",
        0,
        1,
        arithmetic,
    )
