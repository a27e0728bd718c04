"""Whatever ends a sweep, calling again takes it up: real processes, really killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import pytest

from activation_study.catalogue import activations
from activation_study.engine import runner
from activation_study.engine.records import Records
from activation_study.engine.run import Run
from activation_study.engine.runner import run
from engine import sweep_driver

PATIENCE_SECONDS = 600
"""Long, for machines that are busy; what is waited for comes in seconds on a quiet one."""


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activations, "_registered", {})


@pytest.fixture(autouse=True)
def tasks_travel_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the sweeps of a few tiny runs here have as many tasks as large ones have."""
    monkeypatch.setattr(runner, "CHUNK", 1)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the driver's sweep records where nothing ends it, by key."""
    folder = tmp_path_factory.mktemp("undisturbed")
    records = Records(folder / "cache", folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(activations, "_registered", {})
        experiments = sweep_driver.sweep()
        runs = run(experiments, num_workers=2, records=records, progress=False)
    assert len(runs) == len(experiments)
    return outcomes(records)


def outcomes(records: Records) -> dict[str, str]:
    """Every recorded outcome as text (NaN equals nothing), read from the disk anew."""
    keys = records.cache.keys()
    return {key: outcome(run) for key in keys if (run := records.cache.read(key)) is not None}


def outcome(run: Run) -> str:
    return json.dumps(
        {name: value for name, value in asdict(run).items() if name != "provenance"}, sort_keys=True
    )


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.01)
    return found


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """The processes that loky started to work, without its resource tracker."""
    children = process.children(recursive=True)
    return [child for child in children if "popen_loky" in " ".join(child.cmdline())]


def recorded(records: Records) -> list[Path]:
    return sorted(records.cache.folder.glob("??/*.json"))


def kill_a_worker_after_the_first_run(records: Records, killed: list[int]) -> threading.Thread:
    def kill() -> None:
        wait_for(lambda: recorded(records), "the first run")
        victim = wait_for(lambda: workers_of(psutil.Process()), "a worker")[0]
        killed.append(len(recorded(records)))
        victim.kill()

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_sweep_outlives_a_killed_worker(
    records: Records, undisturbed: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    killed: list[int] = []
    thread = kill_a_worker_after_the_first_run(records, killed)
    runs = run(sweep_driver.sweep(), num_workers=2, records=records, progress=False)
    thread.join()
    assert killed
    assert killed[0] < len(undisturbed)
    assert len(runs) == len(undisturbed)
    assert runs.summary["key"].is_unique
    assert "12 in all, 0 loaded, 12 trained" in capsys.readouterr().out
    assert outcomes(Records()) == undisturbed


@pytest.fixture
def driver() -> Iterator[subprocess.Popen]:
    """A sweep in a process of its own; what it leaves running is ended after the test."""
    process = subprocess.Popen(
        [sys.executable, sweep_driver.__file__],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        text=True,
        # Ctrl-C in a terminal reaches the whole group; here the test says who gets it.
        start_new_session=True,
    )
    yield process
    # What is left is this test's own: the driver started a session for itself and its workers.
    for left in psutil.process_iter(["pid"]):
        try:
            if os.getsid(left.pid) == process.pid:
                left.kill()
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    process.stdout.close()
    process.wait()


def resumes(
    records: Records, undisturbed: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Takes the sweep up and compares it with the undisturbed one."""
    before = {path: path.read_bytes() for path in recorded(records)}
    num_left = len(undisturbed) - len(before)
    assert 0 < num_left < len(undisturbed)
    assert outcomes(Records()).items() <= undisturbed.items()
    assert not (records.cache.folder / "quarantine").exists()
    capsys.readouterr()
    runs = run(sweep_driver.sweep(), num_workers=2, records=Records(), progress=False)
    told = capsys.readouterr().out
    assert f"12 in all, {len(before)} loaded, {num_left} trained" in told
    assert len(runs) == len(undisturbed)
    assert all(path.read_bytes() == content for path, content in before.items())
    assert outcomes(Records()) == undisturbed


@pytest.mark.slow
def test_killed_driver_is_taken_up(
    driver: subprocess.Popen,
    records: Records,
    undisturbed: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    wait_for(lambda: recorded(records) or driver.poll() is not None, "the first run")
    driver.kill()
    driver.wait()
    resumes(records, undisturbed, capsys)


@pytest.mark.slow
def test_interrupted_driver_leaves_whole_files_only(
    driver: subprocess.Popen,
    records: Records,
    undisturbed: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    wait_for(lambda: recorded(records) or driver.poll() is not None, "the first run")
    driver.send_signal(signal.SIGINT)
    printed, _ = driver.communicate(timeout=PATIENCE_SECONDS)
    assert driver.returncode != 0
    assert "KeyboardInterrupt" in printed
    files = [path for path in records.cache.folder.rglob("*") if path.is_file()]
    assert sorted(files) == recorded(records)
    resumes(records, undisturbed, capsys)
