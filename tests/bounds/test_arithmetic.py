"""The number systems as objects: what loads with them, and that they are themselves elsewhere."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import flint
import numpy as np
import pytest
import sympy

import bounds
from bounds.arithmetic.float64 import FLOAT64

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


@pytest.mark.parametrize(
    ("arithmetic", "kind"),
    [
        (bounds.FLOAT64, float),
        (bounds.SYMBOLIC, sympy.Expr),
        (bounds.multiprecision(20), type(bounds.multiprecision(20).number(1))),
        (bounds.balls(64), flint.arb),
    ],
    ids=["float64", "symbolic", "multiprecision", "balls"],
)
def test_an_infinite_bound_is_a_number_of_the_arithmetic_too(
    arithmetic: bounds.Arithmetic, kind: type
) -> None:
    for function in (bounds.sharp_bound, bounds.talk_bound, bounds.isoperimetric_bound):
        for p in ([1], [0.5, 0.5]):
            assert isinstance(function(p, arithmetic=arithmetic), kind)
        assert float(function([1], arithmetic=arithmetic)) == float("inf")
    if not arithmetic.symbolic:
        assert isinstance(bounds.entropy_bound(0, arithmetic=arithmetic).sharp, kind)


@pytest.mark.parametrize(("ending", "loaded"), [("", ""), ("bounds.balls()", "flint")])
def test_float64_loads_no_other_number_system(ending: str, loaded: str) -> None:
    lines = FLOAT64_ALONE.splitlines()
    code = "\n".join([*lines[:-1], ending, lines[-1]])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == loaded


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("name", "sign"),
    [("survival", -1), ("log_survival", -1), ("hazard", 1), ("hazard_excess", -1), ("density", -1)],
)
def test_normal_functions_are_monotone_numbers_as_far_as_float64_goes(name: str, sign: int) -> None:
    t = np.sort(np.concatenate([np.logspace(-3, 308, 5000), np.linspace(30, 40, 500), [np.inf]]))
    for arguments in (t, -t[::-1]):
        found = getattr(FLOAT64, name)(arguments)
        assert not np.isnan(found).any()
        up = -sign if name == "density" and arguments[0] < 0 else sign
        steps = up * np.diff(found[np.isfinite(found)])
        assert (steps >= -1e-13 * np.abs(found[np.isfinite(found)][1:])).all()
