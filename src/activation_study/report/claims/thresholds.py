"""Judges claims by bounds: numerical demonstrations, and means over runs against a threshold."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from activation_study.report.analysis import statistics
from activation_study.report.analysis.arms import (
    IncompleteRecordError,
    Runs,
    by_seed,
    cell_name,
    evaluation_keys,
    evaluation_runs,
    select,
)
from activation_study.report.claims.claims_file import Claim, ClaimsFile
from activation_study.report.claims.finding import Finding, describe_groups, from_parts


def satisfies(value: float, relation: str, bound: float) -> bool:
    """Whether `value relation bound` holds; never for a value that is not a number."""
    return {"<=": value <= bound, ">=": value >= bound, "==": value == bound}[relation]


def judge_demonstration(claim: Claim, measure: Callable[[str], Mapping[str, float]]) -> Finding:
    """Judge a claim by measured values against the bounds of its rule.

    Args:
        claim: with a rule of kind `demonstration`.
        measure: name of the demonstration -> check name -> measured value.

    Raises:
        ValueError: the demonstration's checks are not those of the rule.
    """
    assert claim.rule is not None
    checks = claim.rule["checks"]
    values = measure(claim.rule["demonstration"])
    if set(values) != set(checks):
        raise ValueError(
            f"Demonstration {claim.rule['demonstration']!r}: received checks {sorted(values)}; "
            f"accepted: {sorted(checks)}."
        )
    rows = pd.DataFrame(
        [
            {
                "name": name,
                "value": float(values[name]),
                "relation": check["relation"],
                "bound": float(check["bound"]),
                "reason": check["reason"],
                "outcome": "holds"
                if satisfies(float(values[name]), check["relation"], check["bound"])
                else "fails",
            }
            for name, check in checks.items()
        ]
    )
    num_held = int((rows["outcome"] == "holds").sum())
    failed = rows.loc[rows["outcome"] == "fails", "name"].tolist()
    condition = f"{num_held} of {len(rows)} checks hold" + (
        f"; outside their bound: {', '.join(failed)}" if failed else ""
    )
    return Finding(from_parts(rows["outcome"].tolist()), condition, rows)


def _among_largest(
    check: Mapping[str, Any], runs: Runs, cell: Mapping[str, Any], rate: str, minimum: int
) -> pd.Series:
    """Return 1 or 0 per run: is the class among the likeliest wrong ones, by mean probability.

    NaN for a run that has no probabilities, because it diverged.
    """
    chosen = select(evaluation_runs(runs.summary, rate), cell)
    if chosen["seed"].duplicated().any():
        raise ValueError(
            f"Cell ({cell_name(cell)}, {rate} rate): received several runs of one seed; accepted "
            "is one. Pin what else varies."
        )
    confusion = runs.confusion
    wrong = confusion[
        (confusion["true_class"] == check["true_class"])
        & (confusion["predicted_class"] != check["true_class"])
        & confusion["key"].isin(chosen["key"])
    ]
    ranks = wrong.groupby("key")["mean_probability"].rank(ascending=False, method="max")
    is_class = wrong["predicted_class"] == check["predicted_class"]
    ranks = ranks[is_class]
    hits = (ranks <= check["among_largest"]).astype(float).where(ranks.notna())
    if len(hits) < minimum:
        raise IncompleteRecordError(
            f"{cell_name(cell)}, {rate} rate: confusions of {len(hits)} of at least {minimum} "
            "seeds recorded"
        )
    return hits


def _bounded(values: pd.Series, check: Mapping[str, Any], register: ClaimsFile) -> dict[str, Any]:
    """Return mean, interval and outcome of one group."""
    array = values.to_numpy(dtype=float)
    if not all(map(math.isfinite, array)):
        return {"value": math.nan, "low": math.nan, "high": math.nan, "outcome": "undecided"}
    interval = statistics.mean_interval(array, resamples=register.resamples, seed=register.seed)
    held = {
        satisfies(end, check["relation"], check["bound"]) for end in (interval.low, interval.high)
    }
    outcome = {frozenset({True}): "holds", frozenset({False}): "fails"}.get(
        frozenset(held), "undecided"
    )
    return {
        "value": interval.mean,
        "low": interval.low,
        "high": interval.high,
        "outcome": outcome,
    }


def judge_threshold(claim: Claim, runs: Runs, register: ClaimsFile) -> Finding:
    """Judge a claim by one number per run against a bound, group by group.

    Raises:
        IncompleteRecordError: a group has fewer seeds than the tier needs.
    """
    assert claim.rule is not None
    rule, minimum = claim.rule, register.minimum_pairs[runs.tier]
    records = []
    keys: frozenset[str] = frozenset()
    for check, *values in itertools.product(rule["checks"], *rule["groups"].values()):
        cell = dict(zip(rule["groups"], values, strict=True))
        keys |= evaluation_keys(runs.summary, cell, rule["rate"])
        if check["table"] == "summary":
            series = by_seed(runs.summary, cell, rule["rate"], check["column"], minimum)
        else:
            series = _among_largest(check, runs, cell, rule["rate"], minimum)
        of_one_check = len(rule["checks"]) == 1
        records.append(
            {
                "check": check["name"],
                "name": cell_name(cell) if of_one_check else f"{check['name']}: {cell_name(cell)}",
                "metric": check.get("column", f"share of runs: {check['name']}"),
                "relation": check["relation"],
                "bound": float(check["bound"]),
                "num_pairs": len(series),
            }
            | _bounded(series, check, register)
        )
    rows = pd.DataFrame(records)
    parts = [
        (f"{check}: " if rows["check"].nunique() > 1 else "") + describe_groups(part, "outcome")
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
