"""What the formulas return is what pyright knows of it: here it checks `assert_type`."""

from __future__ import annotations

from typing import assert_type

import flint
import numpy as np
import numpy.typing as npt
import sympy

import bounds

HALVES = [0.5, 0.5]
BALLS = bounds.balls(64)


def test_float64_gives_floats_and_arrays_of_them() -> None:
    chain = bounds.radius_bounds(HALVES)
    for number in (
        assert_type(bounds.sharp_bound(HALVES), float),
        assert_type(bounds.sharp_bound([1], arithmetic=bounds.FLOAT64), float),
        assert_type(bounds.gamma(0.1), float),
        assert_type(bounds.tail_bound(HALVES, 1), float),
        assert_type(bounds.renyi_entropy(HALVES, 2), float),
        assert_type(bounds.latents.box(), float),
        assert_type(bounds.constants().gamma_zero, float),
        assert_type(bounds.entropy_bound(0.4).sharp, float),
        assert_type(chain.sharp.value, float),
        assert_type(chain.coverage, float),
    ):
        assert type(number) is float
    for array in (
        assert_type(bounds.gamma([0.1]), npt.NDArray[np.float64]),
        assert_type(bounds.tail_bound(HALVES, [1]), npt.NDArray[np.float64]),
        assert_type(bounds.FLOAT64.quantile(np.array([0.1])), npt.NDArray[np.float64]),
    ):
        assert (type(array), array.dtype) == (np.ndarray, np.float64)


def test_other_arithmetics_give_their_numbers_and_arrays_of_them() -> None:
    for number in (
        assert_type(bounds.sharp_bound(HALVES, arithmetic=BALLS), flint.arb),
        assert_type(bounds.sharp_bound([1], arithmetic=BALLS), flint.arb),
        assert_type(bounds.gamma("0.1", arithmetic=BALLS), flint.arb),
        assert_type(bounds.constants(arithmetic=BALLS).gamma_zero, flint.arb),
        assert_type(bounds.entropy_bound(0, arithmetic=BALLS).talk, flint.arb),
    ):
        assert type(number) is flint.arb
    array = assert_type(bounds.gamma(["0.1"], arithmetic=BALLS), npt.NDArray[np.object_])
    assert type(array[0]) is flint.arb
    symbol = sympy.Symbol("x", positive=True)
    found = assert_type(bounds.gamma(symbol, arithmetic=bounds.SYMBOLIC), sympy.Expr)
    assert found.has(symbol)
