"""E r of a network from both sides: limits that hold, verdicts from the right one, and words."""

import json
import math
import textwrap

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from simulations.checking.knowledge import Knowledge  # noqa: E402
from simulations.generators.generator import GeneratorPartition, check_generator  # noqa: E402
from simulations.generators.latents import NORMAL, Uniform  # noqa: E402
from simulations.generators.printing import radius_sentences  # noqa: E402
from simulations.generators.verification import Verifier  # noqa: E402
from simulations.generators.verified import (  # noqa: E402
    VerifiedRadius,
    from_both_sides,
    verified_radius,
)
from simulations.partitions.argmax import CoordinateArgmax  # noqa: E402
from tests.commands import here  # noqa: E402


def identity(classes):
    head = nn.Linear(classes, classes, bias=False)
    with torch.no_grad():
        head.weight.copy_(4 * torch.eye(classes))
    return nn.Identity().eval(), nn.Sequential(head, nn.Softmax(dim=1)).eval()


@pytest.mark.parametrize("classes", [2, 4])
def test_a_linear_generator_has_its_radius_between_both_limits(classes):
    report = check_generator(
        *identity(classes), classes, threshold=0, samples=1000, mass_samples=4000, verify=True
    )
    found, truth = report.argmax.expected_radius, CoordinateArgmax(classes).expected_radius()
    # Cells of the plane are known up to their size, means up to the sample.
    assert 0.85 * truth < found.low < truth < found.high < 1.15 * truth
    assert Knowledge.UPPER_BOUND not in found.known
    certificate = report.argmax.entropy_bounds["sharp"]
    assert certificate.verdict == "holds"
    assert math.log(classes) < certificate.high < 2 * math.log(classes)
    assert report.as_claimed
    assert report.argmax.confidence == 0.99
    method = "enclosure" if classes == 2 else "balls"
    assert json.loads(json.dumps(report.to_json(), allow_nan=False))["verified"]["method"] == method


def test_without_a_limit_from_below_nothing_is_certified():
    report = check_generator(*identity(3), 3, threshold=0, samples=200, mass_samples=4000)
    assert report.argmax.expected_radius.low == 0
    assert report.argmax.entropy_bounds["sharp"].verdict == "inconclusive"
    assert report.argmax.entropy_bounds["sharp"].high == math.inf


def test_balls_are_limits_in_the_units_of_another_law():
    report = check_generator(
        *identity(3), 3, threshold=0, samples=1000, mass_samples=4000, verify=True, law=Uniform()
    )
    x = np.sort(np.random.default_rng(0).uniform(-1, 1, (100_000, 3)), axis=1)
    truth = float((x[:, 2] - x[:, 1]).mean()) / math.sqrt(2)
    # In the cube the nearest point of another class is where two coordinates are equal.
    found = report.argmax.expected_radius
    assert 0.85 * truth < found.low < truth < found.high
    assert report.argmax.entropy_bounds["sharp"].high > math.log(3)


def test_a_lower_limit_that_is_false_shows_as_a_violation():
    report = check_generator(*identity(3), 3, threshold=0, samples=200, mass_samples=4000).argmax
    high = report.expected_radius.high
    damaged = VerifiedRadius(3.0, 3.0, 1.0, 200, 0.995)
    with pytest.raises(ValueError, match="lower limit"):
        from_both_sides(report, damaged, 1.0, 0.99)
    unknown = from_both_sides(
        # A search that found next to nothing has a high upper limit.
        with_radius_up_to(report, 4.0),
        damaged,
        1.0,
        0.99,
    )
    assert unknown.bounds["sharp"].verdict == "violated"
    assert not unknown.as_claimed
    assert high < 3.0


def with_radius_up_to(report, high):
    import dataclasses

    radius = dataclasses.replace(report.expected_radius, high=high)
    return dataclasses.replace(report, expected_radius=radius)


def test_networks_that_are_not_the_generators_are_caught():
    partition = GeneratorPartition(*identity(3), 3)
    decoder, head = identity(3)
    with torch.no_grad():
        head[0].weight.copy_(head[0].weight.roll(1, 0))
    with pytest.raises(ValueError, match="expected the same networks"):
        verified_radius(Verifier(decoder, head, 3), partition, 100, law=NORMAL)


class Deep(nn.Module):
    """Each step forgets what the one before did, but not in the eyes of linear limits."""

    def forward(self, z):
        x = z
        for _ in range(12):
            x = x + 100 * functional.silu(x) - 100 * functional.silu(x)
        return x


