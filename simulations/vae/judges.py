"""Classifiers that judge a generator, and the images that only they are trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.sealed import digest
from bounds.support.validation import callback, choice, kind, shown
from bounds.support.validation import path as valid_path
from bounds.support.validation import seed as valid_seed
from simulations.vae.classifier import (
    Architecture,
    Classifier,
    assess,
    load_classifier,
    save_classifier,
    train_classifier,
)
from simulations.vae.data import Digits

SEEDS: Final[dict[Architecture, int]] = {"convolutional": 1_001, "dense": 1_002}
"""Of the judges, by architecture: no critic has one of them."""

EPOCHS: Final = {"digits": 60, "mnist": 4}


@dataclass(frozen=True, slots=True)
class Judge:
    """A classifier that no training of a generator saw, and how good it is on test images."""

    classifier: Classifier
    report: dict[str, Any]


def split(digits: Digits, seed: int = 0) -> tuple[Digits, Digits]:
    """Split the training images at random in halves: for generators with critics, for judges.

    Both keep the test images.

    Examples
    --------
    >>> from simulations.vae.data import load
    >>> seen, unseen = split(load("digits"))
    >>> len(seen.train_images), len(unseen.train_images)
    (718, 719)
    """
    kind(digits, "digits", Digits)
    order = np.random.default_rng(valid_seed(seed)).permutation(len(digits.train_images))
    half = len(order) // 2
    first, second = (
        replace(
            digits, train_images=digits.train_images[rows], train_labels=digits.train_labels[rows]
        )
        for rows in (np.sort(order[:half]), np.sort(order[half:]))
    )
    return first, second


def train_judge(
    unseen: Digits,
    architecture: Architecture = "convolutional",
    *,
    epochs: int | None = None,
    on_step: Callable[[int, int], None] | None = None,
) -> Classifier:
    """Train the judge of an architecture; for as many epochs as judges are, if not given."""
    kind(unseen, "unseen", Digits)
    choice(architecture, "architecture", [*SEEDS])
    if epochs is None and unseen.name not in EPOCHS:
        raise InvalidValueError(f"epochs=None: expected a number for {shown(unseen.name)}")
    return train_classifier(
        unseen,
        epochs=EPOCHS[unseen.name] if epochs is None else epochs,
        seed=SEEDS[architecture],
        architecture=architecture,
        on_step=on_step,
    )


def judges(
    unseen: Digits, folder: Path, on_step: Callable[[int, int], None] | None = None
) -> dict[str, Judge]:
    """Return the judges, trained on `unseen` unless the folder keeps those of the same images.

    Raises
    ------
    ValueError
        The folder has another file under a judge's name.
    """
    kind(unseen, "unseen", Digits)
    folder = valid_path(folder, "folder")
    callback(on_step, "on_step")
    if unseen.name not in EPOCHS:
        raise InvalidValueError(f"unseen={shown(unseen.name)}: expected one of {', '.join(EPOCHS)}")
    images = unseen.sha256()
    found: dict[str, Judge] = {}
    for architecture, seed in SEEDS.items():
        origin = digest(f"{images} {architecture} {seed} {EPOCHS[unseen.name]}".encode())
        path = folder / f"judge-{architecture}-{origin[:12]}.pt"
        if path.exists():
            classifier = load_classifier(path, origin=origin)
        else:
            classifier = train_judge(unseen, architecture, on_step=on_step)
            save_classifier(classifier, path, origin)
        report = asdict(assess(classifier, unseen.test_images, unseen.test_labels))
        found[architecture] = Judge(classifier, report)
    return found
