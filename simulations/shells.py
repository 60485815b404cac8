"""`python -m simulations.shells`: check the bounds on concentric shells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import lazy_loader
from cyclopts import Parameter

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.shells import Shells as Shells

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.shells": ["Shells"]}
)

app = application("simulations.shells", "Check the bounds on concentric shells.")


@app.default
def main(
    cuts: Annotated[list[float] | None, Parameter(consume_multiple=True)] = None,
    *,
    dim: int = 3,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on concentric shells.

    Parameters
    ----------
    cuts
        Radii of the spheres between the classes; 1 1.5 2 by default.
    dim
        Dimension of the latent space.
    """
    from simulations.partitions.shells import Shells

    return run_family(
        Shells([1.0, 1.5, 2.0] if cuts is None else cuts, dim), options or CheckOptions()
    )


if __name__ == "__main__":
    launch(app)
