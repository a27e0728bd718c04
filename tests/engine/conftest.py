"""Fixtures of the engine's tests: records of a test's own, never the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from activation_study.engine.records import Records


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points the project's folders into the test's, in this process and in those it starts."""
    monkeypatch.setenv("ACTIVATION_STUDY_RECORDS", str(tmp_path / "cache"))
    monkeypatch.setenv("ACTIVATION_STUDY_DATA", str(tmp_path / "data"))


@pytest.fixture
def records() -> Records:
    """Empty records in the test's own folders."""
    return Records()
