"""Generators from files: what is read, how they are fitted together, and what is refused how."""

import io
import json
import textwrap

import numpy as np
import pytest
import scipy.special

from bounds.support.errors import InvalidValueError
from simulations.generators.contract import ImageFunction, array
from simulations.generators.examination import Asked, loaded
from simulations.generators.files import load_model
from simulations.generators.generator import check_generator
from simulations.generators.images import Adaptation, adaptation, doubts, interpolation
from tests import faults
from tests.commands import environment, here, piped, startup, without
from tests.onnx_files import onnx_model

WEIGHTS = np.random.default_rng(0).standard_normal((8, 64)).astype(np.float32)
HEADS = np.random.default_rng(1).standard_normal((64, 3)).astype(np.float32)
SMALL = ("--samples", "40", "--mass-samples", "500")


def decode(z):
    return np.tanh(z.reshape(len(z), -1) @ WEIGHTS).reshape(-1, 1, 8, 8)


def judge(images):
    return scipy.special.softmax(images.reshape(len(images), -1).astype(float) @ HEADS, axis=1)


@pytest.fixture
def onnx_decoder(tmp_path):
    """Latents (n, 8, 1, 1) to images, and to codes besides."""

    def made(batch="n", name="g.onnx", two=True):
        onnx_model(
            tmp_path / name,
            [
                ("Flatten", ["z"], ["flat"], {"axis": 1}),
                ("MatMul", ["flat", "w"], ["pixels"], {}),
                ("Tanh", ["pixels"], ["tanh"], {}),
                ("Reshape", ["tanh", "shape"], ["images"], {}),
            ],
            [("z", "float", [batch, 8, 1, 1])],
            [("images", "float", [batch, 1, 8, 8])] + ([("flat", "float", [batch, 8])] * two),
            [("w", WEIGHTS), ("shape", np.array([-1, 1, 8, 8]))],
        )
        return str(tmp_path / name)

    return made


@pytest.fixture
def onnx_classifier(tmp_path):
    def made(row=(1, 8, 8), batch="n", softmax=True, name="c.onnx"):
        last = [("Softmax", ["scores"], ["p"], {"axis": 1})] if softmax else []
        onnx_model(
            tmp_path / name,
            [
                ("Flatten", ["x"], ["flat"], {"axis": 1}),
                ("MatMul", ["flat", "w"], ["scores"], {}),
                *last,
            ],
            [("x", "float", [batch, *row])],
            [("p" if softmax else "scores", "float", [batch, 3])],
            [("w", np.resize(HEADS, (int(np.prod(row)), 3)))],
        )
        return str(tmp_path / name)

    return made


def normal(size, dim=8, seed=0):
    return np.random.default_rng(seed).standard_normal((size, dim))


def answers(generator, z):
    images = ImageFunction(generator.decoder, "decoder", z[:2])(z)
    return array(ImageFunction(generator.classifier, "classifier", images)(images))


@pytest.mark.parametrize("batch", ["n", 1, 5])
def test_onnx_says_its_shapes_types_and_batches(batch, onnx_decoder, onnx_classifier):
    path = onnx_decoder(batch)
    model = load_model(path, "decoder", "images")
    assert (model.row, model.dtype, model.outputs) == ((8, 1, 1), "float32", ("images", "flat"))
    assert (model.fewest, model.most) == ((1, 2**31) if batch == "n" else (batch, batch))
    generator = loaded(Asked(path, onnx_classifier(), decoder_output="images"))
    assert generator.dim == 8
    z = normal(13)
    assert np.allclose(answers(generator, z), judge(decode(z)), atol=1e-5)


def test_outputs_are_chosen_by_name(onnx_decoder, onnx_classifier):
    path = onnx_decoder()
    with pytest.raises(ValueError, match=r"2 outputs, images, flat.*--decoder-output"):
        loaded(Asked(path, onnx_classifier()))
    with pytest.raises(ValueError, match=r"decoder_output='mean'.*images, flat"):
        loaded(Asked(path, onnx_classifier(), decoder_output="mean"))
    assert loaded(Asked(onnx_decoder(two=False, name="h.onnx"), onnx_classifier())).dim == 8


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [
        ((1, 8, 8), {"dim": 9}, "dim=9.*8, 1, 1.*--dim 8"),
        ((1, 8, 8), {"latent_shape": "8,1"}, "latent_shape=8,1.*8, 1, 1"),
        ((1, 8, 8), {"latent_shape": "4,1,1", "dim": 8}, "holds 4 numbers"),
        ((1, 8, 8), {"latent": "sphere=0"}, "latent="),
        ((3, 8, 8), {}, r"takes float32 of shape \(n, 3, 8, 8\).*--channels 3"),
        ((1, 28, 28), {}, "--resize 28"),
        ((3, 32, 28), {}, "--channels 3 --resize 32,28"),
        ((1, 8, 8), {"resize": "9"}, "--resize 8"),
        ((1, 8, 8), {"scale": "0,1"}, "scale="),
        ((1, 8, 8), {"scale": "1,0:0,1"}, "scale="),
        ((1, 8, 8), {"channels": "2"}, "channels="),
    ],
)
def test_what_does_not_fit_is_refused_with_what_mends_it(
    row, options, message, onnx_decoder, onnx_classifier
):
    with pytest.raises(ValueError, match=message):
        loaded(Asked(onnx_decoder(two=False), onnx_classifier(row), **options))


