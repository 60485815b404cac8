"""The families whose masses and expected radius are known, against brute force and sampling."""

import math
import pickle

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

import bounds
from simulations.partitions.argmax import CoordinateArgmax, LinearArgmax, argmax_expected_radius
from simulations.partitions.arrangements import Arrangement
from simulations.partitions.balls import Balls, ring_of_balls
from simulations.partitions.grids import Grid
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.nearest_neighbour import NearestNeighbour
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces
from simulations.partitions.orthants import Orthants
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.truncated_voronoi import TruncatedVoronoi
from simulations.partitions.voronoi import Voronoi
from simulations.partitions.wedges import Wedges

FAMILIES: list[Partition] = [
    Halfspace(0.3),
    Halfspace(0.9, dim=3),
    Voronoi.random(1, 6),
    Voronoi.random(2, 9),
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
    CoordinateArgmax(1),
    CoordinateArgmax(2),
    CoordinateArgmax(6),
    LinearArgmax([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0.0, 0.1, 0.3]),
    LinearArgmax(np.random.default_rng(4).normal(size=(3, 10)), [0.5, 0.0, -0.5]),
    LinearArgmax(np.random.default_rng(4).normal(size=(6, 3))),
    PowerCells([[0.5]], [1.0]),
    PowerCells.random(1, 5),
    PowerCells.random(2, 9),
    Arrangement.random(4, 1),
    Arrangement.random(5, 2),
    NearestNeighbour([[0.0, 1.0]], [0]),
    NearestNeighbour.random(9, 3, 1),
    NearestNeighbour.random(20, 3, 2),
    NearestNeighbour([[0.0, 0.0], [1.0, 1.0], [-1.0, 0.5]], [0, 2, 1]),
    TruncatedVoronoi(Voronoi.random(1, 4).centres, 0.4),
    TruncatedVoronoi(Voronoi.random(2, 8).centres, 0.7),
    TruncatedVoronoi([[0.0, 0.0]], 0.5),
]
UPPER_BOUNDS: list[Partition] = [
    NearestNeighbour.random(12, 3, 3),
    TruncatedVoronoi(Voronoi.random(3, 6).centres, 1.2),
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
    if masses is None:
        return
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


def distance_to_cell(point: np.ndarray, centres: np.ndarray, j: int) -> float:
    """Distance to Voronoi cell j as a least-distance problem (Lawson and Hanson 1974, ch. 23)."""
    others = np.delete(np.arange(len(centres)), j)
    faces = centres[j] - centres[others]
    levels = np.sum(faces * ((centres[j] + centres[others]) / 2 - point), axis=1)
    table = np.vstack([faces.T, levels])
    target = np.append(np.zeros(len(point)), 1.0)
    multipliers, _ = scipy.optimize.nnls(table, target)
    residual = table @ multipliers - target
    return float(np.linalg.norm(residual[:-1] / residual[-1]))


@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_unions_of_cells_against_projections_to_each_cell(dim: int) -> None:
    """Exact in the plane, never below the distance in space, and mostly equal to it."""
    partition = NearestNeighbour.random(12, 3, dim)
    z = np.random.default_rng(2).normal(size=(100, dim))
    labels, radius = partition.classify_and_radius(z)
    truth = np.array(
        [
            min(
                distance_to_cell(point, partition.centres, j)
                for j in np.flatnonzero(partition.labels != label)
            )
            for point, label in zip(z, labels, strict=True)
        ]
    )
    assert partition.radius_is_exact == (dim <= 2)
    assert np.all(radius >= truth - 1e-9)
    assert np.mean(radius - truth < 1e-9) > (0.99 if dim <= 2 else 0.5)


def test_the_plane_is_exact_where_witnesses_are_not() -> None:
    """The same cells, once in the plane and once in space, where only witnesses are sought."""
    rng = np.random.default_rng(6)
    centres, labels = rng.normal(size=(15, 2)), rng.integers(3, size=15)
    flat = NearestNeighbour(centres, labels)
    thick = NearestNeighbour(np.concatenate([centres, np.zeros((15, 1))], axis=1), labels)
    z = rng.normal(size=(2000, 3))
    exact, bound = flat.radius(z[:, :2]), thick.radius(z)
    assert np.array_equal(flat.classify(z[:, :2]), thick.classify(z))
    assert np.all(bound >= exact - 1e-12)
    assert np.mean(bound - exact < 1e-9) > 0.5
    pieces = TruncatedVoronoi(centres, 0.6)
    covered = pieces.classify(z[:, :2]) >= 0
    assert np.all(pieces.radius(z[covered, :2]) >= Voronoi(centres).radius(z[covered, :2]) - 1e-12)


@pytest.mark.parametrize("partition", FAMILIES + UPPER_BOUNDS, ids=name)
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
        (CoordinateArgmax(2), math.sqrt(2 / math.pi)),
        (CoordinateArgmax(3), 0.5984134206021490169099191),
        (CoordinateArgmax(5), 0.4723087947636025645358743),
        (CoordinateArgmax(10), 0.379996133934390753),
        (CoordinateArgmax(1000), 0.2031535297844759454),
        (LinearArgmax(np.eye(3)), 0.5984134206021490169099191),
    ],
    ids=lambda value: name(value) if isinstance(value, Partition) else "",
)
def test_reference_values(partition: Partition, expected: float) -> None:
    assert partition.expected_radius() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("classes", "ratio"), [(2, 1.0), (4, 0.868), (16, 0.785), (1024, 0.734), (65536, 0.723)]
)
def test_argmax_falls_short_of_the_sharp_bound_by_less_than_sqrt_2(
    classes: int, ratio: float
) -> None:
    sharp = float(bounds.halfspace_radius(1 / classes))
    assert argmax_expected_radius(classes) / sharp == pytest.approx(ratio, abs=5e-4)
    assert argmax_expected_radius(10**15) / bounds.halfspace_radius(1e-15) > 1 / math.sqrt(2)


