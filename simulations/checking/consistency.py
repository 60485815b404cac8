"""What no check can have counted: a tally that was read is refused if it contradicts itself.

Everything in a tally is a sum over the same draws, so that its parts fix or limit each other. What
is left, counts that some sample would give, can't be told from those of the sample it came from.
"""

from __future__ import annotations

import math

import numpy as np

from simulations.arrays import IntArray
from simulations.checking.estimation import ETA_GRID, NET, TAIL, Moments, Plan, Tally
from simulations.checking.histogram import CELLS, EDGES, PLACE_BITS
from simulations.checking.intervals import Looks
from simulations.partitions.protocol import Partition

_ROUNDING = 1e-9
"""Share of a sum by which its rounding in another order may move it, and more."""


def contradiction(tally: Tally, partition: Partition, plan: Plan) -> str:
    """Say what in a tally no draws of a plan from a partition can have given; empty if nothing.

    Parameters
    ----------
    tally : Tally
        Of the blocks 0, 1, ..., of which the last may be partial.
    partition : Partition
    plan : Plan
        With the looks that were planned when the first block was drawn: they set the pilot.

    Returns
    -------
    str
    """
    draws = plan.draws(tally.samples)
    full, rest = divmod(tally.samples, plan.block)
    if tally.samples < 0 or tally.samples % plan.step:
        return f"samples={tally.samples}"
    if tally.blocks != full + (rest > 0):
        return f"blocks={tally.blocks} of {plan.block:,} points for {tally.samples:,}"
    # Each block is halved by itself.
    whole, last = plan.draws(plan.block), plan.draws(rest)
    halves = full * (whole // 2) + last // 2, full * (whole - whole // 2) + last - last // 2
    if tally.classes.draws != halves:
        return f"draws={tally.classes.draws} in the halves of {draws:,}"
    return (
        _of_arrays(tally, partition)
        or _of_classes(tally, partition)
        or _of_radii(tally, partition, plan)
        or _of_moments(tally, partition, plan)
    )


def looks_contradiction(looks: Looks, plan: Plan) -> str:
    """Say what in the looks no plan with these blocks has; empty if nothing."""
    if not looks.planned or min(*looks.planned, *looks.others, 1) < 1:
        return f"looks at {[*looks.planned, *looks.others]} points"
    last = looks.planned[-1]
    powers = [plan.block << k for k in range((last // plan.block).bit_length())]
    if looks.planned not in ((last,), (*(one for one in powers if one < last), last)):
        return f"planned looks at {list(looks.planned)} points in blocks of {plan.block:,}"
    if len({*looks.planned, *looks.others}) != len(looks.planned) + len(looks.others):
        return f"looks at {looks.others} points besides those planned"
    return ""


def growth_contradiction(whole: Tally, ended: Tally) -> str:
    """Say what there is less of after one block more, a partial one; empty if nothing."""
    if ended.blocks != whole.blocks + 1:
        return f"an end after {ended.blocks} blocks and {whole.blocks} full ones"
    for name, before, after in (
        ("class counts", whole.classes.counts, ended.classes.counts),
        ("tail", whole.tail, ended.tail),
        ("cells", whole.radii.counts, ended.radii.counts),
        ("places", whole.radii.places, ended.radii.places),
    ):
        if (after < before).any():
            return f"{name} that fall with another block"
    if ended.infinite < whole.infinite or ended.single.count < whole.single.count:
        return "fewer radii after another block"
    return ""


def _of_arrays(tally: Tally, partition: Partition) -> str:
    expected: dict[str, tuple[IntArray, tuple[int, ...]]] = {
        "class counts": (tally.classes.counts, (2, partition.classes)),
        "tail": (tally.tail, (ETA_GRID.size,)),
        "cells": (tally.radii.counts, (2, CELLS)),
        "places": (tally.radii.places, (2, CELLS)),
    }
    for name, (array, shape) in expected.items():
        if array.dtype != np.int64 or array.shape != shape:
            return f"{name} of type {array.dtype} and shape {array.shape}"
        if array.min(initial=0) < 0:
            return f"negative {name}"
    return ""


def _of_classes(tally: Tally, partition: Partition) -> str:
    covered, draws = tally.classes.counts.sum(axis=1), np.array(tally.classes.draws)
    # A sum of counts near 2^63 may come out negative.
    if (tally.classes.counts > draws.max(initial=0)).any() or (covered > draws).any():
        return "more draws in classes than there are"
    if not partition.has_holes and (covered != draws).any():
        return "draws in no class, and no holes"
    return ""


def _of_radii(tally: Tally, partition: Partition, plan: Plan) -> str:
    counts, covered = tally.radii.counts, tally.classes.covered
    if (counts > covered).any() or tally.radii.total != covered:
        return "as many radii as draws in classes are not in the cells"
    pilot, expected = int(counts[0].sum()), min(plan.pilot, tally.classes.total)
    if pilot > expected or (not partition.has_holes and pilot < expected):
        return f"{pilot} radii in the pilot of {expected}"
    deepest = counts * (2**PLACE_BITS - 1)
    deepest[:, [0, -1]] = 0
    if (tally.radii.places > deepest).any():
        return "places beyond their cells"
    if (tally.tail > covered).any() or (np.diff(tally.tail) > 0).any():
        return "a tail that grows"
    beyond = counts.sum(axis=0)[::-1].cumsum()[::-1][TAIL]
    if _single_in_cells(partition, plan) and (tally.tail != beyond).any():
        return "a tail that the cells don't have"
    return ""


def _single_in_cells(partition: Partition, plan: Plan) -> bool:
    """Whether the cells hold radii at draws, not means of pairs."""
    return plan.sampling != "antithetic" or partition.has_holes


def _of_moments(tally: Tally, partition: Partition, plan: Plan) -> str:
    draws = tally.classes.total
    units = draws // NET if plan.sampling == "quasi" else draws
    if not 0 <= tally.infinite <= tally.samples:
        return f"{tally.infinite} infinite radii"
    for name, one, most in (("radii", tally.single, draws), ("units", tally.units, units)):
        if not most - tally.infinite <= one.count <= most:
            return f"{one.count} {name} of {most} with {tally.infinite} infinite ones"
        if not (0 <= one.mean < math.inf and 0 <= one.centred < math.inf):
            return f"moments of {name} that are no numbers, or negative"
        if (one.count < 2 and one.centred) or (not one.count and one.mean):
            return f"moments of {one.count} {name}"
    if plan.sampling == "independent" and (
        tally.units != tally.single or tally.single.count + tally.infinite != draws
    ):
        return "units that are not the draws"
    held = tally.single if _single_in_cells(partition, plan) else tally.units
    if tally.infinite == 0 and not _within_cells(held, tally.radii.counts.sum(axis=0)):
        return "moments that the cells don't allow"
    return ""


def _within_cells(moments: Moments, counts: IntArray) -> bool:
    """Whether sums of numbers and of their squares lie within those of the cells' ends."""
    seen = counts > 0
    left, right, many = EDGES[:-1][seen], EDGES[1:][seen], counts[seen].astype(np.float64)
    total = moments.mean * moments.count
    squares = moments.centred + moments.mean * total
    for low, value, high in ((left, total, right), (left**2, squares, right**2)):
        least, most = float(low @ many), float(high @ many)
        if not least * (1 - _ROUNDING) <= value <= most * (1 + _ROUNDING):
            return False
    return True
