"""Lines below and above smooth functions between two limits, with float64's rounding.

A curve f is concave up to p, convex from p to q and concave from there, and its slope tends to no
more at -inf than at inf. p may be -inf and q inf. So are

* sigmoid and tanh, convex up to q = 0;
* softplus and ELU, convex everywhere, as e^x - 1 has the slope 1 at 0;
* hardswish, straight up to p = -3 and from q = 3, where the slopes of its convex part are those of
  tangents to both sides;
* SiLU, x S(x), S the sigmoid: f'' = S' (2 - x tanh(x/2)), where x tanh(x/2) increases with |x|;
* GELU, x Phi(x): f'' = phi(x) (2 - x^2);
* its approximation x (1 + tanh u)/2, u = k (x + c x^3): f'' is positive times
  (1 + 2y)/(1 + y)^2 - k x tanh u, y = 3 c x^2, which decreases with |x|;
* Mish, x tanh(log(1 + w)), w = e^x: f'' is positive times 2 + x h, where h = (2w + 1)/(w + 1)
  - 4w (w + 1)/(w^2 + 2w + 2) decreases in x (h' has the sign of 1 + 6v - 8 v^(3/2) - 3 v^2 < 0,
  v = (w + 1)^2 > 1) from 1 to -2 and is 0 at some x < 0: from there to 0, x h >= 0, and beyond
  both it decreases with |x|.

For any slope s, limits of f - s x between l and u follow from its ends and from tangents. On the
convex part it is above each of its tangents, so at least the lowest point of two of them; these
stand on both sides of its minimum, found by bisection as nearly as need be, but wherever they stood
it would be a limit. On the concave parts it is at least its value at their ends, l, u, p or q. For
the upper limit, the same of -f. So no choice of a slope is wrong, only loose.

The line below f that is highest in the middle of [l, u], and so has the least area between it and
f, supports the convex hull of f there. The hull is f between two points of the convex part, and
straight beyond: the tangent from (l, f(l)) and that from (u, f(u)), if they touch in this order,
else the chord. The hull above is f up to a point of the first concave part and from a point of the
last, and straight between; as all slopes of the first are less than those of the last, it touches
at most one of them elsewhere than at l or u.
"""

# Some of torch's functions have no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownLambdaType=false

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from simulations.generators.backward import UNIT

ROUNDING = 16 * 2 * UNIT
"""Of a function, relative to 1 + |x|, and of a slope: some units of the last place."""

_STEPS = 14
_ALIKE = 2.0**-22
_FLAT = 40.0
_SCALE, _CUBE = math.sqrt(2 / math.pi), 0.044715

Line = tuple[Tensor, Tensor]
"""Slope and constant."""


