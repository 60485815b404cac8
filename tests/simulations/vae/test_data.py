"""Loading: what is right is read, what is damaged is refused by name."""

import gzip
import struct

import numpy as np
import pytest

pytest.importorskip("sklearn")

from bounds.support.errors import InvalidValueError
from simulations.vae.data import IDX_FILES, load, read_idx


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for part, name in IDX_FILES.items():
        shape = (6, 5, 5) if part.endswith("images") else (6,)
        content = idx(rng.integers(0, 10, shape))
        if part.startswith("train"):
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (tmp_path / name).write_bytes(content)
    return tmp_path


def test_idx_folder_gzipped_or_not(folder):
    digits = load(str(folder))
    assert digits.size == 5
    assert digits.train_images.dtype == np.float32
    raw = read_idx(folder / IDX_FILES["test_images"])
    assert np.array_equal(np.round(digits.test_images * 255), raw)
    assert digits.test_labels.tolist() == read_idx(folder / IDX_FILES["test_labels"]).tolist()


def test_scikit_learn_digits_are_split_by_class():
    digits = load("digits")
    assert digits.train_images.min() == 0
    assert digits.train_images.max() == 1
    counts = np.bincount(digits.test_labels)
    assert counts.min() >= 34
    assert counts.max() <= 38


@pytest.mark.parametrize("part", ["train_images", "test_labels"])
def test_truncated_file_is_named(folder, part):
    name = IDX_FILES[part]
    path = next(path for path in (folder / name, folder / f"{name}.gz") if path.exists())
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ValueError, match=path.name):
        load(str(folder))


def test_damaged_header_is_named(folder):
    path = folder / IDX_FILES["test_images"]
    path.write_bytes(b"\x01" + path.read_bytes()[1:])
    with pytest.raises(ValueError, match=path.name):
        load(str(folder))


def test_missing_file_is_named(folder):
    (folder / IDX_FILES["test_labels"]).unlink()
    with pytest.raises(ValueError, match=IDX_FILES["test_labels"]):
        load(str(folder))


def test_missing_folder():
    with pytest.raises(ValueError, match="no/such/folder"):
        load("no/such/folder")


@pytest.mark.parametrize(
    "error", [OSError("unreachable"), ValueError("md5 checksum does not match")], ids=repr
)
def test_no_network_and_a_damaged_cache_are_said(monkeypatch, error):
    import sklearn.datasets

    def refuse(*args, **kwargs):
        raise error

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", refuse)
    with pytest.raises(InvalidValueError, match=f"{error}.*folder of the four MNIST IDX files"):
        load("mnist")


def test_files_named_with_a_dot_are_found(folder):
    for path in list(folder.iterdir()):
        path.rename(folder / path.name.replace("-idx", ".idx"))
    assert load(str(folder)).size == 5


@pytest.mark.parametrize("part", IDX_FILES)
@pytest.mark.parametrize("content", [b"", None])
def test_an_empty_file_is_named(folder, part, content):
    name = IDX_FILES[part]
    (folder / f"{name}.gz").unlink(missing_ok=True)
    shape = (0, 5, 5) if part.endswith("images") else (0,)
    (folder / name).write_bytes(idx(np.zeros(shape)) if content is None else content)
    with pytest.raises(ValueError, match=rf"{name}: (not an IDX file|holds nothing)"):
        load(str(folder))


@pytest.mark.parametrize(
    "header",
    [
        bytes([0, 0, 8, 255]) + bytes(4 * 255),
        bytes([0, 0, 8, 3]) + b"\xff" * 12,
        bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**31, 2**31, 4),
        bytes([0, 0, 13, 3]) + struct.pack(">3I", 1, 1, 1) + bytes(4),
    ],
)
def test_headers_of_what_no_file_holds_are_named(folder, header):
    path = folder / IDX_FILES["test_images"]
    path.write_bytes(header)
    with pytest.raises(ValueError, match=path.name):
        load(str(folder))


def test_labels_that_leave_classes_empty_are_said(folder, capsys):
    name = IDX_FILES["train_labels"]
    (folder / f"{name}.gz").write_bytes(gzip.compress(idx(np.array([0, 255, 0, 255, 0, 255]))))
    digits = load(str(folder))
    assert (digits.classes, digits.empty_classes) == (256, 254)
    pytest.importorskip("torch")
    from simulations.vae.commands.preparation import loaded

    loaded(str(folder))
    said = " ".join(capsys.readouterr().err.split())
    assert "256 classes, of which 254 have no training image" in said
