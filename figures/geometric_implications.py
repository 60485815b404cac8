"""What the talk's objective does to the latent space: vanilla against modified, side by side.

Latent maps of the first seed, holes white, and the means over five seeds with Student's 95 %
intervals: coverage, E r of the argmax partition under N(0, I), and distance of codes. The codes
come closer; neither the coverage nor E r under the prior is seen to fall.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from figures._definition import Claim, Definition, Results, least
from figures._experiment import EXPERIMENT, MAPS, OBJECTIVES, TITLES, document, latent_maps
from figures._style import MODIFIED, PAGE, VANILLA, FigureCanvasAgg, label, panel_letters
from figures.latent_map import draw_map

QUANTITIES = (
    "posterior: mean code distance",
    "curve at 0: expected_radius",
    "curve at 0.9: coverage",
)


def compute(threshold: float, quantities: list[str]) -> Results:
    """Both maps, and means over seeds with limits: (quantities, vanilla/talk/difference, 3)."""
    results: dict[str, np.ndarray] = {"threshold": np.array(threshold)}
    stored = latent_maps()
    for name in OBJECTIVES:
        confidence = stored[f"{name}_confidence"] / 255
        labels = stored[f"{name}_labels"].astype(np.int16)
        results[f"{name}_labels"] = np.where(confidence >= threshold, labels, -1)
        results[f"{name}_confidence"] = confidence.astype(np.float32)
    rows = {row["quantity"]: row for row in document()["summary"] if row["latent_dimension"] == 2}
    results["summary"] = np.array(
        [
            [
                [rows[quantity][column][end] for end in ("low", "mean", "high")]
                for column in (*OBJECTIVES, "difference")
            ]
            for quantity in quantities
        ]
    )
    return results


def draw(results: Results) -> Figure:
    """Draw the two maps and the three comparisons."""
    figure = Figure(figsize=(PAGE, 3.0))
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(3, 3, width_ratios=(1, 1, 0.6), hspace=0.25)
    maps = [figure.add_subplot(grid[:, column]) for column in (0, 1)]
    for one, name, title in zip(maps, OBJECTIVES, TITLES, strict=True):
        own = {
            "labels": results[f"{name}_labels"],
            "confidence": results[f"{name}_confidence"],
            "threshold": results["threshold"],
        }
        draw_map(one, own)
        one.set_title(title)
    maps[1].set_ylabel("")
    titles = ("distance of two codes", r"$\mathbf{E}\,r$ under $N(0, I)$", "coverage")
    bars = [figure.add_subplot(grid[row, 2]) for row in range(3)]
    for one, values, title in zip(bars, results["summary"], titles, strict=True):
        for place, (colour, name) in enumerate(zip((VANILLA, MODIFIED), TITLES, strict=True)):
            low, middle, high = values[place]
            one.errorbar(
                middle, -place, xerr=[[middle - low], [high - middle]], fmt="o", color=colour
            )
            if one is bars[0]:
                label(one, high, -place, name, colour, xytext=(4, 0))
        largest = float(values[:2].max())
        one.set(xlim=(0, 1.65 * largest), ylim=(-1.5, 0.5), yticks=[], title=title)
        one.spines["left"].set_visible(False)
    panel_letters([*maps, *bars])
    return figure


def claims(results: Results) -> list[Claim]:
    """The codes come closer beyond the interval; coverage and E r do not move beyond theirs."""
    distance, radius, coverage = results["summary"][:, 2]
    return [
        Claim("codes come closer", float(-distance[2]), "estimated"),
        Claim(
            "no change of E r or coverage is established",
            least([-radius[0], radius[2], -coverage[0], coverage[2]]),
            "estimated",
        ),
    ]


FIGURE = Definition(
    "geometric_implications",
    compute,
    draw,
    claims,
    {"threshold": 0.9, "quantities": list(QUANTITIES)},
    inputs=(EXPERIMENT, MAPS),
)
