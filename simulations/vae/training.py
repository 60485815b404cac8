"""Training of the autoencoder: seeded, checkpointed each epoch, resumable to the same result."""

import math
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bounds.support.errors import InvalidValueError, shown
from bounds.support.records import code_digests
from bounds.support.sealed import digest
from bounds.support.validation import callback, count, kind, real
from bounds.support.validation import path as valid_path
from simulations.devices import usable_device
from simulations.vae.adversary import Adversaries, Critic
from simulations.vae.data import LARGEST_SEED, ImageArray, LabelArray, valid_images, valid_labels
from simulations.vae.model import VariationalAutoencoder
from simulations.vae.objective import (
    VANILLA,
    Objective,
    batch_loss,
    clip_parameters,
    divergence,
    reconstruction_loss,
    reparameterise,
)
from simulations.vae.states import read_state, write_state

_EVALUATION_BATCH = 1000

_KIND = "checkpoint"


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """Everything, besides the images, that decides what training returns.

    Attributes
    ----------
    objective : Objective
    latent_dimension : int
    channels : int
        See `VariationalAutoencoder`.
    batch : int
        Images a step, at least 2; the last, incomplete batch of an epoch is dropped.
    epochs : int
    learning_rate : float
        Of Adam (arXiv 1412.6980).
    seed : int
        Of initialisation, shuffling and reparameterisation.
    device : str
        Training is deterministic given the seed on ``"cpu"`` (and the number of threads).
    """

    objective: Objective = VANILLA
    latent_dimension: int = 2
    channels: int = 16
    batch: int = 128
    epochs: int = 10
    learning_rate: float = 1e-3
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name, least in (("latent_dimension", 1), ("channels", 1), ("batch", 2), ("epochs", 1)):
            count(getattr(self, name), name, least, 2**20)
        kind(self.objective, "objective", Objective)
        real(self.learning_rate, "learning_rate", 0, math.inf)
        count(self.seed, "seed", 0, LARGEST_SEED)
        kind(self.device, "device", str)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean evidence lower bound of a set of images and its two terms, in nats an image.

    ``elbo = −(reconstruction + divergence)``, one draw of z an image.
    """

    elbo: float
    reconstruction: float
    divergence: float


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A trained autoencoder, the evaluation on the test images after each epoch, and its critic.

    The critic is None where the objective has none.
    """

    model: VariationalAutoencoder
    options: TrainingOptions
    data: str
    history: tuple[Evaluation, ...]
    critic: Critic | None = None


