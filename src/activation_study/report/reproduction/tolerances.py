"""How far a retrained run may lie from the recorded one where rounding differs.

The same experiment gives the same numbers on the same type of CPU with the same versions. Elsewhere
sums are added in another order, and training carries the last bit of a weight on: at usual rates a
smooth activation keeps the difference in the sixth digit, one with kinks or steps makes of it, over
ten epochs, about as much as another seed would, and at high rates every activation does. Before the
first step, and in the first window of steps, nothing has grown yet.

Origin: ``benchmarks/rounding_spread.py`` retrains published runs under several instruction sets,
and with oneDNN off, in processes of their own; each number here is ``FACTOR`` times the largest
difference between any two of these, or between one of them and the record (made on another make of
CPU), rounded up to two digits, but at least a floor. ``benchmarks/rounding_spread.json`` holds the
differences, and a test compares. They come from the reference network on MNIST; other networks and
data sets were not measured. High rates have long tails: with a third as many of their runs
measured, an audit of twelve called one right run different.
"""

from __future__ import annotations

import numpy as np

FACTOR = 3.0

HIGH_RATE = 0.03
"""From this learning rate on, training is unstable, and the wider tolerances hold."""

AT_START = " at start"
"""Ends the name of what is known before rounding can grow: epoch 0, the first window of steps."""

LOGARITHMIC = (
    "loss",
    "nll",
    "nll_after_temperature",
    "brier",
    "temperature",
    "spread",
    "gradient_norm",
)
"""Ends of the names of positive quantities that vary over decades: compared as natural logarithms,
so that 0.1 means a tenth."""

SHARES = ("dead", "gradient_dead", "saturated", "dormant_0", "dormant_025", "dormant_100")
"""Shares of a layer's units."""

SMALLEST = 1e-8
"""Where a logarithm would end in minus infinity, the value counts as this."""


def scaled(name: str, values: np.ndarray) -> np.ndarray:
    """Puts values on the scale on which their differences are compared.

    Args:
        name: Quantity, as ``comparison.quantities`` names it.
        values: Float array.
    """
    column = name.removesuffix(AT_START).partition(".")[2]
    if column.endswith(LOGARITHMIC):
        return np.log(np.maximum(values, SMALLEST))
    # Means of outputs have either sign, and lie anywhere for unbounded activations.
    return np.arcsinh(values) if column == "mean" else values


def floor(name: str) -> float:
    """The least tolerance of a quantity: no difference was measured, but digits are rounded."""
    if name == "runs.test_ece_null_p":
        # Away from the ends, a small change of the error moves its p-value anywhere.
        return 1.0
    if not name.endswith(AT_START):
        return 1e-3
    # One unit of the layer or a few images of the validation part may lie on a border.
    column = name.removesuffix(AT_START).partition(".")[2]
    return 1e-2 if column in SHARES or "accuracy" in column else 1e-4


def rounded_up(value: float) -> float:
    """Rounds up to two significant digits.

    Example:
        >>> rounded_up(0.0321)
        0.033
    """
    digits = 1 - int(np.floor(np.log10(value)))
    return round(float(np.ceil(round(value * 10.0**digits, 6)) / 10.0**digits), max(digits, 0))


def from_largest(name: str, usual: float, high: float) -> tuple[float, float]:
    """The tolerances of a quantity at usual and at high rates.

    Args:
        name: Quantity, as ``comparison.quantities`` names it.
        usual: Largest difference measured at usual rates.
        high: The same at high rates, where the tolerance is at least that of usual rates.
    """
    usual, high = (
        max(floor(name), rounded_up(FACTOR * largest) if largest > 0.0 else 0.0)
        for largest in (usual, max(usual, high))
    )
    return usual, high


def tolerance(name: str, learning_rate: float) -> float:
    """The tolerance of a quantity, on its scale, for a run of this learning rate."""
    usual, high = TOLERANCES[name]
    return high if learning_rate >= HIGH_RATE else usual


