"""One page of a checked generator: a self-contained HTML file that opens without a network."""

# Matplotlib's functions take keywords without types.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import base64
import io
import math
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

import bounds
from bounds.support.version import project_version
from simulations.arrays import FloatArray, IntArray
from simulations.checking.intervals import Interval
from simulations.checking.knowledge import Knowledge
from simulations.checking.verdict import BoundCheck
from simulations.drawing import CLASSES, applied, saved
from simulations.generators.contract import array
from simulations.generators.examination import Examination, plain_words
from simulations.generators.images import Adaptation
from simulations.generators.latents import witnesses_in_support
from simulations.generators.printing import (
    MOST_CLASSES,
    certificate,
    certifies,
    radius_sentences,
    smoothed_bounds,
    smoothed_rows,
)
from simulations.seeds import GENERATOR_TRIALS, child

_DRAWS = 400
_PER_CLASS = 8
_PAIRS = 6
_WALKS = 3
_STEPS = 7
_SIDE = 64
_MAP_POINTS = 120
_USUAL_RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))

_CLAIMS = {
    "isoperimetric": "E r ≤ {L}Σ f(pᵢ): the mean radius against the class masses",
    "sharp": "E r ≤ {L}g(‖p‖²): the sharp theorem",
    "talk": "E r ≤ {L}γ(‖p‖²): the talk's theorem",
    "holes": "E[r | covered] ≤ the bound with holes",
}


