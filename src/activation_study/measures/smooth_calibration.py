"""Smooth calibration error: calibration without bins, at a bandwidth that the data choose.

Residuals are smoothed over the predictions with a Gaussian kernel that is reflected at 0 and 1. At
bandwidth s the error is the integral over [0, 1] of the absolute smoothed residual; it never grows
with s, and smECE is its fixed point, the one bandwidth that equals its own error.

Reference:
    Błasiok & Nakkiran, "Smooth ECE: Principled Reliability Diagrams via Kernel Smoothing", ICLR
    2024 (arXiv 2309.12236).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.fft import dct, idct
from scipy.optimize import brentq

# Residuals are gathered in this many cells; a cell is far narrower than any bandwidth that matters.
_NUM_CELLS = 4096
_SMALLEST_BANDWIDTH = 1.0 / _NUM_CELLS
# As far as the rows of a distribution may miss 1 by the rounding of a network.
_ROUNDING = 1e-4


def smooth_calibration_error(predictions: np.ndarray, outcomes: np.ndarray) -> float:
    """Smooth calibration error at the fixed point of the bandwidth.

    Args:
        predictions: float array of shape (n,) in [0, 1].
        outcomes: 0/1 or bool array of shape (n,).

    Returns:
        The error in [0, 1]; NaN if a prediction is not finite. An error below 1/4096 is measured at
        that bandwidth.

    Raises:
        ValueError: the shapes differ or are empty, or a prediction lies outside [0, 1].
    """
    spectrum = _residual_spectrum(predictions, outcomes)
    if spectrum is None:
        return math.nan
    finest_error = _error_at(spectrum, _SMALLEST_BANDWIDTH)
    if finest_error <= _SMALLEST_BANDWIDTH:
        return finest_error
    if _error_at(spectrum, 1.0) >= 1.0:
        return 1.0
    fixed_point = brentq(
        lambda bandwidth: bandwidth - _error_at(spectrum, bandwidth),
        _SMALLEST_BANDWIDTH,
        1.0,
        xtol=1e-6,
    )
    return float(fixed_point)


def _residual_spectrum(predictions: np.ndarray, outcomes: np.ndarray) -> np.ndarray | None:
    """Cosine transform of the cells' mean residuals, shape (cells,); None if not all are finite."""
    predictions = np.asarray(predictions, dtype=np.float64)
    outcomes = np.asarray(outcomes, dtype=np.float64)
    if predictions.ndim != 1 or predictions.shape != outcomes.shape or predictions.size == 0:
        raise ValueError(
            "predictions and outcomes must have the same shape (n,) with n >= 1, "
            f"received {predictions.shape} and {outcomes.shape}."
        )
    if not np.isfinite(predictions).all():
        return None
    if predictions.min() < 0.0 or predictions.max() > 1.0 + _ROUNDING:
        raise ValueError(
            "predictions must lie in [0, 1], "
            f"received {predictions.min():.4g}..{predictions.max():.4g}."
        )
    cells = np.minimum((predictions * _NUM_CELLS).astype(np.intp), _NUM_CELLS - 1)
    sums = np.bincount(cells, weights=outcomes - predictions, minlength=_NUM_CELLS)
    return dct(sums / predictions.size, type=2, norm="ortho")


def _error_at(spectrum: np.ndarray, bandwidth: float) -> float:
    """Sum over the cells of the absolute smoothed residual.

    Even reflection at both ends is what the cosine transform assumes, so that the reflected
    Gaussian (all its images, not only the first) multiplies the k-th coefficient by exp(-(pi k s)^2
    / 2).
    """
    frequencies = np.pi * np.arange(spectrum.size) * bandwidth
    smoothed = idct(spectrum * np.exp(-0.5 * frequencies**2), type=2, norm="ortho")
    return float(np.abs(smoothed).sum())
