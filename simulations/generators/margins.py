"""What points from a latent towards the other classes: margins and their gradients.

The margin of class j seen from class i is log p_j - log p_i, or log p_j - max(log tau, log p_i)
where latents below a threshold tau are holes: it is positive only where the label is another one.
Its gradient is asked of torch where torch can tell, else found by differences, and where a
classifier answers 0 or 1 it is that of a linear classifier fitted to the labels. Gradients only
say where to look; whatever they are, a point counts as a witness by its computed label alone.
"""

# Some of torch's functions have parameters without types.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import scipy.optimize

from simulations.arrays import FloatArray, IntArray

MOST_DIRECTIONS = 64
"""Directions in which differences are taken; in more dimensions the rest is taken from a fit."""

_BATCH = 512
_STEP = 1e-3
_FIT_NUMBERS = 1e8
_FIT_STEPS = 60
_FIT_PENALTY = 1e-5
_FIT_DIGITS = 3
_BASIS_SEED = 0xBA515


class Margins(Protocol):
    """Margins of the classes at latents."""

    classes: int

    @property
    def rounds(self) -> int:
        """How often gradients may be asked for again, after those at the latent itself."""
        ...

    @property
    def kept(self) -> int:
        """For how many of the classes that were tried first, beside that of the best witness."""
        ...

    def values(self, z: FloatArray, own: IntArray) -> FloatArray:
        """Margins (n, K) of all classes at `z` (n, d) seen from `own` (n,), -inf for that one."""
        ...

    def gradients(self, z: FloatArray, own: IntArray, targets: IntArray) -> FloatArray:
        """Gradients (n, m, d) of the margins of the classes `targets` (n, m)."""
        ...


def margins_of(log_probabilities: FloatArray, own: IntArray, floor: float) -> FloatArray:
    """Margins (n, K) from log-probabilities (n, K); `floor` is log tau, -inf without holes."""
    rows = np.arange(len(own))
    with np.errstate(invalid="ignore"):
        margins = log_probabilities - np.maximum(log_probabilities[rows, own], floor)[:, None]
    margins[rows, own] = -np.inf
    return np.where(np.isnan(margins), -np.inf, margins)


