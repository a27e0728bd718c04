"""Where a dataset's IDX files come from, each checked by SHA-256 before it is used.

Search order: the folder named by ``ACTIVATION_STUDY_DATASETS``, the user's cache, download from
the mirrors in turn. The user's folder may hold the files under either of their two usual names,
compressed or not, or one archive as Keras keeps it. A damaged file there is an error; in the cache,
which this package fills, it is reported in the log and fetched again.
"""

from __future__ import annotations

import gzip
import logging
import os
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from activation_study import settings
from activation_study.catalogue.datasets.verified_files import (
    Published,
    other_content,
    unreadable,
    verified,
)
from activation_study.errors import (
    ChecksumError,
    DatasetError,
    DownloadError,
    FormatError,
    MissingFileError,
)
from activation_study.files import sha256
from activation_study.settings import CACHE_VARIABLE
from activation_study.settings import DATASETS_VARIABLE as FOLDER_VARIABLE

_LOG = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 30
_UNSIGNED_BYTE = 0x08
_LONGEST_NPY_HEADER = 1024
_REMEDY = (
    f"Remedy: replace it with the published file, or unset {FOLDER_VARIABLE}, so that all files of "
    f"the dataset are taken from the cache or downloaded."
)


@dataclass(frozen=True)
class IdxFile:
    """One file of unsigned bytes in IDX format, published compressed.

    Attributes:
        name: file name without ``.gz``.
        shape: shape of the array that it holds.
        sha256: hex digest of the payload, the decompressed file.
        gz_sha256: hex digest of the compressed file.
        gz_size: size of the compressed file in bytes.
        keras_name: name of the array in Keras's archive of the dataset, if it has one.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    gz_sha256: str
    gz_size: int
    keras_name: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Both usual names, each compressed and not."""
        dotted = self.name.replace("-idx", ".idx")
        return tuple(f"{name}{end}" for name in (self.name, dotted) for end in (".gz", ""))

    @property
    def header(self) -> bytes:
        """The first bytes of the payload: type, number of dimensions, shape (big-endian)."""
        return struct.pack(
            f">BBBB{len(self.shape)}I", 0, 0, _UNSIGNED_BYTE, len(self.shape), *self.shape
        )

    @property
    def size(self) -> int:
        """Size of the payload in bytes."""
        return len(self.header) + int(np.prod(self.shape))


def decode(file: IdxFile, path: Path, remedy: str = _REMEDY) -> np.ndarray:
    """Read and verify the file at `path`, compressed if its name ends in ``.gz``.

    Args:
        file: what must be there.
        path: where it is.
        remedy: what to do where it is another file.

    Returns:
        Read-only uint8 array of shape `file.shape`.

    Raises:
        FormatError: the file is truncated or foreign.
        ChecksumError: a digest, of the compressed file or of the payload, differs.
        DatasetError: the file cannot be read.
    """
    payload = _payload(file, remedy)
    if path.suffix != ".gz":
        return _array(file, verified(path, payload))
    if path.name == f"{file.name}.gz":
        compressed = Published(file.gz_size, file.gz_sha256, b"\x1f\x8b", "a gzip file", remedy)
        # Nothing is decompressed before it is known to be the published file.
        content = gzip.decompress(verified(path, compressed))
    else:
        # Under its other name the file was published as it is; somebody has compressed it.
        content = _decompressed(path, file.size)
    if (received := sha256(content)) != file.sha256:
        raise other_content(path, content, len(content), received, payload)
    return _array(file, content)


def decode_archive(files: Sequence[IdxFile], path: Path) -> list[np.ndarray]:
    """Read and verify the arrays of `files` in the archive that Keras makes of a dataset.

    Returns:
        Read-only uint8 arrays, one a file.

    Raises:
        FormatError: the file is no archive, or lacks an array of the right size.
        ChecksumError: an array has other bytes than published.
        DatasetError: the file cannot be read.
    """
    arrays = []
    try:
        with zipfile.ZipFile(path) as archive:
            for file in files:
                size = int(np.prod(file.shape))
                member = archive.getinfo(f"{file.keras_name}.npy")
                if not size < member.file_size <= size + _LONGEST_NPY_HEADER:
                    raise ValueError(f"{member.filename} of {member.file_size:,} bytes")
                # What is before them says type and shape, which the digest vouches for.
                content = file.header + archive.read(member)[-size:]
                if (received := sha256(content)) != file.sha256:
                    where = path / member.filename
                    raise other_content(where, content, len(content), received, _payload(file))
                arrays.append(_array(file, content))
    except DatasetError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    # Of a damaged archive `zipfile` may say anything.
    except Exception as error:
        raise FormatError(
            f"{path}: not the expected file: received {error!s}; expected an archive of "
            f"{', '.join(file.keras_name for file in files)}. {_REMEDY}"
        ) from error
    return arrays


def _payload(file: IdxFile, remedy: str = _REMEDY) -> Published:
    form = f"IDX bytes of shape {file.shape}"
    return Published(file.size, file.sha256, file.header, form, remedy)


