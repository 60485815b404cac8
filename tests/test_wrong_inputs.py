"""Whatever is wrong is refused by name; what is right and looks unusual gives the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bounds
from bounds.support.errors import InvalidTypeError, InvalidValueError
from simulations import (
    Arrangement,
    Balls,
    CoordinateArgmax,
    Grid,
    Halfspace,
    LinearArgmax,
    NearestNeighbour,
    OpposedHalfspaces,
    Orthants,
    PowerCells,
    Shells,
    Slabs,
    TruncatedVoronoi,
    Voronoi,
    Wedges,
    check,
)
from simulations.generators import latents
from simulations.generators.diversity import birthday_samples, class_diversity, compare
from simulations.generators.generator import GeneratorPartition
from simulations.partitions.protocol import Partition
from simulations.studies.gallery import gallery
from tests.strategies import (
    WRONG_NUMBERS,
    unusual,
    wrong_generators,
    wrong_labels,
    wrong_masses,
    wrong_points,
)

REFUSED = (InvalidValueError, InvalidTypeError)
PARTITIONS: list[Partition] = list(gallery())
GOOD = np.arange(40) % 5


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_no_family_takes_what_are_no_points(data: st.DataObject) -> None:
    partition = data.draw(st.sampled_from(PARTITIONS))
    z = data.draw(wrong_points(partition.dim))
    for call in (partition.classify, partition.radius, partition.classify_and_radius):
        with pytest.raises(REFUSED, match=r"^z"):
            call(z)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_points_in_any_order_of_memory_are_the_same_points(data: st.DataObject) -> None:
    partition = data.draw(st.sampled_from(PARTITIONS))
    z = np.random.default_rng(0).standard_normal((20, partition.dim))
    kept = z.copy()
    labels, radii = partition.classify_and_radius(z)
    found = partition.classify_and_radius(data.draw(unusual(z)))
    np.testing.assert_array_equal(found[0], labels)
    np.testing.assert_array_equal(found[1], radii)
    np.testing.assert_array_equal(z, kept)


@settings(max_examples=20, deadline=None)
@given(labels=wrong_labels(5))
def test_labels_that_are_none_are_refused_wherever_they_enter(labels: Any) -> None:
    with pytest.raises(REFUSED, match=r"^labels"):
        class_diversity(labels, 5)
    with pytest.raises(REFUSED, match=r"^labels_a"):
        compare(labels, GOOD, 5)
    with pytest.raises(REFUSED, match=r"^labels_b"):
        compare(GOOD, labels, 5)
    with pytest.raises(REFUSED, match=r"^labels"):
        check(Halfspace(0.5), samples=50, labels=[] if labels is None else labels)


@settings(max_examples=10, deadline=None)
@given(st.data(), st.integers(2, 9), st.booleans())
def test_labels_in_any_order_and_type_say_the_truth(
    data: st.DataObject, classes: int, by_class: bool
) -> None:
    """H_2 of equal classes, of 2,000 draws each, with holes among them: log K."""
    labels = np.arange(2000 * classes) % classes
    labels = np.concatenate([np.sort(labels) if by_class else labels, np.full(500, -1)])
    given_labels = data.draw(unusual(labels))
    found = class_diversity(given_labels, classes)
    for interval in (found.shannon, found.collision, found.minimum):
        assert interval.low <= np.log(classes) + 1e-12
        assert interval.high >= np.log(classes) - 1e-12
    assert found.collision.low > np.log(classes) - 0.2
    assert compare(given_labels, labels, classes).verdict == "undecided"
    assert birthday_samples(given_labels) == birthday_samples(labels)


@settings(max_examples=20, deadline=None)
@given(p=wrong_masses())
def test_masses_that_are_none_are_refused_by_every_bound(p: Any) -> None:
    for function in (
        bounds.radius_bounds,
        bounds.isoperimetric_bound,
        bounds.sharp_bound,
        bounds.collision_probability,
        lambda q: bounds.tail_bound(q, 0.5),
        lambda q: bounds.renyi_entropy(q, 2),
    ):
        with pytest.raises(REFUSED, match=r"^(p\b|sum\(p\))"):
            function(p)


NUMBERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "gamma": ("x", bounds.gamma),
    "gamma_inverse": ("y", bounds.gamma_inverse),
    "gamma_inverse_of_entropy": ("y", bounds.gamma_inverse_of_entropy),
    "gamma_of_entropy": ("h", bounds.gamma_of_entropy),
    "refined_gamma": ("x", bounds.refined_gamma),
    "halfspace_radius": ("p", bounds.halfspace_radius),
    "halfspace_radius_of_entropy": ("h", bounds.halfspace_radius_of_entropy),
    "halfspace_radius_inverse": ("y", bounds.halfspace_radius_inverse_of_entropy),
    "integrated_tail": ("p", bounds.integrated_tail),
    "sharp_bound": ("s", bounds.sharp_bound_of_collision_probability),
    "entropy_bound": ("expected_radius", bounds.entropy_bound),
    "entropy_bound.scale": ("scale", lambda x, **a: bounds.entropy_bound(0.5, scale=x, **a)),
    "half_mass_tail_bound": ("eta", bounds.half_mass_tail_bound),
    "equal_masses_tail_bound": ("eta", lambda x, **a: bounds.equal_masses_tail_bound(9, x, **a)),
    "equal_masses.classes": ("classes", lambda x, **a: bounds.equal_masses_tail_bound(x, 1, **a)),
    "tail_bound": ("eta", lambda x, **a: bounds.tail_bound([0.5, 0.5], x, **a)),
    "renyi_entropy": ("alpha", lambda x, **a: bounds.renyi_entropy([0.5, 0.5], x, **a)),
    "hill_number": ("alpha", lambda x, **a: bounds.hill_number([0.5, 0.5], x, **a)),
    "lipschitz_bound": ("lipschitz", lambda x, **a: bounds.lipschitz_bound(x, [0.5, 0.5], **a)),
    "scale": ("scale", lambda x, **a: bounds.isoperimetric_bound([0.5, 0.5], scale=x, **a)),
    "holes.scale": ("scale", lambda x, **a: bounds.holes_bound([0.5, 0.4], scale=x, **a)),
    "coverage": ("coverage", lambda x, **a: bounds.radius_bounds([0.5, 0.5], coverage=x, **a)),
    "box": ("width", bounds.latents.box),
    "truncated_normal": ("limit", bounds.latents.truncated_normal),
    "sphere": ("radius", lambda x, **a: bounds.latents.sphere(9, x, **a)),
    "sphere.dimension": ("dimension", bounds.latents.sphere),
    "ball": ("radius", lambda x, **a: bounds.latents.ball(9, x, **a)),
    "covariance": ("covariance", lambda x, arithmetic: bounds.latents.normal([[x]])),
    "multiprecision": ("digits", lambda x, arithmetic: bounds.multiprecision(x)),
    "balls": ("bits", lambda x, arithmetic: bounds.balls(x)),
    "arithmetic": ("arithmetic", lambda x, arithmetic: bounds.gamma(0.1, arithmetic=x)),
}
ARITHMETICS = [bounds.FLOAT64, bounds.multiprecision(30), bounds.balls(64), bounds.SYMBOLIC]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(NUMBERS)),
    st.sampled_from(sorted(WRONG_NUMBERS)),
    st.sampled_from(ARITHMETICS),
)
def test_numbers_that_are_none_are_refused_in_every_arithmetic(
    function: str, wrong: str, arithmetic: bounds.Arithmetic
) -> None:
    name, call = NUMBERS[function]
    # An arithmetic that has no closed form may say so first.
    with pytest.raises(REFUSED, match=rf"^({name}\b|arithmetic=SYMBOLIC)"):
        call(WRONG_NUMBERS[wrong], arithmetic=arithmetic)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(set(NUMBERS) - {"multiprecision", "balls", "arithmetic"})),
    st.sampled_from([5e-324, 1e-300, 1e-17, 1 - 1e-16, 1.0, 9, 1e17, 1e306, 1e308, 10**400]),
)
def test_the_smallest_and_largest_numbers_give_one_or_are_refused(function: str, x: float) -> None:
    name, call = NUMBERS[function]
    try:
        found = repr(call(x, arithmetic=bounds.FLOAT64))
    except REFUSED as error:
        found = str(error).partition("=")[0]
    assert found == name or "nan" not in found


def test_what_no_float_holds_is_computed_or_refused() -> None:
    """4 pi h overflows; eigenvalues and counts may, the numbers made of them don't."""
    for function in (bounds.gamma_of_entropy, bounds.halfspace_radius_of_entropy):
        with pytest.raises(InvalidValueError, match="h="):
            function(1e308)
        assert function(1e308, arithmetic=bounds.multiprecision(20)) > 0
    assert bounds.latents.normal(np.full((2, 2), 1.7e308)) == pytest.approx(2**0.5 * 1.7e308**0.5)
    half = bounds.estimate_collision_probability([2**62, 2**62])
    assert half.estimate == pytest.approx(0.5)
    assert bounds.gamma_inverse(1e-3) == 0
    for eta in (-1, -float("inf")):
        with pytest.raises(InvalidValueError, match="eta="):
            bounds.tail_bound([0.5, 0.5], eta, arithmetic=bounds.SYMBOLIC)


