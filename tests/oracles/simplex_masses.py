"""Masses of power cells of up to d + 1 centres in R^d, by the multivariate normal law.

Cell i is {A z <= B}, a row A_ij = c_j - c_i for each other centre. If the centres span K - 1
dimensions the rows are independent, A z is a regular normal vector with covariance A A^T, and the
mass is its distribution function at B: one orthant probability a cell, without a sample of z.
"""

from __future__ import annotations

import numpy as np
import scipy.stats

from bounds.support.validation import real
from simulations.arrays import FloatArray

MAXIMUM_CLASSES = 25
RANK_TOLERANCE = 1e-6


def simplex_masses(
    centres: FloatArray,
    weights: FloatArray | None = None,
    *,
    accuracy: float = 1e-6,
    rng: int | np.random.Generator = 0,
) -> FloatArray | None:
    """Masses of power cells whose centres are the corners of a simplex.

    P[z in cell i] = P[N(0, A A^T) <= B], B_j = A_ij.(c_i + c_j)/2 - (w_j - w_i)/2.

    Parameters
    ----------
    centres : ndarray, shape (K, d)
        Finite centres, K from 2 to 25.
    weights : ndarray, shape (K,), optional
        Weights w_i, 0 by default.
    accuracy : float
        Absolute error asked of the integration (Genz 1992), which is deterministic up to K = 4
        and randomised quasi-Monte Carlo above.
    rng : int or Generator
        Of the randomisation.

    Returns
    -------
    ndarray or None
        The masses, shape (K,); None if the centres don't span K - 1 dimensions or K is out of
        range.

    Raises
    ------
    ValueError
        If the accuracy is not in (0, 1).

    References
    ----------
    A. Genz, *Numerical computation of multivariate normal probabilities*, J. Comput. Graph. Stat.
    1 (1992).

    Examples
    --------
    >>> masses = simplex_masses(np.eye(4))  # the argmax of R^4
    >>> masses is not None and masses.round(6).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    accuracy = real(accuracy, "accuracy", 0.0, 1.0)
    classes = len(centres)
    w = np.zeros(classes) if weights is None else weights
    if not 2 <= classes <= MAXIMUM_CLASSES or classes > centres.shape[1] + 1:
        return None
    sizes = np.linalg.svd(centres - centres.mean(axis=0), compute_uv=False)
    if sizes[classes - 2] <= RANK_TOLERANCE * sizes[0]:
        return None
    generator = np.random.default_rng(rng)
    result = np.empty(classes)
    for i in range(classes):
        others = np.delete(np.arange(classes), i)
        normals = centres[others] - centres[i]
        level = 0.5 * (np.sum(normals * (centres[others] + centres[i]), axis=1) - w[others] + w[i])
        lengths = np.sqrt(np.sum(normals**2, axis=1))
        unit = normals / lengths[:, None]
        result[i] = scipy.stats.multivariate_normal.cdf(
            level / lengths,
            cov=unit @ unit.T,
            maxpts=200_000 * classes,
            abseps=accuracy,
            releps=0.0,
            rng=generator,
        )
    return result
