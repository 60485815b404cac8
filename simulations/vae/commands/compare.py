"""`python -m simulations.vae compare`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bounds.support.console import EXIT_OK, print_json, progress, stdout

if TYPE_CHECKING:
    import numpy as np

    from simulations.checking.intervals import Interval


def compare(
    first: Path,
    second: Path,
    *,
    data: str = "digits",
    classifier: Path | None = None,
    threshold: float = 0.0,
    samples: int = 1_000,
    mass_samples: int = 20_000,
    confidence: float = 0.99,
    seed: int = 0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Say which of two trained autoencoders is the more diverse, or that it is undecided.

    Parameters
    ----------
    first, second
        Checkpoints A and B.
    data
        Images for the classifier: digits, mnist, or a folder of the MNIST IDX files.
    classifier
        File of the classifier; it is trained and written there if it does not exist.
    threshold
        A latent whose most probable class has a smaller probability is a hole.
    samples
        Latents at which the radius is searched, for the talk's test.
    mass_samples
        Latents classified for the rigorous test.
    confidence
        Probability that the verdict is not wrong; and, by itself, that of the talk's is not.
    seed
        Of the samples.
    json
        Print one JSON object on stdout.
    """
    import numpy as np
    from rich.table import Table

    from bounds.support.validation import count, real
    from bounds.support.validation import seed as valid_seed
    from simulations.checking.report import interval_to_json
    from simulations.generators.diversity import birthday_samples
    from simulations.generators.diversity import compare as compare_diversity
    from simulations.generators.generator import GeneratorPartition
    from simulations.seeds import COMPARISON, child
    from simulations.vae.commands.preparation import loaded, require_same_size, trained_classifier
    from simulations.vae.radii import FARTHEST, found_radii, search_interval
    from simulations.vae.training import load_trained

    real(confidence, "confidence", 0, 1)
    count(samples, "samples")
    count(mass_samples, "mass_samples")
    valid_seed(seed)
    digits = loaded(data)
    judge, _ = trained_classifier(digits, classifier)
    labels: list[np.ndarray[Any, np.dtype[np.int64]]] = []
    radii: list[Interval] = []
    for number, path in enumerate((first, second)):
        trained = load_trained(path)
        require_same_size(trained, digits)
        dim = trained.options.latent_dimension
        partition = GeneratorPartition(trained.model, judge, dim, threshold=threshold, seed=seed)
        rng = np.random.default_rng(child(seed, COMPARISON, number))
        drawn = partition.classify(rng.standard_normal((mass_samples, dim)))
        labels.append(drawn)
        z = rng.standard_normal((samples, dim))
        with progress(f"radii of {'AB'[number]}", "latents") as advance:
            # The limits of both hold together at the level asked for.
            radii.append(search_interval(found_radii(partition, z, advance), (1 + confidence) / 2))
        partition.confirm()
    found = compare_diversity(
        labels[0],
        labels[1],
        judge.classes,
        radius_a=radii[0],
        radius_b=radii[1],
        radius_is_exact=False,
        confidence=confidence,
    )
    birthday = [birthday_samples(drawn) for drawn in labels]
    if json:
        print_json(
            {
                "verdict": found.verdict,
                "talk_verdict": found.talk_verdict,
                "confidence": confidence,
                "entropy": {
                    "a": interval_to_json(found.entropy_a),
                    "b": interval_to_json(found.entropy_b),
                },
                "distance_found": {
                    "a": interval_to_json(radii[0]),
                    "b": interval_to_json(radii[1]),
                },
                "birthday_samples": {
                    name: draws if math.isfinite(draws) else None
                    for name, draws in zip("ab", birthday, strict=True)
                },
            }
        )
        return EXIT_OK
    table = Table(title="Diversity of classes", title_justify="left")
    for heading in (
        "",
        "H₂",
        "low",
        "high",
        "distance found",
        "from",
        "to",
        "birthday draws",
    ):
        table.add_column(heading, justify="right")
    entropies = (found.entropy_a, found.entropy_b)
    for name, entropy, radius, draws in zip("AB", entropies, radii, birthday, strict=True):
        values = (
            *(entropy.estimate, entropy.low, entropy.high),
            *(radius.estimate, radius.low, radius.high, draws),
        )
        table.add_row(name, *(f"{value:.4g}" for value in values))
    console = stdout()
    console.print(table)
    console.print(f"At confidence {confidence:g}: {found.verdict}.", highlight=False)
    console.print(
        f"By distances found, as the talk proposes, at confidence {confidence:g} too: "
        f"{found.talk_verdict}. That ranks mean distances to witnesses, each an upper bound of r, "
        f"counted as at most {FARTHEST:g}; it certifies nothing of E r or of the diversity. Limits "
        "hold at these numbers of latents; each of the two statements may fail by itself.",
        highlight=False,
    )
    return EXIT_OK
