# ruff: noqa: E402 - what is imported below needs torch
"""Training is deterministic, resumes to the same result, and clips; the classifier is good."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from simulations.vae.classifier import (
    assess,
    classify_images,
    expected_calibration_error,
    load_classifier,
    save_classifier,
    train_classifier,
)
from simulations.vae.data import load
from simulations.vae.objective import TALK, parse_objective
from simulations.vae.training import TrainingOptions, load_trained, train

OPTIONS = TrainingOptions(objective=TALK, channels=4, batch=64, epochs=3)


@pytest.fixture(scope="module")
def digits():
    return load("digits")


def run(digits, options, **named):
    return train(digits.train_images, digits.test_images, options, data="digits", **named)


def parameters(trained):
    return {name: value.numpy() for name, value in trained.model.state_dict().items()}


def assert_same(first, second):
    assert first.history == second.history
    for name, value in parameters(first).items():
        assert np.array_equal(value, parameters(second)[name]), name


def test_same_seed_same_model_and_other_seed_another(digits):
    first, again = run(digits, OPTIONS), run(digits, OPTIONS)
    assert_same(first, again)
    assert run(digits, replace(OPTIONS, seed=1)).history != first.history


def test_resuming_equals_not_stopping(digits, tmp_path):
    checkpoint = tmp_path / "run.pt"

    class Interrupted(Exception):
        pass

    def stop(epoch, evaluation):
        if epoch == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        run(digits, OPTIONS, checkpoint=checkpoint, on_epoch=stop)
    resumed = run(digits, OPTIONS, checkpoint=checkpoint)
    assert_same(resumed, run(digits, OPTIONS))
    assert_same(load_trained(checkpoint), resumed)


@pytest.mark.parametrize("name", ["closer-and-covered", "unlabelled+adversarial", "mmd"])
def test_every_added_network_resumes_to_the_same_result(digits, tmp_path, name):
    options = replace(OPTIONS, objective=parse_objective(name), epochs=2)
    labels = digits.train_labels
    checkpoint = tmp_path / "run.pt"
    run(digits, replace(options, epochs=1), train_labels=labels, checkpoint=checkpoint)
    resumed = run(digits, options, train_labels=labels, checkpoint=checkpoint)
    whole = run(digits, options, train_labels=labels)
    assert_same(resumed, whole)
    again = load_trained(checkpoint)
    assert_same(again, whole)
    assert (again.critic is None) == (whole.critic is None) == (name == "mmd")
    if whole.critic is not None:
        for one, other in zip(again.critic.parameters(), whole.critic.parameters(), strict=True):
            assert torch.equal(one, other)


def test_a_critic_tells_decoded_images_where_realism_asks_and_else_never_sees_them(digits):
    def share(name):
        options = replace(OPTIONS, objective=parse_objective(name), epochs=3)
        trained = run(digits, options, train_labels=digits.train_labels)
        latents = torch.randn((200, 2), generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            generated = trained.critic(trained.model(latents)).softmax(1)[:, -1]
            real = trained.critic(torch.from_numpy(digits.test_images)).softmax(1)[:, -1]
        return generated.mean().item(), real.mean().item()

    generated, real = share("critic")
    assert generated > 0.5 > real
    assert max(share("classifier")) < 0.1


def test_classes_need_labels(digits):
    with pytest.raises(ValueError, match="train_labels"):
        run(digits, replace(OPTIONS, objective=parse_objective("critic")))


def test_training_can_be_prolonged_but_not_changed(digits, tmp_path):
    checkpoint = tmp_path / "run.pt"
    run(digits, replace(OPTIONS, epochs=1), checkpoint=checkpoint)
    assert len(run(digits, replace(OPTIONS, epochs=2), checkpoint=checkpoint).history) == 2
    with pytest.raises(ValueError, match=r"run\.pt: made with other options: seed=0, expected 5$"):
        run(digits, replace(OPTIONS, seed=5), checkpoint=checkpoint)
    other = replace(OPTIONS, objective=replace(TALK, clip=None), batch=32)
    with pytest.raises(ValueError, match=r"batch=64, expected 32; .*clip=0\.3, expected None"):
        run(digits, other, checkpoint=checkpoint)


def test_clipping_holds_after_training_and_is_absent_without(digits):
    def largest(trained):
        return max(p.abs().max().item() for p in trained.model.parameters())

    assert largest(run(digits, OPTIONS)) <= np.float32(0.3)
    unclipped = replace(OPTIONS, objective=replace(TALK, clip=None))
    assert largest(run(digits, unclipped)) > 0.3


def test_regulariser_brings_codes_closer(digits):
    def spread(weight):
        options = replace(OPTIONS, objective=replace(TALK, regularisation=weight, clip=None))
        model = run(digits, options).model
        with torch.no_grad():
            return model.encode(torch.from_numpy(digits.test_images))[0].std().item()

    assert spread(1000.0) < 0.5 * spread(0.0)


def test_training_improves_the_lower_bound(digits):
    history = run(digits, replace(OPTIONS, epochs=5)).history
    assert history[-1].elbo > history[0].elbo
    assert history[0].elbo == pytest.approx(-history[0].reconstruction - history[0].divergence)


def test_a_batch_larger_than_the_data_is_refused(digits):
    with pytest.raises(ValueError, match="batch"):
        run(digits, replace(OPTIONS, batch=5000))


def test_classifier_reaches_97_percent_and_survives_saving(digits, tmp_path):
    classifier = train_classifier(digits, epochs=30)
    report = assess(classifier, digits.test_images, digits.test_labels)
    assert report.accuracy >= 0.97
    assert report.calibration_error < 0.05
    save_classifier(classifier, tmp_path / "classifier.pt")
    again = load_classifier(tmp_path / "classifier.pt")
    probabilities = classify_images(classifier, digits.test_images)
    assert np.array_equal(classify_images(again, digits.test_images), probabilities)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.6, 0.4]])
    labels = np.array([0, 1, 1, 0])
    # bins of 0.9, 0.7, 0.6: |1 - 1.8| + |1 - 0.7| + |1 - 0.6| over 4
    assert expected_calibration_error(probabilities, labels) == pytest.approx(0.375)
