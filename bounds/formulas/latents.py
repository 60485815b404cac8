"""Isoperimetric constants of latent laws other than N(0, I).

A law has the constant L if no set of its mass has a smaller boundary than 1/L times a halfspace's
under N(0, I): so has the image of N(0, I) under an L-Lipschitz map T, for the preimages of two
classes are at least 1/L times as far apart. Every bound on r then holds with r / L in its place;
pass L as `scale`, and r is in the law's own units.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special

from bounds.arithmetic.base import Arithmetic, Number, at_working_precision
from bounds.arithmetic.float64 import FLOAT64
from bounds.formulas.elementwise import inside
from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, real_array


@at_working_precision
def box(width: Any = 2.0, *, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Constant of the uniform law on a box, width phi(0).

    Parameters
    ----------
    width : float, optional
        Length of the longest side, positive and finite; 2 for [-1, 1]^d.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        L, the largest slope of width (Phi - 1/2).

    Raises
    ------
    ValueError
        If `width` is not positive and finite.

    Examples
    --------
    >>> import bounds
    >>> scale = bounds.latents.box(2.0)
    >>> round(scale, 5), round(bounds.sharp_bound([0.1] * 10, scale=scale), 5)
    (0.79788, 0.37774)
    """
    density = arithmetic.density(arithmetic.number(0))
    side = inside(width, "width", 0, np.inf, arithmetic)
    return arithmetic.number(side * density)


@at_working_precision
def truncated_normal(limit: Any, *, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Constant of N(0, I) conditioned on [-limit, limit]^d, 1 - 2 Q(limit).

    Parameters
    ----------
    limit : float
        Where each coordinate is cut, positive and finite.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        L, the slope at 0 of the map T with Phi_truncated(T(x)) = Phi(x), where it is largest.

    Raises
    ------
    ValueError
        If `limit` is not positive and finite.

    Examples
    --------
    >>> import bounds
    >>> round(bounds.latents.truncated_normal(0.5), 6)
    0.382925
    """
    t = inside(limit, "limit", 0, np.inf, arithmetic)
    # In float64 the difference would lose the digits of a small t.
    if arithmetic is FLOAT64:
        return arithmetic.number(scipy.special.erf(float(t) / math.sqrt(2)))
    return 1 - 2 * arithmetic.survival(t)


@at_working_precision
def sphere(
    dimension: int, radius: Any = 1.0, *, arithmetic: Arithmetic[Number] = FLOAT64
) -> Number:
    """Constant of the uniform law on a sphere in R^d, radius / sqrt(d - 2).

    Parameters
    ----------
    dimension : int
        d, of the space around the sphere, at least 3.
    radius : float, optional
        Positive and finite; 1 for z/|z|.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        L, by the sphere's Ricci curvature (d - 2) / radius^2; chords are no longer than arcs.

    Raises
    ------
    ValueError
        If `dimension` is below 3 or `radius` not positive and finite.

    Examples
    --------
    >>> import bounds
    >>> bounds.latents.sphere(18)
    0.25
    """
    return _divided(radius, count(dimension, "dimension", 3) - 2, arithmetic)


@at_working_precision
def ball(dimension: int, radius: Any = 1.0, *, arithmetic: Arithmetic[Number] = FLOAT64) -> Number:
    """Constant of the uniform law on a ball in R^d, radius / sqrt(d).

    Parameters
    ----------
    dimension : int
        d, at least 1.
    radius : float, optional
        Positive and finite.
    arithmetic : Arithmetic, optional
        The arithmetic to compute in.

    Returns
    -------
    float
        L: the law is the projection of that on the sphere in R^(d + 2).

    Raises
    ------
    ValueError
        If `dimension` is below 1 or `radius` not positive and finite.

    Examples
    --------
    >>> import bounds
    >>> bounds.latents.ball(16)
    0.25
    """
    return _divided(radius, count(dimension, "dimension", 1), arithmetic)


def _divided(radius: Any, dimension: int, arithmetic: Arithmetic) -> Any:
    a = arithmetic
    number = inside(radius, "radius", 0, np.inf, a)
    return a.number(number / a.sqrt(a.number(dimension)))


def normal(covariance: Any) -> float:
    """Constant of N(m, covariance) for any mean, sqrt of the largest eigenvalue.

    Parameters
    ----------
    covariance : array of shape (d, d)
        Symmetric and positive semidefinite.

    Returns
    -------
    float
        L, the norm of the linear map from N(0, I).

    Raises
    ------
    ValueError
        If `covariance` is not finite, symmetric and positive semidefinite, or is 0.

    Examples
    --------
    >>> import bounds
    >>> bounds.latents.normal([[4.0, 0.0], [0.0, 1.0]])
    2.0
    """
    matrix = real_array(covariance, "covariance")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise InvalidValueError(f"covariance has shape {matrix.shape}: expected (d, d)")
    if not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, rtol=1e-12, atol=0):
        raise InvalidValueError("covariance: expected finite and symmetric")
    size = float(np.abs(matrix).max())
    values = np.linalg.eigvalsh(matrix / (size or 1.0))
    largest = float(values[-1])
    if largest <= 0 or values[0] < -1e-12 * largest:
        raise InvalidValueError(
            f"covariance has eigenvalues from {values[0] * size:.6g} to {largest * size:.6g}: "
            "expected positive semidefinite and not 0"
        )
    return float(np.sqrt(largest) * np.sqrt(size))
