"""Runs of scenes with numbers that are easy to follow: two seeds a head."""

from __future__ import annotations

from typing import Any

import pandas as pd

from activation_study.engine.records.runs import Runs
from activation_study.measures.multilabel import MULTILABEL
from report.made_runs import made_runs

EXACT = {
    # Of each head: at a half, at a threshold from validation data, by a rule of its own.
    "sigmoid": (0.7, 0.71, None),
    "sigmoid_prior": (0.705, 0.71, None),
    "linear_mse": (0.6, 0.74, None),
    "softmax_none": (0.4, 0.69, 0.65),
    "softmax_count": (0.3, 0.5, 0.66),
    "softmax_khot_true": (0.3, 0.5, None),
    "softmax_khot": (0.02, 0.03, None),
    "powerset": (0.6, 0.65, 0.715),
}
"""Means over both seeds, of which the first lies 0.01 below and the second 0.01 above."""


def made(task: str = "scenes", **changes: dict[str, Any]) -> Runs:
    """Return runs of every head of ``EXACT``; changes are columns, by head."""
    rows, history, counts, sets, labels = [], [], [], [], []
    for head, (half, threshold, own) in EXACT.items():
        for seed in (200, 201):
            key, shift = f"{task}-{head}-{seed}", 0.02 * (seed - 200.5)
            measured = {
                "half_exact_match": half + shift,
                "global_exact_match": threshold + shift,
                "own_exact_match": float("nan") if own is None else own + shift,
                "mean_average_precision": 0.9 + shift,
                "global_empty_alarm": 1.0 if head == "softmax_khot_true" else 0.0,
            }
            row = {"key": key, "task": task, "head": head, "hidden": "relu", "seed": seed}
            row |= {"dataset": "mnist", "learning_rate": 0.001, "diverged": head == "softmax_khot"}
            row |= {"is_tuned": True, "is_tuning": False, "is_default": False}
            for prefix in ("", "averaged_"):
                row |= {f"{prefix}test_{name}": value for name, value in measured.items()}
            rows.append(row | changes.get(head, {}))
            for epoch in range(3):
                rising = {"softmax_khot": 10.0 ** (epoch + shift)}
                history.append({"key": key, "epoch": epoch, "train_loss": rising.get(head, 0.5)})
            largest = 0.9 if head.startswith("sigmoid") else 0.45
            for rule, called in (("half", 1), ("global", 2)):
                cell = {"key": key, "rule": rule, "predicted_count": called}
                counts += [
                    cell | {"true_count": 1, "count": 3, "mean_maximum": 0.95},
                    cell | {"true_count": 3, "count": 2, "mean_maximum": largest},
                    cell
                    | {"true_count": 3, "count": 2, "mean_maximum": largest - 0.1}
                    | {"predicted_count": called + 1},
                ]
            sets += [{"key": key, "true_count": n, "count": 100 + 800 * n} for n in (0, 1)]
            labels += [{"key": key, "frequency": 0.1}, {"key": key, "frequency": 0.2}]
    tables = {"counts": counts, "sets": sets, "labels": labels}
    return made_runs(
        pd.DataFrame(rows),
        MULTILABEL,
        history=pd.DataFrame(history),
        **{name: pd.DataFrame(table) for name, table in tables.items()},
    )
