"""`python -m simulations.arrangements`: check the bounds on hyperplane arrangements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.arrangements import Arrangement as Arrangement

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.arrangements": ["Arrangement"]}
)

app = application("simulations.arrangements", "Check the bounds on hyperplane arrangements.")


@app.default
def main(
    hyperplanes: int = 6,
    *,
    dim: int = 3,
    spread: float = 1.0,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on the cells of random hyperplanes, drawn from the seed.

    Parameters
    ----------
    hyperplanes
        Number of hyperplanes, m; the classes are their 2^m sign vectors.
    dim
        Dimension of the latent space.
    spread
        Standard deviation of the hyperplanes' distances from the origin; 0 puts all through it.
    """
    from simulations.partitions.arrangements import Arrangement

    options = options or CheckOptions()
    return run_family(Arrangement.random(hyperplanes, dim, options.seed, spread), options)


if __name__ == "__main__":
    launch(app)
