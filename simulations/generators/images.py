"""What happens to latents before a decoder and to images before a classifier, told or read.

Everything here works on arrays and on tensors, whose gradients it keeps.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special

from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, kind
from simulations.arrays import FloatArray
from simulations.generators.files import Model, Shape

LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in grey (ITU-R BT.601), as image libraries have them."""

_MOST_CHANNELS = 4


# --- before the decoder --------------------------------------------------------------------------


def latent_row(model: Model, dim: int | None, shape: tuple[int, ...] | None) -> tuple[int, ...]:
    """Shape of one latent as the decoder takes it, from the options and from what its file says.

    Parameters
    ----------
    model : Model
        The decoder.
    dim, shape : int, tuple of int, optional
        As given.

    Raises
    ------
    ValueError
        If they contradict each other or the file, or say too little.
    """
    row = model.row
    if shape is not None and dim is not None and math.prod(shape) != dim:
        raise InvalidValueError(
            f"latent_shape={_text(shape)}: holds {math.prod(shape)} numbers, and dim={dim}: "
            "expected as many"
        )
    if row is not None and not row:
        raise InvalidValueError(f"decoder: {model.says}: expected rows of latents, as (n, 64)")
    if row is None:
        if shape is None and dim is None:
            raise InvalidValueError(f"dim: {model.says}: expected --dim or --latent-shape")
        return shape if shape is not None else (count(dim, "dim"),)
    if shape is None:
        free = [place for place, size in enumerate(row) if size is None]
        if free and (dim is None or len(row) > 1):
            option = "--dim" if len(row) == 1 else "--latent-shape, as 64,1,1"
            raise InvalidValueError(f"dim: {model.says}: expected {option}")
        shape = tuple(dim if size is None else size for size in row)  # pyright: ignore[reportAssignmentType]
    assert shape is not None
    if not _matches(shape, row):
        raise InvalidValueError(
            f"latent_shape={_text(shape)}: {model.says}: expected that shape without n"
        )
    if dim is not None and math.prod(shape) != dim:
        raise InvalidValueError(
            f"dim={dim}: {model.says}, which is {math.prod(shape)} numbers: expected --dim "
            f"{math.prod(shape)}, or nothing, as the file says it"
        )
    return shape


@dataclass(frozen=True)
class Reshaped:
    """A decoder of latents (n, d) from one of latents of another shape."""

    decoder: Callable[[Any], Any]
    row: tuple[int, ...]

    def __call__(self, latents: Any) -> Any:
        """What the decoder returns for the same numbers in its shape."""
        return self.decoder(latents.reshape(len(latents), *self.row))


# --- before the classifier -----------------------------------------------------------------------


@dataclass(frozen=True)
class Adaptation:
    """What is done to images between decoder and classifier, in this order.

    Attributes
    ----------
    channels : str or None
        ``1`` (grey: `LUMINANCE`), ``3`` (grey repeated), ``first`` (the last axis is put before
        the others) or ``last``.
    resize : tuple of int or None
        Height and width, by linear interpolation, over the area where it shrinks.
    scale : tuple of four floats or None
        (a, b, c, d): the range [a, b] of the decoder becomes [c, d].
    row : tuple or None
        The shape that the classifier takes, with equally many numbers.
    """

    channels: str | None = None
    resize: tuple[int, int] | None = None
    scale: tuple[float, float, float, float] | None = None
    row: tuple[int, ...] | None = None

    def __call__(self, images: Any) -> Any:
        """The images (n, ...) as the classifier takes them."""
        if self.channels is not None:
            images = _with_channels(images, self.channels)
        if self.resize is not None:
            images = _resized(images, *self.resize)
        if self.scale is not None:
            a, b, c, d = self.scale
            images = (images - a) * ((d - c) / (b - a)) + c
        if self.row is not None:
            images = images.reshape(len(images), *self.row)
        return images


@dataclass(frozen=True)
class Adapted:
    """A classifier of a decoder's images, and whether its answers are logits."""

    classifier: Callable[[Any], Any]
    adaptation: Adaptation
    logits: bool = False

    def __call__(self, images: Any) -> Any:
        """Probabilities, or what the classifier says in their place."""
        answers = self.classifier(self.adaptation(images))
        return _softmax(answers) if self.logits else answers


