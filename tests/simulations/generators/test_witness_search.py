"""The search from above: never below the truth, close to it, and the same for any batch."""

import numpy as np
import pytest

from simulations import Voronoi
from simulations.generators.generator import GeneratorPartition
from simulations.generators.margins import Differences, LinearFit, margins_of, orthonormal
from simulations.generators.neighbours import SharedIndex
from simulations.generators.search import WitnessSearch, witness_pool
from simulations.partitions.argmax import CoordinateArgmax


def identity(z):
    return z


class Counted:
    """A classifier that counts the latents it is asked for."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, z):
        self.calls += len(z)
        return self.function(z)


def one_hot(partition):
    return lambda z: np.eye(partition.classes)[partition.classify(z)]


def softmax_of(voronoi):
    centres = voronoi.centres

    def probabilities(z):
        logits = np.einsum("nd,kd->nk", z, centres) - (centres**2).sum(axis=1) / 2
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    return probabilities


def excess(partition, exact, count=100):
    z = np.random.default_rng(1).standard_normal((count, partition.dim))
    found, truth = partition.radius(z), exact.radius(z)
    assert (found >= truth * (1 - 1e-12)).all()
    return found.mean() / truth.mean() - 1


@pytest.mark.parametrize(
    ("exact", "allowed"),
    [
        (Voronoi.random(64, 10, seed=3), 0.15),
        (CoordinateArgmax(10), 0.03),
        (CoordinateArgmax(64), 0.15),
    ],
    ids=["voronoi-64", "argmax-10", "argmax-64"],
)
def test_labels_alone_bring_the_witness_near(exact, allowed):
    counted = Counted(one_hot(exact))
    partition = GeneratorPartition(identity, counted, exact.dim, pool=8192)
    counted.calls = 0
    assert excess(partition, exact) < allowed
    assert counted.calls < 245 * 100


@pytest.mark.parametrize(("dim", "allowed"), [(2, 1e-3), (10, 1e-3), (64, 1e-3), (100, 0.05)])
def test_differences_of_probabilities_bring_it_nearer(dim, allowed):
    voronoi = Voronoi.random(dim, 10, seed=3)
    counted = Counted(softmax_of(voronoi))
    partition = GeneratorPartition(identity, counted, dim, pool=8192)
    counted.calls = 0
    assert excess(partition, voronoi) < allowed
    assert counted.calls < 245 * 100


@pytest.mark.parametrize("dim", [2, 64, 512])
def test_gradients_reach_the_nearest_boundary(dim):
    torch = pytest.importorskip("torch")
    voronoi = Voronoi.random(dim, 10, seed=3)
    layer = torch.nn.Linear(dim, 10, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(voronoi.centres.copy()))
        layer.bias.copy_(torch.tensor(-(voronoi.centres**2).sum(axis=1) / 2))
    classifier = torch.nn.Sequential(layer, torch.nn.Softmax(dim=1)).eval()
    partition = GeneratorPartition(torch.nn.Identity().eval(), classifier, dim, pool=2048)
    assert excess(partition, voronoi) < 1e-3


class Misleading:
    """True margins with gradients that mean nothing."""

    rounds, kept = 2, 2

    def __init__(self, voronoi):
        self.classes = voronoi.classes
        self.probabilities = softmax_of(voronoi)

    def values(self, z, own):
        return margins_of(np.log(self.probabilities(z)), own, -np.inf)

    def gradients(self, z, own, targets):
        return np.random.default_rng(0).standard_normal((*targets.shape, z.shape[1]))


def test_wrong_gradients_cannot_make_a_radius_too_small():
    voronoi = Voronoi.random(3, 6, seed=0)
    pool = witness_pool(2048, 3)
    search = WitnessSearch(
        voronoi.classify, pool, voronoi.classify(pool), margins=Misleading(voronoi)
    )
    z = np.random.default_rng(2).standard_normal((500, 3))
    labels, exact = voronoi.classify_and_radius(z)
    found = search.radius(z, labels)
    assert (found >= exact * (1 - 1e-12)).all()
    assert np.isfinite(found).all()


@pytest.mark.parametrize("dim", [2, 12])
@pytest.mark.parametrize("answers", [one_hot, softmax_of])
def test_a_radius_does_not_depend_on_the_batch(dim, answers):
    voronoi = Voronoi.random(dim, 7, seed=1)
    partition = GeneratorPartition(identity, answers(voronoi), dim, pool=1024)
    z = np.random.default_rng(0).standard_normal((61, dim))
    whole = partition.radius(z)
    alone = np.concatenate([partition.radius(z[row : row + 1]) for row in range(5)])
    order = np.random.default_rng(1).permutation(61)
    assert np.array_equal(whole[:5], alone)
    assert np.array_equal(whole[order], partition.radius(z[order]))


def test_curved_boundaries_are_followed_by_labels():
    # Two spheres: r = | |z| - 2 | everywhere.
    def ball(z):
        return np.eye(2)[(np.einsum("nd,nd->n", z, z) > 4).astype(int)]

    partition = GeneratorPartition(identity, ball, 5)
    z = np.random.default_rng(3).standard_normal((300, 5))
    exact = np.abs(np.linalg.norm(z, axis=1) - 2)
    found = partition.radius(z)
    assert (found >= exact - 1e-12).all()
    assert found.mean() < 1.1 * exact.mean()


@pytest.mark.parametrize("dim", [1, 3, 20])
def test_the_shared_index_finds_the_nearest_of_other_classes(dim):
    rng = np.random.default_rng(dim)
    points, labels = rng.standard_normal((600, dim)), rng.integers(0, 3, 600)
    labels[rng.random(600) < 0.5] = 0
    z, own = rng.standard_normal((50, dim)), rng.integers(0, 4, 50)
    found = SharedIndex(points, labels).others(z, own, 3)
    distances = np.linalg.norm(z[:, None] - points, axis=2)
    distances[labels == own[:, None]] = np.inf
    assert np.array_equal(found, np.argsort(distances, axis=1)[:, :3])


def test_the_shared_index_says_where_there_is_no_other_class():
    index = SharedIndex(np.zeros((4, 2)) + np.arange(4)[:, None], np.array([5, 5, 5, 1]))
    found = index.others(np.zeros((2, 2)), np.array([5, 1]), 2)
    assert found.tolist() == [[3, -1], [0, 1]]


@pytest.mark.parametrize("floor", [-np.inf, np.log(0.6)])
def test_differences_are_the_derivatives_of_the_margins(floor):
    class Source:
        dim, classes = 4, 3

        def log_probabilities(self, z):
            logits = np.stack([z[:, 0] ** 2, np.sin(z[:, 1]), z[:, 2] * z[:, 3]], axis=1)
            return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    source = Source()
    margins = Differences(source, floor, None)
    z = np.random.default_rng(0).standard_normal((20, 4))
    own, targets = np.zeros(20, dtype=np.int64), np.tile([1, 2], (20, 1))
    gradients = margins.gradients(z, own, targets)
    for axis in range(4):
        step = np.eye(4)[axis] * 1e-5
        ahead, back = margins.values(z + step, own)[:, 1:], margins.values(z - step, own)[:, 1:]
        assert np.allclose(gradients[:, :, axis], (ahead - back) / 2e-5, atol=5e-3)


def test_a_fit_finds_the_planes_of_a_linear_classifier():
    voronoi = Voronoi.random(8, 5, seed=2)
    z = np.random.default_rng(0).standard_normal((20_000, 8))
    fit = LinearFit(z, one_hot(voronoi)(z))
    for i in range(5):
        for j in range(i):
            fitted, true = fit.weights[i] - fit.weights[j], voronoi.centres[i] - voronoi.centres[j]
            cosine = fitted @ true / np.linalg.norm(fitted) / np.linalg.norm(true)
            assert cosine > 0.98


def test_the_basis_is_orthonormal():
    basis = orthonormal(20, 7)
    assert np.allclose(basis @ basis.T, np.eye(7), atol=1e-14)


def test_a_class_on_the_way_to_another_is_met_first():
    def classify(z):
        pocket = (np.abs(z[:, 0] - 1.0) < 0.2) & (np.abs(z[:, 1]) < 0.2)
        return np.where(pocket, 2, z[:, 0] > 2.0).astype(np.int64)

    far = np.array([[3.0, 0.0], [-1.0, 0.0]])
    search = WitnessSearch(classify, far, classify(far))
    found = search.radius(np.array([[0.0, 0.0], [0.0, 0.1], [0.0, 1.0]]), np.zeros(3, dtype=int))
    assert found == pytest.approx([0.8, 0.8, 2.0], rel=1e-2)
    assert (found >= [0.8, 0.8, 2.0 * (1 - 1e-12)]).all()
