"""`python -m simulations.vae page`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from bounds.support.console import EXIT_OK, print_json, stdout


def page(
    *,
    records: Path | None = None,
    rewrite: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Say which criteria the recorded objectives meet, and put the tables into a page.

    Parameters
    ----------
    records
        Folder of the records; the one of the package if not given.
    rewrite
        A Markdown file in which the text between the two marks becomes the tables.
    json
        Print one JSON object on stdout, the tables in Markdown in it.
    """
    from simulations.vae.objective_page import (
        RESULTS,
        recorded,
        replace_section,
        section,
        verdict_lines,
    )

    folder = records or RESULTS
    text = section(folder)
    if rewrite is not None:
        replace_section(rewrite, text)
    if json:
        print_json({"section": text})
    elif rewrite is None:
        for record in recorded(folder):
            for line in verdict_lines(record):
                stdout().print(line, highlight=False, markup=False)
    return EXIT_OK