def test_logits_are_told(onnx_decoder, onnx_classifier):
    plain = onnx_decoder(two=False), onnx_classifier(softmax=False)
    with pytest.raises(ValueError, match="--logits"):
        loaded(Asked(*plain))
    z = normal(7)
    assert np.allclose(answers(loaded(Asked(*plain, logits=True)), z), judge(decode(z)), atol=1e-5)


def test_the_softmax_is_not_taken_twice(onnx_decoder, onnx_classifier):
    with pytest.raises(ValueError, match="leave out --logits"):
        loaded(Asked(onnx_decoder(two=False), onnx_classifier(), logits=True))


def test_equal_numbers_of_another_shape_fit(onnx_decoder, onnx_classifier):
    z = normal(7)
    for row in ((8, 8), (64,)):
        generator = loaded(Asked(onnx_decoder(two=False), onnx_classifier(row)))
        assert np.allclose(answers(generator, z), judge(decode(z)), atol=1e-5)


def torch_pair():
    torch = pytest.importorskip("torch")

    class Decoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.from_numpy(WEIGHTS))

        def forward(self, z):
            return {"images": torch.tanh(z @ self.weight).reshape(-1, 1, 8, 8), "latents": z}

    class Classifier(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.heads = torch.nn.Parameter(torch.from_numpy(HEADS))

        def forward(self, x):
            return torch.softmax(x.flatten(1) @ self.heads, dim=1)

    return torch, Decoder().eval(), Classifier().eval()


@pytest.mark.parametrize("limits", [None, (1, 100), (3, 3)])
def test_exported_programs_say_theirs(limits, tmp_path):
    torch, decoder, classifier = torch_pair()
    for name, module, row in (("g", decoder, (8,)), ("c", classifier, (1, 8, 8))):
        free = None if limits == (3, 3) else ({0: torch.export.Dim.AUTO},)
        if limits == (1, 100):
            free = ({0: torch.export.Dim("n", min=1, max=100)},)
        program = torch.export.export(module, (torch.zeros(3, *row),), dynamic_shapes=free)
        torch.export.save(program, tmp_path / f"{name}.pt2")
    model = load_model(str(tmp_path / "g.pt2"), "decoder", "images")
    assert (model.row, model.dtype, model.outputs) == ((8,), "float32", ("images", "latents"))
    if limits is not None:
        assert (model.fewest, model.most) == limits
    generator = loaded(
        Asked(str(tmp_path / "g.pt2"), str(tmp_path / "c.pt2"), decoder_output="images")
    )
    z = normal(250)
    assert np.allclose(answers(generator, z), judge(decode(z)), atol=1e-5)
    if limits is None:
        # Gradients pass through the file: the search is as near as with the modules themselves.
        options = {"threshold": 0, "samples": 40, "mass_samples": 500}
        found = check_generator(generator.decoder, generator.classifier, 8, **options)
        own = check_generator(lambda z: decoder(z)["images"], classifier, 8, **options)
        first, second = (one.argmax.expected_radius.estimate for one in (found, own))
        assert first == pytest.approx(second, rel=1e-3)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_read_and_needs_the_dimension(tmp_path):
    torch, decoder, classifier = torch_pair()
    traced = torch.jit.trace(decoder, torch.zeros(3, 8), strict=False)
    torch.jit.save(traced, tmp_path / "g.pt")
    torch.jit.save(torch.jit.trace(classifier, torch.zeros(3, 1, 8, 8)), tmp_path / "c.pt")
    pair = str(tmp_path / "g.pt"), str(tmp_path / "c.pt")
    with pytest.raises(ValueError, match="--dim"):
        loaded(Asked(*pair, decoder_output="images"))
    with pytest.raises((ValueError, TypeError), match=r"2 outputs, images, latents"):
        loaded(Asked(*pair, dim=8))
    z = normal(7)
    generator = loaded(Asked(*pair, dim=8, decoder_output="images"))
    assert np.allclose(answers(generator, z), judge(decode(z)), atol=1e-5)


def test_what_is_no_function_is_said(tmp_path):
    torch, decoder, _ = torch_pair()
    torch.save(decoder.state_dict(), tmp_path / "weights.pt")
    (tmp_path / "damaged.pt2").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "model.keras").write_bytes(b"")
    for name, message in (
        ("weights.pt", "holds weights"),
        ("damaged.pt2", "not a file of torch.export"),
        ("model.keras", "expected a file ending in .onnx"),
        ("absent.onnx", "no such file"),
        (".", "folder"),
    ):
        with pytest.raises(ValueError, match=message):
            load_model(str(tmp_path / name), "decoder")


