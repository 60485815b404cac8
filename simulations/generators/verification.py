"""Verified lower bounds of the class radius of small torch networks, by linear relaxation.

Over a ball or a box around z_0 every neuron is enclosed as c + G.x + [-e, e], where x is the
offset from z_0 divided by the radius, so that |G.x| <= |G|_2 on the ball and |G|_1 on the box
(forward linear bounds with one remainder; Singh, Gehr, Mirman, Pueschel & Vechev, NeurIPS 2018,
without new symbols). Linear layers map (c, G, e) to (W c + b, W G, |W| e). Of the others:

* rectifiers, of slopes 1 and a of any sign, between l < 0 < u: the chord has the slope
  s = (u - a l)/(u - l), and y - s x is 0 at 0 and (a - s) l = (1 - a) u |l|/(u - l) at l and u, so
  it lies between the two, which for a <= 1 is the larger one, and for a > 1 the lesser;
* smooth functions, as sigmoid, tanh, SiLU, GELU, Mish and softplus (`curves`), also where a module
  writes them as products of others (`spellings`): the chord's slope s, and limits of y - s x;
* normalisation by statistics of the input, t d, for numbers d without their mean and t of their
  mean square s, t = (s + eps)^(-1/2): for d = c + g and S = mean(c^2) it is near
  c t(S) + t(S) g + c t'(S) 2 mean(c g). What is left is c t'(S) mean(g^2), c times what t is above
  its tangent, and g (t(s) - t(S)). Where that is more, limits a <= t <= b serve: t d is between
  the lesser and the larger of a d and b d, the one concave and the other convex: chords of both;
* max-pooling: y - x_b lies in [0, max_j sup (x_j - x_b)+] for the input b that is largest at z_0.
  Padding of a window repeats numbers that are in it already.

Where the margin of the class over each other one is positive so, the class does not change. Where
it is not, the margins are followed back to the latents (`backward`), which loses less.
Everything is computed in float64, in which a sum of k terms is wrong by at most (k + 2) 2^-53 times
the sum of their sizes (twice that is added to e) and by what underflows (`backward.TINY`), and an
elementary function by a few units of the last place (`curves.ROUNDING`). What is verified is the
real function with the network's weights; its own single precision moves the boundaries by its
rounding.
"""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import flag, integer_array, real_array, shown
from simulations.arrays import FloatArray, IntArray
from simulations.generators.backward import (
    TINY,
    UNIT,
    Step,
    affine,
    between,
    limits_from,
    moved,
    summed,
)
from simulations.generators.curves import CURVES, Curve, Line, bent, curve_of
from simulations.generators.layers import (
    EXPECTED,
    LAYERS,
    Largest,
    Moved,
    Nonnegative,
    Padded,
    Permute,
    Rectifier,
    Reshape,
    Scaled,
    Standardised,
    weighted,
)
from simulations.generators.resizing import Resized
from simulations.generators.spellings import with_curves
from simulations.partitions.base import LARGEST, dimension, points

_BATCH = 256
_BACK = 2_048
_NUMBERS = 2**21
"""Of an array, about: larger ones fill the memory, and cost as much time to get as to compute."""
_BISECTIONS = 10
_SELU = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


