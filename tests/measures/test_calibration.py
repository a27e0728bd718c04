"""Calibration measures against scikit-learn, uncertainty-calibration and hand-computed cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.calibration
import sklearn.metrics
from calibration import utils as uncertainty_calibration
from hypothesis import given, settings
from hypothesis import strategies as st

from activation_study.measures import calibration
from activation_study.measures.calibration import apply_temperature, fit_temperature
from activation_study.measures.calibration_null import calibration_null


def draw_predictions(
    seed: int, num_examples: int, num_classes: int, scale: float, distortion: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Softmax probabilities and labels drawn from them; `distortion` then sharpens the former."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(scale=scale, size=(num_examples, num_classes))
    probabilities = softmax(scores)
    uniform = generator.random((num_examples, 1))
    labels = (probabilities.cumsum(axis=1) < uniform).sum(axis=1).clip(0, num_classes - 1)
    return softmax(scores * distortion), labels


def softmax(scores: np.ndarray) -> np.ndarray:
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@st.composite
def predictions(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    probabilities, labels = draw_predictions(
        seed=draw(st.integers(0, 2**32 - 1)),
        num_examples=draw(st.integers(1, 80)),
        num_classes=draw(st.integers(2, 6)),
        scale=draw(st.sampled_from([0.0, 0.3, 3.0, 30.0])),
        distortion=draw(st.sampled_from([0.5, 1.0, 3.0])),
    )
    if draw(st.booleans()):  # coarse probabilities: many ties
        probabilities = np.round(probabilities, 1) + 1e-3
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities, labels


TWO_BINS = (np.array([0.6, 0.6, 0.9, 0.9]), np.array([True, False, True, True]))


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_proper_scores_agree_with_scikit_learn(scale: float) -> None:
    probabilities, labels = draw_predictions(1, 500, 10, scale, distortion=2.0)
    classes = np.arange(10)
    assert calibration.nll(probabilities, labels) == pytest.approx(
        sklearn.metrics.log_loss(labels, probabilities, labels=classes), rel=1e-9
    )
    expected = sklearn.metrics.brier_score_loss(
        labels, probabilities, labels=classes, scale_by_half=False
    )
    assert calibration.brier_score(probabilities, labels) == pytest.approx(expected, rel=1e-12)


def test_scores_by_hand() -> None:
    probabilities = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
    assert calibration.nll(probabilities, np.array([0, 1])) == pytest.approx(math.log(2) / 2)
    assert calibration.brier_score(probabilities, np.array([0, 0])) == pytest.approx(
        (0.375 + 2.0) / 2
    )


def test_an_impossible_label_costs_the_floor() -> None:
    probabilities = np.array([[0.0, 1.0]])
    assert calibration.nll(probabilities, np.array([0])) == pytest.approx(12 * math.log(10))
    assert calibration.nll(probabilities, np.array([0]), floor=1e-3) == pytest.approx(
        3 * math.log(10)
    )


def test_binned_errors_by_hand() -> None:
    confidence, correct = TWO_BINS
    assert calibration.expected_calibration_error(confidence, correct, bins=2) == pytest.approx(0.1)
    # Bin 1: gap 0.1, variance 0.5 * 0.5 / 1; bin 2: gap -0.1, variance 0.
    squared = (0.01 - 0.25 + 0.01) / 2
    assert calibration.calibration_error(confidence, correct, bins=2) == pytest.approx(
        -math.sqrt(-squared)
    )
    assert calibration.calibration_gap(confidence, correct) == pytest.approx(0.0)


def test_classwise_error_by_hand() -> None:
    probabilities = np.array([[0.8, 0.2]] * 4)
    labels = np.array([0, 0, 1, 1])
    # One bin a class, gap 0.3 either way, variance 0.25 / 3.
    assert calibration.classwise_calibration_error(probabilities, labels) == pytest.approx(
        math.sqrt(0.09 - 0.25 / 3)
    )


@pytest.mark.parametrize("bins", [1, 15])
@pytest.mark.parametrize("distortion", [1.0, 3.0])
def test_debiased_errors_agree_with_uncertainty_calibration(bins: int, distortion: float) -> None:
    probabilities, labels = draw_predictions(2, 997, 4, 1.5, distortion)
    # Multiples of 1/64, exact in binary: ties across the cuts, and no near ties, between which the
    # oracle's edges (midpoints) cannot separate.
    probabilities = np.random.default_rng(2).multinomial(64, probabilities) / 64
    confidence, correct = calibration.top_label(probabilities, labels)

    def squared_error(values: np.ndarray, hits: np.ndarray) -> float:
        data = np.column_stack([values, hits])
        edges = uncertainty_calibration.get_equal_bins(values, num_bins=bins)
        return uncertainty_calibration.unbiased_square_ce(uncertainty_calibration.bin(data, edges))

    def signed_square(error: float) -> float:
        return math.copysign(error**2, error)

    top = signed_square(calibration.calibration_error(confidence, correct, bins))
    assert top == pytest.approx(squared_error(confidence, correct), abs=1e-12)
    classwise = signed_square(calibration.classwise_calibration_error(probabilities, labels, bins))
    expected = [squared_error(probabilities[:, k], labels == k) for k in range(4)]
    assert classwise == pytest.approx(np.mean(expected), abs=1e-12)
    assert calibration.expected_calibration_error(confidence, correct, bins) == pytest.approx(
        uncertainty_calibration.get_ece_em(probabilities, labels, num_bins=bins)
    )


def test_reliability_bins_agree_with_scikit_learn() -> None:
    probabilities, labels = draw_predictions(3, 1500, 10, 2.0, distortion=2.0)
    confidence, correct = calibration.top_label(probabilities, labels)
    accuracy, mean_confidence = sklearn.calibration.calibration_curve(
        correct, confidence, n_bins=15, strategy="quantile"
    )
    bins = calibration.reliability_bins(confidence, correct)
    assert bins["count"].tolist() == [100] * 15
    np.testing.assert_allclose(bins["accuracy"], accuracy)
    np.testing.assert_allclose(bins["confidence"], mean_confidence)


def test_tied_confidences_share_a_bin() -> None:
    confidence = np.array([0.5, 0.5, 0.5, 0.9])
    bins = calibration.reliability_bins(confidence, np.array([1, 0, 1, 1]), bins=4)
    assert bins["count"].tolist() == [3, 1]
    np.testing.assert_allclose(bins["accuracy"], [2 / 3, 1.0])
    constant = calibration.reliability_bins(np.full(7, 0.1), np.zeros(7), bins=15)
    assert constant["count"].tolist() == [7]


@settings(deadline=None)
@given(predictions(), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_measures_do_not_depend_on_the_order_of_examples(
    data: tuple[np.ndarray, np.ndarray], bins: int, seed: int
) -> None:
    probabilities, labels = data
    shuffled = np.random.default_rng(seed).permutation(labels.size)
    first = calibration.summarize(probabilities, labels, bins)
    second = calibration.summarize(probabilities[shuffled], labels[shuffled], bins)
    # The signed root is steep at 0, where rounding errors of 1e-17 become 1e-8.
    assert first == pytest.approx(second, abs=1e-7)


@settings(deadline=None)
@given(predictions(), st.integers(1, 20))
def test_measures_stay_within_their_bounds(data: tuple[np.ndarray, np.ndarray], bins: int) -> None:
    probabilities, labels = data
    confidence, correct = calibration.top_label(probabilities, labels)
    ece = calibration.expected_calibration_error(confidence, correct, bins)
    assert abs(calibration.calibration_gap(confidence, correct)) - 1e-12 <= ece <= 1
    assert -1 <= calibration.calibration_error(confidence, correct, bins) <= 1
    # Jensen: the debiased squared error is below the plain one, hence below 1.
    assert -1 <= calibration.classwise_calibration_error(probabilities, labels, bins) <= 1
    assert 0 <= calibration.brier_score(probabilities, labels) <= 2
    assert 0 <= calibration.nll(probabilities, labels) <= 12 * math.log(10)
    counts = calibration.reliability_bins(confidence, correct, bins)["count"]
    assert counts.sum() == labels.size
    assert counts.min() >= 1
    assert counts.size <= bins


def test_the_measures_of_every_epoch_repeat_the_single_ones() -> None:
    probabilities, labels = draw_predictions(4, 400, 5, 2.0, distortion=2.0)
    assert calibration.summarize(probabilities, labels) == {
        "accuracy": sklearn.metrics.accuracy_score(labels, probabilities.argmax(axis=1)),
        "nll": calibration.nll(probabilities, labels),
        "brier": calibration.brier_score(probabilities, labels),
        "calibration_error": calibration.calibration_error(
            *calibration.top_label(probabilities, labels)
        ),
    }


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_diverged_run_gives_nan_throughout(bad: float) -> None:
    probabilities, labels = draw_predictions(5, 50, 3, 1.0)
    probabilities[7] = [bad, -bad, 0.0]
    confidence, correct = calibration.top_label(
        np.where(probabilities > -9, probabilities, bad), labels
    )
    null = calibration_null(probabilities, np.random.default_rng(0))
    temperature = fit_temperature(probabilities, labels)
    assert np.isnan(
        [
            *calibration.summarize(probabilities, labels).values(),
            null.expected_calibration_error.mean,
            null.classwise_calibration_error.high,
            calibration.classwise_calibration_error(probabilities, labels),
            temperature,
            calibration.nll(apply_temperature(probabilities, temperature), labels),
        ]
    ).all()
    assert math.isnan(
        calibration.calibration_gap(np.append(confidence, bad), np.append(correct, 1))
    )
    bins = calibration.reliability_bins(np.append(confidence, bad), np.append(correct, True))
    assert bins["count"].tolist() == [51]
    assert np.isnan(bins["accuracy"]).all()


@pytest.mark.parametrize(
    ("probabilities", "labels", "message"),
    [
        (np.full((2, 2), 0.5), np.array([0]), "shape"),
        (np.full(2, 0.5), np.array([0, 1]), "shape"),
        (np.empty((0, 2)), np.empty(0, dtype=int), "n >= 1"),
        (np.full((1, 2), 0.5), np.array([2]), r"labels must lie in 0\.\.1"),
        (np.full((1, 2), 0.5), np.array([0.5]), "integers"),
        (np.array([[2.0, -1.0]]), np.array([0]), "distribution"),
        (np.array([[0.9, 0.9]]), np.array([0]), "distribution"),
    ],
)
def test_wrong_arrays_are_refused(
    probabilities: np.ndarray, labels: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        calibration.nll(probabilities, labels)


def test_wrong_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="bins must be a positive integer, received 0"):
        calibration.expected_calibration_error(*TWO_BINS, bins=0)
    with pytest.raises(ValueError, match="same shape"):
        calibration.calibration_error(np.array([0.5]), np.array([True, False]))
