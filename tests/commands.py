"""Every command of the project at a small size, and the surroundings in which to run it."""

from __future__ import annotations

import ast
import contextlib
import errno
import fcntl
import io
import os
import pty
import re
import resource
import runpy
import struct
import subprocess
import sys
import termios
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.cells import cell_len

ROOT = Path(__file__).parents[1]
PACKAGES = ("bounds", "simulations", "figures")
SECONDS = 100
"""What no command of a small size may take, even where all cores are busy."""

Words = tuple[str, ...]

_FEW = ("--samples", "2000")

COMMANDS: Mapping[str, Mapping[str, Words]] = {
    "bounds": {"": ("--step", "gaussian_isoperimetry", "--digits", "20")},
    "figures": {
        "": ("--quick", "--only", "pareto", "--out", "drawn"),
        "list": ("--list", "--only", "pareto"),
    },
    "simulations.argmax": {"": _FEW},
    "simulations.arrangements": {"": _FEW},
    "simulations.balls": {"": _FEW},
    "simulations.examples": {
        "train": ("train", "vae", "--steps", "1", "--output", "new.pt2"),
        "table": ("table",),
    },
    "simulations.extremal": {
        "": ("--classes", "3", "--starts", "1"),
        "recorded": ("--recorded",),
    },
    "simulations.gallery": {"": ("--samples", "1000")},
    "simulations.generator": {
        "": (
            *("--decoder", "numpy:tanh", "--classifier", "numpy:negative", "--logits"),
            *("--dim", "3", "--samples", "40", "--mass-samples", "500"),
        ),
    },
    "simulations.grids": {"": _FEW},
    "simulations.halfspaces": {"": _FEW},
    "simulations.nearest_neighbour": {"": _FEW},
    "simulations.opposed_halfspaces": {"": _FEW},
    "simulations.orthants": {"": _FEW},
    "simulations.power_cells": {"": _FEW},
    "simulations.shells": {"": _FEW},
    "simulations.slabs": {"": _FEW},
    "simulations.truncated_voronoi": {"": _FEW},
    "simulations.vae": {
        "train": ("train", "--epochs", "1", "--channels", "2", "--output", "new.pt"),
        "check": (
            *("check", "{trained}", "--classifier", "{classifier}"),
            *("--samples", "20", "--mass-samples", "500"),
        ),
        "compare": (
            *("compare", "{trained}", "{trained}", "--classifier", "{classifier}"),
            *("--samples", "20", "--mass-samples", "500"),
        ),
        "experiment": (
            *("experiment", "runs", "--output", "results", "--classifier", "{classifier}"),
            *("--latent-dimensions", "3", "--seeds", "1", "--epochs", "1", "--channels", "2"),
            *("--samples", "20", "--mass-samples", "500", "--workers", "1"),
        ),
        "objectives": (
            *("objectives", "runs", "--output", "results", "--objectives", "vanilla", "critic"),
            *("--latent-dimensions", "3", "--seeds", "2", "--epochs", "1", "--channels", "2"),
            *("--samples", "50", "--radii", "5", "--workers", "1"),
        ),
        "page": ("page",),
    },
    "simulations.voronoi": {"": _FEW},
    "simulations.wedges": {"": _FEW},
}
"""Small-size arguments of every command, by module and by what is asked of it."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield name and syntax tree of every module of the packages."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), ast.parse(path.read_text(encoding="utf-8"))


def commands() -> list[str]:
    """Return the names of all modules that run under `python -m`."""
    return sorted(
        name.removesuffix(".__main__")
        for name, tree in modules()
        if any(
            isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) for node in tree.body
        )
    )


def applications() -> set[str]:
    """Return the names that modules give to their applications."""
    return {
        node.args[0].value
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "application"
        and isinstance(node.args[0], ast.Constant)
    }


def cases() -> list[tuple[str, str]]:
    """Return every command with every name that `COMMANDS` gives to arguments of it."""
    return [(module, case) for module, named in COMMANDS.items() for case in named]


def needs_torch(module: str) -> None:
    """Skip a test of a command that needs torch where it is not installed."""
    if module in ("simulations.examples", "simulations.vae"):
        pytest.importorskip("torch")
        pytest.importorskip("sklearn")


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    status: int
    out: str
    err: str = ""
    columns: int | None = None
    cpu: float = 0.0

    def faults(self, *expected: int) -> list[str]:
        """List what no command may do: traces, lost text, lines broken by the terminal."""
        said = plain(self.out + self.err)
        found = [] if self.status in (expected or (0,)) else [f"exit status {self.status}: {said}"]
        found += [word for word in ("Traceback", "Exception ignored", "…") if word in said]
        for line in said.splitlines():
            if self.columns is not None and cell_len(line.rstrip()) > self.columns:
                found.append(f"{cell_len(line.rstrip())} columns of {self.columns}: {line}")
        return found


def plain(text: str) -> str:
    """Return what a terminal is asked to show, every state of a redrawn line on its own line."""
    text = re.sub(r"\x1b\][^\x07\x1b]*(\x07|\x1b\\)", "", text)
    text = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


_LOCAL = (
    *("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING", "PYTHONUTF8"),
    *("TTY_COMPATIBLE", "TTY_INTERACTIVE", "COVERAGE_PROCESS_START", "PYTHONPATH"),
)


def environment(**changes: str) -> dict[str, str]:
    """Return an ordinary terminal's environment with changes; the packages are importable."""
    ordinary = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    ordinary.update(TERM="xterm-256color", LC_ALL="C.UTF-8", PYTHONPATH=str(ROOT))
    paths = [changes.pop("PYTHONPATH", ""), ordinary["PYTHONPATH"]]
    ordinary["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return {**ordinary, **changes}


def piped(
    module: str, words: Sequence[str], folder: Path, env: Mapping[str, str] | None = None
) -> Ended:
    """Run a command as a program does: all output into pipes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=folder,
        env=environment() if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    encoding = (env or {}).get("PYTHONIOENCODING", "utf-8")
    out, err = done.stdout.decode(encoding), done.stderr.decode(encoding)
    return Ended(done.returncode, out, err, None, cpu)


def on_terminal(
    module: str,
    words: Sequence[str],
    folder: Path,
    env: Mapping[str, str] | None = None,
    columns: int = 80,
) -> Ended:
    """Run a command as a person does: all streams are one terminal, so many columns wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        cwd=folder,
        env=environment() if env is None else dict(env),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    deadline = time.monotonic() + SECONDS
    shown = bytearray()
    try:
        while time.monotonic() < deadline:
            # Linux tells the end of a terminal as an error, other systems as no bytes.
            try:
                some = os.read(ours, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                some = b""
            if not some:
                break
            shown += some
        status = process.wait(max(0.1, deadline - time.monotonic()))
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return Ended(status, shown.decode(), "", columns)


class _Stream(io.TextIOWrapper):
    def __init__(self, encoding: str) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, errors="strict", write_through=True)

    def text(self) -> str:
        self.flush()
        return self.bytes.getvalue().decode(self.encoding)


def here(module: str, words: Sequence[str], encoding: str = "utf-8") -> Ended:
    """Run a command in this process, its streams in memory and of an encoding."""
    out, err = _Stream(encoding), _Stream(encoding)
    before, path = sys.argv, list(sys.path)
    sys.argv = [module, *words]
    # As under `python -m`, the module is run afresh; what it imports stays loaded.
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                runpy.run_module(module, run_name="__main__", alter_sys=False)
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 0
    finally:
        sys.argv, sys.path[:] = before, path
    return Ended(status, out.text(), err.text())


def startup(folder: Path, *codes: str) -> str:
    """Write what Python runs at its start, and return the PYTHONPATH under which it does."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(textwrap.dedent(code) for code in codes)
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    return str(folder)


def without(*names: str) -> str:
    """Return a startup under which packages are as good as not installed."""
    return f"""
        import sys
        from importlib.machinery import PathFinder

        class Blind(PathFinder):
            @classmethod
            def find_spec(cls, name, path=None, target=None):
                if name.partition(".")[0] in {names!r}:
                    return None
                return super().find_spec(name, path, target)

        sys.meta_path[:] = [Blind if one is PathFinder else one for one in sys.meta_path]
    """


def read_only(*folders: Path) -> str:
    """Return a startup under which nothing can be written below some folders, even by root."""
    return f"""
        import os, sys

        def refuse(event, arguments, below={tuple(map(str, folders))!r}):
            if event == "open":
                path, mode, flags = arguments
                writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            elif event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate"):
                path, writes = arguments[1 if event == "os.rename" else 0], True
            else:
                return
            if writes and isinstance(path, (str, bytes, os.PathLike)):
                if os.path.abspath(os.fsdecode(path)).startswith(below):
                    raise PermissionError(13, "read-only for this test", path)

        sys.addaudithook(refuse)
    """


def interrupted(seconds: float) -> str:
    """Return a startup that sends SIGINT so many seconds after a command has begun."""
    return f"""
        import os, signal, sys, threading, time

        def begun(frame):
            while frame is not None:
                if frame.f_code.co_name == "_status":
                    return True
                frame = frame.f_back
            return False

        def interrupt(main=threading.main_thread().ident):
            while not begun(sys._current_frames().get(main)):
                time.sleep(0.005)
            time.sleep({seconds!r})
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
    """


IMPORTING = """
    import builtins, os, signal, sys

    def interrupted(name, *arguments, load=builtins.__import__, **options):
        if name.partition(".")[0] == "cyclopts":
            builtins.__import__ = load
            os.kill(os.getpid(), signal.SIGINT)
        return load(name, *arguments, **options)

    builtins.__import__ = interrupted
"""
"""A startup that sends SIGINT while a command is still being imported."""

QUICK_JUDGES = """
    from simulations.vae import judges

    judges.EPOCHS["digits"] = 1
"""
"""A startup under which the judges of objectives are trained for one epoch."""

RECORD_MODULES = """
    import atexit, os, sys

    def record():
        with open(os.environ["LOADED"], "w") as file:
            file.write("\\n".join(sorted({name.partition(".")[0] for name in sys.modules})))

    atexit.register(record)
"""
"""A startup that writes the names of all packages that were loaded to the file LOADED."""

FORMER_PROGRESS = """
    from contextlib import contextmanager
    from rich.progress import BarColumn, Progress, TextColumn
    import bounds.support.console as console

    @contextmanager
    def progress(name, unit):
        bar = Progress(
            BarColumn(),
            TextColumn(f"{{task.completed:,.0f}} of {{task.total:,.0f}} {unit}"),
            console=console.stderr,
            disable=not console.stderr.is_terminal,
        )
        with bar:
            task = bar.add_task(name, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    console.progress = progress
"""
"""A startup that puts back a fault: a bar that can't show a task of unknown length."""
