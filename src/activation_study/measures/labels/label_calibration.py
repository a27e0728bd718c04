"""How right the probability of a label is, over all labels of all examples at once."""

from __future__ import annotations

import numpy as np

from activation_study.measures.binning import absolute_error, equal_mass_bins
from activation_study.measures.calibration import expected_calibration_error
from activation_study.measures.calibration_null import NullDistribution

BINS = 15
"""Equal-mass bins of all probabilities."""

DRAWS = 200
"""Redrawn label sets behind the null distribution."""


def label_calibration_error(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """Mean |probability - frequency| over equal-mass bins of all labels; arrays of one shape."""
    return expected_calibration_error(probabilities.ravel(), targets.ravel(), BINS)


def label_null(probabilities: np.ndarray, generator: np.random.Generator) -> NullDistribution:
    """The error under perfect calibration: labels are drawn, each with its own probability.

    Probabilities count as multiples of 2**-24, the spacing of the numbers that are drawn.

    Args:
        probabilities: finite float array of any shape, in [0, 1].
        generator: source of the draws.
    """
    flat = probabilities.ravel()
    bins = equal_mass_bins(flat, BINS)
    chances = flat[bins.order].astype(np.float32)
    ends = np.append(bins.starts[1:], flat.size)
    hits = np.empty((DRAWS, bins.counts.size))
    # One array for all draws: to ask for memory takes as long as to draw.
    uniform = np.empty_like(chances)
    for row in hits:
        is_there = generator.random(out=uniform, dtype=np.float32) < chances
        places = zip(bins.starts, ends, strict=True)
        row[:] = [np.count_nonzero(is_there[start:end]) for start, end in places]
    return NullDistribution(absolute_error(bins.means(flat) - hits / bins.counts, bins.counts))
