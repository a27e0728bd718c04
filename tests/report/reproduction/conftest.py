"""Real runs of small networks on the embedded images, trained once for all tests of the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.run import Run
from activation_study.engine.sweeps import sweep
from activation_study.experiment import Experiment
from report.reproduction.audited_runs import NUM_WORKERS, OTHERS, RELU, STEP, TUNING

Publish = Callable[[Iterable[Run]], PublishedRecord]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points the project's folders into the test's."""
    monkeypatch.setenv("ACTIVATION_STUDY_RECORDS", str(tmp_path / "cache"))
    monkeypatch.setenv("ACTIVATION_STUDY_DATA", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def trained() -> dict[Experiment, Run]:
    """Runs as a sweep makes them, in its workers."""
    experiments = [RELU, STEP, TUNING, *OTHERS.values()]
    outcomes = list(sweep.train_all(experiments, NUM_WORKERS))
    runs = {outcome.key: outcome for outcome in outcomes if isinstance(outcome, Run)}
    assert len(runs) == len(experiments), outcomes
    return {experiment: runs[experiment.key] for experiment in experiments}


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    """Publishes runs as the study ``core`` of a record in the test's own folder, and signs it."""

    def call(runs: Iterable[Run]) -> PublishedRecord:
        published = PublishedRecord(tmp_path / "data")
        published.publish("core", runs)
        return published

    return call
