"""The arrays behind the figures keep the captions' promises, and the command regenerates them."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest

from figures import _experiment
from figures.__main__ import main
from figures._definition import Claim, least
from figures._results import DATA, obtain, stale
from figures._style import CLASSES, PAGE, class_image, rendered
from figures.catalogue import NAMES, definition


def stored(name):
    with np.load(DATA / f"{name}.npz", allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


@pytest.mark.parametrize("name", NAMES)
def test_committed_results_are_current_and_keep_the_caption(name):
    one = definition(name)
    assert one.name == name
    assert stale(one) == ""
    assert len(one.caption) > 100
    claims = one.claims(stored(name))
    assert claims
    assert not [claim for claim in claims if not claim.holds]


@pytest.mark.parametrize("name", NAMES)
def test_figure_fits_its_page_and_names_its_axes(name):
    figure = definition(name).figure(stored(name))
    assert figure.get_figwidth() <= PAGE
    assert figure.axes
    for axes in figure.axes:
        assert axes.lines or axes.images or axes.patches or axes.texts or axes.collections
        if axes.axison and axes.xaxis.get_ticklabels():
            assert axes.get_xlabel() or axes.get_title("left")
    first = figure.axes[0]
    if first.axison and any(text.get_text() for text in first.yaxis.get_ticklabels()):
        assert first.get_ylabel()


@pytest.mark.parametrize("name", NAMES)
def test_quick_run_from_scratch(name, tmp_path):
    one = definition(name)
    made = obtain(one, quick=True, folder=tmp_path)
    assert made.reason == "quick"
    assert not list(tmp_path.iterdir())
    assert set(made.results) == set(stored(name))
    assert all(claim.holds for claim in one.claims(made.results))
    one.figure(made.results)


def test_command_writes_both_formats_the_same_every_time(tmp_path, capsys):
    for folder in ("first", "second"):
        assert main(only=("failure", "chain"), out=tmp_path / folder) == 0
    written = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert written == ["chain.pdf", "chain.png", "failure.pdf", "failure.png"]
    for file in written:
        first, second = ((tmp_path / folder / file).read_bytes() for folder in ("first", "second"))
        assert first == second
    assert "majorant" in capsys.readouterr().out


def test_command_prints_one_json_object(tmp_path, capsys):
    assert main(only=("concavity",), out=tmp_path, json=True) == 0
    (row,) = json.loads(capsys.readouterr().out)["figures"]
    assert row["name"] == "concavity"
    assert {claim["knowledge"] for claim in row["claims"]} == {"proved", "computed"}
    assert main(list_=True, json=True) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)["figures"]] == list(NAMES)


def test_command_fails_when_a_caption_is_not_kept(tmp_path, monkeypatch, capsys):
    false = dataclasses.replace(
        definition("failure"), claims=lambda results: [Claim("wrong", -1.0, "computed")]
    )
    monkeypatch.setattr("figures._generation.definition", lambda name: false)
    assert main(only=("failure",), out=tmp_path) == 1
    assert "wrong" in capsys.readouterr().out


def test_unknown_name_and_contradictory_options_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"only='nothing': expected one of bound_against"):
        main(only=("nothing",), out=tmp_path)
    with pytest.raises(ValueError, match="quick and recompute"):
        main(quick=True, recompute=True, out=tmp_path)


@pytest.mark.parametrize(
    ("name", "array", "damage", "refuted"),
    [
        ("bound_against_classes", "g", 0.7, "E r <= g(1/K)"),
        ("bound_against_classes", "argmax", 0.97, "E r / g >= 1/sqrt 2"),
        ("radius_bounds", "g", 1.1, "g <= gamma up to p_c"),
        ("radius_bounds", "gamma", 1.1, "g > gamma beyond p_c"),
        ("concavity", "concave_boxes", 2.0, "boxes below the curve"),
        ("concavity", "h", -1.0, "h > 0"),
        ("entropy", "by_sharp", 0.5, "H_2 <= its bound by g"),
        ("tails", "tail", 0.7, "measured <= isoperimetric tail"),
        ("partition_gallery", "radii", 1.2, "r is 1-Lipschitz"),
        ("tightness", "exact", 1.01, "exact ratios <= 1"),
        ("failure", "gap_bound", 1.001, "bound with holes attained"),
        ("failure", "radius", 1.02, "E r <= gamma below 0.9054"),
        ("convergence", "half_width", 0.05, "errors under the half-widths"),
        ("verdicts", "verdicts", -1, "no bound that applies is violated"),
        ("power", "errors", 0, "studentised and bootstrapped"),
        ("power", "around", 0.8, "twice draws_needed"),
        ("pareto", "talk", -1.0, "coverage in its interval"),
        ("coverage_curve", "coverage", -1.0, "coverage does not increase"),
    ],
)
def test_a_damaged_array_is_refuted(name, array, damage, refuted):
    results = stored(name)
    results[array] = results[array] * damage
    failed = [one.statement for one in definition(name).claims(results) if not one.holds]
    assert any(statement.startswith(refuted) for statement in failed), failed


def test_thresholds_lie_where_theory_puts_them():
    results = stored("radius_bounds")
    p = results["p"]
    step = p[1] - p[0]
    crossing = p[np.argmax(results["g"] > results["gamma"])]
    assert abs(crossing - 0.84446694) <= step
    assert abs(p[results["gamma"].argmax()] - 0.55543571) <= step
    curve = np.diff(results["g"], 2)
    assert abs(p[1:-1][np.argmax(curve > 0)] - 0.27311825) <= step
    failure = stored("failure")
    first = failure["p"][np.argmax(failure["radius"] > failure["talk"])]
    assert abs(first - 0.90540053) <= failure["p"][1] - failure["p"][0]


def test_results_are_computed_again_only_when_they_are_stale(tmp_path):
    one = definition("bound_against_classes")
    small = dataclasses.replace(one, parameters=dict(one.quick) | {"largest_exponent": 8})
    assert obtain(small, folder=tmp_path).reason == "no stored results"
    assert obtain(small, folder=tmp_path).reason == ""
    assert obtain(small, folder=tmp_path, recompute=True).reason == "recompute"
    other = dataclasses.replace(small, parameters={**small.parameters, "points": 21})
    assert stale(other, tmp_path) == "parameters: points changed"
    archive = tmp_path / f"{one.name}.npz"
    archive.write_bytes(archive.read_bytes()[:-1] + b"\0\0")
    assert "the stored results are not those of the manifest" in stale(small, tmp_path)
    (tmp_path / f"{one.name}.json").write_text("{")
    assert "damaged" in stale(small, tmp_path)


def test_changed_inputs_are_noticed(tmp_path):
    one = definition("pareto")
    for kind in ("json", "npz"):
        shutil.copy(DATA / f"pareto.{kind}", tmp_path)
    assert stale(one, tmp_path) == ""
    changed = dataclasses.replace(one, inputs=(DATA / "pareto.json",))
    assert "changed" in stale(changed, tmp_path)
    missing = dataclasses.replace(one, inputs=(tmp_path / "nothing",))
    with pytest.raises(ValueError, match="nothing: expected the results"):
        obtain(missing, folder=tmp_path)


def test_an_edited_experiment_and_other_maps_are_not_drawn(tmp_path, monkeypatch):
    text = _experiment.EXPERIMENT.read_text()
    experiment, maps = tmp_path / "experiment.json", tmp_path / "maps.npz"
    shutil.copy(_experiment.MAPS, maps)
    monkeypatch.setattr(_experiment, "EXPERIMENT", experiment)
    monkeypatch.setattr(_experiment, "MAPS", maps)
    experiment.write_text(text.replace('"latent_dimension":2', '"latent_dimension":3', 1))
    for name in ("latent_map", "pareto", "geometric_implications"):
        with pytest.raises(ValueError, match=r"experiment\.json: its content is not what was"):
            definition(name).compute(**definition(name).parameters)
    experiment.write_text(text)
    maps.write_bytes(maps.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"maps\.npz: the stored results are not those"):
        definition("latent_map").compute(0.9)


def test_recomputing_gives_the_committed_numbers(tmp_path):
    for name in ("bound_against_classes", "chain", "failure", "entropy"):
        found = obtain(definition(name), folder=tmp_path).results
        for key, expected in stored(name).items():
            np.testing.assert_allclose(found[key], expected, rtol=1e-10, atol=1e-12)


def test_a_nan_or_a_negative_slack_does_not_hold():
    assert Claim("", 0.0, "computed").holds
    assert not Claim("", -1e-300, "computed").holds
    assert not Claim("", least([1.0, np.nan]), "computed").holds


def test_class_colours_are_distinct_and_holes_white():
    image = class_image(np.arange(-1, len(CLASSES)).reshape(1, -1))
    assert image[0, 0].tolist() == [1, 1, 1]
    assert len(np.unique(image.round(3).reshape(-1, 3), axis=0)) == len(CLASSES) + 1
    faded = class_image(np.zeros((1, 1), dtype=int), np.array([[0.5]]))
    assert (faded > class_image(np.zeros((1, 1), dtype=int))).any()


def test_the_users_own_style_changes_nothing():
    import matplotlib as mpl

    one = definition("failure")
    plain = rendered(one.figure(stored("failure")))
    with mpl.rc_context({"lines.linewidth": 7, "font.size": 30, "savefig.dpi": 10}):
        assert rendered(one.figure(stored("failure"))) == plain
