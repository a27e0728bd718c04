"""The network is the one that the experiment describes, from the first weight on."""

from __future__ import annotations

import itertools
import math

import keras
import numpy as np
import pytest

from activation_study.engine.training.network import InitialWeights, Network, build
from activation_study.experiment import Experiment
from activation_study.experiment.fields import INITIALIZERS

# Keras's documentation: variance = scale / fan, the fan being that of the name's family.
SCALES = {"glorot": (1.0, "average"), "he": (2.0, "in"), "lecun": (1.0, "in")}
# A normal distribution cut at two standard deviations has this share of its spread left.
SPREAD_LEFT_BY_CUTTING = 0.87962566103423978


def stream(seed: int = 0) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed)


def started(experiment: Experiment, seed: int = 0) -> Network:
    network = build(experiment)
    InitialWeights(network.model).assign(experiment, stream(seed))
    return network


def weights(network: Network) -> dict[str, np.ndarray]:
    return {variable.path: variable.numpy() for variable in network.model.weights}


def stated_variance(initializer: str, shape: tuple[int, int]) -> float:
    scale, fan = SCALES[initializer.partition("_")[0]]
    return scale / (shape[0] if fan == "in" else sum(shape) / 2)


@pytest.mark.parametrize("initializer", [name for name in INITIALIZERS if name != "recommended"])
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


def test_prior_bias_makes_every_output_one_in_ten() -> None:
    network = started(Experiment(head="sigmoid_prior", width=16))
    outputs = network.model(np.zeros((1, 784), "float32")).numpy()
    np.testing.assert_allclose(outputs, 0.1, rtol=1e-6)


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
    ],
    ids=str,
)
def test_number_of_parameters(changes: dict, expected: int) -> None:
    assert build(Experiment(**changes)).model.count_params() == expected
