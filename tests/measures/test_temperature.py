"""Temperature scaling against SciPy and known distortions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

from activation_study.measures.calibration import apply_temperature, fit_temperature, nll


def draw(seed: int, num_examples: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are calibrated after division of their scores by `temperature`."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(scale=2.0, size=(num_examples, 4))
    calibrated = scipy.special.softmax(scores, axis=1)
    labels = generator.multinomial(1, calibrated).argmax(axis=1)
    return scipy.special.softmax(scores * temperature, axis=1), labels


def test_scaling_divides_the_scores() -> None:
    scores = np.random.default_rng(0).normal(size=(5, 3))
    probabilities = scipy.special.softmax(scores, axis=1)
    np.testing.assert_allclose(
        apply_temperature(probabilities, 2.5), scipy.special.softmax(scores / 2.5, axis=1)
    )
    np.testing.assert_allclose(apply_temperature(probabilities, 1.0), probabilities)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_a_known_distortion_is_found(temperature: float) -> None:
    probabilities, labels = draw(1, 20_000, temperature)
    assert fit_temperature(probabilities, labels) == pytest.approx(temperature, rel=0.05)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_fit_agrees_with_a_root_of_the_slope(temperature: float) -> None:
    probabilities, labels = draw(2, 300, temperature)
    log_probabilities = np.log(np.maximum(probabilities, 1e-12))

    def slope(inverse: float) -> float:
        scaled = scipy.special.softmax(log_probabilities * inverse, axis=1)
        expected = (scaled * log_probabilities).sum(axis=1)
        return float((expected - log_probabilities[np.arange(300), labels]).mean())

    root = scipy.optimize.brentq(slope, 0.05, 20.0)
    assert fit_temperature(probabilities, labels) == pytest.approx(1 / root, rel=1e-3)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.sampled_from([0.1, 1.0, 30.0]))
def test_the_fit_never_worsens_the_nll(seed: int, num_examples: int, temperature: float) -> None:
    probabilities, labels = draw(seed, num_examples, temperature)
    fitted = fit_temperature(probabilities, labels)
    assert 0.05 <= fitted <= 20.0
    scaled = apply_temperature(probabilities, fitted)
    np.testing.assert_allclose(scaled.sum(axis=1), 1.0)
    assert nll(scaled, labels) <= nll(probabilities, labels) + 1e-9


def test_saturated_probabilities_stay_finite() -> None:
    probabilities = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    labels = np.array([0, 1, 1])
    fitted = fit_temperature(probabilities, labels)
    # Two of three are right, hence a confidence of 2/3: 12 ln(10) / T = ln 2.
    assert fitted == pytest.approx(20.0, rel=1e-3)  # 39.9 lies beyond the bound
    assert np.isfinite(apply_temperature(probabilities, fitted)).all()


def test_divergence_is_nan_and_wrong_temperatures_are_refused() -> None:
    broken = np.array([[np.nan, 1.0], [0.5, 0.5]])
    assert math.isnan(fit_temperature(broken, np.array([0, 1])))
    scaled = apply_temperature(broken, 2.0)
    assert np.isnan(scaled[0]).all()
    np.testing.assert_allclose(scaled[1], 0.5)
    assert np.isnan(apply_temperature(broken[1:], math.nan)).all()
    with pytest.raises(ValueError, match="temperature must be above 0, received 0"):
        apply_temperature(broken, 0.0)


def test_without_errors_the_fit_sharpens_until_nothing_is_left() -> None:
    probabilities, labels = np.full((50, 2), [0.9, 0.1]), np.zeros(50, dtype=int)
    fitted = fit_temperature(probabilities, labels)
    assert fitted < 0.1
    assert nll(apply_temperature(probabilities, fitted), labels) < 1e-12
