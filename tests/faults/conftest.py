"""Sweeps to disturb, and one that nobody disturbs, with which they are compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from faults.outcomes import outcomes, published, recorded, runs_in
from faults.processes import Sweep
from machine import small_disk, wait_for


@dataclass(frozen=True)
class Undisturbed:
    """The study's sweep where nothing ends it.

    Args:
        outcomes: Every recorded outcome by key.
        tables: Every published table's bytes.
        startup_seconds: From the start of the process to the first recorded run.
        seconds_per_run: From there on.
    """

    outcomes: dict[str, str]
    tables: dict[str, bytes]
    startup_seconds: float
    seconds_per_run: float

    def __len__(self) -> int:
        return len(self.outcomes)

    def equals(self, cache: Path, folder: Path) -> bool:
        """Whether a finished sweep has recorded, and would publish, the same bit for bit."""
        return outcomes(cache) == self.outcomes and published(runs_in(cache), folder) == self.tables


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Trained once, also where several processes test."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "undisturbed"
    started = folder / "started"
    try:
        folder.mkdir()
    except FileExistsError:
        wait_for(started.exists, "the undisturbed sweep of another process")
    else:
        sweep = Sweep("study", folder)
        assert sweep.wait() == 0, sweep.told()
        started.with_suffix(".tmp").write_text(repr(sweep.start))
        started.with_suffix(".tmp").rename(started)
    times = sorted(path.stat().st_mtime for path in recorded(folder / "cache"))
    runs = runs_in(folder / "cache")
    return Undisturbed(
        outcomes=outcomes(folder / "cache"),
        tables=published(runs, tmp_path_factory.mktemp("published")),
        startup_seconds=times[0] - float(started.read_text()),
        seconds_per_run=(times[-1] - times[0]) / (len(times) - 1),
    )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Sweep]]:
    """Starts a plan's sweep in the test's folder; what it leaves is ended after the test."""
    sweeps: list[Sweep] = []

    def call(plan: str = "study", folder: Path = tmp_path, **settings: Any) -> Sweep:
        sweeps.append(Sweep(plan, folder, **settings))
        return sweeps[-1]

    yield call
    for sweep in sweeps:
        sweep.end()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB: it is full after some runs."""
    with small_disk(tmp_path / "disk", 64) as folder:
        yield folder
