"""Judges claims by numerical demonstrations: measured values against bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from activation_study.report.claims.rules import DemonstrationRule
from activation_study.report.claims.verdict import Finding, from_parts


def satisfies(value: float, relation: str, bound: float) -> bool:
    """Whether `value relation bound` holds; never for a value that is not a number."""
    return {"<=": value <= bound, ">=": value >= bound, "==": value == bound}[relation]


def judge_demonstration(
    rule: DemonstrationRule, measure: Callable[[str], Mapping[str, float]]
) -> Finding:
    """Judge a claim by measured values against the bounds of its rule.

    Args:
        rule: the registered bounds.
        measure: name of the demonstration -> check name -> measured value.

    Raises:
        ValueError: the demonstration's checks are not those of the rule.
    """
    values = measure(rule.demonstration)
    if set(values) != set(rule.checks):
        raise ValueError(
            f"Demonstration {rule.demonstration!r}: received checks {sorted(values)}; "
            f"accepted: {sorted(rule.checks)}."
        )
    rows = pd.DataFrame(
        {"name": name, "value": float(values[name]), **check.model_dump()}
        for name, check in rule.checks.items()
    )
    is_held = map(satisfies, rows["value"], rows["relation"], rows["bound"])
    rows["outcome"] = ["holds" if held else "fails" for held in is_held]
    failed = rows.loc[rows["outcome"] == "fails", "name"].tolist()
    condition = f"{len(rows) - len(failed)} of {len(rows)} checks hold" + (
        f"; outside their bound: {', '.join(failed)}" if failed else ""
    )
    return Finding(from_parts(rows["outcome"].tolist()), condition, rows)
