"""How near the search comes to another class, beside the L2 attacks of foolbox and of ART.

python -m tests.benchmarks.attacks (extra attacks)

On the same latents: cells of a linear classifier, whose radius is known, and a network with tanh.
Each attack's point counts where its class is another one; what it costs is counted in latents sent
through the network, and back.
"""

from __future__ import annotations

import copy
import logging
import time
import warnings
from collections.abc import Callable
from typing import Any

import foolbox
import numpy as np
import torch
from art.attacks.evasion import DeepFool, HopSkipJump
from art.estimators.classification import PyTorchClassifier
from numpy.typing import NDArray
from torch import nn

from simulations.arrays import FloatArray
from simulations.generators.generator import GeneratorPartition
from simulations.partitions.argmax import LinearArgmax
from simulations.partitions.voronoi import Voronoi

LATENTS = 30
CLASSES = 10
REACH = 12.0
ROUNDING = 1e-4


class Counted(nn.Module):
    """Logits, and how many latents went through, and back."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.calls = self.backward = 0

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        self.calls += len(z)
        z = z.float() + 0
        if z.requires_grad:
            z.register_hook(lambda gradient: self._back(len(gradient)))
        return self.inner(z)

    def _back(self, number: int) -> None:
        self.backward += number


Attack = Callable[[Counted, FloatArray], FloatArray]
"""A network of logits and latents (n, d), to points (n, d) that should be of other classes."""


def linear(exact: LinearArgmax) -> nn.Module:
    """The cells of scores w.z + b as a network."""
    layer = nn.Linear(exact.dim, exact.classes)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(np.array(exact.weights)))
        layer.bias.copy_(torch.tensor(np.array(exact.bias)))
    return layer


def bent(dim: int) -> nn.Module:
    """Random logits of a network with two layers of tanh."""
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Linear(dim, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh())
    with torch.no_grad():
        for layer in inner:
            if isinstance(layer, nn.Linear):
                layer.weight.mul_(2.5)
    return nn.Sequential(inner, nn.Linear(64, CLASSES)).eval()


def searched(told: str) -> Attack:
    """The search of this project, told gradients or labels."""

    def attack(network: Counted, z: FloatArray) -> FloatArray:
        def labels(latents: torch.Tensor) -> torch.Tensor:
            with torch.no_grad():
                return nn.functional.one_hot(network(latents).argmax(1), CLASSES).float()

        judge: Any = nn.Softmax(dim=1).eval() if told == "gradients" else lambda x: x
        decoder: Any = network if told == "gradients" else labels
        partition = GeneratorPartition(decoder, judge, z.shape[1])
        # What is labelled in advance serves any number of latents.
        network.calls = network.backward = 0
        return partition.witnesses(z)

    return attack


def of_foolbox(attack: Any) -> Attack:
    """An attack of foolbox; latents lie within +-REACH."""

    def points(network: Counted, z: FloatArray) -> FloatArray:
        model = foolbox.PyTorchModel(network, bounds=(-REACH, REACH))
        x = torch.tensor(z, dtype=torch.float32)
        with torch.no_grad():
            labels = network(x).argmax(1)
        return attack(model, x, labels, epsilons=None)[1].double().numpy()

    return points


def of_art(make: Callable[[Any], Any]) -> Attack:
    """An attack of ART; without limits of the latents, by whose width its DeepFool steps."""

    def points(network: Counted, z: FloatArray) -> FloatArray:
        model = PyTorchClassifier(
            network,
            nn.CrossEntropyLoss(),
            input_shape=z.shape[1:],
            nb_classes=CLASSES,
        )
        return make(model).generate(z.astype(np.float32)).astype(np.float64)

    return points


ATTACKS: dict[str, Attack] = {
    "ours, gradients": searched("gradients"),
    "foolbox DeepFool": of_foolbox(foolbox.attacks.L2DeepFoolAttack()),
    "foolbox DDN": of_foolbox(foolbox.attacks.DDNAttack(steps=100)),
    "foolbox Carlini-Wagner": of_foolbox(
        foolbox.attacks.L2CarliniWagnerAttack(binary_search_steps=9, steps=300)
    ),
    "ART DeepFool": of_art(lambda model: DeepFool(model, nb_grads=CLASSES, verbose=False)),
    "ours, labels": searched("labels"),
    "foolbox Boundary": of_foolbox(foolbox.attacks.BoundaryAttack(steps=1_000)),
    "ART HopSkipJump": of_art(
        lambda model: HopSkipJump(model, norm=2, max_iter=10, max_eval=200, verbose=False)
    ),
}


def cases() -> dict[str, tuple[nn.Module, LinearArgmax | None, int]]:
    """Networks with their dimensions, and their exact cells where they are linear."""
    found: dict[str, tuple[nn.Module, LinearArgmax | None, int]] = {}
    for dim in (10, 64):
        centres = Voronoi.random(dim, CLASSES, seed=3).centres
        exact = LinearArgmax(centres, -(centres**2).sum(axis=1) / 2)
        found[f"Voronoi, d = {dim}"] = linear(exact).eval(), exact, dim
    found["tanh network, d = 10"] = bent(10), None, 10
    found["tanh network, d = 64"] = bent(64), None, 64
    return found


@torch.no_grad()
def changed(network: nn.Module, z: FloatArray, ends: FloatArray) -> NDArray[np.bool_]:
    """Whether the ends (n, d) are of other classes than `z`, up to the rounding of a margin."""
    precise = copy.deepcopy(network).double()
    own = precise(torch.tensor(z)).argmax(1)[:, None]
    logits = precise(torch.tensor(ends))
    most = logits.scatter(1, own, -torch.inf).amax(1)
    return (most >= logits.gather(1, own)[:, 0] - ROUNDING).numpy()


def main() -> None:
    """Print a table of mean distances over the exact ones, or over the least that was found."""
    print("| cells | attack | mean / least | found | calls | backward | s |\n" + "|---" * 7 + "|")
    for case, (network, exact, dim) in cases().items():
        z = np.random.default_rng(1).standard_normal((LATENTS, dim))
        rows: dict[str, tuple[FloatArray, int, int, float]] = {}
        for name, attack in ATTACKS.items():
            counted = Counted(network).eval()
            torch.manual_seed(0)
            np.random.seed(0)  # noqa: NPY002 (ART draws from the global state)
            began = time.perf_counter()
            ends = attack(counted, z)
            seconds = time.perf_counter() - began
            distances = np.linalg.norm(ends - z, axis=1)
            distances[~changed(network, z, ends)] = np.inf
            rows[name] = distances, counted.calls, counted.backward, seconds
        least = np.min([one[0] for one in rows.values()], axis=0)
        if exact is not None:
            least = exact.radius(z)
        for name, (distances, calls, backward, seconds) in rows.items():
            known = np.isfinite(distances)
            ratio = distances[known].mean() / least[known].mean()
            print(
                f"| {case} | {name} | {ratio:.4f} | {known.mean():.0%} | {calls / LATENTS:,.0f} | "
                f"{backward / LATENTS:,.0f} | {seconds:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    main()
