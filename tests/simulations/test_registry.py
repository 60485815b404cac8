"""Every family has an example, a command, a place in the gallery and in the family tests."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import simulations
from simulations.gallery import gallery
from simulations.partitions import ALL
from simulations.partitions.protocol import Partition
from tests.simulations.partitions import test_families

PARTITIONS = list(gallery())
README = Path(simulations.__file__).parents[1] / "README.md"


@pytest.mark.parametrize("name", ALL)
def test_every_family_has_an_example_a_command_and_tests(name):
    family = ALL[name]
    assert ">>>" in (family.__doc__ or "")
    assert name in simulations.__all__
    assert getattr(simulations, name) is family
    door = importlib.import_module("simulations." + family.__module__.rsplit(".", 1)[1])
    assert getattr(door, name) is family
    assert hasattr(door, "app")
    assert any(isinstance(one, family) for one in PARTITIONS)
    assert any(isinstance(one, family) for one in test_families.FAMILIES)


def test_every_family_is_registered():
    folder = Path(simulations.__file__).parent / "partitions"
    defined = {
        match
        for path in folder.glob("*.py")
        for match in re.findall(r"^class (\w+)\(FusedCalls\)", path.read_text(), re.M)
    }
    assert defined == set(ALL)


@pytest.mark.parametrize("partition", PARTITIONS, ids=lambda one: f"{one.name}-{one.classes}")
@pytest.mark.parametrize("method", ["classify", "radius", "classify_and_radius"])
def test_points_that_are_none_are_refused_by_every_family(partition: Partition, method):
    call = getattr(partition, method)
    dim = partition.dim
    good = np.zeros((3, dim))
    call(good)
    wrong_width = [np.zeros((3, dim + 1)), np.zeros(dim), np.zeros((1, 1, dim)), np.float64(0)]
    for z in wrong_width:
        with pytest.raises(ValueError, match=rf"z has shape .*: expected \(n, {dim}\)"):
            call(z)
    for bad in (np.nan, np.inf, -np.inf, 1e200):
        z = good.copy()
        z[1, -1] = bad
        with pytest.raises(ValueError, match=r"z\[1\]=.*expected finite"):
            call(z)
    for z in (good.astype(complex), good.astype(object), np.full((3, dim), "a")):
        with pytest.raises(TypeError, match=r"z has dtype .*: expected real numbers"):
            call(z)


@pytest.mark.parametrize("partition", PARTITIONS, ids=lambda one: f"{one.name}-{one.classes}")
def test_points_of_any_order_and_type_give_the_same(partition: Partition):
    z = np.random.default_rng(0).standard_normal((40, partition.dim)).astype(np.float32)
    labels, radii = partition.classify_and_radius(z.astype(np.float64))
    wide = np.zeros((80, 2 * partition.dim), dtype=np.float32)
    wide[::2, ::2] = z
    for same in (z, np.asfortranarray(z), z.tolist(), wide[::2, ::2], z[::-1][::-1]):
        found = partition.classify_and_radius(same)
        np.testing.assert_array_equal(found[0], labels)
        np.testing.assert_array_equal(found[1], radii)
    assert len(partition.classify(np.empty((0, partition.dim)))) == 0


def test_too_wide_points_do_not_reach_the_kernel():
    cells = simulations.Voronoi.random(dim=2000, classes=50)
    with pytest.raises(ValueError, match=r"\(3, 2\): expected \(n, 2000\)"):
        cells.classify_and_radius(np.zeros((3, 2)))


def test_what_the_readme_imports_can_be_imported():
    code = [
        line.strip()
        for block in re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
        for line in block.splitlines()
        if line.startswith(("import ", "from "))
    ]
    assert code
    for line in code:
        exec(line, {})


def test_importing_a_family_loads_no_command_line():
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from simulations import Voronoi; print('cyclopts' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "False"