@pytest.fixture(scope="module")
def small_models():
    """A layer as torch.export.save and torch.jit.save write it."""
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(3, 2).eval()
    exported, scripted = io.BytesIO(), io.BytesIO()
    torch.export.save(torch.export.export(layer, (torch.zeros(2, 3),)), exported)
    torch.jit.save(torch.jit.trace(layer, torch.zeros(2, 3)), scripted)
    return {"pt2": exported.getvalue(), "pt": scripted.getvalue()}


ARCHIVES = (
    *faults.DAMAGES,
    (0.0, b"", 4),
    (0.08, b"?", 1),
    (0.79, b"|", 0),
    (0.85, b"\xdb'\xe9", 3),
    (0.999, b"\xff\xff", 2),
)


@pytest.mark.parametrize("damage", ARCHIVES, ids=range(len(ARCHIVES)))
@pytest.mark.parametrize("kind", ["pt2", "pt"])
def test_a_damaged_model_is_refused_by_name(small_models, kind, damage, tmp_path, capfd):
    path = tmp_path / f"model.{kind}"
    path.write_bytes(small_models[kind])
    whole = load_model(str(path), "decoder")
    path.write_bytes(faults.damaged(small_models[kind], *damage))
    refusal, found = str(path), whole
    try:
        found = load_model(str(path), "decoder")
    except InvalidValueError as error:
        refusal = str(error)
    assert str(path) in refusal
    torch = pytest.importorskip("torch")
    assert torch.equal(whole(torch.ones(2, 3)), found(torch.ones(2, 3)))
    assert "Traceback" not in capfd.readouterr().err


def test_onnx_of_several_inputs_or_damaged(tmp_path):
    onnx_model(
        tmp_path / "two.onnx",
        [("Add", ["a", "b"], ["c"], {})],
        [("a", "float", ["n", 2]), ("b", "float", ["n", 2])],
        [("c", "float", ["n", 2])],
    )
    onnx_model(
        tmp_path / "whole.onnx",
        [("Identity", ["a"], ["b"], {})],
        [("a", "int", ["n", 2])],
        [("b", "int", ["n", 2])],
    )
    (tmp_path / "damaged.onnx").write_bytes(b"\x00\x01")
    for name, message in (
        ("two.onnx", "2 inputs, a .*b .*MODULE:FUNCTION"),
        ("whole.onnx", "tensor.int64.*expected tensor.float"),
        ("damaged.onnx", "onnxruntime can't load it"),
    ):
        with pytest.raises(ValueError, match=message):
            load_model(str(tmp_path / name), "decoder")


@pytest.fixture
def python_models(tmp_path):
    code = """
        import numpy as np

        weights = np.random.default_rng(0).standard_normal((2, 64))
        VALUE = 3

        def decode(z):
            return np.tanh(z @ weights).reshape(-1, 8, 8)

        def clipped(z):
            return decode(np.clip(z, -1, 1))

        def normalised(z):
            return decode(z / np.linalg.norm(z, axis=1, keepdims=True))

        def sure(x):
            return np.eye(2)[(x[:, 0, 0] > 0).astype(int)]
    """
    (tmp_path / "mine.py").write_text(textwrap.dedent(code))
    (tmp_path / "broken.py").write_text("1 / 0")
    (tmp_path / "needy.py").write_text("import a_package_that_nobody_has")
    return str(tmp_path / "mine.py")


