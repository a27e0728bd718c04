"""From an experiment to a Keras model whose hidden layers can be watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import keras
import tensorflow as tf

from activation_study.catalogue import activations
from activation_study.catalogue.activations.entry import Activation
from activation_study.experiment import Experiment
from activation_study.experiment.fields import INPUT_SCALES

IMAGE_SIDE = 28
NUM_PIXELS = IMAGE_SIDE**2
"""Inputs of every network: one MNIST-shaped image, flattened."""


@dataclass(frozen=True)
class Network:
    """A Keras model and the tensors that the measures read.

    Args:
        model: Maps pixels, float of shape (batch, 784), to outputs of shape (batch, K).
        watched: Same inputs; outputs a dict: under ``hidden``, for each hidden layer, the list
            [input of its kernel, output of its kernel, scores entering the activation, activation];
            the ``scores`` entering the output activation, and the ``outputs``.
        hidden: The hidden activation, with the derivative that backpropagation uses.
        kernels: Kernel variables of the hidden layers, first to last.
        pixel_range: What black and white pixels are.
    """

    model: keras.Model
    watched: keras.Model
    hidden: Activation
    kernels: list[keras.Variable]
    pixel_range: tuple[float, float]


def build(experiment: Experiment) -> Network:
    """Builds the network of an experiment; its weights are set by ``InitialWeights``.

    ``mlp``: dense layers. ``cnn``: 3 x 3 convolutions with ``width`` channels, each followed by its
    activation and 2 x 2 max pooling; a channel is a unit.
    """
    parts = experiment.parts
    hidden = with_slope(parts.activation, experiment.slope)
    pixels = keras.Input((NUM_PIXELS,), name="pixels")
    signal: keras.KerasTensor = pixels
    watched, kernels = [], []
    if experiment.architecture == "cnn":
        signal = keras.layers.Reshape((IMAGE_SIDE, IMAGE_SIDE, 1), name="image")(signal)
    for number in range(1, experiment.depth + 1):
        layer = _weighted_layer(experiment, number, experiment.width * hidden.width_factor)
        below, weighted = signal, layer(signal)
        scores = _normalize(weighted, experiment.normalization, number)
        signal = hidden.make_layer(f"hidden_{number}")(scores)
        watched.append([below, weighted, scores, signal])
        if experiment.post_normalization == "layer":
            signal = Standardization(name=f"post_normalization_{number}")(signal)
        kernels.append(layer.kernel)
        if experiment.architecture == "cnn":
            signal = keras.layers.MaxPooling2D(2, name=f"pooling_{number}")(signal)
    if experiment.architecture == "cnn":
        signal = keras.layers.Flatten(name="flat")(signal)
    if experiment.bottleneck:
        signal = keras.layers.Dense(experiment.bottleneck, name="bottleneck")(signal)
    scores = keras.layers.Dense(parts.num_outputs, name="scores")(signal)
    outputs = keras.layers.Activation(parts.head.output_activation, name="outputs")(scores)
    return Network(
        model=keras.Model(pixels, outputs),
        watched=keras.Model(pixels, {"hidden": watched, "scores": scores, "outputs": outputs}),
        hidden=hidden,
        kernels=kernels,
        pixel_range=INPUT_SCALES[experiment.input_scale],
    )


def with_slope(hidden: Activation, name: str) -> Activation:
    """An elementwise activation whose derivative, in backpropagation, is that of the given name."""
    if name == "own":
        return hidden
    other = hidden if name == "flipped" else activations.get(name)
    sign = -1.0 if name == "flipped" else 1.0

    @tf.custom_gradient
    def function(scores: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        return hidden(scores), lambda upstream: upstream * sign * other.slope(scores)

    return replace(hidden, function=function, lipschitz=other.lipschitz)


class Standardization(keras.layers.Layer):
    """Mean 0 and spread 1 over the last axis.

    Keras's ``LayerNormalization`` adds 0.001 to a variance that is less for the outputs of a
    softmax over 128 units, and takes a difference of squares for the variance.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Standardises; what does not vary becomes 0."""
        centred = inputs - tf.reduce_mean(inputs, axis=-1, keepdims=True)
        variance = tf.reduce_mean(tf.square(centred), axis=-1, keepdims=True)
        return centred * tf.math.rsqrt(variance + 1e-12)


def _weighted_layer(experiment: Experiment, number: int, num_scores: int) -> keras.layers.Layer:
    if experiment.architecture == "cnn":
        return keras.layers.Conv2D(num_scores, 3, padding="same", name=f"convolution_{number}")
    return keras.layers.Dense(num_scores, name=f"dense_{number}")


def _normalize(scores: keras.KerasTensor, normalization: str, layer: int) -> keras.KerasTensor:
    if normalization == "batch":
        return keras.layers.BatchNormalization(name=f"normalization_{layer}")(scores)
    if normalization == "layer":
        return keras.layers.LayerNormalization(name=f"normalization_{layer}")(scores)
    return scores
