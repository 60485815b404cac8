"""The constants of the theory, each computed from the equation that defines it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from bounds.arithmetic.base import Arithmetic, Number, Value, at_working_precision
from bounds.arithmetic.float64 import FLOAT64
from bounds.formulas.radius import (
    curvature_sign_at,
    gamma_at,
    gamma_at_entropy,
    halfspace_radius_at,
    halfspace_radius_slope_at,
)


@dataclass(frozen=True, slots=True)
class Constants(Generic[Number]):
    """Thresholds and extremes, numbers of one arithmetic.

    Attributes
    ----------
    rewrite_threshold
        p_c = 0.8444..., the unique p where f(p) = p gamma(p); f(p) <= p gamma(p) exactly up to it.
    concavity_threshold
        p* = 0.2731..., the inflection of g: concave below, convex above.
    assumption_free_threshold
        s-hat = 0.1988..., up to which the tangent to g at s lies above g on (0, sqrt(s)].
    halfspace_counterexample
        P = 0.9054..., up to which E r <= gamma(||p||^2) for max p; beyond it two halfspaces of
        masses p, 1 - p violate it.
    gamma_argmax
        x_0 = exp(-e^2/(4 pi)) = 0.5554..., where gamma is largest.
    gamma_maximum
        gamma(x_0) = 2 sqrt(2 pi)/e = 1.8442....
    gamma_zero
        exp(-1/(4 pi)) = 0.9235..., where gamma changes sign.
    concavity_argmin
        0.9877..., the u at which h(u) = (log(4 pi u)/2 - 1)(u - 3/2) + 1/2 is smallest.
    concavity_minimum
        0.3671..., min h; gamma''(x) = -h(u)/(x^2 u^2 sqrt(2u)), u = log(1/x).
    """

    rewrite_threshold: Number
    concavity_threshold: Number
    assumption_free_threshold: Number
    halfspace_counterexample: Number
    gamma_argmax: Number
    gamma_maximum: Number
    gamma_zero: Number
    concavity_argmin: Number
    concavity_minimum: Number


def concavity_margin_at(u: Value, arithmetic: Arithmetic) -> Value:
    """h(u) = w (u - 3/2) + 1/2, w = log(4 pi u)/2 - 1; gamma is concave where h > 0."""
    log_term = arithmetic.log(4 * arithmetic.pi * u)
    return (log_term / 2 - 1) * (u - arithmetic.number(3) / 2) + arithmetic.number(1) / 2


def tangent_gap_at(t: Value, arithmetic: Arithmetic) -> Value:
    """Height at sqrt(s) of the tangent to g at s, over g(sqrt(s)), where s = Q(t)."""
    collision = arithmetic.survival(t)
    root = arithmetic.sqrt(collision)
    tangent = halfspace_radius_at(t, arithmetic) + halfspace_radius_slope_at(t, arithmetic) * (
        root - collision
    )
    return tangent - halfspace_radius_at(-arithmetic.quantile(root), arithmetic)


def two_halfspaces_excess_at(p: Value, arithmetic: Arithmetic) -> Value:
    """E r - gamma(||p||^2) for two halfspaces of masses p and 1 - p.

    Their thresholds are t and -t, so
    E r = f(p) + f(1 - p) = p (lambda(t) - t) + (1 - p) (lambda(-t) + t).
    """
    t = -arithmetic.quantile(p)
    exact = p * arithmetic.hazard_excess(t) + (1 - p) * arithmetic.hazard_excess(-t)
    return exact - gamma_at(p * p + (1 - p) * (1 - p), arithmetic)


def constants(*, arithmetic: Arithmetic[Number] = FLOAT64) -> Constants[Number]:
    """Compute the constants of the theory.

    Parameters
    ----------
    arithmetic : Arithmetic, optional
        `FLOAT64`, `multiprecision(digits)` or `balls(bits)`; balls enclose the true values.

    Returns
    -------
    Constants

    Notes
    -----
    Source: our derivation.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.constants().rewrite_threshold, 12)
    0.844466940417
    """
    return _constants(arithmetic=arithmetic)


@at_working_precision
@functools.cache
def _constants(*, arithmetic: Arithmetic) -> Constants[Any]:
    a = arithmetic

    def root(function: Callable[[Any, Arithmetic], Any], low: float, high: float) -> Any:
        return a.root(lambda x: function(x, a), a.number(low), a.number(high))

    crossing = root(
        lambda t, a: halfspace_radius_at(t, a) - gamma_at_entropy(-a.log_survival(t), a),
        -1.25,
        -0.75,
    )
    argmin = root(
        lambda u, a: a.log(4 * a.pi * u) / 2 - 1 + (u - a.number(3) / 2) / (2 * u), 0.75, 1.25
    )
    square_e = a.exp(a.number(2))
    values = Constants(
        rewrite_threshold=a.survival(crossing),
        concavity_threshold=a.survival(root(curvature_sign_at, 0.5, 0.75)),
        assumption_free_threshold=a.survival(root(tangent_gap_at, 0.75, 1.0)),
        halfspace_counterexample=root(two_halfspaces_excess_at, 0.875, 0.9375),
        gamma_argmax=a.exp(-square_e / (4 * a.pi)),
        gamma_maximum=2 * a.sqrt(2 * a.pi) / a.exp(a.number(1)),
        gamma_zero=a.exp(-1 / (4 * a.pi)),
        concavity_argmin=argmin,
        concavity_minimum=concavity_margin_at(argmin, a),
    )
    if a is FLOAT64:
        return Constants(**{name: float(getattr(values, name)) for name in Constants.__slots__})
    return values
