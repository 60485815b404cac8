"""Constants of latent laws: the slopes of their maps, the scale in every bound, and true radii."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats

import bounds

EXACT = bounds.multiprecision(40)
P = [0.4, 0.3, 0.2, 0.1]
POINTS = np.linspace(-6, 6, 4001)


def largest_slope(values: Any) -> float:
    return float(np.max(np.diff(values) / np.diff(POINTS)))


@pytest.mark.parametrize("width", [0.5, 2.0, 7.0])
def test_box_is_the_largest_slope_of_its_map(width: float) -> None:
    slope = largest_slope(width * (scipy.stats.norm.cdf(POINTS) - 0.5))
    assert slope == pytest.approx(bounds.latents.box(width), rel=1e-5)
    assert slope <= bounds.latents.box(width)


@pytest.mark.parametrize("limit", [0.5, 1.0, 2.0])
def test_truncated_normal_is_the_largest_slope_of_its_map(limit: float) -> None:
    mass = scipy.stats.norm.sf(limit)
    mapped = scipy.special.ndtri((1 - 2 * mass) * scipy.stats.norm.cdf(POINTS) + mass)
    slope = largest_slope(mapped)
    assert slope == pytest.approx(bounds.latents.truncated_normal(limit), rel=1e-5)
    assert slope <= bounds.latents.truncated_normal(limit) * (1 + 1e-12)


def test_constants_in_other_arithmetics() -> None:
    latents = bounds.latents
    for function in (
        lambda **o: latents.box(2, **o),
        lambda **o: latents.truncated_normal(1, **o),
        lambda **o: latents.sphere(7, 3, **o),
        lambda **o: latents.ball(7, 3, **o),
    ):
        exact = function(arithmetic=EXACT)
        assert function() == pytest.approx(float(exact), rel=1e-15)
        assert float(function(arithmetic=bounds.balls(128))) == pytest.approx(float(exact))
    assert latents.truncated_normal(1e-9) == pytest.approx(2e-9 / math.sqrt(2 * math.pi))


def test_a_ball_is_the_projection_of_a_sphere() -> None:
    assert bounds.latents.ball(6, 2.0) == bounds.latents.sphere(8, 2.0)


def test_rounding_of_a_large_covariance_is_not_indefinite() -> None:
    assert bounds.latents.normal([[1e8, 0.0], [0.0, -1e-6]]) == pytest.approx(1e4)
    for size, least in ((1e-8, -1e-13), (1.0, -1e-9)):
        with pytest.raises(ValueError, match="positive semidefinite"):
            bounds.latents.normal([[size, 0.0], [0.0, least]])


def test_normal_takes_the_widest_direction() -> None:
    rng = np.random.default_rng(3)
    factor = rng.normal(size=(4, 4))
    assert bounds.latents.normal(factor @ factor.T) == pytest.approx(np.linalg.norm(factor, 2))
    for shapeless in ([1.0], [[1.0, 1.0]], [[1.0], [1.0]], [[]]):
        with pytest.raises(ValueError, match="covariance has shape"):
            bounds.latents.normal(shapeless)
    for infinite in (math.nan, math.inf):
        with pytest.raises(ValueError, match="expected finite"):
            bounds.latents.normal([[infinite, 0.0], [0.0, 1.0]])
    for wrong in ([[1.0, 2.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]], [[0.0]]):
        with pytest.raises(ValueError, match="covariance"):
            bounds.latents.normal(wrong)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bounds.latents.box(0), "width=0"),
        (lambda: bounds.latents.truncated_normal(-1), "limit=-1"),
        (lambda: bounds.latents.sphere(2), "dimension=2"),
        (lambda: bounds.latents.ball(0), "dimension=0"),
        (lambda: bounds.latents.sphere(5, math.inf), "radius=inf"),
        (lambda: bounds.sharp_bound(P, scale=0), "scale=0"),
    ],
)
def test_wrong_arguments_are_refused_by_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("arithmetic", [bounds.FLOAT64, EXACT, bounds.balls(128)])
def test_scale_is_in_every_bound(arithmetic: bounds.Arithmetic) -> None:
    options: dict[str, Any] = {"arithmetic": arithmetic}
    for bound in (
        lambda **o: bounds.isoperimetric_bound(P, **o),
        lambda **o: bounds.sharp_bound(P, **o),
        lambda **o: bounds.talk_bound(P, **o),
        lambda **o: bounds.holes_bound([0.4, 0.3], **o),
        lambda **o: bounds.filling_bound([0.4, 0.3], [0.5, 0.5], **o),
        lambda **o: bounds.sharp_bound_of_collision_probability(0.3, **o),
        lambda **o: bounds.radius_bounds(P, **o).sharp.value,
        lambda **o: bounds.radius_bounds(P, **o).holes.value,
    ):
        assert float(bound(scale=3, **options)) == pytest.approx(3 * float(bound(**options)))
    for tail in (
        lambda eta, **o: bounds.tail_bound(P, eta, **o),
        bounds.half_mass_tail_bound,
        lambda eta, **o: bounds.equal_masses_tail_bound(5, eta, **o),
    ):
        assert float(tail(1.5, scale=3, **options)) == pytest.approx(float(tail(0.5, **options)))
    scaled = bounds.entropy_bound(1.5, scale=3, **options)
    plain = bounds.entropy_bound(0.5, **options)
    assert float(scaled.sharp) == pytest.approx(float(plain.sharp))
    assert float(scaled.talk) == pytest.approx(float(plain.talk))


def test_two_halves_of_a_box_obey_and_attain_little() -> None:
    """The two halves of a cube: E r = width/4, and the bound is width 2 phi(0)^2 = 0.318 width."""
    bound = bounds.isoperimetric_bound([0.5, 0.5], scale=bounds.latents.box(2.0))
    assert 0.5 < bound == pytest.approx(2 * 2 * scipy.stats.norm.pdf(0) ** 2)
    # A constant that forgets phi(0) / 1 would be violated: half of it is too small.
    assert bounds.isoperimetric_bound([0.5, 0.5], scale=bounds.latents.box(1.0)) < 0.5


def test_halves_of_spheres_obey() -> None:
    """The distance to the equator in R^d is |x_1| radius (chords: sqrt(2 - 2 sqrt(1 - x^2)))."""
    rng = np.random.default_rng(1)
    for dimension in (3, 5, 40):
        z = rng.normal(size=(100_000, dimension))
        x = np.abs(z[:, 0]) / np.linalg.norm(z, axis=1)
        chord = np.sqrt(2 - 2 * np.sqrt(1 - x * x)).mean()
        bound = bounds.isoperimetric_bound([0.5, 0.5], scale=bounds.latents.sphere(dimension))
        assert chord < bound
        assert chord > 0.5 * bound


def test_filling_bound_holds_for_truncated_slabs_and_is_below_the_holes_bound() -> None:
    """Thin slabs around K equidistant cuts of the first coordinate, r by the other slabs."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=200_000)
    centres = np.linspace(-2.5, 2.5, 26)
    nearest = np.argmin(np.abs(x[:, None] - centres), axis=1)
    distance = np.abs(x - centres[nearest])
    inside = distance < 0.02
    gap = centres[1] - centres[0]
    radius = np.where(
        (nearest == 0) & (x < centres[0]) | (nearest == 25) & (x > centres[25]),
        gap - 0.02 + distance,
        gap - 0.02 - distance,
    )[inside]
    edges = np.concatenate([[-np.inf], (centres[1:] + centres[:-1]) / 2, [np.inf]])
    v = np.diff(scipy.stats.norm.cdf(edges))
    q = scipy.stats.norm.cdf(centres + 0.02) - scipy.stats.norm.cdf(centres - 0.02)
    filling, holes = bounds.filling_bound(q, v), bounds.holes_bound(q)
    assert radius.mean() < filling < holes
    # Half of it is what forgetting the factor 2 of the theorem gives.
    assert bounds.filling_bound([0.5, 0.5], [0.5, 0.5]) == pytest.approx(
        2 * bounds.isoperimetric_bound([0.5, 0.5])
    )


