"""Masses by the multivariate normal law, against symmetry, the plane and sampling."""

import numpy as np
import pytest

from simulations.cells.planar import flat_cells
from simulations.partitions.power_cells import PowerCells
from tests.oracles.simplex_masses import simplex_masses


@pytest.mark.parametrize("classes", [2, 3, 4, 6])
def test_argmax_has_equal_masses(classes: int) -> None:
    assert simplex_masses(np.eye(classes)) == pytest.approx(np.full(classes, 1 / classes), abs=3e-5)


def test_three_cells_agree_with_the_plane() -> None:
    rng = np.random.default_rng(0)
    centres, weights = rng.normal(size=(3, 5)), rng.normal(size=3)
    flat = flat_cells(centres, weights)
    assert flat is not None
    assert simplex_masses(centres, weights) == pytest.approx(flat.masses, abs=1e-9)


def test_five_cells_agree_with_sampling() -> None:
    rng = np.random.default_rng(1)
    cells = PowerCells(rng.normal(size=(5, 6)), rng.normal(size=5))
    n = 400_000
    counts = np.bincount(cells.classify(rng.normal(size=(n, 6))), minlength=5)
    masses = simplex_masses(cells.centres, cells.weights)
    assert masses is not None
    assert masses.sum() == pytest.approx(1.0, abs=1e-4)
    assert counts / n == pytest.approx(masses, abs=5e-3)


def test_centres_that_span_too_little_are_refused() -> None:
    assert simplex_masses(np.zeros((4, 2))) is None
    assert simplex_masses(np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]])) is None
    with pytest.raises(ValueError, match="accuracy"):
        simplex_masses(np.eye(3), accuracy=0.0)
