"""`python -m simulations.halfspaces`: check the bounds on two halfspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.halfspaces import Halfspace as Halfspace

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.halfspaces": ["Halfspace"]}
)

app = application("simulations.halfspaces", "Check the bounds on two halfspaces.")


@app.default
def main(*, mass: float = 0.5, dim: int = 1, options: CheckOptions | None = None) -> int:
    """Check the bounds on two halfspaces, where E r = sum f(p_i) exactly.

    Parameters
    ----------
    mass
        Mass of the first halfspace, in (0, 1).
    dim
        Dimension of the latent space.
    """
    from simulations.partitions.halfspaces import Halfspace

    return run_family(Halfspace(mass, dim), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
