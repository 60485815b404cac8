"""The terms of an objective on the latents of the prior, and why each should work.

Notation: z ~ N(0, I) is decoded to the image G(z); c(z) in the simplex are the class probabilities
that a network gives to G(z); p = E c; τ the confidence below which a latent is a hole; K classes.

Closer classes come from even masses. E r ≤ g(‖p‖²) with g increasing (`bounds.sharp_bound`), so
what lowers ‖p‖² lowers the bound. It bounds E r from above only: the radius may be far below.

Better coverage comes from sure classes or from real images. These are two mechanisms, and only the
second binds a judge that the training never saw:

* sure: H(c) ≥ h(τ) = −τ log τ − (1 − τ) log(1 − τ) wherever max c ≤ τ, τ ≥ 1/2, since entropy is
  concave and so least at the vertices (τ, 1 − τ, 0, ...) of that set. By Markov's inequality
  P[max c ≤ τ] ≤ E H(c) / h(τ): the holes, as *this* network sees them;
* real: for every classifier J, |coverage_J(G) − coverage_J(data)| ≤ TV(G, data) and
  ‖p_J(G) − p_J(data)‖₁ ≤ 2 TV(G, data), as both are masses of events of images. No network is named
  on the right, so that a generator near to the data is covered by the eyes of all judges.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from bounds.support.errors import InvalidValueError
from simulations.vae.tensors import tensor

NOISE = 0.5
"""ε of the noise stability: z moves by about ε across a flat boundary, in any dimension."""

_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def mutual_information(log_classes: Tensor) -> Tensor:
    """H(E c) − E H(c), of (n, K) log-probabilities: between the class and the image of a latent.

    The first part makes the masses even: if H_1(p) ≥ log K − δ then ‖p‖² ≤ 1/K + 2δ, since
    ‖p‖² − 1/K = ‖p − u‖₂² ≤ ‖p − u‖₁² ≤ 2 KL(p ‖ u) = 2 (log K − H_1(p)) for the uniform u, by
    Pinsker's inequality; hence E r ≤ g(1/K + 2δ). The second removes holes, in the eyes of the
    network that gives c. Where that network answers to nothing else, the decoder can learn images
    of which it alone is sure: no judge is bound.
    """
    tensor(log_classes, "log_classes", (None, None))
    classes = log_classes.exp()
    mean = classes.mean(0)
    entropy = -(mean * mean.clamp_min(1e-12).log()).sum()
    return entropy + (classes * log_classes).sum(1).mean()


def noise_stability(log_classes: Tensor, displaced: Tensor) -> Tensor:
    """S = E⟨c(z), c(z')⟩, z' = sqrt(1 − ε²) z + ε w, of two (n, K) log-probabilities.

    For classes that are sure, S = P[z and z' are of one class]. Lowering it lowers both ‖p‖² and
    the radius:

    * S ≥ Σ (E c_i)² = ‖p‖², because the Ornstein-Uhlenbeck operator is positive and keeps means
      (Borell 1985 has the largest S at given masses: parallel halfspaces);
    * with D = ‖z − z'‖, r(z) > D makes both of one class, so P[r > η] ≤ q = S + P[D > η] for all η.
      The set {r ≤ η} has mass ≥ 1 − q, hence by the isoperimetric inequality
      P[r > η + t] ≤ Q(t + Φ⁻¹(1 − q)), and E r ≤ η + f(q) with f(q) = q Φ⁻¹(q) + φ(Φ⁻¹(q)).

    It rewards holes, as ⟨c, c'⟩ is least where c is unsure, so that it needs company: a critic.
    """
    tensor(log_classes, "log_classes", (None, None))
    tensor(displaced, "displaced", tuple(log_classes.shape))
    return (log_classes + displaced).exp().sum(1).mean()


def unrealism(logits: Tensor) -> Tensor:
    """−E log P(real | G(z)), of (n, K + 1) logits, the last one being that of "generated".

    The best critic has P(real | x) = p_data / (p_data + p_G), against which the generator's
    descent on this "non-saturating" loss brings G to the data (Goodfellow et al., arXiv 1406.2661;
    with labels, Salimans et al., arXiv 1606.03498): TV(G, data) of the module's second mechanism.
    The real images are about evenly classed, so that ‖p‖² comes near to 1/K for every judge too.
    """
    tensor(logits, "logits", (None, None))
    return (torch.logsumexp(logits, 1) - torch.logsumexp(logits[:, :-1], 1)).mean()


def inconsistency(latents: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """−E log q(z | G(z)), in nats, of latents (n, d) and the encoder's answers to their images.

    h(z) minus it is a lower bound of I(z; G(z)) (Barber & Agakov 2003; InfoGAN, arXiv 1606.03657):
    distinct latents must decode to distinct images, so that the generator cannot come near to the
    data by few images. It says nothing of classes: ‖p‖² is bound through the critic alone.
    """
    tensor(latents, "latents", (None, None))
    tensor(mean, "mean", tuple(latents.shape))
    tensor(log_variance, "log_variance", tuple(latents.shape))
    squares = (latents - mean).square() * torch.exp(-log_variance)
    return 0.5 * (squares + log_variance + math.log(2 * math.pi)).sum(1).mean()


def discrepancy(codes: Tensor, latents: Tensor) -> Tensor:
    """Squared maximum mean discrepancy of codes and prior latents, both (n, d), without bias.

    Wasserstein autoencoders, Tolstikhin et al., arXiv 1711.01558, algorithm 2: the kernel
    Σ_s C_s / (C_s + ‖x − y‖²), C_s = 2 d s, is characteristic, so that 0 means the aggregate
    posterior q(z) = E q(z | x) is the prior. Then the decoder was trained wherever the prior is:
    coverage under N(0, I) ≥ coverage under q(z) − TV(q, N(0, I)), and so for the masses. But the
    images of q(z) are reconstructions, whose classes this term does not ask for.
    """
    tensor(codes, "codes", (None, None))
    tensor(latents, "latents", tuple(codes.shape))
    if len(codes) < 2:
        raise InvalidValueError(f"codes has shape {tuple(codes.shape)}: expected two at least")
    dim, n = codes.shape[1], len(codes)

    def kernel(x: Tensor, y: Tensor) -> Tensor:
        distances = (
            x.square().sum(1)[:, None] + y.square().sum(1)[None, :] - 2 * x @ y.T
        ).clamp_min(0)
        total = torch.zeros_like(distances)
        for scale in _SCALES:
            total = total + 2 * dim * scale / (2 * dim * scale + distances)
        return total

    def off_diagonal(x: Tensor) -> Tensor:
        return (kernel(x, x).sum() - n * len(_SCALES)) / (n * (n - 1))

    return off_diagonal(codes) + off_diagonal(latents) - 2 * kernel(codes, latents).mean()


def unlikeness(logits: Tensor) -> Tensor:
    """−E log D(code), of the (n, 1) logits that a network on latents gives for "from the prior".

    Adversarial autoencoders, Makhzani et al., arXiv 1511.05644: as `discrepancy`, with a trained
    network in the kernel's place.
    """
    tensor(logits, "logits", (None, 1))
    return functional.softplus(-logits).mean()
