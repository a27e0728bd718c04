"""The fields of an experiment, each alone: what it accepts, and which are part of every key."""

from __future__ import annotations

import functools

from activation_study.catalogue import activations, datasets, heads, tasks

DEFAULT_LEARNING_RATE = 1e-3
"""Keras's default for Adam: what people run who do not tune."""
DEFAULT_RATES = {"adam": DEFAULT_LEARNING_RATE, "sgd": 0.01, "momentum": 0.01}
"""Keras's defaults by optimizer."""

ARCHITECTURES = ("mlp", "cnn")
MOST_CONVOLUTIONS = 4
"""Each convolution halves the image of 28 x 28; after four of them one position is left."""
INPUT_SCALES = {
    "unit": (0.0, 1.0),
    "raw": (0.0, 255.0),
    "signed": (-1.0, 1.0),
    "standard": (-0.1307 / 0.3081, (1.0 - 0.1307) / 0.3081),
}
"""Name -> what black and white pixels become; ``standard`` with MNIST's mean and spread."""
NORMALIZATIONS = ("none", "batch", "layer")
SECOND_PHASES = ("none", "lower_rate", "redraw_dead", "swap_leaky_relu")
POST_NORMALIZATIONS = ("none", "layer")
OPTIMIZERS = tuple(DEFAULT_RATES)
RATE_DECAYS = ("none", "linear")
EVALUATIONS = ("test", "validation", "beyond")
PROTOCOLS = (1, 2)
INITIALIZERS = (
    *("glorot_uniform", "glorot_normal", "he_uniform", "he_normal"),
    *("lecun_uniform", "lecun_normal", "recommended", "pytorch", "gain", "centred_gain"),
)
GAINS = ("gain", "centred_gain")
"""Initializers that follow from the hidden activation."""

FOUNDING_FIELDS = (
    *("dataset", "task", "hidden", "head", "architecture", "depth", "width", "normalization"),
    *("initializer", "bias_initial_value", "optimizer", "learning_rate", "batch_size"),
    *("epochs", "train_size", "label_noise", "seed", "evaluation"),
)
"""Part of every key. A field that is younger is part of a key only where it is not its default, so
that no key of a recorded run changes."""

GRAPH_FIELDS = (
    *("task", "hidden", "head", "architecture", "depth", "width", "normalization"),
    *("optimizer", "batch_size", "input_scale", "post_normalization", "bottleneck", "slope"),
)
"""What two experiments must share to be trained by one compiled graph."""

WHOLE_NUMBERS = {
    "depth": (0, 64),
    "width": (1, 65_536),
    "batch_size": (1, 60_000),
    "epochs": (0, 10_000),
    "seed": (0, 2**63 - 1),
    "second_epochs": (0, 10_000),
    "protocol": (PROTOCOLS[0], PROTOCOLS[-1]),
}
"""Field -> lowest and highest accepted whole number."""

REAL_NUMBERS = {
    "learning_rate": (1e-12, 1e6),
    "bias_initial_value": (-1e6, 1e6),
    "label_noise": (0.0, 0.999),
    "dead_share": (0.0, 1.0),
    "second_learning_rate": (1e-12, 1e6),
    "confident_start": (-1e6, 1e6),
    "negatives": (0.0, 1.0),
}
"""Field -> lowest and highest accepted number."""


@functools.cache
def slopes() -> tuple[str, ...]:
    """Returns the names of derivatives, those of elementwise activations among them."""
    built_in = map(activations.get, activations.built_in_names())
    return ("own", "flipped", *(each.name for each in built_in if each.kind == "elementwise"))


def accepted_names() -> dict[str, tuple[str, ...]]:
    """Returns the names that each field of text accepts now: a catalogue can grow."""
    return {
        "dataset": datasets.names(),
        "task": tasks.names(),
        "hidden": activations.names(),
        "head": heads.names(),
        "architecture": ARCHITECTURES,
        "normalization": NORMALIZATIONS,
        "initializer": INITIALIZERS,
        "optimizer": OPTIMIZERS,
        "evaluation": EVALUATIONS,
        "rate_decay": RATE_DECAYS,
        "input_scale": tuple(INPUT_SCALES),
        "post_normalization": POST_NORMALIZATIONS,
        "slope": slopes(),
        "second_phase": SECOND_PHASES,
    }
