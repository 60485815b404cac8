"""Stored results are those of their code, inputs and parameters, and say why they are not."""

import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

import bounds
from bounds.support.errors import InvalidValueError
from bounds.support.records import Identity, code_digests, read, stale, write
from bounds.support.sealed import digest, sealed
from tests import faults

ROOT = Path(bounds.__file__).parents[1]

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from bounds.support.records import Identity, stale
from pathlib import Path
import bounds
assert bounds.__file__.startswith(sys.argv[1])
name, module = sys.argv[2], sys.argv[3]
identity = Identity.of(name, module, {"n": 1}, [Path(sys.argv[1], "input.bin")], Path(sys.argv[1]))
if sys.argv[4] == "write":
    from bounds.support.records import write
    import numpy as np
    write(identity, {"x": np.arange(3.0)}, Path(sys.argv[1]))
print(stale(identity, Path(sys.argv[1])))
"""


def run(folder, module, mode):
    found = subprocess.run(
        [sys.executable, "-c", CODE, str(folder), "result", module, mode],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project whose sources may be damaged, with one stored result."""
    folder = tmp_path_factory.mktemp("project")
    for package in ("bounds", "simulations", "figures"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("data", "__pycache__")
        )
    (folder / "input.bin").write_bytes(b"as it was")
    return folder


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("figures.tightness", "simulations/partitions/orthants.py"),  # a family's exact value
        ("figures.tightness", "simulations/cells/distances.py"),  # a kernel
        ("figures.tightness", "bounds/formulas/radius.py"),  # a formula, behind a lazy name
        ("figures.tightness", "simulations/checking/intervals.py"),
        ("simulations.vae.experiment", "simulations/vae/classifier.py"),
        ("simulations.vae.experiment", "simulations/generators/search.py"),
        ("simulations.vae.experiment", "bounds/formulas/bounds.py"),
    ],
)
def test_a_change_anywhere_below_makes_a_result_stale(project, module, file):
    assert run(project, module, "write") == ""
    source = project / file
    before = source.read_text()
    source.write_text(before + "\n# changed\n")
    changed = file.removesuffix(".py").replace("/", ".")
    try:
        assert run(project, module, "ask") == f"code: {changed} changed"
    finally:
        source.write_text(before)
    assert run(project, module, "ask") == ""


def test_a_changed_input_is_named(project):
    assert run(project, "figures.chain", "write") == ""
    (project / "input.bin").write_bytes(b"other")
    assert run(project, "figures.chain", "ask") == "inputs: input.bin changed"
    (project / "input.bin").write_bytes(b"as it was")


def test_what_is_not_imported_does_not_count():
    assert "simulations.vae.model" not in code_digests("figures.chain")
    assert "simulations.partitions.orthants" not in code_digests("figures.chain")


def test_arrays_come_back_and_others_are_refused(tmp_path):
    one = Identity("one", {"n": 1}, {"module": "0"}, {})
    assert stale(one, tmp_path) == "no stored results"
    write(one, {"x": np.arange(3.0)}, tmp_path, seconds=1.5)
    arrays, manifest = read("one", tmp_path)
    np.testing.assert_array_equal(arrays["x"], [0, 1, 2])
    assert manifest["seconds"] == 1.5
    assert stale(one, tmp_path) == ""
    assert (
        stale(Identity("one", {"n": 2}, {"module": "0"}, {}), tmp_path) == "parameters: n changed"
    )
    assert stale(Identity("one", {"n": 1}, {"module": "1"}, {}), tmp_path) == "code: module changed"
    with (tmp_path / "one.npz").open("ab") as file:
        file.write(b"0")
    assert "one.npz: the stored results are not those of the manifest" in stale(one, tmp_path)


ONE = Identity("one", {"n": 1}, {"module": "0"}, {})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Both files of a stored result, by their names."""
    folder = tmp_path_factory.mktemp("whole")
    write(ONE, {"x": np.arange(3.0)}, folder, seconds=1.5)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(folder, files):
    """What `read` says of files, which `stale` must say too."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with pytest.raises(InvalidValueError) as caught:
        read("one", folder)
    assert stale(ONE, folder) in (str(caught.value), "no stored results")
    return str(caught.value)


@pytest.mark.parametrize("damage", faults.DAMAGES)
@pytest.mark.parametrize("name", ["one.json", "one.npz"])
def test_a_damaged_file_of_a_record_is_refused_by_name(tmp_path, whole, name, damage):
    damaged = faults.damaged(whole[name], *damage)
    assert damaged != whole[name]
    assert str(tmp_path / name) in refused(tmp_path, {**whole, name: damaged})


