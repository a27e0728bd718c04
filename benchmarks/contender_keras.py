"""``model.fit``, as most people call it and with many steps in one execution.

The images lie in memory as a float tensor, and no metric but the loss is computed: with NumPy
arrays, accuracy and a progress bar, as in most tutorials, ``fit`` takes longer.
"""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
import tensorflow as tf
from contenders import FIT, FIT_STEPS, STEPS_PER_EXECUTION
from plan import Plan, layer_shapes
from turns import Job


def make(plan: Plan, threads: int | None) -> dict[str, Job]:
    """Returns one epoch of each kind of ``fit``."""
    if threads is not None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    images, labels = plan.training_images()
    pixels = tf.constant(images.astype(np.float32) / 255)
    targets = tf.constant(labels.astype(np.int64))

    def epoch(model: keras.Model) -> float:
        batch_size = plan.experiment().batch_size
        history = model.fit(pixels, targets, batch_size=batch_size, verbose=0)
        return float(history.history["loss"][0])

    in_larger_steps = _model(plan, steps_per_execution=STEPS_PER_EXECUTION)
    return {FIT: partial(epoch, _model(plan)), FIT_STEPS: partial(epoch, in_larger_steps)}


def _model(plan: Plan, **settings: int) -> keras.Model:
    *hidden, (_, num_classes) = layer_shapes(plan.experiment())
    model = keras.Sequential(
        [
            keras.Input((hidden[0][0],)),
            *[keras.layers.Dense(width, activation="relu") for _, width in hidden],
            keras.layers.Dense(num_classes, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", **settings)
    return model
