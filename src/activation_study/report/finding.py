"""What a rule finds in the runs, before it is joined with the claim into a verdict."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Finding:
    """The result of one rule.

    Attributes:
        verdict: one of `verdicts.VERDICTS`.
        condition: which part holds where, in words.
        rows: one row for each contrast, check, setting or source of variance.
        effect: the effect that leads the verdict, in the unit of the metric.
        interval: its 95 % bootstrap interval, where there is one.
        effect_of: what the effect is the effect of.
        metric: the column that it is measured in.
        margin: the difference, or the bound, that it is held against.
    """

    verdict: str
    condition: str
    rows: pd.DataFrame
    effect: float | None = None
    interval: tuple[float, float] | None = None
    effect_of: str = ""
    metric: str = ""
    margin: float | None = None


def describe_groups(rows: pd.DataFrame, column: str, name: str = "name") -> str:
    """Say which rows came out how: "better for tanh; equivalent for (ReLU) and (GELU)"."""
    if rows[column].nunique() == 1 and len(rows) > 1:
        return f"{rows[column].iloc[0]} in all {len(rows)} comparisons"
    parts = []
    for outcome, names in rows.groupby(column, sort=False)[name]:
        # A name may hold commas: brackets keep several apart.
        listed = [str(item) for item in names]
        parts.append(
            f"{outcome} for "
            + (listed[0] if len(listed) == 1 else " and ".join(f"({item})" for item in listed))
        )
    return "; ".join(parts)


def from_parts(outcomes: list[str]) -> str:
    """Return the verdict of parts that each `holds`, `fails` or are `undecided`."""
    found = set(outcomes)
    if len(found) != 1:
        return "depends"
    return {"holds": "supported", "fails": "refuted", "undecided": "inconclusive"}[outcomes[0]]
