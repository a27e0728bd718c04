"""Arms of a study: which runs are theirs, what they are called, and their values by seed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from activation_study.catalogue import tasks
from activation_study.catalogue.activations import HEADLINE
from activation_study.catalogue.spelling import field_written, written
from activation_study.engine.records import schema
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.experiment import DEFAULTS
from activation_study.measures.metrics import Metric, metric_of
from activation_study.registry import unknown_name
from activation_study.report.analysis.failures import with_failures_counted

_NOT_OTHERS = ("hidden", "head", "learning_rate", "seed", "evaluation")


def evaluation_runs(summary: pd.DataFrame, rate: str) -> pd.DataFrame:
    """Return the evaluation runs at the tuned or at the default rate.

    Raises:
        ValueError: the rate is neither.
    """
    roles = {"tuned": "is_tuned", "default": "is_default"}
    if rate not in roles:
        raise unknown_name("rate", rate, roles)
    return summary[summary[roles[rate]] & ~summary["is_tuning"]]


def undiverged_runs(summary: pd.DataFrame, rate: str) -> pd.DataFrame:
    """Return the evaluation runs at the tuned or at the default rate that did not diverge.

    Raises:
        IncompleteRecordError: there are none.
        ValueError: the rate is neither.
    """
    evaluation = evaluation_runs(summary, rate)
    return _recorded(evaluation[~evaluation["diverged"]], "evaluation run")


def tuning_runs(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the runs among which rates are chosen.

    Raises:
        IncompleteRecordError: there are none.
    """
    return _recorded(summary[summary["is_tuning"]], "tuning run")


