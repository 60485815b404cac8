# ruff: noqa: E402 - what is imported below needs torch
"""What the page concludes of the experiment is in its record."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from simulations.vae import experiment_page

RECORD = experiment_page.recorded()
PAGE = " ".join((experiment_page.RESULTS.parent / "README.md").read_text(encoding="utf-8").split())
ROWS = {(row["latent_dimension"], row["quantity"]): row for row in RECORD["summary"]}


def said(value, digits):
    """As the page writes a number."""
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def difference(dim, quantity, digits=3):
    """Mean and interval of talk less vanilla, as the page writes them."""
    found = ROWS[dim, quantity]["difference"]
    ends = ", ".join(said(found[name], digits) for name in ("low", "high"))
    return f"{said(found['mean'], digits)} [{ends}]"


def mean(dim, quantity, objective):
    return ROWS[dim, quantity][objective]["mean"]


def sign(dim, quantity):
    """1 or -1 where the interval of the difference excludes 0, else 0."""
    found = ROWS[dim, quantity]["difference"]
    return (found["low"] > 0) - (found["high"] < 0)


def runs(dim, objective=None):
    return [
        run
        for run in RECORD["runs"]
        if run["latent_dimension"] == dim
        and objective in (None, "talk" if run["objective"]["regularisation"] > 0 else "vanilla")
    ]


def test_codes_come_closer_and_classes_do_not():
    for dim, share in ((2, 28), (10, 21)):
        lengths = [mean(dim, "posterior: mean code distance", one) for one in ("vanilla", "talk")]
        assert round(100 * (1 - lengths[1] / lengths[0])) == share
        assert f"{share} % at d = {dim}" in PAGE
        assert sign(dim, "posterior: scale") == -1
    assert sign(2, "curve at 0: expected_radius") == sign(10, "E r (witness, argmax)") == 0
    assert difference(2, "curve at 0: expected_radius", 2) in PAGE
    assert difference(10, "E r (witness, argmax)") in PAGE
    assert sign(2, "rescaled at 0: expected_radius") == 0
    assert difference(2, "rescaled at 0: expected_radius") in PAGE


def test_covered_mass_and_quality_fall():
    assert sign(10, "coverage (labels)") == -1
    assert sign(2, "curve at 0.9: coverage") == 0
    assert difference(10, "coverage (labels)") in PAGE
    assert difference(2, "curve at 0.9: coverage", 2) in PAGE
    for dim in (2, 10):
        assert sign(dim, "elbo") == sign(dim, "quality: density") == -1
        assert sign(dim, "quality: coverage") == -1
        assert sign(dim, "quality: frechet_distance") == 1
    assert [-round(ROWS[dim, "elbo"]["difference"]["mean"]) for dim in (2, 10)] == [3, 10]
    assert sign(10, "quality: recall") == -1
    assert mean(2, "quality: recall", "vanilla") < 0.001
    assert [sign(dim, "quality: classifier confidence") for dim in (2, 10)] == [0, -1]


def test_diversity_falls():
    assert sign(2, "curve at 0.9: collision_entropy") == -1
    assert sign(10, "H_2 (labels, threshold)") == -1
    assert difference(2, "curve at 0.9: collision_entropy", 2) in PAGE
    assert difference(10, "H_2 (labels, threshold)") in PAGE


def test_bounds_hold_in_all_runs():
    assert len(RECORD["runs"]) == 20
    tails: list[str] = []
    for run in RECORD["runs"]:
        argmax = run["check"]["argmax"]
        tails.append(argmax["bounds"]["tail"]["verdict"])
        assert argmax["confidence"] >= 0.99
        for name in ("talk", "isoperimetric", "sharp"):
            assert argmax["bounds"][name]["verdict"] == "holds"
        assert run["check"]["thresholded"]["bounds"]["holes"]["verdict"] == "holds"
    assert sorted(tails) == ["holds"] * 19 + ["inconclusive"]
    for name, low, high in (("sharp", 1.3, 2.1), ("talk", 4.1, 6.5)):
        ratios = [
            run["check"]["argmax"]["bounds"][name]["low"]
            / run["check"]["argmax"]["expected_radius"]["estimate"]
            for run in runs(2)
        ]
        assert low < min(ratios) < max(ratios) < high
        assert f"{min(ratios):.1f} to {max(ratios):.1f} times" in PAGE


def test_limits_from_both_sides_enclose_what_is_found():
    for run in RECORD["runs"]:
        assert run["verified"]["low"] < run["check"]["argmax"]["expected_radius"]["estimate"]
        smoothed = run["check"]["smoothed"]["expected_radius"]
        assert smoothed["low"] < smoothed["estimate"] < smoothed["high"]
    for dim in (2, 10):
        for quantity in (
            "E r, argmax, at least (verified)",
            "E r, smoothed classes, at least",
            "E r, smoothed classes, at most",
        ):
            ends = sorted(mean(dim, quantity, one) for one in ("vanilla", "talk"))
            assert all(said(one, 3) in PAGE for one in ends)
