"""Temperature scaling: how much of the negative log-likelihood is one wrong scale.

Both functions work on probabilities, whatever output head they came from: log p serves as the
scores. Probabilities below `PROBABILITY_FLOOR` count as the floor, as in `calibration.nll`, so that
a temperature of 1 gives the NLL that is reported without scaling.

Reference:
    Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section
    4.2.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar

PROBABILITY_FLOOR = 1e-12
TEMPERATURE_BOUNDS = (0.05, 20.0)


def apply_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Returns softmax(log p / T).

    Args:
        probabilities: float array of shape (n, classes), rows sum to 1.
        temperature: T > 0; above 1 softens, below 1 sharpens. NaN (no temperature could be fitted)
            gives NaN.

    Returns:
        float64 array of shape (n, classes), rows sum to 1; NaN wherever the row or the temperature
        is not finite.

    Raises:
        ValueError: `temperature` is 0 or below.
    """
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, received {temperature!r}.")
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if not math.isfinite(temperature):
        return np.full_like(probabilities, np.nan)
    finite = np.isfinite(probabilities).all(axis=1, keepdims=True)
    scores = _log_probabilities(np.where(finite, probabilities, 1.0)) / temperature
    scaled = np.exp(scores - scores.max(axis=1, keepdims=True))
    scaled /= scaled.sum(axis=1, keepdims=True)
    return np.where(finite, scaled, np.nan)


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Finds the temperature that minimises the mean NLL of `apply_temperature`.

    The NLL is convex in 1/T, hence has one minimum in log T, where it is searched within
    `TEMPERATURE_BOUNDS`. Where no finite temperature is best, the result is of no further meaning:
    it comes near the upper bound if the predictions tell nothing about the labels, and if every
    example is right it is one so low that the NLL is 0 to machine precision, or the lower bound.

    Args:
        probabilities: float array of shape (n, classes), rows sum to 1.
        labels: int array of shape (n,).

    Returns:
        The temperature, or NaN if a probability is not finite.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if not np.isfinite(probabilities).all():
        return math.nan
    # Classes along the first axis: reductions over few classes are then sums of long rows.
    scores = np.ascontiguousarray(_log_probabilities(probabilities).T)
    scores -= scores.max(axis=0)
    mean_label_score = float(scores[labels, np.arange(labels.size)].mean())

    def mean_nll(log_temperature: float) -> float:
        inverse = math.exp(-log_temperature)
        normalizers = np.log(np.exp(scores * inverse).sum(axis=0))
        return float(normalizers.mean()) - inverse * mean_label_score

    bounds = (math.log(TEMPERATURE_BOUNDS[0]), math.log(TEMPERATURE_BOUNDS[1]))
    solution = minimize_scalar(mean_nll, bounds=bounds, method="bounded", options={"xatol": 1e-5})
    return math.exp(float(solution.x))


def _log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """Natural logarithm, with probabilities below the floor counted as the floor."""
    return np.log(np.maximum(probabilities, PROBABILITY_FLOOR))
