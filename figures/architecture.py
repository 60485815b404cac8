"""The VAE of the talk as it is built here for MNIST: layers, shapes and the objective.

Each block's height is the side of its feature maps and its width grows with their channels. Shapes
are those of the model, read from its layers.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from figures._definition import Claim, Definition, Results, least
from figures._style import HOLES, MEASURED, PAGE, QUIET, REFINED, SHARP, label, panels


def compute(size: int, latent_dimension: int, channels: int) -> Results:
    """Shapes (channels, side) after each convolution, of the encoder and of the decoder."""
    import torch
    from torch import nn

    from simulations.vae.model import VariationalAutoencoder

    model = VariationalAutoencoder(size, latent_dimension, channels).eval()
    shapes: dict[str, list[tuple[int, int]]] = {"encoder": [(1, size)], "decoder": []}
    with torch.no_grad():
        signal = torch.zeros(1, 1, size, size)
        for layer in model.encoder:
            signal = layer(signal)
            if isinstance(layer, nn.Conv2d):
                shapes["encoder"].append((signal.shape[1], signal.shape[2]))
        signal = torch.zeros(1, latent_dimension, 1, 1)
        for layer in model.decoder:
            signal = layer(signal)
            if isinstance(layer, nn.ConvTranspose2d):
                shapes["decoder"].append((signal.shape[1], signal.shape[2]))
    return {
        "encoder": np.array(shapes["encoder"]),
        "decoder": np.array(shapes["decoder"]),
        "latent_dimension": np.array(latent_dimension),
    }


def draw(results: Results) -> Figure:
    """Draw the layers from left to right, with the terms of the objective below."""
    figure, (axes,) = panels(width=PAGE, height=2.3)
    axes.set(xlim=(0, 100), ylim=(-19, 22), aspect="auto")
    axes.axis("off")
    dimension = int(results["latent_dimension"])

    def block(x: float, channels: int, side: int, colour: str) -> float:
        width = 1.2 + 0.45 * np.log2(channels)
        height = 4 + 20 * side / float(results["encoder"][0, 1])
        axes.add_patch(
            Rectangle(
                (x, -height / 2 + 4), width, height, facecolor=colour, edgecolor="white", alpha=0.8
            )
        )
        label(
            axes,
            x + width / 2,
            height / 2 + 4,
            f"{channels}×{side}×{side}",
            QUIET,
            ha="center",
            xytext=(0, 5),
        )
        return x + width

    def arrow(start: float, end: float, text: str = "") -> None:
        axes.add_patch(
            FancyArrowPatch(
                (start + 0.3, 4),
                (end - 0.3, 4),
                arrowstyle="-|>",
                mutation_scale=6,
                color=MEASURED,
                linewidth=0.6,
            )
        )
        if text:
            label(axes, (start + end) / 2, 4, text, ha="center", xytext=(0, -7))

    x = 1.0
    channels, side = results["encoder"][0]
    end = block(x, int(channels), int(side), QUIET)
    for channels, side in results["encoder"][1:]:
        arrow(end, end + 6)
        end = block(end + 6, int(channels), int(side), SHARP)
    arrow(end, end + 6)
    axes.text(end + 6.4, 4, "$\\mu,\\ \\log\\sigma^2$", va="center", fontsize=8.5)
    arrow(end + 13.2, end + 18.5)
    centre = end + 23
    axes.add_patch(
        Rectangle((centre - 4.5, -1), 9, 10, facecolor=HOLES, alpha=0.45, edgecolor="white")
    )
    axes.text(
        centre, 4, f"$z \\in \\mathbf{{R}}^{{{dimension}}}$", ha="center", va="center", fontsize=8.5
    )
    end = centre + 4.5
    for channels, side in results["decoder"]:
        arrow(end, end + 6)
        end = block(end + 6, int(channels), int(side), REFINED if channels > 1 else QUIET)
    label(axes, 20, 0, "encoder: strided convolutions", SHARP, ha="center", xytext=(0, -34))
    label(axes, centre, 0, r"$z = \mu + \sigma\varepsilon$", HOLES, ha="center", xytext=(0, -16))
    label(axes, 82, 0, "decoder: transposed convolutions", REFINED, ha="center", xytext=(0, -34))
    axes.text(
        50,
        -17.5,
        r"binary cross-entropy $+\ \mathrm{KL}(q(z|x)\,\|\,N(0,I))$"
        r"$\ +\ \lambda\sum_{i\leq b/2}\|\mathrm{enc}(\ell_i)-\mathrm{enc}(\ell_{i+b/2})\|^2"
        r"\,/\,\|\ell_i-\ell_{i+b/2}\|^2$,   weights clipped to $[-0.3, 0.3]$",
        ha="center",
        fontsize=8.5,
    )
    return figure


def claims(results: Results) -> list[Claim]:
    """The decoder gives back the encoder's shape, and sides shrink and grow one layer at a time."""
    encoder, decoder = results["encoder"], results["decoder"]
    return [
        Claim(
            "decoder ends where the encoder began",
            float(-np.abs(decoder[-1] - encoder[0]).max()),
            "computed",
        ),
        Claim("sides shrink along the encoder", least(-np.diff(encoder[:, 1])), "computed"),
        Claim("sides grow along the decoder", least(np.diff(decoder[:, 1])), "computed"),
    ]


FIGURE = Definition(
    "architecture", compute, draw, claims, {"size": 28, "latent_dimension": 2, "channels": 16}
)
