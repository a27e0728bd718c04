"""Worker processes of this machine: one experiment at a time each, and a death is its alone.

A pool of `concurrent.futures` or loky gives up all of its workers when one is killed, and cannot
tell which task killed it. Here every worker has a pipe of its own: what a dead one was training is
known, so that is tried again and the others never notice.
"""

from __future__ import annotations

import contextlib
import multiprocessing.connection
import os
import pickle
import signal
import tempfile
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from joblib.externals.loky.backend import get_context

from activation_study.engine.run import Run
from activation_study.engine.sweeps import deaths, packing
from activation_study.engine.sweeps.worker import READY, Failure, serve
from activation_study.errors import EngineError
from activation_study.experiment import Experiment

ATTEMPTS = 3
"""Worker processes that an experiment may kill; the last one dies with no other run beside it."""

THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Set to 1 in every worker, unless they are set: workers times threads would exceed the cores."""


def in_workers(
    chunks: Iterable[list[Experiment]], num_workers: int
) -> Generator[Run | Failure, None, None]:
    """Trains chunks of experiments in worker processes; yields outcomes as they come.

    A chunk is asked for when a worker is free, and not before. An experiment whose worker dies is
    tried again when no chunk is left: at first beside others, and at the last of ``ATTEMPTS``
    with no other run beside it, so that it cannot be the victim of its neighbours' memory.

    Args:
        chunks: Experiments that travel to a worker together.
        num_workers: Number of processes.

    Raises:
        EngineError: Workers die before they have been given anything.
    """
    pool = _Pool(iter(chunks), num_workers)
    try:
        yield from pool.outcomes()
    except BaseException:
        pool.end()
        raise
    pool.keep()


@dataclass
class _Worker:
    """A process, the pipe to it, and what it was given and has not answered yet."""

    process: Any
    connection: Any
    scratch: tempfile.TemporaryDirectory[str]
    is_ready: bool = False
    given: deque[Experiment] = field(default_factory=deque)

    @classmethod
    def start(cls) -> _Worker:
        context = get_context("loky")
        connection, theirs = context.Pipe()
        # TensorFlow writes its graphs' source here and removes it at an exit that a worker, which
        # is killed, never makes.
        scratch = tempfile.TemporaryDirectory(
            prefix="activation-study-worker-", ignore_cleanup_errors=True
        )
        limits = {name: os.environ.get(name, "1") for name in THREAD_LIMITS}
        process = context.Process(
            target=serve,
            args=(theirs, os.getpid(), scratch.name),
            env=limits | {"TMPDIR": scratch.name},
        )
        # Ended, not waited for, when this process ends.
        process.daemon = True
        process.start()
        theirs.close()
        return cls(process, connection, scratch)

    @property
    def is_usable(self) -> bool:
        """Whether it waits for work: an idle one ends by itself, and its pipe tells."""
        return self.process.is_alive() and (not self.is_ready or not self.connection.poll())

    def give(self, chunk: list[tuple[Experiment, bytes]]) -> None:
        self.given.extend(experiment for experiment, _ in chunk)
        # One by one, so that what cannot be read there is one experiment's failure.
        messages = [message for _, message in chunk]
        # That a worker has just died is found out where its pipe is read.
        with contextlib.suppress(OSError):
            self.connection.send(messages)

    def end(self, patience: float = 0.0) -> int | None:
        """Ends the process, waiting a little if it is about to; returns its exit code."""
        self.connection.close()
        self.process.join(patience)
        if self.process.is_alive():
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()
        self.scratch.cleanup()
        code: int | None = self.process.exitcode
        return code


_idle: list[_Worker] = []
"""Workers that a sweep has left, so that the next need not wait until TensorFlow is imported."""


class _Pool:
    """The workers of one sweep, and what is to be tried again."""

    def __init__(self, chunks: Iterator[list[Experiment]], num_workers: int) -> None:
        self.chunks = chunks
        self.num_workers = num_workers
        self.workers: list[_Worker] = []
        self.left: deque[list[Experiment]] = deque()
        self.again: deque[Experiment] = deque()
        self.deaths: Counter[str] = Counter()
        self.early_deaths = 0

    def outcomes(self) -> Iterator[Run | Failure]:
        yield from self._hand_out()
        while busy := self._busy():
            pipes = {worker.connection: worker for worker in busy}
            for pipe in multiprocessing.connection.wait(list(pipes)):
                yield from self._receive(pipes[pipe])
            yield from self._hand_out()

    def end(self) -> None:
        for worker in self.workers:
            worker.end()

    def keep(self) -> None:
        _idle.extend(self.workers)

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self.workers if worker.given]

    def _hand_out(self) -> Iterator[Failure]:
        while len(self._busy()) < self.num_workers and (chunk := self._next_chunk()):
            packed = []
            for experiment in chunk:
                try:
                    packed.append((experiment, packing.pack(experiment)))
                except packing.CannotTravelError as error:
                    yield Failure(experiment, str(error))
            if packed:
                self._free_worker().give(packed)

    def _next_chunk(self) -> list[Experiment] | None:
        busy = self._busy()
        if any(self._must_be_alone(worker.given[0]) for worker in busy):
            return None
        if self.left:
            return self.left.popleft()
        if chunk := next(self.chunks, None):
            return chunk
        if not self.again or (busy and self._must_be_alone(self.again[0])):
            return None
        return [self.again.popleft()]

    def _must_be_alone(self, experiment: Experiment) -> bool:
        return self.deaths[experiment.key] == ATTEMPTS - 1

    def _free_worker(self) -> _Worker:
        for worker in [worker for worker in self.workers if not worker.given]:
            if worker.is_usable:
                return worker
            # Its end was no experiment's doing, and must not be counted against one.
            self.workers.remove(worker)
            worker.end()
        self.workers.append(_idle_worker() or _Worker.start())
        return self.workers[-1]

    def _receive(self, worker: _Worker) -> Iterator[Run | Failure]:
        try:
            message = worker.connection.recv_bytes()
        except (EOFError, OSError):
            yield from self._bury(worker)
            return
        if message == READY:
            worker.is_ready = True
            self.early_deaths = 0
            return
        outcome = pickle.loads(message)
        experiment = worker.given.popleft()
        yield outcome if isinstance(outcome, Run) else Failure(experiment, outcome)

    def _bury(self, worker: _Worker) -> Iterator[Failure]:
        """Takes what a dead worker had not answered, and counts the death against the first."""
        self.workers.remove(worker)
        death = deaths.describe(worker.end(patience=10.0))
        if not worker.is_ready:
            self.early_deaths += 1
            if self.early_deaths == ATTEMPTS * self.num_workers:
                raise EngineError(deaths.before_ready(self.early_deaths, death))
            self.left.append(list(worker.given))
            return
        experiment = worker.given.popleft()
        if worker.given:
            self.left.append(list(worker.given))
        self.deaths[experiment.key] += 1
        if self.deaths[experiment.key] == ATTEMPTS:
            yield Failure(experiment, deaths.of_experiment(ATTEMPTS, death))
        else:
            self.again.append(experiment)


def end_idle() -> None:
    """Ends the workers that wait for a next sweep; they hold memory, and the old environment."""
    while _idle:
        _idle.pop().end()


def _idle_worker() -> _Worker | None:
    while _idle:
        worker = _idle.pop()
        if worker.is_usable:
            return worker
        worker.end()
    return None
