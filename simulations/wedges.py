"""`python -m simulations.wedges`: check the bounds on wedges of the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.wedges import Wedges as Wedges

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.wedges": ["Wedges"]}
)

app = application("simulations.wedges", "Check the bounds on wedges of the plane.")


@app.default
def main(classes: int = 5, *, options: CheckOptions | None = None) -> int:
    """Check the bounds on K equal wedges of the plane.

    Parameters
    ----------
    classes
        Number of wedges.
    """
    from simulations.partitions.wedges import Wedges

    return run_family(Wedges.equal(classes), options or CheckOptions())


if __name__ == "__main__":
    launch(app)
