# ruff: noqa: E402 - what is imported below needs torch
"""A training goes on with what it was begun with; what was cut or edited is refused by name."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from bounds.support.errors import InvalidValueError
from bounds.support.sealed import digest
from simulations.vae import training
from simulations.vae.classifier import Classifier, load_classifier, save_classifier
from simulations.vae.data import load
from simulations.vae.objective import TALK, parse_objective
from simulations.vae.states import read_state, write_state
from simulations.vae.training import TrainingOptions, load_trained, train
from tests import faults

OPTIONS = TrainingOptions(parse_objective("critic"), channels=2, batch=32, epochs=1)


@pytest.fixture(scope="module")
def given():
    digits = load("digits")
    return {
        "train_images": digits.train_images[:64],
        "test_images": digits.test_images[:32],
        "train_labels": digits.train_labels[:64],
    }


@pytest.fixture(scope="module")
def whole(given, tmp_path_factory):
    """A checkpoint of one epoch and a classifier, by their names."""
    folder = tmp_path_factory.mktemp("states")
    train(**given, options=OPTIONS, checkpoint=folder / "checkpoint.pt")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_classifier(Classifier(8, 3, "dense").eval(), folder / "classifier.pt")
    return {path.stem: path.read_bytes() for path in folder.iterdir()}


def loaded(content):
    return torch.load(io.BytesIO(content), weights_only=True)


def written(value):
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def weights(kind, path, given):
    """What every reader of a file gives; they agree."""
    if kind == "classifier":
        return [load_classifier(path).state_dict()]
    resumed = train(**given, options=OPTIONS, checkpoint=path)
    return [load_trained(path).model.state_dict(), resumed.model.state_dict()]


def refusals(kind, path, given):
    """What each reader of a file says."""
    readers = {
        "classifier": [load_classifier],
        "checkpoint": [load_trained, lambda path: train(**given, options=OPTIONS, checkpoint=path)],
    }[kind]
    found = []
    for read in readers:
        with pytest.raises(InvalidValueError) as caught:
            read(path)
        assert str(path) in str(caught.value)
        found.append(str(caught.value))
    return found


KINDS = pytest.mark.parametrize("kind", ["checkpoint", "classifier"])


@KINDS
def test_a_whole_file_is_read(tmp_path, whole, given, kind):
    path = tmp_path / "x.pt"
    path.write_bytes(whole[kind])
    name = {"checkpoint": "model", "classifier": "state"}[kind]
    expected = read_state(path, kind)[name]
    for found in weights(kind, path, given):
        for key, value in expected.items():
            assert torch.equal(found[key], value)


@KINDS
@pytest.mark.parametrize("damage", faults.DAMAGES, ids=range(len(faults.DAMAGES)))
def test_a_damaged_file_is_refused_by_name_or_says_the_same(tmp_path, whole, given, kind, damage):
    path = tmp_path / "x.pt"
    path.write_bytes(faults.damaged(whole[kind], *damage))
    try:
        first, *_ = weights(kind, path, given)
    except InvalidValueError:
        refusals(kind, path, given)
        return
    path.write_bytes(whole[kind])
    for key, value in weights(kind, path, given)[0].items():
        assert torch.equal(first[key], value)


def first_of(state):
    """A matrix of weights in a state."""
    return next(value for value in (state.get("model") or state["state"]).values() if value.ndim)


def shift(state):
    first_of(state).add_(1e-3)


def spoil(state):
    first_of(state).view(-1)[0] = torch.nan


def forget(state):
    del state["size"]


def grow(state):
    state["size"] = 12


def rename(state):
    state["size"] = "8"


EDITS = {
    "edited weights": (shift, False, "not what was written"),
    "an edited size": (grow, False, "not what was written"),
    "NaN, whatever the digest": (spoil, True, "not finite"),
    "no size": (forget, True, "another version, as it lacks size"),
    "another size": (grow, True, "fit no such|size=.*, expected 8"),
    "a size that is none": (rename, True, "fit no such|size=.*, expected 8"),
}


@KINDS
@pytest.mark.parametrize(("edit", "resealed", "reason"), EDITS.values(), ids=EDITS)
def test_an_edited_state_is_refused_by_name(tmp_path, whole, given, kind, edit, resealed, reason):
    path = tmp_path / "x.pt"
    outer = loaded(whole[kind])
    state = loaded(outer["content"].numpy().tobytes())
    edit(state)
    if resealed:
        write_state(path, kind, state)
    else:
        content = np.frombuffer(written(state), dtype=np.uint8).copy()
        path.write_bytes(written({**outer, "content": torch.from_numpy(content)}))
    for refusal in refusals(kind, path, given):
        assert re.search(reason, refusal), refusal


OTHERS = {
    "empty": (lambda outer: b"", "is empty"),
    "text": (lambda outer: b"weights", "not a"),
    "a number": (lambda outer: written(3), "another version"),
    "a list": (lambda outer: written([outer]), "another version"),
    "a bare state": (
        lambda outer: written(loaded(outer["content"].numpy().tobytes())),
        "another version",
    ),
    "content that is no tensor": (lambda outer: written({**outer, "content": 3}), "what was"),
    "content that is a number": (
        lambda outer: written(
            {**outer, "content": torch.frombuffer(bytearray(written(3)), dtype=torch.uint8)}
            | {"digest": digest(written(3))}
        ),
        "another version",
    ),
    "nothing, by its digest": (
        lambda outer: written(
            {**outer, "content": torch.zeros(0, dtype=torch.uint8), "digest": digest(b"")}
        ),
        "is empty",
    ),
    "another kind": (lambda outer: written({**outer, "kind": "judge"}), "another version"),
}


@KINDS
@pytest.mark.parametrize(("make", "reason"), OTHERS.values(), ids=OTHERS)
def test_another_file_is_refused_by_name(tmp_path, whole, given, kind, make, reason):
    path = tmp_path / "x.pt"
    path.write_bytes(make(loaded(whole[kind])))
    for refusal in refusals(kind, path, given):
        assert re.search(reason, refusal), refusal


@KINDS
def test_one_kind_is_not_read_as_the_other_and_none_is_named(tmp_path, whole, given, kind):
    (other,) = whole.keys() - {kind}
    (tmp_path / "x.pt").write_bytes(whole[other])
    assert all("another version" in one for one in refusals(kind, tmp_path / "x.pt", given))
    with pytest.raises(ValueError, match=rf"absent\.pt: no such {kind}"):
        {"classifier": load_classifier, "checkpoint": load_trained}[kind](tmp_path / "absent.pt")


CHANGES = {
    "an image": lambda given: given | {"train_images": given["train_images"] * np.float32(0.9)},
    "fewer images": lambda given: {
        name: value if name.startswith("test") else value[:63] for name, value in given.items()
    },
    "the order": lambda given: given | {"train_images": given["train_images"][::-1].copy()},
    "a label": lambda given: given | {"train_labels": np.roll(given["train_labels"], 1)},
    "test images": lambda given: given | {"test_images": given["test_images"][:31]},
}


@pytest.mark.parametrize("epochs", [1, 2])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_training_goes_on_with_its_own_data_alone(tmp_path, whole, given, change, epochs):
    path = tmp_path / "x.pt"
    path.write_bytes(whole["checkpoint"])
    options = replace(OPTIONS, epochs=epochs)
    with pytest.raises(ValueError, match=r"x\.pt: made with other t(rain|est)_(images|labels)"):
        train(**change(given), options=options, checkpoint=path)
    assert path.read_bytes() == whole["checkpoint"]
    train(**given, options=options, checkpoint=path)


def test_labels_are_the_training_s_even_where_none_are_used(tmp_path, given):
    path, options = tmp_path / "x.pt", replace(OPTIONS, objective=TALK)
    train(**given, options=options, checkpoint=path)
    with pytest.raises(ValueError, match=r"x\.pt: made with other train_labels"):
        train(**given | {"train_labels": None}, options=options, checkpoint=path)
    with pytest.raises(ValueError, match=r"x\.pt: made with.*data='', expected 'mnist'$"):
        train(**given, options=options, checkpoint=path, data="mnist")


def test_other_code_reads_what_is_finished_but_trains_no_further(
    tmp_path, whole, given, monkeypatch
):
    path = tmp_path / "x.pt"
    path.write_bytes(whole["checkpoint"])
    monkeypatch.setattr(training, "code_digests", lambda module: {module: "other"})
    assert len(train(**given, options=OPTIONS, checkpoint=path).history) == 1
    with pytest.raises(ValueError, match=r"x\.pt: after 1 of 2 epochs.*another version"):
        train(**given, options=replace(OPTIONS, epochs=2), checkpoint=path)


def test_the_same_state_gives_the_same_bytes(tmp_path, whole):
    """Results are kept by the digest of a file."""
    path = tmp_path / "x.pt"
    path.write_bytes(whole["classifier"])
    save_classifier(load_classifier(path), tmp_path / "again.pt")
    assert (tmp_path / "again.pt").read_bytes() == whole["classifier"]
