"""Measures of numbers, against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from activation_study.measures.measure_set import Scored
from activation_study.measures.numbers import regression

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
    found, tables = final(PREDICTIONS)
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert np.mean(tables["outputs"]["mae"]) == pytest.approx(expected["mae"])
    columns = regression.REGRESSION.tables["outputs"].columns
    assert {name: len(values) for name, values in tables["outputs"].items()} == dict.fromkeys(
        columns, 3
    )


def final(predictions: np.ndarray, targets: np.ndarray = TARGETS, usual: np.ndarray = TARGETS):
    validation = Scored(usual, usual, usual)
    return regression.final(validation, Scored(predictions, predictions, targets), RNG)


def test_the_shape_of_predictions() -> None:
    targets = TARGETS[:, :1]
    predictions = 0.5 * targets + 3.0 + 0.1 * RNG.normal(size=targets.shape)
    found, _ = final(predictions, targets, usual=targets.clip(-1.0, 1.0))
    assert set(found) == set(regression.REGRESSION.at_the_end)
    line = scipy.stats.linregress(targets[:, 0], predictions[:, 0])
    error, below = predictions - targets, targets < 0
    expected = {
        "slope": line.slope,
        "lowest": min(predictions)[0],
        "highest": max(predictions)[0],
        "rmse_negative": np.sqrt(np.mean(error[below] ** 2)),
        "rmse_positive": np.sqrt(np.mean(error[~below] ** 2)),
        "outside_share": np.mean([abs(p) > 1.0 for p in predictions]),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    only_positive, _ = final(predictions, abs(targets))
    assert math.isnan(only_positive["rmse_negative"])


def test_predictions_by_tenths_of_the_truth() -> None:
    _, tables = final(PREDICTIONS)
    scatter = {name: np.array(values) for name, values in tables["scatter"].items()}
    assert set(scatter) == set(regression.REGRESSION.tables["scatter"].columns)
    assert scatter["count"].tolist() == [20] * 30
    order = np.argsort(TARGETS[:, 1])[40:60]
    row = (scatter["output"] == 1) & (scatter["decile"] == 2)
    expected = {
        "mean_target": TARGETS[order, 1].mean(),
        "mean_prediction": PREDICTIONS[order, 1].mean(),
        "prediction_10": np.quantile(PREDICTIONS[order, 1], 0.1),
        "prediction_90": np.quantile(PREDICTIONS[order, 1], 0.9),
    }
    assert {name: scatter[name][row].item() for name in expected} == pytest.approx(expected)
    _, tied = final(PREDICTIONS[:, :1], np.repeat([[1.0], [2.0]], 100, axis=0))
    assert tied["scatter"]["count"] == [100, 100]


def test_what_is_not_finite_is_measured_as_nan() -> None:
    broken = PREDICTIONS.copy()
    broken[0, 2] = np.nan
    found, tables = final(broken)
    assert all(map(math.isnan, found.values()))
    assert tables["scatter"]["count"] == []


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
