"""Several labels as what a softmax can learn: shares of one, a count, a set.

Targets are 0/1 arrays of shape (examples, K).
"""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

from activation_study.catalogue.heads.functions import softmax

MOST_LABELS = 3
"""Labels in the largest set that `powerset` and `softmax_count` know."""

NUM_COUNTS = MOST_LABELS + 1


def one_hot(targets: np.ndarray, num_targets: int) -> np.ndarray:
    """Return 0/1 of shape (n, K) as float32; of classes (n,), zeros where a class is beyond K."""
    if targets.ndim == 1:
        targets = targets[:, np.newaxis] == np.arange(num_targets)
    return targets.astype(np.float32)


def shares(targets: np.ndarray, num_targets: int) -> np.ndarray:
    """Return 1/k for each of an example's k labels, float32 of shape (n, K); zeros where k is 0."""
    rows = one_hot(targets, num_targets)
    return rows / np.maximum(rows.sum(axis=1, keepdims=True), 1)


def shares_or_uniform(targets: np.ndarray, num_targets: int) -> np.ndarray:
    """Return `shares`, and 1/K for all where there is no label."""
    rows = shares(targets, num_targets)
    return np.where(rows.any(axis=1, keepdims=True), rows, np.float32(1 / num_targets))


def shares_or_none(targets: np.ndarray, num_targets: int) -> np.ndarray:
    """Return `shares`, and a last column that is 1 where there is no label: (n, K + 1).

    Classes (n,) stay as they are: one beyond the K is that last one.
    """
    if targets.ndim == 1:
        return targets
    rows = shares(targets, num_targets)
    return np.column_stack([rows, ~rows.any(axis=1)]).astype(np.float32)


def shares_and_count(targets: np.ndarray, num_targets: int) -> np.ndarray:
    """Return `shares` beside the one-hot number of labels: (n, K + 4).

    Raises:
        ValueError: an example has more than `MOST_LABELS` labels.
    """
    counts = one_hot(_num_labels(targets), NUM_COUNTS)
    return np.concatenate([shares(targets, num_targets), counts], axis=1)


def num_sets(num_labels: int) -> int:
    """Return how many sets of at most three of K labels there are: 176 of ten."""
    return sum(math.comb(num_labels, size) for size in range(NUM_COUNTS))


@functools.cache
def members(num_sets_wanted: int) -> np.ndarray:
    """Return which labels are in which set, bool of shape (sets, K): the empty one comes first."""
    num_labels = next(k for k in itertools.count(1) if num_sets(k) >= num_sets_wanted)
    rows = np.zeros((num_sets_wanted, num_labels), bool)
    sizes = range(NUM_COUNTS)
    sets = (chosen for k in sizes for chosen in itertools.combinations(range(num_labels), k))
    for row, chosen in zip(rows, sets, strict=True):
        row[list(chosen)] = True
    return rows


def set_index(targets: np.ndarray, num_targets: int) -> np.ndarray:
    """Return the row of `members` that each example's labels are, int32 of shape (n,).

    Raises:
        ValueError: an example has more than `MOST_LABELS` labels.
    """
    _num_labels(targets)
    place = 1 << np.arange(num_targets)
    codes = members(num_sets(num_targets)) @ place
    order = np.argsort(codes)
    return order[np.searchsorted(codes, targets @ place, sorter=order)].astype(np.int32)


def probabilities_of_sets(scores: np.ndarray) -> np.ndarray:
    """Return each label's probability, (n, K): the sum over the sets that it is in."""
    # Rounding can take the sum over many sets beyond 1.
    return np.minimum(softmax(scores) @ members(scores.shape[1]), 1.0)


def most_probable_set(scores: np.ndarray) -> np.ndarray:
    """Return the labels of the set with the highest score, bool of shape (n, K)."""
    return members(scores.shape[1])[scores.argmax(axis=1)]


def as_many_as_counted(scores: np.ndarray) -> np.ndarray:
    """Return as many labels as the last four scores say, those with the highest of the others."""
    of_labels, of_counts = scores[:, :-NUM_COUNTS], scores[:, -NUM_COUNTS:]
    return _ranks(of_labels) < of_counts.argmax(axis=1)[:, np.newaxis]


def nearest_shares(scores: np.ndarray) -> np.ndarray:
    """Return the labels whose target the outputs of `softmax_none` miss by least, bool (n, K).

    Candidates are no label and the k most probable ones, for each k. A candidate's target is `none`
    or 1/k for each of its labels, and what counts is by how much the loss exceeds that of outputs
    equal to this target: the Kullback-Leibler divergence of the outputs from it.
    """
    logarithms = np.log(np.maximum(softmax(scores), np.finfo(float).tiny))
    of_labels, of_none = logarithms[:, :-1], logarithms[:, -1:]
    sizes = np.arange(1, of_labels.shape[1] + 1)
    best_first = -np.sort(-of_labels, axis=1)
    divergences = -np.cumsum(best_first, axis=1) / sizes - np.log(sizes)
    best = np.concatenate([-of_none, divergences], axis=1).argmin(axis=1)
    return _ranks(of_labels) < best[:, np.newaxis]


def _ranks(scores: np.ndarray) -> np.ndarray:
    """Rank of each score in its row, 0 for the highest; of equal ones the first comes first."""
    return np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)


def _num_labels(targets: np.ndarray) -> np.ndarray:
    """Number of labels of each example, shape (n,)."""
    numbers = targets.sum(axis=1, dtype=np.intp)
    if numbers.size and numbers.max() > MOST_LABELS:
        raise ValueError(
            f"received an example with {numbers.max()} labels; accepted: at most {MOST_LABELS}, "
            f"which is what the heads powerset and softmax_count know"
        )
    return numbers
