"""Calibration of any classifier, against scikit-learn and NumPy."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import scipy.special
import sklearn.calibration
import sklearn.linear_model
import sklearn.metrics
from keras import layers

from activation_study import reliability
from activation_study.measures.calibration import apply_temperature

SCORES = np.random.default_rng(0).normal(scale=2.0, size=(2000, 4))
PROBABILITIES = scipy.special.softmax(SCORES, axis=1)
DRAWS = np.random.default_rng(1).random((2000, 1))
LABELS = (PROBABILITIES.cumsum(axis=1)[:, :-1] < DRAWS).sum(axis=1)


class Outputs:
    """A model that gives what it is given."""

    def predict(self, x: object, batch_size: int | None = None, verbose: int = 0) -> object:
        return x


def of(outputs: object, labels: object = LABELS, **options: object) -> object:
    return reliability(Outputs(), outputs, labels, **options)


def test_the_numbers_are_those_of_scikit_learn() -> None:
    sharp = apply_temperature(PROBABILITIES, 0.5)
    found = of(sharp)
    chosen = sharp.argmax(axis=1) == LABELS
    assert found.numbers["accuracy"] == sklearn.metrics.accuracy_score(LABELS, sharp.argmax(axis=1))
    assert found.numbers["nll"] == pytest.approx(sklearn.metrics.log_loss(LABELS, sharp))
    squares = np.square(sharp - np.eye(4)[LABELS]).sum(axis=1).mean()
    assert found.numbers["brier"] == pytest.approx(squares)
    confidence = sharp.max(axis=1)
    truth, claimed = sklearn.calibration.calibration_curve(
        chosen, confidence, n_bins=10, strategy="quantile"
    )
    ten = of(sharp, bins=10)
    np.testing.assert_allclose(ten.bins["accuracy"], truth, atol=0.01)
    np.testing.assert_allclose(ten.bins["confidence"], claimed, atol=0.01)
    expected = np.average(np.abs(truth - claimed), weights=ten.bins["count"])
    assert ten.numbers["ece"] == pytest.approx(expected, abs=0.003)
    assert found.numbers["calibration_gap"] == pytest.approx(confidence.mean() - chosen.mean())
    # The labels were drawn from the scores as they were: a temperature of two restores them.
    assert found.numbers["temperature"] == pytest.approx(2.0, rel=0.1)
    assert found.is_beyond_chance
    assert found.finding.endswith("it is too sure.")
    assert "2.0" in found.advice or "1.9" in found.advice


def test_the_null_is_what_labels_from_the_probabilities_show() -> None:
    found = of(PROBABILITIES, draws=500)
    generator = np.random.default_rng(5)
    order = np.argsort(PROBABILITIES.max(axis=1))
    errors, gaps = [], []
    for _ in range(500):
        drawn = generator.random((2000, 1))
        labels = (drawn > PROBABILITIES.cumsum(axis=1)[:, :-1]).sum(axis=1)
        right = (PROBABILITIES.argmax(axis=1) == labels)[order]
        sure = PROBABILITIES.max(axis=1)[order]
        parts = zip(np.array_split(sure, 15), np.array_split(right, 15), strict=True)
        errors.append(np.mean([abs(s.mean() - r.mean()) for s, r in parts]))
        gaps.append(sure.mean() - right.mean())
    low, high = np.quantile(errors, [0.025, 0.975])
    assert found.numbers["ece_null_low"] == pytest.approx(low, abs=0.002)
    assert found.numbers["ece_null_high"] == pytest.approx(high, abs=0.002)
    assert found.numbers["gap_by_chance"] == pytest.approx(1.96 * np.std(gaps), rel=0.1)
    assert not found.is_beyond_chance
    assert found.numbers["ece_p_value"] > 0.025
    assert "no more of a difference than chance shows" in found.finding


def test_one_that_is_not_sure_enough_is_called_so() -> None:
    assert of(apply_temperature(PROBABILITIES, 3.0)).finding.endswith("it is not sure enough.")


def test_it_says_what_it_took() -> None:
    from_probabilities, from_scores = of(PROBABILITIES.astype("float16")), of(SCORES + 3.0)
    assert from_probabilities.took == "probabilities: each row sums to 1"
    assert from_scores.took == "scores (logits): their softmax is taken"
    assert "Taken for scores (logits)" in str(from_scores)
    np.testing.assert_allclose(from_scores.probabilities, PROBABILITIES)
    np.testing.assert_allclose(from_probabilities.probabilities, PROBABILITIES, atol=1e-3)
    sigmoids = scipy.special.expit(SCORES)
    apart = of(sigmoids)
    assert apart.took.startswith("one probability a class")
    np.testing.assert_allclose(apart.probabilities, sigmoids / sigmoids.sum(axis=1, keepdims=True))
    # Scores that happen to lie between 0 and 1 must be named.
    small = of(sigmoids, from_logits=True)
    np.testing.assert_allclose(small.probabilities, scipy.special.softmax(sigmoids, axis=1))


@pytest.mark.parametrize("shape", [(2000,), (2000, 1)])
def test_one_output_is_the_second_of_two_classes(shape: tuple[int, ...]) -> None:
    scores = SCORES[:, 0]
    labels = (np.random.default_rng(2).random(2000) < scipy.special.expit(scores)).astype("float32")
    as_score = of(scores.reshape(shape), labels.reshape(shape))
    as_chance = of(scipy.special.expit(scores).reshape(shape), labels)
    assert (as_score.took[:9], as_chance.took[:7]) == ("one score", "one pro")
    assert as_score.numbers["nll"] == pytest.approx(as_chance.numbers["nll"])
    assert as_score.numbers["brier"] == pytest.approx(
        2 * sklearn.metrics.brier_score_loss(labels, scipy.special.expit(scores))
    )


def test_models_of_keras_and_of_scikit_learn() -> None:
    x, rows = SCORES.astype("float32"), np.eye(4)[LABELS]
    model = keras.Sequential([keras.Input((4,)), layers.Activation("softmax")])
    expected = of(PROBABILITIES).numbers["ece"]
    assert reliability(model, x, rows).numbers["ece"] == pytest.approx(expected, abs=1e-5)
    names = np.array(["d", "c", "b", "a"])[LABELS]
    regression = sklearn.linear_model.LogisticRegression().fit(SCORES, names)
    found = reliability(regression, SCORES, names)
    assert found.numbers["accuracy"] == pytest.approx(regression.score(SCORES, names))


def test_many_classes_have_no_error_by_class() -> None:
    scores = np.random.default_rng(3).normal(size=(300, 25))
    found = of(scores, scores.argmax(axis=1))
    assert np.isnan(found.numbers["classwise_calibration_error"])
    assert "class-wise" not in str(found)


def test_it_shows_itself() -> None:
    found = of(apply_temperature(PROBABILITIES, 0.5))
    line = found.plot().figure.axes[0].lines[-1]
    gaps = 100 * (found.bins["accuracy"] - found.bins["confidence"])
    np.testing.assert_allclose(line.get_ydata(), gaps)
    assert found.plot().title == found.finding
    page = found._repr_html_()
    assert "<svg" in page
    assert "expected calibration error" in page
    of(np.tile([0.999, 0.001], (50, 1)), np.zeros(50, int)).plot()


@pytest.mark.parametrize(
    ("outputs", "labels", "message"),
    [
        (PROBABILITIES, LABELS[:5], r"each of the 2,000 examples; received shape \(5,\)"),
        (PROBABILITIES, LABELS + 1, "must lie in 0 to 3.*received 1 to 4"),
        (PROBABILITIES, LABELS + 0.5, "must be whole numbers"),
        (PROBABILITIES, np.ones((2000, 4)), "ask of one label at a time"),
        (SCORES * np.nan, LABELS, "2,000 of 2,000 examples are not finite"),
        (PROBABILITIES[..., None], LABELS, "one row of outputs an example"),
        ([PROBABILITIES, PROBABILITIES], LABELS, "received 2 outputs"),
        (np.zeros((2000, 4)), LABELS, "2,000 of 2,000 rows of outputs are 0"),
    ],
)
def test_what_cannot_be_measured_is_explained(
    outputs: object, labels: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        of(outputs, labels)


def test_wrong_settings_are_explained() -> None:
    with pytest.raises(ValueError, match="from_logits=True, or leave it out"):
        of(SCORES, from_logits=False)
    with pytest.raises(ValueError, match="a model with predict"):
        reliability("model", SCORES, LABELS)
    with pytest.raises(ValueError, match="bins must be a whole number"):
        of(SCORES, bins=0)
