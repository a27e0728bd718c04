"""Layers of Keras as activations: each hidden layer trains a copy of its own."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import scipy.special
import tensorflow as tf

from activation_study.catalogue import activations
from activation_study.engine.records.records import Records
from activation_study.engine.sweeps.sweep import run
from activation_study.engine.training import loop
from activation_study.engine.training.train import train
from activation_study.experiment import Experiment

SMALL = {"dataset": "mnist-5k", "train_size": 512, "epochs": 1, "width": 8, "depth": 2}


class Gate(keras.layers.Layer):
    """z sigmoid(b z) with one learned b, which begins at 1."""

    def __init__(self, start: float = 1.0, **others: Any) -> None:
        super().__init__(**others)
        self.start = start

    def build(self, shape: Any) -> None:
        self.b = self.add_weight(
            name="bias", initializer=keras.initializers.Constant(self.start), shape=()
        )

    def call(self, scores: Any) -> Any:
        return scores * keras.ops.sigmoid(self.b * scores)


class Temperature(Gate):
    """A softmax whose temperature is learned."""

    def call(self, scores: Any) -> Any:
        return keras.ops.softmax(self.b * scores)


class Random(Gate):
    def build(self, shape: Any) -> None:
        self.b = self.add_weight(name="b", initializer="glorot_uniform", shape=shape[1:])


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activation_study.catalogue.activations.registry._registered", {})


def named_factory() -> Gate:
    return Gate()


def test_a_layer_its_class_and_a_factory_are_one_activation() -> None:
    given = (Gate(), Gate, lambda: Gate(), functools.partial(Gate, 1.0), Gate(name="other"))
    experiments = [Experiment(hidden=hidden) for hidden in given]
    assert {each.activation.name for each in experiments} == {"gate"}
    assert len({each.key for each in experiments}) == 1
    assert Experiment(hidden=Gate(2.0)).key != experiments[0].key
    assert Experiment(hidden=named_factory).activation.name == "named_factory"
    assert Experiment(hidden=keras.layers.PReLU()).activation.name == "p_re_lu"
    activations.register("mine", Gate())
    assert Experiment(hidden=Gate).activation.name == "mine"


@pytest.mark.parametrize(
    ("hidden", "kind", "mixes_units"),
    [
        (keras.layers.PReLU(), "learned", False),
        (keras.layers.LeakyReLU(0.2), "elementwise", False),
        (keras.layers.Softmax(), "layerwise", False),
        (Temperature(), "learned", True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_hidden_layer_trains_a_copy_of_its_own(
    hidden: Any, kind: str, mixes_units: bool
) -> None:
    activations.register("mine", hidden)
    experiment = Experiment(hidden="mine", **SMALL, bias_initial_value=0.5)
    assert (experiment.activation.kind, experiment.activation.mixes_units) == (kind, mixes_units)
    run = train(experiment)
    trained = loop.loop_for(experiment)
    layers = [trained.model.get_layer(f"hidden_{number}") for number in (1, 2)]
    assert all(type(layer) is type(hidden) for layer in layers)
    assert len({id(layer) for layer in layers} | {id(hidden)}) == 3
    for layer, start in ((layer, getattr(hidden, "start", 0.0)) for layer in layers):
        for weight in layer.trainable_variables:
            moved = np.abs(weight.numpy() - start).max()
            assert 0.0 < moved < 0.1
    # What it has learned may be steeper than what was measured of its beginning.
    saturated = np.array(run.tables["layers"]["saturated"], dtype=float)
    assert np.isnan(saturated).all() == (kind != "elementwise")


@pytest.mark.parametrize("hidden", [Gate(2.0), Temperature(2.0)])
def test_slopes_are_those_of_what_was_learned(hidden: Any) -> None:
    experiment = Experiment(hidden=hidden, **SMALL)
    built = loop.Loop(experiment)
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(5, 784), dtype=np.uint8)
    inputs = images / 255.0
    learned = (0.5, 3.0)
    for number, b in enumerate(learned, start=1):
        built.model.get_layer(f"hidden_{number}").b.assign(b)
    looks = built.look(tf.constant(images), tf.zeros(5, tf.uint8))
    for number, (b, look) in enumerate(zip(learned, looks, strict=True), start=1):
        kernel, bias = built.model.get_layer(f"dense_{number}").get_weights()
        scores = inputs @ kernel + bias
        if isinstance(hidden, Temperature):
            inputs = scipy.special.softmax(b * scores, axis=1)
            expected = b * inputs * (1.0 - inputs)
        else:
            gate = scipy.special.expit(b * scores)
            inputs = scores * gate
            expected = gate + b * scores * gate * (1.0 - gate)
        np.testing.assert_allclose(look.slopes, expected, atol=1e-5)


def test_a_users_layer_travels_to_worker_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "users_layers.py"
    path.write_text(
        "import keras\n\nSTART = 0.5\n\n\ndef scale(z, b):\n    return z * b\n\n\n"
        "class Scale(keras.layers.Layer):\n"
        "    def build(self, shape):\n"
        "        start = keras.initializers.Constant(START)\n"
        "        self.b = self.add_weight(shape=(), initializer=start)\n\n"
        "    def call(self, z):\n        return scale(z, self.b)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("users_layers")
    path.unlink()
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    experiments = [Experiment(hidden=module.Scale(), **SMALL, seed=seed) for seed in (0, 1)]
    experiments.append(Experiment(hidden=Scaled(), **SMALL))
    runs = run(experiments, num_workers=1, records=Records(), progress=False)
    assert set(runs.summary["key"]) == {each.key for each in experiments}
    assert set(runs.summary["hidden"].str.partition("@")[0]) == {"scale", "scaled"}


class Scaled:
    """A callable object with plain state."""

    def __init__(self) -> None:
        self.slope = 0.5

    def __call__(self, scores: Any) -> Any:
        return self.slope * scores


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        (Random(), r"same scores; .*random weights: give an initializer a seed"),
        (keras.layers.Dropout(0.5), "must not draw random numbers"),
        (keras.layers.BatchNormalization(), "must not mix examples"),
        (keras.layers.Dense, r"cannot be made without arguments .*units"),
        (keras.layers.Dense(3), r"must keep the shape of its scores.*\(4, 3\)"),
        (lambda z: SHARED(z), r"'mine' reads a variable.*give the layer"),
    ],
)
def test_layers_that_are_no_activations_are_refused(hidden: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        activations.register("mine", hidden)
    assert "mine" not in activations.names()


SHARED = Gate()


def test_a_layer_that_hides_its_configuration_is_refused() -> None:
    class Hidden(keras.layers.Layer):
        def __init__(self, function: Any) -> None:
            super().__init__()
            self.function = function

        def call(self, scores: Any) -> Any:
            return self.function(scores)

    with pytest.raises(ValueError, match=r"'?Hidden'?.*get_config"):
        Experiment(hidden=Hidden(object()))


def test_a_function_without_gradient_trains_what_comes_after_it() -> None:
    experiment = Experiment(hidden=keras.ops.round, **SMALL)
    run = train(experiment)
    assert np.isfinite(run.tables["history"]["train_loss"][1:]).all()
    layers = run.tables["layers"]
    assert set(layers["gradient_norm"]) == {0.0}
    assert set(layers["gradient_dead"]) == {1.0}
