"""The children of a seed, each named once, so that no two uses share a stream.

A child is SeedSequence(entropy, spawn_key=(..., key)); the blocks of a check use keys from 0 on.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bounds.support.validation import seed as valid_seed

SHAPE: Final = 2**32 - 1
"""What draws a random partition: centres, weights, normals, labels."""

GENERATOR_MASSES: Final = 2**32
"""What draws the latents that count for a generator's masses; no block has this key."""

SMOOTHING: Final = 2**32 + 1
"""What draws the latents of smoothed classes and their noise; the latent's number follows."""

GENERATOR_TRIALS: Final = 2**32 + 2
"""What draws the latents on which a generator is tried, and those that its page shows."""

SURROGATE: Final = 2**32 + 3
"""What draws the linear classifier on which the search from above is tried."""

SMOOTHED_COVERAGE: Final = 2**32 + 4
"""What draws the latents for the coverage of smoothed classes; the latent's number follows."""

VERIFICATION: Final = 2**32 + 5
"""What draws the latents around which balls of one class are verified."""

CODE_SAMPLES: Final = 2
"""What draws the latents at which a trained model's codes are measured."""

COMPARISON: Final = 3
"""What draws the latents of the two models of a comparison; the model's number follows."""


def child(seed: int, *key: int) -> np.random.SeedSequence:
    """Return the child of an integer seed under a key of this module.

    Examples
    --------
    >>> child(0, SHAPE).spawn_key
    (4294967295,)
    """
    return np.random.SeedSequence(valid_seed(seed), spawn_key=key)


def shape_generator(seed: int) -> np.random.Generator:
    """Return the generator that draws the shape of a random partition."""
    return np.random.Generator(np.random.SFC64(child(seed, SHAPE)))
