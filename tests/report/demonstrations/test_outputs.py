"""Which gradient Keras trains with, asked of Keras; which sets sigmoids can say, by drawing."""

from __future__ import annotations

import numpy as np
import pytest

from activation_study.catalogue.heads.functions import sigmoid, softmax
from activation_study.report.demonstrations import outputs, run


def returned(activation: str, loss: str, scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """What Keras hands back to the scores of each example."""
    import keras
    import tensorflow as tf

    variable = tf.Variable(scores, dtype=tf.float32)
    with tf.GradientTape() as tape:
        shown = keras.layers.Activation(activation)(variable)
        each = getattr(keras.losses, loss)(tf.constant(targets, tf.float32), shown)
        total = tf.reduce_sum(each)
    return tape.gradient(total, variable).numpy()


@pytest.fixture
def scores() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((20, outputs.NUM_LABELS))


def test_keras_trains_sigmoids_by_any_binary_pair_and_softmax_by_any_categorical(scores):
    targets = np.eye(outputs.NUM_LABELS)[np.arange(20) % outputs.NUM_LABELS]
    of_sigmoids = (sigmoid(scores) - targets) / outputs.NUM_LABELS
    of_softmax = softmax(scores) - targets
    for activation in ("softmax", "sigmoid"):
        binary = returned(activation, "binary_crossentropy", scores, targets)
        categorical = returned(activation, "categorical_crossentropy", scores, targets)
        np.testing.assert_allclose(binary, of_sigmoids, atol=1e-6)
        np.testing.assert_allclose(categorical, of_softmax, atol=1e-6)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_keras_returns_outputs_less_targets_however_many_labels_there_are(scores, number):
    targets = np.tile(np.arange(outputs.NUM_LABELS) < number, (20, 1)).astype(float)
    found = returned("softmax", "categorical_crossentropy", scores, targets)
    np.testing.assert_allclose(found, softmax(scores) - targets, atol=1e-6)
    is_right = run("khot-gradient-returned")[f"difference_with_{number}_labels"] < 1e-6
    assert is_right == (number == 1)


def test_sets_that_drawn_inputs_make_are_among_those_that_can_be_said():
    rng = np.random.default_rng(1)
    weights = rng.standard_normal((outputs.NUM_LABELS, 3))
    inputs = np.column_stack([np.ones(100_000), 5.0 * rng.standard_normal((100_000, 2))])
    said = {frozenset(np.flatnonzero(row)) for row in np.unique(inputs @ weights.T > 0, axis=0)}
    assert len(said) <= 56
    for labels in outputs.SETS:
        assert outputs.can_say(weights, labels) or labels not in said
    assert outputs.num_sets(weights) < 57


def test_one_unit_says_the_sets_between_two_neighbouring_cuts():
    # Scores u - t: at least t of them are positive for u above it, so the sets are the first ones.
    weights = np.column_stack([-np.arange(outputs.NUM_LABELS), np.ones(outputs.NUM_LABELS)])
    said = [labels for labels in outputs.SETS if outputs.can_say(weights, labels)]
    assert sorted(map(sorted, said)) == [list(range(number)) for number in range(4)]
    assert len(outputs.SETS) == 1 + 10 + 45 + 120
