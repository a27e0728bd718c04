"""Every arm against the one that was best while tuning."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.arms import (
    best_by_tuning,
    evaluation_runs,
    labels,
    tuning_metric,
    varying,
    with_head,
)
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.statistics import intervals_by


@dataclass(frozen=True)
class Ranking:
    """Every arm against one reference, on the same seeds.

    Args:
        metric: Column that is compared.
        reference: Arm with the best mean while tuning.
        rows: Columns ``arm`` (named by what varies), ``hidden``, ``learning_rate``, ``effect``,
            ``low``, ``high`` (difference to the reference, in the metric's own unit), ``mean``,
            ``num_pairs``, ``num_diverged``, ``num_runs``; from the worst to the best.
    """

    metric: str
    reference: str
    rows: pd.DataFrame


def rank(
    runs: Runs,
    metric: str | None = None,
    *,
    head: str = "softmax",
    excludes: Collection[str] = (),
) -> Ranking:
    """Compare every arm of a head with the one that was best in the tuning runs.

    The reference is chosen without the evaluation runs, so that it owes its place to no luck there.

    Args:
        runs: Runs of a study.
        metric: Column of the summary; None for that of the test set by which rates are chosen.
        head: The head of the arms.
        excludes: Hidden activations that are no reference.

    Raises:
        IncompleteRecordError: There are no runs to choose the reference from.
    """
    of_head = with_head(runs.summary, head)
    metric = metric or f"test_{tuning_metric(of_head).name}"
    names = labels(of_head, varying(of_head))
    reference = best_by_tuning(of_head, names, excludes)
    summary = evaluation_runs(of_head.assign(arm=names.astype(str)), "tuned")
    summary = summary.assign(value=with_failures_counted(summary, metric))
    values = summary.pivot(index="seed", columns="arm", values="value")
    gaps = values.sub(values[reference], axis="index")
    each = gaps.melt(value_name="gap")
    found = intervals_by(each["gap"], each["arm"])
    rows = summary.groupby("arm").agg(
        hidden=("hidden", "first"),
        learning_rate=("learning_rate", "first"),
        num_diverged=("diverged", "sum"),
        num_runs=("diverged", "size"),
    )
    rows = rows.join(found.set_axis(["effect", "low", "high", "num_pairs"], axis=1), how="inner")
    # On the seeds of the difference, or the two columns would not agree.
    rows = rows.assign(mean=values.where(gaps.notna()).mean()).reset_index()
    is_lower_better = metric_of(metric).better == "lower"
    return Ranking(
        metric,
        reference,
        rows.sort_values(
            ["effect", "arm"], ascending=[not is_lower_better, True], ignore_index=True
        ),
    )
