"""The class radius of a black box: the distance to a verified point of another class.

Any point w of another class gives r(z) <= ||z - w||. The search below looks for a near one. It
starts at the nearest labelled points of other classes and bisects towards z. Then, where margins
are known, it steps from z to where each of the nearest classes would begin if its margin were
linear, and corrects the gradient by what it found (Newton's method for the nearest point of a
level set, with Broyden's updates; DeepFool of Moosavi-Dezfooli, Fawzi & Frossard, arXiv
1511.04599, goes to the nearest of the classes only). Where labels are all there is, a linear
classifier fitted to many labels proposes, and the normal of the boundary is estimated from the
labels on a sphere around z (as HopSkipJump does; Chen, Jordan & Wainwright, arXiv 1904.02144).

Every distance that it returns is to a point whose label was computed, so it is an upper bound of
the radius whatever the search missed. Nothing is drawn at random while it runs, and no point's
result depends on the others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bounds.support.errors import InvalidValueError
from bounds.support.narrowing import is_one_of
from bounds.support.validation import callback, count, fits, integer_array, seed, shown
from simulations.arrays import FloatArray, IntArray
from simulations.generators.margins import MOST_DIRECTIONS, LinearFit, Margins, orthonormal
from simulations.generators.neighbours import SharedIndex
from simulations.partitions.base import dimension, points
from simulations.partitions.protocol import HOLE

_SEEDS = 3
_SEED_BISECTIONS = 6
_TARGETS = 16
_PURSUED = 4
_CHORDS = 2
_OVERSHOOT = 1e-4
_FARTHEST = 1.5
_PROPOSED = 3
_SHARES = (1.0, 1.15, 1.4, 2.0)
_RAY_BISECTIONS = 6
_CALLS_FOR_TURNS = 180
_FIRST_TURN = 0.8
_TURN_HALVINGS = 5
_TURN_BISECTIONS = 5
_FINAL_BISECTIONS = 6
_PROBES = 7
_PROBED_BISECTIONS = 11


class WitnessSearch:
    """Search for the nearest point of another class.

    Parameters
    ----------
    classify : callable
        Latents (n, d) to labels (n,), -1 in a hole.
    pool : array of shape (n, d)
        Points labelled in advance, which may be witnesses.
    labels : int array of shape (n,)
        Their labels. The search itself is deterministic.
    margins : Margins or None
        Where known, how far the other classes are behind; they make the search faster and closer
        and cannot make it wrong.
    fit : LinearFit or None
        What proposes where margins are not known.

    Notes
    -----
    The pool holds two fixed points w_1, w_2 of two classes (`anchors`), so that every distance
    found from z is at most max(||z - w_1||, ||z - w_2||), a 1-Lipschitz function of z.

    Examples
    --------
    >>> right = lambda z: (z[:, 0] > 1.0).astype(np.int64)
    >>> pool = witness_pool(1000, dim=2, rng=0)
    >>> search = WitnessSearch(right, pool, right(pool))
    >>> z = np.array([[0.0, 0.0], [3.0, -1.0]])
    >>> bool(np.allclose(search.radius(z, np.array([0, 1])), [1.0, 2.0], rtol=1e-2))
    True
    """

    def __init__(
        self,
        classify: Callable[[FloatArray], IntArray],
        pool: FloatArray,
        labels: IntArray,
        *,
        margins: Margins | None = None,
        fit: LinearFit | None = None,
    ) -> None:
        callback(classify, "classify", optional=False)
        pool = points(pool, None, "pool")
        labels = integer_array(labels, "labels")
        if labels.shape != (len(pool),) or (labels < HOLE).any():
            raise InvalidValueError(
                f"labels={shown(labels.tolist())}: expected ({len(pool)},) classes, {HOLE} in holes"
            )
        self._classify = classify
        self._margins = margins
        self._fit = fit
        self.dim = pool.shape[1]
        pool, labels = pool[labels != HOLE], labels[labels != HOLE]
        self._index = SharedIndex(pool, labels)
        self.anchors = _anchors(pool, labels)
        if self.dim > 1:
            # Tangents in no special position: the signs of a sparse normal tell little.
            self._tangents = orthonormal(self.dim - 1, min(self.dim - 1, _CALLS_FOR_TURNS))

    def radius(self, z: FloatArray, labels: IntArray) -> FloatArray:
        """Distances (n,) from `z` (n, d), of classes `labels` (n,), to verified other classes.

        +inf where no point of another class is known, NaN in a hole.
        """
        distances = np.linalg.norm(self.witnesses(z, labels) - z, axis=1)
        distances[labels == HOLE] = np.nan
        return distances

    def witnesses(self, z: FloatArray, labels: IntArray) -> FloatArray:
        """Points (n, d) of other classes near `z`; rows of +inf where none is known."""
        found = np.full(z.shape, np.inf)
        rows = np.flatnonzero(labels != HOLE)
        if rows.size:
            found[rows] = self._from_seeds(z[rows], labels[rows])
        rows = np.flatnonzero(np.isfinite(found[:, 0]))
        if rows.size:
            found[rows] = self._improved(z[rows], labels[rows], found[rows])
        return found

    def _improved(self, z: FloatArray, labels: IntArray, witnesses: FloatArray) -> FloatArray:
        if self._margins is not None:
            witnesses = self._towards_classes(self._margins, z, labels, witnesses)
        else:
            if self._fit is not None:
                witnesses = self._as_fitted(self._fit, z, labels, witnesses)
            witnesses = self._by_turns(z, labels, witnesses)
        low = np.full(len(z), 0.95)
        nearer = self._bisected(z, labels, witnesses, low, _FINAL_BISECTIONS)
        return self._first_crossed(z, labels, nearer)

    def _first_crossed(self, z: FloatArray, labels: IntArray, witnesses: FloatArray) -> FloatArray:
        """Witnesses moved to where the way to them first meets another class, as far as probed.

        Steps and bisections follow one boundary, and a pocket of a third class may lie before it.
        """
        shares = np.arange(1, _PROBES + 1) / (_PROBES + 1)
        points = z[:, None] + shares[:, None] * (witnesses - z)[:, None]
        met = self._is_witness(points.reshape(-1, self.dim), np.repeat(labels, _PROBES))
        met = met.reshape(len(z), _PROBES)
        rows = np.flatnonzero(met.any(axis=1))
        first = met[rows].argmax(axis=1)
        low = first / (first + 1)
        found = witnesses.copy()
        found[rows] = self._bisected(
            z[rows], labels[rows], points[rows, first], low, _PROBED_BISECTIONS
        )
        return found

    def _is_witness(self, points: FloatArray, labels: IntArray) -> NDArray[np.bool_]:
        there = self._classify(points)
        return (there != labels) & (there != HOLE)

    # --- from labelled points ---------------------------------------------------------------------

    def _from_seeds(self, z: FloatArray, labels: IntArray) -> FloatArray:
        """The nearest of the witnesses that bisection finds towards labelled points."""
        near = self._index.others(z, labels, _SEEDS)
        found = np.full((len(z), _SEEDS, self.dim), np.inf)
        rows, places = np.nonzero(near >= 0)
        if rows.size:
            ends = self._index.points[near[rows, places]]
            low = np.zeros(len(rows))
            found[rows, places] = self._bisected(z[rows], labels[rows], ends, low, _SEED_BISECTIONS)
        return _nearest(z, found)

    def _bisected(
        self, z: FloatArray, labels: IntArray, witnesses: FloatArray, low: FloatArray, steps: int
    ) -> FloatArray:
        """Witnesses moved towards z along their rays, not below the share `low` of the way.

        The share `high` always belongs to a verified witness, whatever the class at `low` is.
        """
        high = np.ones(len(z))
        rays = witnesses - z
        for _ in range(steps):
            middle = 0.5 * (low + high)
            verified = self._is_witness(z + middle[:, None] * rays, labels)
            high = np.where(verified, middle, high)
            low = np.where(verified, low, middle)
        # At share 1 the point is the verified one itself, not its rounded reconstruction.
        return np.where(high[:, None] < 1, z + high[:, None] * rays, witnesses)

    # --- with margins -----------------------------------------------------------------------------

    def _towards_classes(
        self, margins: Margins, z: FloatArray, labels: IntArray, witnesses: FloatArray
    ) -> FloatArray:
        """Newton steps towards the nearest classes; the starts that promise most go on."""
        values = margins.values(z, labels)
        width = min(_TARGETS, margins.classes)
        targets = np.sort(np.argpartition(-values, width - 1, axis=1)[:, :width], axis=1)
        gradients = margins.gradients(z, labels, targets)
        behind = np.take_along_axis(values, targets, axis=1)
        distances = _distances(behind, gradients)
        pursued = np.argsort(distances, axis=1, kind="stable")[:, :_PURSUED]
        rows, places = np.repeat(np.arange(len(z)), pursued.shape[1]), pursued.ravel()
        ahead = np.isfinite(distances[rows, places])
        rows, places = rows[ahead], places[ahead]
        starts = _Starts(
            rows, targets[rows, places], z[rows], behind[rows, places], gradients[rows, places]
        )
        witnesses = self._pursued(margins, z, labels, witnesses, starts)
        for _ in range(margins.rounds):
            rows, targets, points = starts.promising(z, margins.kept)
            rows = np.concatenate([rows, np.arange(len(z))])
            targets = np.concatenate([targets, self._classify(witnesses)])
            points = np.concatenate([points, witnesses])
            own = labels[rows]
            behind = margins.values(points, own)[np.arange(len(rows)), targets]
            gradients = margins.gradients(points, own, targets[:, None])[:, 0]
            starts = _Starts(rows, targets, points, behind, gradients)
            witnesses = self._pursued(margins, z, labels, witnesses, starts)
        return witnesses

    def _pursued(
        self,
        margins: Margins,
        z: FloatArray,
        labels: IntArray,
        witnesses: FloatArray,
        starts: _Starts,
    ) -> FloatArray:
        """Go from z to where the margin of the target, linearised at each start, vanishes.

        The nearest point to z of {y: m(x) + g.(y - x) = 0} is z - (m(x) + g.(z - x)) g/|g|^2, and
        the margin found there corrects g in the direction of the step (Broyden).
        """
        witnesses = witnesses.copy()
        rows, own = starts.rows, labels[starts.rows]
        for _ in range(_CHORDS):
            steps = starts.steps(z)
            lengths = np.linalg.norm(steps, axis=1)
            radii = np.linalg.norm(witnesses - z, axis=1)
            farthest = _FARTHEST * radii[rows]
            with np.errstate(divide="ignore", invalid="ignore"):
                shares = np.minimum(1 + _OVERSHOOT, farthest / lengths)
            usable = np.isfinite(lengths) & (lengths > 0)
            points = np.where(usable[:, None], z[rows] + shares[:, None] * steps, starts.points)
            values = margins.values(points, own)
            found = np.where(
                (values.max(axis=1) > 0) & usable, np.linalg.norm(points - z[rows], axis=1), np.inf
            )
            order = np.lexsort((found, rows))
            first = order[np.unique(rows[order], return_index=True)[1]]
            nearer = first[found[first] < radii[rows[first]]]
            witnesses[rows[nearer]] = points[nearer]
            starts.corrected(points, values[np.arange(len(rows)), starts.targets])
        return witnesses

    # --- with labels alone ------------------------------------------------------------------------

    def _as_fitted(
        self, fit: LinearFit, z: FloatArray, labels: IntArray, witnesses: FloatArray
    ) -> FloatArray:
        """Witnesses on the rays towards the nearest classes of the fitted classifier."""
        values = fit.values(z, labels)
        gradients = fit.weights[None] - fit.weights[labels][:, None]
        # Where the fit has z in another class its planes are still the ones to try.
        distances = _distances(-np.abs(values), gradients)
        chosen = np.argsort(distances, axis=1, kind="stable")[:, :_PROPOSED]
        found = np.concatenate([np.full((*chosen.shape, self.dim), np.inf), witnesses[:, None]], 1)
        for place in range(chosen.shape[1]):
            rows = np.flatnonzero(np.isfinite(distances[np.arange(len(z)), chosen[:, place]]))
            target = chosen[rows, place]
            normal = gradients[rows, target]
            length = np.linalg.norm(normal, axis=1, keepdims=True)
            step = normal / length * distances[rows, target][:, None]
            below = np.zeros(len(rows))
            for share in _SHARES:
                points = z[rows] + share * step
                hit = self._is_witness(points, labels[rows])
                if hit.any():
                    found[rows[hit], place] = self._bisected(
                        z[rows[hit]],
                        labels[rows[hit]],
                        points[hit],
                        below[hit] / share,
                        _RAY_BISECTIONS,
                    )
                rows, step, below = rows[~hit], step[~hit], np.full((~hit).sum(), share)
        return _nearest(z, found)

    def _by_turns(self, z: FloatArray, labels: IntArray, witnesses: FloatArray) -> FloatArray:
        """Turn the ray from z towards the normal of the boundary, estimated from labels.

        At the witness w = z + r u, for tangents t_k, whether z + r (cos(a) u + sin(a) t_k) is a
        witness tells the sign of the normal along t_k. Along the sum of the t_k with these signs
        the angle is the largest of a, a/2, a/4, ... at which a witness remains, and half of it,
        where the distance to a flat boundary is least.
        """
        if self.dim == 1:
            return witnesses
        witnesses = witnesses.copy()
        directions = min(len(self._tangents), MOST_DIRECTIONS)
        rounds = _CALLS_FOR_TURNS // (directions + _TURN_HALVINGS + _TURN_BISECTIONS)
        angle = np.full(len(z), _FIRST_TURN)
        for turn in range(min(self.dim + 3, rounds)):
            offset = witnesses - z
            radii = np.linalg.norm(offset, axis=1)
            rays = offset / np.maximum(radii, np.finfo(float).tiny)[:, None]
            which = (turn * directions + np.arange(directions)) % len(self._tangents)
            tangents = _tangents(rays, self._tangents[which])
            probes = _turned(rays[:, None], tangents, np.minimum(angle / 4, 0.1)[:, None])
            probes = z[:, None] + radii[:, None, None] * probes
            n, m, dim = probes.shape
            hit = self._is_witness(probes.reshape(-1, dim), np.repeat(labels, m)).reshape(n, m)
            towards = np.einsum("nm,nmd->nd", np.where(hit, 1.0, -1.0), tangents) / np.sqrt(m)
            rows = np.arange(n, dtype=np.int64)
            widest = np.zeros(n)
            for halving in range(_TURN_HALVINGS):
                tried = angle[rows] / 2**halving
                turned = _turned(rays[rows], towards[rows], tried)
                hit = self._is_witness(z[rows] + radii[rows, None] * turned, labels[rows])
                widest[rows[hit]] = tried[hit]
                rows = rows[~hit]
            rows = np.flatnonzero(widest > 0)
            turned = _turned(rays[rows], towards[rows], widest[rows] / 2)
            ends = z[rows] + radii[rows, None] * turned
            hit = self._is_witness(ends, labels[rows])
            rows, ends = rows[hit], ends[hit]
            witnesses[rows] = self._bisected(
                z[rows], labels[rows], ends, np.cos(widest[rows]), _TURN_BISECTIONS
            )
            angle = np.where(widest > 0, np.minimum(2 * widest, _FIRST_TURN), angle / 4)
        return witnesses


class _Starts:
    """Where a margin was linearised: pairs of a latent's row and a target class."""

    def __init__(
        self,
        rows: IntArray,
        targets: IntArray,
        points: FloatArray,
        behind: FloatArray,
        gradients: FloatArray,
    ) -> None:
        self.rows, self.targets, self.points = rows, targets, points
        self.behind, self.gradients = behind, gradients

    def steps(self, z: FloatArray) -> FloatArray:
        """Steps (m, d) from z to where the linearised margins vanish; NaN where they don't."""
        offset = z[self.rows] - self.points
        with np.errstate(divide="ignore", invalid="ignore"):
            at_z = self.behind + np.einsum("nd,nd->n", self.gradients, offset)
            squares = np.einsum("nd,nd->n", self.gradients, self.gradients)
            shares = np.where(at_z < 0, -at_z / squares, np.nan)
            return shares[:, None] * self.gradients

    def corrected(self, points: FloatArray, behind: FloatArray) -> None:
        """Move to where the margins were computed, and make the gradients agree with them."""
        step = points - self.points
        with np.errstate(divide="ignore", invalid="ignore"):
            missed = behind - self.behind - np.einsum("nd,nd->n", self.gradients, step)
            update = missed[:, None] * step / np.einsum("nd,nd->n", step, step)[:, None]
        known = np.isfinite(update).all(axis=1)
        self.gradients = np.where(known[:, None], self.gradients + update, self.gradients)
        self.points, self.behind = points, behind

    def promising(self, z: FloatArray, kept: int) -> tuple[IntArray, IntArray, FloatArray]:
        """Rows, targets and points of the starts, at most `kept` a row, with the nearest aims."""
        lengths = np.linalg.norm(self.steps(z), axis=1)
        order = np.lexsort((self.targets, lengths, self.rows))
        rank = np.arange(len(order)) - np.searchsorted(self.rows[order], self.rows[order])
        chosen = order[(rank < kept) & np.isfinite(lengths[order])]
        return self.rows[chosen], self.targets[chosen], self.points[chosen]


