"""Verified balls and enclosures: they contain what is sampled, and are tight where they can be."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.special import ndtr

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from simulations.generators import backward, spellings  # noqa: E402
from simulations.generators import verification as module  # noqa: E402
from simulations.generators.curves import module_of  # noqa: E402
from simulations.generators.enclosure import enclosed_radius  # noqa: E402
from simulations.generators.images import Adaptation  # noqa: E402
from simulations.generators.layers import Permute, Reshape, Scaled, adapting  # noqa: E402
from simulations.generators.verification import Verifier  # noqa: E402
from simulations.vae.classifier import Classifier  # noqa: E402
from simulations.vae.model import VariationalAutoencoder  # noqa: E402


def linear(weights, bias):
    layer = nn.Linear(len(weights[0]), len(weights))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weights))
        layer.bias.copy_(torch.tensor(bias))
    return layer


def trained_like(module, example):
    """With running statistics of some draws, so that batch normalisation does something."""
    module.train()
    with torch.no_grad():
        for _ in range(3):
            module(example())
    return module.eval()


class Smooth(nn.Module):
    """Activations called as functions, and images that are padded and made larger by lines."""

    def __init__(self):
        super().__init__()
        self.first, self.scale = nn.Linear(2, 9), nn.Buffer(torch.linspace(0.5, 2, 9))
        self.conv = nn.Conv2d(1, 2, 3, padding="same")
        self.larger = nn.Upsample(size=(6, 7), mode="bilinear", align_corners=True)
        self.padded = nn.Sequential(
            nn.ZeroPad2d((1, 0, 0, 0)), nn.ConstantPad2d((0, 1, 0, 2), -0.3),
            nn.ReflectionPad2d((1, 0, 1, 0)), nn.ReplicationPad2d((0, 1, 0, 1)),
        )  # fmt: skip

    def forward(self, z):
        x = functional.silu(1 - 2 * functional.mish(self.first(z) - 0.5) / self.scale)
        x = x * torch.sigmoid(x) - 0.5 * torch.tanh(x)
        x = torch.sigmoid(x) * x
        x = functional.pad(x.reshape(-1, 1, 3, 3), (0, 1, 1, 0), value=0.25)
        x = functional.gelu(self.conv(x), approximate="tanh")
        x = functional.interpolate(x, scale_factor=1.5, mode="bilinear")
        x = functional.elu(self.padded(self.larger(x)))
        return functional.softplus(functional.leaky_relu(x, 0.1))


class Bordered(nn.Module):
    """Images whose borders are made of themselves, pooled and made larger, and side by side."""

    def __init__(self):
        super().__init__()
        self.first, self.shape = nn.Linear(2, 18), nn.Unflatten(1, (2, 3, 3))
        self.convs = nn.Sequential(
            nn.Conv2d(2, 2, 3, padding=(1, 2), padding_mode="reflect"),
            nn.Conv2d(2, 4, (3, 2), padding="same", padding_mode="replicate", dilation=(1, 2)),
            nn.PixelShuffle(2), nn.CircularPad2d((1, 0, 2, 1)),
            nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular", stride=2),
        )  # fmt: skip
        self.larger = nn.Upsample(scale_factor=1.5, mode="bicubic")
        self.pools = nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.MaxPool2d(2, ceil_mode=True))

    def forward(self, z):
        x = self.convs(functional.relu6(3 * self.shape(self.first(z))))
        x = x * torch.tanh(functional.softplus(x)) + functional.softplus(x, beta=3.0)
        x = torch.cat([self.larger(x), functional.pad(x, (1, 2, 2, 2), mode="circular")], 2)
        means = functional.max_pool2d(x, 2, padding=1).mean((2, 3), keepdim=True)
        x = self.pools(x * torch.sigmoid(1.702 * x))
        return functional.avg_pool2d(x + functional.adaptive_avg_pool2d(means, 1), 2, 1)


class Bent(nn.Module):
    """Functions with kinks and their like, by channels, and what else moves or pools pixels."""

    def __init__(self):
        super().__init__()
        self.first, self.slopes = nn.Linear(2, 32), nn.PReLU(2)
        self.conv, self.norm = nn.Conv2d(2, 4, 3), nn.InstanceNorm2d(4, track_running_stats=True)
        self.pools = nn.Sequential(nn.MaxPool2d(3, 2, 1, dilation=2, ceil_mode=True),
                                   nn.PixelUnshuffle(2), nn.ChannelShuffle(2))  # fmt: skip
        with torch.no_grad():
            self.slopes.weight.copy_(torch.tensor([1.5, -0.5]))
            self.norm.running_mean.copy_(torch.linspace(-1, 1, 4))

    def forward(self, z):
        x = self.slopes(functional.selu(self.first(z)).reshape(-1, 2, 4, 4))
        x = torch.cat([x, functional.prelu(x.clamp(min=-0.7), self.slopes.weight[:1])], 3)
        x = functional.celu(self.norm(self.conv(x)), alpha=0.5)
        x = functional.elu(x, alpha=0.4) - functional.hardsigmoid(2 * x) + functional.softsign(x)
        x = functional.pad(x, (0, 2, 1, 1))
        x = torch.cat([self.pools(x), 0.3 - self.pools(-x)], 2)
        x = functional.logsigmoid(x.clamp(max=0.9)) + functional.tanhshrink(torch.clip(x, -2, 2))
        return functional.adaptive_max_pool2d(x, (1, 2))


class Normalised(nn.Module):
    """Normalisation by statistics of the input, between other layers."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 32), nn.Conv2d(4, 4, 3, padding=1)
        self.group, self.instance = nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True)
        self.whole = nn.LayerNorm((4, 2, 4), bias=False)

    def forward(self, z):
        x = functional.silu(self.group(self.first(z).reshape(-1, 4, 2, 4)))
        return self.whole(x + self.instance(self.second(x)))


