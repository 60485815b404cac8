"""The look that all figures share: sizes, colours, labels, and how they are saved."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from simulations.drawing import CLASSES, saved

COLUMN = 3.25
"""Width of a column of a paper, in inches."""

PAGE = 6.75
"""Width of its page, in inches."""

# One colour for each quantity, from Okabe and Ito (2008).
TALK = "#D55E00"
SHARP = "#0072B2"
REFINED = "#E69F00"
ISOPERIMETRIC = "#009E73"
HOLES = "#CC79A7"
MEASURED = "#000000"
QUIET = "#777777"

VANILLA = "#56B4E9"
MODIFIED = "#D55E00"

FORMATS = ("pdf", "png")


def panels(
    rows: int = 1, columns: int = 1, *, width: float = COLUMN, height: float = 2.3, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Make a Figure with a grid of axes, in reading order, without touching global state."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(axes.ravel())


def label(
    axes: Axes, x: float, y: float, text: str, colour: str = MEASURED, **options: Any
) -> None:
    """Write on the drawing, next to what is meant, instead of a legend."""
    settings: dict[str, Any] = {
        "xytext": (3, 0),
        "textcoords": "offset points",
        "color": colour,
        "fontsize": 7.5,
        "va": "center",
        "annotation_clip": False,
        **options,
    }
    axes.annotate(text, (x, y), **settings)


def panel_letters(axes: list[Axes]) -> None:
    """Put (a), (b), ... before the titles."""
    for letter, one in zip("abcdefghijklmnopqrstuvwxyz", axes, strict=False):
        one.set_title(f"({letter}) {one.get_title('left')}".rstrip(), loc="left")


def class_image(
    labels: npt.NDArray[Any], weight: npt.NDArray[np.float64] | float = 1.0
) -> npt.NDArray[np.float64]:
    """Colours of a map of classes, (m, m, 3): white in holes, paler where `weight` is small."""
    palette = np.array([to_rgb(colour) for colour in CLASSES])
    chosen = palette[np.maximum(labels, 0) % len(CLASSES)]
    strength = np.where(labels < 0, 0.0, weight)[..., None]
    return 1 - strength * (1 - chosen)


def image_sheet(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Images (rows, columns, side, side) on one sheet, a pixel of white between them."""
    rows, columns, side, _ = images.shape
    sheet = np.zeros((rows, side + 1, columns, side + 1), dtype=np.uint8)
    sheet[:, :side, :, :side] = images.transpose(0, 2, 1, 3)
    return sheet.reshape(rows * (side + 1), columns * (side + 1))[:-1, :-1]


def draw_sheet(axes: Axes, images: npt.NDArray[np.uint8], **options: Any) -> None:
    """Draw images (rows, columns, side, side) in rows from above, dark where they are bright."""
    axes.imshow(image_sheet(images), cmap="gray_r", vmin=0, vmax=255, **options)
    axes.set(xticks=[], yticks=[])


def rendered(figure: Figure) -> dict[str, bytes]:
    """Save a figure in every format, the same bytes for the same figure on the same install."""
    return {kind: saved(figure, kind) for kind in FORMATS}
