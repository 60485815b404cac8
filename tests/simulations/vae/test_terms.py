# ruff: noqa: E402 - what is imported below needs torch
"""The terms on the latents of the prior against values by hand and against their derivations."""

import math
from itertools import pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import bounds
from simulations.vae.objective import TERMS, Objective, parse_objective
from simulations.vae.terms import (
    NOISE,
    discrepancy,
    inconsistency,
    mutual_information,
    noise_stability,
    unlikeness,
    unrealism,
)

TINY = 1e-30


def logs(probabilities):
    return torch.tensor(probabilities, dtype=torch.float64).clamp_min(TINY).log()


def slabs(z, edges):
    """One-hot classes of the first coordinate cut at edges."""
    return np.eye(len(edges) + 1)[np.searchsorted(edges, z[:, 0])]


def test_mutual_information_by_hand():
    assert mutual_information(logs([[1.0, 0.0], [0.0, 1.0]])).item() == pytest.approx(math.log(2))
    assert mutual_information(logs([[0.5, 0.5], [0.5, 0.5]])).item() == pytest.approx(0)
    # One class only: sure, but nothing to learn.
    assert mutual_information(logs([[1.0, 0.0], [1.0, 0.0]])).item() == pytest.approx(0)


def test_entropy_near_its_maximum_bounds_the_collision_probability():
    """‖p‖² ≤ 1/K + 2 (log K − H_1(p)), and holes are at most E H(c) / h(τ)."""
    rng = np.random.default_rng(0)
    tau = 0.9
    least = -tau * math.log(tau) - (1 - tau) * math.log(1 - tau)
    for concentration in (0.05, 0.3, 1.0, 30.0):
        for p in rng.dirichlet(np.full(10, concentration), 200):
            entropy = -(p * np.log(np.maximum(p, TINY))).sum()
            assert (p**2).sum() <= 0.1 + 2 * (math.log(10) - entropy) + 1e-12
            assert p.max() > tau or entropy >= least - 1e-12
    # Tight where the derivation is: two classes with probabilities τ and 1 − τ.
    vertex = np.array([tau, 1 - tau])
    assert -(vertex * np.log(vertex)).sum() == pytest.approx(least)


def test_stability_of_halves_is_shepards_angle():
    """For the halfspace z_1 > 0, P[same side] = 1 − arccos(ρ)/π."""
    rng = np.random.default_rng(1)
    z, w = rng.standard_normal((2, 200_000, 2))
    rho = math.sqrt(1 - NOISE**2)
    found = noise_stability(logs(slabs(z, [0.0])), logs(slabs(rho * z + NOISE * w, [0.0]))).item()
    assert found == pytest.approx(1 - math.acos(rho) / math.pi, abs=5e-3)


@pytest.mark.parametrize("edges", [[0.0], [-0.5, 0.5], [-1.0, -0.5, 0.0, 0.5, 1.0]])
def test_stability_bounds_masses_and_radius(edges):
    """S ≥ ‖p‖², and E r ≤ η + f(S + P[D > η]), on slabs, where r is known."""
    rng = np.random.default_rng(2)
    z, w = rng.standard_normal((2, 100_000, 2))
    moved = math.sqrt(1 - NOISE**2) * z + NOISE * w
    labels = slabs(z, edges)
    stability = noise_stability(logs(labels), logs(slabs(moved, edges))).item()
    assert stability >= (labels.mean(axis=0) ** 2).sum() - 0.01
    radius = np.abs(z[:, :1] - edges).min(axis=1).mean()
    distances = np.linalg.norm(z - moved, axis=1)
    limits = []
    for eta in np.linspace(0, 2, 41):
        q = stability + (distances > eta).mean()
        if q < 1:
            limits.append(eta + float(bounds.integrated_tail(q)))
    assert min(limits) >= radius
    # Finer classes are less stable: descent goes the right way.
    finer = sorted([*edges, *(sum(pair) / 2 for pair in pairwise([-2.0, *edges, 2.0]))])
    assert noise_stability(logs(slabs(z, finer)), logs(slabs(moved, finer))).item() < stability


def test_unsure_classes_are_unstable_so_the_term_needs_company():
    unsure = logs(np.full((4, 10), 0.1))
    assert noise_stability(unsure, unsure).item() == pytest.approx(0.1)


def test_unrealism_by_hand():
    logits = torch.tensor([[math.log(3.0), math.log(1.0), math.log(4.0)]])
    assert unrealism(logits).item() == pytest.approx(math.log(2))


def test_inconsistency_against_torch():
    z, mean, log_variance = torch.randn(3, 6, 4, generator=torch.Generator().manual_seed(0))
    law = torch.distributions.Normal(mean, (log_variance / 2).exp())
    expected = -law.log_prob(z).sum(1).mean()
    assert inconsistency(z, mean, log_variance).item() == pytest.approx(expected.item(), rel=1e-5)


def test_discrepancy_is_without_bias_and_sees_what_differs():
    generator = torch.Generator().manual_seed(0)
    same = [discrepancy(*torch.randn(2, 64, 2, generator=generator)).item() for _ in range(300)]
    error = np.std(same) / math.sqrt(len(same))
    assert abs(np.mean(same)) < 4 * error
    x, y = torch.randn(2, 64, 2, generator=generator)
    assert discrepancy(0.3 * x, y).item() > 6 * np.std(same)
    # A definition by loops.
    x, y = x[:5].double(), y[:5].double()

    def k(a, b):
        scales = (0.1, 0.2, 0.5, 1, 2, 5, 10)
        return sum(4 * s / (4 * s + (a - b).square().sum().item()) for s in scales)

    def within(u):
        return sum(k(u[i], u[j]) for i in range(5) for j in range(5) if i != j) / 20

    expected = within(x) + within(y) - 2 * sum(k(a, b) for a in x for b in y) / 25
    assert discrepancy(x, y).item() == pytest.approx(expected, abs=1e-9)


def test_unlikeness_by_hand():
    assert unlikeness(torch.zeros(3, 1)).item() == pytest.approx(math.log(2))


def test_names_of_objectives_add_up_and_scale():
    assert parse_objective("vanilla") == Objective()
    assert parse_objective("critic=0.5+mmd").realism == 5
    assert parse_objective("talk=2") == Objective(regularisation=60.0, clip=0.3)
    assert parse_objective("beta=2").divergence == 8
    for name in TERMS:
        parse_objective(name)


@pytest.mark.parametrize(
    "wrong", ["", "nonsense", "critic=x", "critic=0", "critic=-1", "critic=inf", "critic+stability"]
)
def test_wrong_names_are_refused(wrong):
    with pytest.raises(ValueError, match="objective="):
        parse_objective(wrong)