def adaptation(
    scale: str | None = None, resize: str | None = None, channels: str | None = None
) -> Adaptation:
    """Read the options that adapt images.

    Raises
    ------
    ValueError
        If one of them is not understood.

    Examples
    --------
    >>> adaptation("-1,1:0,1", "28", "1")
    Adaptation(channels='1', resize=(28, 28), scale=(-1.0, 1.0, 0.0, 1.0), row=None)
    """
    for name, value in (("scale", scale), ("resize", resize), ("channels", channels)):
        kind(value, name, str, optional=True)
    ranges = sizes = None
    if scale is not None:
        try:
            source, target = scale.split(":")
            a, b = (float(one) for one in source.split(","))
            c, d = (float(one) for one in target.split(","))
        except ValueError:
            a = b = c = d = math.nan
        if not (a < b and c < d and math.isfinite(b - a) and math.isfinite(d - c)):
            raise InvalidValueError(
                f"scale={scale!r}: expected FROM:TO, as -1,1:0,1 for a decoder of images in "
                "[-1, 1] and a classifier of images in [0, 1]"
            )
        ranges = a, b, c, d
    if resize is not None:
        parts = resize.lower().replace("x", ",").split(",")
        if len(parts) > 2 or not all(one.strip().isdecimal() and int(one) for one in parts):
            raise InvalidValueError(f"resize={resize!r}: expected a side, as 28, or 28,32")
        sizes = int(parts[0]), int(parts[-1])
    if channels not in (None, "1", "3", "first", "last"):
        raise InvalidValueError(f"channels={channels!r}: expected 1, 3, first or last")
    return Adaptation(channels, sizes, ranges)


def fitted(asked: Adaptation, images: Any, classifier: Model, option: str) -> Adaptation:
    """The adaptation asked for, with the shape that the classifier's file wants at its end.

    Raises
    ------
    ValueError
        If adapted images don't fit; with what the file says and the option that would mend it.
    """
    try:
        row = tuple(int(one) for one in asked(images).shape[1:])
    except InvalidValueError:
        raise
    except Exception as error:  # of numpy or torch, for images of too few axes
        raise InvalidValueError(
            f"the decoder's images have shape {_text(images.shape[1:])}, which --channels, "
            f"--resize and --scale don't fit ({error})"
        ) from error
    wanted = classifier.row
    if wanted is None or _matches(row, wanted):
        return asked
    known = [one for one in wanted if one is not None]
    bare = [one for one in row if one != 1]
    squeezed = [one for one in known if one != 1]
    flat = len(wanted) == 1 or len(row) == 1
    if (
        len(known) == len(wanted)
        and math.prod(known) == math.prod(row)
        and (flat or bare == squeezed)
    ):
        return Adaptation(asked.channels, asked.resize, asked.scale, tuple(known))
    raise InvalidValueError(
        f"{option}: {classifier.says}, and the decoder's images have shape {_text(row)}: "
        f"{_advice(row, wanted)}"
    )


def _advice(row: tuple[int, ...], wanted: Shape) -> str:
    ours, theirs = _planes(row), _planes(wanted)
    if ours is None or theirs is None:
        return "expected the same shape; a function of your own, MODULE:FUNCTION, may change it"
    advice: list[str] = []
    (layout, channels, *size), (layout_wanted, channels_wanted, *size_wanted) = ours, theirs
    if layout != layout_wanted and channels != 1:
        advice.append(f"--channels {layout_wanted}")
    elif channels != channels_wanted and channels_wanted is not None:
        advice.append(f"--channels {channels_wanted}")
    if size != size_wanted and None not in size_wanted:
        height, width = size_wanted
        advice.append(f"--resize {height}" + ("" if height == width else f",{width}"))
    return f"expected the same shape; try {' '.join(advice)}"


def _planes(row: Shape) -> tuple[Any, ...] | None:
    """Where the channels are, how many, height and width."""
    if len(row) == 2:
        return "first", 1, row[0], row[1]
    if len(row) != 3:
        return None
    few = [one is not None and one <= _MOST_CHANNELS for one in row]
    if few[2] and not few[0]:
        return "last", row[2], row[0], row[1]
    return "first", row[0], row[1], row[2]


def _with_channels(images: Any, channels: str) -> Any:
    if channels in ("first", "last"):
        if len(images.shape) != 4:
            raise InvalidValueError(
                f"channels={channels!r}: the decoder's images have shape "
                f"{_text(images.shape[1:])}: expected three axes"
            )
        order = (0, 3, 1, 2) if channels == "first" else (0, 2, 3, 1)
        return images.transpose(order) if _is_array(images) else images.permute(order)
    if len(images.shape) == 3:
        images = images[:, None]
    found = int(images.shape[1]) if len(images.shape) == 4 else 0
    if found == int(channels):
        return images
    if found == 1:
        return images[:, [0, 0, 0]]
    if found == 3:
        return sum(weight * images[:, i : i + 1] for i, weight in enumerate(LUMINANCE))
    raise InvalidValueError(
        f"channels={channels}: the decoder's images have shape {_text(images.shape[1:])}: expected "
        "(height, width), (1, height, width) or (3, height, width)"
    )


