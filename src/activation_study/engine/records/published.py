"""The published record: a folder of Parquet files a study, and one manifest over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from activation_study.engine.records import publication, schema
from activation_study.engine.records.manifest import (
    MANIFEST,
    REMEDY,
    read_manifest,
    remedy,
    unreadable,
    write_manifest,
)
from activation_study.engine.run import Run
from activation_study.errors import ConflictingRunsError, DamagedRecordError, RecordError
from activation_study.files import sha256, write_flushed

__all__ = ["ALL_TABLES", "MANIFEST", "PublishedRecord", "to_tables"]

ALL_TABLES = tuple(schema.TABLES)


def to_tables(
    runs: Iterable[Run], names: Iterable[str] = tuple(schema.TABLES)
) -> dict[str, pa.Table]:
    """Turns runs into tables of the record, sorted, with the schema's columns and types."""
    columns: dict[str, dict[str, list[Any]]] = {
        table: {column: [] for column in schema.TABLES[table]} for table in names
    }
    for run in runs:
        for table, own in columns.items():
            content = _summary_row(run) if table == "runs" else run.tables.get(table, {})
            num_rows = len(next(iter(content.values()), []))
            own["key"] += [run.key] * num_rows
            for column in list(own)[1:]:
                own[column] += content[column] if num_rows else []
    return {
        table: _sorted(pa.table(columns[table], schema.arrow(table)), table) for table in columns
    }


def _summary_row(run: Run) -> dict[str, list[Any]]:
    """The run's row of the table ``runs``; what it did not measure (the test set, say) is null."""
    row = run.experiment | run.summary | run.provenance
    return {column: [row.get(column)] for column in schema.TABLES["runs"] if column != "key"}


def _sorted(content: pa.Table, table: str) -> pa.Table:
    return content.sort_by([(column, "ascending") for column in schema.SORT_KEYS[table]])


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

    def read(self, study: str, table: str) -> pa.Table:
        """Reads one verified table of one study; without rows where nothing is published.

        Raises:
            DamagedRecordError: The file or the manifest is not what was published.
        """
        if study in self.removed():
            return schema.arrow(table).empty_table()
        return self._read_listed(study, table)

    def _read_listed(self, study: str, table: str) -> pa.Table:
        name = f"{study}/{table}.parquet"
        entry = self._manifest()["files"].get(name)
        if entry is None:
            return schema.arrow(table).empty_table()
        path = self.folder / name
        # What is verified is what is parsed: the file is read once.
        content = _parse(path, _verified(path, entry["sha256"]))
        if content.schema != schema.arrow(table):
            raise DamagedRecordError(
                f"{path} has the columns {content.schema.names} with other names or types than "
                f"this version of the package expects ({schema.arrow(table).names}); {REMEDY}"
            )
        return content

    def publish(self, study: str, runs: Iterable[Run]) -> int:
        """Adds runs to a study's files and returns how many were new.

        What is published stays: a run whose key is there already must be the same run. The same
        runs give the same bytes; without a new one, nothing is written.

        Raises:
            ConflictingRunsError: A key is published with other values.
            DamagedRecordError: What is published is damaged.
            RecordError: The folder cannot be written to, or the disk is full.
        """
        added = to_tables(_each_once(study, runs))
        with _explaining(self.folder), publication.alone(self.folder):
            before = {table: self.read(study, table) for table in added}
            _refuse_conflicts(study, before, added)
            published = before["runs"]["key"]
            if not (num_new := _without(added["runs"], published).num_rows):
                return 0
            merged = {
                table: _sorted(
                    pa.concat_tables([before[table], _without(added[table], published)]), table
                )
                for table in added
            }
            self._write(study, merged)
        return num_new

    def _write(self, study: str, tables: dict[str, pa.Table]) -> None:
        """Writes all files under temporary names before the first is renamed, manifest last.

        Every entry of the manifest that is not of these files stays as it is.
        """
        manifest = self._manifest()
        paths = {table: self.folder / study / f"{table}.parquet" for table in tables}
        with _discarding(map(publication.temporary, paths.values())):
            (self.folder / study).mkdir(parents=True, exist_ok=True)
            for table, content in tables.items():
                manifest["files"][f"{study}/{table}.parquet"] = {
                    "sha256": _write_parquet(content, publication.temporary(paths[table])),
                    "rows": content.num_rows,
                    "columns": {name: str(kind) for name, kind in schema.TABLES[table].items()},
                }
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


def _parse(path: Path, content: bytes) -> pa.Table:
    try:
        # Without Arrow's threads: a process that ends soon after they have read can be aborted by
        # them (apache/arrow, issue 34314), and a few megabytes are read as fast without.
        file = pq.ParquetFile(
            pa.BufferReader(content), page_checksum_verification=True, pre_buffer=False
        )
        return file.read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise DamagedRecordError(f"{path} is no Parquet file ({error}); {REMEDY}") from error


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


def _each_once(study: str, runs: Iterable[Run]) -> list[Run]:
    """The runs without repetitions; raises where two of one key differ."""
    unique: dict[str, Run] = {}
    for run in runs:
        known = unique.setdefault(run.key, run)
        if known is not run:
            _refuse_conflicts(study, to_tables([known]), to_tables([run]))
    return list(unique.values())


def _refuse_conflicts(study: str, before: dict[str, pa.Table], added: dict[str, pa.Table]) -> None:
    """Raises where a key is published with other values; seconds and versions may differ."""
    # A run may have no row in a table, so which runs are published is asked of the first table.
    keys = (set(tables["runs"]["key"].to_pylist()) for tables in (before, added))
    common = pa.array(sorted(set.intersection(*keys)), pa.string())
    if len(common) == 0:
        return
    for table in added:
        outside = set(schema.PROVENANCE) if table == "runs" else set()
        columns = [name for name in schema.TABLES[table] if name not in outside]
        old, new = (
            _sorted(part.filter(pc.is_in(part["key"], common)), table).select(columns)
            for part in (before[table], added[table])
        )
        # As text, because NaN equals nothing.
        if str(old.to_pylist()) != str(new.to_pylist()):
            raise ConflictingRunsError(
                f"{study}/{table}: the published record holds other values for some of "
                f"{len(common)} runs of the same key than the runs to be published; keep the "
                f"published ones (nothing to do), or raise PROTOCOL_VERSION if the protocol has "
                f"changed"
            )


def _without(content: pa.Table, keys: pa.ChunkedArray) -> pa.Table:
    return content.filter(pc.invert(pc.is_in(content["key"], keys.combine_chunks())))


def _write_parquet(content: pa.Table, path: Path) -> str:
    """Writes a table, flushed to the disk; returns the file's SHA-256."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        content.combine_chunks(),
        sink,
        compression="zstd",
        compression_level=19,
        write_page_checksum=True,
        store_schema=False,
    )
    file = sink.getvalue().to_pybytes()
    write_flushed(path, file)
    return sha256(file)
