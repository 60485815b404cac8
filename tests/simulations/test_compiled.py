"""Compiled kernels are those of the sources, wherever they can be kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import simulations
from simulations.compiled import compiled

ROOT = Path(simulations.__file__).parents[1]

RADIUS = """
import numpy as np
from simulations.partitions.voronoi import Voronoi
line = Voronoi(np.arange(-20.5, 21)[:, None])
print(float(line.radius(np.array([[0.25]]))[0]))
"""


def radius(folder, environment):
    return subprocess.run(
        [sys.executable, "-c", RADIUS],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path):
    for package in ("bounds", "simulations"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def test_a_changed_kernel_in_another_file_is_compiled_again(project):
    cache = {"NUMBA_CACHE_DIR": str(project / "cache")}
    assert float(radius(project, cache).stdout) == 0.25
    # A function that the kernel of centres on a line calls from another file.
    source = project / "simulations" / "cells" / "distances.py"
    text = source.read_text()
    distance = "product / math.sqrt(square)"
    assert distance in text
    source.write_text(text.replace(distance, f"2 * {distance}"))
    assert float(radius(project, cache).stdout) == 0.5
    source.write_text(text)
    assert float(radius(project, cache).stdout) == 0.25


def doubled(x):
    """What `test_a_damaged_cache_is_compiled_again` compiles."""
    return 2 * x


@pytest.mark.parametrize("damage", ["empty", "cut", "nonsense"])
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_damaged_cache_is_compiled_again(tmp_path, monkeypatch, ending, damage):
    monkeypatch.setattr("simulations.compiled.FOLDER", tmp_path)
    assert compiled(doubled)(1.5) == 3.0
    (file,) = tmp_path.rglob(f"*.{ending}")
    whole = file.read_bytes()
    read = compiled(doubled)
    assert read(1.5) == 3.0
    assert sum(read.stats.cache_hits.values()) == 1
    file.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "nonsense": b"?"}[damage])
    again = compiled(doubled)
    assert again(1.5) == 3.0
    assert not again.stats.cache_hits
    healed = compiled(doubled)
    assert healed(1.5) == 3.0
    assert sum(healed.stats.cache_hits.values()) == 1


def test_kernels_compile_in_memory_where_no_folder_can_be_written(project):
    found = radius(project, {"NUMBA_CACHE_DIR": "/proc/none", "HOME": "/proc/none"})
    assert found.returncode == 0, found.stderr
    assert float(found.stdout) == 0.25
