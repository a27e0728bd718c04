"""Controls of the statistics: what the tests say where there is nothing to find."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import scipy.stats

from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import arm_fields, undiverged_runs
from activation_study.report.analysis.failures import with_failures_counted

FEWEST_SEEDS = 20
"""Of an arm that takes part: ten pairs, as a verdict needs."""


@dataclass(frozen=True)
class FalseAlarms:
    """What comes of comparing arms that have seeds enough with themselves.

    The shares of the comparisons, of ``num_pairs`` each, in which the paired t-test finds a
    difference, and that are shown to be equivalent.
    """

    num_arms: int
    num_pairs: int
    num_comparisons: int
    different: float
    equivalent: float


def count_false_alarms(
    runs: Runs,
    metric: str,
    margin: float,
    *,
    alpha: float = 0.05,
    splits: int = 200,
) -> FalseAlarms:
    """Compares each arm with itself: half of its tuned evaluation runs with the other half.

    The halves and the pairs within them are drawn at random, again and again, so no difference is
    real, and a test at level alpha should find one in a share alpha of the comparisons. The halves
    of one arm overlap from draw to draw: the share is an average, not a count of independent tests.

    Without an arm of ``FEWEST_SEEDS`` seeds, as at the quick tier, there is no comparison and the
    shares are NaN.

    Args:
        runs: Runs of a study.
        metric: Column of the summary.
        margin: Of the equivalence test, in the unit of the metric.
        alpha: Level of both tests.
        splits: Draws an arm.
    """
    rng = np.random.default_rng(20261124)
    summary = undiverged_runs(runs.summary, "tuned")
    summary = summary.assign(value=with_failures_counted(summary, metric))
    cells = summary.groupby(arm_fields(summary), dropna=False)["value"]
    arms = [values.to_numpy() for _, values in cells if len(values) >= FEWEST_SEEDS]
    if not arms:
        return FalseAlarms(0, 0, 0, math.nan, math.nan)
    num_pairs = min(map(len, arms)) // 2
    outcomes = [
        _outcomes(rng.permuted(np.tile(values, (splits, 1)), axis=1), num_pairs, margin)
        for values in arms
    ]
    different, equivalent = (
        np.concatenate(p_values) < alpha for p_values in zip(*outcomes, strict=True)
    )
    return FalseAlarms(
        len(arms), num_pairs, len(different), float(different.mean()), float(equivalent.mean())
    )


def _outcomes(shuffled: np.ndarray, num_pairs: int, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns the p-values of the paired t-test and of the equivalence test of each row."""
    gaps = shuffled[:, :num_pairs] - shuffled[:, num_pairs : 2 * num_pairs]
    test = functools.partial(scipy.stats.ttest_1samp, gaps, axis=1)
    above = test(popmean=-margin, alternative="greater")
    below = test(popmean=margin, alternative="less")
    return test(popmean=0.0).pvalue, np.maximum(above.pvalue, below.pvalue)