TOLERANCES = {
    "runs.train_loss": (0.94, 30.0),
    "runs.validation_loss": (0.48, 16.0),
    "runs.validation_accuracy": (0.023, 0.92),
    "runs.validation_nll": (0.48, 6.3),
    "runs.validation_brier": (0.57, 2.8),
    "runs.area_under_validation_accuracy": (0.0052, 0.55),
    "runs.epochs_to_97": (7.8, 7.8),
    "runs.test_accuracy": (0.0081, 0.56),
    "runs.test_nll": (0.33, 1.3),
    "runs.test_brier": (0.25, 1.3),
    "runs.test_temperature": (0.09, 0.33),
    "runs.test_nll_after_temperature": (0.3, 1.3),
    "runs.test_ece": (0.023, 0.068),
    "runs.test_ece_null_mean": (0.0014, 0.0087),
    "runs.test_ece_null_low": (0.0024, 0.0066),
    "runs.test_ece_null_high": (0.0022, 0.0079),
    "runs.test_ece_null_p": (1.0, 1.0),
    "runs.test_calibration_error": (0.024, 0.11),
    "runs.test_calibration_error_10": (0.025, 0.14),
    "runs.test_calibration_error_30": (0.03, 0.14),
    "runs.test_calibration_gap": (0.023, 0.067),
    "runs.test_classwise_calibration_error": (0.032, 0.088),
    "runs.test_classwise_null_low": (0.001, 0.0026),
    "runs.test_classwise_null_high": (0.0037, 0.0057),
    "runs.test_smooth_calibration_error": (0.023, 0.049),
    "runs.test_output_sum_mean": (0.063, 0.2),
    "runs.test_output_sum_sd": (0.023, 0.15),
    "runs.test_target_probability_right": (0.027, 0.96),
    "runs.test_target_probability_wrong": (0.051, 0.33),
    "history.train_loss at start": (0.0001, 0.0001),
    "history.validation_loss at start": (0.0001, 0.0001),
    "history.validation_accuracy at start": (0.01, 0.01),
    "history.validation_nll at start": (0.0001, 0.0001),
    "history.validation_brier at start": (0.0001, 0.0001),
    "history.validation_calibration_error at start": (0.024, 0.024),
    "history.train_loss": (0.94, 30.0),
    "history.validation_loss": (0.94, 31.0),
    "history.validation_accuracy": (0.03, 2.1),
    "history.validation_nll": (0.94, 9.5),
    "history.validation_brier": (0.78, 5.8),
    "history.validation_calibration_error": (0.08, 2.1),
    "early.train_loss at start": (0.0001, 0.00052),
    "early.train_loss": (0.44, 6.6),
    "layers.dead at start": (0.01, 0.01),
    "layers.gradient_dead at start": (0.01, 0.01),
    "layers.saturated at start": (0.01, 0.01),
    "layers.dormant_0 at start": (0.01, 0.01),
    "layers.dormant_025 at start": (0.01, 0.01),
    "layers.dormant_100 at start": (0.01, 0.01),
    "layers.mean at start": (0.0001, 0.0001),
    "layers.spread at start": (0.0001, 0.0001),
    "layers.gradient_norm at start": (0.0001, 0.0001),
    "layers.dead": (0.094, 1.8),
    "layers.gradient_dead": (0.094, 3.0),
    "layers.saturated": (0.2, 0.85),
    "layers.dormant_0": (0.094, 1.8),
    "layers.dormant_025": (0.17, 2.9),
    "layers.dormant_100": (0.24, 2.5),
    "layers.mean": (0.3, 15.0),
    "layers.spread": (0.27, 19.0),
    "layers.gradient_norm": (2.0, 33.0),
    "units.dead": (0.047, 1.8),
    "units.gradient_dead": (0.047, 2.7),
    "reliability.confidence": (0.027, 0.57),
    "reliability.accuracy": (0.0081, 0.56),
    "reliability.gap": (0.023, 0.068),
    "confusion.share": (0.062, 3.0),
    "confusion.mean_probability": (0.072, 2.3),
}
"""Quantity -> tolerance at usual rates, tolerance at high rates; as the benchmark prints them."""
