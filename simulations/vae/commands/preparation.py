"""What commands do before they measure: train with progress, and have a classifier."""

from __future__ import annotations

from pathlib import Path

from bounds.support.console import progress, stderr
from bounds.support.errors import InvalidValueError
from bounds.support.files import check_writable
from simulations.vae.classifier import (
    Classifier,
    ClassifierReport,
    assess,
    load_classifier,
    save_classifier,
    train_classifier,
)
from simulations.vae.data import Digits, load
from simulations.vae.training import TrainedModel, TrainingOptions, train

_CLASSIFIER_EPOCHS = {"digits": 30, "mnist": 4}
_ACCURACY = {"digits": 0.97, "mnist": 0.99}


def loaded(data: str) -> Digits:
    """Load the data set that ``--data`` names, and say which classes it leaves empty."""
    digits = load(data)
    if digits.empty_classes:
        stderr.print(
            f"warning: labels up to {digits.classes - 1} make {digits.classes} classes, of which "
            f"{digits.empty_classes} have no training image",
            highlight=False,
        )
    return digits


def require_same_size(trained: TrainedModel, digits: Digits) -> None:
    """Raise a ValueError unless the model is of images as large as these."""
    if trained.model.size != digits.size:
        raise InvalidValueError(
            f"data: images of {digits.size} pixels a side, expected {trained.model.size} as in "
            f"the checkpoint's training on {trained.data!r}"
        )


def train_shown(digits: Digits, options: TrainingOptions, checkpoint: Path | None) -> TrainedModel:
    """Train with a bar of progress; continue from the checkpoint where there is one."""
    with progress("autoencoder", "steps") as advance:
        return train(
            digits.train_images,
            digits.test_images,
            options,
            train_labels=digits.train_labels,
            data=digits.name,
            checkpoint=checkpoint,
            on_step=advance,
        )


def trained_classifier(digits: Digits, path: Path | None) -> tuple[Classifier, ClassifierReport]:
    """The classifier of `path`, or a new one, kept there, and its held-out accuracy."""
    if path is not None and path.exists():
        classifier = load_classifier(path)
        if classifier.size != digits.size:
            raise InvalidValueError(
                f"{path}: for images of {classifier.size} pixels a side, expected {digits.size}"
            )
        if classifier.classes != digits.classes:
            raise InvalidValueError(
                f"{path}: for {classifier.classes} classes, expected {digits.classes}"
            )
    else:
        if path is not None:
            check_writable(path, "classifier")
        with progress("classifier", "steps") as advance:
            classifier = train_classifier(
                digits, epochs=_CLASSIFIER_EPOCHS[digits.name], on_step=advance
            )
        if path is not None:
            save_classifier(classifier, path)
    report = assess(classifier, digits.test_images, digits.test_labels)
    if report.accuracy < _ACCURACY[digits.name]:
        stderr.print(
            f"warning: the classifier's accuracy is {report.accuracy:.2%}, below "
            f"{_ACCURACY[digits.name]:.0%}; classes of generated images mean less"
        )
    return classifier, report