def test_the_argmax_of_scores_is_the_argmax_of_coordinates() -> None:
    z = np.random.default_rng(8).normal(size=(500, 7))
    coordinate, linear = CoordinateArgmax(7), LinearArgmax(np.eye(7))
    assert np.array_equal(coordinate.classify(z), linear.classify(z))
    assert coordinate.radius(z) == pytest.approx(linear.radius(z), abs=1e-14)


def test_power_cells_without_weights_are_voronoi_cells() -> None:
    voronoi = Voronoi.random(3, 40)
    power = PowerCells(voronoi.centres, np.zeros(40))
    z = np.random.default_rng(9).normal(size=(5000, 3))
    assert np.array_equal(voronoi.classify(z), power.classify(z))
    assert voronoi.radius(z) == pytest.approx(power.radius(z), abs=1e-13)


def test_an_arrangement_has_no_more_cells_than_space_allows() -> None:
    arrangement = Arrangement.random(8, 2, spread=0.5)
    labels = arrangement.classify(np.random.default_rng(3).normal(size=(200_000, 2)))
    assert 20 < len(np.unique(labels)) <= arrangement.cells == 37


@given(st.lists(st.floats(-6, 6), min_size=1, max_size=6, unique=True).map(sorted))
def test_slabs_and_grids_agree(cuts: list[float]) -> None:
    """A grid with one cut axis is slabs; quadrature and closed form agree to 1e-12."""
    slabs, grid = Slabs(cuts), Grid([cuts, []])
    assert grid.expected_radius() == pytest.approx(slabs.expected_radius(), rel=1e-12, abs=1e-13)
    # Equality for one cut; a mass p near 1 is known to 2^-53, and its quantile to 2^-53/(1-p).
    rest = np.sort(slabs.masses())[:-1].sum()
    rounding = 1e-12 + 2.0**-52 / rest
    assert slabs.expected_radius() <= bounds.isoperimetric_bound(slabs.masses()) + rounding


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
        (lambda: CoordinateArgmax(0), "classes=0"),
        (lambda: LinearArgmax([[1.0]], [1.0, 2.0]), "shapes"),
        (lambda: LinearArgmax([[math.inf]]), r"weights\[0, 0\]"),
        (lambda: PowerCells([[0.0], [1.0]], [0.0]), "shapes"),
        (lambda: Arrangement([[0.0, 0.0]], [1.0]), r"normals\[0\]"),
        (lambda: Arrangement.random(23, 2), "at most 22"),
        (lambda: NearestNeighbour([[0.0], [1.0]], [0, -1]), r"labels\[1\]=-1"),
        (lambda: NearestNeighbour([[0.0], [0.0]], [0, 1]), "distinct"),
        (lambda: TruncatedVoronoi([[0.0]], 0.0), "cut=0.0"),
        (lambda: Orthants(3).classify(np.zeros((4, 2))), "z has shape"),
    ],
)
def test_bad_arguments_are_named(make: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()  # pyright: ignore
