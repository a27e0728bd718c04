"""Demonstrations about small networks with weights set by hand or drawn at random; none is trained.

Each returns check name -> measured value; the bounds, and why they are what they are, stand with
the claim in `data/claims.yml`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]
Layers = list[tuple[np.ndarray, np.ndarray]]

SEED = 20261123


def relu(scores: np.ndarray) -> np.ndarray:
    """Return max(0, z)."""
    return np.maximum(scores, 0.0)


def step(scores: np.ndarray) -> np.ndarray:
    """Return 1 where z >= 0, else 0."""
    return (scores >= 0).astype(float)


# ---------------------------------------------------------------- layers without an activation
def linear_collapse() -> dict[str, float]:
    """Compare stacks of dense layers with the one layer that their product is.

    W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2), and so on by induction. Depths 2, 4 and 8,
    widths 16 and 128; differences are relative to the largest output, the worst case counts. The
    control takes the case in which ReLU between the layers changes the outputs least.
    """
    rng = np.random.default_rng(SEED)
    worst = {np.float64: 0.0, np.float32: 0.0}
    least_with_relu = np.inf
    for depth, width in itertools.product((2, 4, 8), (16, 128)):
        inputs = rng.standard_normal((200, width))
        layers = [
            (rng.standard_normal((width, width)) / np.sqrt(width), rng.standard_normal(width))
            for _ in range(depth)
        ]
        for precision in worst:
            rounded = [(weights.astype(precision), b.astype(precision)) for weights, b in layers]
            outputs = forward(inputs.astype(precision), rounded)
            one_layer = forward(inputs.astype(precision), [collapse(rounded)])
            worst[precision] = max(worst[precision], relative_difference(one_layer, outputs))
        with_relu = forward(inputs, layers, relu)
        one_layer = forward(inputs, [collapse(layers)])
        least_with_relu = min(least_with_relu, relative_difference(one_layer, with_relu))
    return {
        "max_relative_difference_float64": worst[np.float64],
        "max_relative_difference_float32": worst[np.float32],
        "max_difference_with_relu": least_with_relu,
    }


def forward(inputs: np.ndarray, layers: Layers, activation: Function | None = None) -> np.ndarray:
    """Return the outputs of dense layers, shape (examples, units); the last has no activation."""
    signal = inputs
    for number, (weights, biases) in enumerate(layers):
        if number > 0 and activation is not None:
            signal = activation(signal)
        signal = signal @ weights + biases
    return signal


def collapse(layers: Layers) -> tuple[np.ndarray, np.ndarray]:
    """Return the one layer that linear layers amount to: product of weights, carried bias."""
    weights, biases = layers[0]
    for next_weights, next_biases in layers[1:]:
        weights, biases = weights @ next_weights, biases @ next_weights + next_biases
    return weights, biases


def relative_difference(received: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference relative to the largest expected value."""
    return float(np.abs(received - expected).max() / np.abs(expected).max())


# ---------------------------------------------------------------- pieces of ReLU networks
def relu_compositions() -> dict[str, float]:
    """Count the linear pieces of networks of one input.

    One layer of m units has at most m kinks. The hat function, 2 relu(x) - 4 relu(x - 1/2) on
    [0, 1], folds the interval in two, so depth doubles the pieces (Telgarsky, 2015; Montufar et
    al., 2014). All weights and grid points are dyadic fractions: the arithmetic is exact.
    """

    def one_layer(inputs: np.ndarray) -> np.ndarray:
        kinks, slopes = np.arange(1.0, 9.0), np.array([1.0, -2.0] * 4)
        return relu(inputs[:, None] - kinks) @ slopes

    def hat(inputs: np.ndarray, activation: Function = relu) -> np.ndarray:
        return 2.0 * activation(inputs) - 4.0 * activation(inputs - 0.5)

    def composed(activation: Function) -> Function:
        def network(inputs: np.ndarray) -> np.ndarray:
            for _ in range(5):
                inputs = hat(inputs, activation)
            return inputs

        return network

    zero, one = np.zeros(1), np.ones(1)
    return {
        "additivity_violation": float(abs(relu(one) + relu(-one) - relu(zero))[0]),
        "pieces_of_one_layer_with_8_units": num_pieces(one_layer, 0.0, 9.0, 9 * 16),
        "pieces_of_sawtooth_with_depth_5": num_pieces(composed(relu), 0.0, 1.0, 256),
        "pieces_of_linear_network": num_pieces(composed(lambda scores: scores), 0.0, 1.0, 256),
    }


