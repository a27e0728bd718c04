"""The published record: a folder of Parquet files a study, and one manifest over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from activation_study.catalogue import tasks
from activation_study.engine.records import publication
from activation_study.engine.records.manifest import (
    MANIFEST,
    REMEDY,
    read_manifest,
    remedy,
    unreadable,
    write_manifest,
)
from activation_study.engine.records.schema import PROVENANCE, Schema
from activation_study.engine.records.tables import (
    compact,
    completed,
    in_order,
    of_parquet,
    to_parquet,
    to_tables,
    without,
)
from activation_study.engine.run import Run
from activation_study.errors import ConflictingRunsError, DamagedRecordError, RecordError
from activation_study.files import sha256, write_flushed
from activation_study.measures.classification import CLASSIFICATION
from activation_study.measures.measure_set import MeasureSet

__all__ = ["MANIFEST", "PublishedRecord", "to_tables"]


class PublishedRecord:
    """The published record in a folder.

    Args:
        folder: Usually ``data/``; holds ``MANIFEST.json`` and one folder a study.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def studies(self) -> list[str]:
        """Names of the published studies, sorted."""
        return [study for study in self._listed() if (self.folder / study).exists()]

    def removed(self) -> set[str]:
        """Names of the studies that the manifest lists and whose folders somebody has deleted.

        A folder that is gone altogether is no damage: whoever deletes a study wants to train it
        again. A file that is missing from a folder is damage.
        """
        return {study for study in self._listed() if not (self.folder / study).exists()}

    def _listed(self) -> list[str]:
        return sorted({name.split("/")[0] for name in self._manifest()["files"]})

    def measures(self, study: str) -> MeasureSet:
        """What the runs of a study are measured by: classification where nothing is said.

        Raises:
            RecordError: This version of the package has no such set of measures.
        """
        name = self._manifest().get("measures", {}).get(study, CLASSIFICATION.name)
        for task in map(tasks.get, tasks.names()):
            if task.measures.name == name:
                return task.measures
        raise RecordError(
            f"{self.folder / study} is measured by {name!r}, which this version of the package "
            f"does not know; use the version that published it, or a later one"
        )

    def read(self, study: str, table: str) -> pa.Table:
        """Reads one verified table of one study; without rows where nothing is published.

        Columns that are younger than the file are added to it.

        Raises:
            DamagedRecordError: The file or the manifest is not what was published.
        """
        if study in self.removed():
            return Schema.of(self.measures(study)).arrow(table).empty_table()
        return self._read_listed(study, table)

    def _read_listed(self, study: str, table: str) -> pa.Table:
        name = f"{study}/{table}.parquet"
        entry = self._manifest()["files"].get(name)
        expected = Schema.of(self.measures(study)).arrow(table)
        if entry is None:
            return expected.empty_table()
        path = self.folder / name
        # What is verified is what is parsed: the file is read once.
        content = completed(of_parquet(path, _verified(path, entry["sha256"])), expected)
        if content.schema != expected:
            raise DamagedRecordError(
                f"{path} has the columns {content.schema.names} with other names or types than "
                f"this version of the package expects ({expected.names}); {REMEDY}"
            )
        return content

    def publish(self, study: str, runs: Iterable[Run]) -> int:
        """Adds runs to a study's files and returns how many were new.

        What is published stays: a run whose key is there already must be the same run. The same
        runs give the same bytes; without a new one, nothing is written.

        Raises:
            ConflictingRunsError: A key is published with other values.
            DamagedRecordError: What is published is damaged.
            RecordError: The folder cannot be written to, or the disk is full; or the runs are
                measured in another way than each other or than the study's.
        """
        runs = list(runs)
        with _explaining(self.folder), publication.alone(self.folder):
            measures = self._measures_of(study, runs)
            schema = Schema.of(measures)
            added = to_tables(_each_once(study, runs, schema), schema=schema)
            before = {table: schema.arrow(table).empty_table() for table in added}
            if study in self.studies():
                before = {table: self.read(study, table) for table in added}
            _refuse_conflicts(study, schema, before, added)
            published = before["runs"]["key"]
            if not (num_new := without(added["runs"], published).num_rows):
                return 0
            merged = {
                table: in_order(
                    pa.concat_tables([before[table], without(rows, published)]),
                    schema.sort_keys[table],
                )
                for table, rows in added.items()
            }
            self._write(study, measures, merged)
        return num_new

    def _measures_of(self, study: str, runs: list[Run]) -> MeasureSet:
        """The set of measures of runs that are to be published together."""
        sets = {task: tasks.get(task).measures for task in {run.experiment["task"] for run in runs}}
        names = {measures.name for measures in sets.values()}
        if study in self.studies():
            names.add(self.measures(study).name)
        if len(names) > 1:
            raise RecordError(
                f"{study}: runs of the tasks {', '.join(sorted(sets))} cannot stand in one study, "
                f"measured by {' and '.join(sorted(names))}: publish each under a name of its own"
            )
        return next(iter(sets.values()), CLASSIFICATION)

    def _write(self, study: str, measures: MeasureSet, tables: dict[str, pa.Table]) -> None:
        """Writes all files under temporary names before the first is renamed, manifest last.

        Every entry of the manifest that is not of these files stays as it is.
        """
        manifest = self._manifest()
        paths = {table: self.folder / study / f"{table}.parquet" for table in tables}
        with _discarding(map(publication.temporary, paths.values())):
            (self.folder / study).mkdir(parents=True, exist_ok=True)
            for table, content in tables.items():
                content = compact(content)
                file = to_parquet(content)
                write_flushed(publication.temporary(paths[table]), file)
                manifest["files"][f"{study}/{table}.parquet"] = {
                    "sha256": sha256(file),
                    "rows": content.num_rows,
                    "columns": {column.name: str(column.type) for column in content.schema},
                }
            if "measures" in manifest or measures is not CLASSIFICATION:
                manifest["measures"] = manifest.get("measures", {}) | {study: measures.name}
            manifest["files"] = dict(sorted(manifest["files"].items()))
            publication.decide(self.folder, manifest)
        publication.finish(self.folder)

    def registered(self) -> dict[str, str]:
        """SHA-256 of each file that is registered beside the tables, by name."""
        return dict(self._manifest().get("claims", {}))

    def register(self, digests: dict[str, str]) -> None:
        """Registers the SHA-256 of the files that hold the claims; tables stay as they are.

        Raises:
            RecordError: The manifest is damaged, or could not be written.
        """
        with _explaining(self.folder), publication.alone(self.folder):
            manifest = self._manifest()
            if manifest.get("claims") != digests:
                write_manifest(self.folder, manifest | {"claims": dict(sorted(digests.items()))})

    def verify(self) -> list[str]:
        """Reads every file whole and returns their names.

        Raises:
            DamagedRecordError: A file is missing, damaged, or in no manifest.
        """
        names = sorted(self._manifest()["files"])
        for name in names:
            study, _, table = name.removesuffix(".parquet").partition("/")
            rows = self._read_listed(study, table).num_rows
            stated = self._manifest()["files"][name]["rows"]
            if rows != stated:
                raise DamagedRecordError(f"{name} has {rows} rows; the manifest says {stated}")
        found = {str(path.relative_to(self.folder)) for path in self.folder.glob("*/*.parquet")}
        if stray := sorted(found - set(names)):
            raise DamagedRecordError(
                f"{self.folder / stray[0]} is in no manifest; publish it with "
                f"`activation-study publish`, or delete it"
            )
        return names

    def _manifest(self) -> dict[str, Any]:
        return read_manifest(self.folder)