def curve_runs(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the runs over the whole grid of rates: fresh seeds where a study has them.

    Raises:
        IncompleteRecordError: there are neither these nor tuning runs.
    """
    curve = summary[summary.get("is_curve", pd.Series(False, index=summary.index)).astype(bool)]
    return curve if len(curve) else tuning_runs(summary)


def _recorded(summary: pd.DataFrame, what: str) -> pd.DataFrame:
    if summary.empty:
        raise IncompleteRecordError(f"no {what} is recorded yet")
    return summary


def select(summary: pd.DataFrame, cell: Mapping[str, Any]) -> pd.DataFrame:
    """Return the runs whose columns have the cell's values.

    Raises:
        ValueError: the summary has no such column; names the nearest.
    """
    chosen = pd.Series(True, index=summary.index)
    for column, value in cell.items():
        if column not in summary:
            raise unknown_name("column of a cell", column, map(str, summary.columns))
        chosen &= summary[column].isna() if value is None else summary[column] == value
    return summary[chosen]


def with_head(frame: pd.DataFrame, head: str) -> pd.DataFrame:
    """Return the runs with a head.

    Raises:
        IncompleteRecordError: there are no runs.
        ValueError: there are runs, and none with that head.
    """
    chosen = _recorded(frame, "run")[frame["head"] == head]
    if chosen.empty:
        raise unknown_name("head among these runs", head, sorted(frame["head"].unique()))
    return chosen


def cell_name(cell: Mapping[str, Any]) -> str:
    """Name a cell as a reader would, "relu with softmax", and whatever else it holds by column."""
    known = [str(cell[column]) for column in ("hidden", "head") if column in cell]
    others = [
        _named(column, value) for column, value in cell.items() if column not in ("hidden", "head")
    ]
    return ", ".join([" with ".join(known), *others] if known else others)


def _named(field: str, value: Any) -> str:
    """Name a value with its field, shortly: many names stand beside rows and above panels."""
    if field == "train_size":
        return "all images" if pd.isna(value) else f"{value:,.0f} images"
    if field == "label_noise":
        return f"{100 * value:g} % wrong" if value else "labels right"
    return f"{field_written(field)} {'all' if pd.isna(value) else written(value)}"


def values_by_seed(frame: pd.DataFrame, metric: str) -> pd.Series:
    """Return a metric by seed, failed runs counted by the rule of the claims file."""
    values = with_failures_counted(frame, metric)
    return pd.Series(values.to_numpy(), index=frame["seed"].to_numpy())


def best_by_tuning(
    summary: pd.DataFrame,
    names: pd.Series,
    excludes: Collection[str],
    criterion: str | None = None,
) -> Any:
    """Return the name of the arm with the best mean while tuning.

    Each arm stands with its own selected rate; no evaluation run's result takes part.

    Args:
        summary: the runs of the arms.
        names: what each run's arm is called, indexed like the runs.
        excludes: hidden activations that are not candidates.
        criterion: column of the validation part; by default that of the task's tuning rule.

    Raises:
        IncompleteRecordError: no tuning runs at a selected rate.
    """
    tuned = evaluation_runs(summary, "tuned")
    rates = tuned.groupby(names[tuned.index], observed=True)["learning_rate"].first()
    is_selected = summary["learning_rate"] == names.map(rates).astype(float)
    is_candidate = summary["is_tuning"] & ~summary["hidden"].isin(list(excludes))
    selected = summary[is_selected & is_candidate]
    if selected.empty:
        raise IncompleteRecordError("no tuning runs from which to choose the best activation")
    criterion = criterion or f"validation_{tuning_metric(selected).name}"
    scores = with_failures_counted(selected, criterion)
    means = scores.groupby(names[selected.index], observed=True).mean()
    return means.idxmin() if metric_of(criterion).better == "lower" else means.idxmax()


def tuning_metric(summary: pd.DataFrame) -> Metric:
    """Return the metric by which these runs, of one task, are tuned."""
    return metric_of(tasks.get(summary["task"].iloc[0]).tuning.metric)


def arm_fields(summary: pd.DataFrame) -> list[str]:
    """Return what tells arms apart: hidden activation and head, and the other fields that vary."""
    others = [field for field in schema.EXPERIMENT if field in summary and field not in _NOT_OTHERS]
    return ["hidden", "head", *(name for name in others if _varies(summary[name]))]


def varying(summary: pd.DataFrame) -> list[str]:
    """Return the fields in which these arms differ; the hidden activation where there is one."""
    return [name for name in arm_fields(summary) if _varies(summary[name])] or ["hidden"]


def _varies(values: pd.Series) -> bool:
    return bool(values.nunique(dropna=False) > 1)


def labels(summary: pd.DataFrame, fields: list[str]) -> pd.Series:
    """Name each run by some fields of its arm, as a category in the order of their values.

    Where not every value is combined with every other, since arms change one thing at a time, say,
    a field that has its usual value is left out of the name.
    """
    groups = summary.groupby(fields, dropna=False, observed=True).ngroup()
    first = summary[fields].assign(group=groups).drop_duplicates("group").sort_values("group")
    left_out = {} if are_crossed(first[fields]) else DEFAULTS
    names = [
        cell_name({field: value for field, value in row if not _is(value, left_out, field)})
        or "reference"
        for row in (zip(fields, row, strict=True) for row in first[fields].to_numpy(dtype=object))
    ]
    categories = pd.Categorical.from_codes(groups, pd.Index(names), ordered=True)
    return pd.Series(categories, index=summary.index)


def are_crossed(arms: pd.DataFrame) -> bool:
    """Whether arms, one a row, combine each value of each field with each of the others."""
    return len(arms) == math.prod(arms.nunique(dropna=False))


def _is(value: Any, usual: Mapping[str, Any], field: str) -> bool:
    """Whether a value is the usual one of a field; a missing number stands for None."""
    return field in usual and (None if pd.isna(value) else value) == usual[field]


def default_selection(summary: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the hidden activations that a figure shows unasked, and the functions of one's own.

    All, where none of them is recorded.
    """
    found = sorted(summary["hidden"].unique())
    own = [name for name in found if "@" in name]
    return [*(name for name in names if name in found), *own] or found


def recorded_values(summary: pd.DataFrame, wanted: Sequence[str] | None, column: str) -> list[str]:
    """Return the wanted values that occur in a column, in the wanted order.

    Where None is wanted, all of them, softmax first.

    Raises:
        ValueError: None of them occurs.
    """
    found = sorted(summary[column].unique(), key=lambda name: (name != "softmax", name))
    if wanted is None:
        return found
    wanted = [wanted] if isinstance(wanted, str) else wanted
    # A function of one's own is recorded as its name and a digest of its source.
    chosen = [full for name in wanted for full in found if name in (full, full.partition("@")[0])]
    if not chosen:
        raise unknown_name(f"{column} among these runs", wanted, found)
    return chosen


def set_apart(
    summary: pd.DataFrame, field: str, hidden: Sequence[str] | None, heads: Sequence[str] | None
) -> pd.DataFrame:
    """Return the runs of the wanted arms, named by one field and by what else tells them apart.

    Args:
        summary: Runs.
        field: The field.
        hidden: Hidden activations in the wanted order; None for all.
        heads: Heads in the wanted order; None for all.

    Returns:
        With the ordered categories ``value`` (of the field), ``others`` and ``arm``.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    order = {
        column: recorded_values(summary, wanted, column)
        for column, wanted in (("hidden", hidden), ("head", heads))
    }
    for column, names in order.items():
        summary = summary[summary[column].isin(names)]
    others = [name for name in varying(summary) if name != field]
    ordered = summary.assign(
        **{column: pd.Categorical(summary[column], names) for column, names in order.items()}
    )
    return summary.assign(
        value=labels(ordered, [field]),
        others=labels(ordered, others or ["head" if field == "hidden" else "hidden"]),
        arm=labels(ordered, arm_fields(summary)),
    )


def headline_runs(runs: Runs, field: str) -> pd.DataFrame:
    """Return the tuned runs of the arms with the most seeds and of one's own, ``set_apart``."""
    summary = undiverged_runs(runs.summary, "tuned")
    return set_apart(summary, field, default_selection(summary, HEADLINE), None)
