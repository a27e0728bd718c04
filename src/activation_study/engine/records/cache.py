"""The working cache: one JSON file a run, each with the digest of its own payload."""

from __future__ import annotations

import json
import logging
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from activation_study import settings
from activation_study.engine.run import Run
from activation_study.errors import EngineError
from activation_study.files import canonical, sha256, write_once

logger = logging.getLogger(__name__)

RUN_AGAIN = "run again: what is recorded is kept and only the rest is trained"


class WorkingCache:
    """Runs in a folder that git ignores.

    Whatever cannot be read or written here is an ``EngineError``, which says how to mend it.

    Args:
        folder: Made when the first run is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def path(self, key: str) -> Path:
        """Where the run of a key is, or would be."""
        return self.folder / key[:2] / f"{key}.json"

    def write(self, run: Run) -> Path:
        """Writes a run so that a reader sees all of it or none of it; keeps a run that is there."""
        path = self.path(run.key)
        if self.read(run.key) is not None:
            return path
        with _explaining(
            f"the run {run.key[:12]} could not be written to {path.parent}",
            "free some space or make the folder writable",
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            # A file that another driver has written in the meantime stays.
            return write_once(path, _content(asdict(run)))

    def check_writable(self) -> None:
        """Makes the folder and, for a moment, a file in it."""
        with _explaining(
            f"nothing was trained, since runs cannot be recorded in {self.folder}",
            f"free some space, make the folder writable, or name another with "
            f"{settings.RECORDS_VARIABLE}",
        ):
            self.folder.mkdir(parents=True, exist_ok=True)
            tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", suffix=".tmp").close()

    def read(self, key: str) -> Run | None:
        """Returns the run of a key, or None where there is no undamaged one.

        A file that is not, byte for byte, what would be written for the run that it holds is moved
        aside, with a warning, so that its run is repeated.
        """
        path = self.path(key)
        with _explaining(f"{path} could not be read", "make it readable"):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
        try:
            payload = json.loads(content)["payload"]
            # More than a comparison of digests, which would pass over white space, over another
            # spelling of a number and over the first of two equal names.
            if content != _content(payload):
                raise ValueError("its content does not match its digest")
            if payload["key"] != key:
                raise ValueError("its key does not match its name")
            return Run(**payload)
        # A foreign file can be nested more deeply than Python recurses.
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self._quarantine(path, error)
            return None

    def _quarantine(self, path: Path, damage: Exception) -> None:
        folder = self.folder / "quarantine"
        # A run can be damaged more than once, and each file is kept.
        aside = folder / f"{path.stem}-{uuid.uuid4().hex[:8]}.json"
        with _explaining(
            f"{path} is damaged ({damage}) and could not be moved to {folder}",
            "make the folder writable",
        ):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                path.replace(aside)
            except FileNotFoundError:
                # Another process that shares the cache found the damage too, and was first.
                return
        logger.warning(
            "%s is damaged (%s): moved to %s; its run will be repeated", path, damage, aside
        )

    def keys(self) -> list[str]:
        """Keys of the runs in the cache, sorted."""
        return sorted(path.stem for path in self.folder.glob("??/*.json"))


@contextmanager
def _explaining(what: str, remedy: str) -> Iterator[None]:
    """Says of an error of the system what it kept from being done, and what mends that."""
    try:
        yield
    except OSError as error:
        raise EngineError(f"{what}: {error.strerror}; {remedy}, then {RUN_AGAIN}") from error


def _content(payload: dict[str, Any]) -> bytes:
    """The one content of a file that holds the payload."""
    digest = sha256(canonical(payload))
    return json.dumps({"digest": digest, "payload": payload}, sort_keys=True).encode()
