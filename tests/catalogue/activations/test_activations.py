"""Coverage, values, derivatives and layers of every built-in activation."""

from __future__ import annotations

import inspect
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from activation_study.catalogue import activations
from catalogue.activations.activation_grid import (
    ELEMENTWISE,
    LAYERWISE,
    NAMES,
    ONE_SCORE,
    arrange,
    slopes,
    smooth,
)
from catalogue.activations.activation_oracles import ORACLES

# Coverage


def test_every_score_to_score_function_of_keras_is_in_the_catalogue() -> None:
    scores = tf.constant(np.linspace(-2, 2, 12).reshape(3, 4))
    found = set()
    for name, function in inspect.getmembers(keras.activations, callable):
        if name in {"get", "serialize", "deserialize"}:
            continue
        needed = [
            p for p in inspect.signature(function).parameters.values() if p.default is p.empty
        ]
        outputs = function(scores, *[0.0] * (len(needed) - 1))
        if outputs.shape == scores.shape:
            found.add(name)
            assert activations.get(name).name == function.__name__
            assert activations.get(function) is activations.get(name)
    assert len(found) >= 29
    assert tuple(keras.activations.glu(scores).shape) == (3, 2)


def test_the_catalogue_is_as_large_as_promised_and_sorted() -> None:
    assert len(ELEMENTWISE) >= 24
    assert list(NAMES) == sorted(NAMES)
    assert activations.names()[: len(NAMES)] == NAMES
    assert set(ORACLES) == set(NAMES)


