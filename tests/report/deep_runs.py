"""Networks before their first step, and deep networks that were trained, made up by hand."""

from __future__ import annotations

import itertools

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.classification import CLASSIFICATION
from report.made_runs import made_runs

USUAL = {"task": "digits", "head": "softmax", "normalization": "none", "epochs": 5}
A_LAYER = {("relu", "glorot_uniform"): 2.0, ("relu", "gain"): 1.0}
A_LAYER |= {("sigmoid", "glorot_uniform"): 1000.0, ("sigmoid", "gain"): 10.0}
"""By how much each layer divides the gradient, of the ReLU also that of all layers above it."""


def born_runs() -> Runs:
    """Two functions, two kernels, depths 1, 4 and 8, two seeds and one for tuning.

    The seeds' gradients lie a factor of 4 apart, 2 about the mean; the tuning run has another.
    """
    runs, layers = [], []
    for (hidden, kernel), depth, seed in itertools.product(A_LAYER, (1, 4, 8), (200, 201, 10)):
        key = f"{hidden}-{kernel}-{depth}-{seed}"
        runs.append(
            USUAL
            | {"key": key, "hidden": hidden, "initializer": kernel, "depth": depth, "seed": seed}
            # What training may do to it is no matter.
            | {"is_tuning": seed == 10, "diverged": hidden == "sigmoid"}
        )
        for layer, epoch in itertools.product(range(1, depth + 1), (0, 1)):
            above = depth - 1 if hidden == "relu" else depth - layer
            norm = {200: 0.5, 201: 2.0, 10: 77.0}[seed] / A_LAYER[hidden, kernel] ** above
            # The square of so small a gradient is 0 in single precision.
            norm = norm if norm > 1e-19 else 0.0
            layers.append(
                {"key": key, "epoch": epoch, "layer": layer}
                | {"gradient_norm": 9.0 if epoch else norm, "spread": 10.0**-layer}
            )
    return made_runs(pd.DataFrame(runs), CLASSIFICATION, layers=pd.DataFrame(layers))


ARMS = {
    ("relu", "glorot_uniform", "none"): {8: (0.96, 0.94), 16: (0.9, 0.1)},
    ("sigmoid", "glorot_uniform", "none"): {8: (0.8, 0.6), 16: (0.1, 0.1)},
    ("sigmoid", "centred_gain", "none"): {8: (0.93, 0.95), 16: (0.91, 0.93)},
    ("sigmoid", "glorot_uniform", "layer"): {8: (0.1, 0.7)},
}
"""Averaged test accuracy of two runs each, by arm and depth; 0.1 is chance."""


def trained_runs() -> Runs:
    """The arms at their tuned rate; a run at another rate, and one for tuning."""
    runs, curves = [], []
    for (hidden, kernel, normalization), depths in ARMS.items():
        for depth, accuracies in depths.items():
            for seed, accuracy in enumerate((*accuracies, 0.5, 0.5)):
                key = f"{hidden}-{kernel}-{normalization}-{depth}-{seed}"
                stuck = accuracy == 0.1
                runs.append(
                    USUAL
                    | {"key": key, "hidden": hidden, "initializer": kernel, "depth": depth}
                    | {"normalization": normalization, "seed": seed, "is_tuned": seed != 2}
                    | {"is_tuning": seed == 3, "learning_rate": 0.001, "diverged": stuck}
                    | {"averaged_test_accuracy": accuracy, "test_accuracy": accuracy}
                    | {"epoch_off_plateau": float("inf") if stuck else 2.0 + seed}
                )
                curves += [
                    {"key": key, "epoch": epoch, "validation_accuracy": accuracy * epoch / 5}
                    for epoch in range(6)
                ]
    return made_runs(pd.DataFrame(runs), CLASSIFICATION, history=pd.DataFrame(curves))
