"""Any generator as a partition: known answers, upper bounds that are upper bounds, refusals."""

import json
import pickle
import sys

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import norm

from simulations import Partition, Voronoi
from simulations.cells.distance_grid import grid_nodes, grid_radius
from simulations.checking.check import check
from simulations.generators.generator import GeneratorPartition, check_generator
from simulations.generators.search import WitnessSearch, witness_pool
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces


def identity(z):
    return z


def searched(partition, **known):
    pool = witness_pool(16_384, partition.dim)
    return WitnessSearch(partition.classify, pool, partition.classify(pool), **known)


class OneHot:
    """Probabilities 1 for the class of a known partition."""

    def __init__(self, partition):
        self.partition = partition

    def __call__(self, z):
        return np.eye(self.partition.classes)[self.partition.classify(z)]


class Slab:
    """Three classes by the first coordinate, with smooth probabilities that dip between them."""

    def __call__(self, z):
        logits = np.stack([-20 * z[:, 0], np.zeros(len(z)), 20 * z[:, 0]], axis=1)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)


def test_a_generator_is_a_partition():
    assert isinstance(GeneratorPartition(identity, Slab(), 2, pool=256), Partition)


@pytest.mark.parametrize("dim", [2, 10])
def test_witness_radius_is_at_least_the_exact_one(dim):
    voronoi = Voronoi.random(dim, 10, seed=3)
    partition = GeneratorPartition(identity, OneHot(voronoi), dim)
    z = np.random.default_rng(1).standard_normal((500, dim))
    labels, found = partition.classify_and_radius(z)
    exact_labels, exact = voronoi.classify_and_radius(z)
    assert np.array_equal(labels, exact_labels)
    assert (found >= exact * (1 - 1e-12)).all()
    assert 0 < found.mean() / exact.mean() - 1 < 0.005


def test_found_distances_lie_below_the_lipschitz_envelope_of_the_anchors():
    voronoi = Voronoi.random(2, 5, seed=1)
    search = searched(voronoi)
    z = 3 * np.random.default_rng(0).standard_normal((300, 2))
    envelope = np.linalg.norm(z[:, None] - search.anchors[None], axis=2).max(axis=1)
    assert (search.radius(z, voronoi.classify(z)) <= envelope + 1e-12).all()


def test_grid_and_witness_agree_within_the_grid_error():
    voronoi = Voronoi.random(2, 10, seed=5)
    points = 301
    nodes = grid_nodes(4.0, points)
    labels = voronoi.classify(nodes)
    grid = grid_radius(labels.reshape(points, points), 4.0, voronoi.classes)
    rows = np.random.default_rng(0).choice(len(nodes), 500, replace=False)
    rows = rows[np.abs(nodes[rows]).max(axis=1) < 2]
    found = searched(voronoi).radius(nodes[rows], labels[rows])
    exact = voronoi.radius(nodes[rows])
    by_grid = grid.radii.ravel()[rows]
    assert (by_grid >= exact - 1e-12).all()
    # Sharp corners of cells may exceed it: not every point, but nearly all.
    assert (by_grid - exact <= grid.error).mean() > 0.99
    assert abs(by_grid.mean() - found.mean()) < grid.error


def test_grid_integrates_halfspaces_exactly_up_to_its_error():
    threshold = 0.5
    nodes = grid_nodes(6.0, 601)
    labels = (nodes[:, 0] > threshold).astype(np.int64)
    grid = grid_radius(labels.reshape(601, 601), 6.0, 2)
    assert abs(grid.masses[0] - ndtr(threshold)) < grid.spacing
    exact = threshold * (2 * ndtr(threshold) - 1) + np.sqrt(2 / np.pi) * np.exp(-(threshold**2) / 2)
    assert abs(grid.expected_radius - exact) <= grid.error
    assert grid.coverage == pytest.approx(1)