class Enclosure:
    """Neurons c + G.x + [-e, e] over the unit ball or box: rows c, then G_1 to G_d, then e.

    Parameters
    ----------
    rows : Tensor of shape (n (d + 2), ...)
    count : int
        n.
    ball : bool
        Whether x is in the unit ball, else in the box.
    last : tuple or None
        If these are the outputs of a linear layer, or positive multiples of them, its inputs, its
        module, and the way back from its outputs.
    final : bool
        Whether they stand for their softmax, whose order is theirs.
    step : Step or None
        The way back, where it is kept.
    """

    def __init__(
        self,
        rows: Tensor,
        count: int,
        ball: bool,
        last: tuple[Enclosure, nn.Linear, Step | None] | None = None,
        *,
        final: bool = False,
        step: Step | None = None,
    ) -> None:
        self.rows, self.count, self.ball, self.last = rows, count, ball, last
        self.final, self.step = final, step

    def parts(self) -> tuple[Tensor, Tensor, Tensor]:
        """Centres (n, ...), gradients (d, n, ...) and remainders (n, ...)."""
        stacked = self.rows.reshape(-1, self.count, *self.rows.shape[1:])
        return stacked[0], stacked[1:-1], stacked[-1]

    def made(self, centre: Tensor, gradients: Tensor, remainder: Tensor) -> Enclosure:
        """One of the same latents, with all that may have underflowed in its remainder."""
        rows = torch.cat([centre[None], gradients, (remainder + TINY)[None]]).flatten(0, 1)
        return Enclosure(rows, self.count, self.ball)

    def reach(self, gradients: Tensor) -> Tensor:
        """The most that G.x can be, rounded up."""
        size = (gradients.square().sum(0) + TINY).sqrt() if self.ball else gradients.abs().sum(0)
        return size * (1 + (len(gradients) + 4) * 2 * UNIT)

    def limits(self) -> tuple[Tensor, Tensor]:
        """Lower and upper limits of the neurons."""
        centre, gradients, remainder = self.parts()
        reach = (self.reach(gradients) + remainder) * (1 + 4 * UNIT) + 4 * UNIT * centre.abs()
        return centre - reach, centre + reach

    def linear(
        self, apply: Callable[[Tensor], Tensor], sizes: Callable[[Tensor], Tensor], terms: int
    ) -> Enclosure:
        """After an affine layer; `sizes` is it with absolute weights, `terms` its longest sum."""
        centre, gradients, remainder = self.parts()
        offset = apply(torch.zeros_like(centre[:1]))
        moved = apply(torch.cat([centre, gradients.flatten(0, 1)]))
        new_centre = moved[: self.count]
        new = (moved[self.count :] - offset).reshape(len(gradients), *new_centre.shape)
        # The subtraction of the offset is one more rounding of both.
        share = 2 * (terms + 4) * UNIT
        size = centre.abs() + gradients.abs().sum(0)
        spread = remainder * (1 + share) + share * size
        error = share * (offset.abs() * (len(gradients) + 1) + new_centre.abs())
        found = self.made(new_centre, new, (sizes(spread) + error) * (1 + share))
        if self.step is not None:
            found.step = affine(self.step, found.most(), apply, sizes)
        return found

    def most(self) -> Tensor:
        """Limits of the neurons' sizes."""
        low, high = self.limits()
        return torch.maximum(low.abs(), high.abs())

    def moved(self, function: Callable[[Tensor], Any]) -> Any:
        """After a function that moves, repeats or drops neurons of each row."""
        found = function(self.rows)
        if not isinstance(found, Tensor) or len(found) != len(self.rows):
            return found
        result = Enclosure(found, self.count, self.ball)
        if self.step is not None:
            shape = self.rows.shape
            places = torch.arange(self.rows[0].numel()).reshape(shape[1:]).expand(shape)
            # Contiguous, as some functions are for such rows alone.
            result.step = moved(self.step, result.most(), function(places.contiguous())[:1])
        return result

    def plus(self, other: Enclosure) -> Enclosure:
        """The sum of two."""
        ours, theirs = self.parts(), other.parts()
        centre, gradients, remainder = (one + two for one, two in zip(ours, theirs, strict=True))
        size = centre.abs() + gradients.abs().sum(0)
        found = self.made(centre, gradients, (remainder + 2 * UNIT * size) * (1 + 8 * UNIT))
        if self.step is not None and other.step is not None:
            found.step = summed(self.step, other.step, found.most())
        return found

    def sloped(
        self,
        slope: Tensor,
        low: Tensor,
        high: Tensor,
        below: Line | None = None,
        above: Line | None = None,
    ) -> Enclosure:
        """The enclosure slope x + [low, high], and other lines for the way back."""
        centre, gradients, remainder = self.parts()
        middle, half = (low + high) / 2, (high - low) / 2
        spread = slope.abs() * remainder
        size = (slope * centre).abs() + (slope * gradients).abs().sum(0) + middle.abs() + half
        spread = spread + half + 8 * UNIT * (size + spread)
        found = self.made(slope * centre + middle, slope * gradients, spread)
        if self.step is not None:
            lines = below or (slope, low), above or (slope, high)
            found.step = between(self.step, found.most(), *lines)
        return found


def _rectified(x: Enclosure, below: float | Tensor) -> Enclosure:
    low, high = x.limits()
    below = torch.as_tensor(below, dtype=torch.float64).expand_as(low)
    convex = below <= 1
    chord = (high - below * low) / (high - low)
    crossing = (low < 0) & (high > 0)
    # Tensors, as torch.where of two numbers has single precision.
    flat = torch.where(low >= 0, torch.ones_like(low), below)
    slope = torch.where(crossing, chord, flat)
    gap = torch.where(crossing, (below - slope) * low, 0.0)
    # The slope's own rounding: between l and u the chord moves by that much.
    slack = torch.where(crossing, 8 * UNIT * (high - low) * below.abs().clamp_min(1), 0.0)
    least = torch.where(convex, 0.0, gap) - slack
    most = torch.where(convex, gap, 0.0) + slack
    # The line on the side of the kink that leaves the smaller triangle.
    side = torch.where(crossing & (high > -low), torch.ones_like(low), flat)
    none = torch.zeros_like(side)
    under = torch.where(convex, side, slope), torch.where(convex, none, least)
    over = torch.where(convex, slope, side), torch.where(convex, most, none)
    return x.sloped(slope, least, most, under, over)


def _curved(x: Enclosure, curve: Curve) -> Enclosure:
    low, high = x.limits()
    slope = curve.chord(low, high)
    lines = () if x.step is None else (curve.below(low, high), curve.above(low, high))
    return x.sloped(slope, curve.least(slope, low, high), curve.most(slope, low, high), *lines)


