"""The Lipschitz constant of the decoder: certified from above, found from below."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from simulations.generator import GeneratorPartition
from simulations.partition import FloatArray
from simulations.vae.model import VariationalAutoencoder

_ITERATIONS = 100
_SAFETY = 1.01
_BATCH = 64


@dataclass(frozen=True, slots=True)
class LipschitzReport:
    """How far images move when their class changes, against L times the class radius.

    Attributes
    ----------
    upper : float
        Product of the norms of the layers, at least the Lipschitz constant (see `upper_bound`).
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
    z = np.random.default_rng(seed).standard_normal((samples, partition.dim))
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
    """Product over the decoder's layers of their Lipschitz constants in the Euclidean norm.

    Transposed convolutions: the largest singular value of the very operator on images of their
    size, by 100 power iterations in double precision from a random start, times 1.01. (Power
    iterations approach from below; the factor is a stated safety, not a proof.) Batch
    normalisation in evaluation mode is diagonal: max |gain| / sqrt(variance + eps), exactly.
    Rectifiers: 1. The sigmoid: 1/4.
    """
    product = 0.25
    values = torch.zeros(1, model.latent_dimension, 1, 1, dtype=torch.float64)
    for layer in model.decoder:
        if isinstance(layer, nn.ConvTranspose2d):
            product *= _SAFETY * _operator_norm(layer, values.shape)
            values = _linear(layer, values)
        elif isinstance(layer, nn.BatchNorm2d):
            variance = layer.running_var
            assert variance is not None  # batch normalisation here keeps running statistics
            product *= float((layer.weight.abs() / torch.sqrt(variance + layer.eps)).max())
    return product


def lower_bound(model: VariationalAutoencoder, latents: FloatArray) -> float:
    """Largest spectral norm of the Jacobian of the decoder at latents (n, d)."""
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
        largest = max(largest, float(torch.linalg.eigvalsh(gram).max()))
    return math.sqrt(largest)


def _linear(layer: nn.ConvTranspose2d, values: Tensor) -> Tensor:
    stride, padding = layer.stride[0], int(layer.padding[0])
    return functional.conv_transpose2d(values, layer.weight.double().cpu(), None, stride, padding)


def _operator_norm(layer: nn.ConvTranspose2d, shape: torch.Size) -> float:
    stride, padding = layer.stride[0], int(layer.padding[0])
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(shape, generator=generator, dtype=torch.float64)
    norm = 0.0
    for _ in range(_ITERATIONS):
        image = _linear(layer, values / values.norm())
        norm = float(image.norm())
        # The adjoint of a transposed convolution is the convolution with the same weights.
        values = functional.conv2d(image, layer.weight.double().cpu(), None, stride, padding)
    return norm
