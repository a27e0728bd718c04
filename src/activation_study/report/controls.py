"""Controls of the statistics: what the tests say where there is nothing to find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from activation_study.engine.records import Runs
from activation_study.report import statistics
from activation_study.report.cells import evaluation_runs, repaired


@dataclass(frozen=True)
class FalseAlarms:
    """What comes of comparing an arm with itself.

    Attributes:
        num_arms: Arms that have seeds enough.
        num_pairs: Pairs in each comparison.
        num_comparisons: Comparisons in all.
        different: Share of them in which the paired t-test finds a difference.
        equivalent: Share of them that are shown to be equivalent.
    """

    num_arms: int
    num_pairs: int
    num_comparisons: int
    different: float
    equivalent: float


def false_alarms(
    runs: Runs,
    metric: str,
    margin: float,
    *,
    alpha: float = 0.05,
    splits: int = 200,
    seed: int = 20261124,
) -> FalseAlarms:
    """Compares each arm with itself: half of its tuned evaluation runs with the other half.

    The halves and the pairs within them are drawn at random, again and again, so no difference is
    real, and a test at level alpha should find one in a share alpha of the comparisons. The halves
    of one arm overlap from draw to draw: the share is an average, not a count of independent tests.

    Args:
        runs: Runs of a study.
        metric: Column of the summary.
        margin: Of the equivalence test, in the unit of the metric.
        alpha: Level of both tests.
        splits: Draws an arm.
        seed: Of the draws.

    Raises:
        ValueError: No arm has the seeds of at least two comparisons of ten pairs.
    """
    rng = np.random.default_rng(seed)
    arms = {name: values for name, values in _values(runs, metric).items() if len(values) >= 20}
    if not arms:
        raise ValueError("runs: received no arm with 20 seeds; accepted: at least one")
    num_pairs = min(map(len, arms.values())) // 2
    outcomes = []
    for values in arms.values():
        for _ in range(splits):
            drawn = rng.permutation(values)[: 2 * num_pairs]
            a, b = drawn[:num_pairs], drawn[num_pairs:]
            p_value = statistics.paired_t_p_value(a - b, alternative="two-sided")
            outcomes.append((p_value < alpha, statistics.equivalence_test(a, b, margin) < alpha))
    different, equivalent = np.mean(outcomes, axis=0)
    return FalseAlarms(len(arms), num_pairs, len(outcomes), float(different), float(equivalent))


def _values(runs: Runs, metric: str) -> Mapping[str, np.ndarray]:
    summary = evaluation_runs(runs.summary, "tuned")
    summary = summary[~summary["diverged"].astype(bool)]
    return {
        str(arm): repaired(frame, metric).to_numpy()
        for arm, frame in summary.groupby(["hidden", "head"])
    }
