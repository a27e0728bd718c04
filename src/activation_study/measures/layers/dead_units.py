"""Which units of a layer have stopped working, by four definitions that are reported apart.

Shared signature: `activations` h and `slopes` f' are float arrays of shape (examples, units), read
on one probe set. The counts depend on the number of examples: the more there are, the fewer units
are dead on all of them.

Fractions and means of a layer are NaN where an entry is not finite (a diverged run), and nothing
warns. The functions that answer for each unit return False there: a unit that emits NaN is not dead
in the sense defined here.
"""

from __future__ import annotations

import math

import numpy as np

# A slope below this passes less than a millionth of the gradient, little more than float32 resolves
# next to 1 (1.2e-7) and, for a sigmoid, |score| > 13.8. Exact 0 alone would miss every smooth
# activation.
GRADIENT_DEAD_SLOPE = 1e-6
SATURATED_SHARE_OF_MAXIMUM = 0.05
DORMANT_THRESHOLDS = {"dormant_0": 0.0, "dormant_025": 0.025, "dormant_100": 0.1}


def dead(activations: np.ndarray) -> np.ndarray:
    """Units whose output is exactly 0 on every example, bool array of shape (units,)."""
    return np.asarray(~_matrix(activations).any(axis=0))


def gradient_dead(slopes: np.ndarray, epsilon: float = GRADIENT_DEAD_SLOPE) -> np.ndarray:
    """Units whose |slope| is below `epsilon` on every example, bool array of shape (units,).

    It covers every activation: no gradient passes through such a unit, whatever it emits.
    """
    slopes = _matrix(slopes)
    largest: np.ndarray = np.maximum(slopes.max(axis=0), -slopes.min(axis=0))
    return largest < epsilon


def layer_summary(
    activations: np.ndarray, slopes: np.ndarray, lipschitz: float
) -> dict[str, float]:
    """All measures of one layer, sharing their reductions.

    Args:
        activations: float array of shape (examples, units).
        slopes: float array of shape (examples, units).
        lipschitz: the activation's largest |slope|.

    Returns:
        Fractions of units `dead`, `gradient_dead`, `dormant_0`, `dormant_025`, `dormant_100` (tau =
        0, 0.025, 0.1), the fraction of unit-example pairs `saturated` (|slope| under 5 % of its
        maximum; NaN where that is infinite or 0), the `mean` activation over examples and
        units, and the `spread`: the standard deviation between examples (population form), averaged
        over units. A layer whose spread is 0 tells its successors nothing about the input. Also
        the `largest` |h|, and `mean_spread`: the standard deviation of the units' means (population
        form), an offset that differs from unit to unit.

    Raises:
        ValueError: an array is no matrix.
    """
    activations, slopes = _matrix(activations), _matrix(slopes)
    return _activation_summary(activations) | _slope_summary(slopes, lipschitz)


def unit_histories(
    dead_states: np.ndarray, gradient_dead_states: np.ndarray, dead_all_states: np.ndarray
) -> dict[str, list[int] | list[str]]:
    """Tabulates the life histories of units that were dead or gradient-dead at some epoch.

    Args:
        dead_states: bool array of shape (epochs, units).
        gradient_dead_states: bool array of shape (epochs, units).
        dead_all_states: bool array of shape (moments, units): dead on all training images.

    Returns:
        Columns `unit` (int), `dead`, `gradient_dead` (strings of one character an epoch: "0011" was
        evaluated four times and dead from the third time on) and `dead_all` (the same for its
        moments), one row a unit.
    """
    units = np.flatnonzero(dead_states.any(axis=0) | gradient_dead_states.any(axis=0))

    def written(states: np.ndarray) -> list[str]:
        return ["".join(column) for column in np.where(states, "1", "0").T[units]]

    return {
        "unit": units.tolist(),
        "dead": written(dead_states),
        "gradient_dead": written(gradient_dead_states),
        "dead_all": written(dead_all_states),
    }


def _activation_summary(activations: np.ndarray) -> dict[str, float]:
    names = ["dead", *DORMANT_THRESHOLDS, "mean", "spread", "largest", "mean_spread"]
    if not np.isfinite(activations).all():
        return dict.fromkeys(names, math.nan)
    # float64 keeps the squares of large float32 activations from overflowing.
    values = activations.astype(np.float64)
    unit_means = values.mean(axis=0)
    magnitudes = np.abs(values)
    unit_magnitudes = magnitudes.mean(axis=0)
    values -= unit_means
    variances = np.einsum("ij,ij->j", values, values) / values.shape[0]
    summary = {"dead": float(dead(activations).mean())}
    summary |= {name: dormant(unit_magnitudes, tau) for name, tau in DORMANT_THRESHOLDS.items()}
    return summary | {
        "mean": float(unit_means.mean()),
        "spread": float(np.sqrt(variances).mean()),
        "largest": float(magnitudes.max()),
        "mean_spread": float(unit_means.std()),
    }


def _slope_summary(slopes: np.ndarray, lipschitz: float) -> dict[str, float]:
    if not np.isfinite(slopes).all():
        return {"gradient_dead": math.nan, "saturated": math.nan}
    # Where the largest slope is infinite or 0, no share of it means anything.
    limit = SATURATED_SHARE_OF_MAXIMUM * (lipschitz if 0 < lipschitz < math.inf else math.nan)
    saturated = float(np.count_nonzero(np.abs(slopes) < limit)) / slopes.size
    return {
        "gradient_dead": float(gradient_dead(slopes).mean()),
        "saturated": math.nan if math.isnan(limit) else saturated,
    }


def dormant(unit_magnitudes: np.ndarray, tau: float) -> float:
    """Share of units whose mean |h| is at most `tau` times the mean |h| of the layer.

    In a layer that is 0 throughout every unit is dormant.

    Reference:
        Sokar et al., "The Dormant Neuron Phenomenon in Deep Reinforcement Learning", ICML 2023,
        definition 3.1.
    """
    return float((unit_magnitudes <= tau * unit_magnitudes.mean()).mean())


def _matrix(values: np.ndarray) -> np.ndarray:
    matrix = np.asarray(values)
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(
            f"expected a non-empty array of shape (examples, units), received {matrix.shape}."
        )
    return matrix
