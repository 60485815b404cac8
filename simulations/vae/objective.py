"""The variational objective, what can be added to it, and what the additions are called."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from bounds.support.errors import InvalidValueError
from bounds.support.validation import items, kind, real
from simulations.vae.tensors import tensor


@dataclass(frozen=True, slots=True)
class Objective:
    """What training minimises: BCE + β KL, and what is added where its weight is not 0.

    Everything is a sum over a batch, in nats an image or a latent of the prior. The terms on the
    prior's latents are those of `simulations.vae.terms`, which says why each should work.

    Attributes
    ----------
    regularisation : float
        λ ≥ 0, the weight of the talk's regulariser.
    clip : float or None
        Bound to which every parameter is clipped after each step; None: no clipping.
    divergence : float
        β ≥ 0, the weight of the KL divergence (β-VAE, Higgins et al., ICLR 2017).
    realism : float
        Weight of −log P(real | G(z)) by a critic that is trained along on real and on decoded
        images. Without it the critic sees real images only and is a mere classifier.
    information : float
        Weight of −I(class; image), by the critic's classes.
    stability : float
        Weight of the noise stability of the critic's classes.
    consistency : float
        Weight of −log q(z | G(z)) by the encoder.
    discrepancy : float
        Weight of the maximum mean discrepancy of codes and prior.
    adversary : float
        Weight of −log D(code) by a network that tells codes from latents of the prior.
    """

    regularisation: float = 0.0
    clip: float | None = None
    divergence: float = 1.0
    realism: float = 0.0
    information: float = 0.0
    stability: float = 0.0
    consistency: float = 0.0
    discrepancy: float = 0.0
    adversary: float = 0.0

    def __post_init__(self) -> None:
        for name in WEIGHTS:
            real(getattr(self, name), name, 0, sys.float_info.max, closed=True)
        if self.clip is not None:
            real(self.clip, "clip", 0, math.inf)

    @property
    def needs_classes(self) -> bool:
        """Whether a term asks for the classes of images, so that training needs labels."""
        return self.information > 0 or self.stability > 0

    @property
    def needs_critic(self) -> bool:
        """Whether a network on images is trained along."""
        return self.needs_classes or self.realism > 0

    @property
    def decodes_prior(self) -> bool:
        """Whether a term asks for images of the prior's latents."""
        return self.needs_critic or self.consistency > 0


WEIGHTS: Final = tuple(field.name for field in fields(Objective) if field.name != "clip")

TERMS: Final[Mapping[str, Mapping[str, float]]] = {
    "vanilla": {},
    "talk": {"regularisation": 30.0, "clip": 0.3},
    "beta": {"divergence": 4.0},
    "critic": {"realism": 10.0, "information": 5.0},
    "classifier": {"information": 5.0},
    "stability": {"realism": 10.0, "stability": 20.0},
    "closer-and-covered": {"realism": 10.0, "information": 5.0, "stability": 20.0},
    "unlabelled": {"realism": 10.0, "consistency": 1.0},
    "mmd": {"divergence": 0.0, "discrepancy": 100.0},
    "adversarial": {"divergence": 0.0, "adversary": 10.0},
}
"""What each name that ``--objective`` takes sets of an `Objective`.

``classifier`` is the negative control: its classes come from a network that never sees a decoded
image. ``beta`` is the baseline, which only moves along the trade-off.
``closer-and-covered`` is critic and stability together.
"""


