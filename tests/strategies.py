"""Random class masses, and inputs that are wrong, or right and unusual, for each entry point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

FloatArray = npt.NDArray[np.float64]


def _normalised(weights: FloatArray) -> FloatArray:
    return weights / weights.sum()


@st.composite
def mass_vectors(draw: st.DrawFn, max_classes: int = 10_000, max_mass: float = 1.0) -> FloatArray:
    """Draw a vector of masses with sum 1, all below 1 and at most `max_mass`."""
    classes = draw(st.integers(2, max_classes))
    kind = draw(st.sampled_from(["uniform", "dirichlet", "power law", "heavy atom"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if kind == "uniform":
        p = np.full(classes, 1 / classes)
    elif kind == "dirichlet":
        concentration = draw(st.floats(0.01, 100))
        p = _normalised(rng.gamma(concentration, size=classes) + 1e-300)
    elif kind == "power law":
        exponent = draw(st.floats(0.1, 4))
        p = _normalised(np.arange(1, classes + 1) ** -exponent)
    else:
        heavy = draw(st.floats(1e-6, 1 - 1e-9))
        p = np.concatenate([[heavy], (1 - heavy) * np.full(classes - 1, 1 / (classes - 1))])
    if p.max() > max_mass:
        # Mixing with uniform masses of enough classes brings the largest down to max_mass.
        wide = np.full(max(classes, int(np.ceil(2 / max_mass))), 0.0)
        wide[:classes] = p
        share = (max_mass - 1 / wide.size) / (wide.max() - 1 / wide.size)
        p = _normalised(share * wide + (1 - share) / wide.size)
        p = np.minimum(p, max_mass)
        p[-1] += 1 - p.sum()
    # A mass that rounds to 1 leaves no other class.
    return p if p.max() < 1 else np.array([0.5, 0.5])


# --- inputs that are wrong, and right ones that look unusual -------------------------------------


def _spoiled(array: FloatArray, draw: st.DrawFn, values: list[float]) -> FloatArray:
    spoiled = array.copy()
    spoiled[draw(st.integers(0, len(array) - 1)), ...] = draw(st.sampled_from(values))
    return spoiled


@st.composite
def wrong_points(draw: st.DrawFn, dim: int) -> Any:
    """Draw what is no array of points (n, dim): shape, type, a value, or a mask is wrong."""
    z = np.random.default_rng(draw(st.integers(0, 9))).standard_normal((4, dim))
    wrong: dict[str, Callable[[], Any]] = {
        "width": lambda: np.zeros((4, draw(st.sampled_from([0, dim + 1, dim + 7])))),
        "one axis": lambda: z[0],
        "three axes": lambda: z[None],
        "scalar": lambda: 0.5,
        "nothing": lambda: None,
        "value": lambda: _spoiled(z, draw, [np.nan, np.inf, -np.inf, 1e200, -1e151]),
        "complex": lambda: z + 1j,
        "object": lambda: z.astype(object),
        "text": lambda: z.astype(str),
        "dates": lambda: z.astype("M8[s]"),
        "ragged": lambda: [[0.0] * dim, [0.0] * (dim + 1)],
        "masked": lambda: np.ma.masked_array(z, mask=np.ones(z.shape, dtype=bool)),
        "mapping": lambda: {"z": z},
    }
    return wrong[draw(st.sampled_from(sorted(wrong)))]()


@st.composite
def unusual(draw: st.DrawFn, array: npt.NDArray[Any]) -> Any:
    """Draw another object of the same numbers: order, strides, byte order, type, no writing."""
    wide = np.zeros((*(2 * size for size in array.shape[:1]), *array.shape[1:]), array.dtype)
    wide[::2] = array
    frozen = array.copy()
    frozen.setflags(write=False)
    same: dict[str, Any] = {
        "list": array.tolist(),
        "fortran": np.asfortranarray(array),
        "strided": wide[::2],
        "backwards": array[::-1].copy()[::-1],
        "read-only": frozen,
        "big-endian": array.astype(array.dtype.newbyteorder(">")),
        "subclass": np.ma.masked_array(array),
    }
    return same[draw(st.sampled_from(sorted(same)))]


@st.composite
def wrong_labels(draw: st.DrawFn, classes: int) -> Any:
    """Draw what is no sequence of labels 0 to classes - 1, nor -1: range, type, shape, a mask."""
    labels = np.random.default_rng(draw(st.integers(0, 9))).integers(0, classes, 40)
    outside = draw(st.sampled_from([classes, classes + 200, -2, -300]))
    wrong: dict[str, Callable[[], Any]] = {
        "range": lambda: np.where(np.arange(40) == draw(st.integers(0, 39)), outside, labels),
        "unsigned": lambda: np.full(40, 2**64 - 1, dtype=np.uint64),
        "float": lambda: labels.astype(float),
        "nan": lambda: np.where(labels > 0, np.nan, labels),
        "bool": lambda: labels > 0,
        "object": lambda: labels.astype(object),
        "text": lambda: labels.astype(str),
        "one-hot": lambda: np.eye(classes, dtype=int)[labels],
        "column": lambda: labels[:, None],
        "scalar": lambda: 0,
        "empty": list,
        "ragged": lambda: [[0], [1, 0]],
        "masked": lambda: np.ma.masked_equal(labels, labels[0]),
        "nothing": lambda: None,
        "set": lambda: set(labels.tolist()),
    }
    return wrong[draw(st.sampled_from(sorted(wrong)))]()


@st.composite
def wrong_masses(draw: st.DrawFn) -> Any:
    """Draw what is no vector of masses of a partition: sum, sign, type, shape, a mask."""
    p = draw(mass_vectors(max_classes=20))
    wrong: dict[str, Callable[[], Any]] = {
        "sum": lambda: p * draw(st.sampled_from([0.0, 0.5, 1 + 1e-6, 100.0])),
        "value": lambda: _spoiled(p, draw, [np.nan, np.inf, -0.25, 2.0]),
        "complex": lambda: p + 0j,
        "shape": lambda: p[None],
        "empty": list,
        "scalar": lambda: 1.0,
        "text": lambda: ["a", "b"],
        "masked": lambda: np.ma.masked_array(p, mask=np.ones(p.shape, dtype=bool)),
        "nothing": lambda: None,
        "dates": lambda: np.array([1], dtype="M8[s]"),
    }
    return wrong[draw(st.sampled_from(sorted(wrong)))]()


WRONG_NUMBERS: dict[str, Any] = {
    "nothing": None,
    "an object": object(),
    "nan": float("nan"),
    "nan in an array": [0.5, float("nan")],
    "negative": -1.0,
    "minus infinity": -float("inf"),
    "complex": 0.5 + 0.5j,
    "complex scalar": np.complex128(0.5 + 0.5j),
    "masked": np.ma.masked,
    "masked array": np.ma.masked_array([0.5], mask=[True]),
    "bytes": b"0.5",
    "ragged": [[0.5], [0.5, "x", None]],
    "dates": np.datetime64(1, "s"),
    "mapping": {"x": 0.5},
    "set": {0.5},
}
"""What is no number of any domain here, in any arithmetic."""


def _wedges(z: Any) -> FloatArray:
    angle = np.arctan2(z[:, 1], z[:, 0]) % (2 * np.pi)
    return np.eye(5)[np.minimum((angle * 5 / (2 * np.pi)).astype(int), 4)]


@st.composite
def wrong_generators(draw: st.DrawFn) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Draw a decoder and a classifier of the plane of which one is no function, or of no images."""
    size = draw(st.sampled_from([0.02, 0.1, 1.0]))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    calls: list[int] = []

    def counting(z: Any) -> Any:
        calls.append(1)
        return z + size * len(calls)

    decoders: dict[str, Any] = {
        "noise": lambda z: z + size * rng.standard_normal(z.shape),
        "noise seeded a call": lambda z: z + size * np.random.default_rng(0).standard_normal(
            z.shape
        ),
        "calls": counting,
        "batch mean": lambda z: z - z.mean(axis=0),
        "batch order": lambda z: np.sort(z, axis=0),
        "place": lambda z: z + size * np.arange(len(z))[:, None],
        "size of the batch": lambda z: z * (1 + size * len(z)) - size * len(z),
        "neighbour": lambda z: z + size * np.roll(z, 1, axis=0),
        "rows": lambda z: z[: max(1, len(z) - 1)],
        "a tuple": lambda z: (z, z),
        "nothing": lambda z: None,
        "failing": lambda z: z @ np.zeros((3, 3)),
        "no callable": 3,
    }  # fmt: skip
    classifiers: dict[str, Any] = {
        "scores": lambda x: 3 * x,
        "logarithms": lambda x: np.log(np.full((len(x), 5), 0.2)),
        "labels": lambda x: _wedges(x).argmax(axis=1),
        "complex": lambda x: _wedges(x) + 0j,
        "masked": lambda x: np.ma.masked_less(_wedges(x), 0.5),
        "nan": lambda x: _wedges(x) * np.nan,
        "a list": lambda x: _wedges(x).tolist(),
        "batch": lambda x: _wedges(x - x.mean(axis=0)),
        "number of classes": lambda x: np.eye(2 + len(x) % 3)[np.zeros(len(x), dtype=int)],
    }
    if draw(st.booleans()):
        return decoders[draw(st.sampled_from(sorted(decoders)))], _wedges
    return lambda z: z, classifiers[draw(st.sampled_from(sorted(classifiers)))]
