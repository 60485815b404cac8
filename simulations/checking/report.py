"""A report for a person, as a table, and for a program, as JSON."""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bounds.support.console import stdout
from bounds.support.validation import kind
from simulations.checking.estimation import Sampling
from simulations.checking.intervals import Interval
from simulations.checking.knowledge import Knowledge
from simulations.checking.verdict import BoundCheck
from simulations.partitions.protocol import JSON

_STYLES = {"holds": "green", "violated": "bold red", "inconclusive": "yellow"}

_CLAIMS = {
    "tail": "P(r ≥ η) ≤ tail(p)",
    "isoperimetric": "E r ≤ {L}Σ f(pᵢ)",
    "sharp": "E r ≤ {L}g(‖p‖²)",
    "talk": "E r ≤ {L}γ(‖p‖²)",
    "holes": "E r ≤ {L}holes(q)",
}


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What a check found.

    Attributes
    ----------
    partition, parameters, dim, classes
        What was checked.
    samples : int
        Points at which the radius was computed, those of an earlier run that was continued
        included.
    mass_samples : int
        Independent draws that count for the masses and the coverage.
    seed : int or None
        Entropy of the seed; None if it is no single integer.
    spawn_key : tuple of int
        Key of the seed's child that was used: SeedSequence(seed, spawn_key=spawn_key) gives these
        numbers again.
    sampling : {"independent", "antithetic", "quasi"}
        How points were drawn.
    gain : float or None
        Variance of E r's estimate by independent draws over that by this sampling, at equal
        numbers of points; measured.
    confidence : float
        Level at which all limits and verdicts hold together that are not `asymptotic`.
    anytime : bool
        Whether that level covers having stopped at a sample count chosen by what was seen.
    expected_radius : Interval
        E[r | covered]. If `radius_is_exact` is False, of an upper bound on r.
    radius_is_exact : bool
        Whether the partition's radius is exact.
    collision_probability, collision_entropy, largest_mass, coverage : Interval
        s = ||p||^2, H_2 = log(1/s), max p, and c.
    bounds : mapping of str to BoundCheck
        `tail`, `isoperimetric`, `sharp`, `talk`, `holes`.
    entropy_bounds : mapping of str to BoundCheck
        `sharp` and `talk` upper bounds on H_2.
    seconds, samples_per_second : float
        Of this run alone.
    interrupted : bool
        Whether Ctrl-C cut it short; all else is then about the finished blocks.
    """

    partition: str
    parameters: dict[str, JSON]
    dim: int
    classes: int
    samples: int
    mass_samples: int
    seed: int | None
    spawn_key: tuple[int, ...]
    sampling: Sampling
    gain: float | None
    confidence: float
    anytime: bool
    expected_radius: Interval
    radius_is_exact: bool
    collision_probability: Interval
    collision_entropy: Interval
    largest_mass: Interval
    coverage: Interval
    bounds: Mapping[str, BoundCheck]
    entropy_bounds: Mapping[str, BoundCheck]
    seconds: float
    samples_per_second: float
    interrupted: bool

    def __repr__(self) -> str:
        """One line: what was checked, E r with its limits, and whether all came out as claimed."""
        radius = self.expected_radius
        return (
            f"<Report on {self.partition}: d = {self.dim:,}, K = {self.classes:,}, "
            f"{self.samples:,} points; E r = {_shown(radius.estimate)} "
            f"[{_shown(radius.low)}, {_shown(radius.high)}]"
            f"{'' if radius.known.at_level else ' (asymptotic)'}; "
            f"{'as claimed' if self.as_claimed else 'not as claimed'}>"
        )

    def _repr_html_(self) -> str:
        """The printed report as HTML, for a notebook."""
        console = Console(record=True, width=100, file=io.StringIO())
        print_report(self, console)
        return console.export_html(inline_styles=True, code_format="<pre>{code}</pre>")

    @property
    def as_claimed(self) -> bool:
        """Whether no bound that applies is violated and every exact value is in its interval."""
        every = (*self.bounds.values(), *self.entropy_bounds.values())
        measured = (
            self.expected_radius,
            self.collision_probability,
            self.largest_mass,
            self.coverage,
        )
        return not any(one.applies and one.verdict == "violated" for one in every) and all(
            interval.consistent for interval in measured
        )

    @property
    def decided(self) -> bool:
        """Whether no bound that applies is left inconclusive."""
        every = (*self.bounds.values(), *self.entropy_bounds.values())
        return not any(one.applies and one.verdict == "inconclusive" for one in every)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON objects; numbers that are infinite or unknown are null."""
        return report_to_json(self)


