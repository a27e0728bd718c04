"""Files of known SHA-256, read whole or not at all, and the errors about files of a dataset."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from activation_study.errors import ChecksumError, DatasetError
from activation_study.files import sha256


def verified(path: Path, size: int, digest: str, remedy: str) -> bytes:
    """Return what a file holds, decompressed where its name ends in ``.gz``.

    Args:
        path: the file.
        size: of what it must hold, in bytes.
        digest: of what it must hold, SHA-256 in hex.
        remedy: what to do where it holds something else.

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
        raise unreadable(path, error) from error
    return checked(path, content, size, digest, remedy)


def checked(path: Path, content: bytes, size: int, digest: str, remedy: str) -> bytes:
    """Return the content that was read at a place, if it is what must be there.

    Raises:
        ChecksumError: it is not.
    """
    if (received := sha256(content)) != digest:
        length = f"{len(content):,}" if len(content) <= size else f"more than {size:,}"
        raise ChecksumError(
            f"{path}: damaged, or another file: received {length} bytes of SHA-256 {received}; "
            f"expected {size:,} bytes of SHA-256 {digest}. {remedy}"
        )
    return content


def unreadable(path: Path, error: OSError) -> DatasetError:
    """Return the error about a file that may be whole and cannot be read."""
    return DatasetError(
        f"{path}: cannot be read: received the error {error.strerror!r}; expected a file that this "
        f"user may read. Remedy: make it readable, or move it away."
    )
