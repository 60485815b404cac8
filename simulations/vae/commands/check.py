"""`python -m simulations.vae check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def check(
    checkpoint: Path,
    *,
    data: str = "digits",
    classifier: Path | None = None,
    threshold: float = 0.9,
    samples: int = 2_000,
    mass_samples: int = 20_000,
    confidence: float = 0.99,
    seed: int = 0,
    smoothing: float | None = None,
    votes: int | None = None,
    verify: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Check a trained autoencoder: coverage, masses, entropies, E r, and every bound.

    Parameters
    ----------
    checkpoint
        Written by train.
    data
        Images for the classifier: digits, mnist, or a folder of the MNIST IDX files.
    classifier
        File of the classifier; it is trained and written there if it does not exist.
    threshold
        A latent whose most probable class has a smaller probability is a hole.
    samples
        Latents at which the radius is searched.
    mass_samples
        Latents classified for masses and entropies.
    confidence
        Level of the intervals and verdicts.
    seed
        Of the samples.
    smoothing
        Standard deviation of the noise that smooths the classes: limits of E r from both sides;
        half of the largest E r of as many equal classes if only votes is given.
    votes
        Labels that bound the probabilities of a smoothed class; 1,000 if only smoothing is given.
    verify
        Limit E r from below by verified cells (two latents; half a minute for 8 × 8 images) or
        balls.
    json
        Print one JSON object on stdout.
    """
    from bounds.support.console import progress
    from simulations.generators.generator import check_generator
    from simulations.generators.smoothing import smoothing_of
    from simulations.vae.commands.preparation import loaded, require_same_size, trained_classifier
    from simulations.vae.commands.printing import print_check
    from simulations.vae.training import load_trained

    trained, digits = load_trained(checkpoint), loaded(data)
    judge, accuracy = trained_classifier(digits, classifier)
    require_same_size(trained, digits)
    with progress("check", "radii") as advance:
        report = check_generator(
            trained.model,
            judge,
            trained.options.latent_dimension,
            threshold=threshold,
            samples=samples,
            mass_samples=mass_samples,
            confidence=confidence,
            seed=seed,
            progress=advance,
            partial=True,
            smoothing=smoothing_of(smoothing, votes, samples),
            verify=verify,
        )
    return print_check(trained, accuracy, report, json)
