"""A line cut at points: intervals, distances to the nearest cut, and their normal integrals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from bounds.support.errors import InvalidValueError
from simulations.arrays import FloatArray, IntArray
from simulations.partitions.base import constant


def increasing(values: Sequence[float] | FloatArray, name: str) -> FloatArray:
    """Return cuts as a read-only array, or raise ValueError if they don't increase."""
    cuts = constant(values, name, 1)
    if (np.diff(cuts) <= 0).any():
        where = int(np.flatnonzero(np.diff(cuts) <= 0)[0]) + 1
        raise InvalidValueError(
            f"{name}[{where}]={cuts[where]:g}: expected more than {cuts[where - 1]:g}"
        )
    return cuts


def interval_and_distance(x: FloatArray, cuts: FloatArray) -> tuple[IntArray, FloatArray]:
    """Index of the interval of each x, and its distance to the nearest cut (+inf if none)."""
    labels = np.searchsorted(cuts, x, side="right").astype(np.int64)
    padded = np.concatenate([[-math.inf], cuts, [math.inf]])
    return labels, np.minimum(x - padded[labels], padded[labels + 1] - x)


def normal_masses(cuts: FloatArray) -> FloatArray:
    """P[t_k < Z < t_(k+1)] of the intervals between cuts, without cancellation in either tail."""
    edges = np.concatenate([[-math.inf], cuts, [math.inf]])
    low, high = edges[:-1], edges[1:]
    return np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))


def territories(cuts: FloatArray, start: float) -> tuple[FloatArray, FloatArray]:
    """Limits of the points nearest to each cut: halfway to its neighbours, from `start` on."""
    halfway = 0.5 * (cuts[1:] + cuts[:-1])
    return np.concatenate([[start], halfway]), np.concatenate([halfway, [math.inf]])
