"""The coverage benchmark's judgement catches wrong limits, and the README shows what is kept."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from simulations.partitions.argmax import CoordinateArgmax
from simulations.partitions.opposed_halfspaces import OpposedHalfspaces
from tests.benchmarks import coverage, peers, record, scale
from tests.commands import piped

REPETITIONS = 24
EVEN = coverage.Checked(CoordinateArgmax(10), 60_000)
UNEVEN = coverage.Labelled((0.5, 0.3, 0.15, 0.05), 20_000)
MANY = coverage.Labelled(tuple((np.arange(50, 0, -1) / 1275).tolist()), 60_000)
HOLES = coverage.Checked(OpposedHalfspaces(-0.5, 1.0), 60_000)
BIRTHDAYS = coverage.Birthdays((0.01,) * 100, 20_000)


@pytest.fixture(scope="module")
def repeated():
    """Statements of repetitions at delta = 0.5, by case."""
    seeds = np.random.SeedSequence(0).spawn(REPETITIONS)
    found = {}
    for case in (EVEN, UNEVEN, MANY, HOLES, BIRTHDAYS):
        trial = case.trial()
        found[id(case)] = [trial(seed, 0.5) for seed in seeds]
    return found


def judged(repetitions, damage, name):
    """The row of repetitions of which one statement's limits are multiplied by a number."""
    kept = iter(repetitions)

    def trial(seed, delta):
        return [
            replace(one, low=damage * one.low, high=damage * one.high) if one.name == name else one
            for one in next(kept)
        ]

    seed = np.random.SeedSequence(0)
    return coverage.repeated("case", 60_000, trial, 0.5, REPETITIONS, seed)


@pytest.mark.parametrize(
    ("case", "names"),
    [
        (EVEN, ("E r", "s", "H_2", "max p", "isoperimetric", "tail")),
        (UNEVEN, ("H_1", "H_2", "H_inf")),
        (MANY, ("H_1", "H_2", "H_inf")),
        (HOLES, ("E r", "c", "holes")),
        (BIRTHDAYS, ("draws",)),
    ],
)
def test_limits_that_are_a_tenth_too_small_are_refuted(repeated, case, names):
    repetitions = repeated[id(case)]
    for name in names:
        assert any(one.name == name for one in repetitions[0])
        sound, damaged = (judged(repetitions, damage, name) for damage in (1.0, 0.9))
        assert not sound.refuted(100)
        assert damaged.refuted(100), (name, damaged)


def test_a_verdict_on_equal_generators_counts_as_a_failure():
    statement = coverage.Statement("verdict", np.nan, 1.0, 1.0, 0.0, 0.0)
    assert not statement.holds
    assert replace(statement, low=0.0, high=0.0).holds


def test_share_needed_is_that_of_the_limits_distance():
    statement = coverage.Statement("x", 1.0, 0.8, 1.4, 1.1, 1.1)
    assert statement.needed == pytest.approx(0.25)
    assert replace(statement, least=0.9, most=0.9).needed == pytest.approx(0.5)
    assert replace(statement, least=1.5, most=1.5).needed > 1
    assert replace(statement, high=np.inf).needed == 0
    assert replace(statement, high=1.1).needed == 0


def test_nothing_kept_is_refuted_and_mean_rates_are_established():
    rows = coverage.recorded()
    assert {row.name for row in rows} == set(coverage.cases())
    assert {row.delta for row in rows} == set(coverage.DELTAS)
    assert not [row for row in rows if row.refuted(len(rows))]
    assert all(row.rate_high < row.delta for row in coverage.pooled(rows))


def test_the_readme_s_commands_begin(tmp_path):
    """As modules: run as a file, coverage.py would stand before the package of that name."""
    text = record.README.read_text(encoding="utf-8")
    names = set(re.findall(r"python -m tests\.benchmarks\.(\w+)", text))
    assert names == {path.stem for path in record.README.parent.glob("*.py")} - {"record"}
    assert "python tests" not in text
    ended = piped("tests.benchmarks.scale", ["one", "2", "10", "1"], tmp_path)
    assert ended.faults() == []
    assert all(float(number) > 0 for number in ended.out.split())


def peers_table():
    arrays, manifest = record.recorded("peers")
    return peers.table(arrays, manifest["laws"])


KEPT = {
    "coverage": lambda: coverage.table(coverage.recorded()),
    "peers": peers_table,
    "scale": lambda: scale.table(scale.recorded()),
}


@pytest.mark.parametrize("name", KEPT)
def test_readme_shows_what_is_kept(name):
    table = KEPT[name]()
    text = record.README.read_text(encoding="utf-8")
    assert record.pasted(text, name, table) == text


def test_peers_are_wrong_where_this_program_is_not():
    arrays, _ = record.recorded("peers")
    rows = dict(zip(peers.MEASURES, range(len(peers.MEASURES)), strict=True))
    own = rows["class-radius"]
    _, low, high = arrays["limits"][own].T
    assert (low <= arrays["truth"]).all()
    assert (arrays["truth"] <= high * (1 + 1e-9)).all()
    assert not arrays["wrong"][own].any()
    assert (arrays["wrong"][rows["scikit-bio"]] > 0.4 * arrays["times"][rows["scikit-bio"]]).all()
