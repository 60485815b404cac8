"""`python -m tests.mutation`: damage the formulas one place at a time and see who notices.

Each mutant is tried in a child process, in a copy of the project: first the conjuncts of the ledger
that reach the damaged statement, then the tests that do, quickest first. It is killed by the first
that fails. What survives is either a gap in the tests, or it is equivalent, and stands in
`equivalents.toml` with the argument; an entry there that no survivor matches is an error.

mutmut changes only functions, cosmic-ray the tree that it stands in, and neither knows of a ledger,
so that the mistakes are made here.

    python -m tests.mutation [FILE ...] [--sample N] [--minutes M] [--record FILE] [--jobs N]

Without files all of `bounds/formulas` and `bounds/arithmetic` are damaged; `bounds/proof` and its
files may be named too. With a record a later call goes on where this one stopped, and tries
survivors again where the tests have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Loaded once here, so that no child pays for them.
import cyclopts  # noqa: F401
import flint  # noqa: F401
import hypothesis  # noqa: F401
import mpmath  # noqa: F401
import numpy  # noqa: F401
import rich.table  # noqa: F401
import scipy.optimize
import scipy.special
import scipy.stats  # noqa: F401
import sympy  # noqa: F401

from .inside import QUICK, TESTS, Reach, Recorder, enter, failed_test, wrong_conjunct
from .mutants import Mutant, instrumented, mutants

ROOT = Path(__file__).parents[2]
FORMULAS = ("bounds/formulas", "bounds/arithmetic")
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
KILLED = ("ledger", "tests", "time limit")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant: "ledger", "tests", "time limit" or "survived", and by what."""

    fate: str
    by: str = ""


@dataclass(slots=True)
class Child:
    """A process at work in a folder, which sends one JSON value."""

    process: int
    pipe: int
    deadline: float

    def stop(self) -> None:
        """End it with all that it started."""
        os.killpg(self.process, signal.SIGKILL)