def report_to_json(report: Report) -> dict[str, Any]:
    """The report as JSON objects; numbers that are infinite or unknown are null.

    Parameters
    ----------
    report : Report

    Returns
    -------
    dict
    """
    entropy = report.entropy_bounds
    diversity = {name: _number(one.high) for name, one in entropy.items()}
    return {
        "partition": report.partition,
        "parameters": report.parameters,
        "dim": report.dim,
        "classes": report.classes,
        "samples": report.samples,
        "mass_samples": report.mass_samples,
        "seed": report.seed,
        "spawn_key": list(report.spawn_key),
        "sampling": report.sampling,
        "sampling_gain": _number(report.gain),
        "confidence": report.confidence,
        "anytime": report.anytime,
        "interrupted": report.interrupted,
        "radius_is_exact": report.radius_is_exact,
        "expected_radius": interval_to_json(report.expected_radius),
        "collision_probability": interval_to_json(report.collision_probability),
        "collision_entropy": interval_to_json(report.collision_entropy),
        "largest_mass": interval_to_json(report.largest_mass),
        "coverage": interval_to_json(report.coverage),
        "bounds": {
            **{name: bound_to_json(one) for name, one in report.bounds.items()},
            "entropy_bound": {**bound_to_json(entropy["sharp"]), **diversity},
        },
        "entropy_bound": diversity,
        "as_claimed": report.as_claimed,
        "seconds": report.seconds,
        "samples_per_second": report.samples_per_second,
    }


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def interval_to_json(interval: Interval) -> dict[str, Any]:
    """An interval as a JSON object; what is not finite becomes null."""
    return {
        "estimate": _number(interval.estimate),
        "low": _number(interval.low),
        "high": _number(interval.high),
        "method": interval.method,
        "exact": _number(interval.exact),
        "known": str(interval.known),
    }


def bound_to_json(one: BoundCheck) -> dict[str, Any]:
    """A bound and its verdict as a JSON object; what is not finite becomes null."""
    result: dict[str, Any] = {
        "value": _number(one.value),
        "low": _number(one.low),
        "high": _number(one.high),
        "applies": one.applies,
        "reason": one.reason,
        "verdict": one.verdict,
        "known": str(one.known),
        "verdict_known": str(one.verdict_known),
    }
    if one.eta is not None:
        result["eta"] = one.eta
        result["probability"] = interval_to_json(one.quantity)
    return result


def print_report(report: Report, console: Console | None = None) -> None:
    """Print a report as tables that a person reads.

    Parameters
    ----------
    report : Report
    console : rich.console.Console, optional
        Where to; stdout by default.
    """
    kind(report, "report", Report)
    kind(console, "console", Console, optional=True)
    out = stdout() if console is None else console
    out.print(
        f"{report.partition}: {report.classes:,} classes in dimension {report.dim:,}; "
        f"{report.samples:,} points from seed {report.seed} in {report.seconds:.2f} s",
        markup=False,
        highlight=False,
    )
    if report.interrupted:
        out.print("[yellow]Interrupted: these are the finished blocks.[/yellow]")
    out.print(intervals_table("Measured", _rows(report)))
    out.print(_chain(report))
    for line in _notes(report):
        out.print(line, markup=False, highlight=False)


def intervals_table(title: str, rows: Sequence[tuple[str, Interval]]) -> Table:
    """A table of what was measured, by name."""
    table = Table(title=title, title_justify="left")
    for heading in ("quantity", "estimate", "low", "high", "exact"):
        table.add_column(heading, justify="left" if heading == "quantity" else "right")
    for name, interval in rows:
        values = (interval.estimate, interval.low, interval.high, interval.exact)
        table.add_row(
            name, *(_shown(value) for value in values), style="" if interval.consistent else "red"
        )
    return table


def _rows(report: Report) -> list[tuple[str, Interval]]:
    """What was measured, by name."""
    above = Knowledge.UPPER_BOUND in report.expected_radius.known
    bound = " (of an upper bound on r)" if above else ""
    rows = [
        (f"E r{bound}", report.expected_radius),
        ("‖p‖², collision probability", report.collision_probability),
        ("H₂ = log 1/‖p‖²", report.collision_entropy),
        ("max p", report.largest_mass),
    ]
    if report.coverage.low != 1:
        rows.append(("c, coverage", report.coverage))
    return rows


