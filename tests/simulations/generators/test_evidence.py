"""A generator is a function, and a search that finds nothing says nothing."""

import functools
import math
import threading
import time

import numpy as np
import pytest

from simulations.generator import check_generator
from simulations.generators.generator import GeneratorPartition

torch = pytest.importorskip("torch")


def identity(z):
    return z


def wedges(z):
    """Five equal classes of the plane."""
    angle = np.arctan2(z[:, 1], z[:, 0]) % (2 * np.pi)
    return np.eye(5)[np.minimum((angle * 5 / (2 * np.pi)).astype(int), 4)]


class Normalised(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.Dropout(0.5))

    def forward(self, z):
        return self.inner(z)


def training():
    module = Normalised().eval()
    module.inner[1].train()
    return module


GLOBAL = training()


@pytest.mark.parametrize(
    "wrap",
    [
        lambda module: module,
        lambda module: module.forward,
        lambda module: lambda z: module(torch.as_tensor(z, dtype=torch.float32)),
        lambda module: functools.partial(lambda inner, z: inner(z), module),
        lambda module: functools.partial(lambda z, inner: inner(z), inner=module),
        lambda module: (lambda parts: lambda z: parts["decoder"](z))({"decoder": module}),
        lambda module: lambda z: GLOBAL(z),
    ],
    ids=["module", "method", "lambda", "partial", "keyword", "mapping", "global"],
)
def test_a_part_in_training_mode_is_refused_wherever_it_hides(wrap):
    module = training()
    before = module.inner[0].running_mean.clone()
    with pytest.raises(
        ValueError, match=r"decoder is in training mode: its part 'inner\.1', a Dropout"
    ):
        GeneratorPartition(wrap(module), wedges, 2)
    assert torch.equal(module.inner[0].running_mean, before)


class Slotted:
    __slots__ = ("inner",)

    def __init__(self, inner):
        self.inner = inner

    def __call__(self, z):
        return self.inner(torch.as_tensor(z, dtype=torch.float32))


class Listed(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.parts = [inner]

    def forward(self, z):
        return self.parts[0](z)


class Shared:
    inner = training()

    @classmethod
    def decode(cls, z):
        return cls.inner(torch.as_tensor(z, dtype=torch.float32))

    @staticmethod
    def decode_too(z):
        return Shared.inner(torch.as_tensor(z, dtype=torch.float32))


@pytest.mark.parametrize(
    "decoder",
    [Slotted(training()), Listed(training()).eval(), Shared.decode, Shared.decode_too],
    ids=["slot", "list of a module", "class method", "static method"],
)
def test_a_part_in_training_mode_is_refused_where_no_attribute_shows_it(decoder):
    with pytest.raises(ValueError, match=r"training mode: its part 'inner\.1', a Dropout"):
        GeneratorPartition(decoder, wedges, 2)


class Stash:
    """A function for one thread at a time: what it keeps for the time of a call is overwritten."""

    def __call__(self, z):
        self.z = z
        time.sleep(1e-5)
        return 1.0 * self.z


def test_what_keeps_something_during_a_call_is_called_by_one_thread_at_a_time():
    report = check_generator(
        Stash(), wedges, 2, threshold=0, samples=40, mass_samples=2000, workers=4
    )
    same = check_generator(
        identity, wedges, 2, threshold=0, samples=40, mass_samples=2000, workers=4
    )
    assert report.argmax.expected_radius == same.argmax.expected_radius


def test_a_function_of_the_thread_is_refused():
    def decoder(z):
        return z if threading.current_thread() is threading.main_thread() else -z

    with pytest.raises(ValueError, match=r"[1-9][\d,]* answers differ in another thread"):
        GeneratorPartition(decoder, wedges, 2)


def test_what_changes_after_it_was_established_is_refused():
    done = []

    def decoder(z):
        return -z if done else z

    with pytest.raises(ValueError, match="others at the end than they were at the beginning"):
        check_generator(
            decoder,
            wedges,
            2,
            threshold=0,
            samples=20,
            mass_samples=2000,
            progress=lambda *_: done.append(True),
        )


def test_masked_answers_are_refused():
    def classifier(z):
        return np.ma.masked_greater(wedges(z), 0.5)

    with pytest.raises(TypeError, match="masked"):
        GeneratorPartition(identity, classifier, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [("samples", 0), ("samples", 1.5), ("mass_samples", 3), ("confidence", 1), ("threshold", 1)],
)
def test_arguments_are_refused_before_any_work(name, value):
    def unused(values):
        raise AssertionError

    with pytest.raises((ValueError, TypeError), match=f"{name}={value}"):
        check_generator(unused, unused, 2, **{name: value})


def stochastic(z):
    return z + 0.3 * np.random.default_rng().standard_normal(z.shape)


def batch_centred(z):
    return wedges(z - z.mean(axis=0))


def drifting():
    calls = []

    def decoder(z):
        calls.append(1)
        return z + 0.05 * len(calls)

    return decoder


@pytest.mark.parametrize(
    ("decoder", "classifier", "kind"),
    [
        (stochastic, wedges, "when asked again"),
        (drifting(), wedges, "when asked again"),
        (identity, batch_centred, "in other batch sizes"),
        (
            lambda z: z * (1 + np.arange(len(z)))[:, None] ** 0 + np.arange(len(z))[:, None] * 0.01,
            wedges,
            "in another order",
        ),
    ],
)
def test_what_is_no_function_of_the_latent_is_refused(decoder, classifier, kind):
    with pytest.raises(
        ValueError, match=rf"no function of the latent: .*[1-9][\d,]* answers differ {kind}"
    ):
        GeneratorPartition(decoder, classifier, 2)


def test_a_reused_output_buffer_is_copied():
    buffer = np.empty((512, 5))

    def classifier(z):
        buffer[: len(z)] = wedges(z)
        return buffer[: len(z)]

    partition = GeneratorPartition(identity, classifier, 2)
    z = np.random.default_rng(0).standard_normal((5000, 2))
    np.testing.assert_array_equal(partition.classify(z), wedges(z).argmax(axis=1))


def test_a_decoder_of_too_many_rows_is_refused():
    with pytest.raises(ValueError, match=r"decoder returned shape \(1, 2\) for 3 inputs"):
        GeneratorPartition(lambda z: z[:1], wedges, 2)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_floating_type_is_taken(kind):
    weight = torch.tensor([[3.0, 0.0], [-3.0, 1.0], [0.0, -3.0]], dtype=kind)

    def classifier(x):
        return torch.softmax(x @ weight.T, dim=1)

    partition = GeneratorPartition(torch.nn.Identity().eval(), classifier, 2, pool=512)
    assert partition.classes == 3


def test_exported_graphs_are_taken():
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Softmax(dim=1)).eval()
    batch = torch.export.Dim("batch", min=1)
    exported = torch.export.export(module, (torch.zeros(4, 2),), dynamic_shapes=({0: batch},))
    graph = exported.module()
    with pytest.raises(NotImplementedError):
        graph.eval()
    assert GeneratorPartition(torch.nn.Identity().eval(), graph, 2, pool=512).classes == 3


