"""Tensor functions behind the catalogue of activations.

The only module of the catalogue that imports Keras; `entry.py` loads it when a tensor is
first asked for. Every function takes scores, a float tensor of shape ``(..., units)``, and returns
a tensor of the same shape (`maxout`: half as many units). A function whose name also stands in
`keras.activations` is Keras's own, except `threshold`, whose two parameters are fixed here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

Function = Callable[..., Any]
PRELU_ALPHA = 0.25
MAXOUT_PIECES = 2


def threshold(scores: Any) -> Any:
    """Thresholded ReLU (Konda et al., 2015): z where z > 1, else 0."""
    return keras.activations.threshold(tf.convert_to_tensor(scores), 1.0, 0.0)


@tf.custom_gradient
def step(scores: Any) -> Any:
    """Binary step 1[z >= 0] with an explicit gradient of zero.

    A comparison alone has the gradient None, which an optimizer refuses; zero is the derivative
    almost everywhere.
    """
    outputs = tf.cast(scores >= 0, scores.dtype)
    return outputs, tf.zeros_like


@tf.custom_gradient
def step_straight_through(scores: Any) -> Any:
    """Binary step whose backward pass is that of hard tanh: 1 from z = -1 to 1, else 0.

    Straight-through estimator: Bengio, Leonard and Courville (2013); clipped as by Hubara et al.
    (2016).
    """
    outputs = tf.cast(scores >= 0, scores.dtype)
    passed = tf.cast(tf.abs(scores) <= 1, scores.dtype)
    return outputs, lambda upstream: upstream * passed


def sigmoid_minus_half(scores: Any) -> Any:
    """sigmoid(z) - 1/2: the sigmoid centred, with its slope kept."""
    return keras.ops.sigmoid(scores) - 0.5


def scaled_sigmoid(scores: Any) -> Any:
    """4 sigmoid(z) - 2: the sigmoid centred, with slope 1 at zero."""
    return 4.0 * keras.ops.sigmoid(scores) - 2.0


def relu_centred(scores: Any) -> Any:
    """ReLU less its mean over standard normal scores, 1 / sqrt(2 pi)."""
    return keras.ops.relu(scores) - 1.0 / math.sqrt(2.0 * math.pi)


def softmax_times_width(scores: Any) -> Any:
    """Softmax over the units, times their number: the mean output is 1."""
    return scores.shape[-1] * keras.ops.softmax(scores, axis=-1)


def sparsemax_projection(scores: Any) -> Any:
    """Euclidean projection of each row of scores onto the simplex (Martins and Astudillo, 2016).

    Kept beside `keras.activations.sparsemax`, whose threshold in Keras 3.15.1 adds up the
    cumulative sums of the support where the definition has the sum of the support, so that its
    rows add up to 1 only by exception.
    """
    scores = tf.convert_to_tensor(scores)
    # Sparsemax is invariant to a shift; without it the cumulative sums of large scores lose digits.
    scores = scores - tf.stop_gradient(tf.reduce_max(scores, axis=-1, keepdims=True))
    ordered, size = _support(scores)
    inside = _ranks_like(ordered) <= size
    total = tf.reduce_sum(tf.where(inside, ordered, tf.zeros_like(ordered)), -1, keepdims=True)
    return tf.nn.relu(scores - (total - 1.0) / size)


def prelu(scores: Any) -> Any:
    """Parametric ReLU at its initial slope, composed as `keras.layers.PReLU` composes it."""
    return keras.ops.relu(scores) - PRELU_ALPHA * keras.ops.relu(-scores)


def maxout(scores: Any) -> Any:
    """Larger of each unit's two pieces (Goodfellow et al., 2013): scores i and i + width."""
    first, second = keras.ops.split(scores, MAXOUT_PIECES, axis=-1)
    return keras.ops.maximum(first, second)


@keras.saving.register_keras_serializable(package="activation_study")
class Maxout(keras.layers.Layer):
    """Keras layer of `maxout`: ``(..., 2 * width)`` scores to ``(..., width)`` outputs."""

    def call(self, inputs: Any) -> Any:
        """Take the larger piece of each unit."""
        return maxout(inputs)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the inputs with the last axis halved, which must be even."""
        scores = input_shape[-1]
        if scores is None or scores % MAXOUT_PIECES:
            raise ValueError(
                f"Maxout needs {MAXOUT_PIECES} scores for each unit, so an even number of inputs; "
                f"received {scores}. Give the layer before it width * {MAXOUT_PIECES} units."
            )
        return (*input_shape[:-1], scores // MAXOUT_PIECES)


def make_learned_layer(activation_name: str, layer_name: str) -> keras.layers.Layer:
    """Return a fresh trainable layer: PReLU with one slope for each unit, or Maxout."""
    if activation_name == "prelu":
        initial = keras.initializers.Constant(PRELU_ALPHA)
        return keras.layers.PReLU(alpha_initializer=initial, name=layer_name)
    return Maxout(name=layer_name)


def resolve(name: str) -> Function:
    """Return the tensor function of a built-in entry: one of this module, else Keras's own."""
    return OWN_FUNCTIONS.get(name) or getattr(keras.activations, name)


