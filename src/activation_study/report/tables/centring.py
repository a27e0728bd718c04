"""Tables of activations with and without a mean of 0."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.hidden_layers.centring import (
    HEIGHT,
    STUDIES,
    by_function,
    learning,
    steps,
)
from activation_study.report.drawing.looks import spelled
from activation_study.report.tables.table import Table, says_what_is_missing


@says_what_is_missing
def signs_table(record: Mapping[str, Runs]) -> Table:
    """List how far each function is from a mean of 0, what that does, and how fast it learns.

    Args:
        record: Study -> its runs.
    """
    means = by_function(learning(record))
    first = means.index.get_level_values("way")[0]
    own = means.loc[first].sort_values("sign_minibatch", kind="stable")
    rows = [
        {
            "function": spelled(str(name)),
            "mean over spread": f"{row['offset']:.2f}",
            "signs agree, one image": f"{100 * row['sign_one_image']:.0f} %",
            "signs agree, minibatch": f"{100 * row['sign_minibatch']:.0f} %",
            "largest eigenvalue": f"{100 * row['top_share']:.0f} %",
        }
        | {
            f"curve, {way}": f"{metric_of(HEIGHT).shown(means.loc[(way, name), 'height'])} "
            f"(rate {means.loc[(way, name), 'learning_rate']:.3g})"
            for way in STUDIES.values()
            if (way, name) in means.index
        }
        for name, row in own.iterrows()
    ]
    note = (
        f"Signs, means and eigenvalues after the first epoch of {first}. Curve: mean validation "
        "accuracy from epoch 1 on, at the function's own rate. Largest eigenvalue: its share of "
        "the second moments of what the layer is given."
    )
    return Table(pd.DataFrame(rows), note, stacks=True)


@says_what_is_missing
def steps_table(record: Mapping[str, Runs]) -> Table:
    """List what each step from one function to the next gains, in points of the learning curve.

    Args:
        record: Study -> its runs.
    """
    found = steps(learning(record))
    said = {
        (row["way"], row["before"], row["after"]): with_minus(
            f"{100 * row['mean']:+.2f}\u00a0±\u00a0{100 * (row['high'] - row['mean']):.2f}"
        )
        for row in found.to_dict("records")
    }
    rows = [
        {"from": spelled(before), "to": spelled(after), "changes": changes}
        | {way: said.get((way, before, after), "") for way in dict.fromkeys(found["way"])}
        for before, after, changes in found[["before", "after", "changes"]]
        .drop_duplicates()
        .itertuples(index=False)
    ]
    note = (
        "Points of the mean validation accuracy from epoch 1 on, seed by seed, each function at "
        "its own rate, with half of the 95 % interval."
    )
    return Table(pd.DataFrame(rows), note, stacks=True)
