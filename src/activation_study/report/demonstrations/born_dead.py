"""ReLU networks that are dead before training: bounds, drawn networks, and Keras's own.

Dead is a network that says the same whatever its input. With one input and biases of 0 a ReLU
network says of x what it says of 1, times x, or of -1, times -x. So it is dead where some hidden
layer, and then the last one, is all 0 at both. Lu and others (2019, arXiv 1903.06733) bound how
often that is so; `depth` counts hidden layers here, one less than their L.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from activation_study.catalogue import quiet_tensorflow
from activation_study.report.demonstrations.functions import SEED, Function
from activation_study.report.demonstrations.networks import relu

WIDTHS = (1, 2, 3, 4, 5, 6, 8, 10)
DEPTHS = (9, 32)
BUILT = ((2, 9), (3, 9), (5, 9))
"""Widths and depths that are drawn, and those of which Keras builds networks, too."""

NUM_DRAWN = 10_000
NUM_BUILT = 200

INPUTS = np.array([-1.0, 1.0])


def bounds(width: int, depth: int) -> tuple[float, float]:
    """Return the least and the largest probability that a network is born dead.

    Weights are independent of each other, continuous and symmetric about 0, biases are 0. Call the
    two inputs' hidden layers h and g.

    *Upper.* While h is not 0, each unit of the next layer is 0 at it with probability 1/2, by
    symmetry, so that h dies in a layer with 2^-N. A dead network has lost h, so it is no likelier
    than that h dies in one of all layers.

    *Lower.* Each unit of the first layer fires for one of the two inputs, so h and g are both alive
    after it but for 2 of 2^N patterns. If one is dead, or g a multiple of h, the network lives on
    over a layer with a = 1 - 2^-N. Else let p be the probability that a unit is 0 at both, which is
    also that it fires at both. The next layer is 0 at both with p^N; at one of them with
    2 (2^-N - p^N); and one unit alone fires, at both, with N p^N, after which g is a multiple of h.
    The larger p^N, the more networks die: living on from where both are alive and differ is no less
    likely than from where one is. As h and g are not negative, both scores rise with each weight,
    so p is at least 1/4 (Harris' inequality). With p = 1/4 both stay alive and apart with
    b = 1 - 2^(1-N) - (N-1) 4^-N, and the sum over when they cease to is geometric.

    Args:
        width: Units N of each hidden layer.
        depth: Hidden layers.
    """
    one, both = 1 - 2.0**-width, 1 - 2.0 ** (1 - width) - (width - 1) * 4.0**-width
    apart = (1 - 2.0 ** (1 - width)) * one / (1 + (width - 1) * 2.0**-width)
    alive = one ** (depth - 1)
    lower = 1 - alive - apart * (alive - both ** (depth - 1))
    # 1 - (1 - 2^-N)^depth, without losing what is small.
    return lower, float(-np.expm1(depth * np.log1p(-(2.0**-width))))


def leaky_relu(scores: np.ndarray) -> np.ndarray:
    """Return max(z, 0.2 z)."""
    return np.maximum(scores, 0.2 * scores)


@functools.cache
def drawn(width: int, depth: int, activation: Function = relu, number: int = NUM_DRAWN) -> float:
    """Return the share of drawn networks whose last hidden layer is 0 at both inputs.

    Weights are uniform, scaled as He and others do, so that no signal underflows; the scale itself
    decides nothing. Networks that are dead are left out from there on.
    """
    rng = np.random.default_rng([SEED, width, depth])
    # Inputs, units, networks: the long axis last.
    outputs = np.broadcast_to(INPUTS[:, None, None], (len(INPUTS), 1, number))
    for _ in range(depth):
        fan_in, alive = outputs.shape[1:]
        weights = np.sqrt(6 / fan_in) * rng.uniform(-1, 1, (width, fan_in, alive))
        outputs = activation(np.einsum("oin,kin->kon", weights, outputs))
        outputs = outputs[:, :, outputs.any(axis=(0, 1))]
    return 1 - outputs.shape[2] / number


def built(width: int, depth: int, number: int = NUM_BUILT) -> float:
    """Return the share of Keras's networks whose output is the same for nine inputs from -1 to 1.

    Dense layers as they are by default: Glorot's uniform kernels, biases of 0. One model is built,
    and applied with the kernels that its layers' initializers draw for each of the networks.
    """
    quiet_tensorflow.load()
    import keras

    hidden = [keras.layers.Dense(width, "relu") for _ in range(depth)]
    model = keras.Sequential([keras.Input((1,)), *hidden, keras.layers.Dense(1)])
    seeds = itertools.count(SEED)
    weights = []
    for layer in model.layers:
        draw, shape = type(layer.kernel_initializer), layer.kernel.shape
        kernels = [draw(seed=next(seeds))(shape) for _ in range(number)]
        biases = [layer.bias_initializer(layer.bias.shape)] * number
        weights += [keras.ops.stack(kernels), keras.ops.stack(biases)]
    inputs = keras.ops.linspace(-1.0, 1.0, 9)[:, None]
    outputs = keras.ops.vectorized_map(
        lambda own: model.stateless_call(list(own), [], inputs)[0], tuple(weights)
    )
    return float(np.mean(np.ptp(keras.ops.convert_to_numpy(outputs), axis=(1, 2)) == 0.0))


def shares(
    widths: Sequence[int] = WIDTHS,
    depths: Sequence[int] = DEPTHS,
    cells: Sequence[tuple[int, int]] = BUILT,
) -> pd.DataFrame:
    """Return how many networks are born dead.

    Args:
        widths: Units of each hidden layer.
        depths: Hidden layers.
        cells: Pairs of both of which Keras builds networks, too.

    Returns:
        A row a width and depth: ``width``, ``depth``, the bounds ``lower`` and ``upper``, the share
        ``drawn``, and where Keras builds networks, else missing, the share ``built`` with the ends
        ``low`` and ``high`` of its 95 % interval (Wilson's).
    """
    rows = []
    for depth, width in itertools.product(depths, widths):
        lower, upper = bounds(width, depth)
        share, low, high = np.nan, np.nan, np.nan
        if (width, depth) in cells:
            share = built(width, depth)
            test = stats.binomtest(round(share * NUM_BUILT), NUM_BUILT)
            low, high = test.proportion_ci(method="wilson")
        rows.append((width, depth, lower, upper, drawn(width, depth), share, low, high))
    names = ["width", "depth", "lower", "upper", "drawn", "built", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def born_dead() -> dict[str, float]:
    """Hold drawn networks against the bounds, and leaky ReLU beside them."""
    found = shares(cells=())
    outside = [
        sign * (found[bound] - found["drawn"])
        / np.sqrt(found[bound] * (1 - found[bound]) / NUM_DRAWN)
        for bound, sign in (("lower", 1), ("upper", -1))
    ]  # fmt: skip
    return {
        "standard_errors_outside_the_bounds": max(0.0, *map(np.max, outside)),
        "share_dead_of_2_units": drawn(2, 9),
        "share_dead_of_10_units": drawn(10, 9),
        "share_dead_of_leaky_relu": drawn(2, 9, leaky_relu),
    }
