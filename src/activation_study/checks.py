"""Checks of single values: each returns the value in its plain form.

Or it raises a ValueError that says what was received and what is accepted.
"""

from __future__ import annotations

import itertools
import numbers
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from activation_study.registry import shown, unknown_name


def check_name(field: str, received: Any, accepted: Iterable[str]) -> None:
    """Refuse what is none of the accepted names."""
    accepted = tuple(accepted)
    if not isinstance(received, str) or received not in accepted:
        raise unknown_name(field, received, accepted)


def whole_number(field: str, received: Any, low: int, high: int) -> int:
    """Return a whole number, of whichever integer type, as an int; True and False are none."""
    if not _is_number(received, numbers.Integral) or not low <= received <= high:
        raise ValueError(
            f"{field} must be a whole number from {low:,} to {high:,}; received {shown(received)}"
        )
    return int(received)


def real_number(field: str, received: Any, low: float, high: float) -> float:
    """Return a number, of whichever real type, as a float; NaN lies in no range."""
    if not _is_number(received, numbers.Real) or not low <= received <= high:
        raise ValueError(
            f"{field} must be a number from {low:g} to {high:g}; received {shown(received)}"
        )
    # Adding 0.0 turns -0.0 into 0.0, which would otherwise have a key of its own.
    return float(received) + 0.0


def axis_of(field: str, value: Any, most: int) -> list[Any]:
    """Return what a grid varies a field over: `most` values of an iterable, or a single one."""
    # Text and bytes would fall into characters, a mapping into its keys.
    is_single = isinstance(value, str | bytes | bytearray | Mapping) or callable(value)
    is_single |= isinstance(value, np.ndarray) and value.ndim == 0
    if is_single or not isinstance(value, Iterable):
        return [value]
    axis = list(itertools.islice(value, most + 1))
    if len(axis) > most:
        raise ValueError(
            f"grid({field}=...) received more than {most:,} values, perhaps without end; accepted "
            f"are at most so many: give a list"
        )
    if not axis:
        raise ValueError(f"grid({field}=...) received no value: give at least one, or leave it out")
    return axis


def _is_number(received: Any, kind: type) -> bool:
    # NumPy counts its spans of time among the whole numbers.
    return isinstance(received, kind) and not isinstance(received, bool | np.timedelta64)
