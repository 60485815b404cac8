"""What is wrong in a sample, a report or a file is refused by name, never believed."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.sealed import sealed
from bounds.support.tables import read_table
from simulations import Interval
from simulations.generators.arrays import read_labels, sample_report
from simulations.generators.comparison import ReadRadius, compare_radii, read_radius
from simulations.generators.diversity import class_diversity, compare, draws_needed, power
from simulations.generators.generator import check_generator
from simulations.generators.latents import Normal
from simulations.generators.smoothing import Smoothing, smoothed_radius
from simulations.vae.data import IDX_FILES, load, read_idx
from tests.strategies import WRONG_NUMBERS, unusual, wrong_labels, wrong_points

REFUSED = (InvalidValueError, InvalidTypeError)
Z = np.random.default_rng(0).standard_normal((40, 2))
LABELS = np.arange(40) % 3


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_sample_report_of_what_are_no_labelled_latents(data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        labels = data.draw(wrong_labels(5))
        with pytest.raises(REFUSED, match=r"^labels"):
            sample_report(Z, labels, classes=5)
    else:
        with pytest.raises(REFUSED, match=r"^(z|latents|labels)\b"):
            sample_report(data.draw(wrong_points(2)), LABELS)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_sample_in_any_order_of_memory_is_the_same_sample(data: st.DataObject) -> None:
    z, labels = data.draw(unusual(Z)), data.draw(unusual(LABELS))
    found, expected = sample_report(z, labels), sample_report(Z, LABELS)
    assert found.expected_radius == expected.expected_radius
    assert found.collision_probability == expected.collision_probability


OPTIONS: list[tuple[str, Any]] = [
    ("law", "normal"),
    ("law", Normal),
    ("law", None),
    ("holes", "no"),
    ("classes", 2),
    ("classes", 2.5),
    ("confidence", "0.9"),
]


@pytest.mark.parametrize(("option", "value"), OPTIONS)
def test_options_of_a_sample_report_are_refused_by_name(option: str, value: Any) -> None:
    with pytest.raises(REFUSED, match=rf"^({option}|labels\[.*{value} classes)"):
        sample_report(Z, LABELS, **{option: value})


def test_labels_of_holes_contradict_that_there_are_none() -> None:
    with pytest.raises(InvalidValueError, match="holes=False"):
        sample_report(Z, LABELS - 1, holes=False)
    only_holes = sample_report(Z, np.full(40, -1))
    assert only_holes.coverage.low == 0
    assert only_holes.expected_radius.high == np.inf


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "half",
        [[0.5, 0.5]],
        [[0.5], [0.5, 1]],
        [np.nan, 0.5],
        [0.5, 0.4],
        [-0.5, 1.5],
        [],
        np.ma.masked_array([0.5, 0.5], [True, False]),
    ],
)
def test_the_power_of_a_comparison_is_of_masses(wrong: Any) -> None:
    rng, right = np.random.default_rng(0), np.array([0.5, 0.5])
    for pair in ((wrong, right), (right, wrong)):
        with pytest.raises(REFUSED, match=r"^masses_[ab]\b"):
            power(*pair, 9, 9, repetitions=2, rng=rng)
        with pytest.raises(REFUSED, match=r"^masses_[ab]\b"):
            draws_needed(*pair)
    with pytest.raises(InvalidTypeError, match=r"^rng=0"):
        power(right, right, 9, 9, repetitions=2, rng=0)  # pyright: ignore


def test_more_classes_than_memory_holds_are_refused() -> None:
    for call in (
        lambda: class_diversity(LABELS, 2**40),
        lambda: compare(LABELS, LABELS, 2**40),
        lambda: sample_report(Z, LABELS, classes=2**40),
        lambda: sample_report(Z, LABELS * 2**40),
    ):
        with pytest.raises(InvalidValueError, match=r"^(classes|labels)"):
            call()


def identity(z: Any) -> Any:
    return z


def half(z: Any) -> Any:
    return np.eye(2)[(z[:, 0] > 0).astype(int)]


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["dim", "threshold", "samples", "mass_samples", "confidence", "seed", "law"]),
    st.sampled_from(sorted(WRONG_NUMBERS)),
)
def test_options_of_a_check_of_a_generator_are_refused_by_name(option: str, wrong: str) -> None:
    options: dict[str, Any] = {"dim": 2, option: WRONG_NUMBERS[wrong]}
    with pytest.raises(REFUSED, match=rf"^{option}\b"):
        check_generator(identity, half, **options)


def test_a_smoothing_is_one() -> None:
    for call in (
        lambda: check_generator(identity, half, 2, smoothing=0.5),  # pyright: ignore
        lambda: check_generator(identity, half, 2, workers=0),
        lambda: smoothed_radius(Halves(), 0.5),  # pyright: ignore
        lambda: smoothed_radius(half),  # pyright: ignore
        lambda: smoothed_radius(Halves(), seed=-1),
        lambda: smoothed_radius(Halves(), law="normal"),  # pyright: ignore
    ):
        with pytest.raises(REFUSED, match=r"^(smoothing|workers|partition|seed|law)\b"):
            call()
    for name in ("sigma", "samples", "votes", "choosing", "error"):
        for wrong, value in WRONG_NUMBERS.items():
            if (name, wrong) != ("sigma", "nothing"):
                with pytest.raises(REFUSED, match=rf"^{name}\b"):
                    Smoothing(**{name: value})


class Halves:
    """Two halves of the plane, or what a labelling may do wrong."""

    dim, classes = 2, 2

    def __init__(self, answer: Callable[[Any], Any] = lambda labels: labels) -> None:
        self.answer = answer

    def classify(self, z: Any) -> Any:
        return self.answer((z[:, 0] > 0).astype(np.int64))

    def witnesses(self, z: Any) -> Any:
        return z * [-1e-9, 1]


@pytest.mark.parametrize(
    "answer",
    [
        lambda labels: labels + 1,
        lambda labels: labels - 2,
        lambda labels: labels[:-1],
        lambda labels: labels[:, None],
        lambda labels: labels + 0.5,
        lambda labels: labels > 0,
        lambda labels: None,
    ],
)
def test_votes_for_no_class_are_refused(answer: Callable[[Any], Any]) -> None:
    with pytest.raises(InvalidValueError, match=r"^partition\.classify"):
        smoothed_radius(Halves(answer), Smoothing(0.5, samples=4, votes=10))


GOOD_RADIUS = ReadRadius(0.25, 1.0, Interval(0.4, 0.3, 0.5, "known"), 0.99)


def radius(**changed: Any) -> ReadRadius:
    given = {
        "sigma": 0.25,
        "scale": 1.0,
        "expected_radius": GOOD_RADIUS.expected_radius,
        "confidence": 0.99,
    }
    return ReadRadius(**{**given, **changed})


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        3,
        radius(sigma=np.nan),
        radius(sigma="a"),
        radius(sigma=0.5),
        radius(scale=0.0),
        radius(scale=2.0),
        radius(confidence=2.0),
        radius(confidence=None),
        radius(expected_radius=0.4),
        radius(expected_radius=Interval(np.inf, np.inf, np.inf, "")),
        radius(expected_radius=Interval(-1.0, -1.0, 1.0, "")),
    ],
)
def test_radii_are_compared_of_reports_alone(wrong: Any) -> None:
    for pair in ((GOOD_RADIUS, wrong), (wrong, GOOD_RADIUS)):
        with pytest.raises(REFUSED, match=r"^(first|second|sigma|scale)\b"):
            compare_radii(*pair)


RECORD = json.dumps({
    "smoothed": {
        "sigma": 0.25,
        "scale": 1.0,
        "confidence": 0.99,
        "expected_radius": {"estimate": 0.4, "low": 0.3, "high": 0.5},
    }
})  # fmt: skip


def sealed_record(text: str) -> str:
    """A record with the digest of what it holds, where it is one and can have one."""
    try:
        return json.dumps({"smoothed": sealed(json.loads(text)["smoothed"])})
    except (ValueError, TypeError, RecursionError):
        return text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"sigma": 0.25', '"sigma": Infinity'),
        ('"sigma": 0.25', '"sigma": 1' + "0" * 400),
        ('"sigma": 0.25', '"sigma": true'),
        ('"sigma": 0.25', '"sigma": null'),
        ('"confidence": 0.99', '"confidence": 0'),
        ('"confidence": 0.99', '"confidence": NaN'),
        ('"low": 0.3', '"low": 0.6'),
        ("0.4", "Infinity"),
        ('"estimate": 0.4, "low": 0.3, "high": 0.5', '"estimate": Infinity, "low": Infinity'),
        (RECORD, "[" * 100_000),
        (RECORD, "3"),
        (RECORD, ""),
    ],
)
def test_a_record_that_is_damaged_is_refused_with_its_name(
    tmp_path: Path, old: str, new: str
) -> None:
    path = tmp_path / "other.json"
    path.write_text(sealed_record(RECORD))
    assert read_radius(path, "against").confidence == 0.99
    path.write_text(sealed_record(RECORD.replace(old, new)))
    with pytest.raises(InvalidValueError, match=r"^against='.*other\.json'"):
        read_radius(path, "against")


def _archived(array: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, table=array)
    return file.getvalue()


def _saved(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _headed(header: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + b"\0" * 16


_SHAPED = "{{'descr': '<f8', 'fortran_order': False, 'shape': {}, }}\n"
TABLE = np.arange(12.0).reshape(6, 2)
TEXT = b'a;b\n"0,5";2\n3;4\n5;6\n7;1e3\n'
FILES = {
    "a.npy": _saved(TABLE),
    "a.npz": _archived(TABLE),
    "a.npy.gz": gzip.compress(_saved(TABLE), mtime=0),
    "a.csv.gz": gzip.compress(TEXT * 20, mtime=0),
    "a.csv": TEXT,
    "a.tsv": TEXT.replace(b";", b"\t"),
}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_table_is_refused_with_its_name_or_read_as_numbers(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.integers(0, 3)) == 0:
        content = content[: data.draw(st.integers(0, len(content)))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            found = read_table(path, "centres")
        except InvalidValueError as error:
            said = str(error)
        else:
            assert np.isfinite(found).all()
            return
        assert said.startswith(f"centres={str(path)!r}")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "1,2\n" + "1" * 200_000 + ",2\n"),
        ("a.csv", "1_0,2\n3,4\n"),
        ("a.npy", _headed("((((((((")),
        ("a.npy", _headed(_SHAPED.format("(9999999999999999999999999,)"))),
        ("a.npy", _headed(_SHAPED.format("(3000000000, 3000000000)"))),
        ("a.npy", _headed(_SHAPED.format("(99999999999,)"))),
        ("a.npy", _headed(_SHAPED.format("(-1,)"))),
        ("a.npy", _saved([np.nan, 1.0])),
        ("a.npy", _saved([0.5, 1.0]) + _saved([2.0, 3.0])),
        ("a.npz", _archived([[1.0, -np.inf]])),
        ("a.csv.gz", FILES["a.csv.gz"][:14] + b"\xff\xff\xff\xff" + FILES["a.csv.gz"][18:]),
    ],
)
def test_no_table_of_what_python_or_numpy_stumble_over(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InvalidValueError, match=r"^centres='.*a\."):
        read_table(path, "centres")


@pytest.mark.parametrize(
    "array",
    [
        [np.inf, 1.0],
        [1e300, 1.0],
        [2.0**63, 1.0],
        [2.0**33, 1.0],
        [np.nan, 1.0],
        [-2.0, 1.0],
        [[np.nan, 0.5], [0.5, 0.5]],
        [[1.5, -0.5], [0.5, 0.5]],
        np.zeros((0, 3)),
        np.zeros((3, 0)),
        [],
    ],
)
def test_no_labels_of_what_are_none(tmp_path: Path, array: Any) -> None:
    np.save(tmp_path / "y.npy", np.array(array))
    with pytest.raises(InvalidValueError, match=r"^labels='.*y\.npy'"):
        read_labels(tmp_path / "y.npy", "labels", 0.9)


def idx(shape: tuple[int, ...], content: bytes | None = None) -> bytes:
    content = bytes(int(np.prod(shape))) if content is None else content
    return b"\0\0\x08" + struct.pack(f">B{len(shape)}I", len(shape), *shape) + content


IDX = {
    "train_images": idx((4, 3, 3)),
    "train_labels": idx((4,), bytes([0, 1, 0, 1])),
    "test_images": idx((2, 3, 3)),
    "test_labels": idx((2,), bytes([0, 1])),
}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_idx_files_are_refused_with_their_name_or_hold_images(
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        damaged = data.draw(st.sampled_from(sorted(IDX)))
        for part, content in IDX.items():
            raw = bytearray(content)
            if part == damaged:
                for _ in range(data.draw(st.integers(1, 3))):
                    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
                raw = raw[: data.draw(st.sampled_from([len(raw), 3, 9, len(raw) - 1]))]
            zipped = data.draw(st.booleans())
            path = Path(folder) / (IDX_FILES[part] + ".gz" * zipped)
            path.write_bytes(gzip.compress(bytes(raw)) if zipped else raw)
        try:
            found = load(folder)
        except InvalidValueError as error:
            said = str(error)
        else:
            assert found.train_images.shape == (4, 3, 3)
            assert found.test_images.shape == (2, 3, 3)
            assert found.train_images.max() <= 1
            return
        assert said.startswith(folder)


@pytest.mark.parametrize(
    ("part", "content", "message"),
    [
        ("test_images", idx((2, 5, 5)), "side 3 and the test files of side 5"),
        ("train_labels", idx((4,)), "all training labels are equal"),
        ("train_images", idx((0, 2**32 - 1, 2**32 - 1, 2**32 - 1), b""), "holds nothing"),
        ("train_images", idx((4, 3, 2)), "square"),
        ("train_labels", idx((3,), bytes([0, 1, 0])), "as many"),
    ],
)
def test_idx_files_that_do_not_fit_each_other_are_refused(
    tmp_path: Path, part: str, content: bytes, message: str
) -> None:
    for name, right in {**IDX, part: content}.items():
        (tmp_path / IDX_FILES[name]).write_bytes(right)
    with pytest.raises(InvalidValueError, match=message):
        load(str(tmp_path))
    assert read_idx(tmp_path / IDX_FILES["test_labels"]).tolist() == [0, 1]