def _distances(behind: FloatArray, gradients: FloatArray) -> FloatArray:
    """Distances (n, m) to where linear margins vanish, +inf where they don't."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = -behind / np.linalg.norm(gradients, axis=2)
    return np.where(np.isfinite(found) & (behind < 0), found, np.inf)


def _nearest(z: FloatArray, candidates: FloatArray) -> FloatArray:
    """The nearest (n, d) of candidates (n, m, d) to z (n, d)."""
    distances = np.linalg.norm(candidates - z[:, None], axis=2)
    return candidates[np.arange(len(z)), distances.argmin(axis=1)]


def _tangents(rays: FloatArray, basis: FloatArray) -> FloatArray:
    """Orthonormal tangents (n, m, d) at unit vectors (n, d) from orthonormal rows (m, d - 1)."""
    # The Householder reflection that takes a ray to an axis takes the other axes to tangents.
    reflector = rays.copy()
    reflector[:, 0] += np.where(rays[:, 0] < 0, -1.0, 1.0)
    flat = np.concatenate([np.zeros((len(basis), 1)), basis], axis=1)
    shares = np.einsum("nd,md->nm", reflector, flat)
    shares *= 2 / np.einsum("nd,nd->n", reflector, reflector)[:, None]
    return flat - shares[:, :, None] * reflector[:, None]


def _turned(rays: FloatArray, tangents: FloatArray, angle: FloatArray) -> FloatArray:
    """Unit vectors (..., d) at `angle` (...) from rays (..., d) towards tangents (..., d)."""
    return np.cos(angle)[..., None] * rays + np.sin(angle)[..., None] * tangents


def witness_pool(
    size: int, dim: int, rng: int | np.random.SeedSequence | np.random.Generator = 0
) -> FloatArray:
    """Points (size, d) to be labelled in advance: half from N(0, I) and half from N(0, 4 I).

    Examples
    --------
    >>> witness_pool(10, dim=3).shape
    (10, 3)
    """
    size = count(size, "size", 2)
    fits(size * dimension(dim), "size", size)
    if not is_one_of(rng, np.random.SeedSequence, np.random.Generator):
        rng = seed(rng, "rng")
    pool = np.random.default_rng(rng).standard_normal((size, dim))
    pool[size // 2 :] *= 2
    return pool


def _anchors(points: FloatArray, labels: IntArray) -> FloatArray | None:
    """Points (2, d) of two classes, each the nearest of its class to the origin, or None."""
    norms = np.linalg.norm(points, axis=1)
    order = np.argsort(norms)
    if not len(order):
        return None
    other = order[labels[order] != labels[order[0]]]
    return points[[order[0], other[0]]] if len(other) else None
