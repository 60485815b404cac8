"""`python -m simulations.balls`: check the bounds on disjoint balls."""

from __future__ import annotations

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family
from simulations.partitions.balls import Balls, ring_of_balls

__all__ = ["Balls"]

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
    return run_family(ring_of_balls(classes, dim, distance, fill), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
