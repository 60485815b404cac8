"""Lines beside smooth functions: never on the wrong side, and as near as a line can be."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from simulations.generators import curves  # noqa: E402
from simulations.generators.curves import (  # noqa: E402
    CURVES,
    ROUNDING,
    bent,
    curve_of,
    module_of,
    recognised,
)

BENT = {"bent at 0 upwards": bent(0.3, 1.0), "bent at 0 downwards": bent(1.0, 0.6),
        "bent at 0 to the side": bent(1.0, 0.0), "straight at last": bent(0.0, 1.0)}  # fmt: skip
EVERY = CURVES | BENT
NAMES = sorted(EVERY)
EXACTLY = {
    **{
        name: lambda x, curve=curve: (
            curve.kinks[0][2 if x > 0 else 1] * (x if x > 0 else mpmath.expm1(x))
        )
        for name, curve in BENT.items()
    },
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "gelu by tanh": lambda x: (
        x / (1 + mpmath.exp(-mpmath.sqrt(8 / mpmath.pi) * (x + mpmath.mpf(0.044715) * x**3)))
    ),
    "hardswish": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "log sigmoid": lambda x: -mpmath.log1p(mpmath.exp(-x)),
    "mish": lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "tanh": mpmath.tanh,
}


def intervals():
    """Tiny and huge ones, and ones across the minimum and each and both ends of the convex part."""
    rng = np.random.default_rng(0)
    middle, half = 4 * rng.standard_normal(300), 10 ** rng.uniform(-9, 2, 300)
    chosen = [(0, 0), (1, 1), (-1e9, 1e9), (-1e9, -2), (3, 1e150), (-2, -1), (-3, -0.5), (1, 4),
              (-3, 3), (-9, 30), (-30, 9), (-1e-300, 1e-300), (-0.5, 2.2)]  # fmt: skip
    low = torch.tensor([*(middle - half), *(one[0] for one in chosen)], dtype=torch.float64)
    high = torch.tensor([*(middle + half), *(one[1] for one in chosen)], dtype=torch.float64)
    return low, high


LOW, HIGH = intervals()
SHARES = torch.cat([torch.linspace(0, 1, 801), torch.logspace(-9, -1, 100)]).double()
X = torch.lerp(LOW[:, None], HIGH[:, None], SHARES)
X = torch.cat([X, torch.linspace(-8, 8, 2001).double().expand(len(LOW), -1)], 1)
X = X.clamp(LOW[:, None], HIGH[:, None])


def beyond(curve, true):
    """By how much points of a curve are on the wrong side of the lines of another."""
    values = true.function(X)
    middle = true.chord(LOW, HIGH)
    steep = 3 * torch.ones_like(LOW)
    lower = [curve.below(LOW, HIGH), *((s, curve.least(s, LOW, HIGH)) for s in (middle, -steep))]
    upper = [curve.above(LOW, HIGH), *((s, curve.most(s, LOW, HIGH)) for s in (middle, steep))]
    gaps = [s[:, None] * X + c[:, None] - values for s, c in lower]
    gaps += [values - s[:, None] * X - c[:, None] for s, c in upper]
    return max(float(gap.max()) for gap in gaps)


@pytest.mark.parametrize("name", NAMES)
def test_no_point_of_a_curve_is_beyond_its_lines(name):
    assert beyond(EVERY[name], EVERY[name]) <= 0


@pytest.mark.parametrize("name", NAMES)
def test_wherever_tangents_stand_no_point_is_beyond(name, monkeypatch):
    rng = np.random.default_rng(2)
    monkeypatch.setattr(
        curves._Table, "__call__", lambda self, x: torch.tensor(9 * rng.standard_normal(x.shape))
    )
    assert beyond(EVERY[name], EVERY[name]) <= 0


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_slope_or_function_or_end_is_caught(name):
    true = EVERY[name]
    wrong = [
        replace(true, slope=lambda x: 0.9 * true.slope(x) + 0.1 * true.slope(x + 1)),
        replace(true, function=lambda x: true.function(x) + 1e-12 * x),
    ]
    if np.isfinite(true.end):
        wrong.append(replace(true, start=true.start + 1, end=true.end + 1))
    for one in wrong:
        assert beyond(one, true) > 0


@pytest.mark.parametrize("name", NAMES)
def test_values_slopes_and_ends_are_those_of_the_function(name):
    curve, exactly = EVERY[name], EXACTLY[name]
    x = np.concatenate([np.linspace(-42, 42, 151), np.random.default_rng(1).standard_normal(50)])
    values, slopes = (one(torch.tensor(x)).numpy() for one in (curve.function, curve.slope))
    with mpmath.workdps(50):
        right = [exactly(mpmath.mpf(one)) for one in x]
        steps = [mpmath.diff(exactly, mpmath.mpf(one), h=mpmath.mpf(10) ** -18) for one in x]
        for end in (curve.start, curve.end):
            if np.isfinite(end) and end != 0:
                around = [mpmath.diff(exactly, end + e, 2) for e in (-4e-16, 4e-16)]
                assert (around[0] > 0) != (around[1] > 0)
        wrong = [abs(float(a - b)) / (1 + abs(c)) for a, b, c in zip(values, right, x, strict=True)]
        wrong += [abs(float(a - b)) for a, b in zip(slopes, steps, strict=True)]
    assert max(wrong) < ROUNDING / 4


def hull(x, y):
    """The highest value in the middle of lines below points."""
    at = (x[0] + x[-1]) / 2
    left, right = x < at, x > at
    slopes = (y[right] - y[left, None]) / (x[right] - x[left, None])
    return min((y[left, None] + slopes * (at - x[left, None])).min(), np.interp(at, x, y))


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_nearer_in_the_middle(name):
    curve = EVERY[name]
    lines = curve.below(LOW, HIGH), curve.above(LOW, HIGH)
    for place in range(len(LOW)):
        low, high = LOW[place].item(), HIGH[place].item()
        if not 1e-3 < high - low < 100:
            continue
        kinks = [kink for kink, _, _ in curve.kinks if low < kink < high]
        x = np.union1d(np.linspace(low, high, 401), kinks)
        y = curve.function(torch.tensor(x)).numpy()
        scale = max(np.ptp(y), 1e-6)
        for sign, (slope, constant) in zip((1, -1), lines, strict=True):
            ours = sign * (slope[place] * (low + high) / 2 + constant[place]).item()
            assert ours > hull(x, sign * y) - 2e-3 * scale


@pytest.mark.parametrize("name", NAMES)
def test_limits_beside_a_slope_are_reached(name):
    curve = EVERY[name]
    slope = curve.chord(LOW, HIGH)
    found = curve.least(slope, LOW, HIGH), curve.most(slope, LOW, HIGH)
    values = curve.function(X) - slope[:, None] * X
    scale = 1e-5 * (HIGH - LOW) + 1.1 * curves._slack(slope, LOW, HIGH)
    usual = (HIGH - LOW < 300) & (HIGH < 1e9)
    assert ((values.amin(1) - found[0] < scale) | ~usual).all()
    assert ((found[1] - values.amax(1) < scale) | ~usual).all()


@pytest.mark.parametrize("name", sorted(CURVES))
def test_curves_are_recognised_from_their_modules_and_functions(name):
    module = module_of(name)
    assert curve_of(module) == name
    assert recognised(lambda x: -0.5 * module(x)) == (name, -0.5)
    assert recognised(lambda x: module(x) + 1e-5 * x) is None


def test_curves_are_recognised_only_where_they_are_the_same_far_away_too():
    def softplus(threshold):
        return lambda x: torch.where(x > threshold, x, torch.log1p(torch.exp(x)))

    assert recognised(softplus(20)) == ("softplus", 1.0)
    assert recognised(softplus(10)) is None
    # What overflows beyond is told by the rest.
    assert recognised(lambda x: torch.log(1 + torch.exp(x))) == ("softplus", 1.0)
    for end in (15, 900):
        assert recognised(lambda x, end=end: functional.silu(x).clamp(max=end)) is None
    assert recognised(lambda x: torch.where(x < -50, x, functional.elu(x))) is None
    assert recognised(lambda x: functional.silu(x) / (x > 0)) is None
    # 0 is a multiple of all.
    assert recognised(torch.zeros_like) is None


def test_other_settings_are_no_curves():
    for module in (nn.ELU(0.5), nn.Softplus(2), nn.Softplus(1, 13), nn.CELU(), nn.ReLU()):
        assert curve_of(module) is None
