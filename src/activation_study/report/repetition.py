"""What the verdicts become when runs are trained again: the same study, other runs of its keys."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from activation_study.engine import places, results
from activation_study.engine import provenance as origin
from activation_study.engine.records import Runs
from activation_study.report.tables import Table
from activation_study.report.verdicts import UNTRIED, Verdict

FILE = "repetition.json"


@dataclass(frozen=True)
class Repetition:
    """The verdicts of the record beside those with repeated runs in the place of recorded ones.

    Attributes:
        studies: study -> number of its runs that were repeated, and of all its runs.
        evaluation: study -> the same of the runs that verdicts compare.
        made_with: the repeated runs' origin -> how many runs, by column of the provenance.
        claims: for each claim that runs judge, its verdict, effect and interval, and those again.
    """

    studies: dict[str, tuple[int, int]]
    evaluation: dict[str, tuple[int, int]]
    made_with: dict[str, dict[str, int]]
    claims: list[dict[str, Any]]

    @property
    def changed(self) -> list[dict[str, Any]]:
        """The claims whose verdict is another."""
        return [claim for claim in self.claims if claim["verdict"] != claim["again"]]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON values, with today's date."""
        return {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "studies": self.studies,
            "evaluation": self.evaluation,
            "made_with": self.made_with,
            "claims": self.claims,
        }

    def write(self, folder: Path) -> Path:
        """Write the result beside the manifest and return its path."""
        return results.write(folder / FILE, self.as_dict())

    def __str__(self) -> str:
        """Return how much was repeated, and every verdict that changed."""
        lines = [
            f"{study}: {again:,} of {total:,} runs repeated, {self.evaluation[study][0]:,} of "
            f"{self.evaluation[study][1]:,} of those that verdicts compare"
            for study, (again, total) in self.studies.items()
        ]
        kept = len(self.claims) - len(self.changed)
        lines.append(f"{kept} of {len(self.claims)} verdicts from runs are the same")
        lines += [f"  {each['id']}: {each['verdict']} -> {each['again']}" for each in self.changed]
        return "\n".join(lines)


def compare(
    before: Mapping[str, Runs],
    after: Mapping[str, Runs],
    repeated: Mapping[str, Iterable[str]],
    verdicts: Iterable[Verdict],
    verdicts_again: Iterable[Verdict],
) -> Repetition:
    """Set the verdicts of a record beside those of the same studies with repeated runs in them.

    Args:
        before: study -> its recorded runs.
        after: study -> its runs, the repeated ones in the place of the recorded.
        repeated: study -> keys of the repeated runs.
        verdicts: the claims judged on the first.
        verdicts_again: the same claims judged on the second.
    """
    studies, evaluation = {}, {}
    for study, keys in repeated.items():
        summary = after[study].summary
        is_again = summary["key"].isin(set(keys))
        is_compared = summary["is_tuned"] | summary["is_default"]
        studies[study] = (int(is_again.sum()), len(before[study].summary))
        evaluation[study] = (int((is_again & is_compared).sum()), int(is_compared.sum()))
    again = {verdict.claim: verdict for verdict in verdicts_again}
    claims = [
        _beside(verdict, again[verdict.claim])
        for verdict in verdicts
        if verdict.study in repeated and verdict.verdict not in UNTRIED
    ]
    return Repetition(studies, evaluation, _origins(after, repeated), claims)


def _beside(verdict: Verdict, again: Verdict) -> dict[str, Any]:
    old, new = verdict.as_dict(), again.as_dict()
    return {
        **{name: old[name] for name in ("id", "verdict", "effect", "interval", "metric")},
        "again": new["verdict"],
        "effect_again": new["effect"],
        "interval_again": new["interval"],
    }


def _origins(
    after: Mapping[str, Runs], repeated: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, int]]:
    parts = [
        after[study].summary[after[study].summary["key"].isin(set(keys))]
        for study, keys in repeated.items()
    ]
    summary = pd.concat(parts).drop_duplicates("key")
    return {
        column: {str(value): int(number) for value, number in counts.items()}
        for column, counts in origin.origins(summary).items()
    }


def last_written(folder: Path | None = None) -> dict[str, Any] | None:
    """Return the repetition that was last written beside the manifest, None where there is none.

    Args:
        folder: folder of the published record; None for the project's own.

    Raises:
        RecordError: the file cannot be read.
    """
    return results.read(
        (folder or places.published()) / FILE, "activation-study repetition FOLDER --write"
    )


def table(folder: Path | None = None) -> Table:
    """Show the repetition that was last written: how much of the record, and what it changed.

    Args:
        folder: folder of the published record; None for the project's own.
    """
    found = last_written(folder)
    if found is None:
        return Table(pd.DataFrame(), "No repetition is recorded.")
    changed = [claim for claim in found["claims"] if claim["verdict"] != claim["again"]]
    rows = [
        {"claim": claim["id"], "verdict": claim["verdict"], "again": claim["again"]}
        for claim in changed
    ]
    amounts = [
        f"{found['evaluation'][study][0]:,} of {found['evaluation'][study][1]:,} runs that "
        f"verdicts compare, and {again:,} of all {total:,}, of the study {study!r}"
        for study, (again, total) in found["studies"].items()
    ]
    cpus = " and ".join(found["made_with"]["cpu"])
    kept = len(found["claims"]) - len(changed)
    note = (
        f"Repeated until {found['date']}, on {cpus}: {'; '.join(amounts)}. With these in the place "
        f"of the recorded ones {kept} of {len(found['claims'])} verdicts are the same"
        + (", all but those above." if changed else ".")
    )
    return Table(pd.DataFrame(rows), note)
