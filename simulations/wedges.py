"""`python -m simulations.wedges`: check the bounds on wedges of the plane."""

from __future__ import annotations

from cyclopts import App

from bounds.support.console import launch
from simulations.command import CheckOptions, run_family
from simulations.partitions.wedges import Wedges

__all__ = ["Wedges"]

app = App(name="simulations.wedges", help="Check the bounds on wedges of the plane.")


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
