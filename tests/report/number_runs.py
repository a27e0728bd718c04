"""Runs whose targets are numbers, made up by hand: what is predicted in tenths of the truth."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.numbers.composition import COMPOSITION
from activation_study.measures.numbers.regression import REGRESSION
from report.made_runs import made_runs

TRUTHS = (-8.0, -6.0, 0.0, 6.0, 8.0)
SLOPES = {"linear_mse": 1.0, "relu_mse": 0.5, "softplus_mse": 0.5, "softmax_one_unit": 0.0}
"""Head -> how much its predictions rise where the truth rises by 1."""


def number_runs(slopes: Mapping[str, float] = SLOPES, task: str = "balance") -> Runs:
    """Two runs a head, and one of linear outputs at another rate; the second of ReLU is dead.

    All are read alike at both weights.
    """
    runs = [(head, seed, True) for head, seed in itertools.product(slopes, (0, 1))]
    runs.append(("linear_mse", 2, False))
    rows, tenths = [], []
    for head, seed, is_tuned in runs:
        is_dead = head == "softmax_one_unit" or (head, seed) == ("relu_mse", 1)
        said = [0.0 if is_dead else slopes[head] * truth + seed for truth in TRUTHS]
        values = {
            "rmse": 4.0 if is_dead else 1.0 + 0.5 * seed,
            "mae": 3.0 if is_dead else 1.0,
            "slope": 0.0 if is_dead else slopes[head],
            "lowest": min(said),
            "highest": max(said),
        }
        rows.append(_row(head, seed, task, is_tuned=is_tuned, diverged=is_dead) | _twice(values))
        tenths += [
            {
                "key": f"{head}-{seed}",
                "output": 0,
                "decile": place,
                "mean_target": truth,
                "mean_prediction": prediction,
                "prediction_10": prediction - 1.0,
                "prediction_90": prediction + 2.0,
            }
            for place, (truth, prediction) in enumerate(zip(TRUTHS, said, strict=True))
        ]
    return made_runs(pd.DataFrame(rows), REGRESSION, scatter=pd.DataFrame(tenths))


def share_runs() -> Runs:
    """Softmax and linear outputs on few and on all images; worse on few, at the average too."""
    rows = []
    for head, size, seed in itertools.product(("softmax", "linear_mse"), (1_000, None), (0, 1)):
        error = (0.01 if head == "softmax" else 0.02) * (1 if size is None else 2)
        is_linear = head == "linear_mse"
        values = {
            "rmse": error,
            "negative_share": 0.03 * is_linear,
            "sum_sd": 0.014 * is_linear,
        }
        row = _row(head, seed, "shares") | _twice(values) | {"test_rmse": error - 0.001}
        rows.append(row | {"train_size": size, "key": f"{head}-{size}-{seed}"})
    return made_runs(pd.DataFrame(rows), COMPOSITION)


def _row(
    head: str, seed: int, task: str, *, is_tuned: bool = True, diverged: bool = False
) -> dict[str, object]:
    own = {"key": f"{head}-{seed}", "head": head, "seed": seed, "task": task}
    made = {"width": 128, "depth": 2, "epochs": 10, "batch_size": 128, "is_tuning": False}
    return own | made | {"is_tuned": is_tuned, "diverged": diverged}


def _twice(values: Mapping[str, float]) -> dict[str, float]:
    return {f"{reading}test_{k}": v for k, v in values.items() for reading in ("", "averaged_")}