def num_pieces(function: Function, low: float, high: float, steps: int) -> int:
    """Return how many linear pieces a function has, from its second differences on a grid.

    The count is exact where every kink lies on the grid and the arithmetic does not round.
    """
    values = function(np.linspace(low, high, steps + 1))
    return 1 + int(np.count_nonzero(np.diff(values, n=2)))


# ---------------------------------------------------------------- threshold units
def hidden_gradient(
    inputs: np.ndarray,
    targets: np.ndarray,
    weights: tuple[np.ndarray, np.ndarray],
    activation: Function,
    slope: Function,
) -> np.ndarray:
    """Return the gradient of the mean squared error by the first of two layers' weights.

    Args:
        inputs: shape (examples, inputs).
        targets: shape (examples, outputs).
        weights: of the hidden layer, (inputs, units), and of the output layer, (units, outputs).
        activation: used on the way forward.
        slope: used on the way back; the derivative of the activation, or a surrogate.

    Returns:
        Shape (inputs, units).
    """
    hidden_weights, output_weights = weights
    scores = inputs @ hidden_weights
    errors = 2.0 * (activation(scores) @ output_weights - targets) / targets.size
    return inputs.T @ ((errors @ output_weights.T) * slope(scores))


def measured_slope(scores: np.ndarray) -> np.ndarray:
    """Return the slope of the step beside 0, by central differences that do not reach across 0."""
    reach = np.abs(scores) / 2
    return (step(scores + reach) - step(scores - reach)) / (2 * reach)


def straight_through_slope(scores: np.ndarray) -> np.ndarray:
    """Return the surrogate slope of the step: 1 where |z| <= 1, else 0.

    Bengio, Leonard and Courville (2013); clipped as by Hubara et al. (2016).
    """
    return (np.abs(scores) <= 1.0).astype(float)


def step_fires_or_not() -> dict[str, float]:
    """Send a gradient through one layer of threshold units, with the true and a surrogate slope."""
    rng = np.random.default_rng(SEED)
    inputs, targets = rng.standard_normal((64, 10)), rng.standard_normal((64, 3))
    weights = (rng.standard_normal((10, 32)), rng.standard_normal((32, 3)))
    # On both sides, from numbers next to 0 to large ones.
    sizes = np.geomspace(1e-300, 1e3, 2_000)
    beside_0 = np.concatenate([-sizes, sizes])
    outputs = step(np.append(beside_0, 0.0))
    true = hidden_gradient(inputs, targets, weights, step, measured_slope)
    surrogate = hidden_gradient(inputs, targets, weights, step, straight_through_slope)
    return {
        "outputs_other_than_0_or_1": float(np.sum((outputs != 0.0) & (outputs != 1.0))),
        "largest_slope_away_from_0": float(np.abs(measured_slope(beside_0)).max()),
        "largest_hidden_gradient": float(np.abs(true).max()),
        "largest_hidden_gradient_straight_through": float(np.abs(surrogate).max()),
    }


# ---------------------------------------------------------------- a metric that flatters
def accuracy_metric_misleads() -> dict[str, float]:
    """Apply two metrics to the same outputs, all 0, for balanced one-hot labels of ten classes.

    Binary accuracy asks of each of the ten numbers whether it lies on its label's side of 1/2;
    categorical accuracy asks whether the largest output is the labelled class. Both as Keras
    defines them, in float32.
    """
    labels = np.tile(np.eye(10, dtype=np.float32), (100, 1))
    outputs = np.zeros_like(labels)
    binary = np.mean((outputs > 0.5) == (labels > 0.5), dtype=np.float32)
    categorical = np.mean(outputs.argmax(axis=1) == labels.argmax(axis=1), dtype=np.float32)
    return {
        "distance_of_binary_accuracy_from_0.9": abs(float(binary) - 0.9),
        "categorical_accuracy_of_the_same_outputs": float(categorical),
    }
