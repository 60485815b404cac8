"""`python -m simulations.power_cells`: check the bounds on power cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.power_cells import PowerCells as PowerCells

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.power_cells": ["PowerCells"]}
)

app = application("simulations.power_cells", "Check the bounds on power cells.")


@app.default
def main(
    classes: int = 10,
    *,
    dim: int = 2,
    spread: float = 1.0,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on power cells of random centres and weights, drawn from the seed.

    Parameters
    ----------
    classes
        Number of centres.
    dim
        Dimension of the latent space.
    spread
        Standard deviation of the weights; 0 gives Voronoi cells.
    """
    from simulations.partitions.power_cells import PowerCells

    options = options or CheckOptions()
    return run_family(PowerCells.random(dim, classes, options.seed, spread), options)


if __name__ == "__main__":
    launch(app)
