"""The two readings of a training: at its last weights, and at their running average."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pandas as pd

from activation_study.engine.records.records import TUNED_FOR, Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import label_of
from activation_study.registry import unknown_name
from activation_study.report.analysis.arms import (
    curve_runs,
    evaluation_runs,
    tuning_metric,
    undiverged_runs,
)
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.statistics import intervals_by

READINGS = {"last": "", "averaged": "averaged_"}
"""Readings, and what the columns of each begin with."""


def _prefix(reading: str) -> str:
    if reading not in READINGS:
        raise unknown_name("reading", reading, READINGS)
    return READINGS[reading]


def column_of(frame: pd.DataFrame, metric: str, reading: str) -> str:
    """Return the column of a metric at a reading.

    Args:
        frame: Summary or history of runs.
        metric: Column of the last reading.
        reading: ``"last"`` or ``"averaged"``.

    Raises:
        IncompleteRecordError: These runs were not read so.
        ValueError: There is no such reading.
    """
    column = _prefix(reading) + metric
    if reading != "last" and (column not in frame or frame[column].isna().all()):
        raise IncompleteRecordError(
            f"no {label_of(metric)} at averaged weights is recorded yet: runs of protocol 2 have it"
        )
    return column


def at_reading(runs: Runs, reading: str) -> Runs:
    """Return the runs with those as tuned whose rate is the best for a reading."""
    if not len(runs):
        return runs
    role = f"{TUNED_FOR}{_prefix(reading)}validation_{tuning_metric(runs.summary).name}"
    is_tuned = runs.summary.get(role, runs.summary["is_tuned"])
    return dataclasses.replace(runs, summary=runs.summary.assign(is_tuned=is_tuned))


def head_effects(
    runs: Runs, decayed: Runs, arm: str, reference: str, metric: str = "test_accuracy"
) -> pd.DataFrame:
    """Return how far one head lies ahead of another at last, averaged and decayed weights.

    Each at the rate that is best for it.

    Args:
        runs: Runs at constant rates, read twice.
        decayed: Runs whose rate falls to 0, of which the last weights are taken; left out where
            there are none.
        arm: Head.
        reference: Head that it is compared with.
        metric: Column of the last reading.

    Returns:
        Columns ``hidden``, ``reading``, ``mean`` (arm minus reference, in the metric's own unit),
        ``low`` and ``high`` (95 % t interval over seeds) and ``num_values``.

    Raises:
        IncompleteRecordError: A reading is missing.
    """
    found = {}
    for name, reading, source in (
        ("last", "last", runs),
        ("averaged", "averaged", runs),
        ("decayed", "last", decayed),
    ):
        if source is decayed and not len(decayed):
            continue
        tuned = undiverged_runs(at_reading(source, reading).summary, "tuned")
        column = column_of(tuned, metric, reading)
        found[name] = _head_effects(tuned, column, arm, reference, "hidden")
    return pd.concat(found, names=["reading", "hidden"]).reset_index()


def head_effects_by_rate(
    runs: Runs, arm: str, reference: str, metric: str = "test_accuracy"
) -> pd.DataFrame:
    """Return how far one head lies ahead of another at each rate, in the mean over hidden ones.

    Rates at which a run diverged are left out. See ``head_effects`` for the arguments.

    Returns:
        Columns ``reading``, ``learning_rate``, ``mean``, ``low``, ``high`` and ``num_values``.

    Raises:
        IncompleteRecordError: The runs have no curve, or were not read twice.
    """
    curve = curve_runs(runs.summary)
    curve = curve[~curve["diverged"].groupby(curve["learning_rate"]).transform("any")]
    found = {
        reading: _head_effects(
            curve, column_of(curve, metric, reading), arm, reference, "learning_rate"
        )
        for reading in READINGS
    }
    return pd.concat(found, names=["reading", "learning_rate"]).reset_index()


def _head_effects(
    summary: pd.DataFrame, column: str, arm: str, reference: str, by: str
) -> pd.DataFrame:
    """Return mean and interval over seeds of arm minus reference, for each value of a field."""
    summary = summary.assign(value=with_failures_counted(summary, column))
    values = summary.pivot_table(index=[by, "seed"], columns="head", values="value")
    gaps = values.reindex(columns=[arm, reference]).diff(-1, axis="columns")[arm].dropna()
    return intervals_by(gaps, gaps.index.get_level_values(by).to_series(index=gaps.index))


def means_by_head(runs: Runs, columns: Iterable[str], reading: str) -> pd.DataFrame:
    """Return means over the seeds of each head at its tuned rate, failed runs counted.

    Args:
        runs: Runs of a study whose arms differ in the head alone.
        columns: Measures, named as at the last weights.
        reading: ``"last"`` or ``"averaged"`` weights.

    Returns:
        A row a head, with the given columns.
    """
    frame = evaluation_runs(at_reading(runs, reading).summary, "tuned")
    found = {
        name: with_failures_counted(frame, column_of(frame, name, reading)) for name in columns
    }
    return pd.DataFrame(found).groupby(frame["head"]).mean()


def tuned_values(runs: Runs, metric: str, reading: str) -> pd.DataFrame:
    """Return the evaluation runs of each arm at its tuned rate, with what one measure is worth.

    Args:
        runs: Runs of a study.
        metric: Column of the summary, named as at the last weights.
        reading: ``"last"`` or ``"averaged"`` weights.

    Returns:
        A row a run, its measure in the column ``value``, failed runs counted.

    Raises:
        IncompleteRecordError: No such run is recorded yet.
    """
    if not len(runs):
        raise IncompleteRecordError("no evaluation run is recorded yet")
    frame = evaluation_runs(at_reading(runs, reading).summary, "tuned")
    if frame.empty:
        raise IncompleteRecordError("no evaluation run is recorded yet")
    return frame.assign(value=with_failures_counted(frame, column_of(frame, metric, reading)))