class LinearFit:
    """A softmax regression fitted to the labels, or the probabilities, of many latents.

    Its logits W z + b are those of the most likely linear classifier; the boundaries of a
    generator are not flat, so it only proposes.

    Parameters
    ----------
    z : array of shape (n, d)
    probabilities : array of shape (n, K)
        Rows that sum to 1.

    Examples
    --------
    >>> z = np.random.default_rng(0).standard_normal((2000, 3))
    >>> fit = LinearFit(z, np.eye(3)[z.argmax(axis=1)])
    >>> towards = fit.weights[1] - fit.weights[0]
    >>> bool(towards[1] > 0 > towards[0] and abs(towards[2]) < 0.1 * towards[1])
    True
    """

    def __init__(self, z: FloatArray, probabilities: FloatArray) -> None:
        n, d = z.shape
        k = probabilities.shape[1]
        kept = slice(None, None, max(1, -(-n * (d + 1) * k // int(_FIT_NUMBERS))))
        x = np.concatenate([z[kept], np.ones((len(z[kept]), 1))], axis=1)
        y = probabilities[kept]

        def loss(flat: FloatArray) -> tuple[float, FloatArray]:
            logits = x @ flat.reshape(d + 1, k)
            top = logits.max(axis=1, keepdims=True)
            np.exp(logits - top, out=logits)
            total = logits.sum(axis=1, keepdims=True)
            logits /= total
            likelihood = float((y * np.log(np.maximum(logits, 1e-300))).sum()) / len(x)
            gradient = x.T @ (logits - y) / len(x) + _FIT_PENALTY * flat.reshape(d + 1, k)
            return 0.5 * _FIT_PENALTY * float(flat @ flat) - likelihood, gradient.ravel()

        found = scipy.optimize.minimize(
            loss,
            np.zeros((d + 1) * k),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _FIT_STEPS},
        )
        table = np.asarray(found.x, dtype=np.float64).reshape(d + 1, k)
        scale = float(np.abs(table).max()) or 1.0
        # Sums are rounded otherwise on other processors: keep the digits that are not.
        table = np.round(table / scale, _FIT_DIGITS) * scale
        self.weights, self.bias = np.ascontiguousarray(table[:-1].T), table[-1]

    def values(self, z: FloatArray, own: IntArray) -> FloatArray:
        """Differences (n, K) of the fitted logits to that of `own`, -inf for that one."""
        # einsum sums each row alike whatever the number of rows.
        logits = np.einsum("nd,kd->nk", z, self.weights) + self.bias
        return margins_of(logits, own, -np.inf)


class Probabilities(Protocol):
    """A generator with a classifier, as far as its margins need it."""

    dim: int
    classes: int

    def log_probabilities(self, z: FloatArray) -> FloatArray:
        """Logarithms (n, K) of the class probabilities of latents (n, d)."""
        ...

    def differentiable(self, z: FloatArray) -> tuple[Any, Any]:
        """Tensors of the latents and, with their graph, of their log-probabilities."""
        ...


class TorchMargins:
    """Margins whose gradients torch knows.

    Parameters
    ----------
    source : Probabilities
    floor : float
        log tau, or -inf without holes.
    """

    rounds = 2
    kept = 2

    def __init__(self, source: Probabilities, floor: float) -> None:
        self.classes = source.classes
        self._source = source
        self._floor = floor

    def values(self, z: FloatArray, own: IntArray) -> FloatArray:
        """Margins (n, K)."""
        return margins_of(self._source.log_probabilities(z), own, self._floor)

    def gradients(self, z: FloatArray, own: IntArray, targets: IntArray) -> FloatArray:
        """Gradients (n, m, d), one pass backwards for each column of targets."""
        parts = [
            self._gradients(z[start : start + _BATCH], own[start : start + _BATCH], rows)
            for start in range(0, len(z), _BATCH)
            for rows in [targets[start : start + _BATCH]]
        ]
        return np.concatenate(parts)

    def _gradients(self, z: FloatArray, own: IntArray, targets: IntArray) -> FloatArray:
        import torch

        rows = torch.arange(len(z))
        with torch.enable_grad():
            latents, logs = self._source.differentiable(z)
            seen_from = logs[rows, torch.from_numpy(own)]
            seen_from = torch.where(seen_from > self._floor, seen_from, 0.0)
            parts: list[torch.Tensor] = [
                torch.autograd.grad(
                    (logs[rows, torch.from_numpy(column)] - seen_from).sum(),
                    latents,
                    retain_graph=True,
                )[0]
                for column in np.ascontiguousarray(targets.T)
            ]
        return torch.stack(parts, 1).double().cpu().numpy()


class Differences:
    """Margins by differences of probabilities that only a call can tell.

    In at most `MOST_DIRECTIONS` dimensions along an orthonormal basis. In more, along that many
    directions, and across them the gradient is that of the fit.

    Parameters
    ----------
    source : Probabilities
    floor : float
        log tau, or -inf without holes.
    fit : LinearFit or None
        Needed in more than `MOST_DIRECTIONS` dimensions.
    """

    def __init__(self, source: Probabilities, floor: float, fit: LinearFit | None) -> None:
        self.classes = source.classes
        self._source = source
        self._floor = floor
        self._fit = fit
        self._basis = orthonormal(source.dim, min(source.dim, MOST_DIRECTIONS))

    @property
    def rounds(self) -> int:
        """Fewer in more dimensions, as each costs as many calls."""
        return min(3, max(1, 48 // len(self._basis)))

    @property
    def kept(self) -> int:
        """None: a gradient costs as many calls as there are directions."""
        return 0

    def values(self, z: FloatArray, own: IntArray) -> FloatArray:
        """Margins (n, K)."""
        return margins_of(self._source.log_probabilities(z), own, self._floor)

    def gradients(self, z: FloatArray, own: IntArray, targets: IntArray) -> FloatArray:
        """Gradients (n, m, d) by forward differences."""
        n, d = z.shape
        moved = (z[:, None] + _STEP * self._basis).reshape(-1, d)
        logs = self._source.log_probabilities(np.concatenate([z, moved]))
        here, there = logs[:n], logs[n:].reshape(n, len(self._basis), -1)
        rows = np.arange(n, dtype=np.int64)
        with np.errstate(invalid="ignore"):
            slopes = (there - here[:, None]) / _STEP
        chosen = np.take_along_axis(slopes, targets[:, None, :], axis=2)
        above = here[rows, own] > self._floor
        chosen = chosen - np.where(above[:, None], slopes[rows, :, own], 0.0)[:, :, None]
        along = np.einsum("nbm,bd->nmd", chosen, self._basis)
        if self._fit is None:
            return along
        weights = self._fit.weights
        prior = weights[targets] - weights[own][:, None]
        inside = np.einsum("nmd,bd->nmb", prior, self._basis)
        return along + prior - np.einsum("nmb,bd->nmd", inside, self._basis)


def orthonormal(dim: int, count: int) -> FloatArray:
    """Fixed orthonormal rows (count, d) in no special position to the axes."""
    rng = np.random.default_rng(_BASIS_SEED)
    basis, _ = np.linalg.qr(rng.standard_normal((dim, count)))
    return np.ascontiguousarray(basis.T)