def test_generator_with_known_exact_partition_gives_the_known_answer():
    voronoi = Voronoi.random(2, 8, seed=2)
    report = check_generator(
        identity, OneHot(voronoi), 2, threshold=0, samples=2000, mass_samples=20_000
    )
    truth = check(voronoi, samples=200_000, rng=1)
    assert report.thresholded is None
    assert report.as_claimed
    assert report.argmax.expected_radius.estimate == pytest.approx(
        truth.expected_radius.estimate, rel=0.06
    )
    entropy = truth.collision_entropy.estimate
    assert report.collision_entropy.low < entropy < report.collision_entropy.high
    assert report.collision_entropy.high - report.collision_entropy.low < 0.2
    assert report.argmax.bounds["sharp"].applies
    assert report.coverage[0] == 1


def test_progress_and_what_ctrl_c_leaves():
    seen = []

    def advance(done, total):
        seen.append((done, total))
        if stop_at is not None and done >= stop_at:
            raise KeyboardInterrupt

    def report():
        seen.clear()
        return check_generator(
            identity,
            Slab(),
            2,
            threshold=0.9,
            samples=300,
            mass_samples=5000,
            progress=advance,
            partial=partial,
        )

    stop_at, partial = None, True
    whole = report()
    assert seen == [(done, 600) for done in (128, 256, 300, 428, 556, 600)]
    assert not whole.interrupted
    assert whole.to_json()["labelling_seconds"] > 0
    stop_at = 256
    first = report()
    assert first.interrupted
    assert first.argmax.samples == 256
    assert first.thresholded is None
    stop_at = 428
    second = report()
    assert second.interrupted
    assert second.argmax.expected_radius == whole.argmax.expected_radius
    assert second.thresholded is not None
    assert second.thresholded.samples == 128
    json.dumps(second.to_json(), allow_nan=False)
    partial = False
    with pytest.raises(KeyboardInterrupt):
        report()


def test_holes_are_counted_and_the_talks_bound_is_said_not_to_apply():
    tau = 1.0
    opposed = OpposedHalfspaces(-tau, tau)

    def probabilities(z):
        first = ndtr(4 * z[:, 0])
        return np.stack([first, 1 - first], axis=1)

    report = check_generator(
        identity, probabilities, 1, threshold=float(ndtr(4 * tau)), samples=3000
    )
    holes = report.thresholded
    assert holes is not None
    assert holes.coverage.low < 2 * ndtr(-tau) < holes.coverage.high
    # The exact value of the opposed halfspaces is more than the talk's bound at s = 1/2, 1.838.
    assert holes.expected_radius.estimate == pytest.approx(opposed.expected_radius(), rel=0.05)
    assert not holes.bounds["talk"].applies
    assert holes.bounds["holes"].applies
    assert report.argmax.bounds["talk"].applies


def test_a_single_class_has_no_witness():
    partition = GeneratorPartition(identity, lambda z: np.eye(3)[np.zeros(len(z), int)], 2)
    labels, radii = partition.classify_and_radius(np.zeros((4, 2)))
    assert (labels == 0).all()
    assert np.isinf(radii).all()


def test_everything_a_hole():
    partition = GeneratorPartition(identity, lambda z: np.full((len(z), 4), 0.25), 2, threshold=0.5)
    labels, radii = partition.classify_and_radius(np.zeros((4, 2)))
    assert (labels == -1).all()
    assert np.isnan(radii).all()


def test_partition_survives_pickling():
    partition = GeneratorPartition(identity, Slab(), 2, pool=512)
    z = np.random.default_rng(0).standard_normal((50, 2))
    copy = pickle.loads(pickle.dumps(partition))
    assert np.array_equal(copy.radius(z), partition.radius(z))


@pytest.mark.parametrize(
    ("classifier", "message"),
    [
        (lambda z: z, "probabilities"),
        (lambda z: np.ones(len(z)), r"shape \(3,\)"),
        (lambda z: np.full((len(z), 2), np.nan), "probabilities"),
    ],
)
def test_what_is_no_probability_is_refused(classifier, message):
    with pytest.raises(ValueError, match=message):
        GeneratorPartition(identity, classifier, 2)


