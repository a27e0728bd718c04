"""Runs what is not recorded, in parallel, and returns what is."""

from __future__ import annotations

import itertools
import random
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import joblib
from tqdm.auto import tqdm

from activation_study import settings
from activation_study.catalogue import datasets
from activation_study.checks import whole_number
from activation_study.engine.records.records import Records, Runs
from activation_study.engine.run import Run
from activation_study.engine.sweeps import dispatch, messages, worker
from activation_study.engine.sweeps.plan import Listed, Plan, plan_of
from activation_study.engine.sweeps.worker import Failure
from activation_study.errors import RunsFailedError
from activation_study.experiment import Experiment
from activation_study.registry import shown

IN_PROCESS = 2
"""So few experiments are trained in this process: a worker takes longer to start than they take."""

SMALL_RUN = 50_000
"""Training examples times epochs under which compiling a graph costs more than a run on it."""

CHUNK = 8
"""Small runs of one graph that travel to a worker together, so that only one compiles it."""


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
            return cluster.in_cluster(_in_turn(experiments, is_wanted), self.address, names)
        for name in sorted({experiment.dataset for experiment in experiments}):
            # Here, so that what is missing is said once, and downloaded once, before workers start.
            datasets.read_anew(name)
        if self.num_workers is None and self.in_process:
            return (
                worker.attempt(experiment) for experiment in experiments if is_wanted(experiment)
            )
        num_workers = self.num_workers or joblib.cpu_count()
        return dispatch.in_workers(_in_turn(experiments, is_wanted), num_workers)


def run(
    what: Plan | Iterable[Experiment],
    *,
    num_workers: int | None = None,
    records: Records | None = None,
    progress: bool | None = None,
    backend: str = "local",
    address: str | None = None,
) -> Runs:
    """Loads what is recorded of a study or of experiments, trains the rest, returns all of it.

    Each run is recorded as soon as it is done: whatever ends the sweep, calling again takes it up
    where it was.

    Args:
        what: A study, or experiments.
        num_workers: Processes that train, one TensorFlow thread each; by default one for each
            core. A list of one or two experiments is trained in this process.
        records: Where runs are looked for and put; by default the project's cache and record.
        progress: Whether to show a progress bar; by default on a terminal and in a live notebook.
        backend: ``"local"``, or ``"dask"`` for the workers of a cluster, one thread each. They need
            this package and the data sets, but no disk of this machine.
        address: The Dask scheduler's, ``"tcp://host:8786"`` for example.

    Returns:
        The runs as tidy data frames.

    Raises:
        ValueError: There is no experiment, or something else than experiments; or ``backend`` and
            ``address`` do not fit.
        DatasetError: A data set is missing here, damaged or out of reach, and something is to be
            trained here.
        EngineError: Runs cannot be recorded, or workers cannot take part; says how to mend it.
        RunsFailedError: Some experiments failed; the others are recorded. Lists each with its
            reason.
    """
    plan = plan_of(what, "run")
    # By what was asked for, not by what is left of it: a sweep of which an experiment is left that
    # kills its workers must not train it here.
    in_process = isinstance(plan, Listed) and len(plan.experiments) <= IN_PROCESS
    workers = Workers(num_workers, backend, address, in_process)
    records = records or Records()
    num_trained, failures = 0, dict[str, Failure]()
    while True:
        experiments = list(plan.next_experiments(records))
        if not experiments:
            raise ValueError("run() received no experiment: give at least one")
        unique = {experiment.key: experiment for experiment in experiments}
        # What has failed holds up what depends on it, and nothing else.
        missing = [each for each in records.missing(experiments) if each.key not in failures]
        if not missing:
            break
        number, failed = _train_all(missing, records, workers, progress)
        num_trained += number
        failures |= {failure.experiment.key: failure for failure in failed}
    if failures:
        raise RunsFailedError(messages.of_failures(list(failures.values()), len(unique)))
    print(messages.describe(list(unique.values()), plan.name, plan.tier, num_trained))
    loaded = records.load(unique.values(), plan.name, plan.tier)
    return plan.with_roles(loaded, records)


