"""Retrains a sample of published runs and compares all that is recorded of them."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from activation_study import files, settings
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.run import Run
from activation_study.engine.sweeps import sweep
from activation_study.engine.training import provenance
from activation_study.errors import RecordError
from activation_study.registry import unknown_name
from activation_study.report.reproduction.audited_run import (
    DIFFERENT,
    UNMEASURED,
    AuditedRun,
    beside,
    shown_of,
)
from activation_study.report.reproduction.comparison import Difference, Tables, of_run
from activation_study.report.reproduction.sampling import cell, draw, edge_cells, repeatable

NUM_WORKERS = 2

FILE = "audit.json"
"""The last audit that was written down, beside the manifest."""

WRITTEN = ("key", "study", "cell", "same_platform", "verdict", "not_comparable")
"""What is written of each run as it is."""


@dataclass(frozen=True)
class Audit:
    """What retraining a sample of the published runs, asked for by size and seed, showed.

    The runs stand in the order of the draw; ``not_repeatable`` says why others can be drawn by no
    audit: reason to number.
    """

    runs: tuple[AuditedRun, ...]
    sample: int
    seed: int
    num_published: int
    not_repeatable: dict[str, int]

    def count(self, verdict: str) -> int:
        """Number of runs with a verdict."""
        return sum(run.verdict == verdict for run in self.runs)

    @property
    def exit_code(self) -> int:
        """0 all is as recorded; 1 some runs differ; 2 some of the record cannot be audited here."""
        if self.count(DIFFERENT):
            return 1
        return 2 if self.not_repeatable or self.count(UNMEASURED) else 0

    def __str__(self) -> str:
        """The summary: counts, and what cannot be audited."""
        shown = shown_of(run.verdict for run in self.runs)
        counts = ", ".join(f"{self.count(verdict)} {verdict}" for verdict in shown)
        return "\n".join(
            [
                f"{len(self.runs)} of {self.num_published:,} published runs retrained "
                f"(seed {self.seed}): {counts}",
                *(
                    f"not comparable in {number} of them, which round otherwise: {names}"
                    for number, names in _counted(run.not_comparable for run in self.runs)
                ),
                *(
                    f"not compared in {number} of them, where one of the two has none: {names}"
                    for number, names in _counted(run.not_recorded for run in self.runs)
                ),
                *(f"{n:,} runs cannot be audited: {why}" for why, n in self.not_repeatable.items()),
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """The audit as JSON types, with the date and the platform that retrained."""
        return {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "seed": self.seed,
            "sample": self.sample,
            "num_published": self.num_published,
            "retrained_on": provenance.of_this_process(),
            "runs": [
                {name: getattr(run, name) for name in WRITTEN}
                | {"commit": run.provenance["commit"], "tolerances": _finite(run.difference)}
                for run in self.runs
            ],
        }

    def write(self, folder: Path) -> Path:
        """Writes the audit beside the manifest, in place of the last one; returns the path."""
        return files.write_result(folder / FILE, self.as_dict())


def last_written(folder: Path | None = None) -> dict[str, Any] | None:
    """The audit last written beside the manifest, as ``Audit.as_dict`` gives it; None without one.

    Raises:
        RecordError: The file cannot be read.
    """
    path = (folder or settings.published()) / FILE
    return files.read_result(path, "activation-study audit --write", "runs")


def audit(
    study: str | None = None,
    *,
    sample: int = 5,
    seed: int = 0,
    num_workers: int = NUM_WORKERS,
    published: PublishedRecord | None = None,
    report: Callable[[AuditedRun], None] = print,
) -> Audit:
    """Retrains a random sample of published runs and compares every value with the record.

    The workers of a sweep train, and neither read nor write the working cache: the record cannot
    vouch for itself, and nothing in it changes. Runs recorded on this type of CPU, with these
    versions, threads and settings of oneDNN, must be equal in every recorded digit; others must lie
    within the tolerances of ``reproduction.tolerances``, as far as there are any. Where none were
    measured for a task, its runs can only be equal, or be audited where they were recorded.

    The sample, of one study or of all, is spread over the hidden activations; equal seeds draw the
    same runs of the same record. ``report`` is called with each run as soon as it is compared.

    Raises:
        ValueError: The study is not published, or the sample is less than 1.
        RecordError: Nothing is published that can be retrained.
        DamagedRecordError: The record is not what its manifest says.
        DatasetError: A data set that the sample needs cannot be had.
    """
    if sample < 1:
        raise ValueError(f"sample must be at least 1; received {sample}")
    published = published or PublishedRecord(settings.published())
    tables, summary = _recorded(published, study)
    experiments, not_repeatable = repeatable(summary)
    if not experiments:
        said = "; ".join(f"{n:,} runs: {why}" for why, n in not_repeatable.items())
        raise RecordError(f"no run of {', '.join(tables)} can be retrained: {said}")
    drawn = draw(summary[summary["key"].isin(experiments)], sample, seed)
    chosen = [experiments[key] for key in drawn["key"]]
    edges = edge_cells(summary)
    by_key = {row["key"]: row for _, row in drawn.iterrows()}
    audited: dict[str, AuditedRun] = {}
    for outcome in sweep.train_all(chosen, num_workers):
        key = outcome.key if isinstance(outcome, Run) else outcome.experiment.key
        row = by_key[key]
        recorded = of_run(tables[row["study"]], key)
        audited[key] = beside(row, experiments[key], recorded, outcome, cell(row) in edges)
        report(audited[key])
    in_order = tuple(audited[key] for key in drawn["key"])
    return Audit(in_order, sample, seed, len(summary), not_repeatable)


def _recorded(
    published: PublishedRecord, study: str | None
) -> tuple[dict[str, Tables], pd.DataFrame]:
    """The tables of the study that is asked for, or of all, and their runs, each once."""
    names = published.studies()
    if not names:
        raise RecordError(
            f"nothing is published in {published.folder}: activation-study publish does that"
        )
    if study is not None and study not in names:
        raise unknown_name("published study", study, names)
    names = names if study is None else [study]
    tables = {name: published.read_all(name) for name in names}
    rows = [content["runs"].to_pandas().assign(study=name) for name, content in tables.items()]
    # Studies may share runs.
    return tables, pd.concat(rows, ignore_index=True).drop_duplicates("key", ignore_index=True)


def _counted(names: Iterable[Iterable[str]]) -> list[tuple[int, str]]:
    """How many runs name each quantity: number to names, the most first."""
    by_number: dict[int, list[str]] = {}
    for name, number in Counter(itertools.chain.from_iterable(names)).items():
        by_number.setdefault(number, []).append(name)
    return [(number, ", ".join(by_number[number])) for number in sorted(by_number, reverse=True)]


def _finite(difference: Difference | None) -> float | None:
    """Size in tolerances, None where it has none: JSON knows no infinity."""
    if difference is None or not np.isfinite(difference.tolerances):
        return None
    return float(f"{difference.tolerances:.3g}")
