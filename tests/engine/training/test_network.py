"""The network is the one that the experiment describes, from the first weight on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from scipy.special import expit

from activation_study.engine.training.network import Standardization, build
from activation_study.experiment import Experiment
from engine.training.started_networks import started, weights


def test_prior_bias_makes_every_output_one_in_ten() -> None:
    network = started(Experiment(head="sigmoid_prior", width=16))
    outputs = network.model(np.zeros((1, 784), "float32")).numpy()
    np.testing.assert_allclose(outputs, 0.1, rtol=1e-6)


@pytest.mark.parametrize(
    ("normalization", "kind"),
    [
        ("batch", keras.layers.BatchNormalization),
        ("layer", keras.layers.LayerNormalization),
    ],
)
def test_normalization_stands_between_weights_and_activation(
    normalization: str, kind: type, rng: np.random.Generator
) -> None:
    network = started(Experiment(normalization=normalization, hidden="tanh", width=16))
    names = [layer.name for layer in network.model.layers]
    assert names == [
        "pixels",
        *(f"{part}_{number}" for number in (1, 2) for part in ("dense", "normalization", "hidden")),
        "scores",
        "outputs",
    ]
    for number in (1, 2):
        assert type(network.model.get_layer(f"normalization_{number}")) is kind
    pixels = rng.random((50, 784)).astype("float32")
    looks = network.watched(pixels)["hidden"]
    _, weighted, scores, activations = (part.numpy() for part in looks[0])
    values = weights(network)
    unnormalized = pixels @ values["dense_1/kernel"] + values["dense_1/bias"]
    if normalization == "layer":
        centred = unnormalized - unnormalized.mean(axis=1, keepdims=True)
        expected = centred / np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + 1e-3)
    else:
        # Before the first step the moving averages are 0 and 1.
        expected = unnormalized / math.sqrt(1 + 1e-3)
    np.testing.assert_allclose(weighted, unnormalized, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(activations, np.tanh(scores), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_outputs_are_standardised_over_the_units_behind_the_activation(
    architecture: str, rng: np.random.Generator
) -> None:
    fields = {"hidden": "softmax", "post_normalization": "layer", "architecture": architecture}
    network = started(Experiment(**fields, width=64))
    plain = started(Experiment(**fields | {"post_normalization": "none"}, width=64))
    assert network.model.count_params() == plain.model.count_params()
    pixels = rng.random((50, 784)).astype("float32")
    layers = network.watched(pixels)["hidden"]
    # What is watched is the activation itself.
    np.testing.assert_allclose(layers[0][-1].numpy().sum(axis=-1), 1.0, rtol=1e-5)
    outputs = layers[0][-1].numpy().astype(float)
    expected = stats.zscore(outputs, axis=-1)
    if architecture == "mlp":
        np.testing.assert_allclose(layers[1][0].numpy(), expected, atol=1e-3)
    else:
        pooled = expected.reshape(50, 14, 2, 14, 2, 64).max(axis=(2, 4))
        np.testing.assert_allclose(layers[1][0].numpy(), pooled, atol=1e-3)


def test_outputs_that_do_not_vary_are_standardised_to_0() -> None:
    assert not Standardization()(np.full((3, 8), 0.125, "float32")).numpy().any()


def test_without_normalization_there_is_no_such_layer() -> None:
    names = [layer.name for layer in build(Experiment()).model.layers]
    assert names == ["pixels", "dense_1", "hidden_1", "dense_2", "hidden_2", "scores", "outputs"]


def test_watched_tensors_are_those_of_a_forward_pass(rng: np.random.Generator) -> None:
    network = started(Experiment(hidden="tanh", head="sigmoid", width=16, bias_initial_value=0.1))
    values = weights(network)
    pixels = rng.random((20, 784)).astype("float32")
    signal, expected = pixels, []
    for layer in ("dense_1", "dense_2"):
        scores = signal @ values[f"{layer}/kernel"] + values[f"{layer}/bias"]
        expected += [signal, scores, scores, signal := np.tanh(scores)]
    scores = signal @ values["scores/kernel"] + values["scores/bias"]
    expected += [scores, 1 / (1 + np.exp(-scores))]
    watched = network.watched(pixels)
    found = [*itertools.chain(*watched["hidden"]), watched["scores"], watched["outputs"]]
    for tensor, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(tensor.numpy(), wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(network.model(pixels).numpy(), watched["outputs"].numpy())
    assert [kernel.path for kernel in network.kernels] == ["dense_1/kernel", "dense_2/kernel"]


def logistic_slope(scores: np.ndarray) -> np.ndarray:
    return expit(scores) * expit(-scores)


@pytest.mark.parametrize(
    ("hidden", "slope", "value", "derivative"),
    [
        ("relu", "flipped", lambda z: np.maximum(z, 0), lambda z: -1.0 * (z > 0)),
        ("relu", "linear", lambda z: np.maximum(z, 0), np.ones_like),
        ("tanh", "sigmoid", np.tanh, logistic_slope),
        ("step", "scaled_sigmoid", lambda z: 1.0 * (z >= 0), lambda z: 4 * logistic_slope(z)),
        ("gelu", "flipped", lambda z: z * stats.norm.cdf(z),
         lambda z: -stats.norm.cdf(z) - z * stats.norm.pdf(z)),
    ],
)  # fmt: skip
def test_backpropagation_uses_the_derivative_that_is_named(
    hidden: str, slope: str, value: Callable, derivative: Callable, rng: np.random.Generator
) -> None:
    network = started(Experiment(hidden=hidden, slope=slope, width=8))
    scores = 2 * rng.standard_normal((50, 8)).astype("float32")
    tensor = tf.constant(scores)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        outputs = network.model.get_layer("hidden_1")(tensor)
    np.testing.assert_allclose(outputs, value(scores), atol=1e-5)
    # What the measures call the slope is what learning sees.
    for found in (tape.gradient(outputs, tensor), network.hidden.slope(tensor)):
        np.testing.assert_allclose(found, derivative(scores), atol=1e-5)


def test_scores_behind_a_bottleneck_have_its_rank(rng: np.random.Generator) -> None:
    network = started(Experiment(bottleneck=3, width=32, bias_initial_value=0.1))
    seen = network.watched(rng.random((200, 784)).astype("float32"))
    values = weights(network)
    np.testing.assert_array_equal(values["bottleneck/bias"], 0.0)
    below = seen["hidden"][-1][-1].numpy()
    expected = below @ values["bottleneck/kernel"] @ values["scores/kernel"]
    np.testing.assert_allclose(seen["scores"].numpy(), expected, rtol=1e-3, atol=1e-5)
    assert np.linalg.matrix_rank(seen["scores"].numpy(), tol=1e-3) == 3


MLP_PARAMETERS = 784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10
CNN_PARAMETERS = (9 * 8 + 8) + (9 * 8 * 8 + 8) + (7 * 7 * 8 * 10 + 10)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, MLP_PARAMETERS),
        ({"depth": 0}, 784 * 10 + 10),
        ({"hidden": "prelu"}, MLP_PARAMETERS + 2 * 128),
        ({"normalization": "layer"}, MLP_PARAMETERS + 2 * 2 * 128),
        # Two scores for each unit.
        ({"hidden": "maxout", "depth": 1}, 784 * 256 + 256 + 128 * 10 + 10),
        ({"architecture": "cnn", "width": 8}, CNN_PARAMETERS),
        ({"bottleneck": 3}, MLP_PARAMETERS + 128 * 3 + 3 - 125 * 10),
    ],
    ids=str,
)
def test_number_of_parameters(changes: dict, expected: int) -> None:
    assert build(Experiment(**changes)).model.count_params() == expected