def _pooled(x: Enclosure, module: nn.MaxPool2d | Largest) -> Enclosure:
    if isinstance(module, nn.MaxPool2d):
        module = Largest.like(module, x.rows.shape[2:])
    shape = module(x.rows[:1]).shape[1:]

    def windows(values: Tensor) -> Tensor:
        return module.windows(values).flatten(3)

    centre, gradients, remainder = x.parts()
    c, e = windows(centre), windows(remainder)
    g = windows(gradients.flatten(0, 1)).reshape(len(gradients), *c.shape)
    best = c.argmax(dim=2, keepdim=True)
    at = best.expand(len(gradients), *best.shape)
    c_best, e_best, g_best = c.gather(2, best), e.gather(2, best), g.gather(3, at)
    beyond = (c - c_best) + x.reach(g - g_best) + e + e_best
    size_of = c.abs() + c_best.abs() + g.abs().sum(0) + g_best.abs().sum(0) + e + e_best
    numbers = torch.arange(x.rows[0].numel(), dtype=torch.float64).reshape(1, *x.rows.shape[1:])
    places = windows(numbers).expand(len(best), -1, -1, -1)
    chosen_places = places.gather(2, best)
    # Padding repeats neurons, which are no more than themselves.
    most = (beyond + 16 * UNIT * size_of).masked_fill(places == chosen_places, 0.0)
    most = most.amax(dim=2).clamp_min(0.0).reshape(-1, *shape)
    chosen = x.made(
        c_best.reshape(-1, *shape),
        g_best.reshape(len(gradients), -1, *shape),
        e_best.reshape(-1, *shape),
    )
    if x.step is not None:
        chosen.step = moved(x.step, chosen.most(), chosen_places.long())
    return chosen.sloped(torch.ones_like(most), torch.zeros_like(most), most)


def _convolved(x: Enclosure, module: Any) -> Enclosure:
    transposed = isinstance(module, nn.ConvTranspose2d)
    options = {"stride": module.stride, "padding": module.padding, "groups": module.groups,
               "dilation": module.dilation}  # fmt: skip
    if module.padding_mode != "zeros":
        # As the module does before it convolves.
        x = _through(x, Padded(module._reversed_padding_repeated_twice, module.padding_mode))
        options["padding"] = 0
    convolve = functional.conv_transpose2d if transposed else functional.conv2d
    if transposed:
        options["output_padding"] = module.output_padding
    weight = module.weight.double()
    bias = module.bias
    bias = None if bias is None else bias.double()
    terms = weight[0].numel() if not transposed else weight[:, 0].numel()
    return x.linear(
        lambda values: convolve(values, weight, bias, **options),
        lambda values: convolve(values, weight.abs(), None, **options),
        terms,
    )


def _normalised(x: Enclosure, module: Any) -> Enclosure:
    if module.track_running_stats is False:
        raise InvalidTypeError(f"{module}: expected running statistics")
    shape = (1, -1) + (1,) * (x.rows.dim() - 2)
    scale = 1 / (module.running_var.double() + module.eps).sqrt()
    shift = torch.zeros_like(scale)
    if module.affine:
        scale, shift = scale * module.weight.double(), module.bias.double()
    mean = module.running_mean.double()
    return _scaled(x, Scaled(*(one.reshape(shape) for one in (mean, scale, shift))))


def _standardised(x: Enclosure, module: Standardised) -> Enclosure:
    terms = x.rows[0].numel() // module.parts
    x = x.linear(module.without_mean, lambda values: values + module.mean(values), terms + 2)
    low, high = x.limits()
    largest = torch.maximum(low.abs(), high.abs())
    smallest = low.clamp_min(0) + (-high).clamp_min(0)
    # The mean of d^2 is that of c^2, of 2 c g, whose parts cancel, and of g^2 >= 0.
    centre, gradients, remainder = x.parts()
    turned = module.mean((2 * centre * gradients).flatten(0, 1)).reshape(gradients.shape)
    turn = x.reach(turned) + module.mean(2 * centre.abs() * remainder)
    around = module.mean(centre.square())
    apart = module.mean((x.reach(gradients) + remainder).square())
    # A mean of squares, a root and a quotient.
    share = (terms + 16) * 2 * UNIT
    slack = 8 * share * module.mean((centre.abs() + gradients.abs().sum(0) + remainder).square())
    lesser = module.mean(smallest.square()).maximum(around - turn - slack)
    larger = module.mean(largest.square()).minimum(around + turn + apart + slack)
    least = (larger + module.eps).rsqrt() * (1 - share)
    most = (lesser + module.eps).rsqrt() * (1 + share)
    crossing = (low < 0) & (high > 0)
    length = high - low
    slack = 16 * UNIT * most * length

    def chord(left: Tensor, right: Tensor) -> Line:
        """Of the function with these slopes to the left and to the right of 0."""
        slope = torch.where(crossing, (right * high - left * low) / length, right)
        slope = torch.where(high <= 0, left, slope)
        return slope, torch.where(crossing, (right - slope) * high, 0.0)

    (under, low_end), (over, high_end) = chord(most, least), chord(least, most)
    middle = (least + most) / 2
    beyond = ((most - least) / 2 + 4 * UNIT * most) * largest + slack

    # Above its tangent, t is at most as far as at an end of its limits.
    factor = (around + module.eps).rsqrt()
    bend = -(factor**3) / 2
    ends = [(one + module.eps).rsqrt() - factor - bend * (one - around) for one in (lesser, larger)]
    away = torch.maximum(*ends) - bend * apart + share * (most - bend * (larger + around))
    weight = bend * centre
    size = centre.abs() + gradients.abs().sum(0) + remainder
    rest = centre.abs() * away
    rest = rest + (x.reach(gradients) + remainder) * torch.maximum(most - factor, factor - least)
    sizes = factor * size + 4 * weight.abs() * module.mean(centre.abs() * size)
    rest = (rest + 8 * share * sizes) * (1 + 8 * UNIT)

    tangent = rest < beyond
    slope = torch.where(tangent, factor, middle)
    turn = torch.where(tangent, weight, 0.0)
    spread = slope * remainder + turn.abs() * module.mean(2 * centre.abs() * remainder)
    spread = spread + torch.where(tangent, rest, beyond) + 16 * UNIT * (slope * size + spread)
    found = x.made(slope * centre, slope * gradients + turn * turned, spread)
    if x.step is None:
        return found
    before = x.step
    lines = (under, low_end - slack), (over, high_end + slack)
    # The constant of the tangent, between its limits.
    constant = -2 * turn * around
    (under, low_end), (over, high_end) = (
        (torch.where(tangent, factor, one), torch.where(tangent, constant + sign * rest, end))
        for sign, (one, end) in zip((-1, 1), lines, strict=True)
    )
    straight = between(before, found.most(), (under, low_end), (over, high_end))

    def back(given: Tensor) -> tuple[Sequence[Tensor], Tensor | float, Tensor | float]:
        (coefficients,), constants, reach = straight.back(given)
        pulled = module.mean((given * turn).flatten(0, 1)).reshape(given.shape)
        size = 2 * turn.abs() * module.mean(centre.abs() * before.most)
        size = (given.abs() * size).flatten(2).sum(2)
        return (coefficients + 2 * centre * pulled,), constants, reach + size

    found.step = Step(found.most(), (before,), back)
    return found


