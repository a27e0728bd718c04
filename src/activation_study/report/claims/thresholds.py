"""Judges claims by thresholds: the mean over runs of one number against a bound."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis import statistics
from activation_study.report.analysis.arms import cell_name
from activation_study.report.claims.demonstrated import satisfies
from activation_study.report.claims.evaluation import Evaluation, Where, check_one_run_each
from activation_study.report.claims.rules import (
    ClaimsFile,
    ConfusionCheck,
    SummaryCheck,
    ThresholdRule,
)
from activation_study.report.claims.show import describe_groups
from activation_study.report.claims.verdict import Finding, from_parts


def _among_largest(
    check: ConfusionCheck, evaluation: Evaluation, where: Where, rate: str
) -> pd.Series:
    """Return 1 or 0 per run: is the class among the likeliest wrong ones, by mean probability.

    NaN for a run that has no probabilities, because it diverged.
    """
    chosen = evaluation.arm(where, rate)
    name = f"{cell_name(where)}, {rate} rate"
    check_one_run_each(chosen, ["seed"], f"Cell ({name})")
    confusion = evaluation.runs.confusion
    wrong = confusion[
        (confusion["true_class"] == check.true_class)
        & (confusion["predicted_class"] != check.true_class)
        & confusion["key"].isin(chosen["key"])
    ]
    ranks = wrong.groupby("key")["mean_probability"].rank(ascending=False, method="max")
    ranks = ranks[wrong["predicted_class"] == check.predicted_class]
    hits = (ranks <= check.among_largest).astype(float).where(ranks.notna())
    if len(hits) < evaluation.minimum:
        raise IncompleteRecordError(
            f"{name}: confusions of {len(hits)} of at least {evaluation.minimum} seeds recorded"
        )
    return hits


def _bounded(
    values: pd.Series, check: SummaryCheck | ConfusionCheck, register: ClaimsFile
) -> dict[str, Any]:
    """Return mean, interval and outcome of one group."""
    array = values.to_numpy(dtype=float)
    if not np.isfinite(array).all():
        return {"value": math.nan, "low": math.nan, "high": math.nan, "outcome": "undecided"}
    found = statistics.mean_interval(
        array, resamples=register.bootstrap.resamples, seed=register.bootstrap.seed
    )
    held = {satisfies(end, check.relation, check.bound) for end in (found.low, found.high)}
    outcome = "undecided" if len(held) > 1 else "holds" if held == {True} else "fails"
    return {"value": found.mean, "low": found.low, "high": found.high, "outcome": outcome}


def judge_threshold(rule: ThresholdRule, evaluation: Evaluation) -> Finding:
    """Judge a claim by one number per run against a bound, group by group.

    Raises:
        IncompleteRecordError: a group has fewer seeds than the tier needs.
    """
    records = []
    keys: frozenset[str] = frozenset()
    arms = itertools.product(*rule.groups.values())
    for check, levels in itertools.product(rule.checks, arms):
        where = dict(zip(rule.groups, levels, strict=True))
        keys |= evaluation.keys(where, rule.rate)
        if isinstance(check, SummaryCheck):
            metric, values = check.column, evaluation.values(where, rule.rate, check.column)
        else:
            metric = f"share of runs: {check.name}"
            values = _among_largest(check, evaluation, where, rule.rate)
        name = cell_name(where)
        records.append(
            {
                "check": check.name,
                "name": name if len(rule.checks) == 1 else f"{check.name}: {name}",
                "metric": metric,
                "relation": check.relation,
                "bound": check.bound,
                "num_pairs": len(values),
            }
            | _bounded(values, check, evaluation.register)
        )
    rows = pd.DataFrame(records)
    parts = [
        (f"{check}: " if rows["check"].nunique() > 1 else "") + describe_groups(part)
        for check, part in rows.groupby("check", sort=False)
    ]
    # The group that does worst by the bound leads the report.
    slack = (rows["value"] - rows["bound"]).where(
        rows["relation"] == ">=", rows["bound"] - rows["value"]
    )
    main = rows.iloc[int(slack.fillna(math.inf).to_numpy().argmin())]
    return Finding(
        verdict=from_parts(rows["outcome"].tolist()),
        condition="; ".join(parts),
        rows=rows,
        effect=float(main["value"]),
        interval=(float(main["low"]), float(main["high"])),
        effect_of=f"lowest by the bound: {main['name']}",
        metric=str(main["metric"]),
        margin=float(main["bound"]),
        keys=keys,
    )
