"""What a perfectly calibrated model would show: the noise floor of every calibration error.

An error measured on finitely many examples is above 0 even when nothing is wrong. Consistency resampling draws
labels from the predicted distributions themselves, under which the model is calibrated by construction, and
measures each draw as the real labels are measured.

References:
    Bröcker & Smith, "Increasing the Reliability of Reliability Diagrams", Weather and Forecasting 22, 2007.
    Vaicenavicius et al., "Evaluating model calibration in classification", AISTATS 2019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from activation_study.measures.binning import (
    EqualMassBins,
    absolute_error,
    debiased_squared_error,
    equal_mass_bins,
    signed_root,
)


@dataclass(frozen=True, eq=False)
class NullDistribution:
    """Values of one measure under perfect calibration.

    Attributes:
        samples: float array of shape (draws,); empty for a run whose probabilities are not finite.
    """

    samples: np.ndarray

    @property
    def mean(self) -> float:
        """Mean of the samples; NaN without samples."""
        return float(self.samples.mean()) if self.samples.size else math.nan

    @property
    def low(self) -> float:
        """The 2.5 % quantile; NaN without samples."""
        return self._quantile(0.025)

    @property
    def high(self) -> float:
        """The 97.5 % quantile; NaN without samples."""
        return self._quantile(0.975)

    def p_value(self, observed: float) -> float:
        """One-sided p-value (1 + #{samples >= observed}) / (draws + 1); NaN if either side is missing."""
        if not self.samples.size or math.isnan(observed):
            return math.nan
        return (1 + int((self.samples >= observed).sum())) / (self.samples.size + 1)

    def _quantile(self, probability: float) -> float:
        return float(np.quantile(self.samples, probability)) if self.samples.size else math.nan


@dataclass(frozen=True, eq=False)
class CalibrationNull:
    """The null distributions of the three binned errors, named as the functions that measure them."""

    expected_calibration_error: NullDistribution
    calibration_error: NullDistribution
    classwise_calibration_error: NullDistribution


def calibration_null(
    probabilities: np.ndarray, generator: np.random.Generator, draws: int = 200, bins: int = 15
) -> CalibrationNull:
    """Draws labels from the predicted distributions and measures each draw.

    Args:
        probabilities: float array of shape (n, classes), rows sum to 1.
        generator: source of the draws.
        draws: number of label vectors drawn.
        bins: number of equal-mass bins. They depend on the predictions alone, hence are made once.

    Returns:
        The three null distributions; without samples (all NaN) if a probability is not finite.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if not np.isfinite(probabilities).all():
        empty = NullDistribution(np.empty(0))
        return CalibrationNull(empty, empty, empty)
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    class_bins = [equal_mass_bins(column, bins) for column in probabilities.T]
    draw, example, label = _draw_errors(probabilities, predicted, confidence, generator, draws)
    top_bins = equal_mass_bins(confidence, bins)
    wrong = _count(draw, top_bins.index()[example], draws, top_bins.counts.size)
    accuracy = 1.0 - wrong / top_bins.counts
    gaps = top_bins.means(confidence) - accuracy
    classwise = _classwise_samples(
        probabilities, predicted, class_bins, (draw, example, label), draws
    )
    return CalibrationNull(
        expected_calibration_error=NullDistribution(absolute_error(gaps, top_bins.counts)),
        calibration_error=NullDistribution(
            signed_root(debiased_squared_error(gaps, accuracy, top_bins.counts))
        ),
        classwise_calibration_error=NullDistribution(classwise),
    )


def _draw_errors(
    probabilities: np.ndarray,
    predicted: np.ndarray,
    confidence: np.ndarray,
    generator: np.random.Generator,
    draws: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draws labels and returns only those that differ from the predicted class.

    A good model is wrong rarely, so that listing the errors is many times shorter than listing all labels.

    Returns:
        Three int arrays of one length: the draw, the example, and the label drawn there.
    """
    num_examples, num_classes = probabilities.shape
    uniform = generator.random((draws, num_examples))
    draw, example = np.nonzero(uniform >= confidence)
    others = probabilities.copy()
    others[np.arange(num_examples), predicted] = 0.0
    cumulative = np.ascontiguousarray(np.cumsum(others, axis=1).T)
    total = cumulative[-1]
    # Given an error, (uniform - confidence) / (1 - confidence) is uniform in [0, 1) and picks among the other classes.
    # Rounding must not carry it to the total, where no class is left.
    scale = np.where(confidence < 1.0, total / np.maximum(1.0 - confidence, 1e-300), 0.0)
    position = (uniform[draw, example] - confidence[example]) * scale[example]
    position = np.minimum(position, np.nextafter(total, 0.0)[example])
    label = np.zeros(example.size, dtype=np.intp)
    for class_index in range(num_classes - 1):
        label += cumulative[class_index][example] <= position
    return draw, example, label


def _classwise_samples(
    probabilities: np.ndarray,
    predicted: np.ndarray,
    class_bins: list[EqualMassBins],
    errors: tuple[np.ndarray, np.ndarray, np.ndarray],
    draws: int,
) -> np.ndarray:
    """Class-wise error of each draw, float array of shape (draws,)."""
    draw, example, label = errors
    num_examples, num_classes = probabilities.shape
    width = max(binned.counts.size for binned in class_bins)
    counts = np.zeros((num_classes, width), dtype=np.intp)
    means = np.zeros((num_classes, width))
    cell = np.empty((num_examples, num_classes), dtype=np.intp)
    for class_index, binned in enumerate(class_bins):
        counts[class_index, : binned.counts.size] = binned.counts
        means[class_index, : binned.counts.size] = binned.means(probabilities[:, class_index])
        cell[:, class_index] = class_index * width + binned.index()
    # Labels equal to the predictions are the starting point; every error moves one count from cell to cell.
    cell_of_predicted = cell[np.arange(num_examples), predicted]
    hits = np.bincount(cell_of_predicted, minlength=counts.size) + (
        _count(draw, cell[example, label], draws, counts.size)
        - _count(draw, cell_of_predicted[example], draws, counts.size)
    )
    frequencies = hits.reshape(draws, num_classes, width) / np.maximum(counts, 1)
    squared = debiased_squared_error(means - frequencies, frequencies, counts)
    return signed_root(squared.mean(axis=1))


def _count(draw: np.ndarray, cell: np.ndarray, draws: int, cells: int) -> np.ndarray:
    """How often each cell occurs in each draw, int array of shape (draws, cells)."""
    return np.bincount(draw * cells + cell, minlength=draws * cells).reshape(draws, cells)
