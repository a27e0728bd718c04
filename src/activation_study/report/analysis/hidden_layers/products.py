"""What layers make of an error on its way back, by arithmetic: slopes, and slopes times weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from activation_study.catalogue import activations
from activation_study.catalogue.activations.moments import layer_moments, normal_moments

WEIGHTS: Mapping[str, float | None] = {
    "glorot_uniform": 1.0,
    "he_normal": 2.0,
    "pytorch": 1 / 3,
    "gain": None,
}
"""Initializer -> variance of a weight times the number of inputs, between layers of equal width;
None for the one that fits the function, 1 / E f(Z)^2 for standard normal Z."""


@dataclass(frozen=True)
class Products:
    """By what factor the length of an error is multiplied through the first d layers.

    Attributes:
        slopes: Base-10 logarithms by initializer, shape (depth,): of the slopes alone; minus
            infinity where a slope is 0. Through d layers of weights of scale s the error itself is
            multiplied by s^(d / 2) times that.
        scales: Scale of the weights, by initializer.
    """

    slopes: Mapping[str, np.ndarray]
    scales: Mapping[str, float]


def products(hidden: str, depth: int = 32) -> Products:
    """Follow scores through wide layers without biases, and slopes and weights back.

    The inputs have a mean square of 1. Scores of a layer are then normal with mean 0 and a variance
    q that follows from layer to layer: q' = s E f(z)^2, for a scale s of the weights. An error's
    mean square is multiplied by E f'(z)^2 in the function and by s in the weights (Poole et al.,
    2016; Schoenholz et al., 2017).

    Args:
        hidden: Name of an activation whose outputs depend on one score each.
        depth: Most layers.
    """
    activation = activations.get(hidden)
    fitting = 1.0 / normal_moments(activation)[1]
    scales = np.array([fitting if scale is None else scale for scale in WEIGHTS.values()])
    variances, slopes = scales, []
    for _ in range(depth):
        outputs, squares = layer_moments(activation, variances)
        slopes.append(squares)
        variances = scales * outputs
    with np.errstate(divide="ignore"):
        logs = 0.5 * np.log10(np.array(slopes)).cumsum(axis=0)
    return Products(
        dict(zip(WEIGHTS, logs.T, strict=True)), dict(zip(WEIGHTS, scales.tolist(), strict=True))
    )
