"""Measures of numbers, against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics

from activation_study.measures import regression
from activation_study.measures.measure_set import Scored

RNG = np.random.default_rng(0)
TARGETS = RNG.normal(size=(200, 3)).astype(np.float32) * [1, 10, 3]
PREDICTIONS = TARGETS + RNG.normal(size=TARGETS.shape)


def test_measures_agree_with_scikit_learn() -> None:
    expected = {
        "rmse": math.sqrt(sklearn.metrics.mean_squared_error(TARGETS, PREDICTIONS)),
        "mae": sklearn.metrics.mean_absolute_error(TARGETS, PREDICTIONS),
        "r2": sklearn.metrics.r2_score(TARGETS, PREDICTIONS),
    }
    assert regression.watch(PREDICTIONS, TARGETS) == pytest.approx(expected)
    scored = Scored(PREDICTIONS, PREDICTIONS, TARGETS)
    found, tables = regression.final(scored, scored, RNG)
    assert found == pytest.approx(expected)
    assert np.mean(tables["outputs"]["mae"]) == pytest.approx(expected["mae"])
    columns = regression.REGRESSION.tables["outputs"].columns
    assert {name: len(values) for name, values in tables["outputs"].items()} == dict.fromkeys(
        columns, 3
    )


def test_what_is_not_finite_is_measured_as_nan() -> None:
    broken = PREDICTIONS.copy()
    broken[0, 2] = np.nan
    assert all(map(math.isnan, regression.watch(broken, TARGETS).values()))


def test_an_error_as_large_as_the_spread_is_chance() -> None:
    history = {
        "train_loss": np.array([np.nan, 1.0]),
        "validation_loss": np.array([1.0, 1.0]),
        "validation_rmse": np.array([9.0, math.sqrt(TARGETS.var(axis=0).mean())]),
    }
    assert regression.outcome(history, TARGETS, np.array([])) == ("chance", {})
    history["validation_rmse"][-1] *= 0.9
    assert regression.outcome(history, TARGETS, np.array([])) == ("", {})
    history["train_loss"][-1] = np.inf
    assert regression.outcome(history, TARGETS, np.array([])) == ("not finite", {})
