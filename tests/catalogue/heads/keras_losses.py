"""What Keras computes of scores, in a graph as in training."""

from __future__ import annotations

import numpy as np


def loss_and_gradient(output_activation, loss, scores, targets):
    """Mean loss of a tiny model, and the gradient in its scores, in Keras's present precision."""
    import keras
    import tensorflow as tf

    given = keras.Input(scores.shape[1:])
    model = keras.Model(given, keras.layers.Activation(output_activation)(given))

    @tf.function(autograph=False)
    def compute(scores):
        with tf.GradientTape() as tape:
            tape.watch(scores)
            value = loss(targets, model(scores, training=True))
        return value, tape.gradient(
            value, scores, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )

    value, gradient = compute(tf.constant(scores, keras.config.floatx()))
    return float(value), np.asarray(gradient, dtype=np.float64)


def of_head(head, kind, scores, targets):
    return loss_and_gradient(head.output_activation, head.make_loss(kind), scores, targets)
