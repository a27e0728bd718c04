"""Files are there whole or not at all; a digest and a spelling are what they were."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from activation_study.errors import RecordError
from activation_study.files import (
    canonical,
    read_result,
    sha256,
    write_once,
    write_result,
    write_whole,
)

Write = Callable[[Path, bytes], Path]
WRITES: tuple[Write, ...] = (write_whole, write_once)


def test_digest_of_parts_is_that_of_the_whole() -> None:
    assert sha256(b"a", b"", b"bc") == hashlib.sha256(b"abc").hexdigest()


def test_canonical_json_depends_on_the_content_alone() -> None:
    assert canonical({"b": [1, 2.5], "a": None}) == b'{"a":null,"b":[1,2.5]}'


@pytest.mark.parametrize(("write", "kept"), [(write_whole, b"new"), (write_once, b"old")])
def test_a_file_that_is_there(tmp_path: Path, write: Write, kept: bytes) -> None:
    path = tmp_path / "file"
    for content in (b"old", b"new"):
        assert write(path, content) == path
    assert path.read_bytes() == kept
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_as_readable_as_any_other_new_one(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x")
    for write in WRITES:
        written = write(tmp_path / write.__name__, b"x")
        assert written.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("steps", [["fsync"], ["link", "replace"]])
def test_a_failing_disk_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write, steps: list[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "file"
    write_whole(path, b"old")
    for step in steps:
        monkeypatch.setattr(os, step, fail)
    # A file that is there is left alone by one of the two, whatever the disk does.
    absent = path if write is write_whole else tmp_path / "absent"
    with pytest.raises(OSError, match="No space left"):
        write(absent, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    assert read_result(path, "command", "a") is None
    write_result(path, {"b": 1, "a": [0.1]})
    assert read_result(path, "command", "a") == {"b": 1, "a": [0.1]}
    for foreign in ("{", "[]", "3", '{"b": 1}'):
        path.write_text(foreign)
        with pytest.raises(RecordError, match=r"is not what `command` writes .*: repeat it"):
            read_result(path, "command", "a")
