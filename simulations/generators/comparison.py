"""Two generators compared by E r~ of their smoothed classes, as a test with its error."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_dict
from bounds.support.sealed import unsealed
from bounds.support.validation import path as valid_path
from bounds.support.validation import real, shown
from simulations.checking.intervals import Interval, down, up
from simulations.checking.report import interval_to_json

_LARGEST = 1e300


class Smoothed(Protocol):
    """What is compared: a `SmoothedReport`, or what was read of one."""

    @property
    def sigma(self) -> float: ...

    @property
    def scale(self) -> float: ...

    @property
    def expected_radius(self) -> Interval: ...

    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True)
class ReadRadius:
    """What a file says of E r~.

    Attributes
    ----------
    sigma, scale, expected_radius, confidence
        As in `SmoothedReport`.
    """

    sigma: float
    scale: float
    expected_radius: Interval
    confidence: float


@dataclass(frozen=True, slots=True)
class RadiusTest:
    """Which of two generators has the larger E r~, as a test.

    The talk calls the one with the larger E r~ less diverse. What is compared so are upper bounds
    of H_2, which decrease in E r~, and not H_2.

    Attributes
    ----------
    verdict : {"first larger", "second larger", "undecided"}
    difference : Interval
        E r~ of the first less that of the second.
    confidence : float
        The probability that the interval holds the difference, and so that the verdict is right.
    """

    verdict: str
    difference: Interval
    confidence: float

    @property
    def words(self) -> str:
        """The test in a sentence."""
        ends = f"[{self.difference.low:.4g}, {self.difference.high:.4g}]"
        decided = {
            "first larger": "the bound on its smoothed classes' H₂ is the smaller one",
            "second larger": "the bound on the other's smoothed classes' H₂ is the smaller one",
            "undecided": "undecided which is larger",
        }
        return (
            f"E r̃ here less that of the other generator lies in {ends} with probability "
            f"{self.confidence:g}: {decided[self.verdict]}."
        )

    def to_json(self) -> dict[str, Any]:
        """The test as a JSON object."""
        return {
            "verdict": self.verdict,
            "difference": interval_to_json(self.difference),
            "confidence": self.confidence,
        }


def compare_radii(first: Smoothed, second: Smoothed) -> RadiusTest:
    """Compare E r~ of two generators that were smoothed alike.

    Each of the four limits is wrong with probability at most a quarter of its report's delta, so
    the difference leaves its interval with at most half of the sum of both delta.

    Raises
    ------
    TypeError, ValueError
        If these are no such reports, or the noises or the constants L differ: the radii would be
        those of classes smoothed differently, or have different bounds.

    Examples
    --------
    >>> one = ReadRadius(0.25, 1.0, Interval(0.4, 0.35, 0.6, ""), 0.99)
    >>> other = ReadRadius(0.25, 1.0, Interval(0.2, 0.15, 0.3, ""), 0.99)
    >>> found = compare_radii(one, other)
    >>> found.verdict, round(found.difference.low, 9), found.confidence
    ('first larger', 0.05, 0.99)
    """
    for place, given in (("first", first), ("second", second)):
        numbers = [getattr(given, name, None) for name in ("sigma", "scale", "confidence")]
        radius = getattr(given, "expected_radius", None)
        if not isinstance(radius, Interval) or None in numbers:
            raise InvalidTypeError(
                f"{place}={shown(given)}: expected a report on smoothed classes, as "
                "check_generator(..., smoothing=Smoothing()).smoothed"
            )
        real(numbers[0], f"{place}.sigma", 0, math.inf)
        real(numbers[1], f"{place}.scale", 0, math.inf)
        real(numbers[2], f"{place}.confidence", 0, 1)
        if not (0 <= radius.low < math.inf and radius.low <= radius.high):
            raise InvalidValueError(f"{place}.expected_radius={radius}: expected limits of it")
    for name in ("sigma", "scale"):
        one, other = getattr(first, name), getattr(second, name)
        if not math.isclose(one, other, rel_tol=1e-12):
            raise InvalidValueError(f"{name}={one:g} and {other:g}: expected the same of both")
    a, b = first.expected_radius, second.expected_radius
    # An end is infinite where nothing limits it.
    low = down(a.low - b.high) if math.isfinite(b.high) else -math.inf
    high = up(a.high - b.low) if math.isfinite(a.high) else math.inf
    difference = Interval(a.estimate - b.estimate, low, high, "limits of both")
    verdict = "undecided"
    if low > 0:
        verdict = "first larger"
    elif high < 0:
        verdict = "second larger"
    return RadiusTest(verdict, difference, (first.confidence + second.confidence) / 2)


def _member(table: Any, name: str) -> Any:
    return table.get(name) if is_dict(table) else None


def read_radius(path: Path, option: str) -> ReadRadius:
    """Read E r~ from the JSON that a check with smoothing has printed.

    Raises
    ------
    ValueError
        If the file can't be read, is none of a check with smoothing, or was edited.
    """
    path = valid_path(path, option)
    where = f"{option}={str(path)!r}"
    expected = "expected what --json printed for another generator, with --smoothing or --votes"
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidValueError(f"{where}: {error}: {expected}") from error
    if not is_dict(_member(found, "smoothed")):
        raise InvalidValueError(f"{where}: has no smoothed classes: {expected}")
    smoothed = unsealed(found["smoothed"], f"{where}: its smoothed classes", "expected_radius")
    radius = smoothed["expected_radius"]
    high: Any = _member(radius, "high")
    numbers: list[Any] = [
        *(smoothed.get(name) for name in ("sigma", "scale", "confidence")),
        *(_member(radius, name) for name in ("estimate", "low")),
        *([] if high is None else [high]),
    ]
    if not all(type(one) in (int, float) and 0 <= one <= _LARGEST for one in numbers):
        raise InvalidValueError(f"{where}: its smoothed classes lack numbers: {expected}")
    sigma, scale, confidence, estimate, low = (float(one) for one in numbers[:5])
    high = math.inf if high is None else float(high)
    if not (sigma > 0 and scale > 0 and 0 < confidence < 1 and low <= estimate <= high):
        raise InvalidValueError(f"{where}: its smoothed classes contradict themselves: {expected}")
    return ReadRadius(sigma, scale, Interval(estimate, low, high, "read"), confidence)