def start(folder: Path, work: Callable[[], Any], seconds: float) -> Child:
    """Run a function in a child process that imports `bounds` from a folder.

    The limit is one of the processor's seconds, as others may hold the machine up; the clock's is
    far beyond, for a child that waits for ever.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return Child(process, reading, time.monotonic() + 20 * seconds)
    try:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), resource.RLIM_INFINITY))
        os.close(reading)
        enter(folder)
        text = json.dumps(work()).encode()
        while text:
            text = text[os.write(writing, text) :]
    except BaseException as error:
        os.write(writing, json.dumps({"error": repr(error)}).encode())
    os._exit(0)


def finished(child: Child) -> tuple[bool, Any]:
    """Say whether a child is through, and what it sent; None if it was stopped or died."""
    late = time.monotonic() > child.deadline
    if late:
        child.stop()
    if not late and not select.select([child.pipe], [], [], 0.02)[0]:
        return False, None
    text = b""
    while not late and (piece := os.read(child.pipe, 1 << 16)):
        text += piece
    os.close(child.pipe)
    os.waitpid(child.process, 0)
    return True, json.loads(text) if text else None


class Pool:
    """Copies of the project, in each of which one child works at a time."""

    def __init__(self, jobs: int, folder: Path) -> None:
        self.free = [folder / str(k) for k in range(jobs)]
        self.busy: dict[Path, tuple[Child, Callable[[Any], None]]] = {}
        for copy in self.free:
            ignored = shutil.ignore_patterns("__pycache__", "*.v")
            shutil.copytree(ROOT / "bounds", copy / "bounds", ignore=ignored)
            shutil.copytree(ROOT / "tests", copy / "tests", ignore=ignored)
            shutil.copy(ROOT / "pyproject.toml", copy)

    def place(self) -> Path:
        """Return a copy where nothing is at work, when there is one."""
        while not self.free:
            self._poll()
        return self.free.pop()

    def begin(
        self, folder: Path, work: Callable[[], Any], seconds: float, then: Callable[[Any], None]
    ) -> None:
        """Start work in a copy; `then` is given what it sends."""
        self.busy[folder] = (start(folder, work, seconds), then)

    def _poll(self) -> None:
        for folder, (child, then) in list(self.busy.items()):
            done, sent = finished(child)
            if done:
                del self.busy[folder]
                then(sent)
                self.free.append(folder)

    def finish(self) -> None:
        """Wait for all."""
        while self.busy:
            self._poll()

    def stop(self) -> None:
        """End all children."""
        for child, _ in self.busy.values():
            child.stop()
            os.waitpid(child.process, 0)
        self.busy.clear()


def write_module(folder: Path, name: str, text: str) -> None:
    """Replace a module in a copy, with what Python keeps of it compiled."""
    path = folder / name
    path.write_text(text)
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def measure_reach(pool: Pool, files: list[str], tests: tuple[str, ...]) -> dict[str, Reach]:
    """Run the ledger and some tests undamaged and record which statements each reaches."""
    found: dict[str, Reach] = {"ledger": {}, "tests": {}}
    folders = [pool.place() for _ in range(len(pool.free))]
    for folder in folders:
        for name in files:
            write_module(folder, name, instrumented(ROOT / name, name))
    pool.free += folders

    def ledger() -> Any:
        recorder = Recorder()
        wrong = wrong_conjunct(None, recorder.recording)
        return {"wrong": wrong, "reach": recorder.reach}

    def some_tests(names: tuple[str, ...]) -> Callable[[], Any]:
        def run() -> Any:
            recorder = Recorder()
            wrong = failed_test(names, recorder=recorder)
            return {"wrong": wrong, "reach": recorder.reach}

        return run

    def collect(kind: str) -> Callable[[Any], None]:
        def then(sent: Any) -> None:
            if sent is None or sent.get("wrong") or "error" in sent:
                detail = "it took too long" if sent is None else sent.get("wrong") or sent["error"]
                raise SystemExit(f"the undamaged code fails: {detail}")
            found[kind].update({key: tuple(value) for key, value in sent["reach"].items()})

        return then

    pool.begin(pool.place(), ledger, 900, collect("ledger"))
    for name in tests:
        pool.begin(pool.place(), some_tests((name,)), 900, collect("tests"))
    pool.finish()
    for folder in folders:
        for name in files:
            write_module(folder, name, (ROOT / name).read_text())
    return found


def reaching(mutant: Mutant, reach: Reach) -> list[str]:
    """Names of what reaches a mutant's statement, quickest first.

    What stands outside functions, or in their headers, is reached by all that reaches the module.
    """
    here = f"{mutant.file}:{mutant.line}"
    in_module = f"{mutant.file}:"
    anywhere = not any(here in reached for _, reached in reach.values())
    names = [
        (seconds, name)
        for name, (seconds, reached) in reach.items()
        if here in reached or (anywhere and any(one.startswith(in_module) for one in reached))
    ]
    return [name for _, name in sorted(names)]


def digest() -> str:
    """Hash of what decides a survivor's fate: the package and the tests."""
    paths = [*sorted((ROOT / "bounds").rglob("*.py")), *(ROOT / name for name in TESTS)]
    texts = [path.read_bytes() for path in paths if path.is_file()]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def try_mutants(
    chosen: list[tuple[Mutant, str]], excused: set[tuple[Any, ...]], options: argparse.Namespace
) -> dict[tuple[Any, ...], Outcome]:
    """Try mutants that the record does not know, and add them to it.

    For a sample only the reach of the quick tests is measured; what survives those faces all of the
    others, if it is not excused anyway.
    """
    outcomes: dict[tuple[Any, ...], Outcome] = {}
    now = digest()
    if options.record and options.record.exists():
        for line in options.record.read_text().splitlines():
            entry = json.loads(line)
            key = tuple(entry["key"])
            outcomes.pop(key, None)
            if entry["fate"] in KILLED or entry["digest"] == now:
                outcomes[key] = Outcome(entry["fate"], entry["by"])
    rest = [(mutant, text) for mutant, text in chosen if mutant.key not in outcomes]
    if not rest:
        return outcomes
    end = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as temporary:
        pool = Pool(options.jobs, Path(temporary).resolve())
        try:
            measured = QUICK if options.sample else TESTS
            others = tuple(name for name in TESTS if name not in measured)
            reach = measure_reach(pool, sorted({mutant.file for mutant, _ in rest}), measured)
            for count, (mutant, text) in enumerate(rest):
                if time.monotonic() > end:
                    break
                folder = pool.place()
                write_module(folder, mutant.file, text)
                conjuncts = reaching(mutant, reach["ledger"])
                tests = reaching(mutant, reach["tests"])
                expected = sum(reach["ledger"][one][0] for one in conjuncts)
                expected += sum(reach["tests"][one][0] for one in tests)

                def then(sent: Any, mutant: Mutant = mutant, folder: Path = folder) -> None:
                    write_module(folder, mutant.file, (ROOT / mutant.file).read_text())
                    outcome = _outcome(sent)
                    outcomes[mutant.key] = outcome
                    if outcome.fate == "survived":
                        print(f"survived: {mutant}", file=sys.stderr, flush=True)
                    if options.record:
                        entry = {"key": mutant.key, "fate": outcome.fate, "by": outcome.by}
                        with options.record.open("a") as file:
                            file.write(json.dumps(entry | {"digest": now}) + "\n")

                further = () if mutant.key in excused else others
                limit = 20 + 3 * expected + 120 * len(further)
                pool.begin(folder, _trial(conjuncts, tests, further), limit, then)
                if count % 50 == 49:
                    print(f"{count + 1} of {len(rest)} tried", file=sys.stderr, flush=True)
            pool.finish()
        finally:
            pool.stop()
    return outcomes


