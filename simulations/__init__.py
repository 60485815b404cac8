"""Partitions of a Gaussian latent space, estimates with finite-sample intervals, and verdicts."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from simulations.check import check
from simulations.confidence import Interval
from simulations.estimation import Moments, Plan, Tally
from simulations.partition import HOLE, Partition
from simulations.report import Report, print_report
from simulations.verdict import BoundCheck

if TYPE_CHECKING:
    from simulations.halfspaces import Halfspace
    from simulations.voronoi import Voronoi

__all__ = [
    "HOLE",
    "BoundCheck",
    "Halfspace",
    "Interval",
    "Moments",
    "Partition",
    "Plan",
    "Report",
    "Tally",
    "Voronoi",
    "check",
    "print_report",
]

_FAMILIES = {"Halfspace": "simulations.halfspaces", "Voronoi": "simulations.voronoi"}


def __getattr__(name: str) -> object:
    # Families are commands too: loading them here would load them twice under `python -m`.
    if name in _FAMILIES:
        return getattr(importlib.import_module(_FAMILIES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
