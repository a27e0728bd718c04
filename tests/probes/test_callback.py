"""The callback in Keras's own `fit`: logs, table, and one warning with the likely cause."""

from __future__ import annotations

import re
import warnings

import keras
import numpy as np
import pytest
from keras import layers

from activation_study import DeadUnits, datasets
from activation_study.errors import DeadUnitsWarning
from activation_study.probes.callback import LOGGED

DIGITS = datasets.load("mnist-5k").train
IMAGES = DIGITS.images.reshape(-1, 784)[:1000].astype("float32")
LABELS = DIGITS.labels[:1000]


def network(rate: float = 1e-3, bias: float = 0.0, seed: int = 0) -> keras.Model:
    keras.utils.set_random_seed(seed)
    first = keras.initializers.Constant(bias)
    hidden = [layers.Dense(32, "relu", bias_initializer=first, name=f"hidden_{n}") for n in (1, 2)]
    model = keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss)
    return model


def fitted(
    callback: DeadUnits, images: np.ndarray, model: keras.Model, *others: object, epochs: int = 2
) -> keras.callbacks.History:
    callbacks = [callback, *others]
    return model.fit(images, LABELS, 32, epochs, 0, callbacks=callbacks)


def test_logs_and_table_say_the_same() -> None:
    callback, model = DeadUnits(IMAGES / 255), network()
    history = fitted(callback, IMAGES / 255, model).history
    table = callback.table
    assert table["epoch"].tolist() == [0, 0, 1, 1, 2, 2]
    layerwise = {f"{name}_{each}" for name in ("hidden_1", "hidden_2") for each in LOGGED}
    assert set(history) == {"loss", *LOGGED, *layerwise}
    for name in LOGGED:
        by_layer = table.pivot(index="epoch", columns="name", values=name)
        assert history[f"hidden_2_{name}"] == by_layer["hidden_2"].tolist()[1:]
        assert history[name] == pytest.approx(by_layer.mean(axis=1).tolist()[1:])
    # A second fit goes on, another model starts anew.
    fitted(callback, IMAGES / 255, model, epochs=1)
    assert callback.table["epoch"].max() == 3
    fitted(callback, IMAGES / 255, network(seed=1), epochs=1)
    assert callback.table["epoch"].max() == 1


def test_early_stopping_can_watch_the_dead() -> None:
    stop = keras.callbacks.EarlyStopping("dead", mode="min", patience=0, baseline=0.5)
    short = DeadUnits(IMAGES, per_layer=False)
    with pytest.warns(DeadUnitsWarning):
        history = fitted(short, IMAGES, network(rate=0.1), stop, epochs=5).history
    assert set(history) == {"loss", *LOGGED}
    # Keras never stops after the first epoch.
    assert history["dead"] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("scale", "rate", "bias", "said"),
    [
        (1.0, 0.1, 0.0, r"after epoch 1.*inputs, which run from 0 to 255"),
        (1 / 255, 0.1, -20.0, r"before the first step.*the first weights or biases"),
        (1 / 255, 30.0, 0.0, r"after epoch 1.*the learning rate of 30"),
        (1.0, 1e30, 0.0, r"not finite after epoch 1.*diverged"),
    ],
)
def test_one_warning_names_the_likely_cause(
    scale: float, rate: float, bias: float, said: str
) -> None:
    callback = DeadUnits(IMAGES * scale)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted(callback, IMAGES * scale, network(rate, bias), epochs=3)
    (warning,) = [each for each in caught if each.category is DeadUnitsWarning]
    assert re.search(said, str(warning.message))
    assert callback.warning == str(warning.message)
    # It points to where fit was called.
    assert warning.filename == __file__


def test_what_works_gives_no_warning() -> None:
    callback = DeadUnits(IMAGES / 255)
    fitted(callback, IMAGES / 255, network())
    assert callback.table["dead"].max() < 0.2
    assert callback.warning is None
    strict = DeadUnits(IMAGES[:50] / 255, warn_above=0.0)
    with pytest.warns(DeadUnitsWarning, match="The probe is small"):
        fitted(strict, IMAGES / 255, network(rate=0.5))


def test_looking_changes_nothing_of_the_training() -> None:
    weights = []
    for callbacks in ([], [DeadUnits(IMAGES / 255)]):
        model = network(rate=0.1)
        model.fit(IMAGES / 255, LABELS, 32, 1, 0, callbacks=callbacks)
        weights.append(model.get_weights())
    for alone, watched in zip(*weights, strict=True):
        np.testing.assert_array_equal(watched, alone)


def test_it_shows_itself() -> None:
    callback = DeadUnits(IMAGES / 255)
    assert "nothing is counted yet" in str(callback)
    assert "nothing is counted yet" in callback._repr_html_()
    with pytest.raises(ValueError, match=r"give the callback to model\.fit first"):
        callback.plot()
    fitted(callback, IMAGES / 255, network())
    assert "After 2 epochs." in str(callback)
    last = callback.table.iloc[-2:]
    assert callback.plot().title.startswith("Most dead units after 2 epochs: ")
    lines = callback.plot().figure.axes[0].lines
    np.testing.assert_allclose([line.get_ydata()[-1] for line in lines], 100 * last["dead"])
    assert "<svg" in callback._repr_html_()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((0, 784)), "at least one; received"),
        ([np.zeros((3, 2)), np.zeros((4, 2))], r"received \[3, 4\]"),
        (np.array(["a", "b"]), "an array of numbers"),
        (np.float32(1.0), "one row an example"),
    ],
)
def test_a_wrong_probe_set_is_refused(x: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DeadUnits(x)


def test_a_dataset_is_no_probe_set() -> None:
    import tensorflow as tf

    with pytest.raises(ValueError, match=r"next\(iter\(dataset\)\)\[0\]"):
        DeadUnits(tf.data.Dataset.from_tensor_slices(IMAGES))


def test_a_probe_set_that_does_not_fit_the_model_is_explained() -> None:
    with pytest.raises(ValueError, match=r"shape \(5, 20\).*as fit gets its x"):
        fitted(DeadUnits(np.zeros((5, 20))), IMAGES, network())
    for wrong in ({"batch_size": 0}, {"warn_above": 2.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            DeadUnits(IMAGES, **wrong)
