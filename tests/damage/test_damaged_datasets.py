"""A changed byte in a file of a dataset is named with both digests, and never trained on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from activation_study import errors
from activation_study.catalogue.datasets import registry as datasets
from activation_study.catalogue.datasets.idx_files import IdxFile, read
from catalogue.datasets.published_files import Mirror, Published
from damage.harm import harmed

# Two small files of the same kind stand beside the real ones, which not every machine has.
SMALL = {part.file.name: part for part in (Published("images", 1), Published("labels", 2, (600,)))}
REAL = {file.name: file for file in datasets.MNIST_FILES}


@pytest.fixture(params=[*SMALL, *REAL])
def known(request: pytest.FixtureRequest) -> tuple[IdxFile, bytes]:
    """A published file and its compressed content."""
    if request.param in SMALL:
        return SMALL[request.param].file, SMALL[request.param].gz
    folder = os.environ.get("ACTIVATION_STUDY_DATASETS")
    if not folder:
        pytest.skip("ACTIVATION_STUDY_DATASETS is not set")
    return REAL[request.param], (Path(folder) / "mnist" / f"{request.param}.gz").read_bytes()


def test_every_changed_byte_of_the_users_file_is_an_error(
    known: tuple[IdxFile, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rng: np.random.Generator,
) -> None:
    file, whole = known
    path = tmp_path / f"{file.name}.gz"
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(tmp_path))
    path.write_bytes(whole)
    (array,) = read("mnist", [file], mirrors=[])
    assert array.shape == file.shape
    expected = array.copy()
    for harm, content in harmed(whole, rng):
        path.write_bytes(content)
        # What gzip itself does not cover is its header's time, flags and name.
        try:
            (array,) = read("mnist", [file], mirrors=[])
        except errors.ChecksumError as error:
            message = str(error)
            assert message.startswith(f"{path}: "), harm
            assert f"expected {file.size:,} bytes of SHA-256 {file.sha256}. Remedy: " in message
        else:
            np.testing.assert_array_equal(array, expected)


def test_every_changed_byte_of_the_payload_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    part = SMALL["labels"]
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(tmp_path))
    for harm, content in harmed(part.payload, rng):
        (tmp_path / "labels").write_bytes(content)
        with pytest.raises(errors.DatasetError) as caught:
            read("mnist", [part.file], mirrors=[])
        assert f"SHA-256 {part.file.sha256}. Remedy: " in str(caught.value), harm


def test_every_changed_byte_of_the_cache_is_fetched_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rng: np.random.Generator,
) -> None:
    part = SMALL["labels"]
    monkeypatch.delenv("ACTIVATION_STUDY_DATASETS", raising=False)
    monkeypatch.setenv("ACTIVATION_STUDY_CACHE", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    path = tmp_path / "mnist" / "labels.gz"
    path.parent.mkdir()
    mirror = Mirror()
    mirror.contents["labels.gz"] = part.gz
    number = 0
    try:
        for harm, content in harmed(part.gz, rng):
            path.write_bytes(content)
            (array,) = read("mnist", [part.file], mirrors=[mirror.url])
            np.testing.assert_array_equal(array, part.array)
            assert path.read_bytes() == part.gz, harm
            number += 1
    finally:
        mirror.close()
    assert len(mirror.requested) == number


def test_every_changed_byte_of_the_embedded_images_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    whole = datasets.packaged_path().read_bytes()
    path = tmp_path / "mnist_5k.csv.gz"
    monkeypatch.setattr(datasets, "packaged_path", lambda: path)
    path.write_bytes(whole)
    expected = datasets.load.__wrapped__("mnist-5k").test.images
    for _, content in harmed(whole, rng):
        path.write_bytes(content)
        try:
            received = datasets.load.__wrapped__("mnist-5k").test.images
        except errors.ChecksumError as error:
            message = str(error)
            assert message.startswith(f"{path}: ")
            assert "Remedy: python -m pip install" in message
        else:
            np.testing.assert_array_equal(received, expected)