def as_scores(scores: Any) -> Any:
    """Return the scores as a floating tensor; whole numbers become float32."""
    tensor = tf.convert_to_tensor(scores)
    return tensor if tensor.dtype.is_floating else tf.cast(tensor, tf.float32)


def gradient_slope(function: Function, scores: Any) -> Any:
    """Derivative of an elementwise function by autodiff of its sum; shape of the scores."""
    with tf.GradientTape() as tape:
        tape.watch(scores)
        outputs = function(scores)
    return tape.gradient(outputs, scores, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def jacobian_diagonal(function: Function, scores: Any) -> Any:
    """Diagonal of each row's Jacobian by autodiff; each position of a map counts as a row."""
    rows = tf.reshape(scores, (-1, scores.shape[-1]))
    with tf.GradientTape() as tape:
        tape.watch(rows)
        outputs = function(rows)
    zero = tf.UnconnectedGradients.ZERO
    jacobian = tape.batch_jacobian(outputs, rows, unconnected_gradients=zero)
    return tf.reshape(tf.linalg.diag_part(jacobian), tf.shape(scores))


def _support(scores: Any) -> tuple[Any, Any]:
    """Return the scores in descending order and the size of the sparsemax support, (..., 1)."""
    ordered = tf.sort(scores, direction="DESCENDING", axis=-1)
    ranks = _ranks_like(ordered)
    inside = ordered - (tf.cumsum(ordered, axis=-1) - 1.0) / ranks > 0
    return ordered, tf.reduce_sum(tf.cast(inside, scores.dtype), axis=-1, keepdims=True)


def _ranks_like(scores: Any) -> Any:
    """Return 1, 2, ..., units along the last axis, in the scores' shape."""
    return tf.cumsum(tf.ones_like(scores), axis=-1)


def _celu_slope(scores: Any) -> Any:
    # CELU is smooth at 0 with slope 1, but Keras writes it as a maximum plus a minimum: there both
    # branches pass the gradient, and autodiff answers 2.
    return tf.exp(tf.minimum(scores, tf.zeros_like(scores)))


def _softmax_slope(scores: Any) -> Any:
    probabilities = tf.nn.softmax(scores, axis=-1)
    return probabilities * (1.0 - probabilities)


def _log_softmax_slope(scores: Any) -> Any:
    return 1.0 - tf.nn.softmax(scores, axis=-1)


def _sparsemax_projection_slope(scores: Any) -> Any:
    outputs = sparsemax_projection(scores)
    inside = tf.cast(outputs > 0, scores.dtype)
    return inside * (1.0 - 1.0 / tf.reduce_sum(inside, axis=-1, keepdims=True))


def _sparsemax_slope(scores: Any) -> Any:
    # Keras's threshold holds the score of rank r in (size - r + 1) of its `size` cumulative sums.
    _, size = _support(scores)
    order = tf.argsort(scores, axis=-1, direction="DESCENDING", stable=True)
    ranks = tf.cast(tf.argsort(order, axis=-1) + 1, scores.dtype)
    weight = tf.nn.relu(size - ranks + 1.0) / size
    active = tf.cast(keras.activations.sparsemax(scores) > 0, scores.dtype)
    return active * (1.0 - weight)


_OWN = (
    *(threshold, step, step_straight_through, sigmoid_minus_half, scaled_sigmoid),
    *(relu_centred, softmax_times_width),
)
OWN_FUNCTIONS = {each.__name__: each for each in (*_OWN, sparsemax_projection, prelu, maxout)}

CLOSED_SLOPES: dict[str, Function] = {
    "celu": _celu_slope,
    "softmax": _softmax_slope,
    "softmax_times_width": lambda scores: scores.shape[-1] * _softmax_slope(scores),
    "log_softmax": _log_softmax_slope,
    "sparsemax": _sparsemax_slope,
    "sparsemax_projection": _sparsemax_projection_slope,
}