def test_filling_bound_is_refused_for_masses_that_are_not_filled() -> None:
    with pytest.raises(ValueError, match=r"v\[0\]"):
        bounds.filling_bound([0.5, 0.1], [0.4, 0.6])
    with pytest.raises(ValueError, match="expected as many"):
        bounds.filling_bound([0.5, 0.1], [0.4, 0.3, 0.3])
    with pytest.raises(ValueError, match=r"sum\(v\)"):
        bounds.filling_bound([0.5, 0.1], [0.5, 0.6])


def test_filling_bound_of_equal_classes() -> None:
    for coverage, value in ((0.9, 0.612), (0.5, 0.928)):
        q = [coverage / 1000] * 1000
        assert bounds.filling_bound(q, [1e-3] * 1000) == pytest.approx(value, abs=5e-4)
    rounded = bounds.filling_bound([0.1 + 0.2, 0.7], [0.3, 0.7])  # v_1 < q_1 by rounding
    assert rounded == pytest.approx(2 * bounds.isoperimetric_bound([0.3, 0.7]))
    tight = bounds.filling_bound([0.3, 0.2], [0.6, 0.4], arithmetic=bounds.balls(160))
    exact = bounds.filling_bound(["0.3", "0.2"], ["0.6", "0.4"], arithmetic=EXACT)
    assert float(tight) == pytest.approx(float(exact), rel=1e-14)


def test_a_class_without_mass_adds_nothing_to_the_filling_bound() -> None:
    q, v = [0.4, 0.0, 0.3], [0.4, 0.2, 0.4]
    exact = bounds.filling_bound(q, v, arithmetic=EXACT)
    assert bounds.filling_bound(q, v) == pytest.approx(float(exact), rel=1e-14)


def test_constants_of_one_dimension_and_of_the_unit_cube() -> None:
    assert bounds.latents.box() == pytest.approx(math.sqrt(2 / math.pi), rel=1e-15)
    assert bounds.latents.normal([[4.0]]) == 2.0
    with pytest.raises(ValueError, match="symmetric"):
        bounds.latents.normal([[1.0, 0.5], [0.0, 1.0]])
    with pytest.raises(ValueError, match="symmetric"):
        bounds.latents.normal([[1.0, 0.5], [0.5 + 1e-9, 1.0]])
