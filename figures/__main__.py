"""`python -m figures`: regenerate every figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from bounds.support.console import application, launch

app = application("figures", "Regenerate every figure.")


@app.default
def main(
    *,
    only: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    list_: Annotated[bool, Parameter(name="--list", negative="")] = False,
    quick: Annotated[bool, Parameter(negative="")] = False,
    recompute: Annotated[bool, Parameter(negative="")] = False,
    out: Path = Path("figures/out"),
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Regenerate the figures, as PDF and PNG, from stored results or afresh.

    Parameters
    ----------
    only
        Names of the figures wanted; all of them if none is given.
    list_
        List the figures and whether their results are stored.
    quick
        Compute small results, store none of them.
    recompute
        Compute and store all results again.
    out
        Folder for the files.
    json
        Print one JSON object on stdout instead of a table.
    """
    # Matplotlib and what computes the results load here, so that --help does without them.
    from figures._generation import generate

    return generate(only, listed=list_, quick=quick, recompute=recompute, out=out, json=json)


if __name__ == "__main__":
    launch(app)
