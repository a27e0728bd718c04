"""Fixtures of the engine's tests: records of a test's own, never the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.records import Records
from activation_study.engine.run import Run
from engine.made_runs import EXPERIMENTS, made_run


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points the project's folders into the test's, in this process and in those it starts."""
    monkeypatch.setenv("ACTIVATION_STUDY_RECORDS", str(tmp_path / "cache"))
    monkeypatch.setenv("ACTIVATION_STUDY_DATA", str(tmp_path / "data"))


@pytest.fixture
def records() -> Records:
    """Empty records in the test's own folders."""
    return Records()


@pytest.fixture
def runs() -> list[Run]:
    """One run of each of ``EXPERIMENTS``, made without training."""
    return [made_run(experiment) for experiment in EXPERIMENTS]


@pytest.fixture
def record(tmp_path: Path, runs: list[Run]) -> PublishedRecord:
    """A record with two studies."""
    published = PublishedRecord(tmp_path / "data")
    assert published.publish("core", runs[:6]) == 6
    assert published.publish("other", runs[5:]) == 3
    return published
