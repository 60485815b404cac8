"""Networks read from files: they are the files' functions, and verified as their modules are."""

import json
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from simulations.generators import layers, translation  # noqa: E402
from simulations.generators.examination import Asked, loaded  # noqa: E402
from simulations.generators.files import load_model  # noqa: E402
from simulations.generators.images import adaptation  # noqa: E402
from simulations.generators.verification import Verifier  # noqa: E402
from tests.commands import here  # noqa: E402
from tests.onnx_files import onnx_model  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Using padding='same'"),
]
EPSILON = 2.0**-10
OPTIONS = {"channels": "3", "resize": "4", "scale": "-1,1:0,1"}
BETWEEN = adaptation(OPTIONS["scale"], OPTIONS["resize"], OPTIONS["channels"])


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.ConvTranspose2d(2, 4, 2, bias=False)
        self.norm = nn.BatchNorm2d(4, eps=EPSILON)
        self.leaky = nn.LeakyReLU(0.25)
        self.second = nn.ConvTranspose2d(4, 1, 4, stride=2, padding=1)

    def forward(self, z):
        hidden = self.leaky(self.norm(self.first(z[:, :, None, None])))
        return torch.tanh(self.second(hidden))


class Classifier(nn.Module):
    """Logits of images of three channels."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.pool, self.drop = nn.MaxPool2d(2), nn.Dropout()
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv(x)))
        return self.head(self.drop(x.view(x.size(0), -1)))


def pair():
    torch.manual_seed(0)
    decoder, classifier = Decoder(), Classifier().eval()
    with torch.no_grad():
        images = decoder(torch.randn(64, 2))
        classifier.head.weight.mul_(20)
        classifier.head.bias.sub_(classifier(BETWEEN(images)).mean(0))
    return decoder.eval(), classifier


def written(module, row, path, how):
    if how in ("exported", "decomposed"):
        free = ({0: torch.export.Dim("n", min=1)},)
        program = torch.export.export(module, (torch.zeros(3, *row),), dynamic_shapes=free)
        if how == "decomposed":
            program = program.run_decompositions()
        torch.export.save(program, path.with_suffix(".pt2"))
        return str(path.with_suffix(".pt2"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(module, torch.zeros(3, *row)) if how == "traced" else None
        torch.jit.save(traced or torch.jit.script(module), path.with_suffix(".pt"))
    return str(path.with_suffix(".pt"))


def arrays(module):
    return {name: one.numpy() for name, one in module.state_dict().items()}


def written_onnx(decoder, classifier, folder):
    ours, theirs = arrays(decoder), arrays(classifier)
    norm = ["weight", "bias", "running_mean", "running_var"]
    onnx_model(
        folder / "g.onnx",
        [
            ("Unsqueeze", ["z", "axes"], ["pixel"], {}),
            ("ConvTranspose", ["pixel", "first"], ["a"], {}),
            ("BatchNormalization", ["a", *norm], ["b"], {"epsilon": EPSILON}),
            ("LeakyRelu", ["b"], ["c"], {"alpha": 0.25}),
            ("ConvTranspose", ["c", "second", "bias2"], ["d"],
             {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
            ("Tanh", ["d"], ["images"], {}),
        ],
        [("z", "float", ["n", 2])],
        [("images", "float", ["n", 1, 4, 4])],
        [("axes", np.array([2, 3])), ("first", ours["first.weight"]),
         *((name, ours[f"norm.{name}"]) for name in norm),
         ("second", ours["second.weight"]), ("bias2", ours["second.bias"])],
    )  # fmt: skip
    onnx_model(
        folder / "c.onnx",
        [
            ("Conv", ["x", "conv", "bias"], ["a"], {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
            ("Relu", ["a"], ["b"], {}),
            ("MaxPool", ["b"], ["c"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
            # As exporters write x.view(x.size(0), -1).
            ("Shape", ["c"], ["shape"], {}),
            ("Gather", ["shape", "zero"], ["rows"], {}),
            ("Unsqueeze", ["rows", "axis"], ["row"], {}),
            ("Concat", ["row", "rest"], ["target"], {"axis": 0}),
            ("Reshape", ["c", "target"], ["flat"], {}),
            ("MatMul", ["flat", "head"], ["scores"], {}),
            ("Add", ["scores", "shift"], ["logits"], {}),
        ],
        [("x", "float", ["n", 3, 4, 4])],
        [("logits", "float", ["n", 3])],
        [("conv", theirs["conv.weight"]), ("bias", theirs["conv.bias"]),
         ("head", theirs["head.weight"].T.copy()), ("shift", theirs["head.bias"]),
         ("zero", np.array(0)), ("axis", np.array([0])), ("rest", np.array([-1]))],
    )  # fmt: skip
    return str(folder / "g.onnx"), str(folder / "c.onnx")


def limits(verifier):
    z = np.random.default_rng(0).standard_normal((20, verifier.dim))
    own = verifier.labels(z)
    return np.concatenate([verifier.margins(z, own, np.full(20, size)) for size in (0, 0.1, 0.5)])


@pytest.mark.parametrize("how", ["decomposed", "traced", "scripted", "onnx"])
def test_a_file_has_the_lower_limits_of_its_module(how, tmp_path):
    decoder, classifier = pair()
    if how == "onnx":
        files = written_onnx(decoder, classifier, tmp_path)
    else:
        files = (
            written(decoder, (2,), tmp_path / "g", how),
            written(classifier, (3, 4, 4), tmp_path / "c", how),
        )
    found = loaded(Asked(*files, dim=2, logits=True, **OPTIONS)).verifier()
    between = layers.adapting(BETWEEN, (1, 4, 4))
    own = Verifier(decoder, nn.Sequential(*between, classifier, nn.Softmax(dim=1)).eval(), 2)
    expected = limits(own)
    assert (expected > 0).any()
    assert (expected < 0).any()
    assert np.allclose(limits(found), expected, rtol=1e-9, atol=1e-9)


def test_the_command_verifies_files(tmp_path):
    decoder, classifier = written_onnx(*pair(), tmp_path)
    words = [f"--{name}={value}" for name, value in OPTIONS.items()]
    few = ("--samples", "20", "--mass-samples", "200", "--threshold", "0", "--latent", "uniform")
    models = ("--decoder", decoder, "--classifier", classifier, "--logits")
    ended = here("simulations.generator", [*models, *words, *few, "--verify", "--json"])
    assert ended.faults() == []
    found = json.loads(ended.out)
    assert found["verified"]["method"] == "balls"
    radius = found["argmax"]["expected_radius"]
    assert 0 < found["verified"]["low"] <= radius["low"] < radius["high"]
    data = tmp_path / "data.csv"
    data.write_text("0,0\n1,1\n2,3\n")
    cells = ("--decoder", "numpy:tanh", "--dim", "2", "--references", str(data))
    refused = here("simulations.generator", [*cells, *few, "--verify"])
    assert refused.faults(2) == []
    assert "expected --classifier with it, not --references" in refused.err


class TwoOutputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 4)

    def forward(self, x):
        return {"codes": x, "images": torch.sigmoid(self.head(x))}


def test_the_output_and_the_batch_of_a_file_are_its_own(tmp_path):
    x = torch.as_tensor(np.random.default_rng(2).standard_normal((5, 4)).astype(np.float32))
    torch.jit.save(torch.jit.trace(TwoOutputs(), x, strict=False), tmp_path / "g.pt")
    onnx_model(
        tmp_path / "g.onnx",
        # Another batch than 3 it would mix.
        [("Identity", ["x"], ["codes"], {}), ("MatMul", ["x", "w"], ["a"], {}),
         ("Reshape", ["a", "shape"], ["images"], {})],
        [("x", "float", [3, 4])],
        [("codes", "float", [3, 4]), ("images", "float", [3, 2, 2])],
        [("w", CONSTANT), ("shape", np.array([3, 2, 2]))],
    )  # fmt: skip
    for name in ("g.pt", "g.onnx"):
        model = load_model(str(tmp_path / name), "decoder", "images")
        theirs = torch.as_tensor(model(x if name == "g.pt" else x.numpy())).detach()
        ours = translation._network(model, x, "decoder")(x.double())
        assert ours.shape == theirs.shape
        assert np.allclose(ours.numpy(), theirs.numpy(), atol=1e-6)


def test_a_file_that_is_not_what_was_loaded_is_caught(tmp_path):
    decoder, classifier = pair()
    files = written_onnx(decoder, classifier, tmp_path)
    generator = loaded(Asked(*files, logits=True, **OPTIONS))
    with torch.no_grad():
        classifier.head.weight[0, 0] += 1e-4
    written_onnx(decoder, classifier, tmp_path)
    with pytest.raises(ValueError, match=r"verify: classifier=.*c\.onnx' differs by"):
        generator.verifier()
    other = loaded(Asked(*files, logits=True, **OPTIONS)).verifier()
    with torch.no_grad():
        classifier.head.weight[0, 0] -= 1e-4
    written_onnx(decoder, classifier, tmp_path)
    same = loaded(Asked(*files, logits=True, **OPTIONS)).verifier()
    assert np.abs(limits(other) - limits(same)).max() > 1e-6


def test_a_translation_that_is_wrong_is_caught(tmp_path, monkeypatch):
    files = written_onnx(*pair(), tmp_path)
    right = layers.Wiring.normalised

    def without_epsilon(self, x, weight, bias, mean, var, eps):
        return right(self, x, weight, bias, mean, var, 0.99 * eps)

    monkeypatch.setattr(layers.Wiring, "normalised", without_epsilon)
    with pytest.raises(ValueError, match=r"decoder=.*g\.onnx' differs by .* expected the same"):
        loaded(Asked(*files, logits=True, **OPTIONS)).verifier()


def bordered():
    torch.manual_seed(3)
    convs = [nn.Conv2d(2, 2, 3, padding=1, padding_mode=mode)
             for mode in ("reflect", "replicate", "circular")]  # fmt: skip
    images = nn.Linear(2, 50), nn.Unflatten(1, (2, 5, 5))
    inner = convs[0], nn.Mish(), convs[1], nn.Softplus(2), convs[2]
    network = nn.Sequential(*images, *inner, nn.MaxPool2d(3, 2, 1), nn.Flatten()).eval()
    head = nn.Sequential(nn.Linear(network(torch.zeros(1, 2)).shape[1], 3), nn.Softmax(1)).eval()
    return network, head


@pytest.mark.parametrize("how", ["exported", "decomposed", "traced"])
def test_borders_and_curves_in_a_file_lose_nothing(how, tmp_path, monkeypatch):
    decoder, head = bordered()
    model = load_model(written(decoder, (2,), tmp_path / "g", how), "decoder")
    x = np.random.default_rng(5).standard_normal((20, 2))
    expected = limits(Verifier(decoder, head, 2))
    found = translation.translated_verifier(model, head, x)
    assert (expected > 0).any()
    assert np.allclose(limits(found), expected, rtol=1e-8, atol=1e-8)
    whole = layers.Wiring.layer

    def damaged(self, module, value):
        if isinstance(module, layers.Nonnegative | layers.Moved | layers.Padded):
            module = nn.Sequential(module, layers.Scaled(scale=1.001))
        return whole(self, module, value)

    monkeypatch.setattr(layers.Wiring, "layer", damaged)
    with pytest.raises(ValueError, match=r"decoder=.* differs by .* expected the same function"):
        translation.translated_verifier(model, head, x)


class Added(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)


def drawn(seed):
    """A random network of images with layers of many kinds and slopes."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    slopes = nn.PReLU(2)
    nn.init.uniform_(slopes.weight, -1.5, 2.0)
    kinds = [
        slopes, nn.PReLU(init=rng.uniform(-1.5, 2)), nn.ELU(rng.uniform(0, 3)), nn.SELU(),
        nn.CELU(rng.uniform(0.2, 3)), nn.LogSigmoid(), nn.Softsign(), nn.ReLU6(), nn.Hardsigmoid(),
        nn.Hardtanh(*sorted(rng.standard_normal(2))), nn.LeakyReLU(rng.uniform(-1, 3)),
        nn.GroupNorm(1, 2), nn.InstanceNorm2d(2), nn.MaxPool2d(2, 1, 1, dilation=2),
        nn.MaxPool2d((1, 3), 1, (0, 1), dilation=(1, 2)),
        Added(nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.SELU())), nn.Hardswish(),
    ]  # fmt: skip
    inner = [kinds[one] for one in rng.permutation(len(kinds))[:4]]
    inner.insert(2, nn.Conv2d(2, 2, 3, padding=1))
    images = nn.Sequential(nn.Linear(2, 32), nn.Unflatten(1, (2, 4, 4)), *inner, nn.Flatten())
    head = nn.Linear(images(torch.zeros(1, 2)).shape[1], 3)
    nn.init.normal_(head.weight)
    return images.eval(), nn.Sequential(head, nn.Softmax(1)).eval()


