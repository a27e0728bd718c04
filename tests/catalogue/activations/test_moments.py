"""Moments of activations under standard normal scores, against quadrature of plain formulas."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import erf, expit

from activation_study.catalogue import activations
from activation_study.catalogue.activations.moments import normal_moments

FORMULAS: dict[str, Callable[[float], float]] = {
    "relu": lambda z: max(z, 0.0),
    "linear": lambda z: z,
    "leaky_relu": lambda z: z if z > 0 else 0.2 * z,
    "prelu": lambda z: z if z > 0 else 0.25 * z,
    "elu": lambda z: z if z > 0 else math.expm1(z),
    "gelu": lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
    "silu": lambda z: z * expit(z),
    "tanh": math.tanh,
    "sigmoid": expit,
    "scaled_sigmoid": lambda z: 4 * expit(z) - 2,
    "softplus": lambda z: math.log1p(math.exp(z)),
    "threshold": lambda z: z if z > 1 else 0.0,
    "step_straight_through": lambda z: float(z >= 0),
    "exponential": math.exp,
}

GAINS = {
    "relu": 1.4142,
    "leaky_relu": 1.3868,
    "elu": 1.2452,
    "selu": 1.0,
    "gelu": 1.5335,
    "silu": 1.6765,
    "tanh": 1.5925,
    "scaled_sigmoid": 1.2003,
    "softplus": 1.0419,
    "linear": 1.0,
}
"""1 / sqrt(E f(Z)^2), as computed elsewhere."""


@pytest.mark.parametrize("name", FORMULAS)
def test_moments_are_those_of_an_adaptive_quadrature(name: str) -> None:
    formula = FORMULAS[name]

    def moment(power: int) -> float:
        pieces = [
            integrate.quad(lambda z: formula(z) ** power * stats.norm.pdf(z), low, high)[0]
            for low, high in ((-12, -1), (-1, 0), (0, 1), (1, 12))
        ]
        return sum(pieces)

    expected = (moment(1), moment(2))
    found = normal_moments(activations.get(name))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", GAINS)
def test_gains_are_the_known_ones(name: str) -> None:
    _, square = normal_moments(activations.get(name))
    assert 1 / math.sqrt(square) == pytest.approx(GAINS[name], abs=1e-3)
