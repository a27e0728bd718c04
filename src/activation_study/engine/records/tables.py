"""Tables of the record: of runs, and as the bytes of a Parquet file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from activation_study.engine.records.manifest import REMEDY
from activation_study.engine.records.schema import EXPERIMENT, FOUNDING, Schema
from activation_study.engine.run import Run
from activation_study.errors import DamagedRecordError
from activation_study.experiment import DEFAULTS, FOUNDING_FIELDS

YOUNGER = [field for field in EXPERIMENT if field not in FOUNDING_FIELDS]
"""Fields that a file of runs lacks where every run has their default."""


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
        row = run.experiment | run.summary | run.provenance
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


def completed(content: pa.Table, expected: pa.Schema) -> pa.Table:
    """Adds the columns that a file lacks since they are younger than it.

    A field of experiments is filled with its default, a measure with nulls. Where the table has
    other columns than expected, or of other types, it stays as it is.
    """
    lacking = [column for column in expected if column.name not in content.schema.names]
    for column in lacking:
        if column.name not in YOUNGER and column.type != pa.float64():
            return content
        value = pa.scalar(DEFAULTS.get(column.name), column.type)
        content = content.append_column(column, pa.repeat(value, content.num_rows))
    is_known = set(content.schema.names) == set(expected.names)
    return content.select(expected.names) if lacking and is_known else content


def compact(content: pa.Table) -> pa.Table:
    """Leaves out what `completed` adds: no new field and no new measure changes an old file.

    These are younger fields whose every value is the default, and measures that no run has.
    """

    def is_usual(column: pa.Field) -> bool:
        if column.name in YOUNGER:
            return set(content[column.name].to_pylist()) == {DEFAULTS[column.name]}
        return column.type == pa.float64() and content[column.name].null_count == len(content) > 0

    return content.drop_columns([column.name for column in content.schema if is_usual(column)])


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
