"""The measures of a task whose targets are the parts of a whole.

Shared signature: `predictions` and `targets` are float arrays of shape (n, K). The rows of the
targets are not negative and sum to 1; those of the predictions need not be. Where a prediction is
not finite, every measure is NaN.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import rel_entr

from activation_study.measures.calibration import PROBABILITY_FLOOR
from activation_study.measures.measure_set import MeasureSet, Scored, Table
from activation_study.measures.numbers import regression


def kullback_leibler(predictions: np.ndarray, targets: np.ndarray) -> float:
    """Mean divergence of the predicted from the true parts, in nats.

    A prediction below `PROBABILITY_FLOOR`, so a negative one too, counts as the floor; then each
    row is divided by its sum. NaN where a prediction is not finite.
    """
    if not np.isfinite(predictions).all():
        return math.nan
    positive = np.maximum(predictions, PROBABILITY_FLOOR, dtype=np.float64)
    true = targets / targets.sum(axis=1, keepdims=True, dtype=np.float64)
    predicted = positive / positive.sum(axis=1, keepdims=True)
    return float(rel_entr(true, predicted).sum(axis=1).mean())


def watch(predictions: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """The measures of every epoch: those of numbers, and the divergence."""
    return regression.watch(predictions, targets) | {"kl": kullback_leibler(predictions, targets)}


def final(
    _: Scored, test: Scored, generator: np.random.Generator
) -> tuple[dict[str, float], dict[str, Table]]:
    """Measures the test set.

    Returns:
        Beside what is watched, how far predictions are from being parts of a whole: the standard
        deviation of their sum, and the share of examples with a negative part.
    """
    predictions = test.predictions.astype(np.float64)
    is_negative = (predictions < 0.0).any(axis=1).mean()
    is_finite = np.isfinite(predictions).all()
    return watch(predictions, test.targets) | {
        "sum_sd": float(predictions.sum(axis=1).std()) if is_finite else math.nan,
        "negative_share": float(is_negative) if is_finite else math.nan,
    }, {}


EVERY_EPOCH = (*regression.EVERY_EPOCH, "kl")

COMPOSITION = MeasureSet(
    name="composition",
    targets="numbers",
    every_epoch=EVERY_EPOCH,
    last_epoch=EVERY_EPOCH,
    course=(),
    at_the_end=(*EVERY_EPOCH, "sum_sd", "negative_share"),
    watch=watch,
    outcome=regression.outcome,
    final=final,
)
