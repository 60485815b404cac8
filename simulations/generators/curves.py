"""Lines below and above smooth functions between two limits, with float64's rounding.

A curve f is concave up to p, convex from p to q and concave from there, and its slope tends to no
more at -inf than at inf. p may be -inf and q inf. So are

* sigmoid, tanh and softsign, convex up to q = 0;
* softplus and ELU, convex everywhere, as e^x - 1 has the slope 1 at 0;
* log sigmoid, concave everywhere: q = -inf, and no part but one needs more of its slopes;
* a (e^x - 1) up to 0 and b x from there (`bent`), the ELUs of other settings: a kink at 0, which
  for a <= b is one of a convex function, and else is q, as b x is concave too;
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
convex part it is above each of its tangents, so at least the least of one of them; this stands near
its minimum, but wherever it stood it would be a limit. On the concave parts it is at least its
value at their ends, l, u, p or q. For the upper limit, the same of -f. So no choice of a slope or
of a tangent is wrong, only loose, and tables say where to choose: where f has the slope s, and
where the tangent from (x, f(x)) touches a part that x is not on. The latter depends on x alone,
but for the ends of the part. At a kink all slopes between those at its two sides are of tangents,
and for any s the one that is nearest to s is the best.

The line below f that is highest in the middle of [l, u], and so has the least area between it and
f, supports the convex hull of f there. The hull is f between two points of the convex part, and
straight beyond: the tangent from (l, f(l)) and that from (u, f(u)), if they touch in this order,
else the chord, and then each tangent between is above the chord at l and at u, so everywhere. The
hull above is f up to a point of the first concave part and from a point of the last, and straight
between; as all slopes of the first are less than those of the last, it touches at most one of them
elsewhere than at l or u.
"""

# Some of torch's functions have no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownLambdaType=false

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from simulations.generators.backward import UNIT

ROUNDING = 16 * 2 * UNIT
"""Of a function, relative to 1 + |x|, and of a slope: some units of the last place."""

_NODES = 2**13
_HALVINGS = 120
_FAR = 1e9
_ALIKE = 2.0**-22
_FLAT = 40.0
_THRESHOLD = 20
_SCALE, _CUBE = math.sqrt(2 / math.pi), 0.044715

Line = tuple[Tensor, Tensor]
"""Slope and constant."""


