"""Tables that set the arms of a study beside each other: ranks and rates."""

from __future__ import annotations

import functools

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.analysis.arms import are_crossed, labels, tuning_runs
from activation_study.report.analysis.rates import chosen_rates, rank
from activation_study.report.claims import claims_file
from activation_study.report.tables.table import Table, says_what_is_missing


@says_what_is_missing
def ranking_table(runs: Runs, *, head: str = "softmax") -> Table:
    """List every arm of a head, tuned: rate, measure, difference to the best by tuning."""
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
            "diverged": f"{row['num_diverged']} of {row['num_runs']}",
        }
        for row in found.rows.iloc[::-1].to_dict("records")
    ]
    note = (
        f"Head: {head}. Differences are to {found.reference}, the best in the tuning runs, on the "
        "seeds both have. A run that diverged counts with what it reached."
    )
    return Table(pd.DataFrame(rows), note)


@says_what_is_missing
def tuned_rates(runs: Runs) -> Table:
    """List the learning rate that was chosen for each arm, one column a head, say.

    The columns are the values of the last of the fields in which the arms differ, if every one of
    them is combined with every other.
    """
    tried = sorted(tuning_runs(runs.summary)["learning_rate"].unique())
    note = f"Rates tried: {', '.join(f'{rate:g}' for rate in tried)}."
    chosen = chosen_rates(runs.summary)
    fields = [str(name) for name in chosen.index.names if chosen.index.unique(name).size > 1]
    if not are_crossed(arms := chosen.index.to_frame(index=False)):
        rates = chosen.map("{:g}".format).to_numpy()
        return Table(pd.DataFrame({"arm": labels(arms, fields), "chosen rate": rates}), note)
    across = fields[-1] if fields[1:] else "head"
    down = [name for name in fields if name != across] or ["hidden"]
    frame = chosen.map("{:g}".format).unstack(across).fillna("open")
    frame = frame.droplevel([name for name in frame.index.names if name not in down])
    frame = frame[sorted(frame.columns, key=lambda value: (value != "softmax", value))]
    frame = frame.add_suffix(" head") if across == "head" else frame.add_prefix(f"{across} ")
    frame = frame.rename_axis(columns=None).reset_index()
    return Table(frame.rename(columns={"hidden": "hidden activation"}), note)
