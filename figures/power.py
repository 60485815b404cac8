"""How often the diversity test decides, over the number of labels, and how often it is wrong.

Left, two generators with known masses and as many labels of each: the share of samples from which
`compare` names the more diverse one, at confidence 0.99. Triangles mark the number of labels that
`draws_needed` gives for these masses. Right, two generators that both have ten equal classes,
and eight times as many labels of B as of A, at confidence 0.9: the share of samples from which one
is called more diverse, with limits by Clopper and Pearson at level 0.99. A tenth is allowed.
Dividing the difference of the collision rates by its standard error is wrong more often, and
bootstrapping the plug-in entropies always.
"""

from __future__ import annotations

import numpy as np
import scipy.special
from matplotlib.figure import Figure

import bounds
from bounds.support.errors import InvalidValueError
from figures._definition import Claim, Definition, Results, least
from figures._style import (
    HOLES,
    ISOPERIMETRIC,
    MEASURED,
    PAGE,
    SHARP,
    TALK,
    label,
    panel_letters,
    panels,
)
from simulations.arrays import FloatArray, IntArray
from simulations.checking.intervals import binomial_high, binomial_low
from simulations.generators.diversity import draws_needed, power

PAIRS = ("10 against 5", "50 against Zipf", "10 against 12", "100 against 120")
"""Numbers of equal classes, and masses proportional to 1/i for 50 classes."""

TESTS = ("this test", "studentised", "bootstrap")

BOOTSTRAPS = 100
FACTORS = (0.5, 2)
"""Times `draws_needed`, where the share decided is claimed to be below 0.1 and above 0.9."""

RATIO = 8
"""Labels of B for one of A, where their masses are equal."""


def _masses(pair: str) -> tuple[FloatArray, FloatArray]:
    first, second = pair.split(" against ")
    size = max(int(one) for one in (first, second) if one != "Zipf")
    zipf = 1 / np.arange(1.0, size + 1)
    laws = [
        zipf / zipf.sum() if one == "Zipf" else (np.arange(size) < int(one)) / int(one)
        for one in (first, second)
    ]
    return laws[0], laws[1]


def compute(
    sizes: list[int], repetitions: int, equal_sizes: list[int], equal_repetitions: int, seed: int
) -> Results:
    """Shares of decisions: (pairs, sizes, right and wrong), and wrong ones of (tests, sizes)."""
    streams = np.random.SeedSequence(seed).spawn(2)
    rng = np.random.Generator(np.random.SFC64(streams[0]))
    decided = np.empty((len(PAIRS), len(sizes), 2))
    needed = np.empty(len(PAIRS))
    around = np.empty((len(PAIRS), len(FACTORS)))
    for row, pair in enumerate(PAIRS):
        first, second = _masses(pair)
        right = "A more diverse" if first @ first < second @ second else "B more diverse"
        found = draws_needed(first, second)
        if found is None:
            raise InvalidValueError(f"{pair}: expected masses that labels tell apart")
        needed[row] = found
        for column, n in enumerate(round(factor * found) for factor in FACTORS):
            shares = power(first, second, n, n, repetitions=repetitions, rng=rng)
            around[row, column] = shares[right]
        for column, n in enumerate(sizes):
            found = power(first, second, n, n, repetitions=repetitions, rng=rng)
            wrong = 1 - found["undecided"] - found[right]
            decided[row, column] = found[right], wrong
    rng = np.random.Generator(np.random.SFC64(streams[1]))
    same = np.full(10, 0.1)
    errors = np.zeros((len(TESTS), len(equal_sizes)), dtype=np.int64)
    for column, n in enumerate(equal_sizes):
        found = power(
            same, same, n, RATIO * n, repetitions=equal_repetitions, rng=rng, confidence=0.9
        )
        errors[0, column] = round((1 - found["undecided"]) * equal_repetitions)
        for _ in range(equal_repetitions):
            counts = [rng.multinomial(size, same) for size in (n, RATIO * n)]
            errors[1, column] += _studentised(counts, 0.1)
            errors[2, column] += _bootstrapped(counts, 0.1, rng)
    return {
        "sizes": np.array(sizes),
        "decided": decided,
        "needed": needed,
        "around": around,
        "repetitions": np.array(repetitions),
        "equal_sizes": np.array(equal_sizes),
        "errors": errors,
        "equal_repetitions": np.array(equal_repetitions),
    }


