"""Retrains a sample of published runs and compares all that is recorded of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from activation_study import files, settings
from activation_study.catalogue import datasets
from activation_study.engine.records import schema
from activation_study.engine.records.published import PublishedRecord, to_tables
from activation_study.engine.run import Run
from activation_study.engine.sweeps import sweep
from activation_study.engine.training import provenance
from activation_study.errors import RecordError
from activation_study.experiment import FIELDS, Experiment
from activation_study.report.reproduction.comparison import (
    Difference,
    Tables,
    inequalities,
    largest_difference,
    of_run,
)
from activation_study.report.reproduction.sampling import (
    cell,
    draw,
    edge_cells,
    repeatable,
    studies_of,
)

EQUAL, WITHIN, DIFFERENT = "equal bit for bit", "within tolerance", "DIFFERENT"

PLATFORM = ("tensorflow", "keras", "numpy", "cpu", "threads", "onednn")
"""Provenance that decides a run's numbers; of Python's version, only major and minor."""

NUM_WORKERS = 2

FILE = "audit.json"
"""The last audit that was written down, beside the manifest."""


@dataclass(frozen=True)
class AuditedRun:
    """One published run beside what came of it now.

    Args:
        key: Key of the run.
        study: Study in whose files it is published.
        cell: The experiment in a few words.
        provenance: Where the recorded run was made.
        same_platform: Whether this process has the CPU type and the versions of the recorded run.
        verdict: ``EQUAL``, ``WITHIN`` (only where the platform differs) or ``DIFFERENT``.
        difference: The first unequal column or, across platforms, the largest difference.
        reason: Why the run could not be made at all; empty where it could.
        num_unequal: Columns whose values differ in any digit.
    """

    key: str
    study: str
    cell: str
    provenance: dict[str, Any]
    same_platform: bool
    verdict: str
    difference: Difference | None = None
    reason: str = ""
    num_unequal: int = 0

    def __str__(self) -> str:
        line = f"{self.verdict:17}  {self.key[:12]}  {self.cell}"
        if self.reason:
            return f"{line}: could not be retrained: {self.reason}"
        if self.difference is None:
            return line if self.same_platform else f"{line} (recorded on another platform)"
        found = self.difference
        values = f"{found.name}, recorded {found.recorded}, retrained {found.retrained}"
        if self.same_platform:
            return f"{line}: {values} ({self.num_unequal} columns differ)"
        return f"{line}: largest difference {found.tolerances:.2g} of its tolerance: {values}"


@dataclass(frozen=True)
class Audit:
    """What retraining a sample of the published runs showed.

    Args:
        runs: The sample, in the order of the draw.
        sample: Runs asked for.
        seed: Seed of the draw.
        num_published: Runs from which was drawn.
        not_repeatable: Why some runs of the record can be drawn by no audit: reason to number.
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
        """0 all is as recorded; 1 some runs differ; 2 some of the record cannot be repeated."""
        if self.count(DIFFERENT):
            return 1
        return 2 if self.not_repeatable else 0

    def __str__(self) -> str:
        """The summary: counts, and what cannot be audited."""
        counts = ", ".join(f"{self.count(v)} {v}" for v in (EQUAL, WITHIN, DIFFERENT))
        lines = [
            f"{len(self.runs)} of {self.num_published:,} published runs retrained "
            f"(seed {self.seed}): {counts}"
        ]
        lines += [f"{n:,} runs cannot be audited: {why}" for why, n in self.not_repeatable.items()]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The audit as JSON types, with the date and the platform that retrained."""
        return {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "seed": self.seed,
            "sample": self.sample,
            "num_published": self.num_published,
            "retrained_on": provenance.of_this_process(),
            "runs": [
                {
                    "key": run.key,
                    "study": run.study,
                    "cell": run.cell,
                    "commit": run.provenance["commit"],
                    "same_platform": run.same_platform,
                    "verdict": run.verdict,
                    "tolerances": _finite(run.difference),
                }
                for run in self.runs
            ],
        }

    def write(self, folder: Path) -> Path:
        """Writes the audit beside the manifest, in place of the last one; returns the path."""
        return files.write_result(folder / FILE, self.as_dict())


def last_written(folder: Path | None = None) -> dict[str, Any] | None:
    """The audit that was last written beside the manifest, as ``Audit.as_dict`` gives it.

    Args:
        folder: Folder of the published record; by default the project's own.

    Returns:
        None where none was written.

    Raises:
        RecordError: The file cannot be read.
    """
    return files.read_result(
        (folder or settings.published()) / FILE, "activation-study audit --write"
    )


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
    within the tolerances of ``engine.tolerances``.

    Args:
        study: Published study to draw from; None for all of them.
        sample: Number of runs, spread over the hidden activations; all runs where there are fewer.
        seed: Seed of the draw: equal seeds draw the same runs of the same record.
        num_workers: Processes that train.
        published: The record; by default the project's own.
        report: Called with each run as soon as it is compared.

    Raises:
        ValueError: The study is not published, or the sample is less than 1.
        RecordError: Nothing is published that can be retrained.
        DamagedRecordError: The record is not what its manifest says.
        DatasetError: A data set that the sample needs cannot be had.
    """
    if sample < 1:
        raise ValueError(f"sample must be at least 1; received {sample}")
    published = published or PublishedRecord(settings.published())
    names = studies_of(published, study)
    tables = {name: _read_all(published, name) for name in names}
    rows = [content["runs"].to_pandas().assign(study=name) for name, content in tables.items()]
    # Studies may share runs.
    summary = pd.concat(rows, ignore_index=True).drop_duplicates("key", ignore_index=True)
    experiments, not_repeatable = repeatable(summary)
    if not experiments:
        said = "; ".join(f"{n:,} runs: {why}" for why, n in not_repeatable.items())
        raise RecordError(f"no run of {', '.join(names)} can be retrained: {said}")
    drawn = draw(summary[summary["key"].isin(experiments)], sample, seed)
    chosen = [experiments[key] for key in drawn["key"]]
    for dataset in sorted({experiment.dataset for experiment in chosen}):
        # Here, so that what is missing is said once, and downloaded once, before workers start.
        datasets.load(dataset)
    edges = edge_cells(summary)
    by_key = {row["key"]: row for _, row in drawn.iterrows()}
    audited: dict[str, AuditedRun] = {}
    for outcome in sweep.train_all(chosen, num_workers):
        key = outcome.key if isinstance(outcome, Run) else outcome.experiment.key
        row = by_key[key]
        at_edge = cell(row) in edges
        recorded = of_run(tables[row["study"]], key)
        audited[key] = _compare(row, experiments[key], recorded, outcome, at_edge)
        report(audited[key])
    in_order = tuple(audited[key] for key in drawn["key"])
    return Audit(in_order, sample, seed, len(summary), not_repeatable)


