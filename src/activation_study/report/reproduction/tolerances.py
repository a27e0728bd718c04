"""How far a retrained run may lie from the recorded one where rounding differs.

The same experiment gives the same numbers on the same type of CPU with the same versions. Elsewhere
sums are added in another order, and training carries the last bit of a weight on: at usual rates a
smooth activation keeps the difference in the sixth digit, one with kinks or steps makes of it, over
ten epochs, about as much as another seed would, and at high rates every activation does. Before the
first step, and in the first window of steps, nothing has grown yet, and little in the first epoch.

A tolerance that lets a visible change through would compare in name only. Where rounding allows
none below ``WIDEST``, there is none: the quantity is *not comparable* then, and an audit says so.

Origin: ``benchmarks/rounding_spread.py`` retrains published runs under several instruction sets,
and with oneDNN off, in processes of their own; each number here is ``FACTOR`` times the largest
difference between any two of these, or between one of them and the record (made on another make of
CPU), rounded up to two digits, but at least a floor. ``benchmarks/rounding_spread.json`` holds the
differences, and a test compares. They come from the reference network on MNIST; other networks and
data sets were not measured. High rates have long tails: with a third as many of their runs
measured, an audit of twelve called one right run different.
"""

from __future__ import annotations

import math

import numpy as np

from activation_study.measures.metrics import Scale, metric_of

FACTOR = 3.0

HIGH_RATE = 0.03
"""From this learning rate on, training is unstable, and the wider tolerances hold."""

TASKS = ("digits",)
"""Tasks whose runs were measured; those of others are compared on their own platform alone."""

AT_START = " at start"
"""Ends the name of what is known before rounding can grow: epoch 0, the first window of steps."""

EARLY_ON = " early on"
"""Ends the name of what is seen while it grows: epoch 1, windows 2 to ``EARLY_WINDOWS`` of it."""

EARLY_WINDOWS = 4
"""About a tenth of the epoch."""

SMALLEST = 1e-8
"""Where a logarithm would end in minus infinity, the value counts as this."""


WIDEST: dict[Scale, float] = {
    "logarithm": math.log(2),
    "signed logarithm": math.log(2),
    "share": 0.1,
    "linear": 0.1,
    "count": 1.0,
}
"""Scale -> the change that must not pass: a doubling, a tenth of 0 to 1, an epoch."""


def scale(name: str) -> Scale:
    """The scale on which two values of a quantity are compared."""
    return metric_of(_column(name)).scale


def scaled(name: str, values: np.ndarray) -> np.ndarray:
    """Puts values on the scale on which their differences are compared.

    Args:
        name: Quantity, as ``comparison.quantities`` names it.
        values: Float array.
    """
    match scale(name):
        case "logarithm":
            return np.log(np.maximum(values, SMALLEST))
        case "signed logarithm":
            return np.arcsinh(values)
        case _:
            return values


def _column(name: str) -> str:
    return name.removesuffix(AT_START).removesuffix(EARLY_ON).partition(".")[2]


def floor(name: str) -> float:
    """The least tolerance of a quantity: no difference was measured, but digits are rounded."""
    if name == "runs.test_ece_null_p":
        # Away from the ends, a small change of the error moves its p-value anywhere.
        return 1.0
    if not name.endswith((AT_START, EARLY_ON)):
        return 1e-3
    # One unit of the layer or a few images of the validation part may lie on a border.
    return 1e-2 if scale(name) == "share" else 1e-4


def rounded_up(value: float) -> float:
    """Rounds up to two significant digits.

    Example:
        >>> rounded_up(0.0321)
        0.033
    """
    digits = 1 - int(np.floor(np.log10(value)))
    return round(float(np.ceil(round(value * 10.0**digits, 6)) / 10.0**digits), max(digits, 0))


def from_largest(name: str, usual: float, high: float) -> tuple[float | None, float | None]:
    """The tolerances of a quantity at usual and at high rates; None where it is not comparable.

    Args:
        name: Quantity, as ``comparison.quantities`` names it.
        usual: Largest difference measured at usual rates.
        high: The same at high rates, where the tolerance is at least that of usual rates.
    """
    usual, high = (
        max(floor(name), rounded_up(FACTOR * largest) if largest > 0.0 else 0.0)
        for largest in (usual, max(usual, high))
    )
    widest = WIDEST[scale(name)]
    return usual if usual < widest else None, high if high < widest else None


def tolerance(name: str, learning_rate: float) -> float | None:
    """The tolerance of a quantity, on its scale, for a run of this rate; None: not comparable."""
    usual, high = TOLERANCES[name]
    return high if learning_rate >= HIGH_RATE else usual


