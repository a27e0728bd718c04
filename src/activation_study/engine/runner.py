"""Runs what is not recorded, in parallel, and returns what is."""

from __future__ import annotations

import itertools
import os
import sys
import traceback
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

import joblib
import pandas as pd
from joblib.externals.loky.process_executor import TerminatedWorkerError
from tqdm.auto import tqdm

from activation_study.catalogue import datasets
from activation_study.engine.errors import RunsFailedError
from activation_study.engine.records import Records, Runs
from activation_study.engine.run import Run
from activation_study.experiment import FIELDS, Experiment

ATTEMPTS = 3
"""Times a sweep is taken up again after a worker was killed without any run completed between."""

IN_PROCESS = 2
"""So few experiments are trained in this process: a worker takes longer to start than they take."""

SMALL_RUN = 50_000
"""Training examples times epochs under which compiling a graph costs more than a run on it."""

CHUNK = 8
"""Small runs of one graph that travel to a worker together, so that only one compiles it."""


class Plan(Protocol):
    """A study as the runner sees it: what it wants next depends on what is recorded."""

    @property
    def name(self) -> str | None:
        """Name of the study, None for a plain list."""

    @property
    def tier(self) -> str:
        """``"full"`` or ``"quick"``."""

    def next_experiments(self, records: Records) -> list[Experiment]:
        """Everything that the study is known to need, recorded or not."""

    def with_roles(self, runs: Runs, records: Records) -> Runs:
        """Fills the role columns of the summary."""


@dataclass(frozen=True)
class Listed:
    """A plain list of experiments as a plan."""

    experiments: list[Experiment]
    name: str | None = None
    tier: str = "full"

    def next_experiments(self, records: Records) -> list[Experiment]:
        """The list."""
        return self.experiments

    def with_roles(self, runs: Runs, records: Records) -> Runs:
        """A list gives its runs no roles."""
        return runs


@dataclass(frozen=True)
class Failure:
    """An experiment that could not be run, with the worker's traceback."""

    experiment: Experiment
    reason: str


