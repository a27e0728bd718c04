"""Tables of the record: the published bytes again, and columns that are younger than a file."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pytest

from activation_study import settings
from activation_study.engine.records import schema, tables
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.run import Run, Table
from engine.made_runs import EXPERIMENTS, contents, made_run


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


@pytest.fixture
def young_label_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the field were younger than the record."""
    monkeypatch.setattr(tables, "YOUNGER", ["label_noise"])


@pytest.mark.usefixtures("young_label_noise")
def test_a_younger_field_changes_no_file_and_is_read_as_its_default(tmp_path: Path) -> None:
    record = PublishedRecord(tmp_path)
    record.publish("core", [made_run(experiment) for experiment in EXPERIMENTS[:3]])
    assert "label_noise" not in record._manifest()["files"]["core/runs.parquet"]["columns"]
    content = record.read("core", "runs")
    assert content.schema == schema.arrow("runs")
    assert content["label_noise"].to_pylist() == [0.0] * 3
    noisy = EXPERIMENTS[0].replace(label_noise=0.25)
    record.publish("core", [made_run(noisy)])
    assert "label_noise" in record._manifest()["files"]["core/runs.parquet"]["columns"]
    assert sorted(record.read("core", "runs")["label_noise"].to_pylist()) == [0.0] * 3 + [0.25]


def test_a_measure_that_no_run_has_changes_no_file(tmp_path: Path) -> None:
    experiments = [each for each in EXPERIMENTS if each.evaluation == "validation"]
    record = PublishedRecord(tmp_path)
    record.publish("core", [made_run(experiments[0])])
    columns = record._manifest()["files"]["core/runs.parquet"]["columns"]
    assert "validation_accuracy" in columns
    assert "test_accuracy" not in columns
    assert record.read("core", "runs").schema == schema.arrow("runs")
    assert record.read("core", "runs")["test_accuracy"].to_pylist() == [None]


def test_a_younger_measure_is_null_and_a_missing_founding_column_is_no_younger_one() -> None:
    content = tables.to_tables([made_run(EXPERIMENTS[0])])["runs"]
    wanted = schema.arrow("runs")
    read = tables.completed(content.drop_columns(["test_brier"]), wanted)
    assert read.schema == wanted
    assert read["test_brier"].to_pylist() == [None]
    for wrong in (
        content.drop_columns(["hidden"]),
        content.drop_columns(["test_brier"]).append_column("test_bier", pa.array([0.5])),
    ):
        assert tables.completed(wrong, wanted).schema != wanted
