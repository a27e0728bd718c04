"""What `fit` trains is not always what the names of activation and loss say."""

from __future__ import annotations

import numpy as np
import pytest

NUM_CLASSES, EPOCHS = 4, 8


def fitted(activation, loss, targets):
    """Weights after training, and the loss of each epoch."""
    import keras

    keras.utils.set_random_seed(0)
    images = np.random.default_rng(0).normal(size=(len(targets), 6)).astype("float32")
    model = keras.Sequential(
        [
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(NUM_CLASSES, activation=activation),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss=loss)
    history = model.fit(images, targets, batch_size=16, epochs=EPOCHS, verbose=0)
    return model.get_weights(), np.array(history.history["loss"])


@pytest.mark.parametrize("loss", ["binary_crossentropy", "categorical_crossentropy"])
def test_softmax_and_sigmoid_train_the_same_network_with_either_loss(loss):
    targets = np.eye(NUM_CLASSES, dtype="float32")[np.arange(64) % NUM_CLASSES]
    (softmax, losses), (sigmoid, same) = (
        fitted(activation, loss, targets) for activation in ("softmax", "sigmoid")
    )
    for one, other in zip(softmax, sigmoid, strict=True):
        np.testing.assert_array_equal(one, other)
    assert losses.tolist() == same.tolist()
    assert losses[-1] < losses[0]


def test_several_labels_given_to_a_softmax_make_the_loss_rise():
    targets = np.random.default_rng(1).integers(0, 2, (64, NUM_CLASSES)).astype("float32")
    _, losses = fitted("softmax", "categorical_crossentropy", targets)
    assert losses[-1] > 1.1 * losses[0]
    shares = targets / np.maximum(targets.sum(axis=1, keepdims=True), 1)
    _, losses = fitted("softmax", "categorical_crossentropy", shares)
    assert losses[-1] < losses[0]
