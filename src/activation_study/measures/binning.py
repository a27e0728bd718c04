"""Equal-mass bins of predicted probabilities, and the two errors that are read off them.

Every calibration measure of the study, and its null distribution, uses the same bins, so they are
made in one place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class EqualMassBins:
    """Non-empty bins of n predictions, cut from their sorted order.

    Attributes:
        order: int array of shape (n,); the permutation that sorts the predictions.
        starts: int array of shape (bins,); where each bin starts in the sorted order.
        counts: int array of shape (bins,); number of predictions in each bin, at least 1.
    """

    order: np.ndarray
    starts: np.ndarray
    counts: np.ndarray

    def means(self, values: np.ndarray) -> np.ndarray:
        """Returns the mean of `values`, shape (n,), in each bin: float array of shape (bins,)."""
        sorted_values = np.asarray(values, dtype=np.float64)[self.order]
        return np.add.reduceat(sorted_values, self.starts) / self.counts

    def index(self) -> np.ndarray:
        """Returns the bin of each prediction in its original place, int array of shape (n,)."""
        bin_of = np.empty(self.order.size, dtype=np.intp)
        bin_of[self.order] = np.repeat(np.arange(self.starts.size), self.counts)
        return bin_of


def equal_mass_bins(predictions: np.ndarray, bins: int) -> EqualMassBins:
    """Cuts predictions into bins of nearly equal counts.

    The sorted predictions are cut where `numpy.array_split` cuts; a cut that falls among equal
    predictions moves behind the last of them. Equal predictions thus share a bin and the result
    does not depend on the order of the examples. With many ties there are fewer bins than asked
    for; a constant prediction gives one.

    Args:
        predictions: finite float array of shape (n,), n >= 1.
        bins: number of bins asked for, at least 1.

    Raises:
        ValueError: `bins` is below 1 or `predictions` is not a non-empty vector.
    """
    if bins < 1:
        raise ValueError(f"bins must be a positive integer, received {bins!r}; the study uses 15.")
    if predictions.ndim != 1 or predictions.size == 0:
        raise ValueError(
            f"predictions must have shape (n,) with n >= 1, received shape {predictions.shape}."
        )
    num_examples = predictions.size
    order = np.argsort(predictions)
    sorted_predictions = predictions[order]
    sizes = np.full(bins, num_examples // bins)
    sizes[: num_examples % bins] += 1
    cuts = np.cumsum(sizes)[:-1]
    cuts = cuts[(cuts > 0) & (cuts < num_examples)]
    cuts = np.searchsorted(sorted_predictions, sorted_predictions[cuts - 1], side="right")
    starts = np.unique(np.concatenate(([0], cuts[cuts < num_examples])))
    counts = np.diff(np.append(starts, num_examples))
    return EqualMassBins(order=order, starts=starts, counts=counts)


def absolute_error(gaps: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean |gap| weighted by the bins' counts, over the last axis.

    Args:
        gaps: float array of shape (..., bins), mean prediction minus observed frequency.
        counts: int array that broadcasts against `gaps`; a count of 0 has no weight.
    """
    weights = counts / counts.sum(axis=-1, keepdims=True)
    return (np.abs(gaps) * weights).sum(axis=-1)


def debiased_squared_error(
    gaps: np.ndarray, frequencies: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Debiased squared calibration error, over the last axis.

    The squared gap of a bin overestimates the true one by the variance of its observed frequency,
    estimated as frequency (1 - frequency) / (count - 1). That is subtracted, so the sum can be
    below 0. A bin of one example has no such estimate and contributes 0.

    Args:
        gaps: float array of shape (..., bins), mean prediction minus observed frequency.
        frequencies: float array of shape (..., bins), observed frequencies in [0, 1].
        counts: int array that broadcasts against `gaps`; a count of 0 has no weight.

    Reference:
        Kumar, Liang, Ma, "Verified Uncertainty Calibration", NeurIPS 2019, section 5.
    """
    weights = counts / counts.sum(axis=-1, keepdims=True)
    variance = frequencies * (1.0 - frequencies) / np.maximum(counts - 1, 1)
    terms = np.where(counts > 1, gaps**2 - variance, 0.0)
    return (terms * weights).sum(axis=-1)


def signed_root(values: np.ndarray) -> np.ndarray:
    """sign(x) sqrt(|x|): a squared error in the unit of probabilities, not clipped at 0."""
    return np.sign(values) * np.sqrt(np.abs(values))
