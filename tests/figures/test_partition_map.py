"""The drawing of a partition of the plane: its arrays, not its pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest

from simulations.drawing import partition_map, saved
from simulations.partitions.voronoi import Voronoi

AXIS = np.linspace(-3, 3, 60)


def drawn(partition, centres=None):
    x, y = np.meshgrid(AXIS, AXIS)
    labels, radii = partition.classify_and_radius(np.column_stack([x.ravel(), y.ravel()]))
    return partition_map(AXIS, labels.reshape(x.shape), radii.reshape(x.shape), centres)


def test_cells_centres_and_level_lines_are_drawn():
    partition = Voronoi.random(2, 6)
    axes = drawn(partition, partition.centres).axes[0]
    cells, edges = axes.images
    assert cells.get_array().shape == (60, 60)
    assert not cells.get_array().mask.any()
    assert 0 < (~edges.get_array().mask).sum() < 60 * 60 / 2
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), partition.centres)
    levels = axes.collections[0].levels
    assert 2 <= len(levels) <= 5
    step = levels[0]
    assert step in (0.1, 0.2, 0.25, 0.5, 1.0)
    np.testing.assert_allclose(levels, step * np.arange(1, len(levels) + 1))


def test_holes_stay_white_and_one_class_has_no_level_lines():
    labels = np.where(np.hypot(*np.meshgrid(AXIS, AXIS)) < 1, 0, -1)
    radii = np.where(labels < 0, np.nan, 0.5)
    cells = partition_map(AXIS, labels, radii).axes[0].images[0]
    np.testing.assert_array_equal(cells.get_array().mask, labels < 0)
    single = drawn(Voronoi(np.zeros((1, 2)))).axes[0]
    assert len(single.images) == 1
    assert not single.collections


def test_centres_outside_are_left_out():
    centres = np.array([[0.0, 0.0], [100.0, 0.0]])
    axes = drawn(Voronoi(centres), centres).axes[0]
    assert axes.lines[0].get_xydata() == pytest.approx(np.zeros((1, 2)))


@pytest.mark.parametrize(("kind", "date"), [("pdf", b"CreationDate"), ("svg", b"dc:date")])
def test_a_plot_has_the_figures_style_and_no_date(kind, date):
    partition = Voronoi.random(2, 6)
    first, second = (saved(drawn(partition), kind) for _ in range(2))
    assert first == second
    assert date not in first
    undated = io.BytesIO()
    drawn(partition).savefig(undated, format=kind)
    assert date in undated.getvalue()
    assert not drawn(partition).axes[0].spines["top"].get_visible()
