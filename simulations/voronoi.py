"""`python -m simulations.voronoi`: check the bounds on Voronoi cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.voronoi import Voronoi as Voronoi

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.voronoi": ["Voronoi"]}
)

app = application("simulations.voronoi", "Check the bounds on Voronoi cells.")


@app.default
def main(
    *,
    dim: int = 2,
    classes: int = 10,
    centres: Path | None = None,
    device: str | None = None,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on the Voronoi cells of random or given centres.

    Parameters
    ----------
    dim
        Dimension of the latent space, for random centres.
    classes
        Number of random centres, standard normal, drawn from the seed.
    centres
        File of centres, (K, d): .npy, .npz, .csv, .tsv or .txt; replaces dim and classes.
    device
        Device of torch that compares the centres, such as cuda; the CPU without torch if not given.
    """
    from bounds.support.tables import read_table
    from simulations.partitions.voronoi import Voronoi

    options = options or CheckOptions()
    if centres is None:
        partition = Voronoi.random(dim, classes, options.seed, device)
    else:
        partition = Voronoi(read_table(centres, "centres"), {"file": str(centres)}, device)
    return run_family(partition, options)


if __name__ == "__main__":
    launch(app)
