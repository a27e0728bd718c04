"""The gradient by the scores that a head's loss sends back, as Keras computes it."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from activation_study.catalogue import quiet_tensorflow
from activation_study.catalogue.heads.functions import identity
from activation_study.catalogue.heads.head import Head, Loss
from activation_study.catalogue.heads.registry import HEADS
from activation_study.measures.measure_set import Targets

NUM_CLASSES = 10


class TrainedPair(NamedTuple):
    """What trains where Keras is given an output activation and a loss by their names.

    Attributes:
        trains: Head of the catalogue whose gradient Keras computes; None where none has it.
        named: Head that has the gradient of the loss of the activation's outputs, taken as numbers.
        is_as_named: Whether the two gradients are the same.
        warns: Whether Keras warns that something may be wrong.
    """

    trains: str | None
    named: str | None
    is_as_named: bool
    warns: bool


def loss_gradients(
    head: Head, kind: Targets, scores: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Return the gradient of each example's loss by its scores, float64 of their shape.

    Args:
        head: Output activation and loss; the latter finds the scores behind the former, where it
            looks for them, as in training.
        kind: Kind of the targets.
        scores: Shape (examples, outputs).
        targets: What the loss is given, of the same shape.
    """
    quiet_tensorflow.load()
    import keras
    import tensorflow as tf

    activation, loss = keras.layers.Activation(head.output_activation), head.make_loss(kind)
    given = tf.convert_to_tensor(scores, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(given)
        value = loss(tf.convert_to_tensor(targets, tf.float32), activation(given))
    # The loss is the mean over the batch.
    return len(scores) * np.asarray(tape.gradient(value, given), float)


def trained_pair(activation: str, loss: str, *, from_logits: bool = False) -> TrainedPair:
    """Find out which pair Keras trains where one class of ten is right.

    Keras's activations leave the scores on their outputs, and its cross-entropies take these for
    their own. A product with 1 has lost them: there the names decide.

    Args:
        activation: Keras's name of the output activation, such as ``"softmax"``.
        loss: Keras's name of the loss, such as ``"binary_crossentropy"``.
        from_logits: What the loss is told of its inputs; only a cross-entropy can be told.
    """
    quiet_tensorflow.load()
    import keras

    given: Loss = loss
    if from_logits:
        given = functools.partial(getattr(keras.losses, loss), from_logits=True)

    def gradients(output_activation: str | Callable[[Any], Any]) -> np.ndarray:
        pair = Head("", output_activation, given, "", "", identity, {})
        return loss_gradients(pair, "one label", *_examples())

    def unmarked(scores: Any) -> Any:
        return keras.ops.multiply(keras.activations.get(activation)(scores), 1.0)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trained = gradients(activation)
    named = gradients(unmarked)
    warns = any("from_logits" in str(warning.message) for warning in caught)
    return TrainedPair(_head_of(trained), _head_of(named), _are_same(trained, named), warns)


def _examples() -> tuple[np.ndarray, np.ndarray]:
    """Scores so near to each other that nothing is clipped, and one right class for each row."""
    generator = np.random.default_rng(0)
    scores = generator.standard_normal((20, NUM_CLASSES))
    return scores, np.eye(NUM_CLASSES)[generator.integers(NUM_CLASSES, size=len(scores))]


@functools.cache
def _gradients_of_heads() -> dict[str, np.ndarray]:
    """The gradients of the built-in heads that name one class of ten by an output for each."""
    fitting = [
        head
        for head in map(HEADS.get, filter(HEADS.is_built_in, HEADS))
        if head.fits("one label", NUM_CLASSES)
        and head.wanted is None
        and head.num_outputs(NUM_CLASSES) == NUM_CLASSES
    ]
    return {head.name: loss_gradients(head, "one label", *_examples()) for head in fitting}


def _head_of(gradients: np.ndarray) -> str | None:
    found = (name for name, own in _gradients_of_heads().items() if _are_same(own, gradients))
    return next(found, None)


def _are_same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two gradients are equal within single precision."""
    return bool(np.allclose(one, other, rtol=1e-4, atol=1e-6))
