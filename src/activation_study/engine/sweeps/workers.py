"""Who trains the experiments of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import joblib

from activation_study.catalogue import datasets
from activation_study.checks import whole_number
from activation_study.engine.run import Run
from activation_study.engine.sweeps import local_pool, worker
from activation_study.engine.sweeps.order import in_turn
from activation_study.engine.sweeps.worker import Failure
from activation_study.experiment import Experiment
from activation_study.registry import shown

BACKENDS = ("local", "dask")

MOST_WORKERS = 1024
"""Processes on one machine; beyond, somebody has mistaken them for runs."""


@dataclass(frozen=True)
class Workers:
    """Who trains: processes of this machine, or the workers of a Dask cluster.

    Args:
        num_workers: Processes on this machine; None for one a core.
        backend: One of ``BACKENDS``.
        address: The Dask scheduler's.
        in_process: Whether this process trains, unless workers are asked for.

    Raises:
        ValueError: The settings contradict each other, or the backend is none.
    """

    num_workers: int | None = None
    backend: str = "local"
    address: str | None = None
    in_process: bool = False

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise ValueError(
                f"backend must be one of {', '.join(map(repr, BACKENDS))}; received "
                f"{shown(self.backend)}"
            )
        if (self.backend == "dask") != (self.address is not None):
            raise ValueError(
                f"backend='dask' and the address of its scheduler go together, "
                f"address='tcp://host:8786' for example; received backend={self.backend!r} and "
                f"address={shown(self.address)}: give both or neither"
            )
        if self.backend == "dask" and self.num_workers is not None:
            raise ValueError(
                f"a cluster has the workers that were started for it; received "
                f"num_workers={shown(self.num_workers)}: leave it out"
            )
        if self.num_workers is not None:
            whole_number("num_workers", self.num_workers, 1, MOST_WORKERS)

    def train(
        self, experiments: Sequence[Experiment], is_wanted: Callable[[Experiment], bool]
    ) -> Generator[Run | Failure, None, None]:
        """Yields the outcome of each experiment that is wanted at its turn, as they come."""
        if self.address is not None:
            # Here, since Dask takes a while to import and few sweeps need it.
            from activation_study.engine.sweeps import cluster

            names = {experiment.dataset for experiment in experiments}
            return cluster.in_cluster(in_turn(experiments, is_wanted), self.address, names)
        for name in sorted({experiment.dataset for experiment in experiments}):
            # Here, so that what is missing is said once, and downloaded once, before workers start.
            datasets.read_anew(name)
        if self.num_workers is None and self.in_process:
            return (
                worker.attempt(experiment) for experiment in experiments if is_wanted(experiment)
            )
        num_workers = self.num_workers or joblib.cpu_count()
        return local_pool.in_workers(in_turn(experiments, is_wanted), num_workers)
