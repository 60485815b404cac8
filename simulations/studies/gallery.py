"""Every family at one instance each: how tight the bounds are, in one table.

python -m simulations.gallery
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from bounds.support.errors import InvalidValueError
from bounds.support.validation import items, kind
from simulations.checking.report import Report
from simulations.partitions.argmax import CoordinateArgmax, LinearArgmax
from simulations.partitions.arrangements import Arrangement
from simulations.partitions.balls import ring_of_balls
from simulations.partitions.grids import Grid
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.nearest_neighbour import NearestNeighbour
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces
from simulations.partitions.orthants import Orthants
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.truncated_voronoi import TruncatedVoronoi
from simulations.partitions.voronoi import Voronoi
from simulations.partitions.wedges import Wedges

TABLE_WIDTH = 130
"""What the table needs; a narrower terminal wraps its lines rather than losing their ends."""

_MARKS = {
    "holds": "[green]✓[/green]",
    "violated": "[bold red]✗[/bold red]",
    "inconclusive": "[yellow]?[/yellow]",
}


def gallery(seed: int = 0) -> Iterator[Partition]:
    """Instances of all families: those that cover the space first, those with holes last.

    Parameters
    ----------
    seed : int
        Of the random centres, labels and hyperplanes.

    Yields
    ------
    Partition
    """
    yield Halfspace(0.1)
    yield Slabs([-1.0, 0.0, 1.0])
    yield Orthants(3)
    yield Wedges.equal(5)
    yield Shells([1.0, 1.5, 2.0], dim=3)
    yield Grid([[-0.5, 0.5]] * 2)
    yield CoordinateArgmax(10)
    yield CoordinateArgmax(1000)
    yield LinearArgmax(Voronoi.random(2, 10, seed).centres)
    yield Voronoi.random(2, 10, seed)
    yield Voronoi.random(10, 100, seed)
    yield PowerCells.random(2, 10, seed)
    yield Arrangement.random(4, 2, seed)
    yield NearestNeighbour.random(20, 3, 2, seed)
    yield NearestNeighbour.random(10, 3, 4, seed)
    yield OpposedHalfspaces(-1.0, 1.0)
    yield ring_of_balls(4, 2, 1.5, 0.8)
    yield TruncatedVoronoi(Voronoi.random(2, 10, seed).centres, 0.7)


def tightness(report: Report) -> float | None:
    """E r over the sharp bound, exact where both are known; None if the bound does not apply."""
    kind(report, "report", Report)
    radius, sharp = report.expected_radius, report.bounds["sharp"]
    if not sharp.applies:
        return None
    ratio = (radius.estimate if radius.exact is None else radius.exact) / sharp.value
    return ratio if math.isfinite(ratio) else None


def to_json(reports: list[Report]) -> dict[str, Any]:
    """The reports as one JSON object."""
    items(reports, "reports", Report)
    # A thousand coordinates are no parameters that anybody reads in a table.
    rows = [
        {
            **report.to_json(),
            "parameters": {
                key: value
                for key, value in report.parameters.items()
                if not isinstance(value, (list, tuple))
            },
            "radius_over_sharp": tightness(report),
        }
        for report in reports
    ]
    return {"partitions": rows, "as_claimed": all(report.as_claimed for report in reports)}


def _number(value: float | None, refused: bool = False) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    return f"[dim]{value:.4f} *[/dim]" if refused else f"{value:.4f}"


def print_table(reports: list[Report], console: Console) -> None:
    """Print one row for each report."""
    items(reports, "reports", Report)
    kind(console, "console", Console)
    if not reports:
        raise InvalidValueError("reports is empty: expected the reports of a check")
    table = Table(title="Gallery of partitions", title_justify="left")
    for heading in ("family", "d", "K", "E r exact", "E r estimated", "Σ f(pᵢ)", "g(s)", "γ(s)"):
        table.add_column(heading, justify="left" if heading == "family" else "right")
    table.add_column("E r / g(s)", justify="right")
    table.add_column("verdicts")
    for report in reports:
        radius = report.expected_radius
        verdicts = [
            f"{_MARKS[one.verdict]}" if one.applies else "–"
            for one in (report.bounds[name] for name in ("isoperimetric", "sharp", "talk", "holes"))
        ]
        half = 0.5 * (radius.high - radius.low)
        table.add_row(
            report.partition + ("" if report.radius_is_exact else " ≤"),
            f"{report.dim:,}",
            f"{report.classes:,}",
            "–" if radius.exact is None else f"{radius.exact:.8f}",
            f"{radius.estimate:.4f} ± {half:.4f}",
            *(
                _number(report.bounds[name].value, not report.bounds[name].applies)
                for name in ("isoperimetric", "sharp", "talk")
            ),
            _number(tightness(report)),
            " ".join(verdicts),
            style="" if report.as_claimed else "red",
        )
    console.print(table)
    console.print(
        f"± is half the interval of E r, of level {reports[0].confidence:g} for each row; "
        f"{reports[0].samples:,} points a row from seed {reports[0].seed}.\n"
        "Verdicts on Σ f, g, γ and the bound with holes: ✓ holds, ✗ violated, ? undecided by this "
        "sample, – does not apply.\n≤: the radius is an upper bound. *: the bound does not apply. "
        "An arrangement's K counts sign vectors, most of them empty.",
        highlight=False,
    )
