"""Measures of a run that follow from what is recorded of it and of its arm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from activation_study.engine.records import schema
from activation_study.engine.records.records import Runs
from activation_study.report.analysis.derived import layer_columns, table_columns
from activation_study.report.analysis.derived.table_columns import READINGS

WORKS = 0.97
"""Test accuracy from which a learning rate counts as one that works."""

HALF_DECADE = 0.5

WRONG_SHARES = {f"wrong_share_{true}_{other}": (true, other) for true, other in ((4, 7), (4, 9))}
"""Column -> true class and the wrong class whose share of the wrong probability it holds."""

RANGES = tuple(f"{prefix}working_range" for prefix in READINGS)
"""Columns of a run that rest on all runs of its arm and seed at the rates of the curve."""

NAMES = (*RANGES, *WRONG_SHARES, *table_columns.NAMES, *layer_columns.NAMES)
"""The columns that ``with_derived`` adds."""


def with_derived(runs: Runs) -> Runs:
    """Return the runs with the columns ``NAMES`` in their summary, those that can be had.

    ``working_range``: of a run's arm and seed, decades of the rate curve that reach ``WORKS``, half
    a decade for each rate. It stands with every run of the arm and the seed.

    ``wrong_share_<true>_<other>``: of the probability that images of a class do not give to it, the
    share that one other class gets, in the mean over the images.

    The others: see ``table_columns.of_outputs`` and ``layer_columns.of_layers``.
    """
    summary = runs.summary.copy(deep=False)
    if "is_curve" in summary:
        of_a_run = ("learning_rate", "evaluation")
        fields = [name for name in schema.EXPERIMENT if name in summary and name not in of_a_run]
        arm = summary.groupby(fields, dropna=False, observed=True).ngroup()
        for prefix in READINGS:
            if f"{prefix}test_accuracy" not in summary:
                continue
            decades = working_range(
                summary[f"{prefix}test_accuracy"].where(summary["is_curve"]), arm
            )
            has_curve = summary["is_curve"].groupby(arm).any()
            summary[f"{prefix}working_range"] = arm.map(decades.where(has_curve)).astype(float)
    if "confusion" in runs.tables:
        confusion = runs.tables["confusion"]
        for name, (true, other) in WRONG_SHARES.items():
            of_true = confusion[confusion["true_class"] == true]
            given = of_true.set_index(["key", "predicted_class"])["mean_probability"].unstack()
            shares = _share(given, true, other)
            summary[name] = summary["key"].map(shares).astype(float)
    # In one piece: column by column a wide frame falls into as many.
    by_run = table_columns.of_outputs(runs) | {
        name: summary["key"].map(values).astype(float)
        for name, values in layer_columns.of_layers(runs).items()
    }
    others = pd.DataFrame(by_run, index=summary.index)
    return replace(runs, summary=pd.concat([summary, others], axis="columns"))


def working_range(accuracies: pd.Series, groups: pd.Series) -> pd.Series:
    """Return for each group the decades of learning rates that work: half of one for each.

    Args:
        accuracies: of runs, each of its group at another rate of a grid of half decades.
        groups: of each run, indexed like the accuracies.
    """
    return HALF_DECADE * (accuracies >= WORKS).groupby(groups).sum()


def _share(given: pd.DataFrame, true: int, other: int) -> pd.Series:
    if not {true, other} <= set(given):
        return pd.Series(np.nan, index=given.index)
    return given[other] / (1.0 - given[true])
