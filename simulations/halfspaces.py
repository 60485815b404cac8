"""`python -m simulations.halfspaces`: check the bounds on two halfspaces."""

from __future__ import annotations

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family
from simulations.partitions.halfspaces import Halfspace

__all__ = ["Halfspace"]

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
    return run_family(Halfspace(mass, dim), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