def run(
    what: Plan | Iterable[Experiment],
    *,
    num_workers: int | None = None,
    records: Records | None = None,
    progress: bool | None = None,
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

    Returns:
        The runs as tidy data frames.

    Raises:
        ValueError: There is no experiment.
        RunsFailedError: Some experiments failed; the others are recorded. Lists each with its
            reason.
    """
    plan = Listed(list(what)) if isinstance(what, Iterable) else what
    records = records or Records()
    num_trained = 0
    while True:
        experiments = list(plan.next_experiments(records))
        if not experiments:
            raise ValueError("run() received no experiment: give at least one")
        missing = records.missing(experiments)
        if not missing:
            break
        num_trained += _train_all(missing, records, num_workers, progress)
    unique = {experiment.key: experiment for experiment in experiments}
    print(describe(list(unique.values()), plan.name, plan.tier, num_trained))
    loaded = records.load(unique.values(), plan.name, plan.tier)
    return plan.with_roles(loaded, records)


def load(plan: Plan, records: Records | None = None) -> Runs:
    """Loads what is recorded of a study, training nothing; it may be incomplete."""
    records = records or Records()
    loaded = records.load(plan.next_experiments(records), plan.name, plan.tier)
    return plan.with_roles(loaded, records)


def _train_all(
    missing: list[Experiment], records: Records, num_workers: int | None, progress: bool | None
) -> int:
    """Trains the experiments and records each; returns how many were trained."""
    # A stable sort: seeds and rates keep their order within a graph.
    ordered = sorted(missing, key=_graph_order)
    failures: list[Failure] = []
    bar = tqdm(
        total=len(ordered), unit="run", smoothing=0.02, disable=not _shows_progress(progress)
    )
    with bar:
        for outcome in _outcomes(ordered, num_workers):
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                records.add(outcome)
            bar.update()
    if failures:
        raise RunsFailedError(_failure_message(failures, len(ordered)))
    return len(ordered)


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


def _outcomes(
    experiments: Sequence[Experiment], num_workers: int | None
) -> Iterator[Run | Failure]:
    """Yields the outcome of each experiment once, as they come."""
    if num_workers is None and len(experiments) <= IN_PROCESS:
        yield from map(_attempt, experiments)
        return
    waiting = {experiment.key: experiment for experiment in experiments}
    attempts_left = ATTEMPTS
    while waiting:
        try:
            with closing(_in_workers(list(waiting.values()), num_workers)) as chunks:
                for outcome in itertools.chain.from_iterable(chunks):
                    key = outcome.key if isinstance(outcome, Run) else outcome.experiment.key
                    del waiting[key]
                    attempts_left = ATTEMPTS
                    yield outcome
        except TerminatedWorkerError as error:
            attempts_left -= 1
            if attempts_left == 0:
                reason = f"a worker process was killed {ATTEMPTS} times in a row: {error}"
                yield from (Failure(experiment, reason) for experiment in waiting.values())
                return


def _in_workers(
    experiments: list[Experiment], num_workers: int | None
) -> Generator[list[Run | Failure], None, None]:
    parallel = joblib.Parallel(
        n_jobs=num_workers or joblib.cpu_count(), return_as="generator_unordered", batch_size=1
    )
    outcomes: Generator[list[Run | Failure], None, None] = parallel(
        joblib.delayed(_attempt_all)(chunk) for chunk in _chunks(experiments)
    )
    return outcomes


def _chunks(experiments: list[Experiment]) -> list[list[Experiment]]:
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


def _attempt_all(chunk: list[Experiment]) -> list[Run | Failure]:
    return [_attempt(experiment) for experiment in chunk]


def _attempt(experiment: Experiment) -> Run | Failure:
    """Trains in whichever process this is; an error there must not end the others' work."""
    from activation_study.engine.training import train

    try:
        return train(experiment)
    except Exception:
        return Failure(experiment, traceback.format_exc(limit=-4))


def _failure_message(failures: list[Failure], total: int) -> str:
    lines = [f"{len(failures)} of {total} experiments failed; the others are recorded:"]
    for failure in failures[:10]:
        fields = ", ".join(f"{k}={v!r}" for k, v in _unusual_fields(failure.experiment).items())
        lines.append(f"- Experiment({fields}):\n{failure.reason.strip()}")
    if len(failures) > 10:
        lines.append(f"- and {len(failures) - 10} more")
    return "\n".join(lines)


def _unusual_fields(experiment: Experiment) -> dict[str, Any]:
    reference, own = Experiment().describe(), experiment.describe()
    return {field: own[field] for field in FIELDS if own[field] != reference[field]}


def _shows_progress(asked: bool | None) -> bool:
    if asked is not None:
        return asked
    if os.environ.get("ACTIVATION_STUDY_PROGRESS") == "0":
        return False
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def describe(experiments: list[Experiment], name: str | None, tier: str, num_trained: int) -> str:
    """Says in a few lines what was asked for: how many, what varies, what is fixed, what is new."""
    # As objects, so that None and whole numbers are shown as they were given.
    table = pd.DataFrame([experiment.describe() for experiment in experiments], dtype=object)
    title = f"Study {name!r} ({tier} tier)" if name else "Experiments"
    lines = [
        f"{title}: {len(experiments):,} in all, "
        f"{len(experiments) - num_trained:,} loaded, {num_trained:,} trained"
    ]
    fixed = []
    for field in FIELDS:
        values = list(table[field].drop_duplicates())
        if len(values) == 1:
            fixed.append(f"{field}={values[0]}")
        else:
            lines.append(f"  varies: {field:14} {_shortened(values)}")
    lines.append("  fixed:  " + ", ".join(fixed))
    return "\n".join(lines)


def _shortened(values: list[Any], limit: int = 8) -> str:
    """Lists values, in order where they are numbers, leaving out the middle of a long list."""
    if all(isinstance(value, int | float) for value in values):
        values = sorted(values)
    shown = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    if len(shown) > limit:
        shown = [*shown[: limit - 1], "...", shown[-1]]
    return f"{len(values)}: " + ", ".join(shown)
