"""Cells of a study: the runs that differ only in their seed, as one value per seed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, Protocol

import pandas as pd

from activation_study.errors import IncompleteRecordError
from activation_study.registry import unknown_name

BEST = "@best"


class Runs(Protocol):
    """What a judgement reads of recorded runs."""

    @property
    def summary(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def confusion(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def name(self) -> str | None: ...  # noqa: D102
    @property
    def tier(self) -> str: ...  # noqa: D102


def evaluation_runs(summary: pd.DataFrame, rate: str) -> pd.DataFrame:
    """Return the evaluation runs at the tuned or at the default rate.

    Raises:
        ValueError: the rate is neither.
    """
    roles = {"tuned": "is_tuned", "default": "is_default"}
    if rate not in roles:
        raise unknown_name("rate", rate, roles)
    role = roles[rate]
    return summary[summary[role].astype(bool) & ~summary["is_tuning"].astype(bool)]


def undiverged_runs(summary: pd.DataFrame, rate: str) -> pd.DataFrame:
    """Return the evaluation runs at the tuned or at the default rate that did not diverge.

    Raises:
        ValueError: the rate is neither.
    """
    evaluation = evaluation_runs(summary, rate)
    return evaluation[~evaluation["diverged"].astype(bool)]


def select(summary: pd.DataFrame, cell: Mapping[str, Any]) -> pd.DataFrame:
    """Return the runs whose columns have the cell's values.

    Raises:
        ValueError: the summary has no such column; names the nearest.
    """
    chosen = pd.Series(True, index=summary.index)
    for column, value in cell.items():
        if column not in summary:
            raise unknown_name("column of a cell", column, map(str, summary.columns))
        chosen &= summary[column] == value
    return summary[chosen]


def repaired(frame: pd.DataFrame, metric: str, num_classes: int = 10) -> pd.Series:
    """Return a metric with the values of failed runs replaced by the rule of the claims file.

    An epoch never reached becomes one more than the epochs trained; the accuracy, likelihood and
    Brier score of a run that diverged become those of a guess. Other missing values stay missing.

    Raises:
        ValueError: the frame has no such metric; names the nearest.
    """
    if metric not in frame:
        raise unknown_name("metric", metric, map(str, frame.columns))
    values = frame[metric].astype(float)
    if metric.startswith("epochs_to_"):
        return values.where(values.map(math.isfinite), frame["epochs"].astype(float) + 1)
    if metric.endswith("_accuracy"):
        guess = 1.0 / num_classes
    elif metric.endswith("_nll"):
        guess = math.log(num_classes)
    elif metric.endswith("_brier"):
        guess = 1.0 - 1.0 / num_classes
    else:
        return values
    failed = ~values.map(math.isfinite) & frame["diverged"].astype(bool)
    return values.mask(failed, guess)


def _of_cell(
    summary: pd.DataFrame, cell: Mapping[str, Any], rate: str, columns: list[str]
) -> pd.DataFrame:
    """Return these columns of a cell's evaluation runs: to copy all of them takes far longer.

    Raises:
        ValueError: there is no such column; names the nearest.
    """
    needed = dict.fromkeys([*columns, *cell, "is_tuning", "is_tuned", "is_default"])
    for column in needed:
        if column not in summary:
            raise unknown_name("column of runs", column, map(str, summary.columns))
    return select(evaluation_runs(summary[list(needed)], rate), cell)


def evaluation_keys(
    summary: pd.DataFrame, cell: Mapping[str, Any], rate: str, seeds: Collection[int] | None = None
) -> frozenset[str]:
    """Return the keys of a cell's evaluation runs, of all seeds or of these."""
    frame = _of_cell(summary, cell, rate, ["key", "seed"])
    return frozenset(frame["key"] if seeds is None else frame["key"][frame["seed"].isin(seeds)])


def of_head(frame: pd.DataFrame, head: str) -> pd.DataFrame:
    """Return the runs with a head.

    Raises:
        ValueError: there are runs, and none with that head.
    """
    chosen = frame[frame["head"] == head]
    if chosen.empty and len(frame):
        raise unknown_name("head among these runs", head, sorted(frame["head"].unique()))
    return chosen


def cell_name(cell: Mapping[str, Any]) -> str:
    """Name a cell as a reader would, "relu with softmax", and whatever else it holds by column."""
    known = [str(cell[column]) for column in ("hidden", "head") if column in cell]
    others = [f"{column} {cell[column]}" for column in cell if column not in ("hidden", "head")]
    return ", ".join([" with ".join(known), *others] if known else others)


def by_seed(
    summary: pd.DataFrame, cell: Mapping[str, Any], rate: str, metric: str, minimum: int
) -> pd.Series:
    """Return a metric of a cell, indexed by seed.

    Raises:
        IncompleteRecordError: fewer seeds than the minimum.
        ValueError: several runs of one seed, so that the cell is not pinned down.
    """
    frame = _of_cell(summary, cell, rate, ["seed", "epochs", "diverged", metric])
    name = cell_name(cell)
    if frame["seed"].duplicated().any():
        raise ValueError(
            f"Cell ({name}, {rate} rate): received several runs of one seed; accepted is one. "
            "Pin what else varies."
        )
    if len(frame) < minimum:
        raise IncompleteRecordError(
            f"{name}, {rate} rate: {len(frame)} of at least {minimum} seeds recorded"
        )
    return pd.Series(repaired(frame, metric).to_numpy(), index=frame["seed"].to_numpy())


def at_both_rates(summary: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return a metric at the tuned and at the default rate, on the seeds that an arm has at both.

    Returns:
        Columns ``tuned`` and ``default``, indexed by hidden activation, head and seed.
    """
    columns = {}
    for rate in ("tuned", "default"):
        frame = evaluation_runs(summary, rate)
        values = repaired(frame, metric).to_numpy()
        columns[rate] = frame.assign(value=values).set_index(["hidden", "head", "seed"])["value"]
    return pd.concat(columns, axis="columns", join="inner").sort_index()


def best_hidden(summary: pd.DataFrame, fixed: Mapping[str, Any], excludes: Collection[str]) -> str:
    """Return the hidden activation with the best mean validation accuracy while tuning.

    Each activation stands with its own selected rate; no evaluation run's result takes part.

    Args:
        summary: the runs of the study.
        fixed: column values that every candidate shares, such as the head.
        excludes: names that are not candidates.

    Raises:
        IncompleteRecordError: no tuning runs at a selected rate.
    """
    tuned = select(evaluation_runs(summary, "tuned"), fixed)
    rates = tuned.groupby("hidden")["learning_rate"].first()
    tuning = select(summary[summary["is_tuning"].astype(bool)], fixed)
    selected = tuning[tuning["learning_rate"] == tuning["hidden"].map(rates)]
    selected = selected[~selected["hidden"].isin(list(excludes))]
    if selected.empty:
        raise IncompleteRecordError("no tuning runs from which to choose the best activation")
    means = repaired(selected, "validation_accuracy").groupby(selected["hidden"]).mean()
    return str(means.sort_index().idxmax())
