"""The number systems as objects: what loads with them, and that they are themselves elsewhere."""

from __future__ import annotations

import pickle
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import numpy as np
import pytest
import sympy

import bounds
from bounds.arithmetic.float64 import FLOAT64
from bounds.arithmetic.intervals import Intervals
from bounds.proof.enclosures import ends

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


@pytest.mark.parametrize("arithmetic", [bounds.balls(64), Intervals(64)], ids=lambda one: one.name)
def test_a_monotone_function_is_as_wide_as_its_values_at_the_ends(arithmetic: Any) -> None:
    """y - y^2/4 rises on [0, 1], from 0 to 3/4; written so, it may be -1/4 to 1."""
    unit = arithmetic.hull(arithmetic.number(0), arithmetic.number(1))

    def rising(x: Any, y: Any) -> Any:
        return x + (y - y * y / 4)

    for x in (arithmetic.number(2), arithmetic.hull(arithmetic.number(2), arithmetic.number(3))):
        low, high = ends(arithmetic.monotone(rising, x, unit))
        largest = ends(x)[1] + Fraction(3, 4)
        assert 2 - Fraction(1, 2**25) < low <= 2
        assert largest <= high < largest + Fraction(1, 2**25)
    exact = arithmetic.monotone(rising, arithmetic.number(2), arithmetic.number(1))
    assert ends(exact) == (Fraction(11, 4), Fraction(11, 4))


def test_as_few_digits_as_one_and_as_many_as_a_hundred_thousand() -> None:
    for make, least, most in ((bounds.multiprecision, 1, 100_000), (bounds.balls, 2, 400_000)):
        assert make(least).name != make(most).name
        for wrong in (least - 1, most + 1):
            with pytest.raises(ValueError, match=rf"{wrong}: expected"):
                make(wrong)
    assert float(bounds.gamma(0.1, arithmetic=bounds.multiprecision(1))) == pytest.approx(1.57, 0.1)


def test_an_array_is_inside_where_all_of_it_is() -> None:
    assert FLOAT64.inside(np.array([0.25, 0.5]), 0, 1)
    for outside in (0.0, 1.0, -3.0, 3.0, np.nan):
        assert not FLOAT64.inside(np.array([0.5, outside]), 0, 1)


def test_long_numbers_have_their_digits_for_masses_that_are_next_to_one() -> None:
    """Of 1 - 10^-25 fifteen digits are asked; 1 - p has none of them if no more are carried."""
    values = [
        bounds.halfspace_radius("0." + 25 * "9", arithmetic=bounds.multiprecision(digits))
        for digits in (15, 80)
    ]
    assert abs(values[0] - values[1]) < 1e-15 * values[1]


@pytest.mark.parametrize("arithmetic", [bounds.multiprecision(20), bounds.balls(64)])
def test_numbers_of_every_kind_are_taken_as_they_are(arithmetic: Any) -> None:
    for value in (Fraction(3, 2), Decimal("1.5"), np.float64(1.5), np.float32(1.5), "1.5", 1.5):
        assert arithmetic.number(value) == 1.5
    for value in (3, np.int64(3), np.uint8(3), Fraction(3)):
        assert arithmetic.number(value) == 3


def test_what_is_no_real_number_is_no_number_of_symbols() -> None:
    for wrong in (sympy.nan, sympy.I, sympy.true, sympy.Symbol("x") < 1):
        with pytest.raises(TypeError, match="neither a real number nor a symbol"):
            bounds.SYMBOLIC.number(wrong)


def test_numbers_that_enclose_nothing_have_no_radius() -> None:
    for arithmetic in (FLOAT64, bounds.multiprecision(20)):
        assert arithmetic.radius(arithmetic.number(1)) == 0
