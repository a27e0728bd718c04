"""Demonstrations about small networks, their weights set by hand or drawn; none is trained."""

from __future__ import annotations

import functools
import itertools

import numpy as np

from activation_study.report.demonstrations.functions import SEED, Function, largest

Layers = list[tuple[np.ndarray, np.ndarray]]


def relu(scores: np.ndarray) -> np.ndarray:
    """Return max(0, z)."""
    return np.maximum(scores, 0.0)


def step(scores: np.ndarray) -> np.ndarray:
    """Return 1 where z >= 0, else 0."""
    return np.heaviside(scores, 1.0)


# ---------------------------------------------------------------- layers without an activation
def linear_collapse() -> dict[str, float]:
    """Compare stacks of dense layers with the one layer that their product is.

    W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2), and so on by induction. Depths 2, 4 and 8,
    widths 16 and 128; differences are relative to the largest output, the worst case counts. The
    control takes the case in which ReLU between the layers changes the outputs least.
    """
    rng = np.random.default_rng(SEED)
    double, single, with_relu = [], [], []
    for depth, width in itertools.product((2, 4, 8), (16, 128)):
        inputs = rng.standard_normal((200, width))
        layers = [
            (rng.standard_normal((width, width)) / np.sqrt(width), rng.standard_normal(width))
            for _ in range(depth)
        ]
        rounded = [(weights.astype(np.float32), b.astype(np.float32)) for weights, b in layers]
        inputs_32 = inputs.astype(np.float32)
        outputs = forward(inputs, [collapse(layers)])
        outputs_32 = forward(inputs_32, [collapse(rounded)])
        double.append(relative_difference(outputs, forward(inputs, layers)))
        single.append(relative_difference(outputs_32, forward(inputs_32, rounded)))
        with_relu.append(relative_difference(outputs, forward(inputs, layers, relu)))
    return {
        "max_relative_difference_float64": max(double),
        "max_relative_difference_float32": max(single),
        "max_difference_with_relu": min(with_relu),
    }


def identity(scores: np.ndarray) -> np.ndarray:
    """Return z: no activation."""
    return scores


def forward(inputs: np.ndarray, layers: Layers, activation: Function = identity) -> np.ndarray:
    """Return the outputs of dense layers, shape (examples, units); the last has no activation."""
    (weights, biases), *others = layers
    scores = inputs @ weights + biases
    for weights, biases in others:
        scores = activation(scores) @ weights + biases
    return scores


def collapse(layers: Layers) -> tuple[np.ndarray, np.ndarray]:
    """Return the one layer that linear layers amount to: product of weights, carried bias."""
    weights, biases = layers[0]
    for next_weights, next_biases in layers[1:]:
        weights, biases = weights @ next_weights, biases @ next_weights + next_biases
    return weights, biases


def relative_difference(received: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference relative to the largest expected value."""
    return largest(received - expected) / largest(expected)


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

    def five_hats(inputs: np.ndarray, activation: Function) -> np.ndarray:
        for _ in range(5):
            inputs = 2.0 * activation(inputs) - 4.0 * activation(inputs - 0.5)
        return inputs

    folded, linear = (functools.partial(five_hats, activation=each) for each in (relu, identity))
    one = np.ones(1)
    return {
        "additivity_violation": largest(relu(one) + relu(-one) - relu(one - one)),
        "pieces_of_one_layer_with_8_units": num_pieces(one_layer, 0.0, 9.0, 9 * 16),
        "pieces_of_sawtooth_with_depth_5": num_pieces(folded, 0.0, 1.0, 256),
        "pieces_of_linear_network": num_pieces(linear, 0.0, 1.0, 256),
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

    Inputs (examples, inputs), targets (examples, outputs), weights and gradient (inputs, units) and
    (units, outputs). The slope, used on the way back, is the activation's or a surrogate.
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
        "largest_slope_away_from_0": largest(measured_slope(beside_0)),
        "largest_hidden_gradient": largest(true),
        "largest_hidden_gradient_straight_through": largest(surrogate),
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
        "distance_of_binary_accuracy_from_0.9": largest(float(binary) - 0.9),
        "categorical_accuracy_of_the_same_outputs": float(categorical),
    }
