"""The working cache: one JSON file a run, each with the digest of its own payload."""

from __future__ import annotations

import itertools
import json
import logging
import os
import tempfile
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

    Args:
        folder: Made when the first run is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def path(self, key: str) -> Path:
        """Where the run of a key is, or would be."""
        return self.folder / key[:2] / f"{key}.json"

    def write(self, run: Run) -> Path:
        """Writes a run so that a reader sees all of it or none of it; keeps a run that is there.

        Raises:
            EngineError: The folder cannot be read or written to, or the disk is full; nothing is
                left half-written.
        """
        path = self.path(run.key)
        if self.read(run.key) is not None:
            return path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A file that another driver has written in the meantime stays.
            write_once(path, _content(asdict(run)))
        except OSError as error:
            raise EngineError(
                f"the run {run.key[:12]} could not be written to {path.parent}: {error.strerror}; "
                f"free some space or make the folder writable, then {RUN_AGAIN}"
            ) from error
        return path

    def check_writable(self) -> None:
        """Makes the folder and, for a moment, a file in it.

        Raises:
            EngineError: Nothing can be written there.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", suffix=".tmp").close()
        except OSError as error:
            raise EngineError(
                f"runs cannot be recorded in {self.folder}: {error.strerror}; nothing was trained: "
                f"free some space, make the folder writable, or name another with "
                f"{settings.RECORDS_VARIABLE}, then {RUN_AGAIN}"
            ) from error

    def read(self, key: str) -> Run | None:
        """Returns the run of a key, or None where there is no undamaged one.

        A file that is not, byte for byte, what would be written for the run that it holds is moved
        aside, with a warning, so that its run is repeated.

        Raises:
            EngineError: The file cannot be read, or is damaged and cannot be moved.
        """
        path = self.path(key)
        try:
            content = path.read_bytes()
            payload = json.loads(content)["payload"]
            # More than a comparison of digests, which would pass over white space, over another
            # spelling of a number and over the first of two equal names.
            if content != _content(payload):
                raise ValueError("its content does not match its digest")
            if payload["key"] != key:
                raise ValueError("its key does not match its name")
            return Run(**payload)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise EngineError(
                f"{path} could not be read: {error.strerror}; make it readable, then {RUN_AGAIN}"
            ) from error
        # A foreign file can be nested more deeply than Python recurses.
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self._quarantine(path, error)
            return None

    def _quarantine(self, path: Path, error: Exception) -> None:
        folder = self.folder / "quarantine"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            aside = _unused(folder, path.stem)
            os.replace(path, aside)
        except FileNotFoundError:
            # Another process that shares the cache found the damage too, and was first.
            return
        except OSError as os_error:
            raise EngineError(
                f"{path} is damaged ({error}) and could not be moved to {folder}: "
                f"{os_error.strerror}; make the folder writable, then {RUN_AGAIN}"
            ) from os_error
        logger.warning(
            "%s is damaged (%s): moved to %s; its run will be repeated", path, error, aside
        )

    def keys(self) -> list[str]:
        """Keys of the runs in the cache, sorted."""
        return sorted(path.stem for path in self.folder.glob("??/*.json"))


def _unused(folder: Path, stem: str) -> Path:
    """A path that no file has: a run can be damaged more than once, and each file is kept."""
    names = (f"{stem}{(number and f'-{number}') or ''}.json" for number in itertools.count())
    return next(path for name in names if not (path := folder / name).exists())


def _content(payload: dict[str, Any]) -> bytes:
    """The one content of a file that holds the payload."""
    digest = sha256(canonical(payload))
    return json.dumps({"digest": digest, "payload": payload}, sort_keys=True).encode()