def test_that_no_ball_was_verified_is_said(monkeypatch):
    asked = []
    right = Verifier.margins

    def counted(self, z, *others, **options):
        asked.append(len(z))
        return right(self, z, *others, **options)

    monkeypatch.setattr(Verifier, "margins", counted)
    options = {"threshold": 0, "samples": 20, "mass_samples": 1000, "verify": True}
    report = check_generator(Deep().eval(), identity(3)[1], 3, **options)
    assert (report.verified.share, report.verified.low, report.verified.mean) == (0, 0, 0)
    assert report.argmax.expected_radius.low == 0
    assert report.argmax.entropy_bounds["sharp"].verdict == "inconclusive"
    said = " ".join(radius_sentences(report))
    assert "no ball of one class was verified around any of 20 latents" in said
    # Once each, after the verifier's own trial.
    assert sum(asked) == 21
    some = check_generator(*identity(3), 3, **options)
    assert "verified around 100.0% of 20 latents" in " ".join(radius_sentences(some))


def test_what_is_no_module_is_not_verified():
    with pytest.raises(TypeError, match=r"decoder=.*expected a torch\.nn\.Module"):
        check_generator(np.tanh, identity(3)[1], 3, verify=True)


CODE = """
    import numpy as np
    import torch
    from torch import nn

    torch.manual_seed(0)
    wide = 3 * torch.randn(9, 3)
    net = nn.Sequential(nn.Linear(3, 9), nn.ReLU()).eval()
    head = nn.Linear(9, 3).eval()
    with torch.no_grad():
        net[0].weight.copy_(wide)
        head.weight.copy_(wide.T)

    def plain(z):
        return net(z)
"""

FEW = ("--samples", "60", "--mass-samples", "600", "--threshold", "0")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("verified") / "mine.py"
    path.write_text(textwrap.dedent(CODE))
    return path


def run(source, *words, status=0, decoder="net"):
    models = ("--decoder", f"{source}:{decoder}", "--classifier", f"{source}:head", "--logits")
    ended = here("simulations.generator", [*models, "--dim", "3", *FEW, *words])
    assert ended.faults(status) == []
    return ended


def test_the_command_prints_both_limits_with_names_and_law(source):
    names = source.with_name("names.txt")
    names.write_text("cats\n[dogs]\nbirds\n", encoding="utf-8")
    page = source.with_name("page.html")
    words = ("--verify", "--votes", "200", "--latent", "uniform", "--class-names", str(names))
    shown = run(source, *words, "--html", str(page)).out
    for text in (
        "E r ≤ L g(‖p‖²)",
        "η/L",
        "H₂(p̃) ≤ log 1/g⁻¹(E r̃/L)",
        "[dogs]",
        "From below by",
        "real arithmetic",
    ):
        assert text in shown
    found = json.loads(run(source, *words, "--json").out)
    assert found["class_names"] == ["cats", "[dogs]", "birds"]
    radius = found["argmax"]["expected_radius"]
    assert 0 < radius["low"] < radius["high"]
    written = page.read_text(encoding="utf-8")
    for text in ("E r ≤ L g(‖p‖²)", "Class [dogs]", "Certificate", "From which side"):
        assert text in written
    assert f"{radius['low']:.4g}" in written


def test_the_command_compares_with_what_it_printed_of_another(source):
    first = run(source, "--votes", "200", "--smoothing", "0.2", "--json").out
    other = source.with_name("other.json")
    other.write_text(first)
    smoothed = ("--votes", "200", "--smoothing", "0.2", "--against", str(other))
    compared = json.loads(run(source, *smoothed, "--json").out)["compared"]
    assert compared["verdict"] == "undecided"
    assert compared["difference"]["low"] < 0 < compared["difference"]["high"]
    assert "less that of the other generator" in run(source, *smoothed).out
    assert "smoothing: expected" in run(source, "--against", str(other), status=2).err


def test_what_does_not_fit_is_refused(source):
    assert "2 names" in run(source, "--class-names", "a,b", status=2).err
    assert "sigma=0" in run(source, "--smoothing", "0", status=2).err
    refused = run(source, "--verify", status=2, decoder="plain").err
    assert "torch.nn.Module" in refused
    arrays = here("simulations.generator", ["--labels", "y.npy", "--verify"])
    assert arrays.faults(2) == []
    assert "verify=True" in arrays.err
