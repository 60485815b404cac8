"""`python -m simulations.truncated_voronoi`: check the bounds on cut Voronoi cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.truncated_voronoi import TruncatedVoronoi as TruncatedVoronoi

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.truncated_voronoi": ["TruncatedVoronoi"]}
)

app = application("simulations.truncated_voronoi", "Check the bounds on cut Voronoi cells.")


@app.default
def main(
    classes: int = 10,
    *,
    dim: int = 2,
    cut: float = 0.5,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on Voronoi cells of random centres, cut at a radius.

    Parameters
    ----------
    classes
        Number of centres, standard normal, drawn from the seed.
    dim
        Dimension of the latent space; above 2 the radius is an upper bound.
    cut
        Radius around each centre beyond which its cell is cut off.
    """
    from simulations.partitions.truncated_voronoi import TruncatedVoronoi
    from simulations.partitions.voronoi import Voronoi

    options = options or CheckOptions()
    centres = Voronoi.random(dim, classes, options.seed).centres
    return run_family(TruncatedVoronoi(centres, cut), options)


if __name__ == "__main__":
    launch(app)