def test_a_decoder_that_fails_at_zero_alone_is_taken():
    def decoder(z):
        length = np.linalg.norm(z, axis=1, keepdims=True)
        assert (length > 0).all()
        return z / length

    assert GeneratorPartition(decoder, wedges, 2, pool=512).classes == 5


def test_the_error_shown_is_that_of_the_try_that_came_closest():
    def decoder(z):
        if not isinstance(z, torch.Tensor):
            raise TypeError("expected a tensor")
        raise RuntimeError("the weights are missing")

    with pytest.raises(TypeError, match=r"decoder failed .*RuntimeError: the weights are missing"):
        GeneratorPartition(decoder, wedges, 2)


def strip(z):
    return np.eye(2)[(np.abs(z[:, 0]) < 1.25e-9).astype(int)]


def small_ball(z):
    centre = np.zeros(8)
    centre[0] = 6.0
    return np.eye(2)[(np.linalg.norm(z - centre, axis=1) < 0.5).astype(int)]


@pytest.mark.parametrize(("classifier", "dim"), [(strip, 2), (small_ball, 8)])
def test_a_search_that_finds_nothing_gives_no_number(classifier, dim):
    report = check_generator(identity, classifier, dim, threshold=0, samples=200)
    radius = report.argmax.expected_radius
    assert math.isnan(radius.estimate)
    assert (radius.low, radius.high) == (0.0, math.inf)
    assert "unknown" in radius.method
    assert report.as_claimed
    for bound in (*report.argmax.bounds.values(), *report.argmax.entropy_bounds.values()):
        assert not bound.applies or bound.verdict != "violated"
    for bound in report.argmax.entropy_bounds.values():
        assert bound.high == math.inf
    assert report.argmax.to_json()["expected_radius"]["estimate"] is None


def test_the_latents_drawn_for_the_masses_are_witnesses_too():
    """A strip of mass 4e-4: few or none of the pool, but some of the labelled latents, hit it."""

    def rare(z):
        return np.eye(2)[(np.abs(z[:, 0]) < 5e-4).astype(int)]

    report = check_generator(
        identity, rare, 2, threshold=0, samples=100, mass_samples=40_000, seed=1
    )
    assert report.argmax.expected_radius.estimate == pytest.approx(math.sqrt(2 / math.pi), rel=0.3)


def test_a_digest_of_the_answers_tells_generators_apart():
    one = GeneratorPartition(identity, wedges, 2, pool=512)
    same = GeneratorPartition(lambda z: z, wedges, 2, pool=512)
    other = GeneratorPartition(lambda z: -z, wedges, 2, pool=512)
    assert one.parameters() == same.parameters()
    assert one.parameters() != other.parameters()


def test_a_threshold_shares_what_is_known():
    calls = []

    def decoder(z):
        calls.append(len(z))
        return z

    partition = GeneratorPartition(decoder, wedges, 2, pool=512)
    evaluated = sum(calls)
    assert partition.at(0.5).has_holes
    assert sum(calls) == evaluated
