"""Tables of verdicts."""

from __future__ import annotations

import html
from collections.abc import Iterable

import pandas as pd

from activation_study.report.claims.verdict import Verdict
from activation_study.report.tables.table import Table


def verdict_table(verdicts: Iterable[Verdict]) -> Table:
    """List the claims that were tried, each linked to its verdict's box."""
    tried = _tried(verdicts)
    rows = [
        {
            "claim": html.escape(verdict.claim.assertion),
            "verdict": (
                f'<a href="{verdict.claim.chapter}.html#verdict-{verdict.claim.id}">'
                f"{html.escape(verdict.label)}</a>"
            ),
            "judged on": (f"{verdict.num_runs:,} runs" if verdict.study else "demonstration"),
            "chapter": verdict.claim.chapter,
        }
        for verdict in tried
    ]
    quick = any(verdict.tier != "full" for verdict in tried)
    note = "Built at the quick tier: none of these verdicts is evidence." if quick else ""
    return Table(pd.DataFrame(rows), note, markup=("claim", "verdict"))


def _tried(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.status != "not tried yet"]


def untried_table(verdicts: Iterable[Verdict]) -> Table:
    """List the claims for which no rule is registered yet."""
    rows = [
        {"claim": verdict.claim.assertion, "chapter to come": verdict.claim.chapter}
        for verdict in verdicts
        if verdict.status == "not tried yet"
    ]
    return Table(pd.DataFrame(rows), "" if rows else "Every claim has been tried.")


def count_verdicts(verdicts: Iterable[Verdict]) -> Table:
    """Count the verdicts of the claims that were tried, by what they rest on."""
    tried = _tried(verdicts)
    outcomes = pd.Series([verdict.label for verdict in tried], name="verdict")
    counts = pd.DataFrame(
        {
            "on training runs": [verdict.study is not None for verdict in tried],
            "by demonstration": [verdict.study is None for verdict in tried],
        }
    )
    counts = counts.groupby(outcomes).sum()
    order = counts.sum(axis="columns").sort_values(ascending=False, kind="stable").index
    incomplete = (outcomes == "incomplete record").sum()
    note = f"Claims that wait for runs which are not recorded: {incomplete}." if incomplete else ""
    return Table(counts.loc[order].reset_index(), note)
