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
    values_by_seed,
    varying,
    with_head,
)
from activation_study.report.analysis.statistics import interval


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
    rate: str = "tuned",
    excludes: Collection[str] = (),
) -> Ranking:
    """Compare every arm of a head with the one that was best in the tuning runs.

    The reference is chosen without the evaluation runs, so that it owes its place to no luck there.

    Args:
        runs: Runs of a study.
        metric: Column of the summary; None for that of the test set by which rates are chosen.
        head: The head of the arms.
        rate: ``"tuned"`` or ``"default"``.
        excludes: Hidden activations that are no reference.

    Raises:
        IncompleteRecordError: There are no runs to choose the reference from.
    """
    of_head = with_head(runs.summary, head)
    metric = metric or f"test_{tuning_metric(of_head).name}"
    names = labels(of_head, varying(of_head))
    reference = best_by_tuning(of_head, names, excludes)
    summary = evaluation_runs(of_head.assign(arm=names), rate)
    cells = {str(name): cell for name, cell in summary.groupby("arm", observed=True)}
    values = {name: values_by_seed(cell, metric) for name, cell in cells.items()}
    rows = []
    for name, cell in cells.items():
        differences = (values[name] - values[reference]).dropna()
        found = interval(differences)
        if found is None:
            continue
        rows.append(
            {
                "arm": name,
                "hidden": cell["hidden"].iloc[0],
                "learning_rate": cell["learning_rate"].iloc[0],
                "effect": found.mean,
                "low": found.low,
                "high": found.high,
                # On the seeds of the difference, or the two columns would not agree.
                "mean": float(values[name].reindex(differences.index).mean()),
                "num_pairs": len(differences),
                "num_diverged": int(cell["diverged"].astype(bool).sum()),
                "num_runs": len(cell),
            }
        )
    is_lower_better = metric_of(metric).better == "lower"
    table = pd.DataFrame(rows).sort_values(
        ["effect", "arm"], ascending=[not is_lower_better, True], ignore_index=True
    )
    return Ranking(metric, reference, table)
