"""The published record: the same runs, the same bytes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from activation_study.engine.records import schema
from activation_study.engine.records.published import MANIFEST, PublishedRecord, to_tables
from activation_study.engine.run import Run
from activation_study.errors import ConflictingRunsError
from engine.made_runs import EXPERIMENTS, contents, made_run


def text_of(value: object) -> str:
    """Text, because NaN equals nothing."""
    return str(value)


def test_what_is_published_is_read(record: PublishedRecord, runs: list[Run]) -> None:
    by_key = {run.key: run for run in runs[:6]}
    summary = record.read("core", "runs").to_pylist()
    assert [row["key"] for row in summary] == sorted(by_key)
    for row in summary:
        run = by_key[row["key"]]
        expected = {"key": run.key} | run.experiment | run.summary | run.provenance
        assert text_of({name: row[name] for name in expected}) == text_of(expected)
        assert all(row[name] is None for name in set(row) - set(expected))
    for table in set(schema.TABLES) - {"runs"}:
        rows = record.read("core", table).to_pylist()
        for key, run in by_key.items():
            found = [row for row in rows if row["key"] == key]
            columns = run.tables.get(table, {})
            names = [name for name in schema.TABLES[table] if name != "key"]
            for name in names:
                assert text_of([row[name] for row in found]) == text_of(columns.get(name, []))


def test_studies_and_names(record: PublishedRecord) -> None:
    assert record.studies() == ["core", "other"]
    # No run of the other one reads the test set.
    tables = {"core": schema.TABLES, "other": ("runs", "history", "early", "layers", "units")}
    assert record.verify() == sorted(
        f"{study}/{table}.parquet" for study, names in tables.items() for table in names
    )


def test_nothing_published(tmp_path: Path) -> None:
    record = PublishedRecord(tmp_path / "nowhere")
    assert record.studies() == []
    assert record.verify() == []
    for table in schema.TABLES:
        empty = record.read("core", table)
        assert empty.num_rows == 0
        assert empty.schema == schema.arrow(table)
    assert not record.folder.exists()


def test_files_have_the_stated_schema_and_order(record: PublishedRecord) -> None:
    manifest = json.loads((record.folder / MANIFEST).read_text())
    for table, columns in schema.TABLES.items():
        path = record.folder / "core" / f"{table}.parquet"
        content = pq.read_table(path)
        entry = manifest["files"][f"core/{table}.parquet"]
        younger = schema.FOUNDING.younger(table)
        stated = {
            name: str(kind)
            for name, kind in columns.items()
            if name in content.schema.names or name not in younger
        }
        assert (
            dict(zip(content.schema.names, map(str, content.schema.types), strict=True)) == stated
        )
        assert list(entry["columns"]) == content.schema.names
        assert entry["columns"] == stated
        assert entry["rows"] == content.num_rows
        assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        rows = content.to_pylist()
        assert rows == sorted(rows, key=lambda row: [row[c] for c in schema.SORT_KEYS[table]]) or (
            # NaN in a row makes equal lists unequal: compare what the order is about.
            [[row[c] for c in schema.SORT_KEYS[table]] for row in rows]
            == sorted([row[c] for c in schema.SORT_KEYS[table]] for row in rows)
        )
        metadata = pq.ParquetFile(path).metadata
        if metadata.num_rows:
            assert metadata.row_group(0).column(0).compression == "ZSTD"
    assert manifest["digits"] == {"runs": 9, "other tables": 5}


def test_floats_are_rounded_as_stated(record: PublishedRecord) -> None:
    # The nine or five digits of a value give the same value back: it has no more.
    for table in schema.TABLES:
        digits = 9 if table == "runs" else 5
        content = record.read("core", table)
        for name, kind in schema.TABLES[table].items():
            if kind == schema.REAL and not name.endswith("_seconds"):
                values = [value for value in content[name].to_pylist() if value is not None]
                for value in values:
                    assert text_of(float(f"{value:.{digits - 1}e}")) == text_of(value), name


def test_same_runs_give_the_same_bytes(tmp_path: Path, rng: np.random.Generator) -> None:
    # Runs are made anew each time: nothing is shared but the experiments.
    whole = PublishedRecord(tmp_path / "whole")
    whole.publish("core", [made_run(experiment) for experiment in EXPERIMENTS])
    for attempt in range(3):
        shuffled = [made_run(EXPERIMENTS[i]) for i in rng.permutation(len(EXPERIMENTS))]
        cut = int(rng.integers(1, len(shuffled)))
        parts = PublishedRecord(tmp_path / f"parts{attempt}")
        assert parts.publish("core", shuffled[:cut]) == cut
        # The second batch brings some of the first along.
        assert parts.publish("core", shuffled[cut - 1 :]) == len(shuffled) - cut
        assert contents(parts.folder) == contents(whole.folder)
    before = contents(whole.folder)
    assert whole.publish("core", [made_run(experiment) for experiment in EXPERIMENTS]) == 0
    assert contents(whole.folder) == before


def test_run_given_twice_is_published_once(tmp_path: Path, runs: list[Run]) -> None:
    once, twice = PublishedRecord(tmp_path / "once"), PublishedRecord(tmp_path / "twice")
    assert once.publish("core", runs) == len(runs)
    assert twice.publish("core", [*runs, *runs]) == len(runs)
    assert contents(once.folder) == contents(twice.folder)


def other_summary(run: Run) -> Run:
    return replace(run, summary=run.summary | {"validation_accuracy": 0.5})


def other_table(run: Run) -> Run:
    early = run.tables["early"] | {"train_loss": [1.0, 2.0, 3.0]}
    return replace(run, tables=run.tables | {"early": early})


def without_units(run: Run) -> Run:
    units = {name: [] for name in run.tables["units"]}
    return replace(run, tables=run.tables | {"units": units})


@pytest.mark.parametrize("change", [other_summary, other_table, without_units])
@pytest.mark.parametrize("swapped", [False, True], ids=["changed second", "changed first"])
def test_conflict_is_refused(
    tmp_path: Path, runs: list[Run], change: Callable[[Run], Run], swapped: bool
) -> None:
    record = PublishedRecord(tmp_path / "data")
    first, second = [runs[0], runs[1]], [change(runs[0]), runs[2]]
    if swapped:
        first, second = second, first
    record.publish("core", first)
    before = contents(record.folder)
    with pytest.raises(ConflictingRunsError, match=r"core/.*same key.*PROTOCOLS"):
        record.publish("core", second)
    assert contents(record.folder) == before


def test_conflict_within_a_batch_is_refused(tmp_path: Path, runs: list[Run]) -> None:
    record = PublishedRecord(tmp_path / "data")
    with pytest.raises(ConflictingRunsError):
        record.publish("core", [*runs, other_summary(runs[0])])
    assert record.studies() == []


def test_other_provenance_is_no_conflict(record: PublishedRecord, runs: list[Run]) -> None:
    before = contents(record.folder)
    elsewhere = [
        replace(run, provenance=run.provenance | {"cpu": "another", "train_seconds": 9.0})
        for run in runs[:6]
    ]
    assert record.publish("core", elsewhere) == 0
    assert contents(record.folder) == before


def test_reading_needs_no_tensorflow(record: PublishedRecord) -> None:
    program = """
import sys
from activation_study.engine.records.records import Records
from activation_study.engine.records.published import PublishedRecord
from activation_study.experiment import grid
record = PublishedRecord(sys.argv[1])
assert len(record.verify()) == 15
runs = Records().load(grid(dataset="mnist-5k", hidden=["relu", "tanh"], seed=[0, 1], epochs=2,
                           depth=1), "core", "full")
assert len(runs) == 4 and len(runs.history) == 12
loaded = {"tensorflow", "keras", "joblib"} & set(sys.modules)
assert "tensorflow" not in loaded and "keras" not in loaded, loaded
"""
    subprocess.run(
        [sys.executable, "-c", program, str(record.folder)], check=True, capture_output=True
    )


def test_tables_of_no_runs() -> None:
    for table, content in to_tables([]).items():
        assert content.num_rows == 0
        assert content.schema == schema.arrow(table)
