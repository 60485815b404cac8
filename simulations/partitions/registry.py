"""The registry of families: what the gallery, the figures and the family tests run over."""

from collections.abc import Mapping

from simulations.partitions.argmax import CoordinateArgmax, LinearArgmax
from simulations.partitions.arrangements import Arrangement
from simulations.partitions.balls import Balls
from simulations.partitions.grids import Grid
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.nearest_neighbour import NearestNeighbour
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces
from simulations.partitions.orthants import Orthants
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.truncated_voronoi import TruncatedVoronoi
from simulations.partitions.voronoi import Voronoi
from simulations.partitions.wedges import Wedges

ALL: Mapping[str, type[Partition]] = {
    family.__name__: family
    for family in (
        Halfspace,
        Slabs,
        Orthants,
        Wedges,
        Shells,
        Grid,
        CoordinateArgmax,
        LinearArgmax,
        Voronoi,
        PowerCells,
        Arrangement,
        NearestNeighbour,
        OpposedHalfspaces,
        Balls,
        TruncatedVoronoi,
    )
}
"""Every family by the name of its class."""
