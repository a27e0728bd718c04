"""What is derived of the tables of runs, against values worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.derived.table_columns import NAMES, of_outputs


def made(head: str = "softmax", history: Any = (), **tables: dict[str, list[Any]]) -> Any:
    summary = pd.DataFrame(
        {
            "key": ["a"],
            "head": [head],
            "test_ece": [0.02],
            "test_ece_null_low": [0.01],
            "test_ece_null_high": [0.03],
        }
    )
    frames = {name: pd.DataFrame({"key": "a", **table}) for name, table in tables.items()}
    return SimpleNamespace(summary=summary, history=pd.DataFrame(history), tables=frames)


def test_every_column_is_described() -> None:
    for name in NAMES:
        assert metric_of(name).label


def test_length_is_read_from_the_epoch_with_the_best_likelihood() -> None:
    history = {
        "key": "a",
        "epoch": [0, 1, 2, 3],
        "train_loss": [np.nan, 0.5, 0.2, 1.0],
        "validation_nll": [2.3, 0.4, 0.3, 0.6],
        "validation_calibration_gap": [0.0, -0.2, 0.01, 0.05],
        "validation_accuracy": [0.1, 0.8, 0.9, 0.91],
    }
    found = of_outputs(made(history=history))
    values = {name: column.item() for name, column in found.items()}
    assert values == pytest.approx(
        {
            "loss_growth": 2.0,
            "best_nll": 0.3,
            "gap_rise": 0.04,
            "accuracy_rise": 0.01,
            "ece_inside_null": 1.0,
        }
    )


def test_the_largest_output_is_a_mean_over_scenes() -> None:
    counts = {
        "rule": ["half", "half", "half", "label"],
        "true_count": [1, 1, 3, 1],
        "predicted_count": [0, 1, 1, 1],
        "count": [1, 3, 2, 4],
        "mean_maximum": [0.4, 0.8, 0.5, 0.1],
    }
    found = of_outputs(made(counts=counts))
    assert found["largest_of_1"].item() == pytest.approx(0.7)
    assert found["largest_of_3"].item() == 0.5
    assert "largest_of_2" not in found


def test_the_rarest_label_is_the_one_that_is_there_least() -> None:
    labels = {"label": [0, 1], "frequency": [0.2, 0.01], "mean_probability": [0.2, 0.04]}
    assert of_outputs(made(labels=labels))["rarest_overstated"].item() == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("head", "own"), [("softmax_shared", 0.8), ("sigmoid", 0.9), ("softmax_none", 0.7)]
)
def test_a_head_is_asked_by_its_own_output(head: str, own: float) -> None:
    unknown = {
        "unknown": ["kmnist"] * 3,
        "score": ["softmax", "sigmoid", "none"],
        "auroc": [0.8, 0.9, 0.7],
        "share_accepted": [0.9, 0.6, 0.5],
    }
    found = of_outputs(made(head, unknown=unknown))
    assert found["auroc_kmnist_own"].item() == own
    assert found["auroc_kmnist_sigmoid"].item() == 0.9
    assert found["accepted_kmnist_sigmoid"].item() == 0.6
