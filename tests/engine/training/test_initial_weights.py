"""The weights from which a network starts are those that the experiment names."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from activation_study.catalogue import activations
from activation_study.catalogue.activations.moments import normal_moments
from activation_study.engine.training.initial_weights import InitialWeights
from activation_study.engine.training.network import build
from activation_study.experiment import Experiment
from activation_study.experiment.fields import INITIALIZERS
from engine.training.started_networks import started, stream, weights

# Keras's documentation: variance = scale / fan, the fan being that of the name's family.
SCALES = {"glorot": (1.0, "average"), "he": (2.0, "in"), "lecun": (1.0, "in")}
# A normal distribution cut at two standard deviations has this share of its spread left.
SPREAD_LEFT_BY_CUTTING = 0.87962566103423978


def stated_variance(initializer: str, shape: tuple[int, int]) -> float:
    scale, fan = SCALES[initializer.partition("_")[0]]
    return scale / (shape[0] if fan == "in" else sum(shape) / 2)


@pytest.mark.parametrize(
    "initializer", [name for name in INITIALIZERS if name.partition("_")[0] in SCALES]
)
def test_kernels_have_the_stated_distribution(initializer: str) -> None:
    network = started(Experiment(initializer=initializer, width=256))
    kernels = {path: value for path, value in weights(network).items() if path.endswith("kernel")}
    assert {path: value.shape for path, value in kernels.items()} == {
        "dense_1/kernel": (784, 256),
        "dense_2/kernel": (256, 256),
        "scores/kernel": (256, 10),
    }
    for path, kernel in kernels.items():
        variance = stated_variance(initializer, kernel.shape)
        # Five standard errors of a variance; a normal distribution's is the larger one.
        assert np.var(kernel) == pytest.approx(variance, rel=5 * math.sqrt(2 / kernel.size)), path
        assert abs(np.mean(kernel)) < 5 * math.sqrt(variance / kernel.size), path
        if initializer.endswith("uniform"):
            limit = math.sqrt(3 * variance)
        else:
            limit = 2 * math.sqrt(variance) / SPREAD_LEFT_BY_CUTTING
        assert 0.98 * limit < np.abs(kernel).max() <= limit * (1 + 1e-6), path


@pytest.mark.parametrize(("hidden", "expected"), [("relu", "he_"), ("selu", "lecun_normal")])
def test_recommended_initializer_is_the_catalogues(hidden: str, expected: str) -> None:
    experiment = Experiment(hidden=hidden, initializer="recommended")
    recommended = experiment.activation.initializer
    assert recommended.startswith(expected)
    for path, kernel in weights(started(experiment)).items():
        same = weights(started(experiment.replace(initializer=recommended)))[path]
        np.testing.assert_array_equal(kernel, same)


def test_each_layer_and_each_seed_has_its_own_draws() -> None:
    experiment = Experiment(depth=3, width=32)
    first, again, other = (weights(started(experiment, seed)) for seed in (0, 0, 1))
    for path in first:
        np.testing.assert_array_equal(first[path], again[path])
    assert not np.isclose(first["dense_2/kernel"], first["dense_3/kernel"]).any(axis=0).all()
    correlation = np.corrcoef(first["dense_2/kernel"].ravel(), other["dense_2/kernel"].ravel())
    between = np.corrcoef(first["dense_2/kernel"].ravel(), first["dense_3/kernel"].ravel())
    assert abs(correlation[0, 1]) < 5 / 32
    assert abs(between[0, 1]) < 5 / 32


def test_pytorch_draws_kernels_and_biases_within_one_over_the_root_of_the_fan_in() -> None:
    values = weights(started(Experiment(initializer="pytorch", width=256)))
    for layer, fan_in in (("dense_1", 784), ("dense_2", 256), ("scores", 256)):
        for role in ("kernel", "bias"):
            draws = values[f"{layer}/{role}"].ravel() * math.sqrt(fan_in)
            # Of a uniform distribution on (-1, 1), by Kolmogorov and Smirnov.
            assert stats.kstest(draws, "uniform", args=(-1, 2)).pvalue > 1e-3, (layer, role)
    convolution = weights(started(Experiment(initializer="pytorch", architecture="cnn", width=8)))
    for number, fan_in in ((1, 9), (2, 72)):
        for role in ("kernel", "bias"):
            draws = np.abs(convolution[f"convolution_{number}/{role}"]) * math.sqrt(fan_in)
            assert 0.6 < draws.max() <= 1 + 1e-6


def test_drawn_biases_leave_the_draws_of_kernels_as_they_are() -> None:
    pytorch, he = (
        weights(started(Experiment(initializer=name, width=64)))
        for name in ("pytorch", "he_uniform")
    )
    for path in he:
        if path.endswith("kernel"):
            # Both are uniform, of variance 1/3 and 2 over the fan-in.
            np.testing.assert_allclose(pytorch[path] * math.sqrt(6), he[path], atol=1e-6)
    head = weights(started(Experiment(initializer="pytorch", head="sigmoid_prior", width=64)))
    shifted = pytorch["scores/bias"] - math.log(9)
    np.testing.assert_allclose(head["scores/bias"], shifted, atol=1e-6)


def test_gain_is_he_for_relu_and_glorot_for_the_outputs() -> None:
    gain, he, glorot = (
        weights(started(Experiment(initializer=name, width=64)))
        for name in ("gain", "he_normal", "glorot_uniform")
    )
    for layer in ("dense_1", "dense_2"):
        np.testing.assert_array_equal(gain[f"{layer}/kernel"], he[f"{layer}/kernel"])
    np.testing.assert_array_equal(gain["scores/kernel"], glorot["scores/kernel"])


@pytest.mark.parametrize("hidden", ["gelu", "scaled_sigmoid"])
def test_gain_keeps_the_mean_square_from_layer_to_layer(
    hidden: str, rng: np.random.Generator
) -> None:
    network = started(Experiment(hidden=hidden, initializer="gain", width=2048, depth=4))
    pixels = rng.standard_normal((100, 784)).astype("float32")
    # Then the scores of the first layer are standard normal.
    pixels *= math.sqrt(normal_moments(activations.get(hidden))[1])
    hidden_layers = network.watched(pixels)["hidden"]
    squares = [float(np.square(scores.numpy()).mean()) for _, _, scores, _ in hidden_layers]
    np.testing.assert_allclose(squares, 1.0, atol=0.15)


def test_centred_gain_of_a_sigmoid_computes_what_the_centred_sigmoid_does() -> None:
    """W (f - 1/2) = W f + b with b = -(column sums of W) / 2."""
    sigmoid, centred = (
        started(Experiment(hidden=hidden, initializer="centred_gain", width=64, depth=3))
        for hidden in ("sigmoid", "sigmoid_minus_half")
    )
    values = weights(sigmoid)
    np.testing.assert_array_equal(values["dense_1/bias"], 0.0)
    for layer in ("dense_2", "dense_3", "scores"):
        sums = values[f"{layer}/kernel"].sum(axis=0)
        np.testing.assert_allclose(values[f"{layer}/bias"], -sums / 2, atol=1e-5)
    # E sigmoid(Z)^2 - 1/4 is the variance; its root is 1 / 4.80.
    assert values["dense_2/kernel"].std() == pytest.approx(4.80 / 8, rel=0.05)
    pixels = np.random.default_rng(0).random((50, 784)).astype("float32")
    np.testing.assert_allclose(sigmoid.model(pixels), centred.model(pixels), rtol=1e-3, atol=1e-5)


def test_the_mean_of_the_hidden_layer_is_taken_off_where_it_enters_a_bottleneck() -> None:
    fields = {"hidden": "sigmoid", "initializer": "centred_gain", "bottleneck": 4, "width": 32}
    values = weights(started(Experiment(**fields)))
    sums = values["bottleneck/kernel"].sum(axis=0)
    np.testing.assert_allclose(values["bottleneck/bias"], -sums / 2, atol=1e-5)
    np.testing.assert_array_equal(values["scores/bias"], 0.0)
    limit = math.sqrt(6 / (32 + 4))
    assert 0.8 * limit < np.abs(values["bottleneck/kernel"]).max() <= limit


def test_a_network_without_hidden_layers_has_no_mean_to_take_off() -> None:
    values = weights(started(Experiment(hidden="sigmoid", initializer="centred_gain", depth=0)))
    np.testing.assert_array_equal(values["scores/bias"], 0.0)


@pytest.mark.parametrize(
    ("head", "output_bias"),
    [("softmax", 0.0), ("sigmoid", 0.0), ("sigmoid_prior", -math.log(9)), ("linear_mse", 0.0)],
)
def test_biases(head: str, output_bias: float) -> None:
    network = started(Experiment(head=head, bias_initial_value=0.125, width=16))
    values = weights(network)
    for layer in ("dense_1", "dense_2"):
        np.testing.assert_array_equal(values[f"{layer}/bias"], np.full(16, 0.125, "float32"))
    np.testing.assert_allclose(values["scores/bias"], np.full(10, output_bias), rtol=1e-6)


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_assigning_puts_every_variable_back(normalization: str) -> None:
    experiment = Experiment(hidden="prelu", normalization=normalization, width=8)
    network = build(experiment)
    initial = InitialWeights(network.model)
    initial.assign(experiment, stream())
    before = weights(network)
    for variable in network.model.weights:
        variable.assign(variable + 1.0)
    initial.assign(experiment, stream())
    after = weights(network)
    assert before.keys() == after.keys()
    for path in before:
        np.testing.assert_array_equal(after[path], before[path], err_msg=path)
    np.testing.assert_array_equal(before["hidden_1/alpha"], np.full(8, 0.25, "float32"))
    if normalization == "batch":
        np.testing.assert_array_equal(before["normalization_1/moving_mean"], np.zeros(8))
        np.testing.assert_array_equal(before["normalization_1/moving_variance"], np.ones(8))


@pytest.mark.parametrize(("share", "expected"), [(0.29, 29), (0.5, 50), (1.0, 100)])
@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_the_first_units_of_every_hidden_layer_are_dead(
    share: float, expected: int, architecture: str, rng: np.random.Generator
) -> None:
    network = started(Experiment(dead_share=share, width=100, architecture=architecture))
    pixels = rng.random((20, 784)).astype("float32")
    for *_, outputs in network.watched(pixels)["hidden"]:
        is_dead = (outputs.numpy().reshape(-1, 100) == 0).all(axis=0)
        assert is_dead[:expected].all()
        assert 2 * (~is_dead).sum() >= 100 - expected
    np.testing.assert_array_equal(weights(network)["scores/bias"], 0.0)


@pytest.mark.parametrize("hidden", ["leaky_relu", "elu", "maxout"])
def test_units_that_would_not_be_dead_are_refused(hidden: str) -> None:
    with pytest.raises(ValueError, match=rf"flat at a score of -1,000; received hidden='{hidden}'"):
        started(Experiment(hidden=hidden, dead_share=0.5, width=8))
