"""How far rounding alone moves a run, as ``benchmarks/rounding_spread.py`` measured it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.reproduction.tolerances import spread, tolerance
from activation_study.report.tables.table import Table

SHOWN = (
    "validation_accuracy",
    "test_accuracy",
    "test_nll",
    "test_temperature",
    "test_ece",
    "test_smooth_calibration_error",
    "epochs_to_97",
)


def spread_table(path: Path | None = None) -> Table:
    """List the largest differences that rounding made, beside the spread between seeds."""
    content = spread(path)
    sources = {
        "largest difference by rounding": content["largest"]["usual"],
        "spread between seeds": content["between_seeds"]["usual"],
        "tolerance of an audit": {
            f"runs.{column}": tolerance(f"runs.{column}", DEFAULT_LEARNING_RATE) for column in SHOWN
        },
        "by rounding, high rates": content["largest"]["high"],
    }
    rows = [
        {"measure": label_of(column)}
        | {title: _shown(column, found[f"runs.{column}"]) for title, found in sources.items()}
        for column in SHOWN
    ]
    runs = content["runs"]
    counts = [
        f"{name}: {sum(name in run['equal_to_record'] for run in runs)}"
        for name in content["conditions"]
    ]
    return Table(
        pd.DataFrame(rows),
        "The spread between seeds is the standard deviation within a cell, its median over the "
        "cells of the record; percentages are differences of logarithms. Recorded on "
        f"{', '.join(content['recorded_on'])}, trained again on {content['machine']['cpu']}. Equal "
        f"to the record in every digit, of {len(runs)} runs: {', '.join(counts)}.",
    )


def _shown(column: str, value: float | None) -> str:
    """Write a difference on the scale on which an audit compares it."""
    if value is None:
        return "not comparable"
    metric = metric_of(column)
    if metric.scale == "logarithm":
        return f"{100 * value:.1f} %"
    return f"{metric.number(value)} {metric.difference_unit}".rstrip()
