"""The recorded runs by which claims are judged, loaded anew only where the record has changed."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from pathlib import Path

from activation_study import settings, studies
from activation_study.engine.records.records import Records, Runs
from activation_study.engine.sweeps.sweep import load
from activation_study.files import sha256

State = tuple[str, Path, Path, str, int]
"""Tier, working cache, published record, digest of its manifest, number of cached runs of use."""


def state() -> State:
    """Return what tells a record that has changed from one that has not."""
    records = Records()
    cache, published = records.cache.folder, records.published.folder
    manifest = published / "MANIFEST.json"
    digest = sha256(manifest.read_bytes()) if manifest.exists() else ""
    return settings.tier(), cache, published, digest, len(cached_files())


def cached_files() -> list[Path]:
    """Return the files of the working cache that may hold a run of a study, sorted.

    While a book is built, its pages train on fewer digits than any study does. Their runs change
    no verdict.
    """
    cache, datasets = settings.working_cache(), _datasets(settings.tier())
    return sorted(path for path in cache.glob("??/*.json") if _dataset_of(path) in {*datasets, ""})


@functools.lru_cache
def _datasets(tier: str) -> frozenset[str]:
    """Return the names of the data sets that any study reads."""
    known = [studies.get(name) for name in studies.STUDIES | studies.UNPUBLISHED]
    return frozenset(
        arm.fields.get("dataset", study.base.dataset) for study in known for arm in study.arms
    )


# A file's name is the digest of what it is a run of.
@functools.cache
def _dataset_of(path: Path) -> str:
    """Return the data set of a cached run; nothing where its file does not begin as one does."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        return ""
    found = re.match(
        rb'{"digest": "\w*", "payload": {"experiment": {[^{}]*"dataset": "([^"]*)"', head
    )
    return found[1].decode() if found else ""


def recorded(study: str) -> Runs:
    """Return the recorded runs of a study, the same object while the record is the same."""
    return _loaded(study, state())


@functools.lru_cache(maxsize=64)
def _loaded(study: str, state: State) -> Runs:
    whole, records = studies.get(study), _records(state)
    *_, num_cached = state
    if study not in records.published.studies() and not num_cached:
        # It waits for its runs, as most do while a round is made: one arm says so, and is quick.
        first = replace(whole, arms=whole.arms[:1])
        if records.missing(first.next_experiments(records)):
            return load(first, records)
    return load(whole, records)


@functools.lru_cache(maxsize=1)
def _records(state: State) -> Records:
    """Return the record, whose tables are read once for all studies."""
    return Records()