def parse_objective(objective: str) -> Objective:
    """Return the objective of names of `TERMS` joined by ``+``, each with a factor on its weights.

    Raises
    ------
    ValueError
        A name is unknown, a factor is no positive number, or two names set one weight.

    Examples
    --------
    >>> parse_objective("critic=2")
    ... # doctest: +NORMALIZE_WHITESPACE
    Objective(regularisation=0.0, clip=None, divergence=1.0, realism=20.0, information=10.0,
              stability=0.0, consistency=0.0, discrepancy=0.0, adversary=0.0)
    >>> parse_objective("classifier+mmd") == Objective(
    ...     information=5.0, divergence=0.0, discrepancy=100.0
    ... )
    True
    """
    kind(objective, "objective", str)
    found: dict[str, float] = {}
    for part in objective.split("+"):
        name, _, written = part.partition("=")
        if name not in TERMS:
            raise InvalidValueError(
                f"objective={objective!r}: {name!r} is none of {', '.join(TERMS)}, joined by + and "
                "each with a factor of its weights if wanted, as critic=2"
            )
        try:
            factor = float(written) if "=" in part else 1.0
        except ValueError:
            factor = 0.0
        if not 0 < factor < float("inf"):
            raise InvalidValueError(
                f"objective={objective!r}: the factor of {name} is {written!r}, "
                "expected a number > 0"
            )
        for key, value in TERMS[name].items():
            if key in found:
                raise InvalidValueError(f"objective={objective!r}: {name} sets {key} a second time")
            found[key] = value if key == "clip" else factor * value
    return Objective(**found)


VANILLA = parse_objective("vanilla")
TALK = parse_objective("talk")


def reparameterise(mean: Tensor, log_variance: Tensor, generator: torch.Generator) -> Tensor:
    """Z = mean + exp(log_variance / 2) ε with ε ~ N(0, I) (Kingma & Welling, arXiv 1312.6114)."""
    tensor(mean, "mean", (None, None))
    tensor(log_variance, "log_variance", tuple(mean.shape))
    kind(generator, "generator", torch.Generator)
    noise = torch.randn(mean.shape, generator=generator, device=mean.device, dtype=mean.dtype)
    return mean + torch.exp(0.5 * log_variance) * noise


def reconstruction_loss(logits: Tensor, images: Tensor) -> Tensor:
    """Binary cross-entropy −Σ [x log x̂ + (1 − x) log(1 − x̂)] over pixels, (n,), in nats."""
    tensor(logits, "logits", (None, None, None))
    tensor(images, "images", tuple(logits.shape))
    losses = functional.binary_cross_entropy_with_logits(logits, images, reduction="none")
    return losses.flatten(1).sum(1)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, diag(exp(log_variance))) ‖ N(0, I)), (n,), in nats.

    = ½ Σ (mean² + exp(log_variance) − 1 − log_variance), Kingma & Welling, appendix B.
    """
    tensor(mean, "mean", (None, None))
    tensor(log_variance, "log_variance", tuple(mean.shape))
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
    tensor(codes, "codes", (None, None))
    tensor(images, "images", (len(codes), None, None))
    half = len(codes) // 2
    code_distances = (codes[:half] - codes[half : 2 * half]).square().sum(1)
    image_distances = (images[:half] - images[half : 2 * half]).flatten(1).square().sum(1)
    distinct = image_distances > 0
    return torch.where(distinct, code_distances, 0) / torch.where(distinct, image_distances, 1)


def batch_loss(
    objective: Objective, mean: Tensor, log_variance: Tensor, logits: Tensor, images: Tensor
) -> Tensor:
    """Σ_batch (BCE + β KL) + λ Σ_{i ≤ b/2} ω(l_i, l_{i + b/2}), a scalar in nats."""
    kind(objective, "objective", Objective)
    tensor(mean, "mean", (None, None))
    tensor(logits, "logits", (len(mean), None, None))
    loss = reconstruction_loss(logits, images).sum()
    if objective.divergence > 0:
        loss = loss + objective.divergence * divergence(mean, log_variance).sum()
    if objective.regularisation > 0:
        loss = loss + objective.regularisation * encoding_ratios(mean, images).sum()
    return loss


@torch.no_grad()
def clip_parameters(parameters: Iterable[Tensor], bound: float) -> None:
    """Clip every entry to [−bound, bound] in place.

    All trainable parameters are clipped, gains and offsets of batch normalisation included, as
    Wasserstein GANs do it (arXiv 1701.07875); running statistics are not parameters.
    """
    kind(parameters, "parameters", Iterator, list, tuple)
    parameters = list(parameters)
    items(parameters, "parameters", torch.Tensor)
    real(bound, "bound", 0, math.inf)
    for parameter in parameters:
        parameter.clamp_(-bound, bound)
