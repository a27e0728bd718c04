"""Learning rates: the chosen ones, and what the choice does to a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import (
    arm_fields,
    evaluation_runs,
    select,
    tuning_runs,
)
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
    index = [*arm_fields(summary), "seed"]
    summary = summary.assign(value=with_failures_counted(summary, metric))
    sides = {
        rate: evaluation_runs(summary, rate).set_index(index)["value"]
        for rate in ("tuned", "default")
    }
    return pd.concat(sides, axis="columns", join="inner").sort_index()


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
    tuning = tuning_runs(runs.summary)
    tuning = tuning.assign(value=with_failures_counted(tuning, metric).mask(tuning["diverged"]))
    mine, theirs = (
        select(tuning, cell).set_index(["learning_rate", "seed"])["value"]
        for cell in (arm, reference)
    )
    by_rate = (mine - theirs).groupby(level="learning_rate")
    return pd.DataFrame(
        {
            "mean": by_rate.mean(skipna=False),
            "low": by_rate.min(),
            "high": by_rate.max(),
            "num_pairs": by_rate.size(),
        }
    ).dropna()
