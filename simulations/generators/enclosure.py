"""E r of a small torch generator of two latents, enclosed from both sides for certain.

The square [-L, L]^2 is divided until the class is verified on every cell, or the cell is small. The
worth of a cell of side h falls with the density: undecided, it moves r by about h for the latents
in front of it, whose mass is about h times the density half a unit nearer to 0. So it is halved
while h exp(-(|p| - 1/2)+^2/4) > s, p its centre: the last that are halved are worth the same.

On the raster of squares of side s, the smallest, with p the centre of one of class k and q the
nearest centre of another class, at distance D, a latent z = p + w of the square has

    r(z) <= |z - q| - s/2 <= D + u.w + |w|^2/(2 D) - s/2,   u = (p - q)/D,

as the square around q holds a disc (and where D = s, r(z) <= s/2 + u.w). E u.w <= |p| E|w|^2, as
the densities at p + w and p - w differ by tanh(p.w) of their sum. And r(p) >= the distance to the
nearest centre of a square that is not of class k (undecided or beyond the raster) less s/sqrt 2,
and r is 1-Lipschitz. In an undecided square 0 <= r <= the largest over k of D - s/2 + |w|.

A mean over a square is at most exp(|p| s/sqrt 2 + s^2/12) times that of uniform points, which have
E|w| = 0.38260 s and E|w|^2 = s^2/6: the density varies by exp(|p| s/sqrt 2) within a square, and
its mean is at least the density at p times exp(-s^2/12). Beyond the raster r <= |z| + A, A largest
of the distances from 0 over k, and E[|z|; beyond] <= sqrt(2 P[beyond]).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.special import ndtr

import bounds
from bounds.support.errors import InvalidValueError
from bounds.support.validation import callback, count, kind, real
from simulations.arrays import FloatArray, IntArray
from simulations.checking.intervals import Interval
from simulations.checking.knowledge import Knowledge
from simulations.checking.report import interval_to_json
from simulations.generators.verification import Verifier

_FIRST = 5
_MOST = 16
_MEAN_DISTANCE = 0.38260
_UNDECIDED = -1
_NEARER = 0.5
_QUARTERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@dataclass(frozen=True, slots=True, kw_only=True)
class EnclosedRadius:
    """What is certain of a generator's argmax partition.

    Attributes
    ----------
    expected_radius, collision_probability : Interval
        E r and ||p||^2, enclosed.
    masses_low, masses_high : FloatArray
        Limits of the masses, shape (K,).
    undecided : float
        Mass of the cells on which no class is verified.
    entropy_bound : float
        H_2 <= log 1/g^-1(E r), from the lower limit; inf where that is 0.
    evaluations : int
        Cells over which margins were bounded.
    """

    expected_radius: Interval
    collision_probability: Interval
    masses_low: FloatArray
    masses_high: FloatArray
    undecided: float
    entropy_bound: float
    evaluations: int

    def to_json(self) -> dict[str, Any]:
        """The numbers as JSON objects."""
        return {
            "method": "enclosure",
            "expected_radius": interval_to_json(self.expected_radius),
            "collision_probability": interval_to_json(self.collision_probability),
            "masses_low": self.masses_low.tolist(),
            "masses_high": self.masses_high.tolist(),
            "undecided": self.undecided,
            "entropy_bound": self.entropy_bound if math.isfinite(self.entropy_bound) else None,
            "evaluations": self.evaluations,
        }


def enclosed_radius(
    verifier: Verifier,
    *,
    half_width: float = 5.0,
    halvings: int = 11,
    progress: Callable[[int, int], None] | None = None,
) -> EnclosedRadius:
    """Enclose E r and the masses of the argmax partition of a generator with d = 2.

    Parameters
    ----------
    verifier : Verifier
    half_width : float
        L.
    halvings : int
        The smallest cells have side s = 2 L/2^halvings.
    progress : callable, optional
        Called after each halving with its number and `halvings`.

    Returns
    -------
    EnclosedRadius

    Examples
    --------
    >>> import torch
    >>> layer = torch.nn.Linear(2, 2, bias=False)
    >>> _ = layer.weight.data.copy_(torch.eye(2))
    >>> halves = torch.nn.Sequential(layer, torch.nn.Softmax(dim=1)).eval()
    >>> verifier = Verifier(torch.nn.Identity().eval(), halves, 2)
    >>> found = enclosed_radius(verifier, halvings=8).expected_radius
    >>> bool(found.low < np.sqrt(2 / np.pi) < found.high)
    True
    """
    kind(verifier, "verifier", Verifier)
    callback(progress, "progress")
    if verifier.dim != 2:
        raise InvalidValueError(f"dim={verifier.dim}: expected a generator of 2 latents")
    half_width = real(half_width, "half_width", 0, 100)
    count(halvings, "halvings", _FIRST, _MOST)
    raster, evaluations = _raster(verifier, half_width, halvings, progress)
    size = len(raster)
    side = 2 * half_width / size
    edges = np.linspace(-half_width, half_width, size + 1)
    line = ndtr(edges[1:]) - ndtr(edges[:-1])
    masses = np.outer(line, line)
    beyond = 1 - (1 - 2 * ndtr(-half_width)) ** 2

    centres = (edges[1:] + edges[:-1]) / 2
    norms = np.hypot(centres[:, None], centres)
    uneven = np.exp(norms * side / math.sqrt(2) + side**2 / 12)
    spread, square = _MEAN_DISTANCE * side * uneven, side**2 / 6 * uneven
    low, high = np.zeros(raster.shape), np.zeros(raster.shape)
    farthest = 0.0
    framed = np.pad(raster, 1, constant_values=_UNDECIDED)
    undecided, middle = raster == _UNDECIDED, slice(size // 2 - 1, size // 2 + 1)
    for label in range(verifier.classes):
        to_other = _distances((raster != label) & (raster != _UNDECIDED), side)
        farthest = max(farthest, float(to_other[middle, middle].max()) + side)
        high[undecided] = np.maximum(high, to_other - side / 2 + spread)[undecided]
        own = raster == label
        to_unknown = _distances(framed != label, side)[1:-1, 1:-1] - side / math.sqrt(2)
        low[own] = (to_unknown - spread)[own]
        found = to_other[own]
        high[own] = found - side / 2 + square[own] * (norms[own] + 0.5 / found)
    lower = float((masses * np.maximum(low, 0.0)).sum())
    outside = math.sqrt(2 * beyond) + farthest * beyond
    upper = float((masses * high).sum()) + outside
    # The sums' own rounding, many times over.
    lower, upper = lower * (1 - 1e-9), upper * (1 + 1e-9)

    open_mass = float(masses[undecided].sum())
    known = [float(masses[raster == label].sum()) for label in range(verifier.classes)]
    masses_low = np.array(known) * (1 - 1e-9)
    masses_high = np.minimum(np.array(known) * (1 + 1e-9) + open_mass + beyond, 1.0)
    return EnclosedRadius(
        expected_radius=_enclosed(lower, upper),
        collision_probability=_enclosed(
            float(masses_low @ masses_low), min(float(masses_high @ masses_high), 1.0)
        ),
        masses_low=masses_low,
        masses_high=masses_high,
        undecided=open_mass,
        entropy_bound=bounds.entropy_bound(lower).sharp if lower > 0 else math.inf,
        evaluations=evaluations,
    )


def _raster(
    verifier: Verifier,
    half_width: float,
    halvings: int,
    progress: Callable[[int, int], None] | None,
) -> tuple[IntArray, int]:
    """Verified classes of the smallest cells, and how many cells were tried."""
    size = 2**halvings
    raster = np.full((size, size), _UNDECIDED, dtype=np.int64)
    cells = np.stack(np.meshgrid(*2 * [np.arange(2**_FIRST)], indexing="ij"), -1).reshape(-1, 2)
    evaluations = 0
    for level in range(_FIRST, halvings + 1):
        side = 2 * half_width / 2**level
        centres = -half_width + side * (cells + 0.5)
        labels = verifier.labels(centres)
        # The centres' own rounding is far below the margin of one part in 10^9.
        halves = np.full(len(cells), 0.5 * side * (1 + 1e-9))
        verified = verifier.margins(centres, labels, halves, ball=False) > 0
        evaluations += len(cells)
        width = 2 ** (halvings - level)
        for (row, column), label in zip(cells[verified], labels[verified], strict=True):
            rows = slice(row * width, (row + 1) * width)
            raster[rows, column * width : (column + 1) * width] = label
        nearer = np.maximum(np.linalg.norm(centres, axis=1) - _NEARER, 0.0)
        worth = side * np.exp(-(nearer**2) / 4) > 2 * half_width / 2**halvings
        cells = (2 * cells[~verified & worth][:, None] + _QUARTERS).reshape(-1, 2)
        if progress is not None:
            progress(level, halvings)
    return raster, evaluations


def _distances(wanted: Any, side: float) -> FloatArray:
    """Distances of the centres of all cells to the nearest centre of a wanted one."""
    if not wanted.any():
        return np.full(np.shape(wanted), np.inf)
    return np.asarray(distance_transform_edt(~wanted), dtype=np.float64) * side


def _enclosed(low: float, high: float) -> Interval:
    return Interval((low + high) / 2, low, high, "enclosed", known=Knowledge.ENCLOSED)
