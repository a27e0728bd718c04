"""Trials of a few images, rates and seeds, in folders of their own."""

from pathlib import Path

import pytest

from activation_study.trial import plan


@pytest.fixture
def small_plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Plan no more than tells a function that learns from one that does not."""
    monkeypatch.setenv("ACTIVATION_STUDY_TIER", "quick")
    monkeypatch.setenv("ACTIVATION_STUDY_RECORDS", str(tmp_path / "cache"))
    monkeypatch.setattr(plan, "SMALL", {"dataset": "mnist-5k", "epochs": 2, "train_size": 1_000})
    monkeypatch.setattr(plan, "SMALL_SEEDS", (200, 201))
    monkeypatch.setattr(plan, "INNER_RATES", (1e-3, 1e-2))
    monkeypatch.setattr(plan, "EXTENDS", False)
    monkeypatch.chdir(tmp_path)
