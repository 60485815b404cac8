"""A drawing's style, its file, and the map of a partition of the plane."""

# Matplotlib's methods take keywords without types.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
import matplotlib.style
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

PLOT_HALF_WIDTH = 3.5
"""Half the side of the square drawn, which holds all but 1e-3 of the normal mass."""

CLASSES = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""A colour for each class, the same in every figure (Petroff, arXiv 2107.02270)."""


@contextmanager
def applied() -> Generator[None, None, None]:
    """Draw in this project's style, and in no other, whatever the user's own settings are."""
    with (
        mpl.rc_context(),
        matplotlib.style.context(
            ["default", str(Path(__file__).with_name("class-radius.mplstyle"))]
        ),
    ):
        yield


def saved(figure: Figure, kind: str) -> bytes:
    """Bytes of a figure's file; PDF and SVG carry no date, so that a drawing is reproducible."""
    buffer = io.BytesIO()
    undated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}
    with applied():
        figure.savefig(buffer, format=kind, metadata=undated.get(kind))
    return buffer.getvalue()


def partition_map(
    axis: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    radius: npt.NDArray[np.float64],
    centres: npt.NDArray[np.float64] | None = None,
) -> Figure:
    """Draw the cells of a partition of the plane, with level lines of the class radius.

    Parameters
    ----------
    axis : array of shape (m,)
        Coordinates of the grid's columns, and of its rows.
    labels : array of shape (m, m)
        Class at (axis[column], axis[row]); -1 in a hole, which stays white.
    radius : array of shape (m, m)
        Class radius there; NaN in a hole, inf where there is no other class.
    centres : array of shape (K, 2), optional
        Points to mark.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> axis = np.linspace(-1, 1, 20)
    >>> labels = np.repeat([[0] * 10 + [1] * 10], 20, axis=0)
    >>> figure = partition_map(axis, labels, np.abs(np.tile(axis, (20, 1))))
    >>> figure.axes[0].get_xlabel()
    '$z_1$'
    """
    with applied():
        return _partition_map(axis, labels, radius, centres)


def _partition_map(
    axis: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    radius: npt.NDArray[np.float64],
    centres: npt.NDArray[np.float64] | None,
) -> Figure:
    figure = Figure(figsize=(3.25, 3.4))
    FigureCanvasAgg(figure)
    axes: Axes = figure.subplots()
    colours = np.ma.masked_where(labels < 0, labels % len(CLASSES))
    extent = (axis[0], axis[-1], axis[0], axis[-1])
    axes.imshow(
        colours,
        origin="lower",
        extent=extent,
        cmap=ListedColormap(CLASSES),
        vmin=-0.5,
        vmax=len(CLASSES) - 0.5,
        alpha=0.45,
        interpolation="nearest",
        rasterized=True,
    )
    levels = _levels(radius)
    if levels.size:
        finite = np.ma.masked_invalid(radius)
        lines = axes.contour(axis, axis, finite, levels=levels, colors="black", linewidths=0.4)
        axes.clabel(lines, fmt="%g", fontsize=6.5)
    if len(np.unique(labels)) > 1:
        _edges(axes, axis, labels)
    if centres is not None:
        inside = (np.abs(centres) <= axis[-1]).all(axis=1)
        axes.plot(*centres[inside].T, "k.", markersize=4)
    axes.set(xlabel="$z_1$", ylabel="$z_2$", title="Classes and level lines of the class radius")
    axes.set_aspect("equal")
    return figure


def _levels(radius: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """About four level lines, at multiples of a round number, below the largest radius."""
    finite = radius[np.isfinite(radius)]
    if finite.size == 0 or finite.max() <= 0:
        return np.empty(0)
    highest = float(np.quantile(finite, 0.98))
    ticks = np.asarray(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(0, highest))
    return ticks[(ticks > 0) & (ticks < highest)]


def _edges(axes: Axes, axis: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> None:
    """Mark grid points whose right or upper neighbour has another label."""
    edge = np.zeros(labels.shape, dtype=bool)
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    edge[:-1] |= labels[:-1] != labels[1:]
    axes.imshow(
        np.ma.masked_where(~edge, np.zeros(labels.shape)),
        origin="lower",
        extent=(axis[0], axis[-1], axis[0], axis[-1]),
        cmap="gray",
        interpolation="nearest",
        rasterized=True,
    )
