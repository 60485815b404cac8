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
    """Print what the records of `objectives` say, as Markdown, or put it into a page.

    Parameters
    ----------
    records
        Folder of the records; the one of the package if not given.
    rewrite
        A Markdown file in which the text between the two marks is replaced.
    json
        Print one JSON object on stdout.
    """
    from simulations.vae.objective_page import RESULTS, replace_section, section

    text = section(records or RESULTS)
    if rewrite is not None:
        replace_section(rewrite, text)
    if json:
        print_json({"section": text})
    elif rewrite is None:
        stdout().print(text, highlight=False, markup=False, soft_wrap=True)
    return EXIT_OK
