"""Runs of activations with and without a mean of 0, made up by hand."""

from __future__ import annotations

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.classification import CLASSIFICATION
from report.made_runs import made_runs

FUNCTIONS = {
    # height, agreement in a minibatch, mean of the outputs (their spread is 0.5)
    "sigmoid": (0.80, 0.9, 0.5),
    "sigmoid_minus_half": (0.85, 0.08, 0.0),
    "scaled_sigmoid": (0.84, 0.07, 0.0),
    "tanh": (0.86, 0.06, 0.01),
    "relu": (0.90, 0.5, 0.4),
    "relu_centred": (0.91, 0.2, -0.05),
    "elu": (0.89, 0.1, 0.1),
}


def centred_record() -> dict[str, Runs]:
    """Two optimizers, seven functions, two seeds; momentum is 0.05 higher, but ELU is not."""
    return {"centring": _runs("sgd", 0.0), "centring-momentum": _runs("momentum", 0.05)}


def _runs(optimizer: str, gain: float) -> Runs:
    runs, layers = [], []
    for name, (height, agreement, mean) in FUNCTIONS.items():
        for seed in (0, 1):
            key = f"{optimizer}-{name}-{seed}"
            of_name = gain * (name != "elu") + 0.02 * seed * (1 + (name == "relu_centred"))
            runs.append(
                {
                    "key": key,
                    "task": "digits",
                    "dataset": "mnist",
                    "head": "softmax",
                    "hidden": name,
                    "optimizer": optimizer,
                    "learning_rate": 0.1,
                    "batch_size": 128,
                    "epochs": 5,
                    "seed": seed,
                    "is_tuning": False,
                    "is_tuned": True,
                    "is_curve": False,
                    "diverged": False,
                    "validation_accuracy": height,
                    "area_after_first_epoch": height + of_name,
                }
            )
            first = 1.0 if mean > 0.2 else agreement
            layers += [
                {
                    "key": key,
                    "epoch": epoch,
                    "layer": layer,
                    "dead": 0.0,
                    "gradient_dead": 0.0,
                    "gradient_norm": 1.0,
                    "spread": 0.5,
                    "mean": mean * epoch,
                    "sign_example": first if layer == 2 else None,
                    "sign_batch": agreement * epoch if layer == 2 else None,
                    "gram_top_share": 0.25 if layer == 2 else None,
                }
                for epoch in (0, 1)
                for layer in (1, 2)
            ]
    return made_runs(pd.DataFrame(runs), CLASSIFICATION, layers=pd.DataFrame(layers))
