"""What runs in a child process, where `bounds` is the copy with the mistake: the ledger, the tests.

Only here is `bounds` imported, so that every child loads its own.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

QUICK = (
    "bounds/formulas",
    "bounds/arithmetic",
    "tests/bounds/test_bounds.py",
    "tests/bounds/test_latents.py",
    "tests/bounds/test_proof.py",
    "tests/bounds/test_rules.py",
    "tests/bounds/test_sentences.py",
)
"""Tests that take a few seconds together."""

TESTS = (
    *QUICK,
    "tests/bounds/test_balls.py",
    "tests/bounds/test_inequalities.py",
    "tests/bounds/test_certificate.py",
)
"""Tests of the formulas and of the proofs."""

_LEFT_OUT = (
    "test_every_step_is_proved",
    "test_what_is_by_hand_is_counted",
    "test_a_damaged_formula_of_the_library_is_not_proved",
    "test_step_option",
    "test_the_certificate_is_verified",
    "test_a_thousand_digits",
)
"""Tests that run the ledger, which comes first anyway, or are long."""

Reach = dict[str, tuple[float, list[str]]]
"""For each conjunct or test: its seconds, and the statements "file:line" that it reached."""


def enter(folder: Path) -> None:
    """Make a copy of the project the one that is imported, and say nothing."""
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    import bounds

    if Path(bounds.__file__).parent.parent != folder:
        raise AssertionError(f"{bounds.__file__} is not the copy in {folder}")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


class Recorder:
    """Collects what is reached while something has the floor."""

    def __init__(self) -> None:
        self.reach: Reach = {}
        self._now: set[str] = set()
        builtins.__reached__ = self._now.add  # type: ignore[attr-defined]
        builtins.__cache__ = self._cache  # type: ignore[attr-defined]

    def _cache(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Cache a function; who is given a known result reaches what computing it reached."""
        known: dict[Any, tuple[Any, frozenset[str]]] = {}

        @functools.wraps(function)
        def cached(*arguments: Any, **options: Any) -> Any:
            key = (arguments, tuple(options.items()))
            if key not in known:
                outer = frozenset(self._now)
                self._now.clear()
                result = function(*arguments, **options)
                known[key] = result, frozenset(self._now)
                self._now.update(outer)
            result, reached = known[key]
            self._now.update(reached)
            return result

        return cached

    @contextlib.contextmanager
    def recording(self, name: str) -> Iterator[None]:
        """Give the floor to a conjunct or a test."""
        self._now.clear()
        start = time.process_time()
        yield
        seconds, reached = self.reach.get(name, (0.0, []))
        self.reach[name] = (
            seconds + time.process_time() - start,
            sorted(self._now.union(reached)),
        )


def wrong_conjunct(
    identifiers: list[str] | None, recording: Callable[[str], Any] = contextlib.nullcontext
) -> str:
    """Return the first conjunct of some (or of all) that is not settled as it should be.

    Each is decided from its premises' sentences; these are conjuncts themselves.
    """
    from bounds.proof.checks import Verdict
    from bounds.proof.ledger import STEPS
    from bounds.proof.rules import decide

    conjuncts = {f"{step.name}.{one.name}": one for step in STEPS for one in step.conjuncts}
    for identifier in conjuncts if identifiers is None else identifiers:
        conjunct = conjuncts[identifier]
        step = identifier.partition(".")[0]
        premises = {
            name: conjuncts[other if "." in other else f"{step}.{other}"].sentence
            for name, other in conjunct.rule.premises.items()
        }
        with recording(identifier):
            found = decide(conjunct.rule, identifier, conjunct.sentence, premises).verdict
        if found is not (Verdict.BY_HAND if conjunct.rule.hand else Verdict.PROVED):
            return identifier
    return ""


class _Plugin:
    """Runs chosen tests in a given order and remembers the first that failed."""

    def __init__(self, chosen: list[str] | None, recorder: Recorder | None) -> None:
        self.order = None if chosen is None else {name: k for k, name in enumerate(chosen)}
        self.recorder = recorder
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not item.name.startswith(_LEFT_OUT)]
        order = self.order
        if order is not None:
            items[:] = sorted(
                (item for item in items if item.nodeid in order), key=lambda i: order[i.nodeid]
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self.recorder is None:
            return (yield)
        with self.recorder.recording(item.nodeid):
            return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def failed_test(
    files: tuple[str, ...], chosen: list[str] | None = None, recorder: Recorder | None = None
) -> str:
    """Return the first of some tests (or of all in some files) that fails, "" if none does."""
    plugin = _Plugin(chosen, recorder)
    arguments = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", *files]
    status = pytest.main(arguments, plugins=[plugin])
    if status in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        return ""
    return plugin.failed or f"pytest: {status.name}"  # type: ignore[union-attr]
