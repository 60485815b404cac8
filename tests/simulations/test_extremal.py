"""The search for extremal partitions: gradients, what it must find, and its record."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

import bounds
from bounds.support.sealed import read_sealed, sealed
from simulations.cells.scores import score_integrals
from simulations.checking.check import check
from simulations.extremal import climb_on_sample, main, read_record, search
from simulations.partitions.argmax import LinearArgmax, argmax_expected_radius
from simulations.studies import extremal


@settings(max_examples=15)
@given(st.integers(2, 7), st.sampled_from([2, 3]), st.integers(0, 2**32 - 1))
def test_gradients_agree_with_differences(classes: int, dim: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(classes, dim + 1)) * ([1.0] * dim + [0.3])
    step = 1e-5
    found = score_integrals(scores[:, :dim], scores[:, dim])
    direction = generator.normal(size=scores.shape)
    ahead, behind = (
        score_integrals(moved[:, :dim], moved[:, dim])
        for moved in (scores + step * direction, scores - step * direction)
    )
    slope = (ahead.expected_radius - behind.expected_radius) / (2 * step)
    error = 1e-5 * (1 + abs(slope))
    assert np.sum(found.radius_gradient * direction) == pytest.approx(slope, abs=error)
    slopes = (ahead.masses - behind.masses) / (2 * step)
    assert np.sum(found.mass_gradient * direction, axis=(1, 2)) == pytest.approx(slopes, abs=error)


def rotations(vectors: np.ndarray) -> list[np.ndarray]:
    """Frames of R^3: random ones, and one in which a face is parallel to the slices, or almost."""
    frames = list(scipy.stats.special_ortho_group(3, seed=0).rvs(6))
    normal = vectors[0] - vectors[1]
    for tilt in (0.0, 1e-9, 1e-4):
        axes = np.column_stack([normal + tilt * vectors[2], np.eye(3)[:, :2]])
        frames.append(np.linalg.qr(axes)[0][:, [1, 2, 0]])
    return frames


def test_slices_of_the_tetrahedron_give_argmax_in_every_frame() -> None:
    vertices = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    for frame in rotations(vertices):
        found = score_integrals(vertices @ frame, np.zeros(4))
        assert found.expected_radius == pytest.approx(argmax_expected_radius(4), abs=1e-9)
        assert found.masses == pytest.approx([0.25] * 4, abs=1e-9)


def test_integrals_do_not_depend_on_the_frame() -> None:
    generator = np.random.default_rng(5)
    weights, bias = generator.normal(size=(5, 3)), generator.normal(size=5)
    values = [score_integrals(weights @ frame, bias) for frame in rotations(weights)]
    for found in values[1:]:
        assert found.expected_radius == pytest.approx(values[0].expected_radius, abs=1e-8)
        assert found.masses == pytest.approx(values[0].masses, abs=1e-8)


def test_the_flux_through_a_face_parallel_to_the_slices_is_seen() -> None:
    weights, bias = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]), np.array([0.4, 0.0])
    flux = math.exp(-0.02) / math.sqrt(2 * math.pi) / 2
    found = score_integrals(weights, bias)
    assert found.mass_gradient[:, :, 3] == pytest.approx(np.array([[flux, -flux], [-flux, flux]]))


def test_three_equal_classes_end_at_argmax() -> None:
    found = search(3, 2, starts=3, seed=1)
    assert found.expected_radius == pytest.approx(argmax_expected_radius(3), abs=1e-8)
    assert not found.beats_argmax


def test_equal_classes_of_the_plane_stay_below_argmax() -> None:
    found = search(5, 2, starts=3, seed=1)
    assert found.masses == pytest.approx([0.2] * 5, abs=1e-8)
    # A search that did not climb would not pass the best wedges.
    assert math.sqrt(math.pi / 2) * 5 / math.pi * (1 - math.cos(math.pi / 5)) < (
        found.expected_radius
    )
    assert found.expected_radius < argmax_expected_radius(5)


def test_unequal_masses_beat_argmax_at_the_same_collision_probability() -> None:
    """Four classes of the plane with ||p||^2 < 1/3 and E r = 0.609 > 0.598 = A(3)."""
    partition = LinearArgmax(
        [[0.0, 0.84], [0.0, 0.09], [-1.32, -0.465], [1.32, -0.465]], [-0.26, 0.21, 0.03, 0.03]
    )
    masses, radius = partition.masses(), partition.expected_radius()
    assert masses is not None
    assert radius is not None
    s = float(masses @ masses)
    assert s < 1 / 3
    assert radius > argmax_expected_radius(3) + 0.01
    assert radius < bounds.isoperimetric_bound(masses) < bounds.halfspace_radius(1 / 3)
    # By sampling, which shares nothing with the integrals.
    report = check(partition, samples=1_500_000, rng=3)
    assert report.expected_radius.low > argmax_expected_radius(3)


def test_a_climb_on_a_sample_comes_near_argmax() -> None:
    scores = climb_on_sample(4, 3, None, np.random.default_rng(0), steps=60)
    z = np.random.default_rng(1).normal(size=(100_000, 3))
    labels, radius = LinearArgmax(scores[:, :3], scores[:, 3]).classify_and_radius(z)
    assert np.bincount(labels) / len(z) == pytest.approx(np.full(4, 0.25), abs=0.02)
    assert radius.mean() == pytest.approx(argmax_expected_radius(4), abs=0.01)


def test_the_sample_that_bounds_has_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both climbs are ranked on one sample; another, drawn once, gives what is reported."""
    used: list[tuple[int, ...]] = []
    climbs: list[tuple[int, ...]] = []
    simplex = np.eye(5) - 0.2
    axes = np.linalg.svd(simplex)[0][:, :4]
    starts = iter([1.0, 1.3])

    def climb(classes: int, dim: int, effective: None, generator: np.random.Generator) -> Any:
        climbs.append(generator.bit_generator.seed_seq.spawn_key)  # pyright: ignore
        weights = simplex @ axes
        weights[0] *= next(starts)
        return np.concatenate([weights, np.zeros((5, 1))], axis=1)

    def recorded(partition: Any, samples: int, rng: np.random.SeedSequence) -> Any:
        used.append(rng.spawn_key)
        return check(partition, samples=5_000, rng=rng)

    monkeypatch.setattr(extremal, "climb_on_sample", climb)
    monkeypatch.setattr(extremal, "check", recorded)
    found = search(5, 4, starts=2)
    choosing, again, bounding = used
    assert choosing == again
    assert len({choosing, bounding, *climbs}) == 4
    weights, bias = np.array(found.weights), np.array(found.bias)
    seed = np.random.SeedSequence([0, 5, 4], spawn_key=bounding)
    bounded = check(LinearArgmax(weights, bias), samples=5_000, rng=seed)
    assert found.expected_radius == bounded.expected_radius.estimate


