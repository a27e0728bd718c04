"""The functions behind the output heads: two of tensors, the others of NumPy arrays, in float64.

Each takes scores of shape (examples, classes) and returns the same shape.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def unmarked_sigmoid(scores: Any) -> Any:
    """Sigmoid whose result does not carry the logits that Keras's losses look for."""
    from keras import ops

    # A product is a new tensor without `_keras_logits` and of another op type than Sigmoid.
    return ops.multiply(ops.sigmoid(scores), 1.0)


def double_softmax(scores: Any) -> Any:
    """Softmax applied twice: the mistake of a softmax before a loss that applies its own.

    The loss takes the first softmax's output as logits, which is the same double softmax. No output
    exceeds e / (e + K - 1).
    """
    from keras import ops

    return ops.softmax(ops.softmax(scores))


def log_sigmoid(scores: np.ndarray) -> np.ndarray:
    """Return ln(1 / (1 + exp(-z))) without overflow or underflow."""
    return -np.logaddexp(0.0, -scores)


def sigmoid(scores: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-z)) without overflow."""
    return np.exp(log_sigmoid(scores))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return exp(z) divided by its sum over the classes, without overflow."""
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def softmax_twice(scores: np.ndarray) -> np.ndarray:
    """Return softmax(softmax(z)), the NumPy form of `double_softmax`."""
    return softmax(softmax(scores))


def identity(scores: np.ndarray) -> np.ndarray:
    """Return the scores themselves."""
    return scores


def normalized_sigmoid(scores: np.ndarray) -> np.ndarray:
    """Return sigmoid(z) divided by its sum over the classes.

    It is computed as the softmax of log-sigmoids, so that rows in which every sigmoid underflows
    still sum to 1.
    """
    return softmax(log_sigmoid(scores))


def normalized_positive_part(scores: np.ndarray) -> np.ndarray:
    """Return max(z, 0) divided by its sum over the classes; uniform where nothing is positive."""
    positive = np.maximum(scores, 0.0)
    largest = positive.max(axis=-1, keepdims=True)
    # Dividing by the largest first keeps the sum finite.
    relative = positive / np.where(largest > 0.0, largest, 1.0)
    relative = np.where(largest > 0.0, relative, 1.0)
    return relative / relative.sum(axis=-1, keepdims=True)
