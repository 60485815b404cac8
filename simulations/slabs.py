"""Parallel slabs: the first coordinate cut at points.

python -m simulations.slabs --cuts -1 --cuts 0.5
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from cyclopts import App, Parameter
from scipy.special import ndtr

from bounds._console import launch
from bounds._validation import count
from simulations._cli import CheckOptions, run_family
from simulations._cuts import increasing, interval_and_distance, normal_masses, territories
from simulations._family import FusedCalls, points
from simulations.partition import JSON, FloatArray, IntArray


def _density(x: FloatArray) -> FloatArray:
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Slabs(FusedCalls):
    """Classes t_k < z_1 < t_(k+1), k = 0..m, with t_0 = -inf and t_(m+1) = +inf.

    r(z) is the distance from z_1 to the nearest cut. With a and b the limits of the points nearest
    to cut t, E r = sum over the cuts of

        t (2 Phi(t) - Phi(a) - Phi(b)) + 2 phi(t) - phi(a) - phi(b).

    Parameters
    ----------
    cuts : sequence of float, shape (m,)
        Increasing and finite; none gives one class.
    dim : int
        Dimension d of the latent space.

    Raises
    ------
    ValueError
        If the cuts don't increase or d < 1.

    Examples
    --------
    >>> round(Slabs([0.0]).expected_radius(), 12)
    0.797884560803
    """

    cuts: FloatArray
    dim: int

    def __init__(self, cuts: Sequence[float] | FloatArray, dim: int = 1) -> None:
        object.__setattr__(self, "cuts", increasing(cuts, "cuts"))
        object.__setattr__(self, "dim", count(dim, "dim"))

    @property
    def name(self) -> str:
        """Name of the family."""
        return "slabs"

    @property
    def classes(self) -> int:
        """Number of classes, m + 1."""
        return len(self.cuts) + 1

    def classify_and_radius(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and radii of the rows of `z`."""
        return interval_and_distance(points(z, self.dim)[:, 0], self.cuts)

    def masses(self) -> FloatArray:
        """Exact masses Phi(t_(k+1)) - Phi(t_k)."""
        return normal_masses(self.cuts)

    def expected_radius(self) -> float:
        """Exact E r; +inf for one class."""
        if len(self.cuts) == 0:
            return math.inf
        low, high = territories(self.cuts, -math.inf)
        t = self.cuts
        terms = t * (2 * ndtr(t) - ndtr(low) - ndtr(high))
        terms += 2 * _density(t) - _density(low) - _density(high)
        return math.fsum(terms)

    def parameters(self) -> dict[str, JSON]:
        """The cuts and the dimension."""
        return {"cuts": self.cuts.tolist(), "dim": self.dim}


app = App(name="simulations.slabs", help="Check the bounds on parallel slabs.")


@app.default
def main(
    cuts: Annotated[list[float] | None, Parameter(consume_multiple=True)] = None,
    *,
    dim: int = 1,
    options: CheckOptions | None = None,
) -> int:
    """Check the bounds on slabs between parallel hyperplanes.

    Parameters
    ----------
    cuts
        Where the first coordinate is cut; -1 0 1 by default.
    dim
        Dimension of the latent space.
    """
    return run_family(
        Slabs([-1.0, 0.0, 1.0] if cuts is None else cuts, dim), options or CheckOptions()
    )


if __name__ == "__main__":
    launch(app)
