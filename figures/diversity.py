"""What a class radius certifies about diversity, where the truth is known and where it is not.

Left, random Voronoi partitions of R^10: the interval of H_2 from collisions, and the certified
upper bound from the lower limit of E r, by g (the inverse of the talk's gamma is off the scale).
The order by E r is the order by diversity here, but the bound is loose. Right, the runs of the
experiment, at level 0.99 each: H_2 of the argmax classes and, by g, the bound that E r would give
if the grid's radius less its discretisation error were a lower limit. Every bound is above every
interval, so E r certifies no order among them.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

import bounds
from figures._definition import Claim, Definition, Results, least
from figures._experiment import EXPERIMENT, OBJECTIVES, TITLES, argmax_radius, limits, runs
from figures._style import (
    MEASURED,
    MODIFIED,
    PAGE,
    SHARP,
    VANILLA,
    label,
    panel_letters,
    panels,
)
from simulations.checking.check import check
from simulations.partitions.voronoi import Voronoi


def compute(
    classes: list[int], dim: int, samples: int, seed: int, latent_dimension: int
) -> Results:
    """Limits of H_2 and the bounds from E r."""
    known: list[tuple[float, ...]] = []
    for number in classes:
        report = check(Voronoi.random(dim, number, seed), samples=samples, rng=seed)
        entropy, radius = report.collision_entropy, report.expected_radius
        certified = bounds.entropy_bound(radius.low)
        known.append((entropy.low, entropy.estimate, entropy.high, certified.sharp, certified.talk))
    results: dict[str, np.ndarray] = {"classes": np.array(classes), "known": np.array(known)}
    for name, group in runs(latent_dimension).items():
        rows: list[tuple[float, ...]] = []
        for run in group:
            radius, error = argmax_radius(run)
            certified = bounds.entropy_bound(max(radius - error, 0.0)).sharp
            rows.append((*limits(run["check"]["argmax"]["collision_entropy"]), certified))
        results[name] = np.array(rows)
    return results


def draw(results: Results) -> Figure:
    """Draw intervals and bounds as rows."""
    figure, (known, trained) = panels(1, 2, width=PAGE, height=2.6)
    for row, (number, values) in enumerate(zip(results["classes"], results["known"], strict=True)):
        low, middle, high, sharp, _ = values
        known.errorbar(middle, row, xerr=[[middle - low], [high - middle]], fmt="o", color=MEASURED)
        known.plot([middle, sharp], [row, row], color=SHARP, linewidth=0.5)
        known.plot(sharp, row, "|", color=SHARP, markersize=8, markeredgewidth=1.5)
        known.text(
            -0.02,
            row,
            f"{number:,}",
            transform=known.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=7.5,
        )
    top = results["known"][-1]
    row = len(results["classes"]) - 1
    label(known, top[1], row, "measured", ha="center", xytext=(0, 8))
    label(
        known, top[3], row, r"bound from $\mathbf{E}\,r$ by $g$", SHARP, ha="right", xytext=(2, 9)
    )
    known.set(
        yticks=[], xlim=(0, None), ylim=(-0.6, row + 0.9), xlabel="collision entropy $H_2$, nats"
    )
    known.set_ylabel("number of classes $K$", labelpad=26)
    known.set_title("random Voronoi cells of $\\mathbf{R}^{10}$")

    row = 0
    ticks: list[float] = []
    for name, colour in zip(OBJECTIVES, (VANILLA, MODIFIED), strict=True):
        for low, middle, high, sharp in results[name]:
            trained.errorbar(
                middle, row, xerr=[[middle - low], [high - middle]], fmt="o", color=colour
            )
            trained.plot([middle, sharp], [row, row], color=SHARP, linewidth=0.5)
            trained.plot(sharp, row, "|", color=SHARP, markersize=6, markeredgewidth=1.5)
            row += 1
        ticks.append(row - 0.5 - len(results[name]) / 2)
        row += 1
    trained.axvline(np.log(10), color=MEASURED, linewidth=0.5)
    label(trained, np.log(10), row - 1.1, r"$\log 10$", xytext=(3, 0))
    trained.set_yticks(ticks, TITLES)
    trained.tick_params(axis="y", length=0)
    trained.set(xlim=(0, None), ylim=(-0.8, row - 0.6), xlabel="collision entropy $H_2$, nats")
    trained.set_title("trained on MNIST, five seeds each")
    panel_letters([known, trained])
    return figure


def claims(results: Results) -> list[Claim]:
    """Bounds above the intervals; the radius orders the known partitions; trained runs overlap."""
    low, _, high, sharp, talk = results["known"].T
    every = np.concatenate([results[name] for name in OBJECTIVES])
    return [
        Claim("H_2 <= its bound by g, known partitions", least(sharp - high), "estimated"),
        Claim("the bound by g is below that by gamma", least(talk - sharp), "estimated"),
        Claim("smaller E r, larger bound", least(np.diff(sharp)), "estimated"),
        Claim("collisions order the known partitions", least(low[1:] - high[:-1]), "estimated"),
        Claim(
            "every bound above every interval, trained runs",
            float(every[:, 3].min() - every[:, 2].max()),
            "illustrated",
        ),
    ]


FIGURE = Definition(
    "diversity",
    compute,
    draw,
    claims,
    {
        "classes": [10, 20, 50, 100, 200, 500, 1000],
        "dim": 10,
        "samples": 1_000_000,
        "seed": 0,
        "latent_dimension": 2,
    },
    {"classes": [10, 40], "samples": 50_000},
    inputs=(EXPERIMENT,),
)
