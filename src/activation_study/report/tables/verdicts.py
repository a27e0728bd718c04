"""Tables of verdicts."""

from __future__ import annotations

import html
from collections.abc import Iterable

import pandas as pd

from activation_study.report.claims.verdict import UNTRIED, Verdict
from activation_study.report.tables.table import Table


def verdict_table(verdicts: Iterable[Verdict]) -> Table:
    """List the claims that were tried, each linked to its verdict's box."""
    tried = [verdict for verdict in verdicts if verdict.verdict != "not tried yet"]
    rows = [
        {
            "claim": html.escape(verdict.claim.assertion),
            "verdict": (
                f'<a href="{verdict.claim.chapter}.html#verdict-{verdict.claim.id}">'
                f"{html.escape(verdict.verdict)}</a>"
            ),
            "judged on": (
                f"{len(verdict.finding.keys):,} runs" if verdict.study else "demonstration"
            ),
            "chapter": verdict.claim.chapter,
        }
        for verdict in tried
    ]
    quick = any(verdict.tier != "full" for verdict in tried)
    note = "Built at the quick tier: none of these verdicts is evidence." if quick else ""
    return Table(pd.DataFrame(rows), note, markup=("claim", "verdict"))


def untried_table(verdicts: Iterable[Verdict]) -> Table:
    """List the claims for which no rule is registered yet."""
    rows = [
        {"claim": verdict.claim.assertion, "chapter to come": verdict.claim.chapter}
        for verdict in verdicts
        if verdict.verdict == "not tried yet"
    ]
    return Table(pd.DataFrame(rows), "" if rows else "Every claim has been tried.")


def count_verdicts(verdicts: Iterable[Verdict]) -> Table:
    """Count the verdicts of the claims that were tried, by what they rest on."""
    tried = [verdict for verdict in verdicts if verdict.verdict != "not tried yet"]
    kinds = ["on training runs", "by demonstration"]
    frame = pd.DataFrame(
        {
            "verdict": [verdict.verdict for verdict in tried],
            "kind": pd.Categorical([kinds[verdict.study is None] for verdict in tried], kinds),
        }
    )
    counts = frame.groupby(["verdict", "kind"], observed=False).size().unstack("kind")
    order = counts.sum(axis="columns").sort_values(ascending=False, kind="stable").index
    frame = counts.loc[order].rename_axis(None, axis="columns").reset_index()
    incomplete = sum(verdict.verdict == UNTRIED[1] for verdict in tried)
    note = f"Claims that wait for runs which are not recorded: {incomplete}." if incomplete else ""
    return Table(frame, note)
