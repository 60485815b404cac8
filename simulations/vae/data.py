"""Handwritten digits as images in [0, 1]: scikit-learn's 8 × 8, IDX files, or OpenML's MNIST."""

import gzip
import hashlib
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bounds.support.errors import InvalidValueError
from bounds.support.narrowing import is_array
from bounds.support.validation import integer_array, kind, real_array, shown
from bounds.support.validation import path as valid_path

ImageArray = NDArray[np.float32]
LabelArray = NDArray[np.int64]

IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
_UNSIGNED_BYTE = 0x08
_AXES = range(1, 9)


LARGEST_SEED = 2**63
"""Of torch's generators, with a little room."""


def valid_images(images: Any, name: str, size: int | None = None) -> ImageArray:
    """Return square images (n, size, size) as float32, at least one, or raise."""
    # What is right already is neither copied nor widened: there may be gigabytes.
    right = is_array(images) and images.dtype == np.float32 and not np.ma.is_masked(images)
    given = images if right else real_array(images, name, "f")
    array: ImageArray = np.ascontiguousarray(given, dtype=np.float32)
    if array.ndim != 3 or not array.size or array.shape[1] != (size or array.shape[2]):
        side = "size" if size is None else size
        raise InvalidValueError(f"{name} has shape {array.shape}: expected (n, {side}, {side})")
    if array.shape[1] != array.shape[2]:
        raise InvalidValueError(f"{name} has shape {array.shape}: expected square images")
    if not np.isfinite(array).all():
        raise InvalidValueError(f"{name}: expected finite grey levels")
    return array


def valid_labels(labels: Any, name: str, rows: int) -> LabelArray:
    """Return the classes, from 0, of so many images, or raise."""
    array = integer_array(labels, name)
    if array.shape != (rows,):
        raise InvalidValueError(f"{name} has shape {array.shape}: expected ({rows},)")
    if array.min() < 0 or array.max() >= 2**20:
        raise InvalidValueError(f"{name}={shown(labels)}: expected classes from 0 on")
    return array.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Digits:
    """Images of digits and their classes, split for training and for testing.

    Attributes
    ----------
    name : str
        What the report calls the data set.
    train_images, test_images : float32 array of shape (n, size, size)
        Grey levels in [0, 1].
    train_labels, test_labels : int64 array of shape (n,)
        Classes, from 0.
    """

    name: str
    train_images: ImageArray
    train_labels: LabelArray
    test_images: ImageArray
    test_labels: LabelArray

    def __post_init__(self) -> None:
        kind(self.name, "name", str)
        for part in ("train", "test"):
            images, labels = f"{part}_images", f"{part}_labels"
            given = valid_images(getattr(self, images), images)
            object.__setattr__(self, images, given)
            object.__setattr__(
                self, labels, valid_labels(getattr(self, labels), labels, len(given))
            )

    @property
    def size(self) -> int:
        """Side of the square images, in pixels."""
        return int(self.train_images.shape[1])

    @property
    def classes(self) -> int:
        """Number of classes: one more than the largest label."""
        return int(max(self.train_labels.max(), self.test_labels.max())) + 1

    @property
    def empty_classes(self) -> int:
        """Number of classes that no training image has, as labels {0, 255} leave 254 of 256."""
        return self.classes - len(np.unique(self.train_labels))

    def sha256(self) -> str:
        """Digest of all images and labels, which tells data of equal names apart."""
        digest = hashlib.sha256()
        for part in IDX_FILES:
            digest.update(np.ascontiguousarray(getattr(self, part)).tobytes())
        return digest.hexdigest()


