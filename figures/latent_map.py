"""The latent plane of a plain VAE on MNIST: what digit each latent decodes to.

Colour is the classifier's digit, stronger where it is surer; white are the holes, where no class
has probability 0.9. The circles hold 50 % and 95 % of the latents drawn from N(0, I).
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from scipy.ndimage import distance_transform_edt

from figures._definition import Claim, Definition, Results, least
from figures._experiment import EXPERIMENT, MAPS, latent_maps
from figures._style import CLASSES, COLUMN, MEASURED, class_image, panels
from simulations.vae.latent_map import HALF_WIDTH


def compute(threshold: float) -> Results:
    """Digits, -1 in a hole, and the classifier's confidence."""
    stored = latent_maps()
    confidence = stored["vanilla_confidence"] / 255
    labels = stored["vanilla_labels"].astype(np.int16)
    return {
        "labels": np.where(confidence >= threshold, labels, -1),
        "confidence": confidence.astype(np.float32),
        "threshold": np.array(threshold),
    }


def draw_classes(axes: Axes, results: Results) -> None:
    """Draw one latent map: colours of digits, and the circles of the prior."""
    labels, confidence = results["labels"].astype(np.int64), results["confidence"]
    strength = 0.35 + 0.65 * (confidence - results["threshold"]) / (1 - results["threshold"])
    extent = (-HALF_WIDTH, HALF_WIDTH, -HALF_WIDTH, HALF_WIDTH)
    axes.imshow(class_image(labels, strength.astype(np.float64)), origin="lower", extent=extent)
    for radius in (1.177410, 2.447747):
        axes.add_patch(Circle((0, 0), radius, fill=False, color=MEASURED, linewidth=0.5))
    axes.set(aspect="equal")


def draw_map(axes: Axes, results: Results) -> None:
    """Draw one latent map with each digit's name at the middle of its largest region."""
    draw_classes(axes, results)
    labels = results["labels"]
    nodes = np.linspace(-HALF_WIDTH, HALF_WIDTH, len(labels))
    density = np.exp(-0.5 * (nodes[:, None] ** 2 + nodes**2))
    for digit in range(len(CLASSES)):
        region = labels == digit
        if density[region].sum() < 0.002 * density.sum():
            continue
        # Well inside the region, and where the prior has mass.
        depth = distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1]
        row, column = np.unravel_index((np.minimum(depth, 12) * density).argmax(), region.shape)
        axes.text(
            nodes[column],
            nodes[row],
            str(digit),
            ha="center",
            va="center",
            fontsize=8,
            fontweight="bold",
            path_effects=[withStroke(linewidth=1.5, foreground="white")],
        )
    axes.set(xlabel="$z_1$", ylabel="$z_2$")


def draw(results: Results) -> Figure:
    """Draw the map."""
    figure, (axes,) = panels(width=COLUMN, height=3.2)
    draw_map(axes, results)
    return figure


def claims(results: Results) -> list[Claim]:
    """There are holes, and several digits."""
    labels, confidence = results["labels"], results["confidence"]
    covered = labels >= 0
    digits = len(np.unique(labels[covered]))
    return [
        Claim("there are holes", float((~covered).mean()), "illustrated"),
        Claim("at least five digits have a region", float(digits - 5), "illustrated"),
        Claim(
            "no hole where the classifier is sure",
            least(confidence[covered] - results["threshold"] + 1e-6),
            "illustrated",
        ),
    ]


FIGURE = Definition(
    "latent_map", compute, draw, claims, {"threshold": 0.9}, inputs=(EXPERIMENT, MAPS)
)
