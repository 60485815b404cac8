"""`python -m simulations.opposed_halfspaces`: check the bounds on opposed halfspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.opposed_halfspaces import OpposedHalfspaces as OpposedHalfspaces

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.opposed_halfspaces": ["OpposedHalfspaces"]}
)

app = application("simulations.opposed_halfspaces", "Check the bounds on opposed halfspaces.")


@app.default
def main(gap: float = 1.0, *, dim: int = 1, options: CheckOptions | None = None) -> int:
    """Check the bounds on the halfspaces z_1 < -gap and z_1 > gap.

    Parameters
    ----------
    gap
        Half the width of the hole.
    dim
        Dimension of the latent space.
    """
    from simulations.partitions.opposed_halfspaces import OpposedHalfspaces

    return run_family(OpposedHalfspaces(-gap, gap, dim), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
