"""Runs of a task that is measured in a way of its own, in the cache and in the record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from activation_study import run
from activation_study.engine.records.manifest import MANIFEST, write_manifest
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.records import Records
from activation_study.engine.run import Run
from activation_study.engine.training.train import train
from activation_study.errors import RecordError
from activation_study.experiment import Experiment
from engine.made_runs import EXPERIMENTS, SMALL, made_run

SCENES = Experiment(**SMALL | {"task": "scenes", "head": "sigmoid", "evaluation": "test"})


@pytest.fixture(scope="module")
def trained() -> Run:
    return train(SCENES)


@pytest.fixture
def record(tmp_path: Path, trained: Run) -> PublishedRecord:
    """A record of one study of each kind."""
    published = PublishedRecord(tmp_path / "data")
    published.publish("core", [made_run(EXPERIMENTS[0])])
    published.publish("scenes", [trained])
    return published


def test_a_run_has_the_columns_and_tables_of_its_measures(trained: Run, records: Records) -> None:
    records.add(trained)
    found = records.load([SCENES], None, "full")
    assert found.summary["test_mean_average_precision"].item() == pytest.approx(
        trained.summary["test_mean_average_precision"]
    )
    assert "test_accuracy" not in found.summary
    assert list(found.tables)[-3:] == ["labels", "counts", "sets"]
    assert len(found.tables["labels"]) == 10
    assert found.tables["sets"]["count"].sum() == found.tables["counts"]["count"].sum() / 3
    assert len(found.where(head="softmax").tables["labels"]) == 0
    assert "validation_mean_average_precision" in str(found)
    with pytest.raises(AttributeError, match="'multilabel' have no table 'confusion'"):
        _ = found.confusion


def test_the_manifest_names_the_measures_of_a_study(record: PublishedRecord, trained: Run) -> None:
    manifest = json.loads((record.folder / MANIFEST).read_text())
    assert manifest["measures"] == {"scenes": "multilabel"}
    assert len(record.verify()) == 10 + 7
    assert record.read("scenes", "labels").num_rows == 10
    records = Records(record.folder / "empty", record.folder)
    assert records.missing([SCENES]) == records.missing(EXPERIMENTS[:1]) == []
    assert len(records.load([SCENES], None, "full")) == 1
    assert record.publish("scenes", [trained]) == 0


def test_runs_that_are_measured_in_two_ways_make_no_table(
    record: PublishedRecord, trained: Run
) -> None:
    both = [SCENES, EXPERIMENTS[0]]
    refused = pytest.raises(ValueError, match=r"digits, scenes are measured.*a study, of each")
    with refused:
        run(both, records=Records(record.folder / "empty", record.folder))
    with refused:
        record.publish("new", [trained, made_run(EXPERIMENTS[0])])
    with refused:
        record.publish("core", [trained])


def test_measures_of_a_later_version_are_named(record: PublishedRecord) -> None:
    manifest = record._manifest() | {"measures": {"scenes": "ordinal"}}
    write_manifest(record.folder, manifest)
    with pytest.raises(RecordError, match=r"measured by 'ordinal', which this version"):
        record.read("scenes", "runs")
    assert record.read("core", "runs").num_rows == 1
