"""Latent planes and samples of autoencoders of MNIST trained for different objectives.

d = 2, the first seed of each, drawn as those of the 8 x 8 digits in `objective_maps`: above, the
digit that the convolutional judge sees where its probability is at least tau; below, what is
decoded at the same 64 latents for all, unselected.
"""

from __future__ import annotations

from figures import objective_maps
from figures._definition import Definition, Results
from figures._experiment import RESULTS

NAME = "objectives-mnist"


def compute(record: str) -> Results:
    """Those of `objective_maps`, of another record."""
    return objective_maps.compute(record)


FIGURE = Definition(
    "objective_maps_mnist",
    compute,
    objective_maps.draw,
    objective_maps.claims,
    {"record": NAME},
    inputs=(RESULTS / f"{NAME}.json", RESULTS / f"{NAME}.npz"),
)
