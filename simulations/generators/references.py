"""Classes where there are no labels: the cells of reference points in a space of features.

The class of an image is the cell of the reference nearest to its features: Voronoi cells of what
the user has, as many as the user chose. They are no classes of meaning. What they tell:

* diversity, exp H_2: over how many cells, evenly, the generator spreads; at most their number;
* coverage of the data: the share of the references whose cell some draw of the generator hit, a
  count of this sample, which grows with the draws;
* memorisation: the share of draws nearer to their nearest reference than that reference is to any
  other one (1 - authenticity of Alaa, van Breugel, Saveliev & van der Schaar, ICML 2022,
  arXiv 2102.08921); with Clopper-Pearson limits. Copies of the data have 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.spatial import KDTree

from bounds.support.errors import InvalidValueError, MissingError
from bounds.support.validation import callback, count, real, real_array, shown
from simulations.arrays import FloatArray, IntArray
from simulations.checking.intervals import Interval, binomial_high, binomial_low
from simulations.checking.report import interval_to_json
from simulations.generators.contract import array
from simulations.partitions.base import points


@dataclass(frozen=True)
class Cells:
    """A classifier of images by the nearest of K centres, as probabilities 0 and 1.

    Attributes
    ----------
    features : callable
        Images (n, ...) to features (n, m).
    references : array of shape (N, m)
        Features of the data.
    centres : array of shape (K, m)
        The distinct references themselves, or their means by k-means.
    """

    features: Callable[[Any], Any]
    references: FloatArray
    centres: FloatArray

    def __post_init__(self) -> None:
        callback(self.features, "features", optional=False)
        width = points(self.references, None, "references").shape[1]
        points(self.centres, width, "centres")

    @staticmethod
    def of(
        references: FloatArray,
        features: Callable[[Any], Any] | None = None,
        cells: int | None = None,
        seed: int = 0,
    ) -> Cells:
        """Cells of features (N, m); by k-means where fewer cells than references are wanted.

        Equal references are in one cell.

        Raises
        ------
        ValueError
            If there are fewer distinct references than cells, or any that are no finite rows.
        MissingError
            If k-means is wanted and scikit-learn is not installed.

        Examples
        --------
        >>> cells = Cells.of(np.array([[0.0], [10.0]]))
        >>> cells(np.array([[1.0], [9.0], [4.0]])).argmax(axis=1).tolist()
        [0, 1, 0]
        """
        table = real_array(references, "references", "fiub")
        if not table.ndim or not table.size:
            raise InvalidValueError(f"references has shape {table.shape}: expected rows (N, m)")
        table = table.reshape(len(table), -1) if table.ndim > 1 else table[:, None]
        callback(features, "features")
        points(table, None, "references")
        distinct = _distinct(table)
        if len(distinct) < 2:
            raise InvalidValueError(
                f"references has shape {table.shape}, {len(distinct)} of its rows distinct: "
                "expected two or more"
            )
        # Those of scikit-learn.
        count(seed, "seed", 0, 2**32 - 1)
        function = _flat if features is None else features
        wanted = len(distinct) if cells is None else count(cells, "cells", 2)
        if wanted > len(distinct):
            raise InvalidValueError(
                f"cells={wanted:,}: expected at most {len(distinct):,}, as there are distinct "
                "references"
            )
        centres = distinct if wanted == len(distinct) else _means(table, wanted, seed)
        return Cells(function, table, centres)

    def __call__(self, images: Any) -> FloatArray:
        """One-hot probabilities (n, K)."""
        labels = self.classify(images)
        result = np.zeros((len(labels), len(self.centres)))
        result[np.arange(len(labels)), labels] = 1
        return result

    def classify(self, images: Any) -> IntArray:
        """The nearest centre (n,)."""
        return np.asarray(self._index.query(self.described(images))[1], dtype=np.int64)

    @cached_property
    def _index(self) -> KDTree:
        return KDTree(self.centres)

    def described(self, images: Any) -> FloatArray:
        """Features (n, m) of images."""
        found = real_array(array(self.features(images)), "features", "fiub")
        if not found.ndim or not found.size or not np.isfinite(found).all():
            raise InvalidValueError(
                f"features={shown(found)}: expected finite numbers, (n, m), of the images"
            )
        found = found.reshape(len(found), -1)
        if found.shape[1] != self.references.shape[1]:
            raise InvalidValueError(
                f"features has {found.shape[1]} numbers an image: expected "
                f"{self.references.shape[1]}, as references"
            )
        return found

    def against(self, images: Any, confidence: float = 0.99) -> AgainstReferences:
        """Coverage of the references by images of independent draws, and their memorisation."""
        delta = 1 - real(confidence, "confidence", 0, 1)
        found = self.described(images)
        hit = np.zeros(len(self.centres), dtype=bool)
        hit[np.asarray(self._index.query(found)[1])] = True
        owner = np.asarray(self._index.query(self.references)[1])
        distinct = _distinct(self.references)
        tree = KDTree(distinct)
        apart = np.asarray(tree.query(distinct, k=2)[0])[:, 1]
        distance, nearest = (np.asarray(one) for one in tree.query(found))
        copies, n = int((distance < apart[nearest]).sum()), len(found)
        low, high = (float(limit(copies, n, delta / 2)) for limit in (binomial_low, binomial_high))
        memorisation = Interval(copies / n, low, high, "clopper-pearson")
        return AgainstReferences(n, len(self.centres), float(hit[owner].mean()), memorisation)


@dataclass(frozen=True, slots=True)
class AgainstReferences:
    """A generator's draws against references.

    Attributes
    ----------
    draws, cells : int
    coverage : float
        Share of the references whose cell some draw hit.
    memorisation : Interval
        Share of draws nearer to a reference than that one is to any other that differs.
    """

    draws: int
    cells: int
    coverage: float
    memorisation: Interval

    @property
    def words(self) -> str:
        """Both in a sentence, with what the classes are."""
        m = self.memorisation
        return (
            f"Classes are the {self.cells:,} cells of the references in the space of features, not "
            f"classes of meaning. {self.draws:,} draws hit the cells of {self.coverage:.1%} of the "
            f"references; {m.estimate:.1%} [{m.low:.1%}, {m.high:.1%}] of them are nearer to a "
            "reference than that one is to any other (memorisation)."
        )

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "draws": self.draws,
            "cells": self.cells,
            "coverage": self.coverage,
            "memorisation": interval_to_json(self.memorisation),
        }


def _flat(images: Any) -> Any:
    found = array(images)
    if not found.ndim or not found.size:
        raise InvalidValueError(f"images has shape {found.shape}: expected one at least, in rows")
    return found.reshape(len(found), -1)


def _distinct(table: FloatArray) -> FloatArray:
    """The distinct rows, in their order."""
    return table[np.sort(np.unique(table, axis=0, return_index=True)[1])]


def _means(table: FloatArray, cells: int, seed: int) -> FloatArray:
    try:
        from sklearn.cluster import KMeans
    except ImportError as error:
        raise MissingError(
            "cells: k-means needs scikit-learn: pip install 'class-radius[vae]'"
        ) from error
    found: Any = KMeans(cells, random_state=seed).fit(table)
    return np.asarray(found.cluster_centers_, dtype=np.float64)