def _resized(images: Any, height: int, width: int) -> Any:
    if len(images.shape) not in (3, 4):
        raise InvalidValueError(
            f"resize: the decoder's images have shape {_text(images.shape[1:])}: expected "
            "(height, width) or (channels, height, width)"
        )
    rows = interpolation(int(images.shape[-2]), height)
    columns = interpolation(int(images.shape[-1]), width).T
    if not _is_array(images):
        import torch

        rows = torch.as_tensor(rows, dtype=images.dtype, device=images.device)
        columns = torch.as_tensor(np.ascontiguousarray(columns)).to(rows)
    return rows @ images @ columns


def interpolation(size: int, wanted: int) -> FloatArray:
    """Weights (wanted, size) of linear interpolation between pixels, or over areas to fewer.

    Pixel i of n has its centre at (i + 1/2)/n; a triangle as wide as two of the larger pixels
    weighs those around it (torch's `interpolate` with `antialias`).

    Examples
    --------
    >>> interpolation(2, 4)
    array([[1.  , 0.  ],
           [0.75, 0.25],
           [0.25, 0.75],
           [0.  , 1.  ]])
    """
    ratio = size / wanted
    centres = (np.arange(wanted) + 0.5) * ratio
    places = np.arange(size) + 0.5
    weights = np.maximum(1 - np.abs(places - centres[:, None]) / max(ratio, 1.0), 0)
    return weights / weights.sum(axis=1, keepdims=True)


def _softmax(answers: Any) -> Any:
    if _is_array(answers):
        return scipy.special.softmax(answers.astype(np.float64), axis=1)
    import torch

    return torch.softmax(answers, dim=1)


def _is_array(values: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is None or not isinstance(values, torch.Tensor)


def _matches(row: tuple[int, ...], wanted: Shape) -> bool:
    return len(row) == len(wanted) and all(
        size is None or size == one for one, size in zip(row, wanted, strict=True)
    )


def _text(shape: Any) -> str:
    return ",".join(str(int(one)) for one in shape) or "()"


# --- what can be seen of the law -----------------------------------------------------------------


def doubts(decode: Callable[[FloatArray], Any], x: FloatArray) -> list[str]:
    """What a decoder's answers say against the law assumed: that it clips or normalises latents.

    Parameters
    ----------
    decode : callable
        Latents (n, d) to arrays of images, nothing put in between.
    x : array of shape (n, d)
        Draws of the law.

    Returns
    -------
    list of str
        Sentences; empty where nothing is seen, which proves nothing.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((64, 8))
    >>> len(doubts(np.tanh, x)), len(doubts(lambda z: np.clip(z, -1, 1), x))
    (0, 1)
    """
    found = _flat(decode(x))
    if (found == found[0]).all():
        return ["The decoder returns one and the same image for all latents tried."]
    result: list[str] = []
    if _same(found, _flat(decode(2 * x))):
        result.append(
            "The decoder normalises its latents: twice a latent gives the same image. If it was "
            "trained on a sphere, say --latent sphere; under another law distances along rays "
            "count that mean nothing to it."
        )
        return result
    # Where the largest coordinate may be moved outwards and not inwards, it is cut off there.
    rows, largest = np.arange(len(x)), np.abs(x).argmax(axis=1)
    outwards, inwards = x.copy(), x.copy()
    outwards[rows, largest] *= 1.5
    inwards[rows, largest] *= 0.25
    still = _rows_same(found, _flat(decode(outwards)))
    moved = ~_rows_same(found, _flat(decode(inwards)))
    share = float((still & moved).mean())
    if share > 0.5:
        limit = np.abs(x[rows, largest][still & moved]).min()
        result.append(
            f"The decoder clips its latents: {share:.0%} of those tried have a coordinate that it "
            f"doesn't see beyond some limit, at most {limit:.3g}. If it was trained on a bounded "
            "law, say --latent uniform or --latent truncated=TAU."
        )
    return result


def out_of_range(images: FloatArray, scale: tuple[float, float, float, float]) -> str | None:
    """A sentence where pixels lie outside the range that `--scale` names as the decoder's."""
    low, high = float(images.min()), float(images.max())
    slack = 0.01 * (scale[1] - scale[0])
    if low >= scale[0] - slack and high <= scale[1] + slack:
        return None
    return (
        f"The decoder's images range over [{low:.3g}, {high:.3g}], outside the "
        f"[{scale[0]:g}, {scale[1]:g}] that --scale names."
    )


def _flat(images: Any) -> FloatArray:
    array = np.asarray(images, dtype=np.float64)
    return array.reshape(len(array), -1)


def _rows_same(first: FloatArray, second: FloatArray) -> Any:
    spread = max(float(np.ptp(first)), np.finfo(float).tiny)
    return np.abs(first - second).max(axis=1) <= 1e-5 * spread


def _same(first: FloatArray, second: FloatArray) -> bool:
    return bool(_rows_same(first, second).all())