@pytest.mark.parametrize("name", ["one.json", "one.npz"])
def test_a_record_of_one_file_is_refused(tmp_path, whole, name):
    (other,) = whole.keys() - {name}
    assert f"{tmp_path / other}: No such file" in refused(tmp_path, {name: whole[name]})


def without(name):
    return lambda manifest: {key: value for key, value in manifest.items() if key != name}


MANIFESTS = {
    "a number": (lambda manifest: {**manifest, "seconds": 1.4}, "not what was written"),
    "code": (lambda manifest: {**manifest, "code": {"module": "1"}}, "not what was written"),
    "a name": (lambda manifest: {**manifest, "another": None}, "not what was written"),
    "no digest": (without("digest"), "lacks a digest.*another version"),
    "no results": (without("results"), "lacks results.*another version"),
    "NaN": (lambda manifest: {**manifest, "seconds": math.nan}, "NaN is no number"),
    "another record": (
        lambda manifest: sealed(without("digest")({**manifest, "name": "two"})),
        "of 'two': expected 'one'",
    ),
    "a list": (lambda manifest: [manifest], "expected an object"),
    "a word": (lambda manifest: "one", "expected an object"),
    "nothing": (lambda manifest: None, "expected an object"),
}


@pytest.mark.parametrize(("edit", "reason"), MANIFESTS.values(), ids=MANIFESTS)
def test_an_edited_manifest_is_refused_by_name(tmp_path, whole, edit, reason):
    edited = json.dumps(edit(json.loads(whole["one.json"]))).encode()
    found = refused(tmp_path, {**whole, "one.json": edited})
    assert re.search(rf"one\.json: .*{reason}", found), found


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"name": ' + b"9" * 5000 + b"}", b"\xff\xfe"],
    ids=["nested", "digits", "no text"],
)  # fmt: skip
def test_a_manifest_that_json_cannot_read_is_named(tmp_path, whole, content):
    assert "one.json: not JSON" in refused(tmp_path, {**whole, "one.json": content})


@settings(max_examples=25, deadline=None)
@given(faults.edits())
def test_a_drawn_edit_of_a_manifest_is_refused_or_none(whole, edit):
    edited = edit(json.loads(whole["one.json"]))
    content = edited if isinstance(edited, bytes) else json.dumps(edited).encode()
    with faults.folder():
        Path("one.npz").write_bytes(whole["one.npz"])
        Path("one.json").write_bytes(whole["one.json"])
        before = read("one", Path())[1]
        Path("one.json").write_bytes(content)
        try:
            found = read("one", Path())[1]
        except InvalidValueError as error:
            found = {**before, "refused": str(error)}
    assert "one.json: " in found.pop("refused", "one.json: ")
    assert found == before


def test_arrays_that_were_edited_or_are_another_records_are_refused(tmp_path, whole):
    write(ONE, {"x": np.arange(4.0)}, tmp_path)
    edited = (tmp_path / "one.npz").read_bytes()
    assert "one.npz: the stored results" in refused(tmp_path, {**whole, "one.npz": edited})


def test_what_a_manifest_vouches_for_must_still_be_arrays(tmp_path, whole):
    manifest = without("digest")(json.loads(whole["one.json"]))
    for content in (b"", b"no archive", whole["one.npz"][:-30]):
        vouched = json.dumps(sealed({**manifest, "results": digest(content)})).encode()
        found = refused(tmp_path, {"one.json": vouched, "one.npz": content})
        assert "one.npz: not an archive of arrays" in found


def test_an_array_that_another_version_lacked_is_named(tmp_path, whole):
    for name, content in whole.items():
        (tmp_path / name).write_bytes(content)
    assert list(read("one", tmp_path, "x")[0]) == ["x"]
    with pytest.raises(InvalidValueError, match=r"one\.npz: lacks y, z: .*another version"):
        read("one", tmp_path, "x", "y", "z")


def test_a_manifest_written_otherwise_says_the_same(tmp_path, whole):
    """The digest is of what is said: neither blanks nor the order of names count."""
    manifest = dict(reversed(json.loads(whole["one.json"]).items()))
    (tmp_path / "one.json").write_text(json.dumps(manifest, indent=3))
    (tmp_path / "one.npz").write_bytes(whole["one.npz"])
    assert read("one", tmp_path)[1]["seconds"] == 1.5
    assert stale(ONE, tmp_path) == ""
