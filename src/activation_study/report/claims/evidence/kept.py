"""What was judged before, kept under the digest of all that it rests on: pages list every claim.

Each page is built in a process of its own. What is kept is a shortcut and no record: where its name
or its content is not what it must be, or the disk is full, all is judged anew.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from activation_study import settings
from activation_study.files import sha256, write_once
from activation_study.report.claims import claims_file
from activation_study.report.claims.evidence.record import cached_files

MOST = 8
"""Files that are kept, the youngest."""

LIBRARIES = ("numpy", "pandas", "pyarrow", "pydantic", "scipy")
"""Those that compute a verdict or hold it."""

Judged = TypeVar("Judged")


def basis() -> str:
    """Return the digest of the code, its versions, the tier, the claims and the record's bytes.

    Each part is preceded by its length, so that no two different sets of files give one stream.
    """
    cache, data = settings.working_cache(), settings.published()
    files = [*settings.package().rglob("*.py"), *data.rglob("*"), *cached_files()]
    parts = [sys.version.encode(), settings.tier().encode(), os.fspath(cache).encode()]
    parts += [f"{name} {version(name)}".encode() for name in LIBRARIES]
    for path in [claims_file.where(), *sorted(filter(Path.is_file, files))]:
        parts += [os.fspath(path).encode(), path.read_bytes()]
    return sha256(*(len(part).to_bytes(8, "big") + part for part in parts))


def kept(judge: Callable[[], Judged], variant: str = "") -> Judged:
    """Return what was judged on this basis before, else judge, and keep it for other processes.

    Args:
        judge: what to call.
        variant: tells apart what is judged in several ways on one basis; ends a file's name.
    """
    try:
        name = basis() + variant
    except OSError:
        # Judging says what cannot be read, and what mends it.
        return judge()
    path = settings.verdicts() / f"{name}.pickle"
    if found := _read(path, name):
        return found[0]
    with _alone(path.with_suffix(".lock")):
        # Another process may have judged it meanwhile.
        if found := _read(path, name):
            return found[0]
        judged = judge()
        with contextlib.suppress(OSError):
            # A run that was recorded, or set aside as damaged, meanwhile is part of another basis.
            if basis() + variant == name:
                content = pickle.dumps(judged)
                path.parent.mkdir(parents=True, exist_ok=True)
                write_once(path, sha256(name.encode(), content).encode() + b"\n" + content)
                by_age = sorted(path.parent.glob("*.pickle"), key=lambda file: file.stat().st_mtime)
                for old in by_age[:-MOST]:
                    old.unlink(missing_ok=True)
    return judged


def _read(path: Path, name: str) -> tuple[Any] | None:
    """Return what is kept, or nothing where it is not what it must be."""
    with contextlib.suppress(OSError):
        digest, _, content = path.read_bytes().partition(b"\n")
        # Before it is unpickled: nothing is that was not written here, under this name.
        if digest == sha256(name.encode(), content).encode():
            return (pickle.loads(content),)
        path.unlink(missing_ok=True)
    return None


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait for whoever judges the same, where the file system and Python have locks."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(ImportError, OSError):
            import fcntl

            path.parent.mkdir(parents=True, exist_ok=True)
            fcntl.flock(held.enter_context(path.open("w")), fcntl.LOCK_EX)
            held.callback(path.unlink, missing_ok=True)
        yield
