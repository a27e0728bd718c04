"""Tables of how training went: its course by head, and the part of the rate."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.analysis.arms import cell_name
from activation_study.report.analysis.rates import at_each_rate, chosen_rates
from activation_study.report.tables.table import Table


def course_table(course: pd.DataFrame, arm: str, reference: str) -> Table:
    """Show what ``two_heads_side_by_side`` found."""
    frame = pd.DataFrame(
        {
            "hidden": course.index,
            "after epoch 1, points": [f"{100 * v:+.2f}" for v in course["first_accuracy"]],
            "after the last": [f"{100 * v:+.2f}" for v in course["last_accuracy"]],
            "ahead from epoch": [f"{v:.0f}" if v == v else "never" for v in course["ahead_from"]],
            "lowest NLL at epoch": _both(course, "{:.0f}", "nll_epoch", arm, reference),
            "temperature": _both(course, "{:.2f}", "temperature", arm, reference),
            "NLL with it": [f"{v:+.4f}" for v in course["nll_after_temperature"]],
        }
    )
    return Table(
        frame,
        f"Means over seeds at the tuned rates; differences are {arm} minus {reference}, pairs of "
        f"values {arm} and {reference}. Accuracy and lowest NLL are those of the validation "
        "images; a temperature above 1 says that the probabilities are too extreme, and the last "
        "column what is left of the difference in test NLL when the scores of each run are divided "
        "by its own.",
    )


def _both(course: pd.DataFrame, form: str, column: str, arm: str, reference: str) -> list[str]:
    """Write a column of both heads in one."""
    sides = [course[f"{head}_{column}"] for head in (arm, reference)]
    return [" and ".join(map(form.format, pair)) for pair in zip(*sides, strict=True)]


def stopped_table(leads: pd.DataFrame, arm: str, reference: str) -> Table:
    """Show what ``if_stopped_early`` found."""
    columns = {
        "last": "after the last epoch",
        "lowest_nll": "at each run's lowest NLL",
        "best_accuracy": "at each run's best accuracy",
    }
    frame = pd.DataFrame(
        {"hidden": leads.index}
        | {title: [f"{100 * v:+.2f}" for v in leads[name]] for name, title in columns.items()}
    )
    return Table(
        frame,
        f"Mean validation accuracy, {arm} minus {reference}, in points, at the tuned rates: as the "
        "runs ended, and had each been stopped after the epoch that its own validation images "
        "choose.",
    )


def rate_table(
    runs: Runs, pairs: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]], metric: str
) -> Table:
    """Show, for pairs of arms, the difference at each common rate beside the chosen rates.

    Args:
        runs: Runs of a study.
        pairs: What is compared -> the two arms, each with the fields that tell arms apart.
        metric: Column of the summary.
    """
    chosen, quantity = chosen_rates(runs.summary), metric_of(metric)
    fields = [str(name) for name in chosen.index.names]
    signed = functools.partial(quantity.number, signed=True)
    mean = f"mean, {quantity.difference_unit}".removesuffix(", ")
    rows = []
    for name, (arm, reference) in pairs.items():
        rates = [chosen.get(tuple(side.get(name) for name in fields)) for side in (arm, reference)]
        for rate, found in at_each_rate(runs, arm, reference, metric).iterrows():
            mine, theirs = rate == rates[0], rate == rates[1]
            rows.append(
                {
                    "difference": name,
                    "rate of both": f"{rate:g}",
                    mean: signed(found["mean"]),
                    "over the seeds": f"{signed(found['low'])} to {signed(found['high'])}",
                    "chosen for": "both"
                    if mine and theirs
                    else cell_name(arm) if mine else cell_name(reference) if theirs else "",
                }
            )  # fmt: skip
    note = (
        f"Differences in {label_of(metric)}, tuning runs alone; rates at which a run "
        "diverged are left out."
    )
    return Table(pd.DataFrame(rows), note)
