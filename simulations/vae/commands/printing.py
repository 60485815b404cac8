"""What commands print of a checked model and of an experiment."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from bounds.support.console import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    print_json,
    stdout,
)
from simulations.generators.generator import GeneratorReport
from simulations.generators.printing import print_generator
from simulations.vae.classifier import ClassifierReport
from simulations.vae.training import TrainedModel


def print_summary(summary: list[dict[str, Any]], console: Console) -> None:
    """Print mean and interval over seeds of every quantity, by objective."""
    table = Table(title="Mean over seeds [95 % interval]", title_justify="left")
    for heading in ("d", "quantity", "vanilla", "talk", "difference"):
        table.add_column(heading, justify="left" if heading == "quantity" else "right")
    for row in summary:
        cells = [_mean(row.get(name)) for name in ("vanilla", "talk", "difference")]
        table.add_row(str(row["latent_dimension"]), row["quantity"], *cells)
    console.print(table)


def _mean(interval: dict[str, float] | None) -> str:
    if interval is None:
        return "–"
    if "low" not in interval:
        return f"{interval['mean']:.4g}"
    return f"{interval['mean']:.4g} [{interval['low']:.4g}, {interval['high']:.4g}]"


def print_check(
    trained: TrainedModel, accuracy: ClassifierReport, report: GeneratorReport, as_json: bool
) -> int:
    """Print a checked model, for a person or as JSON, and return the exit status."""
    status = EXIT_OK if report.as_claimed else EXIT_FAILED
    if report.interrupted:
        status = EXIT_INTERRUPTED
    last = trained.history[-1]
    if as_json:
        print_json(
            {
                "data": trained.data,
                "epochs": len(trained.history),
                "elbo": last.elbo,
                "classifier": {
                    "accuracy": accuracy.accuracy,
                    "images": accuracy.images,
                    "temperature": accuracy.temperature,
                    "calibration_error": accuracy.calibration_error,
                },
                **report.to_json(),
            }
        )
        return status
    console = stdout()
    console.print(
        f"Autoencoder on {trained.data}, {len(trained.history)} epochs: test ELBO {last.elbo:.2f} "
        f"nats an image. Classifier: {accuracy.accuracy:.2%} of {accuracy.images:,} test images.",
        highlight=False,
    )
    console.print()
    print_generator(report, console)
    table = Table(title="Entropies at the threshold", title_justify="left")
    for heading in ("entropy", "estimate", "low", "high"):
        table.add_column(heading, justify="left" if heading == "entropy" else "right")
    for name, interval in (
        ("H₁", report.shannon_entropy),
        ("H₂", report.collision_entropy),
        ("H∞", report.min_entropy),
    ):
        values = (interval.estimate, interval.low, interval.high)
        table.add_row(name, *(f"{value:.4f}" for value in values))
    console.print(table)
    curve = dict(zip(report.coverage_thresholds.round(2), report.coverage, strict=True))
    shown = "  ".join(f"{tau:g}: {curve[tau]:.3f}" for tau in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99))
    console.print(
        f"Coverage over τ  {shown}  (all ± {report.coverage_half_width:.3f})", highlight=False
    )
    return status
