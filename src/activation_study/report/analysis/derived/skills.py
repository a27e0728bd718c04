"""How much of what can be learned of a task each output layer learns, so that tasks compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from activation_study.catalogue import heads, tasks
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.arms import evaluation_runs
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import at_reading, column_of
from activation_study.report.analysis.statistics import intervals_by


class Trial(NamedTuple):
    """A study that sets output layers beside each other on one kind of targets.

    Attributes:
        study: its name.
        fixed: which of its runs.
        measures: columns of the summary, the first that a run has.
        advised: the head that the decision table names.
    """

    study: str
    fixed: Mapping[str, Any]
    measures: tuple[str, ...]
    advised: str


_EXACT = ("test_own_exact_match", "test_half_exact_match")
TRIALS = {
    "one of ten classes": Trial("loss-pairs", {}, ("test_accuracy",), "softmax"),
    "one of two classes": Trial("two-units", {}, ("test_accuracy",), "sigmoid_one"),
    "several labels": Trial("scenes", {}, _EXACT, "sigmoid_prior"),
    "rare labels": Trial("rare-labels", {}, ("test_mean_average_precision",), "sigmoid"),
    "a thousand classes": Trial(
        "many-classes", {"task": "strings_3"}, ("test_accuracy",), "softmax"
    ),
    "a number of either sign": Trial("regression", {}, ("test_rmse",), "linear_mse"),
    "parts of a whole": Trial("shares", {"train_size": 1_000}, ("test_rmse",), "softmax"),
}
"""What the targets are -> where that was tried."""

KINDS = ("softmax", "sigmoid", "linear")
"""Output activations that have a name of their own; the rest is ``other``."""


def skills(record: Mapping[str, Runs], reading: str = "averaged") -> pd.DataFrame:
    """Return the skill of each head in each trial that is recorded, at its tuned rate.

    Skill is 0 for what the best constant answer gets, and 1 for the mean of the best head of the
    trial (Murphy 1988, with the best head in the place of a perfect one). It is negative for what
    is worse than the constant.

    Args:
        record: Study -> its runs; what is not recorded is left out.
        reading: ``"last"`` or ``"averaged"`` weights.

    Returns:
        Columns ``trial``, ``head``, ``kind`` (of ``KINDS``, or ``other``), ``is_advised``,
        ``measure``, ``value`` (mean over seeds in its own unit), and the skill's ``mean``, ``low``
        and ``high`` (95 % t interval over seeds). The best head of a trial first.

    Raises:
        IncompleteRecordError: None of the trials is recorded.
    """
    found = []
    for name, trial in TRIALS.items():
        runs = record.get(trial.study)
        if runs is None or not len(runs):
            continue
        frame = evaluation_runs(at_reading(runs.where(**trial.fixed), reading).summary, "tuned")
        if not frame.empty:
            found.append(_skills(frame, trial, reading).assign(trial=name))
    if not found:
        raise IncompleteRecordError("no run at the tuned rate is recorded yet")
    return pd.concat(found, ignore_index=True)


def _skills(frame: pd.DataFrame, trial: Trial, reading: str) -> pd.DataFrame:
    columns = [column_of(frame, name, reading) for name in trial.measures if name in frame]
    first, *others = (with_failures_counted(frame, column) for column in columns)
    for other in others:
        first = first.fillna(other)
    means = first.groupby(frame["head"]).mean()
    metric = metric_of(columns[-1])
    guess = tasks.get(frame["task"].iloc[0]).guess[metric.name]
    best = means.min() if metric.better == "lower" else means.max()
    rows = intervals_by((first - guess) / (best - guess), frame["head"])
    names = rows.index.to_series()
    return (
        rows.assign(
            value=means,
            measure=columns[-1],
            kind=names.map(kind_of),
            is_advised=names == trial.advised,
        )
        .sort_values("mean", ascending=False, kind="stable")
        .rename_axis("head")
        .reset_index()
    )


def kind_of(head: str) -> str:
    """Return the output activation of a head: of ``KINDS``, or ``other``."""
    # What is divided by its sum, say, is a function without a name: the head's own tells.
    known = f"{heads.get(head).output_activation} {head}"
    return next((kind for kind in KINDS if kind in known), "other")