def _verified(path: Path, expected: str) -> bytes:
    """The content of a file, which has the expected SHA-256."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DamagedRecordError(
            f"{path} is missing, though the manifest lists it with SHA-256 {expected}; "
            f"{remedy(path.parents[1])}"
        ) from None
    except OSError as error:
        raise unreadable(path, error) from error
    if (found := sha256(content)) != expected:
        raise DamagedRecordError(
            f"{path} is damaged: expected SHA-256 {expected}, found {found}; "
            f"{remedy(path.parents[1])}"
        )
    return content


@contextmanager
def _discarding(temporaries: Iterable[Path]) -> Iterator[None]:
    """Leaves none of the temporary files behind where something goes wrong."""
    try:
        yield
    except BaseException:
        for path in temporaries:
            path.unlink(missing_ok=True)
        raise


@contextmanager
def _explaining(folder: Path) -> Iterator[None]:
    """Says what to do where a folder cannot be written to."""
    try:
        yield
    except OSError as error:
        raise RecordError(
            f"{folder} could not be written to: {error.strerror or error}; free some space or make "
            f"the folder writable, then publish or register again"
        ) from error


def _each_once(study: str, runs: Iterable[Run], schema: Schema) -> list[Run]:
    """The runs without repetitions; raises where two of one key differ."""
    unique: dict[str, Run] = {}
    for run in runs:
        known = unique.setdefault(run.key, run)
        if known is not run:
            _refuse_conflicts(study, schema, *(to_tables([r], schema=schema) for r in (known, run)))
    return list(unique.values())


def _refuse_conflicts(
    study: str, schema: Schema, before: dict[str, pa.Table], added: dict[str, pa.Table]
) -> None:
    """Raises where a key is published with other values; seconds and versions may differ."""
    # A run may have no row in a table, so which runs are published is asked of the first table.
    keys = (set(tables["runs"]["key"].to_pylist()) for tables in (before, added))
    common = pa.array(sorted(set.intersection(*keys)), pa.string())
    if len(common) == 0:
        return
    for table in added:
        outside = set(PROVENANCE) if table == "runs" else set()
        columns = [name for name in schema.tables[table] if name not in outside]
        old, new = (
            in_order(rows.filter(pc.is_in(rows["key"], common)), schema.sort_keys[table]).select(
                columns
            )
            for rows in (before[table], added[table])
        )
        # As text, because NaN equals nothing.
        if str(old.to_pylist()) != str(new.to_pylist()):
            raise ConflictingRunsError(
                f"{study}/{table}: the published record holds other values for some of "
                f"{len(common)} runs of the same key than the runs to be published; keep the "
                f"published ones (nothing to do), or raise PROTOCOL_VERSION if the protocol has "
                f"changed"
            )
