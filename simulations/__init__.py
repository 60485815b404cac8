"""Partitions of a Gaussian latent space, estimates with finite-sample intervals, and verdicts."""

from simulations.checking.check import check
from simulations.checking.estimation import Moments, Plan, Tally
from simulations.checking.intervals import Interval
from simulations.checking.report import Report, print_report
from simulations.checking.verdict import BoundCheck
from simulations.partitions import (
    HOLE,
    Arrangement,
    Balls,
    CoordinateArgmax,
    Grid,
    Halfspace,
    LinearArgmax,
    NearestNeighbour,
    OpposedHalfspaces,
    Orthants,
    Partition,
    PowerCells,
    Shells,
    Slabs,
    TruncatedVoronoi,
    Voronoi,
    Wedges,
)

__all__ = [
    "HOLE",
    "Arrangement",
    "Balls",
    "BoundCheck",
    "CoordinateArgmax",
    "Grid",
    "Halfspace",
    "Interval",
    "LinearArgmax",
    "Moments",
    "NearestNeighbour",
    "OpposedHalfspaces",
    "Orthants",
    "Partition",
    "Plan",
    "PowerCells",
    "Report",
    "Shells",
    "Slabs",
    "Tally",
    "TruncatedVoronoi",
    "Voronoi",
    "Wedges",
    "check",
    "print_report",
]
