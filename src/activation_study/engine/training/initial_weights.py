"""The values from which the variables of a network start."""

from __future__ import annotations

import math
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from activation_study.catalogue.activations.moments import normal_moments
from activation_study.experiment import Experiment
from activation_study.experiment.fields import GAINS

LINEAR = ("bottleneck", "scores")
"""Layers without an activation."""

DEADLY = -1e3
"""A bias that no input of the study lifts above 0."""


class InitialWeights:
    """The values from which a model starts, drawn anew for each seed.

    Kernels come from a Keras initializer with a seed of their own a layer, so that networks that
    differ in activation, head or rate start from the same draws. Biases are drawn, if at all, with
    other seeds. All other variables (slopes, whatever their names, and normalization) start from
    their layer's constants.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._constants = [np.array(value) for value in model.get_weights()]

    def assign(
        self,
        experiment: Experiment,
        stream: np.random.SeedSequence,
        prior: float | np.ndarray = 0.5,
    ) -> None:
        """Sets every variable of the model to the experiment's initial value.

        Args:
            experiment: Says from what to start.
            stream: Draws.
            prior: How often a target is 1: one number, or one for each target.
        """
        values = self.values(experiment, stream, prior)
        for variable, value in zip(self._model.weights, values, strict=True):
            variable.assign(value)

    def values(
        self,
        experiment: Experiment,
        stream: np.random.SeedSequence,
        prior: float | np.ndarray = 0.5,
    ) -> Iterator[np.ndarray | tf.Tensor]:
        """Yields the experiment's initial value of every variable of the model."""
        name = experiment.initializer
        if name == "recommended":
            name = experiment.activation.initializer
        mean, spread = _moments(name, experiment)
        hidden_bias = experiment.bias_initial_value
        output_bias = experiment.parts.head.initial_bias(prior)
        if experiment.confident_start:
            sure = np.full(experiment.parts.num_outputs, -experiment.confident_start)
            sure[0] = experiment.confident_start
            output_bias = output_bias + sure
        seeds = np.split(stream.generate_state(2 * len(self._constants)), 2)
        kernel_seeds, bias_seeds = (iter(part.tolist()) for part in seeds)
        # What the units below emit on average, which no weight of the first layer sees.
        below = 0.0
        for variable, constant in zip(self._model.weights, self._constants, strict=True):
            layer, _, role = variable.path.rpartition("/")
            if layer.startswith("hidden_") or role not in ("kernel", "bias"):
                yield constant
            elif role == "kernel":
                draw = _initializer(name, spread, layer in LINEAR, next(kernel_seeds))
                kernel = draw(variable.shape)
                offset = below * np.sum(kernel, axis=0) if below else 0.0
                below = 0.0 if layer in LINEAR else mean
                yield kernel
            else:
                given = {"scores": output_bias, "bottleneck": 0.0}.get(layer, hidden_bias)
                bias = np.full(variable.shape, given, "float32") - np.float32(offset)
                if name == "pytorch":
                    limit = np.prod(kernel.shape[:-1]) ** -0.5
                    draw = keras.initializers.RandomUniform(-limit, limit, next(bias_seeds))
                    bias = bias + draw(variable.shape)
                if experiment.dead_share and layer not in LINEAR:
                    bias = np.where(_lesioned(experiment), np.float32(DEADLY), bias)
                yield bias


def _lesioned(experiment: Experiment) -> np.ndarray:
    """Which scores of a hidden layer belong to units that never fire: the first units.

    Raises:
        ValueError: The activation fires, or learns, there.
    """
    hidden = experiment.activation
    there = np.full((1, hidden.width_factor), DEADLY, "float32")
    if np.any(hidden(there)) or np.any(hidden.slope(there)):
        raise ValueError(
            f"dead_share needs a hidden activation that is 0 and flat at a score of {DEADLY:,.0f}; "
            f"received hidden={hidden.name!r}"
        )
    # A share such as 0.29 of 100 units is 28.999999999999996 of them.
    num_dead = math.floor(experiment.dead_share * experiment.width + 1e-9)
    return np.tile(np.arange(experiment.width) < num_dead, hidden.width_factor)


def _moments(name: str, experiment: Experiment) -> tuple[float, float]:
    """Mean output that biases take off, and mean square that kernels make up for."""
    if name not in GAINS:
        return 0.0, 1.0
    mean, square = normal_moments(experiment.activation)
    return (mean, square - mean**2) if name == "centred_gain" else (0.0, square)


def _initializer(
    name: str, spread: float, is_linear: bool, seed: int
) -> keras.initializers.Initializer:
    if name == "pytorch":
        # That of torch.nn.Linear: U(-1, 1) / sqrt(fan_in).
        return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform", seed)
    if name in GAINS and not is_linear:
        return keras.initializers.VarianceScaling(1.0 / spread, seed=seed)
    name = "glorot_uniform" if name in GAINS else name
    return keras.initializers.get({"class_name": name, "config": {"seed": seed}})
