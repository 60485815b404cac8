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
    """Say what the records of the objectives and of the experiment show, here or in a page.

    Parameters
    ----------
    records
        Folder of either or both; the one of the package if not given.
    rewrite
        A Markdown file: the text between the marks of the objectives, and between those of the
        experiment, becomes their tables.
    json
        Print one JSON object on stdout, the tables in Markdown in it.
    """
    from bounds.support.errors import InvalidValueError
    from simulations.markdown import replace_sections
    from simulations.vae import experiment_page, objective_page
    from simulations.vae.commands.printing import print_summary

    folder = records or objective_page.RESULTS
    tables = {
        objective_page.MARKS: objective_page.section(folder),
        experiment_page.MARKS: experiment_page.section(folder),
    }
    sections = {marks: text for marks, text in tables.items() if text is not None}
    if not sections:
        names = (*objective_page.NAMES, experiment_page.NAME.removesuffix(".json"))
        raise InvalidValueError(f"records={folder}: expected one of {', '.join(names)} there")
    if rewrite is not None:
        replace_sections(rewrite, sections)
    if json:
        print_json({"section": tables[objective_page.MARKS],
                    "experiment": tables[experiment_page.MARKS]})  # fmt: skip
    elif rewrite is None:
        for record in objective_page.recorded(folder):
            for line in objective_page.verdict_lines(record):
                stdout().print(line, highlight=False, markup=False)
        experiment = experiment_page.recorded(folder)
        if experiment is not None:
            print_summary(experiment["summary"], stdout())
    return EXIT_OK
