"""What runs on a worker of a cluster: it says what it is, and trains where that will do."""

from __future__ import annotations

import functools
import platform
from dataclasses import dataclass, replace
from typing import Any

from distributed import get_worker

from activation_study import settings
from activation_study.catalogue import datasets
from activation_study.engine.run import Run
from activation_study.engine.sweeps import worker
from activation_study.engine.training import provenance
from activation_study.errors import DatasetError
from activation_study.files import sha256

INSTALL = (
    "install activation-study there from the same commit, with the versions of requirements.txt"
)
REMEDIES = {
    "nthreads": "start it with --nthreads 1, and several of them on a machine of several cores",
    "onednn": "set TF_ENABLE_ONEDNN_OPTS alike everywhere",
}


@dataclass(frozen=True)
class Reply:
    """What a worker, by its address, says of a task: why it cannot take part, or its answers.

    For each experiment of the task a run, or the reason why there is none.
    """

    worker: str
    faults: tuple[str, ...]
    answers: tuple[Run | str, ...] = ()


@functools.cache
def facts() -> dict[str, str]:
    """What must be alike on all machines, of this process."""
    own, root = provenance.of_this_process(), settings.package()
    # Needs no git where a worker runs.
    source = (
        path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes()
        for path in sorted(root.rglob("*.py"))
    )
    return {name: own[name] for name in provenance.PACKAGES} | {
        # Functions travel as bytecode, which differs between minor versions.
        "python": ".".join(platform.python_version_tuple()[:2]),
        "onednn": settings.onednn(),
        "source": sha256(*source)[:12],
    }


def inspect(names: tuple[str, ...], expected: dict[str, str], dask_worker: Any) -> Reply:
    """What a worker says of itself before the sweep; runs there."""
    own = facts() | {"nthreads": str(dask_worker.state.nthreads)}
    faults = [
        f"{name} is {own.get(name)}, needed is {needed}: {REMEDIES.get(name, INSTALL)}"
        for name, needed in expected.items()
        if own.get(name) != needed
    ]
    for name in names:
        try:
            _check_dataset(name)
        except DatasetError as error:
            faults.append(f"it has no data set {name!r}: {error}")
    return Reply(dask_worker.address, tuple(faults))


@functools.cache
def _check_dataset(name: str) -> None:
    """Reads the data set once, and keeps none of it: the engine has its own copy."""
    datasets.read_anew(name)


def train(contents: list[bytes], names: tuple[str, ...], expected: dict[str, str]) -> Reply:
    """Trains a task's experiments, each packed; runs on a worker."""
    reply = inspect(names, expected, get_worker())
    return reply if reply.faults else replace(reply, answers=tuple(map(worker.answer, contents)))
