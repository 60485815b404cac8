"""How each example is trained: seeded, on half of the digits, the same for any number of threads.

The judge is trained on the other half (`simulations.vae.judges`), so that nothing that it says of
an example was told to the example.
"""

# Some of torch's functions have parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from simulations.examples.networks import (
    ConvolutionalGenerator,
    DiffusionSampler,
    Field,
    FlowSampler,
    points_of,
)
from simulations.vae.adversary import MOMENTA, Critic
from simulations.vae.classifier import shifted
from simulations.vae.data import Digits
from simulations.vae.objective import parse_objective
from simulations.vae.terms import unrealism
from simulations.vae.training import TrainingOptions, train

Progress: TypeAlias = Callable[[int, int], None]

_CODES = 10
_BATCH = 64
_FIELD_BATCH = 128
_DECAY = 0.998


@dataclass(frozen=True, slots=True)
class Example:
    """A network that is trained on digits.

    Attributes
    ----------
    title : str
        With its source.
    train : callable
        (digits, seed, steps, on_step) to a module in evaluation mode.
    steps : int
        Of training, by default.
    dim : int
        Of what the module takes: latents N(0, I), or the pixels of an image.
    """

    title: str
    train: Callable[[Digits, int, int, Progress], nn.Module]
    steps: int
    dim: int


def _autoencoder(
    objective: str, digits: Digits, seed: int, steps: int, on_step: Progress
) -> nn.Module:
    """The talk's autoencoder with an objective; whole epochs, `steps` or a few fewer."""
    epochs = max(1, steps // (len(digits.train_images) // _BATCH))
    options = TrainingOptions(
        parse_objective(objective), _CODES, channels=32, batch=_BATCH, epochs=epochs, seed=seed
    )
    trained = train(digits.train_images, digits.test_images, options, on_step=on_step)
    return trained.model


def _adversarial(
    dim: int, digits: Digits, seed: int, steps: int, on_step: Progress
) -> ConvolutionalGenerator:
    """A DCGAN; its critic sees real and decoded images moved alike by at most a pixel.

    Moving both is what keeps a critic from knowing the few images by heart (Zhao et al., arXiv
    2006.10738). The generator is the average of those of the last steps, weights that fade
    exponentially.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = ConvolutionalGenerator(dim)
        critic = Critic(digits.size, 1, channels=24)
    average = _average(model)
    optimizers = [
        torch.optim.Adam(one.parameters(), lr=1e-3, betas=MOMENTA) for one in (model, critic)
    ]
    draws = torch.Generator().manual_seed(seed)
    images = torch.from_numpy(digits.train_images)
    real, generated = torch.zeros(_BATCH, dtype=torch.int64), torch.ones(_BATCH, dtype=torch.int64)
    for step in range(steps):
        rows = torch.randint(len(images), (_BATCH,), generator=draws)
        decoded = model(torch.randn((_BATCH, dim), generator=draws))
        seen, decoded = (shifted(one, 1, draws) for one in (images[rows], decoded))
        told = functional.cross_entropy(critic(seen), real) + functional.cross_entropy(
            critic(decoded.detach()), generated
        )
        _descend(optimizers[1], told)
        _descend(optimizers[0], unrealism(critic(decoded)))
        average.update_parameters(model)
        on_step(step + 1, steps)
    return cast(ConvolutionalGenerator, average.module).eval()


def _flow(digits: Digits, seed: int, steps: int, on_step: Progress) -> FlowSampler:
    """Flow matching along straight lines (Lipman et al., arXiv 2210.02747).

    The least squares of v((1 − t) z + t x, t) − (x − z) over images x, latents z and times t.
    """

    def loss(field: Field, x: Tensor, z: Tensor, t: Tensor) -> Tensor:
        return functional.mse_loss(field((1 - t) * z + t * x, t), x - z)

    return FlowSampler(_field(digits, seed, steps, on_step, loss)).eval()


def _diffusion(digits: Digits, seed: int, steps: int, on_step: Progress) -> DiffusionSampler:
    """The least squares of ε(a x + b z, t) − z, (a, b) = (cos, sin)(π t / 2).

    Ho, Jain & Abbeel, arXiv 2006.11239, in continuous time.
    """

    def loss(field: Field, x: Tensor, z: Tensor, t: Tensor) -> Tensor:
        angle = torch.pi / 2 * t
        return functional.mse_loss(field(angle.cos() * x + angle.sin() * z, t), z)

    return DiffusionSampler(_field(digits, seed, steps, on_step, loss)).eval()


def _field(
    digits: Digits,
    seed: int,
    steps: int,
    on_step: Progress,
    loss: Callable[[Field, Tensor, Tensor, Tensor], Tensor],
) -> Field:
    points = points_of(digits)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        field = Field(points.shape[1])
    average = _average(field)
    optimizer = torch.optim.Adam(field.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2e-3, total_steps=steps + 1)
    draws = torch.Generator().manual_seed(seed)
    for step in range(steps):
        x = points[torch.randint(len(points), (_FIELD_BATCH,), generator=draws)]
        z = torch.randn(x.shape, generator=draws)
        _descend(optimizer, loss(field, x, z, torch.rand((len(x), 1), generator=draws)))
        schedule.step()
        average.update_parameters(field)
        on_step(step + 1, steps)
    return cast(Field, average.module)


def _average(model: nn.Module) -> AveragedModel:
    return AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(_DECAY), use_buffers=True)


def _descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()  # pyright: ignore[reportUnknownMemberType]
    optimizer.step()  # pyright: ignore[reportUnknownMemberType]


EXAMPLES: Final[Mapping[str, Example]] = {
    "vae": Example(
        "variational autoencoder, arXiv 1312.6114", partial(_autoencoder, "vanilla"), 4_000, _CODES
    ),
    "wae": Example(
        "Wasserstein autoencoder (MMD), arXiv 1711.01558",
        partial(_autoencoder, "mmd"),
        4_000,
        _CODES,
    ),
    "aae": Example(
        "adversarial autoencoder, arXiv 1511.05644",
        partial(_autoencoder, "adversarial"),
        4_000,
        _CODES,
    ),
    "dcgan": Example("DCGAN, arXiv 1511.06434", partial(_adversarial, 64), 4_000, 64),
    "flow": Example("flow matching, arXiv 2210.02747", _flow, 8_000, 64),
    "ddim": Example("diffusion sampled by DDIM, arXiv 2010.02502", _diffusion, 8_000, 64),
}
"""The generators, by the name that commands take."""
