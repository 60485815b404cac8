# ruff: noqa: E402 - what is imported below needs torch
"""The objective's terms against values computed by hand."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from simulations.vae.model import VariationalAutoencoder
from simulations.vae.objective import (
    TALK,
    VANILLA,
    Objective,
    batch_loss,
    clip_parameters,
    divergence,
    encoding_ratios,
    reconstruction_loss,
    reparameterise,
)


def test_reconstruction_by_hand():
    images = torch.tensor([[[1.0, 0.0]]])
    logits = torch.tensor([[[math.log(3.0), math.log(1 / 3)]]])  # probabilities 3/4, 1/4
    assert reconstruction_loss(logits, images).item() == pytest.approx(-2 * math.log(0.75))


def test_divergence_by_hand():
    mean, log_variance = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, math.log(4.0)]])
    # 1/2 (1 + 1 - 1 - 0) + 1/2 (0 + 4 - 1 - log 4)
    assert divergence(mean, log_variance).item() == pytest.approx(0.5 + 1.5 - math.log(2))


def test_divergence_against_torch():
    generator = torch.Generator().manual_seed(0)
    mean, log_variance = torch.randn(2, 5, 3, generator=generator)
    expected = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, (log_variance / 2).exp()),
        torch.distributions.Normal(0.0, 1.0),
    ).sum(1)
    assert torch.allclose(divergence(mean, log_variance), expected, atol=1e-5)


def test_encoding_ratios_pair_the_halves_of_a_batch():
    codes = torch.tensor([[0.0, 0.0], [1.0, 1.0], [3.0, 4.0], [1.0, 2.0], [9.0, 9.0]])
    images = torch.zeros(5, 2, 2)
    images[2] = 1.0  # pair (0, 2): 25 / 4
    images[3, 0, 0] = 0.5  # pair (1, 3): 1 / 0.25; the fifth image has no partner
    assert encoding_ratios(codes, images).tolist() == [6.25, 4.0]


def test_equal_images_have_ratio_and_gradient_zero():
    codes = torch.tensor([[1.0], [2.0]], requires_grad=True)
    encoding_ratios(codes, torch.ones(2, 2, 2)).sum().backward()
    assert codes.grad.tolist() == [[0.0], [0.0]]


def test_talk_adds_thirty_times_the_ratios():
    generator = torch.Generator().manual_seed(0)
    images, logits = torch.rand(2, 4, 3, 3, generator=generator)
    mean, log_variance = torch.randn(2, 4, 2, generator=generator)
    arguments = (mean, log_variance, logits, images)
    added = batch_loss(TALK, *arguments) - batch_loss(VANILLA, *arguments)
    expected = 30 * encoding_ratios(mean, images).sum()
    assert added.item() == pytest.approx(expected.item(), rel=1e-4)


def test_reparameterisation_has_the_stated_moments():
    mean, log_variance = torch.full((40_000, 1), 2.0), torch.full((40_000, 1), math.log(9.0))
    z = reparameterise(mean, log_variance, torch.Generator().manual_seed(0))
    assert z.mean().item() == pytest.approx(2, abs=0.08)
    assert z.std().item() == pytest.approx(3, abs=0.06)


def test_clipping_clips_every_parameter():
    model = VariationalAutoencoder(8, 2)
    assert max(p.abs().max().item() for p in model.parameters()) == 1  # gains of the batch norms
    clip_parameters(model.parameters(), 0.3)
    assert max(p.abs().max().item() for p in model.parameters()) == np.float32(0.3)


@pytest.mark.parametrize("size", [5, 8, 28, 32, 33])
def test_images_of_any_size_come_back_in_it(size):
    model = VariationalAutoencoder(size, 3, channels=4).eval()
    mean, log_variance = model.encode(torch.zeros(2, size, size))
    assert mean.shape == log_variance.shape == (2, 3)
    images = model(mean)
    assert images.shape == (2, size, size)
    assert ((images >= 0) & (images <= 1)).all()


@pytest.mark.parametrize("wrong", [{"regularisation": -1.0}, {"clip": 0.0}])
def test_wrong_objectives_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Objective(**wrong)


@pytest.mark.parametrize("wrong", [{"size": 4}, {"latent_dimension": 0}, {"channels": 0}])
def test_wrong_models_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        VariationalAutoencoder(**{"size": 8, "latent_dimension": 2, **wrong})
