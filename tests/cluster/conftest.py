"""A cluster for each module, and folders of records for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from activation_study.engine.records.records import Records
from activation_study.engine.sweeps import order
from cluster.local_cluster import LocalCluster


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the project's own record, here or in the processes that it starts."""
    monkeypatch.setenv("ACTIVATION_STUDY_RECORDS", str(tmp_path / "cache"))
    monkeypatch.setenv("ACTIVATION_STUDY_DATA", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def tasks_travel_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the sweeps of a few tiny runs here have as many tasks as large ones have."""
    monkeypatch.setattr(order, "CHUNK", 1)


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activation_study.catalogue.activations.registry._registered", {})


@pytest.fixture
def records() -> Records:
    """Empty records in the test's own folders."""
    return Records()


@pytest.fixture
def make_cluster(tmp_path: Path) -> Iterator[Callable[..., LocalCluster]]:
    """Starts clusters that end with the test."""
    started: list[LocalCluster] = []

    def make(**environment: str) -> LocalCluster:
        folder = tmp_path / f"cluster-{len(started)}"
        folder.mkdir()
        started.append(LocalCluster(folder, **environment))
        return started[-1]

    yield make
    for cluster in started:
        cluster.close()


@pytest.fixture(scope="module")
def shared_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Three workers that no test of the module ends."""
    cluster = LocalCluster(tmp_path_factory.mktemp("cluster"))
    try:
        for name in ("one", "two", "three"):
            cluster.add_worker(name)
        cluster.wait_for_workers(3)
        yield cluster
    finally:
        cluster.close()