@pytest.mark.parametrize("threshold", [-0.1, 1.0, float("nan")])
def test_threshold_out_of_range_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        GeneratorPartition(identity, Slab(), 2, threshold=threshold)


def test_torch_modules_and_their_gradients():
    torch = pytest.importorskip("torch")

    class Head(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor([[1.0, 0.5], [-0.5, 1.0], [-1.0, -1.0]]))

        def forward(self, x):
            return torch.softmax(5 * x @ self.weight.T, dim=1)

    decoder = torch.nn.Linear(2, 2)
    with torch.no_grad():
        decoder.weight.copy_(torch.eye(2))
        decoder.bias.zero_()
    head = Head().eval()
    with pytest.raises(ValueError, match=r"decoder is in training mode.*\.eval\(\)"):
        GeneratorPartition(decoder.train(), head, 2)
    partition = GeneratorPartition(decoder.eval(), head, 2)
    z = np.random.default_rng(0).standard_normal((400, 2))
    labels, found = partition.classify_and_radius(z)
    weight = head.weight.detach().double().numpy()
    differences = weight[labels][:, None] - weight[None]
    lengths = np.linalg.norm(differences, axis=2)
    margins = (differences * z[:, None]).sum(axis=2) / np.where(lengths > 0, lengths, np.nan)
    # Convex cells of a linear classifier: the radius is the least distance to a facet's plane.
    exact = np.nanmin(margins, axis=1)
    assert (found >= exact - 1e-6).all()
    assert found.mean() / exact.mean() - 1 < 0.01


def test_torch_functions_and_methods_are_called_as_modules_are():
    torch = pytest.importorskip("torch")

    class Autoencoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.eye(3, dtype=torch.float64))

        def decode(self, z):
            return z @ self.weight

    model, softmax = Autoencoder().eval(), torch.nn.Softmax(dim=1).eval()
    functions = model.decode, lambda z: z.unsqueeze(1).squeeze(1), torch.nn.Identity().eval()
    rows = np.random.default_rng(0).standard_normal((100, 3))
    radii = [
        GeneratorPartition(decoder, softmax, 3, pool=512).radius(rows) for decoder in functions
    ]
    # The first in double precision, the others in single.
    assert np.allclose(radii[0], radii[1], rtol=1e-4)
    assert np.array_equal(radii[1], radii[2])
    with pytest.raises(ValueError, match=r"decoder is in training mode.*\.eval\(\)"):
        GeneratorPartition(model.train().decode, softmax, 3)


def test_a_function_without_gradients_is_searched_by_labels():
    torch = pytest.importorskip("torch")

    @torch.no_grad()
    def classify(x):
        return torch.softmax(x, dim=1)

    partition = GeneratorPartition(torch.nn.Identity().eval(), classify, 3, pool=512)
    z = np.random.default_rng(0).standard_normal((100, 3))
    ordered = np.sort(z, axis=1)
    exact = (ordered[:, 2] - ordered[:, 1]) / np.sqrt(2)
    assert (partition.radius(z) >= exact - 1e-6).all()


@pytest.mark.parametrize("role", ["decoder", "classifier"])
def test_a_function_that_fails_is_named(role):
    def broken(values):
        raise KeyError("weights")

    functions = {"decoder": identity, "classifier": Slab(), role: broken}
    with pytest.raises(TypeError, match=rf"{role} failed .*\(3, 2\) with KeyError"):
        GeneratorPartition(functions["decoder"], functions["classifier"], 2)


def test_limits_of_the_masses_hold_together():
    shares = np.array([0.5, 0.3, 0.2])
    edges = np.array([-np.inf, *norm.ppf(shares.cumsum()[:-1]), np.inf])

    def classify(z):
        return np.eye(3)[np.searchsorted(edges, z[:, 0]) - 1]

    wrong = 0
    for seed in range(60):
        report = check_generator(
            identity, classify, 1, samples=10, mass_samples=500, confidence=0.8, seed=seed
        )
        wrong += not ((report.masses_low <= shares) & (shares <= report.masses_high)).all()
        assert (report.masses_high - report.masses_low < 0.12).all()
    # At most 12 are expected of 60; 21 or more have probability 0.005. None would be too cautious.
    assert 1 <= wrong <= 20


