"""The manifest of the published record: what each file of it must be, and itself under a digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from activation_study import settings
from activation_study.engine.run import SUMMARY_DIGITS, TABLE_DIGITS
from activation_study.errors import DamagedRecordError, RecordError
from activation_study.files import canonical, sha256, write_whole

MANIFEST = "MANIFEST.json"
PENDING = "MANIFEST.next.json"
"""The manifest of a change that is decided and not finished."""

FORMAT_VERSION = 1
REMEDY = "restore it from version control (git checkout -- data)"


def remedy(folder: Path) -> str:
    """What mends a record that is not what its manifest says."""
    if (folder / PENDING).exists():
        return "a publication was interrupted: publish again (activation-study publish STUDY)"
    return REMEDY


def read_manifest(folder: Path, name: str = MANIFEST) -> dict[str, Any]:
    """Returns the verified manifest of a folder, without its digest; an empty one where none is.

    Args:
        folder: Folder of the record.
        name: Name of the file: the manifest, or that of a change that is not finished.

    Raises:
        DamagedRecordError: It is missing though there are files of the record, or it is not, byte
            for byte, what was written.
        RecordError: It is of another format, or the folder cannot be read.
    """
    path = folder / name
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        if files := sorted(folder.glob("*/*.parquet")):
            raise DamagedRecordError(
                f"{path} is missing, though there is {files[0]}; {remedy(folder)}"
            ) from None
        return _empty()
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        manifest = json.loads(text)
        digest = manifest.pop("digest")
    # A foreign file can be nested more deeply than Python recurses.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedRecordError(f"{path} cannot be read ({error!r:.200}); {REMEDY}") from error
    if digest != (found := _digest(manifest)):
        raise DamagedRecordError(
            f"{path} does not match its own digest: expected {digest}, found {found}; {REMEDY}"
        )
    if manifest["format"] != FORMAT_VERSION:
        raise RecordError(
            f"{path} has format {manifest['format']}; this version reads {FORMAT_VERSION}"
        )
    # The digest covers the content; white space, and which of two equal keys counts, it does not.
    if text != (written := _text(manifest)):
        raise DamagedRecordError(
            f"{path} is damaged: expected SHA-256 {sha256(written)}, found {sha256(text)}; {REMEDY}"
        )
    return manifest


def write_manifest(folder: Path, manifest: dict[str, Any], name: str = MANIFEST) -> None:
    """Writes a manifest, and its digest, so that a reader sees the old one or the new one.

    Raises:
        OSError: It could not be written; the old one is as it was.
    """
    write_whole(folder / name, _text(manifest))


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
    return (json.dumps(manifest | {"digest": _digest(manifest)}, indent=1) + "\n").encode()


def _digest(manifest: dict[str, Any]) -> str:
    return sha256(canonical(manifest))
