"""How scores become outputs and predictions, in NumPy and float64.

Unless it says otherwise, each takes scores of shape (examples, outputs) and returns that shape.
"""

from __future__ import annotations

import numpy as np


def log_sigmoid(scores: np.ndarray) -> np.ndarray:
    """Return ln(1 / (1 + exp(-z))) without overflow or underflow."""
    return -np.logaddexp(0.0, -scores)


def sigmoid(scores: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-z)) without overflow."""
    return np.exp(log_sigmoid(scores))


def sigmoid_twice(scores: np.ndarray) -> np.ndarray:
    """Return sigmoid(sigmoid(z)), from 1/2 to 1 / (1 + 1/e)."""
    return sigmoid(sigmoid(scores))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return exp(z) divided by its sum over the classes, without overflow."""
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def softmax_twice(scores: np.ndarray) -> np.ndarray:
    """Return softmax(softmax(z)), of which no class has more than e / (e + K - 1)."""
    return softmax(softmax(scores))


def softplus(scores: np.ndarray) -> np.ndarray:
    """Return ln(1 + exp(z)) without overflow."""
    return np.logaddexp(0.0, scores)


def relu(scores: np.ndarray) -> np.ndarray:
    """Return max(z, 0)."""
    return np.maximum(scores, 0.0)


def unit_interval(scores: np.ndarray) -> np.ndarray:
    """Return the scores, those below 0 as 0 and those above 1 as 1."""
    return np.clip(scores, 0.0, 1.0)


def identity(scores: np.ndarray) -> np.ndarray:
    """Return the scores themselves."""
    return scores


def normalized(outputs: np.ndarray) -> np.ndarray:
    """Return outputs, none of them negative, divided by their sum; uniform where all are 0."""
    largest = outputs.max(axis=-1, keepdims=True)
    # Dividing by the largest first keeps the sum finite.
    relative = outputs / np.where(largest > 0.0, largest, 1.0)
    relative = np.where(largest > 0.0, relative, 1.0)
    return relative / relative.sum(axis=-1, keepdims=True)


def normalized_sigmoid(scores: np.ndarray) -> np.ndarray:
    """Return sigmoid(z) divided by its sum over the classes.

    It is computed as the softmax of log-sigmoids, so that rows in which every sigmoid underflows
    still sum to 1.
    """
    return softmax(log_sigmoid(scores))


def normalized_softplus(scores: np.ndarray) -> np.ndarray:
    """Return softplus(z) divided by its sum over the classes, where all underflow, too."""
    # There ln softplus(z) is z.
    logarithms = np.log(softplus(np.maximum(scores, -30.0))) + np.minimum(scores + 30.0, 0.0)
    return softmax(logarithms)


def normalized_positive_part(scores: np.ndarray) -> np.ndarray:
    """Return max(z, 0) divided by its sum over the classes; uniform where nothing is positive."""
    return normalized(relu(scores))


def of_two(outputs: np.ndarray) -> np.ndarray:
    """Return the distribution over two classes, (n, 2), of the second one's probability, (n, 1)."""
    return np.concatenate([1.0 - outputs, outputs], axis=1)


def sigmoid_of_two(scores: np.ndarray) -> np.ndarray:
    """Return the distribution over two classes, (n, 2), of the one score that says the second."""
    return np.concatenate([sigmoid(-scores), sigmoid(scores)], axis=1)
