"""Tables of the record: the published bytes again, and columns that are younger than a file."""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pytest

from activation_study import settings
from activation_study.engine.records import schema, tables
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.records import Records
from activation_study.engine.run import Run, Table
from activation_study.engine.training.train import train
from activation_study.experiment import FOUNDING_FIELDS, Experiment
from engine.made_runs import EXPERIMENTS, SMALL, contents, made_run


def runs_of(record: PublishedRecord, study: str) -> list[Run]:
    """The published runs as training made them."""
    parts: dict[str, dict[str, Table]] = defaultdict(dict)
    for table in set(schema.TABLES) - {"runs"}:
        content = record.read(study, table)
        columns = {name: content[name].to_pylist() for name in content.schema.names}
        keys = columns.pop("key")
        starts = [i for i in range(len(keys)) if i == 0 or keys[i] != keys[i - 1]] + [len(keys)]
        for start, end in itertools.pairwise(starts):
            rows = {name: values[start:end] for name, values in columns.items()}
            parts[keys[start]][table] = rows
    return [
        Run(
            key=row["key"],
            experiment={name: row[name] for name in schema.EXPERIMENT},
            summary={name: row[name] for name in schema.SUMMARY},
            tables=parts[row["key"]],
            provenance={name: row[name] for name in schema.PROVENANCE},
        )
        for row in record.read(study, "runs").to_pylist()
    ]


@pytest.mark.parametrize("study", ["core", "prior-bias"])
def test_publishing_the_published_runs_again_gives_the_same_bytes(
    study: str, tmp_path: Path
) -> None:
    root = settings.repository()
    assert root is not None
    again = PublishedRecord(tmp_path / "again")
    again.publish(study, runs_of(PublishedRecord(root / "data"), study))
    assert contents(tmp_path / "again" / study) == contents(root / "data" / study)


def test_the_protocol_of_a_file_without_one_is_the_first(tmp_path: Path) -> None:
    first = [made_run(experiment.replace(protocol=1)) for experiment in EXPERIMENTS[:3]]
    record = PublishedRecord(tmp_path)
    record.publish("core", first)
    columns = "protocol", "test_accuracy"
    written = record._manifest()["files"]["core/runs.parquet"]["columns"]
    assert [column in written for column in columns] == [False, True]
    content = record.read("core", "runs")
    assert content.schema == schema.arrow("runs")
    assert content["protocol"].to_pylist() == [1] * 3
    record.publish("core", [made_run(EXPERIMENTS[0])])
    assert sorted(record.read("core", "runs")["protocol"].to_pylist()) == [1, 1, 1, 2]
    assert record.verify()


def test_a_run_that_was_cached_before_a_field_has_what_the_field_meant(records: Records) -> None:
    experiment = EXPERIMENTS[0].replace(protocol=1)
    run = made_run(experiment)
    fields = {field: value for field, value in run.experiment.items() if field in FOUNDING_FIELDS}
    records.cache.write(dataclasses.replace(run, experiment=fields))
    assert records.missing([experiment]) == []
    found = records.summary([experiment])
    assert found["protocol"].tolist() == [1]
    assert found.columns.tolist() == list(schema.TABLES["runs"])


def test_a_run_of_the_present_protocol_keeps_every_bit_in_cache_and_record(
    tmp_path: Path, records: Records
) -> None:
    run = train(Experiment(**SMALL | {"evaluation": "test"}))
    records.add(run)
    cached = records.cached_runs([Experiment(**SMALL | {"evaluation": "test"})])
    record = PublishedRecord(tmp_path / "data")
    record.publish("new", cached)
    made = tables.to_tables([run])
    for table, content in made.items():
        read = record.read("new", table)
        assert read.schema == content.schema
        # As text, because NaN equals nothing.
        assert str(read.to_pylist()) == str(content.to_pylist())


def test_a_younger_measure_is_null_and_a_missing_founding_column_is_no_younger_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = tables.to_tables([made_run(EXPERIMENTS[0])])["runs"]
    wanted = schema.arrow("runs")
    without = content.drop_columns(["test_brier"])
    assert tables.completed(without, "runs", schema.FOUNDING).schema != wanted
    misspelt = without.append_column("test_bier", pa.array([0.5]))
    founding = schema._FOUNDING_COLUMNS["runs"] - {"test_brier"}
    monkeypatch.setitem(schema._FOUNDING_COLUMNS, "runs", founding)
    assert tables.completed(misspelt, "runs", schema.FOUNDING).schema != wanted
    read = tables.completed(without, "runs", schema.FOUNDING)
    assert read.schema == wanted
    assert read["test_brier"].to_pylist() == [None]
    usual = tables.compact(content, "runs", schema.FOUNDING).drop_columns(["test_brier"])
    assert tables.compact(read, "runs", schema.FOUNDING).schema.names == usual.schema.names


def test_what_an_older_record_could_not_hold_is_left_out_of_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newer = tables.to_tables([made_run(EXPERIMENTS[0])])
    older = dict(newer)
    founding = {**schema._FOUNDING_COLUMNS, "runs": schema._FOUNDING_COLUMNS["runs"] - {"test_nll"}}
    del founding["confusion"]
    monkeypatch.setattr(schema, "_FOUNDING_COLUMNS", founding)
    nothing = pa.nulls(1, pa.float64())
    runs = newer["runs"]
    place = runs.schema.names.index("test_nll")
    older["runs"] = runs.set_column(place, "test_nll", nothing)
    older["confusion"] = newer["confusion"].slice(0, 0)
    *both, left_out = tables.comparable(older, newer, schema.FOUNDING)
    assert left_out == ["runs.test_nll", "confusion.count", "confusion.mean_probability"]
    assert str(both[0]) == str(both[1])
    assert both[1]["runs"]["test_brier"].to_pylist() == runs["test_brier"].to_pylist()
    assert "cpu" not in both[1]["runs"].schema.names
    # What the newer one does not hold is a difference.
    assert tables.comparable(newer, older, schema.FOUNDING)[2] == []