def _studentised(counts: list[IntArray], delta: float) -> bool:
    """Whether the difference of the U-statistics is too large for a normal number."""
    first, second = (bounds.estimate_collision_probability(one) for one in counts)
    deviation = np.sqrt(first.variance + second.variance)
    quantile = float(scipy.special.ndtri(1 - delta / 2))
    return abs(first.estimate - second.estimate) > quantile * deviation


def _bootstrapped(counts: list[IntArray], delta: float, rng: np.random.Generator) -> bool:
    """Whether the percentiles of resampled differences of plug-in entropies leave out 0."""
    entropies = [
        -np.log(((rng.multinomial(one.sum(), one / one.sum(), BOOTSTRAPS) / one.sum()) ** 2).sum(1))
        for one in counts
    ]
    low, high = np.quantile(entropies[0] - entropies[1], [delta / 2, 1 - delta / 2])
    return bool(low > 0 or high < 0)


def draw(results: Results) -> Figure:
    """Draw shares over the number of labels."""
    figure, (left, right) = panels(1, 2, width=PAGE, height=2.6)
    sizes = results["sizes"]
    colours = (ISOPERIMETRIC, SHARP, MEASURED, TALK)
    for pair, colour, shares, needed in zip(
        PAIRS, colours, results["decided"][:, :, 0], results["needed"], strict=True
    ):
        left.plot(sizes, shares, "o-", color=colour, markersize=2.5, label=pair)
        left.plot([needed], [-0.04], "^", color=colour, markersize=4, clip_on=False)
    left.set(xscale="log", ylim=(-0.04, 1.04), xlabel="labels of each generator")
    left.set(ylabel="share of samples decided")
    left.legend(loc="upper left", frameon=False, fontsize=7, handlelength=1)
    left.set_title("known masses, confidence 0.99")
    n, repetitions = results["equal_sizes"], int(results["equal_repetitions"])
    for test, colour, errors in zip(TESTS, (MEASURED, HOLES, TALK), results["errors"], strict=True):
        low = binomial_low(errors, repetitions, 0.005)
        high = binomial_high(errors, repetitions, 0.005)
        share = errors / repetitions
        right.errorbar(n, share, [share - low, high - share], fmt="o-", color=colour, markersize=3)
        label(right, float(n[-1]), float(share[-1]), test, colour, xytext=(5, 0))
    right.axhline(0.1, color=MEASURED, linewidth=0.5, linestyle="--")
    label(right, float(n[0]), 0.1, "allowed", xytext=(0, 6))
    right.set(xscale="log", ylim=(-0.04, 1.04), xlabel="labels of A, and 8 times as many of B")
    right.set_xticks(n, [f"{size}" for size in n])
    right.set_xticks([], minor=True)
    right.set(ylabel="share of samples decided wrongly")
    right.set_title("equal masses, confidence 0.9")
    panel_letters([left, right])
    return figure


def claims(results: Results) -> list[Claim]:
    """Decisions are right; the levels are kept here and missed by both others."""
    repetitions, equal = int(results["repetitions"]), int(results["equal_repetitions"])
    wrong = np.rint(results["decided"][:, :, 1] * repetitions).astype(np.int64)
    errors, around = results["errors"], results["around"]
    return [
        Claim(
            "wrong decisions within the level",
            least(0.01 - binomial_low(wrong, repetitions, 1e-3)),
            "estimated",
        ),
        Claim("the most labels decide", least(results["decided"][:, -1, 0] - 0.9), "illustrated"),
        Claim("half of draws_needed is too few", least(0.1 - around[:, 0]), "illustrated"),
        Claim("twice draws_needed is enough", least(around[:, 1] - 0.9), "illustrated"),
        Claim(
            "this test wrong at most a tenth of the time",
            least(0.1 - binomial_high(errors[0], equal, 1e-3)),
            "estimated",
        ),
        Claim(
            "studentised and bootstrapped wrong more than that",
            least(binomial_low(errors[1:].max(axis=1), equal, 1e-3) - 0.1),
            "estimated",
        ),
    ]


FIGURE = Definition(
    "power",
    compute,
    draw,
    claims,
    {
        "sizes": [50, 100, 200, 400, 600, 800, 1200, 1600, 2400, 3200, 4800],
        "repetitions": 40,
        "equal_sizes": [25, 50, 100, 200, 400],
        "equal_repetitions": 300,
        "seed": 0,
    },
    {"sizes": [50, 4800], "repetitions": 12, "equal_sizes": [25]},
)