def sampled(verifier, z, own, radius):
    """Least margins of points of balls."""
    offset = np.random.default_rng(1).standard_normal((400, 1, 2))
    offset *= radius / np.maximum(np.linalg.norm(offset, axis=2, keepdims=True), 1)
    logs = verifier._probabilities((z + offset).reshape(-1, 2)).log().reshape(400, len(z), -1)
    logs = logs.detach().numpy()
    margins = np.take_along_axis(logs, own[None, :, None], 2) - logs
    margins[:, np.arange(len(z)), own] = np.inf
    return margins.min(axis=(0, 2))


@pytest.mark.parametrize("seed", range(12))
def test_a_random_network_has_one_lower_limit_by_all_three_doors(seed, tmp_path):
    images, head = drawn(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            images, (torch.zeros(3, 2),), tmp_path / "g.onnx", dynamo=False, opset_version=17,
            input_names=["z"], dynamic_axes={"z": {0: "n"}},
        )  # fmt: skip
    files = str(tmp_path / "g.onnx"), written(images, (2,), tmp_path / "g", "exported")
    z = np.random.default_rng(seed).standard_normal((20, 2))
    verifier = Verifier(images, head, 2)
    own = verifier.labels(z)
    doors = [translation.translated_verifier(load_model(one, "decoder"), head, z) for one in files]
    for radius in (0.0, 0.05, 0.4):
        radii = np.full(20, radius)
        expected = verifier.margins(z, own, radii)
        assert (expected <= sampled(verifier, z, own, radius) + 1e-12).all()
        for door in doors:
            # Some slopes are in single precision in files.
            assert np.allclose(door.margins(z, own, radii), expected, rtol=1e-5, atol=1e-5)


