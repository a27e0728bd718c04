"""Grids of scores and short forms that the tests of the activations share."""

from __future__ import annotations

import numpy as np

from activation_study.catalogue import activations
from activation_study.catalogue.activations.table import BUILT_IN
from catalogue.activations.activation_oracles import JUMPS, KINKS

NAMES = tuple(BUILT_IN)
ELEMENTWISE = tuple(name for name in NAMES if BUILT_IN[name].kind == "elementwise")
LAYERWISE = tuple(name for name in NAMES if BUILT_IN[name].kind == "layerwise")
ONE_SCORE = tuple(name for name in NAMES if BUILT_IN[name].width_factor == 1)
GRID = np.linspace(-30.0, 30.0, 120_001)
FAR = np.array([-1e4, -1e3, 1e3, 1e4])


def arrange(name: str, scores: np.ndarray) -> np.ndarray:
    """One column of scores; beside a second unit at 0 for layerwise, a piece at 0 for maxout."""
    alone = name not in LAYERWISE and BUILT_IN[name].width_factor == 1
    other = [] if alone else [np.zeros_like(scores)]
    return np.stack([scores, *other], axis=1)


def values(name: str, scores: np.ndarray) -> np.ndarray:
    return activations.get(name)(arrange(name, scores)).numpy()[:, 0]


def slopes(name: str, scores: np.ndarray) -> np.ndarray:
    return activations.get(name).slope(arrange(name, scores)).numpy()[:, 0]


def smooth(name: str, scores: np.ndarray, margin: float) -> np.ndarray:
    """Mask of the scores at least `margin` from every kink and jump of the function."""
    special = np.array([*KINKS.get(name, ()), *JUMPS.get(name, ()), np.inf])
    return np.abs(scores[:, None] - special).min(axis=1) > margin
