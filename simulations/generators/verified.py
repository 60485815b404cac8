"""The class radius of a generator from below, without smoothing, where its layers can be verified.

r(z) is at least the radius of a ball around z in which the class is verified not to change
(`verification`), for whatever law the latents have: their support is a part of R^d. So the mean of
these radii over draws has a lower limit that is one of E r. At d = 2 and for N(0, I), E r is
enclosed for certain (`enclosure`).

The lower limit joins the upper one of the search in one report, whose verdicts and certificates
are then decided from both sides.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import callback, count, fits, real, shown
from simulations.checking.intervals import Interval, mean_low
from simulations.checking.knowledge import Knowledge
from simulations.checking.report import Report
from simulations.checking.verdict import BoundCheck, entropy_checks, verdict
from simulations.generators.latents import NORMAL, LatentLaw, Searched, known_law, times
from simulations.seeds import VERIFICATION, child

if TYPE_CHECKING:
    from simulations.generators.enclosure import EnclosedRadius
    from simulations.generators.verification import Verifier

_BLOCK = 256
_FARTHEST = 8.0
_DISAGREEMENT = 0.01


@dataclass(frozen=True, slots=True)
class VerifiedRadius:
    """Balls of one class around latents, verified, and the lower limit of E r that they give.

    Attributes
    ----------
    low : float
        At most E r, at `confidence`; in the units of the law.
    mean : float
        Of the verified radii.
    share : float
        Of the latents around which some ball is verified.
    samples : int
    confidence : float
    """

    low: float
    mean: float
    share: float
    samples: int
    confidence: float

    def to_json(self) -> dict[str, Any]:
        """The numbers as a JSON object."""
        return {"method": "balls", **asdict(self)}


def verified_radius(
    verifier: Verifier,
    partition: Searched,
    samples: int = 1_000,
    confidence: float = 0.99,
    seed: int = 0,
    *,
    law: LatentLaw = NORMAL,
    progress: Callable[[int, int], None] | None = None,
) -> VerifiedRadius:
    """Limit E r from below by verified balls around independent latents.

    Parameters
    ----------
    verifier : Verifier
    partition : Searched
        The same generator without holes; what it finds is where the bisection of a ball starts.
    samples : int
    confidence : float
    seed : int
    law : LatentLaw
    progress : callable, optional
        Called with the latents done and their total.

    Raises
    ------
    ValueError
        If the verifier and the partition label more than one latent in a hundred differently.
    """
    fits(count(samples, "samples"), "samples", samples)
    delta = 1 - real(confidence, "confidence", 0, 1)
    for name, given, members in (
        ("verifier", verifier, ("labels", "radii")),
        ("partition", partition, ("dim", "classify", "witnesses")),
    ):
        if isinstance(given, type) or not all(hasattr(given, one) for one in members):
            raise InvalidTypeError(f"{name}={shown(given)}: expected {', '.join(members)} of it")
    known_law(law)
    callback(progress, "progress")
    rng = np.random.default_rng(child(seed, VERIFICATION))
    scale = law.scale(partition.dim)
    radii = np.empty(samples)
    differing = 0
    for start in range(0, samples, _BLOCK):
        rows = slice(start, min(start + _BLOCK, samples))
        x = law.from_normal(rng.standard_normal((rows.stop - start, partition.dim)))
        labels = verifier.labels(x)
        differing += int((labels != partition.classify(x)).sum())
        # No ball is larger than the distance found; where nothing was found, start far away.
        found = np.linalg.norm(partition.witnesses(x) - x, axis=1)
        farthest = np.where(np.isfinite(found), found, _FARTHEST * scale)
        radii[rows] = verifier.radii(x, labels, farthest)
        if progress is not None:
            progress(rows.stop, samples)
    if differing > max(_DISAGREEMENT * samples, 1):
        raise InvalidValueError(
            f"verify: {differing} of {samples} latents have another class in float64 than the "
            "generator gives them: expected the same networks"
        )
    return VerifiedRadius(
        low=scale * mean_low(radii / scale, delta),
        mean=float(radii.mean()),
        share=float((radii > 0).mean()),
        samples=samples,
        confidence=confidence,
    )


def from_both_sides(
    report: Report, verified: VerifiedRadius | EnclosedRadius, scale: float, confidence: float
) -> Report:
    """A report on distances found with the lower limit that was verified, and all verdicts anew.

    Parameters
    ----------
    report : Report
        On distances found, in the units of the law.
    verified : VerifiedRadius or EnclosedRadius
        Of the same partition; an enclosure may lower the upper limit too.
    scale : float
        L of the law.
    confidence : float
        At which both hold together.
    """
    found = report.expected_radius
    low, high, known, how = 0.0, found.high, found.known.certainty, "verified balls"
    if isinstance(verified, VerifiedRadius):
        low = verified.low
    else:
        enclosed = verified.expected_radius
        low, how = enclosed.low, "verified cells"
        if enclosed.high <= high:
            high, known = enclosed.high, Knowledge.ENCLOSED
    estimate = found.estimate
    if math.isfinite(estimate):
        estimate = min(max(estimate, low), high)
    radius = Interval(estimate, low, high, f"{found.method}; from below by {how}", known=known)

    def decided(one: BoundCheck) -> BoundCheck:
        if one.eta is not None:
            return one
        return replace(one, quantity=radius, verdict=verdict(radius, one.low, one.high))

    return replace(
        report,
        confidence=confidence,
        expected_radius=radius,
        bounds={name: decided(one) for name, one in report.bounds.items()},
        entropy_bounds=entropy_checks(
            times(1 / scale, radius), report.collision_entropy, True, "holds for any partition"
        ),
    )
