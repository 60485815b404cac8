"""`python -m simulations.extremal`: search for partitions with a larger E r than argmax."""

from __future__ import annotations

import json as json_text
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import lazy_loader
from cyclopts import Parameter

from bounds.support.console import (
    EXIT_OK,
    WholeNumber,
    application,
    launch,
    print_json,
    stdout,
)
from bounds.support.errors import InvalidValueError
from bounds.support.files import check_writable, made_folder, write_atomically

if TYPE_CHECKING:
    from simulations.studies.extremal import climb_on_sample as climb_on_sample
    from simulations.studies.extremal import read_record as read_record
    from simulations.studies.extremal import search as search

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"studies.extremal": ["climb_on_sample", "read_record", "search"]}
)

app = application("simulations.extremal", "Search for partitions with a larger E r than argmax.")


@app.default
def main(
    *,
    classes: Annotated[list[int] | None, Parameter(consume_multiple=True)] = None,
    dim: int = 2,
    effective: int | None = None,
    starts: WholeNumber = 8,
    seed: WholeNumber = 0,
    recorded: bool = False,
    survey: bool = False,
    store: Path | None = None,
    output: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Maximise E r over power cells and compare with the argmax of R^K.

    Parameters
    ----------
    classes
        Numbers of classes K, one search each; 3 4 5 by default.
    dim
        Dimension d; K - 1 is all that K scores can use.
    effective
        Leave the masses free under ||p||^2 <= 1/k, k given here; by default all are 1/K.
    starts
        Random starts of each search.
    seed
        Seed of the starts.
    recorded
        Show the committed record instead of searching.
    survey
        Repeat the searches of the record, which takes some minutes.
    store
        Folder in which a survey keeps what it has finished, and from which it goes on.
    output
        File to which what is found is written as JSON.
    json
        Print one JSON object on stdout instead of a table.
    """
    from simulations.studies.extremal import (
        TABLE_WIDTH,
        outdated,
        print_table,
        read_record,
        search,
        to_json,
    )
    from simulations.studies.extremal import survey as all_searches

    if output is not None:
        check_writable(output, "output")
    if store is not None:
        if not survey:
            raise InvalidValueError(f"store={os.fspath(store)!r}: expected --survey with it")
        made_folder(store, "store")
    changed = ""
    if recorded:
        found, changed = read_record(), outdated()
    elif survey:
        found = all_searches(store, seed)
    else:
        numbers = [3, 4, 5] if classes is None else classes
        found = [search(k, dim, effective=effective, starts=starts, seed=seed) for k in numbers]
    if output is not None:
        write_atomically(output, (json_text.dumps(to_json(found), indent=1) + "\n"))
    if json:
        print_json(to_json(found) | ({"outdated": changed} if recorded else {}))
    else:
        print_table(found, stdout(TABLE_WIDTH))
        if changed:
            stdout().print(f"Computed before today's code: {changed}", highlight=False)
    return EXIT_OK


if __name__ == "__main__":
    launch(app)