def _trial(conjuncts: list[str], tests: list[str], further: tuple[str, ...]) -> Callable[[], Any]:
    def run() -> Any:
        if conjuncts and (wrong := wrong_conjunct(conjuncts)):
            return {"ledger": wrong}
        files = tuple(dict.fromkeys(name.partition("::")[0] for name in tests))
        if tests and (wrong := failed_test(files, tests)):
            return {"tests": wrong}
        if further and (wrong := failed_test(further)):
            return {"tests": wrong}
        return {"survived": ""}

    return run


def _outcome(sent: Any) -> Outcome:
    if sent is None:
        return Outcome("time limit")
    ((fate, by),) = sent.items()
    # What can't even be imported, or raises outside a rule, is no ledger.
    return Outcome("ledger" if fate == "error" else fate, by)


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A statement of which these changes (or any) make no difference, and why."""

    file: str
    inside: str
    before: str
    why: str
    after: tuple[str, ...] = ()

    def excuses(self, mutant: Mutant) -> bool:
        """Tell whether a mutant is one of these."""
        same = (mutant.file, mutant.inside, mutant.before) == (self.file, self.inside, self.before)
        return same and (not self.after or mutant.after in self.after)


def equivalents() -> list[Equivalent]:
    """Read the list of equivalent mutants."""
    entries = tomllib.loads(EQUIVALENTS.read_text())["equivalent"]
    return [Equivalent(**e | {"after": tuple(e.get("after", ()))}) for e in entries]


def main() -> int:
    """Try the mutants and report; 1 if one survived without an argument, or an argument is idle."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--sample", type=int, help="try so many, and a harmless one")
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    paths = [ROOT / name for name in options.files or FORMULAS]
    modules = sorted(
        module for path in paths for module in ([path] if path.is_file() else path.rglob("*.py"))
    )
    all_mutants = [one for path in modules for one in mutants(path, str(path.relative_to(ROOT)))]
    names = {str(path.relative_to(ROOT)) for path in modules}
    known = [one for one in equivalents() if one.file in names]
    excuses = {mutant.key: one for mutant, _ in all_mutants for one in known if one.excuses(mutant)}
    idle = [
        f"{one.file} ({one.inside}): {one.before!r} -> {after or 'anything'!r} is no mutant"
        for one in known
        for after in one.after or ("",)
        if not any(one.excuses(m) and after in {"", m.after} for m, _ in all_mutants)
    ]
    # In an order by chance, the same each time, so that those tried stand for all.
    chosen = sorted(all_mutants, key=lambda one: hashlib.sha256(repr(one[0].key).encode()).digest())
    if options.sample:
        # One that makes no difference has to survive, or the tool kills them all.
        harmless = [one for one in chosen if one[0].key in excuses and excuses[one[0].key].after]
        chosen = [one for one in chosen if one[0].key not in excuses][: options.sample]
        chosen += harmless[:1]
    outcomes = try_mutants(chosen, set(excuses), options)
    tried = [mutant for mutant, _ in chosen if mutant.key in outcomes]
    fates: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in tried:
        fates[outcomes[mutant.key].fate].append(mutant)
    survivors = [mutant for mutant in fates["survived"] if mutant.key not in excuses]
    # Where any change is excused, one that matters to nobody is enough.
    excused = {excuses[mutant.key] for mutant in fates["survived"] if mutant.key in excuses}
    for mutant in tried:
        excuse = excuses.get(mutant.key)
        if (
            excuse
            and outcomes[mutant.key].fate != "survived"
            and (excuse.after or (excuse not in excused and not options.sample))
        ):
            idle.append(f"{mutant}\n  is killed by {outcomes[mutant.key].by}")
    for mutant in survivors:
        print(f"survived: {mutant}")
    for text in idle:
        print(f"listed as equivalent: {text}")
    equivalent = len(fates["survived"]) - len(survivors)
    print(
        f"{len(tried)} of {len(all_mutants)} mutants tried: {len(fates['ledger'])} killed by the "
        f"ledger, {len(fates['tests'])} by tests, {len(fates['time limit'])} by the time limit; "
        f"{equivalent} equivalent, {len(survivors)} survived"
    )
    return 1 if survivors or idle else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # children are ended on the way
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
