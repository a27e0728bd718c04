"""What the verdicts become when runs are trained again: the same study, other runs of its keys."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from activation_study import files, settings
from activation_study.engine.records import schema
from activation_study.engine.records.records import ROLES, Runs
from activation_study.report.analysis import origins
from activation_study.report.analysis.arms import cell_name
from activation_study.report.analysis.rates import chosen_rates
from activation_study.report.claims.verdict import UNTRIED, Verdict

FILE = "repetition.json"


@dataclass(frozen=True)
class Repetition:
    """The verdicts of the record beside those with repeated runs in the place of recorded ones.

    Attributes:
        studies: study -> number of its runs that were repeated, and of all its runs; where tuning
            chose another rate when repeated, runs at that rate are among them.
        evaluation: study -> the same of the runs that verdicts compare.
        equal: study -> number of repeated runs of which every recorded value came again; None where
            that was not counted.
        rates: study -> arm -> the recorded and the repeated choice of its learning rate, where they
            differ; None where they were not compared.
        made_with: the repeated runs' origin -> how many runs, by column of the provenance.
        claims: for each claim that runs judge, its verdict, effect and interval, and those again.
    """

    studies: dict[str, tuple[int, int]]
    evaluation: dict[str, tuple[int, int]]
    equal: dict[str, int] | None
    rates: dict[str, dict[str, tuple[float, float]]] | None
    made_with: dict[str, dict[str, int]]
    claims: list[dict[str, Any]]

    @property
    def changed(self) -> list[dict[str, Any]]:
        """The claims whose verdict is another."""
        return changed(self.claims)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON values, with today's date."""
        return {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "studies": self.studies,
            "evaluation": self.evaluation,
            "equal": self.equal,
            "rates": self.rates,
            "made_with": self.made_with,
            "claims": self.claims,
        }

    def write(self, folder: Path) -> Path:
        """Write the result beside the manifest and return the path.

        The last one of each type of CPU is kept; a new one goes before those of other types.

        Raises:
            RecordError: what was written before cannot be read.
        """
        own = self.as_dict()
        others = [each for each in written(folder) if cpus(each) != cpus(own)]
        return files.write_result(folder / FILE, {"repetitions": [own, *others]})

    def __str__(self) -> str:
        """Return how much was repeated, and every verdict that changed."""
        lines = [
            f"{study}: {again:,} of {total:,} runs repeated, {self.evaluation[study][0]:,} of "
            f"{self.evaluation[study][1]:,} of those that verdicts compare"
            f"{_equal(self.equal, study)}"
            for study, (again, total) in self.studies.items()
        ]
        lines += rate_words(self.rates)
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
    studies, evaluation, equal, rates = {}, {}, {}, {}
    for study, keys in repeated.items():
        summary = after[study].summary
        is_again = summary["key"].isin(set(keys))
        is_compared = summary["is_tuned"] | summary["is_default"]
        studies[study] = (int(is_again.sum()), len(summary))
        evaluation[study] = (int((is_again & is_compared).sum()), int(is_compared.sum()))
        equal[study] = num_equal(before[study], after[study], keys)
        rates[study] = moved_rates(before[study], after[study])
    again = {verdict.claim.id: verdict for verdict in verdicts_again}
    claims = [
        _beside(verdict, again[verdict.claim.id])
        for verdict in verdicts
        if verdict.study in repeated and verdict.verdict not in UNTRIED
    ]
    return Repetition(studies, evaluation, equal, rates, _origins(after, repeated), claims)


def moved_rates(before: Runs, after: Runs) -> dict[str, tuple[float, float]]:
    """Return the recorded and the repeated choice of the learning rate of the arms that differ."""
    old, new = (chosen_rates(runs.summary) for runs in (before, after))
    new = new.reindex(old.index)
    moved = old[new.notna() & (new != old)]
    fields = [str(name) for name in moved.index.names]
    names = [cell_name(dict(zip(fields, arm, strict=True))) for arm in moved.index]
    pairs = zip(moved.astype(float), new[moved.index].astype(float), strict=True)
    return dict(zip(names, pairs, strict=True))


def num_equal(before: Runs, after: Runs, keys: Iterable[str]) -> int:
    """Return how many of the runs have the same values in both: all measures, not the origin."""
    differing = set[str]()
    shared = set(keys) & set(before.summary["key"]) & set(after.summary["key"])
    for field in dataclasses.fields(Runs):
        if isinstance(getattr(before, field.name), pd.DataFrame):
            old, new = (_by_run(getattr(runs, field.name), shared) for runs in (before, after))
            # A run without a row in a table has none in both, or differs.
            either = old.index.union(new.index)
            is_equal = old.reindex(either).eq(new.reindex(either))
            differing |= set(either[~is_equal])
    return len(shared - differing)


def _by_run(frame: pd.DataFrame, keys: set[str]) -> pd.Series:
    """Return a fingerprint of each run's rows, whatever their order: the sum of their hashes."""
    own = frame[frame["key"].isin(keys)]
    # Roles are the study's, not the run's.
    values = own.drop(columns=[*schema.PROVENANCE, *ROLES], errors="ignore")
    return pd.util.hash_pandas_object(values, index=False).groupby(own["key"]).sum()


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
        for column, counts in origins.origins(summary).items()
    }


def written(folder: Path | None = None) -> list[dict[str, Any]]:
    """Return the repetitions that were written beside the manifest, the last one first.

    Args:
        folder: folder of the published record; None for the project's own.

    Raises:
        RecordError: the file cannot be read, or holds something else.
    """
    path = (folder or settings.published()) / FILE
    command = "activation-study repetition FOLDER --write"
    found = files.read_result(path, command)
    if found is None:
        return []
    try:
        repetitions: list[dict[str, Any]] = found["repetitions"]
    except (KeyError, TypeError) as error:
        raise files.foreign_result(path, command, error) from error
    return repetitions


def rate_words(rates: Mapping[str, Mapping[str, Sequence[float]]] | None) -> list[str]:
    """Say, for each study, of which arms tuning chose another rate when it was repeated."""
    return [
        f"In {study!r} tuning chose another rate for "
        + ", ".join(f"{arm} ({old:g}, now {new:g})" for arm, (old, new) in moved.items())
        for study, moved in (rates or {}).items()
        if moved
    ]


def _equal(equal: Mapping[str, int] | None, study: str) -> str:
    return "" if equal is None else f" ({equal[study]:,} of them equal in every recorded digit)"


def changed(claims: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the claims whose verdict is another."""
    return [claim for claim in claims if claim["verdict"] != claim["again"]]


def cpus(found: Mapping[str, Any]) -> str:
    """Name the types of CPU on which a repetition was made."""
    return " and ".join(found["made_with"]["cpu"])
