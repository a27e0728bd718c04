"""The project's own published record: a changed byte anywhere in it is named, and never read."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from activation_study import settings, studies
from activation_study.engine.records import schema
from activation_study.engine.records.published import MANIFEST, PublishedRecord
from activation_study.errors import DamagedRecordError, RecordError
from damage.harm import harmed

YOUNGER = ("target_probability", "unknown", "shift")
"""Tables that the first round has not."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedRecord:
    """A copy of what is published."""
    root = settings.repository()
    assert root is not None
    folder = tmp_path_factory.mktemp("record") / "data"
    shutil.copytree(root / "data", folder)
    return PublishedRecord(folder)


@pytest.mark.parametrize("table", [t for t in schema.TABLES if t not in YOUNGER])
def test_every_changed_byte_of_a_table_is_noticed(
    published: PublishedRecord, table: str, rng: np.random.Generator
) -> None:
    path = published.folder / "core" / f"{table}.parquet"
    whole = path.read_bytes()
    assert published.read("core", table).num_rows > 0
    expected = hashlib.sha256(whole).hexdigest()
    try:
        for harm, content in harmed(whole, rng):
            path.write_bytes(content)
            with pytest.raises(DamagedRecordError) as caught:
                published.read("core", table)
            message = str(caught.value)
            assert message.startswith(f"{path} is damaged: expected SHA-256 {expected}"), harm
            assert f"found {hashlib.sha256(content).hexdigest()}; restore it" in message, harm
        path.unlink()
        with pytest.raises(DamagedRecordError, match=f"is missing.*{expected}"):
            published.read("core", table)
    finally:
        path.write_bytes(whole)
    assert published.read("core", table).num_rows > 0


def test_every_changed_byte_of_the_manifest_is_noticed(
    published: PublishedRecord, rng: np.random.Generator
) -> None:
    path = published.folder / MANIFEST
    whole = path.read_bytes()
    assert set(studies.ROUNDS[0]) <= set(published.studies())
    try:
        for harm, content in harmed(whole, rng):
            path.write_bytes(content)
            with pytest.raises(RecordError) as caught:
                published.studies()
            assert str(path) in str(caught.value), harm
            assert "git checkout" in str(caught.value), harm
        path.unlink()
        with pytest.raises(DamagedRecordError, match=r"MANIFEST\.json is missing"):
            published.studies()
    finally:
        path.write_bytes(whole)


def test_white_space_in_the_manifest_counts(published: PublishedRecord) -> None:
    path = published.folder / MANIFEST
    whole = path.read_bytes()
    blank = [place for place, byte in enumerate(whole) if byte in b" \n"]
    assert len(blank) > 200
    # The manifest grows with the record; fifty places of each kind do not.
    stride = len(blank) // 50
    others = [whole[:place] + b"\t" + whole[place + 1 :] for place in blank[::stride]]
    others += [whole[:place] + whole[place + 1 :] for place in blank[stride // 2 :: stride]]
    try:
        for content in (*others, whole + b"\n", whole.replace(b"\n", b"\r\n")):
            path.write_bytes(content)
            with pytest.raises(DamagedRecordError, match=r"expected SHA-256 .*, found"):
                published.studies()
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    "content",
    [b"[" * 200_000, b"\xff\xfe", b"", b"null", b"[]", b"{}", b'{"digest": {}}'],
    ids=lambda c: str(c[:9]),
)
def test_a_foreign_manifest_is_no_empty_record(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    record = PublishedRecord(tmp_path)
    for use in (record.studies, record.verify, lambda: record.publish("core", [])):
        with pytest.raises(DamagedRecordError, match=r"MANIFEST\.json .*git checkout"):
            use()


def test_a_file_in_the_folders_place_is_no_empty_record(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("not a folder")
    with pytest.raises(RecordError, match=r"could not be read: Not a directory; .*another folder"):
        PublishedRecord(file).studies()