@dataclass(frozen=True)
class Curve:
    """A function with its slope and the ends of its convex part.

    Attributes
    ----------
    function, slope : callable
        Of tensors, element by element; at a kink, the slope from the left.
    start, end : float
        p and q; an error in the last place moves limits by its square.
    kinks : tuple
        Where the slope jumps, not at p, and from what to what.

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
    kinks: tuple[tuple[float, float, float], ...] = ()

    def chord(self, low: Tensor, high: Tensor) -> Tensor:
        """Slopes from low to high, kept to those of the curve."""
        return self._kept(self.function(high) - self.function(low), high - low)

    def least(self, slope: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """Lower limits of f - slope x between low and high."""
        start, end = self._convex(low, high)
        at = self._rising.sloped(slope).clamp(start, end)
        return self._least(slope, self._tangent(at, start, end), low, high)

    def most(self, slope: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """Upper limits of f - slope x between low and high."""
        start, end = self._convex(low, high)
        first = low if self._first is None else self._first.sloped(slope).clamp(low, start)
        last = high if self._last is None else self._last.sloped(slope).clamp(end, high)
        tangents = self._tangent(first, low, start), self._beyond(last, end, high)
        return self._most(slope, tangents, low, high)

    def below(self, low: Tensor, high: Tensor) -> Line:
        """The line below f between low and high that is highest in the middle."""
        start, end = self._convex(low, high)
        first = start if self._first is None else self._rising.touched(low).clamp(start, end)
        last = end if self._last is None else self._falling.touched(high).clamp(start, end)
        tangent = self._tangent(((low + high) / 2).maximum(first).minimum(last), start, end)
        slope = torch.where(first < last, tangent.slope, self.chord(low, high))
        return slope, self._least(slope, tangent, low, high)

    def above(self, low: Tensor, high: Tensor) -> Line:
        """The line above f between low and high that is lowest in the middle."""
        start, end = self._convex(low, high)
        first = low if self._first is None else self._first.touched(high).clamp(low, start)
        last = high if self._last is None else self._last.touched(low).clamp(end, high)
        middle = (low + high) / 2
        left = self._tangent(first.minimum(middle), low, start)
        right = self._beyond(last.maximum(middle), end, high)
        slope = self._kept(right.value - left.value, right.at - left.at)
        slope = torch.where(first < middle, slope, left.slope)
        slope = torch.where(middle < last, slope, right.slope)
        return slope, self._most(slope, (left, right), low, high)

    @cached_property
    def _steepness(self) -> tuple[float, float]:
        """The least and the largest slope: at the ends of the convex part, if there is one."""
        ends = [self.start, self.end] if self.start < self.end else [math.inf, -math.inf]
        least, most = self.slope(torch.tensor(ends).double()).tolist()
        return least, most

    @cached_property
    def _rising(self) -> _Part:
        return _Part(self, self.start, self.end)

    @cached_property
    def _falling(self) -> _Part:
        return _Part(self, self.end, self.start)

    @cached_property
    def _first(self) -> _Part | None:
        return None if math.isinf(self.start) else _Part(self, self.start, -math.inf)

    @cached_property
    def _last(self) -> _Part | None:
        return None if self.end == math.inf else _Part(self, self.end, math.inf)

    def _kept(self, rise: Tensor, length: Tensor) -> Tensor:
        # Of one point, any slope will do.
        return (rise / length).nan_to_num(0.0).clamp(*self._steepness)

    def _convex(self, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """The ends of the convex part of [low, high], which may be one point."""
        start, end = (low.clamp_min(one).minimum(high) for one in (self.start, self.end))
        return start, end

    def _tangent(self, at: Tensor, start: Tensor, end: Tensor) -> _Tangent:
        return _Tangent(at, self.function(at), self.slope(at), start, end)

    def _beyond(self, at: Tensor, start: Tensor, end: Tensor) -> _Tangent:
        """A tangent of the last part, with the slope from the right where it starts at a kink."""
        found = self._tangent(at, start, end)
        if self.kinks:
            found = found._replace(slope=self.slope(at.nextafter(torch.full_like(at, math.inf))))
        return found

    def _limited(self, sign: int, slope: Tensor, tangent: _Tangent) -> Tensor:
        """Lower limits of sign (f - slope x) by a tangent and by those at kinks of its part."""
        found = tangent.least(sign, slope)
        for place, *sides in self.kinks:
            if sign * (sides[1] - sides[0]) > 0:
                at = torch.full_like(slope, place)
                nearest = slope.clamp(min(sides), max(sides))
                other = _Tangent(at, self.function(at), nearest, tangent.start, tangent.end)
                inside = (tangent.start <= place) & (place <= tangent.end)
                found = torch.where(inside, found.maximum(other.least(sign, slope)), found)
        return found

    def _least(self, slope: Tensor, tangent: _Tangent, low: Tensor, high: Tensor) -> Tensor:
        ends = torch.minimum(*(self.function(one) - slope * one for one in (low, high)))
        return ends.minimum(self._limited(1, slope, tangent)) - _slack(slope, low, high)

    def _most(
        self, slope: Tensor, tangents: tuple[_Tangent, _Tangent], low: Tensor, high: Tensor
    ) -> Tensor:
        first, last = (self._limited(-1, slope, one) for one in tangents)
        return _slack(slope, low, high) - first.minimum(last)


class _Tangent(NamedTuple):
    """Tangents of a function that is convex, or concave, from `start` to `end`."""

    at: Tensor
    value: Tensor
    slope: Tensor
    start: Tensor
    end: Tensor

    def least(self, sign: int, slope: Tensor) -> Tensor:
        """Lower limits of sign (f - slope x) where it is convex."""
        value, steeper = sign * (self.value - slope * self.at), sign * (self.slope - slope)
        ends = (steeper * (one - self.at) for one in (self.start, self.end))
        return value + torch.minimum(*ends)


class _Part:
    """What tables say of a part of the line on which a curve is convex, or concave.

    Parameters
    ----------
    curve : Curve
    near, far : float
        Its ends, of which one may be infinite.
    """

    def __init__(self, curve: Curve, near: float, far: float) -> None:
        self._curve, self._ends = curve, (near, far)

    def sloped(self, slope: Tensor) -> Tensor:
        """About where the curve has these slopes."""
        near, far = self._slopes
        share = ((slope - near) / (far - near)).clamp(0, 1)
        # Where the curve is straight, its slope changes as the square of the distance.
        root, other = share.sqrt(), (1 - share).sqrt()
        return self._by_slope(root / (root + other))

    def touched(self, at: Tensor) -> Tensor:
        """About where tangents from points beyond `near` touch it."""
        return self._by_point((at / (1 + at.abs()) + 1) / 2)

    @cached_property
    def _slopes(self) -> list[float]:
        return self._curve.slope(torch.tensor(self._ends).double()).tolist()

    @cached_property
    def _by_slope(self) -> _Table:
        (near, far), slope = self._slopes, self._curve.slope
        share = torch.linspace(0, 1, _NODES + 1).double().square()
        wanted = near + (far - near) * share / (share + share.flip(0))
        return _Table(self._last(lambda x: (slope(x) - wanted) * (far - near) <= 0, wanted))

    @cached_property
    def _by_point(self) -> _Table:
        share = torch.linspace(-1, 1, _NODES + 1).double()
        at = (share / (1 - share.abs())).clamp(-_FAR, _FAR)
        function, slope = self._curve.function, self._curve.slope
        value, (near, far) = function(at), self._ends
        bend = (self._slopes[1] - self._slopes[0]) * (1 if near < far else -1)
        found = self._last(lambda x: bend * (function(x) + slope(x) * (at - x) - value) > 0, at)
        # From elsewhere than beyond it, none touches.
        return _Table(torch.where((at < near) == (near < far), found, max(near, -_FAR)))

    def _last(self, holds: Callable[[Tensor], Tensor], like: Tensor) -> Tensor:
        """The last points from near to far at which something holds, rounded to far."""
        near, far = (torch.full_like(like, one).clamp(-_FAR, _FAR) for one in self._ends)
        for _ in range(_HALVINGS):
            middle = (near + far) / 2
            yes = holds(middle)
            near, far = torch.where(yes, middle, near), torch.where(yes, far, middle)
        return far


class _Table:
    """A function on [0, 1], straight between its values (n,) at nodes equally far apart."""

    def __init__(self, values: Tensor) -> None:
        self._values, self._rises = values[:-1], values.diff()

    def __call__(self, x: Tensor) -> Tensor:
        # What overflowed has no place, and verifies nothing.
        place = (x * len(self._rises)).nan_to_num(0.0)
        node = place.long().clamp_max(len(self._rises) - 1)
        return torch.addcmul(self._values[node], place - node, self._rises[node])


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


def _softsign_slope(x: Tensor) -> Tensor:
    return 1 / (1 + x.abs()).square()


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
    "log sigmoid": Curve(functional.logsigmoid, lambda x: torch.sigmoid(-x), end=-math.inf),
    "mish": Curve(functional.mish, _mish_slope, -2.256376396360793, 1.4905711794854284),
    "sigmoid": Curve(torch.sigmoid, lambda x: torch.sigmoid(x) * torch.sigmoid(-x), end=0.0),
    "silu": Curve(functional.silu, _silu_slope, -2.3993572805154677, 2.3993572805154677),
    "softplus": Curve(lambda x: torch.logaddexp(x, torch.zeros_like(x)), torch.sigmoid),
    "softsign": Curve(functional.softsign, _softsign_slope, end=0.0),
    "tanh": Curve(torch.tanh, lambda x: 1 / x.clamp(-300, 300).cosh().square(), end=0.0),
}
"""Those that networks use."""


@cache
def bent(left: float, right: float) -> Curve:
    """The curve left (e^x - 1) up to 0, and right x from there.

    Parameters
    ----------
    left, right : float
        Its slopes at 0, of which the larger is 1 and none is negative; so it rounds as others do.

    Examples
    --------
    >>> bent(1.0, 0.5).function(torch.tensor([-1.0, 2.0])).tolist()
    [-0.6321205496788025, 1.0]
    """
    return Curve(
        lambda x: left * x.clamp_max(0).expm1() + right * x.clamp_min(0),
        lambda x: torch.where(x <= 0, left * x.clamp_max(0).exp(), right),
        end=math.inf if left <= right else 0.0,
        kinks=((0.0, left, right),),
    )


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
    # From a lower one on, it is further from softplus than single precision rounds.
    usual = usual and getattr(module, "threshold", _THRESHOLD) >= _THRESHOLD
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
    near, far = torch.linspace(-12, 12, 481).double(), torch.logspace(1, 4, 301).double()
    x = torch.cat([far, -far, near])
    given = function(x).double()
    # Far away, what is written with exponentials may overflow.
    told = given.isfinite()
    if not told[-len(near) :].all():
        return None
    for name, curve in CURVES.items():
        expected = curve.function(x)
        factor = float(given[-1] / expected[-1])
        factor = 1.0 if abs(factor - 1) <= _ALIKE else factor
        wrong = (given - factor * expected).abs() > _ALIKE * abs(factor) * (1 + x.abs())
        if factor != 0 and not (wrong & told).any():
            return name, factor
    return None


_MODULES: dict[type[nn.Module], str] = {
    nn.ELU: "elu",
    nn.GELU: "gelu",
    nn.Hardswish: "hardswish",
    nn.LogSigmoid: "log sigmoid",
    nn.Mish: "mish",
    nn.Sigmoid: "sigmoid",
    nn.SiLU: "silu",
    nn.Softplus: "softplus",
    nn.Softsign: "softsign",
    nn.Tanh: "tanh",
}
