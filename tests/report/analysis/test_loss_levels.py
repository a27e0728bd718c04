"""Every level is what Keras's loss computes of the outputs that it names."""

import math

import keras
import numpy as np
import pytest

from activation_study.catalogue import heads
from activation_study.report.analysis.loss_levels import loss_levels
from activation_study.report.tables import levels_table

NUM_CLASSES = 10
CUT = "cut off at 0.0000001"


def by_head(name, scores, targets):
    """The loss of a head of the catalogue, computed by Keras from the scores."""
    head = heads.get(name)
    activation = keras.layers.Activation(head.output_activation)
    loss = head.make_loss("one label")
    return float(loss(targets, activation(keras.ops.convert_to_tensor(scores, "float32"))))


def test_levels_are_what_keras_computes():
    one = np.eye(NUM_CLASSES, dtype=np.float32)
    two = one + np.roll(one, 1, axis=1)
    given = {"categorical_crossentropy": "softmax", "binary_crossentropy": "sigmoid"}
    level = {(one.loss, one.outputs): one.value for one in loss_levels(NUM_CLASSES)}
    even, sure = np.zeros_like(one), 40 * (2 * one - 1)
    frequency = np.full_like(one, -math.log(NUM_CLASSES - 1))
    for name, scores, outputs in (
        ("categorical_crossentropy", even, "all equal"),
        ("binary_crossentropy", even, "all one half"),
        ("binary_crossentropy", frequency, "the frequency of each class, whatever the image"),
    ):
        assert by_head(given[name], scores, one) == pytest.approx(level[name, outputs], rel=1e-5)
    for name, head in (
        ("categorical_crossentropy", "double_softmax"),
        ("binary_crossentropy", "double_sigmoid"),
    ):
        expected = level[name, "as sure as they can be"]
        assert by_head(head, sure, one) == pytest.approx(expected, rel=1e-5)
    shares = np.full_like(one, 1 / NUM_CLASSES)
    of_shares = level["mean_squared_error", "the frequency of each class, whatever the image"]
    assert float(np.mean((one - shares) ** 2)) == pytest.approx(of_shares, rel=1e-6)
    for name, loss in (
        ("categorical_crossentropy", keras.losses.CategoricalCrossentropy()),
        ("binary_crossentropy", keras.losses.BinaryCrossentropy()),
    ):
        # The score of the right class lies below 0; those of the others do so for the binary one.
        scores = np.where(one > 0, -5.0, 5.0 if name.startswith("cat") else -5.0)
        assert float(loss(one, scores)) == pytest.approx(level[name, CUT], rel=1e-3)
    halves = 40 * (two - 1)
    shown = sorted(
        value for (_, outputs), value in level.items() if outputs.startswith("1/2 for each")
    )
    assert by_head("softmax", halves, two / 2) == pytest.approx(math.log(2), rel=1e-5)
    assert by_head("softmax", halves, two) in [pytest.approx(value, rel=1e-5) for value in shown]


def test_the_table_says_what_rises_and_what_our_runs_reached(runs):
    table = levels_table()
    assert list(table.frame["it stops at"])[-1] == "rises"
    assert "our lowest" not in table.frame
    heads_of = runs.summary.assign(head="double_softmax")
    own = levels_table(type(runs)(**{**vars(runs), "summary": heads_of})).frame
    reached = own.loc[own["why"].str.startswith("Softmax twice"), "our lowest"].iloc[0]
    last = runs.history[runs.history["epoch"] == runs.history["epoch"].max()]
    assert float(reached) == pytest.approx(last["train_loss"].min(), abs=1e-4)


@pytest.mark.parametrize(("classes", "labels"), [(2, 2), (10, 1)])
def test_numbers_without_a_level_are_refused(classes, labels):
    with pytest.raises(ValueError, match="more classes than labels"):
        loss_levels(classes, labels)
