"""The measures of a task with one right class: accuracy, proper scores, calibration, confusion."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from activation_study.measures import calibration, convergence
from activation_study.measures.beyond import SHIFT, UNKNOWN, shift_table, unknown_table
from activation_study.measures.calibration_null import calibration_null
from activation_study.measures.measure_set import (
    MeasureSet,
    Scored,
    Shifted,
    Table,
    TableSpec,
    mean,
)
from activation_study.measures.smooth_calibration import smooth_calibration_error

BINS = 15
"""Equal-mass bins of the calibration errors; 10 and 30 are recorded beside them."""

NULL_DRAWS = 200
"""Redrawn label sets behind each run's null distribution of the calibration error."""

SPEED_THRESHOLD = 0.97
"""Validation accuracy whose first crossing is recorded as the speed of convergence."""

PLATEAU = 0.5
"""Validation accuracy up to which a run still stands on the plateau that it began on."""

HIGH_PROBABILITY = 0.9
"""Above it, a probability of the target counts as high."""

MOST_CLASSES = 20
"""Above it what costs the square of the classes, or many passes over all that they are given, is
not measured: the temperature, the class-wise calibration error and the confusions."""

_TIE = 1e-12
"""Errors that differ by less are equal: only rounding told them apart."""


def guess(num_classes: int) -> dict[str, float]:
    """Scores of the answer that gives every class the same probability."""
    return {
        "accuracy": 1.0 / num_classes,
        "area_under_validation_accuracy": 1.0 / num_classes,
        "area_after_first_epoch": 1.0 / num_classes,
        "nll": math.log(num_classes),
        "brier": 1.0 - 1.0 / num_classes,
    }


