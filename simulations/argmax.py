"""`python -m simulations.argmax`: check the bounds on the argmax of scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bounds.support.console import application, launch
from bounds.support.errors import InvalidValueError
from bounds.support.validation import count
from simulations.command import CheckOptions, run_family
from simulations.partitions.argmax import CoordinateArgmax, LinearArgmax
from simulations.partitions.voronoi import CENTRES_KEY, read_centres

__all__ = ["CoordinateArgmax", "LinearArgmax"]

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
        File of the weight matrix, (K, d), .npy or .csv; replaces classes and dim.
    bias
        File of the K offsets, .npy or .csv; 0 by default.
    """
    options = options or CheckOptions()
    if weights is not None:
        offsets = None if bias is None else read_centres(bias).ravel()
        return run_family(LinearArgmax(read_centres(weights), offsets), options)
    if bias is not None:
        raise InvalidValueError(f"bias={str(bias)!r}: expected with weights")
    if dim is None:
        return run_family(CoordinateArgmax(classes), options)
    child = np.random.SeedSequence(count(options.seed, "seed", 0), spawn_key=(CENTRES_KEY,))
    generator = np.random.Generator(np.random.SFC64(child))
    matrix = generator.standard_normal((count(classes, "classes"), count(dim, "dim")))
    return run_family(LinearArgmax(matrix, generator.standard_normal(classes)), options)


if __name__ == "__main__":
    launch(app)
