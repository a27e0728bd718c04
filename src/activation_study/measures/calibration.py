"""How good the predicted probabilities are: proper scores, calibration errors, temperature.

Shared signature: `probabilities` is a float array of shape (n, classes) whose rows sum to 1,
`labels` an int array of shape (n,); `confidence` is the probability of the predicted class, shape
(n,), and `correct` says whether that class is the label, shape (n,). Everything is a fraction, not
a percentage; logarithms are natural.

Where a run's scores are not finite, neither are its probabilities: every measure is then NaN, and
nothing warns. Wrong shapes, labels that are no class and rows that are no distribution raise
ValueError.

Temperature scaling takes log p for the scores, whatever output head the probabilities came from.
Probabilities below `PROBABILITY_FLOOR` count as the floor, so that a temperature of 1 gives the
NLL that is reported without scaling.

Reference of the latter:
    Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section
    4.2.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar

from activation_study.measures.binning import (
    absolute_error,
    debiased_squared_error,
    equal_mass_bins,
    signed_root,
)

PROBABILITY_FLOOR = 1e-12
TEMPERATURE_BOUNDS = (0.05, 20.0)
# Rows come from float32 networks through float64 arithmetic; anything worse than this is not a
# distribution.
_ROW_SUM_TOLERANCE = 1e-4


def top_label(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns confidence (float, NaN kept) and correctness (bool) of the predictions, both (n,).

    Where the confidence is NaN there is no prediction, and the correctness means nothing.
    """
    probabilities, labels = _checked(probabilities, labels)
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


def nll(probabilities: np.ndarray, labels: np.ndarray, floor: float = PROBABILITY_FLOOR) -> float:
    """Mean negative log-likelihood in nats.

    Probabilities of the label below `floor` count as `floor`: one impossible label costs at most
    -ln(floor), 27.6 nats at the default, and the mean stays finite. Nothing is renormalised
    afterwards.
    """
    probabilities, labels = _checked(probabilities, labels)
    if not np.isfinite(probabilities).all():
        return math.nan
    of_label = probabilities[np.arange(labels.size), labels]
    return float(-np.log(np.maximum(of_label, floor)).mean())