def watch(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """The measures of every epoch."""
    confidence, correct = calibration.top_label(probabilities, labels)
    return calibration.summarize(probabilities, labels, bins=BINS) | {
        "calibration_gap": calibration.calibration_gap(confidence, correct),
        "temperature": _temperature(probabilities, labels),
    }


def outcome(
    history: Mapping[str, np.ndarray], labels: np.ndarray, early: np.ndarray
) -> tuple[str, dict[str, float]]:
    """How training went; at the end, accuracy must be above what one class for all would reach."""
    accuracies = history["validation_accuracy"]
    limit = convergence.chance_limit(float(np.bincount(labels).max() / len(labels)), len(labels))
    return convergence.divergence(history, "accuracy", lambda accuracy: accuracy <= limit), {
        "area_under_validation_accuracy": convergence.area_under_curve(accuracies),
        "epochs_to_97": convergence.epochs_to(accuracies, SPEED_THRESHOLD),
        "area_after_first_epoch": convergence.area_after_first_epoch(accuracies),
        "epoch_off_plateau": convergence.epoch_above(accuracies, PLATEAU),
        "steps_to_90": convergence.steps_to(early, threshold=0.9),
    }


def final(
    validation: Scored, test: Scored, generator: np.random.Generator
) -> tuple[dict[str, float], dict[str, Table]]:
    """Measures the test set; of more than `MOST_CLASSES` classes, what grows with them is NaN.

    Args:
        validation: The validation part, on which the temperature is fitted.
        test: The test set; its predictions are distributions.
        generator: Draws the labels of the null distribution.
    """
    probabilities, labels = test.predictions, test.targets
    few = _has_few_classes(probabilities)
    temperature = _temperature(validation.predictions, validation.targets)
    confidence, correct = calibration.top_label(probabilities, labels)
    ece = calibration.expected_calibration_error(confidence, correct, bins=BINS)
    null = calibration_null(probabilities, generator, draws=NULL_DRAWS, bins=BINS, classwise=few)
    of_target = probabilities[np.arange(len(labels)), labels]
    expected = null.expected_calibration_error
    cooled = calibration.apply_temperature(probabilities, temperature)
    measured = calibration.summarize(probabilities, labels, bins=BINS) | {
        "temperature": temperature,
        "nll_after_temperature": calibration.nll(cooled, labels),
        "ece_after_temperature": calibration.expected_calibration_error(
            *calibration.top_label(cooled, labels), bins=BINS
        ),
        "ece": ece,
        "ece_null_mean": expected.mean,
        "ece_null_low": expected.low,
        "ece_null_high": expected.high,
        "ece_null_p": expected.p_value(ece),
        "ece_p_value": expected.p_value(ece, tie_tolerance=_TIE),
        "excess_calibration_error": ece - expected.mean,
        "calibration_error_10": calibration.calibration_error(confidence, correct, bins=10),
        "calibration_error_30": calibration.calibration_error(confidence, correct, bins=30),
        "calibration_gap": calibration.calibration_gap(confidence, correct),
        "classwise_calibration_error": (
            calibration.classwise_calibration_error(probabilities, labels, bins=BINS)
            if few
            else math.nan
        ),
        "classwise_null_low": null.classwise_calibration_error.low,
        "classwise_null_high": null.classwise_calibration_error.high,
        "smooth_calibration_error": smooth_calibration_error(confidence, correct),
        **test.output_sums(),
        "target_probability_right": mean(of_target[correct]),
        "target_probability_wrong": mean(of_target[~correct]),
        "target_probability_high": mean(
            np.where(np.isnan(of_target), np.nan, of_target > HIGH_PROBABILITY)
        ),
    }
    bins = calibration.reliability_bins(confidence, correct, bins=BINS)
    reliability = {"bin": list(range(len(bins["count"])))} | {
        name: column.tolist() for name, column in bins.items()
    }
    return measured, {
        "reliability": reliability,
        "confusion": _confusion(probabilities, labels) if few else {},
        "target_probability": {
            "decile": list(range(11)),
            "right": _deciles(of_target[correct]),
            "wrong": _deciles(of_target[~correct]),
        },
    }


def beyond(
    validation: Scored,
    known: np.ndarray,
    unknown: Mapping[str, np.ndarray],
    shifted: Shifted,
    generator: np.random.Generator,
) -> dict[str, Table]:
    """Measures images beyond the test set, as `MeasureSet.beyond` says."""
    temperature = _temperature(validation.predictions, validation.targets)
    return {
        "unknown": unknown_table(known, unknown, num_classes=validation.predictions.shape[1]),
        "shift": shift_table(shifted, temperature, generator),
    }


def _has_few_classes(probabilities: np.ndarray) -> bool:
    return probabilities.shape[1] <= MOST_CLASSES


def _temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature that fits best, or NaN where there are many classes."""
    if not _has_few_classes(probabilities):
        return math.nan
    return calibration.fit_temperature(probabilities, labels)


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


def _deciles(values: np.ndarray) -> list[float]:
    """The quantiles 0, 0.1, ..., 1; NaN where there is nothing, or a value is NaN."""
    if not values.size:
        return [math.nan] * 11
    return np.quantile(values, np.linspace(0.0, 1.0, 11)).tolist()


CLASSIFICATION = MeasureSet(
    name="classification",
    targets="one label",
    every_epoch=(
        *("accuracy", "nll", "brier", "calibration_error"),
        *("calibration_gap", "temperature"),
    ),
    last_epoch=("accuracy", "nll", "brier"),
    course=(
        *("area_under_validation_accuracy", "epochs_to_97"),
        *("area_after_first_epoch", "epoch_off_plateau", "steps_to_90"),
    ),
    at_the_end=(
        *("accuracy", "nll", "brier", "temperature", "nll_after_temperature"),
        *("ece", "ece_null_mean", "ece_null_low", "ece_null_high", "ece_null_p"),
        *("calibration_error", "calibration_error_10", "calibration_error_30", "calibration_gap"),
        *("classwise_calibration_error", "classwise_null_low", "classwise_null_high"),
        *("smooth_calibration_error", "output_sum_mean", "output_sum_sd"),
        *("target_probability_right", "target_probability_wrong", "target_probability_high"),
        *("ece_p_value", "excess_calibration_error", "ece_after_temperature"),
    ),
    watch=watch,
    outcome=outcome,
    final=final,
    tables={
        "reliability": TableSpec(
            {"bin": int, "count": int, "confidence": float, "accuracy": float}, ("bin",)
        ),
        "confusion": TableSpec(
            {"true_class": int, "predicted_class": int, "count": int, "mean_probability": float},
            ("true_class", "predicted_class"),
        ),
        "target_probability": TableSpec(
            {"decile": int, "right": float, "wrong": float}, ("decile",)
        ),
        "unknown": UNKNOWN,
        "shift": SHIFT,
    },
    averaged_course=("area_after_first_epoch",),
    beyond=beyond,
)
