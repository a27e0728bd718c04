"""Heads: what Keras really computes for each pair, against closed forms in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special

from activation_study.catalogue import heads
from activation_study.catalogue.heads import functions

K = 5
EPSILON = 1e-7  # keras.backend.epsilon(), at which Keras clips probabilities

SCORES = {
    "ordinary": [[0.3, -1.2, 2.0, 0.0, -0.4], [1.0, 1.5, -2.0, 0.2, 3.0], [0.0] * K],
    "large": [[20.0, -20.0, 3.0, 0.0, -9.0], [-18.0, 12.0, -14.0, 2.0, -17.0]],
    "extreme": [[100.0, -100.0, 0.0, 50.0, -50.0], [-100.0, 100.0, 30.0, -60.0, 1.0]],
}
TARGETS = [2, 0, 4]


def keras_loss_and_gradient(output_activation, loss, scores, targets):
    """Loss and its gradient in the scores of a tiny model, in a graph as in training."""
    import keras
    import tensorflow as tf

    pixels = keras.Input((scores.shape[1],))
    # With the identity as kernel the input is the score, and the gradients are the same.
    layer = keras.layers.Dense(scores.shape[1], use_bias=False, kernel_initializer="identity")
    model = keras.Model(pixels, keras.layers.Activation(output_activation)(layer(pixels)))

    @tf.function(autograph=False)
    def compute(given_scores):
        with tf.GradientTape() as tape:
            tape.watch(given_scores)
            value = loss(targets, model(given_scores, training=True))
        return value, tape.gradient(value, given_scores)

    value, gradient = compute(tf.constant(scores, tf.float32))
    return float(value), np.asarray(gradient, dtype=np.float64)


def one_hot(labels, num_classes=K):
    return np.eye(num_classes, dtype=np.float32)[labels]


def softmax_jacobian_product(p, upstream):
    return p * (upstream - (p * upstream).sum(axis=1, keepdims=True))


def softmax_crossentropy(z, y):
    loss = scipy.special.logsumexp(z, axis=1) - (y * z).sum(axis=1)
    return loss, scipy.special.softmax(z, axis=1) - y


def sigmoid_crossentropy(z, y):
    loss = (np.logaddexp(0, z) - y * z).mean(axis=1)
    return loss, (scipy.special.expit(z) - y) / z.shape[1]


def clipped_normalized_sigmoid_crossentropy(z, y):
    s = scipy.special.expit(z)
    q = s / s.sum(axis=1, keepdims=True)
    q_target = (y * q).sum(axis=1, keepdims=True)
    inside = (q_target >= EPSILON) & (q_target <= 1 - EPSILON)
    loss = -np.log(np.clip(q_target, EPSILON, 1 - EPSILON))[:, 0]
    return loss, np.where(inside, -(1 - s) * (y - q), 0.0)


def softmax_squared_error(z, y):
    p = scipy.special.softmax(z, axis=1)
    return ((p - y) ** 2).mean(axis=1), softmax_jacobian_product(p, 2 * (p - y) / z.shape[1])


def sigmoid_squared_error(z, y):
    s = scipy.special.expit(z)
    return ((s - y) ** 2).mean(axis=1), 2 * (s - y) * s * (1 - s) / z.shape[1]


def linear_squared_error(z, y):
    return ((z - y) ** 2).mean(axis=1), 2 * (z - y) / z.shape[1]


def double_softmax_crossentropy(z, y):
    p = scipy.special.softmax(z, axis=1)
    loss, gradient = softmax_crossentropy(p, y)
    return loss, softmax_jacobian_product(p, gradient)


CLOSED_FORMS = {
    "softmax": softmax_crossentropy,
    "sigmoid": sigmoid_crossentropy,
    "sigmoid_prior": sigmoid_crossentropy,
    "sigmoid_normalized": clipped_normalized_sigmoid_crossentropy,
    "softmax_mse": softmax_squared_error,
    "sigmoid_mse": sigmoid_squared_error,
    "linear_mse": linear_squared_error,
    "double_softmax": double_softmax_crossentropy,
}


def assert_keras_computes(output_activation, loss, closed_form, scores, labels):
    scores, targets = np.array(scores), one_hot(labels)
    value, gradient = keras_loss_and_gradient(output_activation, loss, scores, targets)
    expected, expected_gradient = closed_form(scores, targets.astype(np.float64))
    np.testing.assert_allclose(value, expected.mean(), rtol=2e-6)
    np.testing.assert_allclose(gradient, expected_gradient / len(scores), rtol=2e-4, atol=2e-7)


@pytest.mark.parametrize("name", heads.names())
def test_keras_computes_the_stated_loss_and_gradient(name):
    head = heads.get(name)
    for scores in SCORES.values():
        assert_keras_computes(
            head.output_activation,
            head.make_loss(),
            CLOSED_FORMS[name],
            scores,
            TARGETS[: len(scores)],
        )


@pytest.mark.parametrize("name", heads.names())
def test_the_gradient_of_canonical_pairs_alone_is_proportional_to_the_error(name):
    head = heads.get(name)
    # Every class is confidently wrong: only a canonical pair still learns at full strength.
    scores, targets = np.array([[60.0, -60.0, -60.0, -60.0, -60.0]]), one_hot([1])
    _, gradient = keras_loss_and_gradient(head.output_activation, head.make_loss(), scores, targets)
    error = head.outputs(scores) - targets
    scale = (gradient * error).sum() / (error**2).sum()
    proportional = np.allclose(gradient, scale * error, atol=1e-6) and scale > 0.1
    assert proportional == (name in ("softmax", "sigmoid", "sigmoid_prior", "linear_mse"))


def test_plain_keras_sigmoid_with_categorical_crossentropy_is_a_softmax_crossentropy():
    import keras

    # Keras leaves the scores on the sigmoid's result and the loss takes them as softmax logits.
    for scores in SCORES.values():
        assert_keras_computes(
            "sigmoid",
            keras.losses.CategoricalCrossentropy(),
            softmax_crossentropy,
            scores,
            TARGETS[: len(scores)],
        )


def test_from_logits_after_a_softmax_undoes_the_softmax_and_warns():
    import keras

    with pytest.warns(UserWarning, match="does not represent logits"):
        assert_keras_computes(
            "softmax",
            keras.losses.CategoricalCrossentropy(from_logits=True),
            softmax_crossentropy,
            SCORES["large"],
            TARGETS[:2],
        )


def test_a_sigmoid_without_the_mark_is_clipped_in_binary_crossentropy():
    import keras

    # float32 cannot hold 1 - 1e-7 exactly: the loss beyond is that of its nearest neighbour.
    upper = float(np.float32(1) - np.float32(EPSILON))
    for score, learns in ((-15.0, True), (-17.0, False), (15.0, True), (17.0, False)):
        label = 1 if score > 0 else 0  # the class whose score is wrong
        targets = np.eye(2, dtype=np.float32)[[label]]
        scores = np.array([[score, 0.0]])
        value, gradient = keras_loss_and_gradient(
            functions.unmarked_sigmoid, keras.losses.BinaryCrossentropy(), scores, targets
        )
        assert (abs(gradient[0, 0]) > 0.1) == learns
        if not learns:
            wrong = -math.log(EPSILON) if score < 0 else -math.log(1 - upper)
            assert value == pytest.approx((wrong + math.log(2)) / 2, rel=1e-5)


@pytest.mark.parametrize("score", [-15.0, -17.0])
def test_sigmoid_normalized_stops_learning_where_its_probability_is_clipped(score):
    head = heads.get("sigmoid_normalized")
    scores = np.array([[score, 0.0, 0.0]])
    _, gradient = keras_loss_and_gradient(
        head.output_activation, head.make_loss(), scores, one_hot([0], 3)
    )
    assert (abs(gradient).max() > 0.1) == (score > -16)


def test_binary_crossentropy_averages_over_the_classes():
    head = heads.get("sigmoid")
    for num_classes in (2, 10):
        value, gradient = keras_loss_and_gradient(
            head.output_activation,
            head.make_loss(),
            np.zeros((1, num_classes)),
            one_hot([0], num_classes),
        )
        assert value == pytest.approx(math.log(2), rel=1e-6)
        assert gradient[0, 0] == pytest.approx(-0.5 / num_classes, rel=1e-6)


def test_double_softmax_cannot_say_more_than_e_to_one():
    best = np.full((1, 10), -100.0)
    best[0, 3] = 100.0
    head = heads.get("double_softmax")
    assert head.outputs(best).max() == pytest.approx(math.e / (math.e + 9))
    value, _ = keras_loss_and_gradient(
        head.output_activation, head.make_loss(), best, one_hot([3], 10)
    )
    assert value == pytest.approx(math.log(math.e + 9) - 1, rel=1e-6)


def test_numpy_outputs_are_what_the_keras_layer_emits():
    import keras

    scores = np.concatenate([np.array(rows) for rows in SCORES.values()])
    for name in heads.names():
        head = heads.get(name)
        emitted = keras.layers.Activation(head.output_activation)(scores.astype(np.float32))
        np.testing.assert_allclose(
            head.outputs(scores), keras.ops.convert_to_numpy(emitted), rtol=2e-6, atol=1e-7
        )


def test_only_the_prior_head_starts_at_the_prior():
    head = heads.get("sigmoid_prior")
    assert head.initial_bias(prior=0.1) == -math.log(9)
    assert scipy.special.expit(head.initial_bias(prior=0.17)) == pytest.approx(0.17)
    others = set(heads.names()) - {"sigmoid_prior"}
    assert {heads.get(name).initial_bias(prior=0.1) for name in others} == {0.0}


def test_clipping_is_stated_where_and_only_where_it_happens():
    stated = {
        name for name in heads.names() if r"\operatorname{clip}" in heads.get(name).effective_loss
    }
    assert stated == {"sigmoid_normalized"}
