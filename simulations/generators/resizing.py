"""Images made larger or smaller: rows and columns times weights.

Pixels of the new image have places in the old one, and weights of the pixels next to these. Both
are computed as fractions, so each weight is rounded once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import torch
from torch import Tensor, nn

from bounds.support.errors import InvalidTypeError

_HALF = Fraction(1, 2)

_NEAREST: dict[str, Callable[[Fraction], int]] = {
    "ceil": math.ceil,
    "floor": math.floor,
    "round_prefer_ceil": lambda at: math.floor(at + _HALF),
    "round_prefer_floor": lambda at: math.ceil(at - _HALF),
}


class Resized(nn.Module):
    """Images of other numbers of rows and columns.

    Parameters
    ----------
    rows, columns : Tensor of shape (new, old)
        Weights of the old ones in the new.

    Examples
    --------
    >>> double = weights(2, 4, Fraction(2), "linear", "half_pixel")
    >>> double.tolist()
    [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]
    >>> column = torch.tensor([[[[0.0], [4.0]]]]).double()
    >>> Resized(double, torch.eye(1))(column).flatten().tolist()
    [0.0, 1.0, 3.0, 4.0]
    """

    rows: Tensor
    columns: Tensor

    def __init__(self, rows: Tensor, columns: Tensor) -> None:
        super().__init__()
        for name, value in (("rows", rows), ("columns", columns)):
            self.register_buffer(name, value.double())

    @classmethod
    def like(cls, module: nn.Upsample, image: Sequence[int]) -> Resized:
        """Torch's own by cubics, of images of so many rows and columns."""
        into = module(torch.zeros(1, 1, *image)).shape[2:]
        factor = None if module.recompute_scale_factor else module.scale_factor
        scales = factor if isinstance(factor, tuple) else (factor, factor)
        return cls.cubic(image, into, scales, bool(module.align_corners))

    @classmethod
    def cubic(
        cls,
        image: Sequence[int],
        into: Sequence[int],
        scales: Sequence[float | None],
        corners: bool,
    ) -> Resized:
        """As torch does by cubics, whose corners may be aligned."""
        place = "align_corners" if corners else "half_pixel"
        return cls(*(
            weights(count, new, Fraction(new, count) if scale is None else Fraction(scale),
                    "cubic", place)
            for count, new, scale in zip(image, into, scales, strict=True)
        ))  # fmt: skip

    @property
    def terms(self) -> int:
        """At least as many as its longest sum has."""
        return self.rows.shape[1] + self.columns.shape[1] + 2

    def forward(self, x: Tensor) -> Tensor:
        """The new images."""
        return self.rows @ x @ self.columns.T

    def sizes(self, x: Tensor) -> Tensor:
        """The same with absolute weights."""
        return self.rows.abs() @ x @ self.columns.T.abs()


def weights(
    count: int,
    new: int,
    scale: Fraction,
    mode: str,
    place: str,
    *,
    nearest: str = "round_prefer_floor",
    steepness: float = -0.75,
    inside: bool = False,
) -> Tensor:
    """Weights (new, count) of pixels along an axis.

    Parameters
    ----------
    count, new : int
        How many there are before and after.
    scale : Fraction
        About new/count.
    mode, place, nearest, steepness, inside
        As ONNX's Resize has them: ``mode``, ``coordinate_transformation_mode``, ``nearest_mode``,
        ``cubic_coeff_a`` and ``exclude_outside``.

    Raises
    ------
    TypeError
        If one is not known.

    Examples
    --------
    >>> weights(2, 3, Fraction(3, 2), "nearest", "asymmetric", nearest="floor").argmax(1).tolist()
    [0, 0, 1]
    """
    found = [[Fraction(0)] * count for _ in range(new)]
    for at, row in enumerate(found):
        taken = _taps(_position(place, at, count, new, scale), mode, nearest, steepness)
        if inside:
            taken = {one: weight for one, weight in taken.items() if 0 <= one < count}
        whole = sum(taken.values())
        for one, weight in taken.items():
            row[min(max(one, 0), count - 1)] += weight / whole
    return torch.tensor([[float(one) for one in row] for row in found], dtype=torch.float64)


def _position(place: str, at: int, count: int, new: int, scale: Fraction) -> Fraction:
    """Where a new pixel is among the old."""
    if place == "asymmetric":
        return at / scale
    if place == "align_corners":
        return Fraction(at * (count - 1), max(new - 1, 1))
    if place == "pytorch_half_pixel" and new == 1:
        return Fraction(0)
    if place in ("half_pixel", "pytorch_half_pixel"):
        return (at + _HALF) / scale - _HALF
    raise InvalidTypeError(f"resizes with coordinates {place}")


def _taps(at: Fraction, mode: str, nearest: str, steepness: float) -> dict[int, Fraction]:
    """Weights of the pixels next to a place; they sum to 1."""
    base = math.floor(at)
    if mode == "nearest" and nearest in _NEAREST:
        return {_NEAREST[nearest](at): Fraction(1)}
    if mode == "linear":
        return {base: 1 - (at - base), base + 1: at - base}
    if mode == "cubic":
        return {
            one: _cubic(abs(at - one), Fraction(steepness)) for one in range(base - 1, base + 3)
        }
    raise InvalidTypeError(f"resizes in mode {mode}, {nearest}")


def _cubic(x: Fraction, a: Fraction) -> Fraction:
    """Of pixels at a distance of at most 2 (Keys, IEEE Trans. ASSP, 1981)."""
    if x <= 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return ((x - 5) * x + 8) * a * x - 4 * a
