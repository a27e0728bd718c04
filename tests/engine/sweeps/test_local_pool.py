"""What becomes of experiments whose worker dies: really killed processes, really trained runs."""

from __future__ import annotations

import contextlib
import importlib
import linecache
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from activation_study.catalogue import activations
from activation_study.engine.records.records import Records
from activation_study.engine.sweeps import local_pool, order
from activation_study.engine.sweeps.sweep import run
from activation_study.errors import RunsFailedError
from activation_study.experiment import Experiment, grid
from engine.made_runs import SMALL


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activation_study.catalogue.activations.registry._registered", {})


@pytest.fixture
def deaths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in which every process that an experiment kills is listed before it dies."""
    path = tmp_path / "deaths"
    path.touch()
    monkeypatch.setenv("ACTIVATION_STUDY_TEST_DRIVER", f"{os.getpid()}:{path}")
    # Workers inherit the environment when they start.
    local_pool.end_idle()
    return path


def note_death() -> bool:
    """Lists the process that trains, unless it is the test's own; says whether it must die."""
    driver, _, path = os.environ["ACTIVATION_STUDY_TEST_DRIVER"].partition(":")
    if os.getpid() == int(driver):
        return False
    with open(path, "a") as file:
        print(os.getpid(), file=file)
    return True


def deadly(scores: Any) -> Any:
    """Kills the process that trains with it."""
    if note_death():
        os.kill(os.getpid(), signal.SIGKILL)
    return scores


def exiting(scores: Any) -> Any:
    """As above, by an exit that says nothing and looks like success."""
    if note_death():
        os._exit(0)
    return scores


@pytest.mark.slow
def test_experiments_that_kill_their_workers_fail_alone(records: Records, deaths: Path) -> None:
    activations.register("poison", deadly)
    activations.register("trapdoor", exiting)
    # What travels in a chunk behind the poison must not be lost with it.
    bad = grid(**SMALL, hidden=["poison", "trapdoor"])
    good = [*grid(**SMALL, seed=range(9)), *grid(**SMALL, hidden="tanh", seed=range(3))]
    with pytest.raises(RunsFailedError) as caught:
        run([*bad, *good], num_workers=2, records=records, progress=False)
    message = str(caught.value)
    assert "2 of 14 experiments failed; the others are recorded" in message
    assert message.count("its worker process died 3 times") == 2
    assert "killed by signal 9 (Killed)" in message
    assert "ended with exit code 0" in message
    assert "hidden='poison@" in message
    assert "fewer workers" in message
    assert Records().missing([*bad, *good]) == bad
    processes = deaths.read_text().split()
    assert len(processes) == len(set(processes)) == 2 * local_pool.ATTEMPTS


@pytest.mark.slow
def test_workers_that_ended_while_idle_count_against_nobody(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "CHUNK", 1)
    experiments = grid(**SMALL, seed=range(4))
    run(experiments[:2], num_workers=2, records=records, progress=False)
    left = list(local_pool._idle)
    assert len(left) == 2
    for worker in left:
        os.kill(worker.process.pid, signal.SIGKILL)
        # Gone, with a pipe that tells its end.
        assert worker.connection.poll(30)
    assert len(run(experiments, num_workers=2, records=records, progress=False)) == 4
    assert not [worker for worker in left if worker in local_pool._idle]


@pytest.mark.slow
def test_idle_worker_of_a_running_sweep_that_ended_is_replaced() -> None:
    experiments = grid(**SMALL, seed=range(4))

    def chunks() -> Iterator[list[Experiment]]:
        yield experiments[:1]
        yield experiments[1:2]
        yield experiments[2:3]
        (worker,) = local_pool._idle
        os.kill(worker.process.pid, signal.SIGKILL)
        worker.process.wait()
        yield experiments[3:]

    local_pool.end_idle()
    pool = local_pool._Pool(chunks(), 1)
    outcomes = list(pool.outcomes())
    assert [outcome.key for outcome in outcomes] == [each.key for each in experiments]
    assert pool.deaths.total() == 0


SCRIPT = """
print("started")
from activation_study import grid, run

def mine(scores):
    return helper.half(scores)

import helper
runs = run(grid(**{SMALL}, hidden=mine, seed=range(2)), num_workers=2)
print(len(runs), "runs")
"""


@pytest.mark.slow
def test_a_script_is_not_run_again_by_its_workers(records: Records, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def half(scores):\n    return 0.5 * scores\n")
    # No file, hence no module that a worker could import, and no guard of a main part.
    done = subprocess.run(
        [sys.executable, "-"],
        input=SCRIPT.replace("{SMALL}", repr(SMALL)),
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("started") == 1
    assert done.stdout.endswith("2 runs\n")
    assert len(list(records.cache.folder.glob("??/*.json"))) == 2


def locked(scores: Any) -> Any:
    with LOCK:
        return scores


LOCK: Any = contextlib.nullcontext()


@pytest.mark.slow
def test_what_cannot_be_sent_fails_alone_and_says_why(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = Experiment(**SMALL, hidden=locked), grid(**SMALL, seed=range(3))
    monkeypatch.setitem(globals(), "LOCK", threading.Lock())
    with pytest.raises(RunsFailedError, match=r"1 of 4 experiments failed") as caught:
        run([bad, *good], num_workers=2, records=records, progress=False)
    assert "cannot be sent to a worker: Activation 'locked' reads LOCK of type lock" in str(
        caught.value
    )
    assert "hidden='locked@" in str(caught.value)
    assert Records().missing([bad, *good]) == [bad]


@pytest.mark.slow
def test_worker_trains_what_a_reloaded_file_holds_now(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    # Bytecode of the same second and size would be taken for the new file's.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "my_activations.py"
    path.write_text("def mine(scores):\n    return 1.0 * scores\n")
    local_pool.end_idle()
    module = importlib.import_module("my_activations")
    first = Experiment(**SMALL, hidden=module.mine)
    run([first], num_workers=1, records=records, progress=False)
    path.write_text("def mine(scores):\n    return 0.0 * scores\n")
    importlib.invalidate_caches()
    linecache.checkcache()
    second = Experiment(**SMALL, hidden=importlib.reload(module).mine)
    assert second.key != first.key
    runs = run([first, second], num_workers=1, records=records, progress=False)
    spread = runs.layers[runs.layers["epoch"] == 0].set_index("key")["spread"]
    assert spread[first.key] > 0.0
    assert spread[second.key] == 0.0
