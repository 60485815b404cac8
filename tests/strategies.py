"""Random class masses: uniform, Dirichlet, power law, one heavy atom; K from 2 to 10^4."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

FloatArray = npt.NDArray[np.float64]


def _normalised(weights: FloatArray) -> FloatArray:
    return weights / weights.sum()


@st.composite
def mass_vectors(draw: st.DrawFn, max_classes: int = 10_000, max_mass: float = 1.0) -> FloatArray:
    """Draw a vector of masses with sum 1, all below 1 and at most `max_mass`."""
    classes = draw(st.integers(2, max_classes))
    kind = draw(st.sampled_from(["uniform", "dirichlet", "power law", "heavy atom"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if kind == "uniform":
        p = np.full(classes, 1 / classes)
    elif kind == "dirichlet":
        concentration = draw(st.floats(0.01, 100))
        p = _normalised(rng.gamma(concentration, size=classes) + 1e-300)
    elif kind == "power law":
        exponent = draw(st.floats(0.1, 4))
        p = _normalised(np.arange(1, classes + 1) ** -exponent)
    else:
        heavy = draw(st.floats(1e-6, 1 - 1e-9))
        p = np.concatenate([[heavy], (1 - heavy) * np.full(classes - 1, 1 / (classes - 1))])
    if p.max() > max_mass:
        # Mixing with uniform masses of enough classes brings the largest down to max_mass.
        wide = np.full(max(classes, int(np.ceil(2 / max_mass))), 0.0)
        wide[:classes] = p
        share = (max_mass - 1 / wide.size) / (wide.max() - 1 / wide.size)
        p = _normalised(share * wide + (1 - share) / wide.size)
        p = np.minimum(p, max_mass)
        p[-1] += 1 - p.sum()
    # A mass that rounds to 1 leaves no other class.
    return p if p.max() < 1 else np.array([0.5, 0.5])
