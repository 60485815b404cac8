"""`python -m simulations.slabs`: check the bounds on parallel slabs."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family
from simulations.partitions.slabs import Slabs

__all__ = ["Slabs"]

app = application("simulations.slabs", "Check the bounds on parallel slabs.")


@app.default
def main(
    cuts: Annotated[list[float] | None, Parameter(consume_multiple=True)] = None,
    *,
    dim: int = 1,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on slabs between parallel hyperplanes.

    Parameters
    ----------
    cuts
        Where the first coordinate is cut; -1 0 1 by default.
    dim
        Dimension of the latent space.
    """
    return run_family(
        Slabs([-1.0, 0.0, 1.0] if cuts is None else cuts, dim), options or CheckOptions()
    )


if __name__ == "__main__":
    launch(app)
