"""Networks with one or two units before their outputs, small enough to be drawn whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from activation_study.catalogue import datasets, heads, quiet_tensorflow

NUM_CLASSES = 10
EPOCHS = 25
BATCH = 128
RATE = 3e-3
SEED = 0


@dataclass(frozen=True)
class FewUnits:
    """What a network makes of test images that it has not seen, and its last layer.

    Attributes:
        head: Name of its output layer.
        units: Shape (images, units): what stands before the outputs, a linear layer.
        labels: Shape (images,): which class is right.
        weights: Shape (units, classes), of the outputs.
        biases: Shape (classes,).
    """

    head: str
    units: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    biases: np.ndarray

    def outputs(self, units: np.ndarray) -> np.ndarray:
        """Return the outputs, shape (points, classes), for units of shape (points, units)."""
        return heads.get(self.head).outputs(units @ self.weights + self.biases)

    @property
    def called(self) -> np.ndarray:
        """The class with the largest output of each image, shape (images,)."""
        return self.outputs(self.units).argmax(axis=1)

    @property
    def accuracy(self) -> float:
        """Share of the images whose class has the largest output."""
        return float(np.mean(self.called == self.labels))


def trained(head: str, num_units: int) -> FewUnits:
    """Train a network of two hidden layers and a few linear units on the packaged digits.

    Args:
        head: Output layer that names one of several classes.
        num_units: Units of the linear layer before the outputs.
    """
    quiet_tensorflow.load()
    import keras

    digits, output = datasets.load("mnist-5k"), heads.get(head)
    keras.utils.set_random_seed(SEED)
    bias = keras.initializers.Constant(output.initial_bias(1 / NUM_CLASSES))
    few = keras.layers.Dense(num_units)
    last = keras.layers.Dense(NUM_CLASSES, output.output_activation, bias_initializer=bias)
    hidden = [keras.layers.Dense(128, "relu") for _ in range(2)]
    body = keras.Sequential([*hidden, few])
    model = keras.Sequential([body, last])
    loss = output.make_loss("one label")
    # The steps of an epoch in one call: most of such small a step is the call of it.
    model.compile(keras.optimizers.Adam(RATE), loss, steps_per_execution=32)
    targets = np.eye(NUM_CLASSES, dtype=np.float32)[digits.train.labels]
    images, unseen = (part.images.astype(np.float32) / 255 for part in (digits.train, digits.test))
    model.fit(images, targets, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    units = body.predict(unseen, verbose=0)
    return FewUnits(head, units, digits.test.labels, *map(np.asarray, last.get_weights()))