def test_python_functions_are_found_in_files_and_modules(python_models, tmp_path):
    generator = loaded(Asked(f"{python_models}:decode", f"{python_models}:sure", dim=2))
    assert generator.warnings == ()
    assert load_model("numpy:tanh", "decoder").kind == "Python"
    for source, message in (
        (f"{python_models}:nothing", "decode, clipped"),
        (f"{python_models}:VALUE", "is 3"),
        ("no_such_module:decode", "no module 'no_such_module'"),
        (f"{tmp_path}/broken.py:decode", "ZeroDivisionError"),
        (f"{tmp_path}/absent.py:decode", "no such file"),
    ):
        with pytest.raises(ValueError, match=message):
            load_model(source, "decoder")
    with pytest.raises(RuntimeError, match="pip install a_package_that_nobody_has"):
        load_model(f"{tmp_path}/needy.py:decode", "decoder")


def test_the_command_says_the_law_and_what_speaks_against_it(python_models):
    def said(*words):
        models = ("--classifier", f"{python_models}:sure", "--dim", "2", *SMALL)
        ended = here("simulations.generator", [*words, *models, "--json"])
        assert ended.faults() == []
        return json.loads(ended.out)

    plain = said("--decoder", f"{python_models}:decode", "--latent", "uniform")
    assert plain["latents"] == "uniform on [-1, 1]^2"
    assert plain["argmax"]["parameters"]["latents"] == "uniform on [-1, 1]^2"
    assert plain["warnings"] == []
    clipped = said("--decoder", f"{python_models}:clipped")
    assert clipped["latents"] == "N(0, I) in R^2"
    assert "clips" in clipped["warnings"][0]
    assert said("--decoder", f"{python_models}:clipped", "--latent", "uniform")["warnings"] == []
    assert "sphere" in said("--decoder", f"{python_models}:normalised")["warnings"][0]
    models = ["--decoder", f"{python_models}:clipped", "--classifier", f"{python_models}:sure"]
    shown = here("simulations.generator", [*models, "--dim", "2", *SMALL])
    assert "Warning: The decoder clips" in " ".join(shown.out.split())
    assert "Latents assumed: N(0, I) in R^2" in shown.out


def test_doubts_are_not_raised_about_everything():
    z = normal(64)
    assert doubts(np.tanh, z) == doubts(lambda x: x[:, :4] ** 3, z) == []
    assert "one and the same" in doubts(np.zeros_like, z)[0]


def test_resizing_is_that_of_torch():
    torch = pytest.importorskip("torch")
    images = np.random.default_rng(0).random((2, 3, 12, 9))
    for size in ((24, 18), (5, 4), (12, 30)):
        expected = torch.nn.functional.interpolate(
            torch.from_numpy(images), size, mode="bilinear", antialias=True
        ).numpy()
        ours = Adaptation(resize=size)
        assert np.allclose(ours(images), expected, atol=1e-6)
        assert np.allclose(ours(torch.from_numpy(images)).numpy(), ours(images))
    assert np.array_equal(interpolation(7, 7), np.eye(7))


def test_adaptations_of_arrays_and_tensors_are_the_same():
    torch = pytest.importorskip("torch")
    grey, colour = (
        np.random.default_rng(0).random((2, 6, 6)),
        np.random.default_rng(1).random((2, 3, 6, 6)),
    )
    for images, options in (
        (grey, {"channels": "3"}),
        (colour, {"channels": "1"}),
        (colour, {"channels": "last", "scale": "0,1:-1,1"}),
        (colour.transpose(0, 2, 3, 1), {"channels": "first"}),
    ):
        done = adaptation(**options)
        assert np.allclose(done(torch.from_numpy(images)).numpy(), done(images))
    assert adaptation(channels="3")(grey).shape == (2, 3, 6, 6)
    assert adaptation(scale="-1,1:0,255")(np.array([[-1.0, 1.0]])).tolist() == [[0, 255]]
    assert np.array_equal(adaptation(channels="first")(colour.transpose(0, 2, 3, 1)), colour)


def test_missing_packages_are_named_with_the_line_that_installs_them(tmp_path):
    (tmp_path / "g.onnx").write_bytes(b"")
    (tmp_path / "g.pt2").write_bytes(b"")
    for package, name, extra in (("onnxruntime", "g.onnx", "onnx"), ("torch", "g.pt2", "vae")):
        env = environment(PYTHONPATH=startup(tmp_path / package, without(package)))
        words = ["--decoder", name, "--classifier", name, "--dim", "2"]
        ended = piped("simulations.generator", words, tmp_path, env)
        assert ended.faults(3) == []
        assert f"pip install 'class-radius[{extra}]'" in " ".join(ended.err.split())
