"""Workers on many machines, through Dask: this process alone writes, and no disk is shared.

Each worker is told with every task what it must be (versions, one thread), so that one that joins
in the middle of a sweep is checked as those were that were there at its start.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError

from distributed import Client, Future, KilledWorker, as_completed

from activation_study.engine.records.cache import RUN_AGAIN
from activation_study.engine.run import Run
from activation_study.engine.sweeps import cluster_worker, messages
from activation_study.engine.sweeps.cluster_worker import INSTALL, REMEDIES, Reply
from activation_study.engine.sweeps.packing import pack_all
from activation_study.engine.sweeps.worker import Failure
from activation_study.errors import EngineError
from activation_study.experiment import Experiment
from activation_study.registry import shown

ADDRESS = re.compile(r"[a-z]+://[^\s/]+:\d{1,5}/?")
"""What a scheduler prints of itself."""

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10
"""How long a scheduler, and then a first worker, is waited for."""

IN_FLIGHT = 256
"""Tasks that the scheduler holds at a time: enough for workers that join later, few enough that
another sweep on the same cache is noticed."""


def in_cluster(
    chunks: Iterable[list[Experiment]], address: str, names: Iterable[str]
) -> Generator[Run | Failure, None, None]:
    """Trains chunks of experiments on the workers of a Dask scheduler; yields what comes of each.

    Dask tries a task again whose worker was lost, and gives it up after some more losses. The
    experiments of such a task then follow at the end, one by one with no other beside them: only
    what is given up even so has failed.

    Args:
        chunks: Experiments that travel to a worker together.
        address: The scheduler's, ``tcp://host:8786``.
        names: Data sets that every worker must have.

    Raises:
        ValueError: The address is none.
        EngineError: The scheduler or a worker cannot be reached, or a worker is not fit to take
            part: says which, and what to do.
    """
    with _connected(address) as client:
        sweep = _Sweep(client, tuple(sorted(set(names))))
        sweep.check_workers()
        yield from sweep.outcomes(chunks)


class _Sweep:
    """One pass over the experiments, and what must be tried alone."""

    def __init__(self, client: Client, names: tuple[str, ...]) -> None:
        self.client = client
        self.names = names
        self.expected = cluster_worker.facts() | {"nthreads": "1"}
        self.handed: dict[Future, list[Experiment]] = {}
        self.warned: set[str] = set()
        self.failed: list[Failure] = []

    def check_workers(self) -> None:
        """Asks all workers at once what they are.

        Raises:
            EngineError: Some are not fit; names them.
        """
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
        faults = []
        for worker, reply in found.items():
            if isinstance(reply, Reply):
                faults += [f"{worker}: {fault}" for fault in reply.faults]
                self._compare_source(reply)
            else:
                faults.append(f"{worker}: {reply!r}; {INSTALL}")
        if faults:
            raise EngineError(_unfit(faults))

    def outcomes(self, chunks: Iterable[list[Experiment]]) -> Iterator[Run | Failure]:
        suspects: list[Experiment] = []
        yield from self._train(chunks, IN_FLIGHT, suspects)
        alone = ([suspect] for suspect in suspects)
        yield from self._train(alone, 1, None)

    def _train(
        self,
        chunks: Iterable[list[Experiment]],
        in_flight: int,
        suspects: list[Experiment] | None,
    ) -> Iterator[Run | Failure]:
        """Has chunks trained; what its workers died of joins the suspects, or else has failed."""
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
                    suspects += experiments
                else:
                    yield from (Failure(each, _gave_up(reply)) for each in experiments)
            yield from self.failed
            self.failed.clear()
        finally:
            # What is not finished when a sweep is interrupted.
            self.client.cancel(list(self.handed))

    def _hand_over(self, chunk: list[Experiment]) -> Future | None:
        """Submits what can travel of a chunk; what cannot has failed."""
        sent, contents, failed = pack_all(chunk)
        self.failed += failed
        if not sent:
            return None
        future = self.client.submit(
            cluster_worker.train, contents, self.names, self.expected, pure=False
        )
        self.handed[future] = sent
        return future

    def _outcomes_of(self, reply: Reply, experiments: list[Experiment]) -> Iterator[Run | Failure]:
        if reply.faults:
            raise EngineError(_unfit([f"{reply.worker}: {fault}" for fault in reply.faults]))
        self._compare_source(reply)
        for experiment, outcome in zip(experiments, reply.outcomes, strict=True):
            if isinstance(outcome, str):
                yield Failure(experiment, f"on {reply.worker}: {outcome}")
                continue
            if outcome.provenance["threads"] != 1:
                fault = f"it trained with {outcome.provenance['threads']} threads of TensorFlow"
                raise EngineError(_unfit([f"{reply.worker}: {fault}; {REMEDIES['nthreads']}"]))
            if outcome.key != experiment.key:
                fault = f"it trained {outcome.key[:12]} where {experiment.key[:12]} was asked for"
                raise EngineError(_unfit([f"{reply.worker}: {fault}; {INSTALL}"]))
            yield outcome

    def _compare_source(self, reply: Reply) -> None:
        if reply.source != cluster_worker.source_digest() and reply.worker not in self.warned:
            self.warned.add(reply.worker)
            logger.warning(
                "worker %s trains with another source of activation-study than this process; its "
                "runs may differ: install the same commit there",
                reply.worker,
            )


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
        raise EngineError(_unfit([f"a worker: {error!r}; {INSTALL}"])) from error
    return reply


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    # Dask would look for a file of that name, or wait long for a host that is none.
    if not isinstance(address, str) or not ADDRESS.fullmatch(address):
        raise ValueError(
            f"address must be that of a Dask scheduler, 'tcp://host:8786' for example; received "
            f"{shown(address)}"
        )
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
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
    with client:
        yield client


def _unfit(faults: list[str]) -> str:
    lines = [f"- {fault}" for fault in faults[:10]]
    if len(faults) > 10:
        lines.append(f"- and {len(faults) - 10} more")
    return "\n".join(["workers of the cluster cannot take part:", *lines])


def _gave_up(error: BaseException) -> str:
    return (
        f"every worker died that was given it, though no other run of this sweep was beside it: "
        f"{error}; {messages.MEMORY}"
    )
