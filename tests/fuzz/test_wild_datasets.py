"""Whatever lies where a dataset's file should be: the published bytes, or a DatasetError."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activation_study import settings
from activation_study.catalogue.datasets.idx_files import IdxFile, read
from activation_study.errors import DatasetError, DownloadError, MissingFileError
from catalogue.datasets.published_files import Published, idx_bytes
from fuzz.rights import as_nobody
from fuzz.wild import EXAMPLES

PART = Published("images", seed=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder; the cache is empty."""
    path = tmp_path / "mine"
    path.mkdir()
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(path))
    monkeypatch.setenv("ACTIVATION_STUDY_CACHE", str(tmp_path / "cache"))
    return path


def assert_refused(path: Path, content: bytes, part: Published = PART) -> None:
    """The content, which is not the published one, is refused, named and left as it is."""
    path.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        read("mnist", [part.file], mirrors=[])
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "received" in message
    assert "expected" in message
    assert "Remedy: " in message
    assert len(message) < 1_000
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]
    path.unlink()


@EXAMPLES
@given(name=st.sampled_from(["images", "images.gz"]), content=st.binary(max_size=300))
def test_any_bytes(folder: Path, name: str, content: bytes) -> None:
    assert_refused(folder / name, content)


@EXAMPLES
@given(content=st.binary(max_size=300))
def test_any_bytes_compressed(folder: Path, content: bytes) -> None:
    assert_refused(folder / "images.gz", gzip.compress(content, mtime=0))


WORDS = st.sampled_from([0, 1, 3, 4, 6, 28, 0x0801, 0x0802, 0x0803, 0x0D03, 2**31, 2**32 - 1])


@EXAMPLES
@given(words=st.lists(WORDS, max_size=6), compressed=st.booleans())
def test_any_header(folder: Path, words: list[int], compressed: bool) -> None:
    payload = b"".join(struct.pack(">I", word) for word in words) + PART.payload[16:]
    if payload != PART.payload:
        name = "images.gz" if compressed else "images"
        assert_refused(folder / name, gzip.compress(payload, mtime=0) if compressed else payload)


SUBSTITUTES: dict[str, Callable[[], bytes]] = {
    "other dimensions": lambda: gzip.compress(idx_bytes(PART.array.reshape(28, 6, 28)), mtime=0),
    "other pixels": lambda: gzip.compress(idx_bytes(255 - PART.array), mtime=0),
    "another member behind": lambda: PART.gz + gzip.compress(b"more", mtime=0),
    "not compressed": lambda: PART.payload,
    "compressed twice": lambda: gzip.compress(PART.gz, mtime=0),
}


@pytest.mark.parametrize("kind", SUBSTITUTES)
def test_another_file_of_the_same_name(folder: Path, kind: str) -> None:
    assert_refused(folder / "images.gz", SUBSTITUTES[kind]())


@pytest.mark.parametrize("name", ["train-images.idx3-ubyte", "train-images.idx3-ubyte.gz"])
def test_another_file_of_the_other_usual_name(folder: Path, name: str) -> None:
    part = Published("train-images-idx3-ubyte", seed=1)
    for content in (b"<html>", part.payload[:-9], gzip.compress(part.payload[:-9], mtime=0)):
        assert_refused(folder / name, content, part)


@pytest.mark.parametrize("name", ["images", "images.gz"])
def test_what_is_too_long_is_neither_expanded_nor_kept_in_memory(folder: Path, name: str) -> None:
    # 200 megabytes as they are, and as 200 kilobytes that expand to them.
    path = folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(bytes(200_000_000), compresslevel=1))
    else:
        with path.open("wb") as stream:
            stream.truncate(200_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(DatasetError, match="Remedy: replace it"):
            read("mnist", [PART.file], mirrors=[])
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_folder_in_the_files_place(folder: Path) -> None:
    (folder / "images.gz").mkdir()
    with pytest.raises(DownloadError, match="no intact copy found locally"):
        read("mnist", [PART.file], mirrors=[])


@pytest.mark.parametrize(
    "named", ["~nobody-of-this-name/data", "x" * 5_000, "a\nb", "\udcff", "/dev/null", " "]
)
def test_a_folder_of_an_odd_name(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", named)
    with pytest.raises(
        MissingFileError, match=r"ACTIVATION_STUDY_DATASETS: received '.*expected a"
    ):
        read("mnist", [PART.file], mirrors=[])


def test_a_cache_of_an_odd_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACTIVATION_STUDY_DATASETS", raising=False)
    monkeypatch.setenv("ACTIVATION_STUDY_CACHE", "~nobody-of-this-name")
    with pytest.raises(MissingFileError, match="ACTIVATION_STUDY_CACHE: received '~nobody"):
        settings.downloads()
    monkeypatch.setenv("ACTIVATION_STUDY_CACHE", str(tmp_path / ("x" * 300)))
    with pytest.raises(DatasetError, match=r"cannot be had: .*File name too long"):
        read("mnist", [PART.file], mirrors=["https://mirror.invalid/"])


@pytest.mark.parametrize("locked", ["file", "folder"])
def test_what_may_not_be_read_is_named(folder: Path, locked: str) -> None:
    path = folder / "images.gz"
    path.write_bytes(PART.gz)
    target = path if locked == "file" else folder
    target.chmod(0)
    try:
        with (
            as_nobody(folder),
            pytest.raises(DatasetError, match=r"Permission denied.*Remedy"),
        ):
            read("mnist", [PART.file], mirrors=[])
    finally:
        target.chmod(0o700)
    (array,) = read("mnist", [PART.file], mirrors=[])
    np.testing.assert_array_equal(array, PART.array)


def test_the_published_file_is_read(folder: Path) -> None:
    again = gzip.compress(PART.payload, compresslevel=1, mtime=1)
    for name, content in (("images.gz", PART.gz), ("images.gz", again), ("images", PART.payload)):
        (folder / name).write_bytes(content)
        (array,) = read("mnist", [IdxFile(**vars(PART.file))], mirrors=[])
        np.testing.assert_array_equal(array, PART.array)
        (folder / name).unlink()
