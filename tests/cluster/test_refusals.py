"""What a cluster must be, and what is said where it is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from activation_study.engine.sweeps import cluster as engine_cluster
from activation_study.engine.sweeps import cluster_worker
from activation_study.engine.sweeps.sweep import run
from activation_study.errors import EngineError
from activation_study.experiment import Experiment
from cluster.local_cluster import LocalCluster

TINY = Experiment(
    dataset="mnist-5k", depth=1, width=16, train_size=256, epochs=1, evaluation="validation"
)


def send(address: Any, experiment: Experiment = TINY) -> Any:
    return run([experiment], backend="dask", address=address, progress=False)


@pytest.mark.parametrize(
    "settings",
    [
        {"backend": "slurm"},
        {"backend": "dask"},
        {"address": "tcp://host:1"},
        {"backend": "dask", "address": "tcp://host:1", "num_workers": 3},
    ],
    ids=str,
)
def test_settings_that_contradict_each_other(settings: dict[str, Any]) -> None:
    backend = settings.get("backend", "local")
    with pytest.raises(ValueError, match=rf"accepted: backend='local', .*backend='{backend}'"):
        run([TINY], **settings)


@pytest.mark.parametrize("address", ["carrier-pigeon://coop", 8786, ""])
def test_what_is_no_address(address: Any) -> None:
    with pytest.raises(ValueError, match="must be that of a Dask scheduler, 'tcp://host:8786'"):
        send(address)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_cluster, "CONNECT_SECONDS", 0.5)
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:9'"):
        send("tcp://127.0.0.1:9")


def test_a_scheduler_without_workers(
    make_cluster: Callable[..., LocalCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = make_cluster()
    monkeypatch.setattr(engine_cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(EngineError, match=r"has no worker after 1 seconds; start some: dask work"):
        send(cluster.address)


@pytest.mark.slow
def test_every_worker_that_cannot_take_part_is_named_with_the_remedy(
    make_cluster: Callable[..., LocalCluster], tmp_path: Path
) -> None:
    nothing = tmp_path / "no data here"
    nothing.mkdir()
    cluster = make_cluster()
    cluster.add_worker("wide", threads=2)
    cluster.add_worker("other kernels", TF_ENABLE_ONEDNN_OPTS="0")
    cluster.add_worker("without data", ACTIVATION_STUDY_DATASETS=str(nothing))
    addresses = cluster.wait_for_workers(3)
    with pytest.raises(EngineError) as caught:
        send(cluster.address, TINY.replace(dataset="mnist"))
    first, *faults = str(caught.value).splitlines()
    assert first == "workers of the cluster cannot take part:"
    for name, said in {
        "wide": "nthreads is 2, needed is 1: start it with --nthreads 1",
        "other kernels": "onednn is 0, needed is default: set TF_ENABLE_ONEDNN_OPTS alike",
        "without data": "it has no data set 'mnist': ",
    }.items():
        assert any(line.startswith(f"- {addresses[name]}: {said}") for line in faults), faults
    # Nothing was trained, hence nothing recorded.
    assert list((tmp_path / "cache").rglob("*.json")) == []


@pytest.mark.slow
def test_an_unfit_worker_that_joins_later_ends_the_sweep(
    make_cluster: Callable[..., LocalCluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = make_cluster()
    cluster.add_worker("wide", threads=2)
    cluster.wait_for_workers(1)
    # As if it had not been there when the workers were asked at the start.
    monkeypatch.setattr(engine_cluster._Sweep, "check_workers", lambda self: None)
    with pytest.raises(EngineError, match="nthreads is 2, needed is 1"):
        send(cluster.address)


@pytest.mark.slow
def test_another_source_is_refused(
    make_cluster: Callable[..., LocalCluster], tmp_path: Path
) -> None:
    source = Path(cluster_worker.__file__).parents[2]
    shutil.copytree(source, tmp_path / "other" / source.name)
    with (tmp_path / "other" / source.name / "experiment.py").open("a") as changed:
        changed.write("# Another commit.\n")
    cluster = make_cluster()
    cluster.add_worker("one", PYTHONPATH=str(tmp_path / "other"))
    cluster.wait_for_workers(1)
    with pytest.raises(EngineError, match=r"source is \w+, needed is \w+: install .* same commit"):
        send(cluster.address)
