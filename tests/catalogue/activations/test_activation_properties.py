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
    if name == "softmax_times_width":
        # A wider layer reaches farther.
        one = np.where(np.arange(1_000) == 0, 1e3, 0.0)
        outputs = np.append(outputs, activations.get(name)(one[np.newaxis]).numpy()[0, 0])
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
def test_oddness_monotony_and_continuity_are_those_of_the_values(name: str) -> None:
    outputs = values(name, GRID)
    inner = outputs[smooth(name, GRID, 1e-6)]
    points = np.array([*JUMPS.get(name, ()), *KINKS.get(name, ()), 0.0, 1.0])
    gaps = np.abs(values(name, points + 1e-9) - values(name, points - 1e-9))
    found = {
        "zero_centred": np.allclose(inner, -inner[::-1], atol=1e-9),
        "monotone": np.diff(outputs).min() >= -1e-9,
        "continuous": gaps.max() < 1e-6,
    }
    assert {key: getattr(activations.get(name), key) for key in found} == found


@pytest.mark.parametrize("name", ONE_SCORE)
def test_bound_and_saturation_are_those_of_the_slopes(name: str) -> None:
    entry = activations.get(name)
    steepness = np.abs(slopes(name, np.concatenate([GRID, FAR / 10])))
    largest = steepness.max()
    if np.isinf(entry.lipschitz):
        assert largest > 1e12
    else:
        # Hard SiLU approaches 3/2 at its kink only linearly in the grid's step.
        assert largest == pytest.approx(entry.lipschitz, abs=1e-3)
        assert largest <= entry.lipschitz + 1e-9
    assert entry.trainable == (largest > 0)
    # Softsign and squareplus decay as a power of z: at 100 their slopes are 1e-4, at 30 still 1e-3.
    left, right = np.abs(slopes(name, np.array([-100.0, 100.0])))
    limit = 1e-3 * max(steepness[: len(GRID)].max(), left, right)
    found = {(0, 0): "none", (1, 0): "left", (0, 1): "right", (1, 1): "both"}[
        int(left <= limit), int(right <= limit)
    ]
    assert entry.saturates == found


def test_slope_at_zero_is_the_stated_one() -> None:
    found = {name: float(slopes(name, np.zeros(1))[0]) for name in NAMES}
    stated = {name: activations.get(name).slope_at_zero for name in NAMES}
    assert found == pytest.approx(stated, abs=1e-6)


def test_descriptions_are_complete_and_render_in_mathjax() -> None:
    plain = {"max", "min", "text", "tfrac", "frac", "left", "right", "sqrt", "ln", "tanh", "sigma"}
    plain |= {"Phi", "pi", "le", "ge", "sum", "tau", "alpha", "cdot", "operatorname", "quad"}
    for name in NAMES:
        entry = activations.get(name)
        assert entry.range[0] < entry.range[1], name
        assert entry.bounded == bool(np.isfinite(entry.range).all()), name
        assert entry.reference, name
        assert keras.initializers.get(entry.initializer) is not None, name
        assert "$" not in entry.formula, name
        assert set(re.findall(r"\\([A-Za-z]+)", entry.formula)) <= plain, name
        assert entry.formula.count("{") == entry.formula.count("}"), name
        assert entry.formula.count(r"\left") == entry.formula.count(r"\right"), name
