"""The null of the label calibration error, against quantiles of the binomial distribution."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from activation_study.measures.labels.label_calibration import (
    label_calibration_error,
    label_null,
)


def test_of_one_probability_the_null_is_binomial() -> None:
    # All in one bin: the error is |hits / n - p|.
    null = label_null(np.full((500, 4), 0.3), np.random.default_rng(0))
    hits = np.arange(2_001)
    errors = np.abs(hits / 2_000 - 0.3)
    order = np.argsort(errors)
    cumulative = np.cumsum(scipy.stats.binom.pmf(hits, 2_000, 0.3)[order])
    for found, level in ((null.low, 0.025), (null.high, 0.975)):
        # Two hundred draws say a quantile no better than that of a nearby level.
        at = np.interp(found, errors[order], cumulative)
        assert at == pytest.approx(level, abs=0.025)
    exact = np.sum(errors * scipy.stats.binom.pmf(hits, 2_000, 0.3))
    assert null.mean == pytest.approx(exact, rel=0.15)


def test_labels_that_are_drawn_from_their_probabilities_lie_within_the_null() -> None:
    generator = np.random.default_rng(1)
    probabilities = generator.beta(0.3, 1.0, size=(1_000, 5))
    null = label_null(probabilities, generator)
    inside = []
    for _ in range(200):
        drawn = generator.random(probabilities.shape) < probabilities
        error = label_calibration_error(probabilities, drawn)
        inside.append(null.low <= error <= null.high)
    assert scipy.stats.binomtest(sum(inside), 200, 0.95).pvalue > 1e-3
    sharper = probabilities**2 / (probabilities**2 + (1.0 - probabilities) ** 2)
    assert label_calibration_error(sharper, drawn) > null.high


def test_what_is_certain_is_drawn_as_it_is() -> None:
    certain = (np.random.default_rng(2).random((300, 3)) < 0.4).astype(float)
    assert label_null(certain, np.random.default_rng(0)).high == 0.0