def train(
    train_images: ImageArray,
    test_images: ImageArray,
    options: TrainingOptions,
    *,
    train_labels: LabelArray | None = None,
    data: str = "",
    checkpoint: Path | None = None,
    on_step: Callable[[int, int], None] | None = None,
    on_epoch: Callable[[int, Evaluation], None] | None = None,
) -> TrainedModel:
    """Train an autoencoder; continue from the checkpoint where there is one.

    Parameters
    ----------
    train_images, test_images : float32 arrays of shape (n, size, size), values in [0, 1]
    options : TrainingOptions
    train_labels : int64 array of shape (n,) or None
        Classes from 0 on, for the objectives that ask for classes.
    data : str
        Name of the data set, kept with the model.
    checkpoint : Path or None
        File rewritten, atomically, after each epoch. If it exists, training resumes from it and
        ends with the very parameters it would have had without the interruption. Its options
        may differ in ``epochs`` alone, its images and labels in nothing; and to train further
        takes the code and the version of torch that it was made with.
    on_step : callable or None
        Called with (steps done, steps in all) after each step.
    on_epoch : callable or None
        Called with (epoch, evaluation on the test images) after each epoch.

    Returns
    -------
    TrainedModel
        In evaluation mode.

    Raises
    ------
    ValueError
        The checkpoint is of other options, images or labels, or is damaged or was edited; fewer
        images than a batch; or an objective that needs labels without them.
    MissingError
        The device is not at hand.
    """
    kind(options, "options", TrainingOptions)
    train_images = valid_images(train_images, "train_images")
    test_images = valid_images(test_images, "test_images", int(train_images.shape[1]))
    if train_labels is not None:
        train_labels = valid_labels(train_labels, "train_labels", len(train_images))
    kind(data, "data", str)
    callback(on_step, "on_step")
    callback(on_epoch, "on_epoch")
    checkpoint = None if checkpoint is None else valid_path(checkpoint, "checkpoint")
    if len(train_images) < options.batch:
        raise InvalidValueError(
            f"batch={options.batch}: expected at most the {len(train_images)} images"
        )
    if options.objective.needs_classes and train_labels is None:
        raise InvalidValueError("train_labels=None: expected labels, as classes are asked for")
    device = usable_device(options.device, "float32")
    classes = 1 if train_labels is None else int(train_labels.max()) + 1
    model, adversaries = _initial(int(train_images.shape[1]), classes, options, device)
    optimizer = torch.optim.Adam(model.parameters(), lr=options.learning_rate)
    shuffling = torch.Generator().manual_seed(options.seed)
    noise = torch.Generator(device).manual_seed(options.seed + 1)
    history: list[Evaluation] = []

    made_with: dict[str, Any] = {}
    if checkpoint is not None:
        given = {"train_images": train_images, "train_labels": train_labels}
        made_with = {
            "data": data,
            "size": model.size,
            "images": _digests(given | {"test_images": test_images}),
            "code": {**code_digests(__name__), "torch": str(torch.__version__)},
        }
        if checkpoint.exists():
            state = _read(checkpoint)
            _require_the_same(state, options, made_with, checkpoint)
            with _fitting(checkpoint):
                model.load_state_dict(state["model"])
                optimizer.load_state_dict(state["optimizer"])
                adversaries.restore(state["adversaries"])
                shuffling.set_state(state["shuffling"])
                noise.set_state(state["noise"])
                history = [Evaluation(*terms) for terms in state["history"]]

    images = torch.from_numpy(train_images)
    labels = None if train_labels is None else torch.from_numpy(train_labels)
    steps = len(images) // options.batch
    for epoch in range(len(history), options.epochs):
        model.train()
        order = torch.randperm(len(images), generator=shuffling)
        for step in range(steps):
            rows = order[step * options.batch : (step + 1) * options.batch]
            batch = images[rows].to(device)
            classes_of_batch = None if labels is None else labels[rows].to(device)
            _step(model, optimizer, adversaries, batch, classes_of_batch, options.objective, noise)
            if on_step is not None:
                on_step(epoch * steps + step + 1, options.epochs * steps)
        history.append(evaluate(model, test_images, seed=options.seed))
        if not math.isfinite(history[-1].elbo):
            raise InvalidValueError(
                f"learning_rate={options.learning_rate:g}: the ELBO became {history[-1].elbo} in "
                f"epoch {epoch + 1}: expected a rate at which it stays finite, as 0.001"
            )
        if checkpoint is not None:
            state = {
                **made_with,
                "options": asdict(options),
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "classes": classes,
                "adversaries": adversaries.state(),
                "shuffling": shuffling.get_state(),
                "noise": noise.get_state(),
                "history": [(e.elbo, e.reconstruction, e.divergence) for e in history],
            }
            write_state(checkpoint, _KIND, state)
        if on_epoch is not None:
            on_epoch(epoch + 1, history[-1])
    return TrainedModel(model.eval(), options, data, tuple(history), adversaries.critic)


def load_trained(checkpoint: Path, device: str = "cpu") -> TrainedModel:
    """Read a trained autoencoder from its checkpoint.

    Raises
    ------
    ValueError
        The file does not exist or is not such a checkpoint (the message names it).
    """
    chosen = usable_device(device, "float32")
    state = _read(valid_path(checkpoint, "checkpoint"))
    options = _options_of(state)
    with _fitting(checkpoint):
        model, adversaries = _initial(state["size"], state["classes"], options, chosen)
        model.load_state_dict(state["model"])
        adversaries.restore(state["adversaries"])
        history = tuple(Evaluation(*terms) for terms in state["history"])
    return TrainedModel(model.eval(), options, state["data"], history, adversaries.critic)


@torch.no_grad()
def evaluate(model: VariationalAutoencoder, images: ImageArray, *, seed: int = 0) -> Evaluation:
    """Mean evidence lower bound of images (n, size, size), in evaluation mode."""
    kind(model, "model", VariationalAutoencoder)
    images = valid_images(images, "images", model.size)
    count(seed, "seed", 0, LARGEST_SEED)
    training = model.training
    model.eval()
    device = model.mean.weight.device
    generator = torch.Generator(device).manual_seed(seed)
    totals = np.zeros(2)
    for start in range(0, len(images), _EVALUATION_BATCH):
        batch = torch.from_numpy(images[start : start + _EVALUATION_BATCH]).to(device)
        mean, log_variance = model.encode(batch)
        logits = model.decode_logits(reparameterise(mean, log_variance, generator))
        totals += [
            reconstruction_loss(logits, batch).double().sum().item(),
            divergence(mean, log_variance).double().sum().item(),
        ]
    model.train(training)
    reconstruction, kullback_leibler = (totals / len(images)).tolist()
    return Evaluation(-(reconstruction + kullback_leibler), reconstruction, kullback_leibler)


