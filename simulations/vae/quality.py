"""Quality of generated images against real ones, in the feature space of a classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from bounds.support.errors import InvalidValueError
from bounds.support.validation import count, real_array

Features = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Quality:
    """How near generated features are to real ones.

    Attributes
    ----------
    frechet_distance : float
        See `frechet_distance`.
    precision, recall : float
        Kynkäänniemi, Karras, Laine, Lehtinen & Aila, arXiv 1904.06991: the share of generated
        points in the union of the balls around real points that reach to their k-th neighbour,
        and conversely.
    density, coverage : float
        Naeem, Oh, Uh, Choi & Yoo, arXiv 2002.09797: the mean number of real balls around a
        generated point over k, and the share of real balls with a generated point.
    """

    frechet_distance: float
    precision: float
    recall: float
    density: float
    coverage: float


def frechet_distance(real: Features, generated: Features) -> float:
    """‖m − m'‖² + tr(C + C' − 2 (C C')^{1/2}) of the means and covariances of (n, f) features.

    Heusel, Ramsauer, Unterthiner, Nessler & Hochreiter, arXiv 1706.08500, equation 6; here in
    the features of our own classifier, so comparable within this project only. As
    tr (C C')^{1/2} = Σ sqrt(eigenvalues of C^{1/2} C' C^{1/2}), only symmetric matrices arise.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((100, 3))
    >>> round(frechet_distance(x, x + [1, 2, 2]), 9)
    9.0
    """
    real, generated = _alike(real, generated, 1)
    first, second = np.cov(real, rowvar=False), np.cov(generated, rowvar=False)
    values, vectors = scipy.linalg.eigh(np.atleast_2d(first))
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    product = scipy.linalg.eigvalsh(root @ np.atleast_2d(second) @ root)
    cross = np.sqrt(np.maximum(product, 0)).sum()
    shift = real.mean(axis=0) - generated.mean(axis=0)
    total = np.trace(np.atleast_2d(first)) + np.trace(np.atleast_2d(second)) - 2 * cross
    return float(shift @ shift + max(total, 0.0))


def quality(real: Features, generated: Features, neighbours: int = 5) -> Quality:
    """All five measures of generated features (m, f) against real ones (n, f).

    Points at a ball's very radius count as inside, so that identical sets score 1 even where all
    their points coincide.

    Parameters
    ----------
    real, generated : arrays of shapes (n, f), (m, f)
    neighbours : int
        k, below n and m.

    Returns
    -------
    Quality

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((200, 4))
    >>> same = quality(x, x)
    >>> same.precision, same.recall, same.coverage
    (1.0, 1.0, 1.0)
    >>> quality(x, x + 100).precision
    0.0
    """
    neighbours = count(neighbours, "neighbours")
    real, generated = _alike(real, generated, neighbours)
    real_radii, generated_radii = (_radii(one, neighbours) for one in (real, generated))
    distances = cdist(real, generated)
    in_real_ball = distances <= real_radii[:, None]
    return Quality(
        frechet_distance=frechet_distance(real, generated),
        precision=float(in_real_ball.any(axis=0).mean()),
        recall=float((distances <= generated_radii).any(axis=1).mean()),
        density=float(in_real_ball.sum(axis=0).mean() / neighbours),
        coverage=float(in_real_ball.any(axis=1).mean()),
    )


def _alike(
    real: Any, generated: Any, more_than: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first, second = _features(real, "real", more_than), _features(generated, "generated", more_than)
    if first.shape[1] != second.shape[1]:
        raise InvalidValueError(
            f"generated has {second.shape[1]} features: expected {first.shape[1]}, as real"
        )
    return first, second


def _features(features: Any, name: str, more_than: int) -> NDArray[np.float64]:
    found = real_array(features, name, "fiu")
    if found.ndim != 2 or len(found) <= more_than or not found.shape[1]:
        raise InvalidValueError(
            f"{name} has shape {found.shape}: expected (n, f) with n > {more_than}"
        )
    if not np.isfinite(found).all():
        raise InvalidValueError(f"{name}: expected finite features")
    return found


def _radii(features: Features, neighbours: int) -> NDArray[np.float64]:
    """Distance of each point to its k-th nearest other one."""
    return np.partition(cdist(features, features), neighbours, axis=1)[:, neighbours]
