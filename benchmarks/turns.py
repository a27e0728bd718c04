"""Processes that are kept alive, do one job when told and wait blocked otherwise.

A job goes to several processes at once, and the next one only after all have answered. So they
work at the same time, and whoever has no turn takes no time from whoever has one. What the
libraries of a process print is held back, and shown with its error where it fails.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from plan import Plan
from tqdm import tqdm

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")
"""What the libraries read when they are loaded; JAX reads the last one."""

ONE_THREAD = dict.fromkeys(THREAD_VARIABLES, "1") | {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"
}
ALWAYS = {
    # Threads that spin while they wait would take time from whoever has the turn.
    "OMP_WAIT_POLICY": "PASSIVE",
    "KMP_BLOCKTIME": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "JAX_PLATFORMS": "cpu",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

PRINTED_CHARACTERS = 4000
"""As many of the last that a failed process printed are shown."""

Job = Callable[..., Any]
Point = TypeVar("Point")


class WorkerError(RuntimeError):
    """A process of the benchmark failed; holds its traceback."""


@dataclass(frozen=True)
class Reply:
    """What a process says after a job.

    Args:
        value: What the job returned.
        seconds: Wall time of the job.
        cpu_seconds: Processor time of all threads of the process during the job.
    """

    value: Any
    seconds: float
    cpu_seconds: float


class Worker:
    """One process with the jobs of one module.

    Args:
        module: Name of a module beside this one with ``make(plan, threads)``, which returns jobs by
            name; it is imported in the process alone.
        plan: Passed to ``make``.
        threads: 1, or None for the libraries' own default.
    """

    def __init__(self, module: str, plan: Plan, threads: int | None) -> None:
        self._label = f"{module}, {threads or 'default'} threads"
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._printed = tempfile.NamedTemporaryFile(prefix="bench-")  # noqa: SIM115
        self._process = context.Process(
            target=_serve, args=(theirs, self._printed.name, module, plan, threads), daemon=True
        )
        with _environment(threads):
            self._process.start()
        theirs.close()

    def send(self, job: str, **arguments: Any) -> None:
        """Tells the process to do a job, and does not wait.

        Raises:
            WorkerError: The process has ended.
        """
        try:
            self._connection.send((job, arguments))
        except OSError as error:
            raise self._failure("has ended") from error

    def receive(self) -> Reply:
        """Waits for the reply to the last job.

        Raises:
            WorkerError: The job raised, or the process died.
        """
        try:
            reply = self._connection.recv()
        except EOFError as error:
            self._process.join()
            raise self._failure(
                f"died with exit code {self._process.exitcode}; "
                "a negative code is a signal, and 9 is often a lack of memory"
            ) from error
        if isinstance(reply, str):
            raise self._failure(f"failed:\n{reply}")
        assert isinstance(reply, Reply)
        return reply

    def stop(self) -> None:
        """Ends the process and waits for its end."""
        self._connection.close()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._printed.close()

    def _failure(self, what: str) -> WorkerError:
        printed = Path(self._printed.name).read_text(errors="replace")[-PRINTED_CHARACTERS:]
        told = f"\nIt had printed:\n{printed}" if printed else ""
        return WorkerError(f"the process of {self._label} {what}{told}")


def rounds(points: Sequence[Point], what: str) -> Iterator[Point]:
    """Goes through the points, with a line that counts them and tells the time left."""
    return iter(tqdm(points, desc=what, unit="round", dynamic_ncols=True))


def together(workers: Sequence[Worker], job: str, **arguments: Any) -> list[Reply]:
    """Lets the workers do one job at the same time; returns when all have answered.

    Raises:
        WorkerError: The job failed in one of them.
    """
    for worker in workers:
        worker.send(job, **arguments)
    return [worker.receive() for worker in workers]


@contextmanager
def stopping(workers: Sequence[Worker]) -> Iterator[None]:
    """Ends the processes when the block ends, however it ends."""
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()


@contextmanager
def _environment(threads: int | None) -> Iterator[None]:
    """What a process that is started now finds in its environment."""
    before = os.environ.copy()
    for name in (*THREAD_VARIABLES, "XLA_FLAGS"):
        os.environ.pop(name, None)
    os.environ.update(ALWAYS | (ONE_THREAD if threads == 1 else {}))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _serve(
    connection: Connection, printed: str, module: str, plan: Plan, threads: int | None
) -> None:
    """Does jobs until the other end is closed; what is printed meanwhile goes to a file."""
    # The descriptors, as much of it comes from C++.
    with open(printed, "ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    try:
        jobs: dict[str, Job] = importlib.import_module(module).make(plan, threads)
        while True:
            try:
                name, arguments = connection.recv()
            except EOFError:
                return
            start, cpu_start = time.perf_counter(), time.process_time()
            value = jobs[name](**arguments)
            seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
            connection.send(Reply(value, seconds, cpu_seconds))
    except Exception:
        connection.send(traceback.format_exc())
