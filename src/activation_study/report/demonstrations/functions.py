"""Demonstrations about single functions: the sigmoid and tanh."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Function = Callable[[np.ndarray], np.ndarray]

SEED = 20261123

# Multiples of 1/64: the grid holds 0 exactly and is symmetric to the last bit.
GRID = np.arange(-40 * 64, 40 * 64 + 1) / 64


def largest(values: npt.ArrayLike) -> float:
    """Return the largest absolute value."""
    return float(np.abs(values).max())


def slope(function: Function, scores: np.ndarray, direction: npt.ArrayLike = 1.0) -> np.ndarray:
    """Return the derivative of an analytic function along a direction, by a complex step.

    f(z + ih) = f(z) + ih f'(z) - ...: nothing is subtracted, so that h may be so small that no
    truncation is left (Squire and Trapp, 1998).
    """
    return function(scores + 1e-30j * np.asarray(direction)).imag / 1e-30


def sigmoid(scores: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-z)), written so that nothing overflows and no digit is lost."""
    small = np.exp(-np.abs(scores))
    return np.where(scores >= 0, 1.0, small) / (1.0 + small)


def sigmoid_squashes() -> dict[str, float]:
    """Measure the limits of the sigmoid and the rate at which it approaches them.

    sigmoid(z) = exp(z) / (1 + exp(z)), so sigmoid(z) / exp(z) - 1 = -exp(z) / (1 + exp(z)): the
    left tail is an exponential, and by sigmoid(-z) = 1 - sigmoid(z) so is the right one.
    """
    return {
        "value_at_minus_40": largest(sigmoid(np.array(-40.0))),
        "distance_from_1_at_40": largest(1.0 - sigmoid(np.array(40.0))),
        "relative_error_of_exponential_tail_at_minus_20": largest(
            sigmoid(np.array(-20.0)) / np.exp(-20.0) - 1.0
        ),
        "steps_that_decrease": float(np.sum(np.diff(sigmoid(GRID)) < 0)),
    }


def sigmoid_derivative() -> dict[str, float]:
    """Compare f (1 - f) with the derivative by a complex step and by central differences.

    The function that is differentiated is 1 / (1 + exp(-z)) as it is written, so the identity is
    not put in. Source of the identity: Rumelhart, Hinton and Williams (1986).
    """
    values = sigmoid(GRID)
    closed = values * (1.0 - values)
    automatic = slope(lambda scores: 1.0 / (1.0 + np.exp(-scores)), GRID)
    step = 1e-5
    finite = (sigmoid(GRID + step) - sigmoid(GRID - step)) / (2 * step)
    return {
        "max_difference_from_automatic_differentiation": largest(closed - automatic),
        "max_difference_from_finite_difference": largest(closed - finite),
        "distance_of_maximum_from_one_quarter": largest(closed.max() - 0.25),
        "distance_of_maximizer_from_0": largest(GRID[closed.argmax()]),
    }


def tanh_bounded_centred() -> dict[str, float]:
    """Measure the bounds of tanh, its oddness, its mean and its identity with the sigmoid.

    tanh(z) = 2 sigmoid(2z) - 1. "Centred" is meant as odd: inputs symmetric about 0 give outputs of
    mean 0.
    """
    scores = np.linspace(-20.0, 20.0, 10_001)
    scores = (scores - scores[::-1]) / 2  # symmetric to the last bit
    values = np.tanh(scores)
    return {
        "largest_absolute_value": largest(values),
        "max_violation_of_oddness": largest(np.tanh(-scores) + values),
        "max_difference_from_2_sigmoid_2x_minus_1": largest(2 * sigmoid(2 * scores) - 1 - values),
        "absolute_mean_over_symmetric_inputs": largest(values.mean()),
    }
