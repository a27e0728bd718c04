"""What is recorded, wherever it is: the working cache and the published record as one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from activation_study import settings
from activation_study.engine.records.cache import WorkingCache
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.runs import ROLES, TUNED_FOR, Roles, Runs, runs_from_tables
from activation_study.engine.records.schema import Schema, measures_of
from activation_study.engine.records.tables import only, to_tables
from activation_study.engine.run import Run
from activation_study.errors import RemovedStudyWarning
from activation_study.experiment import Experiment
from activation_study.measures.measure_set import MeasureSet

__all__ = ["ROLES", "TUNED_FOR", "Records", "Roles", "Runs", "runs_from_tables"]


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
        self._tables: dict[tuple[str, str], pa.Table] = {}
        self._homes: dict[str, dict[str, str]] = {}
        self._cached: dict[str, Run] = {}
        self._has_warned = False

    def _table(self, study: str, table: str) -> pa.Table:
        """One table of one published study, read when it is first asked for."""
        if (study, table) not in self._tables:
            self._tables[study, table] = self.published.read(study, table)
        return self._tables[study, table]

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

    def _homes_of(self, measures: MeasureSet) -> dict[str, str]:
        """Key of each published run that is measured so -> the study whose tables hold it."""
        if measures.name not in self._homes:
            self._warn_of_removed()
            homes = dict[str, str]()
            for study in self.published.studies():
                if self.published.measures(study) is measures:
                    # Studies may share runs, and each may publish them: the first counts.
                    homes = (
                        dict.fromkeys(self._table(study, "runs")["key"].to_pylist(), study) | homes
                    )
            self._homes[measures.name] = {
                key: study for key, study in homes.items() if key not in self._hidden
            }
        return self._homes[measures.name]

    def _cached_run(self, key: str) -> Run | None:
        if key not in self._cached and (run := self.cache.read(key)):
            self._cached[key] = run
        return self._cached.get(key)

    def missing(self, experiments: Iterable[Experiment]) -> list[Experiment]:
        """The experiments of which no run is recorded, each once, in the given order.

        Raises:
            ValueError: They are measured in different ways.
        """
        unique = {experiment.key: experiment for experiment in experiments}
        published = self._homes_of(measures_of(each.task for each in unique.values()))
        return [
            experiment
            for key, experiment in unique.items()
            if key not in published and self._cached_run(key) is None
        ]

    def add(self, run: Run) -> None:
        """Records a run in the working cache, where another driver's, recorded before, is kept."""
        self.cache.write(run)
        self._cached[run.key] = self.cache.read(run.key) or run

    def summary(
        self, experiments: Iterable[Experiment], columns: Iterable[str] | None = None
    ) -> pd.DataFrame:
        """Summaries of what is recorded of the experiments, by key; all columns, or the given."""
        runs = self._found(experiments).table("runs")
        rows = runs if columns is None else runs.select(["key", *columns])
        return rows.to_pandas().set_index("key", drop=False)

    def load(self, experiments: Iterable[Experiment], name: str | None, tier: str) -> Runs:
        """Loads what is recorded of the experiments: verified now, and read when it is asked for.

        Raises:
            DamagedRecordError: A file that holds some of it is not what was published.
            ValueError: The experiments are measured in different ways.
        """
        found = self._found(experiments)
        for study in found.published:
            self.published.check(study)
        return runs_from_tables(found.table, found.schema.tables, found.measures, name, tier)

    def cached_runs(self, experiments: Iterable[Experiment]) -> list[Run]:
        """Runs of the experiments that are in the working cache."""
        found = (self._cached_run(key) for key in {experiment.key for experiment in experiments})
        return [run for run in found if run is not None]

    def _found(self, experiments: Iterable[Experiment]) -> _Found:
        tasks = {experiment.key: experiment.task for experiment in experiments}
        measures = measures_of(tasks.values())
        homes = self._homes_of(measures)
        published = dict[str, list[str]]()
        for key in tasks.keys() & homes.keys():
            published.setdefault(homes[key], []).append(key)
        published = dict(sorted(published.items()))
        cached = [run for key in tasks.keys() - homes.keys() if (run := self._cached_run(key))]
        return _Found(self._table, measures, published, cached)


@dataclass(frozen=True)
class _Found:
    """What is recorded of some experiments, and where.

    Args:
        read: Reads a table of a published study.
        measures: What measured all of them.
        published: Study -> keys of the runs that are read from its tables.
        cached: The other runs.
    """

    read: Callable[[str, str], pa.Table]
    measures: MeasureSet
    published: Mapping[str, list[str]]
    cached: list[Run]

    @property
    def schema(self) -> Schema:
        """Of their tables."""
        return Schema.of(self.measures)

    def table(self, name: str) -> pa.Table:
        """One of their tables."""
        parts = [only(self.read(study, name), self.published[study]) for study in self.published]
        return pa.concat_tables([*parts, to_tables(self.cached, [name], self.schema)[name]])
