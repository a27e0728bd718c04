"""Shares of the variance: of a design made up of contrasts each part is known."""

import dataclasses

import numpy as np
import pytest

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers import variance
from report.factorial_runs import BOTH, FUNCTION, RATE, SEED, factorial_runs

FACTORS = ("learning_rate", "hidden", "initializer")


def test_the_parts_of_orthogonal_contrasts_are_their_squares():
    found = variance.shares(factorial_runs(), FACTORS, draws=0)["share"]
    whole = RATE**2 + FUNCTION**2 + BOTH**2 + SEED**2
    assert found["learning_rate"] == pytest.approx(RATE**2 / whole)
    assert found["hidden"] == pytest.approx(FUNCTION**2 / whole)
    assert found["learning_rate x hidden"] == pytest.approx(BOTH**2 / whole)
    assert found["seed"] == pytest.approx(SEED**2 / whole)
    assert found["initializer"] == pytest.approx(0)
    assert found.sum() == pytest.approx(1)


def test_the_parts_add_up_to_the_whole_whatever_the_values(rng):
    values = rng.normal(size=(4, 3, 2, 5))
    found = variance.sums_of_squares(values)
    assert len(found) == 8
    assert sum(found.values()) == pytest.approx(np.square(values - values.mean()).sum())
    # One way, by the textbook: squared deviations of the means, as often as there are runs.
    means = values.mean(axis=(1, 2, 3))
    assert found[(0,)] == pytest.approx(30 * np.square(means - values.mean()).sum())
    # What is the same in every cell of a factor has nothing of it.
    same = np.broadcast_to(values[:1], values.shape)
    assert variance.sums_of_squares(same)[(0,)] == pytest.approx(0)


def test_seeds_are_drawn_again_for_the_interval():
    found = variance.shares(factorial_runs(), FACTORS, draws=200)
    # Of two seeds a draw has both, or one of them twice and then nothing between seeds.
    assert found.loc["seed", "low"] == pytest.approx(0)
    assert found.loc["seed", "high"] == pytest.approx(found.loc["seed", "share"])
    assert (found["low"] <= found["share"]).sum() >= len(found) - 1


def test_a_failed_run_counts_less_on_the_odds():
    runs = factorial_runs()
    fails = (runs.summary["learning_rate"] == 0.01) & (runs.summary["hidden"] == "relu")
    runs.summary.loc[fails, "averaged_test_accuracy"] = 0.1
    near = runs.summary["hidden"] == "gelu"
    runs.summary.loc[near, "averaged_test_accuracy"] = 0.999
    plain = variance.shares(runs, FACTORS, draws=0)["share"]
    odds = variance.shares(runs, FACTORS, is_logit=True, draws=0)["share"]
    assert odds["hidden"] > plain["hidden"]


def test_a_lacking_run_is_refused():
    runs = factorial_runs()
    lacking = dataclasses.replace(runs, summary=runs.summary[1:])
    with pytest.raises(IncompleteRecordError, match="15 of 16 runs"):
        variance.shares(lacking, FACTORS)
    with pytest.raises(IncompleteRecordError, match="no run"):
        variance.shares(dataclasses.replace(runs, summary=runs.summary[:0]), FACTORS)
