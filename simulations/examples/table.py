"""The table of all examples, in Markdown and on a terminal, from their record alone."""

from __future__ import annotations

from typing import Final

from rich.table import Table

from simulations.arrays import FloatArray
from simulations.examples.comparison import Record

MARKS: Final = "<!-- written by python -m simulations.examples table -->", "<!-- end -->"


def section(record: Record) -> str:
    """The table in Markdown, with what it says and how it was made."""
    parameters, settings = record.manifest["parameters"], record.manifest["parameters"]["settings"]
    heads = (
        "",
        "d",
        f"coverage at {settings['threshold']:g}",
        "s = ‖p‖²",
        "H₂",
        "E r, at most",
        "E r̃, smoothed",
        "Σ f(pᵢ)",
        "g(s)",
        "γ(s)",
        "trained, checked in",
    )
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for row, name in enumerate(record.names):
        found = _named(record, row)
        cells = (
            f"`{name}`",
            str(parameters["dimensions"][row]),
            _interval(found["coverage"]),
            _interval(found["s"]),
            _interval(found["H_2"]),
            f"{found['E r'][2]:.3f}",
            _limits(found["E r, smoothed"]),
            *(f"{found[bound][0]:.3f}" for bound in ("isoperimetric", "sharp", "talk")),
            f"{found['training'][0]:.0f} s, {found['checking'][0]:.0f} s",
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        f"By one judge, at level {settings['confidence']:g} each. E r is of the classes by argmax, "
        f"found at {settings['samples']:,} latents; E r̃ of the classes smoothed by noise of "
        f"{record.manifest['sigma']:.3f}, from both sides by {settings['votes']:,} votes at "
        f"{settings['smoothed']:,} latents, loosely from above. Bounds at the estimated "
        "masses; seconds of one core.",
    ]
    return "\n".join(lines)


def _interval(found: FloatArray) -> str:
    return f"{found[0]:.3f} [{found[1]:.3f}, {found[2]:.3f}]"


def terminal_table(record: Record) -> Table:
    """The same for a terminal, without the bounds."""
    table = Table("generator", "coverage", "s", "E r at most", "E r̃", "g(s)")
    for row, name in enumerate(record.names):
        found = _named(record, row)
        table.add_row(
            name,
            _interval(found["coverage"]),
            _interval(found["s"]),
            f"{found['E r'][2]:.3f}",
            _limits(found["E r, smoothed"]),
            f"{found['sharp'][0]:.3f}",
        )
    return table


def _named(record: Record, row: int) -> dict[str, FloatArray]:
    quantities = record.manifest["parameters"]["quantities"]
    return dict(zip(quantities, record.values[row], strict=True))


def _limits(found: FloatArray) -> str:
    return f"[{found[1]:.3f}, {found[2]:.3f}]"