CONSTANT = np.random.default_rng(0).standard_normal((4, 4)).astype(np.float32)
IMAGES = np.abs(np.random.default_rng(1).standard_normal((2, 1, 1))).astype(np.float32)
WINDOW = {"kernel_shape": [2, 2], "strides": [2, 2]}
ONNX = {
    "Gemm": [("Gemm", ["x", "w", "v"], ["y"], {"alpha": 0.5, "beta": 2.0, "transB": 1})],
    "sums": [("MatMul", ["x", "w"], ["a"], {}), ("Relu", ["a"], ["b"], {}),
             ("Sub", ["b", "x"], ["c"], {}), ("Add", ["c", "x"], ["y"], {})],
    "constants": [("Sub", ["v", "x"], ["a"], {}), ("Div", ["a", "v"], ["b"], {}),
                  ("Mul", ["v", "b"], ["c"], {}), ("Neg", ["c"], ["y"], {})],
    "cut off": [("Clip", ["x", "", "half"], ["a"], {}), ("Clip", ["a", "low"], ["y"], {})],
    "folded": [("Transpose", ["w"], ["t"], {}), ("Mul", ["t", "t"], ["s"], {}),
               ("MatMul", ["x", "s"], ["y"], {})],
    "SiLU": [("Sigmoid", ["x"], ["a"], {}), ("Mul", ["x", "a"], ["y"], {})],
    # As exporters write them.
    "GELU": [("Div", ["x", "root"], ["a"], {}), ("Erf", ["a"], ["b"], {}),
             ("Add", ["b", "unit"], ["c"], {}), ("Mul", ["x", "c"], ["d"], {}),
             ("Mul", ["d", "half"], ["y"], {})],
    "GELU by tanh": [("Mul", ["x", "x"], ["a"], {}), ("Mul", ["x", "a"], ["b"], {}),
                     ("Mul", ["b", "cube"], ["c"], {}), ("Add", ["x", "c"], ["d"], {}),
                     ("Mul", ["d", "scale"], ["e"], {}), ("Tanh", ["e"], ["f"], {}),
                     ("Add", ["f", "unit"], ["g"], {}), ("Mul", ["x", "half"], ["h"], {}),
                     ("Mul", ["h", "g"], ["y"], {})],
    "by powers": [("Tanh", ["x"], ["t"], {}), ("Pow", ["t", "three"], ["a"], {}),
                  ("Mul", ["a", "cube"], ["b"], {}), ("Add", ["b", "t"], ["c"], {}),
                  ("Mul", ["c", "scale"], ["d"], {}), ("Tanh", ["d"], ["e"], {}),
                  ("Add", ["e", "unit"], ["f"], {}), ("Mul", ["f", "t"], ["y"], {})],
    "Mish": [("Softplus", ["x"], ["a"], {}), ("Tanh", ["a"], ["b"], {}),
             ("Mul", ["x", "b"], ["c"], {}), ("Elu", ["c"], ["d"], {}),
             ("HardSwish", ["d"], ["y"], {})],
    "quotient": [("Neg", ["x"], ["a"], {}), ("Exp", ["a"], ["b"], {}),
                 ("Add", ["unit", "b"], ["c"], {}), ("Div", ["x", "c"], ["y"], {})],
    # As exporters write softplus, here with another beta.
    "softplus": [("Mul", ["x", "three"], ["a"], {}), ("Exp", ["a"], ["b"], {}),
                 ("Add", ["b", "unit"], ["c"], {}), ("Log", ["c"], ["d"], {}),
                 ("Div", ["d", "three"], ["e"], {}), ("Greater", ["a", "twenty"], ["f"], {}),
                 ("Where", ["f", "x", "e"], ["g"], {}), ("Tanh", ["g"], ["h"], {}),
                 ("Sigmoid", ["h"], ["y"], {})],
    "of a multiple": [("Mul", ["x", "three"], ["a"], {}), ("Sigmoid", ["a"], ["b"], {}),
                      ("Mul", ["b", "x"], ["y"], {})],
    "ELUs": [("Elu", ["x"], ["a"], {"alpha": 0.4}), ("Celu", ["a"], ["b"], {"alpha": 1.5}),
             ("Selu", ["b"], ["c"], {}), ("Neg", ["c"], ["d"], {}),
             ("Selu", ["d"], ["e"], {"alpha": 0.5, "gamma": 3.0}),
             ("Elu", ["e"], ["y"], {"alpha": 2.5})],
    "log sigmoid": [("Sigmoid", ["x"], ["a"], {}), ("Log", ["a"], ["b"], {}),
                    ("Mul", ["b", "cube"], ["c"], {}), ("Neg", ["c"], ["y"], {})],
    "softsign": [("Softsign", ["x"], ["a"], {}), ("Mul", ["a", "three"], ["b"], {}),
                 ("Abs", ["b"], ["c"], {}), ("Add", ["c", "unit"], ["d"], {}),
                 ("Div", ["b", "d"], ["y"], {})],
    "rectified": [("PRelu", ["x", "v"], ["a"], {}), ("PRelu", ["a", "negative"], ["b"], {}),
                  ("LeakyRelu", ["b"], ["c"], {"alpha": -2.0}),
                  ("HardSigmoid", ["c"], ["d"], {}),
                  ("HardSigmoid", ["d"], ["y"], {"alpha": 2.0, "beta": -1.0})],
    "never beyond": [("Clip", ["x", "low", "half"], ["c"], {}), ("Mul", ["c", "three"], ["a"], {}),
                     ("Exp", ["a"], ["b"], {}), ("Add", ["b", "unit"], ["d"], {}),
                     ("Log", ["d"], ["e"], {}), ("Mul", ["e", "three"], ["f"], {}),
                     ("Softplus", ["f"], ["g"], {}), ("Div", ["g", "three"], ["h"], {}),
                     ("Greater", ["f", "twenty"], ["i"], {}),
                     ("Where", ["i", "e", "h"], ["y"], {})],
    "side by side": [("Gather", ["x", "order"], ["a"], {"axis": 1}),
                     ("Concat", ["x", "a"], ["y"], {"axis": -1})],
    "softmax": [("LogSoftmax", ["x"], ["y"], {})],
    "nothing": [("Identity", ["x"], ["a"], {}), ("Dropout", ["a"], ["b"], {}),
                ("Cast", ["b"], ["y"], {"to": 1})],
    "shapes": [("Unsqueeze", ["x", "two"], ["a"], {}), ("Transpose", ["a"], ["b"],
               {"perm": [0, 2, 1]}), ("Squeeze", ["b", "one"], ["c"], {}),
               ("Sigmoid", ["c"], ["y"], {})],
}  # fmt: skip
# Of as many images as there are.
SIZED = [("Shape", ["x"], ["counts"], {"end": 2}),
         ("Concat", ["counts", "rows and columns"], ["sizes"], {"axis": 0})]  # fmt: skip