def page(found: Examination, words: Sequence[str], seed: int) -> str:
    """Return the page of an examination.

    Parameters
    ----------
    found : Examination
    words : sequence of str
        Arguments of the command that made it.
    seed : int
        Of the latents that are shown.

    Returns
    -------
    str
        HTML that refers to nothing outside itself.
    """
    template = Path(__file__).with_name("page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    text = environment.from_string(template).render(**_content(found, words, seed))
    return text + "\n"


def _content(found: Examination, words: Sequence[str], seed: int) -> dict[str, Any]:
    generator, report = found.generator, found.report
    rng = np.random.default_rng(child(seed, GENERATOR_TRIALS, 1))
    x = generator.law.from_normal(rng.standard_normal((_DRAWS, generator.dim)))
    probabilities = found.partition.probabilities(x)
    labels = probabilities.argmax(axis=1)
    others = witnesses_in_support(found.partition, x, generator.law)
    radii = np.linalg.norm(others - x, axis=1)
    low, high = _range(found, x)

    def shown(z: FloatArray) -> list[str]:
        return [_png(one, low, high) for one in _pictures(found, z)]

    held, smoothed = report.argmax, report.smoothed
    return {
        "name": found.name,
        "lead": [
            plain_words(report),
            _radius_words(found),
            *([certificate(smoothed)] if smoothed is not None and certifies(smoothed) else []),
            *([] if found.compared is None else [found.compared.words]),
        ],
        "warnings": generator.warnings,
        "numbers": _numbers(found),
        "verdicts": _verdicts(found),
        "sides": radius_sentences(report),
        "one_sided": Knowledge.UPPER_BOUND in held.expected_radius.known,
        "classes": [
            {"label": _name(found, int(label)), "images": shown(x[labels == label][:_PER_CLASS])}
            for label in np.unique(labels)[:MOST_CLASSES]
        ],
        "groups": _groups(found, x, labels, others, radii, shown),
        "figures": _figures(found, x, radii),
        "assumed": [
            found.assumed,
            "The decoder and the classifier are functions: each answered alike in other orders and "
            "batch sizes for all latents labelled in advance.",
            f"The classifier is believed: a class is what it says. {held.classes:,} classes."
            if found.against is None
            else found.against.words,
            f"Numbers hold together at level {held.confidence:g} within each report; pictures "
            f"illustrate and prove nothing: {_number(low)} is shown as black, {_number(high)} as "
            "white, and what is beyond as these.",
            f"{held.samples:,} radii, {held.mass_samples:,} labels, seed {held.seed}; class-radius "
            f"{project_version()}.",
        ],
        "command": shlex.join(["python", "-m", "simulations.generator", *words]),
        "cite": (
            "@software{class_radius,\n  title = {class-radius: bounds on the class radius of deep "
            "generative models,\n           proved, computed and tested},\n  author = {{The "
            "class-radius developers}},\n  year = {2026},\n  version = {"
            + project_version()
            + "}\n}"
        ),
    }


# --- numbers -------------------------------------------------------------------------------------


def _number(value: float) -> str:
    if math.isnan(value):
        return "unknown"
    return f"{value:.4g}" if math.isfinite(value) else "no limit"


def _name(found: Examination, label: int) -> str:
    """A class as people know it."""
    return str(label) if found.class_names is None else found.class_names[label]


def _radius_words(found: Examination) -> str:
    radius = found.report.argmax.expected_radius
    if math.isnan(radius.estimate):
        return "No second class was found near some latents: the mean radius is unknown."
    bound = found.report.argmax.bounds["sharp"]
    least = f"at least {_number(radius.low)} and " if radius.low > 0 else ""
    return (
        f"On average a latent of another class is at most {_number(radius.estimate)} away "
        f"({least}at most {_number(radius.high)} with probability "
        f"{found.report.argmax.confidence:g}); classes as "
        f"even as these allow a mean radius of {_number(bound.value)} at most."
    )


def _numbers(found: Examination) -> list[tuple[str, ...]]:
    report = found.report
    coverage = (report.thresholded or report.argmax).coverage
    even = report.collision_entropy
    effective = Interval(
        math.exp(even.estimate), math.exp(even.low), math.exp(even.high), even.method
    )
    radius = report.argmax.expected_radius
    side = ", from above" if Knowledge.UPPER_BOUND in radius.known else ""
    rows = [
        (f"Mean radius E r{side}", radius),
        ("Effective classes, exp H₂", effective),
        ("Collision entropy H₂, nats", even),
        ("Shannon entropy H₁, nats", report.shannon_entropy),
        ("Largest mass, max p", report.argmax.largest_mass),
        ("Coverage c: latents of a sure class", coverage),
        *smoothed_rows(report),
    ]
    return [
        (name, _number(one.estimate), _number(one.low), _number(one.high), str(one.known))
        for name, one in rows
    ]


def _verdicts(found: Examination) -> list[dict[str, str]]:
    report = found.report
    unit = found.generator.law.scale(found.generator.dim) == 1
    factor, radius = ("", "E r") if unit else ("L ", "E r/L")
    checks: list[tuple[str, BoundCheck]] = [
        (_CLAIMS[name].replace("{L}", factor), report.argmax.bounds[name])
        for name in ("isoperimetric", "sharp", "talk")
    ]
    if report.thresholded is not None:
        checks.append((_CLAIMS["holes"], report.thresholded.bounds["holes"]))
    if report.verified is not None:
        claim = f"H₂ ≤ log 1/g⁻¹({radius}): the certificate of low diversity"
        checks.append((claim, report.argmax.entropy_bounds["sharp"]))
    if report.smoothed is not None:
        checks += [
            (f"{claim}: smoothed classes", one) for claim, one in smoothed_bounds(report.smoothed)
        ]
    return [
        {
            "claim": claim,
            "measured": f"at most {_number(one.quantity.high)}",
            "bound": f"{_number(one.low)} to {_number(one.high)}",
            "verdict": one.verdict if one.applies else "inconclusive",
            "words": one.verdict if one.applies else f"does not apply: {one.reason}",
        }
        for claim, one in checks
    ]


# --- pictures ------------------------------------------------------------------------------------


def _pictures(found: Examination, z: FloatArray) -> NDArray[Any]:
    """Images (n, height, width) or (n, height, width, 3) of latents, at most 64 pixels a side."""
    if not len(z):
        return np.empty((0, 1, 1))
    images = np.asarray(array(found.generator.shown(found.partition.decode(z))), dtype=np.float64)
    if images.ndim == 4 and images.shape[3] in (1, 3) and images.shape[1] not in (1, 3):
        images = images.transpose(0, 3, 1, 2)
    if images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or images.shape[1] not in (1, 3):
        flat = images.reshape(len(images), -1)
        side = math.isqrt(flat.shape[1])
        # What is no picture is shown as a square of its numbers, or as a strip.
        square = side > 3 and side * side == flat.shape[1]
        images = flat.reshape(len(flat), 1, *((side, side) if square else (1, -1)))
    height, width = images.shape[2:]
    if max(height, width) > _SIDE:
        share = _SIDE / max(height, width)
        size = max(1, round(share * height)), max(1, round(share * width))
        images = Adaptation(resize=size)(images)
    return images[:, 0] if images.shape[1] == 1 else images.transpose(0, 2, 3, 1)


def _range(found: Examination, x: FloatArray) -> tuple[float, float]:
    """Values that are shown as black and white.

    A usual range where nine tenths of the pixels keep to it but for a tenth of its width: stretched
    to what few reach, the black of all others would be grey.
    """
    pictures = _pictures(found, x[:64])
    low, least, most, high = (float(q) for q in np.quantile(pictures, (0, 0.05, 0.95, 1)))
    for black, white in _USUAL_RANGES:
        beyond = (white - black) / 10
        kept = black - beyond <= least and most <= white + beyond
        if kept and most - least >= (white - black) / 2:
            return black, white
    return low, max(high, low + float(np.finfo(np.float32).tiny))


def _png(picture: FloatArray, low: float, high: float) -> str:
    from matplotlib import image

    buffer = io.BytesIO()
    levels = np.clip((picture - low) / (high - low), 0, 1)
    image.imsave(buffer, levels, cmap="gray", vmin=0, vmax=1, format="png")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _groups(
    found: Examination,
    x: FloatArray,
    labels: IntArray,
    others: FloatArray,
    radii: FloatArray,
    shown: Any,
) -> list[dict[str, Any]]:
    order = [int(row) for row in np.argsort(radii) if np.isfinite(radii[row])]
    if not order:
        return []
    there = np.full(len(x), -1)
    there[order] = found.partition.classify(others[order])
    groups: list[dict[str, Any]] = []
    for title, rows in (
        ("Nearest to another class", order[:_PAIRS]),
        ("Farthest from every other class", order[::-1][:_PAIRS]),
    ):
        images = zip(shown(x[rows]), shown(others[rows]), strict=True)
        pairs = [
            {
                "own": own,
                "other": other,
                "label": _name(found, int(labels[row])),
                "other_label": _name(found, int(there[row])),
                "distance": _number(float(radii[row])),
            }
            for row, (own, other) in zip(rows, images, strict=True)
        ]
        walks = [_walk(found, x[row], others[row], shown) for row in rows[:_WALKS]]
        groups.append({"title": title, "pairs": pairs, "walks": walks})
    return groups


def _walk(found: Examination, start: FloatArray, end: FloatArray, shown: Any) -> dict[str, Any]:
    shares = np.linspace(0, 1, _STEPS)[:, None]
    path = found.generator.law.project(start + shares * (end - start))
    probabilities = found.partition.probabilities(path)
    steps = [
        {"image": image, "label": _name(found, int(one.argmax())), "sure": f"{one.max():.2f}"}
        for image, one in zip(shown(path), probabilities, strict=True)
    ]
    return {"first": steps[0]["label"], "last": steps[-1]["label"], "steps": steps}


# --- figures -------------------------------------------------------------------------------------


def _figures(found: Examination, x: FloatArray, radii: FloatArray) -> list[dict[str, Any]]:
    made = [
        (
            "Masses of the classes",
            "Share of the latents in each class at the threshold, with limits that hold together.",
            _masses(found),
        ),
        (
            "Coverage",
            "Share of the latents whose class is at least as probable as τ, with a band that holds "
            "the whole curve.",
            _coverage(found),
        ),
        (
            "Distribution of the radius",
            "Share of the latents shown here with a radius, as found, of η or more, and the bound "
            "on that share at the estimated masses.",
            _tail(found, radii),
        ),
    ]
    if found.generator.dim == 2:
        made.append(
            (
                "The latent space",
                "The most probable class of each latent: a colour for each class.",
                _map(found, x),
            )
        )
    return [
        {"title": title, "text": text, "svg": _svg(figure, title, number)}
        for number, (title, text, figure) in enumerate(made)
    ]


def _svg(figure: Any, title: str, number: int) -> Any:
    """A figure as inline SVG, whose names are its own on the page."""
    text = saved(figure, "svg").decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>f{number}-", text)
    return Markup(text.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1))


