"""`python -m simulations.orthants`: check the bounds on the orthants of R^d."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.orthants import Orthants as Orthants

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.orthants": ["Orthants"]}
)

app = application("simulations.orthants", "Check the bounds on the orthants of R^d.")


@app.default
def main(dim: int = 3, *, options: CheckOptions | None = None) -> int:
    """Check the bounds on the 2^d orthants.

    Parameters
    ----------
    dim
        Dimension of the latent space.
    """
    from simulations.partitions.orthants import Orthants

    return run_family(Orthants(dim), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
