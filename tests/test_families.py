"""The families whose masses and expected radius are known, against brute force and sampling."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bounds
from simulations.balls import Balls, ring_of_balls
from simulations.grids import Grid
from simulations.opposed_halfspaces import OpposedHalfspaces
from simulations.orthants import Orthants
from simulations.partition import Partition
from simulations.shells import Shells
from simulations.slabs import Slabs
from simulations.wedges import Wedges

FAMILIES: list[Partition] = [
    Slabs([-1.0, 0.5, 2.0]),
    Slabs([-1.0, 0.5, 2.0], dim=3),
    Slabs([]),
    Orthants(1),
    Orthants(4),
    Wedges.equal(1),
    Wedges.equal(2),
    Wedges.equal(7),
    Wedges([0.6, 0.3, 0.1]),
    Shells([1.0], dim=1),
    Shells([0.5, 1.0, 2.0], dim=3),
    Shells([9.0, 10.0, 10.5], dim=100),
    Grid([[-1.0, 1.0], [0.0], []]),
    Grid([[]]),
    OpposedHalfspaces(-0.5, 1.5, dim=2),
    OpposedHalfspaces(0.3, 0.3),
    ring_of_balls(4, 2, 1.5, 0.8),
    ring_of_balls(3, 1, 1.5, 1.0),
    Balls([[0.0, 0.0, 0.0], [2.5, 0.0, 0.0]], [1.0, 1.5]),
    Balls([[0.0, 1.0]], [1.0]),
]


def name(partition: Partition) -> str:
    return f"{partition.name}-{partition.dim}-{partition.classes}"


def nearest_other_class(partition: Partition, z: np.ndarray, pool: np.ndarray) -> np.ndarray:
    """Distance from each z to the nearest pool point of another class, refined by bisection."""
    labels, pool_labels = partition.classify(z), partition.classify(pool)
    result = np.full(len(z), math.inf)
    for row, (point, label) in enumerate(zip(z, labels, strict=True)):
        others = pool[(pool_labels != label) & (pool_labels >= 0)]
        if len(others):
            result[row] = np.linalg.norm(others - point, axis=1).min()
    return result


@pytest.mark.parametrize("partition", FAMILIES, ids=name)
def test_masses_and_expected_radius_agree_with_sampling(partition: Partition) -> None:
    n = 100_000
    z = np.random.default_rng(1).normal(size=(n, partition.dim))
    labels, radius = partition.classify_and_radius(z)
    covered = labels >= 0
    masses = partition.masses()
    assert masses is not None
    assert masses.sum() == pytest.approx(1.0, abs=1e-12) or partition.has_holes
    counts = np.bincount(labels[covered], minlength=partition.classes)
    assert np.all(np.abs(counts / n - masses) <= 5 * np.sqrt(masses * (1 - masses) / n) + 1e-9)
    assert np.all(np.isnan(radius) == ~covered)
    exact = partition.expected_radius()
    if exact is None:
        return
    if partition.classes == 1:
        assert exact == math.inf
        assert np.all(radius[covered] == math.inf)
        return
    sample = radius[covered]
    assert abs(sample.mean() - exact) <= 5 * sample.std() / math.sqrt(len(sample))


@pytest.mark.parametrize("partition", FAMILIES, ids=name)
def test_radius_is_the_distance_to_the_nearest_other_class(partition: Partition) -> None:
    """No point of another class is nearer, and in low dimension some is hardly farther."""
    rng = np.random.default_rng(2)
    z = rng.normal(size=(200, partition.dim))
    z = z[partition.classify(z) >= 0]
    pool = 2 * rng.normal(size=(40_000, partition.dim))
    radius = partition.radius(z)
    found = nearest_other_class(partition, z, pool)
    assert np.all(radius <= found + 1e-12)
    # A ball just larger than the radius holds a point of another class.
    if partition.classes > 1 and partition.dim <= 2:
        assert np.median(found - radius) < 0.05
    directions = rng.normal(size=(64, partition.dim))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    for point, own, r in zip(z[:50], partition.classify(z[:50]), radius[:50], strict=True):
        inside = partition.classify(point + min(r, 50.0) * (1 - 1e-9) * directions)
        assert np.all((inside == own) | (inside == -1))


@pytest.mark.parametrize("partition", FAMILIES, ids=name)
def test_rows_do_not_depend_on_their_neighbours(partition: Partition) -> None:
    z = np.random.default_rng(3).normal(size=(257, partition.dim))
    whole = partition.classify_and_radius(z)
    single = [partition.classify_and_radius(row[None]) for row in z]
    assert np.array_equal(whole[0], np.concatenate([s[0] for s in single]))
    assert np.array_equal(whole[1], np.concatenate([s[1] for s in single]), equal_nan=True)
    assert np.array_equal(whole[0], partition.classify(z))
    assert np.array_equal(whole[1], partition.radius(z), equal_nan=True)
    again = pickle.loads(pickle.dumps(partition))
    assert np.array_equal(whole[1], again.radius(z), equal_nan=True)
    assert isinstance(partition, Partition)


@pytest.mark.parametrize(
    ("partition", "expected"),
    [
        (Orthants(2), 0.4673899545102181378636253),
        (Orthants(3), 0.3349029364006678035257031),
        (Orthants(5), 0.215692495767322014550674),
        (Grid([[0.0]] * 5), 0.215692495767322014550674),
        (Wedges.equal(3), 0.5984134206021490169099191),
        (Wedges.equal(2), math.sqrt(2 / math.pi)),
        (Slabs([0.0]), math.sqrt(2 / math.pi)),
        (OpposedHalfspaces(-1.0, 1.0), 2.5251352761609813),
    ],
    ids=lambda value: name(value) if isinstance(value, Partition) else "",
)
def test_reference_values(partition: Partition, expected: float) -> None:
    assert partition.expected_radius() == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.floats(-6, 6), min_size=1, max_size=6, unique=True).map(sorted))
def test_slabs_and_grids_agree(cuts: list[float]) -> None:
    """A grid with one cut axis is slabs; quadrature and closed form agree to 1e-12."""
    slabs, grid = Slabs(cuts), Grid([cuts, []])
    assert grid.expected_radius() == pytest.approx(slabs.expected_radius(), rel=1e-12, abs=1e-13)
    assert slabs.expected_radius() <= bounds.isoperimetric_bound(slabs.masses()) + 1e-12


@given(st.floats(0.01, 30), st.integers(1, 300))
def test_shells_of_dimension_one_are_slabs_folded(cut: float, dim: int) -> None:
    shells = Shells([cut], dim=dim)
    assert shells.masses().sum() == pytest.approx(1.0, abs=1e-12)
    if dim == 1:
        assert shells.expected_radius() == pytest.approx(Slabs([-cut, cut]).expected_radius())
    assert shells.expected_radius() <= bounds.isoperimetric_bound(shells.masses()) + 1e-10


@given(st.floats(-4, 2), st.floats(0, 2))
def test_opposed_halfspaces_attain_the_bound_with_holes(low: float, gap: float) -> None:
    partition = OpposedHalfspaces(low, low + gap)
    # The bound takes the quantile of 1 - q, which has lost digits of a small q.
    assert partition.expected_radius() <= bounds.holes_bound(partition.masses()) * (1 + 1e-9)
    symmetric = OpposedHalfspaces(-gap / 2, gap / 2)
    assert symmetric.expected_radius() == pytest.approx(bounds.holes_bound(symmetric.masses()))


def test_a_hole_breaks_the_bound_without_holes() -> None:
    partition = OpposedHalfspaces(-1.0, 1.0)
    assert partition.expected_radius() > bounds.talk_bound([0.5, 0.5])


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Slabs([1.0, 1.0]), r"cuts\[1\]=1"),
        (lambda: Slabs([math.nan]), r"cuts\[0\]"),
        (lambda: Slabs([0.0], dim=0), "dim=0"),
        (lambda: Orthants(25), "dim=25"),
        (lambda: Wedges([1.0, 0.0]), r"p\[1\]"),
        (lambda: Wedges([0.5, 0.4]), "sum"),
        (lambda: Shells([-1.0]), r"cuts\[0\]"),
        (lambda: Grid([]), "cuts"),
        (lambda: Grid([list(range(9999))] * 2), "cuts"),
        (lambda: OpposedHalfspaces(1.0, -1.0), "high=-1.0"),
        (lambda: Balls([[0.0], [1.0]], [1.0, 1.0]), "overlap"),
        (lambda: Balls([[0.0], [1.0]], [1.0]), "shapes"),
        (lambda: Balls([[0.0], [9.0]], [1.0, -1.0]), r"radii\[1\]"),
        (lambda: Orthants(3).classify(np.zeros((4, 2))), "z has shape"),
    ],
)
def test_bad_arguments_are_named(make: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()  # pyright: ignore
