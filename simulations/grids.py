"""`python -m simulations.grids`: check the bounds on product grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import lazy_loader
from cyclopts import Parameter

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.grids import Grid as Grid

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.grids": ["Grid"]}
)

app = application("simulations.grids", "Check the bounds on product grids.")


@app.default
def main(
    cuts: Annotated[list[float] | None, Parameter(consume_multiple=True)] = None,
    *,
    dim: int = 2,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on a grid with the same cuts on each axis.

    Parameters
    ----------
    cuts
        Where each coordinate is cut; -1 0 1 by default.
    dim
        Number of axes.
    """
    from bounds.support.validation import count
    from simulations.partitions.grids import Grid

    axis = [-1.0, 0.0, 1.0] if cuts is None else cuts
    return run_family(Grid([axis] * count(dim, "dim")), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