def test_numpy_generators_do_not_load_torch():
    import subprocess

    code = (
        "import sys, numpy as np; from simulations.generator import GeneratorPartition;"
        "GeneratorPartition(lambda z: z, lambda z: np.eye(2)[(z[:, 0] > 0).astype(int)], 2);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class Wedges:
    """Probabilities of three classes of the plane, by the angle, as sure as the temperature."""

    def __init__(self, temperature=1.0):
        self.temperature = temperature

    def __call__(self, z):
        weights = np.exp(z @ np.array([[1, -0.5, -0.5], [0, 0.8, -0.8]]) / self.temperature)
        return weights / weights.sum(axis=1, keepdims=True)


def hard(z):
    return np.eye(3)[Wedges()(z).argmax(axis=1)]


def blind(z):
    """The same probabilities, of tensors, without a gradient."""
    import torch

    return torch.from_numpy(Wedges()(z.detach().numpy()))


def seeing(z):
    """The same to the bit, with a gradient."""
    found = blind(z)
    return found + 0 * z.sum(axis=1, keepdim=True)


MADE = {"decoder": identity, "classifier": Wedges(), "dim": 2, "pool": 256}
OTHERS = {
    "decoder": {"decoder": np.negative},
    "decoder, slightly": {"decoder": lambda z: z * (1 + 1e-9)},
    "classifier": {"classifier": lambda z: Wedges()(z)[:, [1, 0, 2]]},
    "classifier of the same labels": {"classifier": Wedges(0.9)},
    "classifier of labels alone": {"classifier": hard},
    "threshold": {"threshold": 0.4},
    "pool": {"pool": 257},
    "seed of the pool": {"seed": 1},
    "known latents": {"known": np.array([[1.0, 0.5]])},
}


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The checkpoint of a check of a generator."""
    path = tmp_path_factory.mktemp("begun") / "run.npz"
    check(GeneratorPartition(**MADE), 100, block=50, checkpoint=path, workers=1)
    return path.read_bytes()


def test_a_check_of_a_generator_goes_on_from_its_checkpoint(tmp_path, begun):
    path = tmp_path / "run.npz"
    path.write_bytes(begun)
    again = GeneratorPartition(**MADE | {"decoder": lambda z: 1 * z, "classifier": Wedges(1)})
    found = check(again, 200, block=50, checkpoint=path, workers=1)
    whole = check(GeneratorPartition(**MADE), 200, block=50, workers=1)
    assert found.expected_radius.estimate == whole.expected_radius.estimate


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_check_of_a_generator_does_not_go_on_with_another(tmp_path, begun, other):
    path = tmp_path / "run.npz"
    path.write_bytes(begun)
    with pytest.raises(ValueError, match=r"run\.npz'?: made with another partition"):
        check(GeneratorPartition(**MADE | other), 200, block=50, checkpoint=path, workers=1)
    assert path.read_bytes() == begun


def test_what_leads_the_search_and_the_latents_known_tell_generators_apart():
    """The answers alone do not, as here they are the same."""
    torch = pytest.importorskip("torch")
    decoder = torch.nn.Identity().eval()
    one, other = (
        GeneratorPartition(decoder, classifier, 2, pool=256) for classifier in (blind, seeing)
    )
    assert one.told == "probabilities"
    assert other.told == "gradients"
    assert one.answers_sha256 == other.answers_sha256
    assert one.parameters() != other.parameters()
    near, far = (
        GeneratorPartition(identity, hard, 2, pool=256, known=np.array([[x, 0.0]])) for x in (1, 2)
    )
    assert np.array_equal(near.known_probabilities(), far.known_probabilities())
    assert near.parameters() != far.parameters()
