"""How training goes: its first epoch, its course by head, and where it would have stopped."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from activation_study.catalogue import tasks
from activation_study.catalogue.activations import HEADLINE
from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import arm_fields, select, undiverged_runs


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


def relative_to_guessing(early: pd.DataFrame, arm: pd.DataFrame) -> pd.DataFrame:
    """Return the training losses within the first epoch of an arm, divided by that of guessing.

    Args:
        early: Training losses within the first epoch, as recorded: means over windows of steps,
            each named by its last step.
        arm: Summary of the arm's runs.
    """
    own, (head, task) = early[early["key"].isin(arm["key"])], arm[["head", "task"]].iloc[0]
    unit = guessing_loss(str(head), tasks.get(str(task)).num_outputs)
    return own.assign(train_loss=own["train_loss"] / unit)


def first_step_below(losses: pd.DataFrame) -> float:
    """Return the step at which the mean training loss first falls below that of guessing.

    Args:
        losses: As ``relative_to_guessing`` returns them.

    Returns:
        The last step of that window; inf where there is none in the first epoch.
    """
    means = losses.groupby("step")["train_loss"].mean()
    below = means.index[means < 1.0]
    return float(below.min()) if len(below) else math.inf


def first_epoch(runs: Runs, *, heads: Iterable[str], rate: str = "tuned") -> pd.DataFrame:
    """Return how the first epoch went in each arm, runs that diverged left out.

    Args:
        runs: Runs of a study.
        heads: Heads that are shown.
        rate: ``"tuned"`` or ``"default"``.

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
    rows = {
        arm: {
            "step": first_step_below(relative_to_guessing(runs.early, cell)),
            "accuracy": float(history.reindex(cell["key"]).mean()),
            "final_accuracy": float(cell["validation_accuracy"].mean()),
        }
        for arm, cell in summary.groupby(fields, dropna=False)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(index=fields)


def two_heads_side_by_side(
    runs: Runs, arm: str, reference: str, *, hidden: Iterable[str] = HEADLINE
) -> pd.DataFrame:
    """Return how two heads train beside each other, tuned, runs that diverged left out.

    Args:
        runs: Runs of a study.
        arm: Head.
        reference: Head that it is compared with.
        hidden: Hidden activations.

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
    rows = {}
    for name in hidden:
        cells = {head: select(summary, {"hidden": name, "head": head}) for head in (arm, reference)}
        if any(cell.empty for cell in cells.values()):
            continue
        curves = {
            head: runs.history[runs.history["key"].isin(cell["key"])]
            .groupby("epoch")[["validation_accuracy", "validation_nll"]]
            .mean()
            for head, cell in cells.items()
        }
        gap = (curves[arm] - curves[reference])["validation_accuracy"]
        behind = gap.index[gap <= 0]
        after = gap.index[gap.index > behind.max()] if len(behind) else gap.index
        row = {
            "first_accuracy": float(gap.loc[1]),
            "last_accuracy": float(gap.iloc[-1]),
            "ahead_from": float(after.min()) if len(after) else float("nan"),
        }
        for head, cell in cells.items():
            nll = curves[head]["validation_nll"]
            row |= {
                f"{head}_nll_epoch": float(nll.index[int(nll.to_numpy().argmin())]),
                f"{head}_nll_rise": float(nll.iloc[-1] - nll.min()),
                f"{head}_temperature": float(cell["test_temperature"].mean()),
            }
        scaled = {head: cell["test_nll_after_temperature"].mean() for head, cell in cells.items()}
        rows[name] = row | {"nll_after_temperature": float(scaled[arm] - scaled[reference])}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(index="hidden")


def if_stopped_early(
    runs: Runs, arm: str, reference: str, *, hidden: Iterable[str] = HEADLINE
) -> pd.DataFrame:
    """Return the lead of one head over another, had each run been stopped at an epoch of its own.

    Args:
        runs: Runs of a study.
        arm: Head.
        reference: Head that it is compared with.
        hidden: Hidden activations.

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
