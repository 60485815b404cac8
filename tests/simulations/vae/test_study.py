# ruff: noqa: E402 - what is imported below needs torch
"""The study of objectives: judges apart, verdicts that can fail, a page that is its record's."""

import json
import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from bounds.support.errors import InvalidValueError
from bounds.support.records import Identity, read, write
from simulations.vae import experiment_page, objective_page
from simulations.vae.classifier import save_classifier
from simulations.vae.commands.all import app
from simulations.vae.data import load
from simulations.vae.judges import EPOCHS, judges, split
from simulations.vae.study import CRITERIA, collision_entropy, summarise, verdict
from simulations.vae.study_record import read_record

QUANTITIES = [f"judge: {name}" for name in CRITERIA]
GOOD = {"coverage": 0.3, "E r": -0.1, "H_2": 0.2, "Fréchet distance": -50.0, "recall": 0.1}


def found(**changed):
    """Verdict on five seeds whose differences to vanilla are GOOD but for what is changed."""
    rng = np.random.default_rng(0)
    base = 1 + rng.random((5, len(QUANTITIES)))
    shift = np.array([{**GOOD, **changed}[name] for name in CRITERIA])
    noise = 0.01 * rng.standard_normal(base.shape)
    values = np.stack([base, base + shift + noise])
    return verdict(summarise(values, ["vanilla", "other"], QUANTITIES)["other"], "judge")


def test_a_winner_wins_and_every_criterion_can_fail():
    assert all(found().values())
    for name, good in GOOD.items():
        met = found(**{name: -good})
        assert [one for one in met if not met[one]] == [name]


def test_no_difference_is_not_higher_but_not_worse_either():
    met = found(**dict.fromkeys(GOOD, 0.0))
    assert met == {name: not shown for name, (_, shown) in CRITERIA.items()}


def test_a_missing_value_meets_nothing():
    assert not found(**{"E r": math.nan})["E r"]
    assert not found(H_2=math.nan)["H_2"]


def test_pairing_by_seeds_decides_what_the_means_alone_do_not():
    base = np.array([0.0, 10.0, 20.0, 30.0])[:, None]
    values = np.stack([base, base + np.array([1.0, 1.1, 0.9, 1.0])[:, None]])
    row = summarise(values, ["vanilla", "other"], ["judge: coverage"])["other"]["judge: coverage"]
    assert row["difference"]["low"] > 0
    assert row["value"]["low"] < 15 < row["value"]["high"]


def test_collision_entropy_is_without_bias():
    rng = np.random.default_rng(0)
    shares = [math.exp(-collision_entropy(rng.integers(0, 4, 30))) for _ in range(4000)]
    assert np.mean(shares) == pytest.approx(0.25, abs=4 * np.std(shares) / math.sqrt(4000))
    assert math.isnan(collision_entropy(np.array([3])))


def test_judges_share_no_image_with_the_generators():
    digits = load("digits")
    seen, unseen = split(digits)
    flat = [{image.tobytes() for image in part.train_images} for part in (seen, unseen)]
    assert len(flat[0]) + len(flat[1]) == len({i.tobytes() for i in digits.train_images})
    assert not flat[0] & flat[1]


