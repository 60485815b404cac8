"""E r between its lower and its upper limits, by what is known of a generator, against d.

The argmax of d coordinates, whose E r is known and which smoothing leaves as it is, written as a
network: tanh, a rotation, and logits. Limits at level 0.99 each. From above: distances that the
search finds with gradients, or with labels alone (the cells are linear, where its fit to labels is
at home), and two certified points of two smoothed classes. From below: smoothed classes, by votes
alone, at the default noise; and verified balls (at d = 2, cells), which see through the layers and
grow loose with d.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from figures._definition import Claim, Definition, Results, least
from figures._style import COLUMN, HOLES, ISOPERIMETRIC, MEASURED, SHARP, TALK, label, panels
from simulations.generators.generator import check_generator
from simulations.generators.smoothing import Smoothing
from simulations.partitions.argmax import CoordinateArgmax

LIMITS = ("labels", "gradients", "smoothed_high", "smoothed_low", "verified")


def network(dim: int, seed: int) -> tuple[Any, Any]:
    """The argmax of coordinates as a decoder and a classifier of torch."""
    import torch
    from torch import nn

    turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((dim, dim)))[0]
    layers = [nn.Linear(dim, dim, bias=False, dtype=torch.float64) for _ in range(3)]
    with torch.no_grad():
        for layer, matrix in zip(layers, (np.eye(dim), turn, 4 * turn.T), strict=True):
            layer.weight.copy_(torch.tensor(matrix))
    decoder = nn.Sequential(layers[0], nn.Tanh(), layers[1])
    return decoder.eval(), nn.Sequential(layers[2], nn.Softmax(dim=1)).eval()


def compute(dims: list[int], samples: int, mass_samples: int, votes: int, seed: int) -> Results:
    """Exact E r and its limits, each of the shape of `dims`."""
    found: dict[str, list[float]] = {name: [] for name in ("exact", *LIMITS)}
    for dim in dims:
        exact = CoordinateArgmax(dim)
        report = check_generator(
            *network(dim, seed),
            dim,
            threshold=0,
            samples=samples,
            mass_samples=mass_samples,
            seed=seed,
            smoothing=Smoothing(samples=samples, votes=votes),
            verify=True,
        )
        labels = check_generator(
            lambda z: z,
            lambda z, exact=exact, dim=dim: np.eye(dim)[exact.classify(z)],
            dim,
            threshold=0,
            samples=samples,
            mass_samples=mass_samples,
            seed=seed,
        )
        smoothed: Any = report.smoothed
        values = (
            labels.argmax.expected_radius.high,
            report.argmax.expected_radius.high,
            smoothed.expected_radius.high,
            smoothed.expected_radius.low,
            report.argmax.expected_radius.low,
        )
        for name, value in zip(LIMITS, values, strict=True):
            found[name].append(value)
        found["exact"].append(float(exact.expected_radius()))
    return {"dims": np.array(dims), **{name: np.array(one) for name, one in found.items()}}


def draw(results: Results) -> Figure:
    """Draw all limits over d."""
    figure, (axes,) = panels(width=COLUMN, height=2.8)
    dims = results["dims"]
    axes.plot(dims, results["exact"], color=MEASURED)
    styles = {
        "labels": (TALK, "v--", "search, labels", 10),
        "gradients": (SHARP, "v-", "search, gradients", 1),
        "smoothed_high": (ISOPERIMETRIC, "v:", "smoothed, above", 0),
        "smoothed_low": (ISOPERIMETRIC, "^:", "smoothed, below", -4),
        "verified": (HOLES, "^-", "verified", 4),
    }
    end = float(dims[-1])
    for name, (colour, style, text, up) in styles.items():
        axes.plot(dims, results[name], style, color=colour, markersize=3)
        label(axes, end, float(results[name][-1]), text, colour, xytext=(5, up))
    label(axes, end, float(results["exact"][-1]), "exact", xytext=(5, -4))
    axes.set(xscale="log", yscale="log", xlabel="latent dimension $d$, as many classes")
    axes.set(ylabel=r"$\mathbf{E}\,r$ and its limits")
    axes.set_xscale("log", base=2)
    axes.set_xticks(dims, [str(one) for one in dims])
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    return figure


def claims(results: Results) -> list[Claim]:
    """Every limit is on its side of the exact E r, and some are near."""
    exact = results["exact"]
    above = [results[name] / exact - 1 for name in ("labels", "gradients", "smoothed_high")]
    below = [1 - results[name] / exact for name in ("smoothed_low", "verified")]
    return [
        Claim("upper limits above the exact E r", least(above), "estimated"),
        Claim("lower limits below the exact E r", least(below), "estimated"),
        Claim(
            "with gradients at most a quarter above",
            least(0.25 - above[1]),
            "estimated",
        ),
        Claim(
            "smoothed from below more than 2/5 of the exact E r",
            least(0.6 - below[0]),
            "estimated",
        ),
    ]


FIGURE = Definition(
    "both_limits",
    compute,
    draw,
    claims,
    {"dims": [2, 4, 8, 16, 32, 64], "samples": 1000, "mass_samples": 4000, "votes": 1000,
     "seed": 1},
    {"dims": [3, 6], "samples": 200, "mass_samples": 1000, "votes": 300},
)  # fmt: skip
