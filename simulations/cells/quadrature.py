"""Integrals of smooth functions to rounding, by Gauss-Legendre panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from simulations.arrays import FloatArray

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def integrate(
    function: Callable[[FloatArray], FloatArray],
    low: float,
    high: float,
    kinks: Sequence[float] = (),
    panels: int = 32,
) -> float:
    """Integral of a function that is analytic between its kinks.

    Parameters
    ----------
    function : callable
        Maps an array (n,) to (n,).
    low, high : float
        Finite limits.
    kinks : sequence of float
        Points where the function is not smooth.
    panels : int
        Panels over the whole range, besides those that the kinks cut.

    Returns
    -------
    float
        The integral; its error is rounding if a panel is short against the function's scale.
    """
    edges = np.unique(
        np.concatenate([np.linspace(low, high, panels + 1), np.clip(np.asarray(kinks), low, high)])
    )
    half = 0.5 * np.diff(edges)
    nodes = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    values = function(nodes.ravel()).reshape(nodes.shape)
    return float(np.sum(half[:, None] * _WEIGHTS * values))
