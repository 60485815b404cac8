"""The mean of the distances that a search finds, each an upper bound of r."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import kind, real, real_array, shown
from simulations.arrays import FloatArray
from simulations.checking.intervals import Interval, mean_high, mean_low
from simulations.generators.generator import GeneratorPartition
from simulations.partitions.base import points

FARTHEST = 2.0
"""c: 2.5 times the most that E r of equal classes can be, sqrt(2/pi) of two halfspaces."""

_LATENTS = 128


def found_radii(
    partition: GeneratorPartition, z: FloatArray, advance: Callable[[int, int], None]
) -> FloatArray:
    """Distance found at each of the latents (n, d), with calls of ``advance(done, n)``."""
    kind(partition, "partition", GeneratorPartition)
    z = points(z, partition.dim)
    if not callable(advance):
        raise InvalidTypeError(f"advance={shown(advance)}: expected a callable")
    radii = np.empty(len(z))
    for start in range(0, len(z), _LATENTS):
        part = slice(start, start + _LATENTS)
        radii[part] = partition.radius(z[part])
        advance(min(part.stop, len(z)), len(z))
    return radii


def search_interval(radii: FloatArray, confidence: float) -> Interval:
    """Mean of the distances found, each counted as at most `FARTHEST`, with finite-sample limits.

    Nothing is known of how the distances that a search finds are distributed: unlike r they are no
    Lipschitz function of z. Counted as at most c they lie in [0, c], and the limits by betting hold
    at every n: the lower one as of any non-negative draws, the upper one as
    E (X - m - T)+ <= (c - m - T)+ for X <= c (`simulations.checking.betting`). Where no witness was
    found the distance counts as c.

    Parameters
    ----------
    radii : array of shape (n,)
        Distances found at independent latents; inf where no witness was found, NaN in a hole, which
        does not count.
    confidence : float

    Returns
    -------
    Interval
        For E[min(distance found, c) | covered]: what the talk's test compares, and no limit of E r.

    Examples
    --------
    >>> draws = np.random.default_rng(0).exponential(0.3, 2000)
    >>> found = search_interval(draws, 0.99)
    >>> bool(0.27 < found.low < 0.3 < found.high < 0.33), str(found.known)
    (True, 'finite-sample')
    """
    delta = (1 - real(confidence, "confidence", 0, 1)) / 2
    distances = real_array(radii, "radii", "f")
    if distances.ndim != 1 or (distances < 0).any():
        raise InvalidValueError(f"radii={shown(radii)}: expected distances, (n,)")
    counted = np.minimum(distances[~np.isnan(distances)], FARTHEST)
    if not counted.size:
        return Interval(math.nan, 0.0, FARTHEST, "no covered latent")

    def excess(m: float, reach: Any) -> Any:
        return np.maximum(FARTHEST - m - reach, 0.0)

    low = mean_low(counted, delta)
    high = min(mean_high(counted, delta, excess), FARTHEST)
    return Interval(float(counted.mean()), low, high, "betting, of distances found")
