"""Changes of the published record: by one process at a time, whole, and finished if interrupted.

New files are written under temporary names, then the manifest that will list them under another
name. From there on the change is decided: whoever changes the record next finishes it first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from activation_study.engine.records.manifest import (
    MANIFEST,
    PENDING,
    read_manifest,
    write_manifest,
)
from activation_study.files import sha256


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Waits until no other process changes the record of a folder, and keeps others waiting.

    What was decided before and not finished is finished first.

    Raises:
        OSError: The folder cannot be made or opened.
    """
    # Here, since Windows lacks it: the record can be read there, though not changed.
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        finish(folder)
        yield
    finally:
        os.close(descriptor)


def decide(folder: Path, manifest: dict[str, Any]) -> None:
    """Writes down what the record will be, all of whose new files have their temporary names.

    Raises:
        OSError: It could not be written; nothing has changed.
    """
    write_manifest(folder, manifest, PENDING)


def finish(folder: Path) -> None:
    """Gives the new files of a decided change their names, and the manifest last.

    Does nothing where none is decided, and drops one that cannot be finished any more, since the
    files have been restored from version control, say: the record is then what its manifest says.
    What has become of files that the change leaves alone is not asked.

    Raises:
        DamagedRecordError: One of the two manifests is damaged.
        OSError: A file could not be renamed; to be finished another time.
    """
    if not (folder / PENDING).exists():
        return
    listed = read_manifest(folder, PENDING)["files"]
    # Before the first publication is finished there are files and no manifest.
    before = read_manifest(folder)["files"] if (folder / MANIFEST).exists() else {}
    digests = {folder / name: entry["sha256"] for name, entry in listed.items()}
    new = [path for path, digest in digests.items() if _digest(temporary(path)) == digest]
    changed = [folder / name for name, entry in listed.items() if before.get(name) != entry]
    if not all(path in new or _digest(path) == digests[path] for path in changed):
        for path in new:
            temporary(path).unlink()
        (folder / PENDING).unlink()
        return
    for path in new:
        temporary(path).replace(path)
    (folder / PENDING).replace(folder / MANIFEST)


def temporary(path: Path) -> Path:
    """Where a new file of the record is until the change that it belongs to is decided."""
    return path.with_suffix(".tmp")


def _digest(path: Path) -> str | None:
    return sha256(path.read_bytes()) if path.exists() else None
