"""From an experiment to a Keras model whose hidden layers can be watched."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from activation_study.catalogue import heads, tasks
from activation_study.catalogue.activation_entry import Activation
from activation_study.experiment import Experiment

NUM_PIXELS = 784
"""Inputs of every network: one MNIST-shaped image, 28 x 28, flattened."""


@dataclass(frozen=True)
class Network:
    """A Keras model and the tensors that the measures read.

    Args:
        model: Maps pixels, float of shape (batch, 784) in [0, 1], to outputs of shape
            (batch, classes).
        watched: Same inputs; outputs the list [scores entering activation 1, activation 1, ...,
            scores entering the output activation, outputs].
        hidden: The catalogue's entry of the hidden activation.
        kernels: Kernel variables of the hidden layers, first to last.
    """

    model: keras.Model
    watched: keras.Model
    hidden: Activation
    kernels: list[keras.Variable]


def build(experiment: Experiment) -> Network:
    """Builds the network of an experiment; its weights are set by ``initialize``."""
    hidden = experiment.activation
    pixels = keras.Input((NUM_PIXELS,), name="pixels")
    signal, watched, kernels = pixels, [], []
    for layer in range(1, experiment.depth + 1):
        dense = keras.layers.Dense(experiment.width * hidden.width_factor, name=f"dense_{layer}")
        scores = _normalize(dense(signal), experiment.normalization, layer)
        signal = hidden.make_layer(f"hidden_{layer}")(scores)
        watched += [scores, signal]
        kernels.append(dense.kernel)
    num_classes = tasks.get(experiment.task).num_classes
    scores = keras.layers.Dense(num_classes, name="scores")(signal)
    output_activation = heads.get(experiment.head).output_activation
    outputs = keras.layers.Activation(output_activation, name="outputs")(scores)
    return Network(
        model=keras.Model(pixels, outputs),
        watched=keras.Model(pixels, [*watched, scores, outputs]),
        hidden=hidden,
        kernels=kernels,
    )


def _normalize(scores: keras.KerasTensor, normalization: str, layer: int) -> keras.KerasTensor:
    if normalization == "batch":
        return keras.layers.BatchNormalization(name=f"normalization_{layer}")(scores)
    if normalization == "layer":
        return keras.layers.LayerNormalization(name=f"normalization_{layer}")(scores)
    return scores


class InitialWeights:
    """The values from which a model starts, drawn anew for each seed.

    Kernels come from a Keras initializer with a seed of their own a layer, so that networks that
    differ in activation, head or rate start from the same draws. All other variables (biases,
    slopes, normalization) start from their layer's constants.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._constants = [np.array(value) for value in model.get_weights()]

    def assign(self, experiment: Experiment, stream: np.random.SeedSequence) -> None:
        """Sets every variable of the model to the experiment's initial value."""
        head = heads.get(experiment.head)
        num_classes = tasks.get(experiment.task).num_classes
        initializer = self._initializer_name(experiment)
        seeds = iter(stream.generate_state(len(self._constants)))
        for variable, constant in zip(self._model.weights, self._constants, strict=True):
            layer, _, role = variable.path.rpartition("/")
            if role == "kernel":
                draw = keras.initializers.get(
                    {"class_name": initializer, "config": {"seed": int(next(seeds))}}
                )
                variable.assign(draw(variable.shape))
            elif role == "bias" and layer == "scores":
                variable.assign(np.full(variable.shape, head.output_bias(num_classes), "float32"))
            elif role == "bias":
                variable.assign(np.full(variable.shape, experiment.bias_initial_value, "float32"))
            else:
                variable.assign(constant)

    @staticmethod
    def _initializer_name(experiment: Experiment) -> str:
        if experiment.initializer == "recommended":
            return experiment.activation.initializer
        return experiment.initializer