def _array(file: IdxFile, content: bytes) -> np.ndarray:
    return np.frombuffer(content, dtype=np.uint8, offset=len(file.header)).reshape(file.shape)


def _decompressed(path: Path, size: int) -> bytes:
    """What is compressed at `path`, a byte more than `size` at most; nothing if damaged."""
    try:
        with gzip.open(path) as stream:
            return stream.read(size + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return b""
    except OSError as error:
        raise unreadable(path, error) from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise unreadable(path, error) from error


def read(dataset: str, files: Sequence[IdxFile], mirrors: Sequence[str]) -> list[np.ndarray]:
    """Return the arrays of `files`, from the first place that has them.

    Args:
        dataset: name of the subfolder in the user's folder and in the cache.
        files: what to read.
        mirrors: addresses of folders, each ending in a slash, tried in turn.

    Returns:
        Read-only uint8 arrays, one a file.

    Raises:
        MissingFileError: the folder named by the environment does not exist, or holds some of
            `files` and lacks others.
        FormatError: a file of the user's folder is truncated or foreign.
        ChecksumError: a file of the user's folder has other bytes than published.
        DownloadError: nothing local, and no mirror gave the file.
        DatasetError: a file cannot be read, or the cache cannot be written.
    """
    own = _in_user_folder(dataset, files)
    return own or [_from_cache_or_mirrors(dataset, file, mirrors) for file in files]


def _in_user_folder(dataset: str, files: Sequence[IdxFile]) -> list[np.ndarray]:
    """The arrays of the user's own folder; none where there is no such folder or no such file."""
    folder = settings.datasets()
    if folder is None:
        return []
    # os.path's function says False of names that the system refuses, where Path's raises.
    if not os.path.isdir(folder):
        raise MissingFileError(
            f"{FOLDER_VARIABLE}: received {str(folder)!r}, which is not a folder; expected a "
            f"folder with {dataset}/{files[0].name}.gz. Remedy: correct the variable, or unset it."
        )
    found = [_first_of(folder, dataset, file.names) for file in files]
    if all(found):
        return [decode(file, path) for file, path in zip(files, found, strict=True) if path]
    if all(file.keras_name for file in files) and (
        archive := _first_of(folder, dataset, (f"{dataset}.npz",))
    ):
        return decode_archive(files, archive)
    if not any(found):
        _LOG.info("%s holds no file of %s; looking in the cache", folder, dataset)
        return []
    missing = [file.name for file, path in zip(files, found, strict=True) if path is None]
    raise MissingFileError(
        f"{folder}: missing file: {', '.join(missing)}; expected all of "
        f"{', '.join(file.name for file in files)}, with or without .gz, there or in "
        f"{dataset}/. Remedy: add it, or unset {FOLDER_VARIABLE} "
        "to use the cache or a download."
    )


def _first_of(folder: Path, dataset: str, names: Sequence[str]) -> Path | None:
    candidates = [place / name for place in (folder / dataset, folder) for name in names]
    return next((path for path in candidates if _is_file(path)), None)


def _from_cache_or_mirrors(dataset: str, file: IdxFile, mirrors: Sequence[str]) -> np.ndarray:
    folder = settings.downloads() / dataset
    for path in (folder / f"{file.name}.gz", folder / file.name):
        if _is_file(path):
            try:
                return decode(file, path, remedy="")
            except (FormatError, ChecksumError) as error:
                _LOG.warning("Damaged file in the cache, not used and fetched again. %s", error)
    return decode(file, _download(file, folder, mirrors))


def _download(file: IdxFile, folder: Path, mirrors: Sequence[str]) -> Path:
    """Fetch the compressed file from the first mirror that gives the published bytes."""
    import pooch
    import requests

    failures = []
    for mirror in mirrors:
        url = f"{mirror}{file.name}.gz"
        try:
            # pooch writes to a temporary file, verifies it and then moves it into place.
            path = pooch.retrieve(
                url,
                known_hash=f"sha256:{file.gz_sha256}",
                fname=f"{file.name}.gz",
                path=folder,
                downloader=pooch.HTTPDownloader(progressbar=True, timeout=_TIMEOUT_SECONDS),
            )
            return Path(path)
        except (requests.RequestException, ValueError) as error:
            _LOG.warning("Mirror failed: %s: %s", url, error)
            failures.append(f"{url}: {type(error).__name__}: {error}")
        except OSError as error:
            raise DatasetError(
                f"{folder / file.name}.gz: cannot be written: {error}. "
                f"Remedy: set {CACHE_VARIABLE} to a folder that can be written."
            ) from error
    own = settings.datasets()
    raise DownloadError(
        f"{file.name}.gz: no intact copy found locally, and no mirror gave it. "
        f"{f'In {own} there is no file of the dataset. ' if own else ''}"
        f"Received: {'; '.join(failures)}. Expected a file of SHA-256 {file.gz_sha256}. "
        f"Remedies: set {FOLDER_VARIABLE} to a folder that holds it; or put it into {folder}; "
        'or use dataset="mnist-5k", which needs no network.'
    )
