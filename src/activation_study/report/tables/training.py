"""Tables of how training went: its first epoch, its course by head, and the part of the rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import cell_name, repaired, select, undiverged_runs
from activation_study.report.figures import parts as parts
from activation_study.report.figures.head_outputs import steps_below_guessing
from activation_study.report.figures.learning_curves import chosen_rates
from activation_study.report.tables.record import Table

__all__ = [
    "at_each_rate",
    "chosen_rates",
    "course",
    "course_table",
    "first_epoch",
    "rate_table",
    "stopped",
    "stopped_table",
]


def first_epoch(runs: Runs, *, heads: Iterable[str], rate: str = "tuned") -> pd.DataFrame:
    """Return how the first epoch went in each arm, runs that diverged left out.

    Args:
        runs: Runs of a study.
        heads: Heads that are shown.
        rate: ``"tuned"`` or ``"default"``.

    Returns:
        Indexed by hidden activation and head: ``step``, at which the mean training loss first fell
        below that of guessing by the classes' frequencies (inf where it did not in that epoch);
        ``accuracy``, the mean validation accuracy after the epoch, and ``final_accuracy``, after
        the last one.
    """
    summary = undiverged_runs(runs.summary, rate)
    summary = summary[summary["head"].isin(list(heads))]
    history = runs.history[runs.history["epoch"] == 1].set_index("key")["validation_accuracy"]
    rows = {
        (hidden, head): {
            "step": steps_below_guessing(runs.early[runs.early["key"].isin(arm["key"])], str(head)),
            "accuracy": float(history.reindex(arm["key"]).mean()),
            "final_accuracy": float(arm["validation_accuracy"].mean()),
        }
        for (hidden, head), arm in summary.groupby(["hidden", "head"])
    }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return frame.rename_axis(index=["hidden", "head"])


def course(
    runs: Runs, arm: str, reference: str, *, hidden: Iterable[str] = parts.HEADLINE
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


def course_table(course: pd.DataFrame, arm: str, reference: str) -> Table:
    """Show what ``course`` found."""
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


def stopped(
    runs: Runs, arm: str, reference: str, *, hidden: Iterable[str] = parts.HEADLINE
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
    means = at.join(summary).groupby(["hidden", "head"]).mean()
    sides = [means[means.index.get_level_values("head") == head] for head in (arm, reference)]
    lead = sides[0].droplevel("head") - sides[1].droplevel("head")
    return lead.reindex(list(hidden)).dropna()


def stopped_table(leads: pd.DataFrame, arm: str, reference: str) -> Table:
    """Show what ``stopped`` found."""
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


def at_each_rate(
    runs: Runs, arm: Mapping[str, Any], reference: Mapping[str, Any], metric: str
) -> pd.DataFrame:
    """Return the paired difference of two arms at each rate that both were tuned over.

    Args:
        runs: Runs of a study.
        arm: Column values of one arm.
        reference: Those of the other.
        metric: Column of the summary that tuning runs have.

    Returns:
        Indexed by learning rate: ``mean``, ``low`` and ``high``, the least and the greatest of the
        differences of the tuning seeds, ``num_pairs``; rates at which a run diverged left out.
    """
    tuning = runs.summary[runs.summary["is_tuning"].astype(bool)]
    sides = [select(tuning, cell).set_index(["learning_rate", "seed"]) for cell in (arm, reference)]
    values = [repaired(side, metric).mask(side["diverged"].astype(bool)) for side in sides]
    by_rate = (values[0] - values[1]).groupby(level="learning_rate")
    frame = pd.DataFrame(
        {
            "mean": by_rate.apply(lambda gap: gap.mean(skipna=False)),
            "low": by_rate.min(),
            "high": by_rate.max(),
            "num_pairs": by_rate.size(),
        }
    )
    return frame.dropna()


def rate_table(
    runs: Runs, pairs: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]], metric: str
) -> Table:
    """Show, for pairs of arms, the difference at each common rate beside the chosen rates.

    Args:
        runs: Runs of a study.
        pairs: What is compared -> the two arms, each with ``hidden`` and ``head``.
        metric: Column of the summary in which a difference is shown in points.
    """
    chosen = chosen_rates(runs.summary)
    rows = []
    for name, (arm, reference) in pairs.items():
        rates = [chosen.get((side["hidden"], side["head"])) for side in (arm, reference)]
        for rate, found in at_each_rate(runs, arm, reference, metric).iterrows():
            mine, theirs = rate == rates[0], rate == rates[1]
            rows.append(
                {
                    "difference": name,
                    "rate of both": f"{rate:g}",
                    "mean, points": f"{100 * found['mean']:+.2f}",
                    "over the seeds": f"{100 * found['low']:+.2f} to {100 * found['high']:+.2f}",
                    "chosen for": "both"
                    if mine and theirs
                    else cell_name(arm) if mine else cell_name(reference) if theirs else "",
                }
            )  # fmt: skip
    note = (
        f"Differences in {parts.measure(metric)[0]}, tuning runs alone; rates at which a run "
        "diverged are left out."
    )
    return Table(pd.DataFrame(rows), note)