def load(what: Plan | Iterable[Experiment], records: Records | None = None) -> Runs:
    """Loads what is recorded of a study or of experiments, training nothing.

    Args:
        what: A study, or experiments.
        records: Where runs are looked for; by default the project's cache and record.

    Returns:
        The runs as tidy data frames; those that are not recorded are missing from them.

    Raises:
        ValueError: It is neither a study nor a list of experiments.
        RecordError: The published record is damaged.
    """
    plan = plan_of(what, "load")
    records = records or Records()
    loaded = records.load(plan.next_experiments(records), plan.name, plan.tier)
    return plan.with_roles(loaded, records)


def train_all(
    experiments: Iterable[Experiment], num_workers: int | None
) -> Generator[Run | Failure, None, None]:
    """Trains every experiment, recorded or not, and records nothing; yields what comes of each."""
    return Workers(num_workers).train(_by_graph(experiments), lambda _: True)


def _train_all(
    missing: list[Experiment], records: Records, workers: Workers, progress: bool | None
) -> tuple[int, list[Failure]]:
    """Trains the experiments and records each; returns how many, and those that failed."""
    # Before hours of training are lost for want of a right to write.
    records.cache.check_writable()
    num_trained, failures = 0, list[Failure]()
    bar = tqdm(
        total=len(missing), unit="run", smoothing=0.02, disable=not _shows_progress(progress)
    )

    def is_wanted(experiment: Experiment) -> bool:
        """False where another sweep on this cache has recorded the run in the meantime."""
        return not records.cached_runs([experiment])

    # Closed on every way out: an error while recording must leave no worker training.
    with bar, closing(workers.train(_by_graph(missing), is_wanted)) as outcomes:
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                records.add(outcome)
                num_trained += 1
            bar.update()
    return num_trained, failures


def _by_graph(experiments: Iterable[Experiment]) -> list[Experiment]:
    # A stable sort: seeds and rates keep their order within a graph.
    return sorted(experiments, key=_graph_order)


def _graph_order(experiment: Experiment) -> tuple[Any, ...]:
    """Cell by cell, so that a worker's compiled graph serves many runs in a row."""
    return (
        experiment.dataset,
        experiment.architecture,
        experiment.describe()["hidden"],
        experiment.head,
        experiment.depth,
        experiment.width,
        experiment.normalization,
        experiment.optimizer,
        experiment.batch_size,
    )


def _in_turn(
    experiments: Sequence[Experiment], is_wanted: Callable[[Experiment], bool]
) -> Iterator[list[Experiment]]:
    """Yields chunks, each without what is no longer wanted when it is asked for.

    Starts at a random place, and goes on at another wherever a second sweep on the same cache has
    been: two that went in one order would train the same experiments at the same time.
    """
    chunks = deque(_chunks(experiments))
    chunks.rotate(-random.randrange(len(chunks)))
    while chunks:
        chunk = chunks.popleft()
        wanted = list(filter(is_wanted, chunk))
        if len(wanted) < len(chunk) and chunks:
            chunks.rotate(-random.randrange(len(chunks)))
        if wanted:
            yield wanted


def _chunks(experiments: Sequence[Experiment]) -> list[list[Experiment]]:
    """Runs that travel together: one by one, or a few small ones that share a graph."""
    chunks: list[list[Experiment]] = []
    for _, group in itertools.groupby(experiments, key=_graph_order):
        alike = list(group)
        size = CHUNK if _is_small(alike[0]) else 1
        chunks += [alike[start : start + size] for start in range(0, len(alike), size)]
    return chunks


def _is_small(experiment: Experiment) -> bool:
    examples = experiment.train_size or datasets.spec(experiment.dataset).train_size
    return examples * experiment.epochs <= SMALL_RUN


def _shows_progress(asked: bool | None) -> bool:
    if asked is not None:
        return asked
    if settings.hides_progress():
        return False
    return sys.stderr.isatty() or "ipykernel" in sys.modules
