"""Inequalities proved on a closed interval by cutting it into boxes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bounds.arithmetic.balls import balls
from bounds.arithmetic.base import Arithmetic
from bounds.proof.checks import Box, Check, Verdict
from bounds.proof.enclosures import PRECISION_BITS, certain_sign, ends, exact

_MAXIMUM_DEPTH = 40
_MAXIMUM_BOXES = 20_000


@dataclass(frozen=True, slots=True)
class Cover:
    """An inequality value(t) > 0 for all t in [low, high].

    Attributes
    ----------
    name : str
        Its name in a certificate: the conjunct's.
    claim : str
        The sentence.
    low, high : Fraction
        The closed domain; dyadic, so that every end of a box is exact in binary arithmetic.
    value : callable
        value(t, arithmetic), the quantity claimed positive; of a set t that is a box, it encloses
        the values at all points of the box.
    """

    name: str
    claim: str
    low: Fraction
    high: Fraction
    value: Callable[[Any, Arithmetic], Any]

    def margin(self, low: Fraction, high: Fraction, arithmetic: Arithmetic) -> Fraction | None:
        """Certain lower bound of the value on [low, high]; None if there is none."""
        box = arithmetic.hull(exact(low, arithmetic), exact(high, arithmetic))
        try:
            return ends(self.value(box, arithmetic))[0]
        except (ArithmeticError, ValueError):
            return None


def rounded_down(margin: Fraction) -> float:
    """Return a float a little below a positive margin, so that another arithmetic reaches it."""
    return math.nextafter(float(margin), -math.inf) * (1 - 2.0**-40)


def subdivide(cover: Cover, arithmetic: Arithmetic | None = None) -> Check:
    """Prove an inequality on its domain by bisecting until every box has a positive margin.

    Parameters
    ----------
    cover : Cover
        The inequality.
    arithmetic : Arithmetic, optional
        Balls, or intervals; the default is `balls(PRECISION_BITS)`.

    Returns
    -------
    Check
        Proved with the boxes in order, refuted at a point where the value is certainly not
        positive, or undecided.
    """
    arithmetic = balls(PRECISION_BITS) if arithmetic is None else arithmetic
    boxes: list[Box] = []
    pending = [(cover.low, cover.high, 0)]
    with arithmetic.working_precision():
        while pending:
            low, high, depth = pending.pop()
            margin = cover.margin(low, high, arithmetic)
            if margin is not None and margin > 0:
                boxes.append(Box(low, high, rounded_down(margin)))
                continue
            middle = (low + high) / 2
            for point in (low, middle, high):
                if certain_sign(cover.value(exact(point, arithmetic), arithmetic)) < 0:
                    detail = f"certainly false at {float(point):.6g}"
                    return Check(cover.name, "subdivision", Verdict.REFUTED, detail)
            if depth == _MAXIMUM_DEPTH or len(boxes) > _MAXIMUM_BOXES:
                detail = f"not decided on [{float(low):.6g}, {float(high):.6g}]"
                return Check(cover.name, "subdivision", Verdict.PARTIAL, detail)
            pending += [(middle, high, depth + 1), (low, middle, depth + 1)]
    return Check(
        cover.name,
        "subdivision",
        Verdict.PROVED,
        f"{len(boxes)} boxes on [{cover.low}, {cover.high}]",
        min(box.margin for box in boxes),
        tuple(boxes),
    )