TOLERANCES: dict[str, tuple[float | None, float | None]] = {
    "runs.train_loss": (None, None),
    "runs.validation_loss": (0.48, None),
    "runs.validation_accuracy": (0.023, None),
    "runs.validation_nll": (0.48, None),
    "runs.validation_brier": (0.57, None),
    "runs.area_under_validation_accuracy": (0.0052, None),
    "runs.epochs_to_97": (None, None),
    "runs.test_accuracy": (0.0081, None),
    "runs.test_nll": (0.33, None),
    "runs.test_brier": (0.25, None),
    "runs.test_temperature": (0.09, 0.33),
    "runs.test_nll_after_temperature": (0.3, None),
    "runs.test_ece": (0.023, 0.068),
    "runs.test_ece_null_mean": (0.0014, 0.0087),
    "runs.test_ece_null_low": (0.0024, 0.0066),
    "runs.test_ece_null_high": (0.0022, 0.0079),
    "runs.test_ece_null_p": (None, None),
    "runs.test_calibration_error": (0.024, None),
    "runs.test_calibration_error_10": (0.025, None),
    "runs.test_calibration_error_30": (0.03, None),
    "runs.test_calibration_gap": (0.023, 0.067),
    "runs.test_classwise_calibration_error": (0.032, 0.088),
    "runs.test_classwise_null_low": (0.001, 0.0026),
    "runs.test_classwise_null_high": (0.0037, 0.0057),
    "runs.test_smooth_calibration_error": (0.023, 0.049),
    "runs.test_output_sum_mean": (0.063, None),
    "runs.test_output_sum_sd": (0.023, None),
    "runs.test_target_probability_right": (0.027, None),
    "runs.test_target_probability_wrong": (0.051, None),
    "history.train_loss at start": (0.0001, 0.0001),
    "history.validation_loss at start": (0.0001, 0.0001),
    "history.validation_accuracy at start": (0.01, 0.01),
    "history.validation_nll at start": (0.0001, 0.0001),
    "history.validation_brier at start": (0.0001, 0.0001),
    "history.validation_calibration_error at start": (0.024, 0.024),
    "history.train_loss": (None, None),
    "history.validation_loss": (None, None),
    "history.validation_accuracy": (0.03, None),
    "history.validation_nll": (None, None),
    "history.validation_brier": (None, None),
    "history.validation_calibration_error": (0.08, None),
    "early.train_loss at start": (0.0001, 0.00052),
    "early.train_loss": (0.44, None),
    "layers.dead at start": (0.01, 0.01),
    "layers.gradient_dead at start": (0.01, 0.01),
    "layers.saturated at start": (0.01, 0.01),
    "layers.dormant_0 at start": (0.01, 0.01),
    "layers.dormant_025 at start": (0.01, 0.01),
    "layers.dormant_100 at start": (0.01, 0.01),
    "layers.mean at start": (0.0001, 0.0001),
    "layers.spread at start": (0.0001, 0.0001),
    "layers.gradient_norm at start": (0.0001, 0.0001),
    "layers.dead": (0.094, None),
    "layers.gradient_dead": (0.094, None),
    "layers.saturated": (None, None),
    "layers.dormant_0": (0.094, None),
    "layers.dormant_025": (None, None),
    "layers.dormant_100": (None, None),
    "layers.mean": (0.3, None),
    "layers.spread": (0.27, None),
    "layers.gradient_norm": (None, None),
    "units.dead": (0.047, None),
    "units.gradient_dead": (0.047, None),
    "reliability.confidence": (0.027, None),
    "reliability.accuracy": (0.0081, None),
    "reliability.gap": (0.023, 0.068),
    "confusion.share": (0.062, None),
    "confusion.mean_probability": (0.072, None),
    "history.train_loss early on": (0.0092, None),
    "history.validation_loss early on": (0.18, None),
    "history.validation_accuracy early on": (0.051, None),
    "history.validation_nll early on": (0.18, None),
    "history.validation_brier early on": (0.21, None),
    "history.validation_calibration_error early on": (0.064, None),
    "early.train_loss early on": (0.0067, 0.65),
    "layers.dead early on": (0.071, None),
    "layers.gradient_dead early on": (0.071, None),
    "layers.saturated early on": (0.07, None),
    "layers.dormant_0 early on": (0.071, None),
    "layers.dormant_025 early on": (None, None),
    "layers.dormant_100 early on": (None, None),
    "layers.mean early on": (0.079, None),
    "layers.spread early on": (0.16, None),
    "layers.gradient_norm early on": (None, None),
}
"""Quantity -> tolerance at usual and at high rates, as the benchmark prints them; None where it is
not comparable."""
