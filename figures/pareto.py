"""Coverage against class radius for every run of the experiment.

Each dot is one trained VAE on MNIST, latent dimension 2, at tau = 0.9: coverage with its 99 %
interval, and E[r | covered] by the dense grid, a bar down to where its discretisation error
reaches. A better generator lies up and left: more of the latent space covered, and its classes
closer. Crosses are means over seeds. The open problem of the talk is an objective that moves
there.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from figures._definition import Claim, Definition, Results, least
from figures._experiment import EXPERIMENT, OBJECTIVES, TITLES, limits, runs
from figures._style import COLUMN, MODIFIED, VANILLA, label, panels


def compute(latent_dimension: int, threshold: float) -> Results:
    """Coverage (low, estimate, high), and E r with its error, for each objective and seed."""
    found = runs(latent_dimension)
    results: dict[str, np.ndarray] = {}
    for name in OBJECTIVES:
        rows: list[tuple[float, ...]] = []
        for run in found[name]:
            point = next(one for one in run["curve"] if one["threshold"] == threshold)
            coverage = limits(run["check"]["thresholded"]["coverage"])
            error = min(point["radius_error"], point["expected_radius"])
            rows.append((*coverage, point["expected_radius"], error, point["holes"]))
        results[name] = np.array(rows)
    return results


def draw(results: Results) -> Figure:
    """Draw the runs and the means of both objectives."""
    figure, (axes,) = panels(width=COLUMN, height=2.7)
    for name, title, colour in zip(OBJECTIVES, TITLES, (VANILLA, MODIFIED), strict=True):
        low, middle, high, radius, error, _ = results[name].T
        axes.errorbar(
            radius,
            middle,
            xerr=[error, np.zeros_like(error)],
            yerr=[middle - low, high - middle],
            fmt="o",
            color=colour,
            elinewidth=0.7,
        )
        axes.plot(radius.mean(), middle.mean(), "x", color=colour, markersize=8, markeredgewidth=2)
        above = name == "vanilla"
        at = int(middle.argmax() if above else middle.argmin())
        label(axes, radius[at], middle[at], title, colour, xytext=(6, 10 if above else -12))
    axes.annotate(
        "better",
        (0.02, 0.46),
        xytext=(0.08, 0.34),
        xycoords="axes fraction",
        textcoords="axes fraction",
        fontsize=7.5,
        arrowprops={"arrowstyle": "-|>", "linewidth": 0.6, "color": "black"},
    )
    axes.set(xlabel=r"$\mathbf{E}[r\,|\,\mathrm{covered}]$ at $\tau = 0.9$", ylabel="coverage")
    axes.margins(0.12)
    return figure


def claims(results: Results) -> list[Claim]:
    """Each run's E[r | covered] is below its bound with holes."""
    every = np.concatenate([results[name] for name in OBJECTIVES])
    return [
        Claim(
            "E[r | covered] <= bound with holes", least(every[:, 5] - every[:, 3]), "illustrated"
        ),
        Claim(
            "coverage in its interval",
            least([every[:, 1] - every[:, 0], every[:, 2] - every[:, 1]]),
            "estimated",
        ),
    ]


FIGURE = Definition(
    "pareto",
    compute,
    draw,
    claims,
    {"latent_dimension": 2, "threshold": 0.9},
    inputs=(EXPERIMENT,),
)
