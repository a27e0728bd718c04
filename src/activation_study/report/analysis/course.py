"""How training goes: its first epoch, its course by head, and where it would have stopped."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from activation_study.catalogue import tasks
from activation_study.catalogue.activations import HEADLINE
from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import arm_fields, undiverged_runs


def guessing_loss(head: str, num_classes: int) -> float:
    """Return a head's training loss where every image gets the class frequencies, in nats.

    Softmax: ln K. Sigmoid: the entropy of one label, which is 1 with probability 1/K; Keras takes
    the mean over the K outputs.

    Raises:
        ValueError: The head's loss is not a likelihood.
    """
    if head.startswith("softmax") and head != "softmax_mse":
        return math.log(num_classes)
    if head in ("sigmoid", "sigmoid_prior"):
        p = 1.0 / num_classes
        return -p * math.log(p) - (1 - p) * math.log(1 - p)
    raise ValueError(f"head: received {head!r}; accepted: softmax, sigmoid, sigmoid_prior")


def relative_to_guessing(early: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """Return the training losses within the first epoch, divided by that of guessing.

    They are means over windows of steps, each named by its last step; the columns of the runs'
    summary come along.
    """
    units = [
        guessing_loss(head, tasks.get(task).num_outputs)
        for head, task in summary[["head", "task"]].itertuples(index=False)
    ]
    losses = early.merge(summary.assign(unit=units), on="key", suffixes=("", "_at_the_end"))
    return losses.assign(train_loss=losses["train_loss"] / losses["unit"])


def first_step_below(losses: pd.DataFrame, fields: list[str]) -> pd.Series:
    """Return the step at which the mean training loss first falls below that of guessing.

    Returns:
        The last step of that window, of each arm (told by `fields`); inf where there is none in the
        first epoch.
    """
    arms = losses.groupby([*fields, "step"], dropna=False, observed=True)
    is_below = arms["train_loss"].mean().unstack("step") < 1.0
    return is_below.idxmax(axis=1).astype(float).where(is_below.any(axis=1), math.inf)


def first_epoch(runs: Runs, *, heads: Iterable[str], rate: str = "tuned") -> pd.DataFrame:
    """Return how the first epoch went in each arm, runs that diverged left out.

    Returns:
        Indexed by the fields that tell arms apart: ``step``, at which the mean training loss first
        fell below that of guessing by the classes' frequencies (inf where it did not in that
        epoch); ``accuracy``, the mean validation accuracy after the epoch, and ``final_accuracy``,
        after the last one.
    """
    summary = undiverged_runs(runs.summary, rate)
    summary = summary[summary["head"].isin(list(heads))]
    history = runs.history[runs.history["epoch"] == 1].set_index("key")["validation_accuracy"]
    fields = arm_fields(summary)
    arms = summary.assign(first=summary["key"].map(history)).groupby(fields, dropna=False)
    return pd.DataFrame(
        {
            "step": first_step_below(relative_to_guessing(runs.early, summary), fields),
            "accuracy": arms["first"].mean(),
            "final_accuracy": arms["validation_accuracy"].mean(),
        }
    )


def two_heads_side_by_side(
    runs: Runs, arm: str, reference: str, *, hidden: Iterable[str] = HEADLINE
) -> pd.DataFrame:
    """Return how two heads train beside each other, tuned, runs that diverged left out.

    Returns:
        Indexed by hidden activation: ``first_accuracy`` and ``last_accuracy``, the difference of
        the mean validation accuracies (arm minus reference) after the first and the last epoch;
        ``ahead_from``, the first epoch from which on the arm's mean stays ahead (NaN for never);
        and for each head ``<head>_nll_epoch``, the epoch of the lowest mean validation NLL,
        ``<head>_nll_rise``, how far the mean of the last epoch lies above that, in nats, and
        ``<head>_temperature``, the mean fitted temperature; ``nll_after_temperature``, the
        difference of the mean test NLL once each run is divided by its own temperature.
    """
    summary = undiverged_runs(runs.summary, "tuned")
    arms = summary.groupby(["head", "hidden"])[["test_temperature", "test_nll_after_temperature"]]
    ends = arms.mean()
    curves = runs.history.merge(summary[["key", "head", "hidden"]], on="key")

    def by_epoch(head: str, column: str) -> pd.DataFrame:
        own = curves[curves["head"] == head]
        return own.pivot_table(index="hidden", columns="epoch", values=column)

    gap = by_epoch(arm, "validation_accuracy") - by_epoch(reference, "validation_accuracy")
    gap = gap.dropna()
    # Ahead in an epoch and in all later ones.
    stays_ahead = (gap > 0).iloc[:, ::-1].cummin(axis="columns").iloc[:, ::-1]
    columns = {
        "first_accuracy": gap[1],
        "last_accuracy": gap.iloc[:, -1],
        "ahead_from": stays_ahead.idxmax(axis=1).where(stays_ahead.any(axis=1)),
    }
    for head in (arm, reference):
        nll = by_epoch(head, "validation_nll")
        columns |= {
            f"{head}_nll_epoch": nll.idxmin(axis=1),
            f"{head}_nll_rise": nll.iloc[:, -1] - nll.min(axis=1),
            f"{head}_temperature": ends["test_temperature"].loc[head],
        }
    scaled = ends["test_nll_after_temperature"]
    columns["nll_after_temperature"] = scaled.loc[arm] - scaled.loc[reference]
    return pd.DataFrame(columns).reindex([name for name in hidden if name in gap.index])


def if_stopped_early(
    runs: Runs, arm: str, reference: str, *, hidden: Iterable[str] = HEADLINE
) -> pd.DataFrame:
    """Return the lead of one head over another, had each run been stopped at an epoch of its own.

    Returns:
        Indexed by hidden activation: difference of the mean validation accuracies (arm minus
        reference, tuned, runs that diverged left out) after the ``last`` epoch, after the one of
        each run's ``lowest_nll``, and at its ``best_accuracy``, all on the validation images.
    """
    summary = undiverged_runs(runs.summary, "tuned").set_index("key")[["hidden", "head"]]
    history = runs.history[runs.history["key"].isin(summary.index)].reset_index(drop=True)
    by_run = history.groupby("key")
    stops = {
        "last": by_run["epoch"].idxmax(),
        "lowest_nll": by_run["validation_nll"].idxmin(),
        "best_accuracy": by_run["validation_accuracy"].idxmax(),
    }
    at = pd.DataFrame(
        {
            name: history.loc[rows].set_index("key")["validation_accuracy"]
            for name, rows in stops.items()
        }
    )
    at = at.join(summary)
    mine, theirs = (
        at[at["head"] == head].groupby("hidden")[list(stops)].mean() for head in (arm, reference)
    )
    return (mine - theirs).reindex(list(hidden)).dropna()
