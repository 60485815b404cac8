"""`python -m simulations.generator`: check any generator, from files, functions or arrays."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import lazy_loader
from cyclopts import Parameter

from bounds.support.console import WholeNumber, application, launch

if TYPE_CHECKING:
    from simulations.generators.comparison import RadiusTest as RadiusTest
    from simulations.generators.comparison import compare_radii as compare_radii
    from simulations.generators.generator import GeneratorPartition as GeneratorPartition
    from simulations.generators.generator import GeneratorReport as GeneratorReport
    from simulations.generators.generator import check_generator as check_generator
    from simulations.generators.printing import print_generator as print_generator
    from simulations.generators.smoothing import SmoothedReport as SmoothedReport
    from simulations.generators.smoothing import Smoothing as Smoothing

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations",
    submod_attrs={
        "generators.comparison": ["RadiusTest", "compare_radii"],
        "generators.generator": ["GeneratorPartition", "GeneratorReport", "check_generator"],
        "generators.printing": ["print_generator"],
        "generators.smoothing": ["SmoothedReport", "Smoothing"],
    },
)

app = application("simulations.generator", "Check any generator against the bounds.")

Hyphened = Annotated[str | None, Parameter(allow_leading_hyphen=True)]
Flag = Annotated[bool, Parameter(negative="")]


@app.default
def main(
    *,
    decoder: str | None = None,
    classifier: str | None = None,
    dim: WholeNumber | None = None,
    latent: Hyphened = None,
    latent_shape: str | None = None,
    decoder_output: str | None = None,
    classifier_output: str | None = None,
    channels: Literal["1", "3", "first", "last"] | None = None,
    resize: str | None = None,
    scale: Hyphened = None,
    logits: Flag = False,
    references: Path | None = None,
    features: str | None = None,
    cells: WholeNumber | None = None,
    class_names: str | None = None,
    latents: Path | None = None,
    labels: Path | None = None,
    against: Path | None = None,
    threshold: float = 0.9,
    samples: WholeNumber = 1_000,
    mass_samples: WholeNumber = 20_000,
    confidence: float = 0.99,
    seed: WholeNumber = 0,
    workers: WholeNumber | None = None,
    smoothing: float | None = None,
    votes: WholeNumber | None = None,
    verify: Flag = False,
    html: Path | None = None,
    json: Flag = False,
) -> int:
    """Check a decoder with a classifier, or labelled latents that another program has drawn.

    A model is a file, .onnx, .pt2 (torch.export) or .pt (TorchScript), or MODULE:FUNCTION, MODULE
    a module's name or a .py file. Shapes, types and batch sizes are read from files.

    Parameters
    ----------
    decoder
        Model of images from latents.
    classifier
        Model of class probabilities from images.
    dim
        Latent dimension d, where no file says it.
    latent
        Law of the latents: normal, normal=SIGMA, uniform on [-1, 1]^d, uniform=LOW,HIGH,
        truncated=TAU, sphere=RADIUS or ball=RADIUS; normal if not given.
    latent_shape
        Shape of one latent, as 64,1,1, where no file says it.
    decoder_output
        Which of the decoder's outputs, by name.
    classifier_output
        Which of the classifier's outputs, by name.
    channels
        Give the classifier grey images (1), grey ones three times (3), or the channels first or
        last.
    resize
        Give the classifier images of this side, as 28, or of height and width, as 28,32.
    scale
        FROM:TO, ranges of pixels for decoder and classifier, as -1,1:0,1.
    logits
        The classifier returns logits: apply the softmax.
    references
        File of data (N, m) in place of a classifier: classes are the cells nearest to each.
    features
        Model of features (n, m), as references has them, from images; the images if not given.
    cells
        Number of cells, by k-means; one for each reference if not given.
    class_names
        Names of the classes, as cat,dog,bird, or a file with a name on each line.
    latents
        File of latents (n, d), with labels, in place of models.
    labels
        File of their classes (n,), -1 for none, or of probabilities (n, K).
    against
        Labels or probabilities of a second generator, to say which one is more diverse; or, with
        models that are smoothed, what --json printed for it, to say which has the larger radius.
    threshold
        Probability below which a latent belongs to no class; 0 for none.
    samples
        Latents at which the radius is searched.
    mass_samples
        Further latents that are classified for masses, coverage and entropies.
    confidence
        Level of the intervals and verdicts.
    seed
        Of the samples.
    workers
        Threads; all available cores if not given.
    smoothing
        Standard deviation of the noise that smooths the classes: limits of E r from both sides
        for any model; half of the largest E r of as many equal classes if only votes is given.
    votes
        Labels that bound the probabilities of a smoothed class; 1,000 if only smoothing is given.
    verify
        Limit E r from below by verified balls, for small networks of common layers: files, or
        torch modules as MODULE:NAME.
    html
        File for a page of all that was found, which opens without a network.
    json
        Print one JSON object on stdout instead of tables.
    """
    # NumPy and all above it load here, so that --help does without them.
    from bounds.support.errors import InvalidValueError
    from simulations.generators import arrays, examination
    from simulations.generators.smoothing import smoothing_of

    given = {"decoder": decoder, "classifier": classifier}
    smoothed = smoothing is not None or votes is not None
    comparing = against is not None and decoder is not None and labels is None and latents is None
    if comparing and not smoothed:
        raise InvalidValueError(
            "smoothing: expected --smoothing or --votes with --against and models, or --labels in "
            "place of models"
        )
    if not comparing and (latents is not None or labels is not None or against is not None):
        of_models = {
            "smoothing": smoothing,
            "votes": votes,
            "verify": verify or None,
            "logits": logits or None,
            "class_names": class_names,
            "dim": dim,
            "latent_shape": latent_shape,
            "decoder_output": decoder_output,
            "classifier_output": classifier_output,
            "channels": channels,
            "resize": resize,
            "scale": scale,
            "references": references and str(references),
            "features": features,
            "cells": cells,
        }
        for name, value in of_models.items():
            if value is not None:
                raise InvalidValueError(f"{name}={value!r}: expected models with it, not arrays")
        used = [name for name, value in given.items() if value is not None]
        if used:
            raise InvalidValueError(
                f"{used[0]}={given[used[0]]!r}: expected models or arrays, not both"
            )
        if labels is None:
            raise InvalidValueError("labels: expected --labels, with --latents or --against")
        if html is not None:
            raise InvalidValueError(f"html={str(html)!r}: a page needs models, to decode latents")
        return arrays.run(
            labels=labels,
            latents=latents,
            against=against,
            latent=latent,
            threshold=threshold,
            confidence=confidence,
            json=json,
        )
    lacking = [name for name, value in given.items() if value is None]
    if references is not None and classifier is not None:
        raise InvalidValueError(f"classifier={classifier!r}: expected it or references, not both")
    if references is not None and logits:
        raise InvalidValueError("logits=True: expected --classifier with it, not --references")
    if references is None and (features is not None or cells is not None):
        raise InvalidValueError("references: expected --references with --features and --cells")
    if decoder is None or (classifier is None and references is None):
        raise InvalidValueError(
            f"{lacking[0]}: expected --{lacking[0]}, or --labels of a sample in place of models"
        )
    return examination.run(
        examination.Asked(
            decoder=decoder,
            classifier=classifier,
            dim=dim,
            latent=latent or "normal",
            latent_shape=latent_shape,
            decoder_output=decoder_output,
            classifier_output=classifier_output,
            channels=channels,
            resize=resize,
            scale=scale,
            logits=logits,
            references=references,
            features=features,
            cells=cells,
            class_names=class_names,
        ),
        threshold=threshold,
        samples=samples,
        mass_samples=mass_samples,
        confidence=confidence,
        seed=seed,
        workers=workers,
        smoothing=smoothing_of(smoothing, votes, samples),
        verify=verify,
        other=against,
        html=html,
        json=json,
        words=sys.argv[1:],
    )


if __name__ == "__main__":
    launch(app)
