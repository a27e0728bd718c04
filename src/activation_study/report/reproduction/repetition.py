"""What the verdicts become when runs are trained again: the same study, other runs of its keys."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from activation_study import files, settings
from activation_study.engine.records import schema
from activation_study.engine.records.records import ROLES, TUNED_FOR, Runs
from activation_study.report.analysis import origins
from activation_study.report.analysis.arms import cell_name
from activation_study.report.analysis.rates import chosen_rates
from activation_study.report.claims.verdict import Verdict

FILE = "repetition.json"


@dataclass(frozen=True)
class Repetition:
    """The verdicts of the record beside those with repeated runs in the place of recorded ones.

    What was written earlier can lack what is said of equal runs and of rates: None stands there.

    Attributes:
        studies: study -> number of its runs that were repeated, and of all its runs; where tuning
            chose another rate when repeated, runs at that rate are among them.
        evaluation: study -> the same of the runs that verdicts compare.
        equal: study -> number of repeated runs of which every recorded value came again.
        rates: study -> arm -> the recorded and the repeated choice of its learning rate, where they
            differ.
        made_with: the repeated runs' origin -> how many runs, by column of the provenance.
        claims: for each claim that runs judge, its verdict, effect and interval, and those again.
    """

    studies: dict[str, tuple[int, int]]
    evaluation: dict[str, tuple[int, int]]
    equal: dict[str, int]
    rates: dict[str, dict[str, tuple[float, float]]]
    made_with: dict[str, dict[str, int]]
    claims: list[dict[str, Any]]

    def write(self, folder: Path) -> Path:
        """Write the result, with today's date, beside the manifest and return the path.

        The last one of each type of CPU is kept; a new one goes before those of other types.

        Raises:
            RecordError: what was written before cannot be read.
        """
        own = {"date": datetime.datetime.now(datetime.UTC).date().isoformat()} | vars(self)
        others = [each for each in written(folder) if cpus(each) != cpus(own)]
        return files.write_result(folder / FILE, {"repetitions": [own, *others]})

    def __str__(self) -> str:
        """Return how much was repeated, every verdict that changed, and how far effects moved."""
        moved = changed(self.claims)
        kept = len(self.claims) - len(moved)
        lines = [
            f"{study}: {again:,} of {total:,} runs repeated, {self.evaluation[study][0]:,} of "
            f"{self.evaluation[study][1]:,} of those that verdicts compare ({self.equal[study]:,} "
            f"of them equal in every recorded digit)"
            for study, (again, total) in self.studies.items()
        ]
        lines += rate_words(self.rates)
        lines.append(f"{kept} of {len(self.claims)} verdicts from runs are the same")
        lines += [f"  {each['id']}: {each['verdict']} -> {each['again']}" for each in moved]
        lines += filter(None, [effect_words(self.claims)])
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
    studies, evaluation, equal, rates, parts = {}, {}, {}, {}, []
    for study, keys in repeated.items():
        summary = after[study].summary
        is_again = summary["key"].isin(set(keys))
        is_compared = ~summary["is_tuning"]
        studies[study] = (int(is_again.sum()), len(summary))
        evaluation[study] = (int((is_again & is_compared).sum()), int(is_compared.sum()))
        equal[study] = num_equal(before[study], after[study], keys)
        rates[study] = moved_rates(before[study], after[study])
        parts.append(summary[is_again])
    again = {verdict.claim.id: _said(verdict) for verdict in verdicts_again}
    claims = [
        {"id": verdict.claim.id, "metric": getattr(verdict.claim.rule, "metric", "")}
        | _said(verdict)
        | {"again": new["verdict"], "effect_again": new["effect"]}
        | {"interval_again": new["interval"]}
        for verdict in verdicts
        if verdict.study in repeated and verdict.is_judgement
        for new in [again[verdict.claim.id]]
    ]
    made_with = {
        column: {str(value): int(number) for value, number in counts.items()}
        for column, counts in origins.origins(pd.concat(parts).drop_duplicates("key")).items()
    }
    return Repetition(studies, evaluation, equal, rates, made_with, claims)


def _said(verdict: Verdict) -> dict[str, Any]:
    """Return what a verdict says and the effect on which it rests, where it rests on one."""
    primary = verdict.primary
    return {
        "verdict": verdict.label,
        "effect": None if primary is None else primary.effect,
        "interval": None if primary is None else [primary.low, primary.high],
    }


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
    tables = ((before.tables[name], after.tables[name]) for name in before.tables)
    for frames in ((before.summary, after.summary), *tables):
        # A measure that is younger than the record says nothing of it.
        unmeasured = frames[0].columns[frames[0].isna().all()].difference(["key"])
        old, new = (_by_run(frame.drop(columns=unmeasured), shared) for frame in frames)
        # A run without a row in a table has none in both, or differs.
        either = old.index.union(new.index)
        is_equal = old.reindex(either).eq(new.reindex(either))
        differing |= set(either[~is_equal])
    return len(shared - differing)


def _by_run(frame: pd.DataFrame, keys: set[str]) -> pd.Series:
    """Return a fingerprint of each run's rows, whatever their order: the sum of their hashes."""
    own = frame[frame["key"].isin(keys)]
    # Roles are the study's, not the run's.
    roles = [*ROLES, *(name for name in own if str(name).startswith(TUNED_FOR))]
    values = own.drop(columns=[*schema.PROVENANCE, *roles], errors="ignore")
    return pd.util.hash_pandas_object(values, index=False).groupby(own["key"]).sum()


