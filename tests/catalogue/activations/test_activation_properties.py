"""Each stated property of every built-in activation, verified numerically."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest

from activation_study.catalogue import activations
from catalogue.activations.activation_grid import (
    FAR,
    GRID,
    NAMES,
    ONE_SCORE,
    slopes,
    smooth,
    values,
)
from catalogue.activations.activation_oracles import JUMPS, KINKS


@pytest.mark.parametrize("name", ONE_SCORE)
def test_range_is_approached_and_never_left(name: str) -> None:
    low, high = activations.get(name).range
    near = values(name, GRID)
    with np.errstate(over="ignore"):
        outputs = np.concatenate([near, values(name, FAR)])
    if name == "sparsemax":
        # Two low scores push both outputs of Keras's version up without end.
        wide = activations.get(name)(np.array([[-1e3, -1e3], [-1e4, -1e4]])).numpy()[:, 0]
        outputs = np.concatenate([outputs, wide])
    rounding = 1e-12
    assert outputs.min() >= low - rounding
    assert outputs.max() <= high + rounding
    for end, extreme in ((low, outputs.min()), (high, outputs.max())):
        if np.isfinite(end):
            assert abs(extreme - end) < 2e-3
        else:
            assert abs(extreme) >= 999.0
            assert np.sign(extreme) == np.sign(end)


@pytest.mark.parametrize("name", ONE_SCORE)
def test_zero_centred_means_odd(name: str) -> None:
    outputs = values(name, GRID[smooth(name, GRID, 1e-6)])
    odd = np.allclose(outputs, -outputs[::-1], atol=1e-9)
    assert activations.get(name).zero_centred == odd


@pytest.mark.parametrize("name", ONE_SCORE)
def test_monotone_means_never_decreasing(name: str) -> None:
    falls = np.diff(values(name, GRID)).min() < -1e-9
    assert activations.get(name).monotone == (not falls)


@pytest.mark.parametrize("name", NAMES)
def test_bounded_means_a_finite_range(name: str) -> None:
    entry = activations.get(name)
    assert entry.bounded == bool(np.isfinite(entry.range).all())
    assert entry.range[0] < entry.range[1]


@pytest.mark.parametrize("name", ONE_SCORE)
def test_saturation_is_a_slope_below_a_thousandth_of_the_largest(name: str) -> None:
    # Softsign and squareplus decay as a power of z: at 100 their slopes are 1e-4, at 30 still 1e-3.
    left, right = np.abs(slopes(name, np.array([-100.0, 100.0])))
    largest = np.abs(slopes(name, np.append(GRID, [-100.0, 100.0]))).max()
    found = {(0, 0): "none", (1, 0): "left", (0, 1): "right", (1, 1): "both"}[
        int(left <= 1e-3 * largest), int(right <= 1e-3 * largest)
    ]
    assert activations.get(name).saturates == found


@pytest.mark.parametrize("name", ONE_SCORE)
def test_lipschitz_constant_is_the_largest_slope(name: str) -> None:
    entry = activations.get(name)
    largest = np.abs(slopes(name, np.concatenate([GRID, FAR / 10]))).max()
    if np.isinf(entry.lipschitz):
        assert largest > 1e12
    else:
        # Hard SiLU approaches 3/2 at its kink only linearly in the grid's step.
        assert largest == pytest.approx(entry.lipschitz, abs=1e-3)
        assert largest <= entry.lipschitz + 1e-9
    assert entry.trainable == (largest > 0)


@pytest.mark.parametrize("name", NAMES)
def test_slope_at_zero_is_the_stated_one(name: str) -> None:
    found = slopes(name, np.zeros(1))[0]
    assert found == pytest.approx(activations.get(name).slope_at_zero, abs=1e-6)


@pytest.mark.parametrize("name", ONE_SCORE)
def test_continuous_means_no_jump_between_neighbours(name: str) -> None:
    epsilon = 1e-9
    points = np.array([*JUMPS.get(name, ()), *KINKS.get(name, ()), 0.0, 1.0])
    gaps = np.abs(values(name, points + epsilon) - values(name, points - epsilon))
    assert activations.get(name).continuous == bool(gaps.max() < 1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_description_is_complete_and_renders_in_mathjax(name: str) -> None:
    entry = activations.get(name)
    assert entry.reference
    assert keras.initializers.get(entry.initializer) is not None
    assert "$" not in entry.formula
    plain = {"max", "min", "text", "tfrac", "frac", "left", "right", "sqrt", "ln", "tanh", "sigma"}
    plain |= {"Phi", "le", "ge", "sum", "tau", "alpha", "cdot", "operatorname", "quad"}
    assert set(re.findall(r"\\([A-Za-z]+)", entry.formula)) <= plain
    assert entry.formula.count("{") == entry.formula.count("}")
    assert entry.formula.count(r"\left") == entry.formula.count(r"\right")
