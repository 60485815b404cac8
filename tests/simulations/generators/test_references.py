"""Classes without labels: cells of references, what is covered, and what is copied."""

import json
import textwrap

import numpy as np
import pytest

from simulations.generators.references import Cells
from tests.commands import here


def normal(size, seed=0):
    return np.random.default_rng(seed).standard_normal((size, 3))


def test_copies_are_memorised_and_fresh_draws_are_not():
    data = normal(500)
    cells = Cells.of(data)
    copied = cells.against(data[:200] + 1e-6)
    assert copied.memorisation.low > 0.97
    assert copied.coverage == 200 / 500
    # By symmetry a fresh draw is nearer to a point than that one's neighbour about half the time.
    fresh = cells.against(normal(2000, 1)).memorisation
    assert 0.3 < fresh.low < fresh.high < 0.6
    far = cells.against(normal(200, 1) + 50)
    assert far.memorisation.high < 0.03
    assert far.coverage < 0.1


def test_cells_are_voronoi_cells_and_k_means_makes_fewer():
    data = normal(300)
    images = normal(100, 2)
    nearest = np.linalg.norm(images[:, None] - data, axis=2).argmin(axis=1)
    assert np.array_equal(Cells.of(data).classify(images), nearest)
    pytest.importorskip("sklearn")
    assert Cells.of(data, cells=10)(images).shape == (100, 10)


def test_repeated_references_are_one_cell_and_are_memorised():
    data = normal(100)
    repeated = np.concatenate([data, data[:40], data[:40]])
    once, more = Cells.of(data), Cells.of(repeated)
    assert np.array_equal(more.centres, data)
    draws = normal(300, 2)
    assert np.array_equal(once.classify(draws), more.classify(draws))
    copied = more.against(data[:40] + 1e-6)
    assert copied.memorisation.estimate == 1
    assert copied.coverage == 120 / 180


@pytest.mark.parametrize(
    ("data", "cells", "message"),
    [
        (normal(1), None, "1 of its rows distinct: expected two"),
        (np.repeat(normal(1), 9, axis=0), None, "1 of its rows distinct: expected two"),
        (1e200 * normal(9), 3, "expected finite numbers of at most"),
        (normal(5), 6, "at most 5"),
        (np.repeat(normal(5), 9, axis=0), 6, "at most 5"),
        (normal(5), 1, "cells=1"),
    ],
)
def test_what_makes_no_cells_is_refused(data, cells, message):
    with pytest.raises(ValueError, match=message):
        Cells.of(data, cells=cells)


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("data.npy", np.tanh(normal(40)))
    code = "import numpy as np\ndef half(x):\n    return x[:, :2]\n"
    (tmp_path / "mine.py").write_text(textwrap.dedent(code))
    words = ["--decoder", "numpy:tanh", "--dim", "3", "--samples", "40", "--mass-samples", "500"]
    ended = here("simulations.generator", [*words, "--references", "data.npy", "--json"])
    assert ended.faults() == []
    found = json.loads(ended.out)
    assert found["references"]["cells"] == found["argmax"]["classes"] == 40
    assert found["thresholded"] is None
    assert "not classes of meaning" in " ".join(
        here("simulations.generator", [*words, "--references", "data.npy"]).out.split()
    )
    features = ["--references", "data.npy", "--features", "mine.py:half"]
    for wrong, message in (
        (features, "error: features has 2 numbers an image: expected 3, as references"),
        (["--references", "data.npy", "--classifier", "numpy:tanh"], "not both"),
        (["--references", "data.npy", "--logits"], "logits=True"),
        (["--cells", "3", "--classifier", "numpy:tanh"], "--references"),
    ):
        ended = here("simulations.generator", [*words, *wrong])
        assert ended.faults(2) == []
        assert message in " ".join(ended.err.split())