@dataclass(frozen=True)
class Curve:
    """A function with its slope and the ends of its convex part.

    Attributes
    ----------
    function, slope : callable
        Of tensors, element by element.
    start, end : float
        p and q; an error in the last place moves limits by its square.

    Examples
    --------
    >>> one = torch.ones(1, dtype=torch.float64)
    >>> slope, constant = CURVES["silu"].below(-one, 2 * one)
    >>> round(slope.item(), 3), round(constant.item(), 3)
    (0.74, -0.059)
    """

    function: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    start: float = -math.inf
    end: float = math.inf

    def chord(self, low: Tensor, high: Tensor) -> Tensor:
        """Slopes from low to high, kept to those of the curve."""
        rise = self.function(high) - self.function(low)
        found = torch.where(high > low, rise / (high - low), self.slope(low))
        least, most = (self.slope(torch.full_like(low, one)) for one in (self.start, self.end))
        return torch.minimum(torch.maximum(found, least), most)

    def least(self, slope: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """Lower limits of f - slope x between low and high."""
        start, end = self._convex(low, high)
        ends = torch.minimum(*(self.function(one) - slope * one for one in (low, high)))
        found = torch.minimum(ends, self._lowest(1, slope, start, end))
        return found - _slack(slope, low, high)

    def most(self, slope: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """Upper limits of f - slope x between low and high."""
        start, end = self._convex(low, high)
        first, last = self._lowest(-1, slope, low, start), self._lowest(-1, slope, end, high)
        return _slack(slope, low, high) - torch.minimum(first, last)

    def below(self, low: Tensor, high: Tensor) -> Line:
        """The line below f between low and high that is highest in the middle."""
        start, end = self._convex(low, high)
        first, last = self._touching(1, low, start, end), self._touching(1, high, end, start)
        at = torch.minimum(torch.maximum((low + high) / 2, first), last)
        slope = torch.where(first < last, self.slope(at), self.chord(low, high))
        return slope, self.least(slope, low, high)

    def above(self, low: Tensor, high: Tensor) -> Line:
        """The line above f between low and high that is lowest in the middle."""
        start, end = self._convex(low, high)
        first, last = self._touching(-1, high, start, low), self._touching(-1, low, end, high)
        middle = (low + high) / 2
        straight = (first < middle) & (middle < last)
        slope = torch.where(straight, self.chord(first, last), self.slope(middle))
        return slope, self.most(slope, low, high)

    def _convex(self, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """The ends of the convex part of [low, high], which may be one point."""
        start, end = (low.clamp_min(one).minimum(high) for one in (self.start, self.end))
        return start, end

    def _lowest(self, sign: int, slope: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """Lower limits of sign (f - slope x) where it is convex."""
        left, right = low, high
        for _ in range(_STEPS):
            middle = (left + right) / 2
            rising = sign * (self.slope(middle) - slope) > 0
            left, right = torch.where(rising, left, middle), torch.where(rising, middle, right)
        value, other = (sign * (self.function(one) - slope * one) for one in (left, right))
        rise, fall = (sign * (self.slope(one) - slope) for one in (left, right))
        before = value - rise.clamp_min(0) * (left - low)
        between = value + rise.clamp_max(0) * (right - left)
        beyond = other + fall.clamp_max(0) * (high - right)
        return torch.minimum(torch.minimum(before, between), beyond)

    def _touching(self, sign: int, at: Tensor, near: Tensor, far: Tensor) -> Tensor:
        """Where the tangent from (at, f(at)) touches sign f where it is convex; far if nowhere."""
        value = self.function(at)
        for _ in range(_STEPS):
            middle = (near + far) / 2
            tangent = self.function(middle) + self.slope(middle) * (at - middle)
            over = sign * (tangent - value) > 0
            near, far = torch.where(over, middle, near), torch.where(over, far, middle)
        return far


def _slack(slope: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """All that limits are wrong by: of values, and of slopes times lengths of up to |l| + |u|."""
    return ROUNDING * (1 + 4 * (1 + slope.abs()) * torch.maximum(low.abs(), high.abs()))


def _density(x: Tensor) -> Tensor:
    return (-x * x / 2).exp() / math.sqrt(2 * math.pi)


def _approximate_slope(x: Tensor) -> Tensor:
    # Beyond, it is flat up to rounding, and the cube may be infinite.
    x = x.clamp(-_FLAT, _FLAT)
    inner, twice = _SCALE * (x + _CUBE * x**3), _SCALE * (1 + 3 * _CUBE * x * x)
    # 1 + tanh u is 2 S(2u), and 1 - tanh^2 u is 4 S(2u) S(-2u).
    rising, falling = torch.sigmoid(2 * inner), torch.sigmoid(-2 * inner)
    return rising * (1 + 2 * x * twice * falling)


def _hardswish_slope(x: Tensor) -> Tensor:
    return torch.where(x.abs() <= 3, (2 * x + 3) / 6, (x > 0).to(x))


def _mish_slope(x: Tensor) -> Tensor:
    x = x.clamp(-_FLAT, _FLAT)
    smooth = functional.softplus(x)
    return smooth.tanh() + x * torch.sigmoid(x) / smooth.cosh().square()


def _silu_slope(x: Tensor) -> Tensor:
    x = x.clamp(-_FLAT, _FLAT)
    return torch.sigmoid(x) * (1 + x * torch.sigmoid(-x))


def _gelu_slope(x: Tensor) -> Tensor:
    x = x.clamp(-_FLAT, _FLAT)
    return torch.special.ndtr(x) + x * _density(x)


CURVES: dict[str, Curve] = {
    "elu": Curve(functional.elu, lambda x: x.clamp_max(0).exp()),
    "gelu": Curve(lambda x: x * torch.special.ndtr(x), _gelu_slope, -math.sqrt(2), math.sqrt(2)),
    "gelu by tanh": Curve(
        lambda x: functional.gelu(x, approximate="tanh"),
        _approximate_slope,
        -1.4185040087908284,
        1.4185040087908284,
    ),
    "hardswish": Curve(functional.hardswish, _hardswish_slope, -3.0, 3.0),
    "mish": Curve(functional.mish, _mish_slope, -2.256376396360793, 1.4905711794854284),
    "sigmoid": Curve(torch.sigmoid, lambda x: torch.sigmoid(x) * torch.sigmoid(-x), end=0.0),
    "silu": Curve(functional.silu, _silu_slope, -2.3993572805154677, 2.3993572805154677),
    "softplus": Curve(lambda x: torch.logaddexp(x, torch.zeros_like(x)), torch.sigmoid),
    "tanh": Curve(torch.tanh, lambda x: 1 / x.clamp(-300, 300).cosh().square(), end=0.0),
}
"""Those that networks use."""


def curve_of(module: nn.Module) -> str | None:
    """The name of the curve that a module is, if any.

    Examples
    --------
    >>> curve_of(nn.GELU("tanh")), curve_of(nn.ELU(2.0))
    ('gelu by tanh', None)
    """
    if isinstance(module, nn.GELU):
        return "gelu" if module.approximate == "none" else "gelu by tanh"
    usual = getattr(module, "alpha", 1) == getattr(module, "beta", 1) == 1
    return _MODULES.get(type(module)) if usual else None


def module_of(name: str) -> nn.Module:
    """The module that a curve is."""
    if name == "gelu by tanh":
        return nn.GELU("tanh")
    return next(kind() for kind, known in _MODULES.items() if known == name)


def recognised(function: Callable[[Tensor], Tensor]) -> tuple[str, float] | None:
    """The curve of which a function is a multiple, up to its constants' single precision.

    Parameters
    ----------
    function : callable
        Of tensors, element by element.

    Examples
    --------
    >>> recognised(lambda x: x * (1 + torch.erf(x / 1.41421354)))
    ('gelu', 2.0)
    """
    x = torch.linspace(-12, 12, 481, dtype=torch.float64)
    given = function(x)
    for name, curve in CURVES.items():
        expected = curve.function(x)
        factor = float(given[-1] / expected[-1])
        factor = 1.0 if abs(factor - 1) <= _ALIKE else factor
        if ((given - factor * expected).abs() <= _ALIKE * abs(factor) * (1 + x.abs())).all():
            return name, factor
    return None


_MODULES: dict[type[nn.Module], str] = {
    nn.ELU: "elu",
    nn.GELU: "gelu",
    nn.Hardswish: "hardswish",
    nn.Mish: "mish",
    nn.Sigmoid: "sigmoid",
    nn.SiLU: "silu",
    nn.Softplus: "softplus",
    nn.Tanh: "tanh",
}
