"""The manifest of the published record: what each file of it must be, and itself under a digest.

The record changes by one process at a time, and whole or not at all. What a change replaces keeps
another name until the manifest lists what is new: it says which of the two counts, and where a
change was interrupted, the next one puts back what it lists.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from activation_study import settings
from activation_study.engine.run import SUMMARY_DIGITS, TABLE_DIGITS
from activation_study.errors import DamagedRecordError, RecordError
from activation_study.files import canonical, sha256, write_whole

MANIFEST = "MANIFEST.json"
KEPT = ".old"
"""Ends the name of a file whose successor no manifest lists yet."""

FORMAT_VERSION = 1
REMEDY = "restore it from version control (git checkout -- data)"


def remedy(folder: Path) -> str:
    """What mends a record that is not what its manifest says."""
    if any(folder.glob(f"*/*{KEPT}")):
        return "a publication was interrupted: publish again (activation-study publish STUDY)"
    if folder.resolve() == settings.carried().resolve():
        return "install the package again (python -m pip install --force-reinstall --no-deps WHEEL)"
    return REMEDY


def read_manifest(folder: Path) -> dict[str, Any]:
    """Returns the verified manifest of a folder, without its digest; an empty one where none is.

    The same file gives the same object, which belongs to all who ask for it: copy it to change it.

    Raises:
        DamagedRecordError: It is missing though there are files of the record, or it is not, byte
            for byte, what was written.
        RecordError: It is of another format, or the folder cannot be read.
    """
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
        manifest, written = _parsed(text)
    except FileNotFoundError:
        if files := sorted(folder.glob("*/*.parquet")):
            raise DamagedRecordError(
                f"{path} is missing, though there is {files[0]}; {REMEDY}"
            ) from None
        return _empty()
    except OSError as error:
        raise unreadable(path, error) from error
    # A foreign file can be nested more deeply than Python recurses.
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedRecordError(f"{path} cannot be read ({error!r:.200}); {REMEDY}") from error
    if text != written:
        raise DamagedRecordError(
            f"{path} is damaged: expected SHA-256 {sha256(written)}, found {sha256(text)}; {REMEDY}"
        )
    if manifest["format"] != FORMAT_VERSION:
        raise RecordError(
            f"{path} has format {manifest['format']}; this version reads {FORMAT_VERSION}"
        )
    return manifest


@functools.lru_cache(maxsize=4)
def _parsed(text: bytes) -> tuple[dict[str, Any], bytes]:
    """The manifest that a text holds, and what would be written for it; asked for a thousand times.

    The digest is part of it, and covers neither white space nor the first of two equal keys.
    """
    manifest = json.loads(text)
    del manifest["digest"]
    return manifest, _text(manifest)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Writes a manifest, and its digest, so that a reader sees the old one or the new one.

    Raises:
        OSError: It could not be written; the old one is as it was.
    """
    write_whole(folder / MANIFEST, _text(manifest))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Waits until no other process changes the record of a folder, and keeps others waiting.

    Raises:
        RecordError: The folder cannot be written to, the disk is full, or it is a wheel's own.
    """
    if folder.resolve() == settings.carried().resolve():
        raise RecordError(
            f"{folder} is the record that the installed package carries, and stays as it is; name "
            f"a folder of your own, or the folder data of a clone, with {settings.DATA_VARIABLE}"
        )
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
        # Ctrl-C can come when the manifest has just been written: what it lists stays.
        listed = read_manifest(folder)["files"]
        for name, content in files.items():
            if listed.get(name, {}).get("sha256") != sha256(content):
                (folder / name).unlink(missing_ok=True)
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
        elif path.exists():
            old.unlink()


def unreadable(path: Path, error: OSError) -> RecordError:
    """The error of a file that may be whole and cannot be read."""
    return RecordError(
        f"{path} could not be read: {error.strerror}; make it readable, or name another folder "
        f"with {settings.DATA_VARIABLE}"
    )


def _empty() -> dict[str, Any]:
    # Imported here: whoever only asks for a digest need not wait for it.
    import pyarrow

    return {
        "format": FORMAT_VERSION,
        "written_with": {"pyarrow": pyarrow.__version__},
        "digits": {"runs": SUMMARY_DIGITS, "other tables": TABLE_DIGITS},
        "files": {},
    }


def _text(manifest: dict[str, Any]) -> bytes:
    signed = manifest | {"digest": sha256(canonical(manifest))}
    return (json.dumps(signed, indent=1) + "\n").encode()
