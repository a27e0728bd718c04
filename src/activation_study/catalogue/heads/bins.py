"""A number as a distribution over bins, which a softmax can learn, and back as its expectation.

Targets are floats of shape (examples, 1); what lies beyond the bins counts as their end.

Reference of the Gaussian:
    Imani and White, "Improving Regression Performance with Distributional Losses", ICML 2018.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from activation_study.catalogue.heads.functions import softmax

NUM_BINS = 42
HIGHEST = 10.5
"""End of the last bin; the first one begins at its negative."""

WIDTH = 2 * HIGHEST / NUM_BINS
SPREAD = 0.75 * WIDTH
"""Standard deviation of the Gaussian."""

EDGES = np.linspace(-HIGHEST, HIGHEST, NUM_BINS + 1)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2


def num_bins(num_targets: int) -> int:
    """Return the number of bins where there is one number, else 0."""
    return NUM_BINS if num_targets == 1 else 0


def index(targets: np.ndarray, _: int) -> np.ndarray:
    """Return the bin that each number is in, int32 of shape (n,); an edge belongs to the upper."""
    # 32-bit sums of tenths miss an edge by less than this.
    place = np.floor((targets[:, 0] + HIGHEST) / WIDTH + 1e-4)
    return np.clip(place, 0, NUM_BINS - 1).astype(np.int32)


def two_hot(targets: np.ndarray, _: int) -> np.ndarray:
    """Return the weights of the two nearest centres whose mean is the number, float32 (n, bins)."""
    distances = np.abs(_within(targets, CENTRES) - CENTRES) / WIDTH
    return np.maximum(1.0 - distances, 0.0).astype(np.float32)


def gaussian(targets: np.ndarray, _: int) -> np.ndarray:
    """Return the mass in each bin of a Gaussian about the number, cut to the bins and normalised.

    Near the ends the cut draws the mean inwards: by 0.05 at 9.9.
    """
    below = ndtr((EDGES - _within(targets, EDGES)) / SPREAD)
    masses = np.diff(below, axis=1)
    return (masses / masses.sum(axis=1, keepdims=True)).astype(np.float32)


def expectation(scores: np.ndarray) -> np.ndarray:
    """Return the mean of the bins' centres under the softmax, shape (n, 1)."""
    return (softmax(scores) @ CENTRES)[:, np.newaxis]


def _within(targets: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.clip(targets.astype(np.float64), places[0], places[-1])
