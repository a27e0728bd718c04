"""Where a dataset's IDX files come from, each checked by SHA-256 before it is used.

Search order: the folder named by ``ACTIVATION_STUDY_DATASETS``, the user's cache, download from
the mirrors in turn. The user's folder may hold the files under either of their two usual names,
compressed or not, or one archive of NumPy's. A damaged file there is an error; in the cache,
which this package fills, it is fetched again.
"""

from __future__ import annotations

import gzip
import logging
import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from activation_study import settings
from activation_study.errors import ChecksumError, DatasetError, DownloadError, MissingFileError
from activation_study.files import sha256
from activation_study.settings import CACHE_VARIABLE
from activation_study.settings import DATASETS_VARIABLE as FOLDER_VARIABLE

_LOG = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 30
_UNSIGNED_BYTE = 0x08
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
        array_name: name of the array in an archive of the dataset, if there is one.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    gz_sha256: str
    array_name: str = ""

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


def verified(path: Path, size: int, digest: str, remedy: str) -> bytes:
    """Return what a file holds, decompressed where its name ends in ``.gz``.

    It must have that size, in bytes, and that SHA-256 in hex.

    Raises:
        ChecksumError: it holds something else.
        DatasetError: it cannot be read.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            # One byte more tells what is too long, however far it would expand.
            content = stream.read(size + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        content = b""
    except OSError as error:
        raise _unreadable(path, error) from error
    return _checked(path, content, size, digest, remedy)


def _checked(path: Path, content: bytes, size: int, digest: str, remedy: str) -> bytes:
    """Return the content that was read at a place, refusing any but what must be there."""
    if (received := sha256(content)) != digest:
        length = f"{len(content):,}" if len(content) <= size else f"more than {size:,}"
        raise ChecksumError(
            f"{path}: damaged, or another file: received {length} bytes of SHA-256 {received}; "
            f"expected {size:,} bytes of SHA-256 {digest}. {remedy}"
        )
    return content


def _unreadable(path: Path, error: OSError) -> DatasetError:
    """Return the error about a file that may be whole and cannot be read."""
    return DatasetError(
        f"{path}: cannot be read: received the error {error.strerror!r}; expected a file that this "
        f"user may read. Remedy: make it readable, or move it away."
    )


def _decode(file: IdxFile, path: Path) -> np.ndarray:
    """Read and verify the file at `path`: a read-only uint8 array of shape `file.shape`."""
    content = verified(path, file.size, file.sha256, _REMEDY)
    return np.frombuffer(content, np.uint8, offset=len(file.header)).reshape(file.shape)


def _decode_archive(files: Sequence[IdxFile], path: Path) -> list[np.ndarray]:
    """Read and verify the arrays of `files` in NumPy's archive of a dataset."""
    try:
        with path.open("rb") as stream, np.load(stream) as archive:
            arrays = [archive[file.array_name] for file in files]
    # Of a damaged archive NumPy may say anything.
    except Exception as error:
        raise ChecksumError(
            f"{path}: not the expected file: received {error!s}; expected an archive of "
            f"{', '.join(file.array_name for file in files)}. {_REMEDY}"
        ) from error
    for file, array in zip(files, arrays, strict=True):
        content = file.header + array.tobytes()
        _checked(path / file.array_name, content, file.size, file.sha256, _REMEDY)
        array.setflags(write=False)
    return arrays


def read(
    dataset: str, files: Sequence[IdxFile], mirrors: Sequence[str], archive: str = ""
) -> list[np.ndarray]:
    """Return the arrays of `files`, read-only uint8, from the first place that has them.

    Args:
        dataset: name of the subfolder in the user's folder and in the cache.
        files: what to read.
        mirrors: addresses of folders, each ending in a slash, tried in turn.
        archive: name of the archive that may hold them, by default as Keras names it.

    Raises:
        MissingFileError: the folder named by the environment does not exist, or holds some of
            `files` and lacks others.
        ChecksumError: a file of the user's folder has other bytes than published.
        DownloadError: nothing local, and no mirror gave the file.
        DatasetError: a file cannot be read, or the cache cannot be written.
    """
    own = _in_user_folder(dataset, files, archive or f"{dataset}.npz")
    return own or [_decode(file, _fetched(dataset, file, mirrors)) for file in files]


def _in_user_folder(dataset: str, files: Sequence[IdxFile], archive: str) -> list[np.ndarray]:
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
        return [_decode(file, path) for file, path in zip(files, found, strict=True) if path]
    if all(file.array_name for file in files) and (path := _first_of(folder, dataset, (archive,))):
        return _decode_archive(files, path)
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
    # In the folder itself lie MNIST's: other datasets give their files the same names.
    places = (folder / dataset, folder) if dataset == "mnist" else (folder / dataset,)
    for path in (place / name for place in places for name in names):
        try:
            if path.is_file():
                return path
        except OSError as error:
            raise _unreadable(path, error) from error
    return None


def _fetched(dataset: str, file: IdxFile, mirrors: Sequence[str]) -> Path:
    """Where the compressed file is in the cache, whole; fetched from a mirror if it was not."""
    import pooch
    import requests

    folder = settings.downloads() / dataset
    failures = []
    for mirror in mirrors:
        url = f"{mirror}{file.name}.gz"
        try:
            # pooch takes what is whole in the cache; what it writes is verified before it is there.
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
                f"{folder / file.name}.gz: cannot be had: {error}. "
                f"Remedy: set {CACHE_VARIABLE} to a folder that can be read and written."
            ) from error
    own = settings.datasets()
    raise DownloadError(
        f"{file.name}.gz: no intact copy found locally, and no mirror gave it. "
        f"{f'In {own} there is no file of the dataset. ' if own else ''}"
        f"Received: {'; '.join(failures)}. Expected a file of SHA-256 {file.gz_sha256}. "
        f"Remedies: set {FOLDER_VARIABLE} to a folder that holds it; or put it into {folder}; "
        'or use dataset="mnist-5k", which needs no network.'
    )
