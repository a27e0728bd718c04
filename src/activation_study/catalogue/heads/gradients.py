"""The gradient by the scores that a head's loss sends back, as Keras computes it."""

from __future__ import annotations

import numpy as np

from activation_study.catalogue import quiet_tensorflow
from activation_study.catalogue.heads.head import Head
from activation_study.measures.measure_set import Targets


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
