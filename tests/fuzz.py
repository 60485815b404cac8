"""Try wrong inputs at every entry point for some minutes: python -m tests.fuzz --minutes 10.

The properties are those of `MODULES`, on random inputs where the tests take a few. What fails is
printed with its inputs; it then belongs into the tests' cases.
"""

from __future__ import annotations

import argparse
import importlib
import random
import reprlib
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest

MODULES = ("test_fuzz", "test_wrong_inputs", "test_wrong_samples")
_BYTES = 4096


def properties() -> dict[str, Callable[[bytes], Any]]:
    """Every property of random inputs, as a function of random bytes."""
    modules = [importlib.import_module(f"tests.{name}") for name in MODULES]
    return {
        name: value.hypothesis.fuzz_one_input
        for module in modules
        for name, value in vars(module).items()
        if hasattr(value, "hypothesis")
    }


def inputs(error: Exception, name: str) -> dict[str, str]:
    """What the property was given, and its other variables."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == name:
            return {key: reprlib.repr(value) for key, value in frame.f_locals.items()}
    return {}


def main(minutes: float, seed: int, only: str) -> int:
    """Fuzz in turns; return 1 if something failed."""
    source = random.Random(seed)
    tried = {name: 0 for name in properties() if only in name}
    failed: dict[str, str] = {}
    ends = time.monotonic() + 60 * minutes
    while time.monotonic() < ends:
        for name, attempt in properties().items():
            if name not in tried or time.monotonic() > ends:
                continue
            tried[name] += 1
            try:
                attempt(source.randbytes(_BYTES))
            except (Exception, pytest.fail.Exception) as error:
                line = traceback.format_exception_only(error)[-1]
                if line not in failed:
                    failed[line] = name
                    trace = "".join(traceback.format_exception(error, limit=-4))
                    sys.stdout.write(f"{name} of {inputs(error, name)}:\n{trace}\n")
    for name, number in tried.items():
        sys.stdout.write(f"{number:6} of {name}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="part of the properties' names")
    arguments = parser.parse_args()
    sys.exit(main(arguments.minutes, arguments.seed, arguments.only))
