"""The experiment's stored results, as the figures read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bounds.support.records import read_arrays
from bounds.support.sealed import read_sealed

RESULTS = Path(__file__).parents[1] / "simulations" / "vae" / "results"

EXPERIMENT = RESULTS / "experiment.json"

MAPS = RESULTS / "maps.npz"

OBJECTIVES = ("vanilla", "talk")

TITLES = ("vanilla", "modified")
"""The names that the talk gives them."""


def document() -> dict[str, Any]:
    """Manifest, summary and runs, if they are as they were written; else a ValueError."""
    return read_sealed(EXPERIMENT, "manifest", "summary", "runs")


def latent_maps() -> dict[str, np.ndarray]:
    """The maps that the manifest vouches for; a ValueError if these are others."""
    return read_arrays(MAPS, document()["manifest"]["maps"], EXPERIMENT)


def runs(latent_dimension: int) -> dict[str, list[dict[str, Any]]]:
    """All runs at one latent dimension, by objective, ordered by seed."""
    found = sorted(document()["runs"], key=lambda run: run["seed"])
    return {
        name: [
            run
            for run in found
            if run["latent_dimension"] == latent_dimension
            and (run["objective"]["regularisation"] > 0) == (name == "talk")
        ]
        for name in OBJECTIVES
    }


def limits(interval: dict[str, Any]) -> tuple[float, float, float]:
    """Low, estimate and high of a stored interval."""
    return interval["low"], interval["estimate"], interval["high"]


def argmax_radius(run: dict[str, Any]) -> tuple[float, float]:
    """E r of the argmax partition by the dense grid, and how much too large it may be."""
    whole = run["curve"][0]
    return whole["expected_radius"], whole["radius_error"]