def _by_input(x: Enclosure, module: Any) -> Enclosure:
    """Group, layer or instance normalisation."""
    shape = x.rows.shape[1:]
    parts, fitting = shape[0], (-1, *[1] * (len(shape) - 1))
    if isinstance(module, nn.GroupNorm):
        parts = module.num_groups
    if isinstance(module, nn.LayerNorm):
        fitting = tuple(module.normalized_shape)
        if tuple(shape[-len(fitting) :]) != fitting:
            raise InvalidTypeError(f"{module}: expected to normalise rows, of shape {tuple(shape)}")
        parts = shape.numel() // math.prod(fitting)
    found = _standardised(x, Standardised(parts, module.eps))
    if module.weight is None:
        return found
    shift = 0.0 if module.bias is None else module.bias.double().reshape(fitting)
    return _scaled(found, Scaled(0.0, module.weight.double().reshape(fitting), shift))


def _scaled(x: Enclosure, module: Scaled) -> Enclosure:
    centre, scale, shift = module.centre, module.scale, module.shift
    found = x.linear(lambda v: v - centre, lambda v: v, 1) if centre.any() else x
    # The rounding of the scale is that of some more terms.
    found = found.linear(lambda v: v * scale + shift, lambda v: v * scale.abs(), 16)
    if module.keeps_order:
        # A positive factor changes no sign of a margin.
        found.last = x.last
    return found


def _through(x: Enclosure, module: nn.Module) -> Enclosure:
    """The enclosure after a layer."""
    if x.final:
        raise InvalidTypeError(f"{module}: expected nothing after the softmax")
    if isinstance(module, nn.Linear):
        weight = module.weight.double()
        bias: Any = module.bias
        bias = None if bias is None else bias.double()
        found = x.linear(
            lambda values: functional.linear(values, weight, bias),
            lambda values: functional.linear(values, weight.abs()),
            module.in_features,
        )
        found.last = (x, module, found.step)
        return found
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        return _convolved(x, module)
    if isinstance(module, nn.InstanceNorm2d) and x.rows.dim() != 4:
        raise InvalidTypeError(f"{module}: expected images of several channels")
    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) or (
        isinstance(module, nn.InstanceNorm2d) and module.track_running_stats
    ):
        return _normalised(x, module)
    if isinstance(module, (nn.GroupNorm, nn.InstanceNorm2d, nn.LayerNorm)):
        return _by_input(x, module)
    if isinstance(module, Standardised):
        return _standardised(x, module)
    if isinstance(module, nn.ReLU):
        return _rectified(x, 0.0)
    if isinstance(module, nn.LeakyReLU):
        return _rectified(x, module.negative_slope)
    if isinstance(module, nn.RReLU):
        return _rectified(x, (module.lower + module.upper) / 2)
    if isinstance(module, nn.PReLU):
        return _rectified(x, module.weight.double().reshape(-1, *[1] * (x.rows.dim() - 2)))
    if isinstance(module, Rectifier):
        return _rectified(x, module.slope)
    if isinstance(module, nn.Hardtanh):
        return _clamped(x, module.min_val, module.max_val)
    if isinstance(module, nn.Hardsigmoid):
        return _scaled(_clamped(_scaled(x, Scaled(-3.0)), 0.0, 6.0), Scaled(scale=1 / 6))
    if isinstance(module, nn.Softplus):
        return _softened(x, module)
    curve = curve_of(module)
    if curve is not None:
        return _curved(x, CURVES[curve])
    if isinstance(module, (nn.CELU, nn.ELU, nn.SELU)):
        return _bent(x, module)
    if isinstance(module, nn.Tanhshrink):
        return x.plus(_scaled(_curved(x, CURVES["tanh"]), Scaled(scale=-1.0)))
    if isinstance(module, (nn.MaxPool2d, Largest)):
        return _pooled(x, module)
    if isinstance(module, nn.AdaptiveMaxPool2d):
        return _pooled(x, Largest.adaptive(module, x.rows.shape[2:]))
    if isinstance(module, Scaled):
        return _scaled(x, module)
    if isinstance(module, nn.Upsample) and module.mode == "bicubic":
        module = Resized.like(module, x.rows.shape[2:])
    if isinstance(module, Resized):
        return x.linear(module, module.sizes, module.terms)
    if isinstance(module, Padded):
        return x.linear(module, module.without_value, 1)
    for kind, mode in _PADS.items():
        if isinstance(module, kind):
            pads: Any = module.padding
            return _through(x, Padded(pads, mode, getattr(module, "value", None)))
    if isinstance(module, (Nonnegative, nn.AvgPool2d, nn.AdaptiveAvgPool2d)) or (
        isinstance(module, nn.Upsample) and module.mode in _NONNEGATIVE
    ):
        terms = module.terms if isinstance(module, Nonnegative) else x.rows[0].numel()
        # All weights have one sign.
        return x.linear(module, lambda values: module(values).abs(), terms)
    if isinstance(module, _MOVING):
        found = x.moved(module)
        if not isinstance(found, Enclosure):
            raise InvalidTypeError(f"{module}: expected the rows to stay apart")
        return found
    if isinstance(module, (nn.Softmax, nn.LogSoftmax)):
        return Enclosure(x.rows, x.count, x.ball, x.last, final=True, step=x.step)
    if isinstance(module, _UNCHANGED):
        return x
    raise InvalidTypeError(f"{module}: expected {EXPECTED}")


