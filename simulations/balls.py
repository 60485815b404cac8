"""`python -m simulations.balls`: check the bounds on disjoint balls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.balls import Balls as Balls

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.balls": ["Balls"]}
)

app = application("simulations.balls", "Check the bounds on disjoint balls.")


@app.default
def main(
    classes: int = 4,
    *,
    dim: int = 2,
    distance: float = 1.5,
    fill: float = 0.8,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on K equal disjoint balls around the origin.

    Parameters
    ----------
    classes
        Number of balls.
    dim
        Dimension of the latent space.
    distance
        Distance of the centres from the origin (d = 1: between neighbours).
    fill
        Size of the balls; 1 makes neighbours touch.
    """
    from simulations.partitions.balls import ring_of_balls

    return run_family(ring_of_balls(classes, dim, distance, fill), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
