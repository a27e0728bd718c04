"""What is derived of hidden layers, against values worked out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.derived import with_derived
from activation_study.report.analysis.derived.layer_columns import NAMES, of_layers
from report.made_runs import with_tables

LAYERS = {
    "epoch": [0, 0, 1, 1, 2, 2],
    "layer": [1, 2] * 3,
    "dead": [0.0, 0.0, 0.1, 0.3, 0.2, 0.6],
    "gradient_dead": [0.0, 0.0, 0.1, 0.3, 0.2, 0.4],
    "dead_all": [0.02, 0.0, 0.1, 0.2, 0.3, 0.5],
    "gradient_norm": [1e-3, 10.0, 1.0, 1.0, 1.0, 1.0],
    "spread": [1.0, 0.01, 2.0, 4.0, 1.0, 1.0],
    "mean": [0.0, 0.0, -1.0, 1.0, 5.0, 5.0],
    "largest": [9.0, 9.0, 9.0, 9.0, 3.0, 7.0],
    "sign_example": [np.nan, 1.0, np.nan, 0.8, np.nan, 0.1],
    "sign_batch": [np.nan, 1.0, np.nan, 0.5, np.nan, 0.1],
}
UNITS = {"layer": [1, 1, 2, 2, 2], "dead_all": ["011", "010", "010", "010", "001"]}


def made(runs, **layers):
    """One run with tables of its own."""
    frames = {"layers": LAYERS | layers, "units": UNITS}
    tables = {name: pd.DataFrame({"key": "a", **table}) for name, table in frames.items()}
    one = runs.summary[:1].assign(key="a")
    return dataclasses.replace(with_tables(runs, **tables), summary=one)


def test_every_column_of_layers_is_described() -> None:
    for name in NAMES:
        assert metric_of(name).label != name.replace("_", " "), name


def test_layers_are_read_at_birth_after_an_epoch_and_at_the_end(runs) -> None:
    summary = with_derived(made(runs)).summary
    assert {name: summary[name].item() for name in NAMES} == pytest.approx(
        {
            "dead_birth": 0.01,
            "dead_one": 0.15,
            "dead_end": 0.4,
            "silent_end": 0.4,
            "gradient_dead_end": 0.3,
            # Of the first layer two were dead after epoch 1, of the last two.
            "revived_first": 0.5,
            "revived_last": 1.0,
            "first_gradient": -3.0,
            "last_gradient": 1.0,
            "largest_gradient": 1.0,
            "gradient_ratio": 1e-4,
            "last_spread": -2.0,
            "largest_output": 7.0,
            "offset": (0.5 + 0.25) / 2,
            "sign_one_image": 0.8,
            "sign_minibatch": 0.5,
        }
    )


def test_no_gradient_at_all_is_the_least_that_there_is(runs) -> None:
    found = of_layers(made(runs, gradient_norm=[0.0, 0.0, 1.0, 1.0, 1.0, 1.0]))
    assert found["first_gradient"].item() == pytest.approx(np.log10(np.finfo(np.float32).tiny))


def test_a_record_without_younger_columns_lacks_what_rests_on_them(runs) -> None:
    older = made(runs)
    older = with_tables(
        older,
        layers=older.layers.drop(columns=["dead_all", "largest", "sign_batch", "sign_example"]),
    )
    found = of_layers(older)
    assert {"dead_end", "largest_output", "sign_minibatch"}.isdisjoint(found)
    assert found["silent_end"].item() == pytest.approx(0.4)
    empty = with_tables(older, layers=older.layers[:0])
    assert of_layers(empty) == {}
