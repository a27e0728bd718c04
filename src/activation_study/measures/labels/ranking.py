"""How well scores rank labels: over all examples, by one sort, and within each example.

Scores that are equal are called together, so that no measure depends on the order of examples or of
labels. Scores are finite; whether a label is there is 0 or 1, or bool.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from activation_study.measures.measure_set import mean


@dataclass(frozen=True, eq=False)
class Sweep:
    """What is called as a threshold falls: one entry for each distinct score, the highest first.

    Attributes:
        thresholds: float array of shape (m,); what reaches it is called.
        calls: int array of shape (m,); number of scores that are called.
        hits: int array of shape (m,); how many of them rightly.
    """

    thresholds: np.ndarray
    calls: np.ndarray
    hits: np.ndarray

    @classmethod
    def of(cls, scores: np.ndarray, targets: np.ndarray) -> Sweep:
        """Sweeps over scores of shape (n,), n >= 1; targets of the same shape."""
        order = np.argsort(scores)[::-1]
        thresholds = scores[order]
        last_of_tie = np.flatnonzero(np.diff(thresholds, append=-np.inf))
        hits = np.cumsum(targets[order], dtype=np.intp)
        return cls(thresholds[last_of_tie], last_of_tie + 1, hits[last_of_tie])

    def average_precision(self) -> float:
        """Area under the steps of precision over recall; NaN where nothing is there."""
        if not self.hits[-1]:
            return math.nan
        steps = np.diff(self.hits, prepend=0)
        return float(np.sum(steps * (self.hits / self.calls)) / self.hits[-1])

    def auc(self) -> float:
        """Area under the ROC curve, ties counting half; NaN where all is there, or nothing."""
        misses = self.calls - self.hits
        if not self.hits[-1] * misses[-1]:
            return math.nan
        heights = self.hits - np.diff(self.hits, prepend=0) / 2.0
        area = np.sum(np.diff(misses, prepend=0) * heights)
        return float(area / (self.hits[-1] * misses[-1]))

    def best_threshold(self) -> float:
        """The highest of the thresholds with the best F1; infinite where nothing is there."""
        if not self.hits[-1]:
            return math.inf
        return float(self.thresholds[np.argmax(self.hits / (self.calls + self.hits[-1]))])


def sweeps(scores: np.ndarray, targets: np.ndarray) -> list[Sweep]:
    """Returns the sweep of each label, over arrays of shape (n, K)."""
    return [Sweep.of(*column) for column in zip(scores.T, targets.T, strict=True)]


def within_examples(scores: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """How each example's labels are ranked, over arrays of shape (n, K), in the mean.

    Returns:
        ``ranking_precision``: of the labels ranked as high as one that is there, the share that is
        there, in the mean over these, 1 for an example without any. ``coverage``: number of labels
        ranked as high as the lowest that is there, 0 for an example without any. ``one_error``:
        probability that the first label is not there, one of the tied taken at random, over the
        examples with a label; NaN if there are none.

    Reference:
        Tsoumakas, Katakis, Vlahavas, "Mining Multi-label Data", Data Mining and Knowledge Discovery
        Handbook, 2010.
    """
    # Labels along the first axis: reductions over few labels are then sums of long rows.
    ranked, is_there = np.ascontiguousarray(scores.T), np.ascontiguousarray(targets.T, dtype=bool)
    number = is_there.sum(axis=0)
    precisions, coverage = np.zeros(number.size), np.zeros(number.size)
    for own, wanted in zip(ranked, is_there, strict=True):
        reaches = ranked >= own
        rank = reaches.sum(axis=0)
        precisions += wanted * (reaches & is_there).sum(axis=0) / rank
        coverage = np.maximum(coverage, wanted * rank)
    precisions = np.where(number > 0, precisions / np.maximum(number, 1), 1.0)
    is_first = ranked == ranked.max(axis=0)
    wrong = (is_first & ~is_there).sum(axis=0) / is_first.sum(axis=0)
    return {
        "ranking_precision": float(precisions.mean()),
        "coverage": float(coverage.mean()),
        "one_error": mean(wrong[number > 0]),
    }
