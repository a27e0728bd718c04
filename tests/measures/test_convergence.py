"""Convergence measures by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activation_study.measures.convergence import (
    area_under_curve,
    chance_limit,
    divergence,
    epochs_to,
)


@pytest.mark.parametrize(
    ("accuracies", "threshold", "expected"),
    [
        ([0.1, 0.5, 0.9], 0.5, 1.0),
        ([0.1, 0.5, 0.9], 0.7, 1.5),
        ([0.1, 0.5, 0.9], 0.05, 0.0),
        ([0.1, 0.5, 0.9], 0.95, math.inf),
        ([0.1, 0.9, 0.2, 0.9], 0.5, 0.5),  # the first crossing counts
        ([0.1, math.nan, 0.9], 0.5, math.inf),
        ([0.1, 0.9, math.nan], 0.5, 0.5),
        ([math.nan], 0.5, math.inf),
    ],
)
def test_epochs_to(accuracies: list[float], threshold: float, expected: float) -> None:
    assert epochs_to(accuracies, threshold) == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0, 1))
def test_the_curve_is_at_the_threshold_where_it_is_reached(
    accuracies: list[float], threshold: float
) -> None:
    epochs = epochs_to(accuracies, threshold)
    if math.isinf(epochs):
        assert max(accuracies) < threshold
    elif epochs == 0:
        assert accuracies[0] >= threshold
    else:
        height = np.interp(epochs, np.arange(len(accuracies)), accuracies)
        assert height == pytest.approx(threshold, abs=1e-9)


def test_area_under_curve() -> None:
    assert area_under_curve([0.0, 1.0, 1.0]) == pytest.approx(0.75)
    assert area_under_curve([0.3] * 11) == pytest.approx(0.3)
    assert area_under_curve([0.4]) == 0.4
    assert math.isnan(area_under_curve([0.1, math.inf, -math.inf]))
    with pytest.raises(ValueError, match="non-empty"):
        area_under_curve([])


@pytest.mark.parametrize(
    ("train", "validation", "accuracy", "expected"),
    [
        ([0.3, 0.2], [2.3, 0.3, 0.2], 0.97, ""),
        ([math.nan, 0.3, 0.2], [2.3, 0.3, 0.2], 0.97, ""),  # no training loss at epoch 0
        ([0.3, math.nan], [2.3, 0.3, 0.2], 0.97, "not finite"),
        ([math.nan, math.nan, 0.2], [2.3, 0.3, 0.2], 0.97, "not finite"),
        ([0.3, 0.2], [2.3, 0.3, math.inf], 0.97, "not finite"),
        ([0.3, 0.2], [2.3, 0.3, 0.2], math.nan, "not finite"),
        ([2.3, 2.3], [2.3, 2.3, 2.3], 0.1, "chance"),
        ([2.3, 2.3], [2.3, 2.3, 2.3], 0.111, "chance"),
        ([2.3, 2.3], [2.3, 2.3, 2.3], 0.114, ""),  # limit 0.1 + 3 sqrt(0.09 / 5000) = 0.1127
    ],
)
def test_divergence(
    train: list[float], validation: list[float], accuracy: float, expected: str
) -> None:
    assert divergence(train, validation, accuracy, 10, 5000) == expected


def test_a_constant_output_is_chance_once_the_majority_is_known() -> None:
    losses = [2.3, 2.3]
    # All ones on the test images of MNIST: 1,135 of 10,000 right.
    assert divergence(losses[1:], losses, 0.1135, 10, 10_000) == ""
    assert divergence(losses[1:], losses, 0.1135, 10, 10_000, majority_share=0.1135) == "chance"


def test_chance_limit() -> None:
    assert chance_limit(10, 10_000) == pytest.approx(0.109)
    assert chance_limit(2, 100, majority_share=0.5) == pytest.approx(0.65)
    with pytest.raises(ValueError, match="at least 2 classes"):
        chance_limit(1, 100)
