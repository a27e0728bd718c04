"""The registered digests of the claims and their schema: a rule changes on purpose or not at all.

They stand in the manifest beside the file of claims. The project's own files must be registered;
a file of one's own is compared only where a manifest beside it lists it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from activation_study.engine.records.manifest import MANIFEST
from activation_study.engine.records.published import PublishedRecord
from activation_study.errors import ClaimsError
from activation_study.files import sha256

COMMAND = "activation-study register"


def read_registered(path: Path, *, must_be_registered: bool) -> bytes:
    """Return the content of a file, compared with the manifest beside it.

    Args:
        path: the file.
        must_be_registered: whether it is an error that no manifest beside it lists it.

    Raises:
        ClaimsError: the file is missing, cannot be read, or is not what is registered; names the
            file, the expected digest and the found one, and the remedies.
        RecordError: the manifest is damaged, or missing beside published files.
    """
    expected = None
    # Other data beside a file of one's own are none of this record.
    if must_be_registered or (path.parent / MANIFEST).exists():
        expected = PublishedRecord(path.parent).registered().get(path.name)
    content = content_of(path, expected)
    found = sha256(content)
    if expected is None and must_be_registered:
        raise ClaimsError(
            f"{path}: expected its SHA-256 in {path.parent / MANIFEST}, received none; what is "
            f"found is {found}. {_remedies(path.parent / MANIFEST)}"
        )
    if expected not in (None, found):
        raise ClaimsError(
            f"{path} is not what is registered: expected SHA-256 {expected}, found {found}. "
            f"{_remedies(path)}"
        )
    return content


def content_of(path: Path, expected: str | None = None) -> bytes:
    """Return the content of a file, of which the digest may be known.

    Raises:
        ClaimsError: the file is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ClaimsError(
            f"{path}: expected {f'a file of SHA-256 {expected}' if expected else 'a file'}, "
            f"received none. {_remedies(path)}"
        ) from None
    except OSError as error:
        raise ClaimsError(
            f"{path}: expected a file that this user may read, received the error "
            f"{error.strerror!r}. Remedy: make it readable."
        ) from error


def _remedies(path: Path) -> str:
    return (
        f"Remedies: restore it (git checkout -- {path.parent.name}/{path.name}); or, after a "
        f"deliberate change, register the claims ({COMMAND})."
    )


def register(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the digests of files into the manifest of their folder.

    Raises:
        RecordError: the manifest is damaged, or cannot be written.
    """
    PublishedRecord(folder).register({name: sha256(text) for name, text in contents.items()})
