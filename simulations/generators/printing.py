"""A generator's report for a person: tables of its parts, and sentences that say what they mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bounds.support.console import stdout
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_sequence
from bounds.support.validation import kind, shown
from simulations.checking.intervals import Interval
from simulations.checking.report import bounds_table, intervals_table, print_report
from simulations.checking.verdict import BoundCheck
from simulations.generators.generator import GeneratorReport
from simulations.generators.smoothing import SmoothedReport
from simulations.generators.verified import VerifiedRadius

MOST_CLASSES = 20
"""Classes that are listed."""


def print_generator(
    report: GeneratorReport,
    console: Console | None = None,
    class_names: Sequence[str] | None = None,
) -> None:
    """Print a generator's report.

    Parameters
    ----------
    report : GeneratorReport
    console : rich.console.Console, optional
        Where to; stdout by default.
    class_names : sequence of str, optional
        Of the classes, in their order; their numbers by default.
    """
    kind(report, "report", GeneratorReport)
    kind(console, "console", Console, optional=True)
    if class_names is not None:
        class_names = _names(class_names, len(report.masses))
    out = stdout() if console is None else console
    out.print("Every latent has its most probable class", style="bold")
    print_report(report.argmax, out)
    if report.thresholded is not None:
        threshold: Any = report.thresholded.parameters["threshold"]
        out.print(
            f"\nA latent whose class is less probable than {threshold:g} has none", style="bold"
        )
        print_report(report.thresholded, out)
    out.print(_classes(report, class_names))
    if report.smoothed is not None:
        rows = smoothed_rows(report)
        out.print(intervals_table(f"Smoothed classes, σ = {report.smoothed.sigma:.4g}", rows))
        out.print(bounds_table("Bounds on smoothed classes", smoothed_bounds(report.smoothed)))
    for line in radius_sentences(report):
        out.print(line, markup=False, highlight=False)
    out.print(f"Time: {_times(report)}.", markup=False, highlight=False)


def _names(names: Any, classes: int) -> Sequence[str]:
    if not is_sequence(names) or not all(isinstance(one, str) for one in names):
        raise InvalidTypeError(f"class_names={shown(names)}: expected a list of names")
    if len(names) != classes:
        raise InvalidValueError(f"class_names has {len(names)}: expected {classes}, a name a class")
    return names


def _times(report: GeneratorReport) -> str:
    parts = {"labels": report.labelling_seconds, "radii": report.argmax.seconds}
    if report.thresholded is not None:
        parts["radii with holes"] = report.thresholded.seconds
    return ", ".join(f"{seconds:.1f} s for {name}" for name, seconds in parts.items())


def _classes(report: GeneratorReport, class_names: Sequence[str] | None) -> Table:
    table = Table(title="Classes at the threshold", title_justify="left")
    for heading in ("class", "mass", "low", "high"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    rows = zip(report.masses, report.masses_low, report.masses_high, strict=True)
    for place, masses in enumerate(list(rows)[:MOST_CLASSES]):
        name = str(place) if class_names is None else class_names[place]
        table.add_row(escape(name), *(f"{mass:.4f}" for mass in masses))
    if len(report.masses) > MOST_CLASSES:
        table.add_row(f"and {len(report.masses) - MOST_CLASSES:,} more", "", "", "")
    return table


def smoothed_rows(report: GeneratorReport) -> list[tuple[str, Interval]]:
    """What was measured of the smoothed classes, by name."""
    smoothed = report.smoothed
    if smoothed is None:
        return []
    rows = [
        ("E r̃, of the smoothed classes", smoothed.expected_radius),
        ("s̃ = ‖p̃‖², collision probability", smoothed.collision_probability),
        ("H₂(p̃) = log 1/s̃", smoothed.collision_entropy),
    ]
    if report.smoothed_coverage is not None:
        rows.append(("c̃, coverage, at the threshold", report.smoothed_coverage))
    return rows


def smoothed_bounds(smoothed: SmoothedReport) -> list[tuple[str, BoundCheck]]:
    """The bounds on smoothed classes, by claim."""
    factor, units = ("", "E r̃") if smoothed.scale == 1 else ("L ", "E r̃/L")
    functions = (("sharp", "g"), ("talk", "γ"))
    return [
        *((f"E r̃ ≤ {factor}{function}(s̃)", smoothed.bounds[name]) for name, function in functions),
        *(
            (f"H₂(p̃) ≤ log 1/{function}⁻¹({units})", smoothed.entropy_bounds[name])
            for name, function in functions
        ),
    ]


def radius_sentences(report: GeneratorReport) -> list[str]:
    """From which side E r is known, how, and what follows, in words."""
    said: list[str] = []
    excess = report.search_excess
    if excess is not None:
        said.append(
            f"From above by a search: told {excess.told} of a linear classifier with as many "
            f"latents and about these masses, it finds distances {excess.excess:.2%} above the "
            "radius on average; of this generator that proves nothing."
        )
    verified = report.verified
    if isinstance(verified, VerifiedRadius) and verified.share == 0:
        said.append(
            f"From below: no ball of one class was verified around any of {verified.samples:,} "
            "latents, as the limits of this network's layers lose too much. E r ≥ 0 is all that "
            "is certain."
        )
    elif isinstance(verified, VerifiedRadius):
        said.append(
            f"From below by balls of one class, verified around {verified.share:.1%} of "
            f"{verified.samples:,} latents, of mean radius {verified.mean:.4g}, with 0 around the "
            f"others: E r ≥ {verified.low:.4g}."
        )
    elif verified is not None:
        radius = verified.expected_radius
        said.append(
            f"From below by cells of the plane in which one class is verified, all but a mass of "
            f"{verified.undecided:.2g}: E r lies in [{radius.low:.5g}, {radius.high:.5g}] for "
            "certain."
        )
    if verified is not None:
        said.append(
            "Verified is the network with these weights in real arithmetic, not the rounding of "
            "its own precision."
        )
    smoothed = report.smoothed
    if smoothed is not None:
        said.append(
            f"The smoothed class of a latent is the most frequent one under noise N(0, σ² I), "
            f"σ = {smoothed.sigma:.4g}: not the class itself, which it becomes as σ → 0. "
            f"{smoothed.samples:,} latents, {smoothed.votes:,} votes each; "
            f"{smoothed.certified:.1%} certified. {certificate(smoothed)}"
        )
    return said


def certifies(smoothed: SmoothedReport) -> bool:
    """Whether the lower limit of E r~ certifies less diversity than there are classes."""
    return smoothed.expected_radius.low > 0 and smoothed.entropy_bound < math.log(smoothed.classes)


def certificate(smoothed: SmoothedReport) -> str:
    """What the lower limit of E r~ certifies."""
    radius, bound = smoothed.expected_radius, smoothed.entropy_bound
    if not radius.low > 0:
        return "Nothing is certified of the diversity of the smoothed classes."
    meaning = (
        f"as if at most {math.exp(bound):.4g} of {smoothed.classes:,} smoothed classes were used "
        "evenly"
        if certifies(smoothed)
        else f"which says nothing new of {smoothed.classes:,} classes"
    )
    return (
        f"Certificate: E r̃ ≥ {radius.low:.4g} implies H₂(p̃) ≤ {bound:.4g}, {meaning} (with "
        f"probability {smoothed.confidence:g})."
    )
