"""Functions of each number, enclosed over an interval: soundly, and as near as lines can be."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from simulations.generators import verification as module  # noqa: E402
from simulations.generators.backward import Step, limits_from  # noqa: E402
from simulations.generators.layers import Scaled  # noqa: E402
from simulations.generators.verification import Enclosure  # noqa: E402

SELU_LEFT, SELU = np.longdouble("1.6732632423543772"), np.longdouble("1.0507009873554805")


def prelu(slope):
    layer = nn.PReLU(dtype=torch.float64)
    nn.init.constant_(layer.weight, slope)
    return layer


def bent(left, inner=1.0, outer=1.0):
    left, inner, outer = (np.longdouble(one) for one in (left, inner, outer))
    return lambda x: outer * np.where(x > 0, x, left * np.expm1(np.minimum(x, 0) / inner))


def rectified(slope):
    return lambda x: np.where(x > 0, x, np.longdouble(slope) * x)


def cut(low, high):
    return lambda x: np.minimum(np.maximum(x, low), high)


SINGLE = {
    "ELU(0.5)": (nn.ELU(0.5), bent(0.5)),
    "ELU(0)": (nn.ELU(0.0), bent(0.0)),
    "ELU(2)": (nn.ELU(2.0), bent(2.0)),
    "ELU(300)": (nn.ELU(300.0), bent(300.0)),
    "SELU": (nn.SELU(), bent(SELU_LEFT, 1, SELU)),
    "CELU": (nn.CELU(), bent(1.0)),
    "CELU(0.3)": (nn.CELU(0.3), bent(0.3, 0.3)),
    "CELU(7)": (nn.CELU(7.0), bent(7, 7)),
    "PReLU(0.25)": (prelu(0.25), rectified(0.25)),
    "PReLU(1)": (prelu(1.0), rectified(1.0)),
    "PReLU(1.5)": (prelu(1.5), rectified(1.5)),
    "PReLU(-0.5)": (prelu(-0.5), rectified(-0.5)),
    "PReLU(-90)": (prelu(-90.0), rectified(-90.0)),
    "LeakyReLU(70)": (nn.LeakyReLU(70.0), rectified(70.0)),
    "RReLU": (nn.RReLU(0.125, 0.375).eval(), rectified(0.25)),
    "ReLU": (nn.ReLU(), rectified(0.0)),
    "LogSigmoid": (nn.LogSigmoid(), lambda x: np.minimum(x, 0) - np.log1p(np.exp(-abs(x)))),
    "Softsign": (nn.Softsign(), lambda x: x / (1 + abs(x))),
}
# Of two rectifiers, or a difference: sound, but two relaxations.
SEVERAL = {
    "Hardtanh": (nn.Hardtanh(-0.5, 2.0), cut(-0.5, 2.0)),
    "from below": (nn.Hardtanh(0.25, float("inf")), lambda x: np.maximum(x, 0.25)),
    "from above": (nn.Hardtanh(-float("inf"), 0.25), lambda x: np.minimum(x, 0.25)),
    "ReLU6": (nn.ReLU6(), cut(0, 6)),
    "Hardsigmoid": (nn.Hardsigmoid(), lambda x: cut(0, 6)(x + 3) / 6),
    "Tanhshrink": (nn.Tanhshrink(), lambda x: x - np.tanh(x)),
}
LAYERS = SINGLE | SEVERAL


def intervals():
    """Centres and halves: tiny, huge, at kinks, across them, and beside them."""
    rng = np.random.default_rng(0)
    sizes = np.concatenate([10 ** rng.uniform(-12, 1, 200), np.full(20, 1e-12), np.full(20, 1e6)])
    centres = 3 * rng.standard_normal(len(sizes))
    kinks = np.array([-3.0, -0.5, 0.0, 0.25, 2.0, 3.0, 6.0])
    halves = np.array([0.0, 1e-100, 1e-12, 1e-3, 0.5, 1.0, 4.0, 1e6])
    at = [kinks[:, None] + share * halves for share in (-1, -0.7, 0, 1e-9, 0.3, 1)]
    centres = np.concatenate([centres, *(one.ravel() for one in at)])
    return centres, np.concatenate([sizes, np.tile(halves, len(kinks) * len(at))])


CENTRES, HALVES = intervals()
SHARES = np.concatenate([np.linspace(-1, 1, 401), [*np.geomspace(1e-9, 1, 30)]])
X = CENTRES[:, None] + np.longdouble(1) * HALVES[:, None] * SHARES
KINKS = np.array([-3.0, -0.5, 0.0, 0.25, 2.0, 3.0, 6.0]) * np.ones((len(X), 1))
X = np.concatenate([X, np.clip(KINKS, X.min(1)[:, None], X.max(1)[:, None])], axis=1)


def enclosed(layer, ball=True):
    """The neurons before and after a layer, with their way back."""
    centre, half = (torch.tensor(one)[:, None] for one in (CENTRES, HALVES))
    before = Enclosure(torch.cat([centre, half, 0 * half]), len(centre), ball)
    before.step = Step(before.most())
    return before, module._through(before, layer)


@torch.no_grad()
def beyond(layer, true):
    """By how much values of a layer, beside lines, are beyond limits of both ways, at most."""
    values = true(X)
    before, after = enclosed(layer)
    centre, half = (torch.tensor(one)[:, None] for one in (CENTRES, HALVES))
    found = []
    for slope in (0.0, 1.0, -0.75, 1 / 3, 2.0):
        beside = after.plus(module._scaled(before, Scaled(scale=-slope)))
        sampled = values - np.longdouble(slope) * X
        low, high = (one[:, 0].numpy() for one in beside.limits())
        units = torch.tensor([[[1.0]], [[-1.0]]]).double().expand(2, len(X), 1)
        back, forth = limits_from(beside.step, units, centre, half, ball=True).numpy()
        found += [np.maximum(low, back) - sampled.min(1), sampled.max(1) - np.minimum(high, -forth)]
    return max(one.max() for one in found)


@pytest.mark.parametrize("name", LAYERS)
def test_no_value_is_beyond(name):
    assert beyond(*LAYERS[name]) <= 0


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("part", ["low", "high", "under", "over"])
def test_a_millionth_less_is_caught(name, part, monkeypatch):
    whole = Enclosure.sloped

    def damaged(self, slope, low, high, below=None, above=None):
        below, above = below or (slope, low), above or (slope, high)
        if part == "low":
            low = low + 1e-6
        if part == "high":
            high = high - 1e-6
        if part == "under":
            below = below[0], below[1] + 1e-6
        if part == "over":
            above = above[0], above[1] - 1e-6
        return whole(self, slope, low, high, below, above)

    monkeypatch.setattr(Enclosure, "sloped", damaged)
    assert beyond(*LAYERS[name]) > 9e-7 / 6


def hull(x, y, at):
    """The highest value at a place between of lines below points."""
    left, right = x < at, x > at
    slopes = (y[right] - y[left, None]) / (x[right] - x[left, None])
    found = (y[left, None] + slopes * (at - x[left, None])).min()
    return min(found, np.interp(at, x, y))


@torch.no_grad()
def looseness(layer, true):
    """By how much lines are further than the nearest in the middle, as shares of the range."""
    _, after = enclosed(layer)
    centre = torch.tensor(CENTRES)[:, None]
    units = torch.tensor([[[1.0]], [[-1.0]]]).double().expand(2, len(X), 1)
    ours = limits_from(after.step, units, centre, torch.zeros_like(centre), ball=True).numpy()
    found = []
    for row in np.flatnonzero((HALVES > 1e-4) & (HALVES < 100)):
        x = np.unique(X[row].astype(float))
        y = true(x.astype(np.longdouble)).astype(float)
        best = [hull(x, sign * y, CENTRES[row]) for sign in (1, -1)]
        found.append(max(best - ours[:, row]) / max(np.ptp(y), 1e-6))
    return np.array(found)


@pytest.mark.parametrize("name", SINGLE)
def test_no_line_is_nearer_in_the_middle(name):
    # And so none has less area between it and the function.
    assert looseness(*SINGLE[name]).max() < 2e-3


@pytest.mark.parametrize("layer", [nn.ELU(-0.5), nn.CELU(-1.0), nn.ELU(float("nan"))])
def test_exponentials_that_turn_are_refused(layer):
    with pytest.raises(TypeError, match=rf"{type(layer).__name__}.*: expected a positive alpha"):
        enclosed(layer)