def written(folder: Path | None = None) -> list[dict[str, Any]]:
    """Return the repetitions that were written beside the manifest, the last one first.

    Raises:
        RecordError: the file cannot be read, or holds something else.
    """
    path = (folder or settings.published()) / FILE
    command = "activation-study repetition FOLDER --write"
    found = files.read_result(path, command, "repetitions")
    return found["repetitions"] if found else []


def rate_words(rates: Mapping[str, Mapping[str, Sequence[float]]] | None) -> list[str]:
    """Say, for each study, of which arms tuning chose another rate when it was repeated."""
    return [
        f"In {study!r} tuning chose another rate for "
        + ", ".join(f"{arm} ({old:g}, now {new:g})" for arm, (old, new) in moved.items())
        for study, moved in (rates or {}).items()
        if moved
    ]


def changed(claims: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the claims whose verdict is another."""
    return [claim for claim in claims if claim["verdict"] != claim["again"]]


def move(claim: Mapping[str, Any]) -> float:
    """Return how far an effect moved, in half widths of its recorded 95 % interval.

    NaN of a claim without an effect or without an interval, or whose interval has no width.
    """
    values = (claim["effect"], claim["effect_again"], *(claim["interval"] or (None,)))
    if None in values or claim["interval"][0] == claim["interval"][1]:
        return math.nan
    low, high = claim["interval"]
    return abs(claim["effect_again"] - claim["effect"]) / ((high - low) / 2)


def effect_words(claims: Iterable[Mapping[str, Any]]) -> str:
    """Say how many effects stay within their recorded interval, and which moved the farthest."""
    moves = {each["id"]: move(each) for each in claims}
    moves = {name: by for name, by in moves.items() if not math.isnan(by)}
    if not moves:
        return ""
    within, farthest = sum(by <= 1 for by in moves.values()), max(moves, key=lambda it: moves[it])
    return (
        f"{within} of {len(moves)} effects move by no more than half the width of their 95 % "
        f"interval; {farthest} moves the most, by {moves[farthest]:.2g} times that"
    )


def cpus(found: Mapping[str, Any]) -> str:
    """Name the types of CPU on which a repetition was made."""
    return " and ".join(found["made_with"]["cpu"])
