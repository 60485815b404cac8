# ruff: noqa: E402 - what is imported below needs torch
"""The examples: each trains, twice to the same, into a file that the generator's command takes."""

import io
import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bounds.support.sealed import sealed
from tests import faults
from tests.commands import here

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from simulations.examples import comparison, files
from simulations.examples.comparison import Settings, compare, recorded
from simulations.examples.files import JUDGE, obtain
from simulations.examples.networks import DiffusionSampler, FlowSampler, images_of, points_of
from simulations.examples.table import MARKS, section
from simulations.examples.training import EXAMPLES
from simulations.generators.examination import Asked, loaded
from simulations.generators.generator import GeneratorPartition
from simulations.threads import one_thread_each
from simulations.vae.data import load
from simulations.vae.judges import split

README = Path(files.__file__).parents[2] / "README.md"
STEPS = 12
"""Of training, whole epochs of the autoencoders: 11."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every example and the judge, after a few steps."""
    found = tmp_path_factory.mktemp("examples")
    for name in (*EXAMPLES, JUDGE):
        obtain(name, found / f"{name}.pt2", steps=1 if name == JUDGE else STEPS)
    return found


def trained(name, seed=0):
    digits = split(load("digits"))[0]
    with one_thread_each():
        return EXAMPLES[name].train(digits, seed, STEPS, lambda done, total: None)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_is_read_as_a_generator_and_trained_again_to_the_same(name, folder):
    generator = loaded(Asked(str(folder / f"{name}.pt2"), str(folder / f"{JUDGE}.pt2")))
    assert generator.warnings == ()
    assert generator.dim == EXAMPLES[name].dim
    partition = GeneratorPartition(generator.decoder, generator.classifier, generator.dim, pool=50)
    assert partition.told == "gradients"
    assert partition.classes == 10

    z = torch.randn((7, generator.dim), generator=torch.Generator().manual_seed(1))
    first = generator.decoder(z).detach()
    assert first.shape == (7, 8, 8)
    again, other = (trained(name, seed)(z).detach() for seed in (0, 1))
    torch.testing.assert_close(again, first, rtol=0, atol=1e-5)
    assert not torch.allclose(again, other, atol=1e-3)


def test_the_number_of_threads_changes_nothing(tmp_path):
    before = torch.get_num_threads()
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        try:
            obtain("dcgan", tmp_path / f"{threads}.pt2", steps=STEPS)
            assert torch.get_num_threads() == threads
        finally:
            torch.set_num_threads(before)
        found.append(torch.export.load(tmp_path / f"{threads}.pt2").state_dict)
    for name, value in found[0].items():
        assert torch.equal(value, found[1][name])


def test_what_is_there_is_not_trained_again(folder, monkeypatch):
    path = folder / "flow.pt2"
    before = path.read_bytes()

    def refuse(*arguments):
        raise AssertionError("trained")

    monkeypatch.setattr(files, "_trained", refuse)
    assert obtain("flow", path, steps=STEPS).reason == ""
    assert path.read_bytes() == before
    for changed in ({"seed": 1}, {"steps": STEPS + 1}):
        with pytest.raises(AssertionError, match="trained"):
            obtain("flow", path, **{"steps": STEPS, **changed})
    monkeypatch.setattr("bounds.support.records.code_digests", lambda module: {module: "other"})
    with pytest.raises(AssertionError, match="trained"):
        obtain("flow", path, steps=STEPS)
    assert path.read_bytes() == before


def test_wrong_names_and_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="name='gan': expected one of vae, wae"):
        obtain("gan", tmp_path / "x.pt2")
    with pytest.raises(ValueError, match=r"x\.pt'.*ends in \.pt2"):
        obtain("flow", tmp_path / "x.pt")
    mine = tmp_path / "mine.pt2"
    for content in (b"mine", (tmp_path / "x.pt2").name.encode()):
        mine.write_bytes(content)
        with pytest.raises(ValueError, match=r"mine\.pt2.*that this command wrote"):
            obtain("flow", mine, steps=1)
        assert mine.read_bytes() == content
    torch.export.save(
        torch.export.export(torch.nn.Identity(), (torch.zeros(2, 3),)), tmp_path / "theirs.pt2"
    )
    with pytest.raises(ValueError, match="that this command wrote"):
        obtain("flow", tmp_path / "theirs.pt2", steps=1)


