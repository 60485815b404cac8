"""Small classifiers of digits with calibrated probabilities and a feature space."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor, nn
from torch.nn import functional

from bounds.support.errors import InvalidValueError
from bounds.support.validation import callback, choice, count, kind
from bounds.support.validation import path as valid_path
from simulations.devices import usable_device
from simulations.generators.contract import probabilities_of
from simulations.vae.data import (
    LARGEST_SEED,
    Digits,
    ImageArray,
    LabelArray,
    valid_images,
    valid_labels,
)
from simulations.vae.states import read_state, write_state
from simulations.vae.tensors import tensor

_KIND = "classifier"
_EVALUATION_BATCH = 1000
_BATCH = 64
_PEAK_LEARNING_RATE = 5e-3
_HIDDEN = 256

Architecture: TypeAlias = Literal["convolutional", "dense"]


class Classifier(nn.Module):
    """Two convolutional blocks or a dense layer, then a feature layer and a linear layer.

    Probabilities are softmax(logits / temperature); the temperature is fitted after training
    (Guo, Pleiss, Sun & Weinberger, arXiv 1706.04599).

    Parameters
    ----------
    size : int
        Side of the images, at least 4.
    classes : int
    architecture : "convolutional" or "dense"
    """

    FEATURES = 64

    def __init__(
        self, size: int, classes: int = 10, architecture: Architecture = "convolutional"
    ) -> None:
        super().__init__()
        count(size, "size", 4, 2**12)
        count(classes, "classes", 1, 2**20)
        choice(architecture, "architecture", get_args(Architecture))
        if architecture == "dense":
            self.body = nn.Sequential(
                nn.Flatten(),
                nn.Linear(size**2, _HIDDEN, bias=False),
                nn.BatchNorm1d(_HIDDEN),
                nn.ReLU(),
                nn.Linear(_HIDDEN, self.FEATURES),
                nn.ReLU(),
            )
        else:
            self.body = nn.Sequential(
                nn.Conv2d(1, 16, 3, padding=1, bias=False),
                nn.BatchNorm2d(16),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(16, 32, 3, padding=1, bias=False),
                nn.BatchNorm2d(32),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Linear(32 * (size // 4) ** 2, self.FEATURES),
                nn.ReLU(),
            )
        self.head = nn.Linear(self.FEATURES, classes)
        self.temperature = nn.Buffer(torch.ones(()))
        self.size = size
        self.classes = classes
        self.architecture: Architecture = architecture

    def features(self, images: Tensor) -> Tensor:
        """Last hidden layer, (n, 64), of images (n, size, size)."""
        return self.body(images.unsqueeze(1))

    def logits(self, images: Tensor) -> Tensor:
        """Uncalibrated logits, (n, classes)."""
        return self.head(self.features(images))

    def forward(self, images: Tensor) -> Tensor:
        """Calibrated probabilities, (n, classes)."""
        return torch.softmax(self.logits(images) / self.temperature, dim=1)


@dataclass(frozen=True, slots=True)
class ClassifierReport:
    """How good a classifier is on held-out images.

    Attributes
    ----------
    accuracy : float
        Share of the test images given their label.
    images : int
        Number of test images.
    temperature : float
        Fitted on a part of the training images that the weights were not fitted to.
    calibration_error, calibration_error_before : float
        Expected calibration error on the test images over 15 bins of confidence, with the
        temperature and without it.
    """

    accuracy: float
    images: int
    temperature: float
    calibration_error: float
    calibration_error_before: float


def train_classifier(
    digits: Digits,
    *,
    epochs: int,
    seed: int = 0,
    architecture: Architecture = "convolutional",
    device: str = "cpu",
    on_step: Callable[[int, int], None] | None = None,
) -> Classifier:
    """Train and calibrate a classifier on the training images.

    Cross-entropy, AdamW with a one-cycle learning rate, images shifted at random by at most
    1/14 of their side. A twelfth of the training images is held back to fit the temperature; of few
    images up to a fifth, at most 1,000.

    Parameters
    ----------
    digits : Digits
    epochs : int
        At least 1.
    seed : int
        Of initialisation, split, order and shifts; the result is deterministic on the CPU.
    architecture : "convolutional" or "dense"
    device : str
    on_step : callable or None
        Called with (steps done, steps in all).

    Returns
    -------
    Classifier
        In evaluation mode.
    """
    kind(digits, "digits", Digits)
    count(epochs, "epochs", 1, 2**20)
    count(seed, "seed", 0, LARGEST_SEED)
    callback(on_step, "on_step")
    usable_device(device, "float32")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = Classifier(digits.size, digits.classes, architecture).to(device)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(digits.train_images), generator=generator)
    held_back = max(len(order) // 12, min(len(order) // 5, 1_000))
    images = torch.from_numpy(digits.train_images)
    labels = torch.from_numpy(digits.train_labels)
    training, validation = order[held_back:], order[:held_back]

    steps = len(training) // _BATCH
    if not steps:
        raise InvalidValueError(
            f"digits has {len(order)} training images: expected {_BATCH} besides the "
            f"{held_back} that are held back"
        )
    optimizer = torch.optim.AdamW(classifier.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=_PEAK_LEARNING_RATE, total_steps=steps * epochs
    )
    shift = max(1, digits.size // 14)
    classifier.train()
    for epoch in range(epochs):
        shuffled = training[torch.randperm(len(training), generator=generator)]
        for step in range(steps):
            rows = shuffled[step * _BATCH : (step + 1) * _BATCH]
            batch = shifted(images[rows], shift, generator).to(device)
            loss = functional.cross_entropy(classifier.logits(batch), labels[rows].to(device))
            optimizer.zero_grad()
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            optimizer.step()  # pyright: ignore[reportUnknownMemberType]
            schedule.step()
            if on_step is not None:
                on_step(epoch * steps + step + 1, epochs * steps)
    classifier.eval()
    _calibrate(classifier, images[validation].numpy(), labels[validation].numpy())
    return classifier


def assess(classifier: Classifier, images: ImageArray, labels: LabelArray) -> ClassifierReport:
    """Accuracy and calibration on held-out images (n, size, size) with their labels (n,)."""
    kind(classifier, "classifier", Classifier)
    images = valid_images(images, "images", classifier.size)
    labels = valid_labels(labels, "labels", len(images))
    temperature = float(classifier.temperature)
    probabilities = classify_images(classifier, images)
    logits = _in_batches(classifier, classifier.logits, images)
    return ClassifierReport(
        accuracy=float((probabilities.argmax(1) == labels).mean()),
        images=len(labels),
        temperature=temperature,
        calibration_error=expected_calibration_error(probabilities, labels),
        calibration_error_before=expected_calibration_error(
            torch.softmax(torch.from_numpy(logits), 1).numpy(), labels
        ),
    )


def expected_calibration_error(
    probabilities: NDArray[np.floating], labels: LabelArray, bins: int = 15
) -> float:
    """Σ_b (n_b / n) |accuracy_b − mean confidence_b| over equal bins b of the confidence.

    Parameters
    ----------
    probabilities : array of shape (n, K)
        Rows sum to 1.
    labels : int array of shape (n,)
    bins : int

    Examples
    --------
    >>> expected_calibration_error(np.array([[0.75, 0.25], [0.75, 0.25]]), np.array([0, 1]))
    0.25
    """
    probabilities = probabilities_of(probabilities, "probabilities: found")
    labels = valid_labels(labels, "labels", len(probabilities))
    bins = count(bins, "bins", 1, 2**20)
    confidence = probabilities.max(1)
    correct = probabilities.argmax(1) == labels
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(index, weights=correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def classify_images(classifier: Classifier, images: ImageArray) -> NDArray[np.float32]:
    """Calibrated probabilities, (n, classes), of images (n, size, size)."""
    kind(classifier, "classifier", Classifier)
    return _in_batches(classifier, classifier, images)


def image_features(classifier: Classifier, images: ImageArray) -> NDArray[np.float32]:
    """Features of the last hidden layer, (n, 64), of images (n, size, size)."""
    kind(classifier, "classifier", Classifier)
    return _in_batches(classifier, classifier.features, images)


def save_classifier(classifier: Classifier, path: Path, origin: str = "") -> None:
    """Write a classifier, atomically, and what it was made from, which `load_classifier` asks."""
    kind(classifier, "classifier", Classifier)
    path = valid_path(path, "path")
    kind(origin, "origin", str)
    state = {
        "origin": origin,
        "size": classifier.size,
        "classes": classifier.classes,
        "architecture": classifier.architecture,
        "state": classifier.state_dict(),
    }
    write_state(path, _KIND, state)


def load_classifier(path: Path, device: str = "cpu", origin: str = "") -> Classifier:
    """Read a classifier written by `save_classifier`, of any origin if none is asked for.

    Raises
    ------
    ValueError
        The file does not exist, or is not such a file as it was written (the message names it).
    """
    path = valid_path(path, "path")
    kind(origin, "origin", str)
    usable_device(device, "float32")
    saved = read_state(path, _KIND, "origin", "size", "classes", "architecture", "state")
    if origin and saved["origin"] != origin:
        raise InvalidValueError(
            f"{os.fspath(path)}: a classifier of other images, seed or epochs: expected that of "
            "its name, or no file"
        )
    try:
        classifier = Classifier(saved["size"], saved["classes"], saved["architecture"])
        classifier.load_state_dict(saved["state"])
    except Exception as error:  # torch raises many kinds where a state is another network's
        raise InvalidValueError(
            f"{os.fspath(path)}: its parameters fit no such classifier"
        ) from error
    return classifier.to(device).eval()


@torch.no_grad()
def _in_batches(
    classifier: Classifier, function: Callable[[Tensor], Tensor], images: ImageArray
) -> NDArray[np.float32]:
    images = valid_images(images, "images", classifier.size)
    device = classifier.head.weight.device
    outputs = [
        function(torch.from_numpy(images[start : start + _EVALUATION_BATCH]).to(device)).cpu()
        for start in range(0, len(images), _EVALUATION_BATCH)
    ]
    return torch.cat(outputs).numpy()


def shifted(images: Tensor, shift: int, generator: torch.Generator) -> Tensor:
    """Each image moved by its own (dy, dx), |dy|, |dx| ≤ shift, zeros filled in."""
    tensor(images, "images", (None, None, None))
    tensor(images, "images", (None, *2 * images.shape[2:]))
    shift = count(shift, "shift", 0, 2**12)
    kind(generator, "generator", torch.Generator)
    number, size, _ = images.shape
    padded = functional.pad(images, (shift,) * 4)
    offsets = torch.randint(0, 2 * shift + 1, (2, number, 1), generator=generator)
    rows, columns = offsets + torch.arange(size)
    return padded[torch.arange(number)[:, None, None], rows[:, :, None], columns[:, None, :]]


def _calibrate(classifier: Classifier, images: ImageArray, labels: LabelArray) -> None:
    """Set the temperature that minimises the cross-entropy of held-back images.

    Where all of them are given their label there is no minimum, and it stays 1.
    """
    logits = torch.from_numpy(_in_batches(classifier, classifier.logits, images)).double()
    targets = torch.from_numpy(labels)
    if bool((logits.argmax(1) == targets).all()):
        return

    def loss(log_inverse: float) -> float:
        return functional.cross_entropy(logits * np.exp(log_inverse), targets).item()

    # Convex in 1/temperature, hence unimodal in its logarithm: one minimum on the interval.
    best: Any = minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded")
    classifier.temperature.fill_(float(np.exp(-best.x)))
