"""The table that sets the arms of a study beside each other."""

from __future__ import annotations

import functools

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.analysis.rates import rank
from activation_study.report.claims import claims_file
from activation_study.report.tables.table import Table, says_what_is_missing


@says_what_is_missing
def ranking_table(runs: Runs, *, head: str = "softmax", reading: str = "last") -> Table:
    """List every arm of a head, tuned: rate, measure, difference to the best by tuning."""
    found = rank(runs, head=head, reading=reading, excludes=claims_file.read().best_excludes)
    metric = metric_of(found.metric)
    signed = functools.partial(metric.number, signed=True)
    rows = [
        {
            "hidden activation": row["arm"],
            "chosen rate": f"{row['learning_rate']:g}",
            label_of(found.metric): metric.shown(row["mean"]),
            f"difference in {metric.difference_unit}".removesuffix(" in "): signed(row["effect"]),
            "95 % interval": f"{signed(row['low'])} to {signed(row['high'])}",
            "diverged": f"{row['num_diverged']} of {row['num_runs']}",
        }
        for row in found.rows.iloc[::-1].to_dict("records")
    ]
    note = (
        f"Head: {head}. Differences are to {found.reference}, the best in the tuning runs, on the "
        "seeds both have. A run that diverged counts with what it reached."
    )
    return Table(pd.DataFrame(rows), note)
