"""What the search exceeds the radius by where it is known is told, and is as small as it is."""

import json

import numpy as np
import pytest

from simulations import Voronoi
from simulations.generators.generator import GeneratorPartition, check_generator
from simulations.generators.surrogate import classifier_of, surrogate


@pytest.mark.parametrize("told", ["labels", "probabilities", "gradients"])
def test_the_search_is_told_as_much_of_the_surrogate(told):
    if told == "gradients":
        torch = pytest.importorskip("torch")
        decoder = torch.nn.Identity().eval()
    else:

        def decoder(z):
            return z

    shares = np.array([0.4, 0.3, 0.2, 0.1])
    classifier = classifier_of(surrogate(6, shares, seed=3), told)
    partition = GeneratorPartition(decoder, classifier, 6, pool=2048)
    assert partition.told == told
    found = partition.search_excess(shares)
    assert found.told == told
    assert found.samples == 100
    assert -1e-9 <= found.excess < {"labels": 0.1}.get(told, 1e-3)


def test_a_worse_search_is_seen_to_be_worse(monkeypatch):
    voronoi = Voronoi.random(10, 5, seed=0)
    partition = GeneratorPartition(
        lambda z: z, lambda z: np.eye(5)[voronoi.classify(z)], 10, pool=2048
    )
    shares = np.full(5, 0.2)
    whole = partition.search_excess(shares).excess
    monkeypatch.setattr(
        "simulations.generators.search.WitnessSearch._improved",
        lambda self, z, labels, found: found,
    )
    assert partition.search_excess(shares).excess > whole + 0.2


def test_a_report_tells_the_excess():
    report = check_generator(
        lambda z: z,
        lambda z: np.eye(3)[z.argmax(axis=1)],
        3,
        threshold=0,
        samples=50,
        mass_samples=2000,
    )
    told = json.loads(json.dumps(report.to_json(), allow_nan=False))["search_excess"]
    assert told["told"] == "labels"
    assert 0 <= told["excess"] < 0.05


def test_one_class_has_no_excess():
    partition = GeneratorPartition(lambda z: z, lambda z: np.ones((len(z), 1)), 2, pool=64)
    assert partition.search_excess(np.ones(1)) is None
