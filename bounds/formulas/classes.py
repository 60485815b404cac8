"""What the bounds ask of a vector of masses: who is there, what the others have, which scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from bounds.arithmetic.base import Arithmetic
from bounds.arithmetic.float64 import FLOAT64, choose
from bounds.formulas.elementwise import inside
from bounds.formulas.radius import halfspace_radius_at


def present(values: Any, arithmetic: Arithmetic) -> Any:
    """Drop classes that certainly have mass 0, whose contribution is 0."""
    if arithmetic is FLOAT64:
        return values[values > 0]
    if arithmetic.symbolic:
        return [value for value in values if not value.is_zero]
    return [value for value in values if not arithmetic.at_most(value, 0)]


def others(values: Any, arithmetic: Arithmetic) -> Any:
    """Return the mass of all other classes, class by class, by sums in which nothing cancels."""
    if arithmetic is FLOAT64:
        # At most one class has more than half of the total; only for it would the difference lose.
        rest = math.fsum(values) - values
        largest = int(np.argmax(values))
        smaller: npt.NDArray[np.float64] = np.delete(values, largest)
        rest[largest] = math.fsum(smaller)
        return rest
    before, after = [arithmetic.number(0)], [arithmetic.number(0)]
    for value in values[:-1]:
        before.append(before[-1] + value)
    for value in reversed(values[1:]):
        after.append(after[-1] + value)
    return [left + right for left, right in zip(before, reversed(after), strict=True)]


def thresholds(values: Any, arithmetic: Arithmetic) -> Any:
    """Return -Phi^-1(p_i), from the others' masses where p_i itself rounds to 1."""
    a = arithmetic
    if a is FLOAT64:
        full = values >= 1
        rest = choose(full, others(values, a), 0.5)
        own = choose(full, 0.5, values)
        return choose(full, a.quantile(rest), -a.quantile(own))
    if a.symbolic:
        return [-a.quantile(value) for value in values]
    rest = others(values, a)
    pairs = zip(values, rest, strict=True)
    return [a.quantile(other) if value >= 1 else -a.quantile(value) for value, other in pairs]


def class_term_at(q: Any, near: Any, far: Any, arithmetic: Arithmetic) -> Any:
    """Q far + phi(near) for near = Phi^-1(q), as q (g(q) + far - near): nothing cancels."""
    return q * (halfspace_radius_at(-near, arithmetic) + (far - near))


def class_term(q: Any, rest: Any, hole: Any, arithmetic: Arithmetic) -> Any:
    """Q Phi^-1(1 - rest) + phi(Phi^-1(q)) for a class of mass q, elementwise in float64.

    `rest` is the mass of the other classes and `hole` that of no class, 1 - rest = hole + q; the
    smaller of the two has the digits of the quantile.
    """
    a = arithmetic
    if a is FLOAT64:
        upper = hole + q
        near = a.quantile(np.minimum(q, 1.0))
        low, high = np.minimum(upper, 0.5), np.minimum(rest, 0.5)
        far = choose(upper <= 0.5, a.quantile(low), -a.quantile(high))
        # q <= 1 - rest, which rounding (of q to 1, say) may have reversed.
        near = np.minimum(near, far)
        return class_term_at(q, near, far, a)

    def term(mass: Any, minus_rest: Any) -> Any:
        if a.at_most(mass, 0):
            return a.number(0)
        upper = a.maximum([1 + minus_rest, mass])
        if a.at_most(1, mass):
            near = far = -a.quantile(-minus_rest)
        else:
            near = a.quantile(mass)
            small = a.at_most(upper, a.number(1) / 2)
            far = a.quantile(hole + mass) if small and not a.encloses else -a.quantile(-minus_rest)
            far = a.maximum([near, far])
        return class_term_at(mass, near, far, a)

    # It increases in q and decreases in the rest, as long as q <= 1 - rest.
    return a.monotone(term, q, -rest)


def scaled(value: Any, scale: Any, arithmetic: Arithmetic) -> Any:
    """Multiply a distance by the isoperimetric constant of the latents' law."""
    return isoperimetric_constant(scale, arithmetic) * value


def isoperimetric_constant(scale: Any, arithmetic: Arithmetic) -> Any:
    """Check the constant L of the latents' law, positive and finite."""
    return inside(scale, "scale", 0, math.inf, arithmetic)
