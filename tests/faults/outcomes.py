"""What a sweep has recorded, in forms that can be compared bit for bit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from activation_study.engine.records import schema
from activation_study.engine.records.cache import WorkingCache
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.run import Run

SECONDS = [name for name in schema.PROVENANCE if name.endswith("_seconds")]
"""What no two trainings of an experiment share."""


def recorded(cache: Path) -> list[Path]:
    """Files of the recorded runs."""
    return sorted(cache.glob("??/*.json"))


def leftovers(cache: Path) -> list[Path]:
    """Files that a driver was writing when it ended."""
    return sorted(cache.glob("??/.*.tmp"))


def everything(cache: Path) -> list[Path]:
    """Every file in the cache, whatever it is."""
    return sorted(path for path in cache.rglob("*") if path.is_file())


def runs_in(cache: Path) -> list[Run]:
    """The recorded runs, each checked against its digest; sets nothing aside."""
    folder = WorkingCache(cache)
    runs = list(map(folder.read, folder.keys()))
    assert not (cache / "quarantine").exists()
    return [run for run in runs if run is not None]


def outcome(run: Run) -> str:
    """Everything about a run but its seconds, as text (NaN equals nothing)."""
    content = asdict(run)
    for name in SECONDS:
        del content["provenance"][name]
    return json.dumps(content, sort_keys=True)


def outcomes(cache: Path) -> dict[str, str]:
    """The recorded outcomes by key."""
    return {run.key: outcome(run) for run in runs_in(cache)}


def published(runs: Iterable[Run], folder: Path) -> dict[str, bytes]:
    """Publishes the runs and returns each table's bytes.

    Those of the table ``runs`` are Arrow's, without the seconds; those of others the file's own.
    """
    record = PublishedRecord(folder)
    record.publish("trial", runs)
    content = {path.stem: path.read_bytes() for path in (folder / "trial").glob("*.parquet")}
    content["runs"] = _arrow_bytes(record.read("trial", "runs").drop_columns(SECONDS))
    return content


def _arrow_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


@dataclass
class Ledger:
    """Remembers every run that was seen on the disk, and counts what became of them.

    Args:
        cache: Folder of the working cache.
    """

    cache: Path
    seen: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    num_lost: int = 0
    num_changed: int = 0
    num_doubled: int = 0

    def look(self) -> int:
        """Compares what is on the disk with what was; returns the number of runs seen so far."""
        found: dict[str, tuple[Any, ...]] = {}
        for path in recorded(self.cache):
            status = path.stat()
            # A file that was written anew with the same bytes has changed, too.
            content = (path.read_bytes(), status.st_ino, status.st_mtime_ns)
            self.num_doubled += path.stem in found
            found[path.stem] = content
        for key, content in self.seen.items():
            if key not in found:
                self.num_lost += 1
            elif found[key] != content:
                self.num_changed += 1
        self.seen |= found
        return len(self.seen)

    def check_trainings(self, before: Iterable[str], noted: list[str]) -> None:
        """Counts what a driver recorded although it was on the disk before, or twice."""
        known = set(before)
        for key in noted:
            self.num_doubled += key in known
            known.add(key)
