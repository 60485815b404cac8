"""`python -m simulations.nearest_neighbour`: check the bounds on unions of Voronoi cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.nearest_neighbour import NearestNeighbour as NearestNeighbour

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.nearest_neighbour": ["NearestNeighbour"]}
)

app = application("simulations.nearest_neighbour", "Check the bounds on unions of Voronoi cells.")


@app.default
def main(
    centres: int = 30,
    *,
    classes: int = 3,
    dim: int = 2,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on a 1-nearest-neighbour classifier with random labelled centres.

    Parameters
    ----------
    centres
        Number of centres, standard normal, drawn from the seed.
    classes
        Number of labels, drawn uniformly.
    dim
        Dimension of the latent space; above 2 the radius is an upper bound.
    """
    from simulations.partitions.nearest_neighbour import NearestNeighbour

    options = options or CheckOptions()
    return run_family(NearestNeighbour.random(centres, classes, dim, options.seed), options)


if __name__ == "__main__":
    launch(app)