def _clamped(x: Enclosure, low: float, high: float) -> Enclosure:
    """Cut off below and above, by rectifiers."""
    if low > -torch.inf:
        x = _scaled(_rectified(_scaled(x, Scaled(low)), 0.0), Scaled(shift=low))
    if high < torch.inf:
        x = _scaled(_rectified(_scaled(x, Scaled(high, -1.0)), 0.0), Scaled(0.0, -1.0, high))
    return x


def _bent(x: Enclosure, module: nn.CELU | nn.ELU | nn.SELU) -> Enclosure:
    """Exponentials to the left of a line: a curve between scales."""
    inner, left, outer = 1.0, 1.0, 1.0
    if isinstance(module, nn.SELU):
        left, outer = _SELU
    elif isinstance(module, nn.ELU):
        left = module.alpha
    else:
        inner, outer = 1 / (module.alpha or torch.nan), module.alpha
    if not (0 <= left < torch.inf and 0 < inner < torch.inf):
        raise InvalidTypeError(f"{module}: expected a positive alpha")
    most = max(left, 1.0)
    found = x if inner == 1 else _scaled(x, Scaled(scale=inner))
    found = _curved(found, CURVES["elu"] if left == 1 else bent(left / most, 1 / most))
    outer *= most
    return found if outer == 1 else _scaled(found, Scaled(scale=outer))


def _softened(x: Enclosure, module: nn.Softplus) -> Enclosure:
    if module.beta <= 0:
        raise InvalidTypeError(f"{module}: expected beta > 0")
    found = x if module.beta == 1 else _scaled(x, Scaled(scale=module.beta))
    low, high = found.limits()
    found = _curved(found, CURVES["softplus"])
    # Beyond its threshold t torch takes x, which is less by log(1 + e^-x) <= log(1 + e^-t).
    less = low.clamp_min(module.threshold).neg().exp().log1p() * (1 + 32 * UNIT)
    less = torch.where(high > module.threshold, less, 0.0)
    if bool(less.any()):
        found = found.sloped(torch.ones_like(low), -less, torch.zeros_like(low))
    return found if module.beta == 1 else _scaled(found, Scaled(scale=1 / module.beta))


def _softmax(*args: Any, **kwargs: Any) -> nn.Module:
    del args, kwargs
    return nn.Softmax(1)


def _upsampled(*args: Any, antialias: bool = False, **kwargs: Any) -> nn.Module:
    if antialias:
        raise InvalidTypeError("interpolate: expected antialias=False")
    return nn.Upsample(*args, **kwargs)


def _largest(
    kernel_size: Any, stride: Any = None, *rest: Any, return_indices: bool = False, **options: Any
) -> nn.Module:
    # As a function it has them in another order than as a layer.
    names = ("padding", "dilation", "ceil_mode")
    options |= dict(zip(names, rest, strict=False))
    return nn.MaxPool2d(kernel_size, stride, return_indices=return_indices, **options)


def _cut(min: float | None = None, max: float | None = None) -> nn.Module:
    # As torch has them.
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        raise InvalidTypeError("clamp: expected limits that are numbers")
    low, high = -torch.inf if min is None else min, torch.inf if max is None else max
    if not low < high:
        raise InvalidTypeError(f"clamp: expected min={min} < max={max}")
    return nn.Hardtanh(low, high)


def _negated() -> nn.Module:
    return Scaled(scale=-1.0)


def _prelu(weight: Tensor) -> nn.Module:
    return weighted(nn.PReLU(weight.numel()), weight, None)


