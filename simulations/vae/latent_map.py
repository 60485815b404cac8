"""Maps of a two-dimensional latent space: the classes of its points and the images there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from bounds.support.validation import count, kind
from simulations.arrays import FloatArray
from simulations.cells.distance_grid import grid_nodes
from simulations.generators.generator import GeneratorPartition

HALF_WIDTH = 4.0


def label_map(
    partition: GeneratorPartition, points: int = 200
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Classes and their probabilities (255 for 1) on a grid over [-4, 4]², each (points, points).

    Row, column as in ``grid_nodes(4, points).reshape(points, points, 2)``.
    """
    kind(partition, "partition", GeneratorPartition)
    count(points, "points", 2, 2**14)
    probabilities = partition.probabilities(grid_nodes(HALF_WIDTH, points))
    labels = probabilities.argmax(axis=1).astype(np.uint8)
    largest: FloatArray = probabilities.max(axis=1)
    confidence = np.round(255 * largest).astype(np.uint8)
    return labels.reshape(points, points), confidence.reshape(points, points)


def sample_grid(partition: GeneratorPartition, side: int = 8) -> NDArray[np.uint8]:
    """Images, (side, side, size, size) grey levels, at a grid of normal quantiles.

    Column j, row i show the latent (Φ⁻¹((j + ½)/side), Φ⁻¹((i + ½)/side)): the same latents
    for every generator, equally many in equal shares of the probability.
    """
    kind(partition, "partition", GeneratorPartition)
    count(side, "side", 1, 2**10)
    levels = ndtri((np.arange(side) + 0.5) / side)
    x, y = np.meshgrid(levels, levels)
    images = partition.decode(np.column_stack([x.ravel(), y.ravel()]))
    return np.round(255 * images).astype(np.uint8).reshape(side, side, *images.shape[1:])
