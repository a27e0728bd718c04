"""Dead, saturated and dormant units by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from activation_study.measures.layers import dead_units

# Units: dead; dormant at 0.1 (mean 0.1 of a layer mean of 1.275); alive; negative.
ACTIVATIONS = np.array([[0.0, 0.2, 3.0, -2.0], [0.0, 0.0, 1.0, -2.0]], dtype=np.float32)
SLOPES = np.array([[0.0, 1.0, 1.0, 0.04], [0.0, 0.0, 1.0, -1e-7]], dtype=np.float32)

matrices = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 8), st.integers(1, 6)), elements=st.floats(-4, 4, width=32)
)


def test_dead_and_gradient_dead() -> None:
    assert dead_units.dead(ACTIVATIONS).tolist() == [True, False, False, False]
    assert dead_units.gradient_dead(SLOPES).tolist() == [True, False, False, False]
    assert dead_units.gradient_dead(SLOPES, epsilon=0.05).tolist() == [True, False, False, True]
    assert dead_units.gradient_dead(-np.ones((2, 1))).tolist() == [False]


@pytest.mark.parametrize(
    ("lipschitz", "share"), [(1.0, 5 / 8), (0.5, 4 / 8), (math.inf, math.nan), (0.0, math.nan)]
)
def test_saturation_is_relative_to_the_largest_slope(lipschitz: float, share: float) -> None:
    found = dead_units.layer_summary(ACTIVATIONS, SLOPES, lipschitz)["saturated"]
    assert found == pytest.approx(share, nan_ok=True)


def test_in_a_layer_of_zeros_every_unit_is_dormant() -> None:
    summary = dead_units.layer_summary(np.zeros((3, 2)), np.ones((3, 2)), 1.0)
    assert {summary[name] for name in ("dormant_0", "dormant_025", "dormant_100")} == {1.0}


def test_layer_summary() -> None:
    summary = dead_units.layer_summary(ACTIVATIONS, SLOPES, 1.0)
    assert summary == pytest.approx(
        {
            "dead": 1 / 4,
            "gradient_dead": 1 / 4,
            "saturated": 5 / 8,
            "dormant_0": 1 / 4,
            "dormant_025": 1 / 4,
            "dormant_100": 2 / 4,
            "mean": 0.025,
            "spread": (0.0 + 0.1 + 1.0 + 0.0) / 4,
            "largest": 3.0,
            "mean_spread": math.sqrt((0.0 + 0.01 + 4.0 + 4.0) / 4 - 0.025**2),
        }
    )


@settings(deadline=None)
@given(matrices, st.sampled_from([0.25, 1.0, 1.13, math.inf]), st.integers(0, 2**32 - 1))
def test_summary_agrees_with_its_definitions_in_any_order(
    values: np.ndarray, lipschitz: float, seed: int
) -> None:
    slopes = np.tanh(values)
    summary = dead_units.layer_summary(values, slopes, lipschitz)
    expected = {
        "dead": (values == 0).all(axis=0).mean(),
        "gradient_dead": (np.abs(slopes) < 1e-6).all(axis=0).mean(),
        "saturated": (np.abs(slopes) < 0.05 * lipschitz).mean()
        if math.isfinite(lipschitz)
        else math.nan,
        "mean": values.mean(dtype=np.float64),
        "spread": values.astype(np.float64).std(axis=0).mean(),
        "largest": max(values.max(), -values.min()),
        "mean_spread": values.mean(axis=0, dtype=np.float64).std(),
    }
    for name, tau in (("dormant_0", 0.0), ("dormant_025", 0.025), ("dormant_100", 0.1)):
        magnitudes = np.abs(values.astype(np.float64)).mean(axis=0)
        expected[name] = (magnitudes <= tau * magnitudes.mean()).mean()
    assert summary == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert summary["dead"] <= summary["dormant_0"] <= summary["dormant_025"]
    shuffled = np.random.default_rng(seed).permutation(values.shape[0])
    again = dead_units.layer_summary(values[shuffled], slopes[shuffled], lipschitz)
    assert again == pytest.approx(summary, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_diverged_layer_is_nan(bad: float) -> None:
    broken = ACTIVATIONS.copy()
    broken[0, 0] = bad
    broken[1, 0] = -bad
    both = dead_units.layer_summary(broken, broken, 1.0)
    assert all(math.isnan(value) for value in both.values())
    slopes_only = dead_units.layer_summary(ACTIVATIONS, broken, 1.0)
    missing = {name for name, value in slopes_only.items() if math.isnan(value)}
    assert missing == {"gradient_dead", "saturated"}
    assert not dead_units.dead(broken)[0]
    assert not dead_units.gradient_dead(broken)[0]


def test_large_float32_activations_do_not_overflow() -> None:
    values = np.array([[3e38], [-3e38]], dtype=np.float32)
    summary = dead_units.layer_summary(values, np.ones_like(values), 1.0)
    assert summary["spread"] == pytest.approx(3e38)
    assert summary["dormant_100"] == 0.0


def test_life_histories() -> None:
    states = np.array([[0, 0, 1], [0, 1, 1], [0, 1, 0]], dtype=bool)
    none = np.zeros((4, 2), dtype=bool)
    names = ("unit", "dead", "gradient_dead", "dead_all")
    assert dead_units.unit_histories(none, none, none[:3]) == {name: [] for name in names}
    gradient_dead = np.zeros_like(states)
    gradient_dead[2, 0] = True
    dead_all = np.array([[0, 0, 1], [0, 0, 1], [0, 1, 0]], dtype=bool)
    assert dead_units.unit_histories(states, gradient_dead, dead_all) == {
        "unit": [0, 1, 2],
        "dead": ["000", "011", "110"],
        "gradient_dead": ["001", "000", "000"],
        "dead_all": ["000", "001", "110"],
    }


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(examples, units\), received \(3,\)"):
        dead_units.dead(np.zeros(3))
