"""Learning rates: the chosen ones, and what the choice does to a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import arm_fields, evaluation_runs, select
from activation_study.report.analysis.failures import with_failures_counted


def chosen_rates(summary: pd.DataFrame) -> pd.Series:
    """Return the chosen learning rate of each arm, indexed by the fields that tell arms apart."""
    tuned = evaluation_runs(summary, "tuned")
    return tuned.groupby(arm_fields(summary), dropna=False)["learning_rate"].first()


def tuned_and_default(summary: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return a metric at the tuned and at the default rate, on the seeds that an arm has at both.

    Returns:
        Columns ``tuned`` and ``default``, indexed by the fields that tell arms apart, and the seed.
    """
    columns, index = {}, [*arm_fields(summary), "seed"]
    for rate in ("tuned", "default"):
        frame = evaluation_runs(summary, rate)
        values = with_failures_counted(frame, metric).to_numpy()
        columns[rate] = frame.assign(value=values).set_index(index)["value"]
    return pd.concat(columns, axis="columns", join="inner").sort_index()


def mean_accuracy(runs: Runs) -> pd.DataFrame:
    """Return the mean test accuracy of each arm, a run that diverged counted as a guess.

    Returns:
        Columns ``tuned`` and ``default``, on the seeds that an arm has at both rates; indexed by
        the fields that tell arms apart.
    """
    found = tuned_and_default(runs.summary, "test_accuracy")
    return found.groupby(level=found.index.names[:-1], dropna=False).mean()


def at_each_rate(
    runs: Runs, arm: Mapping[str, Any], reference: Mapping[str, Any], metric: str
) -> pd.DataFrame:
    """Return the paired difference of two arms at each rate that both were tuned over.

    Args:
        runs: Runs of a study.
        arm: Column values of one arm.
        reference: Those of the other.
        metric: Column of the summary that tuning runs have.

    Returns:
        Indexed by learning rate: ``mean``, ``low`` and ``high``, the least and the greatest of the
        differences of the tuning seeds, ``num_pairs``; rates at which a run diverged left out.
    """
    tuning = runs.summary[runs.summary["is_tuning"].astype(bool)]
    sides = [select(tuning, cell).set_index(["learning_rate", "seed"]) for cell in (arm, reference)]
    values = [
        with_failures_counted(side, metric).mask(side["diverged"].astype(bool)) for side in sides
    ]
    by_rate = (values[0] - values[1]).groupby(level="learning_rate")
    frame = pd.DataFrame(
        {
            "mean": by_rate.apply(lambda gap: gap.mean(skipna=False)),
            "low": by_rate.min(),
            "high": by_rate.max(),
            "num_pairs": by_rate.size(),
        }
    )
    return frame.dropna()