def test_the_command_resumes_and_its_page_is_of_its_record(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(EPOCHS, "digits", 2)
    words = (
        "objectives", tmp_path / "runs", "--output", tmp_path / "results",
        "--objectives", "vanilla", "critic=2", "--latent-dimensions", 2, "--seeds", 2,
        "--epochs", 1, "--channels", 2, "--samples", 60, "--radii", 3, "--grid-points", 9,
        "--images", 300, "--workers", 1, "--json",
    )  # fmt: skip

    def run(*words):
        app(list(map(str, words)), exit_on_error=False, result_action="return_value")
        return capsys.readouterr().out

    json.loads(run(*words))
    record = read_record("objectives-digits", tmp_path / "results")
    assert record.values.shape == (1, 2, 2, 24)
    assert record.plan.objectives == ("vanilla", "critic=2")
    (tmp_path / "runs" / "vanilla-d2-seed1.pt").unlink()
    run(*words)
    again = read_record("objectives-digits", tmp_path / "results")
    quantities = again.manifest["parameters"]["quantities"]
    kept = [place for place, name in enumerate(quantities) if name != "seconds"]
    assert np.array_equal(record.values[..., kept], again.values[..., kept], equal_nan=True)

    cost = tmp_path / "runs" / "vanilla-d2-seed0.seconds"
    cost.write_text(cost.read_text().replace('"seconds": ', '"seconds": 1'))
    with pytest.raises(ValueError, match=r"vanilla-d2-seed0\.seconds: "):
        run(*words)

    text = json.loads(run("page", "--records", tmp_path / "results", "--json"))["section"]
    shown = f"{record.values[0, 0, :, quantities.index('ELBO')].mean():.1f} ["
    assert shown in text
    page = tmp_path / "page.md"
    page.write_text("before\n" + "\n".join(objective_page.MARKS) + "\nafter\n")
    run("page", "--records", tmp_path / "results", "--rewrite", page)
    assert text in page.read_text()
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("after\n")
    with pytest.raises(ValueError, match="vanilla"):
        run("objectives", tmp_path / "runs", "--output", tmp_path, "--objectives", "critic")


def test_judges_are_read_from_their_own_files_alone(tmp_path, monkeypatch):
    monkeypatch.setitem(EPOCHS, "digits", 1)
    unseen = split(load("digits"))[1]
    first = judges(unseen, tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(files) == len(first) == 2
    again = judges(unseen, tmp_path)
    assert {name: one.report for name, one in again.items()} == {
        name: one.report for name, one in first.items()
    }
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files
    path = next(one for one in files if "dense" in one.name)
    for origin in ("", "another"):
        save_classifier(again["dense"].classifier, path, origin)
        with pytest.raises(ValueError, match=rf"{path.name}: a classifier of other images"):
            judges(unseen, tmp_path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=rf"{path.name}: is empty"):
        judges(unseen, tmp_path)


RECORDED = {
    "another plan": (
        lambda one: one["plan"].pop("objectives"),
        "json: .*objectives.*another",
    ),
    "an unknown plan": (lambda one: one["plan"].update(x=1), "json: .*'x'.*another version"),
    "no plan": (lambda one: one.pop("plan"), "json: .*plan.*another version"),
    "no quantities": (lambda one: one.pop("quantities"), "json: .*quantities.*another version"),
    "fewer seeds": (lambda one: one["plan"].update(seeds=1), "npz: values of shape"),
}


@pytest.mark.parametrize(("edit", "reason"), RECORDED.values(), ids=RECORDED)
def test_a_record_of_another_version_is_refused_by_name(tmp_path, edit, reason):
    arrays, manifest = read("objectives-digits", objective_page.RESULTS)
    edit(manifest["parameters"])
    write(
        Identity("objectives-digits", manifest["parameters"], {}, {}),
        {"values": arrays["values"]},
        tmp_path,
    )
    with pytest.raises(InvalidValueError, match=rf"objectives-digits\.{reason}"):
        read_record("objectives-digits", tmp_path)


def test_the_committed_page_is_the_committed_record():
    page = (objective_page.RESULTS.parent / "README.md").read_text(encoding="utf-8")
    for text in (objective_page.section(), experiment_page.section()):
        assert text is not None
        assert text in page


def test_an_experiment_alone_has_a_page_and_nothing_has_none(capsys, tmp_path):
    def run(*words):
        app(["page", "--records", str(tmp_path), *words], exit_on_error=False,
            result_action="return_value")  # fmt: skip
        return capsys.readouterr().out

    with pytest.raises(ValueError, match=r"one of objectives-digits, .*, experiment there"):
        run()
    (tmp_path / experiment_page.NAME).write_bytes(
        (experiment_page.RESULTS / experiment_page.NAME).read_bytes()
    )
    found = json.loads(run("--json"))
    assert found["section"] is None
    assert "| test ELBO, nats | " in found["experiment"]
    page = tmp_path / "page.md"
    page.write_text("\n".join(experiment_page.MARKS))
    run("--rewrite", str(page))
    assert found["experiment"] in page.read_text()
    assert "elbo" in run()


def test_an_edited_experiment_has_no_page(tmp_path):
    assert experiment_page.section(tmp_path) is None
    text = (experiment_page.RESULTS / experiment_page.NAME).read_text(encoding="utf-8")
    record = tmp_path / experiment_page.NAME
    record.write_text(text.replace('"mean":0.', '"mean":1.', 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"experiment\.json: "):
        experiment_page.section(tmp_path)


def test_what_the_page_concludes_is_in_the_record():
    record = read_record("objectives-digits", objective_page.RESULTS)
    assert objective_page.winners(record) == {"2": [], "10": []}
    summary, names = record.summary(), list(record.manifest["judges"])
    covering = ("critic", "stability", "closer-and-covered")
    critics = [name + factor for name in covering for factor in ("", "=0.3", "=3")]
    close: list[str] = []
    for dim in summary:
        for objective in critics:
            row = summary[dim][objective]
            for judge in names:
                assert row[f"{judge}: coverage"]["difference"]["low"] > 0
                assert row[f"{judge}: H_2"]["difference"]["low"] > 0
                assert row[f"{judge}: Fréchet distance"]["difference"]["high"] < 0
            lower = [verdict(row, judge)["E r"] for judge in names]
            assert sum(lower) <= (dim == "2")
            close += [objective] if any(lower) else []
    assert set(close) == {*critics} - {"critic=0.3", "critic=3"}
    lower = {
        objective: sum(verdict(row, judge)["E r"] for judge in names)
        for objective, row in summary["10"].items()
    }
    assert {objective: count for objective, count in lower.items() if count} == {
        "unlabelled": 1,
        "unlabelled=3": 1,
        "adversarial=0.3": 2,
    }
    assert not any(verdict(summary["10"]["adversarial=0.3"], one)["coverage"] for one in names)
    for dim, objective, nats in (("10", "adversarial=0.3", 24), ("10", "mmd=0.3", 10)):
        assert round(-summary[dim][objective]["ELBO"]["difference"]["mean"]) == nats
    third, whole = (summary["2"][f"closer-and-covered{one}"] for one in ("=0.3", ""))
    costs = [row["ELBO"]["difference"]["mean"] for row in (third, whole)]
    assert 0.3 < costs[0] / costs[1] < 0.4
    for judge in names:
        covered = {
            objective: row[f"{judge}: coverage"]["value"]["mean"]
            for objective, row in summary["2"].items()
            if objective in critics
        }
        assert max(covered, key=covered.__getitem__) == "critic=0.3"
        for objective in critics:
            row = summary["10"][objective]
            assert row[f"{judge}: sharp bound"]["difference"]["high"] < 0
        deceived = [(name, 1) for name in ("classifier", "classifier=0.3", "classifier=3")]
        for dim in summary:
            for objective, sign in (*deceived, *((one, -1) for one in critics)):
                row = summary[dim][objective]
                claimed = row["coverage by critic"]["value"]["mean"]
                assert sign * (claimed - row[f"{judge}: coverage"]["value"]["mean"]) > 0
    few = ["talk", "talk=0.3", "talk=3", "beta", "beta=0.5", "beta=2", "mmd", "mmd=3"]
    for rows in summary.values():
        for row in (rows[objective] for objective in few):
            convolutional, dense = (row[f"{judge}: coverage"]["difference"] for judge in names)
            assert convolutional["low"] > 0
            assert dense["high"] < 0
    for dim, sign in (("2", -1), ("10", 1)):
        row = summary[dim]["mmd=0.3"]
        convolutional, dense = (row[f"{judge}: coverage"]["difference"] for judge in names)
        assert convolutional["low"] > 0
        assert sign * dense["mean"] > 0
    assert summary["10"]["mmd=0.3"][f"{names[1]}: coverage"]["difference"]["low"] > 0


def test_what_the_page_concludes_of_mnist_is_in_the_record():
    record = read_record("objectives-mnist", objective_page.RESULTS)
    assert objective_page.winners(record) == {"2": ["closer-and-covered"], "10": []}
    summary, names = record.summary(), list(record.manifest["judges"])
    for judge in names:
        row = summary["10"]["closer-and-covered"]
        met = verdict(row, judge)
        assert [one for one in met if not met[one]] == ["E r"]
        covered = row[f"{judge}: coverage"]
        before = covered["value"]["mean"] - covered["difference"]["mean"]
        assert 1.45 < covered["value"]["mean"] / before < 1.75
        assert row[f"{judge}: H_2"]["difference"]["low"] > 0
        assert row[f"{judge}: Fréchet distance"]["difference"]["high"] < 0
        radius = row[f"{judge}: E r"]["difference"]
        assert -0.025 < radius["low"] < 0 < radius["high"] < 0.04
        close = summary["2"]["closer-and-covered"][f"{judge}: E r"]
        ratio = close["value"]["mean"] / (close["value"]["mean"] - close["difference"]["mean"])
        assert 0.45 < ratio < 0.55
    recalls = [summary["10"]["closer-and-covered"][f"{judge}: recall"] for judge in names]
    assert [one["difference"]["low"] > 0 for one in recalls] == [True, False]
    worse: dict[str, list[str]] = {"2": [], "10": []}
    for dim, found in worse.items():
        for judge in names:
            for criterion, (sign, _) in CRITERIA.items():
                ends = summary[dim]["talk"][f"{judge}: {criterion}"]["difference"]
                low, high = sorted((sign * ends["low"], sign * ends["high"]))
                assert low <= 0
                found += [criterion] if high < 0 else []
            radius = summary["10"]["talk"][f"{judge}: E r"]["difference"]
            assert max(-radius["low"], radius["high"]) < 0.035
    assert worse["2"] == []
    assert sorted(worse["10"]) == ["Fréchet distance", "H_2", "H_2", "coverage", "recall"]
    plain, held = (summary[dim]["beta"] for dim in ("2", "10"))
    assert not any(verdict(plain, judge)["coverage"] for judge in names)
    assert [verdict(plain, judge)["E r"] for judge in names] == [True, False]
    assert round(-plain[f"{names[0]}: E r"]["difference"]["mean"], 2) == 0.08
    covered = [round(held[f"{judge}: coverage"]["difference"]["mean"], 2) for judge in names]
    assert covered == [0.04, 0.12]
    for judge in names:
        assert verdict(held, judge)["coverage"]
        assert not verdict(held, judge)["recall"]
        radius = held[f"{judge}: E r"]["difference"]
        assert -0.03 < radius["low"] < 0 < radius["high"] < 0.0305
    for criterion in ("H_2", "Fréchet distance"):
        assert [verdict(held, judge)[criterion] for judge in names] == [False, True]
    assert round(-held["ELBO"]["difference"]["mean"]) == 11