def _axes(xlabel: str, ylabel: str) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    return figure, axes


def _masses(found: Examination) -> Any:
    report = found.report
    masses, low, high = report.masses, report.masses_low, report.masses_high
    with applied():
        figure, axes = _axes("class", "mass")
        places = np.arange(len(masses))
        # An estimate may lie outside its limits by rounding alone.
        ends = np.maximum([masses - low, high - masses], 0)
        axes.errorbar(places, masses, yerr=ends, fmt="o", markersize=3, capsize=2)
        axes.set_ylim(bottom=0)
        if found.class_names is not None and len(masses) <= MOST_CLASSES:
            axes.set_xticks(places, found.class_names, rotation=45, ha="right", parse_math=False)
        return figure


def _coverage(found: Examination) -> Any:
    report = found.report
    with applied():
        figure, axes = _axes("τ", "coverage")
        curve, half = report.coverage, report.coverage_half_width
        axes.plot(report.coverage_thresholds, curve)
        axes.fill_between(
            report.coverage_thresholds,
            np.clip(curve - half, 0, 1),
            np.clip(curve + half, 0, 1),
            alpha=0.3,
            linewidth=0,
        )
        axes.set_ylim(0, 1.02)
        return figure


def _tail(found: Examination, radii: FloatArray) -> Any:
    known = radii[np.isfinite(radii)]
    scale = found.generator.law.scale(found.generator.dim)
    labels = found.partition.known_probabilities().argmax(axis=1)
    masses = np.bincount(labels, minlength=found.partition.classes) / len(labels)
    with applied():
        figure, axes = _axes("η", "P(r ≥ η)")
        top = 1.2 * float(known.max()) if known.size else scale
        eta = np.linspace(0, top, 200)
        if known.size:
            axes.plot(eta, [(known >= one).mean() for one in eta], label="found")
        if (masses > 0).sum() > 1:
            axes.plot(eta, bounds.tail_bound(masses, eta / scale), "--", label="bound")
        axes.set_ylim(0, 1.02)
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
        return figure


def _map(found: Examination, x: FloatArray) -> Any:
    from matplotlib.colors import ListedColormap

    law = found.generator.law
    centre, reach = x.mean(axis=0), float(np.abs(x - x.mean(axis=0)).max())
    axis = np.linspace(-reach, reach, _MAP_POINTS)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2) + centre
    labels = found.partition.probabilities(law.project(grid)).argmax(axis=1) % len(CLASSES)
    outside = np.linalg.norm(law.project(grid) - grid, axis=1) > 1e-9 * reach
    shown = np.ma.masked_array(labels, outside).reshape(_MAP_POINTS, _MAP_POINTS)
    with applied():
        figure, axes = _axes("$z_1$", "$z_2$")
        ends = [centre[0] - reach, centre[0] + reach, centre[1] - reach, centre[1] + reach]
        axes.imshow(
            shown,
            origin="lower",
            extent=ends,
            cmap=ListedColormap(CLASSES),
            vmin=-0.5,
            vmax=len(CLASSES) - 0.5,
            interpolation="nearest",
        )
        return figure
