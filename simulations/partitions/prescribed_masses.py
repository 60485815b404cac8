"""The argmax partition of R^K with any class masses: biases that give them, and the exact E r.

With class = argmax of z_i + b_i, everything is an integral over the largest score x:

    p_i = int phi(x - b_i) prod_{j != i} Phi(x - b_j) dx,
    E r = (1/sqrt 2) sum_i int Q(x - b_i) prod_{j != i} Phi(x - b_j) dx,

the second because r is the largest score less the second, over sqrt 2. The masses are the gradient
of the convex function E max(z_i + b_i), so b minimises E max(z_i + b_i) - sum p_i b_i: a
semi-discrete optimal transport, solved here by Newton's method.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtri

from bounds.support import validation as _validation
from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray

_PANELS = 48
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_TOLERANCE = 1e-13
_ITERATIONS = 200


@dataclass(frozen=True, slots=True)
class BiasedArgmax:
    """An argmax partition of R^K with its biases, masses and expected radius.

    Attributes
    ----------
    bias : array of shape (K,)
        b, of mean 0.
    masses : array of shape (K,)
        p.
    expected_radius : float
        E r.
    """

    bias: FloatArray
    masses: FloatArray
    expected_radius: float


def biased_argmax(bias: FloatArray) -> BiasedArgmax:
    """Masses and E r of the argmax partition with these biases, by quadrature.

    Parameters
    ----------
    bias : array of shape (K,)
        Finite; K at least 2.

    Returns
    -------
    BiasedArgmax

    Examples
    --------
    >>> found = biased_argmax(np.zeros(3))
    >>> found.masses.round(12).tolist(), round(found.expected_radius, 12)
    ([0.333333333333, 0.333333333333, 0.333333333333], 0.598413420602)
    """
    b = _validation.real_array(bias, "bias")
    if b.ndim != 1 or len(b) < 2 or not np.isfinite(b).all():
        raise InvalidValueError(f"bias has shape {b.shape}: expected (K,), K >= 2, finite")
    terms = _terms(b)
    masses = terms.weights @ (terms.density * terms.others)
    radius = float(terms.weights @ (terms.survival * terms.others).sum(axis=1)) / math.sqrt(2)
    return BiasedArgmax(b, masses, radius)


def argmax_with_masses(p: FloatArray) -> BiasedArgmax:
    """Argmax partition of R^K whose classes have the masses p.

    Parameters
    ----------
    p : array of shape (K,)
        Positive masses, sum 1 within 1e-9; K at least 2.

    Returns
    -------
    BiasedArgmax
        Its masses differ from `p` by at most 1e-12.

    Raises
    ------
    ValueError
        If `p` is no such vector.
    RuntimeError
        If Newton's method does not converge.

    Examples
    --------
    >>> argmax_with_masses(np.array([0.5, 0.3, 0.2])).masses.round(12).tolist()
    [0.5, 0.3, 0.2]
    """
    target = np.asarray(_validation.masses(p, "p"), dtype=np.float64)
    if len(target) < 2 or not (target > 0).all():
        raise InvalidValueError(f"p={_validation.shown(p)}: expected at least two positive masses")
    target = target / math.fsum(target)
    # Exact for equal masses, and near enough elsewhere for Newton's steps.
    b = np.zeros(len(target))
    value, gradient, hessian = _objective(b, target)
    for _ in range(_ITERATIONS):
        if np.abs(gradient).max() < _TOLERANCE:
            break
        # The objective does not change along (1, ..., 1); the added rank fixes the mean of b.
        step = -np.linalg.solve(hessian + np.full(hessian.shape, 1.0 / len(b)), gradient)
        step *= min(1.0, 1.0 / np.abs(step).max())
        scale = 1.0
        slope = float(gradient @ step)
        while True:
            trial = _objective(b + scale * step, target)
            # Rounding hides any decrease once the gradient is that small.
            if trial[0] <= value + 1e-4 * scale * slope + 1e-14 or scale < 1e-8:
                break
            scale *= 0.5
        b = b + scale * step
        value, gradient, hessian = trial
    if np.abs(gradient).max() > 1e-12:
        raise RuntimeError(
            f"masses not met: off by {np.abs(gradient).max():.1e} after Newton's steps"
        )
    return biased_argmax(b - b.mean())


@dataclass(frozen=True, slots=True)
class _Terms:
    """The integrands at the nodes: of shape (n,), or (n, K) for each class."""

    high: float
    weights: FloatArray
    cumulative: FloatArray
    others: FloatArray
    density: FloatArray
    hazard: FloatArray
    survival: FloatArray


def _terms(b: FloatArray) -> _Terms:
    """Prod Phi(x - b_j), the same over j != i, phi, phi/Phi and Q of x - b_i, at nodes x."""
    # Every product has a factor Phi(x - b_j) with b_j at least the second largest bias; it is under
    # 1e-22 below `low`, as every Q is above `high`.
    reach = -float(ndtri(1e-22))
    low, high = float(np.partition(b, -2)[-2]) - reach, float(b.max()) + reach
    edges = np.linspace(low, high, _PANELS + 1)
    half = 0.5 * (edges[1] - edges[0])
    x = (edges[:-1, None] + half * (1 + _NODES)).ravel()
    weights = np.tile(half * _WEIGHTS, _PANELS)
    shifted: FloatArray = x[:, None] - b
    logs = log_ndtr(shifted)
    above = log_ndtr(-shifted)
    others = np.exp(logs.sum(axis=1, keepdims=True) - logs)
    density = np.exp(-0.5 * shifted**2) / math.sqrt(2 * math.pi)
    return _Terms(
        high,
        weights,
        np.exp(logs.sum(axis=1)),
        others,
        density,
        density * np.exp(-logs),
        np.exp(above),
    )


def _objective(b: FloatArray, target: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """E max(z_i + b_i) - sum p_i b_i with its gradient and Hessian."""
    terms = _terms(b)
    value = terms.high - float(terms.weights @ terms.cumulative) - float(target @ b)
    gradient = terms.weights @ (terms.density * terms.others) - target
    mixed = -(terms.hazard.T * (terms.weights * terms.cumulative)) @ terms.hazard
    np.fill_diagonal(mixed, 0.0)
    np.fill_diagonal(mixed, -mixed.sum(axis=1))
    return value, gradient, mixed
