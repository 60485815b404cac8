"""How loose the search from above may be: the same search where the radius is known.

The surrogate is a linear classifier of as many latents and classes, with random weights and
offsets set so that its masses are about those estimated; its cells are convex, and its radius
exact. Told as much of it as of the generator (gradients, probabilities or labels), the search finds
distances whose mean exceeds that of the radii. A generator's boundaries are curved, so that this
illustrates the looseness and bounds nothing; a fit to labels in particular is at home here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from bounds.support.validation import masses as valid_masses
from simulations.arrays import FloatArray
from simulations.partitions.argmax import LinearArgmax
from simulations.partitions.base import rows_to_draw
from simulations.seeds import SURROGATE, child

Told: TypeAlias = Literal["gradients", "probabilities", "labels"]
"""What a search knows of a classifier."""

_DRAWS = 4_000
_STEPS = 60


@dataclass(frozen=True, slots=True)
class SearchExcess:
    """What the search finds on the surrogate; illustrated, not proved of the generator.

    Attributes
    ----------
    told : {"gradients", "probabilities", "labels"}
    samples : int
        Latents.
    mean_radius, mean_found : float
        Of the exact radii, and of the distances found.
    """

    told: Told
    samples: int
    mean_radius: float
    mean_found: float

    @property
    def excess(self) -> float:
        """Share by which the distances found exceed the radii."""
        return self.mean_found / self.mean_radius - 1

    def to_json(self) -> dict[str, Any]:
        """The numbers as JSON objects."""
        return {**asdict(self), "excess": self.excess, "surrogate": "linear classifier"}


def surrogate(dim: int, masses: FloatArray, seed: int = 0) -> LinearArgmax:
    """A linear classifier whose masses are about `masses` (K,), which sum to 1.

    Examples
    --------
    >>> shares = np.array([0.5, 0.3, 0.2])
    >>> z = np.random.default_rng(1).standard_normal((10_000, 4))
    >>> labels = surrogate(4, shares).classify(z)
    >>> bool(np.abs(np.bincount(labels, minlength=3) / 10_000 - shares).max() < 0.03)
    True
    """
    masses = valid_masses(masses, "masses")
    classes = len(masses)
    rng = np.random.default_rng(child(seed, SURROGATE))
    weights = rng.standard_normal(rows_to_draw(classes, dim)) / np.sqrt(dim)
    scores = rng.standard_normal((_DRAWS, dim)) @ weights.T
    offsets = np.zeros(classes)
    wanted = np.log(masses + 1 / _DRAWS)
    for step in range(_STEPS):
        found = np.bincount((scores + offsets).argmax(axis=1), minlength=classes) / _DRAWS
        # Shorter and shorter, as the counts jump.
        offsets += 0.5 / (1 + step / 10) * (wanted - np.log(found + 1 / _DRAWS))
    return LinearArgmax(weights, offsets)


def classifier_of(partition: LinearArgmax, told: Told) -> Callable[[Any], Any]:
    """The surrogate as a classifier that tells as much as the generator does."""
    weights, offsets = partition.weights, partition.bias
    if told == "labels":
        return lambda z: np.eye(partition.classes)[partition.classify(z)]
    if told == "probabilities":

        def probabilities(z: FloatArray) -> FloatArray:
            scores = z @ weights.T + offsets
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            return shares / shares.sum(axis=1, keepdims=True)

        return probabilities
    import torch

    layer = torch.nn.Linear(partition.dim, partition.classes, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(np.array(weights)))
        layer.bias.copy_(torch.tensor(np.array(offsets)))
    return torch.nn.Sequential(layer, torch.nn.Softmax(dim=1)).eval()
