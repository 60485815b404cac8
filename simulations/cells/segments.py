"""Distances to unions of Voronoi cells: exact in the plane, by witnesses elsewhere."""

from __future__ import annotations

import math

import numpy as np

from simulations.arrays import FloatArray
from simulations.compiled import compiled


@compiled
def nearest_centre(point: FloatArray, centres: FloatArray) -> int:
    """Index of the centre nearest to a point."""
    own, least = 0, np.inf
    for k in range(centres.shape[0]):
        square = 0.0
        for c in range(point.shape[0]):
            square += (point[c] - centres[k, c]) ** 2
        if square < least:
            own, least = k, square
    return own


@compiled
def distance_to_segments(x: float, y: float, ends: FloatArray) -> float:
    """Distance from a point of the plane to the nearest of segments, +inf if there are none."""
    least = np.inf
    for e in range(ends.shape[0]):
        from_x, from_y = ends[e, 0, 0], ends[e, 0, 1]
        step_x, step_y = ends[e, 1, 0] - from_x, ends[e, 1, 1] - from_y
        square = step_x * step_x + step_y * step_y
        share = 0.0
        if square > 0:
            share = ((x - from_x) * step_x + (y - from_y) * step_y) / square
            share = min(max(share, 0.0), 1.0)
        gap_x, gap_y = x - from_x - share * step_x, y - from_y - share * step_y
        least = min(least, gap_x * gap_x + gap_y * gap_y)
    return math.sqrt(least)


@compiled
def entry_of_cell(z: FloatArray, target: int, centres: FloatArray) -> float:
    """Share of the segment from z to the centre of cell `target` at which it enters that cell."""
    entry = 0.0
    for k in range(centres.shape[0]):
        if k == target:
            continue
        # (c_t - c_k).(z + share (c_t - z) - (c_t + c_k)/2) >= 0
        here, slope = 0.0, 0.0
        for c in range(z.shape[0]):
            step = centres[target, c] - centres[k, c]
            here += step * (z[c] - 0.5 * (centres[target, c] + centres[k, c]))
            slope += step * (centres[target, c] - z[c])
        if here < 0:
            entry = max(entry, -here / slope)
    return min(entry, 1.0)
