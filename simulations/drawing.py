"""A partition of the plane: its cells, their centres, and the level lines of the radius."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

PLOT_HALF_WIDTH = 3.5
"""Half the side of the square drawn, which holds all but 1e-3 of the normal mass."""

_COLOURS = 20


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
    figure = Figure(figsize=(5.2, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes: Axes = figure.subplots()
    # Neighbouring labels get distant colours; labels that share one are rarely neighbours.
    colours = np.ma.masked_where(labels < 0, (labels * 7) % _COLOURS)
    extent = (axis[0], axis[-1], axis[0], axis[-1])
    axes.imshow(
        colours,
        origin="lower",
        extent=extent,
        cmap="tab20",
        vmin=-0.5,
        vmax=_COLOURS - 0.5,
        alpha=0.45,
        interpolation="nearest",
        rasterized=True,
    )
    levels = _levels(radius)
    if levels.size:
        finite = np.ma.masked_invalid(radius)
        lines = axes.contour(axis, axis, finite, levels=levels, colors="black", linewidths=0.6)
        axes.clabel(lines, fmt="%.2g", fontsize=7)
    if len(np.unique(labels)) > 1:
        _edges(axes, axis, labels)
    if centres is not None:
        inside = (np.abs(centres) <= axis[-1]).all(axis=1)
        axes.plot(*centres[inside].T, "k.", markersize=4)
    axes.set(xlabel="$z_1$", ylabel="$z_2$", title="Classes and level lines of the class radius")
    axes.set_aspect("equal")
    return figure


def _levels(radius: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Four level lines, equally spaced below the largest radius."""
    finite = radius[np.isfinite(radius)]
    if finite.size == 0 or finite.max() <= 0:
        return np.empty(0)
    return np.linspace(0, float(np.quantile(finite, 0.98)), 6)[1:-1]


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
