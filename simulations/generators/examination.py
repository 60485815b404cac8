"""A generator from files: loaded, fitted together, checked, and reported with what was assumed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bounds.support.console import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    print_json,
    progress,
    stderr,
    stdout,
)
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.files import check_writable, write_atomically
from bounds.support.tables import read_table
from simulations.generators.comparison import RadiusTest, compare_radii, read_radius
from simulations.generators.contract import ImageFunction, array, probabilities_of
from simulations.generators.files import Model, load_model
from simulations.generators.generator import (
    GeneratorPartition,
    GeneratorReport,
    check_prepared,
    prepared,
)
from simulations.generators.images import (
    Adaptation,
    Adapted,
    Reshaped,
    adaptation,
    doubts,
    fitted,
    latent_row,
    out_of_range,
)
from simulations.generators.latents import LatentLaw, latent_law
from simulations.generators.printing import print_generator
from simulations.generators.references import AgainstReferences, Cells
from simulations.generators.smoothing import Smoothing
from simulations.seeds import GENERATOR_TRIALS, child

if TYPE_CHECKING:
    from simulations.generators.verification import Verifier

_TRIED = 64
_COMPARED = 2_000
_TRANSLATED = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What names a generator: models, the law of its latents, and how they fit together.

    Attributes
    ----------
    decoder, classifier, dim, latent, latent_shape, decoder_output, classifier_output, channels,
    resize, scale, logits, references, features, cells, class_names
        As the options of `python -m simulations.generator`.
    """

    decoder: str
    classifier: str | None = None
    dim: int | None = None
    latent: str = "normal"
    latent_shape: str | None = None
    decoder_output: str | None = None
    classifier_output: str | None = None
    channels: str | None = None
    resize: str | None = None
    scale: str | None = None
    logits: bool = False
    references: Path | None = None
    features: str | None = None
    cells: int | None = None
    class_names: str | None = None


@dataclass(frozen=True)
class Generator:
    """A decoder and a classifier that fit together, with the law of the latents.

    Attributes
    ----------
    decoder, classifier : callable
        As `check_generator` takes them.
    dim : int
    law : LatentLaw
    shown : callable
        The decoder's images as the classifier sees them, but for their range.
    warnings : tuple of str
        What speaks against the law or the options.
    cells : Cells or None
        The classifier, where it is the cells of references.
    class_names : tuple of str or None
    """

    decoder: Callable[[Any], Any]
    classifier: Callable[[Any], Any]
    dim: int
    law: LatentLaw
    shown: Callable[[Any], Any]
    warnings: tuple[str, ...]
    cells: Cells | None = None
    class_names: tuple[str, ...] | None = None

    def verifier(self, seed: int = 0) -> Verifier:
        """What verifies balls, for torch modules and files of layers that verification knows.

        Raises
        ------
        TypeError
            If a model is neither, or has a node or layer that verification does not know.
        ValueError
            If the network read from a file answers otherwise than the file.
        """
        from simulations.generators.translation import translated_verifier

        if self.cells is not None:
            raise InvalidTypeError("verify: expected --classifier with it, not --references")
        rng = np.random.default_rng(child(seed, GENERATOR_TRIALS, 3))
        x = self.law.from_normal(rng.standard_normal((_TRANSLATED, self.dim)))
        return translated_verifier(self.decoder, self.classifier, x)


def named(text: str, classes: int) -> tuple[str, ...]:
    """Names of the classes, from a text with commas, or a file with a name on each line.

    Examples
    --------
    >>> named("cat, dog", 2)
    ('cat', 'dog')
    """
    where = f"class_names={text!r}"
    names = text.split(",")
    try:
        if "," not in text and Path(text).is_file():
            names = Path(text).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InvalidValueError(f"{where}: {error}: expected names, or a file of them") from error
    found = tuple(one.strip() for one in names if one.strip())
    if len(found) != classes or len(set(found)) != classes:
        raise InvalidValueError(
            f"{where}: {len(found)} names, {len(set(found))} of them different: expected "
            f"{classes}, one for each class, with commas between them or on the lines of a file"
        )
    return found


