"""`python -m simulations.argmax`: check the bounds on the argmax of scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import lazy_loader

from bounds.support.console import application, launch
from bounds.support.errors import InvalidValueError
from simulations.command import CheckOptions, run_family

if TYPE_CHECKING:
    from simulations.partitions.argmax import CoordinateArgmax as CoordinateArgmax
    from simulations.partitions.argmax import LinearArgmax as LinearArgmax

__getattr__, __dir__, __all__ = lazy_loader.attach(
    "simulations", submod_attrs={"partitions.argmax": ["CoordinateArgmax", "LinearArgmax"]}
)

app = application("simulations.argmax", "Check the bounds on the argmax of scores.")


@app.default
def main(
    classes: int = 10,
    *,
    dim: int | None = None,
    weights: Path | None = None,
    bias: Path | None = None,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on the argmax of K scores.

    Parameters
    ----------
    classes
        Number of scores. Alone: the coordinates of R^K.
    dim
        Random linear scores of R^dim instead, standard normal, drawn from the seed.
    weights
        File of the weights, (K, d): .npy, .npz, .csv, .tsv or .txt; replaces classes and dim.
    bias
        File of the K offsets, in the same formats; 0 by default.
    """
    from bounds.support.tables import read_table
    from simulations.partitions.argmax import CoordinateArgmax, LinearArgmax

    options = options or CheckOptions()
    if weights is not None:
        offsets = None if bias is None else read_table(bias, "bias").ravel()
        return run_family(LinearArgmax(read_table(weights, "weights"), offsets), options)
    if bias is not None:
        raise InvalidValueError(f"bias={str(bias)!r}: expected with weights")
    if dim is None:
        return run_family(CoordinateArgmax(classes), options)
    return run_family(LinearArgmax.random(classes, dim, options.seed), options)


if __name__ == "__main__":
    launch(app)
