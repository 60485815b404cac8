"""Stored results are those of their code, inputs and parameters, and say why they are not."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import bounds
from bounds.support.records import Identity, code_digests, read, stale, write

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
    assert stale(one, tmp_path) == "the stored results are not those of the manifest"
