"""Runs what is not recorded, in parallel, and returns what is."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing

from tqdm.auto import tqdm

from activation_study import settings
from activation_study.engine.records.records import Records, Runs
from activation_study.engine.run import Run
from activation_study.engine.sweeps import messages
from activation_study.engine.sweeps.order import by_graph
from activation_study.engine.sweeps.plan import Listed, Plan, plan_of
from activation_study.engine.sweeps.worker import Failure
from activation_study.engine.sweeps.workers import Workers
from activation_study.errors import RunsFailedError
from activation_study.experiment import Experiment

IN_PROCESS = 2
"""So few experiments are trained in this process: a worker takes longer to start than they take."""


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
        number, failed = _train_and_record(missing, records, workers, progress)
        num_trained += number
        failures |= {failure.experiment.key: failure for failure in failed}
    if failures:
        raise RunsFailedError(messages.describe_failures(list(failures.values()), len(unique)))
    print(messages.describe_sweep(list(unique.values()), plan.name, plan.tier, num_trained))
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
    hidden = not shows_progress(asked)
    with tqdm(total=total, unit="run", smoothing=0.02, disable=hidden) as bar, closing(outcomes):
        for outcome in outcomes:
            yield outcome
            bar.update()


def shows_progress(asked: bool | None) -> bool:
    """Whether to draw a bar of progress: as asked, else where someone watches the terminal."""
    if asked is not None:
        return asked
    if settings.hides_progress():
        return False
    return sys.stderr.isatty() or "ipykernel" in sys.modules
