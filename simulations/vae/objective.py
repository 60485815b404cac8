"""The variational objective, the talk's regulariser on distant encodings, and weight clipping."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from bounds.support.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class Objective:
    """What training minimises: BCE + KL, and the talk's two additions where they are switched on.

    Attributes
    ----------
    regularisation : float
        λ ≥ 0, the weight of the regulariser.
    clip : float or None
        Bound to which every parameter is clipped after each step; None: no clipping.
    """

    regularisation: float = 0.0
    clip: float | None = None

    def __post_init__(self) -> None:
        if not self.regularisation >= 0:
            raise InvalidValueError(f"regularisation={self.regularisation}: expected a number >= 0")
        if self.clip is not None and not self.clip > 0:
            raise InvalidValueError(f"clip={self.clip}: expected a number > 0 or None")


VANILLA = Objective()
TALK = Objective(regularisation=30.0, clip=0.3)


def reparameterise(mean: Tensor, log_variance: Tensor, generator: torch.Generator) -> Tensor:
    """Z = mean + exp(log_variance / 2) ε with ε ~ N(0, I) (Kingma & Welling, arXiv 1312.6114)."""
    noise = torch.randn(mean.shape, generator=generator, device=mean.device, dtype=mean.dtype)
    return mean + torch.exp(0.5 * log_variance) * noise


def reconstruction_loss(logits: Tensor, images: Tensor) -> Tensor:
    """Binary cross-entropy −Σ [x log x̂ + (1 − x) log(1 − x̂)] over pixels, (n,), in nats."""
    losses = functional.binary_cross_entropy_with_logits(logits, images, reduction="none")
    return losses.flatten(1).sum(1)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, diag(exp(log_variance))) ‖ N(0, I)), (n,), in nats.

    = ½ Σ (mean² + exp(log_variance) − 1 − log_variance), Kingma & Welling, appendix B.
    """
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)


def encoding_ratios(codes: Tensor, images: Tensor) -> Tensor:
    """ω(l_i, l_{i + b/2}) for the ⌊b/2⌋ pairs of a batch of b images.

    ω(l, l') = ‖enc(l) − enc(l')‖² / ‖l − l'‖² (the talk, slide "Motivation"). Images that are
    equal pixel for pixel have equal encodings, and their ratio is counted as 0.

    Parameters
    ----------
    codes : tensor of shape (b, d)
        Encodings, the means of q(z | x).
    images : tensor of shape (b, size, size)

    Returns
    -------
    tensor of shape (⌊b/2⌋,)
    """
    half = len(codes) // 2
    code_distances = (codes[:half] - codes[half : 2 * half]).square().sum(1)
    image_distances = (images[:half] - images[half : 2 * half]).flatten(1).square().sum(1)
    distinct = image_distances > 0
    return torch.where(distinct, code_distances, 0) / torch.where(distinct, image_distances, 1)


def batch_loss(
    objective: Objective, mean: Tensor, log_variance: Tensor, logits: Tensor, images: Tensor
) -> Tensor:
    """Σ_batch (BCE + KL) + λ Σ_{i ≤ b/2} ω(l_i, l_{i + b/2}), a scalar in nats."""
    loss = reconstruction_loss(logits, images).sum() + divergence(mean, log_variance).sum()
    if objective.regularisation > 0:
        loss = loss + objective.regularisation * encoding_ratios(mean, images).sum()
    return loss


@torch.no_grad()
def clip_parameters(parameters: Iterable[Tensor], bound: float) -> None:
    """Clip every entry to [−bound, bound] in place.

    All trainable parameters are clipped, gains and offsets of batch normalisation included, as
    Wasserstein GANs do it (arXiv 1701.07875); running statistics are not parameters.
    """
    for parameter in parameters:
        parameter.clamp_(-bound, bound)
