"""The laws that latents are drawn from: sampling, isoperimetric constant, support, and units.

A law with the constant L (`bounds.latents`) obeys every bound of N(0, I) with r / L in place of r.
So does every interval for E r. The intervals use of N(0, I) only that a 1-Lipschitz function R
concentrates, and R(x) / L, for x of the law, has the law of h(xi), h 1-Lipschitz and xi ~ N(0, 1):
let F be the distribution function of R(x) / L and h = F^-1 o Phi, which increases. The set
{R / L <= F^-1(p)} has mass p, and what lies within L eps of it is in {R / L <= F^-1(p) + eps}; by
the isoperimetric inequality the mass grows as a halfspace's under N(0, I) at least, so that
F(F^-1(p) + eps) >= Phi(Phi^-1(p) + eps), which is h(t + eps) <= h(t) + eps. A mean of n draws is
such a function, of n independent xi, divided by sqrt(n).

A check therefore sees r / L (`LatentPartition`), and its report is put back into the law's own
units (`in_units`).

Points of other classes count only within the support. A decoder that is asked anywhere else
answers as at the nearest point of the support, so a search may leave it: what it finds is put back.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import scipy.special
import scipy.stats
from numpy.typing import NDArray

import bounds
from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_array
from bounds.support.validation import kind, real, shown
from simulations.arrays import FloatArray, IntArray
from simulations.checking.intervals import Interval
from simulations.checking.report import Report
from simulations.checking.verdict import BoundCheck
from simulations.partitions.base import dimension, points
from simulations.partitions.protocol import HOLE, JSON

NAMES = (
    "normal, normal=SIGMA, uniform, uniform=LOW,HIGH, truncated=TAU, sphere, sphere=RADIUS, "
    + ("ball or ball=RADIUS")
)
"""The laws as people name them."""

UNLIKELY = 1e-9
"""Probability below which draws are said not to come from a law."""

_LARGEST = 1e100
"""Squares of what is below are no infinities."""

_TESTED = 100_000
_ROUNDING = 1e-5
_EDGE = 2.0**-53
_MOST_COLUMNS = 1_024


@runtime_checkable
class LatentLaw(Protocol):
    """A law of latents on R^d, for every d that it allows."""

    def describe(self, dim: int) -> str:
        """What it is, in formulas."""
        ...

    def scale(self, dim: int) -> float:
        """Its isoperimetric constant L."""
        ...

    def from_normal(self, z: FloatArray) -> FloatArray:
        """Draws (n, d) of it from draws `z` (n, d) of N(0, I)."""
        ...

    def project(self, x: Any) -> Any:
        """The nearest points of its support, for an array or a tensor (n, d)."""
        ...

    def uniforms(self, x: FloatArray) -> FloatArray:
        """Numbers (m,) that are independent and uniform on [0, 1] if `x` (n, d) is of the law."""
        ...


@dataclass(frozen=True, slots=True)
class Normal:
    """N(0, sigma^2 I)."""

    sigma: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", real(self.sigma, "sigma", 0, _LARGEST))

    def describe(self, dim: int) -> str:
        """The formula."""
        dimension(dim)
        return f"N(0, {'' if self.sigma == 1 else f'{self.sigma:g}² '}I) in R^{dim}"

    def scale(self, dim: int) -> float:
        """Return sigma."""
        dimension(dim)
        return self.sigma

    def from_normal(self, z: FloatArray) -> FloatArray:
        """Multiples of `z`."""
        return self.sigma * points(z, None)

    def project(self, x: Any) -> Any:
        """The points themselves."""
        return _rows(x)

    def uniforms(self, x: FloatArray) -> FloatArray:
        """Distribution function at each coordinate."""
        x = points(x, None, "x")
        return scipy.special.ndtr(x.ravel() / self.sigma)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Uniform on [low, high]^d."""

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", real(self.low, "low", -_LARGEST, _LARGEST))
        object.__setattr__(self, "high", real(self.high, "high", self.low, _LARGEST))

    def describe(self, dim: int) -> str:
        """The formula."""
        dimension(dim)
        return f"uniform on [{self.low:g}, {self.high:g}]^{dim}"

    def scale(self, dim: int) -> float:
        """Return (high - low) phi(0)."""
        dimension(dim)
        return bounds.latents.box(self.high - self.low)

    def from_normal(self, z: FloatArray) -> FloatArray:
        """The image under Phi in each coordinate."""
        return self.low + (self.high - self.low) * scipy.special.ndtr(points(z, None))

    def project(self, x: Any) -> Any:
        """Each coordinate clipped."""
        x = _rows(x)
        return x.clip(self.low, self.high)

    def uniforms(self, x: FloatArray) -> FloatArray:
        """Position of each coordinate in its range."""
        x = points(x, None, "x")
        return (x.ravel() - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class TruncatedNormal:
    """N(0, I) conditioned on [-limit, limit]^d."""

    limit: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", real(self.limit, "limit", 0, _LARGEST))

    def describe(self, dim: int) -> str:
        """The formula."""
        dimension(dim)
        return f"N(0, I) truncated to [{-self.limit:g}, {self.limit:g}]^{dim}"

    def scale(self, dim: int) -> float:
        """Return 1 - 2 Q(limit)."""
        dimension(dim)
        return bounds.latents.truncated_normal(self.limit)

    def from_normal(self, z: FloatArray) -> FloatArray:
        """T(z) with Phi_truncated(T(z)) = Phi(z), by its values left of 0, where no digit is lost.

        Examples
        --------
        >>> float(TruncatedNormal(0.5).from_normal(np.array([[40.0]]))[0, 0])
        0.5
        """
        z = points(z, None)
        tail = scipy.special.ndtr(-self.limit)
        share = scipy.special.erf(self.limit / math.sqrt(2))
        x = -scipy.special.ndtri(tail + share * scipy.special.ndtr(-np.abs(z)))
        return np.copysign(np.minimum(x, self.limit), z)

    def project(self, x: Any) -> Any:
        """Each coordinate clipped."""
        x = _rows(x)
        return x.clip(-self.limit, self.limit)

    def uniforms(self, x: FloatArray) -> FloatArray:
        """Distribution function at each coordinate."""
        x = points(x, None, "x")
        tail = scipy.special.ndtr(-self.limit)
        return (scipy.special.ndtr(x.ravel()) - tail) / scipy.special.erf(self.limit / math.sqrt(2))


@dataclass(frozen=True, slots=True)
class Sphere:
    """Uniform on the sphere of a radius in R^d, d >= 3; distances are chords."""

    radius: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius", real(self.radius, "radius", 0, _LARGEST))

    def describe(self, dim: int) -> str:
        """The formula."""
        dimension(dim)
        return f"uniform on the sphere of radius {self.radius:g} in R^{dim}"

    def scale(self, dim: int) -> float:
        """Return radius / sqrt(d - 2)."""
        return bounds.latents.sphere(dim, self.radius)

    def from_normal(self, z: FloatArray) -> FloatArray:
        """The directions of `z`."""
        return self.project(points(z, None))

    def project(self, x: Any) -> Any:
        """The points of the same directions."""
        x = _rows(x)
        return self.radius * x / _norms(x)

    def uniforms(self, x: FloatArray) -> FloatArray:
        """Distribution function of the first coordinate, a beta law."""
        x = points(x, None, "x")
        half: float = (x.shape[1] - 1) / 2
        heights: FloatArray = np.clip(x[:, 0] / self.radius + 1, 0, 2) / 2
        return scipy.special.betainc(half, half, heights)


@dataclass(frozen=True, slots=True)
class Ball:
    """Uniform on the ball of a radius in R^d."""

    radius: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius", real(self.radius, "radius", 0, _LARGEST))

    def describe(self, dim: int) -> str:
        """The formula."""
        dimension(dim)
        return f"uniform on the ball of radius {self.radius:g} in R^{dim}"

    def scale(self, dim: int) -> float:
        """Return radius / sqrt(d)."""
        return bounds.latents.ball(dim, self.radius)

    def from_normal(self, z: FloatArray) -> FloatArray:
        """The same directions; the length by its distribution function, that of chi_d."""
        z = points(z, None)
        dim, length = z.shape[1], _norms(z)
        halves: FloatArray = length**2 / 2
        share: FloatArray = scipy.special.gammainc(dim / 2, halves) ** (1 / dim)
        return self.radius * share * z / length

    def project(self, x: Any) -> Any:
        """What lies outside is moved to the surface along its direction."""
        x = _rows(x)
        return x * (self.radius / _norms(x)).clip(0.0, 1.0)

    def uniforms(self, x: FloatArray) -> FloatArray:
        """Share of the ball's volume that is nearer to its centre."""
        x = points(x, None, "x")
        return (_norms(x)[:, 0] / self.radius) ** x.shape[1]


NORMAL = Normal()


def _rows(x: Any) -> Any:
    """Points (n, d) of an array or a tensor, of any type of real numbers, as they are."""
    if is_array(x) and x.dtype.kind not in "fiu":
        raise InvalidTypeError(f"x has dtype {x.dtype}: expected real numbers")
    if not hasattr(x, "clip") or getattr(x, "ndim", None) != 2 or np.ma.is_masked(x):
        raise InvalidTypeError(f"x={shown(x)}: expected an array or a tensor, (n, d)")
    return x


def _norms(x: Any) -> Any:
    """Euclidean lengths (n, 1) of an array or a tensor, above 0."""
    return ((x * x).sum(1)[:, None] ** 0.5).clip(1e-30, None)


def latent_law(text: str) -> LatentLaw:
    """Return the law that a text names.

    Parameters
    ----------
    text : str
        ``normal``, ``normal=2``, ``uniform`` on [-1, 1]^d, ``uniform=0,1``, ``truncated=0.5``,
        ``sphere``, ``sphere=8``, ``ball`` or ``ball=8``.

    Raises
    ------
    ValueError
        If it names none.

    Examples
    --------
    >>> latent_law("uniform=0,1")
    Uniform(low=0.0, high=1.0)
    """
    kind(text, "latent", str)
    name, equals, rest = text.strip().lower().partition("=")
    try:
        numbers = [float(one) for one in rest.split(",")] if equals else []
    except ValueError:
        numbers = [math.nan]
    laws: dict[str, tuple[Any, tuple[int, ...]]] = {
        "normal": (Normal, (0, 1)),
        "uniform": (Uniform, (0, 2)),
        "truncated": (TruncatedNormal, (1,)),
        "sphere": (Sphere, (0, 1)),
        "ball": (Ball, (0, 1)),
    }
    law, counts = laws.get(name, (None, ()))
    if (
        law is None
        or len(numbers) not in counts
        or not all(abs(one) <= _LARGEST for one in numbers)
    ):
        raise InvalidValueError(f"latent={text!r}: expected {NAMES}")
    if name == "uniform" and numbers and not numbers[0] < numbers[1]:
        raise InvalidValueError(f"latent={text!r}: expected uniform=LOW,HIGH with LOW < HIGH")
    if name != "uniform" and numbers and not numbers[0] > 0:
        raise InvalidValueError(f"latent={text!r}: expected a positive number")
    return law(*numbers)


def known_law(law: Any) -> LatentLaw:
    """Return a law of latents, or raise.

    Raises
    ------
    TypeError
        If it is none, as the name of one is none.
    """
    if isinstance(law, type) or not isinstance(law, LatentLaw):
        raise InvalidTypeError(f"law={shown(law)}: expected a law of latents, as NORMAL")
    return law


def supported(x: FloatArray, law: LatentLaw) -> NDArray[np.bool_]:
    """Which rows of `x` (n, d) lie in the support of a law, up to the rounding of single floats."""
    x = points(x, None, "x")
    known_law(law)
    moved = np.linalg.norm(law.project(x) - x, axis=1)
    return moved <= _ROUNDING * np.maximum(np.linalg.norm(x, axis=1), 1e-3)


def resembles(x: FloatArray, law: LatentLaw) -> bool:
    """Whether rows of `x` (n, d) may be independent draws of a law.

    Its support is looked at; then, of numbers that are independent and standard normal if they
    are, the distribution (Kolmogorov and Smirnov), the mean, the sum of squares, and the
    correlations of coordinates with each other. The order of the rows is not looked at: they may be
    sorted by class. Draws of the law fail with probability `UNLIKELY`. Passing proves nothing.

    Examples
    --------
    >>> z = np.random.default_rng(0).standard_normal((1000, 4))
    >>> resembles(z, Normal()), resembles(z, Uniform()), resembles(np.tanh(z), Normal())
    (True, False, False)
    """
    if not supported(x, law).all():
        return False
    table = law.uniforms(x).reshape(len(x), -1)
    return least_probability(table[: max(_TESTED // table.shape[1], 2)]) > UNLIKELY


def least_probability(uniforms: FloatArray) -> float:
    """Four times the least of four probabilities of what is as unlike uniforms (n, m) as these."""
    found = np.clip(uniforms, _EDGE, 1 - _EDGE)
    scores: FloatArray = scipy.special.ndtri(found)
    size = scores.size
    squares = scipy.stats.chi2(size)
    total = float(np.sum(scores**2))
    probabilities = [
        float(scipy.stats.kstest(found.ravel(), "uniform").pvalue),
        2 * float(scipy.special.ndtr(-abs(float(scores.sum())) / math.sqrt(size))),
        2 * float(min(squares.cdf(total), squares.sf(total))),
        _of_correlations(scores),
    ]
    return 4 * min(probabilities)


def _of_correlations(scores: FloatArray) -> float:
    """Probability of a correlation as large as the largest here, at most, of normal (n, m).

    Each is r = <x, y> / (|x| |y|) of two columns, and r^2 of the beta law of (1/2, (n - 1)/2).
    """
    scores = scores[:, :_MOST_COLUMNS]
    n, columns = scores.shape
    if n == 1 or columns == 1:
        return 1.0
    units = scores / np.maximum(np.linalg.norm(scores, axis=0), 1e-300)
    between: FloatArray = np.abs(units.T @ units)[np.triu_indices(columns, 1)]
    square = min(float(np.max(between, initial=0.0)) ** 2, 1.0)
    return len(between) * float(scipy.stats.beta(0.5, (n - 1) / 2).sf(square))


def repeated_rows(x: FloatArray) -> int:
    """Number of pairs of equal rows of `x` (n, d), if rounding of its columns explains them not.

    Draws that are rounded agree in one coordinate, and by chance in all of them; rows that are
    repeated agree in all or none. Of one coordinate nothing is told.

    Examples
    --------
    >>> z = np.random.default_rng(0).standard_normal((1000, 2))
    >>> repeated_rows(np.concatenate([z, z])), repeated_rows(z.round(1)), repeated_rows(z)
    (1000, 0, 0)
    """
    n, dim = x.shape
    if dim == 1 or _pairs(x[:, 0]) == 0:
        return 0
    rows = np.ascontiguousarray(x).view(np.dtype((np.void, x.itemsize * dim))).ravel()
    found = _pairs(rows)
    possible = n * (n - 1) / 2
    expected = possible * math.prod(_pairs(x[:, column]) / possible for column in range(dim))
    return found if found > 10 * (expected + 1) else 0


def _pairs(values: NDArray[Any]) -> int:
    _, counts = np.unique(values, return_counts=True)
    return int(np.sum(counts * (counts - 1)) // 2)


def resembled(x: FloatArray) -> list[str]:
    """Names of the usual laws that rows of `x` (n, d) may be draws of, as `latent_law` reads."""
    x = points(x, None, "x")
    dim = x.shape[1]
    names = ["normal", "uniform", "uniform=0,1"]
    names += ["sphere", f"sphere={math.sqrt(dim):.6g}"] if dim > 2 else []
    names += ["ball"]
    return [name for name in names if resembles(x, latent_law(name))]


@dataclass(frozen=True)
class Projected:
    """A decoder that answers everywhere, as at the nearest point of a law's support.

    Without slots, so that the modules that the decoder holds are found (`contract.modules`).
    """

    decoder: Callable[[Any], Any]
    law: LatentLaw

    def __call__(self, x: Any) -> Any:
        """What the decoder returns there, for an array or a tensor (n, d)."""
        return self.decoder(self.law.project(x))


class Searched(Protocol):
    """A partition of R^d that finds points of other classes."""

    dim: int
    classes: int
    name: str

    @property
    def has_holes(self) -> bool: ...

    def classify(self, z: FloatArray) -> IntArray: ...

    def witnesses(self, z: FloatArray) -> FloatArray: ...

    def parameters(self) -> dict[str, JSON]: ...


class LatentPartition:
    """What a check of N(0, I) sees of latents of another law: their labels, and r / L.

    Parameters
    ----------
    partition : Searched
        Of R^d in the law's own coordinates, where a point has the label of the nearest point of the
        support.
    law : LatentLaw

    Examples
    --------
    The uniform law on [-1, 1]^2, cut in halves by the sign of the first coordinate:

    >>> from simulations.generators.generator import GeneratorPartition
    >>> law = Uniform()
    >>> base = GeneratorPartition(law.project, lambda x: np.eye(2)[(x[:, 0] > 0).astype(int)], 2)
    >>> partition = LatentPartition(base, law)
    >>> labels, radii = partition.classify_and_radius(np.array([[1.0, 0.0]]))
    >>> round(float(radii[0] * law.scale(2)), 2), round(float(2 * scipy.special.ndtr(1) - 1), 2)
    (0.68, 0.68)
    """

    def __init__(self, partition: Searched, law: LatentLaw) -> None:
        known_law(law)
        for name in ("dim", "classes", "name", "classify", "witnesses"):
            if not hasattr(partition, name):
                raise InvalidTypeError(
                    f"partition={shown(partition)}: expected one with witnesses, not without {name}"
                )
        self.partition = partition
        self.law = law
        self.dim = partition.dim
        self.classes = partition.classes
        self.name = partition.name
        self.scale = law.scale(partition.dim)

    @property
    def has_holes(self) -> bool:
        """As in the law's own coordinates."""
        return self.partition.has_holes

    @property
    def radius_is_exact(self) -> bool:
        """False: distances are to witnesses that a search found."""
        return False

    def classify(self, z: FloatArray) -> IntArray:
        """Labels (n,) of the latents that `z` (n, d) stands for."""
        return self.partition.classify(self.law.from_normal(points(z, self.dim)))

    def radius(self, z: FloatArray) -> FloatArray:
        """Radii (n,) of those latents, divided by L."""
        return self.classify_and_radius(z)[1]

    def classify_and_radius(self, z: FloatArray) -> tuple[IntArray, FloatArray]:
        """Labels, and radii divided by L; +inf where no other class was found, NaN in a hole."""
        x = self.law.from_normal(points(z, self.dim))
        labels = self.partition.classify(x)
        radii = np.linalg.norm(witnesses_in_support(self.partition, x, self.law) - x, axis=1)
        radii[labels == HOLE] = np.nan
        return labels, radii / self.scale

    def masses(self) -> FloatArray | None:
        """None: the masses of a generator are estimated."""
        return None

    def expected_radius(self) -> float | None:
        """None: unknown."""
        return None

    def parameters(self) -> dict[str, JSON]:
        """Those of the partition, and the law."""
        return {**self.partition.parameters(), "latents": self.law.describe(self.dim)}


def witnesses_in_support(partition: Searched, x: FloatArray, law: LatentLaw) -> FloatArray:
    """Points (n, d) of other classes near `x` (n, d), in the support; +inf where none was found.

    On a convex support putting a witness back brings it nearer; on a sphere its chord counts.
    """
    found = partition.witnesses(x)
    there = np.isfinite(found).all(axis=1)
    found[there] = law.project(found[there])
    return found


def in_units(report: Report, law: LatentLaw, dim: int) -> Report:
    """A report on r / L as one on r: E r, its bounds and eta times L; H_2 is as it was.

    Examples
    --------
    >>> from simulations import Halfspace, check
    >>> found = check(Halfspace(0.5), 1000)
    >>> twice = in_units(found, Normal(2.0), 1)
    >>> twice.bounds["sharp"].value == 2 * found.bounds["sharp"].value
    True
    """
    scale = law.scale(dim)
    return dataclasses.replace(
        report,
        parameters={**report.parameters, "latents": law.describe(dim), "scale": scale},
        expected_radius=times(scale, report.expected_radius),
        bounds={name: check_in_units(one, scale) for name, one in report.bounds.items()},
    )


def check_in_units(check: BoundCheck, scale: float) -> BoundCheck:
    """A bound on r / L as one on r: eta times L, or all else."""
    if check.eta is not None:
        return dataclasses.replace(check, eta=scale * check.eta)
    return dataclasses.replace(
        check,
        value=scale * check.value,
        low=scale * check.low,
        high=scale * check.high,
        quantity=times(scale, check.quantity),
    )


def times(scale: float, interval: Interval) -> Interval:
    """The interval of a multiple of what it holds."""
    exact = None if interval.exact is None else scale * interval.exact
    return dataclasses.replace(
        interval,
        estimate=scale * interval.estimate,
        low=scale * interval.low,
        high=scale * interval.high,
        exact=exact,
    )