def _initial(
    size: int, classes: int, options: TrainingOptions, device: torch.device
) -> tuple[VariationalAutoencoder, Adversaries]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        model = VariationalAutoencoder(size, options.latent_dimension, options.channels)
        adversaries = Adversaries(
            options.objective,
            size,
            classes,
            options.latent_dimension,
            options.channels,
            options.learning_rate,
            device,
        )
    return model.to(device), adversaries


def _step(
    model: VariationalAutoencoder,
    optimizer: torch.optim.Optimizer,
    adversaries: Adversaries,
    batch: Tensor,
    labels: Tensor | None,
    objective: Objective,
    noise: torch.Generator,
) -> None:
    count, dim = len(batch), model.latent_dimension
    mean, log_variance = model.encode(batch)
    codes = reparameterise(mean, log_variance, noise)
    # Decoded in one batch, so that its normalisation is one for codes and for the prior, as it
    # will be for the finished model.
    latents, prior = adversaries.draw(count, dim, noise)
    logits = model.decode_logits(torch.cat([codes, latents]))
    loss = batch_loss(objective, mean, log_variance, logits[:count], batch)
    if adversaries.present:
        decoded = torch.sigmoid(logits[count:])
        adversaries.improve(batch, labels, decoded, codes, prior)
        loss = loss + adversaries.loss(model, latents, decoded, codes, prior)
    optimizer.zero_grad()
    loss.backward()  # pyright: ignore[reportUnknownMemberType]
    optimizer.step()  # pyright: ignore[reportUnknownMemberType]
    if objective.clip is not None:
        clip_parameters(model.parameters(), objective.clip)


def _read(checkpoint: Path) -> dict[str, Any]:
    state = read_state(
        checkpoint,
        _KIND,
        *("options", "data", "images", "code", "size", "model", "optimizer", "classes"),
        *("adversaries", "shuffling", "noise", "history"),
    )
    try:
        _options_of(state)
    except (TypeError, ValueError) as error:
        raise InvalidValueError(
            f"{os.fspath(checkpoint)}: not a checkpoint of this program: made with another "
            f"version ({error})"
        ) from error
    return state


def _options_of(state: dict[str, Any]) -> TrainingOptions:
    options: dict[str, Any] = dict(state["options"])
    options["objective"] = Objective(**options["objective"])
    return TrainingOptions(**options)


def _require_the_same(
    state: dict[str, Any], options: TrainingOptions, given: dict[str, Any], checkpoint: Path
) -> None:
    """Raise a ValueError unless a training with these options is the checkpoint's, gone on with."""
    both = ((_options_of(state), state), (options, given))
    saved, wanted = (
        {**asdict(one), **asdict(one.objective), "data": rest["data"], "size": rest["size"]}
        for one, rest in both
    )
    changed = [
        f"{name}={shown(saved[name])}, expected {shown(one)}"
        for name, one in wanted.items()
        if name not in ("objective", "epochs") and saved[name] != one
    ]
    if changed:
        raise InvalidValueError(f"{checkpoint}: made with other options: {'; '.join(changed)}")
    others = [name for name, one in given["images"].items() if state["images"].get(name) != one]
    if others:
        raise InvalidValueError(
            f"{checkpoint}: made with other {', '.join(others)}: give those that it was made with, "
            "or another file"
        )
    # What is finished is read, whatever code has made it; only going on takes the same.
    if len(state["history"]) < options.epochs and state["code"] != given["code"]:
        raise InvalidValueError(
            f"{checkpoint}: after {len(state['history'])} of {options.epochs} epochs, and made "
            "with another version of the code or of torch: give another file"
        )


def _digests(arrays: Mapping[str, NDArray[Any] | None]) -> dict[str, str]:
    """Digests of arrays with their shapes; empty where there is no array."""
    return {
        name: ""
        if array is None
        else digest(repr((array.shape, array.dtype.str)).encode() + array.tobytes())
        for name, array in arrays.items()
    }


@contextmanager
def _fitting(checkpoint: Path) -> Generator[None]:
    try:
        yield
    except Exception as error:  # torch raises many kinds where a state is another network's
        raise InvalidValueError(
            f"{os.fspath(checkpoint)}: its parameters fit no such model"
        ) from error
