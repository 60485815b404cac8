"""The number systems as objects: what loads with them, and that they are themselves elsewhere."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import bounds

ROOT = Path(__file__).parents[2]
FLOAT64_ALONE = """
import sys, bounds, simulations
simulations.Voronoi([[0.0], [1.0]]).radius([[0.5]])
bounds.entropy_bound(bounds.sharp_bound([0.5, 0.3, 0.2]))
bounds.tail_bound([0.5, 0.5], 1.0), bounds.holes_bound([0.4, 0.4]), bounds.constants()
print(*sorted({"flint", "mpmath", "sympy"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "arithmetic",
    [bounds.FLOAT64, bounds.SYMBOLIC, bounds.multiprecision(20), bounds.balls(64)],
    ids=lambda one: one.name,
)
def test_what_another_process_is_sent_is_the_same_object(arithmetic: bounds.Arithmetic) -> None:
    # The formulas ask whether an arithmetic *is* FLOAT64.
    assert pickle.loads(pickle.dumps(arithmetic)) is arithmetic


@pytest.mark.parametrize(("ending", "loaded"), [("", ""), ("bounds.balls()", "flint")])
def test_float64_loads_no_other_number_system(ending: str, loaded: str) -> None:
    lines = FLOAT64_ALONE.splitlines()
    code = "\n".join([*lines[:-1], ending, lines[-1]])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == loaded
