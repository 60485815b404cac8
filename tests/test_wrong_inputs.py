"""Whatever is wrong is refused by name; what is right and looks unusual gives the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    unusual,
    wrong_generators,
    wrong_labels,
    wrong_masses,
    wrong_points,
)

import bounds
from bounds.support.errors import InvalidTypeError, InvalidValueError
from simulations import check
from simulations.generators.diversity import birthday_samples, class_diversity, compare
from simulations.generators.generator import GeneratorPartition
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.protocol import Partition
from simulations.studies.gallery import gallery

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


@settings(max_examples=15, deadline=None)
@given(functions=wrong_generators())
def test_what_is_no_generator_is_refused_by_its_role(functions: Any) -> None:
    decoder, classifier = functions
    with pytest.raises(REFUSED, match=r"decoder|classifier"):
        GeneratorPartition(decoder, classifier, 2, pool=2048)
