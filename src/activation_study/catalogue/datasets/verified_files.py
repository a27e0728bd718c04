"""Files of known SHA-256, read whole or not at all, and the errors about files of a dataset."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from activation_study.errors import ChecksumError, DatasetError, FormatError

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Published:
    """What a file must be.

    Attributes:
        size: in bytes.
        sha256: hex digest of the content.
        start: its first bytes.
        form: what begins with these bytes, in words.
        remedy: what to do where it is another file.
    """

    size: int
    sha256: str
    start: bytes
    form: str
    remedy: str


def verified(path: Path, expected: Published) -> bytes:
    """Return the content of a file that is byte for byte what it must be.

    Raises:
        FormatError: the file is truncated or foreign.
        ChecksumError: it begins as it should, and its digest is another.
        DatasetError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(expected.size + 1)
            digest, length = hashlib.sha256(content), len(content)
            # What is too long is named with its digest all the same, and not taken into memory.
            while more := stream.read(_BLOCK_BYTES):
                digest.update(more)
                length += len(more)
    except OSError as error:
        raise unreadable(path, error) from error
    if (received := digest.hexdigest()) != expected.sha256:
        raise other_content(path, content, length, received, expected)
    return content


def other_content(
    path: Path, content: bytes, length: int, received: str, expected: Published
) -> DatasetError:
    """Return the error about a file of `length` bytes, beginning with `content`."""
    digests = f"received SHA-256 {received}; expected {expected.sha256}. {expected.remedy}".rstrip()
    common = min(len(content), len(expected.start))
    if content[:common] != expected.start[:common]:
        return FormatError(
            f"{path}: not the expected file: received content that begins with "
            f"{content[: len(expected.start)]!r}; expected {expected.form}, which begins with "
            f"{expected.start!r}; {digests}"
        )
    if length < expected.size:
        return FormatError(
            f"{path}: truncated: received {length} bytes; expected {expected.size}; {digests}"
        )
    return ChecksumError(f"{path}: wrong checksum: {digests}")


def unreadable(path: Path, error: OSError) -> DatasetError:
    """Return the error about a file that may be whole and cannot be read."""
    return DatasetError(
        f"{path}: cannot be read: received the error {error.strerror!r}; expected a file that this "
        f"user may read. Remedy: make it readable, or move it away."
    )
