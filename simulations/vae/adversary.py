"""The networks that are trained along with an autoencoder, and what they say of it."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bounds.support.validation import count, kind, real
from simulations.vae.model import VariationalAutoencoder
from simulations.vae.objective import Objective
from simulations.vae.terms import (
    NOISE,
    discrepancy,
    inconsistency,
    mutual_information,
    noise_stability,
    unlikeness,
    unrealism,
)

_HIDDEN = 64
MOMENTA = (0.5, 0.999)  # DCGAN's, arXiv 1511.06434


class Critic(nn.Module):
    """K + 1 logits of an image: its classes, and "generated" (Salimans et al., arXiv 1606.03498).

    Strided convolutions without batch normalisation, which would tell a decoded batch by its
    statistics.

    Parameters
    ----------
    size : int
        Side of the images, at least 5.
    classes : int
        K; 1 where no term asks for classes.
    channels : int
        Channels after the first convolution; the second doubles them.
    """

    def __init__(self, size: int, classes: int, channels: int) -> None:
        super().__init__()
        count(size, "size", 5, 2**12)
        count(classes, "classes", 1, 2**20)
        count(channels, "channels", 1, 2**12)
        self.body = nn.Sequential(
            nn.Conv2d(1, channels, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(2 * channels * (size // 4) ** 2, classes + 1),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Logits, (n, K + 1), of images (n, size, size)."""
        return self.body(images.unsqueeze(1))


class Adversaries:
    """The critic of images and that of codes, as far as the objective needs them.

    Parameters
    ----------
    objective : Objective
    size, classes, latent_dimension, channels : int
    learning_rate : float
        Of Adam.
    device : torch.device
    """

    def __init__(
        self,
        objective: Objective,
        size: int,
        classes: int,
        latent_dimension: int,
        channels: int,
        learning_rate: float,
        device: torch.device,
    ) -> None:
        kind(objective, "objective", Objective)
        count(size, "size", 5, 2**12)
        count(classes, "classes", 1, 2**20)
        count(latent_dimension, "latent_dimension", 1, 2**20)
        count(channels, "channels", 1, 2**12)
        real(learning_rate, "learning_rate", 0, math.inf)
        kind(device, "device", torch.device)
        self._objective = objective
        self.networks = nn.ModuleDict()
        if objective.needs_critic:
            self.networks["images"] = Critic(
                size, classes if objective.needs_classes else 1, channels
            )
        if objective.adversary > 0:
            self.networks["codes"] = nn.Sequential(
                nn.Linear(latent_dimension, _HIDDEN),
                nn.LeakyReLU(0.2),
                nn.Linear(_HIDDEN, _HIDDEN),
                nn.LeakyReLU(0.2),
                nn.Linear(_HIDDEN, 1),
            )
        self.networks.to(device)
        parameters = list(self.networks.parameters())
        self._optimizer = (
            torch.optim.Adam(parameters, lr=learning_rate, betas=MOMENTA) if parameters else None
        )

    def state(self) -> dict[str, Any]:
        """All that `restore` needs to go on to the same result."""
        return {
            "networks": self.networks.state_dict(),
            "optimizer": None if self._optimizer is None else self._optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state."""
        self.networks.load_state_dict(state["networks"])
        if self._optimizer is not None:
            self._optimizer.load_state_dict(state["optimizer"])

    @property
    def critic(self) -> Critic | None:
        """The critic of images, if there is one."""
        found = dict(self.networks.items()).get("images")
        return found if isinstance(found, Critic) else None

    @property
    def present(self) -> bool:
        """Whether the objective adds a term on latents of the prior."""
        objective = self._objective
        return objective.decodes_prior or objective.discrepancy > 0 or objective.adversary > 0

    def draw(self, count: int, dim: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Latents of the prior to decode, (m, d), and others to compare codes with, (n, d).

        Of the first m = 0, n, or, for the noise stability, n and as many at the noise's distance.
        Nothing is drawn that the objective does not use.
        """
        objective = self._objective
        none = torch.empty((0, dim), device=generator.device)

        def normal() -> Tensor:
            return torch.randn((count, dim), generator=generator, device=generator.device)

        latents = normal() if objective.decodes_prior else none
        if objective.stability > 0:
            latents = torch.cat([latents, (1 - NOISE**2) ** 0.5 * latents + NOISE * normal()])
        compared = objective.discrepancy > 0 or objective.adversary > 0
        return latents, normal() if compared else none

    def improve(
        self,
        images: Tensor,
        labels: Tensor | None,
        decoded: Tensor,
        codes: Tensor,
        prior: Tensor,
    ) -> None:
        """Take one step of the networks: on real and decoded images, on codes and the prior."""
        if self._optimizer is None:
            return
        loss = torch.zeros((), device=images.device)
        if "images" in self.networks:
            critic = self.networks["images"]
            if labels is None or not self._objective.needs_classes:
                labels = torch.zeros(len(images), dtype=torch.int64, device=images.device)
            seen = torch.cat([images, decoded.detach()]) if self._objective.realism > 0 else images
            logits = critic(seen)
            loss = loss + functional.cross_entropy(logits[: len(images)], labels)
            if self._objective.realism > 0:
                generated = torch.full_like(labels[:1], logits.shape[1] - 1).expand(len(decoded))
                loss = loss + functional.cross_entropy(logits[len(images) :], generated)
        if "codes" in self.networks:
            critic = self.networks["codes"]
            loss = loss + functional.softplus(critic(codes.detach())).mean()
            loss = loss + functional.softplus(-critic(prior)).mean()
        self._optimizer.zero_grad()
        loss.backward()  # pyright: ignore[reportUnknownMemberType]
        self._optimizer.step()  # pyright: ignore[reportUnknownMemberType]

    def loss(
        self,
        model: VariationalAutoencoder,
        latents: Tensor,
        decoded: Tensor,
        codes: Tensor,
        prior: Tensor,
    ) -> Tensor:
        """What the objective adds, a scalar: means over latents times the size of the batch.

        Parameters
        ----------
        model : VariationalAutoencoder
        latents, decoded : tensors of shapes (m, d), (m, size, size)
            Of the prior, as from `latents`, and their images.
        codes, prior : tensors of shape (n, d)
            Draws of q(z | x), one for each image of the batch, and of the prior.
        """
        objective, count = self._objective, len(codes)
        total = torch.zeros((), device=codes.device)
        self.networks.requires_grad_(False)
        if "images" in self.networks:
            logits = self.networks["images"](decoded)
            log_classes = torch.log_softmax(logits[:, :-1], 1)
            if objective.realism > 0:
                total = total + objective.realism * unrealism(logits)
            if objective.information > 0:
                total = total - objective.information * mutual_information(log_classes)
            if objective.stability > 0:
                pair = log_classes[:count], log_classes[count:]
                total = total + objective.stability * noise_stability(*pair)
        if objective.consistency > 0:
            total = total + objective.consistency * inconsistency(latents, *model.encode(decoded))
        if objective.discrepancy > 0:
            total = total + objective.discrepancy * discrepancy(codes, prior)
        if objective.adversary > 0:
            total = total + objective.adversary * unlikeness(self.networks["codes"](codes))
        self.networks.requires_grad_(True)
        return count * total
