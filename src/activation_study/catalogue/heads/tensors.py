"""Output activations and losses that Keras has no name for, as functions of tensors.

An activation takes scores of shape (batch, outputs) and returns that shape. A loss takes targets
and outputs of that shape and returns the loss of each example.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from activation_study.catalogue.heads.label_sets import NUM_COUNTS

RANGE = 11.0
"""Ends of `scaled_tanh` and `scaled_sigmoid`, which the numbers of no task reach."""

EPSILON = 1e-3
"""What `relu_and_epsilon` adds, so that no sum is 0."""


def unmarked_sigmoid(scores: Any) -> Any:
    """Sigmoid whose result does not carry the logits that Keras's losses look for."""
    from keras import ops

    # A product is a new tensor without `_keras_logits` and of another op type than Sigmoid.
    return ops.multiply(ops.sigmoid(scores), 1.0)


def unmarked_softmax(scores: Any) -> Any:
    """Softmax whose result does not carry the logits that Keras's losses look for."""
    from keras import ops

    return ops.multiply(ops.softmax(scores), 1.0)


def double_softmax(scores: Any) -> Any:
    """Softmax applied twice: the mistake of a softmax before a loss that applies its own.

    The loss takes the first softmax's output as logits, which is the same double softmax. No output
    exceeds e / (e + K - 1).
    """
    from keras import ops

    return ops.softmax(ops.softmax(scores))


def double_sigmoid(scores: Any) -> Any:
    """Sigmoid applied twice: the same mistake with the binary cross-entropy."""
    from keras import ops

    return ops.sigmoid(ops.sigmoid(scores))


def softmax_of_one(scores: Any) -> Any:
    """Softmax, also over a single output, of which Keras would warn: it is always 1."""
    from keras import ops

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You are using a softmax over axis")
        return ops.softmax(scores)


def absolute(scores: Any) -> Any:
    """Absolute value."""
    from keras import ops

    return ops.abs(scores)


def square(scores: Any) -> Any:
    """Square."""
    from keras import ops

    return ops.square(scores)


def relu_and_epsilon(scores: Any) -> Any:
    """ReLU plus a small number."""
    from keras import ops

    return ops.relu(scores) + EPSILON


def scaled_tanh(scores: Any) -> Any:
    """Tanh times `RANGE`."""
    from keras import ops

    return RANGE * ops.tanh(scores)


def scaled_sigmoid(scores: Any) -> Any:
    """Sigmoid, stretched to the interval from -`RANGE` to `RANGE`."""
    from keras import ops

    return 2.0 * RANGE * ops.sigmoid(scores) - RANGE


def softmax_of_labels_and_counts(scores: Any) -> Any:
    """A softmax over all scores but the last four, and one over these: the number of labels."""
    from keras import ops

    blocks = [ops.softmax(scores[:, :-NUM_COUNTS]), ops.softmax(scores[:, -NUM_COUNTS:])]
    outputs = ops.concatenate(blocks, axis=-1)
    # As Keras's own softmax leaves them on its result.
    outputs._keras_logits = scores
    return outputs


def labels_and_counts_crossentropy(targets: Any, outputs: Any) -> Any:
    """The loss of `softmax_of_labels_and_counts`: that of the labels and that of their number.

    Where there is no label, the number alone is learned.
    """
    from keras import ops

    scores, n = outputs._keras_logits, NUM_COUNTS
    of_counts = ops.categorical_crossentropy(targets[:, -n:], scores[:, -n:], from_logits=True)
    return of_counts + softmax_crossentropy(targets[:, :-n], scores[:, :-n], from_logits=True)


def softmax_crossentropy(targets: Any, outputs: Any, from_logits: bool = False) -> Any:
    """The categorical cross-entropy with its own gradient, whatever a row of targets sums to.

    It is that of the row divided by its sum, for which TensorFlow's gradient is right, times the
    sum.
    """
    from keras import ops

    total = ops.sum(targets, axis=-1)
    shares = targets / ops.maximum(total, 1.0)[:, None]
    return total * ops.categorical_crossentropy(shares, outputs, from_logits=from_logits)


def smoothed_crossentropy(share: float) -> Callable[[Any, Any], Any]:
    """Return the categorical cross-entropy with a share of each target spread over all classes."""

    def loss(targets: Any, outputs: Any) -> Any:
        from keras import losses

        return losses.categorical_crossentropy(targets, outputs, label_smoothing=share)

    return loss


def summed_binary_crossentropy(targets: Any, outputs: Any) -> Any:
    """The binary cross-entropy, summed over the outputs, where Keras takes the mean."""
    from keras import ops

    return ops.sum(ops.binary_crossentropy(targets, outputs), axis=-1)


def weighted_binary_crossentropy(targets: Any, outputs: Any) -> Any:
    """The mean binary cross-entropy, where a target is 0, or the weight of a label that is there.

    PyTorch calls these weights ``pos_weight``.
    """
    from keras import ops

    there = ops.cast(targets > 0.0, outputs.dtype)
    weights = ops.maximum(targets, 1.0 - there)
    return ops.mean(weights * ops.binary_crossentropy(there, outputs), axis=-1)
