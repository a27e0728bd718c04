"""What an activation makes of standard normal scores: the moments behind its gain."""

from __future__ import annotations

import numpy as np

from activation_study.catalogue.activations.entry import Activation

_STEP = 1e-3
# Midpoints, so that no kink or jump of a catalogued function lies on one of them.
_SCORES = np.arange(-12.0 + _STEP / 2, 12.0, _STEP)
_WEIGHTS = np.exp(-(_SCORES**2) / 2) * _STEP / np.sqrt(2 * np.pi)


def normal_moments(activation: Activation) -> tuple[float, float]:
    """Return E f(Z) and E f(Z)^2 for standard normal Z, by the midpoint rule.

    Args:
        activation: whose outputs depend on one score each; a learned one as it begins.
    """
    outputs = np.asarray(activation(_SCORES[:, np.newaxis]))[:, 0].astype(float)
    return float(_WEIGHTS @ outputs), float(_WEIGHTS @ outputs**2)


def layer_moments(activation: Activation, variances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return E f(Z)^2 and E f'(Z)^2 for normal Z of mean 0, by the midpoint rule.

    Args:
        activation: as for ``normal_moments``.
        variances: of Z, shape (n,), that of both results.
    """
    # A fifth of the points: this is asked layer by layer.
    scores, weights = _SCORES[2::5], 5 * _WEIGHTS[2::5]
    stretched = np.sqrt(variances)[:, np.newaxis] * scores
    column = stretched.reshape(-1, 1)
    squares = (
        np.asarray(each(column)).astype(float).reshape(stretched.shape) ** 2 @ weights
        for each in (activation, activation.slope)
    )
    outputs, slopes = squares
    return outputs, slopes
