"""Generators of 8 x 8 images besides the autoencoder: of a GAN, of a flow, of a diffusion."""

# Some of torch's functions have parameters without types.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from simulations.vae.data import Digits

SIDE = 8
"""Of the images, in pixels."""

_LATEST = 0.98


class ConvolutionalGenerator(nn.Module):
    """The generator of a DCGAN (Radford, Metz & Chintala, arXiv 1511.06434).

    Transposed convolutions from one pixel to 2 x 2, 4 x 4 and 8 x 8, batch normalisation and
    rectifiers between them, a convolution and a sigmoid at the end.

    Parameters
    ----------
    dim : int
        Of the latents N(0, I).
    channels : int
        After the last transposed convolution; twice and four times as many before.

    Examples
    --------
    >>> ConvolutionalGenerator(16)(torch.zeros(3, 16)).shape
    torch.Size([3, 8, 8])
    """

    def __init__(self, dim: int, channels: int = 24) -> None:
        super().__init__()
        widths = (4 * channels, 2 * channels, channels)
        self.body = nn.Sequential(
            nn.ConvTranspose2d(dim, widths[0], 2, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
            nn.ConvTranspose2d(widths[0], widths[1], 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(widths[1]),
            nn.ReLU(),
            nn.ConvTranspose2d(widths[1], widths[2], 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(widths[2]),
            nn.ReLU(),
            nn.Conv2d(widths[2], 1, 3, padding=1),
        )

    def forward(self, latents: Tensor) -> Tensor:
        """Grey levels in [0, 1], (n, 8, 8), of latents (n, d)."""
        return torch.sigmoid(self.body(latents[:, :, None, None]).squeeze(1))


class Field(nn.Module):
    """A residual network of a point of R^dim and a time in [0, 1].

    Parameters
    ----------
    dim : int
    width : int
        Of the hidden layers.
    depth : int
        Number of residual layers.
    frequencies : int
        The time enters as sin and cos of π t / 2, π t, 2 π t, ..., so many.

    Examples
    --------
    >>> Field(64)(torch.zeros(3, 64), torch.zeros(1, 1)).shape
    torch.Size([3, 64])
    """

    def __init__(self, dim: int, width: int = 256, depth: int = 3, frequencies: int = 8) -> None:
        super().__init__()
        self.frequencies = nn.Buffer(math.pi / 2 * 2.0 ** torch.arange(frequencies))
        self.first = nn.Linear(dim, width)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.times = nn.ModuleList(nn.Linear(2 * frequencies, width) for _ in range(depth + 1))
        self.last = nn.Linear(width, dim)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Values (n, dim) at points (n, dim) and times (n, 1), or (1, 1) for all."""
        angles = t * self.frequencies
        waves = torch.cat([angles.sin(), angles.cos()], 1)
        hidden = self.first(x) + self.times[0](waves)
        for layer, time in zip(self.layers, self.times[1:], strict=True):
            hidden = hidden + layer(nn.functional.silu(hidden + time(waves)))
        return self.last(nn.functional.silu(hidden))


class FlowSampler(nn.Module):
    """The flow of a vector field from N(0, I) to images, a function of the latent.

    Solves x' = v(x, t), x(0) = z, up to t = 1 by the midpoint rule (Lipman et al., arXiv
    2210.02747).

    Parameters
    ----------
    field : Field
        v.
    steps : int
    """

    def __init__(self, field: Field, steps: int = 8) -> None:
        super().__init__()
        self.field = field
        self.steps = steps

    def forward(self, latents: Tensor) -> Tensor:
        """Grey levels, (n, 8, 8), mostly in [0, 1], of latents (n, 64)."""
        x, step = latents, 1 / self.steps
        for place in range(self.steps):
            t = x.new_full((1, 1), place * step)
            middle = x + step / 2 * self.field(x, t)
            x = x + step * self.field(middle, t + step / 2)
        return images_of(x)


class DiffusionSampler(nn.Module):
    """Deterministic sampling of a diffusion, η = 0 of Song, Meng & Ermon, arXiv 2010.02502.

    The diffusion is x_t = a x + b ε with (a, b) = (cos, sin)(π t / 2), of which the field tells
    ε from x_t. A step to s < t keeps ε and the image that it implies (their equation 12):
    x_s = a_s (x_t − b_t ε) / a_t + b_s ε. It begins at t = 0.98, where a² = 0.001: at 1 the image
    is undetermined.

    Parameters
    ----------
    field : Field
        ε.
    steps : int
    """

    def __init__(self, field: Field, steps: int = 20) -> None:
        super().__init__()
        self.field = field
        self.steps = steps

    def forward(self, latents: Tensor) -> Tensor:
        """Grey levels, (n, 8, 8), mostly in [0, 1], of latents (n, 64)."""
        x = latents
        for place in range(self.steps):
            t, s = (_LATEST * (1 - one / self.steps) for one in (place, place + 1))
            noise = self.field(x, x.new_full((1, 1), t))
            image = (x - math.sin(math.pi / 2 * t) * noise) / math.cos(math.pi / 2 * t)
            x = math.cos(math.pi / 2 * s) * image + math.sin(math.pi / 2 * s) * noise
        return images_of(x)


def points_of(digits: Digits) -> Tensor:
    """The training images as points (n, 64) of [-1, 1]^64, where N(0, I) is of their size."""
    return 2 * torch.from_numpy(digits.train_images).flatten(1) - 1


def images_of(points: Tensor) -> Tensor:
    """Images (n, 8, 8) of points (n, 64): the inverse of `points_of`."""
    return ((points + 1) / 2).reshape(points.shape[0], SIDE, SIDE)