_FUNCTIONS: dict[Any, Callable[..., nn.Module]] = {
    torch.sigmoid: nn.Sigmoid, functional.sigmoid: nn.Sigmoid, "sigmoid": nn.Sigmoid,
    torch.tanh: nn.Tanh, functional.tanh: nn.Tanh, "tanh": nn.Tanh,
    torch.relu: nn.ReLU, functional.relu: nn.ReLU, "relu": nn.ReLU,
    torch.softmax: _softmax, functional.softmax: _softmax, "softmax": _softmax,
    functional.adaptive_avg_pool2d: nn.AdaptiveAvgPool2d, functional.avg_pool2d: nn.AvgPool2d,
    functional.max_pool2d: _largest, functional.pixel_shuffle: nn.PixelShuffle,
    functional.elu: nn.ELU, functional.gelu: nn.GELU, functional.hardswish: nn.Hardswish,
    functional.hardtanh: nn.Hardtanh, functional.leaky_relu: nn.LeakyReLU,
    functional.mish: nn.Mish, functional.silu: nn.SiLU, functional.softplus: nn.Softplus,
    functional.interpolate: _upsampled, functional.pad: Padded,
    functional.relu6: nn.ReLU6, functional.selu: nn.SELU, torch.selu: nn.SELU,
    functional.celu: nn.CELU, torch.celu: nn.CELU, torch.prelu: _prelu,
    functional.logsigmoid: nn.LogSigmoid, functional.softsign: nn.Softsign,
    functional.hardsigmoid: nn.Hardsigmoid, functional.tanhshrink: nn.Tanhshrink,
    functional.adaptive_max_pool2d: nn.AdaptiveMaxPool2d,
    functional.pixel_unshuffle: nn.PixelUnshuffle, functional.channel_shuffle: nn.ChannelShuffle,
    operator.neg: _negated, torch.neg: _negated, "neg": _negated,
    torch.clamp: _cut, torch.clip: _cut, "clamp": _cut, "clip": _cut,
    torch.clamp_min: _cut, "clamp_min": _cut,
    torch.clamp_max: partial(_cut, None), "clamp_max": partial(_cut, None),
}  # fmt: skip
_PADS: dict[type[Any], str] = {
    nn.CircularPad2d: "circular", nn.ConstantPad2d: "constant", nn.ReflectionPad2d: "reflect",
    nn.ReplicationPad2d: "replicate",
}  # fmt: skip
_MOVING = (nn.ChannelShuffle, nn.Flatten, nn.PixelShuffle, nn.PixelUnshuffle, nn.Unflatten,
           Moved, Permute, Reshape)  # fmt: skip
_UNCHANGED = (nn.AlphaDropout, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.FeatureAlphaDropout,
              nn.Identity)  # fmt: skip
_NONNEGATIVE = frozenset(("nearest", "nearest-exact", "bilinear"))
_ARITHMETIC: dict[Any, str] = {
    operator.add: "add", torch.add: "add", operator.sub: "sub", torch.sub: "sub",
    operator.mul: "mul", torch.mul: "mul", torch.div: "div",
    operator.truediv: "div",  # pyright: ignore[reportUnknownMemberType]
}  # fmt: skip
_SHAPES = frozenset((operator.getitem, torch.flatten, torch.reshape, torch.squeeze,
                     torch.unsqueeze, "flatten", "reshape", "view", "squeeze", "unsqueeze",
                     "contiguous", "size"))  # fmt: skip


def torch_module(given: Any, role: str) -> nn.Module:
    """A module in evaluation mode, or an error that names its role."""
    if not isinstance(given, nn.Module):
        raise InvalidTypeError(
            f"{role}={shown(given)}: expected a torch.nn.Module or a file, whose layers are known"
        )
    if any(part.training for part in given.modules()):
        raise InvalidValueError(f"{role} is in training mode: call its .eval() first")
    return given


