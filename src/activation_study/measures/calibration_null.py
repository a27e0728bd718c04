"""What a perfectly calibrated model would show: the noise floor of every calibration error.

An error measured on finitely many examples is above 0 even when nothing is wrong. Consistency
resampling draws labels from the predicted distributions themselves, under which the model is
calibrated by construction, and measures each draw as the real labels are measured.

References:
    Bröcker & Smith, "Increasing the Reliability of Reliability Diagrams", Weather and Forecasting
    22, 2007.

    Vaicenavicius et al., "Evaluating model calibration in classification", AISTATS 2019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from activation_study.measures.binning import (
    absolute_error,
    debiased_squared_error,
    equal_mass_bins,
    signed_root,
)

# Draws are made in blocks whose arrays stay in the processor's cache.
_DRAWS_IN_BLOCK = 10


@dataclass(frozen=True, eq=False)
class NullDistribution:
    """Values of one measure under perfect calibration.

    Attributes:
        samples: float array of shape (draws,); NaN for a run whose probabilities are not finite.
    """

    samples: np.ndarray

    @property
    def mean(self) -> float:
        """Mean of the samples."""
        return float(self.samples.mean())

    @property
    def low(self) -> float:
        """The 2.5 % quantile."""
        return float(np.quantile(self.samples, 0.025))

    @property
    def high(self) -> float:
        """The 97.5 % quantile."""
        return float(np.quantile(self.samples, 0.975))

    def p_value(self, observed: float, tie_tolerance: float = 0.0) -> float:
        """One-sided p-value (1 + #{samples >= observed}) / (draws + 1); NaN where one is NaN.

        Args:
            observed: the measure of the real labels.
            tie_tolerance: samples that fall short by no more count as ties. Without it, as in every
                run of this protocol, rounding breaks exact ties either way.
        """
        if np.isnan(self.samples).any() or math.isnan(observed):
            return math.nan
        num_above = int((self.samples >= observed - tie_tolerance).sum())
        return (1 + num_above) / (self.samples.size + 1)


@dataclass(frozen=True, eq=False)
class CalibrationNull:
    """Null distributions of the three binned errors, named as the functions that measure them."""

    expected_calibration_error: NullDistribution
    calibration_error: NullDistribution
    classwise_calibration_error: NullDistribution


def calibration_null(
    probabilities: np.ndarray,
    generator: np.random.Generator,
    draws: int = 200,
    bins: int = 15,
    *,
    classwise: bool = True,
) -> CalibrationNull:
    """Draws labels from the predicted distributions and measures each draw.

    Args:
        probabilities: float array of shape (n, classes), rows sum to 1.
        generator: source of the draws.
        draws: number of label vectors drawn.
        bins: number of equal-mass bins. They depend on the predictions alone, hence are made once.
        classwise: whether the class-wise error is drawn, too; its time and memory grow with the
            classes.

    Returns:
        The three null distributions; of one NaN each if a probability is not finite, and that of an
        error that is not drawn.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    unknown = NullDistribution(np.array([math.nan]))
    if not np.isfinite(probabilities).all():
        return CalibrationNull(unknown, unknown, unknown)
    confidence = probabilities.max(axis=1)
    chance_right = confidence / probabilities.sum(axis=1)
    classes = _WrongClasses(probabilities, bins) if classwise else None
    top_bins = equal_mass_bins(confidence, bins)
    top_bin_of = top_bins.index()
    wrong, hits = [], []
    for start in range(0, draws, _DRAWS_IN_BLOCK):
        block = min(_DRAWS_IN_BLOCK, draws - start)
        uniform = generator.random((block, confidence.size))
        # Only the labels that differ from the predicted class: a good model is wrong rarely, and
        # its errors are a list many times shorter than all labels.
        draw, example = np.nonzero(uniform >= chance_right)
        wrong.append(_count(draw, top_bin_of[example], block, top_bins.counts.size))
        if classes:
            # Given an error, what exceeds the confidence is uniform and picks among the others.
            excess = uniform[draw, example] - chance_right[example]
            hits.append(classes.hits(draw, example, excess, block))
    accuracy = 1.0 - np.concatenate(wrong) / top_bins.counts
    gaps = top_bins.means(confidence) - accuracy
    squared = debiased_squared_error(gaps, accuracy, top_bins.counts)
    return CalibrationNull(
        expected_calibration_error=NullDistribution(absolute_error(gaps, top_bins.counts)),
        calibration_error=NullDistribution(signed_root(squared)),
        classwise_calibration_error=(
            NullDistribution(classes.errors(np.concatenate(hits))) if classes else unknown
        ),
    )


class _OtherClasses:
    """Picks the label of an example that is not of the predicted class."""

    def __init__(self, probabilities: np.ndarray) -> None:
        others = probabilities / probabilities.sum(axis=1, keepdims=True)
        others[np.arange(others.shape[0]), others.argmax(axis=1)] = 0.0
        self._cumulative = np.ascontiguousarray(np.cumsum(others, axis=1).T)
        # Rounding must not carry a position to the total, where no class is left.
        self._last_position = np.nextafter(self._cumulative[-1], 0.0)

    def at(self, example: np.ndarray, position: np.ndarray) -> np.ndarray:
        """Returns the label at a position from 0 to the sum of the others, int like `example`."""
        position = np.minimum(position, self._last_position[example])
        label = np.zeros(example.size, dtype=np.intp)
        for cumulative in self._cumulative[:-1]:
            label += cumulative[example] <= position
        return label


class _WrongClasses:
    """Draws what errors are labelled, in equal-mass bins of every class: cells (classes, bins).

    Classes with fewer bins, because of ties, have cells of count 0 at the end, which weigh nothing.
    """

    def __init__(self, probabilities: np.ndarray, bins: int) -> None:
        num_examples, num_classes = probabilities.shape
        self._others = _OtherClasses(probabilities)
        binned = [equal_mass_bins(column, bins) for column in probabilities.T]
        width = max(one.counts.size for one in binned)
        self._counts = np.zeros((num_classes, width), dtype=np.intp)
        self._means = np.zeros((num_classes, width))
        self._cell = np.empty((num_examples, num_classes), dtype=np.intp)
        for class_index, one in enumerate(binned):
            self._counts[class_index, : one.counts.size] = one.counts
            self._means[class_index, : one.counts.size] = one.means(probabilities[:, class_index])
            self._cell[:, class_index] = class_index * width + one.index()
        self._cell_of_predicted = self._cell[np.arange(num_examples), probabilities.argmax(axis=1)]

    def hits(
        self, draw: np.ndarray, example: np.ndarray, excess: np.ndarray, draws: int
    ) -> np.ndarray:
        """Returns how many labels fall into each cell, int array of shape (draws, cells).

        Labels equal to the predictions are the start; an error moves one count to another cell.
        """
        cells = self._counts.size
        label = self._others.at(example, excess)
        predicted = np.bincount(self._cell_of_predicted, minlength=cells)
        lost = _count(draw, self._cell_of_predicted[example], draws, cells)
        return predicted + _count(draw, self._cell[example, label], draws, cells) - lost

    def errors(self, hits: np.ndarray) -> np.ndarray:
        """Returns the class-wise error of each draw, float array of shape (draws,)."""
        frequencies = hits.reshape(-1, *self._counts.shape) / np.maximum(self._counts, 1)
        gaps = self._means - frequencies
        return signed_root(debiased_squared_error(gaps, frequencies, self._counts).mean(axis=1))


def _count(draw: np.ndarray, cell: np.ndarray, draws: int, cells: int) -> np.ndarray:
    """How often each cell occurs in each draw, int array of shape (draws, cells)."""
    return np.bincount(draw * cells + cell, minlength=draws * cells).reshape(draws, cells)
