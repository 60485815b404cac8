"""The way back through a network: linear functions of its neurons as functions of its latents.

A lower limit of lambda.y, for neurons y that come from x, is one of another linear function of x:

* y = W x + b: (W^T lambda).x + lambda.b;
* y between under.x + low and over.x + high, by element: the positive lambdas take the lower line,
  the negative ones the upper, which for a rectifier may have another slope (Zhang, Weng, Chen,
  Hsieh & Daniel, NeurIPS 2018). Nothing of a remainder is lost to later layers, as it is forward.

Whatever lambda is taken next, rounded or not, it is one: what W^T lambda is wrong by, at most
(k + 2) 2^-53 (|W|^T |lambda|) for sums of k terms, multiplies x, whose limits are known. So `size`
adds up |lambda|.(|W| |x| + |b|) and its like, of which a share is taken off at the end. Products
below 2^-1022 are wrong by up to 2^-1075 beside that: k of them for each coefficient, times x.
"""

# Some of torch's functions have parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

import torch
from torch import Tensor

UNIT = 2.0**-53
"""Of float64, relative."""

TINY = 2.0**-1022
"""More than all that underflows in a sum of fewer than 2^53 products."""

_number = count()


@dataclass(eq=False, frozen=True)
class Step:
    """Neurons and how to go back from them.

    Attributes
    ----------
    most : Tensor of shape (n, ...)
        Their largest sizes.
    before : tuple of Step
        Those that they come from; none for latents.
    back : callable
        Coefficients (m, n, ...) to those of each step before, the constant (m, n) and `size`.
    number : int
        In the order of making.
    """

    most: Tensor
    before: tuple[Step, ...] = ()
    back: Callable[[Tensor], tuple[Sequence[Tensor], Tensor | float, Tensor | float]] = field(
        default=lambda given: ((), 0.0, 0.0)
    )
    number: int = field(default_factory=lambda: next(_number))


def affine(
    before: Step, most: Tensor, apply: Callable[[Tensor], Tensor], sizes: Callable[[Tensor], Tensor]
) -> Step:
    """An affine layer; `sizes` is it with absolute weights and without constants."""

    def back(given: Tensor) -> tuple[Sequence[Tensor], Tensor, Tensor]:
        pulled = torch.func.vjp(apply, torch.zeros_like(before.most))
        offset: Tensor = pulled[0]
        through: Callable[[Tensor], Sequence[Tensor]] = pulled[1]
        (found,) = torch.func.vmap(through)(given)
        size = sizes(before.most) + offset.abs()
        return (found,), _total(given * offset), _total(given.abs() * size)

    return Step(most, (before,), back)


def moved(before: Step, most: Tensor, places: Tensor) -> Step:
    """Neurons taken from `places` (n, ...) of each row, or (1, ...) of all alike."""

    def back(given: Tensor) -> tuple[Sequence[Tensor], float, float]:
        found = given.new_zeros(*given.shape[:2], before.most[0].numel())
        flat = places.reshape(1, len(places), -1).expand(*given.shape[:2], -1)
        found.scatter_add_(2, flat, given.flatten(2))
        return (found.reshape(given.shape[0], *before.most.shape),), 0.0, 0.0

    return Step(most, (before,), back)


def between(
    before: Step, most: Tensor, under: tuple[Tensor, Tensor], over: tuple[Tensor, Tensor]
) -> Step:
    """Neurons between two lines, slopes and constants, of those before."""
    (low_slope, low), (high_slope, high) = under, over
    reach = torch.maximum(low_slope.abs(), high_slope.abs()) * before.most + low.abs() + high.abs()

    def back(given: Tensor) -> tuple[Sequence[Tensor], Tensor, Tensor]:
        positive, negative = given.clamp_min(0), given.clamp_max(0)
        found = positive * low_slope + negative * high_slope
        return (found,), _total(positive * low + negative * high), _total(given.abs() * reach)

    return Step(most, (before,), back)


def summed(first: Step, second: Step, most: Tensor) -> Step:
    """The sum of two."""
    return Step(most, (first, second), lambda given: ((given, given), 0.0, 0.0))


def limits_from(step: Step, given: Tensor, centre: Tensor, radius: Tensor, *, ball: bool) -> Tensor:
    """Lower limits (m, n) of `given` (m, n, ...) times neurons over balls or boxes of latents.

    Parameters
    ----------
    step : Step
        Of the neurons, the last of a network of latents.
    given : Tensor of shape (m, n, ...)
    centre : Tensor of shape (n, d)
    radius : Tensor of shape (n, 1)
    ball : bool
        Whether latents are in balls, else in boxes.
    """
    pending = {step.number: (step, given)}
    constant, size = given.new_zeros(given.shape[:2]), given.new_zeros(given.shape[:2])
    longest, steps, lost = 1, 0, torch.ones_like(radius[:, 0])
    while True:
        step, given = pending.pop(max(pending))
        longest, steps = max(longest, given[0, 0].numel()), steps + 1
        if not step.before:
            break
        found, more, reach = step.back(given)
        constant, size = constant + more, size + reach
        for one, coefficients in zip(step.before, found, strict=True):
            lost = lost + one.most.flatten(1).sum(1)
            if one.number in pending:
                coefficients = coefficients + pending[one.number][1]
                size = size + _total(coefficients.abs() * one.most)
            pending[one.number] = one, coefficients
    length = (given.square().sum(2) + TINY).sqrt() if ball else given.abs().sum(2)
    reach = length * radius[:, 0]
    size = size + _total(given.abs() * centre.abs()) + reach
    # Every sum has at most so many terms, and factors have a few roundings of their own.
    share = 2 * (longest + steps + 64) * UNIT
    return constant + _total(given * centre) - reach - share * size - TINY * lost


def _total(values: Tensor) -> Tensor:
    return values.flatten(2).sum(2)
