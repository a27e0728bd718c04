"""The compiled looks at hidden layers: their activations, gradients and dead units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from activation_study.catalogue.parts import Parts
from activation_study.engine.training import graphs
from activation_study.engine.training.network import Network

_PART = 500
"""Images looked at before asking whether a unit is left that never fired."""


@dataclass(frozen=True)
class LayerLook:
    """One hidden layer seen on the probe set.

    Args:
        activations: Float array of shape (examples, units).
        slopes: Float array of the same shape: the activation's derivative at each unit's score.
        gradient_norm: Euclidean norm of the mean loss's gradient in the layer's kernel.
        gradient_to_kernel: That norm divided by the one of the kernel.
        inputs: Float array of shape (examples, fan_in): what the kernel is given; None for the
            first layer and for convolutions.
        errors: Float array of shape (examples, fan_out): the mean loss's gradient in what the
            kernel gives; None where ``inputs`` is.
    """

    activations: np.ndarray
    slopes: np.ndarray
    gradient_norm: float
    gradient_to_kernel: float
    inputs: np.ndarray | None
    errors: np.ndarray | None


class HiddenLayers:
    """The hidden layers of one network, compiled for looks at its present state.

    Args:
        network: Its weights are read anew at each look.
        loss: (scores of the output layer, what is wanted) -> mean loss.
        parts: Of the experiment.
    """

    def __init__(
        self, network: Network, loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], parts: Parts
    ) -> None:
        self._network = network
        self._loss = loss
        images, wanted = graphs.any_examples(parts)
        indices = tf.TensorSpec((None,), tf.int32)
        self._look_graph = graphs.compiled(self._look, input_signature=(images, wanted))
        self._dead_graph = graphs.compiled(self._dead, input_signature=(images, indices))

    def look(self, images: tf.Tensor, wanted: tf.Tensor) -> list[LayerLook]:
        """Looks at every hidden layer on the probe set, first layer first."""
        return [
            LayerLook(*(None if part is None else part.numpy() for part in layer))  # type: ignore[arg-type]
            for layer in self._look_graph(images, wanted)
        ]

    def _look(self, images: tf.Tensor, wanted: tf.Tensor) -> list[tuple[Any, ...]]:
        kernels = [kernel.value for kernel in self._network.kernels]
        with tf.GradientTape() as tape:
            pixels = graphs.as_pixels(images, *self._network.pixel_range)
            seen = self._network.watched(pixels, training=False)
            loss = self._loss(seen["scores"], wanted)
        sources = [kernels, [weighted for _, weighted, *_ in seen["hidden"]]]
        gradients, errors = tape.gradient(loss, sources, unconnected_gradients=graphs.ZERO)
        looks = []
        for i, (below, _, scores, activations) in enumerate(seen["hidden"]):
            # Pixels are no hidden layer's, and a convolution's weights see many places at once.
            has_geometry = i > 0 and len(kernels[i].shape) == 2
            norm = tf.norm(gradients[i])
            looks.append(
                (
                    _by_unit(activations),
                    _by_unit(self._slopes(i, scores)),
                    norm,
                    norm / tf.norm(kernels[i]),
                    below if has_geometry else None,
                    errors[i] if has_geometry else None,
                )
            )
        return looks

    def dead(self, images: tf.Tensor, indices: np.ndarray) -> list[np.ndarray]:
        """For each hidden layer, which units are 0 on all of these images: bool of shape (units,).

        A channel of a convolution is dead if it is 0 at all positions.
        """
        return [layer.numpy() for layer in self._dead_graph(images, tf.constant(indices))]

    def _dead(self, images: tf.Tensor, indices: tf.Tensor) -> list[tf.Tensor]:
        """Goes through the images part by part until no unit is left that never fired."""

        def look(start: tf.Tensor, *dead: tf.Tensor) -> tuple[tf.Tensor, ...]:
            part = tf.gather(images, indices[start : start + _PART])
            pixels = graphs.as_pixels(part, *self._network.pixel_range)
            layers = self._network.watched(pixels, training=False)["hidden"]
            silent = (tf.reduce_all(_by_unit(layer[-1]) == 0.0, axis=0) for layer in layers)
            return start + _PART, *(each & now for each, now in zip(dead, silent, strict=True))

        def goes_on(start: tf.Tensor, *dead: tf.Tensor) -> tf.Tensor:
            return (start < tf.size(indices)) & tf.reduce_any(tf.concat(dead, axis=0))

        factor = self._network.hidden.width_factor
        sizes = [kernel.shape[-1] // factor for kernel in self._network.kernels]
        everyone = [tf.ones(size, tf.bool) for size in sizes]
        _, *dead = tf.while_loop(goes_on, look, (0, *everyone))
        return dead

    def _slopes(self, index: int, scores: tf.Tensor) -> tf.Tensor:
        """Derivative of hidden activation ``index`` at the scores, with its learned parameters."""
        hidden = self._network.hidden
        if hidden.kind != "learned":
            return hidden.slope(scores)
        slopes = hidden.slope(scores, self._network.model.get_layer(f"hidden_{index + 1}"))
        # A unit with several pre-activations passes the error through the one that wins; the
        # layer takes the first scores of all units, then the second ones.
        pieces = tf.split(slopes, hidden.width_factor, axis=-1)
        return tf.reduce_max(tf.stack(pieces), axis=0)


def _by_unit(values: tf.Tensor) -> tf.Tensor:
    """Reshapes to (examples, units); each position of a convolution counts as an example."""
    return tf.reshape(values, (-1, values.shape[-1]))
