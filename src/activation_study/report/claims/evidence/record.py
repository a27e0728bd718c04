"""The recorded runs by which claims are judged, loaded anew only where the record has changed."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

from activation_study import settings, studies
from activation_study.engine.records.records import Records, Runs
from activation_study.engine.sweeps.sweep import load
from activation_study.files import sha256

State = tuple[str, Path, Path, str, int]
"""Tier, working cache, published record, digest of its manifest, number of cached runs."""


def state() -> State:
    """Return what tells a record that has changed from one that has not."""
    records = Records()
    cache, published = records.cache.folder, records.published.folder
    manifest = published / "MANIFEST.json"
    digest = sha256(manifest.read_bytes()) if manifest.exists() else ""
    return settings.tier(), cache, published, digest, len(records.cache.keys())


def recorded(study: str) -> Runs:
    """Return the recorded runs of a study, the same object while the record is the same."""
    return _loaded(study, state())


@functools.lru_cache(maxsize=64)
def _loaded(study: str, state: State) -> Runs:
    whole, records = studies.get(study), _records(state)
    if study not in records.published.studies() and not records.cache.keys():
        # It waits for its runs, as most do while a round is made: one arm says so, and is quick.
        first = replace(whole, arms=whole.arms[:1])
        if records.missing(first.next_experiments(records)):
            return load(first, records)
    return load(whole, records)


@functools.lru_cache(maxsize=1)
def _records(state: State) -> Records:
    """Return the record, whose tables are read once for all studies."""
    return Records()
