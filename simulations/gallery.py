"""`python -m simulations.gallery`: every family at one instance each, in one table."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from bounds.support.console import (
    EXIT_FAILED,
    EXIT_OK,
    WholeNumber,
    application,
    launch,
    print_json,
    stdout,
    tracked,
)

if TYPE_CHECKING:
    from simulations.studies.gallery import gallery as gallery
    from simulations.studies.gallery import tightness as tightness

__all__ = ["gallery", "tightness"]


def __getattr__(name: str) -> Any:
    # lazy_loader would put the function in this module's place, as one name is both's.
    if name in __all__:
        return getattr(importlib.import_module("simulations.studies.gallery"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


app = application("simulations.gallery", "Check the bounds on every family of partitions.")


@app.default
def main(
    *,
    samples: WholeNumber = 100_000,
    confidence: float = 0.99,
    seed: WholeNumber = 0,
    workers: int | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Check one instance of every family and print one table.

    Parameters
    ----------
    samples
        Latent points drawn for each partition.
    confidence
        Level of each row's intervals and verdicts.
    seed
        Seed of the samples and of the random partitions.
    workers
        Threads; all available cores if not given.
    json
        Print one JSON object on stdout instead of a table.
    """
    from simulations.checking.check import check
    from simulations.studies.gallery import TABLE_WIDTH, gallery, print_table, to_json

    partitions = list(gallery(seed))
    watched = tracked(partitions, "gallery", "families")
    reports = [
        check(partition, samples=samples, confidence=confidence, rng=seed, workers=workers)
        for partition in watched
    ]
    if json:
        print_json(to_json(reports))
    else:
        print_table(reports, stdout(TABLE_WIDTH))
    return EXIT_OK if all(report.as_claimed for report in reports) else EXIT_FAILED


if __name__ == "__main__":
    launch(app)
