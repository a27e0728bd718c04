"""Training is Keras's own, repeatable, and its failures are outcomes."""

from __future__ import annotations

import functools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from activation_study.catalogue import activations, datasets, heads, tasks
from activation_study.engine.records.schema import Schema
from activation_study.engine.training import optimizers, run_data
from activation_study.engine.training.graphs import as_pixels
from activation_study.engine.training.loop import Loop
from activation_study.engine.training.train import train
from activation_study.experiment import Experiment

SMALL = Experiment(dataset="mnist-5k", epochs=2, train_size=1000, batch_size=64)


PIXELS = {
    "unit": lambda values: values / 255,
    "raw": lambda values: values,
    "signed": lambda values: 2 * values / 255 - 1,
    "standard": lambda values: (values / 255 - 0.1307) / 0.3081,
}


def weights_after_our_epochs(experiment: Experiment, order: np.ndarray) -> list[np.ndarray]:
    streams = run_data.Streams.of(experiment)
    arrays = run_data.prepare(experiment, streams)
    loop = Loop(experiment)
    loop.restart(experiment, streams.weights)
    for rates in optimizers.rates(experiment, len(order)):
        loop.train_epoch(arrays.images, arrays.wanted, tf.constant(order), rates)
    return loop.model.get_weights()


def weights_after_fit(experiment: Experiment, order: np.ndarray) -> list[np.ndarray]:
    """The same training by Keras alone: its own optimizer, its own loop."""
    streams = run_data.Streams.of(experiment)
    arrays = run_data.prepare(experiment, streams)
    loop = Loop(experiment)
    loop.restart(experiment, streams.weights)
    optimizer = {
        "adam": keras.optimizers.Adam,
        "sgd": keras.optimizers.SGD,
        "momentum": functools.partial(keras.optimizers.SGD, momentum=0.9),
    }[experiment.optimizer]
    rate = experiment.learning_rate
    if experiment.rate_decay == "linear":
        num_steps = 2 * math.ceil(len(order) / experiment.batch_size)
        rate = keras.optimizers.schedules.PolynomialDecay(rate, num_steps, end_learning_rate=0.0)
    loop.model.compile(optimizer(rate), heads.get(experiment.head).make_loss("one label"))
    loop.model.fit(
        PIXELS[experiment.input_scale](arrays.images.numpy()[order].astype("float32")),
        np.eye(10, dtype="float32")[arrays.wanted.numpy()[order]],
        batch_size=experiment.batch_size,
        epochs=2,
        shuffle=False,
        verbose=0,
    )
    return loop.model.get_weights()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimizer": "sgd", "learning_rate": 0.1},
        {"optimizer": "momentum", "learning_rate": 0.03},
        {"rate_decay": "linear"},
        {"rate_decay": "linear", "optimizer": "sgd", "learning_rate": 0.1},
        {"hidden": "tanh", "head": "sigmoid"},
        # SGD, because batch normalization leaves the biases before it only rounding errors as
        # gradients, which Adam blows up to full steps.
        {"hidden": "prelu", "normalization": "batch", "optimizer": "sgd", "learning_rate": 0.05},
        {"head": "softmax_mse", "normalization": "layer", "initializer": "he_normal"},
        {"input_scale": "raw", "optimizer": "sgd", "learning_rate": 1e-5},
        {"input_scale": "signed", "initializer": "pytorch"},
        {"input_scale": "standard", "initializer": "gain"},
    ],
    ids=lambda changes: "-".join(str(value) for value in changes.values()) or "reference",
)
def test_loop_equals_fit(changes: dict) -> None:
    experiment = SMALL.replace(**changes)
    # 1000 is no multiple of 64: the shorter last batch of an epoch is compared as well.
    order = run_data.prepare(experiment, run_data.Streams.of(experiment)).train_indices
    ours = weights_after_our_epochs(experiment, order)
    keras_own = weights_after_fit(experiment, order)
    for mine, theirs in zip(ours, keras_own, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("slope", ["linear", "flipped"])
def test_a_step_goes_down_the_gradient_that_the_slope_makes(slope: str) -> None:
    experiment = SMALL.replace(slope=slope, depth=1, width=16, optimizer="sgd", learning_rate=0.5)
    streams = run_data.Streams.of(experiment)
    arrays, loop = run_data.prepare(experiment, streams), Loop(experiment)
    loop.restart(experiment, streams.weights)
    kernel, _, output_kernel, _ = (each.astype(float) for each in loop.model.get_weights())
    batch = arrays.train_indices[:64]
    pixels = arrays.images.numpy()[batch] / 255
    labels = np.eye(10)[arrays.wanted.numpy()[batch]]
    scores = pixels @ kernel
    outputs = np.exp(np.maximum(scores, 0) @ output_kernel)
    error = (outputs / outputs.sum(axis=1, keepdims=True) - labels) / 64 @ output_kernel.T
    error *= 1.0 if slope == "linear" else -1.0 * (scores > 0)
    loop.train_epoch(arrays.images, arrays.wanted, tf.constant(batch))
    stepped = kernel - 0.5 * pixels.T @ error
    np.testing.assert_allclose(loop.model.get_weights()[0], stepped, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_dead_units_never_learn_and_the_others_learn_as_if_they_were_alone(optimizer: str) -> None:
    lesioned = SMALL.replace(dead_share=0.25, width=64, optimizer=optimizer, learning_rate=0.01)
    streams = run_data.Streams.of(lesioned)
    arrays = run_data.prepare(lesioned, streams)
    loop, alone = Loop(lesioned), Loop(lesioned.replace(dead_share=0.0, width=48))
    loop.restart(lesioned, streams.weights)
    before = loop.model.get_weights()
    first, first_bias, second, second_bias, scores, scores_bias = before
    alone.restart(lesioned.replace(dead_share=0.0, width=48), streams.weights)
    living = [first[:, 16:], first_bias[16:], second[16:, 16:], second_bias[16:], scores[16:]]
    alone.model.set_weights([*living, scores_bias])
    order = tf.constant(arrays.train_indices)
    for each in (loop, alone):
        each.train_epoch(arrays.images, arrays.wanted, order)
    after, of_living = loop.model.get_weights(), alone.model.get_weights()
    np.testing.assert_array_equal(after[0][:, :16], first[:, :16])
    np.testing.assert_array_equal(after[2][:, :16], second[:, :16])
    np.testing.assert_array_equal(after[2][:16], second[:16])
    np.testing.assert_array_equal(after[1][:16], -1e3)
    assert not np.array_equal(after[0][:, 16:], first[:, 16:])
    np.testing.assert_allclose(after[0][:, 16:], of_living[0], rtol=1e-3, atol=2e-4)
    np.testing.assert_allclose(after[4][16:], of_living[4], rtol=1e-3, atol=2e-4)


def test_run_does_not_depend_on_what_the_process_trained_before() -> None:
    first = train(SMALL)
    train(SMALL.replace(seed=7, learning_rate=0.3))
    train(SMALL.replace(hidden="tanh"))
    again = train(SMALL)
    assert again.summary == first.summary
    assert str(again.tables) == str(first.tables)


def test_run_is_read_at_the_last_and_at_the_averaged_weights() -> None:
    run = train(SMALL)
    streams = run_data.Streams.of(SMALL)
    arrays, loop = run_data.prepare(SMALL, streams), Loop(SMALL)
    loop.restart(SMALL, streams.weights)
    generator = np.random.default_rng(streams.batches)
    images, labels = arrays.test[0], arrays.test[1].numpy()
    for _ in range(2):
        order = tf.constant(generator.permutation(arrays.train_indices))
        loop.train_epoch(arrays.images, arrays.wanted, order)
    for reading in loop.readings():
        outputs = loop.model(as_pixels(images)).numpy().astype(float)
        of_label = outputs[np.arange(len(labels)), labels]
        nll = run.summary[f"{reading}test_nll"]
        assert nll == pytest.approx(-np.log(of_label).mean(), rel=1e-5)
        is_right = outputs.argmax(axis=1) == labels
        assert run.summary[f"{reading}test_accuracy"] == pytest.approx(is_right.mean(), abs=1e-3)
        curve = run.tables["history"][f"{reading}validation_accuracy"]
        area = run.summary[f"{reading}area_after_first_epoch"]
        assert area == pytest.approx((curve[1] + curve[2]) / 2, rel=1e-4)
        # The tables are of the last weights.
        diagonal = run.tables["confusion"]["count"][::11]
        assert (sum(diagonal) == is_right.sum()) == (reading == "")


@pytest.mark.parametrize(
    ("task", "head"), [("digits", "softmax"), ("scenes", "sigmoid"), ("balance", "linear_mse")]
)
def test_run_measures_what_its_task_declares(task: str, head: str) -> None:
    experiment = SMALL.replace(task=task, head=head, epochs=1, width=16)
    run = train(experiment)
    declared = experiment.parts.task.measures.summary
    assert set(run.summary) == {"diverged", "divergence", *declared}
    stated = Schema.of(experiment.parts.task.measures).tables
    for name, columns in run.tables.items():
        expected = set(stated[name]) - {"key"}
        if task != "digits" and name == "early":
            expected -= {"train_accuracy"}
        assert set(columns) == expected


def test_units_dead_on_every_training_image_are_counted_three_times() -> None:
    run = train(SMALL.replace(hidden="relu", learning_rate=0.03, epochs=3))
    layers, units = run.tables["layers"], run.tables["units"]
    shares = dict(
        zip(zip(layers["epoch"], layers["layer"], strict=True), layers["dead_all"], strict=True)
    )
    assert shares[2, 1] is shares[2, 2] is None
    for moment, epoch in enumerate((0, 1, 3)):
        for layer in (1, 2):
            dead = [
                states[moment] == "1"
                for states, where in zip(units["dead_all"], units["layer"], strict=True)
                if where == layer
            ]
            assert shares[epoch, layer] == pytest.approx(sum(dead) / 128, abs=1e-4)
    # Fewer are dead on 1,000 training images and on 1,000 others than on the others alone.
    assert 0 < shares[3, 2] < 1


def test_untrained_network_is_observed() -> None:
    run = train(SMALL.replace(epochs=0))
    assert run.tables["history"]["epoch"] == [0]
    assert run.tables["early"]["step"] == []
    assert set(run.tables["units"]["dead_all"]) <= {"000", "111"}
    assert not run.summary["diverged"]
    assert run.summary["test_accuracy"] == run.summary["averaged_test_accuracy"] < 0.3
    assert np.isnan(run.summary["train_loss"])


def test_arms_are_paired_by_seed() -> None:
    relu, tanh = (SMALL.replace(hidden=hidden, seed=3) for hidden in ("relu", "tanh"))
    kernels = []
    for experiment in (relu, tanh):
        loop = Loop(experiment)
        loop.restart(experiment, run_data.Streams.of(experiment).weights)
        kernels.append(loop.model.get_weights())
    for one, other in zip(*kernels, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("hidden", ["exponential", "squareplus"])
def test_divergence_is_an_outcome(hidden: str) -> None:
    run = train(SMALL.replace(hidden=hidden, learning_rate=1e4, optimizer="sgd"))
    assert run.summary["diverged"]
    assert run.summary["divergence"] == "not finite"
    assert len(run.tables["history"]["epoch"]) == 2
    assert np.isnan(run.summary["test_accuracy"])


@pytest.mark.parametrize("hidden", ["relu", "maxout", "prelu", "softmax"])
def test_convolutions_train_and_are_watched_by_channel(hidden: str) -> None:
    small = SMALL.replace(architecture="cnn", width=4, hidden=hidden, epochs=1, train_size=256)
    run = train(small)
    assert run.tables["layers"]["layer"] == [1, 2, 1, 2]
    assert all(np.isfinite(run.tables["layers"]["gradient_norm"]))
    assert all(unit < 4 for unit in run.tables["units"]["unit"])
    assert np.isfinite(run.summary["test_nll"])


# One of each kind: a plain function, a learned one, one of the whole layer, one that halves the
# width, and two whose slopes are not those of their values.
@pytest.mark.parametrize(
    "hidden", ["gelu", "prelu", "sparsemax", "maxout", "step", "step_straight_through"]
)
def test_every_kind_of_activation_trains(hidden: str) -> None:
    run = train(SMALL.replace(hidden=hidden, epochs=1, train_size=256))
    assert np.isfinite(run.summary["validation_loss"])
    assert len(run.tables["layers"]["layer"]) == 4
    assert 0 <= run.tables["layers"]["dead"][0] <= 1


def test_what_the_names_stand_for_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment, asked = SMALL.replace(epochs=1, depth=1), list[str]()
    for registry in (activations, datasets, heads, tasks):
        for function in ("get", "spec"):
            if known := getattr(registry, function, None):
                monkeypatch.setattr(
                    registry, function, lambda name, known=known: asked.append(name) or known(name)
                )
    train(experiment)
    assert asked == []
