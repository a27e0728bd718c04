"""The compiled parts of a run: an epoch of training, an evaluation, looks at the hidden layers."""

from __future__ import annotations

import gc
import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from activation_study.engine.training import AVERAGE_DECAY, graphs, network, optimizers
from activation_study.engine.training.hidden_layers import HiddenLayers
from activation_study.engine.training.initial_weights import InitialWeights
from activation_study.experiment import Experiment
from activation_study.measures.metrics import AVERAGED

EVALUATION_BATCH = {"mlp": None, "cnn": 500}
"""Images evaluated at once: all of them, except where the maps between layers would fill memory."""


@dataclass(frozen=True)
class Evaluation:
    """What a network says about some images.

    Args:
        loss: Mean of the head's loss.
        scores: Float array of shape (images, K): what enters the output activation.
        outputs: Float array of the same shape: what the network emits.
    """

    loss: float
    scores: np.ndarray
    outputs: np.ndarray


class Loop:
    """One network with its compiled graphs, reused over seeds and rates.

    Args:
        experiment: Any experiment of the cell; seed, rate, epochs and data do not enter the graph.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._parts = experiment.parts
        self._batch_size = experiment.batch_size
        self._evaluation_batch = EVALUATION_BATCH[experiment.architecture]
        self._network = network.build(experiment)
        self.initial = InitialWeights(self._network.model)
        self._loss = experiment.parts.head.make_loss(self._parts.task.targets)
        self._optimizer = optimizers.make(experiment.optimizer)
        self._optimizer.build(self._network.model.trainable_variables)
        # With the moving statistics of normalization, and without what a user's layer may count.
        self._averaged = [
            (weight, tf.Variable(weight.value))
            for weight in self._network.model.weights
            if weight.dtype == "float32"
        ]
        self.train_epoch = graphs.compiled(self._train_epoch)
        self._evaluate_graph = graphs.compiled(
            self._evaluate, input_signature=graphs.any_examples(self._parts)
        )
        layers = HiddenLayers(self._network, self._loss_of, self._parts)
        self.look, self.dead = layers.look, layers.dead

    @property
    def model(self) -> keras.Model:
        """The Keras model in its present state."""
        return self._network.model

    @property
    def lipschitz(self) -> float:
        """Largest absolute derivative of the hidden activation; NaN where it is unknown."""
        hidden = self._network.hidden
        # What a layer of a user's own has learned can be steeper than what it began with.
        return math.nan if hidden.kind == "learned" and hidden.function else hidden.lipschitz

    def restart(
        self,
        experiment: Experiment,
        stream: np.random.SeedSequence,
        prior: float | np.ndarray = 0.5,
    ) -> None:
        """Puts weights and optimizer back to the beginning of the given experiment.

        Args:
            experiment: Of this loop's cell.
            stream: Draws the weights.
            prior: How often a target is 1: one number, or one for each target.
        """
        self.initial.assign(experiment, stream, prior)
        self.restart_optimizer(experiment.learning_rate)

    def restart_optimizer(self, learning_rate: float) -> None:
        """Begins the optimizer and the average of the weights anew."""
        optimizers.reset(self._optimizer, learning_rate)
        for weight, average in self._averaged:
            average.assign(weight.value)

    def readings(self) -> Iterator[str]:
        """Puts into the model the last, then the averaged weights; yields their columns' prefix."""
        yield ""
        with self.averaged():
            yield AVERAGED

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Puts the average of the weights into the model, and the weights back at the end."""
        kept = [weight.numpy() for weight, _ in self._averaged]
        for weight, average in self._averaged:
            weight.assign(average)
        try:
            yield
        finally:
            for (weight, _), value in zip(self._averaged, kept, strict=True):
                weight.assign(value)

    def adds_in_any_order(self) -> bool:
        """Whether a step may be rounded in more than one way on the same machine.

        Of three terms or more TensorFlow adds first the one whose memory nobody else holds just
        then (``core/kernels/aggregate_ops.cc``), and that is not always the same one.
        """
        order = tf.TensorSpec((self._batch_size,), tf.int32)
        specifications = (*graphs.any_examples(self._parts), order)
        graph = self.train_epoch.get_concrete_function(*specifications).graph.as_graph_def()
        functions = (function.node_def for function in graph.library.function)
        nodes = itertools.chain(graph.node, *functions)
        return any(node.op == "AddN" and node.attr["N"].i > 2 for node in nodes)

    def _train_epoch(
        self,
        images: tf.Tensor,
        wanted: tf.Tensor,
        order: tf.Tensor,
        rates: tf.Tensor | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Trains once over ``images[order]``.

        Args:
            images: uint8 of shape (n, 784).
            wanted: Of shape (n, ...) as ``Parts.wanted`` gives it.
            order: int32 of shape (examples,).
            rates: Learning rate of each step, float32; None where it stays as it is.

        Returns:
            What each step saw of its batch before it changed the weights: the loss and, where one
            label is right, the accuracy (else an empty tensor); float32 of shape (steps,).
        """
        num_full = order.shape[0] // self._batch_size
        # Full batches have a static shape, which spares each step about thirty shape operations.
        batches = tf.reshape(order[: num_full * self._batch_size], (num_full, self._batch_size))
        num_seen = 1 + (self._parts.task.targets == "one label")
        seen = tf.TensorArray(tf.float32, size=num_full, element_shape=(num_seen,))

        def train_step(number: tf.Tensor | int, batch: tf.Tensor) -> tf.Tensor:
            if rates is not None:
                self._optimizer.learning_rate.assign(rates[number])
            return self._train_step(images, wanted, batch)

        def step(number: tf.Tensor, seen: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            return number + 1, seen.write(number, train_step(number, batches[number]))

        _, seen = tf.while_loop(lambda number, _: number < num_full, step, (0, seen))
        values = seen.stack()
        if order.shape[0] > num_full * self._batch_size:
            rest = train_step(num_full, order[num_full * self._batch_size :])
            values = tf.concat([values, [rest]], axis=0)
        return values[:, 0], tf.reshape(values[:, 1:], [-1])

    def _train_step(self, images: tf.Tensor, all_wanted: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
        """Takes one step on ``images[batch]`` and returns what it saw: loss, perhaps accuracy."""
        variables = self._network.model.trainable_variables
        pixels = graphs.as_pixels(tf.gather(images, batch), *self._network.pixel_range)
        wanted = tf.gather(all_wanted, batch)
        with tf.GradientTape() as tape:
            outputs = self._network.model(pixels, training=True)
            loss = self._loss(self._parts.encode(wanted), outputs)
        values = [variable.value for variable in variables]
        gradients = tape.gradient(loss, values, unconnected_gradients=graphs.ZERO)
        self._optimizer.apply(gradients, variables)
        self._average()
        if self._parts.task.targets != "one label":
            return tf.stack([loss])
        is_right = _called(outputs) == _called(wanted)
        return tf.stack([loss, tf.reduce_mean(tf.cast(is_right, tf.float32))])

    def _average(self) -> None:
        """Moves the average towards the weights: m += max(1 - decay, 1 / t) (w - m) after step t.

        That is the plain mean of the first 500 steps, in which the initial weights do not count,
        and an exponential one from then on.
        """
        step = tf.cast(self._optimizer.iterations.value, tf.float32)
        share = tf.maximum(1.0 - AVERAGE_DECAY, 1.0 / step)
        for weight, average in self._averaged:
            # In two operations; written out, it takes one more pass over memory.
            tf.raw_ops.ResourceApplyGradientDescent(
                var=average.handle, alpha=share, delta=average - weight.value
            )

    def evaluate(self, images: tf.Tensor, wanted: tf.Tensor) -> Evaluation:
        """Evaluates uint8 images of shape (n, 784) with what is wanted of them."""
        size = self._evaluation_batch or len(images)
        starts = range(0, len(images), size)
        parts = [
            self._evaluate_graph(images[start : start + size], wanted[start : start + size])
            for start in starts
        ]
        losses, scores, outputs = zip(*parts, strict=True)
        weights = [len(part) for part in scores]
        return Evaluation(
            float(np.average([float(loss) for loss in losses], weights=weights)),
            np.concatenate([part.numpy() for part in scores]),
            np.concatenate([part.numpy() for part in outputs]),
        )

    def _evaluate(self, images: tf.Tensor, wanted: tf.Tensor) -> tuple[tf.Tensor, ...]:
        pixels = graphs.as_pixels(images, *self._network.pixel_range)
        seen = self._network.watched(pixels, training=False)
        return self._loss_of(seen["scores"], wanted), seen["scores"], seen["outputs"]

    def _loss_of(self, scores: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
        # The output activation is applied anew: Keras's losses look for the scores behind it.
        outputs = self._network.model.get_layer("outputs")(scores)
        return self._loss(self._parts.encode(wanted), outputs)


def _called(rows: tf.Tensor) -> tf.Tensor:
    """The class of each row, int32; classes as they are."""
    if rows.shape.rank == 1:
        return tf.cast(rows, tf.int32)
    if rows.shape[1] == 1:
        return tf.cast(rows[:, 0] >= 0.5, tf.int32)
    return tf.argmax(rows, axis=1, output_type=tf.int32)


_LOOPS: dict[tuple, Loop] = {}
_LOOPS_KEPT = 2


def loop_for(experiment: Experiment) -> Loop:
    """Returns this process's loop for the experiment's cell, compiling it if it is new.

    The latest few are kept: sweeps go cell by cell, and a graph costs more than a short run.
    """
    loop = _LOOPS.pop(experiment.graph_fields, None)
    if loop is None:
        while len(_LOOPS) >= _LOOPS_KEPT:
            del _LOOPS[next(iter(_LOOPS))]
        # A graph and its functions refer to each other; left to Python's own collection, which
        # counts objects and not their megabytes, a sweep over many cells would pile them up.
        gc.collect()
        loop = Loop(experiment)
    _LOOPS[experiment.graph_fields] = loop
    return loop
