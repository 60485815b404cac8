"""`python -m simulations.vae`: train on the digits and check, in one go."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter


def demonstrate(*, seed: int = 0, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Train on scikit-learn's digits in dimension 2 and check the latent space.

    Parameters
    ----------
    seed
        Of training and sampling.
    json
        Print one JSON object on stdout instead of tables.
    """
    from bounds.support.console import progress
    from simulations.generators.generator import check_generator
    from simulations.vae.commands.preparation import train_shown, trained_classifier
    from simulations.vae.commands.printing import print_check
    from simulations.vae.data import load
    from simulations.vae.training import TrainingOptions

    digits = load("digits")
    classifier, accuracy = trained_classifier(digits, None)
    options = TrainingOptions(epochs=80, batch=64, seed=seed)
    trained = train_shown(digits, options, None)
    with progress("check", "radii") as advance:
        report = check_generator(
            trained.model, classifier, 2, seed=seed, progress=advance, partial=True
        )
    return print_check(trained, accuracy, report, json)
