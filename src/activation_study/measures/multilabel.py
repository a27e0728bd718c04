"""The measures of a task with several labels, each of which is there or not.

Shared signature: `probabilities` is a float array of shape (n, K) in [0, 1], that of each label on
its own; `targets` a 0/1 array of the same shape. Where a probability is not finite, every measure
is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from activation_study.measures import convergence
from activation_study.measures.calibration import PROBABILITY_FLOOR
from activation_study.measures.labels import deciding
from activation_study.measures.labels.label_calibration import label_calibration_error, label_null
from activation_study.measures.labels.ranking import Sweep, sweeps, within_examples
from activation_study.measures.measure_set import MeasureSet, Scored, Table, TableSpec, mean
from activation_study.measures.metrics import RULES

ABOVE_CHANCE = 0.02
"""Mean average precision that a run must have above that of a constant answer."""


def guess(frequency: float | np.ndarray, none: float) -> dict[str, float]:
    """Scores of the answer that gives each label its frequency, whatever is shown.

    Args:
        frequency: how often a label is there, below a half; or each of them, shape (K,).
        none: share of examples without any label, which alone such an answer gets right.
    """
    absent = 1.0 - frequency
    entropy = -frequency * np.log(frequency) - absent * np.log(absent)
    return {
        "mean_average_precision": float(np.mean(frequency)),
        "auc": 0.5,
        "label_brier": float(np.mean(frequency * absent)),
        "label_nll": float(np.mean(entropy)),
        **dict.fromkeys(("exact_match", "half_exact_match", "own_exact_match"), none),
        **dict.fromkeys(("micro_f1", "half_micro_f1", "half_macro_f1"), 0.0),
    }


def watch(probabilities: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """The measures of every epoch.

    Returns:
        The mean average precision over the labels that are there at all; the share of examples all
        of whose labels are right, and F1 over all labels together, where a label is called from a
        half on; the mean over labels of Brier score and negative log-likelihood, which pays for a
        probability of 0 or 1 as for one of `PROBABILITY_FLOOR` from it; and the error of all
        probabilities against frequencies.
    """
    if not np.isfinite(probabilities).all():
        return dict.fromkeys(EVERY_EPOCH, math.nan)
    wanted = targets.astype(bool)
    of_right = np.where(wanted, probabilities, 1.0 - probabilities)
    at_half = deciding.quality(probabilities >= deciding.HALF, wanted)
    return {
        "mean_average_precision": _mean_of_known(
            each.average_precision() for each in sweeps(probabilities, wanted)
        ),
        "exact_match": at_half["exact_match"],
        "label_brier": float(((1.0 - of_right) ** 2).mean()),
        "label_nll": float(-np.log(np.maximum(of_right, PROBABILITY_FLOOR)).mean()),
        "micro_f1": at_half["micro_f1"],
        "label_calibration_error": label_calibration_error(probabilities, wanted),
    }


def outcome(
    history: Mapping[str, np.ndarray], targets: np.ndarray, _: np.ndarray
) -> tuple[str, dict[str, float]]:
    """How training went; a constant answer's average precision is the label's frequency."""
    limit = float(targets.mean()) + ABOVE_CHANCE
    metric = "mean_average_precision"
    return convergence.divergence(history, metric, lambda value: value <= limit), {}


def final(
    validation: Scored, test: Scored, generator: np.random.Generator
) -> tuple[dict[str, float], dict[str, Table]]:
    """Measures the test set, and each label on its own.

    Args:
        validation: The validation part, on which the thresholds are chosen.
        test: The test set.
        generator: Draws the labels of the null distribution.
    """
    probabilities, wanted = test.predictions, test.targets.astype(bool)
    if not all(np.isfinite(part.predictions).all() for part in (validation, test)):
        return dict.fromkeys(AT_THE_END, math.nan) | test.output_sums(), {
            table: {} for table in MULTILABEL.tables
        }
    of_labels = sweeps(probabilities, wanted)
    decisions = deciding.Decisions.of(validation, test)
    null = label_null(probabilities, generator)
    measured = {
        **watch(probabilities, wanted),
        "micro_average_precision": Sweep.of(
            probabilities.ravel(), wanted.ravel()
        ).average_precision(),
        "auc": _mean_of_known(each.auc() for each in of_labels),
        **within_examples(probabilities, wanted),
        "label_null_low": null.low,
        "label_null_high": null.high,
        **test.output_sums(),
        "threshold": decisions.threshold,
        **_second(test.second, wanted),
    }
    for rule in RULES:
        quality = deciding.quality(decisions.called.get(rule), wanted)
        measured |= {f"{rule}_{name}": value for name, value in quality.items()}
    labels: Table = {
        "label": list(range(wanted.shape[1])),
        "frequency": wanted.mean(axis=0).tolist(),
        "mean_probability": probabilities.mean(axis=0).tolist(),
        "average_precision": [each.average_precision() for each in of_labels],
        "label_brier": ((probabilities - wanted) ** 2).mean(axis=0).tolist(),
        "label_calibration_error": [
            label_calibration_error(*column)
            for column in zip(probabilities.T, wanted.T, strict=True)
        ],
        "threshold": decisions.thresholds.tolist(),
    }
    for rule in ("half", "label"):
        of_rule = deciding.of_labels(decisions.called[rule], wanted)
        labels |= {f"{rule}_{name}": values.tolist() for name, values in of_rule.items()}
    return {name: measured[name] for name in AT_THE_END}, {
        "labels": labels,
        "counts": deciding.counts(decisions.called, probabilities, wanted),
        "sets": deciding.sets(decisions.called, wanted),
    }


def _second(predictions: np.ndarray | None, wanted: np.ndarray) -> dict[str, float]:
    """What another output activation makes of the same scores; NaN where the head names none."""
    if predictions is None:
        return dict.fromkeys(("second_mean_average_precision", "second_exact_match"), math.nan)
    found = watch(predictions, wanted)
    return {f"second_{name}": found[name] for name in ("mean_average_precision", "exact_match")}


def _mean_of_known(values: Iterable[float]) -> float:
    """Mean over the labels of which the value is known: those that are there at all."""
    array = np.fromiter(values, dtype=np.float64)
    return mean(array[~np.isnan(array)])


EVERY_EPOCH = (
    *("mean_average_precision", "exact_match", "label_brier", "label_nll", "micro_f1"),
    "label_calibration_error",
)

AT_THE_END = (
    *("mean_average_precision", "micro_average_precision", "auc", "ranking_precision", "coverage"),
    *("one_error", "label_brier", "label_nll", "label_calibration_error", "label_null_low"),
    *("label_null_high", "output_sum_mean", "output_sum_sd", "threshold"),
    *("second_mean_average_precision", "second_exact_match"),
    *(f"{rule}_{name}" for rule in RULES for name in deciding.DECIDED),
)

_OF_A_LABEL = (
    *("frequency", "mean_probability", "average_precision", "label_brier"),
    *("label_calibration_error", "threshold"),
    *(f"{rule}_{name}" for rule in ("half", "label") for name in ("precision", "recall", "f1")),
)

MULTILABEL = MeasureSet(
    name="multilabel",
    targets="labels",
    every_epoch=EVERY_EPOCH,
    last_epoch=EVERY_EPOCH,
    course=(),
    at_the_end=AT_THE_END,
    watch=watch,
    outcome=outcome,
    final=final,
    tables={
        "labels": TableSpec({"label": int} | dict.fromkeys(_OF_A_LABEL, float), ("label",)),
        "counts": TableSpec(deciding.COUNTS, ("rule", "true_count", "predicted_count")),
        "sets": TableSpec(deciding.SETS, ("true_count",)),
    },
)
