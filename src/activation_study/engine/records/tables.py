"""Tables of the record: of runs, and as the bytes of a Parquet file."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from activation_study.engine.records.manifest import REMEDY
from activation_study.engine.records.schema import FOUNDING, OLDER_FIELDS, PROVENANCE, Schema
from activation_study.engine.run import Run
from activation_study.errors import DamagedRecordError


def to_tables(
    runs: Iterable[Run], names: Iterable[str] | None = None, schema: Schema = FOUNDING
) -> dict[str, pa.Table]:
    """Turns runs into tables of the record, sorted, with the schema's columns and types.

    Args:
        runs: Runs that one set of measures has measured.
        names: Names of the tables; by default all.
        schema: That of the set.
    """
    columns: dict[str, dict[str, list[Any]]] = {
        table: {column: [] for column in schema.tables[table]}
        for table in (schema.tables if names is None else names)
    }
    for run in runs:
        # A cached run can be older than a field.
        row = OLDER_FIELDS | run.experiment | run.summary | run.provenance
        for table, own in columns.items():
            # What a run did not measure (the test set, say) is null.
            content = (
                {column: [row.get(column)] for column in own if column != "key"}
                if table == "runs"
                else run.tables.get(table, {})
            )
            num_rows = len(next(iter(content.values()), []))
            own["key"] += [run.key] * num_rows
            for column in list(own)[1:]:
                own[column] += content.get(column, [None] * num_rows)
    return {
        table: in_order(pa.table(content, schema.arrow(table)), schema.sort_keys[table])
        for table, content in columns.items()
    }


def in_order(content: pa.Table, sort_key: list[str]) -> pa.Table:
    """Sorts a table, ascending."""
    return content.sort_by([(column, "ascending") for column in sort_key])


def only(content: pa.Table, keys: Iterable[str]) -> pa.Table:
    """The rows of the runs of these keys."""
    return content.filter(_is_of(content, keys))


def without(content: pa.Table, keys: Iterable[str]) -> pa.Table:
    """The rows of the other runs."""
    return content.filter(pc.invert(_is_of(content, keys)))


def _is_of(content: pa.Table, keys: Iterable[str]) -> pa.ChunkedArray:
    return pc.is_in(content["key"], pa.array(list(keys), pa.string()))


def completed(content: pa.Table, table: str, schema: Schema) -> pa.Table:
    """Adds the columns that a file lacks since they are younger than it.

    Where the table has other columns than expected, or of other types, it stays as it is.
    """
    expected = schema.arrow(table)
    for column, value in schema.younger(table).items():
        if column not in content.schema.names:
            kind = expected.field(column).type
            values = pa.repeat(pa.scalar(value, kind), content.num_rows)
            content = content.append_column(column, values)
    is_known = set(content.schema.names) == set(expected.names)
    return content.select(expected.names) if is_known else content


def compact(content: pa.Table, table: str, schema: Schema) -> pa.Table:
    """Leaves out what `completed` adds: no new field and no new measure changes an old file."""
    younger = schema.younger(table).items()
    usual = [name for name, value in younger if set(content[name].to_pylist()) == {value}]
    return content.drop_columns(usual)


def comparable(
    older: dict[str, pa.Table], newer: dict[str, pa.Table], schema: Schema
) -> tuple[dict[str, pa.Table], dict[str, pa.Table], list[str]]:
    """Leaves out of two records of the same runs what the older one could not hold.

    Returns:
        Both without provenance and without younger columns that the older record lacks, and the
        names of these, ``<table>.<column>``.
    """
    left_out: list[str] = []
    parts: tuple[dict[str, pa.Table], dict[str, pa.Table]] = ({}, {})
    for table in older:
        columns = [
            column
            for column in schema.younger(table)
            if _is_empty(older[table][column]) and not _is_empty(newer[table][column])
        ]
        left_out += [f"{table}.{column}" for column in columns]
        others = list(PROVENANCE) if table == "runs" else []
        is_younger = {*columns, *schema.sort_keys[table]} == {*schema.tables[table]}
        for part, tables in zip(parts, (older, newer), strict=True):
            content = tables[table].drop_columns([*columns, *others])
            part[table] = content.slice(0, 0) if is_younger else content
    return *parts, left_out


def _is_empty(column: pa.ChunkedArray) -> bool:
    return column.null_count == len(column)


def to_parquet(content: pa.Table) -> bytes:
    """The file of a table; the same rows give the same bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        content.combine_chunks(),
        sink,
        compression="zstd",
        compression_level=19,
        write_page_checksum=True,
        store_schema=False,
    )
    return bytes(sink.getvalue().to_pybytes())


# Once for the same bytes, as every load reads the record anew, and finds what has been harmed.
@functools.lru_cache(maxsize=1024)
def of_parquet(path: Path, content: bytes) -> pa.Table:
    """The table in a file's content.

    Raises:
        DamagedRecordError: It is no Parquet file, or a page of it is damaged.
    """
    try:
        # Without Arrow's threads: a process that ends soon after they have read can be aborted by
        # them (apache/arrow, issue 34314), and a few megabytes are read as fast without.
        file = pq.ParquetFile(
            pa.BufferReader(content), page_checksum_verification=True, pre_buffer=False
        )
        return file.read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise DamagedRecordError(f"{path} is no Parquet file ({error}); {REMEDY}") from error
