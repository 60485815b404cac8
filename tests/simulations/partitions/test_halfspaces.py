"""Two halfspaces: exact masses, exact E r, and the command."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

import simulations
from simulations.partitions.halfspaces import Halfspace


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulations.halfspaces", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("mass", [0.5, 0.1, 1e-12, 1e-300, 1 - 1e-12])
def test_expected_radius_is_f_of_both_masses(mass):
    exact = Halfspace(mass).expected_radius()
    t = -stats.norm.ppf(mass)
    direct = 2 * (stats.norm.pdf(t) - t * stats.norm.sf(t)) + t  # E|z - t|
    assert exact == pytest.approx(direct, rel=1e-9)


def test_radius_and_label_of_given_points():
    half = Halfspace(0.5, dim=3)
    z = np.array([[0.25, 9.0, 9.0], [-2.0, 0.0, 0.0]])
    labels, radii = half.classify_and_radius(z)
    np.testing.assert_array_equal(labels, [1, 0])
    np.testing.assert_array_equal(radii, [0.25, 2.0])
    np.testing.assert_array_equal(half.classify(z), labels)
    np.testing.assert_array_equal(half.radius(z), radii)


@pytest.mark.parametrize(("mass", "dim"), [(0.0, 1), (1.0, 1), (float("nan"), 1), (0.5, 0)])
def test_bad_parameters_are_named(mass, dim):
    with pytest.raises(ValueError, match=r"mass|dim"):
        Halfspace(mass, dim)


def test_a_mass_that_no_sample_sees():
    report = simulations.check(Halfspace(1e-12), samples=10_000)
    assert report.as_claimed
    exact = Halfspace(1e-12).expected_radius()
    # The mass 1 - 1e-12 of the vector is rounded by 1e-16, which moves its threshold by 3e-6.
    assert report.bounds["isoperimetric"].value == pytest.approx(exact, rel=1e-6)


def test_json_has_the_promised_fields_and_nothing_else_on_stdout():
    found = command("--mass", "0.3", "--samples", "20000", "--seed", "4", "--json")
    assert found.returncode == 0, found.stderr
    result = json.loads(found.stdout)
    assert found.stderr == ""
    assert result["partition"] == "halfspaces"
    assert (result["dim"], result["classes"], result["samples"], result["seed"]) == (1, 2, 20000, 4)
    assert result["confidence"] == 0.99
    for name in ("expected_radius", "collision_probability", "collision_entropy", "coverage"):
        one = result[name]
        assert one["low"] <= one["estimate"] <= one["high"]
        assert one["low"] <= one["exact"] <= one["high"]
    assert isinstance(result["expected_radius"]["method"], str)
    for name in ("tail", "isoperimetric", "talk", "sharp", "holes"):
        one = result["bounds"][name]
        assert one["low"] <= one["value"]
        assert isinstance(one["applies"], bool)
        assert one["reason"]
        assert one["verdict"] in ("holds", "violated", "inconclusive")
    assert set(result["entropy_bound"]) == {"sharp", "talk"}
    assert result["bounds"]["entropy_bound"]["sharp"] == result["entropy_bound"]["sharp"]
    assert result["samples_per_second"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("--mass", "1.5"), "mass=1.5"), (("--samples", "x"), "samples"), (("--no-such",), "no-such")],
)
def test_bad_usage_exits_with_2_and_one_line(arguments, message):
    found = command(*arguments)
    assert found.returncode == 2
    assert found.stdout == ""
    assert message in found.stderr
    assert "Traceback" not in found.stderr


def test_the_table_is_for_people():
    found = command("--samples", "20000")
    assert found.returncode == 0
    for words in ("E r", "exact", "verdict", "H₂", "slack", "Diversity"):
        assert words in found.stdout
