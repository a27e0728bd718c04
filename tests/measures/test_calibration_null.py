"""Consistency resampling against plain resampling, and as a test of calibration."""

from __future__ import annotations

import fractions
import itertools
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats

from activation_study.measures import calibration
from activation_study.measures.calibration import apply_temperature
from activation_study.measures.calibration_null import NullDistribution, calibration_null


def draw_labels(probabilities: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Labels by the multinomial generator of NumPy, one trial a row."""
    return generator.multinomial(1, probabilities).argmax(axis=1)


def draw_probabilities(
    generator: np.random.Generator, num_examples: int, num_classes: int, scale: float
) -> np.ndarray:
    scores = generator.normal(scale=scale, size=(num_examples, num_classes))
    return scipy.special.softmax(scores, axis=1)


@pytest.mark.parametrize("scale", [0.0, 1.0, 4.0])
def test_samples_are_distributed_as_those_of_plain_resampling(scale: float) -> None:
    generator = np.random.default_rng(0)
    probabilities = draw_probabilities(generator, 120, 4, scale)
    null = calibration_null(probabilities, generator, draws=1500, bins=5)
    plain = []
    for _ in range(1500):
        labels = draw_labels(probabilities, generator)
        top = calibration.top_label(probabilities, labels)
        plain.append(
            (
                calibration.expected_calibration_error(*top, bins=5),
                calibration.calibration_error(*top, bins=5),
                calibration.classwise_calibration_error(probabilities, labels, bins=5),
            )
        )
    samples = (
        null.expected_calibration_error.samples,
        null.calibration_error.samples,
        null.classwise_calibration_error.samples,
    )
    for ours, expected in zip(samples, np.array(plain).T, strict=True):
        # Rounding keeps equal values of discrete statistics equal.
        assert scipy.stats.ks_2samp(ours.round(9), expected.round(9)).pvalue > 0.005


def test_p_values_of_calibrated_predictions_are_uniform() -> None:
    generator = np.random.default_rng(1)
    p_values = []
    for _ in range(150):
        probabilities = draw_probabilities(generator, 200, 3, 2.0)
        labels = draw_labels(probabilities, generator)
        top = calibration.top_label(probabilities, labels)
        null = calibration_null(probabilities, generator, draws=99)
        p_values.append(
            (
                null.expected_calibration_error.p_value(
                    calibration.expected_calibration_error(*top)
                ),
                null.calibration_error.p_value(calibration.calibration_error(*top)),
                null.classwise_calibration_error.p_value(
                    calibration.classwise_calibration_error(probabilities, labels)
                ),
            )
        )
    for column in np.array(p_values).T:
        assert scipy.stats.kstest(column, "uniform").pvalue > 0.01


def test_overconfidence_has_the_smallest_p_value() -> None:
    generator = np.random.default_rng(2)
    probabilities = draw_probabilities(generator, 2000, 5, 1.0)
    labels = draw_labels(probabilities, generator)
    sharpened = apply_temperature(probabilities, 0.5)
    null = calibration_null(sharpened, generator)
    top = calibration.top_label(sharpened, labels)
    ece = calibration.expected_calibration_error(*top)
    assert null.expected_calibration_error.p_value(ece) == pytest.approx(1 / 201)
    assert calibration.calibration_gap(*top) > 0.1
    assert ece > 3 * null.expected_calibration_error.high
    classwise = calibration.classwise_calibration_error(sharpened, labels)
    assert classwise > 3 * null.classwise_calibration_error.high


def test_the_noise_floor_of_an_mnist_sized_test_set() -> None:
    # 97.8 % accuracy at n = 10,000: the plain error of a calibrated model is about 0.3 %, not 0.
    generator = np.random.default_rng(3)
    probabilities = draw_probabilities(generator, 10_000, 10, 30.0)
    null = calibration_null(probabilities, generator)
    assert probabilities.max(axis=1).mean() == pytest.approx(0.97, abs=0.01)
    plain = null.expected_calibration_error
    assert 0.0005 < plain.low < plain.mean < plain.high < 0.006
    assert abs(null.calibration_error.mean) < plain.mean


def test_certain_predictions_leave_nothing_to_chance() -> None:
    null = calibration_null(np.eye(3)[[0, 1, 2, 2]], np.random.default_rng(0), draws=20)
    for distribution in (
        null.expected_calibration_error,
        null.calibration_error,
        null.classwise_calibration_error,
    ):
        assert distribution.samples.tolist() == [0.0] * 20
    assert null.calibration_error.p_value(0.0) == 1.0


@pytest.mark.parametrize("draws", [1, 10, 23])
def test_every_draw_is_made_once(draws: int) -> None:
    probabilities = draw_probabilities(np.random.default_rng(0), 30, 3, 1.0)
    null = calibration_null(probabilities, np.random.default_rng(4), draws=draws)
    again = calibration_null(probabilities, np.random.default_rng(4), draws=draws)
    samples = null.classwise_calibration_error.samples
    assert samples.shape == (draws,)
    assert samples.tolist() == again.classwise_calibration_error.samples.tolist()


def test_null_distribution_by_hand() -> None:
    null = NullDistribution(np.array([0.1, 0.2, 0.3]))
    assert null.mean == pytest.approx(0.2)
    assert (null.low, null.high) == pytest.approx((0.105, 0.295))
    assert null.p_value(0.2) == 3 / 4
    assert null.p_value(0.5) == 1 / 4
    assert math.isnan(null.p_value(math.nan))


def test_a_diverged_run_has_no_null() -> None:
    null = calibration_null(np.full((3, 2), np.nan), np.random.default_rng(0))
    distribution = null.expected_calibration_error
    assert np.isnan(distribution.samples).all()
    values = (distribution.mean, distribution.low, distribution.high, distribution.p_value(0.1))
    assert all(math.isnan(value) for value in values)


def test_exact_ties_count_within_a_tolerance_and_by_chance_without() -> None:
    # One and the same error, added up in every order of its parts: exactly equal, but for rounding.
    parts = [fractions.Fraction(n, 10) for n in (1, 2, 3, 7)]
    orders = list(itertools.permutations(parts))
    assert {sum(order) for order in orders} == {fractions.Fraction(13, 10)}
    # By NumPy, number by number: Python's own sum makes up for rounding from 3.12 on.
    sums = np.array([np.cumsum([float(part) for part in order])[-1] for order in orders])
    null, highest = NullDistribution(np.append(sums, 0.5)), float(sums.max())
    exact = (1 + len(orders)) / (len(orders) + 2)
    assert null.p_value(highest) < exact
    assert null.p_value(highest, tie_tolerance=1e-12) == exact
