"""The one look at the test set, after the last epoch."""

from __future__ import annotations

from typing import Any

import numpy as np

from activation_study.catalogue.heads.head import Head
from activation_study.engine.run import Table
from activation_study.engine.training.loop import Evaluation
from activation_study.engine.training.watch import distribution
from activation_study.measures import calibration
from activation_study.measures.smooth_calibration import smooth_calibration_error

BINS = 15
"""Equal-mass bins of the calibration errors; 10 and 30 are recorded beside them."""

NULL_DRAWS = 200
"""Redrawn label sets behind each run's null distribution of the calibration error."""


def measure(
    head: Head,
    test: Evaluation,
    labels: np.ndarray,
    temperature: float,
    null_generator: np.random.Generator,
) -> tuple[dict[str, Any], dict[str, Table]]:
    """Measures the test set.

    Args:
        head: Says how scores become a distribution.
        test: The network's evaluation of the test images.
        labels: Integer array of shape (images,).
        temperature: Fitted on the validation part.
        null_generator: Draws the labels of the null distribution.

    Returns:
        The ``test_*`` part of the summary, and the tables ``reliability`` and ``confusion``.
    """
    probabilities = distribution(head, test.scores)
    confidence, correct = calibration.top_label(probabilities, labels)
    summary = (
        _quality(probabilities, labels, temperature)
        | _calibration(probabilities, labels, confidence, correct, null_generator)
        | _outputs(test.outputs, probabilities, labels, correct)
    )
    bins = calibration.reliability_bins(confidence, correct, bins=BINS)
    tables = {
        "reliability": {"bin": list(range(len(bins["count"])))}
        | {name: np.asarray(column).tolist() for name, column in bins.items()},
        "confusion": _confusion(probabilities, labels),
    }
    return summary, tables


def _quality(probabilities: np.ndarray, labels: np.ndarray, temperature: float) -> dict[str, float]:
    cooled = calibration.apply_temperature(probabilities, temperature)
    return {
        "test_accuracy": calibration.summarize(probabilities, labels)["accuracy"],
        "test_nll": calibration.nll(probabilities, labels),
        "test_brier": calibration.brier_score(probabilities, labels),
        "test_temperature": temperature,
        "test_nll_after_temperature": calibration.nll(cooled, labels),
    }


def _calibration(
    probabilities: np.ndarray,
    labels: np.ndarray,
    confidence: np.ndarray,
    correct: np.ndarray,
    null_generator: np.random.Generator,
) -> dict[str, float]:
    ece = calibration.expected_calibration_error(confidence, correct, bins=BINS)
    null = calibration.calibration_null(probabilities, null_generator, draws=NULL_DRAWS, bins=BINS)
    return {
        "test_ece": ece,
        "test_ece_null_mean": null.expected_calibration_error.mean,
        "test_ece_null_low": null.expected_calibration_error.low,
        "test_ece_null_high": null.expected_calibration_error.high,
        "test_ece_null_p": null.expected_calibration_error.p_value(ece),
        "test_calibration_error": calibration.calibration_error(confidence, correct, bins=BINS),
        "test_calibration_error_10": calibration.calibration_error(confidence, correct, bins=10),
        "test_calibration_error_30": calibration.calibration_error(confidence, correct, bins=30),
        "test_calibration_gap": calibration.calibration_gap(confidence, correct),
        "test_classwise_calibration_error": calibration.classwise_calibration_error(
            probabilities, labels, bins=BINS
        ),
        "test_classwise_null_low": null.classwise_calibration_error.low,
        "test_classwise_null_high": null.classwise_calibration_error.high,
        "test_smooth_calibration_error": smooth_calibration_error(confidence, correct),
    }


def _outputs(
    outputs: np.ndarray, probabilities: np.ndarray, labels: np.ndarray, correct: np.ndarray
) -> dict[str, float]:
    sums = outputs.astype(float).sum(axis=1)
    of_target = probabilities[np.arange(len(labels)), labels]
    return {
        "test_output_sum_mean": float(sums.mean()),
        "test_output_sum_sd": float(sums.std()),
        "test_target_probability_right": _mean(of_target[correct]),
        "test_target_probability_wrong": _mean(of_target[~correct]),
    }


def _mean(values: np.ndarray) -> float:
    """Mean, or NaN where there is nothing to average (no case was wrong, say)."""
    return float(values.mean()) if len(values) else float("nan")


def _confusion(probabilities: np.ndarray, labels: np.ndarray) -> Table:
    """Counts and mean probabilities of each class, by true class.

    Scores that are not finite predict nothing: the mean probabilities are NaN then, and the counts,
    all of class 0, mean nothing.
    """
    num_classes = probabilities.shape[1]
    counts = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(counts, (labels, np.argmax(probabilities, axis=1)), 1)
    members = np.eye(num_classes)[labels]
    means = (members.T @ probabilities) / np.maximum(members.sum(axis=0), 1)[:, None]
    true_class, predicted_class = np.indices(counts.shape)
    return {
        "true_class": true_class.ravel().tolist(),
        "predicted_class": predicted_class.ravel().tolist(),
        "count": counts.ravel().tolist(),
        "mean_probability": means.ravel().tolist(),
    }
