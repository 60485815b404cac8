"""The commands as a user types them, and what they say when something is missing."""

import hashlib
import json
import subprocess
import sys
from functools import partial

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

import simulations.vae.runs as runs_module
from bounds.support.sealed import sealed
from simulations.vae.classifier import Classifier, save_classifier, train_classifier
from simulations.vae.commands.all import app
from simulations.vae.data import load
from simulations.vae.latent_map import label_map
from simulations.vae.runs import kept, perform
from tests.commands import environment, piped, startup, without


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


def mark(record, by_hand=False):
    """Change a record so that it shows where it is read; by hand, its digest stays."""
    kept = json.loads(record.read_text())
    kept["result"]["elbo"]["elbo"] = -123.0
    if not by_hand:
        del kept["digest"]
        kept = sealed(kept)
    record.write_text(json.dumps(kept))


def written_at(path):
    """What another writing of a file changes."""
    return path.stat().st_ino, path.stat().st_mtime_ns


def test_experiment_goes_on_from_what_is_finished(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(runs_module, "label_map", partial(label_map, points=20))
    runs, output = tmp_path / "runs", tmp_path / "results"
    classifier = tmp_path / "classifier.pt"
    save_classifier(train_classifier(load("digits"), epochs=1), classifier)
    words = (
        "experiment", runs, "--output", output, "--seeds", 1, "--epochs", 2, "--channels", 4,
        "--classifier", classifier, "--mass-samples", 500, "--json",
    )  # fmt: skip
    both = (*words, "--latent-dimensions", 2, 3, "--samples", 40)
    status, out = run(capsys, *both, "--workers", 2)
    summary = json.loads(out)["summary"]
    assert status == 0
    assert {row["latent_dimension"] for row in summary} == {2, 3}
    limited = {
        row["latent_dimension"] for row in summary if "at least (verified)" in row["quantity"]
    }
    assert limited == {2, 3}
    written = (output / "experiment.json").read_bytes()
    document = json.loads(written)
    names = ["vanilla-d2-seed0", "talk-d2-seed0", "vanilla-d3-seed0", "talk-d3-seed0"]
    assert list(document["manifest"]["runs"]) == names
    maps = (output / "maps.npz").read_bytes()
    assert document["manifest"]["maps"] == hashlib.sha256(maps).hexdigest()
    assert document["manifest"]["data"]["sha256"] == load("digits").sha256()

    # One run is lost, one record was cut, one edited by hand; two are kept: a mark in one shows.
    (runs / "vanilla-d3-seed0.pt").unlink()
    (runs / "vanilla-d3-seed0.json").write_text('{"identity"')
    mark(runs / "talk-d3-seed0.json", by_hand=True)
    mark(runs / "vanilla-d2-seed0.json")
    untouched = [written_at(runs / f"{name}.json") for name in names[:2]]
    run(capsys, *both, "--workers", 1)
    assert [written_at(runs / f"{name}.json") for name in names[:2]] == untouched
    again = json.loads((output / "experiment.json").read_text())
    assert again["runs"][0]["elbo"]["elbo"] == -123.0
    again["runs"][0] = document["runs"][0]
    assert [timeless(one) for one in again["runs"]] == [timeless(one) for one in document["runs"]]

    # Other settings are measured afresh.
    mark(runs / "vanilla-d3-seed0.json")
    other = ("--latent-dimensions", 3, "--samples", 41)
    run(capsys, *words, *other, "--workers", 1)
    third = json.loads((output / "experiment.json").read_text())
    assert third["runs"][0]["elbo"]["elbo"] != -123.0
    assert third["runs"][0]["check"]["argmax"]["samples"] == 41

    with pytest.raises(ValueError, match="epochs"):
        run(capsys, "experiment", runs, "--output", output, "--latent-dimensions", 2, "--seeds", 1,
            "--epochs", 1, "--channels", 4, "--workers", 1)  # fmt: skip


IDENTITY = {"run": "one", "data": "0"}
RECORDS = {
    "whole": (lambda text: text, 0),
    "empty": (lambda text: "", 1),
    "cut": (lambda text: text[: len(text) // 2], 1),
    "an edited number": (lambda text: text.replace("1.25", "1.5"), 1),
    "NaN": (lambda text: text.replace("1.25", "NaN"), 1),
    "another identity": (lambda text: text.replace('"data": "0"', '"data": "1"'), 1),
    "of before there was a digest": (lambda text: text.split(', "digest"')[0] + "}", 1),
    "a list": (lambda text: f"[{text}]", 1),
    "a number": (lambda text: "3", 1),
}


@pytest.mark.parametrize(("edit", "times"), RECORDS.values(), ids=RECORDS)
def test_a_record_is_believed_only_as_it_was_written(tmp_path, edit, times):
    path = tmp_path / "one.json"
    measured = []

    def measure():
        measured.append(None)
        return {"elbo": 1.25, "radius": [0.5, None]}

    first = kept(path, IDENTITY, measure)
    assert first["result"] == {"elbo": 1.25, "radius": [0.5, None]}
    path.write_text(edit(path.read_text()))
    before = written_at(path)
    again = kept(path, IDENTITY, measure)
    assert (again["identity"], again["result"]) == (IDENTITY, first["result"])
    assert len(measured) == 1 + times
    assert (written_at(path) == before) == (not times)
    assert kept(path, IDENTITY, measure) == again
    with pytest.raises(ZeroDivisionError):
        kept(path, {**IDENTITY, "data": "1"}, lambda: {"elbo": 1 / 0})
    assert kept(path, IDENTITY, measure) == again


THREADS = """{
    "torch": __import__("torch").get_num_threads(),
    "others": [one["num_threads"] for one in __import__("threadpoolctl").threadpool_info()],
}"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_has_one_thread_wherever_it_is_performed(monkeypatch, workers):
    """Sums in several threads round otherwise, and a record would tell its machine."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, "2")
    found = [record for _, record in perform([partial(eval, THREADS)] * 2, workers)]
    assert len(found) == 2
    for record in found:
        assert record["torch"] == 1
        assert set(record["others"]) == {1}


def timeless(result):
    """A run's result without what its measuring took."""
    result["check"].pop("labelling_seconds", None)
    for part in ("argmax", "thresholded"):
        for name in ("seconds", "samples_per_second"):
            if result["check"][part] is not None:
                result["check"][part].pop(name, None)
    return result


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


def test_missing_torch_is_said_with_the_way_to_install_it(tmp_path):
    env = environment(PYTHONPATH=startup(tmp_path, without("torch")))
    done = piped("simulations.vae", (), tmp_path, env)
    assert done.status == 3
    assert "pip install" in done.err
    assert "torch" in done.err
