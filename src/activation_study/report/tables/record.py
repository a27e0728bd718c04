"""The tables of the book: small, from the record alone, shown as HTML."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from activation_study import settings
from activation_study.engine.records.published import MANIFEST
from activation_study.engine.records.records import Runs
from activation_study.engine.training import provenance as origin
from activation_study.report.analysis.arms import at_both_rates
from activation_study.report.claims.verdict import UNTRIED, Verdict
from activation_study.report.figures import parts as parts
from activation_study.report.figures.learning_curves import chosen_rates
from activation_study.report.figures.rankings import rank
from activation_study.report.reproduction import audit as auditing


@dataclass(frozen=True)
class Table:
    """A table of text with a sentence below it.

    Args:
        frame: What is shown; may be empty, then the sentence stands alone.
        note: Plain text.
        markup: Columns whose cells are HTML already; all others are escaped.
    """

    frame: pd.DataFrame
    note: str = ""
    markup: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        """Show the table, and the sentence below it."""
        shown = ""
        if len(self.frame):
            text = self.frame.astype(str)
            for column in text.columns:
                if column not in self.markup:
                    text[column] = text[column].map(html.escape)
            shown = text.to_html(index=False, escape=False, border=0, justify="left")
        return shown + (f"<p>{html.escape(self.note)}</p>" if self.note else "")

    def __str__(self) -> str:
        """Return the table as text for a terminal."""
        shown = self.frame.to_string(index=False) if len(self.frame) else ""
        return "\n".join(part for part in (shown, self.note) if part)


def ranking_table(runs: Runs, *, head: str = "softmax") -> Table:
    """List every hidden activation, tuned: rate, accuracy, difference to the best by tuning.

    Raises:
        IncompleteRecordError: There are no runs to rank.
    """
    found = rank(runs, head=head)
    rates = chosen_rates(runs.summary)
    rows = [
        {
            "hidden activation": row["hidden"],
            "chosen rate": f"{rates[row['hidden'], head]:g}",
            "test accuracy": f"{100 * row['mean']:.2f} %",
            "difference in points": f"{100 * row['effect']:+.2f}",
            "95 % interval": f"{100 * row['low']:+.2f} to {100 * row['high']:+.2f}",
            "seeds": row["num_pairs"],
            "diverged": f"{row['num_diverged']} of {row['num_runs']}",
        }
        for _, row in found.rows.iloc[::-1].iterrows()
    ]
    note = (
        f"Head: {head}. Differences are to {found.reference}, the best in the tuning runs, on the "
        "seeds both have. A run that diverged counts with what it reached."
    )
    return Table(pd.DataFrame(rows), note)


def tuned_rates(runs: Runs) -> Table:
    """List the learning rate that was chosen for each arm, one column a head."""
    chosen = chosen_rates(runs.summary)
    if chosen.empty:
        return Table(pd.DataFrame(), "No arm's rate is chosen yet.")
    frame = chosen.map("{:g}".format).unstack("head").fillna("open")
    frame = frame[sorted(frame.columns, key=lambda head: (head != "softmax", head))]
    frame.columns = pd.Index([f"{head} head" for head in frame.columns])
    tried = runs.summary.loc[runs.summary["is_tuning"].astype(bool), "learning_rate"]
    note = f"Rates tried: {', '.join(f'{rate:g}' for rate in sorted(tried.unique()))}."
    return Table(frame.rename_axis("hidden activation").reset_index(), note)


def provenance(*runs: Runs, folder: Path | None = None) -> Table:
    """List where and with what the runs were made, what is mixed, and what an audit found.

    Args:
        runs: Those of one or more studies; a run of several counts once.
        folder: Folder of the published record, which may hold an audit; None for the project's own.
    """
    summary = pd.concat([study.summary for study in runs]).drop_duplicates("key")
    if summary.empty:
        return Table(pd.DataFrame(), "No run is recorded yet.")
    rows = [
        {"what": origin.COLUMNS[column], "value": value, "runs": f"{number:,}"}
        for column, counts in origin.origins(summary).items()
        for value, number in counts.items()
    ]
    hours = summary["wall_seconds"].sum() / 3600
    rows.append({"what": "core hours", "value": f"{hours:.1f}", "runs": f"{len(summary):,}"})
    sentences = [_mixture(summary), _audited(summary, auditing.last_written(folder))]
    return Table(pd.DataFrame(rows), " ".join(filter(None, sentences)))


def _mixture(summary: pd.DataFrame) -> str:
    """What is mixed, and what that can mean."""
    mixed = origin.mixture(summary)
    if not mixed:
        return "All runs were made with the same versions on the same type of machine."
    platform = summary[[column for column in origin.COLUMNS if column != "commit"]]
    if (platform.nunique(dropna=False) > 1).any():
        return f"{mixed} Where versions differ, pairs may differ by more than what they compare."
    return (
        f"{mixed} By the project's rule a commit that changes how a run trains raises the "
        "protocol's version, and with it every key; an audit tells whether that held."
    )


def _audited(summary: pd.DataFrame, audit: dict[str, Any] | None) -> str:
    """What came of training some of these runs again; by commit where several made them."""
    audited = pd.DataFrame((audit or {}).get("runs", []), columns=["key", "commit", "verdict"])
    audited = audited[audited["key"].isin(summary["key"])]
    if audit is None or audited.empty:
        return ""
    here = audit["retrained_on"]
    versions = ", ".join(f"{origin.COLUMNS[name]} {here[name]}" for name in origin.PACKAGES)
    said = (
        f"Audit of {audit['date']}: {len(audited)} of {len(summary):,} runs, trained again on "
        f"{here['cpu']} with {versions}, commit {here['commit']}: {_verdicts(audited)}."
    )
    if audited["commit"].nunique() == 1:
        return said
    by_commit = [f"{name}: {_verdicts(part)}" for name, part in audited.groupby("commit")]
    return f"{said} By the commit that recorded them, {'; '.join(by_commit)}."


def _verdicts(audited: pd.DataFrame) -> str:
    counts = audited["verdict"].value_counts()
    return parts.listed(
        [
            f"{counts.get(verdict, 0)} {words}"
            for verdict, words in (
                (auditing.EQUAL, auditing.EQUAL),
                (auditing.WITHIN, auditing.WITHIN),
                (auditing.DIFFERENT, "different"),
            )
        ]
    )


def record(folder: Path | None = None) -> Table:
    """List the published files with rows and size, from the manifest.

    Args:
        folder: Folder of the published record; None for the project's own.
    """
    folder = folder or settings.published()
    path = folder / MANIFEST
    if not path.exists():
        return Table(
            pd.DataFrame(), "No record is published yet: activation-study publish makes one."
        )
    files: dict[str, dict[str, Any]] = json.loads(path.read_text())["files"]
    rows = [
        {
            "file": name,
            "rows": f"{entry['rows']:,}",
            "kilobytes": f"{(folder / name).stat().st_size / 1000:,.0f}",
            "SHA-256": f"{entry['sha256'][:12]}…",
        }
        for name, entry in files.items()
    ]
    total = sum((folder / name).stat().st_size for name in files) / 1e6
    return Table(pd.DataFrame(rows), f"{len(files)} files, {total:.1f} megabytes together.")


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


def mean_accuracy(runs: Runs) -> pd.DataFrame:
    """Return the mean test accuracy of each arm, a run that diverged counted as a guess.

    Returns:
        Columns ``tuned`` and ``default``, on the seeds that an arm has at both rates; indexed by
        hidden activation and head.
    """
    return at_both_rates(runs.summary, "test_accuracy").groupby(level=["hidden", "head"]).mean()
