"""The published record: a folder of Parquet files a study, and one manifest over all of them."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from activation_study.catalogue import tasks
from activation_study.engine.records.manifest import (
    MANIFEST,
    REMEDY,
    alone,
    read_manifest,
    remedy,
    replace,
    unreadable,
    write_manifest,
)
from activation_study.engine.records.schema import Schema, measures_of
from activation_study.engine.records.tables import (
    compact,
    comparable,
    completed,
    in_order,
    of_parquet,
    only,
    to_parquet,
    to_tables,
    without,
)
from activation_study.engine.run import Run
from activation_study.errors import ConflictingRunsError, DamagedRecordError, RecordError
from activation_study.files import canonical, sha256
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

    def check(self, study: str) -> None:
        """Raises DamagedRecordError where a file of a study is not what was published."""
        for name, entry in self._manifest()["files"].items():
            if name.startswith(f"{study}/"):
                _verified(self.folder / name, entry["sha256"])

    def read(self, study: str, table: str) -> pa.Table:
        """Reads one verified table of one study; without rows where nothing is published.

        Columns that are younger than the file are added to it.

        Raises:
            DamagedRecordError: The file or the manifest is not what was published.
        """
        if study in self.removed():
            return Schema.of(self.measures(study)).arrow(table).empty_table()
        return self._read_listed(study, table)

    def read_all(self, study: str) -> dict[str, pa.Table]:
        """Reads every table of one study, by name; see ``read``."""
        return {table: self.read(study, table) for table in Schema.of(self.measures(study)).tables}

    def _read_listed(self, study: str, table: str) -> pa.Table:
        name = f"{study}/{table}.parquet"
        entry = self._manifest()["files"].get(name)
        schema = Schema.of(self.measures(study))
        expected = schema.arrow(table)
        if entry is None:
            return expected.empty_table()
        path = self.folder / name
        # What is verified is what is parsed: the file is read once.
        content = completed(of_parquet(path, _verified(path, entry["sha256"])), table, schema)
        if content.schema != expected:
            raise DamagedRecordError(
                f"{path} has the columns {content.schema.names} with other names or types than "
                f"this version of the package expects ({expected.names}); {REMEDY}"
            )
        return content

    def publish(self, study: str, runs: Iterable[Run]) -> int:
        """Adds runs to a study's files and returns how many were new.

        What is published stays: a run whose key is there already must be the same run. The same
        runs give the same bytes; without a new one, nothing is written. A table without rows has
        no file.

        Raises:
            ConflictingRunsError: A key is published with other values.
            DamagedRecordError: What is published is damaged.
            RecordError: The folder cannot be written to, or the disk is full.
            ValueError: The runs are measured in another way than each other or than the study's.
        """
        runs = list(runs)
        names = {run.experiment["task"] for run in runs}
        with alone(self.folder):
            is_published = study in self.studies()
            if is_published:
                names.update(self.read(study, "runs")["task"].to_pylist())
            measures = measures_of(names)
            schema = Schema.of(measures)
            added = to_tables(_each_once(study, runs, schema), schema=schema)
            nothing = {table: rows.slice(0, 0) for table, rows in added.items()}
            before = self.read_all(study) if is_published else nothing
            _refuse_conflicts(study, schema, before, added)
            published = before["runs"]["key"].to_pylist()
            if not (num_new := without(added["runs"], published).num_rows):
                return 0
            merged = {
                table: in_order(
                    pa.concat_tables([before[table], without(rows, published)]),
                    schema.sort_keys[table],
                )
                for table, rows in added.items()
            }
            filled = {table: rows for table, rows in merged.items() if rows.num_rows}
            self._write(study, measures, filled)
        return num_new

    def _write(self, study: str, measures: MeasureSet, tables: dict[str, pa.Table]) -> None:
        """Every entry of the manifest that is not of these tables stays as it is."""
        manifest, files = copy.deepcopy(self._manifest()), {}
        for table, content in tables.items():
            content, name = compact(content, table, Schema.of(measures)), f"{study}/{table}.parquet"
            files[name] = to_parquet(content)
            manifest["files"][name] = {
                "sha256": sha256(files[name]),
                "rows": content.num_rows,
                "columns": {column.name: str(column.type) for column in content.schema},
            }
        if "measures" in manifest or measures is not CLASSIFICATION:
            manifest["measures"] = manifest.get("measures", {}) | {study: measures.name}
        manifest["files"] = dict(sorted(manifest["files"].items()))
        replace(self.folder, files, manifest)

    def registered(self) -> dict[str, str]:
        """SHA-256 of each file that is registered beside the tables, by name."""
        return dict(self._manifest().get("claims", {}))

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file that the manifest lists, by name: tables, then what is registered.

        A study whose folder somebody has deleted is left out.
        """
        tables, removed = self._manifest()["files"].items(), self.removed()
        found = {name: of["sha256"] for name, of in tables if name.split("/")[0] not in removed}
        return found | self.registered()

    def columns(self) -> dict[str, list[str]]:
        """The columns that each file of a table has, by its name."""
        return {name: list(of["columns"]) for name, of in self._manifest()["files"].items()}

    def digest(self) -> str:
        """SHA-256 of what the manifest holds, which its last line says: names this record."""
        return sha256(canonical(self._manifest()))

    def register(self, digests: dict[str, str]) -> None:
        """Registers the SHA-256 of the files that hold the claims; tables stay as they are.

        Raises:
            RecordError: The manifest is damaged, or could not be written.
        """
        with alone(self.folder):
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
            self._read_listed(study, table)
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
        if (found := sha256(content)) == expected:
            return content
        said = f"is damaged: expected SHA-256 {expected}, found {found}"
    except FileNotFoundError:
        said = f"is missing, though the manifest lists it with SHA-256 {expected}"
    except OSError as error:
        raise unreadable(path, error) from error
    raise DamagedRecordError(f"{path} {said}; {remedy(path.parents[1])}")


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
    if not (common := set.intersection(*keys)):
        return
    old, new = (
        {
            table: in_order(only(content, common), schema.sort_keys[table])
            for table, content in tables.items()
        }
        for tables in (before, added)
    )
    old, new, _ = comparable(old, new, schema)
    for table in added:
        # As text, because NaN equals nothing.
        if str(old[table].to_pylist()) != str(new[table].to_pylist()):
            raise ConflictingRunsError(
                f"{study}/{table}: the published record holds other values for some of "
                f"{len(common)} runs of the same key than the runs to be published; keep the "
                f"published ones (nothing to do), or add a protocol to experiment.PROTOCOLS if "
                f"training has changed"
            )
