"""The second phase changes what it names, and nothing else but the state of the optimizer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from activation_study.catalogue import heads
from activation_study.engine.training import run_data, second_phase
from activation_study.engine.training.graphs import as_pixels
from activation_study.engine.training.loop import Loop
from activation_study.engine.training.train import train
from activation_study.experiment import Experiment

ONE = Experiment(
    dataset="mnist-5k", epochs=1, train_size=1000, batch_size=64, width=32, learning_rate=0.01
)
TWO: dict[str, Any] = {"second_epochs": 1, "second_learning_rate": 1e-3}


class Begun:
    """A network after its first phase, and after its second has begun."""

    def __init__(self, **changes: Any) -> None:
        self.experiment = ONE.replace(**TWO | changes)
        streams = run_data.Streams.of(self.experiment)
        self.arrays = run_data.prepare(self.experiment, streams)
        self.first = Loop(self.experiment)
        self.first.restart(self.experiment, streams.weights)
        self.order = tf.constant(self.arrays.train_indices)
        self.train(self.first)
        # Two units of the first layer and one of the second never fire.
        for number, units in ((1, [0, 5]), (2, [7])):
            bias = self.first.model.get_layer(f"dense_{number}").bias
            bias.assign(np.where(np.isin(np.arange(32), units), -100.0, bias))
        self.before = self.values(self.first)
        probe = self.arrays.probe("mlp")
        self.pixels = as_pixels(probe[0])
        self.said = self.first.model(self.pixels).numpy()
        self.loop = second_phase.begin(self.experiment, self.first, probe, streams.redraw)
        self.after = self.values(self.loop)

    def train(self, loop: Loop) -> None:
        loop.train_epoch(self.arrays.images, self.arrays.wanted, self.order)

    @staticmethod
    def values(loop: Loop) -> dict[str, np.ndarray]:
        return {weight.path: weight.numpy() for weight in loop.model.weights}


def test_a_lower_rate_goes_on_as_keras_does_with_a_new_optimizer() -> None:
    begun = Begun(second_phase="lower_rate")
    for path, value in begun.before.items():
        np.testing.assert_array_equal(begun.after[path], value)
    begun.train(begun.loop)
    ours = begun.values(begun.loop)
    begun.loop.model.set_weights(list(begun.before.values()))
    begun.loop.model.compile(
        keras.optimizers.Adam(1e-3), heads.get("softmax").make_loss("one label")
    )
    indices = begun.order.numpy()
    begun.loop.model.fit(
        begun.arrays.images.numpy()[indices].astype("float32") / 255,
        np.eye(10, dtype="float32")[begun.arrays.wanted.numpy()[indices]],
        batch_size=64,
        shuffle=False,
        verbose=0,
    )
    for path, value in begun.values(begun.loop).items():
        np.testing.assert_allclose(ours[path], value, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("bottleneck", [None, 4])
def test_dead_units_are_drawn_anew_and_nothing_reads_them_yet(bottleneck: int | None) -> None:
    begun = Begun(second_phase="redraw_dead", bottleneck=bottleneck)
    reader = "bottleneck/kernel" if bottleneck else "scores/kernel"
    looks = dict(enumerate(begun.first.look(*begun.arrays.probe("mlp")), 1))
    readers = {1: "dense_2/kernel", 2: reader}
    for number, units in ((1, [0, 5]), (2, [7])):
        kernel = f"dense_{number}/kernel"
        changed = (begun.after[kernel] != begun.before[kernel]).any(axis=0)
        assert changed[units].all()
        limit = np.sqrt(6 / (begun.after[kernel].shape[0] + 32))
        assert np.abs(begun.after[readers[number]][units]).max() == 0.0
        # What other dead units are read with is 0 now; the rest of these columns is fresh.
        fresh = begun.after[kernel][:, units]
        assert 0.8 * limit < np.abs(fresh).max() <= limit
        np.testing.assert_array_equal(begun.after[f"dense_{number}/bias"][units], 0.0)
        living = ~changed
        kept = begun.after[f"dense_{number}/bias"][living]
        np.testing.assert_array_equal(kept, begun.before[f"dense_{number}/bias"][living])
        assert not (looks[number].activations[:, units] == 0).all(axis=0).any()
    np.testing.assert_array_equal(begun.after["scores/bias"], begun.before["scores/bias"])
    np.testing.assert_allclose(begun.loop.model(begun.pixels), begun.said, atol=1e-5)


def test_leaky_relu_takes_the_weights_over() -> None:
    begun = Begun(second_phase="swap_leaky_relu")
    assert begun.loop is not begun.first
    signal = begun.pixels.numpy().astype(float)
    for layer in ("dense_1", "dense_2"):
        scores = signal @ begun.before[f"{layer}/kernel"] + begun.before[f"{layer}/bias"]
        signal = np.where(scores > 0, scores, 0.2 * scores)
    scores = signal @ begun.before["scores/kernel"] + begun.before["scores/bias"]
    outputs = np.exp(scores - scores.max(axis=1, keepdims=True))
    expected = outputs / outputs.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(begun.loop.model(begun.pixels), expected, atol=1e-5)


@pytest.mark.parametrize("phase", ["lower_rate", "redraw_dead", "swap_leaky_relu"])
def test_a_run_of_two_phases_begins_as_that_of_the_first_alone(phase: str) -> None:
    alone = train(ONE)
    run = train(ONE.replace(second_phase=phase, **TWO))
    history = run.tables["history"]
    assert history["epoch"] == [0, 1, 2]
    for name, column in alone.tables["history"].items():
        assert str(history[name][:2]) == str(column)
    assert run.summary["validation_accuracy"] == pytest.approx(
        history["validation_accuracy"][-1], rel=1e-4
    )
    # The average is that of the second phase alone, and near its last weights.
    assert run.summary["averaged_validation_nll"] == pytest.approx(
        run.summary["validation_nll"], rel=0.3
    )
    assert {len(states) for states in run.tables["units"]["dead"]} <= {3}
    # As text, because NaN equals nothing.
    assert str(train(ONE.replace(second_phase=phase, **TWO)).summary) == str(run.summary)
