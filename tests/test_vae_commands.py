"""The commands as a user types them, and what they say when something is missing."""

import json
import subprocess
import sys

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from simulations.vae._commands import app
from simulations.vae.classifier import Classifier, save_classifier


def run(capsys, *words):
    status = app(list(map(str, words)), exit_on_error=False, result_action="return_value")
    return status, capsys.readouterr().out


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("vae")


def test_train_check_compare(capsys, folder):
    classifier = folder / "classifier.pt"
    for objective in ("vanilla", "talk"):
        words = ("--objective", objective, "--epochs", 3, "--batch", 64, "--channels", 8)
        status, out = run(capsys, "train", *words, "--output", folder / f"{objective}.pt", "--json")
        assert status == 0
        assert len(json.loads(out)["elbo"]) == 3

    status, out = run(
        capsys, "check", folder / "talk.pt", "--classifier", classifier, "--samples", 100,
        "--mass-samples", 2000, "--json",
    )  # fmt: skip
    report = json.loads(out)
    assert status == 0
    assert report["as_claimed"]
    assert report["classifier"]["accuracy"] >= 0.97
    assert not report["thresholded"]["bounds"]["talk"]["applies"]
    assert classifier.exists()

    status, out = run(
        capsys, "compare", folder / "vanilla.pt", folder / "talk.pt", "--classifier", classifier,
        "--samples", 50, "--mass-samples", 2000, "--json",
    )  # fmt: skip
    comparison = json.loads(out)
    assert status == 0
    assert comparison["verdict"] in ("A more diverse", "B more diverse", "undecided")
    for side in ("a", "b"):
        entropy = comparison["entropy"][side]
        assert entropy["low"] <= entropy["estimate"] <= entropy["high"]


def test_a_classifier_of_other_images_is_refused(capsys, tmp_path):
    run(capsys, "train", "--epochs", 1, "--channels", 2, "--output", tmp_path / "run.pt")
    save_classifier(Classifier(28), tmp_path / "classifier.pt")
    with pytest.raises(ValueError, match="28 pixels"):
        run(capsys, "check", tmp_path / "run.pt", "--classifier", tmp_path / "classifier.pt")


def test_usage_errors_exit_with_2():
    command = [sys.executable, "-m", "simulations.vae", "check", "absent.pt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "absent.pt" in done.stderr
    assert done.stdout == ""


def test_missing_torch_is_said_with_the_way_to_install_it():
    code = (
        "import sys, importlib.util as u; find = u.find_spec;"
        "u.find_spec = lambda name, *a: None if name == 'torch' else find(name, *a);"
        "from simulations.vae.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install" in done.stderr
    assert "torch" in done.stderr
