"""What is drawn, read from the artists: extents of lines, places of marks, room for the text."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import bounds
from figures._results import DATA
from figures._style import HOLES, ISOPERIMETRIC, REFINED, SHARP, TALK
from figures.catalogue import NAMES, definition

BORDER = 1.0
"""Pixels by which boxes of text are shrunk: a font's box is a little larger than its ink."""


def stored(name):
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def drawn(name):
    """The figure, laid out as it is printed."""
    figure = definition(name).figure(stored(name))
    # As often as saving draws it: the layout of images settles in the second pass.
    figure.draw_without_rendering()
    figure.draw_without_rendering()
    return figure


def text_boxes(figure):
    """(text, box in pixels) of all that can be read."""
    renderer = figure.canvas.get_renderer()
    hidden = {text for axes in figure.axes for text in _hidden_ticks(axes)}
    found = []
    for one in figure.findobj(Text):
        if not (one.get_visible() and one.get_text().strip()):
            continue
        if one in hidden:
            continue
        # That of Text: an Annotation's own extent includes its arrow.
        box = Text.get_window_extent(one, renderer)
        if box.width > 2 * BORDER and box.height > 2 * BORDER:
            found.append((one.get_text(), box.padded(-BORDER)))
    return found


def _hidden_ticks(axes):
    """Labels of ticks that lie outside the axes, which are kept and not drawn."""
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        low, high = sorted(limits)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not axes.axison or not low <= tick.get_loc() <= high:
                yield tick.label1
                yield tick.label2


def segments(figure):
    """Line segments in pixels, those of curves and of error bars, cut off at their axes."""
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_linestyle() == "None" or not line.get_visible():
                continue
            yield axes, line.get_transform().transform(np.ma.filled(line.get_xydata(), np.nan))
        for collection in axes.collections:
            if isinstance(collection, LineCollection):
                for path in collection.get_segments():
                    yield axes, collection.get_transform().transform(path)


def crossed(figure):
    """(text, line) wherever a curve runs through text."""
    boxes = text_boxes(figure)
    return [
        text
        for axes, points in segments(figure)
        for text, box in boxes
        if _touches(points, Bbox.intersection(box, axes.bbox))
    ]


def _touches(points, box):
    if box is None:
        return False
    fraction = np.linspace(0, 1, 33)[:, None, None]
    dense = (points[:-1] * (1 - fraction) + points[1:] * fraction).reshape(-1, 2)
    return bool(
        (
            (dense[:, 0] > box.x0)
            & (dense[:, 0] < box.x1)
            & (dense[:, 1] > box.y0)
            & (dense[:, 1] < box.y1)
        ).any()
    )


def overlapping(figure):
    """Pairs of texts that cover each other."""
    return [
        (first, second)
        for (first, one), (second, other) in itertools.combinations(text_boxes(figure), 2)
        if one.overlaps(other)
    ]


def outside(figure):
    """Texts that the page's edge cuts."""
    page = figure.bbox
    return [
        text
        for text, box in text_boxes(figure)
        if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1
    ]


@pytest.mark.parametrize("name", NAMES)
def test_text_has_room(name):
    figure = drawn(name)
    assert outside(figure) == []
    assert overlapping(figure) == []
    assert crossed(figure) == []


def test_crowded_text_is_found():
    figure = drawn("concavity")
    axes = figure.axes[0]
    axes.text(2.0, 0.78, "across the curve")
    axes.text(2.0, 2.0, "one")
    axes.text(2.02, 2.0, "two")
    axes.text(-3.0, 1.0, "off the page")
    assert crossed(figure) == ["across the curve"]
    assert overlapping(figure) == [("one", "two")]
    assert "off the page" in outside(figure)


def extent(axes, colour, style):
    """Least and largest x of the curves of a colour and line style."""
    points = [
        line.get_xdata()
        for line in axes.lines
        if to_hex(line.get_color()) == to_hex(colour) and line.get_linestyle() == style
    ]
    return np.concatenate(points).min(), np.concatenate(points).max()


@pytest.mark.parametrize("panel", [0, 1])
def test_radius_bounds_are_solid_only_where_they_hold_for_every_partition(panel):
    axes, constants = drawn("radius_bounds").axes[panel], bounds.constants()
    limits = {
        SHARP: constants.assumption_free_threshold,
        REFINED: constants.assumption_free_threshold,
        TALK: constants.rewrite_threshold**2,
    }
    for colour, limit in limits.items():
        least, largest = extent(axes, colour, "-")
        end = largest if panel == 0 else np.exp(-least)
        assert 0.97 * limit < end <= limit
    # The masses (0.6, 0.4), whose E r exceeds g, lie where g is dotted.
    masses = np.array([0.6, 0.4])
    collision = float(masses @ masses)
    assert bounds.isoperimetric_bound(masses) > bounds.halfspace_radius(collision)
    place = collision if panel == 0 else -np.log(collision)
    low, high = _dotted(axes, SHARP)
    assert low <= place <= high


def _dotted(axes, colour):
    dotted = [
        line.get_xdata()
        for line in axes.lines
        if to_hex(line.get_color()) == to_hex(colour) and line.get_linestyle() == "--"
    ]
    # The last drawn is the dotted one; before it comes the dashed.
    return dotted[-1].min(), dotted[-1].max()


def test_concavity_has_two_rings_on_its_curve_and_a_dot_at_the_minimum():
    results, axes = stored("concavity"), drawn("concavity").axes[0]
    marked = {
        line.get_markerfacecolor(): line.get_xydata()
        for line in axes.lines
        if line.get_marker() == "o"
    }
    rings = marked["white"]
    assert rings[:, 0].tolist() == [0.5, 1.5]
    np.testing.assert_allclose(
        rings[:, 1], np.interp(rings[:, 0], results["u"], results["h"]), atol=1e-4
    )
    (dot,) = marked[TALK]
    assert dot == pytest.approx([0.98771246467, 0.36714832087])


def test_verdicts_marks_one_square_of_two_classes():
    results, axes = stored("verdicts"), drawn("verdicts").axes[0]
    marks = {text.get_position(): text.get_text().lstrip("0123456789.") for text in axes.texts}
    assert [(place, mark) for place, mark in marks.items() if mark] == [((0, 4), "?*")]
    assert results["classes"][0] == 2
    assert results["verdicts"][1, 4, 0] == 0


def test_tails_are_smooth():
    for axes in drawn("tails").axes:
        for line in (one for one in axes.lines if one.get_linestyle() == "-"):
            curve = axes.transData.transform(line.get_xydata())
            turn = np.diff(np.arctan2(*np.diff(curve, axis=0).T))
            assert np.abs(turn).max() < np.radians(2)


def test_no_family_has_a_bounds_colour():
    axes = drawn("tightness").axes[0]
    used = [
        to_hex(line.get_color())
        for line in axes.lines
        if len(line.get_xdata()) > 2 and line.get_linestyle() == "-"
    ]
    assert len(set(used)) == len(used) == 6
    assert not {to_hex(one) for one in (SHARP, TALK, REFINED, ISOPERIMETRIC, HOLES)} & set(used)


def test_the_gallery_has_a_number_for_each_map_and_says_which_are_estimated():
    results, figure = stored("partition_gallery"), drawn("partition_gallery")
    written = [axes.get_xlabel() for axes in figure.axes]
    assert all("0." in text for text in written)
    estimated = np.isfinite(results["estimated"][:, 1])
    assert [("est." in text and "[" in text) for text in written] == estimated.tolist()
    assert estimated.sum() == 4
