"""How far rounding alone moves a run, as ``benchmarks/rounding_spread.py`` measured it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from activation_study import settings
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.reproduction.tolerances import tolerance
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


def measured(path: Path | None = None) -> dict[str, Any]:
    """Reads what was measured, by default from ``benchmarks/rounding_spread.json``.

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


def spread_table(path: Path | None = None) -> Table:
    """List the largest differences that rounding made, beside the spread between seeds."""
    content = measured(path)
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
