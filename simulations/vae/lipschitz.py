"""The Lipschitz constant of the decoder: certified from above, found from below."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
import torch
from torch import Tensor, nn
from torch.nn import functional

from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, fits, kind, real, real_array, shown
from bounds.support.validation import seed as valid_seed
from simulations.arrays import FloatArray
from simulations.generators.generator import GeneratorPartition
from simulations.partitions.base import LARGEST, points
from simulations.vae.model import VariationalAutoencoder

# Its functions have no types.
_linalg: Any = torch.linalg

_UNIT = 2.0**-53
_MARGIN = 2.0**-30
_BATCH = 64


@dataclass(frozen=True, slots=True)
class LipschitzReport:
    """How far images move when their class changes, against L times the class radius.

    Attributes
    ----------
    upper : float
        Product of proved bounds on the layers' norms, at least the Lipschitz constant.
    lower : float
        Largest norm of a Jacobian that was found, at most the Lipschitz constant.
    image_distance : float or None
        Mean of ‖g(z) − g(w)‖ over z ~ N(0, I_d) and the witnesses w that were found; None where
        the generator has one class.
    expected_radius : float or None
        Mean of ‖z − w‖ over the same.
    """

    upper: float
    lower: float
    image_distance: float | None
    expected_radius: float | None


def lipschitz_report(
    model: VariationalAutoencoder, partition: GeneratorPartition, samples: int, seed: int = 0
) -> LipschitzReport:
    """Measure the decoder of a model; its latents without a known witness are left out."""
    kind(model, "model", VariationalAutoencoder)
    kind(partition, "partition", GeneratorPartition)
    fits(count(samples, "samples") * partition.dim, "samples", samples)
    z = np.random.default_rng(valid_seed(seed)).standard_normal((samples, partition.dim))
    witnesses = partition.witnesses(z)
    known = np.isfinite(witnesses[:, 0])
    upper = upper_bound(model)
    if not known.any():
        return LipschitzReport(upper, lower_bound(model, z[:1000]), None, None)
    z, witnesses = z[known], witnesses[known]
    change = (partition.decode(z) - partition.decode(witnesses)).reshape(len(z), -1)
    return LipschitzReport(
        upper=upper,
        lower=lower_bound(model, np.concatenate([z[:500], witnesses[:500]])),
        image_distance=float(np.linalg.norm(change, axis=1).mean()),
        expected_radius=float(np.linalg.norm(z - witnesses, axis=1).mean()),
    )


@torch.no_grad()
def upper_bound(model: VariationalAutoencoder) -> float:
    """Product over the decoder's layers of bounds on their Lipschitz constants; never too small.

    Each transposed convolution, as the matrix that it is on images of its size, is merged with
    the batch normalisation after it (in evaluation mode a positive or negative factor for each
    channel) and bounded by `spectral_norm_bound`. Rectifiers: 1. The sigmoid: 1/4. The constant is
    that of the decoder in real arithmetic, with the float32 parameters taken as exact.

    Returns
    -------
    float
        At least the Lipschitz constant from latents to images in Euclidean norms.

    Notes
    -----
    A layer's matrix takes 8 bytes for each pair of an input and an output: 40 MB for the largest
    layer of the autoencoder of 28 × 28 images.
    """
    kind(model, "model", VariationalAutoencoder)
    product = 0.25
    for matrix in _matrices(model):
        # An entry is a weight times a gain divided by a root of a sum: four roundings.
        product *= spectral_norm_bound(matrix, entry_error=5 * _UNIT)
    return product * (1 + 64 * _UNIT)


def spectral_norm_bound(matrix: FloatArray, entry_error: float = 0.0) -> float:
    """A number at least the largest singular value of a matrix, proved by a factorisation.

    Parameters
    ----------
    matrix : float64 array of shape (m, n)
        Finite; no entry other than 0 is near the underflow.
    entry_error : float, optional
        Relative error of each entry: the bound holds for every matrix A so near to `matrix`.

    Returns
    -------
    float
        sqrt(bound on λ_max(A Aᵀ)), larger than the norm by a few parts in 10⁹.

    Notes
    -----
    Our assembly of known bounds. Let u = 2⁻⁵³, γ_k = k u / (1 − k u), A of shape (m, n) with
    m <= n (else transposed), and B the computed A Aᵀ. In whatever order sums are taken,
    |B − A Aᵀ| <= γ_n |A||A|ᵀ entry by entry, so ‖B − A Aᵀ‖ <= γ_n ‖A‖_F². For λ slightly above
    the computed λ_max(B), let M be the computed λ I − B; its diagonal is off by at most u λ. If
    floating-point Cholesky of M runs to its end, then λ_min(M) >= −γ_{m+1}/(1 − γ_{m+1}) tr M
    (Demmel, LAPACK Working Note 14 (1989); Rump, BIT 46 (2006), 433–452), hence
    λ_max(A Aᵀ) <= λ (1 + 2u) + γ_{m+1}/(1 − γ_{m+1}) tr M + γ_n ‖A‖_F². The eigenvalue itself is
    not trusted: were it too small, the factorisation would stop, and a larger λ is searched by
    growing steps and bisection. Errors of at most e |A| in the entries move the norm by at most
    e ‖A‖_F.

    Examples
    --------
    >>> 5.0 <= spectral_norm_bound(np.array([[3.0, 0.0], [4.0, 0.0]])) < 5.00000002
    True
    """
    matrix = real_array(matrix, "matrix", "fiu")
    # Beyond, squares are no numbers.
    if matrix.ndim != 2 or not matrix.size or not (np.abs(matrix) <= LARGEST).all():
        raise InvalidValueError(
            f"matrix={shown(matrix)}: expected finite numbers of at most {LARGEST:g}, (m, n)"
        )
    real(entry_error, "entry_error", 0, 1, closed=True)
    small = matrix if matrix.shape[0] <= matrix.shape[1] else np.ascontiguousarray(matrix.T)
    size, terms = small.shape
    frobenius = float(np.einsum("ij,ij->", small, small)) * (1 + _gamma(small.size))
    if frobenius == 0:
        return 0.0
    gram = small @ small.T
    top = float(scipy.linalg.eigvalsh(gram, subset_by_index=(size - 1, size - 1))[0])
    level = max(top, frobenius / size) * (1 + _MARGIN)
    below, step = 0.0, 2**10 * _MARGIN
    while not _factors(level * np.eye(size) - gram):
        below, level, step = level, level * (1 + step), 2 * step
    while 0 < below < level / (1 + 2**10 * _MARGIN):
        middle = (below + level) / 2
        if _factors(middle * np.eye(size) - gram):
            level = middle
        else:
            below = middle
    shifted = level * np.eye(size) - gram
    trace = float(np.trace(shifted)) * (1 + _gamma(size))
    cholesky = _gamma(size + 1) / (1 - _gamma(size + 1)) * trace
    square = level * (1 + 2 * _UNIT) + cholesky + _gamma(terms) * frobenius
    return (math.sqrt(square) + entry_error * math.sqrt(frobenius)) * (1 + 16 * _UNIT)


def lower_bound(model: VariationalAutoencoder, latents: FloatArray) -> float:
    """Largest spectral norm of the Jacobian of the decoder at latents (n, d)."""
    kind(model, "model", VariationalAutoencoder)
    latents = points(latents, model.latent_dimension, "latents")
    largest = 0.0
    weight = model.mean.weight

    def image(latent: Tensor) -> Tensor:
        return model.decode(latent[None]).flatten()

    jacobians = torch.vmap(torch.func.jacfwd(image))
    for start in range(0, len(latents), _BATCH):
        batch = torch.from_numpy(latents[start : start + _BATCH]).to(weight)
        jacobian = jacobians(batch).detach().double()
        # The squared norm is the largest eigenvalue of the small d × d Gram matrix.
        gram = jacobian.transpose(1, 2) @ jacobian
        largest = max(largest, float(_linalg.eigvalsh(gram).max()))
    return math.sqrt(largest)


def _matrices(model: VariationalAutoencoder) -> Generator[FloatArray, None, None]:
    """The decoder's linear layers as matrices of shape (inputs, outputs)."""
    values = torch.zeros(1, model.latent_dimension, 1, 1, dtype=torch.float64)
    layers = list(model.decoder)
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        if not isinstance(layer, nn.ConvTranspose2d):
            continue
        basis = torch.eye(values.numel(), dtype=torch.float64).reshape(-1, *values.shape[1:])
        # A sum of one weight and zeros is exact.
        images = functional.conv_transpose2d(
            basis, layer.weight.double().cpu(), None, layer.stride[0], int(layer.padding[0])
        )
        values = images[:1]
        if isinstance(following, nn.BatchNorm2d):
            variance = following.running_var
            assert variance is not None  # batch normalisation here keeps running statistics
            scale = following.weight.double() / torch.sqrt(variance.double() + following.eps)
            images = images * scale.cpu()[:, None, None]
        yield images.flatten(1).numpy()


def _gamma(terms: int) -> float:
    return terms * _UNIT / (1 - terms * _UNIT)


def _factors(matrix: FloatArray) -> bool:
    try:
        scipy.linalg.cholesky(matrix, lower=True, overwrite_a=False)
    except scipy.linalg.LinAlgError:
        return False
    return True
