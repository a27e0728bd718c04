"""Learning rates: the chosen ones, what the choice does, and how arms rank at them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis import arms
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import at_reading, column_of
from activation_study.report.analysis.statistics import intervals_by


def chosen_rates(summary: pd.DataFrame) -> pd.Series:
    """Return the chosen learning rate of each arm, indexed by the fields that tell arms apart."""
    tuned = arms.evaluation_runs(summary, "tuned")
    return tuned.groupby(arms.arm_fields(summary), dropna=False)["learning_rate"].first()


def tuned_and_default(summary: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return a metric at the tuned and at the default rate, on the seeds that an arm has at both.

    Returns:
        Columns ``tuned`` and ``default``, indexed by the fields that tell arms apart, and the seed.
    """
    index = [*arms.arm_fields(summary), "seed"]
    summary = summary.assign(value=with_failures_counted(summary, metric))
    sides = {
        rate: arms.evaluation_runs(summary, rate).set_index(index)["value"]
        for rate in ("tuned", "default")
    }
    return pd.concat(sides, axis="columns", join="inner").sort_index()


def at_each_rate(
    runs: Runs, arm: Mapping[str, Any], reference: Mapping[str, Any], metric: str
) -> pd.DataFrame:
    """Return the paired difference of two arms, given by column, at each rate of the curve.

    Returns:
        Indexed by learning rate: ``mean``, ``low`` and ``high``, the least and the greatest of the
        differences of the seeds, ``num_pairs``; rates at which a run diverged left out.
    """
    curve = arms.curve_runs(runs.summary)
    curve = curve.assign(value=with_failures_counted(curve, metric).mask(curve["diverged"]))
    mine, theirs = (
        arms.select(curve, cell).set_index(["learning_rate", "seed"])["value"]
        for cell in (arm, reference)
    )
    by_rate = (mine - theirs).groupby(level="learning_rate")
    return pd.DataFrame(
        {
            "mean": by_rate.mean(skipna=False),
            "low": by_rate.min(),
            "high": by_rate.max(),
            "num_pairs": by_rate.size(),
        }
    ).dropna()


@dataclass(frozen=True)
class Duels:
    """What every hidden activation of a head gets wrong at each rate, and each two of them.

    Args:
        part: Which images were looked at: ``"test"``, or ``"validation"`` where a study has nothing
            but tuning runs.
        seeds: At each rate.
        mistakes: In 10,000 images, indexed by ``hidden`` and ``learning_rate``: ``mean``, ``low``
            and ``high`` (95 % t interval), ``num_values``, ``num_diverged``.
        gaps: Mistakes of the first less those of the second, on the same seeds, indexed by both
            names, in the order of the alphabet, and ``learning_rate``: ``mean``, ``low``, ``high``,
            ``num_values``.
    """

    part: str
    seeds: int
    mistakes: pd.DataFrame
    gaps: pd.DataFrame


def duels(runs: Runs, *, head: str = "softmax", reading: str = "last") -> Duels:
    """Compare all hidden activations of a head, two by two, at each rate of the curve.

    A run that diverged and could not be measured counts as a guess.
    """
    summary = arms.with_head(at_reading(runs, reading).summary, head)
    curve = arms.curve_runs(summary)
    columns = {
        part: column_of(curve, f"{part}_accuracy", reading) for part in ("test", "validation")
    }
    part = "test" if curve[columns["test"]].notna().any() else "validation"
    curve = curve.assign(wrong=1e4 * (1.0 - with_failures_counted(curve, columns[part])))
    fields = ["hidden", "learning_rate"]
    diverged = curve.groupby(fields)["diverged"].sum().rename("num_diverged")
    wide = curve.pivot(index=["learning_rate", "seed"], columns="hidden", values="wrong")
    names = list(itertools.combinations(wide, 2))
    first, second = ([pair[side] for pair in names] for side in (0, 1))
    gaps = pd.DataFrame(
        wide[first].to_numpy() - wide[second].to_numpy(),
        index=wide.index,
        columns=pd.MultiIndex.from_tuples(names, names=["first", "second"]),
    )
    each = gaps.melt(value_name="gap", ignore_index=False).reset_index()
    return Duels(
        part,
        curve["seed"].nunique(),
        _intervals(curve, "wrong", fields).join(diverged),
        _intervals(each, "gap", ["first", "second", "learning_rate"]),
    )


def _intervals(frame: pd.DataFrame, value: str, fields: list[str]) -> pd.DataFrame:
    """Return mean and 95 % t interval of a column, indexed by several others."""
    return intervals_by(frame[value], [frame[name] for name in fields])


@dataclass(frozen=True)
class Ranking:
    """Every arm against one reference, on the same seeds.

    Args:
        metric: Column that is compared, of its reading.
        reference: Arm with the best mean while tuning.
        rows: Columns ``arm`` (named by what varies), ``hidden``, ``learning_rate``, ``effect``,
            ``low``, ``high`` (difference to the reference, in the metric's own unit), ``mean``,
            ``num_pairs``, ``num_diverged``, ``num_runs``; from the worst to the best.
    """

    metric: str
    reference: str
    rows: pd.DataFrame


def rank(
    runs: Runs,
    metric: str | None = None,
    *,
    head: str = "softmax",
    reading: str = "last",
    excludes: Collection[str] = (),
) -> Ranking:
    """Compare every arm of a head with the one that was best in the tuning runs.

    The reference, no activation that is excluded, is chosen without the evaluation runs, so that it
    owes its place to no luck there. The default metric is that by which rates are chosen; each is
    read, and each rate chosen, at the last or at the averaged weights.

    Raises:
        IncompleteRecordError: There are no runs to choose the reference from.
    """
    of_head = arms.with_head(at_reading(runs, reading).summary, head)
    tuned_for = arms.tuning_metric(of_head).name
    metric = column_of(of_head, metric or f"test_{tuned_for}", reading)
    criterion = column_of(of_head, f"validation_{tuned_for}", reading)
    names = arms.labels(of_head, arms.varying(of_head))
    reference = arms.best_by_tuning(of_head, names, excludes, criterion)
    summary = arms.evaluation_runs(of_head.assign(arm=names.astype(str)), "tuned")
    summary = summary.assign(value=with_failures_counted(summary, metric))
    values = summary.pivot(index="seed", columns="arm", values="value")
    gaps = values.sub(values[reference], axis="index")
    each = gaps.melt(value_name="gap")
    found = intervals_by(each["gap"], each["arm"])
    rows = summary.groupby("arm").agg(
        hidden=("hidden", "first"),
        learning_rate=("learning_rate", "first"),
        num_diverged=("diverged", "sum"),
        num_runs=("diverged", "size"),
    )
    rows = rows.join(found.set_axis(["effect", "low", "high", "num_pairs"], axis=1), how="inner")
    # On the seeds of the difference, or the two columns would not agree.
    rows = rows.assign(mean=values.where(gaps.notna()).mean()).reset_index()
    from_worst = [metric_of(metric).better != "lower", True]
    rows = rows.sort_values(["effect", "arm"], ascending=from_worst, ignore_index=True)
    return Ranking(metric, reference, rows)
