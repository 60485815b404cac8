"""What every command of the project does alike: exit statuses, JSON, and where text goes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import cyclopts
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

stderr = Console(stderr=True)
"""Where progress and messages go; stdout is for results."""

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def print_json(result: Any) -> None:
    """Print one JSON object on stdout; NaN and infinities are refused."""
    sys.stdout.write(json.dumps(result, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


@contextmanager
def progress(name: str, unit: str) -> Generator[Callable[[int, int], None], None, None]:
    """Show a bar on stderr where that is a terminal; yields advance(done, total)."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(f"{{task.completed:,.0f}} of {{task.total:,.0f}} {unit}"),
        TimeRemainingColumn(),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    )
    with bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def launch(app: cyclopts.App) -> None:
    """Run a command-line application and exit with the project's statuses.

    0: every check came out as claimed; 1: a check failed; 2: bad usage; 130: interrupted.
    """
    try:
        status = app(exit_on_error=False, print_error=False, result_action="return_value")
    except KeyboardInterrupt:
        stderr.print("interrupted")
        sys.exit(EXIT_INTERRUPTED)
    except (cyclopts.CycloptsError, ValueError, TypeError, OSError, RuntimeError) as error:
        stderr.print(f"error: {error}", style="bold red", markup=False, highlight=False)
        sys.exit(EXIT_USAGE)
    sys.exit(EXIT_OK if status is None else status)
