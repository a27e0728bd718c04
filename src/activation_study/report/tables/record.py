"""Tables of the record itself: where its runs were made, its files, and its repetitions.

``folder`` is that of the published record; None for the project's own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from activation_study import settings
from activation_study.engine.records.published import MANIFEST
from activation_study.engine.records.records import Runs
from activation_study.engine.training.provenance import PACKAGES
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import listed
from activation_study.report.analysis import origins
from activation_study.report.reproduction import audit as auditing
from activation_study.report.reproduction import repetition
from activation_study.report.reproduction.audited_run import shown_of
from activation_study.report.tables.table import Table


def provenance(*runs: Runs, folder: Path | None = None) -> Table:
    """List where and with what the runs were made, what is mixed, and what an audit found.

    A run of several studies counts once.
    """
    summary = pd.concat([study.summary for study in runs]).drop_duplicates("key")
    rows = [
        {"what": origins.COLUMNS[column], "value": value, "runs": f"{number:,}"}
        for column, counts in origins.origins(summary).items()
        for value, number in counts.items()
    ]
    hours = summary["wall_seconds"].sum() / 3600
    rows.append({"what": "core hours", "value": f"{hours:.1f}", "runs": f"{len(summary):,}"})
    sentences = [_mixture(summary), _audited(summary, auditing.last_written(folder))]
    return Table(pd.DataFrame(rows), " ".join(filter(None, sentences)))


def _mixture(summary: pd.DataFrame) -> str:
    """What is mixed, and what that can mean."""
    mixed = origins.mixture(summary)
    if not mixed:
        return "All runs were made with the same versions on the same type of machine."
    platform = summary[[column for column in origins.COLUMNS if column != "commit"]]
    if (platform.nunique(dropna=False) > 1).any():
        return f"{mixed} Where versions differ, pairs may differ by more than what they compare."
    return (
        f"{mixed} By the project's rule a commit that changes how a run trains raises the "
        "protocol's version, and with it every key; an audit tells whether that held."
    )


def _audited(summary: pd.DataFrame, audit: dict[str, Any] | None) -> str:
    """What came of training some of these runs again."""
    audited = pd.DataFrame((audit or {}).get("runs", []), columns=["key", "verdict"])
    audited = audited[audited["key"].isin(summary["key"])]
    if audit is None or audited.empty:
        return ""
    here = audit["retrained_on"]
    versions = ", ".join(f"{origins.COLUMNS[name]} {here[name]}" for name in PACKAGES)
    return (
        f"Audit of {audit['date']}: {len(audited)} of {len(summary):,} runs, trained again on "
        f"{here['cpu']} with {versions}, commit {here['commit']}: {_verdicts(audited)}."
    )


def _verdicts(audited: pd.DataFrame) -> str:
    counts = audited["verdict"].value_counts()
    shown = shown_of(counts.index)
    return listed([f"{counts.get(verdict, 0)} {verdict.lower()}" for verdict in shown])


def record(folder: Path | None = None) -> Table:
    """List the published files with rows and size, from the manifest."""
    folder = folder or settings.published()
    path = folder / MANIFEST
    if not path.exists():
        note = "No record is published yet: activation-study publish makes one."
        return Table(pd.DataFrame(), note)
    files: dict[str, dict[str, Any]] = json.loads(path.read_text())["files"]
    sizes = {name: (folder / name).stat().st_size for name in files}
    rows = [
        {
            "file": name,
            "rows": f"{entry['rows']:,}",
            "kilobytes": f"{sizes[name] / 1000:,.0f}",
            "SHA-256": f"{entry['sha256'][:12]}…",
        }
        for name, entry in files.items()
    ]
    total = sum(sizes.values()) / 1e6
    return Table(pd.DataFrame(rows), f"{len(files)} files, {total:.1f} megabytes together.")


def repetitions(folder: Path | None = None) -> Table:
    """Show what was written: how much of the record each repetition made, and what it changed."""
    found = repetition.written(folder)
    if not found:
        return Table(pd.DataFrame(), "No repetition is recorded.")
    rows = [
        {
            "repeated on": repetition.cpus(each),
            "until": each["date"],
            "study": study,
            "all runs": _share(each["studies"][study]),
            "runs that verdicts compare": _share(each["evaluation"][study]),
            "equal in every digit": "not counted" if each["equal"] is None
            else _share((each["equal"][study], each["studies"][study][0])),
        }
        for each in found
        for study in each["studies"]
    ]  # fmt: skip
    return Table(pd.DataFrame(rows), " ".join(map(_note, found)))


def _note(found: Mapping[str, Any]) -> str:
    """Say what the verdicts became with the repeated runs in the place of the recorded ones."""
    changed = repetition.changed(found["claims"])
    others = [f"{each['id']} goes from {each['verdict']} to {each['again']}" for each in changed]
    more = [repetition.effect_words(found["claims"]), *repetition.rate_words(found["rates"])]
    return (
        f"With the runs of {repetition.cpus(found)} in the place of the recorded ones "
        f"{len(found['claims']) - len(changed)} of {len(found['claims'])} verdicts are the same"
        + (f"; {', '.join(others)}." if others else ".")
        + "".join(f" {words}." for words in more if words)
    )


def repeated_effects(folder: Path | None = None) -> Table:
    """Show each claim's effect, and what each repetition made of it."""
    found = repetition.written(folder)
    if not found:
        return Table(pd.DataFrame(), "No repetition is recorded.")
    rows = [
        {
            "claim": each["id"],
            "measured": label_of(each["metric"]),
            "recorded": _effect(each["metric"], each["effect"], each["interval"]),
            "repeated": _effect(each["metric"], each["effect_again"], each["interval_again"]),
            "moved, of half its interval": _moved(repetition.move(each)),
            "answer": "the same" if each["verdict"] == each["again"] else each["again"],
            "on": repetition.cpus(whole),
        }
        for whole in found
        for each in whole["claims"]
        if each["effect"] is not None and each["effect_again"] is not None
    ]
    return Table(pd.DataFrame(rows))


def _effect(metric: str, value: float, interval: Sequence[float] | None) -> str:
    """Write an effect with its interval, in the unit of its metric."""
    numbers = [metric_of(metric).number(each) for each in (value, *(interval or ()))]
    return numbers[0] + (f" ({numbers[1]} to {numbers[2]})" if interval else "")


def _moved(by: float) -> str:
    return "not defined" if math.isnan(by) else f"{by:.2f}"


def _share(counts: Sequence[int]) -> str:
    return f"{counts[0]:,} of {counts[1]:,}"
