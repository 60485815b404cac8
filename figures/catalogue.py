"""All figures, in the order in which the paper shows them."""

from __future__ import annotations

import importlib

from bounds.support.errors import InvalidValueError
from figures._definition import Definition

NAMES = (
    "bound_against_classes",
    "latent_map",
    "geometric_implications",
    "sample_quality",
    "architecture",
    "radius_bounds",
    "concavity",
    "chain",
    "tails",
    "entropy",
    "partition_gallery",
    "tightness",
    "failure",
    "convergence",
    "verdicts",
    "pareto",
    "coverage_curve",
    "diversity",
    "power",
    "both_limits",
    "objectives",
    "objective_maps",
    "objective_maps_mnist",
    "generators",
)


def definition(name: str) -> Definition:
    """The figure of that name.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> definition("concavity").name
    'concavity'
    """
    if name not in NAMES:
        raise InvalidValueError(f"only={name!r}: expected one of {', '.join(NAMES)}")
    found: Definition = importlib.import_module(f"figures.{name}").FIGURE
    return found
