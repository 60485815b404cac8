"""Labels and radii among given centres by torch, on a GPU or another of its devices.

Scores s_j = x.c_j - |c_j|^2/2, as in `simulations.cells.screening` but in float64, are one matrix
product; the centres with the highest of them are compared exactly. With rho and R the distances to
the nearest centre and to the nearest bisector found, a centre outside the highest can matter only
if its score is at least s_i - 2 R (rho + R) - 2 E, where E bounds the error of a score. A point for
which the lowest of the highest scores does not exclude that is left to the kernel on the CPU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulations.arrays import FloatArray, IntArray
from simulations.cells.bisectors import Bisectors
from simulations.devices import usable_device

if TYPE_CHECKING:
    import torch

HIGHEST = 16
"""Centres compared exactly for each point."""

PIECE_NUMBERS = 2**26
"""Numbers in the largest array at a time, 512 MB."""


class TorchBisectors:
    """`Bisectors` on a device of torch; radii differ from its by rounding only.

    Parameters
    ----------
    centres : array of shape (K, d)
        Finite and distinct.
    device : str
        As torch names it: ``"cuda"``, ``"cuda:1"``, ``"cpu"``.

    Raises
    ------
    ValueError
        If torch knows no such device, or that has no float64.
    MissingError
        If torch is not installed, or the device is not at hand.
    """

    def __init__(self, centres: FloatArray, device: str) -> None:
        self._device = usable_device(device)
        import torch

        self._centres = torch.tensor(centres, dtype=torch.float64, device=self._device)
        self._host = Bisectors(centres)
        self._origin = self._centres.median(dim=0).values
        self._moved = self._centres - self._origin
        squares = self._moved.square().sum(1)
        self._half_squares = squares / 2
        self._largest = float(squares.max()) ** 0.5

    def kernel(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and radii of the rows of `z`; the radius is inf if there is one centre only."""
        import torch

        classes, dim = self._centres.shape
        if classes <= 2:
            return self._host.kernel(z)
        labels, radii = np.empty(len(z), dtype=np.int64), np.empty(len(z))
        step = max(1, PIECE_NUMBERS // max(classes, HIGHEST * dim))
        for start in range(0, len(z), step):
            part = slice(start, start + step)
            points = torch.tensor(z[part], dtype=torch.float64, device=self._device)
            found, distance, sure = self._piece(points)
            labels[part], radii[part] = found.cpu().numpy(), distance.cpu().numpy()
            rows = start + np.flatnonzero(~sure.cpu().numpy())
            if rows.size:
                labels[rows], radii[rows] = self._host.kernel(z[rows])
        return labels, radii

    def _piece(self, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Labels, radii, and whether they are certain."""
        import torch

        classes, dim = self._centres.shape
        x = z - self._origin
        scores = x @ self._moved.T - self._half_squares
        # One more than is compared, whose score bounds those of all the rest.
        best = scores.topk(min(HIGHEST + 1, classes), dim=1)
        compared = best.indices[:, :HIGHEST]
        offsets = z[:, None] - self._centres[compared]
        nearest = offsets.square().sum(2).argmin(dim=1, keepdim=True)
        label = compared.gather(1, nearest)
        own = offsets.gather(1, nearest[:, :, None].expand(-1, -1, dim))
        differences = self._centres[label] - self._centres[compared]
        lengths = differences.square().sum(2).sqrt()
        distances = (differences * (own + differences / 2)).sum(2) / lengths
        distances = torch.where(compared == label, torch.inf, distances)
        radius = distances.min(dim=1).values
        sure = (radius >= 0) & (radius < torch.inf)
        if classes > HIGHEST:
            rho = own.square().sum((1, 2)).sqrt()
            length = x.square().sum(1).sqrt()
            # Sixteen times the rounding-error bound of simulations.cells.screening, with u = 2^-53.
            size = self._largest * length + self._largest**2 + length**2
            error = (dim + 8) * 2.0**-49 * size
            own_score = scores.gather(1, label)[:, 0]
            reach = own_score - 2 * radius * (rho + radius) * (1 + 1e-9) - 2 * error
            sure &= best.values[:, HIGHEST] < reach
        return label[:, 0], radius, sure
