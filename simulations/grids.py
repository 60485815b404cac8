"""`python -m simulations.grids`: check the bounds on product grids."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from bounds.support.console import application, launch
from bounds.support.validation import count
from simulations.command import CheckOptions, run_family
from simulations.partitions.grids import Grid

__all__ = ["Grid"]

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
    axis = [-1.0, 0.0, 1.0] if cuts is None else cuts
    return run_family(Grid([axis] * count(dim, "dim")), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
