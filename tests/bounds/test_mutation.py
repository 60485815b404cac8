"""The mutation tool makes the mistakes it should, sees who notices, and has a list that is true."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.mutants import instrumented, mutants

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("statement", "mistakes"),
    [
        ("return a + 2", ["return a - 2", "return a + 3"]),
        ("return -a * b ** 20", [
            "return -a / b ** 20", "return a * b ** 20", "return -a * (b * 20)",
            "return -a * b ** 10"]),
        ("return 0.5 < x", ["return 0.5 <= x", "return 0.5 >= x", "return 1.0 < x"]),
        ("if f(x) and not y:\n  pass", ["if f(x) or not y:", "if f(x) and y:"]),
        ("if a.at_most(x, y):\n  pass", ["if not a.at_most(x, y):"]),
        ("return a.log(min(x, y))", ["return a.exp(min(x, y))", "return a.log(max(x, y))"]),
        ("return 1e-09 if a is b else True", [
            "return 0.001 if a is b else True", "return 1e-09 if a is not b else True",
            "return 1e-09 if a is b else False"]),
        ("raise ValueError(f'{x + 1}' + 'a')", []),
        ("x: Literal[1] = y", []),
        ("@overload\ndef g(x=1): ...", []),
        ("def g(x=1): ...", ["def g(x=2):"]),
    ],
)  # fmt: skip
def test_mistakes(statement: str, mistakes: list[str], tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("def f(x):\n " + statement.replace("\n", "\n "))
    found = list(mutants(path, "module.py"))
    assert sorted(one.after for one, _ in found) == sorted(mistakes)
    assert all(one.after in text for one, text in found)
    assert len({one.key for one, _ in found}) == len(found)


def test_statements_say_that_they_are_reached(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        'import functools\n\ndef f(x):\n    """Doc."""\n    if x:\n        return 1\n    return 2\n'
    )
    reached: list[str] = []
    names = {"__reached__": reached.append}
    exec(instrumented(path, "m"), names)
    assert names["f"](0) == 2  # type: ignore[operator]
    assert reached == ["m:5", "m:7"]
    assert names["f"].__doc__ == "Doc."


def test_a_fixed_sample_is_killed_and_what_makes_no_difference_survives() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation", "--sample", "4"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("5 of ")
    assert "1 equivalent, 0 survived" in done.stdout
