"""What is exact is so on every processor: libraries choose their code, and its rounding, by it."""

import json
import math
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl

from simulations.cells.planar import flat_cells
from simulations.cells.scores import score_integrals

ROOT = Path(__file__).parents[2]


def extensions():
    """What NumPy makes use of beyond what every processor of this kind has."""
    return np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])


def cores():
    found = threadpoolctl.threadpool_info()
    return {one["architecture"] for one in found if one["internal_api"] == "openblas"}


def flat(corners):
    """E r and masses of a regular polygon's cells, in a plane of R^6 in no special position.

    Two singular values are equal, so that the plane's axes are as LAPACK happens to return them.
    """
    angle = 2 * math.pi * np.arange(corners) / corners
    in_plane = np.column_stack([np.cos(angle), np.sin(angle), np.zeros((corners, 4))])
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((6, 6)))[0]
    cells = flat_cells(in_plane @ turn)
    return [cells.expected_radius, *cells.masses]


def exact():
    cube = score_integrals(np.concatenate([np.eye(3), -np.eye(3)]), np.zeros(6))
    return [*flat(4), *flat(5), cube.expected_radius, *cube.masses]


def test_exact_values_do_not_depend_on_the_processor():
    code = "import json; from tests.simulations.test_processors import *"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}; print(json.dumps([extensions(), *cores()])); print(json.dumps(exact()))",
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "OPENBLAS_CORETYPE": "Nehalem",
            "NPY_DISABLE_CPU_FEATURES": " ".join(extensions()),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    surroundings, values = map(json.loads, done.stdout.splitlines())
    assert surroundings[0] == []
    if cores() and platform.machine() in ("x86_64", "AMD64"):
        assert surroundings[1:] == ["Nehalem"]
    assert values == pytest.approx(exact(), rel=1e-13, abs=0)
