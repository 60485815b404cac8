"""Partitions of the latent space, one family a module, and the registry of them all."""

from simulations.partitions.argmax import CoordinateArgmax, LinearArgmax
from simulations.partitions.arrangements import Arrangement
from simulations.partitions.balls import Balls
from simulations.partitions.grids import Grid
from simulations.partitions.halfspaces import Halfspace
from simulations.partitions.nearest_neighbour import NearestNeighbour
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces
from simulations.partitions.orthants import Orthants
from simulations.partitions.power_cells import PowerCells
from simulations.partitions.protocol import HOLE, Partition
from simulations.partitions.shells import Shells
from simulations.partitions.slabs import Slabs
from simulations.partitions.truncated_voronoi import TruncatedVoronoi
from simulations.partitions.voronoi import Voronoi
from simulations.partitions.wedges import Wedges

__all__ = [
    "HOLE",
    "Arrangement",
    "Balls",
    "CoordinateArgmax",
    "Grid",
    "Halfspace",
    "LinearArgmax",
    "NearestNeighbour",
    "OpposedHalfspaces",
    "Orthants",
    "Partition",
    "PowerCells",
    "Shells",
    "Slabs",
    "TruncatedVoronoi",
    "Voronoi",
    "Wedges",
]
