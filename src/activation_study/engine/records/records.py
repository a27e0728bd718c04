"""What is recorded, wherever it is: the working cache and the published record as one."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from activation_study import settings
from activation_study.engine.records import schema
from activation_study.engine.records.cache import WorkingCache
from activation_study.engine.records.published import PublishedRecord, to_tables
from activation_study.engine.run import Run
from activation_study.errors import RemovedStudyWarning
from activation_study.experiment import Experiment

ROLES = ("is_tuning", "is_tuned", "is_default")
"""Columns that tell what a run is for in its study: choosing the rate, judged at the chosen rate,
judged at Keras's default rate (the last two can be one run)."""


OUTLINE = ("dataset", "learning_rate", "depth", "width", "epochs", "seed")
RESULTS = ("validation_accuracy", "test_accuracy", "test_nll", "diverged", "wall_seconds")
MOST_ROWS = 20
"""What is printed of runs: fields where they vary, results always."""


@dataclass(frozen=True)
class Runs:
    """Recorded runs as tidy data frames, joined by the column ``key``.

    Args:
        summary: One row a run: experiment, roles in the study, outcome, measures, provenance.
        history: One row a run and epoch; epoch 0 is before the first step.
        early: Training loss within the first epoch, averaged over windows of steps.
        layers: One row a run, epoch and hidden layer.
        units: Life histories of the units that were ever dead: one character an epoch.
        reliability: One row a run and bin of the top label's probability.
        confusion: One row a run, true class and predicted class.
        name: Name of the study, or None.
        tier: ``"full"`` or ``"quick"``.
    """

    summary: pd.DataFrame
    history: pd.DataFrame
    early: pd.DataFrame
    layers: pd.DataFrame
    units: pd.DataFrame
    reliability: pd.DataFrame
    confusion: pd.DataFrame
    name: str | None = None
    tier: str = "full"

    def __len__(self) -> int:
        return len(self.summary)

    def __repr__(self) -> str:
        name = f" of study {self.name!r}" if self.name else ""
        runs = "1 run" if len(self) == 1 else f"{len(self):,} runs"
        return f"<Runs: {runs}{name}, tier {self.tier}>"

    def __str__(self) -> str:
        """The runs in a few columns, the first ones of many."""
        shown = [column for column in OUTLINE if self.summary[column].nunique(dropna=False) > 1]
        outline = self.summary[list(dict.fromkeys(["hidden", "head", *shown, *RESULTS]))]
        lines = [repr(self), outline.head(MOST_ROWS).to_string(index=False)]
        if len(outline) > MOST_ROWS:
            lines.append(f"and {len(outline) - MOST_ROWS:,} more; all columns are in .summary")
        return "\n".join(lines)

    def where(self, **conditions: Any) -> Runs:
        """Returns the runs whose summary has these values; a list stands for any of its values.

        None stands for what is not there: a run has no ``test_accuracy`` where it did not read the
        test set. The name of a function of one's own stands for every version of its source.

        Raises:
            ValueError: The summary has no such column.
        """
        chosen = pd.Series(True, index=self.summary.index)
        for column, value in conditions.items():
            if column not in self.summary:
                raise ValueError(
                    f"runs have no column {column!r}; accepted: {', '.join(self.summary.columns)}"
                )
            is_single = isinstance(value, str) or not isinstance(value, Iterable)
            values = [value] if is_single else list(value)
            found = self.summary[column].isin(values)
            if column == "hidden":
                # A function of one's own is recorded as its name and a digest of its source.
                found |= self.summary[column].str.partition("@")[0].isin(values)
            # A column of numbers holds None (the whole training part, say) as NaN.
            if any(value is None for value in values):
                found |= self.summary[column].isna()
            chosen &= found
        keys = set(self.summary.loc[chosen, "key"])
        frames: dict[str, Any] = {
            field.name: frame[frame["key"].isin(keys)].reset_index(drop=True)
            for field in fields(self)
            if isinstance(frame := getattr(self, field.name), pd.DataFrame)
        }
        return replace(self, **frames)


def runs_from_tables(tables: dict[str, pa.Table], name: str | None, tier: str) -> Runs:
    """Makes data frames of Arrow tables, adding empty role columns and a plain name of the arm."""
    frames = {table: content.to_pandas() for table, content in tables.items()}
    summary = frames.pop("runs")
    for role in ROLES:
        summary[role] = False
    summary["arm"] = summary["hidden"] + " with " + summary["head"]
    return Runs(summary=summary, **frames, name=name, tier=tier)


