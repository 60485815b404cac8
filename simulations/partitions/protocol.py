"""What the check needs to know of a partition of the latent space, and nothing more."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from simulations.arrays import FloatArray, IntArray

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

HOLE = -1
"""The label of a latent point that belongs to no class."""


@runtime_checkable
class Partition(Protocol):
    """K disjoint classes K_0, ..., K_{K-1} of R^d, with the radius of each point.

    For z in K_i the radius r(z) is the distance from z to the union of the other classes.
    Nothing is inherited: any object with these members is a partition. Implementations are
    picklable, immutable and safe to call from several threads; kernels release the GIL.
    Row i of a result depends on row i of `z` alone, to the last bit, so that results do not
    depend on how samples are grouped.

    Attributes
    ----------
    dim : int
        Dimension d of the latent space, at least 1.
    classes : int
        Number of classes K, at least 1; classes may be empty.
    name : str
        A short name of the family, for reports.
    has_holes : bool
        Whether points outside every class (label -1) may have positive probability. If False,
        the classes cover R^d up to a null set and the radius is the distance to the decision
        boundary.
    radius_is_exact : bool
        If False, `radius` is an upper bound of the true radius (a distance found by a search).
    """

    @property
    def dim(self) -> int: ...

    @property
    def classes(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def has_holes(self) -> bool: ...

    @property
    def radius_is_exact(self) -> bool: ...

    def classify(self, z: FloatArray) -> IntArray:
        """Labels in 0..K-1 of the rows of `z`, -1 in a hole: (n, d) to (n,)."""
        ...

    def radius(self, z: FloatArray) -> FloatArray:
        """Distance from each row of `z` to the nearest point of another class: (n, d) to (n,).

        +inf where there is no other class, NaN in a hole.
        """
        ...

    def classify_and_radius(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels and radii at once, fused where that is faster."""
        ...

    def masses(self) -> FloatArray | None:
        """Exact raw masses P[z in K_i], shape (K,), summing to the coverage; None if unknown."""
        ...

    def expected_radius(self) -> float | None:
        """Exact E[r(z) | z covered] for z ~ N(0, I_d); None if unknown."""
        ...

    def parameters(self) -> dict[str, JSON]:
        """What rebuilds the partition, as JSON, for reports and manifests."""
        ...
