"""Convergence measures by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activation_study.measures.convergence import (
    area_after_first_epoch,
    area_under_curve,
    chance_limit,
    divergence,
    epoch_above,
    epochs_to,
    steps_to,
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


def test_the_area_after_the_first_epoch_leaves_out_the_untrained_network() -> None:
    assert area_after_first_epoch([math.nan, 0.4, 0.6, 1.0]) == pytest.approx(0.65)
    assert area_after_first_epoch(np.array([0.1, 0.4])) == 0.4
    assert math.isnan(area_after_first_epoch([0.1]))
    assert math.isnan(area_after_first_epoch([0.1, 0.9, math.nan]))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.1, 0.5, 0.6, 0.4], 2.0),
        ([0.6], 0.0),
        ([0.1, 0.5], math.inf),
        ([0.1, math.nan, 0.6], math.inf),
    ],
)
def test_epoch_above(values: list[float], expected: float) -> None:
    assert epoch_above(values, 0.5) == expected


@pytest.mark.parametrize(
    ("accuracies", "expected"),
    [
        ([0.9] * 20, 20.0),
        (np.full(25, 0.9, dtype=np.float32), 20.0),
        ([0.0] * 10 + [1.0] * 20, 28.0),  # 18 of the latest 20
        ([0.0] + [0.89] * 30, math.inf),
        ([1.0] * 19, math.nan),
        ([], math.nan),
    ],
)
def test_steps_to(accuracies: list[float] | np.ndarray, expected: float) -> None:
    assert steps_to(accuracies) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("train", "validation", "accuracy", "expected"),
    [
        ([math.nan, 0.3, 0.2], [2.3, 0.3, 0.2], 0.97, ""),  # no training loss at epoch 0
        ([math.nan, 0.3, math.nan], [2.3, 0.3, 0.2], 0.97, "not finite"),
        ([math.nan, 0.3, 0.2], [2.3, 0.3, math.inf], 0.97, "not finite"),
        ([math.nan, 0.3, 0.2], [2.3, 0.3, 0.2], math.nan, "not finite"),
        ([math.nan, 2.3, 2.3], [2.3, 2.3, 2.3], 0.11, "chance"),
        ([math.nan, 2.3, 2.3], [2.3, 2.3, 2.3], 0.114, ""),
    ],
)
def test_divergence(
    train: list[float], validation: list[float], accuracy: float, expected: str
) -> None:
    history = {
        "train_loss": np.array(train),
        "validation_loss": np.array(validation),
        "validation_accuracy": np.array([0.1, 0.5, accuracy]),
    }
    assert divergence(history, "accuracy", lambda last: last <= 0.112) == expected


def test_chance_is_what_a_constant_answer_reaches_and_three_standard_errors() -> None:
    assert chance_limit(0.1, 10_000) == pytest.approx(0.109)
    assert chance_limit(0.5, 100) == pytest.approx(0.65)
    # All ones on the test images of MNIST: 1,135 of 10,000 right.
    assert chance_limit(0.1135, 10_000) > 0.1135
