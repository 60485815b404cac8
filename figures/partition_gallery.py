"""Twelve partitions of the plane, shaded by the class radius r(z), with its level lines.

Colour is the class and strength is r(z), from white at the boundary; white regions with no level
lines are holes. The level lines are at multiples of 0.25. Under each map, exact E r (next to the
sharp bound g^ at the exact masses) where it is known; elsewhere "est.", its estimate and an
interval at level 0.99, with holes of E[r | covered].
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import bounds
from figures._definition import Claim, Definition, Results, least
from figures._style import PAGE, class_image, panels
from simulations.cells.planar import planar_cells
from simulations.checking.check import check
from simulations.partitions.arrangements import Arrangement
from simulations.partitions.balls import ring_of_balls
from simulations.partitions.grids import Grid
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.nearest_neighbour import NearestNeighbour
from simulations.partitions.orthants import Orthants
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.truncated_voronoi import TruncatedVoronoi
from simulations.partitions.voronoi import Voronoi
from simulations.partitions.wedges import Wedges

HALF_WIDTH = 3.0
"""Half the side of the square drawn, which holds 99.5 % of the normal mass."""

STEP = 0.25
"""Between level lines."""


def _partitions(seed: int) -> dict[str, Partition]:
    centres = Voronoi.random(2, 10, seed).centres
    return {
        "halfspaces": Halfspace(0.3, dim=2),
        "parallel slabs": Slabs([-1.0, 0.0, 1.0], dim=2),
        "orthants": Orthants(2),
        "equal wedges": Wedges.equal(5),
        "concentric shells": Shells([0.7, 1.3, 2.0], dim=2),
        "product grid": Grid([[-0.5, 0.5]] * 2),
        "hyperplanes": Arrangement.random(4, 2, seed),
        "Voronoi cells": Voronoi(centres),
        "power cells": PowerCells.random(2, 10, seed),
        "nearest neighbour": NearestNeighbour.random(20, 3, 2, seed),
        "truncated Voronoi": TruncatedVoronoi(centres, 0.7),
        "balls": ring_of_balls(4, 2, 1.5, 0.8),
    }


def compute(pixels: int, seed: int, samples: int) -> Results:
    """Labels and radii on a square grid, and the exact values that are known."""
    axis = np.linspace(-HALF_WIDTH, HALF_WIDTH, pixels)
    x, y = np.meshgrid(axis, axis)
    nodes = np.column_stack([x.ravel(), y.ravel()])
    labels: list[np.ndarray] = []
    radii: list[np.ndarray] = []
    exact: list[tuple[float, float]] = []
    estimated: list[tuple[float, float, float]] = []
    partitions = _partitions(seed)
    for partition in partitions.values():
        classes, radius = partition.classify_and_radius(nodes)
        labels.append(classes.reshape(x.shape).astype(np.int8))
        radii.append(radius.reshape(x.shape).astype(np.float16))
        expected, masses = partition.expected_radius(), partition.masses()
        if isinstance(partition, Voronoi):
            cells = planar_cells(partition.centres)
            expected, masses = float(cells.radii.sum()), cells.masses
        bound = np.nan
        if masses is not None and not partition.has_holes:
            bound = bounds.sharp_bound(masses / masses.sum())
        exact.append((np.nan if expected is None else expected, bound))
        if expected is None:
            found = check(partition, samples, rng=seed).expected_radius
            estimated.append((found.low, found.estimate, found.high))
        else:
            estimated.append((np.nan, np.nan, np.nan))
    return {
        "names": np.array(list(partitions)),
        "axis": axis,
        "labels": np.array(labels),
        "radii": np.array(radii),
        "exact": np.array(exact),
        "estimated": np.array(estimated),
    }


def draw(results: Results) -> Figure:
    """Draw the maps, four in a row."""
    names, axis = results["names"], results["axis"]
    figure, axes = panels(3, 4, width=PAGE, height=5.6)
    extent = (-HALF_WIDTH, HALF_WIDTH, -HALF_WIDTH, HALF_WIDTH)
    for index, one in enumerate(axes):
        labels = results["labels"][index].astype(np.int64)
        radii = results["radii"][index].astype(np.float64)
        weight = 0.25 + 0.75 * (1 - np.exp(-1.5 * np.nan_to_num(radii, nan=0.0, posinf=9.0)))
        one.imshow(class_image(labels, weight), origin="lower", extent=extent)
        levels = np.arange(STEP, max(2 * STEP, np.nanmax(radii)), STEP)
        one.contour(
            axis, axis, np.ma.masked_invalid(radii), levels=levels, colors="black", linewidths=0.25
        )
        expected, bound = results["exact"][index]
        low, estimate, high = results["estimated"][index]
        value = rf"$\mathbf{{E}}\,r$ est. {estimate:.4f} [{low:.4f}, {high:.4f}]"
        if np.isfinite(expected):
            value = rf"$\mathbf{{E}}\,r = {expected:.4f}$"
            if np.isfinite(bound):
                value += rf" $\leq {bound:.4f}$"
        one.set_title(f"{names[index]}", pad=2)
        one.set_xlabel(value, fontsize=7.5)
        one.set(xticks=[], yticks=[], aspect="equal")
        for side in ("top", "right"):
            one.spines[side].set_visible(True)
    return figure


def claims(results: Results) -> list[Claim]:
    """Exact radii are below the sharp bound, and radii are 1-Lipschitz between neighbours."""
    expected, bound = results["exact"].T
    known = np.isfinite(expected) & np.isfinite(bound)
    radii, step = results["radii"].astype(np.float64), np.diff(results["axis"])[0]
    covered = results["names"] != "balls"
    covered &= results["names"] != "truncated Voronoi"
    change = np.abs(np.diff(radii[covered], axis=2))
    # Two neighbours' half-precision roundings.
    rounding = 2.0**-11 * np.nanmax(radii[covered]) * 2
    low, estimate, high = results["estimated"].T
    return [
        Claim(
            "each E r exact or estimated, not both",
            float((np.isfinite(expected) != np.isfinite(estimate)).all() - 1),
            "computed",
        ),
        Claim(
            "estimates inside their intervals",
            float(np.nanmin([estimate - low, high - estimate])),
            "estimated",
        ),
        Claim("E r <= g^ where both are exact", least((bound - expected)[known]), "computed"),
        Claim("r is 1-Lipschitz", least(step + rounding - change), "computed"),
    ]


FIGURE = Definition(
    "partition_gallery",
    compute,
    draw,
    claims,
    {"pixels": 161, "seed": 0, "samples": 1_000_000},
    {"pixels": 25, "samples": 20_000},
)
