"""`python -m simulations.slabs`: check the bounds on parallel slabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import lazy_loader
from cyclopts import Parameter

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.slabs import Slabs as Slabs

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.slabs": ["Slabs"]}
)

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
    from simulations.partitions.slabs import Slabs

    return run_family(
        Slabs([-1.0, 0.0, 1.0] if cuts is None else cuts, dim), options or CheckOptions()
    )


if __name__ == "__main__":
    launch(app)
