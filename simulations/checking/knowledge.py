"""How a number is known, which travels with it."""

from __future__ import annotations

import enum


class Knowledge(enum.Flag):
    """What is missing for a number to be known exactly; a union is what two numbers give together.

    Attributes
    ----------
    EXACT
        Nothing: a closed form, up to rounding.
    ENCLOSED
        It lies in limits that hold for certain.
    FINITE_SAMPLE
        Its limits hold with the stated probability, at the sample's own size.
    ASYMPTOTIC
        They do so in the limit of large samples only.
    UPPER_BOUND, LOWER_BOUND
        Only that limit is known of it; the other is the trivial one.

    Examples
    --------
    >>> str(Knowledge.FINITE_SAMPLE | Knowledge.EXACT)
    'finite-sample'
    >>> str(Knowledge.ASYMPTOTIC | Knowledge.FINITE_SAMPLE | Knowledge.UPPER_BOUND)
    'asymptotic, upper bound only'
    """

    EXACT = 0
    ENCLOSED = 1
    FINITE_SAMPLE = 2
    ASYMPTOTIC = 4
    UPPER_BOUND = 8
    LOWER_BOUND = 16

    def __str__(self) -> str:
        """Words for a report: the weakest certainty, and the side."""
        levels = (Knowledge.ASYMPTOTIC, Knowledge.FINITE_SAMPLE, Knowledge.ENCLOSED)
        named = {Knowledge.ASYMPTOTIC: "asymptotic", Knowledge.FINITE_SAMPLE: "finite-sample",
                 Knowledge.ENCLOSED: "enclosed"}  # fmt: skip
        words = [next((named[level] for level in levels if level in self), "exact")]
        if Knowledge.UPPER_BOUND in self:
            words.append("upper bound only")
        if Knowledge.LOWER_BOUND in self:
            words.append("lower bound only")
        return ", ".join(words)

    @property
    def at_level(self) -> bool:
        """Whether limits so known hold with the stated probability, not only about so."""
        return Knowledge.ASYMPTOTIC not in self

    @property
    def certainty(self) -> Knowledge:
        """The same without the side: of a verdict, which has none."""
        return self & ~(Knowledge.UPPER_BOUND | Knowledge.LOWER_BOUND)

    @property
    def reversed(self) -> Knowledge:
        """Of a decreasing function of the number."""
        result = self.certainty
        if Knowledge.UPPER_BOUND in self:
            result |= Knowledge.LOWER_BOUND
        if Knowledge.LOWER_BOUND in self:
            result |= Knowledge.UPPER_BOUND
        return result
