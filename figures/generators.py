"""Six generators of 8 x 8 digits side by side: what they draw, how far their classes lie, how sure.

All by one judge, trained on other images than they. (a) Images of latents N(0, I). (b) The mean
class radius E r: a disc at its 99 % upper limit by the search, a triangle at the 99 % lower limit
for the classes smoothed by normal noise, and a tick at the sharp bound g of the estimated masses.
(c) The latent mass whose class is at least as probable as tau.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from bounds.support.records import read
from figures._definition import Claim, Definition, Results, least
from figures._style import CLASSES, MEASURED, PAGE, SHARP, draw_sheet, panel_letters, panels

RESULTS = Path(__file__).parents[1] / "simulations" / "examples" / "results"
NAME = "generators"


def compute(record: str) -> Results:
    """What is drawn, by generator."""
    arrays, manifest = read(record, RESULTS)
    parameters = manifest["parameters"]
    quantities = parameters["quantities"]
    chosen = ("E r", "E r, smoothed", "sharp", "coverage")
    return {
        "names": np.array(parameters["names"]),
        "dimensions": np.array(parameters["dimensions"]),
        "images": arrays["images"],
        "coverage_curve": arrays["curves"],
        "threshold": np.array(parameters["settings"]["threshold"]),
        **{name: arrays["values"][:, quantities.index(name)] for name in chosen},
    }


def draw(results: Results) -> Figure:
    """Draw images, radii and coverage."""
    figure, (sheet, radii, coverage) = panels(
        1, 3, width=PAGE, height=2.6, width_ratios=(1.35, 1, 1)
    )
    names = [
        f"{name}, $d={dim}$"
        for name, dim in zip(results["names"], results["dimensions"], strict=True)
    ]
    images = results["images"][:, :10]
    rows, side = len(images), images.shape[2]
    draw_sheet(sheet, images, aspect="auto")
    sheet.set(title="images", ylabel="generator")
    sheet.set_yticks((side + 1) * np.arange(rows) + side / 2, names)
    sheet.tick_params(length=0)

    places = np.arange(rows)
    radii.plot(results["E r, smoothed"][:, 1], places, ">", color=MEASURED, mfc="white")
    radii.plot(results["E r"][:, 2], places, "o", color=MEASURED)
    radii.plot(results["sharp"][:, 0], places, "|", color=SHARP, markersize=11, markeredgewidth=2)
    radii.set(
        title=r"$\mathbf{E}\,r$",
        xlabel="limits and bound",
        xlim=(0, None),
        ylim=(rows - 0.5, -0.5),
        yticks=[],
    )

    tau = np.linspace(0, 1, results["coverage_curve"].shape[1])
    for place, curve in enumerate(results["coverage_curve"]):
        coverage.plot(tau, curve, color=CLASSES[place], label=str(results["names"][place]))
    coverage.axvline(float(results["threshold"]), color=MEASURED, linewidth=0.6, linestyle=":")
    coverage.set(title="coverage", xlabel=r"$\tau$", ylabel="share of latents", xlim=(0.3, 1))
    coverage.set_ylim(0, 1.02)
    coverage.legend(loc="lower left")
    panel_letters([sheet, radii, coverage])
    return figure


def claims(results: Results) -> list[Claim]:
    """The bound holds at the limits, and the limits are in order."""
    low, high = results["E r, smoothed"][:, 1:].T
    curve = results["coverage_curve"]
    return [
        Claim("E r <= g(s)", least(results["sharp"][:, 1] - results["E r"][:, 2]), "estimated"),
        Claim("smoothed E r has a lower limit above 0", least(low), "estimated"),
        Claim("its limits are in order", least(high - low), "estimated"),
        Claim("coverage does not increase", least(curve[:, :-1] - curve[:, 1:]), "estimated"),
    ]


FIGURE = Definition(
    "generators",
    compute,
    draw,
    claims,
    {"record": NAME},
    inputs=(RESULTS / f"{NAME}.json", RESULTS / f"{NAME}.npz"),
)
