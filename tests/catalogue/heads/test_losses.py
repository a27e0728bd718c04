"""Heads: what Keras really computes for each pair, against oracles in NumPy and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special

from activation_study.catalogue import heads
from activation_study.catalogue.heads import tensors
from catalogue.heads.head_oracles import CASES, EPSILON, ORACLES, rows, softmax_crossentropy
from catalogue.heads.keras_losses import loss_and_gradient, of_head

STEP = 1e-5
K = 5


@pytest.fixture
def in_float64():
    import keras

    for precision in ("float64", "float32"):
        keras.config.set_floatx(precision)
        keras.config.set_dtype_policy(precision)
        if precision == "float64":
            yield


def differences(oracle, scores, targets):
    """Gradient of an oracle's mean loss, by central differences."""
    moves = STEP * np.eye(scores.shape[1])
    columns = [
        (oracle(scores + move, targets) - oracle(scores - move, targets)) / (2 * STEP)
        for move in moves
    ]
    return np.stack(columns, axis=1) / len(scores)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_keras_computes_the_stated_loss_and_gradient(name, kind, in_float64):
    head, oracle = heads.get(name), ORACLES[name]
    scores, targets = rows(head, kind)
    if name == "relu_sum":
        scores[:, 0] = abs(scores[:, 0])  # else a row sums to 0, and the loss is NaN
    value, gradient = of_head(head, kind, scores, targets)
    assert value == pytest.approx(oracle(scores, targets).mean(), rel=1e-9)
    true = differences(oracle, scores, targets)
    if head.loss_gradient == "true":
        np.testing.assert_allclose(gradient, true, rtol=1e-5, atol=2e-7)
    else:
        error = (head.outputs(scores) - targets) / len(scores)
        np.testing.assert_allclose(gradient, error, rtol=1e-9, atol=1e-12)
        sums_to_1 = np.isclose(targets.sum(axis=1), 1)
        np.testing.assert_allclose(gradient[sums_to_1], true[sums_to_1], rtol=1e-5, atol=2e-7)
        assert sums_to_1.all() == (kind != "labels")
        is_wrong = abs(gradient - true).max(axis=1) > 1e-3
        assert is_wrong.tolist() == (~sums_to_1).tolist()


def test_every_head_has_an_oracle():
    assert {name for name, _ in CASES} == set(heads.names()) == set(ORACLES)


@pytest.mark.parametrize(
    "name", [name for name in heads.names() if "not clipped" in heads.get(name).effective_loss]
)
def test_losses_from_scores_learn_at_any_score_in_32_bits_too(name):
    head = heads.get(name)
    kind = next(iter(head.readings))
    scores, targets = rows(head, kind)
    value, gradient = of_head(head, kind, 3 * scores, targets)
    oracle = ORACLES[name]
    assert value == pytest.approx(oracle(3 * scores, targets).mean(), rel=1e-5)
    expected = differences(oracle, 3 * scores, targets)
    sums_to_1 = np.isclose(targets.sum(axis=1), 1)
    is_true = slice(None) if head.loss_gradient == "true" else sums_to_1
    np.testing.assert_allclose(gradient[is_true], expected[is_true], rtol=1e-3, atol=1e-6)


def test_clipping_is_stated_where_and_only_where_it_happens():
    stated = {
        name for name in heads.names() if r"\operatorname{clip}" in heads.get(name).effective_loss
    }
    divided = {"relu_sum", "relu_eps_sum", "softplus_sum", "abs_sum", "square_sum", "linear_cce"}
    assert stated == divided | {"sigmoid_normalized", "softmax_bce"}


@pytest.mark.parametrize("name", ["softmax", "sigmoid", "sigmoid_prior", "softmax_mse"])
def test_the_gradient_of_canonical_pairs_alone_is_proportional_to_the_error(name):
    head = heads.get(name)
    # Every class is confidently wrong: only a canonical pair still learns at full strength.
    scores = np.array([[60.0, -60.0, -60.0, -60.0, -60.0]])
    targets = np.eye(K, dtype="float32")[[1]]
    _, gradient = of_head(head, "one label", scores, targets)
    error = head.outputs(scores) - targets
    scale = (gradient * error).sum() / (error**2).sum()
    proportional = np.allclose(gradient, scale * error, atol=1e-6) and scale > 0.1
    assert proportional == (name != "softmax_mse")


def test_plain_keras_sigmoid_with_categorical_crossentropy_is_a_softmax_crossentropy():
    import keras

    # Keras leaves the scores on the sigmoid's result and the loss takes them as softmax logits.
    scores, targets = rows(heads.get("softmax"), "one label")
    loss = keras.losses.CategoricalCrossentropy()
    value, gradient = loss_and_gradient("sigmoid", loss, scores, targets)
    assert value == pytest.approx(softmax_crossentropy(scores, targets).mean(), rel=1e-6)
    expected = (scipy.special.softmax(scores, axis=1) - targets) / len(scores)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-7)


