"""Keras optimizers as the study uses them: Adam with its update in one fused operation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from activation_study.experiment import Experiment


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, its update of one variable done by TensorFlow's fused kernel.

    The formula is Keras's own (Kingma & Ba 2015, with the bias corrections folded into the rate);
    one pass over memory replaces about ten, and the corrections are computed once a step instead
    of once a variable. Only the rounding differs.
    """

    def _backend_update_step(
        self,
        grads: Sequence[tf.Tensor],
        trainable_variables: Sequence[tf.Variable],
        learning_rate: tf.Tensor,
    ) -> None:
        """Applies one gradient to each variable and to its two moments."""
        step = tf.cast(self.iterations.value + 1, tf.float32)
        beta1_power, beta2_power = tf.pow(self.beta_1, step), tf.pow(self.beta_2, step)
        for gradient, variable in zip(grads, trainable_variables, strict=True):
            index = self._get_variable_index(variable)
            tf.raw_ops.ResourceApplyAdam(
                var=getattr(variable, "value", variable).handle,
                m=self._momentums[index].value.handle,
                v=self._velocities[index].value.handle,
                beta1_power=beta1_power,
                beta2_power=beta2_power,
                lr=learning_rate,
                beta1=self.beta_1,
                beta2=self.beta_2,
                epsilon=self.epsilon,
                grad=gradient,
            )


def make(name: str) -> keras.optimizers.Optimizer:
    """Returns a fresh optimizer with Keras's defaults; its rate is assigned for each run."""
    if name == "adam":
        return FusedAdam()
    return keras.optimizers.SGD(momentum=0.9 if name == "momentum" else 0.0)


def reset(optimizer: keras.optimizers.Optimizer, learning_rate: float) -> None:
    """Puts a used optimizer back to its first step, with the given rate."""
    for variable in optimizer.variables:
        variable.assign(tf.zeros(variable.shape, variable.dtype))
    optimizer.learning_rate.assign(learning_rate)


def rates(experiment: Experiment, num_examples: int) -> Iterator[np.ndarray | None]:
    """Yields for each epoch the learning rate of each step, float32 of shape (steps,).

    With a linear decay, step t of the T steps of all epochs has the share 1 - (t - 1) / T of the
    experiment's rate. Without a decay it yields None: the rate stays as it is.
    """
    num_steps = math.ceil(num_examples / experiment.batch_size)
    for epoch in range(experiment.epochs + experiment.second_epochs):
        if experiment.rate_decay == "none":
            yield None
            continue
        taken = np.arange(epoch * num_steps, (epoch + 1) * num_steps)
        shares = 1.0 - taken / (num_steps * experiment.epochs)
        yield (experiment.learning_rate * shares).astype(np.float32)