def load(data: str) -> Digits:
    """Load the data set that ``--data`` names.

    Parameters
    ----------
    data : str
        ``"digits"`` (scikit-learn's 1797 images of 8 × 8, nothing to download), ``"mnist"``
        (fetched from OpenML and cached), or a folder of the four MNIST IDX files, gzipped or not.

    Returns
    -------
    Digits

    Raises
    ------
    ValueError
        A file is missing, damaged or truncated (the message names it), the folder does not
        exist, or OpenML cannot be reached.

    Examples
    --------
    >>> digits = load("digits")
    >>> digits.size, len(digits.train_images), len(digits.test_images)
    (8, 1437, 360)
    """
    kind(data, "data", str)
    if data == "digits":
        return _load_scikit_learn_digits()
    if data == "mnist":
        return _fetch_mnist()
    folder = Path(data)
    if not data or not folder.is_dir():
        raise InvalidValueError(
            f"data={data!r}: expected 'digits', 'mnist' or an existing folder of IDX files"
        )
    return _load_idx_folder(folder)


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read one IDX file of unsigned bytes, gzipped where its name ends in ``.gz``.

    The layout: two zero bytes, the type code (8, unsigned byte), the number of dimensions, each
    dimension as a big-endian 32-bit integer, then the values.

    Raises
    ------
    ValueError
        The file is not such a file or does not hold exactly what its header announces.
    """
    path = valid_path(path, "path")
    if not path.is_file():
        raise InvalidValueError(f"{path}: no such file")
    raw = path.read_bytes()
    if path.suffix == ".gz":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidValueError(f"{path}: damaged or truncated gzip file ({error})") from error
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] != _UNSIGNED_BYTE or raw[3] not in _AXES:
        raise InvalidValueError(
            f"{path}: not an IDX file of unsigned bytes (header {raw[:4].hex()!r})"
        )
    offset = 4 + 4 * raw[3]
    if len(raw) < offset:
        raise InvalidValueError(f"{path}: truncated IDX header, {len(raw)} bytes")
    shape = struct.unpack(f">{raw[3]}I", raw[4:offset])
    announced = math.prod(shape)
    if len(raw) - offset != announced:
        raise InvalidValueError(
            f"{path}: {len(raw) - offset} bytes of values, its header announces {announced}"
        )
    if not announced:
        raise InvalidValueError(
            f"{path}: holds nothing, shape {shape}: expected at least one image"
        )
    return np.frombuffer(raw, dtype=np.uint8, offset=offset).reshape(shape)


def _load_idx_folder(folder: Path) -> Digits:
    arrays: dict[str, NDArray[np.uint8]] = {}
    for part, name in IDX_FILES.items():
        # Some unpackers write the dash before the type as a dot.
        names = [f"{stem}{end}" for stem in (name, _dotted(name)) for end in ("", ".gz")]
        paths = [folder / candidate for candidate in names if (folder / candidate).is_file()]
        if not paths:
            raise InvalidValueError(f"{folder}: expected a file {' or '.join(names)}")
        path = paths[0]
        arrays[part] = read_idx(path)
        dimensions = 3 if part.endswith("images") else 1
        if arrays[part].ndim != dimensions:
            raise InvalidValueError(
                f"{path}: {arrays[part].ndim} dimensions, expected {dimensions}"
            )
    for split in ("train", "test"):
        images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
        if len(images) != len(labels) or images.shape[1] != images.shape[2]:
            raise InvalidValueError(
                f"{folder}: the {split} files hold images of shape {images.shape} "
                f"and {len(labels)} labels, expected as many square images as labels"
            )
    sides = [arrays[f"{split}_images"].shape[1] for split in ("train", "test")]
    if sides[0] != sides[1]:
        raise InvalidValueError(
            f"{folder}: the train files hold images of side {sides[0]} and the test files of side "
            f"{sides[1]}: expected the same"
        )
    if len(np.unique(arrays["train_labels"])) < 2:
        raise InvalidValueError(f"{folder}: all training labels are equal: expected two classes")
    return Digits(
        name="mnist",
        train_images=_to_unit_interval(arrays["train_images"]),
        train_labels=arrays["train_labels"].astype(np.int64),
        test_images=_to_unit_interval(arrays["test_images"]),
        test_labels=arrays["test_labels"].astype(np.int64),
    )


def _dotted(name: str) -> str:
    """The other common name of a file of MNIST.

    Examples
    --------
    >>> _dotted("t10k-images-idx3-ubyte")
    't10k-images.idx3-ubyte'
    """
    return name.replace("-idx", ".idx")


def _load_scikit_learn_digits() -> Digits:
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch: Any = load_digits()
    images = (bunch.images / 16.0).astype(np.float32)
    labels = bunch.target.astype(np.int64)
    parts: Any = train_test_split(images, labels, test_size=0.2, random_state=0, stratify=labels)
    train_images, test_images, train_labels, test_labels = parts
    return Digits("digits", train_images, train_labels, test_images, test_labels)


def _fetch_mnist() -> Digits:
    from sklearn.datasets import fetch_openml

    try:
        bunch: Any = fetch_openml("mnist_784", version=1, as_frame=False, parser="liac-arff")
    # URLError and the timeouts are OSErrors; a digest that is not OpenML's is a ValueError.
    except (OSError, ValueError) as error:
        raise InvalidValueError(
            f"data='mnist': nothing to read from OpenML ({error}); give --data a folder of the "
            "four MNIST IDX files instead, or use --data digits, which needs no network"
        ) from error
    images = _to_unit_interval(bunch.data.reshape(-1, 28, 28))
    labels = bunch.target.astype(np.int64)
    train = 60_000
    return Digits("mnist", images[:train], labels[:train], images[train:], labels[train:])


def _to_unit_interval(images: NDArray[Any]) -> ImageArray:
    return images.astype(np.float32) / np.float32(255)
