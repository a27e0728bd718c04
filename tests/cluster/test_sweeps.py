"""Sweeps on a scheduler and workers that are processes of their own and share no disk."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from activation_study import cli, studies
from activation_study.engine.records.records import Records
from activation_study.engine.run import Run
from activation_study.engine.sweeps import cluster as engine_cluster
from activation_study.engine.sweeps.sweep import run
from activation_study.errors import RunsFailedError
from activation_study.experiment import Experiment, grid
from activation_study.studies import Arm, Tuning
from cluster.local_cluster import LocalCluster
from engine.made_runs import SMALL
from faults.outcomes import Ledger, outcomes, published, recorded, runs_in
from machine import wait_for

pytestmark = pytest.mark.slow


def trial() -> studies.Study:
    """Some twenty runs of most of a second: the sweep outlasts the start of another worker."""
    return studies.Study(
        name="trial",
        arms=(
            Arm({"hidden": "relu", "head": "softmax"}),
            Arm({"hidden": "tanh", "head": "sigmoid"}),
        ),
        base=Experiment(dataset="mnist-5k", width=64, epochs=10),
        tuning=Tuning(rates=(1e-3, 1e-2), seeds=(0, 1, 2), extends=False),
        seeds=lambda arm: range(100, 104),
        default_seeds=tuple(range(100, 104)),
    )


def loops_of_workers(address: str) -> dict[str, int]:
    """Address of each worker -> number of compiled networks that it holds."""

    def number() -> int:
        engine = sys.modules.get("activation_study.engine.training.loop")
        return len(engine._LOOPS) if engine else 0

    with Client(address, set_as_default=False) as client:
        return dict(client.run(number))


class Disturbance(threading.Thread):
    """Waits for the third recorded run; then kills one worker and adds another."""

    def __init__(self, cluster: LocalCluster, cache: Path) -> None:
        super().__init__()
        self.cluster, self.ledger = cluster, Ledger(cache)
        self.num_at_the_kill = self.num_at_the_addition = 0

    def run(self) -> None:
        wait_for(lambda: len(recorded(self.ledger.cache)) >= 3, "the third run")
        self.cluster.add_worker("late")
        self.num_at_the_kill = self.ledger.look()
        self.cluster.kill("two")
        wait_for(lambda: "late" in self.cluster.workers(), "the late worker")
        self.num_at_the_addition = self.ledger.look()


def test_a_sweep_that_loses_one_worker_and_gains_another_records_what_one_machine_does(
    make_cluster: Callable[..., LocalCluster], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster = make_cluster()
    for name in ("one", "two", "three"):
        cluster.add_worker(name)
    cluster.wait_for_workers(3)
    disturbance = Disturbance(cluster, tmp_path / "cache")
    disturbance.start()
    runs = run(trial(), backend="dask", address=cluster.address, progress=False)
    disturbance.join()

    number = len(runs)
    assert 0 < disturbance.num_at_the_kill <= disturbance.num_at_the_addition < number
    assert disturbance.ledger.look() == number
    assert (disturbance.ledger.num_lost, disturbance.ledger.num_changed) == (0, 0)
    assert set(runs.summary["threads"]) == {1}
    assert f"{number} in all, 0 loaded, {number} trained" in capsys.readouterr().out
    # All three that live have trained: the late one, too.
    loops = loops_of_workers(cluster.address)
    assert len(loops) == 3
    assert min(loops.values()) > 0

    alone = Records(tmp_path / "alone", tmp_path / "alone-data")
    run(trial(), num_workers=2, records=alone, progress=False)
    assert outcomes(tmp_path / "cache") == outcomes(tmp_path / "alone")
    tables = [
        published(runs_in(tmp_path / name), tmp_path / f"{name}-published")
        for name in ("cache", "alone")
    ]
    assert tables[0] == tables[1]
    # No worker has written a run anywhere: the driver alone does.
    assert [*cluster.folder.rglob("??/*.json"), *cluster.folder.rglob("*.parquet")] == []


def test_the_command_line_sends_a_study_to_a_cluster(
    shared_cluster: LocalCluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def tiny() -> studies.Study:
        return studies.Study(
            name="tiny",
            arms=(Arm({"hidden": "relu", "head": "softmax"}),),
            base=Experiment(**SMALL),
            tuning=Tuning(rates=(1e-3, 1e-2), seeds=(0, 1), extends=False),
            seeds=lambda arm: (100,),
            default_seeds=(100,),
        )

    monkeypatch.setitem(studies.STUDIES, "tiny", tiny)

    def call(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["activation-study", "run", "tiny", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return stop.value.code, *capsys.readouterr()

    code, printed, errors = call("--dask", shared_cluster.address)
    assert (code, errors) == (0, "")
    num_runs = len(recorded(tmp_path / "cache"))
    assert f"{num_runs} runs recorded" in printed
    code, printed, _ = call("--dask", shared_cluster.address)
    assert code == 0
    assert f"{num_runs} in all, {num_runs} loaded, 0 trained" in printed
    code, _, errors = call("--dask", "nonsense://here", "--workers", "2")
    assert code == 2
    assert "and without num_workers; received" in errors


def bent(scores: Any) -> Any:
    """Known to this file alone, which the workers cannot import."""
    return scores + 0.25 * abs(scores)


def test_a_function_of_the_users_own_travels(
    shared_cluster: LocalCluster, records: Records, tmp_path: Path
) -> None:
    def mirrored(scores: Any) -> Any:
        return bent(-scores)

    experiments = grid(**SMALL, hidden=[bent, mirrored], seed=[0, 1])
    run(
        experiments,
        backend="dask",
        address=shared_cluster.address,
        records=records,
        progress=False,
    )
    run(experiments, records=Records(tmp_path / "here", tmp_path / "none"), progress=False)
    found, expected = outcomes(tmp_path / "cache"), outcomes(tmp_path / "here")
    assert len(found) == 4
    assert {key: _numbers(text) for key, text in found.items()} == {
        key: _numbers(text) for key, text in expected.items()
    }


def _numbers(outcome: str) -> str:
    """All of an outcome but the number of threads, which is this process's own here."""
    return outcome.partition('"provenance"')[0]