def test_the_record_is_what_its_parameters_give() -> None:
    record = read_record()
    assert [(one.classes, one.dim, one.effective, one.starts) for one in record] == extremal.SURVEY
    assert {one.classes for one in record if one.effective is None} >= set(range(3, 13))
    for one in record:
        partition = LinearArgmax(one.weights, one.bias)
        s = float(np.square(one.masses).sum())
        assert s <= 1 / (one.effective or one.classes) + 2e-3
        assert one.expected_radius <= bounds.halfspace_radius(s)
        if one.dim == 2:
            assert partition.expected_radius() == pytest.approx(one.expected_radius, abs=1e-9)
            assert s == pytest.approx(float(np.sum(np.square(partition.masses()))), abs=1e-9)
        if one.effective is None:
            assert not one.beats_argmax


def test_a_survey_goes_on_from_what_it_has_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []

    def noted(classes: int, *numbers: Any, **options: Any) -> Any:
        if searched == [3]:
            searched.append(0)
            raise KeyboardInterrupt
        searched.append(classes)
        return search(classes, *numbers, **options)

    monkeypatch.setattr(extremal, "SURVEY", [(3, 2, None, 1), (4, 2, 3, 1)])
    monkeypatch.setattr(extremal, "search", noted)
    with pytest.raises(KeyboardInterrupt):
        extremal.survey(tmp_path)
    assert [one.classes for one in read_record(tmp_path)] == [3]
    found = extremal.survey(tmp_path)
    assert searched == [3, 0, 4]
    assert extremal.outdated(tmp_path) == ""
    assert found == read_record(tmp_path) == extremal.survey(tmp_path)
    assert found == [search(3, 2, starts=1), search(4, 2, effective=3, starts=1)]
    assert searched == [3, 0, 4]
    # Another seed, or other code, is another record.
    assert extremal.survey(tmp_path, seed=1) != found
    manifest = read_sealed(tmp_path / "extremal.json")
    manifest["code"]["simulations.cells.scores"] = "another text"
    (tmp_path / "extremal.json").write_text(json.dumps(sealed(manifest)))
    assert extremal.outdated(tmp_path) == "code: simulations.cells.scores changed"


def test_what_a_survey_keeps_is_asked_with_a_survey(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"store=.*expected --survey"):
        main(classes=[3], store=tmp_path)


def test_json_and_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "found.json"
    assert main(classes=[3], starts=1, output=target, json=True) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == json.loads(target.read_text())
    assert captured.err == ""
    assert main(recorded=True) == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"classes": 1, "dim": 2}, "classes=1"),
        ({"classes": 3, "dim": 1}, "dim=1"),
        ({"classes": 3, "dim": 2, "effective": 4}, "effective=4"),
        ({"classes": 3, "dim": 2, "starts": 0}, "starts=0"),
    ],
)
def test_bad_arguments(arguments: dict[str, int], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        search(**arguments)  # pyright: ignore
