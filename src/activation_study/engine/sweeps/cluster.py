"""Workers on many machines, through Dask: this process alone writes, and no disk is shared.

Each worker is told with every task what it must be (versions, one thread), so that one that joins
in the middle of a sweep is checked as those were that were there at its start.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import replace

from distributed import Client, Future, KilledWorker, as_completed

from activation_study.engine.records.cache import RUN_AGAIN
from activation_study.engine.run import Run
from activation_study.engine.sweeps import cluster_worker
from activation_study.engine.sweeps.cluster_worker import INSTALL, Reply
from activation_study.engine.sweeps.messages import MEMORY
from activation_study.engine.sweeps.packing import pack_all
from activation_study.engine.sweeps.worker import Failure
from activation_study.errors import EngineError
from activation_study.experiment import Experiment
from activation_study.registry import shown

ADDRESS = re.compile(r"[a-z]+://[^\s/]+:\d{1,5}/?")
"""What a scheduler prints of itself."""

CONNECT_SECONDS = 10
"""How long a scheduler, and then a first worker, is waited for."""

IN_FLIGHT = 256
"""Tasks that the scheduler holds at a time: enough for workers that join later, few enough that
another sweep on the same cache is noticed."""


def in_cluster(
    chunks: Iterable[list[Experiment]], address: str, names: Iterable[str]
) -> Generator[Run | Failure, None, None]:
    """Trains chunks of experiments on the workers of a Dask scheduler; yields what comes of each.

    Every worker must have the data sets. Dask tries a task again whose worker was lost, and gives
    it up after some more losses. The experiments of such a task then follow at the end, one by one
    with no other beside them: only what is given up even so has failed.

    Raises:
        ValueError: The address is none.
        EngineError: The scheduler or a worker cannot be reached, or a worker is not fit to take
            part: says which, and what to do.
    """
    with _connect(address) as client:
        sweep = _Sweep(client, tuple(sorted(set(names))))
        sweep.check_workers()
        suspects: list[list[Experiment]] = []
        yield from sweep.train(chunks, IN_FLIGHT, suspects)
        yield from sweep.train(suspects, 1, None)


class _Sweep:
    """One pass over the experiments, and what must be tried alone."""

    def __init__(self, client: Client, names: tuple[str, ...]) -> None:
        self.client = client
        self.names = names
        self.expected = cluster_worker.facts() | {"nthreads": "1"}
        self.handed: dict[Future, list[Experiment]] = {}
        self.failed: list[Failure] = []

    def check_workers(self) -> None:
        """Asks all workers at once what they are, and refuses those that are not fit."""
        try:
            self.client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise EngineError(
                f"the scheduler {self.client.scheduler.address} has no worker after "
                f"{CONNECT_SECONDS} seconds; start some: dask worker ADDRESS --nthreads 1"
            ) from error
        found = self.client.run(
            cluster_worker.inspect, self.names, self.expected, on_error="return"
        )
        _check(
            reply if isinstance(reply, Reply) else Reply(worker, (f"{reply!r}; {INSTALL}",))
            for worker, reply in found.items()
        )

    def train(
        self,
        chunks: Iterable[list[Experiment]],
        in_flight: int,
        suspects: list[list[Experiment]] | None,
    ) -> Iterator[Run | Failure]:
        """Has chunks trained; what workers died of becomes suspect, each alone, or has failed."""
        waiting = filter(None, map(self._hand_over, chunks))
        try:
            done = as_completed(itertools.islice(waiting, in_flight), loop=self.client.loop)
            for future in done:
                done.update(itertools.islice(waiting, 1))
                experiments = self.handed.pop(future)
                reply = _reply(future)
                if isinstance(reply, Reply):
                    yield from self._outcomes_of(reply, experiments)
                elif suspects is not None:
                    suspects += ([each] for each in experiments)
                else:
                    reason = (
                        f"every worker died that was given it, though no other run of this sweep "
                        f"was beside it: {reply}; {MEMORY}"
                    )
                    yield from (Failure(each, reason) for each in experiments)
            yield from self.failed
            self.failed.clear()
        finally:
            # What is not finished when a sweep is interrupted.
            self.client.cancel(list(self.handed))

    def _hand_over(self, chunk: list[Experiment]) -> Future | None:
        """Submits what can travel of a chunk; what cannot has failed."""
        packed, failed = pack_all(chunk)
        self.failed += failed
        if not packed:
            return None
        contents = [content for _, content in packed]
        future = self.client.submit(
            cluster_worker.train, contents, self.names, self.expected, pure=False
        )
        self.handed[future] = [experiment for experiment, _ in packed]
        return future

    def _outcomes_of(self, reply: Reply, experiments: list[Experiment]) -> Iterator[Run | Failure]:
        _check([reply])
        for experiment, answer in zip(experiments, reply.answers, strict=True):
            if isinstance(answer, str):
                yield Failure(experiment, f"on {reply.worker}: {answer}")
                continue
            trained = (answer.key[:12], answer.provenance["threads"])
            if trained != (wanted := (experiment.key[:12], 1)):
                fault = f"key and threads of what it trained are {trained}, needed are {wanted}"
                _check([replace(reply, faults=(f"{fault}; {INSTALL}",))])
            yield answer


def _check(replies: Iterable[Reply]) -> None:
    """Raises where workers are not fit, and names them."""
    if faults := [f"{reply.worker}: {fault}" for reply in replies for fault in reply.faults]:
        raise EngineError("\n- ".join(["workers of the cluster cannot take part:", *faults]))


def _reply(future: Future) -> Reply | KilledWorker:
    """What came of a task: a worker's reply, or that it killed one worker after the other."""
    try:
        reply: Reply = future.result()
    except KilledWorker as error:
        return error
    except CancelledError as error:
        raise EngineError(
            f"the cluster gave up a task ({error}): its scheduler was lost or restarted; start "
            f"it, then {RUN_AGAIN}"
        ) from error
    # What a worker raised outside of any training: it is not the worker that it should be.
    except Exception as error:
        return Reply("a worker", (f"{error!r}; {INSTALL}",))
    return reply


def _connect(address: str) -> Client:
    try:
        # Dask would look for a file of that name, or wait long for a host that is none.
        if not isinstance(address, str) or not ADDRESS.fullmatch(address):
            raise ValueError("not of that form")
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as error:
        raise EngineError(
            f"no Dask scheduler answers at {address!r} within {CONNECT_SECONDS} seconds ({error}); "
            f"start one with `dask scheduler`, or give the address that it prints"
        ) from error
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"address must be that of a Dask scheduler, 'tcp://host:8786' for example; received "
            f"{shown(address)} ({error})"
        ) from error
