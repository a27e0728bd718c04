"""Changes of the published record: by one process at a time, and whole or not at all.

What a change replaces keeps another name until the manifest lists what is new. The manifest says
which of the two counts: where a change was interrupted, the next one puts back what it lists.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from activation_study.engine.records.manifest import KEPT, read_manifest, write_manifest
from activation_study.errors import RecordError
from activation_study.files import sha256, write_whole


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Waits until no other process changes the record of a folder, and keeps others waiting.

    Raises:
        RecordError: The folder cannot be written to, or the disk is full.
    """
    # Here, since Windows lacks it: the record can be read there, though not changed.
    import fcntl

    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _settle(folder)
            yield
        finally:
            _settle(folder)
            os.close(descriptor)
    except OSError as error:
        raise RecordError(
            f"{folder} could not be written to: {error.strerror or error}; free some space or make "
            f"the folder writable, then publish or register again"
        ) from error


def replace(folder: Path, files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """Writes files of the record, by name, and last the manifest that lists them.

    Raises:
        OSError: Something could not be written; the record is as it was.
    """
    paths = {folder / name: content for name, content in files.items()}
    before = read_manifest(folder)
    if new := [name for name in files if not (folder / name).exists()]:
        # Not listed, what an interruption leaves of them is no damage.
        listed = {name: entry for name, entry in before["files"].items() if name not in new}
        write_manifest(folder, before | {"files": listed})
    for path in filter(Path.exists, paths):
        path.replace(path.with_name(path.name + KEPT))
    try:
        for path, content in paths.items():
            path.parent.mkdir(exist_ok=True)
            write_whole(path, content)
        write_manifest(folder, manifest)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


def _settle(folder: Path) -> None:
    """Puts back each kept file that the manifest lists, and drops those whose successors it lists.

    Raises:
        DamagedRecordError: Files are kept, and the manifest is damaged.
    """
    kept = list(folder.glob(f"*/*{KEPT}"))
    listed = read_manifest(folder)["files"] if kept else {}
    for old in kept:
        path = old.with_suffix("")
        entry = listed.get(path.relative_to(folder).as_posix())
        if entry and entry["sha256"] == sha256(old.read_bytes()):
            old.replace(path)
        else:
            old.unlink()
