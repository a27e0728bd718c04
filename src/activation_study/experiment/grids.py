"""Grids of experiments."""

from __future__ import annotations

import itertools
import math
from typing import Any

from activation_study.checks import axis_of
from activation_study.experiment.description import Experiment, check_fields

MOST_EXPERIMENTS = 1_000_000
"""In one grid: days of training on any machine, and the end of a generator that has none."""


def grid(**values: Any) -> list[Experiment]:
    """Returns every combination of the given values, the last field varying fastest.

    Args:
        **values: For each field of ``Experiment`` either one value or a list, tuple, range or
            other iterable of values (a string counts as one value).

    Raises:
        ValueError: A field does not exist, is given no value, or a value is not accepted; or there
            are more than ``MOST_EXPERIMENTS`` combinations.
    """
    check_fields(values)
    axes = {field: axis_of(field, value, MOST_EXPERIMENTS) for field, value in values.items()}
    if (number := math.prod(map(len, axes.values()))) > MOST_EXPERIMENTS:
        raise ValueError(
            f"grid() received {number:,} combinations; accepted are at most {MOST_EXPERIMENTS:,}: "
            f"give fewer values, or make several grids"
        )
    return [
        Experiment(**dict(zip(axes, combination, strict=True)))
        for combination in itertools.product(*axes.values())
    ]
