"""The measures of a task with several labels, each of which is there or not.

Shared signature: `probabilities` is a float array of shape (n, K) in [0, 1], that of each label on
its own; `targets` a 0/1 array of the same shape. Where a probability is not finite, every measure
is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from activation_study.measures import convergence
from activation_study.measures.calibration import PROBABILITY_FLOOR
from activation_study.measures.measure_set import MeasureSet, Scored, Table, TableSpec, mean

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
        "exact_match": none,
        "label_brier": float(np.mean(frequency * absent)),
        "label_nll": float(np.mean(entropy)),
    }


def average_precision(scores: np.ndarray, targets: np.ndarray) -> float:
    """Area under the steps of precision over recall, of one label; both arrays (n,).

    Tied scores count as one step. NaN where a score is not finite or no example has the label.
    """
    if not np.isfinite(scores).all():
        return math.nan
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(targets[order], dtype=np.float64)
    last_of_tie = np.flatnonzero(np.diff(scores[order], append=np.nan) != 0)
    hits = found[last_of_tie]
    if hits[-1] == 0:
        return math.nan
    return float(np.sum(np.diff(hits, prepend=0.0) * hits / (last_of_tie + 1)) / hits[-1])


def watch(probabilities: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """The measures of every epoch.

    Returns:
        The mean average precision over the labels that are there at all; the share of examples all
        of whose labels are right, where a label is called from a half on; and the mean over labels
        of Brier score and negative log-likelihood, which pays for a probability of 0 or 1 as for
        one of `PROBABILITY_FLOOR` from it.
    """
    if not np.isfinite(probabilities).all():
        return dict.fromkeys(EVERY_EPOCH, math.nan)
    wanted = targets.astype(bool)
    of_right = np.where(wanted, probabilities, 1.0 - probabilities)
    there = wanted.any(axis=0)
    return {
        "mean_average_precision": mean(_precisions(probabilities, targets)[there]),
        "exact_match": float(((probabilities >= 0.5) == wanted).all(axis=1).mean()),
        "label_brier": float(((1.0 - of_right) ** 2).mean()),
        "label_nll": float(-np.log(np.maximum(of_right, PROBABILITY_FLOOR)).mean()),
    }


def outcome(
    history: Mapping[str, np.ndarray], targets: np.ndarray, _: np.ndarray
) -> tuple[str, dict[str, float]]:
    """How training went; a constant answer's average precision is the label's frequency."""
    limit = float(targets.mean()) + ABOVE_CHANCE
    metric = "mean_average_precision"
    return convergence.divergence(history, metric, lambda value: value <= limit), {}


def final(
    _: Scored, test: Scored, generator: np.random.Generator
) -> tuple[dict[str, float], dict[str, Table]]:
    """Measures the test set, and each label on its own."""
    probabilities, targets = test.predictions, test.targets
    labels = {
        "label": list(range(targets.shape[1])),
        "frequency": targets.mean(axis=0).tolist(),
        "mean_probability": probabilities.mean(axis=0).tolist(),
        "average_precision": _precisions(probabilities, targets).tolist(),
        "label_brier": ((probabilities - targets) ** 2).mean(axis=0).tolist(),
    }
    return watch(probabilities, targets) | test.output_sums(), {"labels": labels}


def _precisions(probabilities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Average precision of each label, shape (K,)."""
    columns = zip(probabilities.T, targets.T, strict=True)
    return np.array([average_precision(*column) for column in columns])


EVERY_EPOCH = ("mean_average_precision", "exact_match", "label_brier", "label_nll")

MULTILABEL = MeasureSet(
    name="multilabel",
    targets="labels",
    every_epoch=EVERY_EPOCH,
    last_epoch=EVERY_EPOCH,
    course=(),
    at_the_end=(*EVERY_EPOCH, "output_sum_mean", "output_sum_sd"),
    watch=watch,
    outcome=outcome,
    final=final,
    tables={
        "labels": TableSpec(
            {"label": int}
            | dict.fromkeys(
                ("frequency", "mean_probability", "average_precision", "label_brier"), float
            ),
            ("label",),
        )
    },
)
