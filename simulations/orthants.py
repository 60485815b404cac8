"""`python -m simulations.orthants`: check the bounds on the orthants of R^d."""

from __future__ import annotations

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family
from simulations.partitions.orthants import Orthants

__all__ = ["Orthants"]

app = application("simulations.orthants", "Check the bounds on the orthants of R^d.")


@app.default
def main(dim: int = 3, *, options: CheckOptions | None = None) -> int:
    """Check the bounds on the 2^d orthants.

    Parameters
    ----------
    dim
        Dimension of the latent space.
    """
    return run_family(Orthants(dim), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