def _chain(report: Report) -> Table:
    scale = _scale(report)
    rows: list[tuple[str, BoundCheck]] = []
    for name, claim in _CLAIMS.items():
        one = report.bounds[name]
        if name == "holes" and report.coverage.low == 1:
            continue
        label = claim.replace("{L}", "" if scale == 1 else "L ")
        if one.eta is not None:
            label = label.replace("η", f"{one.eta:.3g}")
            label += "" if scale == 1 else ", η/L"
        rows.append((label, one))
    radius = "E r" if scale == 1 else "E r/L"
    rows += [
        (f"H₂ ≤ log 1/{function}⁻¹({radius})", report.entropy_bounds[name])
        for name, function in (("sharp", "g"), ("talk", "γ"))
    ]
    return bounds_table("Bounds", rows)


def _scale(report: Report) -> float:
    """L of the law of the latents, in whose units the report is."""
    scale = report.parameters.get("scale", 1.0)
    return float(scale) if isinstance(scale, (int, float)) else 1.0


def bounds_table(title: str, rows: Sequence[tuple[str, BoundCheck]]) -> Table:
    """A table of claims with what was measured and the verdicts."""
    table = Table(title=title, title_justify="left")
    for heading in ("claim", "measured", "bound", "at least", "slack", "verdict"):
        table.add_column(heading, justify="left" if heading == "claim" else "right")
    for label, one in rows:
        _add(table, label, one)
    return table


def _add(table: Table, label: str, one: BoundCheck) -> None:
    style = _STYLES[one.verdict] if one.applies else "dim"
    table.add_row(
        label,
        _shown(one.quantity.estimate),
        _shown(one.value),
        _shown(one.low),
        _shown(one.value - one.quantity.estimate),
        f"[{style}]{one.verdict}{_mark(one)}[/{style}]",
    )


def _mark(one: BoundCheck) -> str:
    if not one.applies:
        return " *"
    return "" if one.verdict_known.at_level else " ~"


def _notes(report: Report) -> list[str]:
    masses = report.collision_probability.method
    if report.mass_samples > report.samples:
        masses += f" of {report.mass_samples:,} draws"
    every = (*report.bounds.values(), *report.entropy_bounds.values())
    asymptotic = [name for name, one in _rows(report) if not one.known.at_level]
    marked = any(not one.verdict_known.at_level for one in every)
    which = "The other limits and verdicts" if asymptotic or marked else "All limits and verdicts"
    notes = [
        f"{which} hold together with probability {report.confidence:g}"
        f"{', at whatever count it stopped' if report.anytime else ''}; E r by "
        f"{report.expected_radius.method}, masses by {masses}."
    ]
    if asymptotic or marked:
        names = ", ".join([*asymptotic, *(["what is marked ~"] if marked else [])])
        notes.insert(0, f"Asymptotic, so at no level that is known: {names}.")
    if Knowledge.UPPER_BOUND in report.expected_radius.known:
        notes.append(
            "E r is known from above only, by distances to points of other classes: it refutes no "
            "bound and certifies no low diversity."
        )
    scale = _scale(report)
    if scale != 1:
        notes.append(f"L = {scale:.6g}, the constant of the law {report.parameters['latents']}.")
    diversity = report.entropy_bounds["sharp"]
    if diversity.applies and math.isfinite(diversity.high):
        # Of more classes than float64 has numbers for, H₂ alone says as much.
        effective = (
            f", at most exp(H₂) = {math.exp(diversity.high):.5g} effective classes"
            if diversity.high < math.log(sys.float_info.max)
            else ""
        )
        notes.append(
            f"Diversity{_mark(diversity)}: E r ≥ {report.expected_radius.low:.6g} implies "
            f"H₂ ≤ {diversity.high:.6g}{effective} "
            f"(by γ: H₂ ≤ {_shown(report.entropy_bounds['talk'].high)})."
        )
    if report.gain is not None:
        notes.append(f"{report.sampling} sampling: {report.gain:.3g} times less variance for E r.")
    refused = {one.reason for one in report.bounds.values() if not one.applies}
    notes.extend(f"* does not apply: {reason}." for reason in sorted(refused))
    if not report.expected_radius.consistent:
        notes.append("The exact E r lies outside its interval: the check failed.")
    return notes


def _shown(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "–"
    return f"{value:.5g}" if math.isfinite(value) else ("∞" if value > 0 else "−∞")
