"""Units of every kind of model, against values worked out by hand or with NumPy."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops

from activation_study import DeadUnits

X = np.array([[-2.0, -1.0], [1.0, 3.0], [0.5, -0.5]], np.float32)
# Scores of three units: x0 (fires for some), -5 (never), x0 + 10 (always).
KERNEL = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]], np.float32)
BIAS = np.array([0.0, -5.0, 10.0], np.float32)


def dense(activation: object = None, name: str = "hidden") -> layers.Dense:
    layer = layers.Dense(3, activation, name=name)
    layer.build((None, 2))
    layer.set_weights([KERNEL, BIAS])
    return layer


class Stepwise(keras.Model):
    """Calls its layers itself, one of them inside of another layer."""

    def __init__(self) -> None:
        super().__init__()
        self.weighted, self.rectified = dense(), layers.ReLU(name="rectified")
        self.inner = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh", name="inside")])
        self.outputs_layer = layers.Dense(2, "softmax", name="outputs")

    def call(self, inputs: object) -> object:
        return self.outputs_layer(self.inner(self.rectified(self.weighted(inputs))))


def functional() -> keras.Model:
    inputs = keras.Input((2,))
    return keras.Model(inputs, layers.Dense(1)(ops.relu(dense()(inputs))))


def nested() -> keras.Model:
    inner = keras.Sequential([keras.Input((2,)), dense("relu")])
    return keras.Sequential([keras.Input((2,)), inner, layers.Dense(1)])


MODELS = {
    "an argument": lambda: keras.Sequential([keras.Input((2,)), dense("relu"), layers.Dense(1)]),
    "Activation": lambda: keras.Sequential([dense(), layers.Activation("relu"), layers.Dense(1)]),
    "ReLU": lambda: keras.Sequential([dense(), layers.ReLU(), layers.Dense(1, "sigmoid")]),
    "a layer as an argument": lambda: keras.Sequential([dense(layers.ReLU()), layers.Dense(1)]),
    "an operation": functional,
    "a model in a model": nested,
    "a model of one's own": Stepwise,
}


@pytest.mark.parametrize("kind", MODELS)
def test_a_rectifier_is_counted_wherever_it_stands(kind: str) -> None:
    model = MODELS[kind]()
    before = ops.convert_to_numpy(model(X))
    row = DeadUnits(X).look(model).iloc[0]
    assert row["units"] == 3
    assert row["dead"] == row["gradient_dead"] == row["dormant_0"] == 1 / 3
    # Slope 0: one of the first unit's three images, all of the second's.
    assert row["saturated"] == pytest.approx(4 / 9)
    # Mean sizes 0.5, 0, 9.83; a tenth of their mean is 0.34.
    assert row["dormant_100"] == 1 / 3
    np.testing.assert_array_equal(ops.convert_to_numpy(model(X)), before)
    assert not any("call" in vars(layer) for layer in model._flatten_layers())


def test_outputs_are_no_hidden_layer_and_hidden_ones_come_in_order() -> None:
    table = DeadUnits(X).look(Stepwise())
    assert table["name"].tolist() == ["rectified", "inside"]
    cast = layers.Activation("linear", dtype="float64")
    outputs = [layers.Dense(4, "sigmoid"), layers.Reshape((2, 2)), cast]
    model = keras.Sequential([keras.Input((2,)), dense("elu"), *outputs])
    assert DeadUnits(X).look(model)["name"].tolist() == ["hidden"]


def test_a_dead_layer_as_wide_as_the_outputs_is_no_output() -> None:
    last = layers.Dense(3, kernel_initializer="zeros")
    hidden = layers.Dense(3, "relu", bias_initializer=keras.initializers.Constant(-100.0))
    model = keras.Sequential([keras.Input((2,)), hidden, last])
    assert DeadUnits(X).look(model)["dead"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("layer", "slope"),
    [
        (layers.LeakyReLU(0.01), lambda z: np.where(z > 0, 1.0, 0.01)),
        (layers.ELU(1.0), lambda z: np.where(z > 0, 1.0, np.exp(z))),
        (layers.Activation("sigmoid"), lambda z: 1 / (2 + np.exp(z) + np.exp(-z))),
        (layers.Activation("tanh"), lambda z: 1 / np.cosh(z) ** 2),
        (layers.Softmax(), None),
    ],
)
def test_slopes_are_the_derivatives(layer: layers.Layer, slope: object) -> None:
    scores = np.random.default_rng(0).normal(scale=8.0, size=(200, 6)).astype(np.float32)
    scores[:, 0] = -40.0
    exact = scores.astype(float)
    if slope is None:
        shares = np.exp(exact) / np.exp(exact).sum(axis=1, keepdims=True)
        slopes, largest = shares * (1 - shares), 0.25
    else:
        slopes = slope(exact)
        largest = slopes.max() if layer.name.startswith(("leaky", "elu")) else slope(np.zeros(1))[0]
    model = keras.Sequential([keras.Input((6,)), layer, layers.Dense(1)])
    row = DeadUnits(scores, batch_size=64).look(model).iloc[0]
    assert row["gradient_dead"] == pytest.approx(np.mean((slopes < 1e-6).all(axis=0)))
    assert row["saturated"] == pytest.approx(np.mean(slopes < 0.05 * largest), abs=2e-3)


@pytest.mark.parametrize("order", ["channels_last", "channels_first"])
def test_a_channel_is_a_unit_over_all_positions(order: str) -> None:
    kernel = np.zeros((1, 1, 1, 3), np.float32)
    kernel[..., 0], kernel[..., 2] = 1.0, -1.0
    images = np.zeros((4, 3, 2, 1), np.float32)
    # The first channel fires at one pixel of one image, the others never do.
    images[2, 1, 1, 0] = 7.0
    if order == "channels_first":
        images = images.transpose(0, 3, 1, 2)
    convolution = layers.Conv2D(3, 1, data_format=order, name="maps")
    flat = [layers.Flatten(), layers.Dense(2)]
    shape = images.shape[1:]
    model = keras.Sequential([keras.Input(shape), convolution, layers.Activation("relu"), *flat])
    convolution.set_weights([kernel, np.zeros(3, np.float32)])
    row = DeadUnits(images, batch_size=3).look(model).iloc[0]
    assert row["units"] == 3
    assert row["dead"] == row["gradient_dead"] == pytest.approx(2 / 3)
    assert row["saturated"] == pytest.approx(1 - 1 / (4 * 3 * 2 * 3))


def test_a_layer_that_is_called_twice_has_a_row_a_call() -> None:
    inputs, shared = keras.Input((2,)), layers.ReLU(name="shared")
    inner = shared(layers.Dense(5, name="wide")(shared(dense()(inputs))))
    table = DeadUnits(X).look(keras.Model(inputs, layers.Dense(1)(inner)))
    assert table["name"].tolist() == ["shared", "shared (2)"]
    assert table["units"].tolist() == [3, 5]


def test_several_inputs_and_sequences() -> None:
    first, second = keras.Input((4, 2), name="first"), keras.Input((1,), name="second")
    steps = layers.Dense(3, "relu", name="of_steps")(first)
    joined = layers.Concatenate()([layers.LSTM(2)(steps), second])
    model = keras.Model({"first": first, "second": second}, layers.Dense(1)(joined))
    generator = np.random.default_rng(0)
    x = {"first": generator.normal(size=(9, 4, 2)), "second": generator.normal(size=(9, 1))}
    table = DeadUnits(x).look(model)
    kernel, bias = model.get_layer("of_steps").get_weights()
    outputs = np.maximum(x["first"] @ kernel + bias, 0).reshape(-1, 3)
    # What is inside of a recurrent layer is not looked at.
    assert table["name"].tolist() == ["of_steps"]
    assert table["saturated"][0] == pytest.approx(np.mean(outputs == 0))


def test_activations_of_ones_own() -> None:
    class Squared(layers.Layer):
        def call(self, inputs: object) -> object:
            return ops.square(ops.relu(inputs))

    model = keras.Sequential([dense(), Squared(name="own"), layers.Dense(1)])
    with pytest.raises(ValueError, match=r"no hidden activation.*activation_layers="):
        DeadUnits(X).look(model)
    row = DeadUnits(X, activation_layers=[Squared]).look(model).iloc[0]
    assert (row["name"], row["dead"]) == ("own", 1 / 3)
    table = DeadUnits(X).look(
        keras.Sequential([dense(lambda z: ops.where(z > 0, z, 0.0 * z)), layers.Dense(1)])
    )
    assert table["gradient_dead"][0] == 1 / 3


def test_an_output_that_is_not_finite_is_no_share() -> None:
    model = keras.Sequential([dense("relu"), layers.Dense(1)])
    model.layers[0].set_weights([np.full_like(KERNEL, np.inf), BIAS])
    row = DeadUnits(X).look(model).iloc[0]
    assert np.isnan(row[["dead", "dormant_025"]].astype(float)).all()