def _read_all(published: PublishedRecord, study: str) -> Tables:
    return {table: published.read(study, table) for table in schema.TABLES}


def _compare(
    row: pd.Series,
    experiment: Experiment,
    recorded: Tables,
    outcome: Run | sweep.Failure,
    at_edge: bool,
) -> AuditedRun:
    own = {name: row[name] for name in schema.PROVENANCE}
    about: dict[str, Any] = {
        "key": row["key"],
        "study": row["study"],
        "cell": _in_words(row["study"], experiment),
        "provenance": own,
    }
    if isinstance(outcome, sweep.Failure):
        reason = outcome.reason.strip().splitlines()[-1]
        return AuditedRun(**about, same_platform=False, verdict=DIFFERENT, reason=reason)
    same = _platform(own) == _platform(outcome.provenance)
    retrained = to_tables([outcome])
    unequal = inequalities(recorded, retrained)
    if not unequal:
        return AuditedRun(**about, same_platform=same, verdict=EQUAL)
    if same:
        found, verdict = unequal[0], DIFFERENT
    else:
        found = largest_difference(recorded, retrained, at_edge=at_edge)
        verdict = WITHIN if found.tolerances <= 1.0 else DIFFERENT
    return AuditedRun(
        **about,
        same_platform=same,
        verdict=verdict,
        difference=found,
        num_unequal=len(unequal),
    )


def _platform(own: dict[str, Any]) -> tuple[str, ...]:
    python = ".".join(str(own["python"]).split(".")[:2])
    return (python, *(str(own[name]) for name in PLATFORM))


def _in_words(study: str, experiment: Experiment) -> str:
    """The run's study, and the fields that the reference network does not have."""
    usual, own = Experiment().describe(), experiment.describe()
    always = ("hidden", "head", "learning_rate", "seed")
    shown = [field for field in FIELDS if field in always or own[field] != usual[field]]
    return f"{study}: " + ", ".join(f"{field}={own[field]}" for field in shown)


def _finite(difference: Difference | None) -> float | None:
    """Size in tolerances, None where it has none: JSON knows no infinity."""
    if difference is None or not np.isfinite(difference.tolerances):
        return None
    return float(f"{difference.tolerances:.3g}")
