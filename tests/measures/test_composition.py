"""Measures of the parts of a whole, against scikit-learn, SciPy and plain counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from activation_study.measures.measure_set import Scored
from activation_study.measures.numbers import composition

RNG = np.random.default_rng(0)
TARGETS = RNG.dirichlet([0.5, 1.0, 1.0, 2.0], size=300).astype(np.float32)
TARGETS[:20] = np.eye(4)[np.arange(20) % 4]
PREDICTIONS = TARGETS + 0.05 * RNG.normal(size=TARGETS.shape)


def measured(predictions: np.ndarray) -> dict[str, float]:
    scored = Scored(predictions, predictions, TARGETS)
    found, tables = composition.final(scored, scored, RNG)
    assert tables == {}
    assert set(found) == set(composition.COMPOSITION.at_the_end)
    return found


def test_measures_agree_with_other_libraries() -> None:
    clipped = np.maximum(PREDICTIONS, 1e-12)
    # SciPy divides both by their sums.
    divergences = scipy.stats.entropy(TARGETS.astype(float), clipped, axis=1)
    assert measured(PREDICTIONS) == pytest.approx(
        {
            "rmse": math.sqrt(sklearn.metrics.mean_squared_error(TARGETS, PREDICTIONS)),
            "mae": sklearn.metrics.mean_absolute_error(TARGETS, PREDICTIONS),
            "r2": sklearn.metrics.r2_score(TARGETS, PREDICTIONS),
            "kl": divergences.mean(),
            "sum_sd": np.std([sum(row) for row in PREDICTIONS]),
            "negative_share": sum(min(row) < 0 for row in PREDICTIONS) / 300,
        }
    )


def test_what_is_right_or_never_right() -> None:
    right = measured(TARGETS)
    assert right["kl"] == pytest.approx(0.0, abs=1e-9)
    assert (right["rmse"], right["negative_share"]) == (0.0, 0.0)
    assert right["sum_sd"] < 1e-6
    negative = measured(-np.ones(TARGETS.shape))
    # Where no part is positive, all count alike: the divergence from a uniform distribution.
    entropies = scipy.stats.entropy(TARGETS.astype(float), axis=1)
    assert negative["kl"] == pytest.approx(math.log(4) - entropies.mean())
    assert negative["negative_share"] == 1.0


def test_what_is_not_finite_is_measured_as_nan() -> None:
    broken = PREDICTIONS.copy()
    broken[3, 1] = np.inf
    assert all(map(math.isnan, measured(broken).values()))


def test_the_mean_composition_is_chance() -> None:
    constant = np.broadcast_to(TARGETS.mean(axis=0), TARGETS.shape)
    rmse = composition.watch(constant, TARGETS)["rmse"]
    history = {"train_loss": np.array([np.nan, 1.0]), "validation_loss": np.ones(2)}
    history["validation_rmse"] = np.array([9.0, rmse])
    assert composition.COMPOSITION.outcome(history, TARGETS, np.array([])) == ("chance", {})
