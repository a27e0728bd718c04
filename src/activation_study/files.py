"""Files that are there whole or not at all, digests of bytes, and JSON that has one spelling."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from pathlib import Path
from typing import Any

from activation_study.errors import RecordError


def sha256(*parts: bytes) -> str:
    """Return the SHA-256 in hex of the parts, one after the other."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def canonical(value: Any) -> bytes:
    """Return the one JSON of plain values that a digest is taken of: sorted, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def write_flushed(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def write_whole(path: Path, content: bytes) -> Path:
    """Replace a file so that a reader, and whoever comes after a crash, sees the old or the new.

    One process at a time: its temporary file has one name, which the next to write uses again.

    Raises:
        OSError: it could not be written; the old one is as it was, and no other file is left.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        write_flushed(temporary, content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_once(path: Path, content: bytes) -> Path:
    """Write a file, whole or not at all, unless one is there or comes to be there meanwhile.

    Any number of processes may write the same file.

    Raises:
        OSError: it could not be written; no other file is left.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        write_flushed(temporary, content)
        try:
            # Unlike a renaming, it replaces nothing.
            os.link(temporary, path)
        except FileExistsError:
            pass
        except OSError:
            # Some file systems know no second name of a file; there, the last one to rename wins.
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_result(path: Path, content: dict[str, Any]) -> Path:
    """Write a command's result as JSON, in place of the last one; return the path."""
    return write_whole(path, (json.dumps(content, indent=1) + "\n").encode())


def read_result(path: Path, command: str, entry: str) -> dict[str, Any] | None:
    """Read the result, with an entry, that a command has written; None where it has not.

    Raises:
        RecordError: the file cannot be read, or holds something else than the command writes.
    """
    if not path.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        if entry not in content:
            raise KeyError(entry)
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(
            f"{path} is not what `{command}` writes ({error!r:.200}): repeat it, or delete the file"
        ) from error
    return content
