"""What the records of the objectives say, written from them alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bounds.support.validation import kind
from bounds.support.validation import path as valid_path
from simulations.markdown import Marks, interval_cell
from simulations.vae.study import BASELINE, CRITERIA, verdict
from simulations.vae.study_record import Record, read_record

RESULTS: Final = Path(__file__).parent / "results"
NAMES: Final = ("objectives-digits", "objectives-mnist")

MARKS: Final[Marks] = (
    "<!-- objectives: written by python -m simulations.vae page -->",
    "<!-- end -->",
)
_COLUMNS: Final = {
    "coverage": 3,
    "E r": 3,
    "H_2": 2,
    "Fréchet distance": 0,
    "recall": 3,
}

Row = dict[str, dict[str, dict[str, float]]]


def section(folder: Path = RESULTS) -> str | None:
    """Return the text about every record in a folder, as Markdown; None if there is none."""
    return "\n".join(_of(record) for record in recorded(folder)) or None


def recorded(folder: Path = RESULTS) -> list[Record]:
    """Return the records in a folder.

    Raises
    ------
    ValueError
        One is not as it was written.
    """
    folder = valid_path(folder, "folder")
    found = [name for name in NAMES if (folder / f"{name}.json").exists()]
    return [read_record(name, folder) for name in found]


def verdict_lines(record: Record) -> list[str]:
    """Say in one line for each latent dimension and objective which criteria it meets."""
    kind(record, "record", Record)
    lines: list[str] = []
    for dim, found in record.summary().items():
        for objective, row in found.items():
            if objective == BASELINE:
                continue
            said = [f"{judge}: {_met(verdict(row, judge))}" for judge in record.manifest["judges"]]
            lines.append(f"d = {dim}, {objective}: {'; '.join(said)}")
    return lines


def winners(record: Record) -> dict[str, list[str]]:
    """By latent dimension, the objectives that meet every criterion by every judge."""
    kind(record, "record", Record)
    return {
        dim: [
            objective
            for objective, row in found.items()
            if objective != BASELINE
            and all(all(verdict(row, judge).values()) for judge in record.manifest["judges"])
        ]
        for dim, found in record.summary().items()
    }


def _of(record: Record) -> str:
    plan, manifest = record.plan, record.manifest
    data, judges = manifest["parameters"]["data"], manifest["judges"]
    images = plan.images or data["train_images"] // 2
    lines = [
        f"### {data['name']}: {plan.seeds} seeds, {plan.epochs} epochs of {images:,} images",
        "",
        f"Batches of {plan.batch}. Judges, trained on the other half of the images: "
        + "; ".join(
            f"{name}, right on {100 * one['accuracy']:.1f} % of {one['images']:,} test images"
            for name, one in judges.items()
        )
        + ".",
        "",
    ]
    won = winners(record)
    for dim, rows in record.summary().items():
        count = len(rows) - 1
        names = ", ".join(f"`{name}`" for name in won[dim]) or "none"
        lines += [f"**d = {dim}**. Of {count} objectives win by both judges: {names}.", ""]
        found = {objective: row for objective, row in rows.items() if "=" not in objective}
        for judge in judges:
            lines += [*_table(found, judge, plan.threshold), ""]
        lines += [*_costs(found, list(judges)), ""]
        weighted = {objective: row for objective, row in rows.items() if objective not in found}
        if weighted:
            lines += [*_weights(weighted, list(judges)), ""]
    return "\n".join(lines)


def _table(found: dict[str, Row], judge: str, threshold: float) -> list[str]:
    heads = ["", *_COLUMNS, "criteria met"]
    lines = [
        f"By the {judge} judge, τ = {threshold:g}; vanilla's means, then differences to vanilla:",
        "",
        f"| {' | '.join(heads)} |",
        "|" + "---|" * len(heads),
    ]
    for objective, row in found.items():
        kind = "value" if objective == BASELINE else "difference"
        cells = [
            interval_cell(row[f"{judge}: {quantity}"].get(kind), digits, kind == "difference")
            for quantity, digits in _COLUMNS.items()
        ]
        met = "" if objective == BASELINE else _met(verdict(row, judge))
        lines.append(f"| {objective} | {' | '.join(cells)} | {met} |")
    return lines


def _weights(found: dict[str, Row], judges: list[str]) -> list[str]:
    heads = ["", "test ELBO, nats"]
    for judge in judges:
        heads += [f"coverage, {judge} judge", "E r", "criteria met"]
    lines = ["Weights multiplied by a factor; differences to vanilla by each judge:", ""]
    lines += [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for objective, row in found.items():
        cells = [interval_cell(row["ELBO"].get("value"), 1)]
        for judge in judges:
            cells += [
                interval_cell(row[f"{judge}: {quantity}"].get("difference"), 3, signed=True)
                for quantity in ("coverage", "E r")
            ]
            cells.append(_met(verdict(row, judge)))
        lines.append(f"| {objective} | {' | '.join(cells)} |")
    return lines


def _costs(found: dict[str, Row], judges: list[str]) -> list[str]:
    heads = [
        "",
        "test ELBO, nats",
        "reconstruction, nats",
        "time / vanilla's",
        "coverage by critic",
        *(f"its gap to the {judge} judge" for judge in judges),
    ]
    lines = ["What it costs, and how far each objective's own critic is deceived:", ""]
    lines += [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    base = found[BASELINE]["seconds"].get("value", {}).get("mean")
    for objective, row in found.items():
        own = row["seconds"].get("value", {}).get("mean")
        critic = row["coverage by critic"].get("value")
        gaps = [
            "–"
            if critic is None
            else f"{critic['mean'] - row[f'{judge}: coverage']['value']['mean']:+.3f}"
            for judge in judges
        ]
        cells = [
            interval_cell(row["ELBO"].get("value"), 1),
            interval_cell(row["reconstruction"].get("value"), 1),
            "–" if base is None or own is None else f"{own / base:.2f}",
            interval_cell(critic, 3),
            *gaps,
        ]
        lines.append(f"| {objective} | {' | '.join(cells)} |")
    return lines


def _met(criteria: dict[str, bool]) -> str:
    missed = [name for name in CRITERIA if not criteria[name]]
    return "all" if not missed else f"not {', '.join(missed)}"