@settings(max_examples=30, deadline=None)
@given(p=wrong_masses(), arithmetic=st.sampled_from(ARITHMETICS[1:]))
def test_masses_that_are_none_are_refused_in_every_arithmetic(
    p: Any, arithmetic: bounds.Arithmetic
) -> None:
    if arithmetic.symbolic:  # symbols may be masses of any sum
        p = [*np.ravel([0.5]), None]
    with pytest.raises(REFUSED, match=r"^(p\b|sum\(p\))"):
        bounds.sharp_bound(p, arithmetic=arithmetic)


TRIANGLE = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
CONSTRUCTORS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "Arrangement.normals": ("normals", lambda x: Arrangement(x, [0.0, 0.0])),
    "Arrangement.offsets": ("normals|offsets", lambda x: Arrangement(np.eye(2), x)),
    "Arrangement.spread": ("spread", lambda x: Arrangement.random(2, 3, 0, x)),
    "Balls.centres": ("centres", lambda x: Balls(x, [0.5] * 3)),
    "Balls.radii": ("centres and radii|radii", lambda x: Balls(5 * TRIANGLE, x)),
    "CoordinateArgmax": ("classes", CoordinateArgmax),
    "Grid": ("cuts", Grid),
    "Grid.axis": ("cuts", lambda x: Grid([x])),
    "Halfspace.mass": ("mass", Halfspace),
    "Halfspace.dim": ("dim", lambda x: Halfspace(0.5, x)),
    "LinearArgmax.weights": ("weights", LinearArgmax),
    "NearestNeighbour.centres": ("centres", lambda x: NearestNeighbour(x, [0, 1, 1])),
    "NearestNeighbour.labels": ("labels", lambda x: NearestNeighbour(TRIANGLE, x)),
    "OpposedHalfspaces.high": ("high", lambda x: OpposedHalfspaces(-0.5, x)),
    "Orthants": ("dim", Orthants),
    "PowerCells.centres": ("centres", lambda x: PowerCells(x, [0.0] * 3)),
    "PowerCells.weights": ("centres and weights|weights", lambda x: PowerCells(TRIANGLE, x)),
    "PowerCells.spread": ("spread", lambda x: PowerCells.random(2, 3, 0, x)),
    "Shells": ("cuts", Shells),
    "Slabs": ("cuts", Slabs),
    "TruncatedVoronoi.centres": ("centres", lambda x: TruncatedVoronoi(x, 1.0)),
    "TruncatedVoronoi.cut": ("cut", lambda x: TruncatedVoronoi(TRIANGLE, x)),
    "Voronoi.centres": ("centres", Voronoi),
    "Wedges": ("p", Wedges),
    "Normal": ("sigma", latents.Normal),
    "Uniform.low": ("low|high", latents.Uniform),
    "Uniform.high": ("high", lambda x: latents.Uniform(-0.5, x)),
    "TruncatedNormal": ("limit", latents.TruncatedNormal),
    "Sphere": ("radius", latents.Sphere),
    "Ball": ("radius", latents.Ball),
    "check.partition": ("partition", lambda x: check(x, 10)),
    "check.samples": ("samples", lambda x: check(HALF, x)),
    "check.confidence": ("confidence", lambda x: check(HALF, 10, x)),
    "check.rng": ("rng", lambda x: check(HALF, 10, rng=x)),
    "check.workers": ("workers", lambda x: check(HALF, 10, workers=1 if x is None else x)),
    "check.sampling": ("sampling", lambda x: check(HALF, 10, sampling=x)),
    "check.block": ("block", lambda x: check(HALF, 10, block=x)),
}
# Numbers that are right there, or stand for a default.
RIGHT = {
    "Slabs": {"negative"},
    "Uniform.low": {"negative"},
    "Arrangement.spread": {"negative"},
    "PowerCells.spread": {"negative"},
    "check.workers": {"nothing"},
}
HALF = Halfspace(0.5)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CONSTRUCTORS)), st.sampled_from(sorted(WRONG_NUMBERS)))
def test_no_family_law_or_check_is_made_of_what_is_no_number(function: str, wrong: str) -> None:
    name, call = CONSTRUCTORS[function]
    if wrong not in RIGHT.get(function, set()):
        with pytest.raises(REFUSED, match=rf"^({name})\b"):
            call(WRONG_NUMBERS[wrong])


def test_spreads_cuts_and_laws_beyond_what_squares_hold_are_refused() -> None:
    for call in (
        lambda: TruncatedVoronoi(TRIANGLE, 1e308),
        lambda: PowerCells.random(2, 3, 0, 1e308),
        lambda: latents.Sphere(1e308),
        lambda: latents.latent_law("normal=1e308"),
        lambda: Grid([]),
    ):
        with pytest.raises(REFUSED, match=r"^(cuts?|spread|radius|latent)\b"):
            call()


@settings(max_examples=15, deadline=None)
@given(functions=wrong_generators())
def test_what_is_no_generator_is_refused_by_its_role(functions: Any) -> None:
    decoder, classifier = functions
    with pytest.raises(REFUSED, match=r"decoder|classifier"):
        GeneratorPartition(decoder, classifier, 2, pool=2048)
