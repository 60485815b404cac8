"""How near the search comes to the class radius, and at what cost, where the radius is known.

python -m tests.benchmarks.witnesses

Voronoi cells of 10 normal centres and the argmax of coordinates, told by labels, probabilities or
gradients: mean found over mean exact distance, and calls and backward passes a latent.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from simulations.generators.generator import GeneratorPartition
from simulations.generators.surrogate import Told, classifier_of
from simulations.partitions.argmax import LinearArgmax
from simulations.partitions.voronoi import Voronoi

LATENTS = 400


def partitions(dim: int) -> dict[str, LinearArgmax]:
    """The cells as linear classifiers: those of centres c have scores c.z - |c|^2/2."""
    centres = Voronoi.random(dim, 10, seed=3).centres
    return {
        "voronoi": LinearArgmax(centres, -(centres**2).sum(axis=1) / 2),
        "argmax": LinearArgmax(np.eye(dim)),
    }


def measured(exact: LinearArgmax, told: Told) -> tuple[float, float, float]:
    """Ratio of the means, calls and backward passes a latent."""
    counts = {"calls": 0, "backward": 0}

    def decoder(z: Any) -> Any:
        counts["calls"] += len(z)
        if isinstance(z, torch.Tensor) and z.requires_grad:
            z.register_hook(lambda _: counts.update(backward=counts["backward"] + len(z)))
        return z + 0

    class Decoder(torch.nn.Module):
        def forward(self, z: torch.Tensor) -> torch.Tensor:
            return decoder(z)

    given: Any = Decoder().eval() if told == "gradients" else decoder
    partition = GeneratorPartition(given, classifier_of(exact, told), exact.dim)
    z = np.random.default_rng(1).standard_normal((LATENTS, exact.dim))
    counts.update(calls=0, backward=0)
    ratio = float(partition.radius(z).mean() / exact.radius(z).mean())
    return ratio, counts["calls"] / LATENTS, counts["backward"] / LATENTS


if __name__ == "__main__":
    kinds: tuple[Told, ...] = ("labels", "probabilities", "gradients")
    print("| cells | d | told | found / exact | calls | backward |\n|---|---|---|---|---|---|")
    for dim in (2, 10, 64):
        for name, exact in partitions(dim).items():
            for told in kinds:
                ratio, calls, backward = measured(exact, told)
                print(f"| {name} | {dim} | {told} | {ratio:.5f} | {calls:.0f} | {backward:.0f} |")
