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
        A Markdown file: the text between the marks of the objectives, and between those of the
        experiment if it is recorded too, becomes the tables.
    json
        Print one JSON object on stdout, the tables in Markdown in it.
    """
    from simulations.markdown import replace_sections
    from simulations.vae import experiment_page, objective_page

    folder = records or objective_page.RESULTS
    text, tables = objective_page.section(folder), experiment_page.section(folder)
    if rewrite is not None:
        sections = {objective_page.MARKS: text}
        if tables is not None:
            sections[experiment_page.MARKS] = tables
        replace_sections(rewrite, sections)
    if json:
        print_json({"section": text, "experiment": tables})
    elif rewrite is None:
        for record in objective_page.recorded(folder):
            for line in objective_page.verdict_lines(record):
                stdout().print(line, highlight=False, markup=False)
    return EXIT_OK