OF_IMAGES = {
    "means": [("AveragePool", ["x"], ["a"], {**WINDOW, "pads": [1, 1, 1, 1]}),
              ("ReduceMean", ["a"], ["y"], {"axes": [2, 3], "keepdims": 0})],
    "one mean": [("Mul", ["x", "images"], ["a"], {}), ("GlobalAveragePool", ["a"], ["y"], {})],
    "larger": [("Resize", ["x", "", "scales"], ["y"],
                {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"})],
    "larger by lines": [("Resize", ["x", "", "scales"], ["y"], {"mode": "linear"})],
    "to corners": [("Resize", ["x", "", "scales"], ["y"],
                    {"mode": "linear", "coordinate_transformation_mode": "align_corners"})],
    "convolved aside": [("Conv", ["x", "windows"], ["a"], {"pads": [0, 1, 2, 0]}),
                        ("ConvTranspose", ["a", "windows"], ["y"],
                         {"pads": [1, 0, 0, 2], "strides": [2, 2]})],
    "convolved to the same": [("Conv", ["x", "windows"], ["a"], {"auto_pad": "SAME_UPPER"}),
                              ("Conv", ["a", "windows"], ["b"], {"auto_pad": "SAME_LOWER"}),
                              ("AveragePool", ["b"], ["y"], {"auto_pad": "SAME_UPPER", **WINDOW})],
    "padded": [("Pad", ["x", "sides", "half"], ["a"], {}),
               ("Pad", ["a", "inside"], ["b"], {"mode": "reflect"}),
               ("Pad", ["b", "inside"], ["c"], {"mode": "edge"}),
               ("Pad", ["c", "right"], ["y"], {"mode": "reflect"})],
    "larger than once": [*SIZED, ("Resize", ["x", "", "", "sizes"], ["y"],
                          {"coordinate_transformation_mode": "asymmetric",
                           "nearest_mode": "ceil"})],
    "nearest, not twice": [("Resize", ["x", "", "factors"], ["y"],
                            {"nearest_mode": "round_prefer_ceil"})],
    "from the corner": [("Resize", ["x", "", "factors"], ["y"],
                         {"mode": "linear", "coordinate_transformation_mode": "asymmetric"})],
    "by cubics": [("Resize", ["x", "", "factors"], ["y"], {"mode": "cubic"})],
    "by cubics inside": [*SIZED, ("Resize", ["x", "", "", "sizes"], ["y"],
                          {"mode": "cubic", "cubic_coeff_a": -0.5, "exclude_outside": 1,
                           "coordinate_transformation_mode": "pytorch_half_pixel"})],
    "by cubics to corners": [*SIZED, ("Resize", ["x", "", "", "sizes"], ["y"],
                              {"mode": "cubic",
                               "coordinate_transformation_mode": "align_corners"})],
    "pooled aside": [("MaxPool", ["x"], ["a"],
                      {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [0, 1, 2, 0]}),
                     ("AveragePool", ["a"], ["b"], {**WINDOW, "pads": [0, 1, 1, 0]}),
                     ("AveragePool", ["b"], ["y"], {"kernel_shape": [2, 2], "pads": [1, 0, 0, 1],
                                                    "count_include_pad": 1})],
    "pooled up": [("MaxPool", ["x"], ["y"], {"kernel_shape": [3, 3], "strides": [2, 2],
                                             "pads": [0, 1, 0, 1], "ceil_mode": 1})],
    "pooled with gaps": [("MaxPool", ["x"], ["a"], {"kernel_shape": [3, 2], "dilations": [2, 2],
                                                    "pads": [1, 1, 2, 0], "strides": [1, 2]}),
                         ("MaxPool", ["a"], ["y"], {"kernel_shape": [2, 2], "dilations": [2, 1],
                                                    "ceil_mode": 1, "strides": [2, 1]})],
    "the largest": [("GlobalMaxPool", ["x"], ["y"], {})],
    "by channels": [("PRelu", ["x", "images"], ["y"], {})],
    "normalised": [("InstanceNormalization", ["x", "pair", "pair"], ["a"], {"epsilon": 0.25}),
                   ("LayerNormalization", ["a", "v"], ["b"], {"axis": 3}),
                   ("LayerNormalization", ["b", "v", "v"], ["y"], {"axis": -2})],
    "around": [("Slice", ["x", "minus", "end", "last axis"], ["a"], {}),
               ("Concat", ["a", "x"], ["b"], {"axis": 3}),
               ("DepthToSpace", ["b", ], ["y"], {"blocksize": 1})],
    "backward": [("Slice", ["x", "minus", "first", "last axis", "minus"], ["y"], {})],
    "padded mean": [("AveragePool", ["x"], ["y"],
                     {**WINDOW, "pads": [1, 1, 1, 1], "count_include_pad": 1})],
}  # fmt: skip
WEIGHTS = [("w", CONSTANT), ("v", CONSTANT[0]), ("one", np.array([1])), ("two", np.array([2])),
           ("images", IMAGES), ("scales", np.float32([1, 1, 2, 3])),
           ("unit", np.float32(1)), ("root", np.float32(2**0.5)), ("cube", np.float32(0.044715)),
           ("scale", np.float32((2 / np.pi) ** 0.5)), ("three", np.float32(3)),
           ("sides", np.array([0, 1, 0, 2, 0, 0, 1, -1])),
           ("right", np.array([0] * 7 + [2])), ("inside", np.array([0, 0, 1, 0, 0, 0, 0, 2])),
           ("windows", np.float32(np.arange(16)).reshape(2, 2, 2, 2) / 10 - 0.7),
           ("twenty", np.float32(20)), ("order", np.array([2, 0])),
           ("rows and columns", np.array([7, 3])), ("factors", np.float32([1, 1, 1.5, 2.3])),
           ("none", np.array([0])), ("minus", np.array([-1])), ("end", np.array([2**60])),
           ("negative", np.float32([-1])), ("pair", np.float32([0.5, -2])),
           ("first", np.array([-9])), ("last axis", np.array([3])), ("half", np.float32(0.5)),
           ("low", np.float32(-0.25))]  # fmt: skip


def onnx_translated(path, nodes, row):
    used = {name for node in nodes for name in node[1]}
    onnx_model(
        path,
        nodes,
        [("x", "float", ["n", *row])],
        [("y", "float", None)],
        [one for one in WEIGHTS if one[0] in used],
    )
    model = load_model(str(path), "decoder")
    x = np.random.default_rng(2).standard_normal((5, *row)).astype(np.float32)
    network = translation._network(model, torch.as_tensor(x), "decoder")
    return network(torch.as_tensor(x).double()).numpy(), model(x)


@pytest.mark.parametrize("name", [*ONNX, *OF_IMAGES])
def test_onnx_nodes_are_translated(name, tmp_path):
    row = (4,) if name in ONNX else (2, 4, 4)
    ours, theirs = onnx_translated(tmp_path / "m.onnx", (ONNX | OF_IMAGES)[name], row)
    assert ours.shape == theirs.shape
    assert np.allclose(ours, theirs, atol=1e-5)


# What torch cannot write, or older versions of ONNX do not have.
BY_HAND = {
    "around": (nn.CircularPad2d((1, 2, 0, 3)), [("sides", np.array([0, 0, 0, 1, 0, 0, 3, 2]))],
               ("Pad", ["x", "sides"], ["y"], {"mode": "wrap"})),
    "around, and less": (nn.CircularPad2d((2, -1, -1, 1)),
                         [("sides", np.array([-1, 2, 1, -1])), ("axes", np.array([2, 3]))],
                         ("Pad", ["x", "sides", "", "axes"], ["y"], {"mode": "wrap"})),
    "nearest, exactly": (nn.Upsample((7, 6), mode="nearest-exact"),
                         [("sizes", np.array([5, 2, 7, 6]))],
                         ("Resize", ["x", "", "", "sizes"], ["y"],
                          {"nearest_mode": "round_prefer_ceil"})),
    "nearest, exactly twice": (nn.Upsample(scale_factor=2, mode="nearest-exact"),
                               [("scales", np.float32([1, 1, 2, 2]))],
                               ("Resize", ["x", "", "scales"], ["y"],
                                {"nearest_mode": "round_prefer_ceil"})),
    "fewer, exactly": (nn.Upsample((3, 2), mode="nearest-exact"),
                       [("sizes", np.array([5, 2, 3, 2]))],
                       ("Resize", ["x", "", "", "sizes"], ["y"],
                        {"nearest_mode": "round_prefer_ceil"})),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_nodes_by_hand_are_their_layers_and_have_their_lower_limits(name, tmp_path):
    layer, weights, node = BY_HAND[name]
    torch.manual_seed(6)
    first = nn.Sequential(nn.Linear(2, 32), nn.Unflatten(1, (2, 4, 4)))
    images = nn.Sequential(*first, layer, nn.Flatten()).eval()
    head = nn.Sequential(nn.Linear(images(torch.zeros(1, 2)).shape[1], 3), nn.Softmax(1)).eval()
    ours = arrays(first)
    onnx_model(
        tmp_path / "m.onnx",
        [("Gemm", ["z", "w", "b"], ["a"], {"transB": 1}),
         ("Reshape", ["a", "row"], ["x"], {}), node],
        [("z", "float", [5, 2])],
        [("y", "float", None)],
        [*weights, ("w", ours["0.weight"]), ("b", ours["0.bias"]),
         ("row", np.array([5, 2, 4, 4]))],
        opset=19,
    )  # fmt: skip
    z = np.random.default_rng(4).standard_normal((5, 2))
    model = load_model(str(tmp_path / "m.onnx"), "decoder")
    theirs = model(z.astype(np.float32))
    images, flat = images[:-1].eval(), nn.Sequential(nn.Flatten(), *head).eval()
    assert np.allclose(theirs, images(torch.as_tensor(z).float()).detach().numpy(), atol=1e-6)
    found = translation.translated_verifier(model, flat, z)
    assert np.allclose(limits(found), limits(Verifier(images, flat, 2)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (
            [("Relu", ["x"], ["a"], {}), ("Sin", ["a"], ["y"], {"name": "wave"})],
            "'wave' .Sin. is of no kind that",
        ),
        ([("Mul", ["x", "x"], ["y"], {})], "'y' .Mul. is no linear function"),
        (
            [("Erf", ["x"], ["e"], {}), ("Neg", ["e"], ["a"], {}), ("Relu", ["a"], ["y"], {})],
            "'a' .Neg. is no linear function",
        ),
        ([("Relu", ["x"], ["a"], {}), ("Mul", ["x", "a"], ["y"], {})], "'y' .Mul. is no linear"),
        (
            [("LayerNormalization", ["x", "v"], ["y"], {"axis": 0})],
            "'y' .LayerNormalization. normalises by statistics of the batch",
        ),
        ([("Transpose", ["x"], ["y"], {})], "'y' .Transpose. moves the axis of the rows"),
        ([("MatMul", ["w", "x"], ["y"], {})], "'y' .MatMul. takes the input in another"),
        ([("Softmax", ["x"], ["y"], {"axis": 0})], "'y' .Softmax. takes it of shape"),
        ([("Concat", ["x", "x"], ["y"], {"axis": 0})], "'y' .Concat. puts rows beside each"),
        ([("Slice", ["x", "minus", "first", "none", "minus"], ["y"], {})], "'y' .Slice. mixes"),
        (
            [
                ("Greater", ["x", "half"], ["a"], {}),
                ("Where", ["a", "x", "half"], ["b"], {}),
                ("Relu", ["b"], ["y"], {}),
            ],
            "'b' .Where. is no linear function",
        ),
    ],
)
def test_onnx_nodes_that_are_not_known_are_refused_by_name(nodes, message, tmp_path):
    with pytest.raises(TypeError, match=rf"verify: decoder=.*m\.onnx': its node {message}"):
        onnx_translated(tmp_path / "m.onnx", nodes, (4,))


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (
            [
                *SIZED,
                (
                    "Resize",
                    ["x", "", "", "sizes"],
                    ["y"],
                    {"coordinate_transformation_mode": "half_pixel_symmetric"},
                ),
            ],
            "'y' .Resize. resizes with coordinates half_pixel_symmetric",
        ),
        (
            [
                (
                    "MaxPool",
                    ["x"],
                    ["y"],
                    {"kernel_shape": [2, 2], "pads": [1] * 4, "dilations": [5, 5]},
                )
            ],
            "'y' .MaxPool. has windows beyond its image of 4 pixels",
        ),
    ],
)
def test_onnx_nodes_of_images_that_are_not_known_are_refused_by_name(nodes, message, tmp_path):
    with pytest.raises(TypeError, match=rf"verify: decoder=.*m\.onnx': its node {message}"):
        onnx_translated(tmp_path / "m.onnx", nodes, (2, 4, 4))


class Operations(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.as_tensor(CONSTANT))

    def forward(self, x):
        x = x + torch.relu(x @ self.weight).clamp(0.1, 2) / 2
        x = x * x.new_full((1, 1), 0.75).cos()
        x = functional.silu(x) + functional.mish(functional.gelu(x * torch.sigmoid(x)))
        x = functional.hardswish(x) + x * functional.relu6(x + 3) / 6
        x = functional.softplus(functional.elu(functional.gelu(x, approximate="tanh")))
        x = functional.relu6(functional.hardtanh(x, -3, 3) + 3).clamp(min=1)
        x = (1 - x * self.weight[0]).reshape(x.shape[0], 1, 2, 2)
        x = functional.interpolate(x, scale_factor=2.0, mode="nearest").transpose(2, 3)
        x = functional.pad(functional.pad(x, (1, 0, 0, 2)), (0, 1, 1, 0), value=0.5)
        x = functional.pad(functional.pad(x, (1, 0, 1, 0), "reflect"), (0, 1, 0, 0), "replicate")
        x = functional.interpolate(x, scale_factor=1.5, mode="bilinear")
        x = functional.interpolate(x, size=(4, 4), mode="bilinear", align_corners=True)
        x = functional.conv2d(x, self.weight[None, None, :2, :3], padding="same")
        x = functional.avg_pool2d(x, 2, stride=1, padding=1) - functional.adaptive_avg_pool2d(x, 5)
        x = torch.cat([self.weight, self.weight])[0, 0] * x.permute(0, 1, 3, 2)
        return torch.log_softmax(torch.sigmoid(x).mean((2, 3)).neg(), 1)


class Places(nn.Module):
    """What moves, repeats and enlarges pixels, and curves in other words."""

    def forward(self, x):
        x = torch.cat([x, x.new_ones((x.size(0), 1)), x[:, 2:], -2 * x[:, :1]], 1)
        x = functional.pad(x.reshape(-1, 2, 2, 2), (1, 0, 1, 1), "circular").flip(3)
        one = x.narrow(1, 0, 1).select(1, 0)[:, None].expand(-1, 2, -1, -1).repeat(1, 1, 2, 1)
        one = one[:, :, :, [0, 1, 1, 2, 0, 1]][:, :, torch.tensor([0, 1, 2, 3, 3, 0])]
        x = functional.pixel_shuffle(x.roll(1, 2).repeat_interleave(4, 1), 2)
        x = torch.cat([x[:, :, :4], one], -2)
        x = functional.interpolate(x, scale_factor=1.5, mode="bicubic")
        x = functional.interpolate(x, size=(5, 7), mode="bicubic", align_corners=True)
        x = functional.max_pool2d(x, 3, 2, padding=1, ceil_mode=True)
        x = x * torch.tanh(torch.log1p(x.exp())) + torch.log(1 + torch.exp(x))
        x = torch.sigmoid(1.7 * x) * x + functional.softplus(x, beta=2)
        x = torch.where(x > 20, x, torch.log1p(torch.exp(x)))
        x = x + functional.adaptive_avg_pool2d(x, 1) - x.mean((2, 3), keepdim=True)
        # Of what is nowhere beyond the threshold.
        x = functional.softplus(torch.log(1 + torch.exp(functional.hardtanh(x, 0, 2))), 1.5)
        return torch.where(x > 0, x, x.expm1()).mean((2, 3))


class Rectified(nn.Module):
    """Rectifiers and exponentials of all kinds, and largest of windows with gaps."""

    def __init__(self):
        super().__init__()
        self.slopes = nn.Parameter(torch.tensor([1.5, -0.5]))
        self.norm = nn.InstanceNorm2d(2, track_running_stats=True)
        self.norm.running_mean += 0.5

    def forward(self, x):
        x = functional.selu(functional.celu(functional.elu(2 * x, 0.5), 0.7))
        x = functional.prelu(torch.cat([x, 1 - x], 1).reshape(-1, 2, 2, 2), self.slopes)
        x = functional.softsign(self.norm(x)) + functional.hardsigmoid(3 * x)
        x = functional.logsigmoid(functional.rrelu(x)) - functional.leaky_relu(x - 1, -2.0)
        x = functional.channel_shuffle(functional.tanhshrink(x).clip(-1, 1).clamp(max=0.9), 2)
        x = functional.alpha_dropout(functional.feature_alpha_dropout(x))
        x = functional.max_pool2d(x, 2, 1, 1, dilation=2)
        x = functional.layer_norm(functional.group_norm(x, 2, self.slopes, -self.slopes), (2, 2))
        x = functional.instance_norm(x, weight=self.slopes, bias=self.slopes)
        return torch.cat([x.mean((2, 3)), functional.adaptive_max_pool2d(x, 1).flatten(1)], 1)


class Wave(nn.Module):
    def forward(self, x):
        return torch.sin(x)


@pytest.mark.parametrize("how", ["exported", "decomposed", "traced"])
def test_operations_of_torch_are_translated_or_refused_by_name(how, tmp_path):
    x = torch.as_tensor(np.random.default_rng(2).standard_normal((5, 4)).astype(np.float32))

    def translated(module):
        path = written(module.eval(), (4,), tmp_path / type(module).__name__, how)
        model = load_model(path, "decoder")
        return translation._network(model, x, "decoder")(x.double()).numpy(), model(x)

    # What is taken apart in pieces is read where they make a curve that is known.
    for module in (Operations(), Places(), *([] if how == "decomposed" else [Rectified()])):
        ours, theirs = translated(module)
        assert np.allclose(ours, theirs.detach().numpy(), atol=1e-5)
    if how == "traced":
        with pytest.raises(
            TypeError, match=r"verify: decoder=.*its node '.*' .aten::sin. is of no kind"
        ):
            translated(Wave())
