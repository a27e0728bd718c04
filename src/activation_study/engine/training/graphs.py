"""What the compiled graphs of a run share."""

from __future__ import annotations

import functools
import logging

import tensorflow as tf

from activation_study.catalogue.parts import Parts
from activation_study.engine.training import network

compiled = functools.partial(tf.function, autograph=False)
"""Compiles without AutoGraph, which gives up where a warning of Python's ``ast`` is an error."""

# Each network has graphs of its own, on purpose; of many TensorFlow says that they are too many.
logging.getLogger("tensorflow").addFilter(lambda each: "retracing" not in each.getMessage())

ZERO = tf.UnconnectedGradients.ZERO
"""No gradient reaches the layers before a rounding or a cast: theirs is zero."""


def any_examples(parts: Parts) -> tuple[tf.TensorSpec, tf.TensorSpec]:
    """Images and targets of any number: one graph serves validation, probe and test set."""
    wanted = parts.no_wanted()
    return (
        tf.TensorSpec((None, network.NUM_PIXELS), tf.uint8),
        tf.TensorSpec((None, *wanted.shape[1:]), wanted.dtype),
    )


def as_pixels(images: tf.Tensor, black: float = 0.0, white: float = 1.0) -> tf.Tensor:
    """Turns uint8 images into float pixels, cast and scaled in one operation."""
    bytes_of_range = tf.bitcast(images, tf.quint8)
    return tf.raw_ops.Dequantize(input=bytes_of_range, min_range=black, max_range=white)
