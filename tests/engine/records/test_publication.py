"""A publication is whole, or the next one undoes it first; two of them both count."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from activation_study.engine.records import manifest, schema
from activation_study.engine.records.manifest import KEPT
from activation_study.engine.records.published import PublishedRecord
from activation_study.errors import DamagedRecordError, RecordError
from engine.made_runs import EXPERIMENTS, contents, made_run

# Publishes some of the runs; ends itself, as a power cut would, in place of a renaming, or of
# forgetting the first of the files that it replaced.
SCRIPT = """
import os, pathlib, sys

from activation_study.engine.records.published import PublishedRecord
from engine.made_runs import EXPERIMENTS, made_run

folder, first, last, renamings = pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:])
replace = pathlib.Path.replace


def counted(self, target):
    global renamings
    if renamings == 0:
        os._exit(9)
    renamings -= 1
    return replace(self, target)


def forget(self, missing_ok=False, unlink=pathlib.Path.unlink):
    if renamings == 0 and self.suffix == ".old":
        os._exit(9)
    unlink(self, missing_ok)


pathlib.Path.replace, pathlib.Path.unlink = counted, forget
PublishedRecord(folder).publish("core", [made_run(each) for each in EXPERIMENTS[first:last]])
"""
NUM_RENAMINGS = 2 * len(schema.TABLES) + 1
"""Those of the tables' old and new files, and of the manifest."""


def publish_elsewhere(folder: Path, first: int, last: int, renamings: int = -1) -> subprocess.Popen:
    words = map(str, (folder, first, last, renamings))
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.fixture
def old(tmp_path: Path) -> PublishedRecord:
    record = PublishedRecord(tmp_path / "data")
    record.publish("core", [made_run(each) for each in EXPERIMENTS[:3]])
    return record


@pytest.fixture
def new(tmp_path: Path) -> dict[str, bytes]:
    """What a record of all runs holds."""
    record = PublishedRecord(tmp_path / "undisturbed")
    record.publish("core", [made_run(each) for each in EXPERIMENTS])
    return contents(record.folder)


@pytest.mark.slow
# Before the first, within the old files and the new ones, before the manifest's, and after it.
@pytest.mark.parametrize("renamings", [0, 1, 6, 9, NUM_RENAMINGS - 1, NUM_RENAMINGS])
def test_interrupted_publication_is_undone_by_the_next(
    old: PublishedRecord, new: dict[str, bytes], renamings: int
) -> None:
    assert publish_elsewhere(old.folder, 0, len(EXPERIMENTS), renamings).wait() == 9
    is_complete = renamings == NUM_RENAMINGS
    if 0 < renamings < NUM_RENAMINGS:
        with pytest.raises(DamagedRecordError, match="interrupted: publish again"):
            old.verify()
    else:
        assert old.read("core", "runs").num_rows == (len(EXPERIMENTS) if is_complete else 3)
    num_new = PublishedRecord(old.folder).publish("core", [made_run(each) for each in EXPERIMENTS])
    assert num_new == (0 if is_complete else len(EXPERIMENTS) - 3)
    assert len(old.verify()) == len(schema.TABLES)
    assert contents(old.folder) == new


@pytest.mark.slow
@pytest.mark.parametrize("deleted", [False, True], ids=["first", "deleted before"])
def test_publication_that_replaces_nothing_can_be_interrupted_too(
    tmp_path: Path, new: dict[str, bytes], deleted: bool
) -> None:
    record, runs = PublishedRecord(tmp_path / "first"), [made_run(each) for each in EXPERIMENTS]
    if deleted:
        record.publish("core", runs)
        shutil.rmtree(record.folder / "core")
    assert publish_elsewhere(record.folder, 0, len(EXPERIMENTS), 4).wait() == 9
    assert record.studies() == []
    with pytest.raises(DamagedRecordError, match="is in no manifest; publish it"):
        record.verify()
    assert record.publish("core", runs) == len(runs)
    assert contents(record.folder) == new


def test_failed_publication_leaves_the_record_as_it_was(
    record: PublishedRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(record.folder)
    write, written = manifest.write_whole, list[Path]()

    def fail(path: Path, content: bytes) -> None:
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        write(path, content)

    monkeypatch.setattr(manifest, "write_whole", fail)
    for study in ("core", "third"):
        written.clear()
        with pytest.raises(RecordError, match="No space left on device; free some space"):
            record.publish(study, [made_run(each) for each in EXPERIMENTS])
        assert contents(record.folder) == before


def test_ctrl_c_behind_the_last_step_loses_nothing(
    record: PublishedRecord, new: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = manifest.write_manifest

    def interrupted(folder: Path, content: dict[str, Any]) -> None:
        write(folder, content)
        raise KeyboardInterrupt

    monkeypatch.setattr(manifest, "write_manifest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        record.publish("core", [made_run(each) for each in EXPERIMENTS])
    record.verify()
    found = contents(record.folder)
    assert {name: found[name] for name in new if name != manifest.MANIFEST} == {
        name: content for name, content in new.items() if name != manifest.MANIFEST
    }


@pytest.mark.slow
def test_restored_record_forgets_what_was_interrupted(
    old: PublishedRecord, new: dict[str, bytes], tmp_path: Path
) -> None:
    shutil.copytree(old.folder, tmp_path / "committed")
    assert publish_elsewhere(old.folder, 0, len(EXPERIMENTS), len(schema.TABLES) + 1).wait() == 9
    assert len(list(old.folder.glob(f"*/*{KEPT}"))) == len(schema.TABLES)
    # Version control knows nothing of the files under other names.
    shutil.copytree(tmp_path / "committed", old.folder, dirs_exist_ok=True)
    assert len(old.verify()) == len(schema.TABLES)
    assert old.publish("core", [made_run(each) for each in EXPERIMENTS]) == len(EXPERIMENTS) - 3
    assert contents(old.folder) == new


def test_damage_elsewhere_does_not_undo_a_publication(record: PublishedRecord) -> None:
    damaged = record.folder / "other" / "runs.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-7])
    more = [made_run(each) for each in EXPERIMENTS[6:]]
    assert record.publish("core", more) == len(more)
    assert record.read("core", "runs").num_rows == len(EXPERIMENTS)
    with pytest.raises(DamagedRecordError, match=r"other/runs\.parquet is damaged"):
        record.verify()


@pytest.mark.parametrize("others_too", [False, True])
def test_deleted_study_can_be_published_again(record: PublishedRecord, others_too: bool) -> None:
    before = contents(record.folder)
    for study in ("core", "other")[: 1 + others_too]:
        shutil.rmtree(record.folder / study)
    assert record.publish("core", [made_run(each) for each in EXPERIMENTS[:6]]) == 6
    assert record.removed() == ({"other"} if others_too else set())
    if others_too:
        # Still in the manifest: version control can bring its very files back.
        with pytest.raises(DamagedRecordError, match=r"other.* is missing"):
            record.verify()
        assert record.publish("other", [made_run(each) for each in EXPERIMENTS[5:]]) == 3
    assert contents(record.folder) == before


@pytest.mark.slow
def test_two_publications_at_once_both_count(tmp_path: Path, new: dict[str, bytes]) -> None:
    folder = tmp_path / "both"
    both = [publish_elsewhere(folder, 0, 5), publish_elsewhere(folder, 4, len(EXPERIMENTS))]
    assert [process.wait() for process in both] == [0, 0]
    assert contents(folder) == new
