"""The mean of the class radii that a search finds, each an upper bound of r."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from simulations.arrays import FloatArray
from simulations.checking.intervals import Interval
from simulations.checking.knowledge import Knowledge
from simulations.generators.generator import GeneratorPartition

_LATENTS = 128


def found_radii(
    partition: GeneratorPartition, z: FloatArray, advance: Callable[[int, int], None]
) -> FloatArray:
    """Distance found at each of the latents (n, d), with calls of ``advance(done, n)``."""
    radii = np.empty(len(z))
    for start in range(0, len(z), _LATENTS):
        part = slice(start, start + _LATENTS)
        radii[part] = partition.radius(z[part])
        advance(min(part.stop, len(z)), len(z))
    return radii


def search_interval(radii: FloatArray, confidence: float) -> Interval:
    """Mean of distances found (n,), with its normal interval (asymptotic)."""
    unknown = int(np.isinf(radii).sum())
    radii = radii[np.isfinite(radii)]
    if unknown or len(radii) < 2:
        method = f"unknown: no witness at {unknown:,} points" if unknown else "fewer than 2 points"
        return Interval(math.nan, 0.0, math.inf, method, known=Knowledge.UPPER_BOUND)
    deviations = float(ndtri((1 + confidence) / 2))
    half = deviations * float(radii.std(ddof=1)) / float(np.sqrt(len(radii)))
    mean = float(radii.mean())
    known = Knowledge.ASYMPTOTIC | Knowledge.UPPER_BOUND
    method = "normal (asymptotic), of distances found"
    return Interval(mean, mean - half, mean + half, method, known=known)
