"""Which labels are called, by the rules that turn probabilities into a decision, and how rightly.

Shared signature: `called` and `wanted` are bool arrays of shape (n, K).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from activation_study.measures.labels.ranking import Sweep, sweeps
from activation_study.measures.measure_set import Scored, Table, mean
from activation_study.measures.metrics import RULES

HALF = 0.5
"""The threshold that needs no data."""

DECIDED = (
    *("exact_match", "hamming", "micro_f1", "macro_f1"),
    *("empty_alarm", "silent", "count_bias", "count_mae"),
)
"""What `quality` returns."""


@dataclass(frozen=True, eq=False)
class Decisions:
    """The labels that each rule calls.

    Attributes:
        threshold: the one with the best F1 over all labels of the validation part together.
        thresholds: float array of shape (K,); those with the best F1 of each label there.
        called: rule -> bool array (n, K), in the order of `RULES`; without ``own`` where the head
            decides nothing.
    """

    threshold: float
    thresholds: np.ndarray
    called: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, validation: Scored, test: Scored) -> Decisions:
        """Chooses thresholds on the validation part, and decides about the test set."""
        found = validation.predictions, validation.targets
        threshold = Sweep.of(*map(np.ravel, found)).best_threshold()
        thresholds = np.array([each.best_threshold() for each in sweeps(*found)])
        called = {
            "half": test.predictions >= HALF,
            "global": test.predictions >= threshold,
            "label": test.predictions >= thresholds,
            "oracle": first(test.predictions, test.targets.sum(axis=1)),
        }
        if test.decided is not None:
            called["own"] = test.decided
        return cls(threshold, thresholds, called)


def first(scores: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Calls the labels with the highest scores, so many of each example; of tied, the first.

    Args:
        scores: float array of shape (n, K).
        numbers: int array of shape (n,).
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    called = np.empty(scores.shape, dtype=bool)
    np.put_along_axis(called, order, np.arange(scores.shape[1]) < numbers[:, None], axis=1)
    return called


def f1(hits: np.ndarray, calls: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Harmonic mean of precision and recall, from counts; NaN where nothing is called or there."""
    both = calls + there
    return np.where(both > 0, 2.0 * hits / np.maximum(both, 1), np.nan)


def quality(called: np.ndarray | None, wanted: np.ndarray) -> dict[str, float]:
    """How right a decision is; NaN where there is none.

    Returns:
        ``exact_match``: share of examples all of whose labels are right. ``hamming``: share of
        labels that are not. ``micro_f1``: F1 over all labels together. ``macro_f1``: mean F1 of the
        labels that are there at all. ``empty_alarm``: share of the examples without a label for
        which one is called. ``silent``: share of those with labels for which none is called.
        ``count_bias``, ``count_mae``: number of labels that are called too many, and too many or
        too few, a mean over the examples.
    """
    if called is None:
        return dict.fromkeys(DECIDED, math.nan)
    wrong = called != wanted
    hits, calls, there = _tally(called, wanted)
    number_called, number_there = called.sum(axis=1), wanted.sum(axis=1)
    surplus = number_called - number_there
    return {
        "exact_match": float(1.0 - wrong.any(axis=1).mean()),
        "hamming": float(wrong.mean()),
        "micro_f1": float(f1(hits.sum(), calls.sum(), there.sum())),
        "macro_f1": mean(f1(hits, calls, there)[there > 0]),
        "empty_alarm": mean(number_called[number_there == 0] > 0),
        "silent": mean(number_called[number_there > 0] == 0),
        "count_bias": float(surplus.mean()),
        "count_mae": float(np.abs(surplus).mean()),
    }


def _tally(called: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How often each label is rightly called, is called, and is there; int arrays (K,)."""
    return (called & wanted).sum(axis=0), called.sum(axis=0), wanted.sum(axis=0)


def of_labels(called: np.ndarray, wanted: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of each label, shape (K,); NaN where there is nothing to divide."""
    hits, calls, there = _tally(called, wanted)
    return {
        "precision": np.where(calls > 0, hits / np.maximum(calls, 1), np.nan),
        "recall": np.where(there > 0, hits / np.maximum(there, 1), np.nan),
        "f1": f1(hits, calls, there),
    }


def counts(
    called: Mapping[str, np.ndarray], probabilities: np.ndarray, wanted: np.ndarray
) -> Table:
    """How many labels each rule calls where so many are there; of ``oracle`` that is known."""
    table: Table = {name: [] for name in COUNTS}
    largest, true = probabilities.max(axis=1), wanted.sum(axis=1)
    for rule in called:
        if rule == "oracle":
            continue
        base = wanted.shape[1] + 1
        pairs = true * base + called[rule].sum(axis=1)
        cells, cell_of, number = np.unique(pairs, return_inverse=True, return_counts=True)
        table["rule"] += [rule] * number.size
        table["true_count"] += (cells // base).tolist()
        table["predicted_count"] += (cells % base).tolist()
        table["count"] += number.tolist()
        table["mean_maximum"] += (np.bincount(cell_of, weights=largest) / number).tolist()
    return table


COUNTS: dict[str, type] = {
    "rule": str,
    **dict.fromkeys(("true_count", "predicted_count", "count"), int),
    "mean_maximum": float,
}
"""The columns of `counts`."""


def sets(called: Mapping[str, np.ndarray], wanted: np.ndarray) -> Table:
    """Share of the examples with so many labels for which each rule is right about all of them."""
    true = wanted.sum(axis=1)
    sizes, cell_of, number = np.unique(true, return_inverse=True, return_counts=True)
    table: Table = {"true_count": sizes.tolist(), "count": number.tolist()}
    for rule in RULES:
        if rule in called:
            right = (called[rule] == wanted).all(axis=1)
            shares = np.bincount(cell_of, weights=right) / number
        else:
            shares = np.full(number.size, np.nan)
        table[f"{rule}_exact_match"] = shares.tolist()
    return table


SETS: dict[str, type] = {
    **dict.fromkeys(("true_count", "count"), int),
    **{f"{rule}_exact_match": float for rule in RULES},
}
"""The columns of `sets`."""
