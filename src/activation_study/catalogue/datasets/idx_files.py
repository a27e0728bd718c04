"""Where a dataset's IDX files come from, each checked by SHA-256 before it is used.

Search order: the folder named by ``ACTIVATION_STUDY_DATASETS``, the user's cache, download from
the mirrors in turn. A damaged file in the user's own folder is an error; in the cache, which this
package fills, it is reported in the log and fetched again.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from activation_study.catalogue.datasets.verified_files import (
    ChecksumError,
    DatasetError,
    DownloadError,
    FormatError,
    MissingFileError,
    Published,
    other_content,
    unreadable,
    verified,
)

_LOG = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 30
_UNSIGNED_BYTE = 0x08

FOLDER_VARIABLE = "ACTIVATION_STUDY_DATASETS"
CACHE_VARIABLE = "ACTIVATION_STUDY_CACHE"


@dataclass(frozen=True)
class IdxFile:
    """One file of unsigned bytes in IDX format, published compressed.

    Attributes:
        name: file name without ``.gz``.
        shape: shape of the array that it holds.
        sha256: hex digest of the payload, the decompressed file.
        gz_sha256: hex digest of the compressed file.
        gz_size: size of the compressed file in bytes.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    gz_sha256: str
    gz_size: int

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


def cache_folder() -> Path:
    """Return the root of the user's cache (``ACTIVATION_STUDY_CACHE`` overrides it)."""
    override = os.environ.get(CACHE_VARIABLE)
    if override:
        return _folder_of(CACHE_VARIABLE, override)
    import pooch

    return Path(pooch.os_cache("activation-study"))


def decode(file: IdxFile, path: Path) -> np.ndarray:
    """Read and verify the file at `path`, compressed if its name ends in ``.gz``.

    Returns:
        Read-only uint8 array of shape `file.shape`.

    Raises:
        FormatError: the file is truncated or foreign.
        ChecksumError: a digest, of the compressed file or of the payload, differs.
        DatasetError: the file cannot be read.
    """
    payload = Published(file.size, file.sha256, file.header, f"IDX bytes of shape {file.shape}")
    if path.suffix == ".gz":
        compressed = Published(file.gz_size, file.gz_sha256, b"\x1f\x8b", "a gzip file")
        # Nothing is decompressed before it is known to be the published file.
        content = gzip.decompress(verified(path, compressed))
        if (received := hashlib.sha256(content).hexdigest()) != file.sha256:
            raise other_content(path, content, len(content), received, payload)
    else:
        content = verified(path, payload)
    return np.frombuffer(content, dtype=np.uint8, offset=len(file.header)).reshape(file.shape)


def _folder_of(variable: str, named: str) -> Path:
    """The folder that an environment variable names, which need not exist.

    Raises:
        MissingFileError: the name begins with a ~ that stands for no user's home.
    """
    try:
        return Path(named).expanduser()
    except RuntimeError as error:
        raise MissingFileError(
            f"{variable}: received {named!r}, whose ~ stands for no user's home; expected a "
            f"folder. Remedy: correct the variable, or unset it."
        ) from error


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
    paths = _in_user_folder(dataset, files)
    if paths:
        return [decode(file, path) for file, path in zip(files, paths, strict=True)]
    return [_from_cache_or_mirrors(dataset, file, mirrors) for file in files]


def _in_user_folder(dataset: str, files: Sequence[IdxFile]) -> list[Path]:
    named = os.environ.get(FOLDER_VARIABLE)
    if not named:
        return []
    folder = _folder_of(FOLDER_VARIABLE, named)
    # os.path's function says False of names that the system refuses, where Path's raises.
    if not os.path.isdir(folder):
        raise MissingFileError(
            f"{FOLDER_VARIABLE}: received {named!r}, which is not a folder; expected a folder with "
            f"{dataset}/{files[0].name}.gz. Remedy: correct the variable, or unset it."
        )
    found = {file.name: _first_of(folder, dataset, file.name) for file in files}
    missing = [name for name, path in found.items() if path is None]
    if len(missing) == len(files):
        _LOG.info("%s holds no file of %s; looking in the cache", folder, dataset)
        return []
    if missing:
        raise MissingFileError(
            f"{folder}: missing file: {', '.join(missing)}; expected all of "
            f"{', '.join(file.name for file in files)}, with or without .gz, there or in "
            f"{dataset}/. Remedy: add it, or unset {FOLDER_VARIABLE} "
            "to use the cache or a download."
        )
    return [path for path in found.values() if path is not None]


def _first_of(folder: Path, dataset: str, name: str) -> Path | None:
    candidates = [
        place / f"{name}{suffix}" for place in (folder / dataset, folder) for suffix in (".gz", "")
    ]
    return next((path for path in candidates if _is_file(path)), None)


def _from_cache_or_mirrors(dataset: str, file: IdxFile, mirrors: Sequence[str]) -> np.ndarray:
    folder = cache_folder() / dataset
    for path in (folder / f"{file.name}.gz", folder / file.name):
        if _is_file(path):
            try:
                return decode(file, path)
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
    raise DownloadError(
        f"{file.name}.gz: no intact copy found locally, and no mirror gave it. "
        f"Received: {'; '.join(failures)}. Expected a file of SHA-256 {file.gz_sha256}. "
        f"Remedies: set {FOLDER_VARIABLE} to a folder that holds it; or put it into {folder}; "
        'or use dataset="mnist-5k", which needs no network.'
    )