def test_an_interrupted_sweep_leaves_the_cluster_idle(
    shared_cluster: LocalCluster, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Records.add

    def interrupted(self: Records, result: Run) -> None:
        add(self, result)
        raise KeyboardInterrupt

    monkeypatch.setattr(Records, "add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(
            grid(**SMALL, seed=range(40)),
            backend="dask",
            address=shared_cluster.address,
            records=records,
            progress=False,
        )
    assert len(recorded(records.cache.folder)) == 1
    with Client(shared_cluster.address, set_as_default=False) as client:
        wait_for(lambda: not any(client.processing().values()), "the end of all tasks")


def deadly(scores: Any) -> Any:
    """Kills the process that trains with it, unless it is the driver."""
    if os.environ.get("ACTIVATION_STUDY_TEST_WORKER"):
        os.kill(os.getpid(), signal.SIGKILL)
    return scores


def test_an_experiment_that_kills_every_worker_fails_alone(
    make_cluster: Callable[..., LocalCluster], records: Records
) -> None:
    # The scheduler's own patience is three deaths; one is enough here, and spares restarts.
    cluster = make_cluster(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    for name in ("one", "two"):
        # A nanny starts its worker again.
        cluster.add_worker(name, nanny=True, ACTIVATION_STUDY_TEST_WORKER="1")
    cluster.wait_for_workers(2)
    bad = Experiment(**SMALL, hidden=deadly, seed=7)
    good = grid(**SMALL, seed=range(6))
    with pytest.raises(RunsFailedError) as caught:
        run([bad, *good], backend="dask", address=cluster.address, records=records, progress=False)
    message = str(caught.value)
    assert "1 of 7 experiments failed; the others are recorded" in message
    assert "hidden='deadly@" in message
    assert "every worker died that was given it, though no other run of this sweep" in message
    assert Records().missing([bad, *good]) == [bad]


def test_what_fails_on_a_worker_says_which_and_why(
    shared_cluster: LocalCluster, records: Records
) -> None:
    def broken(scores: Any) -> Any:
        raise RuntimeError("not today")

    good = grid(**SMALL, seed=[0, 1])
    hidden = activation_without_measures(broken)
    with pytest.raises(RunsFailedError, match=r"on tcp://127.0.0.1:\d+: (?s:.)*not today"):
        run(
            [Experiment(**SMALL, hidden=hidden), *good],
            backend="dask",
            address=shared_cluster.address,
            records=records,
            progress=False,
        )
    assert Records().missing(good) == []


def activation_without_measures(function: Callable[[Any], Any]) -> Any:
    """An entry that the driver need not call in order to describe it."""
    from faults.sweep_driver import activation

    return activation(function)


LOCK: Any = contextlib.nullcontext()


def locked(scores: Any) -> Any:
    with LOCK:
        return scores


def test_what_cannot_be_sent_fails_alone(
    shared_cluster: LocalCluster, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exits(scores: Any) -> Any:
        raise SystemExit

    hidden = activation_without_measures(exits)
    bad = [Experiment(**SMALL, hidden=locked), Experiment(**SMALL, hidden=hidden)]
    good = grid(**SMALL, seed=[3, 4])
    monkeypatch.setitem(globals(), "LOCK", threading.Lock())
    with pytest.raises(RunsFailedError, match="2 of 4 experiments failed") as caught:
        run(
            [*bad, *good],
            backend="dask",
            address=shared_cluster.address,
            records=records,
            progress=False,
        )
    assert "cannot be sent to a worker: Activation 'locked' reads LOCK of type lock" in str(
        caught.value
    )
    assert "SystemExit" in str(caught.value)
    assert Records().missing(good) == []


def test_few_tasks_are_on_their_way_at_a_time(
    shared_cluster: LocalCluster, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_cluster, "IN_FLIGHT", 2)
    experiments = grid(**SMALL, seed=range(8))
    runs = run(
        experiments,
        backend="dask",
        address=shared_cluster.address,
        records=records,
        progress=False,
    )
    assert sorted(runs.summary["seed"]) == list(range(8))