def loaded(asked: Asked, seed: int = 0) -> Generator:
    """Load what was asked for and try it on a few latents.

    Raises
    ------
    ValueError, TypeError
        If something can't be read or does not fit; with what the file says and what mends it.
    MissingError
        If what reads a file is not installed.
    """
    law, asked_images = (
        latent_law(asked.latent),
        adaptation(asked.scale, asked.resize, asked.channels),
    )
    decoder = load_model(asked.decoder, "decoder", asked.decoder_output)
    row = latent_row(decoder, asked.dim, _shape(asked.latent_shape))
    dim = math.prod(row)
    law.scale(dim)
    table = None if asked.references is None else read_table(asked.references, "references")
    role = "classifier" if table is None else "features"
    source = asked.classifier if table is None else asked.features
    classifier = (
        Model("the images themselves", "Python", _flat)
        if source is None
        else load_model(source, role, asked.classifier_output)
    )
    # A module of torch is passed as it is, so that its own mode and type are looked at.
    inner: Callable[[Any], Any] = decoder.call if decoder.kind == "Python" else decoder
    decode = inner if len(row) == 1 else Reshaped(inner, row)
    rng = np.random.default_rng(child(seed, GENERATOR_TRIALS))
    x = law.from_normal(rng.standard_normal((_TRIED, dim)))
    function = ImageFunction(decode, "decoder", x[:3])
    images = function(x)
    pixels = array(images)
    if pixels.dtype.kind not in "fiub":
        raise InvalidTypeError(f"decoder returned dtype {pixels.dtype}: expected real numbers")
    if not np.isfinite(pixels).all():
        raise InvalidValueError(
            f"decoder={asked.decoder!r}: returned NaN or infinite pixels for latents "
            f"{law.describe(dim)}: expected finite ones"
        )
    fit = fitted(asked_images, images, classifier, role)
    judge = classifier.call if classifier.kind == "Python" else classifier
    if asked.logits:
        _refuse_probabilities(ImageFunction(Adapted(judge, fit), role, images[:3])(images))
    if fit != Adaptation() or asked.logits:
        judge = Adapted(judge, fit, asked.logits)
    cells = None
    if table is not None:
        # The features may be a function of tensors; their kind of argument is found out once.
        judge = cells = Cells.of(table, ImageFunction(judge, role, images[:3]), asked.cells, seed)
        cells.described(images[:3])  # where a width that differs is told as what it is
    answers = ImageFunction(judge, "classifier", images[:3])(images)
    try:
        classes = probabilities_of(answers).shape[1]
    except InvalidValueError as error:
        if asked.logits or len(answers.shape) != 2:
            raise
        raise InvalidValueError(f"{error}; if these are logits, say --logits") from error
    class_names = None if asked.class_names is None else named(asked.class_names, classes)
    warnings = doubts(lambda z: array(function(z)), x)
    if fit.scale is not None:
        outside = out_of_range(pixels, fit.scale)
        warnings += [outside] if outside else []
    shown = replace(fit, scale=None)
    return Generator(decode, judge, dim, law, shown, tuple(warnings), cells, class_names)


def _refuse_probabilities(answers: Any) -> None:
    try:
        probabilities_of(answers)
    except (InvalidValueError, InvalidTypeError):
        return
    raise InvalidValueError(
        "logits=True: the classifier's answers are probabilities already (they are >= 0 and sum to "
        "1), which the softmax would make nearly equal; leave out --logits"
    )


def _flat(images: Any) -> Any:
    return images.reshape(len(images), -1)


