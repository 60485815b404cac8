"""What a partition made elsewhere may answer, and how it is refused by name where it may not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simulations import check


class Halves:
    """Two halves of the plane: a right partition, of which members are replaced below."""

    dim: Any = 2
    classes: Any = 2
    name = "halves"
    has_holes: Any = False
    radius_is_exact: Any = True

    def classify(self, z: Any) -> Any:
        return (z[:, 0] > 0).astype(np.int64)

    def radius(self, z: Any) -> Any:
        return np.abs(z[:, 0])

    def classify_and_radius(self, z: Any) -> Any:
        return self.classify(z), self.radius(z)

    def masses(self) -> Any:
        return None

    def expected_radius(self) -> Any:
        return None

    def parameters(self) -> dict[str, Any]:
        return {}


def altered(**members: Any) -> Any:
    return type("Altered", (Halves,), members)()


def labels(function: Callable[[Any], Any], **others: Any) -> Any:
    return altered(classify=lambda _, z: function((z[:, 0] > 0).astype(np.int64)), **others)


def radii(function: Callable[[Any], Any]) -> Any:
    return altered(radius=lambda _, z: function(np.abs(z[:, 0])))


def masses(*values: Any) -> Any:
    return altered(masses=lambda _: np.array(values))


def exact(value: Any) -> Any:
    return altered(expected_radius=lambda _: value)


WRONG: list[tuple[Any, str]] = [
    (labels(lambda x: x.astype(float)), "labels have dtype float64"),
    (labels(lambda x: 0.5 * x), "labels have dtype float64"),
    (labels(lambda x: np.where(x, np.nan, 0)), "labels have dtype float64"),
    (labels(lambda x: x > 0), "labels have dtype bool"),
    (labels(lambda x: x.astype(object)), "labels have dtype object"),
    (labels(lambda x: x[:, None]), r"labels have shape \(300, 1\)"),
    (labels(lambda x: x[:1]), r"labels have shape \(1,\)"),
    (labels(lambda x: 0), r"labels have shape \(\)"),
    (labels(lambda x: -2 * x, has_holes=True), "label -2: expected at least -1"),
    (labels(lambda x: 2 * x), "label 2: expected at most 1"),
    (labels(lambda x: -x), "no class at .*expected has_holes=True"),
    (labels(lambda x: np.full(len(x), 2**63, dtype=np.uint64)), "label 9223372036854775808"),
    (radii(lambda r: r[:, None]), r"radii have shape \(300, 1\)"),
    (radii(lambda r: r[:1]), r"radii have shape \(1,\)"),
    (radii(lambda r: 1.0), r"radii have shape \(\)"),
    (radii(lambda r: r + 1j), "radii has dtype complex128"),
    (radii(lambda r: r.astype(object)), "radii has dtype object"),
    (radii(lambda r: np.ma.masked_greater(r, 1)), "radii has masked entries"),
    (radii(lambda r: -r), "expected a non-negative number"),
    (radii(lambda r: np.where(r > 1, np.nan, r)), "radius nan at the covered point"),
    (radii(lambda r: r + 1e200), "expected at most 1e"),
    (radii(lambda r: np.where(r > 2, np.inf, r)), "contradicts itself"),
    (radii(lambda r: r + np.arange(len(r))), "others in another order"),
    (radii(lambda r: r * np.random.default_rng().random(len(r))), "others in another order"),
    (labels(lambda x: x if len(x) > 1 else 1 - x), "others in another order"),
    (altered(classify_and_radius=lambda _, z: None), "returned None"),
    (altered(classify_and_radius=lambda _, z: z[:, 0]), "expected labels and radii"),
    (masses(0.2, 0.3, 0.5), r"masses\(\) has shape \(3,\): expected \(2,\)"),
    (masses(1.0, 1.0), "sum of .* is 2.0"),
    (masses(0.4, 0.4), "sum of .* is 0.8"),
    (masses(1.5, -0.5), r"masses\(\)\[1\]=-0.5"),
    (masses(np.nan, 1.0), r"masses\(\)\[0\]=nan"),
    (masses(0.5, 0.5j), "has dtype complex128"),
    (exact(math.nan), r"expected_radius\(\)=nan"),
    (exact(-1.0), r"expected_radius\(\)=-1.0"),
    (exact("x"), r"expected_radius\(\)='x'"),
    (altered(dim=0), "dim=0"),
    (altered(dim=2.0), "dim=2.0"),
    (altered(classes=0), "classes=0"),
    (altered(classes="2"), "classes='2'"),
    (altered(has_holes=1), "has_holes=1"),
    (altered(radius_is_exact=None), "radius_is_exact=None"),
    (Halves, "expected a Partition"),
    (None, "partition=None"),
    (np.zeros((3, 2)), "expected a Partition"),
]


@pytest.mark.parametrize(("partition", "message"), WRONG)
def test_what_cannot_be_true_is_refused_by_name(partition: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        check(partition, samples=2_000)
    assert type(caught.value).__name__ in {
        "InvalidValueError",
        "InvalidTypeError",
        "InconsistentError",
    }


@pytest.mark.parametrize(
    "right",
    [
        labels(lambda x: x.astype(np.uint8)),
        labels(lambda x: x.astype(">i4")),
        labels(lambda x: x.tolist()),
        radii(lambda r: r.tolist()),
        altered(classify_and_radius=lambda self, z: [self.classify(z), self.radius(z)]),
        altered(
            buffer=np.empty(100_000),
            classify_and_radius=lambda self, z: (
                self.classify(z),
                np.abs(z[:, 0], out=self.buffer[: len(z)]),
            ),
        ),
    ],
)
def test_other_types_and_reused_buffers_give_the_same(right: Any) -> None:
    found, same = (check(one, samples=2_000, workers=1) for one in (right, Halves()))
    assert found.expected_radius == same.expected_radius
    assert found.collision_probability == same.collision_probability


def test_a_partition_that_writes_into_its_argument_changes_no_mirrored_point() -> None:
    """r = |z_1| / 2, by halving z in place: E r is half that of the halves by either sampling."""
    partition = altered(
        classify_and_radius=lambda self, z: (
            self.classify(z),
            np.abs(np.multiply(z, 0.5, out=z)[:, 0]),
        )
    )
    for sampling in ("independent", "antithetic"):
        found = check(partition, samples=20_000, sampling=sampling).expected_radius
        assert found.low <= math.sqrt(0.5 / math.pi) <= found.high


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"chunk": 1.5}, "chunk=1.5"),
        ({"chunk": True}, "chunk=True"),
        ({"checkpoint": 3}, "checkpoint=3"),
        ({"checkpoint": "/"}, "is a folder"),
        ({"checkpoint": "no/such/folder/x"}, "no folder"),
        ({"dask": 3}, "dask=3"),
        ({"progress": 3}, "progress=3"),
        ({"workers": "2"}, "workers='2'"),
        ({"labels": "01"}, "labels has dtype <U2"),
    ],
)
def test_options_are_refused_before_any_work(options: dict[str, Any], message: str) -> None:
    used: list[int] = []
    partition = altered(classify_and_radius=lambda self, z: used.append(len(z)))
    with pytest.raises((ValueError, TypeError), match=message):
        check(partition, samples=2_000, **options)
    assert used == []
