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
        keys: keys of the runs that were compared.
    """

    verdict: str
    condition: str
    rows: pd.DataFrame
    effect: float | None = None
    interval: tuple[float, float] | None = None
    effect_of: str = ""
    metric: str = ""
    margin: float | None = None
    keys: frozenset[str] = frozenset()


MOST_NAMED = 8
"""Rows of one outcome that are named; of a larger group only the number is given, and the detail
table lists it."""


def describe_groups(rows: pd.DataFrame, column: str, name: str = "name") -> str:
    """Say which rows came out how: "better for tanh; equivalent for ReLU and GELU".

    The largest group, where it has more than ``MOST_NAMED`` rows, comes last and is counted.
    """
    if rows[column].nunique() == 1 and len(rows) > 1:
        return f"{rows[column].iloc[0]} in all {len(rows)} comparisons"
    groups = {
        str(outcome): list(map(str, names))
        for outcome, names in rows.groupby(column, sort=False)[name]
    }
    largest = max(groups, key=lambda outcome: len(groups[outcome]))
    said = [
        f"{outcome} for {_listed(names)}"
        for outcome, names in groups.items()
        if outcome != largest or len(names) <= MOST_NAMED
    ]
    if len(groups[largest]) > MOST_NAMED:
        said.append(f"{largest} for the other {len(groups[largest])}")
    return "; ".join(said)


def _listed(names: list[str]) -> str:
    """Join names; where one holds a comma, brackets keep them apart."""
    if len(names) == 1:
        return names[0]
    if any("," in name for name in names):
        return " and ".join(f"({name})" for name in names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def from_parts(outcomes: list[str]) -> str:
    """Return the verdict of parts that each `holds`, `fails` or are `undecided`."""
    found = set(outcomes)
    if len(found) != 1:
        return "depends"
    return {"holds": "supported", "fails": "refuted", "undecided": "inconclusive"}[outcomes[0]]