def test_reading_the_catalogue_needs_neither_keras_nor_tensorflow() -> None:
    code = (
        "import sys; from activation_study.catalogue import activations as a;"
        "a.get('relu'); bad = {'keras', 'tensorflow'} & set(sys.modules);"
        "sys.exit(str(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# Values and derivatives


@pytest.mark.parametrize("name", NAMES)
def test_values_equal_an_independent_numpy_oracle_alone_and_as_a_layer(name: str) -> None:
    entry = activations.get(name)
    scores = np.random.default_rng(1).normal(scale=3.0, size=(500, 6 * entry.width_factor))
    outputs = entry(scores).numpy()
    assert outputs.dtype == np.float64
    np.testing.assert_allclose(outputs, ORACLES[name](scores), rtol=1e-6, atol=1e-7)

    layer = entry.make_layer("hidden_1")
    inputs = keras.Input((6 * entry.width_factor,))
    model = keras.Model(inputs, layer(inputs))
    assert layer.name == "hidden_1"
    assert layer is not entry.make_layer("hidden_1")
    assert model.output_shape == (None, 6)
    scores = tf.constant(scores, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(scores)
        outputs = model(scores, training=True)
    np.testing.assert_allclose(outputs, ORACLES[name](scores.numpy()), rtol=1e-4, atol=1e-5)
    gradient = tape.gradient(outputs, scores, unconnected_gradients="zero")
    assert np.isfinite(gradient).all()


def test_keras_functions_reach_the_model_untouched() -> None:
    for name in set(NAMES) & set(dir(keras.activations)) - {"threshold"}:
        layer = activations.get(name).make_layer("hidden_1")
        assert type(layer) is keras.layers.Activation, name
        assert layer.activation is getattr(keras.activations, name)


@pytest.mark.parametrize("name", [n for n in ONE_SCORE if n != "step_straight_through"])
def test_slope_equals_central_differences(name: str) -> None:
    step = 1e-5
    scores = np.random.default_rng(3).uniform(-8, 8, 4000)
    scores = scores[smooth(name, scores, 1e-3)]
    expected = (
        ORACLES[name](arrange(name, scores + step)) - ORACLES[name](arrange(name, scores - step))
    )[:, 0] / (2 * step)
    np.testing.assert_allclose(slopes(name, scores), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_slope_in_a_float32_graph_is_that_of_float64(name: str) -> None:
    entry = activations.get(name)
    scores = np.concatenate([np.linspace(-100, 100, 2001), np.arange(-8.0, 8.0)[:15]])
    scores = scores.astype(np.float32).reshape(-1, 4)
    compiled = tf.function(
        entry.slope, input_signature=[tf.TensorSpec((None, 4), tf.float32)], autograph=False
    )
    found = compiled(scores).numpy()
    assert found.dtype == np.float32
    assert found.shape == scores.shape
    assert not np.isnan(found).any()
    # Kinks are where the scores say; exp(89) is more than float32 holds.
    sound = smooth(name, scores.ravel(), 1e-4).reshape(scores.shape)
    sound &= (scores < 80) | (name != "exponential")
    expected = entry.slope(scores.astype(np.float64)).numpy()
    np.testing.assert_allclose(found[sound], expected[sound], rtol=2e-4, atol=2e-5)


def test_exponential_overflows_to_infinity_and_never_to_nan() -> None:
    assert np.isposinf(activations.get("exponential").slope(np.float32([100.0]))).all()


@pytest.mark.parametrize("name", LAYERWISE)
@settings(deadline=None, max_examples=5)
@given(seed=st.integers(0, 2**31), spread=st.floats(0.1, 5.0))
def test_layerwise_slope_is_the_diagonal_of_the_jacobian(
    name: str, seed: int, spread: float
) -> None:
    scores = tf.constant(np.random.default_rng(seed).normal(scale=spread, size=(4, 5)))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(scores)
        outputs = activations.get(name)(scores)
    jacobian = tape.jacobian(outputs, scores, experimental_use_pfor=False).numpy()
    expected = np.einsum("bibi->bi", jacobian)
    np.testing.assert_allclose(activations.get(name).slope(scores), expected, atol=1e-12)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31), shift=st.floats(-100, 100), spread=st.floats(0.1, 20.0))
def test_sparsemax_projection_gives_distributions_and_ignores_a_shift(
    seed: int, shift: float, spread: float
) -> None:
    entry = activations.get("sparsemax_projection")
    scores = np.random.default_rng(seed).normal(scale=spread, size=(8, 10))
    outputs = entry(scores).numpy()
    np.testing.assert_allclose(outputs.sum(axis=1), 1.0, atol=1e-9)
    np.testing.assert_allclose(entry(scores + shift), outputs, atol=1e-9)


def test_sparsemax_of_this_keras_is_not_a_distribution() -> None:
    """The reason for two entries; where this fails, Keras is mended and one can go."""
    scores = np.array([[1.0, 0.9, 0.2]])
    np.testing.assert_allclose(activations.get("sparsemax")(scores), [[0.05, 0.0, 0.0]], atol=1e-12)
    np.testing.assert_allclose(
        activations.get("sparsemax_projection")(scores), [[0.55, 0.45, 0.0]], atol=1e-12
    )


def test_celu_slope_at_zero_is_right_where_autodiff_of_keras_doubles_it() -> None:
    zero = tf.zeros(1)
    with tf.GradientTape() as tape:
        tape.watch(zero)
        outputs = keras.activations.celu(zero)
    assert tape.gradient(outputs, zero).numpy() == 2.0
    assert activations.get("celu").slope(zero).numpy() == 1.0


# Learned entries and steps


def test_prelu_has_one_slope_for_each_unit_and_learns_it() -> None:
    layer = activations.get("prelu").make_layer("hidden_1")
    with tf.GradientTape() as tape:
        outputs = layer(tf.constant([[-2.0, 3.0, -1.0]]))
    np.testing.assert_allclose(layer.alpha, [0.25, 0.25, 0.25])
    np.testing.assert_allclose(tape.gradient(outputs, layer.alpha), [-2.0, 0.0, -1.0])


def test_maxout_takes_the_larger_piece_and_passes_it_the_gradient() -> None:
    entry = activations.get("maxout")
    scores = np.array([[1.0, -2.0, 0.5, -1.0]])
    assert entry.width_factor == 2
    np.testing.assert_allclose(entry(scores), [[1.0, -1.0]])
    np.testing.assert_allclose(entry.slope(scores), [[1.0, 0.0, 0.0, 1.0]])


def test_maxout_refuses_an_odd_number_of_scores_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"even number of inputs; received 5.*width \* 2"):
        activations.get("maxout").make_layer("hidden_1")(keras.Input((5,)))


@pytest.mark.parametrize(("name", "learns"), [("step", False), ("step_straight_through", True)])
def test_step_networks_train_and_only_straight_through_reaches_the_hidden_layer(
    name: str, learns: bool
) -> None:
    rng = np.random.default_rng(0)
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(8)
    model = keras.Sequential(
        [keras.Input((4,)), hidden, activations.get(name).make_layer("h"), keras.layers.Dense(2)]
    )
    model.compile("adam", "mse")
    before = model.get_weights()
    model.train_on_batch(rng.normal(size=(32, 4)), rng.normal(size=(32, 2)))
    moved = [
        not np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True)
    ]
    assert moved == [learns, learns, True, True]


def test_step_gradient_is_zero_and_straight_through_is_that_of_hard_tanh() -> None:
    scores = np.array([-3.0, -1.0, -0.5, 0.0, 1.0, 1.5], dtype=np.float32)
    for name in ("step", "step_straight_through"):
        np.testing.assert_array_equal(activations.get(name)(scores), [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(activations.get("step").slope(scores), np.zeros(6))
    straight = activations.get("step_straight_through").slope(scores)
    np.testing.assert_array_equal(straight, [0, 1, 1, 1, 1, 0])