class Residual(nn.Module):
    """A sum of two paths, and images between that are adapted, averaged and made larger."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 16), nn.Linear(16, 16)
        fit = Adaptation("1", (5, 3), (-1.0, 1.0, 0.0, 255.0))
        self.images = nn.Sequential(
            Reshape((1, 4, 4)), nn.Upsample(scale_factor=2), Permute((0, 1, 3, 2)),
            *adapting(fit, (1, 8, 8)), nn.AvgPool2d(2, 1),
            Scaled(100.0, torch.tensor([-0.01, 0.02])), nn.AdaptiveAvgPool2d((2, 2)), nn.Flatten(),
        )  # fmt: skip

    def forward(self, z):
        x = self.first(z)
        return self.images(x + torch.relu(self.second(x)))


def networks(kind):
    torch.manual_seed(1)
    if kind == "residual":
        return Residual().eval(), nn.Sequential(nn.Linear(4, 4), nn.Softmax(dim=1)).eval()
    images = {"bent": Bent, "bordered": Bordered, "normalised": Normalised, "smooth": Smooth}
    images = images.get(kind)
    if images is not None:
        images = images().eval()
        with torch.no_grad():
            row = images(torch.zeros(1, 2))[0].numel()
        head = nn.Linear(row, 4)
        return images, nn.Sequential(nn.Flatten(), head, nn.Softmax(dim=1)).eval()
    if kind == "autoencoder":
        decoder = VariationalAutoencoder(8, 2, channels=4)
        trained_like(decoder, lambda: torch.randn(64, 2))
        classifier = Classifier(8)
        with torch.no_grad():
            classifier.head.weight.mul_(30)
            trained_like(classifier, lambda: decoder(2 * torch.randn(64, 2)))
        return decoder, classifier
    activation = {"relu": nn.ReLU(), "leaky": nn.LeakyReLU(0.3), "sigmoid": nn.Sigmoid(),
                  "tanh": nn.Tanh(), "silu": nn.SiLU(), "gelu": nn.GELU()}[kind]  # fmt: skip
    body = nn.Sequential(nn.Linear(2, 16), activation, nn.Linear(16, 16), activation)
    with torch.no_grad():
        for part in body:
            if isinstance(part, nn.Linear):
                part.weight.mul_(3)
    return body.eval(), nn.Sequential(nn.Linear(16, 4), nn.Softmax(dim=1)).eval()


def sampled_margins(verifier, z, own, radius, ball):
    """Least margins of the logits over points of the ball or box, log-probabilities serving."""
    rng = np.random.default_rng(0)
    offset = rng.standard_normal((len(z), 300, 2))
    if ball:
        offset *= np.sqrt(rng.random((len(z), 300, 1))) / np.linalg.norm(offset, axis=2, keepdims=1)
    else:
        offset = rng.choice([-1.0, 1.0], offset.shape)
    points = (z[:, None] + radius * offset).reshape(-1, 2)
    logs = np.log(verifier._probabilities(points).detach().numpy())
    logs = logs.reshape(len(z), 300, -1)
    seen = np.take_along_axis(logs, own[:, None, None], axis=2)
    margins = seen - logs
    np.put_along_axis(margins, own[:, None, None], np.inf, axis=2)
    return margins.min(axis=(1, 2))


KINDS = ["relu", "leaky", "sigmoid", "tanh", "silu", "gelu", "smooth", "bordered", "autoencoder",
         "residual", "bent", "normalised"]  # fmt: skip


def margins_of(verifier, radius, ball):
    z = np.random.default_rng(3).standard_normal((30, 2))
    own = verifier.labels(z)
    bound = verifier.margins(z, own, np.full(30, radius), ball=ball)
    scale = getattr(verifier._modules[1], "temperature", torch.ones(())).item()
    return bound, sampled_margins(verifier, z, own, radius, ball) * scale


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ball", [True, False])
def test_margins_lie_below_all_that_is_sampled_and_near_it_in_small_balls(kind, ball):
    verifier = Verifier(*networks(kind), 2)
    for radius in (0.0, 0.01, 0.2):
        bound, sampled = margins_of(verifier, radius, ball)
        assert (bound <= sampled + 1e-9).all()
        if radius < 0.1:
            assert np.allclose(bound, sampled, atol=0.05 * (np.abs(sampled).max() + 1))


@pytest.mark.parametrize("kind", ["relu", "tanh", "silu"])
def test_a_relaxation_without_its_remainder_is_caught(kind, monkeypatch):
    whole = module.Enclosure.sloped

    def damaged(self, slope, low, high, *lines):
        middle = (low + high) / 2
        return whole(self, slope, middle, middle, *lines)

    monkeypatch.setattr(module.Enclosure, "sloped", damaged)
    bound, sampled = margins_of(Verifier(*networks(kind), 2), 0.5, True)
    assert (bound > sampled + 1e-6).any()


@pytest.mark.parametrize(
    "kind",
    [
        "bent",
        "normalised",
        "leaky",
        "tanh",
        "gelu",
        "smooth",
        "bordered",
        "autoencoder",
        "residual",
    ],
)
@pytest.mark.parametrize("ball", [True, False])
def test_the_way_back_is_a_limit_and_nearer_than_the_way_forward(kind, ball):
    verifier = Verifier(*networks(kind), 2)
    z = np.random.default_rng(3).standard_normal((30, 2))
    own, radii = verifier.labels(z), np.full(30, 0.3)
    forward, back = (ask(z, own, radii, ball) for ask in (verifier._forward, verifier._backward))
    scale = getattr(verifier._modules[1], "temperature", torch.ones(())).item()
    sampled = scale * sampled_margins(verifier, z, own, 0.3, ball)
    assert (forward <= sampled + 1e-9).all()
    assert (back <= sampled + 1e-9).all()
    assert (sampled - back).mean() < 0.9 * (sampled - forward).mean()


@pytest.mark.parametrize("kind", ["relu", "gelu"])
def test_a_way_back_that_forgets_a_constant_is_caught(kind, monkeypatch):
    whole = backward.between
    monkeypatch.setattr(
        module,
        "between",
        lambda before, most, under, over: whole(before, most, under, (over[0], 0 * over[1])),
    )
    verifier = Verifier(*networks(kind), 2)
    z = np.random.default_rng(3).standard_normal((30, 2))
    own = verifier.labels(z)
    back = verifier._backward(z, own, np.full(30, 0.5), True)
    assert (back > sampled_margins(verifier, z, own, 0.5, True) + 1e-6).any()


def test_the_ball_of_a_linear_classifier_is_its_whole_radius():
    weights, bias = [[1.0, 0.5], [-0.5, 1.0], [-1.0, -1.0]], [0.1, 0.0, -0.2]
    head = nn.Sequential(linear(weights, bias), nn.Softmax(dim=1)).eval()
    verifier = Verifier(nn.Identity().eval(), head, 2)
    z = np.random.default_rng(0).standard_normal((50, 2))
    labels = verifier.labels(z)
    w = np.float32(weights).astype(float)
    scores = z @ w.T + np.float32(bias).astype(float)
    gaps = scores[np.arange(50), labels][:, None] - scores
    lengths = np.linalg.norm(w[labels][:, None] - w, axis=2)
    exact = np.where(lengths > 0, gaps / np.where(lengths > 0, lengths, 1), np.inf).min(axis=1)
    found = verifier.radii(z, labels, 2 * exact)
    assert (found <= exact).all()
    assert (found >= 0.995 * exact).all()
    assert (verifier.margins(z, labels, exact * (1 + 1e-9)) < 0).all()
    assert (verifier.margins(z, labels, exact * (1 - 1e-9)) > 0).all()


LINEAR = {
    "reflect": lambda: nn.Conv2d(2, 3, 3, padding=(1, 2), padding_mode="reflect"),
    "replicate": lambda: nn.Conv2d(2, 3, (3, 2), padding="same", padding_mode="replicate"),
    "circular": lambda: nn.Conv2d(2, 3, 3, 2, 1, dilation=2, padding_mode="circular"),
    "circular alone": lambda: nn.CircularPad2d((1, 2, 0, 3)),
    "by cubics": lambda: nn.Upsample(size=(7, 2), mode="bicubic", align_corners=True),
    "in another place": lambda: nn.Sequential(nn.Conv2d(2, 4, 1), nn.PixelShuffle(2)),
    # Each window has one pixel that is no padding, and what it is padded by is no other neuron.
    "one of one": lambda: nn.Sequential(nn.Upsample((2, 2)), nn.MaxPool2d(2, 2, 1)),
    "no larger one": lambda: nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.MaxPool2d(3, 2, 1)),
}  # fmt: skip


def linear_network(name):
    torch.manual_seed(2)
    images = nn.Sequential(
        nn.Linear(2, 32), nn.Unflatten(1, (2, 4, 4)), LINEAR[name](), nn.Flatten()
    )
    row = images(torch.zeros(1, 2)).shape[1]
    return nn.Sequential(images, nn.Linear(row, 3)).eval().double()


def exact_margins(network, z, own, radius, ball):
    """Of a network that is linear."""
    origin = torch.zeros(1, 2, dtype=torch.float64)
    offset = network(origin)
    weight = (network(torch.eye(2).double()) - offset).T.detach().numpy()
    scores = z @ weight.T + offset.detach().numpy()
    rows = np.arange(len(z))
    gaps = weight[own][:, None] - weight
    size = np.linalg.norm(gaps, axis=2) if ball else np.abs(gaps).sum(axis=2)
    margins = scores[rows, own][:, None] - scores - radius * size
    margins[rows, own] = np.inf
    return margins.min(axis=1)


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("ball", [True, False])
def test_nothing_is_lost_by_linear_layers(name, ball):
    network = linear_network(name)
    verifier = Verifier(nn.Identity().eval(), nn.Sequential(network, nn.Softmax(dim=1)).eval(), 2)
    z = np.random.default_rng(4).standard_normal((30, 2))
    own, radii = verifier.labels(z), np.full(30, 0.7)
    exact = exact_margins(network, z, own, 0.7, ball)
    for ask in (verifier._forward, verifier._backward):
        assert np.allclose(ask(z, own, radii, ball), exact, rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", ["reflect", "replicate", "circular"])
def test_a_border_of_something_else_is_caught(name, monkeypatch):
    class Zeros(module.Padded):
        def __init__(self, pads, mode):
            assert mode == name
            super().__init__(pads)

    monkeypatch.setattr(module, "Padded", Zeros)
    network = linear_network(name)
    verifier = Verifier(nn.Identity().eval(), nn.Sequential(network, nn.Softmax(dim=1)).eval(), 2)
    z = np.random.default_rng(4).standard_normal((30, 2))
    own = verifier.labels(z)
    found = verifier.margins(z, own, np.full(30, 0.7))
    assert (found > exact_margins(network, z, own, 0.7, True) + 1e-6).any()


def test_a_pool_that_takes_its_border_for_zeros_is_caught(monkeypatch):
    def padded(self, x):
        left, right, top, bottom = self.sides
        zeros = functional.pad(x, (left, right, top, bottom))
        return windows(module.Largest(self.size, self.stride, (0, 0, 0, 0)), zeros)

    windows = module.Largest.windows
    network = nn.Sequential(linear([[1.0, 0.0], [0.0, 1.0]], [-3.0, -3.5]),
                            Reshape((1, 1, 2)), nn.MaxPool2d(2, 2, 1), nn.Flatten())  # fmt: skip
    verifier = Verifier(nn.Identity().eval(), nn.Sequential(network, nn.Softmax(1)).eval(), 2)
    z, own = np.array([[0.0, 0.0]]), np.array([0])
    assert np.allclose(verifier.margins(z, own, np.zeros(1)), 0.5, rtol=0, atol=1e-12)
    monkeypatch.setattr(module.Largest, "windows", padded)
    assert not np.allclose(verifier.margins(z, own, np.zeros(1)), 0.5, rtol=0, atol=0.1)


NORMS = {
    "group": (lambda: nn.GroupNorm(2, 4), 2),
    "one group": (lambda: nn.GroupNorm(1, 4, eps=1e-3, affine=False), 1),
    "instance": (lambda: nn.InstanceNorm2d(4), 4),
    "instance with weights": (lambda: nn.InstanceNorm2d(4, affine=True), 4),
    "layer": (lambda: nn.LayerNorm((4, 2, 4)), 1),
    "last axes": (lambda: nn.LayerNorm((2, 4), bias=False), 4),
}


def normalising(name):
    torch.manual_seed(3)
    norm = NORMS[name][0]()
    for weight in norm.parameters():
        nn.init.normal_(weight)
    body = nn.Sequential(nn.Linear(2, 32), Reshape((4, 2, 4)), norm, nn.Flatten()).double()
    return body.eval(), nn.Linear(32, 3).double()


def exactly_normalised(name, body, head, points):
    """Logits with more digits than float64 has."""

    def exact(tensor):
        return tensor.detach().numpy().astype(np.longdouble)

    first, norm, parts = body[0], body[2], NORMS[name][1]
    x = points.astype(np.longdouble) @ exact(first.weight).T + exact(first.bias)
    split = x.reshape(len(x), parts, -1)
    split = split - split.mean(2, keepdims=True)
    split = split / np.sqrt((split**2).mean(2, keepdims=True) + np.longdouble(norm.eps))
    x = split.reshape(-1, 4, 2, 4)
    shape = (2, 4) if name == "last axes" else (4, 2, 4) if name == "layer" else (4, 1, 1)
    if norm.weight is not None:
        x = x * exact(norm.weight).reshape(shape)
    if getattr(norm, "bias", None) is not None:
        x = x + exact(norm.bias).reshape(shape)
    return x.reshape(len(x), -1) @ exact(head.weight).T + exact(head.bias)


def normalised_margins(name):
    """By how much limits of margins are above some that are there, and below, for each radius."""
    body, head = normalising(name)
    verifier = Verifier(body, nn.Sequential(head, nn.Softmax(1)).eval(), 2)
    rng = np.random.default_rng(8)
    z = rng.standard_normal((20, 2))
    own, offset = verifier.labels(z), rng.standard_normal((500, 1, 2))
    offset /= np.maximum(np.linalg.norm(offset, axis=2, keepdims=True), 1)
    offset[0] = 0
    above, below = [], []
    for radius in (0.0, 1e-12, 1e-3, 0.1, 3.0, 1e6):
        points = (z + np.longdouble(radius) * offset).reshape(-1, 2)
        logits = exactly_normalised(name, body, head, points).reshape(500, 20, 3)
        margins = np.take_along_axis(logits, own[None, :, None], 2) - logits
        margins[:, np.arange(20), own] = np.inf
        true = margins.min(axis=(0, 2))
        for ask in (verifier._forward, verifier._backward):
            gap = ask(z, own, np.full(20, radius), True) - true
            above.append(gap.max())
            below.append(-gap.min())
    return np.array(above), np.array(below)


@pytest.mark.parametrize("name", NORMS)
def test_what_statistics_of_the_input_normalise_is_enclosed(name, monkeypatch):
    above, below = normalised_margins(name)
    assert above.max() <= 0
    assert below[:4].max() < 1e-9
    assert below[4:6].max() < 2e-3
    whole = module.between
    with monkeypatch.context() as patch:
        # Without what is left beside the lines.
        patch.setattr(
            module,
            "between",
            lambda before, most, under, over: whole(
                before, most, *((one, (under[1] + over[1]) / 2) for one in (under[0], over[0]))
            ),
        )
        assert normalised_margins(name)[0].max() > 1e-5
    mean = module.Standardised.mean
    monkeypatch.setattr(module.Standardised, "mean", lambda self, x: mean(self, x) * (1 + 1e-6))
    assert normalised_margins(name)[0].max() > 1e-8


class Written(nn.Module):
    """Curves as products and quotients, by functions and by methods."""

    def __init__(self, function, layer=None):
        super().__init__()
        self.function, self.layer = function, layer or nn.Softplus()
        self.first, self.last = linear([[2.0, 0.5], [-1.0, 2.0]], [0.3, -0.2]), nn.Softmax(1)

    def forward(self, z):
        return self.last(self.function(self, self.first(z)))


WRITTEN = {
    "mish": [lambda _, x: x * torch.tanh(functional.softplus(x)),
             lambda own, x: own.layer(x).tanh() * x,
             lambda _, x: x * x.exp().log1p().tanh(),
             lambda _, x: x * torch.tanh(torch.where(x > 20, x, torch.log1p(torch.exp(x)))),
             lambda _, x: x * torch.tanh(torch.log(1 + torch.exp(x)))],
    "silu": [lambda _, x: torch.sigmoid(x) * x, lambda _, x: x.sigmoid().mul(x),
             lambda _, x: x / (1 + torch.exp(-x))],
    "sigmoid": [lambda _, x: torch.sigmoid(x), lambda _, x: 1 - 1 / (1 + torch.exp(x)),
                lambda _, x: 1 / (1 + torch.exp(-x))],
    "softplus": [lambda _, x: torch.log(1 + torch.exp(x)),
                 lambda _, x: torch.where(2 * x > 40, x, torch.log1p(torch.exp(2 * x / 2)))],
    "gelu": [lambda _, x: 0.5 * x * (1 + torch.erf(x / 2**0.5)),
             lambda _, x: x * (torch.erf(x * 0.5**0.5) + 1) / 2],
    "gelu by tanh": [lambda _, x: 0.5 * x * (
        1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * torch.pow(x, 3))))],
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_a_curve_is_the_same_however_it_is_written(name):
    z = np.random.default_rng(0).standard_normal((20, 2))
    radii = np.full(20, 0.4)
    usual = Written(lambda own, x: own.layer(x), module_of(name)).eval()
    usual = Verifier(nn.Identity().eval(), usual, 2)
    expected = usual.margins(z, usual.labels(z), radii)
    for function in WRITTEN[name]:
        verifier = Verifier(nn.Identity().eval(), Written(function).eval(), 2)
        found = verifier.margins(z, usual.labels(z), radii)
        assert np.allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_of_a_multiple_a_curve_is_known_too():
    def gated(_, x):
        inner = functional.mish(x)
        return inner * torch.sigmoid(1.702 * inner)

    pairs = [
        (lambda _, x: x * torch.sigmoid(1.702 * x),
         lambda _, x: functional.silu(1.702 * x) / 1.702),
        (lambda _, x: torch.where(3 * x > 20, x, (3 * x).exp().log1p() / 3),
         lambda _, x: functional.softplus(x, beta=3.0)),
        (lambda own, x: functional.softplus(x, beta=3.0), lambda own, x: own.layer(3 * x) / 3),
        (gated, lambda _, x: functional.silu(1.702 * functional.mish(x)) / 1.702),
    ]  # fmt: skip
    z = np.random.default_rng(0).standard_normal((20, 2))
    for functions in pairs:
        verifiers = [Verifier(nn.Identity().eval(), Written(one).eval(), 2) for one in functions]
        own, radii = verifiers[0].labels(z), np.full(20, 0.4)
        ours, theirs = (one.margins(z, own, radii) for one in verifiers)
        assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_a_curve_that_is_taken_for_another_is_caught(monkeypatch):
    z = np.random.default_rng(0).standard_normal((30, 2))
    monkeypatch.setattr(spellings, "recognised", lambda function: ("elu", 1.0))
    verifier = Verifier(nn.Identity().eval(), Written(WRITTEN["mish"][0]).eval(), 2)
    own, radius = verifier.labels(z), 0.2
    monkeypatch.undo()
    true = Verifier(nn.Identity().eval(), Written(WRITTEN["mish"][0]).eval(), 2)
    found = verifier.margins(z, own, np.full(30, radius))
    assert (found > sampled_margins(true, z, own, radius, True) + 1e-6).any()


def turned(threshold):
    """A margin that is about softplus at 2 latents, beyond its threshold and not."""
    head = linear([[1.0, 0.0], [0.0, 0.0]], [-5.5, -5.0])
    body = nn.Sequential(linear([[1.0, 0.0], [0.0, 0.0]], [0.0, 0.0]), nn.Softplus(1, threshold))
    return Verifier(nn.Identity().eval(), nn.Sequential(body, head, nn.Softmax(1)).eval(), 2)


@pytest.mark.parametrize("threshold", [5.0, 20.0])
def test_where_softplus_turns_straight_it_is_enclosed(threshold, monkeypatch):
    z = np.array([[threshold + shift, 0.0] for shift in (-3.0, -1e-3, 1e-3, 0.5, 9.0)])
    own, radii = np.zeros(5, dtype=np.int64), np.full(5, 0.01)
    grid = np.linspace(-0.01, 0.01, 2001)
    x = torch.tensor(z[:, :1] + grid)
    true = functional.softplus(x, threshold=threshold).amin(1).numpy()
    verifier = turned(threshold)
    for ask in (verifier._forward, verifier._backward):
        # The other class has the logit -5, and this one softplus - 5.5.
        gap = true - 0.5 - ask(z, own, radii, True)
        assert (gap >= 0).all()
        assert (gap <= np.log1p(np.exp(-threshold)) + 2e-5).all()
        assert (gap[[0, 4]] <= 2e-5).all()
    monkeypatch.setattr(
        module, "_softened", lambda x, layer: module._curved(x, module.CURVES["softplus"])
    )
    assert (verifier.margins(z, own, radii) > true - 0.5 + 1e-10).any()


def test_the_margin_of_a_point_on_the_boundary_is_not_verified():
    # Rounding is accounted for: 0.1 + 0.2 - 0.3 is not 0 in float64, and proves nothing.
    head = nn.Sequential(linear([[1.0, 1.0], [0.0, 0.0]], [-0.3, 0.0]), nn.Softmax(dim=1)).eval()
    verifier = Verifier(nn.Identity().eval(), head, 2)
    bias = float(head[0].bias[0].detach().double())
    z = np.array([[0.1, -bias - 0.1], [-bias, 0.0], [1e6, -bias - 1e6]])
    assert not (verifier.margins(z, np.zeros(3, dtype=np.int64), np.zeros(3)) > 0).any()
    assert not (verifier.margins(z, np.ones(3, dtype=np.int64), np.zeros(3)) > 0).any()


def test_the_rounding_of_cubics_and_borders_is_accounted_for(monkeypatch):
    images = nn.Sequential(Reshape((1, 1, 3)), nn.Upsample(size=(1, 5), mode="bicubic"),
                           nn.CircularPad2d((1, 0, 0, 0)), nn.Flatten())  # fmt: skip
    head = linear([[0.3, -1.1, 0.7, 0.9, -0.2, 1.3], [0.0] * 6], [0.0, 0.0]).double()
    verifier = Verifier(images.eval(), nn.Sequential(head, nn.Softmax(1)).eval(), 3)

    def keys(x):
        x, a = abs(x), Fraction(-3, 4)
        near = (a + 2) * x**3 - (a + 3) * x**2 + 1
        return near if x <= 1 else a * (x**3 - 5 * x**2 + 8 * x - 4) * (x < 2)

    def exact(z):
        cells = [Fraction(float(one)) for one in z]
        at = [Fraction(2 * j + 1, 2) * Fraction(3, 5) - Fraction(1, 2) for j in range(5)]
        row = [sum(keys(x - i) * cells[min(max(i, 0), 2)] for i in range(-2, 5)) for x in at]
        own = [Fraction(one) for one in head.weight[0].tolist()]
        return sum(a * b for a, b in zip(own, [row[-1], *row], strict=True))

    # Latents at which nearly all cancels, and the sign is that of the rounding.
    z = 1e6 * np.random.default_rng(6).standard_normal((200, 3))
    slope = exact([0, 0, 1])
    z[:, 2] -= [float(exact(one) / slope) for one in z]
    true = np.array([float(exact(one)) for one in z])
    own, radii = (true < 0).astype(np.int64), np.zeros(200)
    for ask in (verifier._forward, verifier._backward):
        assert (ask(z, 1 - own, radii, True) <= -np.abs(true)).all()
        assert (ask(z, own, radii, True) <= np.abs(true)).all()
        assert (ask(z, own, radii, True) >= -1e-12 * 1e6).all()
    monkeypatch.setattr(module, "UNIT", 0.0)
    assert (verifier._forward(z, 1 - own, radii, True) > -np.abs(true)).any()


def small_halves(scale):
    """The classes of z_1 > z_2 by logits, or by first neurons, of a small size."""
    small, large = (linear(torch.eye(2).tolist(), [0.0, 0.0]).double() for _ in range(2))
    small.weight.data.mul_(scale)
    large.weight.data.mul_(1e300)
    heads = nn.Sequential(small), nn.Sequential(small, large), nn.Sequential(small, nn.Sigmoid())
    return [
        Verifier(nn.Identity().eval(), nn.Sequential(head, nn.Softmax(dim=1)).eval(), 2)
        for head in heads
    ]


@pytest.mark.parametrize("scale", [1e-100, 1e-150, 1e-165, 1e-300, 1e-305, 5e-324])
def test_what_underflows_verifies_nothing_that_is_false(scale):
    z, own, far = np.array([[1.0, 0.3], [0.2, 0.9]]), np.array([0, 1]), np.full(2, 0.8)
    truth = 0.7 / np.sqrt(2)
    for verifier in small_halves(scale):
        assert (verifier.radii(z, own, far) <= truth).all()
        for ask in (verifier._forward, verifier._backward):
            assert not (ask(z, own, np.full(2, truth * 1.001), True) > 0).any()
            assert not (ask(z, own, np.full(2, 0.3501), False) > 0).any()
    if scale >= 1e-150:
        assert (small_halves(scale)[0].radii(z, own, far) > 0.998 * truth).all()


def test_without_its_share_for_underflow_a_false_ball_is_verified(monkeypatch):
    for part in (module, backward):
        monkeypatch.setattr(part, "TINY", 0.0)
    with pytest.raises(AssertionError):
        test_what_underflows_verifies_nothing_that_is_false(1e-165)


def test_halfplanes_are_enclosed_with_their_masses():
    head = nn.Sequential(linear([[1.0, 1.0], [0.0, 0.0]], [-0.5, 0.0]), nn.Softmax(dim=1)).eval()
    found = enclosed_radius(Verifier(nn.Identity().eval(), head, 2), halvings=8)
    cut = 0.5 / np.sqrt(2)
    truth = cut * (2 * ndtr(cut) - 1) + np.sqrt(2 / np.pi) * np.exp(-cut * cut / 2)
    radius = found.expected_radius
    assert radius.low < truth < radius.high
    assert radius.high - radius.low < 0.15 * truth
    masses = np.array([ndtr(-cut), ndtr(cut)])
    assert (found.masses_low <= masses).all()
    assert (masses <= found.masses_high).all()
    collision = found.collision_probability
    assert collision.low < masses @ masses < collision.high
    assert -np.log(masses @ masses) < found.entropy_bound < 2


@pytest.mark.parametrize("cut", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi / 4])
@pytest.mark.parametrize("halvings", [7, 9])
def test_halfplanes_are_enclosed_within_a_few_sides(cut, angle, halvings):
    half = nn.Linear(2, 2).double()
    half.weight.data.copy_(torch.tensor([[np.cos(angle), np.sin(angle)], [0.0, 0.0]]))
    half.bias.data.copy_(torch.tensor([-cut, 0.0]))
    verifier = Verifier(nn.Identity().eval(), nn.Sequential(half, nn.Softmax(1)).eval(), 2)
    found, side = enclosed_radius(verifier, halvings=halvings), 10 / 2**halvings
    truth = cut * (2 * ndtr(cut) - 1) + np.sqrt(2 / np.pi) * np.exp(-cut * cut / 2)
    assert truth - 2.6 * side < found.expected_radius.low < truth
    assert truth < found.expected_radius.high < truth + 1.15 * side
    # Of all the cells that a boundary passes, those far from 0 are not divided.
    assert found.evaluations < 1024 + 6 * 2**halvings


def test_a_curved_network_is_enclosed():
    verifier = Verifier(*networks("tanh"), 2)
    z = np.random.default_rng(0).standard_normal((150, 2))
    labels = verifier.labels(z)
    grid = np.stack(np.meshgrid(*2 * [np.linspace(-5, 5, 251)], indexing="ij"), -1).reshape(-1, 2)
    of_grid = verifier.labels(grid)
    distances = np.array(
        [
            np.linalg.norm(grid[of_grid != k] - one, axis=1).min()
            for one, k in zip(z, labels, strict=True)
        ]
    )
    radius = enclosed_radius(verifier, halvings=8).expected_radius
    error = 4 * distances.std() / np.sqrt(150) + 0.04
    assert radius.low < distances.mean() + error
    assert radius.high > distances.mean() - error
    assert radius.high - radius.low < 0.5 * distances.mean()


def test_the_users_modules_are_left_as_they_were():
    decoder, classifier = networks("autoencoder")
    Verifier(decoder, classifier, 2)
    assert next(decoder.parameters()).dtype == torch.float32
    assert decoder(torch.zeros(1, 2)).dtype == torch.float32


def test_layers_without_a_relaxation_are_refused():
    images = Reshape((1, 1, 2))
    for layer in (nn.RMSNorm(2), nn.LocalResponseNorm(1),
                  nn.Upsample(scale_factor=2, mode="area"), nn.Softshrink()):  # fmt: skip
        with pytest.raises(TypeError, match=f"^{type(layer).__name__}.*: expected linear layers"):
            Verifier(nn.Sequential(images, layer).eval(), nn.Softmax(dim=1).eval(), 2)
    for layer, message in ((nn.AdaptiveMaxPool2d((1, 3)), "a size that divides"),
                           (nn.Softplus(-2), "beta > 0"),
                           (nn.ELU(-2.0), "a positive alpha")):  # fmt: skip
        with pytest.raises(TypeError, match=f"^{type(layer).__name__}.*expected.* {message}"):
            Verifier(nn.Sequential(images, layer).eval(), nn.Softmax(dim=1).eval(), 2)
    for function, message in ((lambda _, x: torch.cat([x, x]), "cat: expected .* not in dim=0"),
                              (lambda _, x: x.mean(0, True), "mean: expected dim=0 to keep"),
                              (lambda _, x: x * torch.exp(x), "a function that")):  # fmt: skip
        with pytest.raises(TypeError, match=message):
            Verifier(nn.Identity().eval(), Written(function).eval(), 2)
    head = nn.Sequential(nn.Linear(3, 2), nn.Softmax(dim=1)).eval()
    verifier = Verifier(nn.Identity().eval(), head, 3)
    with pytest.raises(ValueError, match="dim=3"):
        enclosed_radius(verifier)
    with pytest.raises(ValueError, match="classifier is in training mode"):
        Verifier(nn.Identity().eval(), head.train(), 3)


def test_nothing_may_come_after_the_softmax():
    early = nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1), nn.Linear(3, 2)).eval()
    with pytest.raises(TypeError, match="after the softmax"):
        Verifier(nn.Identity().eval(), early, 2)


def test_a_division_inside_scales_what_follows():
    class Divided(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = linear([[1.0, 0.0], [0.0, 0.0]], [-1.0, 0.0])

        def forward(self, z):
            return torch.softmax(self.head(z / 4), dim=1)

    verifier = Verifier(nn.Identity().eval(), Divided().eval(), 2)
    # The boundary is at 4.
    found = verifier.radii(np.array([[6.0, 0.0]]), np.array([0]), np.array([4.0]))
    assert 1.99 < found[0] <= 2


def test_a_wide_network_is_gone_through_in_few_latents_at_a_time():
    wide = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Unflatten(1, (1, 2, 4)),
                         nn.Upsample(scale_factor=192), nn.AvgPool2d(192), nn.Flatten(),
                         nn.Linear(8, 3), nn.Softmax(1))  # fmt: skip
    torch.manual_seed(0)
    wide.apply(lambda one: one.reset_parameters() if isinstance(one, nn.Linear) else None)
    narrow = nn.Sequential(wide[0], wide[1], wide[6], wide[7])
    z = np.random.default_rng(0).standard_normal((40, 2))
    verifiers = [Verifier(nn.Identity().eval(), one.eval(), 2) for one in (wide, narrow)]
    batches: list[int] = []
    run = verifiers[0]._run
    verifiers[0]._run = lambda z, *rest: batches.append(len(z)) or run(z, *rest)
    labels = verifiers[1].labels(z)
    margins = [one.margins(z, labels, np.full(40, 0.1)) for one in verifiers]
    np.testing.assert_allclose(*margins, atol=1e-9)
    assert max(batches) * 8 * 192**2 < 2**20  # and three or four numbers a neuron
