"""What the record of the experiment says, written from it alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from bounds.support.sealed import read_sealed
from bounds.support.validation import path as valid_path
from simulations.markdown import Marks, interval_cell
from simulations.vae.objective_page import RESULTS

NAME: Final = "experiment.json"
MARKS: Final[Marks] = (
    "<!-- experiment: written by python -m simulations.vae page -->",
    "<!-- end -->",
)

# Label, quantity of `simulations.vae.experiment.scalars` with τ in place of {}, decimals.
_ROWS: Final = (
    ("test ELBO, nats", "elbo", 1),
    ("mean distance of two codes", "posterior: mean code distance", 3),
    ("scale of the aggregate posterior", "posterior: scale", 3),
    ("E r, argmax, by the grid", "curve at 0: expected_radius", 3),
    ("E r, argmax, at most, by witnesses", "E r (witness, argmax)", 3),
    ("E r, argmax, at least, by verified balls", "E r, argmax, at least (verified)", 3),
    ("E r, smoothed classes, at least", "E r, smoothed classes, at least", 3),
    ("E r, smoothed classes, at most", "E r, smoothed classes, at most", 3),
    ("E r, argmax, rescaled posterior, by the grid", "rescaled at 0: expected_radius", 3),
    ("H₂, argmax, by the grid", "curve at 0: collision_entropy", 3),
    ("sharp bound g at these masses", "curve at 0: sharp", 3),
    ("coverage at τ, by labels", "coverage (labels)", 3),
    ("coverage at τ, by the grid", "curve at {}: coverage", 3),
    ("E[r &#124; covered] at τ, by the grid", "curve at {}: expected_radius", 3),
    ("bound with holes", "curve at {}: holes", 3),
    ("H₂ at τ, by labels", "H_2 (labels, threshold)", 3),
    ("classifier confidence", "quality: classifier confidence", 3),
    ("Fréchet distance", "quality: frechet_distance", 0),
    ("precision", "quality: precision", 3),
    ("recall", "quality: recall", 4),
    ("density", "quality: density", 3),
    ("coverage of real images", "quality: coverage", 4),
    ("Lipschitz constant, at least", "decoder: lower", 1),
    ("Lipschitz constant, at most", "decoder: upper", 0),
    ("image distance to the other class", "decoder: image_distance", 2),
)


def recorded(folder: Path = RESULTS) -> dict[str, Any] | None:
    """Return the manifest, summary and runs of the experiment in a folder; None if there is none.

    Raises
    ------
    ValueError
        The record is not as it was written.
    """
    path = valid_path(folder, "folder") / NAME
    return read_sealed(path, "manifest", "summary", "runs") if path.exists() else None


def section(folder: Path = RESULTS) -> str | None:
    """Return the tables of the recorded experiment, as Markdown; raise as `recorded` does."""
    record = recorded(folder)
    if record is None:
        return None
    threshold = f"{record['manifest']['parameters']['threshold']:g}"
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for row in record["summary"]:
        found.setdefault(row["latent_dimension"], {})[row["quantity"]] = row
    lines: list[str] = []
    for dim, rows in found.items():
        lines += [f"**d = {dim}**, τ = {threshold}", ""]
        lines += ["| | vanilla | talk | talk − vanilla |", "|---|---|---|---|"]
        for label, quantity, digits in _ROWS:
            row = rows.get(quantity.format(threshold))
            if row is not None:
                cells = [
                    interval_cell(row.get(name), digits)
                    for name in ("vanilla", "talk", "difference")
                ]
                lines.append(f"| {label} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)
