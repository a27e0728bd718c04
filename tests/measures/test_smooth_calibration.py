"""Smooth calibration error against relplot and against the kernel written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import relplot.metrics
import scipy.integrate
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from activation_study.measures import smooth_calibration
from activation_study.measures.smooth_calibration import smooth_calibration_error


def draw_outcomes(
    seed: int, num_examples: int, shift: float, a: float = 2.0, b: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Beta-distributed predictions whose outcomes are rarer by `shift`."""
    generator = np.random.default_rng(seed)
    predictions = generator.beta(a, b, num_examples)
    return predictions, (generator.random(num_examples) < predictions - shift).astype(float)


@pytest.mark.parametrize("shift", [0.0, 0.3])
@pytest.mark.parametrize("shape", [(2.0, 1.0), (20.0, 0.5)])
def test_fixed_point_agrees_with_relplot(shift: float, shape: tuple[float, float]) -> None:
    predictions, outcomes = draw_outcomes(0, 4000, shift, *shape)
    # relplot bisects to a bandwidth of 1/1024 and drops kernel images beyond the first.
    expected = relplot.metrics.smECE(predictions, outcomes)
    assert smooth_calibration_error(predictions, outcomes) == pytest.approx(expected, abs=2e-3)


def error_at(predictions: np.ndarray, outcomes: np.ndarray, bandwidth: float) -> float:
    """The error at one bandwidth, of which the measure is the fixed point."""
    spectrum = smooth_calibration._residual_spectrum(predictions, outcomes)
    assert spectrum is not None
    return smooth_calibration._error_at(spectrum, bandwidth)


@pytest.mark.parametrize("bandwidth", [0.01, 0.05, 0.1])
def test_fixed_bandwidth_agrees_with_relplot(bandwidth: float) -> None:
    predictions, outcomes = draw_outcomes(1, 4000, 0.1)
    expected = relplot.metrics.smECE_sigma(predictions, outcomes, bandwidth)
    ours = error_at(predictions, outcomes, bandwidth)
    assert ours == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("bandwidth", [0.02, 0.1, 0.7])
def test_fixed_bandwidth_agrees_with_the_kernel_written_out(bandwidth: float) -> None:
    predictions, outcomes = draw_outcomes(2, 40, 0.2)
    grid = np.linspace(0.0, 1.0, 4001)[:, None]
    kernel = np.zeros((grid.size, predictions.size))
    for image in range(-4, 5):
        kernel += scipy.stats.norm.pdf(grid - predictions - 2 * image, scale=bandwidth)
        kernel += scipy.stats.norm.pdf(grid + predictions - 2 * image, scale=bandwidth)
    smoothed = np.abs(kernel @ (outcomes - predictions)) / predictions.size
    expected = scipy.integrate.simpson(smoothed, grid[:, 0])
    ours = error_at(predictions, outcomes, bandwidth)
    assert ours == pytest.approx(expected, abs=2e-4)


def test_constant_predictions_err_by_their_gap() -> None:
    outcomes = np.array([1.0] * 7 + [0.0] * 3)
    for prediction in (0.0, 0.4, 1.0):
        error = smooth_calibration_error(np.full(10, prediction), outcomes)
        assert error == pytest.approx(abs(0.7 - prediction), abs=1e-6)


def test_certain_predictions_at_both_extremes() -> None:
    outcomes = np.array([0.0, 1.0, 1.0])
    assert smooth_calibration_error(outcomes, outcomes) == pytest.approx(0.0, abs=1e-15)
    assert smooth_calibration_error(np.ones(3), np.zeros(3)) == pytest.approx(1.0)


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.sampled_from([0.0, 0.2, 0.9]),
)
def test_invariants(seed: int, num_examples: int, shift: float) -> None:
    predictions, outcomes = draw_outcomes(seed, num_examples, shift)
    error = smooth_calibration_error(predictions, outcomes)
    gap = abs(float((outcomes - predictions).mean()))
    assert gap - 1e-6 <= error <= 1.0
    shuffled = np.random.default_rng(seed).permutation(num_examples)
    assert smooth_calibration_error(predictions[shuffled], outcomes[shuffled]) == pytest.approx(
        error, abs=1e-5
    )
    # The labels' names do not matter: p for one outcome is 1 - p for the other.
    assert smooth_calibration_error(1.0 - predictions, 1.0 - outcomes) == pytest.approx(
        error, abs=5e-4
    )
    wide = error_at(predictions, outcomes, 0.3)
    assert wide <= error_at(predictions, outcomes, 0.1) + 1e-12


def test_wrong_input_is_refused_and_divergence_is_nan() -> None:
    assert math.isnan(smooth_calibration_error(np.array([0.5, np.nan]), np.array([0, 1])))
    assert math.isnan(smooth_calibration_error(np.array([np.inf]), np.array([1])))
    with pytest.raises(ValueError, match=r"lie in \[0, 1\]"):
        smooth_calibration_error(np.array([1.5]), np.array([1]))
    with pytest.raises(ValueError, match="same shape"):
        smooth_calibration_error(np.array([0.5]), np.array([1, 0]))