def replaced(content, entry, edit):
    """A file of an example with one entry edited."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, edit(text) if name.endswith(entry) else text)
    return made.getvalue()


def edited(name, value, resealed=False):
    """An edit of a manifest."""

    def edit(text):
        manifest = json.loads(text) | {name: value}
        if resealed:
            del manifest["digest"]
            manifest = sealed(manifest)
        return json.dumps(manifest).encode()

    return edit


EDITS = {
    "weights": ("weights/weight_0", lambda text: text[:-1] + b"?", "program in it is not what"),
    "seconds": ("identity.json", edited("seconds", 1e6), "not what was written"),
    "program": ("identity.json", edited("program", "0", resealed=True), "program in it is not"),
    "NaN": ("identity.json", edited("seconds", math.nan), "not what was written"),
    "a list": ("identity.json", lambda text: b"[]", "expected an object"),
    "no digest": ("identity.json", edited("digest", None), "another version"),
    "nothing": ("identity.json", lambda text: b"", "that this command wrote"),
    "no text": ("identity.json", lambda text: b"\xff", "that this command wrote"),
}


@pytest.mark.parametrize(("entry", "edit", "reason"), EDITS.values(), ids=EDITS)
def test_an_edited_example_is_refused_and_left(folder, tmp_path, entry, edit, reason):
    path = tmp_path / "flow.pt2"
    content = replaced((folder / "flow.pt2").read_bytes(), entry, edit)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"flow\.pt2'.*{reason}"):
        obtain("flow", path, steps=STEPS)
    assert path.read_bytes() == content


def test_a_file_packed_otherwise_is_the_same_example(folder, tmp_path):
    path = tmp_path / "flow.pt2"
    path.write_bytes(replaced((folder / "flow.pt2").read_bytes(), "none", bytes))
    assert obtain("flow", path, steps=STEPS).reason == ""


@pytest.mark.parametrize("damage", faults.DAMAGES, ids=range(len(faults.DAMAGES)))
def test_a_damaged_example_is_refused_by_name(folder, tmp_path, damage):
    path = tmp_path / "flow.pt2"
    path.write_bytes(faults.damaged((folder / "flow.pt2").read_bytes(), *damage))
    with pytest.raises(ValueError, match=r"flow\.pt2'"):
        obtain("flow", path, steps=STEPS)


def test_the_generators_command_checks_it(folder):
    words = (
        *("--decoder", str(folder / "vae.pt2"), "--classifier", str(folder / "judge.pt2")),
        *("--samples", "4", "--mass-samples", "200", "--json"),
    )
    ended = here("simulations.generator", words)
    assert ended.status == 0
    assert json.loads(ended.out)["argmax"]["dim"] == EXAMPLES["vae"].dim


def test_a_stopped_table_goes_on_and_says_what_its_record_does(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(comparison, "EXAMPLES", {"vae": EXAMPLES["vae"]})
    for name in ("vae", JUDGE):
        (tmp_path / f"{name}.pt2").write_bytes((folder / f"{name}.pt2").read_bytes())
    settings = Settings(STEPS, samples=4, mass_samples=300, smoothed=5, votes=30)
    obtain(JUDGE, tmp_path / f"{JUDGE}.pt2", steps=STEPS)
    first = compare(tmp_path, tmp_path, settings, lambda done, total: None)
    assert first.values.shape == (1, len(comparison.QUANTITIES), 3)

    def refuse(*arguments):
        raise AssertionError("measured")

    monkeypatch.setattr(comparison, "_measured", refuse)
    again = compare(tmp_path, tmp_path, settings, lambda done, total: None)
    np.testing.assert_array_equal(again.values, first.values)
    with pytest.raises(AssertionError, match="measured"):
        compare(tmp_path, tmp_path, replace(settings, votes=31), lambda done, total: None)

    coverage = first.values[0, comparison.QUANTITIES.index("coverage")]
    line = f"| `vae` | 10 | {coverage[0]:.3f} [{coverage[1]:.3f}, {coverage[2]:.3f}] |"
    assert line in section(first)


def test_the_readme_shows_the_committed_record():
    record = recorded()
    assert record.names == list(EXAMPLES)
    assert f"{MARKS[0]}\n\n{section(record)}\n{MARKS[1]}" in README.read_text(encoding="utf-8")


def test_the_committed_record_keeps_what_every_generator_must():
    record = recorded()
    found = {
        name: record.values[:, place]
        for place, name in enumerate(record.manifest["parameters"]["quantities"])
    }
    for name in ("coverage", "s", "H_2"):
        estimate, low, high = found[name].T
        assert ((low < estimate) & (estimate < high)).all(), name
    assert (found["E r, smoothed"][:, 1] > 0).all()
    assert (found["E r"][:, 2] < found["sharp"][:, 1]).all()
    assert (found["sharp"] < found["talk"]).all()
    assert (found["training"][:, 0] < 180).all()


class Exact(torch.nn.Module):
    """The field of a normal distribution of mean m and deviation s in every direction."""

    def __init__(self, mean, deviation, kind):
        super().__init__()
        self.mean, self.deviation, self.kind = mean, deviation, kind

    def forward(self, x, t):
        m, s = self.mean, self.deviation
        if self.kind == "flow":  # E[x_1 - z | x_t], x_t = (1 - t) z + t x_1
            variance = (1 - t) ** 2 + t**2 * s**2
            return m + (t * s**2 - (1 - t)) / variance * (x - t * m)
        a, b = torch.cos(torch.pi / 2 * t), torch.sin(torch.pi / 2 * t)
        return b / (a**2 * s**2 + b**2) * (x - a * m)  # E[z | a x_0 + b z]


@pytest.mark.parametrize(("kind", "sampler"), [("flow", FlowSampler), ("ddim", DiffusionSampler)])
def test_samplers_transport_a_normal_law_to_another(kind, sampler):
    """Both ODEs take z to m + s z where the data are N(m, s^2 I), up to their steps."""
    z = torch.randn((50, 64), generator=torch.Generator().manual_seed(0))
    wanted = images_of(0.3 + 0.5 * z)
    errors = [
        (sampler(Exact(0.3, 0.5, kind), steps)(z) - wanted).abs().max().item()
        for steps in (10, 40, 160)
    ]
    assert errors[0] > 2 * errors[1]
    assert errors[2] < 0.02
    assert (sampler(Exact(0.3, 0.6, kind), 160)(z) - wanted).abs().max() > 0.05


def test_points_and_images_are_inverse():
    digits = load("digits")
    torch.testing.assert_close(images_of(points_of(digits)), torch.tensor(digits.train_images))


def test_points_of_another_dimension_are_no_images():
    with pytest.raises(RuntimeError, match="invalid for input of size 384"):
        images_of(torch.zeros(3, 128))
