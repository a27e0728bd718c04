"""Runs what is not recorded, in parallel, and returns what is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import joblib
from tqdm.auto import tqdm

from activation_study import settings
from activation_study.catalogue import datasets
from activation_study.checks import whole_number
from activation_study.engine.records.records import Records, Roles, Runs
from activation_study.engine.run import Run
from activation_study.engine.sweeps import local_pool, messages, worker
from activation_study.engine.sweeps.order import by_graph, in_turn
from activation_study.engine.sweeps.worker import Failure
from activation_study.errors import RunsFailedError
from activation_study.experiment import Experiment
from activation_study.registry import shown

IN_PROCESS = 2
"""So few experiments are trained in this process: a worker takes longer to start than they take."""

MOST_WORKERS = 1024
"""Processes on one machine; beyond, somebody has mistaken them for runs."""


class Plan(Protocol):
    """A study as the runner sees it: what it wants next depends on what is recorded."""

    @property
    def name(self) -> str | None:
        """Name of the study, None for a plain list."""

    @property
    def tier(self) -> str:
        """``"full"`` or ``"quick"``."""

    def roles(self, records: Records) -> Roles:
        """Everything that the study is known to need, recorded or not, and what it is for."""


@dataclass(frozen=True)
class Listed:
    """A plain list of experiments as a plan, which gives its runs no roles."""

    experiments: list[Experiment]
    name: str | None = None
    tier: str = "full"

    def roles(self, records: Records) -> Roles:
        """The list."""
        return Roles(self.experiments)


def plan_of(what: Plan | Iterable[Experiment]) -> Plan:
    """What a caller asks for as a plan: a study, or a list of experiments that is not empty."""
    if isinstance(what, Iterable):
        experiments = list(what)
        if experiments and all(isinstance(each, Experiment) for each in experiments):
            return Listed(experiments)
    elif hasattr(what, "roles") and not isinstance(what, type):
        return what
    raise ValueError(
        f"received {shown(what)}; accepted: a study, such as studies.get('core'), or a list of "
        f"experiments, such as [Experiment(hidden='relu')]"
    )


@dataclass(frozen=True)
class Workers:
    """Who trains, as ``run`` is told: processes of this machine, or a Dask cluster's workers.

    ``in_process``: this process itself, unless workers are asked for.
    """

    num_workers: int | None = None
    backend: str = "local"
    address: str | None = None
    in_process: bool = False

    def __post_init__(self) -> None:
        is_local = self.backend == "local" and self.address is None
        is_cluster = self.backend == "dask" and self.address is not None
        if not is_local and not (is_cluster and self.num_workers is None):
            raise ValueError(
                f"accepted: backend='local', or backend='dask' with the address of its scheduler, "
                f"address='tcp://host:8786' for example, and without num_workers; received "
                f"backend={shown(self.backend)}, address={shown(self.address)} and "
                f"num_workers={shown(self.num_workers)}"
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
            wanted = filter(is_wanted, experiments)
            return (worker.outcome(each, worker.answer(each)) for each in wanted)
        num_workers = self.num_workers or joblib.cpu_count()
        return local_pool.in_workers(in_turn(experiments, is_wanted), num_workers)


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
    plan = plan_of(what)
    # By what was asked for, not by what is left of it: a sweep of which an experiment is left that
    # kills its workers must not train it here.
    in_process = isinstance(plan, Listed) and len(plan.experiments) <= IN_PROCESS
    workers = Workers(num_workers, backend, address, in_process)
    records = records or Records()
    num_trained, failures = 0, dict[str, Failure]()
    while True:
        roles = plan.roles(records)
        wanted = {experiment.key: experiment for experiment in roles.experiments}
        # What has failed holds up what depends on it, and nothing else.
        missing = [each for each in records.missing(wanted.values()) if each.key not in failures]
        if not missing:
            break
        number, failed = _train_and_record(missing, records, workers, progress)
        num_trained += number
        failures |= {failure.experiment.key: failure for failure in failed}
    if failures:
        raise RunsFailedError(messages.describe_failures(list(failures.values()), len(wanted)))
    print(messages.describe_sweep(list(wanted.values()), plan.name, plan.tier, num_trained))
    return roles.given_to(records.load(wanted.values(), plan.name, plan.tier))


def load(what: Plan | Iterable[Experiment], records: Records | None = None) -> Runs:
    """Loads what is recorded of a study or of experiments, training nothing; see ``run``.

    Raises:
        ValueError: It is neither a study nor a list of experiments.
        RecordError: The published record is damaged.
    """
    plan = plan_of(what)
    records = records or Records()
    roles = plan.roles(records)
    return roles.given_to(records.load(roles.experiments, plan.name, plan.tier))


def train_all(
    experiments: Sequence[Experiment], num_workers: int | None
) -> Iterator[Run | Failure]:
    """Trains every experiment, recorded or not, and records nothing; yields what comes of each."""
    outcomes = Workers(num_workers).train(by_graph(experiments), lambda _: True)
    return _with_progress(outcomes, len(experiments), None)


def _train_and_record(
    missing: list[Experiment], records: Records, workers: Workers, progress: bool | None
) -> tuple[int, list[Failure]]:
    """Trains the experiments and records each; returns how many, and those that failed."""
    # Before hours of training are lost for want of a right to write.
    records.cache.check_writable()
    num_trained, failures = 0, list[Failure]()

    def is_wanted(experiment: Experiment) -> bool:
        """False where another sweep on this cache has recorded the run in the meantime."""
        return not records.cached_runs([experiment])

    outcomes = workers.train(by_graph(missing), is_wanted)
    # Closed on every way out: an error while recording must leave no worker training.
    with closing(_with_progress(outcomes, len(missing), progress)) as outcomes:
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                records.add(outcome)
                num_trained += 1
    return num_trained, failures


def _with_progress(
    outcomes: Generator[Run | Failure, None, None], total: int, asked: bool | None
) -> Generator[Run | Failure, None, None]:
    """Passes outcomes on, and shows how many there are and how long the rest will take."""
    with closing(outcomes):
        yield from tqdm(
            outcomes, total=total, unit="run", smoothing=0.02, disable=not shows_progress(asked)
        )


def shows_progress(asked: bool | None) -> bool:
    """Whether to draw a bar of progress: as asked, else where someone watches the terminal."""
    if asked is not None:
        return asked
    return not settings.hides_progress() and (sys.stderr.isatty() or "ipykernel" in sys.modules)
