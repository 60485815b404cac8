"""The exact integrals over cells of the plane, against closed forms, symmetry and sampling."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bounds
from simulations.cells.planar import planar_cells
from simulations.partitions.slabs import Slabs
from simulations.partitions.wedges import Wedges


def sampled(centres: np.ndarray, weights: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and radii by the table of all pairs, the definition written out."""
    z = np.random.default_rng(7).normal(size=(n, 2))
    power = np.sum((z[:, None] - centres) ** 2, axis=2) - weights
    labels = power.argmin(axis=1)
    own = power[np.arange(n), labels][:, None]
    lengths = np.linalg.norm(centres[labels][:, None] - centres, axis=2)
    with np.errstate(invalid="ignore"):
        distance = (power - own) / (2 * lengths)
    distance[np.arange(n), labels] = math.inf
    return labels, distance.min(axis=1)


@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(0.05, 4), st.booleans())
def test_agrees_with_sampling(classes: int, seed: int, scale: float, weighted: bool) -> None:
    rng = np.random.default_rng(seed)
    centres = scale * rng.normal(size=(classes, 2))
    weights = 0.2 * scale**2 * rng.normal(size=classes) if weighted else np.zeros(classes)
    cells = planar_cells(centres, weights)
    n = 4000
    labels, radius = sampled(centres, weights, n)
    assert cells.masses.sum() == pytest.approx(1.0, abs=1e-12)
    deviation = 6 * np.sqrt(cells.masses / n) + 20 / n
    assert np.all(np.abs(np.bincount(labels, minlength=classes) / n - cells.masses) <= deviation)
    if classes == 1:
        assert cells.expected_radius == math.inf
        return
    error = 6 * radius.std() / math.sqrt(n) + 20 * radius.max() / n
    assert abs(radius.mean() - cells.expected_radius) <= error
    assert cells.expected_radius <= bounds.isoperimetric_bound(cells.masses / cells.masses.sum())


@pytest.mark.parametrize("classes", [2, 3, 4, 5, 7, 20])
@pytest.mark.parametrize("turn", [0.0, 0.3, 1.7])
def test_regular_polygons_cut_equal_wedges(classes: int, turn: float) -> None:
    angle = 2 * math.pi * np.arange(classes) / classes + turn
    cells = planar_cells(np.stack([np.cos(angle), np.sin(angle)], axis=1))
    assert cells.expected_radius == pytest.approx(
        Wedges.equal(classes).expected_radius(), abs=1e-12
    )
    assert cells.masses == pytest.approx(np.full(classes, 1 / classes), abs=1e-12)


@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=8, unique_by=lambda x: round(x, 2)).map(sorted),
    st.floats(0, 2 * math.pi),
)
def test_collinear_centres_cut_slabs(places: list[float], angle: float) -> None:
    x = np.array(places)
    cells = planar_cells(x[:, None] * [math.cos(angle), math.sin(angle)])
    slabs = Slabs((x[1:] + x[:-1]) / 2)
    assert cells.expected_radius == pytest.approx(slabs.expected_radius(), abs=1e-12)
    assert cells.masses == pytest.approx(slabs.masses(), abs=1e-12)


@given(st.integers(2, 30), st.integers(0, 2**32 - 1), st.floats(0, 7))
def test_turning_the_centres_changes_nothing(classes: int, seed: int, angle: float) -> None:
    centres = np.random.default_rng(seed).normal(size=(classes, 2))
    cosine, sine = math.cos(angle), math.sin(angle)
    turned = centres @ np.array([[cosine, sine], [-sine, cosine]])
    here, there = planar_cells(centres), planar_cells(turned)
    assert here.expected_radius == pytest.approx(there.expected_radius, abs=1e-11)
    assert here.masses == pytest.approx(there.masses, abs=1e-11)


def test_a_centre_far_outside_has_no_mass() -> None:
    near = np.array([[-1.0, 0.0], [1.0, 0.0]])
    cells = planar_cells(np.concatenate([near, [[0.0, 1e4]]]))
    assert cells.masses[2] == 0
    assert cells.expected_radius == pytest.approx(math.sqrt(2 / math.pi), abs=1e-9)


def test_one_cell_filling_all_that_is_sampled_has_its_distance() -> None:
    assert planar_cells(np.array([[0.0, 0.0], [1000.0, 0.0]])).expected_radius == pytest.approx(500)


def test_an_empty_cell_has_mass_zero() -> None:
    cells = planar_cells(
        np.array([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]), np.array([0.0, -9.0, 0.0])
    )
    assert cells.masses == pytest.approx([0.5, 0.0, 0.5])
    assert cells.expected_radius == pytest.approx(math.sqrt(2 / math.pi))


@pytest.mark.parametrize(
    ("centres", "weights", "text"),
    [
        (np.zeros((2, 3)), None, "centres has shape"),
        (np.zeros((0, 2)), None, "centres has shape"),
        (np.zeros((2, 2)), np.zeros(3), "weights has shape"),
        (np.array([[math.nan, 0.0]]), None, "finite"),
    ],
)
def test_bad_arguments(centres: np.ndarray, weights: np.ndarray | None, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        planar_cells(centres, weights)
