"""What a figure is: how its arrays are computed, how they are drawn, and what they must satisfy."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from simulations.drawing import applied

Results: TypeAlias = Mapping[str, npt.NDArray[Any]]
"""Arrays by name: all that a drawing sees, and all that is stored."""

Knowledge: TypeAlias = Literal["proved", "computed", "estimated", "illustrated"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about a figure's arrays, true if its slack is not negative.

    Attributes
    ----------
    statement : str
        What is claimed.
    slack : float
        By how much the tightest instance of it holds, in the units of what is drawn.
    knowledge : {"proved", "computed", "estimated", "illustrated"}
        Whether the numbers compared are enclosures, float64 values of exact formulas, limits of
        confidence intervals, or point estimates.
    """

    statement: str
    slack: float
    knowledge: Knowledge

    @property
    def holds(self) -> bool:
        """Whether the slack is not negative; NaN does not hold."""
        return self.slack >= 0


def least(differences: npt.ArrayLike) -> float:
    """Smallest of the differences; NaN if any is NaN, so that a claim on it fails."""
    return float(np.min(np.asarray(differences, dtype=np.float64)))


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure.

    Attributes
    ----------
    name : str
        Name of its module, of its files and of its stored results.
    compute : callable
        Arrays from the parameters; deterministic.
    draw : callable
        Figure from the arrays; reads nothing else.
    claims : callable
        What the arrays must satisfy.
    parameters : mapping
        Arguments of `compute`; numbers, texts and lists of them.
    quick : mapping
        Those that replace them in a quick run.
    inputs : sequence of Path
        Files that `compute` reads.
    """

    name: str
    compute: Callable[..., Results]
    draw: Callable[[Results], Figure]
    claims: Callable[[Results], list[Claim]]
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    quick: Mapping[str, Any] = field(default_factory=dict[str, Any])
    inputs: Sequence[Path] = ()

    @property
    def caption(self) -> str:
        """The docstring of the figure's module."""
        return inspect.cleandoc(inspect.getmodule(self.compute).__doc__ or "")

    @property
    def shows(self) -> str:
        """The caption's first sentence."""
        return " ".join(self.caption.split("\n\n")[0].split())

    def figure(self, results: Results) -> Figure:
        """Draw in the style that all figures share."""
        with applied():
            return self.draw(results)
