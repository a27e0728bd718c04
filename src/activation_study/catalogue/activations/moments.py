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
