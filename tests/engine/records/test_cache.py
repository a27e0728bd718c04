"""The working cache: a run is there whole or not at all, and nothing is ever lost."""

from __future__ import annotations

import errno
import json
import logging
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from activation_study.engine.records.cache import WorkingCache
from activation_study.engine.records.records import Records
from activation_study.engine.run import Run
from activation_study.errors import EngineError
from activation_study.experiment import Experiment
from engine.made_runs import made_run
from machine import remount, small_disk


@pytest.fixture
def cache(tmp_path: Path) -> WorkingCache:
    return WorkingCache(tmp_path / "runs")


EXPERIMENT = Experiment(dataset="mnist-5k", epochs=2)


@pytest.fixture
def run() -> Run:
    return made_run(EXPERIMENT)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 KiB: less than one run needs."""
    with small_disk(tmp_path / "disk", 16) as folder:
        yield folder


def text_of(run: Run | None) -> str:
    """Text, because NaN equals nothing, and the runs hold it."""
    return "none" if run is None else json.dumps(asdict(run), sort_keys=True)


def files_under(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_written_is_read(cache: WorkingCache, run: Run) -> None:
    assert cache.read(run.key) is None
    path = cache.write(run)
    assert path == cache.path(run.key)
    assert text_of(cache.read(run.key)) == text_of(run)
    assert cache.keys() == [run.key]
    assert files_under(cache.folder) == [path]


def test_numbers_that_are_not_finite_survive(cache: WorkingCache, run: Run) -> None:
    values = {"train_loss": math.nan, "epochs_to_97": math.inf, "validation_loss": -math.inf}
    cache.write(replace(run, summary=run.summary | values))
    read = cache.read(run.key)
    assert read is not None
    assert math.isnan(read.summary["train_loss"])
    assert read.summary["epochs_to_97"] == math.inf
    assert read.summary["validation_loss"] == -math.inf


def test_keys_of_an_empty_cache(cache: WorkingCache) -> None:
    assert cache.keys() == []
    assert not cache.folder.exists()


def flip_byte(content: bytes) -> bytes:
    # A digit of a recorded value: the JSON stays well formed.
    place = content.index(b'"validation_accuracy": 0.') + len(b'"validation_accuracy": 0.') + 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def wrap(payload: object) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps(payload).encode()


DAMAGES = {
    "flipped byte": flip_byte,
    "not text": lambda content: b"\xff\xfe" + content,
    "foreign object": wrap({"weights": [1, 2]}),
    "foreign list": wrap([1, 2]),
    "payload of another kind": wrap({"digest": "0", "payload": [1]}),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_file_is_set_aside(
    cache: WorkingCache,
    run: Run,
    damage: Callable[[bytes], bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = cache.write(run)
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    with caplog.at_level(logging.WARNING):
        assert cache.read(run.key) is None
    (warning,) = caplog.messages
    assert str(path) in warning
    assert "will be repeated" in warning
    (aside,) = files_under(cache.folder)
    assert str(aside) in warning
    assert aside.read_bytes() == damaged
    assert cache.keys() == []
    cache.write(run)
    assert text_of(cache.read(run.key)) == text_of(run)


def test_run_under_another_key_is_set_aside(
    cache: WorkingCache, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    other = made_run(Experiment(dataset="mnist-5k", seed=1))
    path = cache.path(other.key)
    path.parent.mkdir(parents=True)
    path.write_bytes(cache.write(run).read_bytes())
    assert cache.read(other.key) is None
    assert "does not match" in caplog.text
    assert text_of(cache.read(run.key)) == text_of(run)


def test_every_damaged_file_of_a_key_is_kept(cache: WorkingCache, run: Run) -> None:
    for content in (b"first", b"second", b"third"):
        path = cache.write(run)
        path.write_bytes(content)
        assert cache.read(run.key) is None
    kept = {path.read_bytes() for path in files_under(cache.folder)}
    assert kept == {b"first", b"second", b"third"}


def test_good_run_is_never_replaced(cache: WorkingCache, run: Run) -> None:
    before = cache.write(run).read_bytes()
    cache.write(replace(run, summary=run.summary | {"train_loss": 7.0}))
    assert cache.path(run.key).read_bytes() == before


def test_run_that_another_driver_records_meanwhile_is_kept(
    cache: WorkingCache, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Records(cache.folder, cache.folder / "none")
    other = replace(run, summary=run.summary | {"train_loss": 7.0})
    read = WorkingCache.read

    def late(self: WorkingCache, key: str) -> Run | None:
        """Finds nothing; and then, before anything is written, the other driver writes."""
        found = read(self, key)
        monkeypatch.setattr(WorkingCache, "read", read)
        WorkingCache(self.folder).write(other)
        return found

    monkeypatch.setattr(WorkingCache, "read", late)
    records.add(run)
    assert text_of(cache.read(run.key)) == text_of(other)
    assert len(files_under(cache.folder)) == 1
    # What is returned is what is recorded.
    (kept,) = records.cached_runs([EXPERIMENT])
    assert text_of(kept) == text_of(other)


def test_writing_replaces_a_damaged_file(cache: WorkingCache, run: Run) -> None:
    path = cache.write(run)
    path.write_bytes(b"{")
    cache.write(run)
    assert text_of(cache.read(run.key)) == text_of(run)
    assert len(files_under(cache.folder)) == 2


def test_file_system_without_second_names(
    cache: WorkingCache, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", fail)
    cache.write(run)
    assert text_of(cache.read(run.key)) == text_of(run)
    assert files_under(cache.folder) == [cache.path(run.key)]


@pytest.mark.parametrize("steps", [["fsync"], ["link", "replace"]])
def test_failing_disk_leaves_nothing_half_written(
    cache: WorkingCache, run: Run, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        for step in steps:
            patch.setattr(os, step, fail)
        with pytest.raises(EngineError, match=r"No space left.*free some space.*run again"):
            cache.write(run)
    assert files_under(cache.folder) == []
    cache.write(run)
    assert text_of(cache.read(run.key)) == text_of(run)


def test_full_disk(disk: Path, run: Run) -> None:
    cache = WorkingCache(disk / "runs")
    large = replace(run, tables=run.tables | {"early": {"step": list(range(20_000))}})
    with pytest.raises(EngineError, match=r"No space left.*free some space"):
        cache.write(large)
    assert files_under(disk) == []


def test_read_only_disk(disk: Path, run: Run) -> None:
    cache = WorkingCache(disk / "runs")
    damaged = cache.path(run.key)
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"{")
    remount(disk, "ro")
    with pytest.raises(EngineError, match=r"Read-only file system.*writable"):
        cache.write(made_run(Experiment(dataset="mnist-5k", seed=9)))
    with pytest.raises(EngineError, match=r"Read-only file system.*writable"):
        cache.read(run.key)


def test_folder_that_is_a_file(tmp_path: Path, run: Run) -> None:
    (tmp_path / "runs").write_text("not a folder")
    with pytest.raises(EngineError, match="Not a directory"):
        WorkingCache(tmp_path / "runs").write(run)
