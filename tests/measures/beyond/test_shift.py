"""Calibration of moved test images, against the measures of the test set."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats

from activation_study.measures import calibration
from activation_study.measures.beyond.shift import SHIFT, null_interval, shift_table
from activation_study.measures.calibration_null import calibration_null
from activation_study.measures.measure_set import Scored


def scored(rng: np.random.Generator) -> Scored:
    probabilities = scipy.special.softmax(rng.normal(scale=3.0, size=(2_000, 4)), axis=1)
    labels = rng.multinomial(1, probabilities).argmax(axis=1)
    return Scored(probabilities, probabilities, labels)


def test_the_rows_are_those_of_the_test_set(rng):
    still, moved = scored(rng), scored(rng)
    table = shift_table({("noise", 0.0): still, ("noise", 0.1): moved}, 2.0, rng)
    assert set(table) == set(SHIFT.columns)
    assert (table["shift"], table["degree"]) == (["noise", "noise"], [0.0, 0.1])
    p, y = moved.predictions, moved.targets
    right = p.argmax(axis=1) == y
    assert table["accuracy"][1] == right.mean()
    assert table["nll"][1] == pytest.approx(-np.log(p[np.arange(len(y)), y]).mean())
    assert table["brier"][1] == pytest.approx(((p - np.eye(4)[y]) ** 2).sum(axis=1).mean())
    assert table["calibration_gap"][1] == pytest.approx(p.max(axis=1).mean() - right.mean())
    assert table["ece"][1] == calibration.expected_calibration_error(p.max(axis=1), right)
    softer = scipy.special.softmax(np.log(p) / 2.0, axis=1)
    expected = -np.log(softer[np.arange(len(y)), y]).mean()
    assert table["nll_after_temperature"][1] == pytest.approx(expected)
    assert 0.0 < table["ece_null_low"][1] < table["ece"][1] < table["ece_null_high"][1]


def test_the_null_is_that_of_drawn_labels(rng):
    probabilities = scored(rng).predictions
    drawn = calibration_null(probabilities, rng, draws=2_000).expected_calibration_error
    low, high = null_interval(probabilities.max(axis=1), rng)
    assert (low, high) == pytest.approx((drawn.low, drawn.high), rel=0.1)


def test_the_null_of_one_confidence_is_binomial(rng):
    low, high = null_interval(np.full(400, 0.8), rng)
    # One bin: |0.8 - X / 400| of a binomial X, nearly the size of a normal of sd 0.02.
    assert (low, high) == pytest.approx(0.02 * scipy.stats.halfnorm.ppf([0.025, 0.975]), abs=6e-3)


def test_predictions_that_are_not_finite_measure_nothing(rng):
    broken = Scored(np.full((30, 4), math.nan), np.zeros((30, 4)), np.arange(30) % 4)
    table = shift_table({("rotation", 15.0): broken}, math.nan, rng)
    assert all(math.isnan(table[name][0]) for name in table if name not in SHIFT.sort_key)
