"""What every command of the project does alike: exit statuses, progress, JSON, where text goes.

Results go to stdout; progress and messages go to stderr. Where a stream's encoding lacks a symbol,
the symbol is spelled out in ASCII.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, TextIO, TypeVar

import cyclopts
from rich import box
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.style import StyleType
from rich.table import Table
from rich.text import Text

from bounds.support.errors import InvalidTypeError, InvalidValueError, MissingError
from bounds.support.interrupts import EXIT_INTERRUPTED, raising
from bounds.support.version import project_version

T = TypeVar("T")

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_MISSING = 3
EXIT_BUG = 70
EXIT_PIPE_CLOSED = 141

_EXTRAS = {"torch": "vae", "sklearn": "vae", "onnxruntime": "onnx", "distributed": "dask"}
"""The optional packages, each with the extra that installs it."""

_SPELLED = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "±": "+-",
    "−": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "·": "*",
    "×": "x",
    "∞": "inf",
    "‖": "|",
    "²": "^2",
    "⁻¹": "^-1",
    "₀": "_0",
    "₁": "_1",
    "₂": "_2",
    "ᵢ": "_i",
    "∫": "int ",
    "√": "sqrt ",
    "∈": "in",
    "→": "->",
    "∂": "d",
    "✓": "ok",
    "✗": "NO",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "Γ": "Gamma",
    "δ": "delta",
    "ε": "epsilon",
    "η": "eta",
    "λ": "lambda",
    "Λ": "Lambda",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "Σ": "sum ",
    "τ": "tau",
    "Φ": "Phi",
    "φ": "phi",
    "Ψ": "Psi",
    "ŝ": "s-hat",
    "ω": "omega",
    "é": "e",
    "ü": "ue",
    "\u0303": "~",  # the tilde over the letter before
}


def spelled(text: str, encoding: str) -> str:
    """Return a text with the symbols that an encoding lacks spelled out.

    Examples
    --------
    >>> spelled("E r ≤ γ(‖p‖²)", "ascii")
    'E r <= gamma(|p|^2)'
    >>> spelled("E r ≤ γ(‖p‖²)", "utf-8")
    'E r ≤ γ(‖p‖²)'
    """

    def fits(one: str) -> bool:
        try:
            one.encode(encoding)
        except UnicodeEncodeError:
            return False
        return True

    if fits(text):
        return text
    for symbol, words in _SPELLED.items():
        if symbol in text and not fits(symbol):
            text = text.replace(symbol, words)
    return text.encode(encoding, "replace").decode(encoding)


_UNLIMITED = 10_000


class Terminal(Console):
    """A rich console that spells out what its stream cannot show."""

    def render_str(self, text: str, **options: Any) -> Text:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Render a text, spelled out where the stream's encoding lacks its symbols."""
        return super().render_str(spelled(text, self.encoding), **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does, but tables that are too wide lose their rules, not their text."""
        fitting = (self._fitted(one) if isinstance(one, Table) else one for one in objects)
        super().print(*fitting, **options)

    def on_broken_pipe(self) -> None:
        """Leave a closed pipe to `launch`; rich would exit with the status of a failed check."""
        raise BrokenPipeError

    def _fitted(self, table: Table) -> RenderableType:
        unlimited = self.options.update(max_width=_UNLIMITED)
        if Measurement.get(self, unlimited, table).maximum <= self.width:
            return table
        table.box, table.padding, table.pad_edge = box.SIMPLE_HEAD, (0, 0), False
        for column in table.columns:
            column.overflow = "fold"
        room = self.width - Measurement.get(self, unlimited, table).minimum
        if room >= 0:
            self._widen(table, room)
            return table
        # Columns this narrow would break numbers: each row becomes a paragraph.
        headings = [self._text(column.header) for column in table.columns]
        rows = zip(*(column.cells for column in table.columns), strict=True)
        paragraphs = [
            self._paragraph(headings, [self._text(cell) for cell in row], one.style or "")
            for row, one in zip(rows, table.rows, strict=True)
        ]
        title = [] if table.title is None else [Text(str(table.title), style="table.title")]
        return Group(*title, *paragraphs)

    def _widen(self, table: Table, room: int) -> None:
        """Fix the columns' widths between their longest word and their longest line.

        Left to itself, rich narrows some by so much that numbers are broken.
        """
        sizes = [
            [Measurement.get(self, self.options, self._text(cell)) for cell in cells]
            for cells in ((column.header, *column.cells) for column in table.columns)
        ]
        least = [max(one.minimum for one in column) for column in sizes]
        most = [max(one.maximum for one in column) for column in sizes]
        for place in sorted(range(len(sizes)), key=lambda place: most[place] - least[place]):
            more = min(room, most[place] - least[place])
            table.columns[place].width = least[place] + more
            room -= more

    def _text(self, cell: RenderableType) -> Text:
        return cell if isinstance(cell, Text) else self.render_str(str(cell))

    def _paragraph(self, headings: list[Text], cells: list[Text], style: StyleType) -> Text:
        lines = [Text.assemble((cells[0].plain, "bold"))]
        for heading, cell in zip(headings[1:], cells[1:], strict=True):
            pair = Text.assemble((heading.plain, "dim"), " ", cell)
            if lines[-1].cell_len + 2 + pair.cell_len > self.width:
                lines.append(Text())
            lines[-1].append("  ").append_text(pair)
        joined = Text("\n").join(lines)
        joined.stylize(style)
        return joined


def stdout(width: int | None = None) -> Terminal:
    """Return the console of results, `width` columns wide or more where that is no terminal."""
    console = Terminal()
    if width is not None and not sys.stdout.isatty():
        console.width = max(console.width, width)
    return console


stderr = Terminal(stderr=True)
"""The console of progress and messages."""


def print_json(result: Any) -> None:
    """Print one JSON object on stdout, in ASCII; NaN and infinities are refused."""
    sys.stdout.write(json.dumps(result, indent=2, allow_nan=False) + "\n")


def _whole(_: Any, tokens: Sequence[cyclopts.Token]) -> int:
    """Read an integer, also as 1e6 or 1_000_000."""
    text = tokens[0].value.replace("_", "")
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number != number.to_integral_value() or number.adjusted() > 40:
        raise ValueError(f"{tokens[0].value!r}: expected a whole number, as 1000000 or 1e6")
    return int(number)


WholeNumber = Annotated[int, cyclopts.Parameter(converter=_whole)]
"""An integer option, which may be typed as 1e6."""


@contextmanager
def progress(name: str, unit: str) -> Generator[Callable[[int, int], None], None, None]:
    """Show a bar on stderr where that is a terminal; yields advance(done, total)."""
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TimeRemainingColumn

    class Done(ProgressColumn):
        def render(self, task: Task) -> Text:
            text = (
                "starting"
                if task.total is None
                else f"{task.completed:,.0f} of {task.total:,.0f} {unit}"
            )
            return Text(text)

    # Rich takes FORCE_COLOR for a terminal; a bar needs a real one.
    shown = sys.stderr.isatty() and not stderr.is_dumb_terminal
    bar = Progress(
        "{task.description}",
        BarColumn(bar_width=20),
        Done(),
        TimeRemainingColumn(compact=True),
        console=stderr,
        transient=True,
        disable=not shown,
    )
    with bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def tracked(items: Sequence[T], name: str, unit: str) -> Iterable[T]:
    """Yield the items, with a bar on stderr where that is a terminal."""
    with progress(name, unit) as advance:
        for done, item in enumerate(items):
            advance(done, len(items))
            yield item


def application(name: str, claim: str) -> cyclopts.App:
    """Return the command-line application of a module: `python -m NAME`."""
    return cyclopts.App(
        name=f"python -m {name}",
        help=claim,
        version=project_version,
        help_format="plaintext",
        console=Terminal(),
        suppress_keyboard_interrupt=False,  # it is told by `launch`
    )


def launch(app: cyclopts.App) -> None:
    """Run a command-line application and exit with the project's statuses.

    0: all came out as claimed; 1: a check failed or a bound is violated; 2: bad usage or input;
    3: something is missing here; 70: a bug of ours; 130: interrupted; 141: the pipe was closed.
    """
    # A notebook hands its own backend to what it starts; commands draw into files alone.
    os.environ["MPLBACKEND"] = "agg"
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before the start, as by `>&-`
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    _lost.clear()
    told, sys.unraisablehook = sys.unraisablehook, _interrupt_again
    try:
        with raising():
            status = _status(app)
        sys.stdout.flush()
    except KeyboardInterrupt:  # a second one, while the first is told
        status = EXIT_INTERRUPTED
    except BrokenPipeError:
        _forget(sys.stdout)
        status = EXIT_PIPE_CLOSED
    finally:
        sys.unraisablehook = told
    sys.exit(status)


_lost: list[threading.Timer] = []
"""One for each Ctrl-C that was lost."""


def _interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Interrupt once more where Ctrl-C fell into a destructor or a callback: they only print it."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        # Not from here: what is raised in a hook is lost as well.
        main = threading.main_thread().ident or 0
        _lost.append(threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT)))
        _lost[-1].start()
    else:
        sys.__unraisablehook__(unraisable)


def _status(app: cyclopts.App) -> int:
    try:
        status = app(exit_on_error=False, print_error=False, result_action="return_value")
        return EXIT_OK if status is None else status
    except KeyboardInterrupt as interrupt:
        return _interrupted(interrupt)
    except BrokenPipeError:
        raise
    except MissingError as error:
        _complain(error)
        return EXIT_MISSING
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            return _our_bug()
        _complain(f"{error.name} is not installed: pip install 'class-radius[{extra}]'")
        return EXIT_MISSING
    except MemoryError as error:
        return _too_large(error)
    except (cyclopts.CycloptsError, InvalidValueError, InvalidTypeError, OSError) as error:
        _complain(error)
        return EXIT_USAGE
    except Exception as error:
        if _lost:  # in a callback, for want of whose answer what called it has failed
            return _interrupted(error)
        # NumPy says so of a size that no address can reach.
        if isinstance(error, ValueError) and "array is too big" in str(error):
            return _too_large(error)
        return _our_bug()


def _interrupted(error: BaseException) -> int:
    # Its traceback holds what was under way. LLVM's objects, dropped half compiled in any order,
    # crash the process; at the interpreter's end they are not destroyed at all.
    sys.last_value = error
    for timer in _lost:
        timer.cancel()
    stderr.print("interrupted")
    return EXIT_INTERRUPTED


def _our_bug() -> int:
    sys.stderr.write(traceback.format_exc())
    _complain(
        "this is a bug in class-radius, not in what you typed. Please report it with the lines "
        f"above, the command and the version ({project_version()}): see the README, "
        "'Reporting a bug'"
    )
    return EXIT_BUG


def _too_large(error: Exception) -> int:
    reason = f" ({error})" if str(error) else ""
    _complain(f"what was asked for needs more memory than there is{reason}: ask for less")
    return EXIT_MISSING


def _complain(error: object) -> None:
    stderr.print(f"error: {error}", style="bold red", markup=False, highlight=False)


def _forget(stream: TextIO) -> None:
    # What is still buffered would fail once more when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
