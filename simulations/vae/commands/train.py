"""`python -m simulations.vae train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from bounds.support.console import EXIT_OK, print_json, stdout


def train(
    *,
    output: Path,
    data: str = "digits",
    objective: str = "vanilla",
    regularisation: float | None = None,
    clip: float | None = None,
    latent_dimension: int = 2,
    channels: int = 16,
    batch: int = 128,
    epochs: int = 10,
    learning_rate: float = 1e-3,
    seed: int = 0,
    device: str = "cpu",
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Train an autoencoder; the same command resumes an interrupted training.

    Parameters
    ----------
    output
        Checkpoint, rewritten after each epoch.
    data
        digits, mnist, or a folder of the MNIST IDX files.
    objective
        vanilla: BCE + KL; talk: also the regulariser, λ = 30, and weights clipped to ±0.3; beta,
        critic, classifier, stability, unlabelled, mmd, adversarial: see TERMS in objective.py.
        Joined by + they add up; critic=2 doubles the weights of critic.
    regularisation
        λ, in place of the objective's.
    clip
        Bound of the weights, in place of the objective's.
    latent_dimension
        Dimension of the latent space.
    channels
        Channels after the first convolution.
    batch
        Images a step.
    epochs
        Passes over the training images.
    learning_rate
        Of Adam.
    seed
        Of initialisation, shuffling and noise.
    device
        cpu, cuda, ...; results are reproducible on cpu.
    json
        Print one JSON object on stdout.
    """
    from dataclasses import replace

    from bounds.support.files import check_writable
    from simulations.vae.commands.preparation import loaded, train_shown
    from simulations.vae.objective import parse_objective
    from simulations.vae.training import TrainingOptions

    check_writable(output, "output")
    digits = loaded(data)
    given = {"regularisation": regularisation, "clip": clip}
    chosen = replace(
        parse_objective(objective),
        **{name: value for name, value in given.items() if value is not None},
    )
    options = TrainingOptions(
        chosen, latent_dimension, channels, batch, epochs, learning_rate, seed, device
    )
    trained = train_shown(digits, options, output)
    result = {
        "checkpoint": str(output),
        "epochs": len(trained.history),
        "elbo": [one.elbo for one in trained.history],
        "reconstruction": [one.reconstruction for one in trained.history],
        "divergence": [one.divergence for one in trained.history],
    }
    if json:
        print_json(result)
    else:
        last = trained.history[-1]
        stdout().print(
            f"{output}: {len(trained.history)} epochs; test ELBO {last.elbo:.2f} nats an image "
            f"(reconstruction {last.reconstruction:.2f}, divergence {last.divergence:.2f})"
        )
    return EXIT_OK