class Records:
    """The working cache over the published record.

    Args:
        cache_folder: Folder of the working cache; by default the project's own.
        data_folder: Folder of the published record; by default the project's own.
        prefers_cache: Whether a run that is in both is taken from the cache: one that was trained
            again, say.
    """

    def __init__(
        self,
        cache_folder: Path | None = None,
        data_folder: Path | None = None,
        *,
        prefers_cache: bool = False,
    ) -> None:
        self.cache = WorkingCache(cache_folder or settings.working_cache())
        self.published = PublishedRecord(data_folder or settings.published())
        self._hidden = set(self.cache.keys()) if prefers_cache else set[str]()
        self._tables: dict[str, pa.Table] = {}
        self._cached: dict[str, Run] = {}
        self._has_warned = False

    def _warn_of_removed(self) -> None:
        """Says once which published studies are not read, since they are not there."""
        removed = set() if self._has_warned else self.published.removed()
        self._has_warned = True
        for study in sorted(removed):
            warnings.warn(
                f"{self.published.folder / study} has been deleted, though the manifest lists it: "
                f"its runs count as not recorded, and are trained again by activation-study run "
                f"{study}; git checkout -- data brings the published ones back",
                RemovedStudyWarning,
                stacklevel=2,
            )

    def _published_table(self, table: str) -> pa.Table:
        self._warn_of_removed()
        if table not in self._tables:
            parts, seen = [schema.arrow(table).empty_table()], pa.array([], pa.string())
            for study in self.published.studies():
                # Studies may share runs, and each may publish them.
                part = self.published.read(study, table)
                parts.append(part.filter(pc.invert(pc.is_in(part["key"], value_set=seen))))
                own = self.published.read(study, "runs")["key"]
                seen = pa.concat_arrays([seen, *own.chunks])
            self._tables[table] = pa.concat_tables(parts)
        return self._tables[table]

    def _published_keys(self) -> set[str]:
        return set(self._published_table("runs")["key"].to_pylist()) - self._hidden

    def _cached_run(self, key: str) -> Run | None:
        if key not in self._cached:
            run = self.cache.read(key)
            if run is None:
                return None
            self._cached[key] = run
        return self._cached[key]

    def missing(self, experiments: Iterable[Experiment]) -> list[Experiment]:
        """The experiments of which no run is recorded, each once, in the given order."""
        unique = {experiment.key: experiment for experiment in experiments}
        published = self._published_keys()
        return [
            experiment
            for key, experiment in unique.items()
            if key not in published and self._cached_run(key) is None
        ]

    def add(self, run: Run) -> None:
        """Records a run in the working cache, where another driver's, recorded before, is kept."""
        self.cache.write(run)
        self._cached[run.key] = self.cache.read(run.key) or run

    def summary(self, experiments: Iterable[Experiment]) -> pd.DataFrame:
        """Summaries of what is recorded of the experiments, indexed by key."""
        return (
            self._assemble(experiments, ["runs"])["runs"].to_pandas().set_index("key", drop=False)
        )

    def load(self, experiments: Iterable[Experiment], name: str | None, tier: str) -> Runs:
        """Loads what is recorded of the experiments."""
        return runs_from_tables(self._assemble(experiments, list(schema.TABLES)), name, tier)

    def cached_runs(self, experiments: Iterable[Experiment]) -> list[Run]:
        """Runs of the experiments that are in the working cache."""
        found = (self._cached_run(key) for key in {experiment.key for experiment in experiments})
        return [run for run in found if run is not None]

    def _assemble(self, experiments: Iterable[Experiment], names: list[str]) -> dict[str, pa.Table]:
        keys = list(dict.fromkeys(experiment.key for experiment in experiments))
        published = self._published_keys()
        fresh = to_tables(
            (run for key in keys if key not in published if (run := self._cached_run(key))), names
        )
        wanted = pa.array([key for key in keys if key in published], pa.string())
        return {
            name: pa.concat_tables(
                [
                    (table := self._published_table(name)).filter(
                        pc.is_in(table["key"], value_set=wanted)
                    ),
                    fresh[name],
                ]
            )
            for name in names
        }