def test_from_logits_after_a_softmax_undoes_the_softmax_and_warns():
    import keras

    scores, targets = rows(heads.get("softmax"), "one label")
    with pytest.warns(UserWarning, match="does not represent logits"):
        value, _ = loss_and_gradient(
            "softmax", keras.losses.CategoricalCrossentropy(from_logits=True), scores, targets
        )
    assert value == pytest.approx(softmax_crossentropy(scores, targets).mean(), rel=1e-6)


def test_a_sigmoid_without_the_mark_is_clipped_in_binary_crossentropy():
    import keras

    # float32 cannot hold 1 - 1e-7 exactly: the loss beyond is that of its nearest neighbour.
    upper = float(np.float32(1) - np.float32(EPSILON))
    for score, learns in ((-15.0, True), (-17.0, False), (15.0, True), (17.0, False)):
        label = 1 if score > 0 else 0  # the class whose score is wrong
        targets = np.eye(2, dtype=np.float32)[[label]]
        scores = np.array([[score, 0.0]])
        value, gradient = loss_and_gradient(
            tensors.unmarked_sigmoid, keras.losses.BinaryCrossentropy(), scores, targets
        )
        assert (abs(gradient[0, 0]) > 0.1) == learns
        if not learns:
            wrong = -math.log(EPSILON) if score < 0 else -math.log(1 - upper)
            assert value == pytest.approx((wrong + math.log(2)) / 2, rel=1e-5)


@pytest.mark.parametrize("score", [-15.0, -17.0])
def test_sigmoid_normalized_stops_learning_where_its_probability_is_clipped(score):
    scores, targets = np.array([[score, 0.0, 0.0]]), np.eye(3, dtype="float32")[[0]]
    _, gradient = of_head(heads.get("sigmoid_normalized"), "one label", scores, targets)
    assert (abs(gradient).max() > 0.1) == (score > -16)


def test_the_least_losses_of_the_controls():
    """What no training takes the loss of two activations in a row below."""
    best = np.where(np.eye(10)[:1], 100.0, -100.0)
    targets = np.eye(10, dtype="float32")[:1]
    double_softmax, double_sigmoid = heads.get("double_softmax"), heads.get("double_sigmoid")
    assert double_softmax.outputs(best).max() == pytest.approx(math.e / (math.e + 9))
    value, _ = of_head(double_softmax, "one label", best, targets)
    assert value == pytest.approx(math.log(1 + 9 / math.e), rel=1e-6)
    value, _ = of_head(double_sigmoid, "one label", best, targets)
    assert value == pytest.approx((math.log(1 + 1 / math.e) + 9 * math.log(2)) / 10, rel=1e-6)


def test_a_row_without_a_positive_score_breaks_relu_sum_and_not_relu_eps_sum():
    scores, targets = -np.ones((1, 3)), np.eye(3, dtype="float32")[:1]
    value, _ = of_head(heads.get("relu_sum"), "one label", scores, targets)
    assert math.isnan(value)
    value, _ = of_head(heads.get("relu_eps_sum"), "one label", scores, targets)
    assert value == pytest.approx(math.log(3), rel=1e-5)


def test_numpy_outputs_are_what_the_keras_layer_emits():
    import keras

    for name, kind in CASES:
        head = heads.get(name)
        scores, _ = rows(head, kind)
        emitted = keras.layers.Activation(head.output_activation)(scores.astype(np.float32))
        np.testing.assert_allclose(
            head.outputs(scores), keras.ops.convert_to_numpy(emitted), rtol=1e-5, atol=1e-6
        )


def test_only_the_prior_head_starts_at_the_prior():
    head = heads.get("sigmoid_prior")
    assert head.initial_bias(prior=0.1) == -math.log(9)
    assert scipy.special.expit(head.initial_bias(prior=0.17)) == pytest.approx(0.17)
    others = set(heads.names()) - {"sigmoid_prior"}
    assert {heads.get(name).initial_bias(prior=0.1) for name in others} == {0.0}


def test_weights_are_the_odds_against_a_label_and_their_root():
    prior = np.array([0.5, 0.2, 0.01])
    np.testing.assert_allclose(heads.get("sigmoid_weighted").weights(prior), [1, 4, 99], 1e-6)
    root = heads.get("sigmoid_weighted_sqrt").weights(prior)
    np.testing.assert_allclose(root, [1, 2, 99**0.5], 1e-6)
