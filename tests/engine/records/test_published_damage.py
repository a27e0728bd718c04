"""Damage of the published record is found and named, and never read as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from activation_study.engine.records.published import MANIFEST, PublishedRecord
from activation_study.engine.run import Run
from activation_study.errors import DamagedRecordError, RecordError
from engine.made_runs import contents


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


@pytest.mark.parametrize("damage", [truncate, Path.unlink])
def test_damaged_file_is_named(record: PublishedRecord, damage: Callable[[Path], None]) -> None:
    path = record.folder / "core" / "history.parquet"
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    damage(path)
    for read in (record.verify, lambda: record.read("core", "history")):
        with pytest.raises(DamagedRecordError) as caught:
            read()
        message = str(caught.value)
        assert str(path) in message
        assert "git checkout" in message
        if path.exists():
            assert expected in message
            assert hashlib.sha256(path.read_bytes()).hexdigest() in message
        else:
            assert "missing" in message
    # What is not damaged can still be read.
    assert record.read("other", "history").num_rows > 0


def test_publishing_over_damage_is_refused(record: PublishedRecord, runs: list[Run]) -> None:
    truncate(record.folder / "core" / "history.parquet")
    before = contents(record.folder)
    with pytest.raises(DamagedRecordError):
        record.publish("core", runs)
    assert contents(record.folder) == before


def test_stray_file_is_named(record: PublishedRecord) -> None:
    stray = record.folder / "third" / "runs.parquet"
    stray.parent.mkdir()
    stray.write_bytes((record.folder / "core" / "runs.parquet").read_bytes())
    with pytest.raises(DamagedRecordError, match=r"third/runs\.parquet is in no manifest"):
        record.verify()


def test_files_without_their_manifest_are_no_empty_record(record: PublishedRecord) -> None:
    (record.folder / MANIFEST).unlink()
    with pytest.raises(DamagedRecordError, match=r"no manifest|missing"):
        record.verify()


def sign(manifest: dict) -> str:
    """A manifest with a digest that fits, as another version would have written it."""
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return json.dumps(manifest | {"digest": digest}, indent=1) + "\n"


def test_other_format_is_refused(record: PublishedRecord) -> None:
    path = record.folder / MANIFEST
    manifest = json.loads(path.read_text())
    del manifest["digest"]
    path.write_text(sign(manifest | {"format": 2}))
    with pytest.raises(RecordError, match="format 2; this version reads 1"):
        record.studies()


def test_other_columns_are_refused(record: PublishedRecord) -> None:
    path, manifest_path = record.folder / "core" / "early.parquet", record.folder / MANIFEST
    pq.write_table(pq.read_table(path).rename_columns({"train_loss": "loss"}), path)
    manifest = json.loads(manifest_path.read_text())
    del manifest["digest"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest["files"]["core/early.parquet"]["sha256"] = digest
    manifest_path.write_text(sign(manifest))
    with pytest.raises(DamagedRecordError, match=r"early.parquet has the columns .*'loss'"):
        record.read("core", "early")