def brier_score(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Multi-class Brier score: squared error summed over classes, mean over examples; in [0, 2].

    Reference:
        Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review
        78, 1950.
    """
    probabilities, labels = _checked(probabilities, labels)
    if not np.isfinite(probabilities).all():
        return math.nan
    of_label = probabilities[np.arange(labels.size), labels]
    # sum_k (p_k - y_k)^2 = sum_k p_k^2 - 2 p_label + 1
    return float(np.einsum("ij,ij->", probabilities, probabilities) / labels.size) + float(
        (1.0 - 2.0 * of_label).mean()
    )


def expected_calibration_error(
    confidence: np.ndarray, correct: np.ndarray, bins: int = 15
) -> float:
    """Plain expected calibration error: mean |confidence - accuracy| over equal-mass bins.

    It is biased upwards on finite samples; read it beside its `calibration_null`.
    """
    binned = reliability_bins(confidence, correct, bins)
    return float(absolute_error(binned["confidence"] - binned["accuracy"], binned["count"]))


def calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = 15) -> float:
    """Debiased top-label calibration error: signed root of the squared error, unclipped.

    Below 0 means smaller than what sampling noise alone is expected to leave. See
    `binning.debiased_squared_error`.
    """
    binned = reliability_bins(confidence, correct, bins)
    gaps = binned["confidence"] - binned["accuracy"]
    return float(signed_root(debiased_squared_error(gaps, binned["accuracy"], binned["count"])))


def calibration_gap(confidence: np.ndarray, correct: np.ndarray) -> float:
    """Mean confidence minus accuracy: above 0 overconfident, below 0 underconfident."""
    confidence = np.asarray(confidence, dtype=np.float64)
    if not np.isfinite(confidence).all():
        return math.nan
    return float(confidence.mean() - np.mean(correct))


def classwise_calibration_error(
    probabilities: np.ndarray, labels: np.ndarray, bins: int = 15
) -> float:
    """Class-wise calibration error: signed root of the classes' mean debiased squared error.

    Each class has equal-mass bins of its own, over the probability that was given to it.

    Reference:
        Kumar, Liang, Ma, "Verified Uncertainty Calibration", NeurIPS 2019 ("marginal calibration
        error").
    """
    probabilities, labels = _checked(probabilities, labels)
    if not np.isfinite(probabilities).all():
        return math.nan
    squared = []
    for class_index, column in enumerate(probabilities.T):
        binned = equal_mass_bins(column, bins)
        frequencies = binned.means(labels == class_index)
        gaps = binned.means(column) - frequencies
        squared.append(debiased_squared_error(gaps, frequencies, binned.counts))
    return float(signed_root(np.mean(squared)))


def reliability_bins(
    confidence: np.ndarray, correct: np.ndarray, bins: int = 15
) -> dict[str, np.ndarray]:
    """What a reliability diagram shows, over equal-mass bins in ascending confidence.

    Returns:
        `count` (int), `confidence` and `accuracy` (float means), one entry for each non-empty bin:
        fewer than `bins` where predictions are tied (see `binning.equal_mass_bins`). If a
        confidence is not finite, one bin of all examples with NaN means.
    """
    confidence = np.asarray(confidence, dtype=np.float64)
    if np.shape(correct) != confidence.shape:
        raise ValueError(
            f"confidence and correct must have the same shape (n,), "
            f"received {confidence.shape} and {np.shape(correct)}."
        )
    if not np.isfinite(confidence).all():
        missing = np.array([np.nan])
        return {"count": np.array([len(confidence)]), "confidence": missing, "accuracy": missing}
    binned = equal_mass_bins(confidence, bins)
    return {
        "count": binned.counts,
        "confidence": binned.means(confidence),
        "accuracy": binned.means(correct),
    }


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


def summarize(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> dict[str, float]:
    """The measures of every epoch: accuracy, nll, brier, calibration_error (debiased top label)."""
    confidence, correct = top_label(probabilities, labels)
    finite = bool(np.isfinite(confidence).all())
    return {
        "accuracy": float(correct.mean()) if finite else math.nan,
        "nll": nll(probabilities, labels),
        "brier": brier_score(probabilities, labels),
        "calibration_error": calibration_error(confidence, correct, bins),
    }


def _checked(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns float64 probabilities and the labels; values that are not finite pass here."""
    probabilities = np.asarray(probabilities, dtype=np.float64)
    labels = np.asarray(labels)
    is_shaped = probabilities.ndim == 2 and labels.shape == probabilities.shape[:1] and labels.size
    if not is_shaped or labels.dtype.kind not in "iu":
        raise ValueError(
            "probabilities must have shape (n, classes) and labels be integers of shape (n,) with "
            f"n >= 1, received {probabilities.shape} and {labels.dtype} of {labels.shape}."
        )
    if labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        raise ValueError(
            f"labels must lie in 0..{probabilities.shape[1] - 1}, "
            f"received {labels.min()}..{labels.max()}."
        )
    if np.isfinite(probabilities).all():
        sums = probabilities.sum(axis=1)
        if probabilities.min() < 0 or np.abs(sums - 1.0).max() > _ROW_SUM_TOLERANCE:
            raise ValueError(
                "the rows of probabilities must be non-negative and sum to 1, received "
                f"a minimum of {probabilities.min():.4g} and sums in "
                f"{sums.min():.4g}..{sums.max():.4g}; "
                "turn scores into a distribution first."
            )
    return probabilities, labels


def _log_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """Natural logarithm, with probabilities below the floor counted as the floor."""
    return np.log(np.maximum(probabilities, PROBABILITY_FLOOR))