class _Tracer(torch.fx.Tracer):
    """Looks into modules, but not into layers."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, LAYERS) or super().is_leaf_module(m, module_qualified_name)


class _Interpreter(torch.fx.Interpreter):
    """Runs a traced module on enclosures, and keeps the neurons of the widest layer."""

    widest = 1

    def run_node(self, n: torch.fx.Node) -> Any:
        found = super().run_node(n)
        if isinstance(found, Enclosure):
            self.widest = max(self.widest, found.rows[0].numel())
        return found

    def call_module(self, target: Any, args: Any, kwargs: Any) -> Any:
        return _through(args[0], self.fetch_attr(target))

    def call_function(self, target: Any, args: Any, kwargs: Any) -> Any:
        return self._called(target, target, args, kwargs)

    def call_method(self, target: Any, args: Any, kwargs: Any) -> Any:
        def method(tensor: Tensor, *rest: Any, **options: Any) -> Any:
            return getattr(tensor, target)(*rest, **options)

        return self._called(target, method, args, kwargs)

    def _called(self, target: Any, function: Any, args: Any, kwargs: Any) -> Any:
        if target in _ARITHMETIC and len(args) == 2 and not kwargs:
            found = _combined(_ARITHMETIC[target], *args)
            if found is not None:
                return found
        if target is torch.cat and any(isinstance(one, Enclosure) for one in args[0]):
            return _concatenated(*args, **kwargs)
        x = args[0] if args else None
        if not any(isinstance(one, Enclosure) for one in args):
            return function(*args, **kwargs)
        if not isinstance(x, Enclosure):
            raise InvalidTypeError(f"{target}: takes the input in another place than the first")
        if target in (torch.mean, "mean") and not x.final:
            return _averaged(x, *args[1:], **kwargs)
        if target in _FUNCTIONS:
            return _through(x, _FUNCTIONS[target](*args[1:], **kwargs))
        if target in _SHAPES and not x.final:
            batch = args[1][0] if target is operator.getitem and isinstance(args[1], tuple) else ...
            if batch in (slice(None), ...):
                found = x.moved(lambda rows: function(rows, *args[1:], **kwargs))
                if isinstance(found, Enclosure) or not isinstance(found, Tensor):
                    return found
        raise InvalidTypeError(f"{target}: expected a function that linear relaxation is known for")


def _averaged(x: Enclosure, dim: Any = (), keepdim: bool = False) -> Enclosure:
    axes = [one % x.rows.dim() for one in ((dim,) if isinstance(dim, int) else dim)]
    if not axes or 0 in axes:
        raise InvalidTypeError(f"mean: expected dim={dim} to keep the rows apart")
    mean = Nonnegative(lambda rows: rows.mean(axes, keepdim), x.rows[0].numel())
    return _through(x, mean)


def _concatenated(tensors: Any, dim: int = 0) -> Enclosure:
    """Neurons side by side: each padded by zeros, and their sum."""
    axis = dim % tensors[0].rows.dim()
    if axis == 0 or not all(isinstance(one, Enclosure) and not one.final for one in tensors):
        raise InvalidTypeError(f"cat: expected neurons, side by side, not in dim={dim}")
    ends = np.cumsum([0, *(one.rows.shape[axis] for one in tensors)])
    inner = [0, 0] * (tensors[0].rows.dim() - 1 - axis)
    padded = [
        _through(one, Padded([*inner, int(before), int(ends[-1] - after)]))
        for one, before, after in zip(tensors, ends, ends[1:], strict=False)
    ]
    return reduce(Enclosure.plus, padded)


def _combined(kind: str, x: Any, y: Any) -> Enclosure | None:
    """A sum, difference, product or quotient that is linear, else None."""
    if isinstance(x, Enclosure) and isinstance(y, Enclosure):
        if x.final or y.final or kind not in ("add", "sub") or x.rows.dim() != y.rows.dim():
            return None
        shape = (x.rows[:1] + y.rows[:1]).shape[1:]
        x, y = (
            one if one.rows.shape[1:] == shape
            else one.moved(lambda rows: rows.expand(-1, *shape))
            for one in (x, y)
        )  # fmt: skip
        return x.plus(y if kind == "add" else _scaled(y, Scaled(scale=-1.0)))
    if isinstance(x, Enclosure):
        number = torch.as_tensor(y, dtype=torch.float64)
        layers = {"add": Scaled(shift=number), "sub": Scaled(number), "mul": Scaled(scale=number),
                  "div": Scaled(scale=1 / number)}  # fmt: skip
        layer = layers[kind]
        fits = (number + x.rows[:1]).shape == x.rows[:1].shape
        return _through(x, layer) if fits and bool(layer.scale.isfinite().all()) else None
    if isinstance(y, Enclosure) and kind == "sub":
        negative = _combined("mul", y, -1.0)
        return None if negative is None else _combined("add", negative, x)
    return _combined(kind, y, x) if isinstance(y, Enclosure) and kind != "div" else None


class Verifier:
    """Margins of the classes over balls and boxes of latents, from below.

    Parameters
    ----------
    decoder, classifier : torch.nn.Module
        In evaluation mode, of the layers that `_through` names; the classifier ends in a softmax.
    dim : int

    Raises
    ------
    TypeError
        A module cannot be traced, or has a layer for which no relaxation is known.
    ValueError
        A module is in training mode.

    Examples
    --------
    >>> plane = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Softmax(dim=1)).eval()
    >>> _ = plane[0].weight.data.copy_(torch.eye(2))
    >>> verifier = Verifier(nn.Identity().eval(), plane, 2)
    >>> verifier.radii(np.array([[1.0, 0.0]]), np.array([0]), np.array([0.8])).round(3).tolist()
    [0.707]
    """

    def __init__(self, decoder: Any, classifier: Any, dim: int) -> None:
        self.dim = dimension(dim)
        given = torch_module(decoder, "decoder"), torch_module(classifier, "classifier")
        try:
            # A copy: a traced module shares its parts, which are made double here. Within another
            # module, so that one of torch's own is a layer and not what is in it.
            copies = [nn.Sequential(copy.deepcopy(module)).double() for module in given]
            traced = [torch.fx.GraphModule(one, _Tracer().trace(one)) for one in copies]
        except Exception as error:  # a module's code may raise anything under the tracer
            raise InvalidTypeError(f"a module cannot be traced: {error}") from error
        for module in traced:
            with_curves(module)
        self._modules = traced
        self._interpreters = [_Interpreter(module) for module in traced]
        for interpreter in self._interpreters:
            interpreter.extra_traceback = False
        try:
            with torch.no_grad():
                self.classes = int(self._probabilities(np.zeros((2, dim))).shape[1])
        except Exception as error:  # it may hold tensors of another type than its parameters
            raise InvalidTypeError(f"a module cannot compute in float64: {error}") from error
        self._batch = self._back = 1
        self.margins(np.zeros((1, dim)), np.zeros(1, dtype=np.int64), np.zeros(1))
        neurons = max(interpreter.widest for interpreter in self._interpreters)
        self._batch = min(max(1, _NUMBERS // (neurons * (dim + 2))), _BATCH)
        # Each class but one has a row on the way back.
        self._back = max(1, min(_NUMBERS // neurons, _BACK) // self.classes)

    def _probabilities(self, z: FloatArray) -> Tensor:
        decoder, classifier = self._modules
        return classifier(decoder(torch.as_tensor(z, dtype=torch.float64)))

    @torch.no_grad()
    def labels(self, z: FloatArray) -> IntArray:
        """Most probable classes (n,) of latents (n, d), computed in float64."""
        z = points(z, self.dim)
        parts = [
            self._probabilities(z[start : start + _BATCH]).argmax(dim=1).numpy()
            for start in range(0, len(z), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def _labels(self, labels: Any, name: str, rows: int) -> IntArray:
        found = integer_array(labels, name)
        if found.shape != (rows,) or not ((found >= 0) & (found < self.classes)).all():
            raise InvalidValueError(
                f"{name}={shown(labels)}: expected {rows} classes, 0 to {self.classes - 1}"
            )
        return found.astype(np.int64)

    def margins(
        self, z: FloatArray, own: IntArray, radii: FloatArray, *, ball: bool = True
    ) -> FloatArray:
        """Lower limits (n,) of the least margin of class `own` within `radii` of `z` (n, d)."""
        z = points(z, self.dim)
        own = self._labels(own, "own", len(z))
        radii = _lengths(radii, "radii", len(z))
        flag(ball, "ball")
        parts = [
            self._margins(z[rows], own[rows], radii[rows], ball)
            for start in range(0, len(z), self._batch)
            for rows in [slice(start, start + self._batch)]
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    def _margins(self, z: FloatArray, own: IntArray, radii: FloatArray, ball: bool) -> FloatArray:
        low = self._forward(z, own, radii, ball)
        (open_rows,) = np.nonzero(~(low > 0))
        for start in range(0, len(open_rows), self._back):
            rows = open_rows[start : start + self._back]
            back = self._backward(z[rows], own[rows], radii[rows], ball)
            low[rows] = np.maximum(low[rows], back)
        return low

    def _run(
        self, z: FloatArray, radii: FloatArray, ball: bool, back: bool
    ) -> tuple[Enclosure, Tensor, Tensor]:
        """The last neurons over balls or boxes, their centres, and their sizes (n, 1)."""
        centre = torch.as_tensor(z, dtype=torch.float64)
        size = torch.as_tensor(radii, dtype=torch.float64)[:, None]
        gradients = torch.eye(self.dim, dtype=torch.float64)[:, None] * size
        x: Any = Enclosure(centre, len(z), ball).made(centre, gradients, torch.zeros_like(centre))
        if back:
            x.step = Step(x.most())
        for interpreter in self._interpreters:
            x = interpreter.run(x)
        return x, centre, size

    @torch.no_grad()
    def _backward(self, z: FloatArray, own: IntArray, radii: FloatArray, ball: bool) -> FloatArray:
        x, centre, size = self._run(z, radii, ball, True)
        step = x.step if x.last is None else x.last[2]
        assert step is not None
        units = torch.eye(self.classes, dtype=torch.float64)
        chosen = torch.as_tensor(own)
        low = limits_from(step, units[chosen] - units[:, None], centre, size, ball=ball)
        low[chosen, torch.arange(len(z))] = torch.inf
        return low.amin(dim=0).numpy()

    @torch.no_grad()
    def _forward(self, z: FloatArray, own: IntArray, radii: FloatArray, ball: bool) -> FloatArray:
        n = len(z)
        x, _, _ = self._run(z, radii, ball, False)
        place = torch.arange(n)
        chosen = torch.as_tensor(own)
        if x.last is None:
            c, g, e = x.parts()
            low = (c[place, chosen][:, None] - c) - x.reach(g[:, place, chosen][:, :, None] - g)
            low = low - e - e[place, chosen][:, None]
            low = low - 16 * UNIT * (c.abs() + c[place, chosen].abs()[:, None] + g.abs().sum(0))
        else:
            before, layer, _ = x.last
            c, g, e = before.parts()
            weight = layer.weight.double()
            differences = weight[chosen][:, None] - weight
            share = 2 * (layer.in_features + 4) * UNIT
            spread = e + share * (c.abs() + g.abs().sum(0) + e)
            low = torch.einsum("nkf,nf->nk", differences, c)
            low = low - x.reach(torch.einsum("nkf,dnf->dnk", differences, g))
            low = low - torch.einsum("nkf,nf->nk", differences.abs(), spread) * (1 + share)
            bias: Any = layer.bias
            if bias is not None:
                bias = bias.double()
                low = low + (bias[chosen][:, None] - bias)
                low = low - share * (bias[chosen][:, None].abs() + bias.abs())
        low[place, chosen] = torch.inf
        return (low.amin(dim=1) - TINY).numpy()

    def radii(self, z: FloatArray, labels: IntArray, highest: FloatArray) -> FloatArray:
        """Radii (n,) of balls in which the class of `z` (n, d) is verified not to change.

        Bisection from `highest` (n,), distances to witnesses, down; 0 where none is verified.
        """
        z = points(z, self.dim)
        labels = self._labels(labels, "labels", len(z))
        highest = _lengths(highest, "highest", len(z))
        found = np.zeros(len(z))
        # Where not even the latent itself is verified, no ball around it is.
        rows = np.flatnonzero(self.margins(z, labels, found) > 0)
        low, high = found[rows], highest[rows]
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            verified = self.margins(z[rows], labels[rows], middle) > 0
            low, high = np.where(verified, middle, low), np.where(verified, high, middle)
        found[rows] = low
        return found


def _lengths(values: Any, name: str, rows: int) -> FloatArray:
    found = real_array(values, name, "fiu")
    if found.shape != (rows,) or not ((found >= 0) & (found <= LARGEST)).all():
        raise InvalidValueError(
            f"{name}={shown(values)}: expected distances of at most {LARGEST:g} for {rows} latents"
        )
    return found
