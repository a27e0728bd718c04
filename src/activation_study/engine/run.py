"""What came of one experiment, as plain values that a record can hold."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from activation_study.measures.measure_set import Table

SUMMARY_DIGITS = 9
"""Significant digits of a run's summary."""

TABLE_DIGITS = 5
"""Significant digits of a run's tables: histories, layers, bins."""


@dataclass(frozen=True)
class Run:
    """What came of one experiment.

    Floats are rounded when the run is made (``SUMMARY_DIGITS`` and ``TABLE_DIGITS`` significant
    digits), so that the working cache and the published record hold the same values.

    Args:
        key: Content key of the experiment.
        experiment: Its fields, as ``Experiment.describe`` gives them.
        summary: One value a column.
        tables: Name of a table to its columns, all of one length.
        provenance: Versions, CPU type, threads, commit, seconds.
    """

    key: str
    experiment: dict[str, Any]
    summary: dict[str, Any]
    tables: dict[str, Table]
    provenance: dict[str, Any] = field(compare=False)


def round_floats(value: Any, digits: int) -> Any:
    """Rounds every float in nested lists and dicts to the given number of significant digits."""
    if isinstance(value, dict):
        return {key: round_floats(entry, digits) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [round_floats(entry, digits) for entry in value]
    if hasattr(value, "tolist"):
        return round_floats(value.tolist(), digits)
    if isinstance(value, float) and math.isfinite(value) and value != 0.0:
        return float(f"{value:.{digits - 1}e}")
    return value
