"""Tables that set the arms of a study beside each other."""

from __future__ import annotations

import functools

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.analysis.ranking import rank
from activation_study.report.analysis.rates import chosen_rates
from activation_study.report.claims import claims_file
from activation_study.report.tables.table import Table


def ranking_table(runs: Runs, *, head: str = "softmax") -> Table:
    """List every arm of a head, tuned: rate, measure, difference to the best by tuning.

    Raises:
        IncompleteRecordError: There are no runs to rank.
    """
    found = rank(runs, head=head, excludes=claims_file.read().best_excludes)
    metric = metric_of(found.metric)
    signed = functools.partial(metric.number, signed=True)
    rows = [
        {
            "hidden activation": row["arm"],
            "chosen rate": f"{row['learning_rate']:g}",
            label_of(found.metric): metric.shown(row["mean"]),
            f"difference in {metric.difference_unit}".removesuffix(" in "): signed(row["effect"]),
            "95 % interval": f"{signed(row['low'])} to {signed(row['high'])}",
            "seeds": row["num_pairs"],
            "diverged": f"{row['num_diverged']} of {row['num_runs']}",
        }
        for _, row in found.rows.iloc[::-1].iterrows()
    ]
    note = (
        f"Head: {head}. Differences are to {found.reference}, the best in the tuning runs, on the "
        "seeds both have. A run that diverged counts with what it reached."
    )
    return Table(pd.DataFrame(rows), note)


def tuned_rates(runs: Runs) -> Table:
    """List the learning rate that was chosen for each arm, one column a head, say.

    The columns are the values of the last of the fields in which the arms differ.
    """
    chosen = chosen_rates(runs.summary)
    if chosen.empty:
        return Table(pd.DataFrame(), "No arm's rate is chosen yet.")
    fields = [name for name in chosen.index.names if chosen.index.unique(name).size > 1]
    across = fields[-1] if fields[1:] else "head"
    down = [name for name in fields if name != across] or ["hidden"]
    frame = chosen.map("{:g}".format).unstack(across).fillna("open")
    frame = frame.droplevel([name for name in frame.index.names if name not in down])
    frame = frame[sorted(frame.columns, key=lambda value: (value != "softmax", value))]
    words = "{} head" if across == "head" else f"{across} {{}}"
    frame.columns = pd.Index([words.format(value) for value in frame.columns])
    tried = runs.summary.loc[runs.summary["is_tuning"].astype(bool), "learning_rate"]
    note = f"Rates tried: {', '.join(f'{rate:g}' for rate in sorted(tried.unique()))}."
    return Table(frame.reset_index().rename(columns={"hidden": "hidden activation"}), note)
