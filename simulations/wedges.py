"""`python -m simulations.wedges`: check the bounds on wedges of the plane."""

from __future__ import annotations

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family
from simulations.partitions.wedges import Wedges

__all__ = ["Wedges"]

app = application("simulations.wedges", "Check the bounds on wedges of the plane.")


@app.default
def main(classes: int = 5, *, options: CheckOptions | None = None) -> int:
    """Check the bounds on K equal wedges of the plane.

    Parameters
    ----------
    classes
        Number of wedges.
    """
    return run_family(Wedges.equal(classes), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
