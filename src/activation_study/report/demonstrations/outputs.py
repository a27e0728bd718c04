"""Demonstrations about output layers: which gradient trains, and which sets can be said at all."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import linprog

from activation_study.catalogue.heads.functions import sigmoid, softmax
from activation_study.report.demonstrations.functions import SEED, Function, largest

NUM_LABELS = 10
MOST_LABELS = 3
SETS = [
    frozenset(labels)
    for number in range(MOST_LABELS + 1)
    for labels in itertools.combinations(range(NUM_LABELS), number)
]
"""The 176 sets of at most three of ten labels."""


# ---------------------------------------------------------------- which pair trains
def keras_trains_another_pair() -> dict[str, float]:
    """Take the gradient of softmax with binary cross-entropy, by the names and as Keras trains it.

    Keras's losses look for the scores behind the outputs of its softmax, and of its sigmoid, and
    take each for their own: from scores, binary cross-entropy is that of sigmoids, whatever
    produced the outputs, and categorical cross-entropy that of softmax. Gradients by the scores.
    """
    rng = np.random.default_rng(SEED)
    scores = 3.0 * rng.standard_normal((200, NUM_LABELS))
    targets = np.eye(NUM_LABELS)[rng.integers(NUM_LABELS, size=200)]

    def binary(probabilities: np.ndarray) -> np.ndarray:
        right = np.where(targets == 1.0, probabilities, 1.0 - probabilities)
        return -np.log(right).mean(axis=1)

    def categorical(probabilities: np.ndarray) -> np.ndarray:
        normalized = probabilities / probabilities.sum(axis=1, keepdims=True)
        return -np.log((normalized * targets).sum(axis=1))

    sigmoid_trains = (sigmoid(scores) - targets) / NUM_LABELS
    softmax_trains = softmax(scores) - targets
    named = {
        "softmax_binary": differences(lambda z: binary(softmax(z)), scores),
        "sigmoid_categorical": differences(lambda z: categorical(sigmoid(z)), scores),
    }
    canonical = differences(lambda z: binary(sigmoid(z)), scores)
    return {
        "difference_of_the_pair_that_trains": largest(canonical - sigmoid_trains),
        "difference_of_softmax_with_binary": largest(named["softmax_binary"] - sigmoid_trains),
        "difference_of_sigmoid_with_categorical": largest(
            named["sigmoid_categorical"] - softmax_trains
        ),
    }


def khot_gradient_returned() -> dict[str, float]:
    """Compare the gradient that TensorFlow returns for several labels with the loss's own.

    The loss shown is -sum_k y_k ln p_k, whose gradient by the scores is (sum_k y_k) p - y; its
    kernel returns p - y, which assumes that the targets sum to 1. Largest difference, by how many
    labels hold; where none does, the loss is 0 and p comes back.
    """
    rng = np.random.default_rng(SEED)
    scores = rng.standard_normal((200, NUM_LABELS))
    ranks = rng.permuted(np.tile(np.arange(NUM_LABELS), (200, 1)), axis=1)
    found = {}
    for number in range(MOST_LABELS + 1):
        targets = (ranks < number).astype(float)

        def shown(z: np.ndarray, targets: np.ndarray = targets) -> np.ndarray:
            return -(targets * np.log(softmax(z))).sum(axis=1)

        returned = softmax(scores) - targets
        found[f"difference_with_{number}_labels"] = largest(differences(shown, scores) - returned)
    return found


def differences(function: Function, scores: np.ndarray, reach: float = 1e-5) -> np.ndarray:
    """Return the gradient of each row's value by the row, by central differences."""
    gradient = np.empty_like(scores)
    for column in range(scores.shape[1]):
        step = np.zeros(scores.shape[1])
        step[column] = reach
        gradient[:, column] = (function(scores + step) - function(scores - step)) / (2 * reach)
    return gradient


# ---------------------------------------------------------------- which sets can be said
def sigmoid_bottleneck() -> dict[str, float]:
    """Count the sets of at most three of ten labels that sigmoids over few units can say.

    Sigmoids say a set where exactly its scores are positive: one linear programme a set asks for
    such units. Over two units ten scores cut the plane by ten lines into at most 56 regions. On the
    moment curve any three points of a space of six dimensions can be cut off from the others (the
    cyclic polytope is neighbourly), so six units with biases are enough (compare Grivas, Vergari
    and Lopez, 2023: 2k + 1 dimensions, the bias among them, for sets of k).
    """
    rng = np.random.default_rng(SEED)
    drawn = rng.standard_normal((NUM_LABELS, 3))
    times = np.linspace(-1.0, 1.0, NUM_LABELS)
    # Chebyshev polynomials span the powers, and keep the programmes well scaled.
    curve = np.polynomial.chebyshev.chebvander(times, 2 * MOST_LABELS)
    # Below 0 but near the three: most labels are absent, so the biases are negative.
    curve[:, 0] *= -1.0
    return {
        "sets": float(len(SETS)),
        "sets_over_2_units": float(num_sets(drawn)),
        "sets_over_6_units": float(num_sets(curve)),
    }


def num_sets(weights: np.ndarray) -> int:
    """Return how many of `SETS` some inputs make exactly the positive scores.

    Args:
        weights: Array of shape (labels, units + 1); the last inputs, one for each unit, are free,
            and that of the first column is a bias, 1.
    """
    return sum(can_say(weights, labels) for labels in SETS)


def can_say(weights: np.ndarray, labels: frozenset[int]) -> bool:
    """Return whether there are units for which exactly these labels have positive scores."""
    signs = np.array([1.0 if label in labels else -1.0 for label in range(len(weights))])
    signed = signs[:, None] * weights
    # Scores of the right sign by at least 1, up to a positive factor, which the bias shares.
    found = linprog(
        np.zeros(weights.shape[1]),
        A_ub=-signed,
        b_ub=-np.ones(len(weights)),
        bounds=[(1e-9, None), *[(None, None)] * (weights.shape[1] - 1)],
        method="highs",
    )
    return bool(found.status == 0)