def _shape(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = text.lower().replace("x", ",").split(",")
    if not all(one.strip().isdecimal() and int(one) for one in parts):
        raise InvalidValueError(f"latent_shape={text!r}: expected sizes, as 64,1,1")
    return tuple(int(one) for one in parts)


@dataclass(frozen=True)
class Examination:
    """A checked generator, with all that a page shows of it.

    Attributes
    ----------
    generator : Generator
    partition : GeneratorPartition
        At threshold 0, in the law's own coordinates.
    report : GeneratorReport
    name : str
    against : AgainstReferences or None
        What the cells of references tell besides.
    compared : RadiusTest or None
        With another generator, by E r~ of smoothed classes.
    """

    generator: Generator
    partition: GeneratorPartition
    report: GeneratorReport
    name: str
    against: AgainstReferences | None = None
    compared: RadiusTest | None = None

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """As they were given."""
        return self.generator.class_names

    @property
    def assumed(self) -> str:
        """The law of the latents and its units, in a sentence."""
        law, dim = self.generator.law, self.generator.dim
        return (
            f"Latents assumed: {law.describe(dim)}. Its isoperimetric constant is "
            f"L = {law.scale(dim):.6g}: radii are in its own units, and bounds on them are L times "
            "those of N(0, I)."
        )

    def to_json(self) -> dict[str, Any]:
        """The report as JSON objects, with what was assumed and what speaks against it."""
        law, dim = self.generator.law, self.generator.dim
        return {
            "name": self.name,
            "latents": law.describe(dim),
            "scale": law.scale(dim),
            "warnings": list(self.generator.warnings),
            "references": None if self.against is None else self.against.to_json(),
            "class_names": None if self.class_names is None else list(self.class_names),
            "compared": None if self.compared is None else self.compared.to_json(),
            **self.report.to_json(),
        }


def run(
    asked: Asked,
    *,
    threshold: float,
    samples: int,
    mass_samples: int,
    confidence: float,
    seed: int,
    workers: int | None,
    smoothing: Smoothing | None,
    verify: bool,
    other: Path | None,
    html: Path | None,
    json: bool,
    words: Sequence[str],
) -> int:
    """Load, check, print, write the page, and return the exit status."""
    if html is not None:
        check_writable(html, "html")
    against_radius = None if other is None else read_radius(other, "against")
    generator = loaded(asked, seed)
    verifier = generator.verifier(seed) if verify else None
    name = Path(asked.decoder).name
    partition = prepared(
        generator.decoder,
        generator.classifier,
        generator.dim,
        law=generator.law,
        mass_samples=mass_samples,
        seed=seed,
        name=name,
    )
    with progress(name, "radii") as advance:
        report = check_prepared(
            partition,
            law=generator.law,
            # A cell is never unsure.
            threshold=threshold if generator.cells is None else 0.0,
            samples=samples,
            confidence=confidence,
            seed=seed,
            workers=workers,
            progress=advance,
            partial=True,
            smoothing=smoothing,
            verifier=verifier,
        )
    against = compared = None
    if against_radius is not None and report.smoothed is not None:
        compared = compare_radii(report.smoothed, against_radius)
    if generator.cells is not None:
        rng = np.random.default_rng(child(seed, GENERATOR_TRIALS, 2))
        x = generator.law.from_normal(rng.standard_normal((_COMPARED, generator.dim)))
        against = generator.cells.against(partition.decode(x), confidence)
    found = Examination(generator, partition, report, name, against, compared)
    if json:
        print_json(found.to_json())
    else:
        print_examination(found)
    if html is not None and not report.interrupted:
        from simulations.generators.page import page

        write_atomically(html, page(found, words, seed))
        stderr.print(f"written: {html}", markup=False, highlight=False)
    if report.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_OK if report.as_claimed else EXIT_FAILED


def print_examination(found: Examination) -> None:
    """Print the reports with what was assumed."""
    console = stdout()
    for warning in found.generator.warnings:
        console.print(f"Warning: {warning}", style="yellow", markup=False, highlight=False)
    console.print(found.assumed, markup=False, highlight=False)
    print_generator(found.report, console, found.class_names)
    for words in (found.against, found.compared):
        if words is not None:
            console.print(words.words, markup=False, highlight=False)
    console.print(plain_words(found.report), markup=False, highlight=False)


def plain_words(report: GeneratorReport) -> str:
    """How many classes are used evenly, at the level of the report."""
    entropy, classes = report.collision_entropy, report.argmax.classes
    low, high = math.exp(entropy.low), min(math.exp(entropy.high), classes)
    return (
        f"As if at least {_floor(low)} and at most {_ceiling(high)} of {classes:,} classes were "
        f"used evenly (exp H₂, with probability {report.argmax.confidence:g})."
    )


def _floor(value: float) -> str:
    return f"{math.floor(10 * value) / 10:g}"


def _ceiling(value: float) -> str:
    return f"{math.ceil(round(10 * value, 9)) / 10:g}"
