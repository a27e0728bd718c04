"""Worker processes of this machine: one experiment at a time each, and a death is its alone.

A pool of `concurrent.futures` or loky gives up all of its workers when one is killed, and cannot
tell which task killed it. Here every worker has a pipe of its own: what a dead one was training is
known, so that is tried again and the others never notice. Pebble's pool would know it as well, but
starts its workers by `multiprocessing`, which runs a caller's script anew in each of them.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import multiprocessing.connection
import os
import pickle
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from activation_study.engine.run import Run
from activation_study.engine.sweeps.messages import MEMORY, describe_death
from activation_study.engine.sweeps.packing import pack_all
from activation_study.engine.sweeps.worker import READY, Failure, outcome, serve
from activation_study.errors import EngineError
from activation_study.experiment import Experiment

ATTEMPTS = 3
"""Worker processes that an experiment may kill, each but the first with no other run beside it."""

THREAD_LIMITS = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"),
    *("NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
)
"""Set to 1 in every worker, unless they are set: workers times threads would exceed the cores."""


def in_workers(
    chunks: Iterable[list[Experiment]], num_workers: int
) -> Generator[Run | Failure, None, None]:
    """Trains chunks of experiments in worker processes; yields outcomes as they come.

    A chunk, of experiments that travel together, is asked for when a worker is free, and not
    before. An experiment whose worker dies is tried again when no chunk is left, with no other run
    beside it, so that it cannot be the victim of its neighbours' memory.

    Raises:
        EngineError: Workers die before they have been given anything.
    """
    return _Pool(iter(chunks), num_workers).outcomes()


@dataclass
class _Worker:
    """A process, the pipe to it, and what it was given and has not answered yet."""

    process: subprocess.Popen[bytes]
    connection: Connection
    is_ready: bool = False
    given: deque[Experiment] = field(default_factory=deque)

    @classmethod
    def start(cls) -> _Worker:
        connection, theirs = multiprocessing.Pipe()
        limits = {name: os.environ.get(name, "1") for name in THREAD_LIMITS}
        # What can be imported here can be there, from the same places.
        paths = os.pathsep.join(map(os.path.abspath, sys.path))
        # Ctrl-C in a terminal reaches the whole group; whoever starts a worker ends it. What is
        # blocked here stays blocked there.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    serve.__module__,
                    f"{theirs.fileno()}",
                    f"{os.getpid()}",
                ],
                env=os.environ | limits | {"PYTHONPATH": paths},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        theirs.close()
        return cls(process, connection)

    def give(self, packed: list[tuple[Experiment, bytes]]) -> None:
        """Sends experiments, each packed: what cannot be read there is one's failure alone."""
        self.given.extend(experiment for experiment, _ in packed)
        # That a worker has just died is found out where its pipe is read.
        with contextlib.suppress(OSError):
            self.connection.send([content for _, content in packed])

    def end(self, patience: float = 0.0) -> int:
        """Ends the process, waiting a little if it is about to; returns its exit code."""
        self.connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        self.process.kill()
        return self.process.wait()


_idle: list[_Worker] = []
"""Workers that wait for work, of this sweep or the next: TensorFlow takes seconds to import."""


@atexit.register
def end_idle() -> None:
    """Ends the workers that wait for work; they hold memory, and the old environment."""
    while _idle:
        _idle.pop().end()


def _free_worker() -> _Worker:
    while _idle:
        worker = _idle.pop()
        # An idle one ends by itself, and its pipe tells.
        if worker.process.poll() is None and not worker.connection.poll():
            return worker
        # Its end was no experiment's doing, and must not be counted against one.
        worker.end()
    return _Worker.start()


class _Pool:
    """The workers that are busy with one sweep, and what is to be tried again."""

    def __init__(self, chunks: Iterator[list[Experiment]], num_workers: int) -> None:
        self.chunks = chunks
        self.num_workers = num_workers
        self.busy: list[_Worker] = []
        self.again: deque[Experiment] = deque()
        self.deaths: Counter[str] = Counter()
        self.early_deaths = 0

    def outcomes(self) -> Generator[Run | Failure, None, None]:
        try:
            yield from self._hand_out()
            while self.busy:
                ready = multiprocessing.connection.wait([each.connection for each in self.busy])
                for worker in [each for each in self.busy if each.connection in ready]:
                    yield from self._receive(worker)
                yield from self._hand_out()
        finally:
            for worker in self.busy:
                worker.end()

    def _hand_out(self) -> Iterator[Failure]:
        while len(self.busy) < self.num_workers and (chunk := self._next_chunk()):
            packed, failed = pack_all(chunk)
            yield from failed
            if packed:
                self.busy.append(_free_worker())
                self.busy[-1].give(packed)

    def _next_chunk(self) -> list[Experiment] | None:
        if chunk := next(self.chunks, None):
            return chunk
        return [self.again.popleft()] if self.again and not self.busy else None

    def _receive(self, worker: _Worker) -> Iterator[Run | Failure]:
        try:
            message = worker.connection.recv_bytes()
        except (EOFError, OSError):
            self.busy.remove(worker)
            yield from self._bury(worker)
            return
        if message == READY:
            worker.is_ready = True
            self.early_deaths = 0
            return
        experiment = worker.given.popleft()
        if not worker.given:
            self.busy.remove(worker)
            _idle.append(worker)
        yield outcome(experiment, pickle.loads(message))

    def _bury(self, worker: _Worker) -> Iterator[Failure]:
        """Takes what a dead worker had not answered, and counts the death against the first."""
        death = describe_death(worker.end(patience=10.0))
        if worker.is_ready:
            experiment = worker.given.popleft()
            self.deaths[experiment.key] += 1
            if self.deaths[experiment.key] == ATTEMPTS:
                reason = (
                    f"its worker process died {ATTEMPTS} times, the last time with no other run "
                    f"beside it, when it {death}; {MEMORY}"
                )
                yield Failure(experiment, reason)
            else:
                self.again.append(experiment)
        else:
            self.early_deaths += 1
            if self.early_deaths == ATTEMPTS * self.num_workers:
                raise EngineError(
                    f"worker processes died {self.early_deaths} times before they were ready to "
                    f"train; the last one {death}; {MEMORY}; what it printed above may tell more"
                )
        if worker.given:
            self.chunks = itertools.chain([list(worker.given)], self.chunks)
