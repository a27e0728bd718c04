"""How far a retrained run may lie from the recorded one where rounding differs.

The same experiment gives the same numbers on the same type of CPU with the same versions. Elsewhere
sums are added in another order, and training carries the last bit of a weight on: at usual rates a
smooth activation keeps the difference in the sixth digit, one with kinks or steps makes of it, over
ten epochs, about as much as another seed would, and at high rates every activation does. Before the
first step, and in the first window of steps, nothing has grown yet, and little in the first epoch.

A tolerance that lets a visible change through would compare in name only. Where rounding allows
none below ``WIDEST``, there is none: the quantity is *not comparable* then, and an audit says so.

Origin: ``benchmarks/rounding_spread.py`` retrains published runs under several instruction sets,
and with oneDNN off, in processes of their own, and ``benchmarks/rounding_spread.json`` holds the
largest difference between any two of these, or between one of them and the record (made on another
make of CPU). A tolerance is ``FACTOR`` times that, rounded up to two digits, but at least a floor.
They come from the reference network on MNIST; other networks and data sets were not measured. Where
an audit finds a quantity beyond its tolerance, the run is trained under each instruction set; if
these differ as much, that is the quantity's largest difference, and the run is added to the file,
with its study. High rates have long tails: with a third as many of their runs measured, an audit of
twelve called one right run different.
"""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from activation_study import settings
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
    return metric_of(name.removesuffix(AT_START).removesuffix(EARLY_ON).partition(".")[2]).scale


def scaled(name: str, values: np.ndarray) -> np.ndarray:
    """Puts values of a quantity on the scale on which their differences are compared."""
    match scale(name):
        case "logarithm":
            return np.log(np.maximum(values, SMALLEST))
        case "signed logarithm":
            return np.arcsinh(values)
        case _:
            return values


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
    """Rounds up to two significant digits: 0.0321 to 0.033."""
    digits = 1 - int(np.floor(np.log10(value)))
    return round(float(np.ceil(round(value * 10.0**digits, 6)) / 10.0**digits), max(digits, 0))


def from_largest(name: str, usual: float, high: float) -> tuple[float | None, float | None]:
    """The tolerances of a quantity at usual and at high rates; None where it is not comparable.

    From the largest differences measured at these; that of high rates is at least the usual one.
    """
    usual, high = (
        max(floor(name), rounded_up(FACTOR * largest) if largest > 0.0 else 0.0)
        for largest in (usual, max(usual, high))
    )
    widest = WIDEST[scale(name)]
    return usual if usual < widest else None, high if high < widest else None


def spread(path: Path | None = None) -> dict[str, Any]:
    """How far rounding was seen to move a run, by default from ``benchmarks/rounding_spread.json``.

    Raises:
        FileNotFoundError: There is none; it belongs to the repository, not to the package.
    """
    path = path or settings.benchmarks() / "rounding_spread.json"
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is missing: restore it, or measure anew (python benchmarks/rounding_spread.py)"
        )
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@functools.cache
def measured() -> dict[str, tuple[float | None, float | None]]:
    """Tolerances by quantity, at usual and at high rates; none for a package used alone."""
    try:
        largest = spread()["largest"]
    except FileNotFoundError:
        return {}
    return {
        name: from_largest(name, usual, largest["high"][name])
        for name, usual in largest["usual"].items()
    }


def tolerance(name: str, learning_rate: float) -> float | None:
    """The tolerance of a quantity, on its scale, for a run of this rate; None: not comparable."""
    usual, high = measured().get(name, (None, None))
    return high if learning_rate >= HIGH_RATE else usual
